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
	if s := p.small(false); s != nil {
		return p.located(s.expect(ctx, dst, weights, samples), weights, samples)
	}
	c := p.newCall()
	defer c.release()
	c.ctx, c.gates, c.weights, c.samples, c.dst = ctx, p.plans == nil, weights, samples, dst
	return p.located(c.each(0, len(samples)), weights, samples)
}

// forward writes the expectation values: w.psi is the state, from the gates bound in w,
// or else the end of the plan for them.
func (p *Program) forward(ctx context.Context, dst []float64, w *workspace, weights, features []float64, gates bool) error {
	observables := p.observables
	if gates {
		w.psi = w.psi.flat()
		w.psi.reset(false)
		if err := p.apply(ctx, w.psi, &w.bound, w.inParallel); err != nil {
			return err
		}
	} else {
		pl := p.expectPlan()
		w.psi = w.psi.laid(pl.Plan)
		if err := pl.run(ctx, w.psi, weights, features, w.inParallel); err != nil {
			return err
		}
		observables = pl.Observables()
	}
	w.psi.expectations(dst, observables, w.inParallel)
	return nil
}
