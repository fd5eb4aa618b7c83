package kernel

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"
)

// TestSincos compares with package math, to 10⁻¹⁵, near multiples of π/4 too and
// where assembly gives up.
func TestSincos(t *testing.T) {
	rng := rand.New(rand.NewPCG(3, 3))
	var x []float64
	for i := range 400 {
		x = append(x, float64(i-200)*math.Pi/4, float64(i-200)*math.Pi/4+1e-9*rng.NormFloat64(), rng.NormFloat64()*math.Exp2(float64(i%20)))
	}
	x = append(x, 0, math.Copysign(0, -1), 1e-300, largestAngle, -largestAngle)
	check := func(v *vectors, name string, x []float64) {
		t.Helper()
		s, c := make([]float64, len(x)+1), make([]float64, len(x)+1)
		s[len(x)], c[len(x)] = 7, 7
		sincos(v, s[:len(x)], c[:len(x)], x)
		for i, a := range x {
			sin, cos := math.Sincos(a)
			if !(math.Abs(s[i]-sin) <= 1e-15 && math.Abs(c[i]-cos) <= 1e-15) {
				t.Errorf("%s: sine and cosine of %v: %v, %v, want %v, %v", name, a, s[i], c[i], sin, cos)
			}
		}
		if s[len(x)] != 7 || c[len(x)] != 7 {
			t.Errorf("%s: writes beyond %d angles", name, len(x))
		}
	}
	for name, v := range sets() {
		for n := range 5 {
			check(v, name, x[n:n+n*AngleStep])
		}
		check(v, name, whole(x))
		check(v, name, whole(append(x, 1e6*math.Pi, -1e15)))
		bad := whole([]float64{1, math.NaN(), math.Inf(1)})
		s, c := make([]float64, len(bad)), make([]float64, len(bad))
		sincos(v, s, c, bad)
		if s[0] != math.Sin(1) || !math.IsNaN(s[1]) || !math.IsNaN(c[2]) {
			t.Errorf("%s: of %v: %v, %v", name, bad, s, c)
		}
	}
}

// whole is x with zeros up to a multiple of AngleStep.
func whole(x []float64) []float64 {
	return append(slices.Clip(x), make([]float64, -len(x)&(AngleStep-1))...)
}

func BenchmarkSincos(b *testing.B) {
	x, s, c := make([]float64, 64), make([]float64, 64), make([]float64, 64)
	for i := range x {
		x[i] = float64(i) / 7
	}
	for name, v := range sets() {
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				sincos(v, s, c, x)
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/64, "ns/angle")
		})
	}
}
