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

// late is a value that is known when the circuit runs.
type late struct {
	condition circuits.Condition   // kindCondition: true or false
	bits      []int                // kindBits: a number, the lowest digit first
	big       *big.Int             // kindBig
	digits    []circuits.Condition // kindDigits
	complex   complex128           // kindComplex
	expr      *circuits.Expr       // kindExpr
}

func integer(i int64) value { return value{kind: kindInteger, i: i} }

func float(f float64) value { return value{kind: kindFloat, f: f} }

func boolean(b bool) value {
	if b {
		return value{kind: kindBool, i: 1}
	}
	return value{kind: kindBool}
}

func complexValue(z complex128) value { return value{kind: kindComplex, late: &late{complex: z}} }

func given(c circuits.Condition) value { return value{kind: kindCondition, late: &late{condition: c}} }

func numberOf(bits []int) value { return value{kind: kindBits, late: &late{bits: bits}} }

// A number that depends on measured bits is an expression of the circuit, and a variable
// that holds one, or that only some runs change, is a variable of the circuit.

// computed is the value of an expression, real or whole.
func computed(e *circuits.Expr, isReal bool) value {
	v := value{kind: kindExpr, late: &late{expr: e}}
	if isReal {
		v.i = 1
	}
	return v
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

// classical is a constant number as expressions of measured values have them.
func (v value) classical() circuits.Number {
	if v.kind == kindFloat {
		return circuits.Real(v.number())
	}
	return circuits.Whole(v.i)
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

// bitsOf are the bits of a number that is made of several.
func bitsOf(v value) []int {
	if v.kind == kindBits {
		return v.late.bits
	}
	return nil
}

// negative reports whether v is a number below 0.
func negative(v value) bool { return v.kind == kindInteger && v.i < 0 }

// isReal reports whether v is a real number.
func (v value) isReal() bool {
	return v.kind == kindFloat || v.kind == kindAngle || v.kind == kindExpr && v.i == 1
}

// truncated is the whole number that v has without its fraction, if that is one of 62 bits
// or was whole before.
func (v value) truncated() (int64, bool) {
	switch v.kind {
	case kindInteger, kindBool:
		return v.i, true
	case kindFloat:
		x := math.Trunc(v.number())
		return int64(x), math.Abs(x) < 1<<62
	default:
		return 0, false
	}
}

func asInteger(v value) value {
	if v.kind == kindBool {
		return integer(v.i)
	}
	return v
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
