// Package plan turns a circuit into a few passes over the state. A gate that runs alone reads
// and writes all amplitudes; a pass applies many gates to a part of them while that part is in
// the caches.
//
// Planning has two steps. First every gate becomes operations of four classes on the bits of
// an amplitude's index (lower.go): a phase e^{iv} of the amplitudes in whose index some bits
// are all 1, a real rotation RY, a controlled NOT, or a dense matrix. X and SWAP become no
// operation at all: the plan notes which bit holds which qubit, and which bits are inverted.
//
// Then [New] divides the operations on three levels. A pass goes over the state tile by tile;
// a tile, the amplitudes that differ only in the active bits of the pass, fits into the
// second-level cache. A tile is worked in blocks, which fit into the first-level cache, and a
// block in stages, each of which holds four of its bits in the registers of package kernel
// (kernel.Stage). The same greedy choice of active bits serves all three levels (choose.go).
//
// A [Plan] has no numbers that depend on weights or features. [Plan.Bind] computes them into a
// [Bound], as often as they change, without planning again.
package plan
