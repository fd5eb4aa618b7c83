package plan

import (
	"math/bits"
	"slices"

	"github.com/qnn-go/qnn/circuits"
	"github.com/qnn-go/qnn/qsim/internal/kernel"
	"github.com/qnn-go/qnn/qsim/internal/memory"
)

// batchPlan is what a plan for a batch has besides. The 2^lanes samples of a batch run side by
// side, each in one lane of the vectors.
type batchPlan struct {
	features  bool    // derivatives by features are taken too
	own       int     // bytes of a worker's arena: sums over all samples, sums by sample, operands by sample
	operands  int     // where the operands begin in the arena, in bytes
	angleAt   []int   // indices of the angles that depend on features
	turns     []*step // rotations by angles that depend on features
	phases    []*step // phases with such angles
	diagonals []*step // the diagonal terms of each observable
}

// NewBatch plans c for the expectation values of the observables, whose masks are of qubits,
// of a batch: 2^lanes samples side by side, lanes being those of m. The lowest bits of an
// amplitude's index are the number of the sample in the batch, and qubit q is bit lanes+q at
// the beginning.
//
// All states start as |0…0⟩. The caller sets the first amplitude of each to 1. The others need
// not be set, if the memory was 0 at first and only plans of c have written to it since. A run
// computes the expectation values without the terms in [Plan.Others], which the caller takes
// from the states. As with [NewExpect], these are not those of c.
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

// NewBatchStates is [NewBatch] for the states themselves, without observables. Amplitude x of
// sample l of the batch ends at [Plan.Number](x) + l, and lacks the factor [Plan.Phase].
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

// Number is the place in memory, in amplitudes, at which a plan of [NewBatchStates] leaves
// amplitude x of the first sample.
func (p *Plan) Number(x uint64) int { return int(p.offset(p.Index(x)) / p.machine.Amplitude()) }

// Phase is the part of the global phase of sample l in g that depends on features, as a
// factor. The states of a batch do not have it, as expectation values do not need it.
func (p *Plan) Phase(g *Group, l int) complex128 {
	var sum turn
	for i, scale := range p.phase.scales {
		if p.local(i) {
			sum.add(scale * g.angles[i*p.Samples()+l])
		}
	}
	return sum.unit()
}

// NewBatchAdjoint plans the backward pass, as [NewAdjoint] does, for the states that a plan of
// [NewBatch] leaves, and for derivatives by the weights and, if features is set, by the
// features. It first adds to λ the diagonal terms of the observables applied to ψ, times their
// cotangents. The caller must have put the same for the terms in [Plan.Others] there; if there
// are none, memory of λ may hold anything. It returns nil where NewAdjoint does.
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

// newBatch lowers c and takes up the observables.
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

// hasOthers reports whether an observable has a term that is not diagonal, which is one with
// an X or a Y.
func (p *Plan) hasOthers() bool {
	return slices.ContainsFunc(p.observables, func(o Observable) bool {
		return slices.ContainsFunc(o, func(t Term) bool { return t.X != 0 })
	})
}

// Others lists the terms of each observable that are not diagonal. Bit k of their masks is bit
// lanes+k of an amplitude's index in the states that the plan of [NewBatch] leaves.
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

// whole makes the states of a batch one tile and one block.
func (p *Plan) whole() Sizes { return Sizes{Tile: p.Bits, Block: p.Bits, Run: p.machine.Lanes} }

// weigh returns a step for each observable that weighs amplitudes with its diagonal terms.
// Their values stand in a table, by the bits outside the registers and the row. The rows of s
// must be where they are stored.
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

// compress gathers the bits of x at the ones of mask in the lowest bits of the result.
func compress(x, mask uint64) uint64 {
	k := uint64(0)
	for i := 0; mask != 0; i++ {
		k |= x >> bits.TrailingZeros64(mask) & 1 << i
		mask &= mask - 1
	}
	return k
}

// spread is the inverse of compress: it puts the lowest bits of k where mask has ones.
func spread(k, mask uint64) uint64 {
	x := uint64(0)
	for ; mask != 0; mask &= mask - 1 {
		x |= k & 1 * (mask & -mask)
		k >>= 1
	}
	return x
}

// gaps reports whether the states of a batch lie in rows with gaps between them, as
// memory.Offset says. Without gaps, the rows of a large batch that a stage loads would share
// few sets of the first-level cache.
func (p *Plan) gaps() bool { return p.batch && p.machine.Amplitude()<<p.Bits > gapsFrom }

// gapsFrom is half of the smallest first-level cache there is, in bytes; larger batches lie in
// rows.
const gapsFrom = 1 << 14

// Layout says how the states of a batch lie in memory: state amplitudes in all, gaps included,
// with a gap of gap amplitudes after each row of row amplitudes. gap is 0 where there are
// none.
func (p *Plan) Layout() (state, row, gap int) {
	size := p.machine.Amplitude()
	state = int(p.offset(1<<p.Bits) / size)
	if !p.gaps() {
		return state, state, 0
	}
	row = int(memory.Row / size)
	return state, row, int(p.offset(uint64(row))/size) - row
}

// Samples is the number of samples in a batch.
func (p *Plan) Samples() int { return 1 << p.machine.Lanes }

// local reports whether angle i differs from sample to sample of a batch.
func (p *Plan) local(i int) bool { return p.batch && p.angles[i].kind&byFeature != 0 }

// isLocal reports whether v differs from sample to sample of a batch.
func (p *Plan) isLocal(v value) bool { return v.index >= 0 && p.local(v.index) }

// phaseOp is the instruction that multiplies by phases that all samples share.
func (p *Plan) phaseOp() kernel.Op {
	if p.batch {
		return kernel.OpPhaseRows
	}
	return kernel.OpPhase
}

// adds reports whether s adds to sums in the arena, of derivatives or of expectation values.
func (s *step) adds() bool { return s.gradient() || s.op == kernel.OpWeigh }

// layoutLocal gives the sums by sample, and then the operands by sample, their places in the
// arena.
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
	for i := range p.angles { // all of them: one that is not finite is an error even if no step depends on it
		if p.local(i) {
			p.angleAt = append(p.angleAt, i)
		}
	}
}

// localSize is the size in bytes of the sums or operands by sample of st.
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
