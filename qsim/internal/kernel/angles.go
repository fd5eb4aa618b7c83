package kernel

import "math"

// largestAngle bounds the angles whose sines assembly computes: up to it the
// reduction by multiples of π/2 is exact enough for an error below 10⁻¹⁵.
const largestAngle = 1 << 20

// Sincos writes sin x[i] to s[i] and cos x[i] to c[i]. The three have one length;
// they may be the same slices.
func Sincos(s, c, x []float64) { sincos(active, s, c, x) }

func sincos(v *vectors, s, c, x []float64) {
	if v != nil && inRange(x) {
		width := 2 << v.lanes
		n := len(x) / width
		if n > 0 {
			v.sincos(&s[0], &c[0], &x[0], n)
		}
		if done := n * width; done < len(x) {
			var rest [3][8]float64
			copy(rest[0][:], x[done:])
			v.sincos(&rest[1][0], &rest[2][0], &rest[0][0], 1)
			copy(s[done:], rest[1][:])
			copy(c[done:], rest[2][:len(x)-done])
		}
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
