package kernel

import "math"

// largestAngle bounds the angles whose sines assembly computes: up to it the
// reduction by multiples of π/2 is exact enough for an error below 10⁻¹⁵.
const largestAngle = 1 << 20

// AngleStep divides the length of what [Sincos] takes.
const AngleStep = 8

// Sincos writes sin x[i] to s[i] and cos x[i] to c[i]. The three have one length, a
// multiple of [AngleStep]; they may be the same slices.
func Sincos(s, c, x []float64) { sincos(active, s, c, x) }

func sincos(v *vectors, s, c, x []float64) {
	if v != nil && len(x) > 0 && inRange(x) {
		v.sincos(&s[0], &c[0], &x[0], len(x)>>(1+v.lanes))
		return
	}
	for i, v := range x {
		s[i], c[i] = math.Sincos(v)
	}
}

func inRange(x []float64) bool {
	for _, v := range x {
		if !(math.Abs(v) <= largestAngle) {
			return false
		}
	}
	return true
}
