package plan

import (
	"math"

	"github.com/qnn-go/qnn/circuits"
)

// angle is a [circuits.Angle], prepared for quick evaluation where it is a multiple of one
// weight or feature.
type angle struct {
	kind dependence
	coef float64        // the factor of the weight or feature, where at ≥ 0
	at   int            // index of the one weight or feature, −1 for any other polynomial
	any  circuits.Angle // the angle itself
}

// newAngle prepares a, which is not constant.
func newAngle(a circuits.Angle) angle {
	out := angle{at: -1, any: a}
	for _, t := range a {
		for _, v := range t.Vars {
			if v.Feature {
				out.kind |= byFeature
			} else {
				out.kind |= byWeight
			}
		}
	}
	if len(a) == 1 && len(a[0].Vars) == 1 {
		out.coef, out.at = a[0].Coef, a[0].Vars[0].Index
	}
	return out
}

// largest bounds the values of angles in radians, so that sums of several have enough digits
// after the point.
const largest = 1 << 10

// bounded is v, less a multiple of 4π if v is larger than largest.
func bounded(v float64) float64 {
	if math.Abs(v) <= largest {
		return v
	}
	return circuits.ReduceAngle(v)
}

// eval is the bounded value for the given weights and features, in radians.
func (a *angle) eval(weights, features []float64) float64 {
	switch {
	case a.at < 0:
		return bounded(a.any.EvalReduced(weights, features))
	case a.kind == byWeight:
		return bounded(a.coef * weights[a.at])
	default:
		return bounded(a.coef * features[a.at])
	}
}

// evalAll writes the bounded values for all samples to dst and zeros to the rest of dst, where
// an earlier call may have left anything. It returns false if a value is NaN or infinite.
func (a *angle) evalAll(dst, weights []float64, samples [][]float64) bool {
	clear(dst[len(samples):])
	sum := 0.0 // of v − v for each value v: 0, or NaN if one is not finite
	if a.at >= 0 && a.kind == byFeature {
		for l, x := range samples {
			dst[l] = bounded(a.coef * x[a.at])
			sum += dst[l] - dst[l]
		}
		return sum == 0
	}
	for l, x := range samples {
		dst[l] = bounded(a.any.EvalReduced(weights, x))
		sum += dst[l] - dst[l]
	}
	return sum == 0
}

// addGradient adds scale times the derivatives of the angle by weights and features to dw and
// dx, as [circuits.Angle.AddGradient] does. Either may be nil.
func (a *angle) addGradient(weights, features []float64, scale float64, dw, dx []float64) {
	switch {
	case a.at < 0:
		a.any.AddGradient(weights, features, scale, dw, dx)
	case a.kind == byWeight:
		if dw != nil {
			dw[a.at] += scale * a.coef
		}
	case dx != nil:
		dx[a.at] += scale * a.coef
	}
}
