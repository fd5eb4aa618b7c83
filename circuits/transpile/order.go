package transpile

import (
	"iter"
	"slices"

	"github.com/qnn-go/qnn/circuits"
)

// order is what may run when: on every qubit and classical bit, its wires, one commuting set
// follows another.
type order struct {
	ops   []circuits.Op
	wires []wire     // of the qubits and then of the bits
	of    [][]member // of each operation
	left  [][]int    // how many operations of each commuting set have not run
	wait  []int      // how many commuting sets of each operation are not open
	ready []int      // operations that may run, in the order they became so
}

// member is a commuting set by its number on a wire.
type member struct{ wire, set int }

// newOrder finds the commuting sets of c. Without commute no two operations share one, but for
// those that read a classical bit.
func newOrder(c *circuits.Circuit, commute bool) *order {
	o := &order{ops: c.Ops, wires: make([]wire, c.Qubits+c.Clbits), of: make([][]member, len(c.Ops)), wait: make([]int, len(c.Ops))}
	add := func(i, w int, a axis) {
		o.wires[w].append(i, a)
		o.of[i] = append(o.of[i], member{w, len(o.wires[w]) - 1})
	}
	for i := range c.Ops {
		op := &c.Ops[i]
		for k, q := range op.Qubits {
			a := axisNone
			if commute {
				a = along(*op, k)
			}
			add(i, q, a)
		}
		for b, reads := range bitsOf(op) {
			add(i, c.Qubits+b, reads)
		}
	}
	o.left = make([][]int, len(o.wires))
	for w := range o.wires {
		o.left[w] = make([]int, len(o.wires[w]))
	}
	return o
}

// bitsOf yields the classical bits of op, each once: axisZ for one that it reads, as
// readers commute, and axisNone for one that it writes.
func bitsOf(op *circuits.Op) iter.Seq2[int, axis] {
	return func(yield func(int, axis) bool) {
		bits := op.Clbits()
		slices.Sort(bits)
		writes := op.Gate == circuits.GateMeasure || op.Gate == circuits.GateStore
		for _, b := range slices.Compact(bits) {
			a := axisZ
			if writes && b == op.Clbit {
				a = axisNone
			}
			if !yield(b, a) {
				return
			}
		}
	}
}

// start puts every operation ahead again.
func (o *order) start() {
	o.ready = o.ready[:0]
	for i := range o.wait {
		if o.wait[i] = len(o.of[i]); o.wait[i] == 0 {
			o.ready = append(o.ready, i)
		}
	}
	for w, sets := range o.wires {
		for k := range sets {
			o.left[w][k] = len(sets[k].ops)
		}
		o.open(member{w, 0})
	}
	slices.Sort(o.ready)
}

// open lets the operations of a commuting set run, as far as nothing else holds them. Behind
// the last of a wire there is none.
func (o *order) open(m member) {
	if m.set == len(o.wires[m.wire]) {
		return
	}
	for _, i := range o.wires[m.wire][m.set].ops {
		if o.wait[i]--; o.wait[i] == 0 {
			o.ready = append(o.ready, i)
		}
	}
}

// done says that operation i has run.
func (o *order) done(i int) {
	for _, m := range o.of[i] {
		if o.left[m.wire][m.set]--; o.left[m.wire][m.set] == 0 {
			o.open(member{m.wire, m.set + 1})
		}
	}
}
