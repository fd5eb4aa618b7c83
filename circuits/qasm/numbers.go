package qasm

import (
	"math"
	"math/big"

	"github.com/qnn-go/qnn/circuits"
	"github.com/qnn-go/qnn/circuits/qasm/internal/syntax"
)

// calculator works out operations and functions of values. What depends on measured bits
// becomes conditions and expressions of the circuit, and operations that keep parts of them.
type calculator struct{ *output }

// maxTerms bounds the terms of a product of polynomials.
const maxTerms = 4096

// maxDegree bounds the symbols of a term.
const maxDegree = 64

// operate is the binary operation op on a and b.
func (c *calculator) operate(pos int, op syntax.Symbol, a, b value) value {
	if a.kind == kindUnknown || b.kind == kindUnknown {
		return value{kind: kindUnknown}
	}
	switch {
	case a.kind == kindDigits || b.kind == kindDigits:
		if x, y := a.bitWidth(), b.bitWidth(); x > 0 && y > 0 && x != y {
			c.fail(pos, circuits.ErrArity, "%v of %d and %d bits", op, x, y)
		}
		if c.err != nil {
			return value{}
		}
		return c.operate(pos, op, c.folded(pos, a), c.folded(pos, b))
	case a.dynamic() || b.dynamic():
		return c.operateBits(pos, op, a, b)
	case a.kind == kindComplex || b.kind == kindComplex:
		return c.operateComplex(pos, op, a, b)
	case a.kind == kindBig || b.kind == kindBig:
		if v, ok := compareBig(op, a, b); ok {
			return v
		}
		c.bound64(a)
		c.bound64(b)
		return value{}
	case a.kind == kindAngle || b.kind == kindAngle:
		return c.operateAngles(pos, op, a, b)
	}
	return c.operateNumbers(pos, op, a, b)
}

// operateNumbers holds where a and b are whole or real numbers or boolean values.
func (c *calculator) operateNumbers(pos int, op syntax.Symbol, a, b value) value {
	if r, ok := ofReals(op, a, b); ok {
		return float(r)
	}
	if v, ok := compare(op, a, b); ok {
		return v
	}
	x, y := a.classical(), b.classical()
	if c.version == 2 && (op == syntax.Divide || op == syntax.Power || op == syntax.Caret) { // of real numbers alone
		x, y = circuits.Real(x.Value()), circuits.Real(y.Value())
		if op == syntax.Caret {
			op = syntax.Power
		}
	}
	return c.arithmetic(pos, op, x, y)
}

// ofReals is the sum, difference, product or quotient of numbers of which one is real: what
// arithmetic finds in longer. It leaves to that what has no finite result.
func ofReals(op syntax.Symbol, a, b value) (r float64, ok bool) {
	if a.kind != kindFloat && b.kind != kindFloat {
		return 0, false
	}
	x, y := a.number(), b.number()
	switch op {
	case syntax.Plus:
		r = x + y
	case syntax.Minus:
		r = x - y
	case syntax.Times:
		r = x * y
	case syntax.Divide:
		r = x / y
	default:
		return 0, false
	}
	return r, r-r == 0 && (op != syntax.Divide || y != 0)
}

// arithmetic is op of two numbers, computed as those of measured values are.
func (c *calculator) arithmetic(pos int, op syntax.Symbol, x, y circuits.Number) value {
	n, err := operator(op).Apply(x, y)
	if err != nil {
		c.reject(pos, err)
	}
	if n.Real {
		return float(n.Float)
	}
	return integer(n.Whole)
}

// folded is the number of a string of binary digits, and any other value as it is.
func (c *calculator) folded(pos int, v value) value {
	if v.kind != kindDigits || c.err != nil {
		return v
	}
	n := new(big.Int)
	for i, d := range v.late.digits {
		holds, ok := constant(d)
		if !ok {
			return c.saved(pos, v.late.digits)
		}
		if holds {
			n.SetBit(n, i, 1)
		}
	}
	if n.IsInt64() {
		return integer(n.Int64())
	}
	return value{kind: kindBig, i: int64(pos), late: &late{big: n}}
}

// compareBig compares whole numbers of which one has more than 64 bits.
func compareBig(op syntax.Symbol, a, b value) (value, bool) {
	_, ok := comparison(op)
	whole := func(v value) bool { return v.kind == kindBig || v.kind == kindInteger || v.kind == kindBool }
	if !ok || !whole(a) || !whole(b) {
		return value{}, false
	}
	return compare(op, integer(int64(a.natural().Cmp(b.natural()))), integer(0))
}

// finite is r, which must be a number.
func (c *calculator) finite(pos int, r float64) value {
	if math.IsNaN(r) || math.IsInf(r, 0) {
		c.fail(pos, circuits.ErrNotFinite, "the result is %v", r)
		return float(0)
	}
	return float(r)
}

// compare holds for numbers and boolean values.
func compare(op syntax.Symbol, a, b value) (value, bool) {
	x, y := a.number(), b.number()
	if a.kind != kindFloat && b.kind != kindFloat { // exact beyond 2⁵³
		switch {
		case a.i < b.i:
			x, y = 0, 1
		case a.i > b.i:
			x, y = 1, 0
		default:
			x, y = 0, 0
		}
	}
	switch op {
	case syntax.Equal:
		return boolean(x == y), true
	case syntax.Unequal:
		return boolean(x != y), true
	case syntax.Less:
		return boolean(x < y), true
	case syntax.LessEqual:
		return boolean(x <= y), true
	case syntax.Greater:
		return boolean(x > y), true
	case syntax.GreaterEqual:
		return boolean(x >= y), true
	case syntax.And:
		return boolean(a.number() != 0 && b.number() != 0), true
	case syntax.Or:
		return boolean(a.number() != 0 || b.number() != 0), true
	default:
	}
	return value{}, false
}

// operateAngles holds where at least one of a and b has inputs in it.
func (c *calculator) operateAngles(pos int, op syntax.Symbol, a, b value) value {
	x, y := a.polynomial(), b.polynomial()
	switch op {
	case syntax.Plus:
		return fromAngle(x.Plus(y))
	case syntax.Minus:
		return fromAngle(x.Minus(y))
	case syntax.Times:
		return c.product(pos, x, y)
	case syntax.Divide:
		if c, ok := y.Const(); ok && c != 0 {
			return fromAngle(x.Scale(1 / c))
		}
		c.fail(pos, ErrUnsupported, "division by an expression of inputs")
	case syntax.Power, syntax.Caret:
		if b.kind == kindInteger && 0 <= b.i && b.i <= maxDegree && (op == syntax.Power || c.version == 2) {
			out := float(1)
			for range b.i {
				out = c.product(pos, out.polynomial(), x)
			}
			return out
		}
		c.fail(pos, ErrUnsupported, "power of inputs other than a whole number from 0 to %d", maxDegree)
	default:
		c.fail(pos, ErrUnsupported, "%v of inputs", op)
	}
	return float(0)
}

func (c *calculator) product(pos int, x, y circuits.Angle) value {
	degree := func(a circuits.Angle) int {
		d := 0
		for _, t := range a {
			d = max(d, len(t.Vars))
		}
		return d
	}
	if len(x)*len(y) > maxTerms || degree(x)+degree(y) > maxDegree {
		c.fail(pos, ErrLimit, "polynomial of inputs with more than %d terms or degree above %d", maxTerms, maxDegree)
		return float(0)
	}
	if !c.spend(pos, len(x)*len(y)) {
		return float(0)
	}
	return fromAngle(x.Times(y))
}

// bound64 refuses an integer of more than 64 bits.
func (c *calculator) bound64(v value) {
	if v.kind == kindBig {
		c.fail(int(v.i), circuits.ErrRange, "integer %.40v does not fit into 64 bits", v.late.big)
	}
}

func (c *calculator) unary(pos int, op syntax.Symbol, v value) value {
	c.bound64(v)
	if v.kind == kindDigits && op != '~' {
		v = c.folded(pos, v)
	}
	if v.kind == kindUnknown || op == '+' || c.err != nil {
		return v
	}
	switch {
	case v.dynamic() || v.kind == kindDigits:
		return c.unaryBits(pos, op, v)
	case v.kind == kindComplex && op == '-':
		return complexValue(-v.late.complex)
	case v.kind == kindComplex:
	case op == '-' && v.kind == kindAngle:
		return fromAngle(v.angle.Scale(-1))
	case op == '-' && v.kind == kindFloat:
		return float(-v.f)
	case op == '-' && v.i != math.MinInt64:
		return integer(-v.i)
	case op == '!' && v.kind != kindAngle:
		return boolean(v.number() == 0)
	case op == '~' && v.kind == kindInteger:
		return integer(^v.i)
	}
	c.fail(pos, circuits.ErrSyntax, "%v of %v", op, v)
	return value{}
}
