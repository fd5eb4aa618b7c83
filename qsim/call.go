package qsim

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"

	"github.com/qnn-go/qnn/qsim/internal/plan"
)

// workspace is what one goroutine needs to run samples one after the other.
type workspace struct {
	bound
	inParallel  bool // kernels may use several workers
	psi, lambda vector
	slots       vector         // of parameter shift: shifted states side by side
	matrix      [64]complex128 // an inverse or a generator
	shifted     []float64      // weights, and shifts of angles
	expect      []float64
	cotangent   []float64
}

// workspaces keeps workspaces and bound angles for the next call.
type workspaces struct {
	free   sync.Pool // of *workspace
	bounds sync.Pool // of *bound
	calls  sync.Pool // of *call
	values sync.Pool // of *value
}

// bound returns angles and matrices with the constant ones filled in.
func (s *workspaces) bound(p *Program) *bound {
	if b, ok := s.bounds.Get().(*bound); ok {
		return b
	}
	b := p.constants.clone()
	return &b
}

func (b *bound) clone() bound {
	return bound{
		precision: b.precision, size: b.size, angles: append([]float64(nil), b.angles...),
		matrices: append([]complex128(nil), b.matrices...),
	}
}

// get returns a workspace with the given number of state vectors, 1 or 2, or a
// [*MemoryError] when those it must still allocate do not fit.
func (s *workspaces) get(p *Program, vectors int) (*workspace, error) {
	w, ok := s.free.Get().(*workspace)
	missing := vectors
	switch {
	case !ok:
	case w.lambda.len() > 0, vectors == 1 && w.psi.len() > 0:
		missing = 0
	default: // two vectors lie side by side
		w.psi = vector{}
	}
	if err := p.precision.CheckMemory(p.qubits, missing); err != nil {
		if ok {
			s.free.Put(w)
		}
		return nil, err
	}
	if !ok {
		w = &workspace{
			bound:  p.constants.clone(),
			expect: make([]float64, len(p.observables)), cotangent: make([]float64, len(p.observables)),
		}
	}
	if vectors == 1 && w.psi.len() == 0 {
		w.psi = newVector(p.precision, p.qubits)
	}
	if vectors > 1 && w.lambda.len() == 0 {
		w.psi, w.lambda = newPair(p.precision, p.qubits)
	}
	return w, nil
}

// call is one call for many samples: for their expectation values, for their states, or with
// a loss for its derivatives.
type call struct {
	*Program
	engine  engine
	ctx     context.Context //nolint:containedctx // that of the call, for its workers
	weights []float64
	samples [][]float64
	dst     []float64 // expectation values
	states  []*State  // nil but where these are asked for

	method Method
	loss   Loss        // nil for expectation values and states
	dw     []float64   // derivatives by the weights
	dx     [][]float64 // and by features; may be nil

	division
	lo, hi int          // the wave under way
	rows   []float64    // derivatives by the weights, of the samples of the wave
	lanes  *laneNumbers // of samples side by side
	errs   []error      // of each piece
	run    func(piece int)
}

// division says how the samples of a call are cut up, whatever the number of workers.
type division struct {
	wave  int // that are under way before their derivatives are added up
	piece int // that one worker runs one after the other
	row   int // whose derivatives are summed in one row: 1 or those of a piece
}

func (p *Program) newCall(ctx context.Context, e engine, weights []float64, samples [][]float64) *call {
	c, ok := p.work.calls.Get().(*call)
	if !ok {
		c = &call{Program: p}
		c.run = func(piece int) {
			lo := c.lo + piece*c.division.piece
			c.errs[piece] = c.engine.piece(c, lo, min(lo+c.division.piece, c.hi))
		}
	}
	c.engine, c.ctx, c.weights, c.samples = e, ctx, weights, samples
	return c
}

// release keeps c for the next call.
func (c *call) release() {
	*c = call{Program: c.Program, rows: c.rows, errs: c.errs, run: c.run}
	c.work.calls.Put(c)
}

// all runs all samples and adds their derivatives to dw in their order. Errors tell which
// angle of which sample they are about.
func (c *call) all() error {
	defer c.release()
	if c.dynamic != nil {
		return ErrNotUnitary
	}
	return c.located(c.waves(), c.weights, c.samples)
}

func (c *call) waves() error {
	var err error
	c.division, err = c.engine.begin(c)
	defer c.engine.end(c)
	if err != nil {
		return err
	}
	for c.lo = 0; c.lo < len(c.samples); c.lo = c.hi {
		c.hi = min(c.lo+c.wave, len(c.samples))
		if c.loss != nil {
			c.rows = resized(c.rows, (c.hi-c.lo+c.division.row-1)/c.division.row*len(c.dw))
			clear(c.rows)
		}
		if err := c.each(); err != nil {
			return err
		}
		if c.loss == nil {
			continue
		}
		for rows := c.rows; len(rows) > 0; rows = rows[len(c.dw):] {
			for j, v := range rows[:len(c.dw)] {
				c.dw[j] += v
			}
		}
	}
	return nil
}

// each runs the pieces of a wave, on several workers where there are several, and returns
// the first error in their order.
func (c *call) each() error {
	c.errs = resized(c.errs, (c.hi-c.lo+c.division.piece-1)/c.division.piece)
	parallel(len(c.errs), c.run)
	for _, err := range c.errs {
		if err != nil {
			return err
		}
	}
	return nil
}

// row is where the derivatives of sample i by the weights are added; nil without a loss.
func (c *call) row(i int) []float64 {
	if c.loss == nil {
		return nil
	}
	n := len(c.dw)
	return c.rows[(i-c.lo)/c.division.row*n:][:n]
}

func resized[T any](s []T, n int) []T { return slices.Grow(s[:0], n)[:n] }

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
