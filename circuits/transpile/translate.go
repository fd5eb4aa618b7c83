package transpile

import (
	"slices"

	"github.com/qnn-go/qnn/circuits"
)

// translate rewrites the gates on two qubits into those that the target has on their
// qubits, in the directions and with the angles that it allows, and leaves out barriers
// where it has none.
func translate(c *circuits.Circuit, t *Target) (*circuits.Circuit, error) {
	w := t.pairBases()
	c, err := c.DecomposeEach(w.turnable)
	if err != nil {
		return nil, err
	}
	c, err = orient(c, t).DecomposeEach(w.native)
	if err != nil {
		return nil, err
	}
	if c, err = fold(c, t).DecomposeEach(w.native); err != nil { // symbols cannot be folded
		return nil, err
	}
	if !t.Has(circuits.GateBarrier) {
		c.Ops = slices.DeleteFunc(c.Ops, func(op circuits.Op) bool { return op.Gate == circuits.GateBarrier })
	}
	return c, nil
}

// pairBases finds for each pair of qubits the gates that operations on it are written in.
type pairBases struct {
	t     *Target
	one   []circuits.Gate // all gates on one qubit, which are written as pulses later
	known map[string][]circuits.Gate
}

func (t *Target) pairBases() *pairBases {
	w := &pairBases{t: t, known: map[string][]circuits.Gate{}}
	for _, g := range circuits.Gates() {
		if g.Unitary() && g.Spec().Qubits == 1 {
			w.one = append(w.one, g)
		}
	}
	return w
}

// native is the basis of the gates that the target has for op's qubits in their order.
func (w *pairBases) native(op circuits.Op) []circuits.Gate { return w.basis(op, false) }

// turnable has besides the gates that [orient] turns: symmetric ones that the target has
// in the other direction, and CX where it has CX or ECR in one.
func (w *pairBases) turnable(op circuits.Op) []circuits.Gate { return w.basis(op, true) }

// basis is one slice for all pairs with the same gates.
func (w *pairBases) basis(op circuits.Op, turned bool) []circuits.Gate {
	if !isTwoQubit(&op) {
		return w.one
	}
	a, b := op.Qubits[0], op.Qubits[1]
	var bits []byte
	add := func(g circuits.Gate) { bits = append(bits, byte(g)) }
	for i := range w.t.Gates {
		n := &w.t.Gates[i]
		if !n.Gate.Unitary() || n.Gate.Spec().Qubits != 2 {
			continue
		}
		forth, back := w.t.allows(n, a, b), w.t.allows(n, b, a)
		switch {
		case turned && n.Gate == circuits.GateECR && forth != back:
			add(circuits.GateCX) // the rules turn a CX only
		case forth, turned && back && n.Gate.Exchangeable(0, 1):
			add(n.Gate)
		case turned && back && (n.Gate == circuits.GateCX || n.Gate == circuits.GateECR):
			add(circuits.GateCX)
		}
	}
	found, ok := w.known[string(bits)]
	if !ok {
		found = slices.Clone(w.one)
		for _, g := range bits {
			found = append(found, circuits.Gate(g))
		}
		w.known[string(bits)] = found
	}
	return found
}

// orient turns the gates that the target has in the other direction only: symmetric ones
// by exchanging their qubits, CX by H on both.
func orient(c *circuits.Circuit, t *Target) *circuits.Circuit {
	out := like(c, c.Qubits)
	for _, op := range c.Ops {
		if !isTwoQubit(&op) {
			out.Ops = append(out.Ops, op)
			continue
		}
		a, b := op.Qubits[0], op.Qubits[1]
		switch {
		case t.has(op.Gate, a, b):
		case op.Gate.Exchangeable(0, 1) && t.has(op.Gate, b, a):
			op.Qubits = []int{b, a}
		case op.Gate == circuits.GateCX && !t.has(circuits.GateECR, a, b) && (t.has(circuits.GateCX, b, a) || t.has(circuits.GateECR, b, a)):
			for _, step := range circuits.New(2).H(0).H(1).CX(1, 0).H(0).H(1).Ops {
				step.If = op.If
				out.Ops = append(out.Ops, onQubits(step, a, b))
			}
			continue
		}
		out.Ops = append(out.Ops, op)
	}
	return out
}

// has reports whether t has a gate on two qubits in their order.
func (t *Target) has(g circuits.Gate, a, b int) bool {
	n, ok := t.native(g)
	return ok && t.allows(n, a, b)
}

// allows reports whether n, a gate on two qubits, joins a and b in that order.
func (t *Target) allows(n *Native, a, b int) bool {
	switch {
	case n.Qubits != nil:
		return n.places[key([]int{a, b})]
	case t.AllToAll:
		return true
	case n.Directed:
		return t.directed[[2]int{a, b}]
	}
	return t.graph.adjacent(a, b)
}

// on reports whether t has a gate on one qubit, or a measurement or reset, on q.
func (n *Native) on(q int) bool { return n.Qubits == nil || n.places[key([]int{q})] }

// key is one or two qubits as an index of a map.
func key(qubits []int) [2]int {
	if len(qubits) == 1 {
		return [2]int{qubits[0], -1}
	}
	return [2]int{qubits[0], qubits[1]}
}

// graphFor is the connections between those qubits of t that can do all that c asks for
// of any: gates on one qubit that express all others, measurements and resets if c has
// some, and gates on two qubits. Where none can, all count, and what is missing is found
// when a gate cannot be written.
func (t *Target) graphFor(c *circuits.Circuit) *graph {
	if !slices.ContainsFunc(t.Gates, func(n Native) bool { return n.Qubits != nil }) {
		return t.graph
	}
	counts := c.Count()
	can := make([]bool, t.Qubits)
	some := func(ok func(q int) bool) {
		next := slices.Clone(can)
		for q := range next {
			next[q] = can[q] && ok(q)
		}
		if slices.Contains(next, true) {
			can = next
		}
	}
	for q := range can {
		can[q] = true
	}
	some(func(q int) bool { return t.basisOf(q).pulses != nil })
	for _, g := range []circuits.Gate{circuits.GateMeasure, circuits.GateReset} {
		if n, ok := t.native(g); ok && counts[g] > 0 {
			some(n.on)
		}
	}
	return t.graph.without(func(p int) bool { return can[p] }, func(a, b int) bool { return len(t.entanglers(a, b)) > 0 || len(entanglers(t)) == 0 })
}
