package transpile

import (
	"math"
	"math/cmplx"

	"github.com/qnn-go/qnn/circuits"
)

// tolerance is the difference, in radians, below which two angles count as equal.
const tolerance = 1e-12

// turn is a rotation of a run: RY where y is set, else RZ.
type turn struct {
	y     bool
	angle circuits.Angle
}

// run is a product of gates on one qubit in the form … RZ·RY·RZ·RY·RZ with as few RY as
// the rules below find; one at most where no angle holds symbols. The zero value is the
// identity.
type run struct {
	turns []turn         // in order of time, RZ and RY alternating
	phase circuits.Angle // the global phase that turns leaves out

	bound bool          // whether gates without symbols wait in m and are not in turns yet
	m     [4]complex128 // the product of those gates

	ops     []circuits.Op // the gates as they were added
	carried bool          // whether turns begins with an RZ of gates before those in ops

	condition *circuits.Condition // the condition that all gates of the run are under
}

// empty reports whether nothing was added.
func (r *run) empty() bool { return len(r.turns) == 0 && !r.bound && len(r.ops) == 0 }

// add appends op. An op with symbols is written by its template, see [turnTemplates].
func (r *run) add(op circuits.Op, templates map[circuits.Gate]*circuits.Circuit) {
	r.ops = append(r.ops, op)
	if p, ok := values(op); ok {
		r.multiply([4]complex128(op.TargetMatrix(p)))
		return
	}
	r.settle()
	for _, step := range templates[op.Gate].Ops {
		a := step.Angles[0].Substitute(func(v circuits.Var) (circuits.Angle, bool) { return op.Angles[v.Index], true })
		switch step.Gate {
		case circuits.GateRZ:
			r.z(a)
		case circuits.GateRY:
			r.y(a)
		default:
			r.phase = r.phase.Plus(a)
		}
	}
}

// values returns the angles of op, if all of them are numbers.
func values(op circuits.Op) ([]float64, bool) {
	p := make([]float64, len(op.Angles))
	for i, a := range op.Angles {
		v, ok := a.Const()
		if !ok {
			return nil, false
		}
		p[i] = v
	}
	return p, true
}

func (r *run) multiply(a [4]complex128) {
	if !r.bound {
		r.m, r.bound = a, true
		return
	}
	b := r.m
	r.m = [4]complex128{a[0]*b[0] + a[1]*b[2], a[0]*b[1] + a[1]*b[3], a[2]*b[0] + a[3]*b[2], a[2]*b[1] + a[3]*b[3]}
}

// settle moves the product of the gates without symbols from m into turns.
func (r *run) settle() {
	if !r.bound {
		return
	}
	r.bound = false
	theta, phi, lambda, alpha := euler(r.m)
	r.phase = r.phase.Plus(circuits.Const(alpha + (phi+lambda)/2))
	r.z(circuits.Const(lambda))
	r.y(circuits.Const(theta))
	r.z(circuits.Const(phi))
}

// euler returns the angles for which m = e^{iα}·U(θ,φ,λ), 0 ≤ θ ≤ π.
func euler(m [4]complex128) (theta, phi, lambda, alpha float64) {
	theta = 2 * math.Atan2(cmplx.Abs(m[2]), cmplx.Abs(m[0]))
	switch {
	case theta < tolerance:
		return 0, 0, cmplx.Phase(m[3] * cmplx.Conj(m[0])), cmplx.Phase(m[0])
	case theta > math.Pi-tolerance:
		return math.Pi, 0, cmplx.Phase(-m[1] * cmplx.Conj(m[2])), cmplx.Phase(m[2])
	}
	alpha = cmplx.Phase(m[0])
	phi = cmplx.Phase(m[2]) - alpha
	lambda = cmplx.Phase(-m[1]) - alpha
	return theta, phi, lambda, alpha
}

// wrap brings the constant part of a rotation's angle into [−π, π]. As a rotation by 2π is
// the factor −1, it adds π to the phase for every 2π that it takes off.
func (r *run) wrap(a circuits.Angle) circuits.Angle {
	n := len(a)
	if n == 0 || len(a[n-1].Vars) > 0 {
		return a
	}
	k := math.Round(a[n-1].Coef / (2 * math.Pi))
	if k == 0 {
		return a
	}
	r.phase = r.phase.Plus(circuits.Const(math.Remainder(k, 2) * math.Pi))
	return a.Plus(circuits.Const(-2 * math.Pi * k))
}

// isNear reports whether a is the number v to the tolerance.
func isNear(a circuits.Angle, v float64) bool {
	c, ok := a.Const()
	return ok && math.Abs(c-v) < tolerance
}

// half returns the n for which a is n·π/2, −2 ≤ n ≤ 2.
func half(a circuits.Angle) (n int, ok bool) {
	for n = -2; n <= 2; n++ {
		if isNear(a, float64(n)*math.Pi/2) {
			return n, true
		}
	}
	return 0, false
}

// z appends RZ(a).
func (r *run) z(a circuits.Angle) {
	n := len(r.turns)
	if n > 0 && !r.turns[n-1].y {
		a = a.Plus(r.turns[n-1].angle)
		n--
	}
	r.turns = r.turns[:n]
	if a = r.wrap(a); !isNear(a, 0) {
		r.turns = append(r.turns, turn{angle: a})
	}
}

// y appends RY(b), joined with the RY before it where that is possible.
func (r *run) y(b circuits.Angle) {
	if b = r.wrap(b); isNear(b, 0) {
		return
	}
	n := len(r.turns)
	var between circuits.Angle
	if n > 0 && !r.turns[n-1].y {
		n--
		between = r.turns[n].angle
	}
	if n > 0 && r.join(n-1, r.turns[n-1].angle, between, b) {
		return
	}
	if _, ok := half(b); ok && len(between) > 0 && (isNear(b, math.Pi) || isNear(b, -math.Pi)) {
		r.turns = append(r.turns[:n], turn{y: true, angle: b})
		r.z(between.Scale(-1))
		return
	}
	r.turns = append(r.turns, turn{y: true, angle: b})
}

// join replaces RY(a), which is turns[i], the RZ(z) after it and an RY(b) to be appended by
// fewer RY, if a rule applies, and reports whether one did. The rules in the comments are
// products of matrices, so that the gate that comes first stands on the right.
func (r *run) join(i int, a, z, b circuits.Angle) bool {
	m, aHalf := half(a)
	k, zHalf := half(z)
	n, bHalf := half(b)
	head := r.turns[:i]
	s := func(x int) float64 { return float64(x) }
	switch {
	case zHalf && k == 0: // RY(b)·RY(a)
		r.turns = head
		r.y(a.Plus(b))
	case zHalf && k%2 == 0: // RY(b)·RZ(π) = RZ(π)·RY(−b)
		r.turns = head
		r.y(a.Minus(b))
		r.z(z)
	case aHalf && m%2 == 0: // RZ(z)·RY(π) = RY(π)·RZ(−z)
		r.turns = head
		r.z(z.Scale(-1))
		r.y(a.Plus(b))
	case bHalf && n%2 == 0:
		r.turns = head
		r.y(a.Plus(b))
		r.z(z.Scale(-1))
	case aHalf && zHalf: // RZ(kπ/2)·RY(mπ/2) maps the Z axis to ±Y: RY(b) becomes an RZ before them
		r.turns = head
		r.z(b.Scale(s(k * m)))
		r.y(a)
		r.z(z)
	case bHalf && zHalf:
		r.turns = head
		r.z(z)
		r.y(b)
		r.z(a.Scale(s(k * n)))
	case aHalf && bHalf: // RY(nπ/2)·RZ(z)·RY(−nπ/2) = RX(nz) = RZ(−π/2)·RY(nz)·RZ(π/2)
		r.turns = head
		r.y(a.Plus(b))
		r.z(circuits.Const(math.Pi / 2))
		r.y(z.Scale(s(n)))
		r.z(circuits.Const(-math.Pi / 2))
	default:
		return r.joinBound(head, a, z, b)
	}
	return true
}

// joinBound is [run.join] for three angles that are numbers, by the product of their
// matrices. It reports false if one is not.
func (r *run) joinBound(head []turn, a, z, b circuits.Angle) bool {
	var v [3]float64
	for i, angle := range []circuits.Angle{a, z, b} {
		var ok bool
		if v[i], ok = angle.Const(); !ok {
			return false
		}
	}
	product := run{}
	product.multiply([4]complex128(circuits.Op{Gate: circuits.GateRY}.TargetMatrix(v[:1])))
	product.multiply([4]complex128(circuits.Op{Gate: circuits.GateRZ}.TargetMatrix(v[1:2])))
	product.multiply([4]complex128(circuits.Op{Gate: circuits.GateRY}.TargetMatrix(v[2:])))
	r.turns, r.m, r.bound = head, product.m, true
	r.settle()
	return true
}
