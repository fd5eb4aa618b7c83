package plan

import (
	"math/bits"
	"slices"
	"unsafe"

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

// Group is what one worker needs to run the samples of a group.
type Group struct {
	arena   []float64
	angles  []float64 // of all samples, angle by angle
	d       []float64 // derivatives by those of one sample
	lane    []float64 // a number for each sample
	sin     []float64 // of half the turns, then of the phases; by lane
	cos     []float64
	entries []complex128
	scratch []float64
	calls   []groupCall
}

// groupCall is a call of the machine for the states of a group, without their address.
type groupCall struct {
	kernel.Stage
	offset int64 // of the block
	code   int
}

// NewGroup returns a Group for p, its sums 0.
func (p *Plan) NewGroup() *Group {
	local := len(p.turns)
	for _, st := range p.phases {
		local += len(st.phases)
	}
	g := &Group{
		angles: make([]float64, len(p.angles)*p.Samples()), d: make([]float64, len(p.angles)), lane: make([]float64, p.Samples()),
		sin: angles(local * p.Samples()), cos: angles(local * p.Samples()),
		scratch: make([]float64, 1<<max(p.Bits-p.machine.Lanes, p.machine.Rows)),
	}
	const line = 8
	arena := make([]float64, p.own/8+line)
	skip := int(-uintptr(unsafe.Pointer(&arena[0])) / 8 % line)
	g.arena = arena[skip:]
	for i := range p.passes { // of one tile each
		for _, set := range p.passes[i].blocks {
			for _, base := range set.bases {
				for k := range set.stages {
					st := &set.stages[k]
					g.calls = append(g.calls, groupCall{kernel.Stage{
						Index: base.Index, Loads: &st.loads, Stores: &st.stores,
						Groups: &st.groups[0], N: len(st.groups), Arena: unsafe.Pointer(&g.arena[0]),
					}, base.Offset, st.code})
				}
			}
		}
	}
	return g
}

// Load fills in the numbers that depend on features for 1 ≤ len(samples) ≤ Samples()
// samples. Angles that are not finite give [ErrNotFinite], but those of a gradient, which
// are taken to have been loaded into the way there.
func (p *Plan) Load(g *Group, weights []float64, samples [][]float64) error {
	if p.dual && len(p.turns)+len(p.phases) == 0 {
		return nil
	}
	lanes := p.Samples()
	for _, i := range p.angleAt {
		if !p.angles[i].evalAll(g.angles[i*lanes:], weights, samples) {
			return ErrNotFinite
		}
	}
	p.arguments(g)
	kernel.Sincos(g.sin, g.cos, g.sin)
	for k, st := range p.turns {
		p.spread(g, st.sums, g.cos[k*lanes:][:lanes])
		p.spread(g, st.sums+p.machine.Vector(), g.sin[k*lanes:][:lanes])
	}
	term := len(p.turns)
	for _, st := range p.phases {
		for l := range samples {
			p.loadPhase(g, l, st, term)
		}
		term += len(st.phases)
	}
	return nil
}

// arguments writes the angles whose sines are needed.
func (p *Plan) arguments(g *Group) {
	lanes := p.Samples()
	x := g.sin
	for _, st := range p.turns {
		half := st.value.scale / 2
		for l, a := range g.angles[st.value.index*lanes:][:lanes] {
			x[l] = half * a
		}
		x = x[lanes:]
	}
	for _, st := range p.phases {
		for _, t := range st.phases {
			clear(x[:lanes])
			for _, v := range t.values {
				addValue(x[:lanes], v, g.angles)
			}
			x = x[lanes:]
		}
	}
}

// addValue adds v to x, lane by lane.
func addValue(x []float64, v value, angles []float64) {
	if v.index < 0 {
		for l := range x {
			x[l] += v.offset
		}
		return
	}
	for l, a := range angles[v.index*len(x):][:len(x)] {
		x[l] += v.scale * a
	}
}

// loadPhase writes e^{iφ} for lane l, all select bits and rows. The sines and
// cosines of its terms are those from number first on.
func (p *Plan) loadPhase(g *Group, l int, st *step, first int) {
	rows := 1 << (p.machine.Rows + bits.OnesCount64(st.mask))
	if len(g.entries) < rows {
		g.entries = make([]complex128, rows)
	}
	e := g.entries[:rows]
	for i := range e {
		e[i] = 1
	}
	for k, t := range st.phases {
		at := (first+k)*p.Samples() + l
		f, mask := complex(g.cos[at], g.sin[at]), int(t.bits)
		for i := mask; i < len(e); i = (i + 1) | mask {
			e[i] *= f
		}
	}
	if p.machine.Single {
		spreadPhases(operand[float32](g, st.sums, 4*rows*p.Samples()), e, l)
	} else {
		spreadPhases(operand[float64](g, st.sums, 4*rows*p.Samples()), e, l)
	}
}

// operand is n floats of the machine's precision at an offset in bytes in the arena.
func operand[T float32 | float64](g *Group, offset, n int) []T {
	return unsafe.Slice((*T)(unsafe.Add(unsafe.Pointer(&g.arena[0]), offset)), n)
}

// spread makes the operand at offset of a number for each lane.
func (p *Plan) spread(g *Group, offset int, values []float64) {
	if p.machine.Single {
		spreadValues(operand[float32](g, offset, 2*len(values)), values)
	} else {
		spreadValues(operand[float64](g, offset, 2*len(values)), values)
	}
}

// spreadValues writes every value twice, for real and imaginary part.
func spreadValues[T float32 | float64](dst []T, values []float64) {
	for _, v := range values {
		dst[0], dst[1] = T(v), T(v)
		dst = dst[2:]
	}
}

// spreadPhases writes lane l of a table with a row for each of e, as kernel.OpPhaseLocal
// takes it.
func spreadPhases[T float32 | float64](table []T, e []complex128, l int) {
	vector := len(table) / (2 * len(e))
	for row, v := range e {
		re, im := table[2*row*vector:][:vector], table[(2*row+1)*vector:][:vector]
		re[2*l], re[2*l+1] = T(real(v)), T(real(v))
		im[2*l], im[2*l+1] = T(-imag(v)), T(imag(v))
	}
}

// Expect runs the loaded samples of p on the states in a, and writes the expectation
// value of observable k for sample l to dst[l·observables+k].
func Expect[A kernel.Amplitude](p *Plan, b *Bound, g *Group, a []A, dst []float64) {
	clear(g.arena[p.arena/8 : p.operands/8])
	p.runGroup(b, g, address(p, a))
	for k, st := range p.diagonals {
		sums := g.arena[st.sums/8:]
		for l := range p.Samples() {
			dst[l*len(p.diagonals)+k] = sums[2*l] + sums[2*l+1]
		}
	}
}

// Gradient runs the loaded samples of p backwards on the states in a, ψ and then λ, and
// adds to the sums of g. cotangents[l·observables+k] is the derivative of the loss
// by the expectation value of observable k for sample l.
func Gradient[A kernel.Amplitude](p *Plan, b *Bound, g *Group, a []A, cotangents []float64) {
	for k, st := range p.diagonals {
		c := g.lane
		for l := range c {
			c[l] = cotangents[l*len(p.diagonals)+k]
		}
		p.spread(g, st.sums, c)
	}
	p.runGroup(b, g, address(p, a))
}

func (p *Plan) runGroup(b *Bound, g *Group, a unsafe.Pointer) {
	for i := range g.calls {
		c := &g.calls[i]
		c.Base, c.Code = unsafe.Add(a, c.offset), &b.code[c.code]
		p.machine.Run(&c.Stage)
	}
}

// AddLocal adds to dw and dx the derivatives through angles that depend on features,
// for the samples last run, and clears their sums. dx may be nil; else it has a row
// for each sample.
func (p *Plan) AddLocal(b *Bound, g *Group, weights []float64, samples [][]float64, dw []float64, dx [][]float64) {
	if p.operands == p.arena {
		return
	}
	for l, x := range samples {
		p.derivatives(b, g, l)
		var dxl []float64
		if dx != nil {
			dxl = dx[l]
		}
		for i := range p.angles {
			if p.local(i) {
				p.angles[i].addGradient(weights, x, g.d[i], dw, dxl)
			}
		}
	}
	clear(g.arena[p.arena/8 : p.operands/8])
}

// AddShared adds to dw the derivatives by weights through angles that depend on
// weights alone, for all samples run since the last call, and clears their sums.
func (p *Plan) AddShared(b *Bound, g *Group, weights, dw []float64) {
	p.derivatives(b, g, -1)
	for i := range p.angles {
		if a := &p.angles[i]; a.kind == byWeight {
			a.addGradient(weights, nil, g.d[i], dw, nil)
		}
	}
	clear(g.arena[:p.arena/8])
}

// derivatives sets g.d to those by the local angles of a lane, or by the others with −1.
func (p *Plan) derivatives(b *Bound, g *Group, lane int) {
	clear(g.d)
	for i := range p.gradients {
		if n := &p.gradients[i]; n.local == (lane >= 0) {
			p.collect(n.step, g.arena[n.sums/8:][:p.sumsOf(n.step)/8], lane, b.factors[n.code], g.d, g.scratch)
		}
	}
}
