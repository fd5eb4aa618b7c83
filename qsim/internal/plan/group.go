package plan

import (
	"math/bits"
	"unsafe"

	"github.com/qnn-go/qnn/qsim/internal/kernel"
)

// Group is what one worker needs to run a batch, [Plan.Samples] samples side by side. The
// arena has the numbers that differ from sample to sample and the sums that the samples add
// to.
type Group struct {
	arena   []float64
	angles  []float64 // values for each angle, one for each sample
	d       []float64 // derivatives by the angles, of one sample or of all
	lane    []float64 // scratch: a number for each sample
	sin     []float64 // for each of Plan.turns, of half its angle, then for each term of Plan.phases; by sample
	cos     []float64
	entries []complex128 // scratch for a table of phases
	scratch []float64    // for Plan.collect
	calls   []groupCall  // all calls of the machine for a batch, in order
}

// groupCall is a call of the machine for the states of a batch, without the address of these.
type groupCall struct {
	kernel.Stage
	offset int64 // of the block in a state, in bytes
	code   int   // index of the first instruction in Bound.code
}

// NewGroup returns a Group for p.
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

// Load computes into g the numbers that depend on features, for 1 ≤ len(samples) ≤ Samples()
// samples. An angle that is not finite gives [ErrNotFinite]. A plan of [NewBatchAdjoint] may
// skip this check: its samples have been loaded by the plan of [NewBatch] before.
func (p *Plan) Load(g *Group, weights []float64, samples [][]float64) error {
	if p.dual && len(p.turns)+len(p.phases) == 0 {
		return nil
	}
	lanes := p.Samples()
	for _, i := range p.angleAt {
		if !p.angles[i].evalAll(g.angles[i*lanes:][:lanes], weights, samples) {
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

// arguments writes to g.sin the angles whose sines and cosines are needed, in radians.
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

// addValue adds v, which is not constant, to x, which has a number for each sample.
func addValue(x []float64, v value, angles []float64) {
	for l, a := range angles[v.index*len(x):][:len(x)] {
		x[l] += v.scale * a
	}
}

// loadPhase writes lane l of the table of phases of st, for all values of the bits outside the
// registers and all rows. The sines and cosines of its terms begin at term number first of
// g.sin.
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
		for i, v := range e { // the same way in every lane, so that a sample does not depend on the others
			e[i] = complex(kernel.Rounded(real(v), st.sums/8+2*i), kernel.Rounded(imag(v), st.sums/8+2*i+1))
		}
		spreadPhases(operand[float32](g, st.sums, 4*rows*p.Samples()), e, l)
	} else {
		spreadPhases(operand[float64](g, st.sums, 4*rows*p.Samples()), e, l)
	}
}

// operand is n floats of the machine's precision in the arena, from the given offset in bytes
// on.
func operand[T float32 | float64](g *Group, offset, n int) []T {
	return unsafe.Slice((*T)(unsafe.Add(unsafe.Pointer(&g.arena[0]), offset)), n)
}

// spread writes values, one for each lane, as the operand at offset. Each stands twice, for
// the real and the imaginary part.
func (p *Plan) spread(g *Group, offset int, values []float64) {
	if p.machine.Single {
		dst := operand[float32](g, offset, 2*len(values))
		for i, v := range values {
			dst[2*i] = float32(kernel.Rounded(v, offset/8))
			dst[2*i+1] = dst[2*i]
		}
	} else {
		dst := operand[float64](g, offset, 2*len(values))
		for i, v := range values {
			dst[2*i], dst[2*i+1] = v, v
		}
	}
}

// spreadPhases writes lane l of a table for kernel.OpPhaseLocal. The table has a row for each
// number of e.
func spreadPhases[T float32 | float64](table []T, e []complex128, l int) {
	vector := len(table) / (2 * len(e))
	for row, v := range e {
		re, im := table[2*row*vector:][:vector], table[(2*row+1)*vector:][:vector]
		re[2*l], re[2*l+1] = T(real(v)), T(real(v))
		im[2*l], im[2*l+1] = T(-imag(v)), T(imag(v))
	}
}

// Expect runs the samples loaded into g on the states in a, and writes the expectation value
// of observable k for sample l to dst[l·K+k], K being the number of observables. It leaves out
// the terms in [Plan.Others].
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

// Start sets to 0 the sums over all samples that [Plan.AddShared] reads, whatever an earlier
// use of g has left in them.
func (p *Plan) Start(g *Group) { clear(g.arena[:p.arena/8]) }

// Gradient runs the samples loaded into g backwards on the states in a, ψ and then λ, and adds
// to the sums of g. cotangents[l·K+k] is the derivative of the loss by the expectation value
// of observable k for sample l, K being the number of observables.
func Gradient[A kernel.Amplitude](p *Plan, b *Bound, g *Group, a []A, cotangents []float64) {
	clear(g.arena[p.arena/8 : p.operands/8])
	for k, st := range p.diagonals {
		c := g.lane
		for l := range c {
			c[l] = cotangents[l*len(p.diagonals)+k]
		}
		p.spread(g, st.sums, c)
	}
	p.runGroup(b, g, address(p, a))
}

// runGroup runs all stages on the states at the address a.
func (p *Plan) runGroup(b *Bound, g *Group, a unsafe.Pointer) {
	for i := range g.calls {
		c := &g.calls[i]
		c.Base, c.Code = unsafe.Add(a, c.offset), &b.code[c.code]
		p.machine.Run(&c.Stage)
	}
}

// AddLocal adds to dw and dx the derivatives through angles that depend on features, for the
// samples of the last [Gradient]. dx may be nil, or has a row for each sample.
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
}

// AddShared adds to dw the derivatives through angles that depend on weights alone, for all
// samples run since [Plan.Start].
func (p *Plan) AddShared(b *Bound, g *Group, weights, dw []float64) {
	p.derivatives(b, g, -1)
	for i := range p.angles {
		if a := &p.angles[i]; a.kind == byWeight {
			a.addGradient(weights, nil, g.d[i], dw, nil)
		}
	}
}

// derivatives sets g.d to the derivatives by the angles that differ from sample to sample, for
// the sample in the given lane, or with lane −1 to those by all other angles.
func (p *Plan) derivatives(b *Bound, g *Group, lane int) {
	clear(g.d)
	for i := range p.gradients {
		if n := &p.gradients[i]; n.local == (lane >= 0) {
			p.collect(n.step, g.arena[n.sums/8:][:p.sumsOf(n.step)/8], lane, b.factors[n.code], g.d, g.scratch)
		}
	}
}
