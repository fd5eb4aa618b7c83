package qasm

import (
	"reflect"
	"slices"

	"github.com/qnn-go/qnn/circuits"
)

// whileLoop reads while (…) …. It is laid out round by round as long as its condition is
// known when the program is read; a loop that ends by measured bits becomes a loop of the
// circuit, whose body is read once.
func (p *parser) whileLoop() {
	p.next()
	at := p.tok
	before := p.snapshot()
	if p.err == nil && !p.layOut(at) && p.err == nil {
		p.restore(before)
		p.loop(at)
	}
}

// layOut carries out the rounds of a loop whose condition is at the token at. It reports
// false where the end of the loop depends on measured bits.
func (p *parser) layOut(at token) (known bool) {
	p.tok = at
	holds, when := p.condition()
	if when != nil {
		return false
	}
	body := p.tok
	known = true
	round, settings := 0, p.settings
	departures := p.departures
	p.rounds(func() bool {
		if round > 0 { // the condition is read again before every round
			p.tok = at
			holds, when = p.condition()
			p.spend(at.pos, (body.pos-at.pos)/readAgain)
			// Some runs left the loop, and no others will, or too late.
			left := p.departures > departures
			known = when == nil && (!left || !holds || p.settings > settings && round < maxRounds)
		}
		round, settings = round+1, p.settings
		return known && holds && p.err == nil
	})
	return known
}

// loop reads a loop, whose condition is at the token at, as a loop of the circuit. The
// variables that its body changes have values that depend on the round: which they are is
// found by reading it.
func (p *parser) loop(at token) {
	before := p.snapshot()
	loose := map[*entry]bool{}
	for p.err == nil {
		for _, e := range before.entries {
			if loose[e] {
				p.loosenAny(at.pos, e)
			}
		}
		changed := p.loopOnce(at)
		grown := false
		for e := range changed {
			grown = grown || !loose[e] && e.typ != typeNone
			loose[e] = true
		}
		if !grown {
			return
		}
		p.restore(before)
	}
}

// loosenAny is loosen for a number, and keeps a truth value in a hidden bit.
func (p *parser) loosenAny(pos int, e *entry) {
	switch e.typ {
	case typeInt, typeUint, typeFloat, typeAngle:
		p.loosen(pos, e)
	case typeBool:
		if !e.value.dynamic() && p.err == nil {
			e.stored = []int{p.hide(pos)}
			p.emit(pos, circuits.Op{Gate: circuits.GateStore, Clbit: e.stored[0], Value: new(p.truth(pos, e.value))})
			e.value = given(circuits.BitIs(e.stored[0], true))
		}
	default:
	}
}

// loopOnce lays out again = condition; while (again) { body; again = condition; } and
// returns the variables of the program that it changes.
func (p *parser) loopOnce(at token) map[*entry]bool {
	for i := range p.conds {
		if !p.isGuard(&p.conds[i]) {
			p.saveCondition(at.pos, i)
		}
	}
	p.tok = at
	start := len(p.out.Ops)
	first := p.round()
	body := p.tok
	again := p.hide(at.pos)
	p.emit(at.pos, circuits.Op{Gate: circuits.GateStore, Clbit: again, Value: p.onward(first)})
	head := len(p.out.Ops)
	p.emit(at.pos, circuits.Op{Gate: circuits.GateLoop, If: new(circuits.BitIs(again, true))})
	plain := len(p.conds) == 0 && head == start+1
	changed := map[*entry]bool{}
	p.changed = append(p.changed, changed)
	p.whiles++
	p.loops++
	broken := p.target(jumpBreak)
	round := p.target(jumpContinue)
	p.scoped()
	round()
	end := p.tok
	stopped := p.jump == jumpBreak
	if p.jump != jumpNone && p.err == nil { // from the middle of the body
		p.jump = jumpNone
		p.tok = body
		p.skip()
		end = p.tok
	}
	next := circuits.Always(false)
	last := len(p.out.Ops)
	if !stopped && p.err == nil {
		p.tok = at
		next = p.round()
	}
	plain = plain && len(p.conds) == 0 && len(p.out.Ops) == last && reflect.DeepEqual(first, next)
	p.emit(at.pos, circuits.Op{Gate: circuits.GateStore, Clbit: again, Value: p.onward(next)})
	broken()
	p.emit(at.pos, circuits.Op{Gate: circuits.GateEnd})
	p.loops--
	p.whiles--
	p.changed = p.changed[:len(p.changed)-1]
	if p.err != nil {
		return changed
	}
	if plain && p.spend(at.pos, (len(p.out.Ops)-head)/8) { // the condition itself does
		p.out.Ops[head].If = &first
		p.out.Ops = slices.Delete(p.out.Ops, len(p.out.Ops)-2, len(p.out.Ops)-1)
		p.out.Ops = slices.Delete(p.out.Ops, head-1, head)
	}
	p.tok = end
	return changed
}

// round reads the condition of a loop.
func (p *parser) round() circuits.Condition {
	holds, when := p.condition()
	if when != nil {
		return *when
	}
	return circuits.Always(holds)
}

// onward is the condition that a run is where the parser is, and c holds.
func (p *parser) onward(c circuits.Condition) *circuits.Condition {
	if p.when != nil {
		c = simple(circuits.Condition{All: append(slices.Clone(p.conds), c)})
	}
	return &c
}

// isGuard reports whether c says that a run has not jumped, which is asked anew each time.
func (p *parser) isGuard(c *circuits.Condition) bool {
	return slices.ContainsFunc(p.targets, func(t target) bool {
		return t.guard != 0 && reflect.DeepEqual(*c, circuits.BitIs(t.guard, false))
	})
}

// snapshot is what reading a statement changes, to undo it.
type snapshot struct {
	last              int
	ops, hidden, vars int
	remarks           int
	conds             []circuits.Condition
	targets           []target
	entries           []*entry
	values            []entry
	jump              jump
	argStack, wires   int
	token             token
}

// snapshot takes down the state of the parser, within the running gate or def.
func (p *parser) snapshot() *snapshot {
	s := &snapshot{
		token: p.tok, last: p.last, ops: len(p.out.Ops), hidden: p.hidden, vars: len(p.out.Vars), remarks: len(p.result.Remarks),
		conds: slices.Clone(p.conds), targets: slices.Clone(p.targets), jump: p.jump, argStack: len(p.argStack), wires: len(p.wireStack),
	}
	for _, e := range append(slices.Clone(p.scope), p.returned) {
		switch {
		case e == nil:
		case e.kind == entryValue:
			s.entries = append(s.entries, e)
		case e.kind == entryArray:
			s.entries = append(s.entries, e.array.elements...)
		}
	}
	if !p.spend(p.tok.pos, (len(p.scope)+len(s.entries))/4) {
		return s
	}
	s.values = make([]entry, len(s.entries))
	for i, e := range s.entries {
		s.values[i] = *e
	}
	return s
}

// restore goes back to where a snapshot was taken.
func (p *parser) restore(s *snapshot) {
	p.tok, p.last, p.jump = s.token, s.last, s.jump
	p.out.Ops, p.hidden, p.out.Vars = p.out.Ops[:s.ops], s.hidden, p.out.Vars[:s.vars]
	p.result.Remarks = p.result.Remarks[:s.remarks]
	p.conds, p.targets = slices.Clone(s.conds), slices.Clone(s.targets)
	p.argStack, p.wireStack = p.argStack[:s.argStack], p.wireStack[:s.wires]
	for i, e := range s.entries {
		e.value, e.stored, e.slot = s.values[i].value, s.values[i].stored, s.values[i].slot
	}
	p.refresh()
}
