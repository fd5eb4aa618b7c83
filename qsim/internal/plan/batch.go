package plan

import (
	"math"
	"math/bits"
	"unsafe"

	"github.com/qnn-go/qnn/circuits"
	"github.com/qnn-go/qnn/qsim/internal/kernel"
)

// NewBatch plans c for 2^lanes samples at a time, lanes those of m: the lowest bits
// of an amplitude's index are the number of the sample in the group, and qubit q
// starts at bit lanes+q. The states all start as |0…0⟩. They end without their
// global phase.
func NewBatch(c *circuits.Circuit, m *kernel.Machine) (*Plan, error) {
	l, err := lower(c, m.Lanes)
	if err != nil {
		return nil, err
	}
	p := newPlan(l, m, m.Lanes+c.Qubits)
	p.batch = true
	p.divide(l.forwards(), 0, p.whole())
	return p, nil
}

// NewBatchAdjoint plans the gradient by the weights, and where asked the features,
// for the states that a plan of [NewBatch] leaves, as [NewAdjoint] does; it
// returns nil where that does.
func NewBatchAdjoint(c *circuits.Circuit, m *kernel.Machine, features bool) (*Plan, error) {
	l, err := lower(c, m.Lanes)
	if err != nil {
		return nil, err
	}
	p := newPlan(l, m, m.Lanes+c.Qubits)
	p.batch, p.dual, p.features = true, true, features
	ops, ok := p.backwards(l)
	if !ok {
		return nil, nil
	}
	p.divide(ops, 1<<p.Bits-1, p.whole())
	return p, nil
}

// whole makes the state one tile.
func (p *Plan) whole() Sizes { return Sizes{Tile: p.Bits, Block: p.Bits, Run: p.machine.Lanes} }

// Samples is the number of samples in a group.
func (p *Plan) Samples() int { return 1 << p.machine.Lanes }

// local reports whether angle i differs from sample to sample of a batch.
func (p *Plan) local(i int) bool { return p.batch && p.kinds[i]&byFeature != 0 }

func (p *Plan) isLocal(v value) bool { return v.index >= 0 && p.local(v.index) }

// phaseOp multiplies by phases that are the same for all samples.
func (p *Plan) phaseOp() kernel.Op {
	if p.batch {
		return kernel.OpPhaseRows
	}
	return kernel.OpPhase
}

// layoutLocal gives the local sums and then the local operands their places.
func (p *Plan) layoutLocal() {
	p.own = p.arena
	for _, gradient := range [...]bool{true, false} {
		p.eachStage(func(s *stage) {
			for i := range s.steps {
				if st := &s.steps[i]; st.local && st.gradient() == gradient {
					st.sums = p.own
					p.own += p.localSize(st)
				}
			}
		})
		if gradient {
			p.operands = p.own
		}
	}
}

// localSize is the size in bytes of the operands or sums of a local step.
func (p *Plan) localSize(st *step) int {
	vector := 16 << p.machine.Lanes
	switch {
	case st.gradient():
		return p.sumsOf(st)
	case st.op == kernel.OpPhaseLocal:
		return 2 * vector << (p.machine.Rows + bits.OnesCount64(st.mask))
	default:
		return 2 * vector
	}
}

// Group is what one worker needs to run the samples of a group.
type Group struct {
	arena   []float64
	angles  []float64 // of sample l at l·len(Plan.angles)
	entries []complex128
}

// NewGroup returns a Group for p, its sums 0.
func (p *Plan) NewGroup() *Group {
	g := &Group{angles: make([]float64, len(p.angles)*p.Samples())}
	const line = 8
	arena := make([]float64, p.own/8+line)
	skip := int(-uintptr(unsafe.Pointer(&arena[0])) / 8 % line)
	g.arena = arena[skip:]
	return g
}

// Load fills in the numbers that depend on features for 1 ≤ len(samples) ≤ Samples()
// samples. Angles that are not finite give [ErrNotFinite].
func (p *Plan) Load(g *Group, weights []float64, samples [][]float64) error {
	for l, x := range samples {
		angles := g.angles[l*len(p.angles):][:len(p.angles)]
		for i, a := range p.angles {
			if !p.local(i) {
				continue
			}
			v := a.Eval(weights, x)
			if math.IsNaN(v) || math.IsInf(v, 0) {
				return ErrNotFinite
			}
			angles[i] = v
		}
		p.loadLane(g, l, angles)
	}
	return nil
}

// loadLane writes the operands of lane l.
func (p *Plan) loadLane(g *Group, l int, angles []float64) {
	vector := 2 << p.machine.Lanes
	p.eachStage(func(s *stage) {
		for i := range s.steps {
			st := &s.steps[i]
			if !st.local || st.gradient() {
				continue
			}
			at := g.arena[st.sums/8:]
			if st.op == kernel.OpPhaseLocal {
				p.loadPhase(g, l, st, angles)
				continue
			}
			s, c := math.Sincos(st.value.at(angles) / 2)
			at[2*l], at[2*l+1], at[vector+2*l], at[vector+2*l+1] = c, c, s, s
		}
	})
}

// loadPhase writes e^{iφ} for all select bits and rows.
func (p *Plan) loadPhase(g *Group, l int, st *step, angles []float64) {
	rows := 1 << (p.machine.Rows + bits.OnesCount64(st.mask))
	if len(g.entries) < rows {
		g.entries = make([]complex128, rows)
	}
	e := g.entries[:rows]
	for i := range e {
		e[i] = 1
	}
	for _, t := range st.phases {
		sum := 0.0
		for _, v := range t.values {
			sum += v.at(angles)
		}
		s, c := math.Sincos(sum)
		f, mask := complex(c, s), int(t.bits)
		for i := mask; i < len(e); i = (i + 1) | mask {
			e[i] *= f
		}
	}
	vector := 2 << p.machine.Lanes
	table := g.arena[st.sums/8:]
	for row, v := range e {
		re, im := table[2*row*vector:][:vector], table[(2*row+1)*vector:][:vector]
		re[2*l], re[2*l+1] = real(v), real(v)
		im[2*l], im[2*l+1] = -imag(v), imag(v)
	}
}

func (v value) at(angles []float64) float64 {
	if v.index < 0 {
		return v.offset
	}
	return v.scale*angles[v.index] + v.offset
}

// RunGroup runs the loaded samples on the states in a. The gradient's plan, for the
// states ψ and then λ, adds to the sums of g.
func (p *Plan) RunGroup(b *Bound, g *Group, a []complex128) {
	for i := range p.passes {
		p.run(b, a, i, 0, unsafe.Pointer(&g.arena[0]))
	}
}

// AddLocal adds to dw and dx the derivatives through angles that depend on features,
// for the samples last run, and clears their sums. dx may be nil; else it has a row
// for each sample.
func (p *Plan) AddLocal(b *Bound, g *Group, weights []float64, samples [][]float64, dw []float64, dx [][]float64) {
	if p.operands == p.arena {
		return
	}
	d := make([]float64, len(p.angles))
	for l, x := range samples {
		clear(d)
		p.eachGradient(true, func(st *step, factor float64) {
			p.collect(st, g.arena[st.sums/8:][:p.sumsOf(st)/8], l, factor, d)
		}, b)
		var dxl []float64
		if dx != nil {
			dxl = dx[l]
		}
		for i, a := range p.angles {
			if p.local(i) {
				a.AddGradient(weights, x, d[i], dw, dxl)
			}
		}
	}
	clear(g.arena[p.arena/8 : p.operands/8])
}

// AddShared adds to dw the derivatives by weights through angles that depend on
// weights alone, for all samples run since the last call, and clears their sums. d is overwritten.
func (p *Plan) AddShared(b *Bound, g *Group, weights, dw []float64) {
	d := make([]float64, len(p.angles))
	p.eachGradient(false, func(st *step, factor float64) {
		p.collect(st, g.arena[st.sums/8:][:p.sumsOf(st)/8], -1, factor, d)
	}, b)
	for i, a := range p.angles {
		if p.kinds[i] == byWeight {
			a.AddGradient(weights, nil, d[i], dw, nil)
		}
	}
	clear(g.arena[:p.arena/8])
}

// eachGradient calls f for the steps that add to sums, local ones or the others.
func (p *Plan) eachGradient(local bool, f func(st *step, factor float64), b *Bound) {
	p.eachStage(func(s *stage) {
		for i := range s.steps {
			if st := &s.steps[i]; st.gradient() && st.local == local {
				f(st, b.factors[s.code+1+i])
			}
		}
	})
}
