package synth

import (
	"fmt"
	"math"
	"math/cmplx"

	"github.com/qnn-go/qnn/circuits"
	"github.com/qnn-go/qnn/circuits/internal/matrix"
)

// Circuit returns a circuit on two qubits equal to the matrix to about 1e-14 plus
// [KAKTolerance], of [KAK.Count] gates g, on either qubit at most one circuits.GateU between them,
// and a global phase. RZZ has angles in [0, π/2]. The error wraps [circuits.ErrBasis] if g is none
// of CX, CZ, ECR, ISWAP and RZZ.
func (k *KAK) Circuit(g circuits.Gate) (*circuits.Circuit, error) {
	if k.Count(g) < 0 {
		return nil, fmt.Errorf("%v, needs cx, cz, ecr, iswap or rzz: %w", g, circuits.ErrBasis)
	}
	return k.circuit(g), nil
}

// circuit is [KAK.Circuit] of one of its gates.
func (k *KAK) circuit(g circuits.Gate) *circuits.Circuit {
	n := k.Count(g)
	if g == circuits.GateISWAP && n%2 == 1 {
		k = k.swapped()
	}
	w := newWeaver(g)
	w.phase = k.Phase
	w.local(0, k.Right[0])
	w.local(1, k.Right[1])
	x := k.Coordinates
	switch {
	case g == circuits.GateRZZ:
		for i := range n {
			w.interaction(i, x[i])
		}
	case n == 1:
		w.rotate(0, circuits.GateH).cx(0, 1).rotate(0, circuits.GateRZ, -math.Pi/2).rotate(1, circuits.GateRX, -math.Pi/2).rotate(0, circuits.GateH)
		w.phase -= math.Pi / 4
	case n == 2: // RX(π/2) on both turns Y⊗Y into Z⊗Z; between CX, X⊗X and Z⊗Z are X and Z
		w.rotate(0, circuits.GateRX, -math.Pi/2).rotate(1, circuits.GateRX, -math.Pi/2).cx(0, 1).rotate(0, circuits.GateRX, -2*x[0]).
			rotate(1, circuits.GateRZ, -2*x[1]).cx(0, 1).rotate(0, circuits.GateRX, math.Pi/2).rotate(1, circuits.GateRX, math.Pi/2)
	case n == 3: // Vatan and Williams 2004, arXiv:quant-ph/0308006, figure 6
		w.rotate(1, circuits.GateRZ, math.Pi/2).cx(1, 0).rotate(0, circuits.GateRZ, math.Pi/2-2*x[2]).rotate(1, circuits.GateRY, math.Pi/2-2*x[0]).
			cx(0, 1).rotate(1, circuits.GateRY, 2*x[1]-math.Pi/2).cx(1, 0).rotate(0, circuits.GateRZ, -math.Pi/2)
		w.phase += math.Pi / 4
	}
	w.local(0, k.Left[0])
	w.local(1, k.Left[1])
	return w.finish()
}

// swapped is the KAK of SWAP·U: SWAP = e^{−iπ/4}·exp(iπ/4·(X⊗X + Y⊗Y + Z⊗Z)).
func (k *KAK) swapped() *KAK {
	out := &KAK{Phase: k.Phase - math.Pi/4, Left: [2][]complex128{k.Left[1], k.Left[0]}, Right: k.Right, Coordinates: k.Coordinates}
	for i := range out.Coordinates {
		out.Coordinates[i] += math.Pi / 4
	}
	out.toChamber()
	return out
}

// weaver writes a circuit on two qubits in gates U and one gate on two qubits, joining
// what comes between these on each qubit.
type weaver struct {
	gate    circuits.Gate
	out     *circuits.Circuit
	open    [2][]complex128 // not yet written, on each qubit of the circuit
	crossed bool            // qubit 0 of the caller is qubit 1 of the circuit
	phase   float64
}

func newWeaver(g circuits.Gate) *weaver {
	return &weaver{gate: g, out: circuits.New(2), open: [2][]complex128{matrix.Identity(2), matrix.Identity(2)}}
}

// local appends the matrix m on qubit q.
func (w *weaver) local(q int, m []complex128) {
	q = w.at(q)
	w.open[q] = matrix.Product(m, w.open[q])
}

// at is the circuit's qubit of the caller's.
func (w *weaver) at(q int) int {
	if w.crossed {
		return 1 - q
	}
	return q
}

// rotate appends a gate of the table on qubit q.
func (w *weaver) rotate(q int, g circuits.Gate, angles ...float64) *weaver {
	w.local(q, circuits.Op{Gate: g}.TargetMatrix(angles))
	return w
}

// cx appends a CX, or what is one in the weaver's gate.
func (w *weaver) cx(control, target int) *weaver {
	switch w.gate {
	case circuits.GateCZ:
		w.rotate(target, circuits.GateH).entangle(circuits.GateCZ, nil, 0, 1).rotate(target, circuits.GateH)
	case circuits.GateECR:
		w.rotate(control, circuits.GateSdg).rotate(target, circuits.GateSXdg).entangle(circuits.GateECR, nil, control, target).rotate(control, circuits.GateX)
		w.phase += math.Pi / 4
	case circuits.GateISWAP: // SWAP·CZ·(S⊗S); the SWAP changes what the caller calls 0 and 1
		w.rotate(target, circuits.GateH).rotate(0, circuits.GateSdg).rotate(1, circuits.GateSdg).entangle(circuits.GateISWAP, nil, 0, 1)
		w.crossed = !w.crossed
		w.rotate(target, circuits.GateH)
	default:
		w.entangle(circuits.GateCX, nil, control, target)
	}
	return w
}

// interaction appends exp(ix·P⊗P) for the Pauli matrix P of coordinate i, by an RZZ of
// positive angle: X on one side negates Z⊗Z.
func (w *weaver) interaction(i int, x float64) {
	var to, back []complex128
	switch i {
	case 0:
		to = circuits.Op{Gate: circuits.GateH}.TargetMatrix(nil)
		back = to
	case 1:
		to, back = circuits.Op{Gate: circuits.GateRX}.TargetMatrix([]float64{math.Pi / 2}), circuits.Op{Gate: circuits.GateRX}.TargetMatrix([]float64{-math.Pi / 2})
	default:
		to, back = matrix.Identity(2), matrix.Identity(2)
	}
	w.local(0, to)
	w.local(1, to)
	if x > 0 {
		w.rotate(0, circuits.GateX)
	}
	w.entangle(circuits.GateRZZ, []circuits.Angle{circuits.Const(2 * math.Abs(x))}, 0, 1)
	if x > 0 {
		w.rotate(0, circuits.GateX)
	}
	w.local(0, back)
	w.local(1, back)
}

// entangle writes what is open and then gate g.
func (w *weaver) entangle(g circuits.Gate, angles []circuits.Angle, qubits ...int) *weaver {
	w.flush()
	at := make([]int, len(qubits))
	for i, q := range qubits {
		at[i] = w.at(q)
	}
	w.out.Append(g, angles, at...)
	return w
}

func (w *weaver) flush() {
	for q, m := range w.open {
		if cmplx.Abs(m[1]) < negligible && cmplx.Abs(m[0]-m[3]) < negligible {
			w.phase += cmplx.Phase(m[0])
		} else {
			theta, phi, lambda, phase := zyz(m)
			w.out.U(circuits.Const(theta), circuits.Const(phi), circuits.Const(lambda), q)
			w.phase += phase
		}
		w.open[q] = matrix.Identity(2)
	}
}

func (w *weaver) finish() *circuits.Circuit {
	w.flush()
	if phase := math.Remainder(w.phase, 2*math.Pi); phase != 0 {
		w.out.GPhase(circuits.Const(phase))
	}
	return w.out
}
