package transpile

import (
	"math"
	"slices"

	"github.com/qnn-go/qnn/circuits"
)

// basis is how a target turns one qubit. In order of preference:
//
//	U                   one gate for everything
//	RZ, RY              RZ·RY·RZ
//	RZ, RX              RZ·RX·RZ; SX and X in place of RX where the target has them
//	RZ, SX (, X)        RZ·SX·RZ·SX·RZ, fewer SX for angles of 0, π/2 and π
//	RZ, RX(±π/2, ±π)    the same with RX(π/2) and RX(π)
//	R                   R about axes that take the place of RZ
//	GPi, GPi2           GPi2 and GPi about such axes
type basis struct {
	has    map[circuits.Gate]*Native
	pulses func(w *pulseWriter, y circuits.Angle) // writes RY(y)
	whole  bool                                   // a run is one gate, with its RZ
	axes   bool                                   // no RZ: pulses have axes
}

// basisOf is how t turns qubit q.
func (t *Target) basisOf(q int) *basis {
	b := &basis{has: map[circuits.Gate]*Native{}}
	for i := range t.Gates {
		if n := &t.Gates[i]; n.Gate.Unitary() && n.Gate.Spec().Qubits == 1 && n.on(q) {
			b.has[n.Gate] = n
		}
	}
	free := func(g circuits.Gate) bool { return b.has[g] != nil && b.has[g].Angle == nil }
	rz := free(circuits.GateRZ)
	switch {
	case free(circuits.GateU):
		b.pulses, b.whole = (*pulseWriter).u, true
	case rz && free(circuits.GateRY):
		b.pulses = (*pulseWriter).ry
	case rz && free(circuits.GateRX):
		b.pulses = (*pulseWriter).rx
	case rz && (free(circuits.GateSX) || b.has[circuits.GateRX] != nil):
		b.pulses = (*pulseWriter).sx
	case free(circuits.GateR):
		b.pulses, b.axes = (*pulseWriter).r, true
	case free(circuits.GateGPi) && free(circuits.GateGPi2):
		b.pulses, b.axes = (*pulseWriter).gpi, true
	}
	return b
}

// allows reports whether the target has op, a gate on one qubit.
func (b *basis) allows(op circuits.Op) bool {
	n := b.has[op.Gate]
	if n == nil {
		return false
	}
	if n.Angle == nil {
		return true
	}
	v, ok := op.Angles[0].Const()
	return ok && n.Angle.Allows(v)
}

func (b *basis) writer(q int) *pulseWriter { return &pulseWriter{basis: b, q: q} }

// pulseWriter writes a run on qubit q.
type pulseWriter struct {
	basis *basis
	q     int
	ops   []circuits.Op
	frame circuits.Angle // of the RZ that is to be written next
	phase circuits.Angle // global, beside that of the run
}

// write appends the pulses of a turn about Y; one about Z only turns the frame, which align
// writes.
func (w *pulseWriter) write(t turn) {
	if t.y {
		w.basis.pulses(w, t.angle)
	} else {
		w.frame = w.frame.Plus(t.angle)
	}
}

// append writes a gate.
func (w *pulseWriter) append(g circuits.Gate, angles ...circuits.Angle) {
	w.ops = append(w.ops, circuits.Op{Gate: g, Qubits: []int{w.q}, Angles: angles})
}

// rotate turns the frame by v radians.
func (w *pulseWriter) rotate(v float64) { w.frame = w.frame.Plus(circuits.Const(v)) }

// global adds v radians to the phase.
func (w *pulseWriter) global(v float64) { w.phase = w.phase.Plus(circuits.Const(v)) }

// align writes the RZ of the frame.
func (w *pulseWriter) align() {
	r := run{}
	frame := r.wrap(w.frame)
	w.phase = w.phase.Plus(r.phase)
	if !isNear(frame, 0) {
		w.append(circuits.GateRZ, frame)
	}
	w.frame = nil
}

// finish writes what is left.
func (w *pulseWriter) finish() {
	switch {
	case w.basis.axes:
		w.finishAxes()
	case w.basis.whole:
		w.finishU()
	default:
		w.align()
	}
}

// u writes U(y, 0, λ).
func (w *pulseWriter) u(y circuits.Angle) {
	w.phase = w.phase.Plus(w.frame.Scale(-0.5))
	w.append(circuits.GateU, y, nil, w.frame)
	w.frame = nil
}

// finishU puts the last RZ into the last U, or writes it.
func (w *pulseWriter) finishU() {
	n := len(w.ops)
	switch {
	case n > 0:
		w.ops[n-1].Angles[1] = w.frame
		w.phase = w.phase.Plus(w.frame.Scale(-0.5))
	case w.basis.has[circuits.GateRZ] != nil:
		w.align()
	case !isNear(w.frame, 0):
		w.append(circuits.GateU, nil, nil, w.frame)
		w.phase = w.phase.Plus(w.frame.Scale(-0.5))
	}
	w.frame = nil
}

// ry writes RY(y).
func (w *pulseWriter) ry(y circuits.Angle) {
	w.align()
	w.append(circuits.GateRY, y)
}

// rx writes RY(y) = RZ(π/2)·RX(y)·RZ(−π/2).
func (w *pulseWriter) rx(y circuits.Angle) {
	if n, ok := half(y); ok && (n%2 == 0 && w.basis.has[circuits.GateX] != nil || n%2 != 0 && w.basis.has[circuits.GateSX] != nil) {
		w.sx(y)
		return
	}
	w.rotate(-math.Pi / 2)
	w.align()
	w.append(circuits.GateRX, y)
	w.rotate(math.Pi / 2)
}

// sx writes RY(y): RZ(π/2)·RX(π/2)·RZ(−π/2) for π/2, RZ(π)·RX(π) for π, in general
// i·RZ(π)·SX·RZ(y+π)·SX.
func (w *pulseWriter) sx(y circuits.Angle) {
	switch n, ok := half(y); {
	case ok && n == 1, ok && n == -1:
		w.rotate(-float64(n) * math.Pi / 2)
		w.quarter()
		w.rotate(float64(n) * math.Pi / 2)
	case ok:
		w.global(float64(n-2) * math.Pi / 4) // RY(−π) = −RY(π)
		w.flip()
		w.rotate(math.Pi)
	default:
		var late circuits.Angle
		if n, ok := half(w.frame); ok && n != 0 && n%2 == 0 { // RY(y)·RZ(π) = RZ(π)·RY(−y)
			late, w.frame, y = w.frame, nil, y.Scale(-1)
		}
		w.quarter()
		w.frame = w.frame.Plus(y)
		w.rotate(math.Pi)
		w.quarter()
		w.frame = late
		w.rotate(math.Pi)
		w.global(math.Pi)
	}
}

// quarter writes RX(π/2) = e^{−iπ/4}·SX.
func (w *pulseWriter) quarter() {
	w.align()
	if w.basis.has[circuits.GateSX] != nil {
		w.append(circuits.GateSX)
		w.global(-math.Pi / 4)
		return
	}
	w.append(circuits.GateRX, circuits.Const(math.Pi/2))
}

// flip writes RX(π) = −i·X.
func (w *pulseWriter) flip() {
	limited := w.basis.has[circuits.GateRX]
	switch {
	case w.basis.has[circuits.GateX] != nil:
		w.align()
		w.append(circuits.GateX)
		w.global(-math.Pi / 2)
	case limited != nil && (limited.Angle == nil || limited.Angle.Allows(math.Pi)):
		w.align()
		w.append(circuits.GateRX, circuits.Const(math.Pi))
	default:
		w.quarter()
		w.quarter()
	}
}

// axis is the axis of a pulse by φ in a frame turned by α: R(θ,φ)·RZ(α) =
// RZ(α)·R(θ, φ−α).
func (w *pulseWriter) axis(phi float64) circuits.Angle {
	r := run{}
	return r.wrap(circuits.Const(phi).Minus(w.frame))
}

// r writes RY(y) = R(y, π/2).
func (w *pulseWriter) r(y circuits.Angle) { w.append(circuits.GateR, y, w.axis(math.Pi/2)) }

// gpi writes RY(y): GPi2(π/2) for π/2, −i·GPi(π/2) for π, in general as sx does with
// GPi2(0) = RX(π/2).
func (w *pulseWriter) gpi(y circuits.Angle) {
	switch n, ok := half(y); {
	case ok && n == 1, ok && n == -1:
		w.append(circuits.GateGPi2, w.axis(float64(n)*math.Pi/2))
	case ok:
		w.append(circuits.GateGPi, w.axis(math.Pi/2))
		w.global(-float64(n) * math.Pi / 4)
	default:
		w.append(circuits.GateGPi2, w.axis(0))
		w.frame = w.frame.Plus(y)
		w.rotate(math.Pi)
		w.append(circuits.GateGPi2, w.axis(0))
		w.rotate(math.Pi)
		w.global(math.Pi)
	}
}

// finishAxes writes an RZ by α in pulses: GPi(α/2)·GPi(0), or −R(π,α/2)·R(π,0), whose
// first pulse joins an R before it when it is about that one's axis.
func (w *pulseWriter) finishAxes() {
	r := run{}
	frame := r.wrap(w.frame)
	w.phase, w.frame = w.phase.Plus(r.phase), nil
	if isNear(frame, 0) {
		return
	}
	if w.basis.has[circuits.GateR] == nil {
		w.append(circuits.GateGPi, nil)
		w.append(circuits.GateGPi, frame.Scale(0.5))
		return
	}
	axis := circuits.Angle(nil)
	if n := len(w.ops); n > 0 {
		angles := slices.Clone(w.ops[n-1].Angles)
		axis = angles[1]
		angles[0] = angles[0].Plus(circuits.Const(math.Pi))
		w.ops[n-1].Angles = angles
	} else {
		w.append(circuits.GateR, circuits.Const(math.Pi), nil)
	}
	w.append(circuits.GateR, circuits.Const(math.Pi), axis.Plus(frame.Scale(0.5)))
	w.global(math.Pi)
}
