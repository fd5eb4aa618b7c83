package qasm

import (
	"slices"

	"github.com/qnn-go/qnn/circuits"
	"github.com/qnn-go/qnn/circuits/qasm/internal/syntax"
)

// convert is v as a value of typ, as C converts.
func (c *calculator) convert(pos int, typ scalar, v value) value {
	if v.kind == kindUnknown || c.err != nil {
		return v
	}
	if v.dynamic() {
		return c.convertBits(pos, typ, v)
	}
	if typ != syntax.Real && typ != syntax.Angle {
		v = c.folded(pos, v)
	}
	switch typ {
	case syntax.Complex:
		return complexValue(c.complexNumber(pos, v))
	case syntax.Real, syntax.Angle:
		switch v.kind {
		case kindAngle:
			return v
		case kindInteger, kindFloat, kindBool:
			return float(v.number())
		default:
		}
	case syntax.Bool:
		switch v.kind {
		case kindBig:
			return boolean(true)
		case kindInteger, kindFloat, kindBool:
			return boolean(v.number() != 0)
		default:
		}
	default:
		if i, ok := v.truncated(); ok {
			if typ == syntax.Uint && i < 0 {
				c.fail(pos, circuits.ErrRange, "%d as an unsigned integer", i)
			}
			return integer(i)
		}
	}
	c.fail(pos, circuits.ErrRange, "%v does not fit the type", v)
	return value{}
}

// convertBits is a value that depends on measured bits as one of typ.
func (c *calculator) convertBits(pos int, typ scalar, v value) value {
	switch typ {
	case syntax.Bool:
		return given(c.truth(pos, v))
	case syntax.Int, syntax.Uint:
		if !v.isReal() {
			return v
		}
		return computed(&circuits.Expr{Op: circuits.Truncate, Args: []*circuits.Expr{c.argumentOf(pos, v)}}, false)
	case syntax.Real, syntax.Angle:
		if v.isReal() {
			return v
		}
		return computed(&circuits.Expr{Op: circuits.ToReal, Args: []*circuits.Expr{c.argumentOf(pos, v)}}, true)
	default:
		c.fail(pos, ErrUnsupported, "%v number that depends on measured bits", typ)
		return value{}
	}
}

// truth is v as a condition.
func (c *calculator) truth(pos int, v value) circuits.Condition {
	switch v.kind {
	case kindCondition:
		return v.late.condition
	case kindBits:
		return circuits.BitsAre(v.late.bits, circuits.Unequal, 0)
	case kindExpr:
		return circuits.Condition{Test: v.late.expr}
	case kindDigits, kindBig:
		v = c.folded(pos, v)
		if v.kind != kindInteger {
			return circuits.Always(true)
		}
	case kindComplex:
		c.fail(pos, circuits.ErrSyntax, "condition on a complex number")
	case kindAngle:
		c.fail(pos, ErrUnsupported, "condition on inputs")
	default:
	}
	return circuits.Always(v.kind == kindUnknown || v.number() != 0)
}

// digits are the binary digits of v, the lowest first, and false where v is no number
// of 0 or more.
func (c *calculator) digits(pos int, v value) ([]circuits.Condition, bool) {
	switch v.kind {
	case kindCondition:
		return []circuits.Condition{v.late.condition}, true
	case kindBits:
		if len(v.late.bits) > maxDigits {
			c.fail(pos, ErrLimit, "operation on %d measured bits, at most %d", len(v.late.bits), maxDigits)
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

// digitOf is digit i of a whole number that depends on measured bits.
func digitOf(e *circuits.Expr, i int) circuits.Condition {
	if i > 0 {
		e = &circuits.Expr{Op: circuits.ShiftRight, Args: []*circuits.Expr{e, circuits.WholeExpr(int64(i))}}
	}
	return circuits.Condition{Test: &circuits.Expr{Op: circuits.And, Args: []*circuits.Expr{e, circuits.WholeExpr(1)}}}
}

// digitsOf are the n lowest digits of a whole number that depends on measured bits.
func (c *calculator) digitsOf(pos int, v value, n int) []circuits.Condition {
	if v.isReal() {
		c.fail(pos, circuits.ErrSyntax, "real number as classical bits")
		return nil
	}
	e := v.late.expr
	if e.Var == nil {
		e = circuits.VarExpr(c.temporary(pos, e, false))
	}
	if !c.spend(pos, n) {
		return nil
	}
	out := make([]circuits.Condition, n)
	for i := range out {
		out[i] = circuits.Always(false)
		if i < integerBits {
			out[i] = digitOf(e, i)
		}
	}
	return out
}

// asAngle is a value that depends on measured bits as an angle: a variable.
func (c *calculator) asAngle(pos int, v value) value {
	e := c.expr(pos, v)
	if c.err != nil {
		return value{}
	}
	at := 0
	if e.Var != nil && c.circuit.Vars[*e.Var] == circuits.RealVar {
		at = *e.Var
	} else {
		at = c.temporary(pos, e, true)
	}
	return value{kind: kindAngle, angle: circuits.Variable(at)}
}

// digit is the i-th of the digits, 0 beyond them.
func digit(d []circuits.Condition, i int) circuits.Condition {
	if i < len(d) {
		return d[i]
	}
	return circuits.Always(false)
}

// binaryDigits are those of a text, the lowest first.
func binaryDigits(text string) ([]circuits.Condition, bool) {
	var digits []circuits.Condition
	for _, c := range slices.Backward([]byte(text)) {
		switch c {
		case '0', '1':
			digits = append(digits, circuits.Always(c == '1'))
		case '_':
		default:
			return nil, false
		}
	}
	return digits, true
}
