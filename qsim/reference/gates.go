package reference

import (
	"math"
	"math/cmplx"
	"slices"

	"github.com/itsubaki/q/math/matrix"
	"github.com/itsubaki/q/quantum/gate"

	"github.com/qnn-go/qnn/circuits"
)

// apply runs a unitary operation with the angles p. All gates but arbitrary
// matrices and the global phase are made of gates that itsubaki/q has.
func (r *register) apply(op circuits.Op, p []float64) {
	at := make([]int, len(op.Qubits))
	for i, k := range op.Qubits {
		at[i] = r.at(k)
	}
	spec := op.Gate.Spec()
	controls, targets := at[:spec.Controls], at[spec.Controls:]
	switch {
	case op.Gate == circuits.GateUnitary:
		r.matrix(op)
	case op.Gate == circuits.GateGPhase:
		phase := cmplx.Exp(complex(0, p[0]))
		for i := range r.qubits.Amplitude() {
			r.qubits.Amplitude()[i] *= phase
		}
	case op.Gate == circuits.GateCSWAP:
		r.qubits.CX(at[2], at[1]).ControlledX(at[:2], at[2]).CX(at[2], at[1])
	case len(controls) > 0 && len(targets) == 1:
		r.controlled(op.Gate, controls, targets[0], p)
	case len(controls) == 0 && len(targets) == 1:
		r.single(op.Gate, at[0], p)
	case len(controls) == 0 && len(targets) == 2:
		r.pair(op.Gate, at[0], at[1], p)
	default:
		missing(op.Gate)
	}
}

// single applies a gate on one qubit.
func (r *register) single(g circuits.Gate, t int, p []float64) {
	q := r.qubits
	switch g {
	case circuits.GateI:
	case circuits.GateX:
		q.X(t)
	case circuits.GateY:
		q.Y(t)
	case circuits.GateZ:
		q.Z(t)
	case circuits.GateH:
		q.H(t)
	case circuits.GateS:
		q.S(t)
	case circuits.GateSdg:
		q.R(-math.Pi/2, t)
	case circuits.GateT:
		q.T(t)
	case circuits.GateTdg:
		q.R(-math.Pi/4, t)
	case circuits.GateSX:
		q.H(t).S(t).H(t)
	case circuits.GateSXdg:
		q.H(t).R(-math.Pi/2, t).H(t)
	case circuits.GateRX:
		q.RX(p[0], t)
	case circuits.GateRY:
		q.RY(p[0], t)
	case circuits.GateRZ:
		q.RZ(p[0], t)
	case circuits.GateP:
		q.R(p[0], t)
	case circuits.GateU:
		q.U(p[0], p[1], p[2], t)
	case circuits.GateR:
		q.RZ(-p[1], t).RX(p[0], t).RZ(p[1], t)
	case circuits.GateGPi:
		q.X(t).RZ(2*p[0], t)
	case circuits.GateGPi2:
		q.RZ(-p[0], t).RX(math.Pi/2, t).RZ(p[0], t)
	default:
		missing(g)
	}
}

// controlled applies a gate with one target.
func (r *register) controlled(g circuits.Gate, controls []int, t int, p []float64) {
	q := r.qubits
	switch g {
	case circuits.GateCX, circuits.GateCCX:
		q.ControlledX(controls, t)
	case circuits.GateCY:
		q.Controlled(gate.Y(), controls, t)
	case circuits.GateCZ, circuits.GateCCZ:
		q.ControlledZ(controls, t)
	case circuits.GateCH:
		q.ControlledH(controls, t)
	case circuits.GateCP:
		q.ControlledR(p[0], controls, t)
	case circuits.GateCRX:
		q.Controlled(gate.RX(p[0]), controls, t)
	case circuits.GateCRY:
		q.Controlled(gate.RY(p[0]), controls, t)
	case circuits.GateCRZ:
		q.Controlled(gate.RZ(p[0]), controls, t)
	case circuits.GateCU: // e^{iγ} where the control is 1 is a phase of the control
		q.ControlledU(p[0], p[1], p[2], controls, t).R(p[3], controls[0])
	default:
		missing(g)
	}
}

// pair applies a gate with two targets.
func (r *register) pair(g circuits.Gate, a, b int, p []float64) {
	q := r.qubits
	switch g {
	case circuits.GateSWAP:
		q.Swap(a, b)
	case circuits.GateISWAP: // SWAP·CZ·(S⊗S)
		q.S(a).S(b).CZ(a, b).Swap(a, b)
	case circuits.GateECR: // (IX − XY)/√2 = RZX(−π/4)·(I⊗X)·RZX(π/4)
		r.pair(circuits.GateRZX, a, b, []float64{math.Pi / 4})
		q.X(a)
		r.pair(circuits.GateRZX, a, b, []float64{-math.Pi / 4})
	case circuits.GateRZZ:
		q.CX(a, b).RZ(p[0], b).CX(a, b)
	case circuits.GateRXX: // X = H·Z·H
		q.H(a).H(b)
		r.pair(circuits.GateRZZ, a, b, p)
		q.H(a).H(b)
	case circuits.GateRYY: // Y = RX(−π/2)·Z·RX(π/2)
		q.RX(math.Pi/2, a).RX(math.Pi/2, b)
		r.pair(circuits.GateRZZ, a, b, p)
		q.RX(-math.Pi/2, a).RX(-math.Pi/2, b)
	case circuits.GateRZX:
		q.H(b)
		r.pair(circuits.GateRZZ, a, b, p)
		q.H(b)
	default:
		missing(g)
	}
}

// missing panics: the gate table has a gate that this package was not taught.
func missing(g circuits.Gate) { panic("reference: no rule for gate " + g.String()) }

// matrix applies an arbitrary matrix on k qubits: the state as a 2ᵏ×2ⁿ⁻ᵏ matrix,
// a column for every value of the other qubits, is multiplied from the left.
func (r *register) matrix(op circuits.Op) {
	d := 1 << len(op.Qubits)
	u := &matrix.Matrix{Rows: d, Cols: d, Data: op.Matrix}
	if d == 2 {
		r.qubits.G(u, r.at(op.Qubits[0]))
		return
	}
	a := r.qubits.Amplitude()
	columns := matrix.Zero(d, len(a)/d)
	place := func(x int) int {
		row, column, bit := 0, 0, 0
		for i, k := range op.Qubits {
			row |= x >> k & 1 << i
		}
		for k := range r.qubits.NumQubits() {
			if !slices.Contains(op.Qubits, k) {
				column |= x >> k & 1 << bit
				bit++
			}
		}
		return row*columns.Cols + column
	}
	for x, v := range a {
		columns.Data[place(x)] = v
	}
	product := u.MatMul(columns)
	for x := range a {
		a[x] = product.Data[place(x)]
	}
}
