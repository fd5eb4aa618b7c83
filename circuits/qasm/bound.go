package qasm

import "strconv"

// manyRounds is the number of rounds from which a loop inside of others is worth a look
// at its body before it is laid out.
const manyRounds = 1 << 16

// affordRounds refuses a loop of n rounds of the statement that follows where the least
// that they can take is too much, before any of them is laid out.
func (p *parser) affordRounds(pos, n int) bool {
	if p.loops > 0 && n < manyRounds {
		return true // a loop around it has been looked at
	}
	tok, last := p.tok, p.last
	work := p.least().rounds(n)
	if p.err != nil {
		return false
	}
	p.tok, p.last = tok, last
	return p.afford(pos, work)
}

// leastWork is what a statement takes at least, by its text alone.
type leastWork struct {
	work, size int  // operations, bytes
	goesOn     bool // there is a continue in it
	leaves     bool // there is a break, return or end in it
}

// rounds is the work of n rounds of a statement.
func (w leastWork) rounds(n int) int {
	switch {
	case w.leaves || n == 0:
		return 0
	case w.goesOn:
		return n
	}
	return min(maxCount, saturate(n, 1+w.work)+saturate(n-1, w.size/readAgain))
}

// least passes over one statement and finds its least work: that of the gates in it and
// of loops whose bounds are plain numbers, but not of what is under a condition.
func (p *parser) least() leastWork {
	start := p.tok.pos
	var w leastWork
	if !p.enter(start) {
		return w
	}
	switch e := p.lookup(p.tok); {
	case p.accept('{'):
		for !p.is('}') && p.tok.kind != tokenEOF {
			w.add(p.least())
		}
		p.expect('}')
	case p.acceptName("for"):
		for !p.isName("in") && p.tok.kind != tokenEOF {
			p.next()
		}
		n := p.literalRounds()
		body := p.least()
		w = leastWork{work: body.rounds(n), goesOn: body.goesOn, leaves: body.leaves}
	default:
		if p.tok.kind == tokenName && e != nil && e.kind == entryGate {
			w.work = 1
		}
		p.passOver(&w)
	}
	p.depth--
	w.size = p.tok.pos - start
	return w
}

func (w *leastWork) add(v leastWork) {
	w.work = min(maxCount, w.work+v.work)
	w.goesOn, w.leaves = w.goesOn || v.goesOn, w.leaves || v.leaves
}

// passOver goes to the end of a statement, which may hold others, and of any else, and
// notes the jumps in it.
func (p *parser) passOver(w *leastWork) {
	for depth := 0; p.tok.kind != tokenEOF; {
		w.goesOn = w.goesOn || p.isName("continue")
		w.leaves = w.leaves || p.isName("break") || p.isName("return") || p.isName("end")
		open, closed, semicolon := p.is('{'), p.is('}'), p.is(';')
		if closed && depth == 0 {
			return
		}
		p.next()
		switch {
		case open:
			depth++
		case closed:
			depth--
		}
		if depth == 0 && (closed || semicolon) && !p.isName("else") {
			return
		}
	}
}

// literalRounds passes over in and the values of a loop and counts them where they are
// [a:b] with plain numbers; else it is 0.
func (p *parser) literalRounds() int {
	var ends [2]int
	p.next()
	start := p.tok
	plain := p.accept('[')
	for i := range ends {
		text := ""
		if p.tok.kind == tokenInteger {
			text = p.text(p.tok)
		}
		v, err := strconv.Atoi(text)
		plain = plain && err == nil && v < maxBound
		ends[i] = v
		if plain {
			p.next()
			plain = p.accept([...]symbol{':', ']'}[i])
		}
	}
	if plain {
		return max(0, ends[1]-ends[0]+1)
	}
	p.tok = start
	for depth := 0; p.tok.kind != tokenEOF; { // to the end of the brackets, or of a name
		switch {
		case p.is('[') || p.is('{'):
			depth++
		case p.is(']') || p.is('}'):
			depth--
		}
		if p.next(); depth <= 0 {
			break
		}
	}
	return 0
}
