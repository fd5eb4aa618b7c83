package qsim

import (
	"context"
	"fmt"
	"sync"
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

// call is one call for samples that run one by one: the expectation values of each, or
// with a loss its derivatives.
type call struct {
	*Program
	ctx     context.Context //nolint:containedctx // that of the call, for its workers
	gates   bool            // run one by one, without a plan
	weights []float64
	samples [][]float64 // of which those of a group run
	lo, hi  int         // the group
	dst     []float64   // expectation values

	method Method
	loss   Loss        // nil for expectation values
	rows   []float64   // derivatives by the weights, of each sample of the group
	dx     [][]float64 // may be nil

	errs []error // of each piece
	run  func(piece int)
}

// pieceSize is the number of samples that one worker runs: few enough to share evenly, so
// many that binding the weights once a piece does not count.
const pieceSize = 8

func (p *Program) newCall() *call {
	if c, ok := p.work.calls.Get().(*call); ok {
		return c
	}
	c := &call{Program: p}
	c.run = func(piece int) {
		lo := c.lo + piece*pieceSize
		c.errs[piece] = c.piece(lo, min(lo+pieceSize, c.hi), false)
	}
	return c
}

// release keeps c for the next call.
func (c *call) release() {
	*c = call{Program: c.Program, rows: c.rows, errs: c.errs, run: c.run}
	c.work.calls.Put(c)
}

// each runs the samples lo ≤ i < hi. Small states run in parallel over the samples, large
// ones one after the other with all workers inside the state. The first error in the order
// of the samples is returned.
func (c *call) each(lo, hi int) error {
	if c.dynamic != nil {
		return ErrNotUnitary
	}
	c.lo, c.hi = lo, hi
	if c.qubits >= ParallelQubits || hi-lo == 1 {
		return c.piece(lo, hi, c.qubits >= ParallelQubits)
	}
	c.errs = resized(c.errs, (hi-lo+pieceSize-1)/pieceSize)
	parallel(len(c.errs), c.run)
	for _, err := range c.errs {
		if err != nil {
			return err
		}
	}
	return nil
}

// piece runs the samples lo ≤ i < hi in one workspace, in which, if gates run one by one,
// everything that depends on weights alone is bound first.
func (c *call) piece(lo, hi int, inParallel bool) error {
	vectors := 1
	if c.loss != nil && c.method != FiniteDifference {
		vectors = 2
	}
	w, err := c.work.get(c.Program, vectors)
	if err != nil {
		return err
	}
	defer c.work.free.Put(w)
	w.inParallel = inParallel
	for i := range c.ops {
		o := &c.ops[i]
		if c.gates && o.weights && !o.features {
			if err := c.bindOp(&w.bound, o, c.weights, nil); err != nil {
				return err
			}
		}
	}
	for i := lo; i < hi; i++ {
		if err := c.ctx.Err(); err != nil {
			return err
		}
		if err := c.sample(w, i); err != nil {
			return err
		}
	}
	return nil
}

// sample runs sample i.
func (c *call) sample(w *workspace, i int) error {
	if c.gates {
		if err := c.bind(&w.bound, c.weights, c.samples[i], false); err != nil {
			return fmt.Errorf("sample %d: %w", i, err)
		}
	}
	if c.loss == nil {
		k := len(c.observables)
		return c.forward(c.ctx, c.dst[i*k:i*k+k], w, c.weights, c.samples[i], c.gates)
	}
	row := (i - c.lo) * c.Program.weights
	s := sample{index: i, gates: c.gates, weights: c.weights, features: c.samples[i], dw: c.rows[row : row+c.Program.weights]}
	if c.dx != nil {
		s.dx = c.dx[i]
	}
	return c.sampleGradient(c.ctx, c.method, w, s, c.loss)
}
