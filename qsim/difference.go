package qsim

import "context"

// step is near the cube root of the machine epsilon, where the truncation error
// h²f‴/6 and the rounding error ε/h of a central difference are alike.
func (p Precision) step() float64 {
	if p == Single {
		return 5e-3
	}
	return 6e-6
}

// difference adds the derivatives of one sample by central differences.
func (p *Program) difference(ctx context.Context, e sampler, w *workspace, s sample) error {
	at := sample{weights: append([]float64(nil), s.weights...), features: append([]float64(nil), s.features...)}
	for j := range at.weights {
		if err := p.central(ctx, e, w, at, &at.weights[j], &s.dw[j]); err != nil {
			return err
		}
	}
	for j := range min(len(s.dx), p.features) {
		if err := p.central(ctx, e, w, at, &at.features[j], &s.dx[j]); err != nil {
			return err
		}
	}
	return e.rebind(w, s.weights, s.features, true)
}

// central adds the derivative by v, one of the numbers of at, to dst.
func (p *Program) central(ctx context.Context, e sampler, w *workspace, at sample, v, dst *float64) error {
	step := p.precision.step()
	value, sum := *v, 0.0
	for _, sign := range [...]float64{1, -1} {
		*v = value + sign*step
		if err := e.rebind(w, at.weights, at.features, true); err != nil {
			return err
		}
		if err := e.forward(ctx, w.expect, w, at.weights, at.features); err != nil {
			return err
		}
		for k, e := range w.expect {
			sum += sign * w.cotangent[k] * e
		}
	}
	*v = value
	*dst += sum / (2 * step)
	return nil
}
