package qnn

import (
	"context"
	"fmt"
	"math"
	"math/rand/v2"

	"github.com/qnn-go/qnn/circuits"
	"github.com/qnn-go/qnn/qsim"
)

// selfCheck compares the gradient of f = Σ cₖ·eₖ, the expectation values of the
// first sample weighted at random, with the central difference of f along a random direction of
// the weights. It tests the backend alone: losses may have kinks.
func (r *run) selfCheck(ctx context.Context) error {
	m, x, weights := r.model, r.train.x[:1], r.state.Parameters[:r.model.weights]
	rng := rand.New(rand.NewPCG(r.Seed, math.MaxUint64))
	c, direction := normal(rng, len(m.Observables)), normal(rng, m.weights)
	for k, sum := range m.Observables { // so that f is of order 1
		if norm := norm1(sum); norm > 0 {
			c[k] /= norm
		}
	}
	gradient := make([]float64, m.weights)
	err := m.simulator.Gradient(ctx, r.Method, gradient, nil, weights, x, func(_ int, _, cotangent []float64) { copy(cotangent, c) })
	if err != nil {
		return err
	}
	claimed := dot(gradient, direction)
	if math.IsNaN(claimed) || math.IsInf(claimed, 0) {
		return fmt.Errorf("%v gives %g along a random direction: %w", r.Method, claimed, ErrGradient)
	}
	// A step that changes f little, yet far above its rounding errors, and half of it:
	// where the two differ, f bends too much for either to be exact.
	change, noise := 1e-5, 1e-5
	if s, ok := m.simulator.(interface{ Precision() qsim.Precision }); ok && s.Precision() == qsim.Single {
		change, noise = 1e-2, 1e-3*(1+math.Abs(claimed))
	}
	h := change / (1 + math.Abs(claimed))
	wide, err := m.centralDifference(ctx, c, weights, direction, h, x)
	if err != nil {
		return err
	}
	narrow, err := m.centralDifference(ctx, c, weights, direction, h/2, x)
	if err != nil {
		return err
	}
	if limit := noise + 1e-3*math.Abs(narrow) + math.Abs(wide-narrow); !(math.Abs(narrow-claimed) <= limit) {
		return fmt.Errorf("%v gives %g along a random direction, a central difference %g: %w", r.Method, claimed, narrow, ErrGradient)
	}
	return nil
}

// centralDifference is that of Σ cₖ·eₖ for the one sample in x along a
// direction of the weights.
func (m *Model) centralDifference(ctx context.Context, c, weights, direction []float64, h float64, x [][]float64) (float64, error) {
	e, at, sum := make([]float64, len(c)), make([]float64, len(weights)), 0.0
	for _, step := range [...]float64{h, -h} {
		for i, w := range weights {
			at[i] = w + step*direction[i]
		}
		if err := m.simulator.Expect(ctx, e, at, x); err != nil {
			return 0, err
		}
		sum += dot(c, e) / (2 * step)
	}
	return sum, nil
}

// norm1 bounds the expectation values of an observable: the sum of its coefficients'
// magnitudes.
func norm1(sum circuits.PauliSum) float64 {
	norm := 0.0
	for _, t := range sum {
		norm += math.Abs(t.Coef)
	}
	return norm
}

// normal draws n independent standard normal numbers.
func normal(rng *rand.Rand, n int) []float64 {
	out := make([]float64, n)
	for i := range out {
		out[i] = rng.NormFloat64()
	}
	return out
}

func dot(a, b []float64) float64 {
	sum := 0.0
	for i, v := range a {
		sum += v * b[i]
	}
	return sum
}
