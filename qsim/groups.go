package qsim

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"

	"github.com/qnn-go/qnn/circuits"
	"github.com/qnn-go/qnn/qsim/internal/kernel"
	"github.com/qnn-go/qnn/qsim/internal/plan"
)

// batchedQubits is the size of a state up to which several samples run side by
// side in the lanes of vectors: above, the states of a group leave the caches.
const batchedQubits = 10

// batched is a small circuit planned for groups of samples.
type batched struct {
	precision     Precision
	forward, back *plan.Plan        // back is nil for a circuit that the machine cannot run backwards
	others        []plan.Observable // the terms of the observables that are not diagonal
	mixed         bool              // there are some
	onBack        func()            // makes back
	qubits        int
	state         int          // numbers in memory that the states of a group take
	layout        kernel.Lanes // of these
	numbers       []int        // where the amplitudes of the first sample are, of a plan for states
	calls         sync.Pool    // of *batchCall
	groups        sync.Pool    // of *group
}

// group is what a worker needs.
type group struct {
	forward, back *plan.Group
	states        vector    // ψ, then λ
	lane          []float64 // a number for each sample
	e, c          []float64 // expectation values and cotangents, of one sample after the other
}

// newBatched plans c, and how to plan its gradient by weights and, where asked, features.
func newBatched(p Precision, c *circuits.Circuit, observables []plan.Observable, features bool) (*batched, error) {
	m := kernel.NewMachine(p == Single)
	s := &batched{precision: p, qubits: c.Qubits}
	var err error
	if s.forward, err = plan.NewBatch(c, m, observables); err != nil {
		return nil, err
	}
	s.onBack = sync.OnceFunc(func() {
		if s.back, err = plan.NewBatchAdjoint(c, m, observables, features); err != nil { // so would the plan above
			panic(fmt.Sprintf("qsim: %v", err))
		}
	})
	s.others = s.forward.Others()
	s.mixed = slices.ContainsFunc(s.others, func(o plan.Observable) bool { return len(o) > 0 })
	s.state, s.layout.Row, s.layout.Gap = s.forward.Layout()
	return s, nil
}

// newBatchedStates plans c for states instead of expectation values.
func newBatchedStates(p Precision, c *circuits.Circuit) (*batched, error) {
	s := &batched{precision: p, qubits: c.Qubits, numbers: make([]int, 1<<c.Qubits)}
	var err error
	if s.forward, err = plan.NewBatchStates(c, kernel.NewMachine(p == Single)); err != nil {
		return nil, err
	}
	for x := range s.numbers {
		s.numbers[x] = s.forward.Number(uint64(x))
	}
	s.state, s.layout.Row, s.layout.Gap = s.forward.Layout()
	return s, nil
}

// chunkOf is how many of so many samples one worker runs, group by group: so many that
// they take a few microseconds, and of many samples a thirty-second part, as the sums of a
// chunk take time too. It does not depend on the number of workers, so that sums do not.
func (s *batched) chunkOf(samples int) int {
	n := s.forward.Samples()
	return n * max(768>>s.qubits/n, samples/n/32, 1)
}

func (s *batched) group() *group {
	if g, ok := s.groups.Get().(*group); ok {
		return g
	}
	n, k := s.forward.Samples(), len(s.others)
	g := &group{
		forward: s.forward.NewGroup(), states: allocate(s.precision, 2*s.state),
		lane: make([]float64, n), e: make([]float64, n*k), c: make([]float64, n*k),
	}
	return g
}

// backwards returns the plan of the gradient, nil where there is none. It is made when it is
// first asked for.
func (s *batched) backwards() *plan.Plan {
	s.onBack()
	return s.back
}

// run puts the states of up to Samples() samples into g, with their expectation values.
func (s *batched) run(b *plan.Bound, g *group, weights []float64, samples [][]float64) error {
	if err := s.forward.Load(g.forward, weights, samples); err != nil {
		return err
	}
	a := g.states.part(0, s.state)
	for l := range s.forward.Samples() {
		a.set(l, 1)
	}
	a.expectGroup(s.forward, b, g.forward, g.e)
	for k, o := range s.others {
		if len(o) == 0 {
			continue
		}
		clear(g.lane)
		for _, t := range o {
			a.expectLanes(g.lane, s.layout, 1<<s.qubits, t.Pauli, t.Coef)
		}
		for l, v := range g.lane {
			g.e[l*len(s.others)+k] += v
		}
	}
	return nil
}

// runBack runs the states of g, those of n samples from number lo on, backwards, from
// λ = Σ cₖOₖψ with the cotangents c that loss gives.
func (s *batched) runBack(b *plan.Bound, g *group, lo, n int, loss Loss) {
	k := len(s.others)
	clear(g.c)
	for l := range n {
		loss(lo+l, g.e[l*k:(l+1)*k], g.c[l*k:(l+1)*k])
	}
	psi, lambda := g.states.part(0, s.state), g.states.part(s.state, 2*s.state)
	if s.mixed {
		lambda.clear(false)
	}
	for i, o := range s.others {
		for _, t := range o {
			for l := range g.lane {
				g.lane[l] = t.Coef * g.c[l*k+i]
			}
			lambda.addPauliLanes(psi, s.layout, 1<<s.qubits, t.Pauli, g.lane)
		}
	}
	g.states.gradientGroup(s.back, b, g.back, g.c)
}

// batchCall is one call for many samples.
type batchCall struct {
	*batched
	forward, back *plan.Bound
	ctx           context.Context //nolint:containedctx // that of the call, for its workers
	weights       []float64
	samples       [][]float64
	chunk         int         // samples in each
	loss          Loss        // nil for expectation values
	dst           []float64   // expectation values
	states        []*State    // nil but where these are asked for
	rows          []float64   // gradients by the weights, of each chunk
	dx            [][]float64 // may be nil
	errs          []error     // of each chunk
	run           func(chunk int)
}

// call binds the weights.
func (s *batched) call(ctx context.Context, weights []float64, samples [][]float64, gradient bool) (*batchCall, error) {
	c, ok := s.calls.Get().(*batchCall)
	if !ok {
		c = &batchCall{batched: s, forward: s.forward.NewBound()}
		c.run = func(chunk int) { c.errs[chunk] = c.runChunk(chunk) }
	}
	c.ctx, c.weights, c.samples = ctx, weights, samples
	c.chunk = s.chunkOf(len(samples))
	chunks := (len(samples) + c.chunk - 1) / c.chunk
	c.errs = resized(c.errs, chunks)
	err := s.forward.Bind(c.forward, weights, nil)
	if gradient && err == nil {
		c.rows = resized(c.rows, chunks*len(weights))
		clear(c.rows)
		if c.back == nil {
			c.back = s.back.NewBound()
		}
		s.back.BindAs(c.back, c.forward)
	}
	return c, err
}

func resized[T any](s []T, n int) []T { return slices.Grow(s[:0], n)[:n] }

// release keeps c for the next call.
func (c *batchCall) release() {
	c.ctx, c.weights, c.samples, c.loss, c.dst, c.states, c.dx = nil, nil, nil, nil, nil, nil, nil
	c.calls.Put(c)
}

// each runs all chunks, on several workers where there are several, and returns the
// first error in their order.
func (c *batchCall) each() error {
	parallel(len(c.errs), c.run)
	for _, err := range c.errs {
		if err != nil {
			return err
		}
	}
	return nil
}

// runChunk runs the samples of a chunk.
func (c *batchCall) runChunk(chunk int) error {
	g := c.group()
	defer c.groups.Put(g)
	lo, n, k := chunk*c.chunk, c.batched.forward.Samples(), len(c.others)
	hi := min(lo+c.chunk, len(c.samples))
	if c.loss != nil {
		if g.back == nil {
			g.back = c.batched.back.NewGroup()
		}
		c.batched.back.Start(g.back)
	}
	for ; lo < hi; lo += n {
		if err := c.ctx.Err(); err != nil {
			return err
		}
		these := c.samples[lo:min(lo+n, hi)]
		if err := c.batched.run(c.forward, g, c.weights, these); err != nil {
			return err
		}
		if c.loss == nil {
			copy(c.dst[lo*k:], g.e[:len(these)*k])
			for l := range min(len(these), len(c.states)) {
				c.states[lo+l].amplitudes.takeLane(g.states, c.numbers, l, c.batched.forward.Phase(g.forward, l))
			}
			continue
		}
		if err := c.chunkBack(g, chunk, lo, these); err != nil {
			return err
		}
	}
	if c.loss != nil {
		c.batched.back.AddShared(c.back, g.back, c.weights, c.row(chunk))
	}
	return nil
}

// chunkBack differentiates the group of samples from lo on.
func (c *batchCall) chunkBack(g *group, chunk, lo int, samples [][]float64) error {
	back := c.batched.back
	if err := back.Load(g.back, c.weights, samples); err != nil {
		return err
	}
	c.runBack(c.back, g, lo, len(samples), c.loss)
	var dx [][]float64
	if c.dx != nil {
		dx = c.dx[lo:]
	}
	back.AddLocal(c.back, g.back, c.weights, samples, c.row(chunk), dx)
	return nil
}

// row is where a chunk's derivatives by the weights go.
func (c *batchCall) row(chunk int) []float64 {
	return c.rows[chunk*len(c.weights) : (chunk+1)*len(c.weights)]
}

// expect writes the expectation values of all samples.
func (s *batched) expect(ctx context.Context, dst, weights []float64, samples [][]float64) error {
	c, err := s.call(ctx, weights, samples, false)
	defer c.release()
	if err != nil {
		return err
	}
	c.dst = dst
	return c.each()
}

// fill puts each of the states into that of its sample.
func (s *batched) fill(ctx context.Context, states []*State, weights []float64, samples [][]float64) error {
	c, err := s.call(ctx, weights, samples, false)
	defer c.release()
	if err != nil {
		return err
	}
	c.states = states
	return c.each()
}

// gradient adds the derivatives of all samples, by features where dx is not nil.
func (s *batched) gradient(ctx context.Context, dw []float64, dx [][]float64, weights []float64, samples [][]float64, loss Loss) error {
	c, err := s.call(ctx, weights, samples, true)
	defer c.release()
	if err != nil {
		return err
	}
	c.dx, c.loss = dx, loss
	if err := c.each(); err != nil {
		return err
	}
	for chunk := range c.errs {
		for i, v := range c.row(chunk) {
			dw[i] += v
		}
	}
	return nil
}

// groups are the plans of a small circuit, each made when it is first asked for.
type groups struct {
	once     [2]sync.Once
	features [2]*batched // [1] with derivatives by features
	states   func() *batched
}

// small returns the plan for groups of samples, nil where there is none.
func (p *Program) small(features bool) *batched {
	if p.qubits > batchedQubits || p.dynamic != nil {
		return nil
	}
	s := &p.groups
	k := 0
	if features {
		k = 1
	}
	s.once[k].Do(func() { s.features[k] = must(newBatched(p.precision, p.circuit, p.observables, features)) })
	return s.features[k]
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
