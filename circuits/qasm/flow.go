package qasm

import (
	"slices"

	"github.com/qnn-go/qnn/circuits"
	"github.com/qnn-go/qnn/circuits/qasm/internal/syntax"
)

// flow carries out a statement that holds others, or that leaves one.
func (l *lowering) flow(s syntax.Statement) {
	switch s := s.(type) {
	case *syntax.Block, *syntax.Box: // what a box says of timing has no place in a circuit
		l.block()
	case *syntax.If:
		l.conditional(s)
	case *syntax.While:
		l.whileLoop(s)
	case *syntax.For:
		l.forLoop(s)
	case *syntax.Switch:
		l.switchCase(s)
	case *syntax.Jump:
		l.leaveBlock(s)
	}
}

// block carries out the statements of a block in braces.
func (l *lowering) block() {
	m := l.openBlock()
	l.nested++
	l.text.Expect('{')
	for !l.text.At('}') && !l.text.AtEnd() && l.paths.jump == syntax.NoJump {
		l.statement()
	}
	if l.paths.jump == syntax.NoJump {
		l.text.Expect('}')
	}
	l.nested--
	l.closeBlock(m)
	l.readable()
}

// scoped carries out one statement as a block.
func (l *lowering) scoped() {
	m := l.openBlock()
	l.nested++
	l.statement()
	l.nested--
	l.closeBlock(m)
}

// conditional lowers if (…) … else ….
func (l *lowering) conditional(s *syntax.If) {
	holds, when := l.condition(s.Condition)
	if when != nil {
		otherwise := l.branchWhere(*when).Not()
		if l.text.AcceptElse() {
			l.branchWhere(otherwise)
		}
		return
	}
	l.branch(holds)
	if l.paths.jump == syntax.NoJump && l.text.AcceptElse() {
		l.branch(!holds)
	}
}

// branch carries out a statement if holds, and else passes over it.
func (l *lowering) branch(holds bool) {
	if l.err != nil {
		return
	}
	if holds {
		l.scoped()
		return
	}
	l.text.SkipBranch()
}

// branchWhere carries out a statement where c holds, and returns c as a condition that
// holds in the same runs after it.
func (l *lowering) branchWhere(c circuits.Condition) circuits.Condition {
	done := l.under(c)
	l.scoped()
	return done()
}

// rounds carries out the statement that follows while more reports true, and goes
// on behind it.
func (l *lowering) rounds(more func() bool) {
	start := l.text.Mark()
	end, size := start, 0
	finished := false // end is known
	l.loops++
	l.paths.open(syntax.Break)
	l.text.BeginRepeat()
	for l.err == nil && more() && l.spend(start.Pos(), 1+size/readAgain) {
		l.text.Back(start)
		l.paths.open(syntax.Continue)
		l.scoped()
		l.paths.close()
		if l.paths.jump == syntax.NoJump {
			end, finished = l.text.Mark(), true
			size = end.Pos() - start.Pos()
			continue
		}
		if l.paths.jump == syntax.Continue {
			l.paths.jump = syntax.NoJump
			continue
		}
		break
	}
	l.text.EndRepeat()
	l.paths.close()
	l.loops--
	l.paths.arrived(syntax.Break)
	if l.err != nil || l.paths.jump != syntax.NoJump {
		return
	}
	if finished {
		l.text.Back(end)
		return
	}
	l.text.Back(start)
	l.text.Skip()
	if l.readable() {
		l.spend(start.Pos(), (l.text.Here().Pos-start.Pos())/readAgain)
	}
}

// manyRounds is the number of rounds from which a loop inside of others is worth a look
// at its body before it is laid out.
const manyRounds = 1 << 16

// affordRounds refuses a loop of n rounds of the statement that follows where the least
// that they can take is too much, before any of them is laid out.
func (l *lowering) affordRounds(pos, n int) bool {
	if l.loops > 0 && n < manyRounds {
		return true // a loop around it has been looked at
	}
	work := l.text.Least(l.text.Callable).Rounds(n)
	return l.readable() && l.afford(pos, work)
}

// forLoop lowers for int i in [0:3] …, for i in {1, 5} …
func (l *lowering) forLoop(s *syntax.For) {
	typ := syntax.Int
	if s.Type.Scalar != syntax.NoType {
		typ = s.Type.Scalar
		l.width(&s.Type)
	}
	pos := s.Name.Pos
	values, n := l.loopValues(s.Values)
	if !l.readable() || !l.affordRounds(pos, n) {
		return
	}
	m := l.openBlock()
	e := &entry{name: s.Name.Text, kind: entryValue, typ: typ}
	l.define(pos, e)
	i := 0
	l.rounds(func() bool {
		if i < n {
			e.value = l.convert(pos, typ, values(i))
		}
		i++
		return i <= n
	})
	l.closeBlock(m)
}

// loopValues is what a loop goes through: a range, which includes its end, a set, or the
// elements of an array.
func (l *lowering) loopValues(x *syntax.Expr) (at func(int) value, n int) {
	switch x.Kind {
	case syntax.List:
		var set []value
		for part := x.Sub; part != nil && l.err == nil; part = part.Next {
			set = append(set, l.value(part))
		}
		return func(i int) value { return set[i] }, len(set)
	case syntax.Range:
		return l.loopRange(x)
	case syntax.Variable:
		if e := l.named(x); e != nil && e.kind == entryArray && len(e.array.sizes) == 1 {
			return func(i int) value { return e.array.elements[i].value }, len(e.array.elements)
		}
		fallthrough
	case syntax.NoOperand:
		l.fail(x.At(), ErrUnsupported, "for over other than a range, a set or an array of one dimension")
	default:
		l.readable()
	}
	return nil, 0
}

// loopRange is the numbers of a range.
func (l *lowering) loopRange(x *syntax.Expr) (at func(int) value, n int) {
	var ends [3]int
	parts := 0
	for part := x.Sub; part != nil && l.err == nil; part = part.Next {
		ends[parts] = l.whole("bound of a range", part, -maxBound, maxBound)
		parts++
	}
	from, step, to := ends[0], 1, ends[1]
	if parts == 3 {
		step, to = ends[1], ends[2]
	}
	switch {
	case !l.readable():
		return nil, 0
	case step == 0:
		l.fail(x.At(), circuits.ErrRange, "range with step 0")
		return nil, 0
	case step > 0 && to >= from || step < 0 && to <= from:
		n = (to-from)/step + 1
	}
	return func(i int) value { return integer(int64(from + i*step)) }, n
}

// maxBound bounds the ends and the step of a range, so that they cannot overflow.
const maxBound = 1 << 40

// switchCase lowers switch (i) { case 1, 2 { … } default { … } }.
func (l *lowering) switchCase(s *syntax.Switch) {
	pos := s.Value.At()
	v := l.value(s.Value)
	if !l.readable() {
		return
	}
	v = l.steady(pos, v)
	seen := map[int64]bool{}
	var others []circuits.Condition // that it is none of the cases so far
	for !l.text.At('}') && l.err == nil && l.paths.jump == syntax.NoJump {
		held := l.text.Hold()
		c := l.text.Case()
		var match circuits.Condition
		if c.Default {
			match = simple(circuits.Condition{All: append(others, circuits.Always(true))})
		} else {
			match = l.caseValues(c, v, seen)
			others = append(others, match.Not())
		}
		if !l.readable() {
			break
		}
		if holds, ok := constant(match); ok {
			l.branch(holds)
		} else {
			l.branchWhere(match)
		}
		l.text.Release(held)
	}
	if l.paths.jump == syntax.NoJump {
		l.text.Expect('}')
	}
	l.readable()
}

// steady is v where the cases of a switch may change what it depends on.
func (l *lowering) steady(pos int, v value) value {
	switch {
	case v.kind == kindExpr && !v.isReal():
		return computed(circuits.VarExpr(l.temporary(pos, v.late.expr, false)), false)
	case v.kind == kindCondition:
		return l.saved(pos, []circuits.Condition{v.late.condition})
	case v.kind == kindBits && slices.ContainsFunc(v.late.bits, func(b int) bool { return b < firstHidden }):
		d, _ := l.digits(pos, v)
		return l.saved(pos, d)
	}
	return v
}

// caseValues says when v is among the values of a case and not among those of cases
// before, which it adds to.
func (l *lowering) caseValues(c *syntax.Case, v value, seen map[int64]bool) circuits.Condition {
	match := circuits.Always(false)
	for x := c.Values; x != nil && l.err == nil; x = x.Next {
		pos := x.At()
		w := l.value(x)
		if v.kind != kindInteger && v.kind != kindBool && v.kind != kindBits && (v.kind != kindExpr || v.isReal()) || w.kind != kindInteger && w.kind != kindBool {
			l.fail(pos, circuits.ErrSyntax, "switch and case of other than integers")
			break
		}
		if !seen[w.i] && l.spend(pos, len(seen)/8) {
			match = simple(match.Either(l.truth(pos, l.operate(pos, syntax.Equal, v, w))))
			seen[w.i] = true
		}
	}
	return match
}

// leaveBlock lowers break, continue, return and end.
func (l *lowering) leaveBlock(s *syntax.Jump) {
	pos := s.At.Pos
	switch {
	case (s.Kind == syntax.Break || s.Kind == syntax.Continue) && l.loops == 0:
		l.fail(pos, circuits.ErrSyntax, "%s outside a loop", l.text.Text(s.At))
	case s.Kind == syntax.Return && l.place != inDef:
		l.fail(pos, circuits.ErrSyntax, "return outside a def")
	case s.Kind == syntax.Return:
		l.returnValue(pos, s.Value)
	}
	if !l.readable() {
		return
	}
	if l.paths.depends(s.Kind) {
		l.paths.leap(pos, s.Kind)
		return
	}
	l.paths.jump = s.Kind
}

// returnValue is what a def returns.
func (l *lowering) returnValue(pos int, x *syntax.Expr) {
	e := l.returned
	switch {
	case x == nil && e != nil:
		l.fail(pos, circuits.ErrSyntax, "return without a value")
		return
	case x == nil:
		return
	case e == nil:
		l.fail(x.At(), circuits.ErrSyntax, "return of a value from a def without a result")
		return
	}
	var v value
	if x.Kind == syntax.Measure {
		q := l.operand(x.Sub, entryQubits)
		if !l.readable() || !l.afford(x.At(), q.n) {
			return
		}
		c := l.hideAll(x.At(), q.n)
		l.measure(x.At(), q, c)
		v = numberOf(c.bits())
		if q.scalar {
			v = given(circuits.BitIs(c.first, true))
		}
	} else if v = l.value(x); e.typ != syntax.NoType {
		v = l.convert(x.At(), e.typ, v)
	}
	if l.readable() {
		l.set(x.At(), e, v)
	}
}
