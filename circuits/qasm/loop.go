package qasm

import (
	"reflect"
	"slices"

	"github.com/qnn-go/qnn/circuits"
	"github.com/qnn-go/qnn/circuits/qasm/internal/syntax"
)

// whileLoop lowers while (…) …. It is laid out round by round as long as its condition is
// known when the program is read; a loop that ends by measured bits becomes a loop of the
// circuit, whose body is carried out once.
func (l *lowering) whileLoop(s *syntax.While) {
	before := l.snapshot(s.Open)
	if l.err == nil && !l.layOut(s) && l.err == nil {
		l.restore(before)
		l.loop(s)
	}
}

// layOut carries out the rounds of a loop. It reports false where the end of the loop
// depends on measured bits.
func (l *lowering) layOut(s *syntax.While) (known bool) {
	holds, when := l.condition(s.Condition)
	if when != nil {
		return false
	}
	body := l.text.Here().Pos
	known = true
	round, settings := 0, l.settings
	departures := l.paths.departures
	l.rounds(func() bool {
		if round > 0 { // the condition is asked again before every round
			holds, when = l.condition(s.Condition)
			l.spend(s.Open, (body-s.Open)/readAgain)
			// Some runs left the loop, and no others will, or too late.
			left := l.paths.departures > departures
			known = when == nil && (!left || !holds || l.settings > settings && round < maxRounds)
		}
		round, settings = round+1, l.settings
		return known && holds && l.err == nil
	})
	return known
}

// loop makes a loop one of the circuit. The variables that its body changes have values
// that depend on the round: which they are is found by carrying it out.
func (l *lowering) loop(s *syntax.While) {
	before := l.snapshot(s.Open)
	loose := map[*entry]bool{}
	l.text.BeginRepeat()
	defer l.text.EndRepeat()
	for l.err == nil {
		for _, e := range before.entries {
			if loose[e] {
				l.loosenAny(s.Open, e)
			}
		}
		changed := l.loopOnce(s)
		grown := false
		for e := range changed {
			grown = grown || !loose[e] && e.typ != syntax.NoType
			loose[e] = true
		}
		if !grown {
			return
		}
		l.restore(before)
	}
}

// loopOnce lays out again = condition; while (again) { body; again = condition; } and
// returns the variables of the program that it changes.
func (l *lowering) loopOnce(s *syntax.While) map[*entry]bool {
	at := s.Open
	for i := range l.conds {
		if !l.paths.isGuard(&l.conds[i]) {
			l.saveCondition(at, i)
		}
	}
	start := len(l.circuit.Ops)
	first := l.round(s)
	again := l.hide(at)
	l.emit(at, circuits.Op{Gate: circuits.GateStore, Clbit: again, Value: l.onward(first)})
	head := len(l.circuit.Ops)
	l.emit(at, circuits.Op{Gate: circuits.GateLoop, If: new(circuits.BitIs(again, true))})
	plain := len(l.conds) == 0 && head == start+1
	changed := map[*entry]bool{}
	l.changed = append(l.changed, changed)
	l.whiles++
	l.loops++
	l.paths.open(syntax.Break)
	stopped := l.loopBody()
	next := circuits.Always(false)
	last := len(l.circuit.Ops)
	if !stopped && l.err == nil {
		next = l.round(s)
	}
	plain = plain && len(l.conds) == 0 && len(l.circuit.Ops) == last && reflect.DeepEqual(first, next)
	l.emit(at, circuits.Op{Gate: circuits.GateStore, Clbit: again, Value: l.onward(next)})
	l.paths.close()
	l.emit(at, circuits.Op{Gate: circuits.GateEnd})
	l.loops--
	l.whiles--
	l.changed = l.changed[:len(l.changed)-1]
	if l.err == nil && plain && l.spend(at, (len(l.circuit.Ops)-head)/8) { // the condition itself does
		l.circuit.Ops[head].If = &first
		l.circuit.Ops = slices.Delete(l.circuit.Ops, len(l.circuit.Ops)-2, len(l.circuit.Ops)-1)
		l.circuit.Ops = slices.Delete(l.circuit.Ops, head-1, head)
	}
	return changed
}

// loopBody carries out the body of a loop once and goes on behind it. It reports whether
// the body ends in a break.
func (l *lowering) loopBody() (stopped bool) {
	body := l.text.Mark()
	l.paths.open(syntax.Continue)
	l.scoped()
	l.paths.close()
	stopped = l.paths.jump == syntax.Break
	if l.paths.jump != syntax.NoJump && l.err == nil { // from the middle of the body
		l.paths.jump = syntax.NoJump
		l.text.Back(body)
		l.text.Skip()
		l.readable()
	}
	return stopped
}

// round works out the condition of a loop.
func (l *lowering) round(s *syntax.While) circuits.Condition {
	holds, when := l.condition(s.Condition)
	if when != nil {
		return *when
	}
	return circuits.Always(holds)
}

// snapshot is what carrying out a statement changes, to undo it.
type snapshot struct {
	ops, hidden, vars int
	remarks           int
	conds             []circuits.Condition
	targets           []target
	entries           []*entry
	values            []entry
	jump              syntax.JumpKind
	args, wires       int
	here              syntax.Mark
}

// snapshot takes down the state of the lowering, within the running gate or def.
func (l *lowering) snapshot(pos int) *snapshot {
	s := &snapshot{
		here: l.text.Mark(), ops: len(l.circuit.Ops), hidden: l.hidden, vars: len(l.circuit.Vars), remarks: len(l.result.Remarks),
		conds: slices.Clone(l.conds), targets: slices.Clone(l.paths.targets), jump: l.paths.jump, args: len(l.args), wires: len(l.wires),
	}
	for _, e := range append(slices.Clone(l.defined), l.returned) {
		switch {
		case e == nil:
		case e.kind == entryValue:
			s.entries = append(s.entries, e)
		case e.kind == entryArray:
			s.entries = append(s.entries, e.array.elements...)
		}
	}
	if !l.spend(pos, (len(l.defined)+len(s.entries))/4) {
		return s
	}
	s.values = make([]entry, len(s.entries))
	for i, e := range s.entries {
		s.values[i] = *e
	}
	return s
}

// restore goes back to where a snapshot was taken.
func (l *lowering) restore(s *snapshot) {
	l.text.Back(s.here)
	l.paths.jump = s.jump
	l.circuit.Ops, l.hidden, l.circuit.Vars = l.circuit.Ops[:s.ops], s.hidden, l.circuit.Vars[:s.vars]
	l.result.Remarks = l.result.Remarks[:s.remarks]
	l.conds, l.paths.targets = slices.Clone(s.conds), slices.Clone(s.targets)
	l.args, l.wires = l.args[:s.args], l.wires[:s.wires]
	for i, e := range s.entries {
		e.value, e.stored, e.slot = s.values[i].value, s.values[i].stored, s.values[i].slot
	}
	l.refresh()
}
