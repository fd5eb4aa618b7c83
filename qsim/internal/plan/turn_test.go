package plan

import (
	"math"
	"math/cmplx"
	"testing"
)

// Sums, multiples and halves of constant phases are those of the numbers that they stand for,
// whether these are multiples of π/8 or not.
func TestTurns(t *testing.T) {
	var values []float64
	for k := -20; k <= 20; k++ {
		values = append(values, float64(k)*(math.Pi/8), float64(k)*0.37)
	}
	for _, v := range values {
		for _, f := range []float64{1, -1, 2, -2, 0.5, -0.5} {
			if d := cmplx.Abs(turnOf(v).times(f).unit() - cmplx.Rect(1, f*v)); !(d < 1e-14) {
				t.Errorf("%g·%g is off by %g", f, v, d)
			}
		}
		for _, w := range values {
			if d := cmplx.Abs(turnOf(v).plus(turnOf(w)).unit() - cmplx.Rect(1, v+w)); !(d < 1e-14) {
				t.Errorf("%g + %g is off by %g", v, w, d)
			}
		}
	}
}

// Multiples of π/2 are exact and so are their sums; what does not fit into one float64 is kept.
func TestTurnsAreExact(t *testing.T) {
	sum := turn{}
	for k, want := range []complex128{1, 1i, -1, -1i, 1, 1i, -1, -1i, 1} {
		if got := turnOf(float64(k) * (math.Pi / 2)).unit(); got != want {
			t.Errorf("%d quarters: %v, want %v", k, got, want)
		}
		if got := sum.unit(); got != want {
			t.Errorf("sum of %d quarters: %v, want %v", k, got, want)
		}
		sum = sum.plus(turnOf(math.Pi / 2))
	}
	sum = turn{}
	for range 100_000 {
		sum = sum.plus(turnOf(0.7)).plus(turnOf(-0.3)).plus(turnOf(math.Pi / 8))
	}
	for range 100_000 {
		sum = sum.plus(turnOf(-0.7)).plus(turnOf(0.3)).plus(turnOf(-math.Pi / 8))
	}
	if d := cmplx.Abs(sum.unit() - 1); !(d < 1e-15) {
		t.Errorf("a sum of 600,000 phases that cancel is off by %g", d)
	}
}
