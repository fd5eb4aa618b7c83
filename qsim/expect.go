package qsim

import (
	"context"
	"fmt"
)

// Expect writes the expectation value of every observable for every sample to
// dst, row-major samples × observables: dst[i·K+k] = ⟨ψ(xᵢ,w)|Oₖ|ψ(xᵢ,w)⟩. A
// circuit without features takes one empty sample.
func (p *Program) Expect(ctx context.Context, dst, weights []float64, samples [][]float64) error {
	k := len(p.observables)
	if len(dst) != len(samples)*k {
		return fmt.Errorf("expect: destination %d for %d samples of %d observables: %w", len(dst), len(samples), k, ErrShape)
	}
	return p.each(ctx, weights, samples, 1, func(w *workspace, i int) error {
		if err := p.bind(&w.bound, weights, samples[i], false); err != nil {
			return fmt.Errorf("sample %d: %w", i, err)
		}
		if err := p.apply(ctx, w.psi, &w.bound, w.inParallel); err != nil {
			return err
		}
		p.expect(dst[i*k:i*k+k], w)
		return nil
	})
}

// expect writes the expectation values of the state w.psi.
func (p *Program) expect(dst []float64, w *workspace) {
	for k, o := range p.observables {
		dst[k] = o.expect(w.psi, w.inParallel)
	}
}
