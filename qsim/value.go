package qsim

import (
	"context"
	"fmt"
)

// ValueAndGradient returns f(w) = ⟨ψ(x,w)|O|ψ(x,w)⟩ for the program's one observable O and one
// sample x, and writes its derivatives, gradient[j] = ∂f/∂w[j], by the [Adjoint] method. gradient
// has the program's number of weights; a circuit without features takes nil for them. A program
// of another number of observables is refused with [ErrShape]. On an error gradient is undefined.
// [Program.Gradient] is for losses of several samples and observables.
func (p *Program) ValueAndGradient(ctx context.Context, gradient, weights, features []float64) (float64, error) {
	if n := len(p.observables); n != 1 {
		return 0, fmt.Errorf("value and gradient: %d observables, needs 1: %w", n, ErrShape)
	}
	v, ok := p.work.values.Get().(*value)
	if !ok {
		v = new(value)
		v.loss = func(_ int, expectation, cotangent []float64) { v.of, cotangent[0] = expectation[0], 1 }
	}
	defer p.work.values.Put(v)
	v.sample[0] = features
	clear(gradient)
	err := p.Gradient(ctx, Adjoint, gradient, nil, weights, v.sample[:], v.loss)
	v.sample[0] = nil
	return v.of, err
}

// value is the expectation value of a sample, with the loss that is nothing else.
type value struct {
	sample [1][]float64
	of     float64
	loss   Loss
}
