package transpile

import (
	"math"
	"reflect"
	"slices"

	"github.com/qnn-go/qnn/circuits"
)

// oneQubit joins the gates on one qubit between others into the fewest pulses that the
// target's gates allow, see [basis], and adds up all global phases at the end. RZ moves
// through what is diagonal on its qubit and so reaches the next pulse; where the target
// has no RZ it turns the axes of the pulses that follow. With dropped set, an RZ that is
// left before a measurement or reset goes: neither its result nor what follows depends on
// it, up to a phase. Symbols stay symbols.
//
// Gates on more qubits stay as they are, and gates on one where the target has not enough
// of them to express all.
func oneQubit(c *circuits.Circuit, t *Target, dropped bool) *circuits.Circuit {
	f := fusion{bases: make([]*basis, c.Qubits), out: like(c, c.Qubits), runs: make([]run, c.Qubits), templates: turnTemplates()}
	if !f.choose(t) {
		return c
	}
	for _, op := range c.Ops {
		switch {
		case op.Gate == circuits.GateGPhase && op.If == nil:
			f.phase = append(f.phase, op.Angles[0]...)
		case op.Gate.Unitary() && len(op.Qubits) == 1:
			f.add(op)
		default:
			f.meet(op, dropped)
		}
	}
	for q := range f.runs {
		f.flush(q)
	}
	appendPhase(f.out, f.phase)
	return f.out
}

// choose finds the basis of every qubit; one serves all qubits where t has its gates
// everywhere. It reports whether there is any that expresses all gates.
func (f *fusion) choose(t *Target) bool {
	local := slices.ContainsFunc(t.Gates, func(n Native) bool { return n.Qubits != nil && n.Gate.Spec().Qubits == 1 })
	some := false
	for q := range f.bases {
		if local || q == 0 {
			f.bases[q] = t.basisOf(q)
		} else {
			f.bases[q] = f.bases[0]
		}
		some = some || f.bases[q].pulses != nil
	}
	return some
}

// appendPhase appends a global phase by the sum of terms, unless it is 0.
func appendPhase(c *circuits.Circuit, terms []circuits.Term) {
	sum := circuits.Angle(terms).Plus(nil)
	if n := len(sum); n > 0 && len(sum[n-1].Vars) == 0 {
		sum = sum[:n-1].Plus(circuits.Const(math.Remainder(circuits.ReduceAngle(sum[n-1].Coef), 2*math.Pi)))
	}
	if !isNear(sum, 0) {
		c.GPhase(sum)
	}
}

// isOneQubit reports whether op is a unitary gate on one qubit.
func isOneQubit(op circuits.Op) bool { return !isFence(op) && len(op.Qubits) == 1 }

// turnTemplates are the gates on one qubit as RZ and RY, weight k in place of angle k.
func turnTemplates() map[circuits.Gate]*circuits.Circuit {
	out := map[circuits.Gate]*circuits.Circuit{}
	for _, g := range circuits.Gates() {
		spec := g.Spec()
		if !g.Unitary() || spec.Qubits != 1 || len(spec.Params) == 0 {
			continue
		}
		var angles []circuits.Angle
		for k := range spec.Params {
			angles = append(angles, circuits.Weight(k))
		}
		// Every gate of the table has a rule for this basis.
		out[g], _ = circuits.New(1).Append(g, angles, 0).Decompose([]circuits.Gate{circuits.GateRZ, circuits.GateRY})
	}
	return out
}

// fusion is the state of [oneQubit].
type fusion struct {
	bases     []*basis // of each qubit
	out       *circuits.Circuit
	runs      []run // on each qubit since the last other operation
	templates map[circuits.Gate]*circuits.Circuit
	phase     []circuits.Term // of the circuit, not summed up yet
}

// add appends a gate to the run on its qubit. Gates under one condition make a run of
// their own.
func (f *fusion) add(op circuits.Op) {
	q := op.Qubits[0]
	if f.bases[q].pulses == nil {
		f.out.Ops = append(f.out.Ops, op)
		return
	}
	if r := &f.runs[q]; !reflect.DeepEqual(r.condition, op.If) {
		f.flush(q)
		r.condition = op.If
	}
	op.If = nil
	f.runs[q].add(op, f.templates)
}

// meet writes op, which ends the runs on its qubits, and those under conditions that read
// a bit that it writes.
func (f *fusion) meet(op circuits.Op, dropped bool) {
	for b, how := range bitsOf(&op) {
		if how != axisNone {
			continue
		}
		for q := range f.runs {
			if r := &f.runs[q]; r.condition != nil && slices.Contains(r.condition.Reads(nil), b) {
				f.flush(q)
			}
		}
	}
	for k, q := range op.Qubits {
		switch {
		case f.runs[q].condition != nil:
			f.flush(q)
		case along(op, k) == axisZ, op.Gate == circuits.GateBarrier && f.bases[q].axes: // an axis is no operation
			f.pass(q)
		case dropped && op.If == nil && (op.Gate == circuits.GateMeasure || op.Gate == circuits.GateReset):
			f.pass(q)
			f.runs[q] = run{}
		default:
			f.flush(q)
		}
	}
	f.out.Ops = append(f.out.Ops, op)
}

// pass writes the pulses of the run on q and keeps the RZ at its end.
func (f *fusion) pass(q int) {
	r := &f.runs[q]
	r.settle()
	n := len(r.turns)
	if n == 0 || n == 1 && !r.turns[0].y {
		f.rest(r)
		return
	}
	if f.bases[q].whole {
		f.flush(q)
		return
	}
	w := f.bases[q].writer(q)
	for _, t := range r.turns {
		w.write(t)
	}
	if f.keep(r, w.ops) {
		return
	}
	f.write(w.ops)
	r.turns = r.turns[:0]
	r.phase = r.phase.Plus(w.phase)
	r.z(w.frame)
	f.rest(r)
}

// rest moves the phase of r, whose gates are written or still in turns, to the circuit.
func (f *fusion) rest(r *run) {
	f.phase = append(f.phase, r.phase...)
	r.phase, r.ops, r.carried = nil, nil, len(r.turns) > 0
}

// flush writes all of the run on q.
func (f *fusion) flush(q int) {
	r := &f.runs[q]
	if r.empty() {
		r.condition = nil
		return
	}
	r.settle()
	w := f.bases[q].writer(q)
	for _, t := range r.turns {
		w.write(t)
	}
	w.finish()
	from, condition := len(f.out.Ops), r.condition
	if !f.keep(r, w.ops) {
		f.write(w.ops)
		if condition == nil { // the phase of one of several outcomes cannot be seen
			f.phase = append(append(f.phase, r.phase...), w.phase...)
		}
	}
	for i := from; i < len(f.out.Ops); i++ {
		f.out.Ops[i].If = condition
	}
	*r = run{}
}

// keep writes the gates of r as they were, if that is as short as ops and the target has
// them.
func (f *fusion) keep(r *run, ops []circuits.Op) bool {
	if len(r.ops) == 0 || r.carried || len(r.ops) > len(ops) || slices.ContainsFunc(r.ops, func(op circuits.Op) bool { return !f.bases[op.Qubits[0]].allows(op) }) {
		return false
	}
	f.write(r.ops)
	*r = run{}
	return true
}

func (f *fusion) write(ops []circuits.Op) { f.out.Ops = append(f.out.Ops, ops...) }
