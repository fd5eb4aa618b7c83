package plan

import (
	"math"
	"math/cmplx"
	"slices"

	"github.com/qnn-go/qnn/circuits"
)

// class tells the operations of a plan apart.
type class uint8

const (
	phase  class = iota // e^{iv} where all bits of z are 1
	rotate              // RY(v) on the bit of x
	not                 // exchanges across the bit of x where the bit of z is 1
	dense               // a matrix on targets
)

// op is one operation. Two commute where neither's z meets the other's x.
type op struct {
	class   class
	z, x    uint64 // bits it acts on like Z (or in any way), and like X (or in any way)
	value   value
	worth   float64      // of absorbing it when active bits are chosen
	still   bool         // in the backward pass: only the derivative is taken, nothing is undone
	targets []int        // of dense, first least significant
	matrix  []complex128 // of dense, row-major
}

func (o *op) commutes(z, x uint64) bool { return o.z&x == 0 && o.x&z == 0 }

// fits reports whether o can run while the bits active are in reach: a phase
// needs one of its bits, others all that they change. Controls may be anywhere.
func (o *op) fits(active uint64) bool {
	if o.class == phase {
		return o.z&active != 0
	}
	return o.x&^active == 0
}

// value is scale·(angle index), or for index −1 a constant.
type value struct {
	index       int
	scale       float64
	constant    turn
	fixed, half complex128 // e^{iv} and e^{iv/2} of the constant
}

func constant(v float64) value { return fixed(turnOf(v)) }

func fixed(t turn) value {
	return value{index: -1, constant: t, fixed: t.unit(), half: t.times(0.5).unit()}
}

func (v value) times(f float64) value {
	if v.index < 0 {
		return fixed(v.constant.times(f))
	}
	return value{index: v.index, scale: v.scale * f}
}

// lowering is a circuit as operations on bits.
type lowering struct {
	ops      []op
	angles   []angle
	location []int  // bit that holds a qubit at the end
	flipped  uint64 // bits that hold the inverse of their qubit at the end
	phase    globalPhase
	touched  uint64 // bits that can be other than 0
}

// native lists the gates that [lower] knows; circuits.Decompose reduces all
// others to them.
var native = []circuits.Gate{ //nolint:gochecknoglobals // a constant table
	circuits.GateI, circuits.GateX, circuits.GateY, circuits.GateZ, circuits.GateH, circuits.GateS, circuits.GateSdg,
	circuits.GateT, circuits.GateTdg, circuits.GateSX, circuits.GateSXdg, circuits.GateRX, circuits.GateRY, circuits.GateRZ,
	circuits.GateP, circuits.GateU, circuits.GateCX, circuits.GateCZ, circuits.GateCP, circuits.GateCRZ, circuits.GateSWAP,
	circuits.GateRZZ, circuits.GateUnitary,
}

// dependence is what the value of an angle depends on.
type dependence uint8

const (
	byWeight dependence = 1 << iota
	byFeature
)

// lower rewrites the unitary operations of c, qubit q starting at bit first+q. As all
// bits are 0 at first, it leaves out phases and NOTs that need a 1 where there is none yet.
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

// gate appends one gate of native. The error of others wraps [circuits.ErrBasis].
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

// phaseOrPair appends phases with angles, and gates on two qubits.
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

func (l *lowering) angle(a circuits.Angle) value {
	if v, ok := a.Const(); ok {
		return constant(v)
	}
	l.angles = append(l.angles, newAngle(a))
	return value{index: len(l.angles) - 1, scale: 1}
}

// globalPhase is a constant and multiples of angles, of which each occurs once.
type globalPhase struct {
	constant turn
	scales   []float64 // by the angle's index, 0 beyond the end
}

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

// none reports whether there is no phase for any angles.
func (g *globalPhase) none() bool { return len(g.scales) == 0 && g.constant == turn{} }

// unit is e^{iφ} for the given angles.
func (g *globalPhase) unit(angles []float64) complex128 {
	sum := g.constant
	for i, scale := range g.scales {
		sum.add(scale * angles[i])
	}
	return sum.unit()
}

func (l *lowering) isFlipped(bit int) bool { return l.flipped>>bit&1 == 1 }

// p is the phase v where the qubit at bit is 1; a flipped bit b is 1−b.
func (l *lowering) p(bit int, v value) {
	if l.isFlipped(bit) {
		l.global(v)
		v = v.times(-1)
	}
	l.monomial(1<<bit, v)
}

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

func (l *lowering) monomial(bits uint64, v value) {
	if bits&^l.touched == 0 {
		l.append(op{class: phase, z: bits, value: v})
	}
}

func (l *lowering) append(o op) {
	l.ops = append(l.ops, o)
	l.touched |= o.x
}

func (l *lowering) ry(bit int, v value) {
	if l.isFlipped(bit) { // X·RY(θ)·X = RY(−θ)
		v = v.times(-1)
	}
	l.append(op{class: rotate, z: 1 << bit, x: 1 << bit, value: v})
}

// u is U(θ,φ,λ) = P(φ)·RY(θ)·P(λ).
func (l *lowering) u(bit int, theta, phi, lambda value) {
	l.p(bit, lambda)
	l.ry(bit, theta)
	l.p(bit, phi)
}

func (l *lowering) cx(control, target int) {
	if l.isFlipped(control) {
		l.flipped ^= 1 << target
	}
	if l.touched>>control&1 == 1 {
		l.append(op{class: not, z: 1 << control, x: 1 << target})
	}
}

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

// unitary1 writes m = e^{iα}·U(θ,φ,λ).
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
