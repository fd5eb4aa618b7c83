package qasm

import (
	"fmt"
	"math"
	"math/cmplx"
	"slices"

	"github.com/qnn-go/qnn/circuits"
	"github.com/qnn-go/qnn/circuits/qasm/internal/syntax"
	"github.com/qnn-go/qnn/circuits/synth"
)

// modifier is one of ctrl(n) @, negctrl(n) @, inv @ and pow(k) @.
type modifier struct {
	kind  syntax.ModifierKind
	pos   int
	count int   // of controls
	power value // of pow
}

// modifiers works out those before a gate, the outermost first.
func (e *evaluator) modifiers(list []syntax.Modifier) (mods []modifier, controls int) {
	for _, x := range list {
		m := modifier{kind: x.Kind, pos: x.Pos, count: 1}
		switch {
		case x.Kind == syntax.PowerOf:
			m.power = e.value(x.Value)
		case x.Kind != syntax.Inverse && x.Value != nil:
			m.count = e.whole("number of controls", x.Value, 1, maxControls)
		}
		if x.Kind == syntax.Control || x.Kind == syntax.NegativeControl {
			controls += m.count
		}
		if e.err != nil {
			return nil, 0
		}
		if mods = append(mods, m); len(mods) > syntax.MaxDepth || controls > maxControls {
			e.fail(m.pos, ErrLimit, "more than %d modifiers or %d controls", syntax.MaxDepth, maxControls)
			return nil, 0
		}
	}
	return mods, controls
}

// maxControls bounds the controls of modifiers; the operations of a controlled
// gate grow by a factor with each.
const maxControls = 16

// modify applies the modifiers to the operations from start on. wires are the
// control qubits in the order of the text.
func (o *output) modify(mods []modifier, wires []int, start int) {
	for _, m := range slices.Backward(mods) {
		if o.err != nil {
			return
		}
		switch m.kind {
		case syntax.Inverse:
			o.invert(m.pos, start)
		case syntax.PowerOf:
			o.raise(m, start)
		default:
			mine := wires[len(wires)-m.count:]
			wires = wires[:len(wires)-m.count]
			for _, q := range slices.Backward(mine) {
				o.control(m.pos, q, start)
			}
			if m.kind == syntax.NegativeControl {
				o.conjugate(m.pos, mine, start)
			}
		}
	}
}

// invert replaces the operations from start on by their inverses in reverse.
func (o *output) invert(pos, start int) {
	ops := o.circuit.Ops[start:]
	slices.Reverse(ops)
	for i := range ops {
		inverse, err := ops[i].Inverse()
		if err != nil {
			o.fail(pos, err, "inv of %v", ops[i].Gate)
			return
		}
		ops[i] = inverse
	}
}

// control adds the control q to the operations from start on.
func (o *output) control(pos, q, start int) {
	in := slices.Clone(o.circuit.Ops[start:])
	o.circuit.Ops = o.circuit.Ops[:start]
	for _, op := range in {
		ops, err := controlled(op, q)
		if err != nil {
			o.fail(pos, err, "ctrl of %v", op.Gate)
			return
		}
		if !o.spend(pos, len(ops)) {
			return
		}
		o.circuit.Ops = append(o.circuit.Ops, ops...)
	}
}

// conjugate puts an X on each of the qubits before and after the operations from
// start on.
func (o *output) conjugate(pos int, qubits []int, start int) {
	if !o.spend(pos, 2*len(qubits)) {
		return
	}
	flips := make([]circuits.Op, len(qubits))
	for i, q := range qubits {
		flips[i] = circuits.Op{Gate: circuits.GateX, Qubits: []int{q}}
	}
	o.circuit.Ops = append(slices.Insert(o.circuit.Ops, start, flips...), flips...)
}

// controlled is op with one more control: the table's gate, or else the
// controlled forms of what op is in controlBasis.
func controlled(op circuits.Op, q int) ([]circuits.Op, error) {
	if op.Gate == circuits.GateBarrier || op.Gate == circuits.GateI {
		return []circuits.Op{op}, nil
	}
	if c, err := op.Controlled(q); err == nil {
		return []circuits.Op{c}, nil
	}
	local := op
	local.Qubits = make([]int, len(op.Qubits))
	for i := range local.Qubits {
		local.Qubits[i] = i
	}
	plain, err := synth.Decompose(&circuits.Circuit{Qubits: len(op.Qubits), Ops: []circuits.Op{local}}, controlBasis)
	if err != nil {
		return nil, err
	}
	for i, step := range plain.Ops {
		for k, from := range step.Qubits {
			step.Qubits[k] = op.Qubits[from]
		}
		if plain.Ops[i], err = step.Controlled(q); err != nil {
			return nil, err
		}
	}
	return plain.Ops, nil
}

// raise replaces the operations from start on by their power.
func (o *output) raise(m modifier, start int) {
	k := m.power
	if k.dynamic() {
		o.fail(m.pos, ErrUnsupported, "pow with an exponent that depends on measured bits")
		return
	}
	switch k.kind {
	case kindUnknown:
		return
	case kindAngle:
		o.fail(m.pos, ErrUnsupported, "pow with an exponent of inputs")
		return
	default:
	}
	x := k.number()
	n := len(o.circuit.Ops) - start
	if x == math.Trunc(x) && math.Abs(x) <= maxCount {
		if x < 0 {
			o.invert(m.pos, start)
		}
		o.repeat(m.pos, start, int(math.Abs(x)))
		return
	}
	if n != 1 {
		o.fail(m.pos, ErrUnsupported, "pow(%v) of %d operations; of one gate only, or with a whole number", x, n)
		return
	}
	op, err := root(o.circuit.Ops[start], x)
	if err != nil {
		o.fail(m.pos, err, "pow(%v)", x)
		return
	}
	o.circuit.Ops[start] = op
}

// repeat makes the operations from start on n times as many.
func (o *output) repeat(pos, start, n int) {
	ops := slices.Clone(o.circuit.Ops[start:])
	o.circuit.Ops = o.circuit.Ops[:start]
	if len(ops) == 0 || n > 0 && !o.afford(pos, saturate(len(ops), n)) {
		return
	}
	o.spend(pos, len(ops)*n)
	for range n {
		o.circuit.Ops = append(o.circuit.Ops, ops...)
	}
}

// root is op to the power x, with the principal roots of its eigenvalues.
func root(op circuits.Op, x float64) (circuits.Op, error) {
	switch {
	case op.Gate == circuits.GateI, op.Gate == circuits.GateBarrier:
		return op, nil
	case op.Gate.Additive():
		op.Angles = []circuits.Angle{op.Angles[0].Scale(x)}
		return op, nil
	}
	angles := make([]float64, len(op.Angles))
	for i, a := range op.Angles {
		v, ok := a.Const()
		if !ok {
			return op, fmt.Errorf("%v with inputs: %w", op.Gate, ErrUnsupported)
		}
		angles[i] = v
	}
	m := op.TargetMatrix(angles)
	if len(m) != 4 {
		return op, fmt.Errorf("%v: %w", op.Gate, ErrUnsupported)
	}
	controls := op.Gate.Spec().Controls
	out := circuits.Op{Gate: circuits.GateUnitary, Qubits: op.Qubits[controls:], Matrix: power2(m, x)}
	for _, q := range slices.Backward(op.Qubits[:controls]) {
		var err error
		if out, err = out.Controlled(q); err != nil {
			return op, err
		}
	}
	return out, nil
}

// power2 is the unitary 2×2 matrix m to the power x. With eigenvalues a ≠ b it is
// aˣ·(m−b)/(a−b) + bˣ·(m−a)/(b−a).
func power2(m []complex128, x float64) []complex128 {
	mean, det := (m[0]+m[3])/2, m[0]*m[3]-m[1]*m[2]
	d := cmplx.Sqrt(mean*mean - det)
	a, b := mean+d, mean-d
	pow := func(v complex128) complex128 { return cmplx.Rect(1, x*principal(v)) }
	if cmplx.Abs(a-b) < 1e-12 { // m is a multiple of 1
		return []complex128{pow(a), 0, 0, pow(a)}
	}
	f, g := pow(a)/(a-b), pow(b)/(b-a)
	return []complex128{f*(m[0]-b) + g*(m[0]-a), (f + g) * m[1], (f + g) * m[2], f*(m[3]-b) + g*(m[3]-a)}
}

// principal is the phase of v in (−π, π], −π up to rounding being π.
func principal(v complex128) float64 {
	phase := cmplx.Phase(v)
	if phase < -math.Pi+1e-12 {
		return math.Pi
	}
	return phase
}
