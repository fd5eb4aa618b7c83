package circuits

import (
	"fmt"
	"math"
	"slices"
)

// rule writes gate as a circuit on the gate's qubits, equal to it including the
// global phase. Weight k of the circuit stands for angle k of the gate.
type rule struct {
	gate Gate
	as   *Circuit
}

// p0, p1, p2 and p3 are the angles of the gate that a rule rewrites.
var p0, p1, p2, p3 = Weight(0), Weight(1), Weight(2), Weight(3)

// rules lists the rewrites, the preferred one of a gate first. They lead down to
// {U, CX} and, where a target has no U, across to {RZ, RY}, {RZ, SX}, {R},
// {GPi, GPi2} and, where it has no CX, to CZ, ECR, RZZ and ISWAP.
var rules = []rule{
	{GateI, New(1).U(nil, nil, nil, 0)},
	{GateX, New(1).U(Const(math.Pi), nil, Const(math.Pi), 0)},
	{GateY, New(1).U(Const(math.Pi), Const(math.Pi/2), Const(math.Pi/2), 0)},
	{GateZ, New(1).P(Const(math.Pi), 0)},
	{GateH, New(1).U(Const(math.Pi/2), nil, Const(math.Pi), 0)},
	{GateH, New(1).RZ(Const(math.Pi/2), 0).SX(0).RZ(Const(math.Pi/2), 0).GPhase(Const(math.Pi / 4))},
	{GateS, New(1).P(Const(math.Pi/2), 0)},
	{GateSdg, New(1).P(Const(-math.Pi/2), 0)},
	{GateT, New(1).P(Const(math.Pi/4), 0)},
	{GateTdg, New(1).P(Const(-math.Pi/4), 0)},
	{GateSX, New(1).RX(Const(math.Pi/2), 0).GPhase(Const(math.Pi / 4))},
	{GateSXdg, New(1).RX(Const(-math.Pi/2), 0).GPhase(Const(-math.Pi / 4))},
	{GateRX, New(1).U(p0, Const(-math.Pi/2), Const(math.Pi/2), 0)},
	{GateRY, New(1).U(p0, nil, nil, 0)},
	{GateRZ, New(1).P(p0, 0).GPhase(p0.Scale(-0.5))},
	{GateP, New(1).U(nil, nil, p0, 0)},
	{GateP, New(1).RZ(p0, 0).GPhase(p0.Scale(0.5))},
	{GateU, New(1).RZ(p2, 0).RY(p0, 0).RZ(p1, 0).GPhase(mean(p1, p2))},
	{GateU, New(1).RZ(p2, 0).SX(0).RZ(p0.Plus(Const(math.Pi)), 0).SX(0).RZ(p1.Plus(Const(math.Pi)), 0).
		GPhase(mean(p1, p2).Plus(Const(math.Pi / 2)))},
	// U is P(φ+λ)·R(θ, π/2−λ), and a P two half turns.
	{GateU, New(1).R(p0.Plus(Const(math.Pi)), Const(math.Pi/2).Minus(p2), 0).
		R(Const(math.Pi), mean(p1.Minus(p2), Const(math.Pi)), 0).GPhase(mean(p1, p2).Plus(Const(math.Pi)))},
	{GateU, New(1).GPi2(p2.Scale(-1), 0).GPi(mean(p1, p2.Plus(p0).Scale(-1)), 0).GPi2(p1, 0).
		GPhase(mean(p1, p2).Plus(Const(math.Pi / 2)))},
	{GateR, New(1).U(p0, p1.Minus(Const(math.Pi/2)), Const(math.Pi/2).Minus(p1), 0)},
	{GateGPi, New(1).R(Const(math.Pi), p0, 0).GPhase(Const(math.Pi / 2))},
	{GateGPi2, New(1).R(Const(math.Pi/2), p0, 0)},

	{GateCX, New(2).H(1).CZ(0, 1).H(1)},
	{GateCX, New(2).Sdg(0).SXdg(1).ECR(0, 1).X(0).GPhase(Const(math.Pi / 4))},
	{GateCX, New(2).Sdg(0).Sdg(1).ISWAP(0, 1).RX(Const(math.Pi/2), 0).ISWAP(0, 1).Sdg(0).Sdg(1).
		RZ(Const(-math.Pi/2), 0).RX(Const(-math.Pi/2), 1).GPhase(Const(-math.Pi / 4))},
	{GateCY, New(2).Sdg(1).CX(0, 1).S(1)},
	{GateCZ, New(2).H(1).CX(0, 1).H(1)},
	{GateCZ, New(2).Sdg(0).Sdg(1).RZZ(Const(math.Pi/2), 0, 1).GPhase(Const(math.Pi / 4))},
	{GateCH, New(2).S(1).H(1).T(1).CX(0, 1).Tdg(1).H(1).Sdg(1)},
	{GateCP, New(2).P(p0.Scale(0.5), 0).CX(0, 1).P(p0.Scale(-0.5), 1).CX(0, 1).P(p0.Scale(0.5), 1)},
	{GateCP, New(2).P(p0.Scale(0.5), 0).P(p0.Scale(0.5), 1).RZZ(p0.Scale(-0.5), 0, 1).GPhase(p0.Scale(-0.25))},
	{GateCRX, New(2).H(1).CRZ(p0, 0, 1).H(1)},
	{GateCRY, New(2).RY(p0.Scale(0.5), 1).CX(0, 1).RY(p0.Scale(-0.5), 1).CX(0, 1)},
	{GateCRY, New(2).RX(Const(math.Pi/2), 1).RZ(p0.Scale(0.5), 1).RZZ(p0.Scale(-0.5), 0, 1).RX(Const(-math.Pi/2), 1)},
	{GateCRZ, New(2).RZ(p0.Scale(0.5), 1).CX(0, 1).RZ(p0.Scale(-0.5), 1).CX(0, 1)},
	{GateCRZ, New(2).RZ(p0.Scale(0.5), 1).RZZ(p0.Scale(-0.5), 0, 1)},
	{GateCU, New(2).P(p3.Plus(mean(p1, p2)), 0).P(mean(p2, p1.Scale(-1)), 1).CX(0, 1).
		U(p0.Scale(-0.5), nil, mean(p1, p2).Scale(-1), 1).CX(0, 1).U(p0.Scale(0.5), p1, nil, 1)},
	{GateSWAP, New(2).CX(0, 1).CX(1, 0).CX(0, 1)},
	{GateISWAP, New(2).S(0).S(1).H(0).CX(0, 1).CX(1, 0).H(1)},
	{GateECR, New(2).S(0).SX(1).CX(0, 1).X(0).GPhase(Const(-math.Pi / 4))},
	{GateRXX, New(2).H(0).H(1).RZZ(p0, 0, 1).H(0).H(1)},
	{GateRYY, New(2).Sdg(0).Sdg(1).RXX(p0, 0, 1).S(0).S(1)},
	{GateRZZ, New(2).CX(0, 1).RZ(p0, 1).CX(0, 1)},
	{GateRZX, New(2).H(1).RZZ(p0, 0, 1).H(1)},

	{GateCCX, New(3).H(2).CX(1, 2).Tdg(2).CX(0, 2).T(2).CX(1, 2).Tdg(2).CX(0, 2).
		T(1).T(2).H(2).CX(0, 1).T(0).Tdg(1).CX(0, 1)},
	{GateCCZ, New(3).H(2).CCX(0, 1, 2).H(2)},
	{GateCSWAP, New(3).CX(2, 1).CCX(0, 1, 2).CX(2, 1)},
}

func mean(a, b Angle) Angle { return a.Plus(b).Scale(0.5) }

// Decompose returns a circuit equal to c, including its global phase, in which
// every unitary operation is a gate of basis. All global phases are added up in
// one GateGPhase at the end, left out when it is 0; constant angles beyond ±4π are reduced
// by [ReduceAngle]; those under a condition are left
// out, as no outcome depends on them. What is not unitary stays, and conditions pass
// to the gates that replace one. Angles may hold weights and features. A GateUnitary is not
// rewritten: package synth writes matrices as gates.
//
// A basis with one of CX, CZ, ECR, RZZ, ISWAP and one of {U}, {RZ, RY}, {RZ, SX}, {RZ, RX},
// {R}, {GPi, GPi2} expresses every gate but that;
// otherwise the error may be an [*OpError] that wraps [ErrBasis]. An invalid
// circuit gives the error of [Circuit.Validate].
func (c *Circuit) Decompose(basis []Gate) (*Circuit, error) {
	if len(basis) == 0 {
		basis = []Gate{GateBarrier} // stays anyway
	}
	return c.DecomposeEach(func(Op) []Gate { return basis })
}

// DecomposeEach is [Circuit.Decompose] with a basis for each unitary operation, which may
// depend on its qubits. Bases that begin at the same element are taken to be the same.
func (c *Circuit) DecomposeEach(basis func(op Op) []Gate) (*Circuit, error) {
	if err := c.Validate(); err != nil {
		return nil, err
	}
	out := c.Like()
	out.Ops = make([]Op, 0, len(c.Ops))
	known := map[*Gate]*decomposer{}
	var phase Angle // not in normal form before the end
	for i, op := range c.Ops {
		if !op.Gate.Unitary() {
			out.Ops = append(out.Ops, op)
			continue
		}
		b := basis(op)
		d := known[&b[0]]
		if d == nil {
			d = newDecomposer(b, out, &phase)
			known[&b[0]] = d
		}
		if !d.reach[op.Gate] {
			return nil, &OpError{Index: i, Gate: op.Gate, Err: ErrBasis}
		}
		if !d.keep[op.Gate] { // what is kept stays as it is written
			op = op.reduced()
		}
		d.expand(op)
	}
	if phase := phase.normal().Reduced(); len(phase) > 0 {
		out.GPhase(phase)
	}
	if err := out.Validate(); err != nil { // sums of huge angles overflow
		return nil, fmt.Errorf("decomposed circuit: %w", err)
	}
	return out, nil
}

// reduced is op with its angles reduced, so that rules can add to them.
func (op Op) reduced() Op {
	for k, a := range op.Angles {
		if r := a.Reduced(); !slices.EqualFunc(a, r, func(s, t Term) bool { return s.Coef == t.Coef }) {
			op.Angles = slices.Clone(op.Angles)
			op.Angles[k] = r
		}
	}
	return op
}

// decomposer holds what every gate becomes in a basis: itself where kept, else
// the rule chosen for it.
type decomposer struct {
	keep, reach [gateCount]bool
	as          [gateCount]*Circuit
	out         *Circuit
	phase       *Angle
}

// newDecomposer chooses for each gate the first rule whose gates are within
// reach, starting from the basis, so that no chain of rules can be circular.
func newDecomposer(basis []Gate, out *Circuit, phase *Angle) *decomposer {
	d := &decomposer{out: out, phase: phase}
	for _, g := range basis {
		d.keep[g], d.reach[g] = true, true
	}
	d.reach[GateGPhase] = true
	for changed := true; changed; {
		changed = false
		for _, r := range rules {
			if !d.reach[r.gate] && d.reaches(r.as) {
				d.reach[r.gate], d.as[r.gate], changed = true, r.as, true
			}
		}
	}
	return d
}

func (d *decomposer) reaches(c *Circuit) bool {
	for _, op := range c.Ops {
		if !d.reach[op.Gate] {
			return false
		}
	}
	return true
}

// expand appends op, or what it becomes, to the output.
func (d *decomposer) expand(op Op) {
	switch {
	case op.Gate == GateGPhase:
		if op.If == nil { // the phase of one of several outcomes cannot be seen
			*d.phase = append(*d.phase, op.Angles[0]...)
		}
		return
	case d.keep[op.Gate]:
		d.out.Ops = append(d.out.Ops, op)
		return
	}
	for _, step := range d.as[op.Gate].Ops {
		next := Op{Gate: step.Gate, If: op.If}
		for _, q := range step.Qubits {
			next.Qubits = append(next.Qubits, op.Qubits[q])
		}
		for _, a := range step.Angles {
			next.Angles = append(next.Angles, a.Substitute(func(v Var) (Angle, bool) { return op.Angles[v.Index], true }))
		}
		d.expand(next)
	}
}
