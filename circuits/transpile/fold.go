package transpile

import (
	"math"

	"github.com/qnn-go/qnn/circuits"
)

// fold writes every RZZ whose angle the target does not allow with one in [0, π/2]:
//
//	RZZ(θ) = X₁·RZZ(−θ)·X₁       for −π/2 < θ < 0
//	RZZ(θ) = −i·Z⊗Z·RZZ(θ−π)     for θ > π/2
//	RZZ(θ) = i·Z⊗Z·RZZ(θ+π)      for θ ≤ −π/2
//
// An angle with symbols, whose range is not known, becomes CX·RZ·CX. Without a limit on
// RZZ, c is returned as it is.
func fold(c *circuits.Circuit, t *Target) *circuits.Circuit {
	n, ok := t.native(circuits.GateRZZ)
	if !ok || n.Angle == nil {
		return c
	}
	out := like(c, c.Qubits)
	var phase []circuits.Term
	for _, op := range c.Ops {
		switch {
		case op.Gate == circuits.GateGPhase && op.If == nil:
			phase = append(phase, op.Angles[0]...)
		case op.Gate != circuits.GateRZZ:
			out.Ops = append(out.Ops, op)
		default:
			from := len(out.Ops)
			phased := folded(out, op)
			if op.If == nil {
				phase = append(phase, phased...)
				continue
			}
			for i := from; i < len(out.Ops); i++ { // the phase of one of several outcomes cannot be seen
				out.Ops[i].If = op.If
			}
		}
	}
	appendPhase(out, phase)
	return out
}

// folded appends an RZZ and returns the phase to add.
func folded(out *circuits.Circuit, op circuits.Op) circuits.Angle {
	p, q := op.Qubits[0], op.Qubits[1]
	v, ok := op.Angles[0].Const()
	if !ok {
		out.CX(p, q).RZ(op.Angles[0], q).CX(p, q)
		return nil
	}
	turns := math.Round(v / math.Pi) // each is −i·Z⊗Z
	v -= turns * math.Pi
	switch {
	case v > tolerance:
		out.RZZ(circuits.Const(v), p, q)
	case v < -tolerance:
		out.X(q).RZZ(circuits.Const(-v), p, q).X(q)
	}
	if math.Mod(turns, 2) != 0 {
		out.Z(p).Z(q)
	}
	return circuits.Const(-math.Mod(turns, 4) * math.Pi / 2)
}
