package transpile

import (
	"iter"
	"slices"

	"github.com/qnn-go/qnn/circuits"
)

// order is what may run when: on every qubit and classical bit the operations form
// groups that follow one another, and those of one group commute there.
type order struct {
	ops    []circuits.Op
	groups []span
	first  []int   // groups that are open at the start
	of     [][]int // groups of each operation
	wait   []int   // groups of each operation that are not open
	ready  []int   // operations that may run, in the order they became so
}

// span is a run of commuting operations on one wire.
type span struct {
	ops  []int
	left int
	next int // the group after it on the wire, or −1
}

// newOrder finds the groups of c. Without commute no two operations share one, but for
// those that read a classical bit.
func newOrder(c *circuits.Circuit, commute bool) *order {
	o := &order{ops: c.Ops, of: make([][]int, len(c.Ops)), wait: make([]int, len(c.Ops))}
	last, axes := make([]int, c.Qubits+c.Clbits), make([]axis, c.Qubits+c.Clbits)
	for w := range last {
		last[w] = -1
	}
	add := func(i, wire int, a axis) {
		g := last[wire]
		if g < 0 || a == axisNone || a != axes[wire] {
			if g >= 0 {
				o.groups[g].next = len(o.groups)
			} else {
				o.first = append(o.first, len(o.groups))
			}
			g = len(o.groups)
			o.groups = append(o.groups, span{next: -1})
			last[wire], axes[wire] = g, a
		}
		o.groups[g].ops = append(o.groups[g].ops, i)
		o.of[i] = append(o.of[i], g)
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
	for g := range o.groups {
		o.groups[g].left = len(o.groups[g].ops)
	}
	for _, g := range o.first {
		o.open(g)
	}
	slices.Sort(o.ready)
}

// open lets the operations of a group run, as far as nothing else holds them.
func (o *order) open(g int) {
	for _, i := range o.groups[g].ops {
		if o.wait[i]--; o.wait[i] == 0 {
			o.ready = append(o.ready, i)
		}
	}
}

// done says that operation i has run.
func (o *order) done(i int) {
	for _, g := range o.of[i] {
		if o.groups[g].left--; o.groups[g].left == 0 && o.groups[g].next >= 0 {
			o.open(o.groups[g].next)
		}
	}
}
