package transpile

import (
	"math"
	"slices"

	"github.com/qnn-go/qnn/circuits"
)

// cancel removes gates that do nothing, pairs that undo one another, and adds up the
// angles of gates of one kind on the same qubits, also where they are apart and commute
// with all that is between them: along the same axis on every qubit that they share, see
// [axis]. Symbols add up too. Global phases go to the end. The state stays the same.
//
// With dropped set, it then removes what no measurement can tell, in a circuit that has
// one: gates after which their qubits are not used, and gates that are diagonal on the
// qubits measured next.
func cancel(c *circuits.Circuit, dropped bool) *circuits.Circuit {
	k := newCanceller(c)
	for _, op := range c.Ops {
		k.insert(op)
	}
	if dropped {
		k.drop(c.Qubits)
	}
	return k.circuit(c)
}

// window is how many gates that commute cancel looks back over on a qubit.
const window = 64

// canceller is the state of [cancel].
type canceller struct {
	ops   []placed
	wires []wire // of each qubit
	phase []circuits.Term
}

func newCanceller(c *circuits.Circuit) *canceller {
	return &canceller{ops: make([]placed, 0, len(c.Ops)), wires: make([]wire, c.Qubits)}
}

// circuit is what is left of c.
func (k *canceller) circuit(c *circuits.Circuit) *circuits.Circuit {
	out := like(c, c.Qubits)
	for _, p := range k.ops {
		if !p.dead {
			out.Ops = append(out.Ops, p.op)
		}
	}
	appendPhase(out, k.phase)
	return out
}

// placed is an operation of the output.
type placed struct {
	op   circuits.Op
	dead bool
}

// insert appends op, or what becomes of it together with one before.
func (k *canceller) insert(op circuits.Op) {
	switch {
	case isFence(op):
		k.place(op)
		return
	case op.Gate == circuits.GateGPhase:
		k.phase = append(k.phase, op.Angles[0]...)
		return
	case op.Gate == circuits.GateI:
		return
	}
	r, ok := op.Rotation()
	if !ok {
		if at := k.partner(op, func(old circuits.Op) bool { return isInverse(old, op) }); at >= 0 {
			k.remove(at)
			return
		}
		k.place(op)
		return
	}
	at := k.partner(op, func(old circuits.Op) bool {
		s, ok := old.Rotation()
		return ok && s.Gate == r.Gate && sameQubits(old, op)
	})
	if at >= 0 {
		s, _ := k.ops[at].op.Rotation()
		k.remove(at)
		r.Angle, r.Phase = r.Angle.Plus(s.Angle).Reduced(), r.Phase.Plus(s.Phase)
		op = circuits.Op{Gate: r.Gate, Qubits: op.Qubits, Angles: []circuits.Angle{r.Angle}}
	} else {
		r.Phase = nil
	}
	k.phase = append(k.phase, r.Phase...)
	k.reduced(op, at >= 0)
}

// reduced appends a rotation in its shortest form.
func (k *canceller) reduced(op circuits.Op, merged bool) {
	if len(op.Angles) == 0 {
		k.place(op)
		return
	}
	a, phase, zero := period(op)
	switch {
	case zero:
	case op.Gate == circuits.GateCP && (isNear(a, math.Pi) || isNear(a, -math.Pi)):
		k.insert(circuits.Op{Gate: circuits.GateCZ, Qubits: op.Qubits})
	case len(op.Qubits) == 2 && len(op.Gate.Pauli()) == 2 && (isNear(a, math.Pi) || isNear(a, -math.Pi)):
		// exp(∓iπ/2·P⊗Q) = ∓i·P⊗Q
		v, _ := a.Const()
		k.phase = append(k.phase, circuits.Const(-v/2)...)
		for j, q := range op.Qubits {
			k.insert(circuits.Op{Gate: pauliGate(op.Gate.Pauli()[j]), Qubits: []int{q}})
		}
	case merged:
		k.phase = append(k.phase, phase...)
		k.place(circuits.Op{Gate: op.Gate, Qubits: op.Qubits, Angles: []circuits.Angle{a}})
		return
	default:
		k.place(op)
		return
	}
	k.phase = append(k.phase, phase...)
}

// pauliGate is the gate of a Pauli matrix.
func pauliGate(letter byte) circuits.Gate {
	return map[byte]circuits.Gate{'X': circuits.GateX, 'Y': circuits.GateY, 'Z': circuits.GateZ}[letter]
}

// period brings the angle of a rotation into one period, with the phase that this takes;
// zero says that it does nothing.
func period(op circuits.Op) (a, phase circuits.Angle, zero bool) {
	a = op.Angles[0]
	r := run{}
	switch {
	case op.Gate.Form() == circuits.FormPhase: // 2π without a sign
		a = r.wrap(a)
	case op.Gate.Spec().Controls == 0: // 2π, which is −1
		a = r.wrap(a)
		phase = r.phase
	default: // 4π, as the sign is under a control
	}
	return a, phase, isNear(a, 0)
}

// place appends op behind all others.
func (k *canceller) place(op circuits.Op) {
	at := len(k.ops)
	k.ops = append(k.ops, placed{op: op})
	for i, q := range op.Qubits {
		k.wires[q].append(at, along(op, i))
	}
}

// partner finds the last operation that ok accepts and that can be moved to the end, or
// to which op can be moved; −1 if there is none.
func (k *canceller) partner(op circuits.Op, ok func(circuits.Op) bool) int {
	last, found := k.reachable(op, 0)
	if !found {
		return -1
	}
	for i := len(last) - 1; i >= max(0, len(last)-window); i-- {
		at := last[i]
		old := k.ops[at].op
		if len(old.Qubits) != len(op.Qubits) || isFence(old) || !ok(old) {
			continue
		}
		all := true
		for j := 1; j < len(op.Qubits) && all; j++ {
			members, found := k.reachable(op, j)
			all = found && slices.Contains(members[max(0, len(members)-window):], at)
		}
		if all {
			return at
		}
	}
	return -1
}

// reachable lists the operations at the end of op's j-th qubit that op commutes with
// there; one that is along no axis is reachable if it is the last.
func (k *canceller) reachable(op circuits.Op, j int) ([]int, bool) {
	wire := k.wires[op.Qubits[j]]
	if len(wire) == 0 {
		return nil, false
	}
	last := wire[len(wire)-1]
	return last.ops, last.axis == along(op, j)
}

// remove takes out the operation at an index of [canceller.partner].
func (k *canceller) remove(at int) {
	k.ops[at].dead = true
	for _, q := range k.ops[at].op.Qubits {
		wire := k.wires[q]
		last := &wire[len(wire)-1]
		i := len(last.ops) - 1
		for last.ops[i] != at { // within the window
			i--
		}
		last.ops = slices.Delete(last.ops, i, i+1)
		if len(last.ops) == 0 {
			k.wires[q] = wire[:len(wire)-1]
		}
	}
}

// isInverse reports whether a and b, gates without angles, undo one another.
func isInverse(a, b circuits.Op) bool {
	return b.Gate.SelfInverse() && a.Gate == b.Gate && sameQubits(a, b)
}

// sameQubits reports whether a and b, rotations of one kind or the same gate, act on the
// same qubits in the same parts.
func sameQubits(a, b circuits.Op) bool {
	for j, q := range b.Qubits {
		if k := slices.Index(a.Qubits, q); k < 0 || !b.Gate.Exchangeable(j, k) {
			return false
		}
	}
	return true
}

// use is what happens to a qubit next.
type use uint8

const (
	unused   use = iota // nothing, or a reset
	measured            // a measurement
	used                // anything else
)

// drop removes what no measurement can tell, from the end on.
func (k *canceller) drop(qubits int) {
	if !slices.ContainsFunc(k.ops, func(p placed) bool { return p.op.Gate == circuits.GateMeasure }) {
		return
	}
	next := make([]use, qubits)
	for i := range slices.Backward(k.ops) {
		p := &k.ops[i]
		if p.dead {
			continue
		}
		if p.dead = !isFence(p.op) && isHidden(p.op, next); p.dead {
			continue
		}
		for _, q := range p.op.Qubits {
			next[q] = before(p.op, next[q])
		}
	}
}

// before is what happens next to a qubit of op, after which comes next.
func before(op circuits.Op, next use) use {
	switch {
	case op.If != nil:
		return used
	case op.Gate == circuits.GateMeasure:
		return measured
	case op.Gate == circuits.GateReset, op.Gate == circuits.GateBarrier && next == unused:
		return unused
	default:
		return used
	}
}

// isHidden reports whether a gate changes nothing that happens next to its qubits.
func isHidden(op circuits.Op, next []use) bool {
	for j, q := range op.Qubits {
		if next[q] == used || next[q] == measured && along(op, j) != axisZ {
			return false
		}
	}
	return true
}
