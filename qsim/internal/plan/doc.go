// Package plan turns a circuit into passes over a state that fit the caches, and
// the passes into stages of package kernel.
//
// Every gate becomes operations of four classes on the bits of an amplitude's
// index ([Lower]): phases that are polynomials in the bits, real rotations RY,
// controlled NOTs, and dense matrices; X and SWAP only rename bits. A pass chooses
// the active bits of its tiles, a tile is worked in blocks of the first-level cache,
// and a block in stages that hold four of its bits in registers; the same greedy
// choice serves all three levels ([New]). What depends on angles is filled in by
// [Plan.Bind], without planning again.
package plan
