package qasm

import (
	"math"
	"slices"

	"github.com/qnn-go/qnn/circuits"
	"github.com/qnn-go/qnn/circuits/qasm/internal/syntax"
)

// place says what a statement is part of.
type place uint8

const (
	inProgram place = iota
	inGate
	inDef
)

// evaluator works out expressions, and the qubits and bits that operands stand for.
type evaluator struct {
	*calculator
	*scope
	place    place
	physical bool     // physical qubits are in use
	result   *Decoded // the registers that are declared
	// invoke carries out the call of a subroutine, whose arguments begin with args.
	invoke func(e *entry, call subroutineCall) value
}

// define gives a name a meaning until the block that is open ends.
func (e *evaluator) define(pos int, n *entry) {
	if e.err != nil {
		return
	}
	n.level, n.whiles = len(e.conds), e.whiles
	if n.array != nil {
		for _, element := range n.array.elements {
			element.whiles, element.level = n.whiles, n.level
		}
	}
	if !e.add(n) {
		e.fail(pos, ErrRedefined, "%s", n.name)
	}
}

// named finds what the name that x begins with stands for; nil where x begins with none.
func (e *evaluator) named(x *syntax.Expr) *entry {
	if x.Kind != syntax.Variable && x.Kind != syntax.Call {
		return nil
	}
	return e.lookup(e.text.Bytes(x.Token()))
}

// value works out an expression.
func (e *evaluator) value(x *syntax.Expr) value {
	if x.Then == nil { // the common cases
		switch x.Kind {
		case syntax.Integer:
			return integer(x.Number)
		case syntax.Float:
			return float(x.Real())
		default:
		}
	}
	v := e.chain(x)
	e.bound64(v)
	return v
}

// chain works out an expression that may be part of one, where integers may be of more
// than 64 bits.
func (e *evaluator) chain(x *syntax.Expr) value {
	if !e.enter(x.At()) {
		return value{}
	}
	left := e.primary(x)
	for op := x.Then; op != nil; op = op.Then {
		if op.Kind == syntax.Bad {
			e.readable()
			break
		}
		right := e.chain(op.Sub)
		if e.err != nil {
			break
		}
		left = e.operate(op.At(), op.Op, left, right)
	}
	e.leave()
	return left
}

// primary works out what an expression begins with, up to its first binary operator.
func (e *evaluator) primary(x *syntax.Expr) value {
	switch x.Kind {
	case syntax.Integer:
		return integer(x.Number)
	case syntax.Float:
		return float(x.Real())
	case syntax.Imaginary:
		return complexValue(complex(0, x.Real()))
	case syntax.Huge:
		return value{kind: kindBig, i: int64(x.Pos), late: &late{big: e.text.Huge(x)}}
	case syntax.String:
		return e.bitString(x)
	case syntax.Variable, syntax.Call:
		return e.namedValue(x)
	case syntax.Cast:
		return e.cast(x)
	case syntax.Paren:
		return e.value(x.Sub)
	case syntax.Unary:
		return e.unary(x.At(), x.Op, e.chain(x.Sub))
	case syntax.Measure:
		e.fail(x.At(), ErrUnsupported, "measure in an expression")
	case syntax.Bad:
		e.readable()
	default:
		e.expectedAt("an expression", x.Pos)
	}
	return value{}
}

// bitString is a string of binary digits.
func (e *evaluator) bitString(x *syntax.Expr) value {
	text := e.text.Bytes(x.Token())
	digits, ok := binaryDigits(string(text[1 : len(text)-1]))
	if !ok {
		e.fail(x.At(), circuits.ErrSyntax, "%.40s is not binary digits", e.text.Text(x.Token()))
		return value{}
	}
	return value{kind: kindDigits, late: &late{digits: digits}}
}

// namedValue is a constant, a variable, an input, a parameter or the result of a function.
func (e *evaluator) namedValue(x *syntax.Expr) value {
	if n := e.named(x); n != nil && n.kind != entryGate {
		return e.declared(x, n)
	}
	word := e.text.Bytes(x.Token())
	if x.Kind == syntax.Call {
		return e.function(x, e.text.Text(x.Token()))
	}
	v, ok := namedConstant(word)
	switch {
	case ok && x.Sub == nil:
		return v
	case ok:
		e.fail(int(x.Sub.Pos), circuits.ErrSyntax, "index of %v", v)
	case string(word) == "sizeof":
		e.expectedAt(`"("`, x.End)
	case refusedFunction(word):
		e.fail(x.At(), ErrUnsupported, "%s in an expression", word)
	default:
		e.fail(x.At(), circuits.ErrUnknown, "%.80q is not defined", e.text.Text(x.Token()))
	}
	return value{}
}

// namedConstant is a constant of the language.
func namedConstant(word []byte) (value, bool) {
	switch string(word) {
	case "pi", "π":
		return float(math.Pi), true
	case "tau", "τ":
		return float(2 * math.Pi), true
	case "euler", "ℇ":
		return float(math.E), true
	case "true", "false":
		return boolean(string(word) == "true"), true
	}
	return value{}, false
}

// refusedFunction reports whether word is a function of the language that is not known.
func refusedFunction(word []byte) bool {
	return slices.Contains([]string{"popcount", "rotl", "rotr", "durationof", "measure"}, string(word))
}

// function is the call of a function of the language.
func (e *evaluator) function(x *syntax.Expr, word string) value {
	v, isConstant := namedConstant([]byte(word))
	switch {
	case isConstant:
		e.fail(x.At(), circuits.ErrSyntax, "call of %v", v)
		return value{}
	case word == "sizeof":
		return e.sizeOf(x)
	case refusedFunction([]byte(word)):
		e.fail(x.At(), ErrUnsupported, "%s in an expression", word)
		return value{}
	case !isFunction(word):
		e.fail(x.At(), circuits.ErrUnknown, "%.80q is not defined", word)
		return value{}
	}
	var args []value
	for a := x.Sub; a != nil && e.err == nil; a = a.Next {
		args = append(args, e.value(a))
	}
	if e.err != nil {
		return value{}
	}
	return e.call(x.At(), word, args)
}

// declared is the value of what a name of the program stands for.
func (e *evaluator) declared(x *syntax.Expr, n *entry) value {
	switch {
	case n.kind == entryDef:
		return e.resultOf(x, n)
	case n.kind == entryQubits:
		e.fail(x.At(), circuits.ErrSyntax, "%s is %s, expected a value", n.name, n.kind)
		return value{}
	case x.Kind == syntax.Call:
		e.fail(x.At(), circuits.ErrSyntax, "%s is %s, no function", n.name, n.kind)
		return value{}
	case n.kind == entryBits:
		return e.bitValue(x, n)
	case n.kind == entryArray:
		return e.element(x, n)
	}
	if n.value.kind == kindDuration {
		e.fail(x.At(), ErrUnsupported, "duration in an expression")
	}
	if x.Sub != nil {
		return e.bitOf(n.value, x.Sub)
	}
	return n.value
}

// resultOf is the result of a subroutine.
func (e *evaluator) resultOf(x *syntax.Expr, n *entry) value {
	if x.Kind != syntax.Call {
		e.expectedAt(`"("`, x.End)
		return value{}
	}
	v := e.invoke(n, subroutineCall{pos: x.At(), args: x.Sub, trailing: x.Comma, end: x.Close})
	if v.kind == kindNothing {
		e.fail(x.At(), circuits.ErrSyntax, "%s has no result", n.name)
	}
	return v
}

// whole works out an expression that must be a whole number in [lo, hi].
func (e *evaluator) whole(what string, x *syntax.Expr, lo, hi int64) int {
	v := e.value(x)
	switch {
	case e.err != nil:
		return 0
	case v.kind == kindUnknown:
		return int(lo)
	case v.dynamic():
		e.fail(x.At(), ErrUnsupported, "%s that depends on measured bits", what)
		return 0
	case v.kind != kindInteger:
		e.fail(x.At(), circuits.ErrSyntax, "%s is %v, must be a whole number", what, v)
		return 0
	case v.i < lo || v.i > hi:
		e.fail(x.At(), circuits.ErrRange, "%s is %d, must be from %d to %d", what, v.i, lo, hi)
		return 0
	}
	return int(v.i)
}

// size is the number of qubits, bits or digits in brackets; scalar without brackets.
func (e *evaluator) size(x *syntax.Expr) (n int, scalar bool) {
	if x == nil {
		return 1, true
	}
	return e.whole("size", x, 1, maxWires), false
}

// condition works out a condition: whether it holds, or, where that is known only when the
// circuit runs, what it says.
func (e *evaluator) condition(x *syntax.Expr) (holds bool, when *circuits.Condition) {
	v := e.value(x)
	if !e.readable() {
		return false, nil
	}
	c := simple(e.truth(x.At(), v))
	if holds, ok := constant(c); ok || e.err != nil {
		return holds && e.err == nil, nil
	}
	return false, &c
}

// cast is a conversion such as float[64](i) or bit[2](n).
func (e *evaluator) cast(x *syntax.Expr) value {
	if x.Type.Scalar != syntax.Bit {
		if x.Type.Size != nil {
			e.whole("width", x.Type.Size, 1, maxWires)
		}
		return e.convert(x.At(), x.Type.Scalar, e.value(x.Sub))
	}
	size, scalar := e.size(x.Type.Size)
	v := e.value(x.Sub)
	if v.kind == kindExpr && e.err == nil {
		if scalar {
			return given(e.truth(x.At(), v))
		}
		return value{kind: kindDigits, late: &late{digits: e.digitsOf(x.At(), v, size)}}
	}
	d, ok := e.digits(x.At(), v)
	if e.err == nil && (!ok || len(d) > size || v.dynamic() && len(d) != size) {
		e.fail(x.At(), circuits.ErrRange, "%v as %d bits", v, size)
	}
	if v.dynamic() || scalar || e.err != nil || !e.spend(x.At(), size/8) {
		return v
	}
	for len(d) < size {
		d = append(d, circuits.Always(false))
	}
	return value{kind: kindDigits, late: &late{digits: d}}
}
