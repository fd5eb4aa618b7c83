package qsim

import (
	"context"
	"fmt"
	"slices"

	"github.com/qnn-go/qnn/internal/suggest"
)

// Method is a way to compute gradients.
type Method uint8

const (
	// Adjoint differentiates by running the circuit backwards once: two states of
	// memory, about three runs of time for any number of weights. Jones and Gacon
	// 2020, arXiv:2009.02823, algorithm 1.
	Adjoint Method = iota
	// ParameterShift evaluates the circuit at shifted angles, two or four times for
	// each occurrence of an angle, as a quantum computer would; what shifted circuits
	// have in common is run once. Two states of memory. Mitarai et al. 2018,
	// arXiv:1803.00745; rules in circuits.Spec.ShiftRule.
	ParameterShift
	// FiniteDifference takes central differences, (f(w+h) − f(w−h))/2h with
	// h = 6·10⁻⁶, two evaluations for each weight; accurate to about 1e-10. In single
	// precision h = 5·10⁻³, accurate to about 1e-4.
	FiniteDifference
)

// String is the name of the method, such as "parameter-shift".
func (m Method) String() string {
	if names := MethodNames(); int(m) < len(names) {
		return names[m]
	}
	return fmt.Sprintf("method(%d)", uint8(m))
}

// MethodNames lists the names that [ParseMethod] knows, in the order of the methods.
func MethodNames() []string { return []string{"adjoint", "parameter-shift", "finite-difference"} }

// ParseMethod finds a gradient method by its name.
func ParseMethod(name string) (Method, error) {
	names := MethodNames()
	if m := slices.Index(names, name); m >= 0 {
		return Method(m), nil
	}
	return 0, fmt.Errorf("%s", suggest.Unknown("gradient method", name, names))
}

// Loss is told the expectation values of sample i and fills in cotangent[k], the
// derivative of the loss by expectation[k], which is 0 before. It is called once
// for every sample, for different samples at the same time, and must not keep the
// slices.
type Loss func(i int, expectation, cotangent []float64)

// Gradient computes, for all samples, the vector–Jacobian product of the
// expectation values e with the cotangents c that loss gives:
//
//	dw[j]    += Σᵢ Σₖ c[i][k] · ∂e[i][k]/∂w[j]
//	dx[i][j] += Σₖ c[i][k] · ∂e[i][k]/∂x[i][j]
//
// dw has the program's number of weights; dx is nil, or has a row for every
// sample, as long as the sample. Sums over samples are taken in their order:
// results do not depend on GOMAXPROCS. On an error dw and dx are undefined.
func (p *Program) Gradient(ctx context.Context, m Method, dw []float64, dx [][]float64, weights []float64, samples [][]float64, loss Loss) error {
	if loss == nil {
		return fmt.Errorf("gradient: the loss %w", ErrNil)
	}
	if err := p.checkGradient(dw, dx, weights, samples); err != nil {
		return err
	}
	c := p.newCall(ctx, p.engine(m, true, dx != nil), weights, samples)
	c.method, c.loss, c.dw, c.dx = m, loss, dw, dx
	return c.all()
}

// checkGradient refuses slices of the wrong lengths.
func (p *Program) checkGradient(dw []float64, dx [][]float64, weights []float64, samples [][]float64) error {
	if len(dw) != p.weights {
		return fmt.Errorf("gradient: destination %d for %d weights: %w", len(dw), p.weights, ErrShape)
	}
	if err := p.checkInputs(weights, samples...); err != nil {
		return err
	}
	if dx != nil && len(dx) != len(samples) {
		return fmt.Errorf("gradient: %d rows of feature derivatives for %d samples: %w", len(dx), len(samples), ErrShape)
	}
	for i := range dx {
		if len(dx[i]) < len(samples[i]) {
			return fmt.Errorf("gradient: sample %d: %d feature derivatives for %d features: %w", i, len(dx[i]), len(samples[i]), ErrShape)
		}
	}
	return nil
}
