package qasm

import (
	"slices"

	"github.com/qnn-go/qnn/circuits"
)

// The operations of a branch that depends on measured bits carry its condition, and a jump
// sets a bit that the operations it passes over wait for; a loop that ends by measured
// bits stays one (loop.go). Hidden bits are numbered from firstHidden until the program has been read.
const firstHidden = maxWires

// hide returns a new bit, 0 at first, that is not part of an outcome.
func (p *parser) hide(pos int) int {
	if p.out.Qubits+p.out.Clbits+p.hidden >= maxWires {
		p.fail(pos, ErrLimit, "more than %d qubits and bits", maxWires)
		return firstHidden
	}
	p.hidden++
	return firstHidden + p.hidden - 1
}

// renumber puts the hidden bits behind the others.
func (p *parser) renumber() {
	if p.hidden == 0 {
		return
	}
	m := bitMover{by: p.out.Clbits - firstHidden, seen: map[any]bool{}}
	for i := range p.out.Ops {
		op := &p.out.Ops[i]
		if op.Gate != circuits.GateSet {
			m.move(&op.Clbit)
		}
		m.condition(op.If)
		m.condition(op.Value)
	}
	p.out.Clbits += p.hidden
	p.out.Hidden = p.hidden
}

// bitMover moves the numbers of hidden bits in all that names bits. Operations share
// conditions and expressions; each is moved once.
type bitMover struct {
	by   int
	seen map[any]bool
}

func (m *bitMover) move(bit *int) {
	if *bit >= firstHidden {
		*bit += m.by
	}
}

func (m *bitMover) condition(c *circuits.Condition) {
	if c == nil || m.seen[c] {
		return
	}
	m.seen[c] = true
	for i := range c.Bits {
		m.move(&c.Bits[i])
	}
	m.expression(c.Test)
	for _, list := range [][]circuits.Condition{c.All, c.Any} {
		for i := range list {
			m.condition(&list[i])
		}
	}
}

func (m *bitMover) expression(e *circuits.Expr) {
	if e == nil || m.seen[e] {
		return
	}
	m.seen[e] = true
	for i := range e.Bits {
		m.move(&e.Bits[i])
	}
	m.condition(e.Test)
	for _, a := range e.Args {
		m.expression(a)
	}
}

// under puts what follows under one more condition, which the result of done, called
// after the last of it, still says then.
func (p *parser) under(c circuits.Condition) (done func() circuits.Condition) {
	p.conds = append(p.conds, c)
	p.refresh()
	return func() circuits.Condition {
		last := len(p.conds) - 1
		c := p.conds[last]
		p.conds = p.conds[:last]
		p.refresh()
		return c
	}
}

// refresh joins the conditions that hold for the next statement.
func (p *parser) refresh() {
	switch len(p.conds) {
	case 0:
		p.when = nil
	case 1:
		c := p.conds[0]
		p.when = &c
	default:
		c := circuits.Condition{All: make([]circuits.Condition, 0, len(p.conds))}
		for _, d := range p.conds {
			if len(d.All) > 0 {
				c.All = append(c.All, d.All...)
			} else {
				c.All = append(c.All, d)
			}
		}
		p.when = &c
	}
	p.whenCost = 0
	if p.when != nil {
		p.whenCost = size(p.when) / 8
		p.spend(p.tok.pos, p.whenCost)
	}
}

// size is the number of bits and conditions in c.
func size(c *circuits.Condition) int {
	n := len(c.Bits) + 1
	if c.Test != nil {
		n += exprSize(c.Test)
	}
	for _, list := range [][]circuits.Condition{c.All, c.Any} {
		for i := range list {
			n += size(&list[i])
		}
	}
	return n
}

// store writes whether value holds into a bit, where the open conditions hold.
func (p *parser) store(pos, bit int, value circuits.Condition) {
	p.keep(pos, bit)
	p.emit(pos, circuits.Op{Gate: circuits.GateStore, Clbit: bit, Value: &value, If: p.when})
}

// keep saves the open conditions that read a bit which is about to change. In
// OpenQASM 2, where a condition is on one statement, each of the operations that it is
// on several qubits looks anew, as in Qiskit.
func (p *parser) keep(pos, bit int) {
	if p.version == 2 || p.err != nil || len(p.conds) == 0 || !p.spend(pos, p.whenCost) {
		return
	}
	for i := range p.conds {
		if slices.Contains(p.conds[i].Reads(nil), bit) {
			p.saveCondition(pos, i)
		}
	}
}

// saveCondition keeps what open condition i says now in a hidden bit.
func (p *parser) saveCondition(pos, i int) {
	saved, value := p.hide(pos), p.conds[i]
	op := circuits.Op{Gate: circuits.GateStore, Clbit: saved, Value: &value}
	if value.Numeric() && i > 0 { // which can fail where the run does not come
		before := circuits.Condition{All: slices.Clone(p.conds[:i])}
		op.If = &before
	}
	p.emit(pos, op)
	p.conds[i] = circuits.BitIs(saved, true)
	p.refresh()
}

// target is where a jump leads: the end of what began when it was opened.
type target struct {
	jump   jump
	depth  int // of parser.conds when it was opened
	guard  int // bit that says that a run jumped; 0: none did yet
	whiles int // open loops of the circuit when it was opened
	fresh  int // a hidden bit that is set to 0 there, for the guard, within such a loop
	start  int // the operation that does
}

// target begins what a jump ends. The function it returns ends it.
func (p *parser) target(j jump) (ended func()) {
	t := target{jump: j, depth: len(p.conds), whiles: p.whiles, start: len(p.out.Ops)}
	if p.whiles > 0 { // which may come here again
		t.fresh = p.hide(p.tok.pos)
		p.emit(p.tok.pos, circuits.Op{Gate: circuits.GateStore, Clbit: t.fresh, Value: new(circuits.Always(false))})
	}
	p.targets = append(p.targets, t)
	return func() {
		last := p.targets[len(p.targets)-1]
		if last.fresh != 0 && last.guard == 0 && p.err == nil && p.spend(p.tok.pos, (len(p.out.Ops)-last.start)/8) {
			p.out.Ops = slices.Delete(p.out.Ops, last.start, last.start+1)
			if last.fresh == firstHidden+p.hidden-1 {
				p.hidden--
			}
		}
		p.targets = p.targets[:len(p.targets)-1]
		p.conds = p.conds[:last.depth]
		p.refresh()
	}
}

// jumpWhere lets the runs in which the open conditions hold pass over everything up to
// the end of the innermost target of j.
func (p *parser) jumpWhere(pos int, j jump) {
	i := p.innermost(j)
	if i < 0 || p.err != nil {
		return
	}
	if j != jumpContinue {
		p.departures++
	}
	t := &p.targets[i]
	if t.guard == 0 {
		if t.guard = t.fresh; t.guard == 0 {
			t.guard = p.hide(pos)
		}
		p.store(pos, t.guard, circuits.Always(true))
		p.conds = slices.Insert(p.conds, t.depth, circuits.BitIs(t.guard, false))
		for k := i + 1; k < len(p.targets); k++ {
			p.targets[k].depth++
		}
		p.refresh()
		return
	}
	// Where the guard is set the run is not here any more, so that to set it again does
	// no harm; keep must not save the condition that it is not set.
	p.emit(pos, circuits.Op{Gate: circuits.GateStore, Clbit: t.guard, Value: new(circuits.Always(true)), If: p.when})
}

// where reports whether a jump depends on the run: whether there are conditions besides
// those under which its target was opened and that no run has jumped there before.
func (p *parser) where(j jump) bool {
	i := p.innermost(j)
	if i < 0 {
		return false
	}
	t := p.targets[i]
	return len(p.conds) > t.depth+min(t.guard, 1) || p.whiles > t.whiles
}

func (p *parser) innermost(j jump) int {
	for i, t := range slices.Backward(p.targets) {
		if t.jump == j {
			return i
		}
	}
	return -1
}

// branchWhere reads a statement that is carried out where c holds, and returns c as a
// condition that holds in the same runs after it.
func (p *parser) branchWhere(c circuits.Condition) circuits.Condition {
	done := p.under(c)
	p.scoped()
	return done()
}
