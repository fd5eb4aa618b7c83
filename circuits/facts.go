package circuits

import (
	"math"
	"math/cmplx"
	"sync"

	"github.com/qnn-go/qnn/circuits/internal/matrix"
)

// Form is the shape of a gate's matrix on its targets for all values of its angles.
type Form uint8

const (
	FormDense    Form = iota // none of the others
	FormDiagonal             // 0 beside the diagonal
	FormPhase                // diagonal, and 1 but for the last entry
	FormFlip                 // X on one target
	FormSwap                 // exchanges two targets
)

// maxGateQubits is the number of qubits of the largest gates of the table.
const maxGateQubits = 3

// facts are what follows from the matrix of a gate. Those of a gate without a matrix in the
// table are the zero value, in which nothing is known.
type facts struct {
	form     Form
	axes     [maxGateQubits]byte // of each qubit
	alike    [maxGateQubits]int  // the first qubit that each may be exchanged with
	additive bool
	pauli    string
	rotation Rotation // of a gate without angles; with angles its Gate alone
	clifford Clifford
}

// derived holds the facts of all gates. They are found when one is first asked for.
var derived = sync.OnceValue(func() *[gateCount]facts {
	out := new([gateCount]facts)
	for g := range specs {
		if s := &specs[g]; s.matrix != nil {
			out[g] = s.facts(Gate(g))
		}
	}
	return out
})

func (g Gate) facts() *facts { return &derived()[g] }

// Form is the shape of the gate's matrix on its targets, [FormDense] where the table has no
// matrix.
func (g Gate) Form() Form { return g.facts().form }

// Axis is the Pauli matrix 'X', 'Y' or 'Z' on the k-th qubit of the gate, controls first, that
// the gate commutes with for all values of its angles; 0 if there is none or the table has no
// matrix. Two gates commute if on every qubit that they share both have an axis and it is the
// same. The axis of the identity, which commutes with all three, is Z.
func (g Gate) Axis(k int) byte {
	if k >= maxGateQubits { // of a barrier
		return 0
	}
	return g.facts().axes[k]
}

// Exchangeable reports whether the gate is the same for all values of its angles when its j-th
// and its k-th qubit, controls first, are exchanged. Where the table has no matrix, that is
// known only if j is k.
func (g Gate) Exchangeable(j, k int) bool {
	s := g.Spec()
	return j == k || s.matrix != nil && max(j, k) < s.Qubits && g.facts().alike[j] == g.facts().alike[k]
}

// Additive reports whether the gate has one angle and U(a)·U(b) = U(a+b).
func (g Gate) Additive() bool { return g.facts().additive }

// Pauli is the string of Pauli matrices P for which the gate is exp(−iθP/2) on its targets; its
// k-th letter is the matrix on the k-th target. It is empty for other gates.
func (g Gate) Pauli() string { return g.facts().pauli }

// SelfInverse reports whether the gate has no angles and undoes itself.
func (g Gate) SelfInverse() bool {
	s := g.Spec()
	return s.matrix != nil && len(s.Params) == 0 && s.inverse == g
}

// Clifford is what a gate without angles makes of Pauli matrices; nil if it is no Clifford
// operator.
func (g Gate) Clifford() Clifford { return g.facts().clifford }

// Rotation is e^{i·Phase}·Gate(Angle) with a gate whose angles add up ([Gate.Additive]).
type Rotation struct {
	Gate         Gate
	Angle, Phase Angle
}

// Rotation is op as a rotation: a gate whose angles add up is one, but P, which becomes RZ; a
// gate without angles on one qubit becomes RX, RY or RZ if it has an axis; CZ becomes CP. It
// reports whether op is one of these. The condition of op does not matter.
func (op Op) Rotation() (Rotation, bool) {
	r := op.Gate.facts().rotation
	switch {
	case r.Gate == GateI || len(op.Angles) == 0:
	case r.Gate == op.Gate:
		r.Angle = op.Angles[0]
	default: // P
		r.Angle, r.Phase = op.Angles[0], op.Angles[0].Scale(0.5)
	}
	return r, r.Gate != GateI
}

// FullMatrix is the row-major matrix of a unitary op on all of its qubits, for the given values
// of its angles. Its first qubit, a control if there is one, is the least significant.
func (op Op) FullMatrix(angles []float64) []complex128 {
	m, controls := op.TargetMatrix(angles), op.Gate.Spec().Controls
	d := matrix.Order(m)
	out := matrix.Identity(d << controls)
	at := func(i int) int { return i<<controls | (1<<controls - 1) } // where all controls are 1
	for r := range d {
		for c := range d {
			out[at(r)*d<<controls+at(c)] = m[r*d+c]
		}
	}
	return out
}

// someAngles are values of n angles that are nothing special. The entries of a gate's matrix
// are analytic functions of the angles, so what holds there holds everywhere.
func someAngles(n int) []float64 { return []float64{0.7391, -1.9137, 2.3713, 0.5119}[:n] }

// facts derives the facts of gate g, whose entry is s.
func (s *Spec) facts(g Gate) facts {
	angles := someAngles(len(s.Params))
	m := Op{Gate: g}.FullMatrix(angles)
	f := facts{form: formOf(Op{Gate: g}.TargetMatrix(angles)), additive: s.isAdditive(), pauli: s.rotationPauli()}
	for k := range s.Qubits {
		f.axes[k] = axisOf(m, k)
		for f.alike[k] < k && !matrix.IsClose(m, exchangedQubits(m, f.alike[k], k)) {
			f.alike[k]++
		}
	}
	if len(s.Params) == 0 {
		f.clifford = cliffordOf(m)
	}
	f.rotation = s.rotation(g, &f, m)
	return f
}

// formOf finds the form of a matrix on targets.
func formOf(m []complex128) Form {
	d := matrix.Order(m)
	switch {
	case matrix.OffDiagonal(m) == 0:
		for i := range d - 1 {
			if m[i*d+i] != 1 {
				return FormDiagonal
			}
		}
		return FormPhase
	case matrix.IsClose(m, paulis['X']):
		return FormFlip
	case matrix.IsClose(m, Op{Gate: GateSWAP}.TargetMatrix(nil)):
		return FormSwap
	}
	return FormDense
}

// axisOf is the Pauli matrix on qubit k that m commutes with, or 0.
func axisOf(m []complex128, k int) byte {
	n := matrix.Qubits(m)
	for i, p := range []SignedPauli{{Z: 1 << k}, {X: 1 << k}, {X: 1 << k, Z: 1 << k}} {
		if p := p.matrix(n); matrix.IsClose(matrix.Product(m, p), matrix.Product(p, m)) {
			return "ZXY"[i]
		}
	}
	return 0
}

// exchangedQubits is m with qubits j and k exchanged.
func exchangedQubits(m []complex128, j, k int) []complex128 {
	d := matrix.Order(m)
	at := func(i int) int {
		different := (i>>j ^ i>>k) & 1
		return i ^ (different<<j | different<<k)
	}
	out := make([]complex128, len(m))
	for r := range d {
		for c := range d {
			out[at(r)*d+at(c)] = m[r*d+c]
		}
	}
	return out
}

func (s *Spec) isAdditive() bool {
	if len(s.Params) != 1 {
		return false
	}
	at := func(angle float64) []complex128 {
		m := make([]complex128, 1<<(2*s.Targets()))
		s.Matrix(m, []float64{angle})
		return m
	}
	a, b := 0.7391, -1.9137
	return matrix.IsClose(matrix.Product(at(a), at(b)), at(a+b))
}

// rotationPauli finds the string of [Gate.Pauli]: of an additive gate whose generator is half
// of one.
func (s *Spec) rotationPauli() string {
	if !s.isAdditive() || s.Targets() == 0 {
		return ""
	}
	g := make([]complex128, 1<<(2*s.Targets()))
	s.Generator(g, someAngles(1), 0)
	for i := range g {
		g[i] *= 2
	}
	p, ok := signedPauliOf(g)
	if !ok || p.Negative {
		return ""
	}
	letters := make([]byte, s.Targets())
	for k := range letters {
		letters[k] = "IXZY"[p.X>>k&1|p.Z>>k&1<<1]
	}
	return string(letters)
}

// rotation finds the rotation of gate g, whose matrix on all qubits is m.
func (s *Spec) rotation(g Gate, f *facts, m []complex128) Rotation {
	switch {
	case s.Qubits == 0:
		return Rotation{}
	case f.additive && f.form == FormPhase && s.Qubits == 1:
		return Rotation{Gate: GateRZ}
	case f.additive:
		return Rotation{Gate: g}
	case len(s.Params) > 0:
		return Rotation{}
	case s.Qubits == 1 && f.axes[0] != 0 && g != GateI:
		return fixedRotation(m, f.axes[0])
	case s.Qubits == 2 && s.Controls == 1 && f.form == FormPhase:
		return Rotation{Gate: GateCP, Angle: Const(cmplx.Phase(m[15]))}
	}
	return Rotation{}
}

// fixedRotation is the matrix m on one qubit, which commutes with the Pauli matrix of an axis,
// as a rotation about it.
func fixedRotation(m []complex128, axis byte) Rotation {
	plus, minus := m[0], m[3] // eigenvalues where the Pauli matrix is ±1
	switch axis {
	case 'X':
		plus, minus = m[0]+m[1], m[0]-m[1]
	case 'Y':
		plus, minus = m[0]+1i*m[1], m[0]-1i*m[1]
	}
	angle := cmplx.Phase(minus * cmplx.Conj(plus))
	if angle < -math.Pi+1e-12 {
		angle = math.Pi
	}
	gate := map[byte]Gate{'X': GateRX, 'Y': GateRY, 'Z': GateRZ}[axis]
	return Rotation{Gate: gate, Angle: Const(angle), Phase: Const(cmplx.Phase(plus) + angle/2)}
}
