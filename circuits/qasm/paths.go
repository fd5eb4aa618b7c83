package qasm

import (
	"reflect"
	"slices"

	"github.com/qnn-go/qnn/circuits"
	"github.com/qnn-go/qnn/circuits/qasm/internal/syntax"
)

// paths is where the runs of the circuit jump to. The operations of a branch that depends
// on measured bits carry its condition, and a jump sets a bit that the operations it passes
// over wait for; a loop that ends by measured bits stays one (loop.go). A jump that all
// runs take is carried out while the text is read: until its target is reached, jump says
// which it is and no statement is read.
type paths struct {
	*output
	jump       syntax.JumpKind
	targets    []target
	departures int // out of a loop or def by some of the runs, so far
}

// target is where a jump leads: the end of what began when it was opened.
type target struct {
	jump   syntax.JumpKind
	depth  int // of output.conds when it was opened
	guard  int // bit that says that a run jumped; 0: none did yet
	whiles int // open loops of the circuit when it was opened
	fresh  int // a hidden bit that is set to 0 there, for the guard, within such a loop
	start  int // the operation that does
}

// open begins what a jump of a kind ends, until close is called.
func (p *paths) open(j syntax.JumpKind) {
	t := target{jump: j, depth: len(p.conds), whiles: p.whiles, start: len(p.circuit.Ops)}
	if p.whiles > 0 { // which may come here again
		at := p.text.Here().Pos
		t.fresh = p.hide(at)
		p.emit(at, circuits.Op{Gate: circuits.GateStore, Clbit: t.fresh, Value: new(circuits.Always(false))})
	}
	p.targets = append(p.targets, t)
}

// close ends what was opened last. The jumps to here have arrived.
func (p *paths) close() {
	last := p.targets[len(p.targets)-1]
	if last.fresh != 0 && last.guard == 0 && p.err == nil && p.spend(p.text.Here().Pos, (len(p.circuit.Ops)-last.start)/8) {
		p.circuit.Ops = slices.Delete(p.circuit.Ops, last.start, last.start+1)
		if last.fresh == firstHidden+p.hidden-1 {
			p.hidden--
		}
	}
	p.targets = p.targets[:len(p.targets)-1]
	if len(p.conds) == last.depth && last.depth == 0 {
		return
	}
	p.conds = p.conds[:last.depth]
	p.refresh()
}

// arrived forgets a jump of all runs whose target is here.
func (p *paths) arrived(j syntax.JumpKind) {
	if p.jump == j {
		p.jump = syntax.NoJump
	}
}

// leap lets the runs in which the open conditions hold pass over everything up to the end
// of the innermost target of j.
func (p *paths) leap(pos int, j syntax.JumpKind) {
	i := p.innermost(j)
	if i < 0 || p.err != nil {
		return
	}
	if j != syntax.Continue {
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

// depends reports whether a jump depends on the run: whether there are conditions besides
// those under which its target was opened and that no run has jumped there before.
func (p *paths) depends(j syntax.JumpKind) bool {
	i := p.innermost(j)
	if i < 0 {
		return false
	}
	t := p.targets[i]
	return len(p.conds) > t.depth+min(t.guard, 1) || p.whiles > t.whiles
}

func (p *paths) innermost(j syntax.JumpKind) int {
	for i, t := range slices.Backward(p.targets) {
		if t.jump == j {
			return i
		}
	}
	return -1
}

// isGuard reports whether c says that a run has not jumped, which is asked anew each time.
func (p *paths) isGuard(c *circuits.Condition) bool {
	return slices.ContainsFunc(p.targets, func(t target) bool {
		return t.guard != 0 && reflect.DeepEqual(*c, circuits.BitIs(t.guard, false))
	})
}
