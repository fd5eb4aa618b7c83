package qasm

import (
	"github.com/qnn-go/qnn/circuits"
	"github.com/qnn-go/qnn/circuits/qasm/internal/syntax"
)

// subroutineCall is the call of a def.
type subroutineCall struct {
	pos      int
	args     *syntax.Expr
	trailing int32 // position of a comma behind the last argument, or 0
	end      int32 // position of the closing parenthesis
}

// callSubroutine lowers f(q, 1);.
func (l *lowering) callSubroutine(s *syntax.GateCall, e *entry) {
	if s.Close == 0 {
		l.expectedAt(`"("`, s.Behind)
		return
	}
	if o := s.Operands; o != nil && o.Kind != syntax.Bad {
		l.expectedAt(`";"`, o.Pos)
		return
	}
	l.invoke(e, subroutineCall{s.Name.Pos, s.Args, s.Trailing, s.Close})
	l.readable()
}

// invoke works out the arguments of a def, carries out its body and returns its result.
func (l *lowering) invoke(e *entry, call subroutineCall) value {
	s := e.def
	bound := l.arguments(s, call)
	if l.place == inGate {
		l.fail(call.pos, circuits.ErrSyntax, "call of %s in the definition of a gate", s.name)
	}
	if l.err != nil || !l.spend(call.pos, 1+s.body.size/readAgain) {
		return value{}
	}
	outer := l.returned
	l.returned = nil
	if s.result != nil {
		l.returned = &entry{name: "the result of " + s.name, kind: entryValue, typ: s.result.typ, level: len(l.conds)}
		if s.result.kind == entryBits && s.result.one {
			l.returned.typ = syntax.Bool
		}
	}
	f := l.begin(call.pos, inDef)
	l.paths.open(syntax.Return)
	for _, e := range bound {
		level := e.level
		l.define(call.pos, e)
		e.level = level
	}
	l.carryOut(&s.body)
	l.paths.arrived(syntax.Return)
	l.paths.close()
	l.end(f)
	result := l.returned
	l.returned = outer
	if result == nil {
		return value{kind: kindNothing}
	}
	return result.value
}

// arguments gives the parameters of a def their values.
func (l *lowering) arguments(s *subroutine, call subroutineCall) []*entry {
	bound := make([]*entry, 0, len(s.formal))
	x := call.args
	for i, a := range s.formal {
		switch {
		case x == nil && i > 0 && call.trailing == 0:
			l.expectedAt(`","`, call.end)
		case x == nil && a.kind == entryQubits:
			l.expectedAt(aQubit, call.end)
		case x == nil:
			l.expectedAt("an expression", call.end)
		case x.Kind == syntax.Bad:
			l.readable()
		}
		if l.err != nil {
			return nil
		}
		bound = append(bound, l.argument(a, x))
		if a.kind == entryQubits && x.Then != nil {
			l.afterOperand(x.Then, i == len(s.formal)-1)
		}
		x = x.Next
	}
	switch {
	case l.err != nil:
	case x == nil && call.trailing != 0:
		l.expectedAt(`")"`, call.trailing)
	case x == nil:
	case x.Kind == syntax.Bad:
		l.readable()
	case len(s.formal) > 0:
		l.expectedAt(`")"`, x.Comma)
	default:
		l.expectedAt(`")"`, x.Pos)
	}
	return bound
}

// afterOperand refuses what follows qubits that are an argument.
func (l *lowering) afterOperand(then *syntax.Expr, last bool) {
	switch {
	case then.Kind == syntax.Bad:
		l.readable()
	case last:
		l.expectedAt(`")"`, then.Pos)
	default:
		l.expectedAt(`","`, then.Pos)
	}
}

// argument is the value of a parameter.
func (l *lowering) argument(a parameter, x *syntax.Expr) *entry {
	at := x.At()
	e := &entry{name: a.name, kind: a.kind, typ: a.typ, level: len(l.conds)}
	switch a.kind {
	case entryQubits:
		if e.wires = l.operand(x, entryQubits); l.err == nil && e.wires.n != a.size {
			l.fail(at, circuits.ErrArity, "%d qubits for %s, needs %d", e.wires.n, a.name, a.size)
		}
	case entryBits:
		v := l.value(x)
		if !l.afford(at, a.size) {
			return e
		}
		e.wires = l.hideAll(at, a.size)
		l.setBits(at, e.wires, v)
	default:
		l.set(at, e, l.convert(at, a.typ, l.value(x)))
	}
	e.wires.scalar = a.one
	return e
}
