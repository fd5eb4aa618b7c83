package qsim

import (
	"context"
	"sync"
)

// workspace is what one goroutine needs to run samples one after the other.
type workspace struct {
	bound
	inParallel  bool // kernels may use several workers
	psi, lambda vector
	slots       vector         // of parameter shift: shifted states side by side
	matrix      [64]complex128 // an inverse or a generator
	expect      []float64
	cotangent   []float64
}

// workspaces keeps workspaces and bound angles for the next call.
type workspaces struct {
	free   sync.Pool // of *workspace
	bounds sync.Pool // of *bound
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
		size: b.size, angles: append([]float64(nil), b.angles...),
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

// each calls body for every sample, with a workspace in which, if gates run one by
// one, everything that depends on weights alone is bound. Small states run in parallel over the
// samples, large ones one after the other with all workers inside the state. The
// first error in the order of the samples is returned.
func (p *Program) each(ctx context.Context, weights []float64, samples [][]float64, vectors int, gates bool, body func(w *workspace, i int) error) error {
	if p.dynamic != nil {
		return ErrNotUnitary
	}
	if err := p.checkInputs(weights, samples...); err != nil {
		return err
	}
	if p.qubits >= ParallelQubits || len(samples) == 1 {
		return p.piece(ctx, weights, 0, len(samples), vectors, gates, p.qubits >= ParallelQubits, body)
	}
	// Pieces small enough to share evenly, large enough that binding the weights
	// once a piece does not count.
	const size = 8
	errs := make([]error, (len(samples)+size-1)/size)
	parallel(len(errs), func(j int) {
		errs[j] = p.piece(ctx, weights, j*size, min((j+1)*size, len(samples)), vectors, gates, false, body)
	})
	for _, err := range errs {
		if err != nil {
			return err
		}
	}
	return nil
}

// piece runs the samples lo ≤ i < hi in one workspace.
func (p *Program) piece(ctx context.Context, weights []float64, lo, hi, vectors int, gates, inParallel bool, body func(w *workspace, i int) error) error {
	w, err := p.work.get(p, vectors)
	if err != nil {
		return err
	}
	defer p.work.free.Put(w)
	w.inParallel = inParallel
	for i := range p.ops {
		o := &p.ops[i]
		if gates && o.weights && !o.features {
			if err := p.bindOp(&w.bound, o, weights, nil); err != nil {
				return err
			}
		}
	}
	for i := lo; i < hi; i++ {
		if err := ctx.Err(); err != nil {
			return err
		}
		if err := body(w, i); err != nil {
			return err
		}
	}
	return nil
}
