package plan

import (
	"math"
	"math/cmplx"
	"slices"

	"github.com/qnn-go/qnn/circuits"
)

// class says which of four kinds an operation is of.
type class uint8

const (
	phase  class = iota // multiplies by e^{iv} where all bits of z are 1
	rotate              // RY(v) on the one bit of x
	not                 // exchanges the amplitudes that differ in the bit of x, where the bit of z is 1
	dense               // a matrix on the bits targets
)

// op is one operation on index bits. Two operations commute if neither has in its z a bit of
// the other's x.
type op struct {
	class   class
	z, x    uint64       // masks of the bits it acts on like Z, and like X; bits it acts on in any other way are in both
	value   value        // of a phase or a rotation
	worth   float64      // gain from letting it into a pass, for the choice of active bits
	still   bool         // in the backward pass: its derivative is taken, but it is not undone
	targets []int        // bits of a dense matrix, the least significant first
	matrix  []complex128 // of dense, row-major
}

// commutes reports whether o commutes with operations whose masks together are z and x.
func (o *op) commutes(z, x uint64) bool { return o.z&x == 0 && o.x&z == 0 }

// fits reports whether o can run in a pass, block or stage with these active bits. A phase
// needs one of its bits to be active, any other operation all bits that it changes; controls
// may be any bits.
func (o *op) fits(active uint64) bool {
	if o.class == phase {
		return o.z&active != 0
	}
	return o.x&^active == 0
}

// value is the v of a phase or rotation: scale times the angle number index of Plan.angles, or
// a constant if index is −1.
type value struct {
	index       int
	scale       float64
	constant    turn
	fixed, half complex128 // e^{iv} and e^{iv/2} of a constant
}

// constant is the value v, which depends on no angle.
func constant(v float64) value { return fixed(turnOf(v)) }

// fixed is the value of a constant phase.
func fixed(t turn) value {
	return value{index: -1, constant: t, fixed: t.unit(), half: t.times(0.5).unit()}
}

// times is f·v, for f a power of two or its negative.
func (v value) times(f float64) value {
	if v.index < 0 {
		return fixed(v.constant.times(f))
	}
	return value{index: v.index, scale: v.scale * f}
}

// lowering is a circuit as operations on bits. While it is built, location and flipped say
// where the qubits are after the gates so far.
type lowering struct {
	ops      []op
	angles   []angle
	location []int  // location[q] is the bit that holds qubit q
	flipped  uint64 // the bits that hold the inverse of their qubit
	phase    globalPhase
	touched  uint64 // the bits that can be 1 in the index of an amplitude other than 0
}

// native lists the gates that [lowering.gate] knows; circuits.Decompose writes all others in
// them.
var native = []circuits.Gate{ //nolint:gochecknoglobals // a constant table
	circuits.GateI, circuits.GateX, circuits.GateY, circuits.GateZ, circuits.GateH, circuits.GateS, circuits.GateSdg,
	circuits.GateT, circuits.GateTdg, circuits.GateSX, circuits.GateSXdg, circuits.GateRX, circuits.GateRY, circuits.GateRZ,
	circuits.GateP, circuits.GateU, circuits.GateCX, circuits.GateCZ, circuits.GateCP, circuits.GateCRZ, circuits.GateSWAP,
	circuits.GateRZZ, circuits.GateUnitary,
}

// dependence says what the value of an angle depends on: weights, features or both.
type dependence uint8

const (
	byWeight dependence = 1 << iota
	byFeature
)

// lower rewrites the unitary operations of c, qubit q being bit first+q at the beginning. The
// state starts as |0…0⟩, so phases and NOTs that act only where a bit is 1 that is still 0 in
// all amplitudes are left out.
func lower(c *circuits.Circuit, first int) (*lowering, error) {
	c, err := c.Decompose(native)
	if err != nil {
		return nil, err
	}
	l := &lowering{ops: make([]op, 0, len(c.Ops)), location: make([]int, c.Qubits)}
	for q := range l.location {
		l.location[q] = first + q
	}
	for i := range c.Ops {
		if err := l.gate(&c.Ops[i]); err != nil {
			return nil, &circuits.OpError{Index: i, Gate: c.Ops[i].Gate, Err: err}
		}
	}
	return l, nil
}

// gate appends one gate of native. For any other gate the error wraps [circuits.ErrBasis].
func (l *lowering) gate(o *circuits.Op) error {
	v := make([]value, len(o.Angles))
	for k, a := range o.Angles {
		v[k] = l.angle(a)
	}
	bit := make([]int, len(o.Qubits))
	for k, q := range o.Qubits {
		bit[k] = l.location[q]
	}
	const half = math.Pi / 2
	switch o.Gate {
	case circuits.GateI:
	case circuits.GateX:
		l.flipped ^= 1 << bit[0]
	case circuits.GateY: // i·X·Z
		l.global(constant(half))
		l.p(bit[0], constant(math.Pi))
		l.flipped ^= 1 << bit[0]
	case circuits.GateZ:
		l.p(bit[0], constant(math.Pi))
	case circuits.GateS:
		l.p(bit[0], constant(half))
	case circuits.GateSdg:
		l.p(bit[0], constant(-half))
	case circuits.GateT:
		l.p(bit[0], constant(half/2))
	case circuits.GateTdg:
		l.p(bit[0], constant(-half/2))
	case circuits.GateH: // RY(π/2)·Z
		l.u(bit[0], constant(half), constant(0), constant(math.Pi))
	case circuits.GateSX:
		l.global(constant(half / 2))
		l.u(bit[0], constant(half), constant(-half), constant(half))
	case circuits.GateSXdg:
		l.global(constant(-half / 2))
		l.u(bit[0], constant(-half), constant(-half), constant(half))
	case circuits.GateRX:
		l.u(bit[0], v[0], constant(-half), constant(half))
	case circuits.GateRY:
		l.ry(bit[0], v[0])
	case circuits.GateU:
		l.u(bit[0], v[0], v[1], v[2])
	case circuits.GateUnitary:
		l.unitary(bit, o.Matrix)
	default:
		return l.phaseOrPair(o.Gate, bit, v)
	}
	return nil
}

// phaseOrPair appends the gates that are phases by an angle, and those on two qubits.
func (l *lowering) phaseOrPair(g circuits.Gate, bit []int, v []value) error {
	switch g {
	case circuits.GateRZ:
		l.global(v[0].times(-0.5))
		l.p(bit[0], v[0])
	case circuits.GateP:
		l.p(bit[0], v[0])
	case circuits.GateGPhase:
		l.global(v[0])
	case circuits.GateCX:
		l.cx(bit[0], bit[1])
	case circuits.GateCZ:
		l.cp(bit[0], bit[1], constant(math.Pi))
	case circuits.GateCP:
		l.cp(bit[0], bit[1], v[0])
	case circuits.GateCRZ:
		l.p(bit[0], v[0].times(-0.5))
		l.cp(bit[0], bit[1], v[0])
	case circuits.GateRZZ: // the parity a⊕b = a + b − 2ab
		l.global(v[0].times(-0.5))
		l.p(bit[0], v[0])
		l.p(bit[1], v[0])
		l.cp(bit[0], bit[1], v[0].times(-2))
	case circuits.GateSWAP:
		for q, b := range l.location {
			switch b {
			case bit[0]:
				l.location[q] = bit[1]
			case bit[1]:
				l.location[q] = bit[0]
			}
		}
	default:
		return circuits.ErrBasis
	}
	return nil
}

// angle is a as a value; if a is not constant it joins l.angles.
func (l *lowering) angle(a circuits.Angle) value {
	if v, ok := a.Const(); ok {
		return constant(v)
	}
	l.angles = append(l.angles, newAngle(a))
	return value{index: len(l.angles) - 1, scale: 1}
}

// globalPhase is a constant plus multiples of angles.
type globalPhase struct {
	constant turn
	scales   []float64 // scales[i] is the factor of angle i; 0 beyond the end
}

// global adds v to the global phase.
func (l *lowering) global(v value) {
	if v.index < 0 {
		l.phase.constant = l.phase.constant.plus(v.constant)
		return
	}
	for len(l.phase.scales) <= v.index {
		l.phase.scales = append(l.phase.scales, 0)
	}
	l.phase.scales[v.index] += v.scale
}

// none reports whether the phase is 0 whatever the angles are.
func (g *globalPhase) none() bool { return len(g.scales) == 0 && g.constant == turn{} }

// unit is e^{iφ} for the phase φ at the given angles.
func (g *globalPhase) unit(angles []float64) complex128 {
	sum := g.constant
	for i, scale := range g.scales {
		sum.add(scale * angles[i])
	}
	return sum.unit()
}

// isFlipped reports whether bit holds the inverse of its qubit.
func (l *lowering) isFlipped(bit int) bool { return l.flipped>>bit&1 == 1 }

// p appends the phase v where the qubit at bit is 1. If bit holds its inverse, that is where 1
// − bit is 1: v·(1−b) = v − v·b.
func (l *lowering) p(bit int, v value) {
	if l.isFlipped(bit) {
		l.global(v)
		v = v.times(-1)
	}
	l.monomial(1<<bit, v)
}

// cp appends the phase v where the qubits at the bits a and b are both 1.
func (l *lowering) cp(a, b int, v value) {
	if l.isFlipped(a) { // (1−a)b = b − ab
		l.p(b, v)
		v = v.times(-1)
	}
	if l.isFlipped(b) { // a(1−b) = a − ab
		l.monomial(1<<a, v)
		v = v.times(-1)
	}
	l.monomial(1<<a|1<<b, v)
}

// monomial appends the phase v where all the given bits are 1, unless no amplitude has them
// yet.
func (l *lowering) monomial(bits uint64, v value) {
	if bits&^l.touched == 0 {
		l.append(op{class: phase, z: bits, value: v})
	}
}

// append adds o to the operations.
func (l *lowering) append(o op) {
	l.ops = append(l.ops, o)
	l.touched |= o.x
}

// ry appends RY(v) on the qubit at bit.
func (l *lowering) ry(bit int, v value) {
	if l.isFlipped(bit) { // X·RY(θ)·X = RY(−θ)
		v = v.times(-1)
	}
	l.append(op{class: rotate, z: 1 << bit, x: 1 << bit, value: v})
}

// u appends U(θ,φ,λ) = P(φ)·RY(θ)·P(λ).
func (l *lowering) u(bit int, theta, phi, lambda value) {
	l.p(bit, lambda)
	l.ry(bit, theta)
	l.p(bit, phi)
}

// cx appends a controlled NOT. If the control is inverted, it acts where the bit is 0: that is
// a controlled NOT and a NOT, which only flips the target.
func (l *lowering) cx(control, target int) {
	if l.isFlipped(control) {
		l.flipped ^= 1 << target
	}
	if l.touched>>control&1 == 1 {
		l.append(op{class: not, z: 1 << control, x: 1 << target})
	}
}

// unitary appends the row-major matrix m on the qubits at the bits targets, the least
// significant first. A bit that is inverted exchanges rows and columns of the matrix.
func (l *lowering) unitary(targets []int, m []complex128) {
	if len(targets) == 1 {
		l.unitary1(targets[0], m)
		return
	}
	o := op{class: dense, targets: targets, matrix: slices.Clone(m)}
	flip, d := 0, 1<<len(targets)
	for k, t := range targets {
		o.z |= 1 << t
		flip |= int(l.flipped>>t&1) << k
	}
	o.x = o.z
	for r := range d {
		for c := range d {
			o.matrix[r*d+c] = m[(r^flip)*d+c^flip]
		}
	}
	l.append(o)
}

// unitary1 appends a matrix on one qubit as phases and a rotation: m = e^{iα}·U(θ,φ,λ).
func (l *lowering) unitary1(bit int, m []complex128) {
	c, s := cmplx.Abs(m[0]), cmplx.Abs(m[2])
	alpha := cmplx.Phase(m[0])
	phi, lambda := cmplx.Phase(m[2])-alpha, 0.0
	if c >= s {
		lambda = cmplx.Phase(m[3]) - alpha - phi
	} else {
		lambda = cmplx.Phase(-m[1]) - alpha
	}
	l.global(constant(alpha))
	l.u(bit, constant(2*math.Atan2(s, c)), constant(phi), constant(lambda))
}
