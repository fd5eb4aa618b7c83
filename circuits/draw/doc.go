// Package draw draws circuits.
//
// [Text] writes a drawing for a terminal, one line a qubit, qubit 0 on top and
// time from left to right:
//
//	q0: ─RY(x0)─╭●────────
//	q1: ─RY(x1)─│──RZ(w0)─
//	q2: ─RY(x2)─╰⊕─M→c0───
//
// A gate on several qubits is held together by a bracket: ╭ its first line, ├
// those between, ╰ its last; a line │ it passes is not part of it. ● is a
// control, ⊕ the target of CX and CCX, × a swapped qubit, ░ a barrier, |0⟩ a
// reset and M→c0 a measurement into classical bit 0. X if c0 is an X in the runs in
// which bit 0 is 1, and the line c has what is stored in bits. Weights are w0, w1, …
// and features x0, x1, …, unless [Options] names them.
//
// [SVG] draws the same as a picture.
package draw
