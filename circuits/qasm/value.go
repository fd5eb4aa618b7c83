package qasm

import (
	"fmt"
	"math"
	"math/big"

	"github.com/qnn-go/qnn/circuits"
)

type valueKind uint8

const (
	kindInteger valueKind = iota
	kindFloat
	kindBool
	kindAngle   // a polynomial of inputs
	kindUnknown // a parameter while its definition is checked
	kindCondition
	kindBits
	kindNothing  // the result of a def that has none
	kindDuration // of which nothing is known
	kindDigits   // a string of binary digits, only to write into bits
	kindComplex
	kindExpr // a number that depends on measured bits; i is 1 for a real one
	kindBig  // an integer of more than 64 bits, only to compare with; i is its position
)

// value is the result of an expression.
type value struct {
	kind  valueKind
	i     int64 // kindInteger, and kindBool: 0 or 1
	f     float64
	angle circuits.Angle
	late  *late // of the kinds below kindUnknown
}

func integer(i int64) value { return value{kind: kindInteger, i: i} }
func float(f float64) value { return value{kind: kindFloat, f: f} }

func boolean(b bool) value {
	if b {
		return value{kind: kindBool, i: 1}
	}
	return value{kind: kindBool}
}

// number is v as a real number; kindAngle and kindUnknown have none.
func (v value) number() float64 {
	if v.kind == kindFloat {
		return v.f
	}
	return float64(v.i)
}

// polynomial is v as an angle.
func (v value) polynomial() circuits.Angle {
	if v.kind == kindAngle {
		return v.angle
	}
	return circuits.Const(v.number())
}

// fromAngle is a as a number where it is constant.
func fromAngle(a circuits.Angle) value {
	if c, ok := a.Const(); ok {
		return float(c)
	}
	return value{kind: kindAngle, angle: a}
}

// maxTerms bounds the terms of a product of polynomials.
const maxTerms = 4096

// maxDegree bounds the symbols of a term.
const maxDegree = 64

// operate is the binary operation op on a and b.
func (p *parser) operate(pos int, op symbol, a, b value) value {
	if a.kind == kindUnknown || b.kind == kindUnknown {
		return value{kind: kindUnknown}
	}
	switch {
	case a.kind == kindDigits || b.kind == kindDigits:
		if x, y := a.bitWidth(), b.bitWidth(); x > 0 && y > 0 && x != y {
			p.fail(pos, circuits.ErrArity, "%v of %d and %d bits", op, x, y)
		}
		if p.err != nil {
			return value{}
		}
		return p.operate(pos, op, p.folded(pos, a), p.folded(pos, b))
	case a.dynamic() || b.dynamic():
		return p.operateBits(pos, op, a, b)
	case a.kind == kindComplex || b.kind == kindComplex:
		return p.operateComplex(pos, op, a, b)
	case a.kind == kindBig || b.kind == kindBig:
		if v, ok := compareBig(op, a, b); ok {
			return v
		}
		p.bound64(a)
		p.bound64(b)
		return value{}
	case a.kind == kindAngle || b.kind == kindAngle:
		return p.operateAngles(pos, op, a, b)
	}
	return p.operateNumbers(pos, op, a, b)
}

// operateNumbers holds where a and b are whole or real numbers or boolean values.
func (p *parser) operateNumbers(pos int, op symbol, a, b value) value {
	if v, ok := compare(op, a, b); ok {
		return v
	}
	x, y := a.classical(), b.classical()
	if p.version == 2 && (op == symDivide || op == symPower || op == symCaret) { // of real numbers alone
		x, y = circuits.Real(x.Value()), circuits.Real(y.Value())
		if op == symCaret {
			op = symPower
		}
	}
	return p.arithmetic(pos, op, x, y)
}

// classical is a constant number as expressions of measured values have them.
func (v value) classical() circuits.Number {
	if v.kind == kindFloat {
		return circuits.Real(v.number())
	}
	return circuits.Whole(v.i)
}

// arithmetic is op of two numbers, computed as those of measured values are.
func (p *parser) arithmetic(pos int, op symbol, x, y circuits.Number) value {
	n, err := operator(op).Apply(x, y)
	if err != nil {
		p.reject(pos, err)
	}
	if n.Real {
		return float(n.Float)
	}
	return integer(n.Whole)
}

// folded is the number of a string of binary digits, and any other value as it is.
func (p *parser) folded(pos int, v value) value {
	if v.kind != kindDigits || p.err != nil {
		return v
	}
	n := new(big.Int)
	for i, d := range v.late.digits {
		holds, ok := constant(d)
		if !ok {
			return p.saved(pos, v.late.digits)
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

// bitWidth is the number of bits of a register or a string of bits, and 0 for what is
// neither.
func (v value) bitWidth() int {
	switch v.kind {
	case kindDigits:
		return len(v.late.digits)
	case kindBits:
		return len(v.late.bits)
	default:
		return 0
	}
}

// compareBig compares whole numbers of which one has more than 64 bits.
func compareBig(op symbol, a, b value) (value, bool) {
	_, ok := comparison(op)
	whole := func(v value) bool { return v.kind == kindBig || v.kind == kindInteger || v.kind == kindBool }
	if !ok || !whole(a) || !whole(b) {
		return value{}, false
	}
	return compare(op, integer(int64(a.natural().Cmp(b.natural()))), integer(0))
}

// finite is r, which must be a number.
func (p *parser) finite(pos int, r float64) value {
	if math.IsNaN(r) || math.IsInf(r, 0) {
		p.fail(pos, circuits.ErrNotFinite, "the result is %v", r)
		return float(0)
	}
	return float(r)
}

// compare holds for numbers and boolean values.
func compare(op symbol, a, b value) (value, bool) {
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
	case symEqual:
		return boolean(x == y), true
	case symUnequal:
		return boolean(x != y), true
	case symLess:
		return boolean(x < y), true
	case symLessEqual:
		return boolean(x <= y), true
	case symGreater:
		return boolean(x > y), true
	case symGreaterEqual:
		return boolean(x >= y), true
	case symAnd:
		return boolean(a.number() != 0 && b.number() != 0), true
	case symOr:
		return boolean(a.number() != 0 || b.number() != 0), true
	default:
	}
	return value{}, false
}

// operateAngles holds where at least one of a and b has inputs in it.
func (p *parser) operateAngles(pos int, op symbol, a, b value) value {
	x, y := a.polynomial(), b.polynomial()
	switch op {
	case symPlus:
		return fromAngle(x.Plus(y))
	case symMinus:
		return fromAngle(x.Minus(y))
	case symTimes:
		return p.product(pos, x, y)
	case symDivide:
		if c, ok := y.Const(); ok && c != 0 {
			return fromAngle(x.Scale(1 / c))
		}
		p.fail(pos, ErrUnsupported, "division by an expression of inputs")
	case symPower, symCaret:
		if b.kind == kindInteger && 0 <= b.i && b.i <= maxDegree && (op == symPower || p.version == 2) {
			out := float(1)
			for range b.i {
				out = p.product(pos, out.polynomial(), x)
			}
			return out
		}
		p.fail(pos, ErrUnsupported, "power of inputs other than a whole number from 0 to %d", maxDegree)
	default:
		p.fail(pos, ErrUnsupported, "%v of inputs", op)
	}
	return float(0)
}

func (p *parser) product(pos int, x, y circuits.Angle) value {
	degree := func(a circuits.Angle) int {
		d := 0
		for _, t := range a {
			d = max(d, len(t.Vars))
		}
		return d
	}
	if len(x)*len(y) > maxTerms || degree(x)+degree(y) > maxDegree {
		p.fail(pos, ErrLimit, "polynomial of inputs with more than %d terms or degree above %d", maxTerms, maxDegree)
		return float(0)
	}
	if !p.spend(pos, len(x)*len(y)) {
		return float(0)
	}
	return fromAngle(x.Times(y))
}

// call is the function name of the arguments.
func (p *parser) call(pos int, name string, args []value) value {
	for _, a := range args {
		switch a.kind {
		case kindUnknown:
			return value{kind: kindUnknown}
		case kindAngle:
			p.fail(pos, ErrUnsupported, "%s of inputs", name)
			return float(0)
		case kindCondition, kindBits, kindExpr:
			if v, ok := p.callLate(pos, name, args); ok {
				return v
			}
			p.fail(pos, ErrUnsupported, "%s of measured bits", name)
			return float(0)
		default:
		}
	}
	if len(args) == 1 {
		if v, ok := p.callComplex(pos, name, args[0]); ok {
			return v
		}
	}
	if f, ok := functions[name]; ok && len(args) == 1 {
		return p.finite(pos, f(args[0].number()))
	}
	switch {
	case (name == "pow" || name == "mod") && len(args) == 2:
		op := symPower
		if name == "mod" {
			op = symModulo
		}
		return p.operate(pos, op, args[0], args[1])
	default:
		p.fail(pos, circuits.ErrArity, "function %s of %d arguments", name, len(args))
	}
	return float(0)
}

// isFunction reports whether name is a function of the language.
func isFunction(name string) bool {
	return functions[name] != nil || name == "pow" || name == "mod" || name == "real" || name == "imag"
}

func (v value) String() string {
	switch v.kind {
	case kindInteger, kindBool:
		return fmt.Sprint(v.i)
	case kindAngle:
		return v.angle.String()
	case kindFloat:
		return fmt.Sprint(v.f)
	case kindCondition, kindBits, kindExpr:
		return "a value of measured bits"
	case kindBig:
		return fmt.Sprintf("%.40v", v.late.big)
	case kindComplex:
		return fmt.Sprint(v.late.complex)
	case kindDigits:
		return "a string of bits"
	default:
		return "unknown"
	}
}
