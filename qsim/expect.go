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
	if err := p.checkInputs(weights, samples...); err != nil {
		return err
	}
	c := p.newCall(ctx, p.engine(Adjoint, false, false), weights, samples)
	c.dst = dst
	return c.all()
}
