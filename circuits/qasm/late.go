package qasm

import (
	"slices"

	"github.com/qnn-go/qnn/circuits"
)

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

// isReal reports whether v is a real number.
func (v value) isReal() bool {
	return v.kind == kindFloat || v.kind == kindAngle || v.kind == kindExpr && v.i == 1
}

// expr is v as an expression.
func (p *parser) expr(pos int, v value) *circuits.Expr {
	switch v = p.folded(pos, v); v.kind {
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
			p.fail(pos, ErrLimit, "number of %d measured bits, at most %d", len(v.late.bits), integerBits)
			break
		}
		if len(v.late.bits) > 0 {
			return circuits.BitsExpr(v.late.bits)
		}
	case kindExpr:
		return v.late.expr
	default:
		p.fail(pos, ErrUnsupported, "%v in a number that depends on measured bits", v)
	}
	return circuits.WholeExpr(0)
}

// operator is the operation of an expression that a symbol writes.
func operator(op symbol) circuits.Operator {
	switch op {
	case symPlus:
		return circuits.Add
	case symMinus:
		return circuits.Subtract
	case symTimes:
		return circuits.Multiply
	case symDivide:
		return circuits.Divide
	case symModulo:
		return circuits.Modulo
	case symPower:
		return circuits.Power
	case symCaret:
		return circuits.Xor
	case symBitAnd:
		return circuits.And
	case symBitOr:
		return circuits.Or
	case symShiftLeft:
		return circuits.ShiftLeft
	case symShiftRight:
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
func (p *parser) operateExpr(pos int, op symbol, a, b value) value {
	if p.version == 2 {
		p.fail(pos, ErrUnsupported, "%v of measured bits", op)
	}
	out := &circuits.Expr{Op: operator(op), Args: []*circuits.Expr{p.argumentOf(pos, a), p.argumentOf(pos, b)}}
	if p.err != nil || !p.spend(pos, 1) {
		return value{}
	}
	if _, ok := comparison(op); ok {
		return given(circuits.Condition{Test: out})
	}
	whole := op == symCaret || op == symBitAnd || op == symBitOr || op == symShiftLeft || op == symShiftRight
	if whole && (a.isReal() || b.isReal()) {
		p.fail(pos, circuits.ErrSyntax, "%v is not for real numbers", op)
	}
	return computed(out, !whole && (a.isReal() || b.isReal() || op == symPower))
}

// argumentOf is v as a part of a larger expression.
func (p *parser) argumentOf(pos int, v value) *circuits.Expr {
	e := p.expr(pos, v)
	if p.err != nil || exprSize(e) <= maxExpr {
		return e
	}
	return circuits.VarExpr(p.temporary(pos, e, v.isReal()))
}

// temporary keeps the value that e has now in a variable of its own.
func (p *parser) temporary(pos int, e *circuits.Expr, isReal bool) int {
	t := circuits.WholeVar
	if isReal {
		t = circuits.RealVar
	}
	v := p.newVar(pos, t)
	p.emitSet(pos, v, e)
	return v
}

func (p *parser) emitSet(pos, v int, e *circuits.Expr) {
	if p.spend(pos, exprSize(e)/8) {
		p.emit(pos, circuits.Op{Gate: circuits.GateSet, Clbit: v, Value: &circuits.Condition{Test: e}, If: p.when})
	}
}

// newVar returns a new variable of the circuit, 0 at first.
func (p *parser) newVar(pos int, t circuits.VarType) int {
	if len(p.out.Vars) >= maxWires {
		p.fail(pos, ErrLimit, "more than %d variables that depend on measured bits", maxWires)
		return 0
	}
	p.out.Vars = append(p.out.Vars, t)
	return len(p.out.Vars) - 1
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

// asAngle is a value that depends on measured bits as an angle: a variable.
func (p *parser) asAngle(pos int, v value) value {
	e := p.expr(pos, v)
	if p.err != nil {
		return value{}
	}
	at := 0
	if e.Var != nil && p.out.Vars[*e.Var] == circuits.RealVar {
		at = *e.Var
	} else {
		at = p.temporary(pos, e, true)
	}
	return value{kind: kindAngle, angle: circuits.Variable(at)}
}

// setNumber gives a variable a number that depends on measured bits, or that only some
// runs give it.
func (p *parser) setNumber(pos int, e *entry, v value) {
	x := p.expr(pos, v)
	if p.err != nil {
		return
	}
	p.loosen(pos, e)
	p.keepVar(pos, e.slot-1)
	p.emitSet(pos, e.slot-1, x)
}

// loosen makes a variable of the program one of the circuit, so that its value may depend
// on the run.
func (p *parser) loosen(pos int, e *entry) {
	if e.value.dynamic() || p.err != nil {
		return
	}
	isReal := e.typ == typeFloat || e.typ == typeAngle
	if e.slot == 0 {
		t := circuits.WholeVar
		if isReal {
			t = circuits.RealVar
		}
		e.slot = p.newVar(pos, t) + 1
	}
	p.emit(pos, circuits.Op{Gate: circuits.GateSet, Clbit: e.slot - 1, Value: &circuits.Condition{Test: p.expr(pos, e.value)}})
	e.value = computed(circuits.VarExpr(e.slot-1), isReal)
}

// keepVar is keep for a variable that is about to change.
func (p *parser) keepVar(pos, v int) {
	for i := range p.conds {
		if p.err == nil && slices.Contains(p.conds[i].Locals(nil), v) {
			p.saveCondition(pos, i)
		}
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
func (p *parser) digitsOf(pos int, v value, n int) []circuits.Condition {
	if v.isReal() {
		p.fail(pos, circuits.ErrSyntax, "real number as classical bits")
		return nil
	}
	e := v.late.expr
	if e.Var == nil {
		e = circuits.VarExpr(p.temporary(pos, e, false))
	}
	if !p.spend(pos, n) {
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

// callLate is the function name of arguments of which one depends on measured bits.
func (p *parser) callLate(pos int, name string, args []value) (value, bool) {
	op := circuits.Operator(name)
	switch name {
	case "pow", "mod":
		if len(args) != 2 {
			return value{}, false
		}
		return p.operate(pos, map[string]symbol{"pow": symPower, "mod": symModulo}[name], args[0], args[1]), true
	case "ln":
		op = circuits.Log
	case "asin", "acos", "atan":
		op = circuits.Operator("arc" + name[1:])
	case "real", "imag":
		return value{}, false
	}
	if len(args) != 1 || p.version == 2 || !p.spend(pos, 1) {
		return value{}, false
	}
	return computed(&circuits.Expr{Op: op, Args: []*circuits.Expr{p.argumentOf(pos, args[0])}}, true), true
}
