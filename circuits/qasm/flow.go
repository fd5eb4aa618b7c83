package qasm

import "github.com/qnn-go/qnn/circuits"

// skip passes over one statement and any else of it without carrying it out.
func (p *parser) skip() {
	p.skipBranch()
	for p.acceptName("else") {
		p.skipBranch()
	}
}

// condition reads a condition in parentheses.
func (p *parser) condition() (holds bool) {
	p.expect('(')
	pos := p.tok.pos
	v := p.expression(0)
	p.expect(')')
	if v.kind == kindAngle {
		p.fail(pos, ErrUnsupported, "condition on inputs")
	}
	return v.kind == kindUnknown || v.number() != 0
}

// conditional reads if (…) … else …, whose condition must be known before the
// program runs.
func (p *parser) conditional() {
	p.next()
	holds := p.condition()
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
	for p.err == nil && more() && p.spend(start.pos, 1+size/readAgain) {
		p.tok = start
		p.scoped()
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
	if p.err != nil {
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
	if !p.is('[') {
		p.fail(pos, ErrUnsupported, "for over other than a range or a set")
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

// whileLoop reads while (…) …, whose condition must be known before the program
// runs.
func (p *parser) whileLoop() {
	p.next()
	at := p.tok
	var body token
	// The condition is read again before every round.
	holds := p.condition()
	body = p.tok
	first := true
	p.rounds(func() bool {
		if !first {
			p.tok = at
			holds = p.condition()
			p.spend(at.pos, (body.pos-at.pos)/readAgain)
		}
		first = false
		return holds && p.err == nil
	})
}

// switchCase reads switch (i) { case 1, 2 { … } default { … } }.
func (p *parser) switchCase() {
	p.next()
	p.expect('(')
	v := p.expression(0)
	p.expect(')')
	p.expect('{')
	done := false
	for !p.is('}') && p.err == nil && p.jump == jumpNone {
		match := false
		switch {
		case p.acceptName("case"):
			match = p.caseValues(v)
		case p.acceptName("default"):
			match = true
		default:
			p.fail(p.tok.pos, circuits.ErrSyntax, "expected case or default, found %s", p.found())
		}
		if p.err == nil && !p.is('{') {
			p.expect('{')
		}
		p.branch(match && !done)
		done = done || match
	}
	if p.jump == jumpNone {
		p.expect('}')
	}
}

// caseValues reads the values of a case and reports whether v is among them.
func (p *parser) caseValues(v value) bool {
	match := false
	for p.err == nil {
		pos := p.tok.pos
		w := p.expression(0)
		if v.kind > kindBool || w.kind > kindBool || v.kind == kindFloat || w.kind == kindFloat {
			p.fail(pos, circuits.ErrSyntax, "switch and case of other than integers")
		}
		match = match || v.i == w.i
		if !p.accept(',') {
			break
		}
	}
	return match
}

// jumpStatement reads break, continue, return and end.
func (p *parser) jumpStatement() {
	t := p.tok
	word := p.text(t)
	p.next()
	if word == "return" && !p.is(';') {
		p.fail(p.tok.pos, ErrUnsupported, "return of a value")
	}
	p.expect(';')
	if p.err != nil {
		return
	}
	switch word {
	case "break":
		p.jump = jumpBreak
	case "continue":
		p.jump = jumpContinue
	case "return":
		p.jump = jumpReturn
	case "end":
		p.jump = jumpEnd
	}
	loop := p.jump == jumpBreak || p.jump == jumpContinue
	if loop && p.loops == 0 || p.jump == jumpReturn && p.place != inDef {
		p.fail(t.pos, circuits.ErrSyntax, "%s outside a %s", word, map[bool]string{true: "loop", false: "def"}[loop])
	}
}
