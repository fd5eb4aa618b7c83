package circuits

import (
	"fmt"
	"math"
)

// Number is a classical number: whole, with 64 bits, or real.
type Number struct {
	Real  bool
	Whole int64   // unless Real
	Float float64 // if Real
}

// Whole is the whole number i.
func Whole(i int64) Number { return Number{Whole: i} }

// Real is the real number f.
func Real(f float64) Number { return Number{Real: true, Float: f} }

// Value is n as a real number.
func (n Number) Value() float64 {
	if n.Real {
		return n.Float
	}
	return float64(n.Whole)
}

// Operator is what an [Expr] does with its arguments, written as in OpenQASM 3.
type Operator string

// The operators. Those before Minus have two arguments; Truncate rounds to a whole number
// towards zero.
const (
	Add        Operator = "+"
	Subtract   Operator = "-"
	Multiply   Operator = "*"
	Divide     Operator = "/"
	Modulo     Operator = "%"
	Power      Operator = "**"
	Xor        Operator = "^"
	And        Operator = "&"
	Or         Operator = "|"
	ShiftLeft  Operator = "<<"
	ShiftRight Operator = ">>"

	Minus    Operator = "neg"
	Invert   Operator = "~"
	Truncate Operator = "int"
	ToReal   Operator = "float"
	Sin      Operator = "sin"
	Cos      Operator = "cos"
	Tan      Operator = "tan"
	Exp      Operator = "exp"
	Log      Operator = "log"
	Sqrt     Operator = "sqrt"
	ArcSin   Operator = "arcsin"
	ArcCos   Operator = "arccos"
	ArcTan   Operator = "arctan"
	Ceiling  Operator = "ceiling"
	Floor    Operator = "floor"
)

// function is op as a function of one real number, or nil.
func (op Operator) function() func(float64) float64 {
	switch op {
	case Sin:
		return math.Sin
	case Cos:
		return math.Cos
	case Tan:
		return math.Tan
	case Exp:
		return math.Exp
	case Log:
		return math.Log
	case Sqrt:
		return math.Sqrt
	case ArcSin:
		return math.Asin
	case ArcCos:
		return math.Acos
	case ArcTan:
		return math.Atan
	case Ceiling:
		return math.Ceil
	case Floor:
		return math.Floor
	default:
		return nil
	}
}

// arity is the number of arguments of op, 0 for an unknown one.
func (op Operator) arity() int {
	switch op {
	case Add, Subtract, Multiply, Divide, Modulo, Power, Xor, And, Or, ShiftLeft, ShiftRight,
		Operator(Equal), Operator(Unequal), Operator(Less), Operator(LessEqual), Operator(Greater), Operator(GreaterEqual):
		return 2
	case Minus, Invert, Truncate, ToReal:
		return 1
	default:
		return b2i(op.function() != nil)
	}
}

func b2i(b bool) int {
	if b {
		return 1
	}
	return 0
}

// Apply is op of two numbers. Whole numbers give whole ones, but for comparisons, which
// give 1 or 0, and powers with a negative exponent. The error wraps [ErrRange] for a whole
// number beyond 64 bits, [ErrNotFinite] for a division by zero or a result that is no
// number, and [ErrSyntax] for an operator that is not for real numbers.
func (op Operator) Apply(a, b Number) (Number, error) {
	if holds, ok := op.compare(a, b); ok {
		return Whole(int64(b2i(holds))), nil
	}
	if !a.Real && !b.Real {
		return op.ofWhole(a.Whole, b.Whole)
	}
	x, y := a.Value(), b.Value()
	switch op {
	case Add:
		return finite(x + y)
	case Subtract:
		return finite(x - y)
	case Multiply:
		return finite(x * y)
	case Divide:
		if y == 0 {
			return Number{}, errZero
		}
		return finite(x / y)
	case Modulo:
		return finite(math.Mod(x, y))
	case Power:
		return finite(math.Pow(x, y))
	case Xor:
		return Number{}, fmt.Errorf("^ is for integers, the power of real numbers is **: %w", ErrSyntax)
	default:
		return Number{}, fmt.Errorf("%v is not for real numbers: %w", op, ErrSyntax)
	}
}

var errZero = fmt.Errorf("division by zero: %w", ErrNotFinite)

func finite(r float64) (Number, error) {
	if math.IsNaN(r) || math.IsInf(r, 0) {
		return Number{}, fmt.Errorf("the result is %v: %w", r, ErrNotFinite)
	}
	return Real(r), nil
}

// compare reports whether a comparison holds, and whether op is one.
func (op Operator) compare(a, b Number) (holds, ok bool) {
	sign := 0
	switch {
	case a.Real || b.Real:
		x, y := a.Value(), b.Value()
		sign = b2i(x > y) - b2i(x < y)
	default: // exact beyond 2⁵³
		sign = b2i(a.Whole > b.Whole) - b2i(a.Whole < b.Whole)
	}
	is := Comparison(op)
	return is.valid() && is.of(sign), is.valid()
}

// ofWhole is op of two whole numbers, other than a comparison.
func (op Operator) ofWhole(x, y int64) (Number, error) {
	r, ok := x, true
	switch op {
	case Add:
		r = x + y
		ok = (r > x) == (y > 0)
	case Subtract:
		r = x - y
		ok = (r < x) == (y > 0)
	case Multiply:
		r, ok = multiply(x, y)
	case Divide, Modulo:
		if y == 0 {
			return Number{}, errZero
		}
		if r = x % y; op == Divide {
			r = x / y
		}
		ok = y != -1 || x != math.MinInt64
	case Power:
		return power(x, y)
	case Xor:
		r = x ^ y
	case And:
		r = x & y
	case Or:
		r = x | y
	case ShiftLeft:
		if ok = y >= 0; ok {
			r = x << y
			ok = r>>y == x
		}
	case ShiftRight:
		if ok = y >= 0; ok {
			r = x >> min(y, 63)
		}
	default:
		return Number{}, fmt.Errorf("%v is not an operation of integers: %w", op, ErrSyntax)
	}
	if !ok {
		return Number{}, fmt.Errorf("integer %d %v %d does not fit into 64 bits: %w", x, op, y, ErrRange)
	}
	return Whole(r), nil
}

// multiply returns x·y, and whether it fits.
func multiply(x, y int64) (int64, bool) {
	if x == 0 || y == 0 {
		return 0, true
	}
	r := x * y
	return r, r/y == x && (x != -1 || y != math.MinInt64) && (y != -1 || x != math.MinInt64)
}

// power is xʸ; it is real where y is negative.
func power(x, y int64) (Number, error) {
	if y < 0 {
		return finite(math.Pow(float64(x), float64(y)))
	}
	r, ok := int64(1), true
	for base := x; y > 0; y >>= 1 {
		if y&1 == 1 {
			var fits bool
			r, fits = multiply(r, base)
			ok = ok && fits
		}
		if y > 1 {
			var fits bool
			base, fits = multiply(base, base)
			ok = ok && fits
		}
	}
	if !ok {
		return Number{}, fmt.Errorf("power of %d does not fit into 64 bits: %w", x, ErrRange)
	}
	return Whole(r), nil
}

// ApplyUnary is op of one number, with the errors of [Operator.Apply].
func (op Operator) ApplyUnary(a Number) (Number, error) {
	switch {
	case op == ToReal:
		return Real(a.Value()), nil
	case op == Truncate && !a.Real:
		return a, nil
	case op == Truncate && math.Abs(a.Float) < 1<<62:
		return Whole(int64(a.Float)), nil
	case op == Truncate:
		return Number{}, fmt.Errorf("%v as an integer of 64 bits: %w", a.Float, ErrRange)
	case op == Minus && a.Real:
		return Real(-a.Float), nil
	case op == Minus && a.Whole != math.MinInt64:
		return Whole(-a.Whole), nil
	case op == Minus:
		return Number{}, fmt.Errorf("minus %d does not fit into 64 bits: %w", a.Whole, ErrRange)
	case op == Invert && !a.Real:
		return Whole(^a.Whole), nil
	}
	f := op.function()
	if f == nil {
		return Number{}, fmt.Errorf("%v is not for such a number: %w", op, ErrSyntax)
	}
	return finite(f(a.Value()))
}
