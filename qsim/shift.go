package qsim

import (
	"context"
)

// shift adds the derivatives of one sample by parameter-shift rules: every angle
// of every gate that depends on a weight (or feature, where asked) is shifted by
// itself, so a weight that occurs twice, scaled or in a controlled rotation is
// differentiated correctly through the chain rule of its angle.
func (p *Program) shift(ctx context.Context, w *workspace, s sample) error {
	for i := range p.ops {
		o := &p.ops[i]
		if !o.active(s) {
			continue
		}
		for k := range o.angles {
			angle := p.angles[o.angle+k]
			if _, constant := angle.Const(); constant {
				continue
			}
			d, err := p.shiftAngle(ctx, w, o, k)
			if err != nil {
				return err
			}
			angle.AddGradient(s.weights, s.features, d, s.dw, s.dx)
		}
	}
	return nil
}

// shiftAngle is Σ cₖ·∂eₖ/∂p for angle k of o.
func (p *Program) shiftAngle(ctx context.Context, w *workspace, o *op, k int) (float64, error) {
	value := w.angles[o.angle+k]
	sum := 0.0
	for _, term := range o.gate.Spec().ShiftRule(k) {
		w.angles[o.angle+k] = value + term.Shift
		if err := w.setMatrix(o); err != nil {
			return 0, err
		}
		f, err := p.weighted(ctx, w)
		if err != nil {
			return 0, err
		}
		sum += term.Coef * f
	}
	w.angles[o.angle+k] = value
	return sum, w.setMatrix(o)
}

// weighted runs the circuit as bound and returns Σ cₖeₖ.
func (p *Program) weighted(ctx context.Context, w *workspace) (float64, error) {
	if err := p.apply(ctx, w.psi, &w.bound, w.inParallel); err != nil {
		return 0, err
	}
	p.expect(w.expect, w)
	sum := 0.0
	for k, c := range w.cotangent {
		sum += c * w.expect[k]
	}
	return sum, nil
}

// step is near the cube root of the machine epsilon, where the truncation error
// h²f‴/6 and the rounding error ε/h of a central difference are alike.
func (p Precision) step() float64 {
	if p == Single {
		return 5e-3
	}
	return 6e-6
}

// difference adds the derivatives of one sample by central differences.
func (p *Program) difference(ctx context.Context, w *workspace, s sample) error {
	at := sample{weights: append([]float64(nil), s.weights...), features: append([]float64(nil), s.features...)}
	step := p.precision.step()
	central := func(v []float64, j int, dst []float64) error {
		value, sum := v[j], 0.0
		for _, sign := range [...]float64{1, -1} {
			v[j] = value + sign*step
			if err := p.bind(&w.bound, at.weights, at.features, true); err != nil {
				return err
			}
			f, err := p.weighted(ctx, w)
			if err != nil {
				return err
			}
			sum += sign * f
		}
		v[j] = value
		dst[j] += sum / (2 * step)
		return nil
	}
	for j := range at.weights {
		if err := central(at.weights, j, s.dw); err != nil {
			return err
		}
	}
	for j := range s.dx {
		if j >= p.features {
			break
		}
		if err := central(at.features, j, s.dx); err != nil {
			return err
		}
	}
	return p.bind(&w.bound, s.weights, s.features, true)
}
