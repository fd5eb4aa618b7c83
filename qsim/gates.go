package qsim

import (
	"context"

	"github.com/qnn-go/qnn/qsim/internal/kernel"
)

// gateEngine runs a circuit gate by gate, each one pass over the state.
type gateEngine struct{ *Program }

func (p gateEngine) begin(c *call) (division, error) { return p.divideSamples(c), nil }

func (p gateEngine) piece(c *call, lo, hi int) error { return c.oneByOne(p, lo, hi) }

func (gateEngine) end(*call) {}

func (p gateEngine) rebind(w *workspace, weights, features []float64, all bool) error {
	return p.bind(&w.bound, weights, features, all)
}

func (p gateEngine) forward(ctx context.Context, dst []float64, w *workspace, _, _ []float64) error {
	w.psi = w.psi.flat()
	w.psi.reset(false)
	if err := p.apply(ctx, w.psi, &w.bound, w.inParallel); err != nil {
		return err
	}
	w.psi.expectations(dst, p.observables, w.inParallel)
	return nil
}

// gates binds all ops and applies them to a.
func (p *Program) gates(ctx context.Context, a vector, weights, features []float64) error {
	b := p.work.bound(p)
	defer p.work.bounds.Put(b)
	if err := p.bind(b, weights, features, true); err != nil {
		return err
	}
	return p.apply(ctx, a, b, p.qubits >= ParallelQubits)
}

// apply runs all ops.
func (p *Program) apply(ctx context.Context, a vector, b *bound, inParallel bool) error {
	for i := range p.ops {
		if err := ctx.Err(); err != nil {
			return err
		}
		o := &p.ops[i]
		o.apply(a, b.matrices[o.matrix:o.matrix+o.entries], inParallel)
	}
	return nil
}

// apply runs o with its matrix m.
func (o *op) apply(a vector, m []complex128, inParallel bool) {
	groups := o.place.Groups(a.len())
	if !inParallel || groups <= chunk {
		a.apply(o, m, 0, groups)
		return
	}
	operands{a: a, op: o, matrix: m}.chunks(groups, true, func(j *job, piece int) complex128 {
		lo, hi := j.span(piece)
		j.a.apply(j.op, j.matrix, lo, hi)
		return 0
	})
}

func applyKernel[A kernel.Amplitude](o *op, a []A, m []complex128, lo, hi int) {
	switch o.kind {
	case scale:
		kernel.Scale(a, o.place, m[0], lo, hi)
	case phase:
		kernel.Scale(a, o.place, m[3], lo, hi)
	case diagonal:
		kernel.Diagonal(a, o.place, m[0], m[3], lo, hi)
	case flip:
		kernel.Flip(a, o.place, lo, hi)
	case swap:
		kernel.Swap(a, o.place, lo, hi)
	case dense:
		kernel.Dense(a, o.place, m, lo, hi)
	}
}
