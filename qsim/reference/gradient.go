package reference

import (
	"context"
	"fmt"
	"slices"

	"github.com/qnn-go/qnn/internal/fault"

	"github.com/qnn-go/qnn/circuits"
	"github.com/qnn-go/qnn/qsim"
)

// MethodError says that this backend does not compute gradients by a method.
type MethodError struct {
	Method qsim.Method
}

func (e *MethodError) Error() string {
	return fmt.Sprintf("gradient: the backend itsubaki/q has no %v method; use %v, or the native backend", e.Method, qsim.ParameterShift)
}

// FaultClass says that what was asked for is at fault.
func (*MethodError) FaultClass() fault.Class { return fault.Usage }

// Gradient adds, for all samples, the vector–Jacobian products of the expectation
// values with the cotangents that loss gives to dw and, if it is not nil, dx, as
// [qsim.Program.Gradient] does, and has the results of any number of processors.
// The methods are [qsim.ParameterShift] and [qsim.FiniteDifference]; others are
// refused with a [*MethodError].
func (p *Program) Gradient(ctx context.Context, m qsim.Method, dw []float64, dx [][]float64, weights []float64, samples [][]float64, loss qsim.Loss) error {
	if err := p.checkGradient(m, dw, dx, samples, loss); err != nil {
		return err
	}
	rows := make([]float64, len(samples)*p.weights)
	err := p.each(ctx, weights, samples, func(r *register, i int) error {
		d := derivatives{p: p, r: r, weights: weights, features: samples[i], dw: rows[i*p.weights : (i+1)*p.weights]}
		if dx != nil {
			d.dx = dx[i]
		}
		if err := r.bind(p.circuit, weights, samples[i]); err != nil {
			return fmt.Errorf("sample %d: %w", i, err)
		}
		if err := r.run(ctx, p.circuit); err != nil {
			return err
		}
		d.expect, d.cotangent = make([]float64, len(p.observables)), make([]float64, len(p.observables))
		r.expect(d.expect, p.observables)
		loss(i, d.expect, d.cotangent)
		if m == qsim.ParameterShift {
			return d.shift(ctx)
		}
		return d.difference(ctx)
	})
	if err != nil {
		return err
	}
	for i := range samples {
		for j, v := range rows[i*p.weights : (i+1)*p.weights] {
			dw[j] += v
		}
	}
	return nil
}

// checkGradient refuses arguments of Gradient that do not fit the program or each other.
func (p *Program) checkGradient(m qsim.Method, dw []float64, dx, samples [][]float64, loss qsim.Loss) error {
	if m != qsim.ParameterShift && m != qsim.FiniteDifference {
		return &MethodError{Method: m}
	}
	if loss == nil {
		return fmt.Errorf("gradient: the loss %w", qsim.ErrNil)
	}
	if len(dw) != p.weights {
		return fmt.Errorf("gradient: destination %d for %d weights: %w", len(dw), p.weights, qsim.ErrShape)
	}
	if dx != nil && len(dx) != len(samples) {
		return fmt.Errorf("gradient: %d rows of feature derivatives for %d samples: %w", len(dx), len(samples), qsim.ErrShape)
	}
	for i := range dx {
		if len(dx[i]) < len(samples[i]) {
			return fmt.Errorf("gradient: sample %d: %d feature derivatives for %d features: %w", i, len(dx[i]), len(samples[i]), qsim.ErrShape)
		}
	}
	return nil
}

// derivatives is one sample and where its derivatives go.
type derivatives struct {
	p                 *Program
	r                 *register
	weights, features []float64
	dw, dx            []float64 // dx may be nil
	expect, cotangent []float64
}

// weighted runs the circuit as bound and returns Σ cₖeₖ.
func (d *derivatives) weighted(ctx context.Context) (float64, error) {
	if err := d.r.run(ctx, d.p.circuit); err != nil {
		return 0, err
	}
	d.r.expect(d.expect, d.p.observables)
	sum := 0.0
	for k, c := range d.cotangent {
		sum += c * d.expect[k]
	}
	return sum, nil
}

// shift differentiates by the shift rule of every angle of every gate that
// depends on what is asked for, and from there by the chain rule.
func (d *derivatives) shift(ctx context.Context) error {
	for i, op := range d.p.circuit.Ops {
		for k, angle := range op.Angles {
			if !d.asked(angle) {
				continue
			}
			value, sum := d.r.angles[i][k], 0.0
			for _, term := range op.Gate.Spec().ShiftRule(k) {
				d.r.angles[i][k] = value + term.Shift
				f, err := d.weighted(ctx)
				if err != nil {
					return err
				}
				sum += term.Coef * f
			}
			d.r.angles[i][k] = value
			angle.AddGradient(d.weights, d.features, sum, d.dw, d.dx)
		}
	}
	return nil
}

// asked reports whether a has a symbol by which a derivative is asked for.
func (d *derivatives) asked(a circuits.Angle) bool {
	for _, t := range a {
		for _, v := range t.Vars {
			if !v.Feature || d.dx != nil {
				return true
			}
		}
	}
	return false
}

// step is near the cube root of the machine epsilon, where truncation and
// rounding errors of a central difference are alike.
const step = 6e-6

// difference differentiates by central differences.
func (d *derivatives) difference(ctx context.Context) error {
	weights, features := slices.Clone(d.weights), slices.Clone(d.features)
	central := func(v *float64) (float64, error) {
		at, sum := *v, 0.0
		defer func() { *v = at }()
		for _, sign := range [...]float64{1, -1} {
			*v = at + sign*step
			if err := d.r.bind(d.p.circuit, weights, features); err != nil {
				return 0, err
			}
			f, err := d.weighted(ctx)
			if err != nil {
				return 0, err
			}
			sum += sign * f
		}
		return sum / (2 * step), nil
	}
	for j := range weights {
		v, err := central(&weights[j])
		if err != nil {
			return err
		}
		d.dw[j] += v
	}
	if d.dx == nil {
		return nil
	}
	for j := range d.p.features {
		v, err := central(&features[j])
		if err != nil {
			return err
		}
		d.dx[j] += v
	}
	return nil
}
