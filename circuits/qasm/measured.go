package qasm

import (
	"github.com/qnn-go/qnn/circuits"
	"github.com/qnn-go/qnn/circuits/qasm/internal/syntax"
)

// operateBits is a binary operation where a or b is known only when the circuit runs.
func (c *calculator) operateBits(pos int, op syntax.Symbol, a, b value) value {
	a, b = c.compact(pos, a), c.compact(pos, b)
	switch op {
	case syntax.And:
		return given(c.truth(pos, a).Both(c.truth(pos, b)))
	case syntax.Or:
		return given(c.truth(pos, a).Either(c.truth(pos, b)))
	default:
	}
	_, compares := comparison(op)
	switch bitwise := op == syntax.BitAnd || op == syntax.BitOr || op == syntax.Caret; {
	case a.kind == kindExpr || b.kind == kindExpr || a.isReal() || b.isReal():
		return c.operateExpr(pos, op, a, b)
	case (op == syntax.ShiftLeft || op == syntax.ShiftRight) && a.kind == kindBits && b.kind == kindInteger:
		return c.shift(pos, op, a, b)
	case compares && (a.bitWidth() > integerBits || b.bitWidth() > integerBits || len(bitsOf(a)) == 0 || len(bitsOf(b)) == 0):
		is, _ := comparison(op)
		return c.compareBits(pos, is, a, b)
	case !bitwise || c.version == 2 || negative(a) || negative(b):
		return c.operateExpr(pos, op, a, b)
	}
	x, okX := c.digits(pos, a)
	y, okY := c.digits(pos, b)
	if !okX || !okY {
		c.fail(pos, ErrUnsupported, "%v of measured bits and %v", op, map[bool]value{true: a, false: b}[!okX])
		return value{}
	}
	out := make([]circuits.Condition, max(len(x), len(y)))
	if !c.spend(pos, len(out)) {
		return value{}
	}
	for i := range out {
		x, y := digit(x, i), digit(y, i)
		switch op {
		case syntax.BitAnd:
			out[i] = x.Both(y)
		case syntax.BitOr:
			out[i] = x.Either(y)
		default:
			out[i] = x.Both(y.Not()).Either(x.Not().Both(y))
		}
	}
	if a.kind != kindBits && b.kind != kindBits && len(out) == 1 {
		return given(out[0])
	}
	return c.saved(pos, out)
}

// maxCondition is how large an operand may be before it is kept in a hidden bit, as
// exclusive or writes each of its operands twice.
const maxCondition = 64

// compact keeps a large condition in a hidden bit.
func (c *calculator) compact(pos int, v value) value {
	if v.kind != kindCondition || size(&v.late.condition) <= maxCondition {
		return v
	}
	return given(circuits.BitIs(c.saved(pos, []circuits.Condition{v.late.condition}).late.bits[0], true))
}

// shift moves the digits of a; the width stays.
func (c *calculator) shift(pos int, op syntax.Symbol, a, b value) value {
	if b.kind != kindInteger || b.i < 0 {
		c.fail(pos, ErrUnsupported, "shift of measured bits by other than a number of 0 or more")
		return value{}
	}
	d, ok := c.digits(pos, a)
	if !ok || !c.spend(pos, len(d)) {
		return value{}
	}
	n := int(min(b.i, int64(len(d))))
	out := make([]circuits.Condition, len(d))
	for i := range out {
		from := i + n
		if op == syntax.ShiftLeft {
			from = i - n
		}
		out[i] = circuits.Always(false)
		if from >= 0 {
			out[i] = digit(d, from)
		}
	}
	return c.saved(pos, out)
}

// compareBits compares numbers of which at least one is known only when the circuit
// runs.
func (c *calculator) compareBits(pos int, is circuits.Comparison, a, b value) value {
	if !a.dynamic() {
		a, b, is = b, a, mirrored(is)
	}
	if !b.dynamic() && b.kind != kindInteger && b.kind != kindBool && b.kind != kindBig {
		c.fail(pos, ErrUnsupported, "comparison of measured bits with %v", b)
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
	x, _ := c.digits(pos, a)
	y, _ := c.digits(pos, b)
	if max(len(x), len(y)) > mostBits {
		c.fail(pos, ErrUnsupported, "comparison of registers of more than %d measured bits with each other", mostBits)
		return value{}
	}
	equal, less := circuits.Always(true), circuits.Always(false)
	for i := range max(len(x), len(y)) { // the digits below i
		x, y := digit(x, i), digit(y, i)
		same := x.Both(y).Either(x.Not().Both(y.Not()))
		less = x.Not().Both(y).Either(same.Both(less))
		equal = same.Both(equal)
	}
	c.spend(pos, len(x)+len(y))
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

// unaryBits is a unary operation on bits that are measured.
func (c *calculator) unaryBits(pos int, op syntax.Symbol, v value) value {
	switch {
	case op == '!':
		return given(c.truth(pos, v).Not())
	case op == '-', op == '~' && v.kind == kindExpr && !v.isReal():
		kind := map[syntax.Symbol]circuits.Operator{'-': circuits.Minus, '~': circuits.Invert}[op]
		return computed(&circuits.Expr{Op: kind, Args: []*circuits.Expr{c.argumentOf(pos, v)}}, v.isReal())
	case op == '~' && v.kind == kindExpr:
		c.fail(pos, circuits.ErrSyntax, "~ of a real number")
		return value{}
	case op == '~' && v.kind == kindCondition:
		return given(v.late.condition.Not())
	case op == '~':
		d, _ := c.digits(pos, v)
		if !c.spend(pos, len(d)) {
			return value{}
		}
		for i := range d {
			d[i] = d[i].Not()
		}
		return c.saved(pos, d)
	}
	return v
}

// comparison finds the comparison that a syntax.Symbol writes.
func comparison(op syntax.Symbol) (circuits.Comparison, bool) {
	switch op {
	case syntax.Equal, syntax.Unequal, syntax.Less, syntax.LessEqual, syntax.Greater, syntax.GreaterEqual:
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
