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
	if s := p.small(false); s != nil {
		if err := p.checkInputs(weights, samples...); err != nil {
			return err
		}
		return p.located(s.expect(ctx, dst, weights, samples), weights, samples)
	}
	gates := p.planned == nil
	err := p.each(ctx, weights, samples, 1, gates, func(w *workspace, i int) error {
		if gates {
			if err := p.bind(&w.bound, weights, samples[i], false); err != nil {
				return fmt.Errorf("sample %d: %w", i, err)
			}
		}
		return p.forward(ctx, dst[i*k:i*k+k], w, weights, samples[i])
	})
	return p.located(err, weights, samples)
}

// forward runs the circuit, bound in w if it has no plan, into w.psi and writes the expectation
// values. The qubits may be left where the plan has moved them, in rows.
func (p *Program) forward(ctx context.Context, dst []float64, w *workspace, weights, features []float64) error {
	if p.planned == nil {
		if err := p.apply(ctx, w.psi, &w.bound, w.inParallel); err != nil {
			return err
		}
		p.expect(dst, w)
		return nil
	}
	w.psi = w.psi.laid(p.planned.Plan)
	if err := p.planned.run(ctx, w.psi, weights, features, w.inParallel); err != nil {
		return err
	}
	for k, o := range p.planned.observables {
		dst[k] = o.expect(w.psi, w.inParallel)
	}
	return nil
}

// expect writes the expectation values of the state w.psi.
func (p *Program) expect(dst []float64, w *workspace) {
	for k, o := range p.observables {
		dst[k] = o.expect(w.psi, w.inParallel)
	}
}
