package qasm

import (
	"math/cmplx"

	"github.com/qnn-go/qnn/circuits"
	"github.com/qnn-go/qnn/circuits/qasm/internal/syntax"
)

// complexNumber is v as a complex number.
func (c *calculator) complexNumber(pos int, v value) complex128 {
	switch v.kind {
	case kindComplex:
		return v.late.complex
	case kindInteger, kindFloat, kindBool:
		return complex(v.number(), 0)
	default:
		c.fail(pos, ErrUnsupported, "%v as a complex number", v)
		return 0
	}
}

// operateComplex is a binary operation where a or b is complex.
func (c *calculator) operateComplex(pos int, op syntax.Symbol, a, b value) value {
	x, y := c.complexNumber(pos, a), c.complexNumber(pos, b)
	if c.err != nil {
		return value{}
	}
	switch op {
	case syntax.Plus:
		return c.finiteComplex(pos, x+y)
	case syntax.Minus:
		return c.finiteComplex(pos, x-y)
	case syntax.Times:
		return c.finiteComplex(pos, x*y)
	case syntax.Divide:
		if y == 0 {
			c.fail(pos, circuits.ErrNotFinite, "division by zero")
			return value{}
		}
		return c.finiteComplex(pos, x/y)
	case syntax.Power:
		return c.finiteComplex(pos, cmplx.Pow(x, y))
	case syntax.Equal:
		return boolean(x == y)
	case syntax.Unequal:
		return boolean(x != y)
	default:
		c.fail(pos, circuits.ErrSyntax, "%v is not for complex numbers", op)
		return value{}
	}
}

func (c *calculator) finiteComplex(pos int, z complex128) value {
	if cmplx.IsNaN(z) || cmplx.IsInf(z) {
		c.fail(pos, circuits.ErrNotFinite, "the result is %v", z)
		return value{}
	}
	return complexValue(z)
}
