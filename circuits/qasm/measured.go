package qasm

import (
	"math/big"

	"github.com/qnn-go/qnn/circuits"
)

// late is a value that is known when the circuit runs.
type late struct {
	condition circuits.Condition   // kindCondition: true or false
	bits      []int                // kindBits: a number, the lowest digit first
	big       *big.Int             // kindBig
	digits    []circuits.Condition // kindDigits
	complex   complex128           // kindComplex
	expr      *circuits.Expr       // kindExpr
}

// natural is v, of whole numbers, without a bound.
func (v value) natural() *big.Int {
	if v.kind == kindBig {
		return v.late.big
	}
	return big.NewInt(v.i)
}

// dynamic reports whether v is known only when the circuit runs.
func (v value) dynamic() bool {
	return v.kind == kindBits || v.kind == kindCondition || v.kind == kindExpr
}

// truth is v as a condition.
func (p *parser) truth(pos int, v value) circuits.Condition {
	switch v.kind {
	case kindCondition:
		return v.late.condition
	case kindBits:
		return circuits.BitsAre(v.late.bits, circuits.Unequal, 0)
	case kindExpr:
		return circuits.Condition{Test: v.late.expr}
	case kindDigits, kindBig:
		v = p.folded(pos, v)
		if v.kind != kindInteger {
			return circuits.Always(true)
		}
	case kindComplex:
		p.fail(pos, circuits.ErrSyntax, "condition on a complex number")
	case kindAngle:
		p.fail(pos, ErrUnsupported, "condition on inputs")
	default:
	}
	return circuits.Always(v.kind == kindUnknown || v.number() != 0)
}

// digits are the binary digits of v, the lowest first, and false where v is no number
// of 0 or more.
func (p *parser) digits(v value) ([]circuits.Condition, bool) {
	switch v.kind {
	case kindCondition:
		return []circuits.Condition{v.late.condition}, true
	case kindBits:
		if len(v.late.bits) > maxDigits {
			p.fail(p.tok.pos, ErrLimit, "operation on %d measured bits, at most %d", len(v.late.bits), maxDigits)
			return nil, false
		}
		out := make([]circuits.Condition, len(v.late.bits))
		for i, b := range v.late.bits {
			out[i] = circuits.BitIs(b, true)
		}
		return out, true
	case kindInteger, kindBool, kindBig:
		n := v.natural()
		out := make([]circuits.Condition, n.BitLen())
		for i := range out {
			out[i] = circuits.Always(n.Bit(i) == 1)
		}
		return out, n.Sign() >= 0
	case kindDigits:
		return v.late.digits, true
	default:
		return nil, false
	}
}

// digit is the i-th of the digits, 0 beyond them.
func digit(d []circuits.Condition, i int) circuits.Condition {
	if i < len(d) {
		return d[i]
	}
	return circuits.Always(false)
}

// comparison finds the comparison that a symbol writes.
func comparison(op symbol) (circuits.Comparison, bool) {
	switch op {
	case symEqual, symUnequal, symLess, symLessEqual, symGreater, symGreaterEqual:
		return circuits.Comparison(op.String()), true
	default:
		return "", false
	}
}

// mirrored is the comparison with its sides exchanged.
func mirrored(is circuits.Comparison) circuits.Comparison {
	switch is {
	case circuits.Less:
		return circuits.Greater
	case circuits.Greater:
		return circuits.Less
	case circuits.LessEqual:
		return circuits.GreaterEqual
	case circuits.GreaterEqual:
		return circuits.LessEqual
	default:
		return is
	}
}

// operateBits is a binary operation where a or b is known only when the circuit runs.
func (p *parser) operateBits(pos int, op symbol, a, b value) value {
	a, b = p.compact(pos, a), p.compact(pos, b)
	switch op {
	case symAnd:
		return given(p.truth(pos, a).Both(p.truth(pos, b)))
	case symOr:
		return given(p.truth(pos, a).Either(p.truth(pos, b)))
	default:
	}
	_, compares := comparison(op)
	switch bitwise := op == symBitAnd || op == symBitOr || op == symCaret; {
	case a.kind == kindExpr || b.kind == kindExpr || a.isReal() || b.isReal():
		return p.operateExpr(pos, op, a, b)
	case (op == symShiftLeft || op == symShiftRight) && a.kind == kindBits && b.kind == kindInteger:
		return p.shift(pos, op, a, b)
	case compares && (a.bitWidth() > integerBits || b.bitWidth() > integerBits || len(bitsOf(a)) == 0 || len(bitsOf(b)) == 0):
		is, _ := comparison(op)
		return p.compareBits(pos, is, a, b)
	case !bitwise || p.version == 2 || negative(a) || negative(b):
		return p.operateExpr(pos, op, a, b)
	}
	x, okX := p.digits(a)
	y, okY := p.digits(b)
	if !okX || !okY {
		p.fail(pos, ErrUnsupported, "%v of measured bits and %v", op, map[bool]value{true: a, false: b}[!okX])
		return value{}
	}
	out := make([]circuits.Condition, max(len(x), len(y)))
	if !p.spend(pos, len(out)) {
		return value{}
	}
	for i := range out {
		x, y := digit(x, i), digit(y, i)
		switch op {
		case symBitAnd:
			out[i] = x.Both(y)
		case symBitOr:
			out[i] = x.Either(y)
		default:
			out[i] = x.Both(y.Not()).Either(x.Not().Both(y))
		}
	}
	if a.kind != kindBits && b.kind != kindBits && len(out) == 1 {
		return given(out[0])
	}
	return p.saved(pos, out)
}

// bitsOf are the bits of a number that is made of several.
func bitsOf(v value) []int {
	if v.kind == kindBits {
		return v.late.bits
	}
	return nil
}

// negative reports whether v is a number below 0.
func negative(v value) bool { return v.kind == kindInteger && v.i < 0 }

// maxCondition is how large an operand may be before it is kept in a hidden bit, as
// exclusive or writes each of its operands twice.
const maxCondition = 64

// compact keeps a large condition in a hidden bit.
func (p *parser) compact(pos int, v value) value {
	if v.kind != kindCondition || size(&v.late.condition) <= maxCondition {
		return v
	}
	return given(circuits.BitIs(p.saved(pos, []circuits.Condition{v.late.condition}).late.bits[0], true))
}

func given(c circuits.Condition) value { return value{kind: kindCondition, late: &late{condition: c}} }

func numberOf(bits []int) value { return value{kind: kindBits, late: &late{bits: bits}} }

// saved is the number of digits, kept in hidden bits.
func (p *parser) saved(pos int, digits []circuits.Condition) value {
	bits := make([]int, len(digits))
	for i, d := range digits {
		bits[i] = p.hide(pos)
		op := circuits.Op{Gate: circuits.GateStore, Clbit: bits[i], Value: &d}
		if d.Numeric() { // which can fail where the run does not come
			op.If = p.when
		}
		p.emit(pos, op)
	}
	return numberOf(bits)
}

// shift moves the digits of a; the width stays.
func (p *parser) shift(pos int, op symbol, a, b value) value {
	if b.kind != kindInteger || b.i < 0 {
		p.fail(pos, ErrUnsupported, "shift of measured bits by other than a number of 0 or more")
		return value{}
	}
	d, ok := p.digits(a)
	if !ok || !p.spend(pos, len(d)) {
		return value{}
	}
	n := int(min(b.i, int64(len(d))))
	out := make([]circuits.Condition, len(d))
	for i := range out {
		from := i + n
		if op == symShiftLeft {
			from = i - n
		}
		out[i] = circuits.Always(false)
		if from >= 0 {
			out[i] = digit(d, from)
		}
	}
	return p.saved(pos, out)
}

// compareBits compares numbers of which at least one is known only when the circuit
// runs.
func (p *parser) compareBits(pos int, is circuits.Comparison, a, b value) value {
	if !a.dynamic() {
		a, b, is = b, a, mirrored(is)
	}
	if !b.dynamic() && b.kind != kindInteger && b.kind != kindBool && b.kind != kindBig {
		p.fail(pos, ErrUnsupported, "comparison of measured bits with %v", b)
		return value{}
	}
	if !b.dynamic() {
		n := b.natural()
		if n.Sign() < 0 { // every register is greater
			return given(circuits.Always(is == circuits.Unequal || is == circuits.Greater || is == circuits.GreaterEqual))
		}
		if a.kind == kindBits {
			return given(circuits.Condition{Bits: a.late.bits, Is: is, Value: n})
		}
	}
	x, _ := p.digits(a)
	y, _ := p.digits(b)
	if max(len(x), len(y)) > mostBits {
		p.fail(pos, ErrUnsupported, "comparison of registers of more than %d measured bits with each other", mostBits)
		return value{}
	}
	equal, less := circuits.Always(true), circuits.Always(false)
	for i := range max(len(x), len(y)) { // the digits below i
		x, y := digit(x, i), digit(y, i)
		same := x.Both(y).Either(x.Not().Both(y.Not()))
		less = x.Not().Both(y).Either(same.Both(less))
		equal = same.Both(equal)
	}
	p.spend(pos, len(x)+len(y))
	switch is {
	case circuits.Equal:
		return given(simple(equal))
	case circuits.Unequal:
		return given(simple(equal.Not()))
	case circuits.Less:
		return given(simple(less))
	case circuits.LessEqual:
		return given(simple(less.Either(equal)))
	case circuits.Greater:
		return given(simple(less.Either(equal).Not()))
	default:
		return given(simple(less.Not()))
	}
}

// simple leaves out what always or never holds.
func simple(c circuits.Condition) circuits.Condition {
	if c.Test != nil {
		return c
	}
	list, neutral := c.All, true
	if len(c.Any) > 0 {
		list, neutral = c.Any, false
	}
	if len(list) == 0 {
		if len(c.Bits) > 0 && c.Value.BitLen() > len(c.Bits) { // larger than any number of so many bits
			return circuits.Always(c.Is == circuits.Unequal || c.Is == circuits.Less || c.Is == circuits.LessEqual)
		}
		return c
	}
	var out []circuits.Condition
	for _, part := range list {
		part = simple(part)
		if holds, constant := constant(part); !constant {
			out = append(out, part)
		} else if holds != neutral {
			return circuits.Always(!neutral)
		}
	}
	switch {
	case len(out) == 0:
		return circuits.Always(neutral)
	case len(out) == 1:
		return out[0]
	case neutral:
		return circuits.Condition{All: out}
	}
	return circuits.Condition{Any: out}
}

// constant reports whether c reads no bits, and whether it holds then.
func constant(c circuits.Condition) (holds, ok bool) {
	if len(c.Bits)+len(c.All)+len(c.Any) > 0 || c.Test != nil {
		return false, false
	}
	return c.Holds(nil), true
}
