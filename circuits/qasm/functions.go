package qasm

import (
	"math"
	"math/cmplx"

	"github.com/qnn-go/qnn/circuits"
	"github.com/qnn-go/qnn/circuits/qasm/internal/syntax"
)

// call is the function name of the arguments.
func (c *calculator) call(pos int, name string, args []value) value {
	for _, a := range args {
		switch a.kind {
		case kindUnknown:
			return value{kind: kindUnknown}
		case kindAngle:
			c.fail(pos, ErrUnsupported, "%s of inputs", name)
			return float(0)
		case kindCondition, kindBits, kindExpr:
			if v, ok := c.callLate(pos, name, args); ok {
				return v
			}
			c.fail(pos, ErrUnsupported, "%s of measured bits", name)
			return float(0)
		default:
		}
	}
	if len(args) == 1 {
		if v, ok := c.callComplex(pos, name, args[0]); ok {
			return v
		}
	}
	if f, ok := functions[name]; ok && len(args) == 1 {
		return c.finite(pos, f(args[0].number()))
	}
	switch {
	case (name == "pow" || name == "mod") && len(args) == 2:
		op := syntax.Power
		if name == "mod" {
			op = syntax.Modulo
		}
		return c.operate(pos, op, args[0], args[1])
	default:
		c.fail(pos, circuits.ErrArity, "function %s of %d arguments", name, len(args))
	}
	return float(0)
}

// callLate is the function name of arguments of which one depends on measured bits.
func (c *calculator) callLate(pos int, name string, args []value) (value, bool) {
	op := circuits.Operator(name)
	switch name {
	case "pow", "mod":
		if len(args) != 2 {
			return value{}, false
		}
		return c.operate(pos, map[string]syntax.Symbol{"pow": syntax.Power, "mod": syntax.Modulo}[name], args[0], args[1]), true
	case "ln":
		op = circuits.Log
	case "asin", "acos", "atan":
		op = circuits.Operator("arc" + name[1:])
	case "real", "imag":
		return value{}, false
	}
	if len(args) != 1 || c.version == 2 || !c.spend(pos, 1) {
		return value{}, false
	}
	return computed(&circuits.Expr{Op: op, Args: []*circuits.Expr{c.argumentOf(pos, args[0])}}, true), true
}

// callComplex is the function name of a complex number, or real or imag of any number.
func (c *calculator) callComplex(pos int, name string, v value) (value, bool) {
	switch f := complexFunctions[name]; {
	case name == "real":
		return float(real(c.complexNumber(pos, v))), true
	case name == "imag":
		return float(imag(c.complexNumber(pos, v))), true
	case v.kind != kindComplex:
		return value{}, false
	case f != nil:
		return c.finiteComplex(pos, f(v.late.complex)), true
	}
	c.fail(pos, ErrUnsupported, "%s of a complex number", name)
	return value{}, true
}

// isFunction reports whether name is a function of the language.
func isFunction(name string) bool {
	return functions[name] != nil || name == "pow" || name == "mod" || name == "real" || name == "imag"
}

// complexFunctions are those of a complex number.
var complexFunctions = map[string]func(complex128) complex128{
	"exp": cmplx.Exp, "sqrt": cmplx.Sqrt, "sin": cmplx.Sin, "cos": cmplx.Cos, "tan": cmplx.Tan, "log": cmplx.Log,
}

// functions of one argument. OpenQASM 2 writes asin and ln, OpenQASM 3 arcsin and
// log; each reads both.
var functions = map[string]func(float64) float64{
	"sin": math.Sin, "cos": math.Cos, "tan": math.Tan, "exp": math.Exp, "ln": math.Log, "log": math.Log, "sqrt": math.Sqrt,
	"asin": math.Asin, "acos": math.Acos, "atan": math.Atan,
	"arcsin": math.Asin, "arccos": math.Acos, "arctan": math.Atan, "ceiling": math.Ceil, "floor": math.Floor,
}
