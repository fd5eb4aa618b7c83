package qasm

import (
	"github.com/qnn-go/qnn/circuits"
	"github.com/qnn-go/qnn/circuits/qasm/internal/syntax"
)

// expr is v as an expression.
func (c *calculator) expr(pos int, v value) *circuits.Expr {
	switch v = c.folded(pos, v); v.kind {
	case kindInteger, kindBool:
		return circuits.WholeExpr(v.i)
	case kindFloat:
		return circuits.AngleExpr(circuits.Const(v.f))
	case kindAngle:
		return circuits.AngleExpr(v.angle)
	case kindCondition:
		return circuits.TestExpr(v.late.condition)
	case kindBits:
		if len(v.late.bits) > integerBits {
			c.fail(pos, ErrLimit, "number of %d measured bits, at most %d", len(v.late.bits), integerBits)
			break
		}
		if len(v.late.bits) > 0 {
			return circuits.BitsExpr(v.late.bits)
		}
	case kindExpr:
		return v.late.expr
	default:
		c.fail(pos, ErrUnsupported, "%v in a number that depends on measured bits", v)
	}
	return circuits.WholeExpr(0)
}

// operator is the operation of an expression that a syntax.Symbol writes.
func operator(op syntax.Symbol) circuits.Operator {
	switch op {
	case syntax.Plus:
		return circuits.Add
	case syntax.Minus:
		return circuits.Subtract
	case syntax.Times:
		return circuits.Multiply
	case syntax.Divide:
		return circuits.Divide
	case syntax.Modulo:
		return circuits.Modulo
	case syntax.Power:
		return circuits.Power
	case syntax.Caret:
		return circuits.Xor
	case syntax.BitAnd:
		return circuits.And
	case syntax.BitOr:
		return circuits.Or
	case syntax.ShiftLeft:
		return circuits.ShiftLeft
	case syntax.ShiftRight:
		return circuits.ShiftRight
	default:
		is, _ := comparison(op)
		return circuits.Operator(is)
	}
}

// maxExpr is how large an argument of an expression may be before it is kept in a
// variable, so that an expression that is squared again and again stays small.
const maxExpr = 64

// operateExpr is a binary operation that is carried out when the circuit runs.
func (c *calculator) operateExpr(pos int, op syntax.Symbol, a, b value) value {
	if c.version == 2 {
		c.fail(pos, ErrUnsupported, "%v of measured bits", op)
	}
	out := &circuits.Expr{Op: operator(op), Args: []*circuits.Expr{c.argumentOf(pos, a), c.argumentOf(pos, b)}}
	if c.err != nil || !c.spend(pos, 1) {
		return value{}
	}
	if _, ok := comparison(op); ok {
		return given(circuits.Condition{Test: out})
	}
	whole := op == syntax.Caret || op == syntax.BitAnd || op == syntax.BitOr || op == syntax.ShiftLeft || op == syntax.ShiftRight
	if whole && (a.isReal() || b.isReal()) {
		c.fail(pos, circuits.ErrSyntax, "%v is not for real numbers", op)
	}
	return computed(out, !whole && (a.isReal() || b.isReal() || op == syntax.Power))
}

// argumentOf is v as a part of a larger expression.
func (c *calculator) argumentOf(pos int, v value) *circuits.Expr {
	e := c.expr(pos, v)
	if c.err != nil || exprSize(e) <= maxExpr {
		return e
	}
	return circuits.VarExpr(c.temporary(pos, e, v.isReal()))
}

// exprSize is the number of parts of e.
func exprSize(e *circuits.Expr) int {
	n := 1 + len(e.Bits)
	if e.Test != nil {
		n += size(e.Test)
	}
	if e.Angle != nil {
		n += len(*e.Angle)
	}
	for _, a := range e.Args {
		n += exprSize(a)
	}
	return n
}
