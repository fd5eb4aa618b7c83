package plan

import (
	"math/bits"
	"slices"

	"github.com/qnn-go/qnn/circuits"
	"github.com/qnn-go/qnn/qsim/internal/kernel"
	"github.com/qnn-go/qnn/qsim/internal/memory"
)

// batchPlan is what a plan for groups of samples has besides.
type batchPlan struct {
	features  bool // the gradient is by features too
	own       int  // bytes of a group's arena: sums over all groups, sums by sample, operands
	operands  int  // bytes before the operands
	angleAt   []int
	turns     []*step // rotations by angles that depend on features
	phases    []*step // phases by such angles
	diagonals []*step // of the observables
}

// NewBatch plans c for the expectation values of the observables, on qubits, of 2^lanes
// samples at a time, lanes those of m: the lowest bits of an amplitude's index are the
// number of the sample in the group, and qubit q starts at bit lanes+q. The states all
// start as |0…0⟩, of which only the first amplitude need be in memory if that has been 0
// once and plans of c alone have written to it. They end without what the observables do not see, and with the
// expectation values known but for the terms in [Plan.Others].
func NewBatch(c *circuits.Circuit, m *kernel.Machine, observables []Observable) (*Plan, error) {
	p, l, err := newBatch(c, m, observables)
	if err != nil {
		return nil, err
	}
	p.divide(l.forwards(), 0, p.whole())
	last := &p.passes[len(p.passes)-1].blocks
	stages := (*last)[len(*last)-1].stages
	s := &stages[len(stages)-1]
	s.steps = append(s.steps, p.weigh(s, kernel.OpWeigh)...)
	p.layout()
	return p, nil
}

// NewBatchStates is NewBatch for the states themselves, without observables: amplitude x of
// sample l of a group ends at [Plan.Number](x) + l, without the phase [Plan.Phase].
func NewBatchStates(c *circuits.Circuit, m *kernel.Machine) (*Plan, error) {
	l, err := lower(c, m.Lanes)
	if err != nil {
		return nil, err
	}
	p := newPlan(l, m, m.Lanes+c.Qubits)
	p.batch = true
	p.nots = l.deferNOTs()
	p.divide(l.forwards(), 0, p.whole())
	p.layout()
	return p, nil
}

// Number is where amplitude x of the first sample is among the numbers in memory of the
// states that a plan of [NewBatchStates] leaves.
func (p *Plan) Number(x uint64) int { return int(p.offset(p.Index(x)) / p.machine.Amplitude()) }

// Phase is the global phase of sample l of those loaded into g, as far as it depends on
// features: expectation values do not need it.
func (p *Plan) Phase(g *Group, l int) complex128 {
	var sum turn
	for i, scale := range p.phase.scales {
		if p.local(i) {
			sum.add(scale * g.angles[i*p.Samples()+l])
		}
	}
	return sum.unit()
}

// NewBatchAdjoint plans the gradient by the weights, and where asked the features,
// for the states that a plan of [NewBatch] leaves, as [NewAdjoint] does. It adds
// the observables applied to ψ, times their cotangents, to λ first, but for the terms
// in [Plan.Others]: if there are none, λ need not be 0 before. It returns nil where
// NewAdjoint does.
func NewBatchAdjoint(c *circuits.Circuit, m *kernel.Machine, observables []Observable, features bool) (*Plan, error) {
	p, l, err := newBatch(c, m, observables)
	if err != nil {
		return nil, err
	}
	p.dual, p.features = true, features
	ops, ok := p.backwards(l)
	if !ok {
		return nil, nil
	}
	p.divide(ops, 1<<p.Bits-1, p.whole())
	if len(p.passes) > 0 {
		s := &p.passes[0].blocks[0].stages[0]
		s.steps = append(p.weigh(s, kernel.OpApply), s.steps...)
		if !p.hasOthers() {
			s.zero = 1 << (m.Rows - 1)
		}
	}
	p.layout()
	return p, nil
}

// newBatch lowers c up to the observables.
func newBatch(c *circuits.Circuit, m *kernel.Machine, observables []Observable) (*Plan, *lowering, error) {
	l, err := lower(c, m.Lanes)
	if err != nil {
		return nil, nil, err
	}
	p := newPlan(l, m, m.Lanes+c.Qubits)
	p.batch = true
	p.observe(l, observables)
	return p, l, nil
}

// hasOthers reports whether an observable has a term that is not diagonal.
func (p *Plan) hasOthers() bool {
	return slices.ContainsFunc(p.observables, func(o Observable) bool {
		return slices.ContainsFunc(o, func(t Term) bool { return t.X != 0 })
	})
}

// Others are the terms of each observable that are not diagonal, on the bits of the
// states that the plan of [NewBatch] leaves, without those that number the samples.
func (p *Plan) Others() []Observable {
	out := make([]Observable, len(p.observables))
	for k, o := range p.observables {
		for _, t := range o {
			if t.X != 0 {
				t.X, t.Z = t.X>>p.machine.Lanes, t.Z>>p.machine.Lanes
				out[k] = append(out[k], t)
			}
		}
	}
	return out
}

// whole makes the state one tile.
func (p *Plan) whole() Sizes { return Sizes{Tile: p.Bits, Block: p.Bits, Run: p.machine.Lanes} }

// weigh makes the steps of the diagonal terms of the observables for a stage whose rows
// are where they are stored: tables over the bits outside the block and the rows.
func (p *Plan) weigh(s *stage, op kernel.Op) []step {
	lanes := uint64(1)<<p.machine.Lanes - 1
	rows := s.active &^ lanes
	outside := (1<<p.Bits - 1) &^ s.active
	in := bits.OnesCount64(rows)
	var out []step
	for _, o := range p.observables {
		st := step{op: op, mask: outside, lane: -1, local: true, diagonal: make([]float64, 1<<(p.Bits-p.machine.Lanes))}
		for _, t := range o.diagonal() {
			for i := range st.diagonal {
				x := spread(uint64(i), rows) | spread(uint64(i>>in), outside)
				st.diagonal[i] += t.Coef * float64(1-2*(bits.OnesCount64(x&uint64(t.Z))&1))
			}
		}
		out = append(out, st)
	}
	return out
}

// compress brings the bits of x at mask together.
func compress(x, mask uint64) uint64 {
	k := uint64(0)
	for i := 0; mask != 0; i++ {
		k |= x >> bits.TrailingZeros64(mask) & 1 << i
		mask &= mask - 1
	}
	return k
}

// spread deposits the lowest bits of k where mask has ones.
func spread(k, mask uint64) uint64 {
	x := uint64(0)
	for ; mask != 0; mask &= mask - 1 {
		x |= k & 1 * (mask & -mask)
		k >>= 1
	}
	return x
}

// gaps reports whether the states of a batch lie in rows with gaps, as memory.Offset says:
// from the size on where the rows of a block would share few sets of the first-level cache.
func (p *Plan) gaps() bool { return p.batch && p.machine.Amplitude()<<p.Bits > gapsFrom }

// gapsFrom is half of the smallest first-level cache there is.
const gapsFrom = 1 << 14

// Layout is how the states of a group lie in memory: the amplitudes of one state, gaps
// included, and the amplitudes between two gaps and in one, 0 where there are none.
func (p *Plan) Layout() (state, row, gap int) {
	size := p.machine.Amplitude()
	state = int(p.offset(1<<p.Bits) / size)
	if !p.gaps() {
		return state, state, 0
	}
	row = int(memory.Row / size)
	return state, row, int(p.offset(uint64(row))/size) - row
}

// Samples is the number of samples in a group.
func (p *Plan) Samples() int { return 1 << p.machine.Lanes }

// local reports whether angle i differs from sample to sample of a batch.
func (p *Plan) local(i int) bool { return p.batch && p.angles[i].kind&byFeature != 0 }

func (p *Plan) isLocal(v value) bool { return v.index >= 0 && p.local(v.index) }

// phaseOp multiplies by phases that are the same for all samples.
func (p *Plan) phaseOp() kernel.Op {
	if p.batch {
		return kernel.OpPhaseRows
	}
	return kernel.OpPhase
}

// adds reports whether s adds to sums.
func (s *step) adds() bool { return s.gradient() || s.op == kernel.OpWeigh }

// layoutLocal gives the local sums and then the local operands their places.
func (p *Plan) layoutLocal() {
	p.own = p.arena
	for _, sums := range [...]bool{true, false} {
		p.eachStage(func(s *stage) {
			for i := range s.steps {
				st := &s.steps[i]
				if !st.local || st.adds() != sums {
					continue
				}
				st.sums = p.own
				p.own += p.localSize(st)
				switch {
				case st.diagonal != nil:
					p.diagonals = append(p.diagonals, st)
				case st.gradient():
				case st.op == kernel.OpPhaseLocal:
					p.phases = append(p.phases, st)
				default:
					p.turns = append(p.turns, st)
				}
			}
		})
		if sums {
			p.operands = p.own
		}
	}
	for i := range p.angles { // refused where not finite, also if nothing depends on them
		if p.local(i) {
			p.angleAt = append(p.angleAt, i)
		}
	}
}

// localSize is the size in bytes of the operands or sums of a local step.
func (p *Plan) localSize(st *step) int {
	vector := p.machine.Vector()
	switch {
	case st.adds():
		return p.sumsOf(st)
	case st.diagonal != nil:
		return vector
	case st.op == kernel.OpPhaseLocal:
		return 2 * vector << (p.machine.Rows + bits.OnesCount64(st.mask))
	default:
		return 2 * vector
	}
}
