package qasm

import (
	"slices"

	"github.com/qnn-go/qnn/circuits"
)

// skip passes over one statement and any else of it without carrying it out.
func (p *parser) skip() {
	p.skipBranch()
	for p.acceptName("else") {
		p.skipBranch()
	}
}

// condition reads a condition in parentheses: whether it holds, or, where that is
// known only when the circuit runs, what it says.
func (p *parser) condition() (holds bool, when *circuits.Condition) {
	p.expect('(')
	pos := p.tok.pos
	v := p.expression(0)
	p.expect(')')
	c := simple(p.truth(pos, v))
	if holds, ok := constant(c); ok || p.err != nil {
		return holds && p.err == nil, nil
	}
	return false, &c
}

// conditional reads if (…) … else ….
func (p *parser) conditional() {
	p.next()
	holds, when := p.condition()
	if when != nil {
		otherwise := p.branchWhere(*when).Not()
		if p.acceptName("else") {
			p.branchWhere(otherwise)
		}
		return
	}
	p.branch(holds)
	if p.jump == jumpNone && p.acceptName("else") {
		p.branch(!holds)
	}
}

// branch reads a statement and carries it out if holds.
func (p *parser) branch(holds bool) {
	if p.err != nil {
		return
	}
	if holds {
		p.scoped()
		return
	}
	p.skipBranch()
}

// skipBranch passes over one statement, but not over an else after it.
func (p *parser) skipBranch() {
	depth := 0
	for depth >= 0 && p.tok.kind != tokenEOF {
		open, closed, semicolon := p.is('{'), p.is('}'), p.is(';')
		p.next()
		switch {
		case open:
			depth++
		case closed:
			depth--
		}
		if depth == 0 && (closed || semicolon) {
			return
		}
	}
	p.fail(p.tok.pos, circuits.ErrSyntax, "block or statement without its end")
}

// scoped reads a statement as a block.
func (p *parser) scoped() {
	block, mark := p.block, len(p.scope)
	p.block = mark
	p.nested++
	p.statement()
	p.nested--
	p.leave(mark)
	p.block = block
}

// rounds carries out the statement that follows while more reports true, and goes
// on behind it.
func (p *parser) rounds(more func() bool) {
	start, end, size := p.tok, p.tok, 0
	finished := false // end is known
	p.loops++
	ended := p.target(jumpBreak)
	for p.err == nil && more() && p.spend(start.pos, 1+size/readAgain) {
		p.tok = start
		round := p.target(jumpContinue)
		p.scoped()
		round()
		if p.jump == jumpNone {
			end, finished, size = p.tok, true, p.tok.pos-start.pos
			continue
		}
		if p.jump == jumpContinue {
			p.jump = jumpNone
			continue
		}
		break
	}
	ended()
	p.loops--
	if p.jump == jumpBreak {
		p.jump = jumpNone
	}
	if p.err != nil || p.jump != jumpNone {
		return
	}
	if p.tok = end; !finished {
		p.tok = start
		p.skip()
		p.spend(start.pos, (p.tok.pos-start.pos)/readAgain)
	}
}

// forLoop reads for int i in [0:3] …, for i in {1, 5} …
func (p *parser) forLoop() {
	p.next()
	typ := typeInt
	if p.tok.kind == tokenName && scalarNamed(p.text(p.tok)) != typeNone {
		typ = p.scalarType()
	}
	name, pos := p.name()
	if !p.acceptName("in") {
		p.fail(p.tok.pos, circuits.ErrSyntax, "expected in, found %s", p.found())
		return
	}
	values, n := p.loopValues()
	if p.err != nil || !p.affordRounds(pos, n) {
		return
	}
	mark, block := len(p.scope), p.block
	p.block = mark
	e := &entry{name: name, kind: entryValue, typ: typ}
	p.define(pos, e)
	i := 0
	p.rounds(func() bool {
		if i < n {
			e.value = p.convert(pos, typ, values(i))
		}
		i++
		return i <= n
	})
	p.leave(mark)
	p.block = block
}

// loopValues reads what a loop goes through: a range, which includes its end, or a
// set.
func (p *parser) loopValues() (at func(int) value, n int) {
	pos := p.tok.pos
	if p.accept('{') {
		var set []value
		for !p.is('}') && p.err == nil {
			set = append(set, p.expression(0))
			if !p.accept(',') {
				break
			}
		}
		p.expect('}')
		return func(i int) value { return set[i] }, len(set)
	}
	if e := p.lookup(p.tok); p.tok.kind == tokenName && e != nil && e.kind == entryArray && len(e.array.sizes) == 1 {
		p.next()
		return func(i int) value { return e.array.elements[i].value }, len(e.array.elements)
	}
	if !p.is('[') {
		p.fail(pos, ErrUnsupported, "for over other than a range, a set or an array of one dimension")
		return nil, 0
	}
	p.next()
	from, step := p.bound(), 1
	p.expect(':')
	to := p.bound()
	if p.accept(':') {
		step = to
		to = p.bound()
	}
	p.expect(']')
	switch {
	case p.err != nil:
		return nil, 0
	case step == 0:
		p.fail(pos, circuits.ErrRange, "range with step 0")
		return nil, 0
	case step > 0 && to >= from || step < 0 && to <= from:
		n = (to-from)/step + 1
	}
	return func(i int) value { return integer(int64(from + i*step)) }, n
}

// maxBound bounds the ends and the step of a range, so that they cannot overflow.
const maxBound = 1 << 40

func (p *parser) bound() int { return p.whole("bound of a range", -maxBound, maxBound) }

// switchCase reads switch (i) { case 1, 2 { … } default { … } }.
func (p *parser) switchCase() {
	p.next()
	p.expect('(')
	pos := p.tok.pos
	v := p.expression(0)
	p.expect(')')
	p.expect('{')
	if v.kind == kindExpr && !v.isReal() { // a case may change what it reads
		v = computed(circuits.VarExpr(p.temporary(pos, v.late.expr, false)), false)
	}
	if v.kind == kindCondition {
		v = p.saved(pos, []circuits.Condition{v.late.condition})
	}
	if v.kind == kindBits && slices.ContainsFunc(v.late.bits, func(b int) bool { return b < firstHidden }) {
		d, _ := p.digits(v) // a case may change the bits
		v = p.saved(pos, d)
	}
	seen := map[int64]bool{}
	var others []circuits.Condition // that it is none of the cases so far
	for !p.is('}') && p.err == nil && p.jump == jumpNone {
		var match circuits.Condition
		switch {
		case p.acceptName("case"):
			match = p.caseValues(v, seen)
			others = append(others, match.Not())
		case p.acceptName("default"):
			match = simple(circuits.Condition{All: append(others, circuits.Always(true))})
		default:
			p.fail(p.tok.pos, circuits.ErrSyntax, "expected case or default, found %s", p.found())
		}
		if p.err == nil && !p.is('{') {
			p.expect('{')
		}
		if p.err != nil {
			break
		}
		if holds, ok := constant(match); ok {
			p.branch(holds)
		} else {
			p.branchWhere(match)
		}
	}
	if p.jump == jumpNone {
		p.expect('}')
	}
}

// caseValues reads the values of a case and says when v is among them and not among
// those of cases before, which it adds to.
func (p *parser) caseValues(v value, seen map[int64]bool) circuits.Condition {
	match := circuits.Always(false)
	for p.err == nil {
		pos := p.tok.pos
		w := p.expression(0)
		if v.kind != kindInteger && v.kind != kindBool && v.kind != kindBits && (v.kind != kindExpr || v.isReal()) || w.kind != kindInteger && w.kind != kindBool {
			p.fail(pos, circuits.ErrSyntax, "switch and case of other than integers")
			break
		}
		if !seen[w.i] && p.spend(pos, len(seen)/8) {
			match = simple(match.Either(p.truth(pos, p.operate(pos, symEqual, v, w))))
			seen[w.i] = true
		}
		if !p.accept(',') {
			break
		}
	}
	return match
}

// jumpStatement reads break, continue, return and end.
func (p *parser) jumpStatement() {
	t := p.tok
	j := map[string]jump{"break": jumpBreak, "continue": jumpContinue, "return": jumpReturn, "end": jumpEnd}[p.text(t)]
	p.next()
	switch {
	case (j == jumpBreak || j == jumpContinue) && p.loops == 0:
		p.fail(t.pos, circuits.ErrSyntax, "%s outside a loop", p.text(t))
	case j == jumpReturn && p.place != inDef:
		p.fail(t.pos, circuits.ErrSyntax, "return outside a def")
	case j == jumpReturn:
		p.returnValue(t.pos)
	}
	p.expect(';')
	if p.err != nil {
		return
	}
	if p.where(j) {
		p.jumpWhere(t.pos, j)
		return
	}
	p.jump = j
}

// returnValue reads what a def returns.
func (p *parser) returnValue(pos int) {
	e := p.returned
	switch {
	case p.is(';') && e != nil:
		p.fail(pos, circuits.ErrSyntax, "return without a value")
		return
	case p.is(';'):
		return
	case e == nil:
		p.fail(p.tok.pos, circuits.ErrSyntax, "return of a value from a def without a result")
		return
	}
	start := p.tok.pos
	var v value
	if p.acceptName("measure") {
		q := p.operand(entryQubits)
		if !p.afford(start, q.n) {
			return
		}
		c := p.hideAll(start, q.n)
		p.measure(start, q, c)
		v = numberOf(c.bits())
		if q.scalar {
			v = given(circuits.BitIs(c.first, true))
		}
	} else if v = p.expression(0); e.typ != typeNone {
		v = p.convert(start, e.typ, v)
	}
	p.set(start, e, v)
}
