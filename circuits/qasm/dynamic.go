package qasm

import (
	"slices"

	"github.com/qnn-go/qnn/circuits"
)

// What depends on measured bits is laid out in a straight line: the operations of a
// branch carry its condition, and a jump sets a bit that the operations it passes over
// wait for. hiddenBits are numbered from firstHidden until the program has been read.
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
	move := func(bit *int) {
		if *bit >= firstHidden {
			*bit += p.out.Clbits - firstHidden
		}
	}
	seen := map[*circuits.Condition]bool{}
	var visit func(c *circuits.Condition)
	visit = func(c *circuits.Condition) {
		if c == nil || seen[c] {
			return
		}
		seen[c] = true
		for i := range c.Bits {
			move(&c.Bits[i])
		}
		for _, list := range [][]circuits.Condition{c.All, c.Any} {
			for i := range list {
				visit(&list[i])
			}
		}
	}
	for i := range p.out.Ops {
		op := &p.out.Ops[i]
		move(&op.Clbit)
		visit(op.If)
		visit(op.Value)
	}
	p.out.Clbits += p.hidden
	p.out.Hidden = p.hidden
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
		if !reads(&p.conds[i], bit) {
			continue
		}
		saved, value := p.hide(pos), p.conds[i]
		p.emit(pos, circuits.Op{Gate: circuits.GateStore, Clbit: saved, Value: &value})
		p.conds[i] = circuits.BitIs(saved, true)
		p.refresh()
	}
}

// reads reports whether c depends on a bit.
func reads(c *circuits.Condition, bit int) bool {
	inner := func(d circuits.Condition) bool { return reads(&d, bit) }
	return slices.Contains(c.Bits, bit) || slices.ContainsFunc(c.All, inner) || slices.ContainsFunc(c.Any, inner)
}

// target is where a jump leads: the end of what began when it was opened.
type target struct {
	jump  jump
	depth int // of parser.conds when it was opened
	guard int // bit that says that a run jumped; 0: none did yet
}

// target begins what a jump ends. The function it returns ends it.
func (p *parser) target(j jump) (ended func()) {
	p.targets = append(p.targets, target{jump: j, depth: len(p.conds)})
	return func() {
		last := p.targets[len(p.targets)-1]
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
	t := &p.targets[i]
	if t.guard == 0 {
		t.guard = p.hide(pos)
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
	return len(p.conds) > t.depth+min(t.guard, 1)
}

// guarded reports whether some runs have jumped to the innermost target of j.
func (p *parser) guarded(j jump) bool {
	i := p.innermost(j)
	return i >= 0 && p.targets[i].guard != 0
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
