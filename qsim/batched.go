package qsim

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"

	"github.com/qnn-go/qnn/circuits"
	"github.com/qnn-go/qnn/qsim/internal/kernel"
	"github.com/qnn-go/qnn/qsim/internal/memory"
	"github.com/qnn-go/qnn/qsim/internal/plan"
)

// batchedQubits is the size of a state up to which several samples run side by
// side in the lanes of vectors: above, the states of a group leave the caches.
const batchedQubits = 10

// batched is a small circuit planned for groups of samples.
type batched struct {
	forward, back *plan.Plan // back is nil for a circuit that the machine cannot run backwards
	observables   []observable
	chunk         int       // groups that one worker runs one after the other
	bounds        sync.Pool // of *batchBound
	groups        sync.Pool // of *group
}

// batchBound is the numbers of weights.
type batchBound struct{ forward, back *plan.Bound }

// group is what a worker needs.
type group struct {
	forward, back  *plan.Group
	states         []complex128 // ψ, then λ
	expect, weight []float64    // of an observable, by sample
	e, c           []float64    // of all observables, of one sample after the other
}

// newBatched plans c, its gradient by weights and, where asked, features.
func newBatched(c *circuits.Circuit, observables []observable, features bool) (*batched, error) {
	m := kernel.NewMachine(false)
	forward, err := plan.NewBatch(c, m)
	if err != nil {
		return nil, err
	}
	s := &batched{forward: forward}
	if s.back, err = plan.NewBatchAdjoint(c, m, features); err != nil {
		return nil, err
	}
	for _, o := range observables {
		o = o.at(forward.Location, forward.Flipped)
		for i := range o {
			o[i].string.X >>= m.Lanes
			o[i].string.Z >>= m.Lanes
		}
		s.observables = append(s.observables, o)
	}
	// A chunk is worth sharing when it takes a few microseconds. It does not
	// depend on the number of workers, so that sums do not.
	const small = 7
	s.chunk = 1 << max(small-c.Qubits, 0)
	return s, nil
}

func (s *batched) bound() *batchBound {
	if b, ok := s.bounds.Get().(*batchBound); ok {
		return b
	}
	b := &batchBound{forward: s.forward.NewBound()}
	if s.back != nil {
		b.back = s.back.NewBound()
	}
	return b
}

func (s *batched) group() *group {
	if g, ok := s.groups.Get().(*group); ok {
		return g
	}
	n, k := s.forward.Samples(), len(s.observables)
	g := &group{
		forward: s.forward.NewGroup(), states: memory.Alloc[complex128](2 << s.forward.Bits),
		expect: make([]float64, n), weight: make([]float64, n), e: make([]float64, n*k), c: make([]float64, n*k),
	}
	if s.back != nil {
		g.back = s.back.NewGroup()
	}
	return g
}

// each calls body for chunks of samples, on several workers where there are several chunks.
func (s *batched) each(ctx context.Context, n int, body func(g *group, chunk, lo, hi int) error) error {
	size := s.chunk * s.forward.Samples()
	chunks := (n + size - 1) / size
	errs := make([]error, chunks)
	parallel(chunks, func(j int) {
		if errs[j] = ctx.Err(); errs[j] != nil {
			return
		}
		g := s.group()
		defer s.groups.Put(g)
		errs[j] = body(g, j, j*size, min(n, (j+1)*size))
	})
	for _, err := range errs {
		if err != nil {
			return err
		}
	}
	return nil
}

// run puts the states of up to Samples() samples into g.
func (s *batched) run(ctx context.Context, b *batchBound, g *group, weights []float64, samples [][]float64) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	if err := s.forward.Load(g.forward, weights, samples); err != nil {
		return err
	}
	a := g.states[:1<<s.forward.Bits]
	clear(a)
	for l := range s.forward.Samples() {
		a[l] = 1
	}
	s.forward.RunGroup(b.forward, g.forward, a)
	k := len(s.observables)
	for i, o := range s.observables {
		clear(g.expect)
		for _, t := range o {
			kernel.ExpectLanes(g.expect, a, t.string, t.coef)
		}
		for l, v := range g.expect {
			g.e[l*k+i] = v
		}
	}
	return nil
}

// expect writes the expectation values of all samples.
func (s *batched) expect(ctx context.Context, dst, weights []float64, samples [][]float64) error {
	b := s.bound()
	defer s.bounds.Put(b)
	if err := s.forward.Bind(b.forward, weights, nil); err != nil {
		return err
	}
	k := len(s.observables)
	return s.each(ctx, len(samples), func(g *group, _, lo, hi int) error {
		for n := s.forward.Samples(); lo < hi; lo += n {
			these := samples[lo:min(lo+n, hi)]
			if err := s.run(ctx, b, g, weights, these); err != nil {
				return err
			}
			copy(dst[lo*k:], g.e[:len(these)*k])
		}
		return nil
	})
}

// gradient adds the derivatives of all samples, by features where dx is not nil.
func (s *batched) gradient(ctx context.Context, dw []float64, dx [][]float64, weights []float64, samples [][]float64, loss Loss) error {
	b := s.bound()
	defer s.bounds.Put(b)
	if err := errors.Join(s.forward.Bind(b.forward, weights, nil), s.back.Bind(b.back, weights, nil)); err != nil {
		return err
	}
	size := s.chunk * s.forward.Samples()
	p := len(weights)
	rows := make([]float64, (len(samples)+size-1)/size*p)
	err := s.each(ctx, len(samples), func(g *group, chunk, lo, hi int) error {
		row := rows[chunk*p : (chunk+1)*p]
		for n := s.forward.Samples(); lo < hi; lo += n {
			these := samples[lo:min(lo+n, hi)]
			if err := s.run(ctx, b, g, weights, these); err != nil {
				return err
			}
			if err := s.back.Load(g.back, weights, these); err != nil {
				return err
			}
			s.cotangents(g, lo, len(these), loss)
			s.back.RunGroup(b.back, g.back, g.states)
			var dxs [][]float64
			if dx != nil {
				dxs = dx[lo:]
			}
			s.back.AddLocal(b.back, g.back, weights, these, row, dxs)
		}
		s.back.AddShared(b.back, g.back, weights, row)
		return nil
	})
	for j := 0; j < len(rows); j += p {
		for i, v := range rows[j : j+p] {
			dw[i] += v
		}
	}
	return err
}

// cotangents asks loss about the n samples from lo on and sets λ = Σ cₖOₖψ.
func (s *batched) cotangents(g *group, lo, n int, loss Loss) {
	k := len(s.observables)
	clear(g.c)
	for l := range n {
		loss(lo+l, g.e[l*k:(l+1)*k], g.c[l*k:(l+1)*k])
	}
	size := 1 << s.forward.Bits
	psi, lambda := g.states[:size], g.states[size:2*size]
	clear(lambda)
	for i, o := range s.observables {
		for _, t := range o {
			for l := range g.weight {
				g.weight[l] = t.coef * g.c[l*k+i]
			}
			kernel.AddPauliLanes(lambda, psi, t.string, g.weight)
		}
	}
}

// groups are the plans of a small circuit, each made when it is first asked for.
type groups struct {
	circuit  *circuits.Circuit // nil where there are none
	once     [2]sync.Once
	features [2]*batched // [1] with derivatives by features
}

// small returns the plan for groups of samples, nil where there is none.
func (p *Program) small(features bool) *batched {
	s := &p.groups
	if s.circuit == nil {
		return nil
	}
	k := 0
	if features {
		k = 1
	}
	s.once[k].Do(func() {
		var err error
		if s.features[k], err = newBatched(s.circuit, p.observables, features); err != nil { // the circuit was validated
			panic(fmt.Sprintf("qsim: %v", err))
		}
	})
	return s.features[k]
}

// keep copies c for [Program.small], if it is to be planned.
func (p *Program) keep(c *circuits.Circuit) {
	if p.qubits > batchedQubits || p.dynamic != nil {
		return
	}
	own := *c
	own.Ops = slices.Clone(c.Ops)
	p.groups.circuit = &own
	for i := range own.Ops {
		o := &own.Ops[i]
		o.Qubits, o.Angles, o.Matrix = slices.Clone(o.Qubits), slices.Clone(o.Angles), slices.Clone(o.Matrix)
	}
}

// located tells which angle of which sample err, from a plan, is about.
func (p *Program) located(err error, weights []float64, samples [][]float64) error {
	if !errors.Is(err, plan.ErrNotFinite) {
		return err
	}
	b := p.work.bound(p)
	defer p.work.bounds.Put(b)
	for i, x := range samples {
		if err := p.bind(b, weights, x, true); err != nil {
			return fmt.Errorf("sample %d: %w", i, err)
		}
	}
	return err
}
