package qasm

import (
	"fmt"
	"math"
	"math/cmplx"
	"slices"

	"github.com/qnn-go/qnn/circuits"
	"github.com/qnn-go/qnn/circuits/synth"
)

// modifierKind is a gate modifier of OpenQASM 3.
type modifierKind uint8

const (
	modifierInverse modifierKind = iota
	modifierPower
	modifierControl
	modifierNegative
)

// modifier is one of ctrl(n) @, negctrl(n) @, inv @ and pow(k) @.
type modifier struct {
	kind  modifierKind
	pos   int
	count int   // of controls
	power value // of modifierPower
}

// modifiers reads those before a gate, the outermost first.
func (p *parser) modifiers() (mods []modifier, controls int) {
	for p.err == nil {
		m := modifier{pos: p.tok.pos, count: 1}
		switch {
		case p.acceptName("inv"):
			m.kind = modifierInverse
		case p.acceptName("pow"):
			m.kind = modifierPower
			p.expect('(')
			m.power = p.expression(0)
			p.expect(')')
		case p.isName("ctrl") || p.isName("negctrl"):
			m.kind = modifierControl
			if p.isName("negctrl") {
				m.kind = modifierNegative
			}
			p.next()
			if p.accept('(') {
				m.count = p.whole("number of controls", 1, maxControls)
				p.expect(')')
			}
			controls += m.count
		default:
			return mods, controls
		}
		p.expect('@')
		mods = append(mods, m)
		if len(mods) > maxDepth || controls > maxControls {
			p.fail(m.pos, ErrLimit, "more than %d modifiers or %d controls", maxDepth, maxControls)
		}
	}
	return nil, 0
}

// maxControls bounds the controls of modifiers; the operations of a controlled
// gate grow by a factor with each.
const maxControls = 16

// modify applies the modifiers to the operations from start on. wires are the
// control qubits in the order of the text.
func (p *parser) modify(mods []modifier, wires []int, start int) {
	for _, m := range slices.Backward(mods) {
		if p.err != nil {
			return
		}
		switch m.kind {
		case modifierInverse:
			p.invert(m.pos, start)
		case modifierPower:
			p.raise(m, start)
		default:
			mine := wires[len(wires)-m.count:]
			wires = wires[:len(wires)-m.count]
			for _, q := range slices.Backward(mine) {
				p.control(m.pos, q, start)
			}
			if m.kind == modifierNegative {
				p.conjugate(m.pos, mine, start)
			}
		}
	}
}

// invert replaces the operations from start on by their inverses in reverse.
func (p *parser) invert(pos, start int) {
	ops := p.out.Ops[start:]
	slices.Reverse(ops)
	for i := range ops {
		inverse, err := ops[i].Inverse()
		if err != nil {
			p.fail(pos, err, "inv of %v", ops[i].Gate)
			return
		}
		ops[i] = inverse
	}
}

// control adds the control q to the operations from start on.
func (p *parser) control(pos, q, start int) {
	in := slices.Clone(p.out.Ops[start:])
	p.out.Ops = p.out.Ops[:start]
	for _, op := range in {
		ops, err := controlled(op, q)
		if err != nil {
			p.fail(pos, err, "ctrl of %v", op.Gate)
			return
		}
		if !p.spend(pos, len(ops)) {
			return
		}
		p.out.Ops = append(p.out.Ops, ops...)
	}
}

// conjugate puts an X on each of the qubits before and after the operations from
// start on.
func (p *parser) conjugate(pos int, qubits []int, start int) {
	if !p.spend(pos, 2*len(qubits)) {
		return
	}
	flips := make([]circuits.Op, len(qubits))
	for i, q := range qubits {
		flips[i] = circuits.Op{Gate: circuits.GateX, Qubits: []int{q}}
	}
	p.out.Ops = append(slices.Insert(p.out.Ops, start, flips...), flips...)
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
func (p *parser) raise(m modifier, start int) {
	k := m.power
	if k.dynamic() {
		p.fail(m.pos, ErrUnsupported, "pow with an exponent that depends on measured bits")
		return
	}
	switch k.kind {
	case kindUnknown:
		return
	case kindAngle:
		p.fail(m.pos, ErrUnsupported, "pow with an exponent of inputs")
		return
	default:
	}
	x := k.number()
	n := len(p.out.Ops) - start
	if x == math.Trunc(x) && math.Abs(x) <= maxCount {
		if x < 0 {
			p.invert(m.pos, start)
		}
		p.repeat(m.pos, start, int(math.Abs(x)))
		return
	}
	if n != 1 {
		p.fail(m.pos, ErrUnsupported, "pow(%v) of %d operations; of one gate only, or with a whole number", x, n)
		return
	}
	op, err := root(p.out.Ops[start], x)
	if err != nil {
		p.fail(m.pos, err, "pow(%v)", x)
		return
	}
	p.out.Ops[start] = op
}

// repeat makes the operations from start on n times as many.
func (p *parser) repeat(pos, start, n int) {
	ops := slices.Clone(p.out.Ops[start:])
	p.out.Ops = p.out.Ops[:start]
	if len(ops) == 0 || n > 0 && !p.afford(pos, saturate(len(ops), n)) {
		return
	}
	p.spend(pos, len(ops)*n)
	for range n {
		p.out.Ops = append(p.out.Ops, ops...)
	}
}

func saturate(a, b int) int {
	if b != 0 && a > maxCount/b {
		return maxCount
	}
	return a * b
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
