package qasm

import (
	"math/cmplx"
	"strings"

	"github.com/qnn-go/qnn/circuits"
)

func complexValue(z complex128) value { return value{kind: kindComplex, late: &late{complex: z}} }

// complexNumber is v as a complex number.
func (p *parser) complexNumber(pos int, v value) complex128 {
	switch v.kind {
	case kindComplex:
		return v.late.complex
	case kindInteger, kindFloat, kindBool:
		return complex(v.number(), 0)
	default:
		p.fail(pos, ErrUnsupported, "%v as a complex number", v)
		return 0
	}
}

// imaginary reads im after a number, which makes it imaginary.
func (p *parser) imaginary(v value) value {
	if p.isName("im") && p.version == 3 {
		p.next()
		return complexValue(complex(0, v.number()))
	}
	return v
}

// cutImaginary cuts im off the text of a number that ends in it.
func cutImaginary(text []byte) ([]byte, bool) {
	short, ok := strings.CutSuffix(string(text), "im")
	return text[:len(short)], ok
}

// operateComplex is a binary operation where a or b is complex.
func (p *parser) operateComplex(pos int, op symbol, a, b value) value {
	x, y := p.complexNumber(pos, a), p.complexNumber(pos, b)
	if p.err != nil {
		return value{}
	}
	switch op {
	case symPlus:
		return p.finiteComplex(pos, x+y)
	case symMinus:
		return p.finiteComplex(pos, x-y)
	case symTimes:
		return p.finiteComplex(pos, x*y)
	case symDivide:
		if y == 0 {
			p.fail(pos, circuits.ErrNotFinite, "division by zero")
			return value{}
		}
		return p.finiteComplex(pos, x/y)
	case symPower:
		return p.finiteComplex(pos, cmplx.Pow(x, y))
	case symEqual:
		return boolean(x == y)
	case symUnequal:
		return boolean(x != y)
	default:
		p.fail(pos, circuits.ErrSyntax, "%v is not for complex numbers", op)
		return value{}
	}
}

func (p *parser) finiteComplex(pos int, z complex128) value {
	if cmplx.IsNaN(z) || cmplx.IsInf(z) {
		p.fail(pos, circuits.ErrNotFinite, "the result is %v", z)
		return value{}
	}
	return complexValue(z)
}

// callComplex is the function name of a complex number, or real or imag of any number.
func (p *parser) callComplex(pos int, name string, v value) (value, bool) {
	switch f := complexFunctions[name]; {
	case name == "real":
		return float(real(p.complexNumber(pos, v))), true
	case name == "imag":
		return float(imag(p.complexNumber(pos, v))), true
	case v.kind != kindComplex:
		return value{}, false
	case f != nil:
		return p.finiteComplex(pos, f(v.late.complex)), true
	}
	p.fail(pos, ErrUnsupported, "%s of a complex number", name)
	return value{}, true
}
