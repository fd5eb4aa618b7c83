package plan

import (
	"slices"
	"unsafe"

	"github.com/qnn-go/qnn/qsim/internal/kernel"
)

// Passes is the number of passes, which run one after the other.
func (p *Plan) Passes() int { return len(p.passes) }

// Tiles is the number of tiles of a pass. They may run in any order, and at the same time,
// once all tiles of the pass before are done.
func (p *Plan) Tiles(pass int) int { return p.passes[pass].count() }

// FirstPasses returns for each of the given number of weights the first pass that depends on
// it, or Passes() if none does.
func (p *Plan) FirstPasses(weights int) []int {
	first := make([]int, weights)
	for i := range first {
		first[i] = len(p.passes)
	}
	last := p.lastPhase()
	for i := range p.passes {
		for _, b := range p.passes[i].blocks {
			for k := range b.stages {
				for _, v := range b.stages[k].values() {
					p.see(first, v, min(i, last))
				}
			}
		}
	}
	return first
}

// lastPhase is the last pass with a table of phases. The cosines of rotations after this table
// are multiplied into it, so that the pass depends on the angles of later passes too.
func (p *Plan) lastPhase() int {
	last := 0
	for i := range p.passes {
		for _, b := range p.passes[i].blocks {
			for k := range b.stages {
				if slices.ContainsFunc(b.stages[k].steps, func(s step) bool { return s.shared() }) {
					last = i
				}
			}
		}
	}
	return last
}

// see notes that the pass depends on v: first becomes at most pass for the weights in v.
func (p *Plan) see(first []int, v value, pass int) {
	if v.index < 0 {
		return
	}
	for _, t := range p.angles[v.index].any {
		for _, u := range t.Vars {
			if !u.Feature {
				first[u.Index] = min(first[u.Index], pass)
			}
		}
	}
}

// values lists those of all rotations and phases of s.
func (s *stage) values() []value {
	var out []value
	for _, st := range s.steps {
		if st.turns() {
			out = append(out, st.value)
		}
		for _, t := range st.phases {
			out = append(out, t.values...)
		}
	}
	return out
}

// Run runs one tile of a pass. a has the amplitudes of the state, [Plan.Length] of them, in
// the precision of the plan's machine.
func Run[A kernel.Amplitude](p *Plan, b *Bound, a []A, pass, tile int) {
	p.run(b, address(p, a), pass, tile, nil)
}

// address is the address of a, whose precision must be that of the machine.
func address[A kernel.Amplitude](p *Plan, a []A) unsafe.Pointer {
	if int64(unsafe.Sizeof(a[0])) != p.machine.Amplitude() {
		panic("plan: amplitudes of another precision than the machine's")
	}
	return unsafe.Pointer(&a[0])
}

// run runs all blocks and stages of a tile on the state at the address a. arena is what steps
// with sums or operands of their own use; it may be nil if there are none.
func (p *Plan) run(b *Bound, a unsafe.Pointer, pass, tile int, arena unsafe.Pointer) {
	ps := &p.passes[pass]
	index := ps.tile(tile)
	base := unsafe.Add(a, p.offset(index))
	s, ok := p.calls.Get().(*kernel.Stage)
	if !ok {
		s = new(kernel.Stage)
	}
	defer p.calls.Put(s)
	next := int64(0)
	if tile+1 < ps.count() {
		next = p.offset(ps.tile(tile+1)) - p.offset(index)
	}
	for i := range ps.blocks {
		set := &ps.blocks[i]
		for _, g := range set.bases {
			for k := range set.stages {
				st := &set.stages[k]
				*s = kernel.Stage{
					Base: unsafe.Add(base, g.Offset), Index: index | g.Index,
					Code: &b.code[st.code], Loads: &st.loads, Stores: &st.stores,
					Groups: &st.groups[0], N: len(st.groups), Arena: arena,
				}
				if i == 0 && k == 0 {
					s.Next = next
				}
				p.machine.Run(s)
			}
		}
	}
}
