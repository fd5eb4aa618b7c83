package qasm

import (
	"slices"

	"github.com/qnn-go/qnn/circuits"
	"github.com/qnn-go/qnn/circuits/qasm/internal/syntax"
)

// A number that depends on measured bits is an expression of the circuit, and a variable
// that holds one, or that only some runs change, is a variable of the circuit.

// maxDigits bounds the digits of a variable that holds a value of measured bits.
const maxDigits = 4096

// set gives a variable a value. One that depends on measured bits, or that only some
// runs reach, goes into bits of the variable's own.
func (s *variables) set(pos int, e *entry, v value) {
	if s.err != nil {
		return
	}
	if v.kind == kindBool && e.typ != syntax.Bool {
		v.kind = kindInteger
	}
	for d := e.whiles; d < s.whiles; d++ {
		s.changed[d][e] = true
	}
	if !v.dynamic() && len(s.conds) <= e.level && e.whiles == s.whiles {
		s.settings++
		e.value, e.stored = v, nil
		return
	}
	switch e.typ {
	case syntax.Int, syntax.Uint, syntax.Real, syntax.Angle:
		s.setNumber(pos, e, v)
		return
	case syntax.Bool, syntax.NoType:
	default:
		s.fail(pos, ErrUnsupported, "value of %s, a %v, that depends on measured bits", e.name, e.typ)
		return
	}
	want, okWant := s.digits(pos, v)
	old, okOld := s.digits(pos, e.value)
	if !okWant || !okOld || max(len(want), len(old)) > maxDigits {
		s.fail(pos, ErrUnsupported, "value of %s that depends on measured bits, other than a number of 0 or more and %d digits", e.name, maxDigits)
		return
	}
	n := max(len(want), len(old), 1)
	if !s.spend(pos, n) {
		return
	}
	if v.kind == kindBits { // which may be the variable's own
		want, _ = s.digits(pos, s.saved(pos, want))
	}
	for i := len(e.stored); i < n; i++ {
		bit := s.hide(pos)
		e.stored = append(e.stored, bit)
		if !e.value.dynamic() || i < len(old) {
			s.emit(pos, circuits.Op{Gate: circuits.GateStore, Clbit: bit, Value: new(digit(old, i))})
		}
	}
	for i, bit := range e.stored {
		s.store(pos, bit, digit(want, i))
	}
	if e.typ == syntax.Bool {
		e.value = given(circuits.BitIs(e.stored[0], true))
		return
	}
	e.value = numberOf(slices.Clone(e.stored))
}

// setNumber gives a variable a number that depends on measured bits, or that only some
// runs give it.
func (s *variables) setNumber(pos int, e *entry, v value) {
	x := s.expr(pos, v)
	if s.err != nil {
		return
	}
	s.loosen(pos, e)
	s.keepVar(pos, e.slot-1)
	s.emitSet(pos, e.slot-1, x)
}

// loosen makes a variable of the program one of the circuit, so that its value may depend
// on the run.
func (s *variables) loosen(pos int, e *entry) {
	if e.value.dynamic() || s.err != nil {
		return
	}
	isReal := e.typ == syntax.Real || e.typ == syntax.Angle
	if e.slot == 0 {
		t := circuits.WholeVar
		if isReal {
			t = circuits.RealVar
		}
		e.slot = s.newVar(pos, t) + 1
	}
	s.emit(pos, circuits.Op{Gate: circuits.GateSet, Clbit: e.slot - 1, Value: &circuits.Condition{Test: s.expr(pos, e.value)}})
	e.value = computed(circuits.VarExpr(e.slot-1), isReal)
}

// loosenAny is loosen for a number, and keeps a truth value in a hidden bit.
func (s *variables) loosenAny(pos int, e *entry) {
	switch e.typ {
	case syntax.Int, syntax.Uint, syntax.Real, syntax.Angle:
		s.loosen(pos, e)
	case syntax.Bool:
		if !e.value.dynamic() && s.err == nil {
			e.stored = []int{s.hide(pos)}
			s.emit(pos, circuits.Op{Gate: circuits.GateStore, Clbit: e.stored[0], Value: new(s.truth(pos, e.value))})
			e.value = given(circuits.BitIs(e.stored[0], true))
		}
	default:
	}
}
