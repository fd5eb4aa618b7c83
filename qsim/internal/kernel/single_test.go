package kernel

import (
	"math"
	"math/bits"
	"math/rand/v2"
	"testing"
)

// TestSingleSums holds the sums of single precision to those in double precision of
// the same, widened amplitudes: both are float64.
func TestSingleSums(t *testing.T) {
	for impl, v := range sets() {
		rng := rand.New(rand.NewPCG(9, 0))
		for n := range 11 {
			single, double := make([]complex64, 1<<n), random(rng, 1<<n)
			for i, a := range double {
				single[i] = complex64(a)
				double[i] = complex128(single[i])
			}
			for range 50 {
				lo := rng.IntN(1 << n)
				hi := lo + 1 + rng.IntN(1<<n-lo)
				p := Pauli{X: rng.IntN(1 << n), Z: rng.IntN(1 << n)}
				p.Phase = [...]complex128{1, 1i, -1, -1i}[bits.OnesCount(uint(p.X&p.Z))%4]
				got, want := expect(v, single, p, lo, hi), expect(nil, double, p, lo, hi)
				if !(math.Abs(got-want) <= close12*float64(hi-lo+1)) {
					t.Fatalf("%s: %d qubits, %+v of %d to %d: %v, want %v", impl, n, p, lo, hi, got, want)
				}
				got, want = norm2(v, single, lo, hi), norm2(nil, double, lo, hi)
				if !(math.Abs(got-want) <= close12*(1+want)) {
					t.Fatalf("%s: %d qubits, norm of %d to %d: %v, want %v", impl, n, lo, hi, got, want)
				}
			}
		}
	}
}

// What Rounded gives is a float32 next to its argument, and its mean the argument, over all
// numbers as over every m-th.
func TestRounded(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 61))
	values := []float64{math.Sqrt2 / 2, -math.Sqrt2 / 2, 0.1, math.Cos(math.Pi / 8), 0, 1, -0.5, 1e-20}
	for range 20 {
		values = append(values, rng.NormFloat64())
	}
	for _, x := range values {
		nearest := float32(x)
		ulp := math.Abs(float64(math.Nextafter32(nearest, 2*nearest)) - float64(nearest))
		for _, every := range []int{1, 2, 3, 7, 16, 1000} {
			const n = 4000
			mean := 0.0
			for k := range n {
				r := Rounded(x, k*every)
				if float64(float32(r)) != r || math.Abs(r-x) > ulp {
					t.Fatalf("Rounded(%v, %d) = %v", x, k*every, r)
				}
				mean += (r - x) / n
			}
			if math.Abs(mean) > 0.01*ulp {
				t.Errorf("every %d-th of Rounded(%v) errs by %.3g units in the last place", every, x, mean/ulp)
			}
		}
		if r := Rounded(x, 0); float32(r) != nearest && math.Abs(math.Abs(r-x)-ulp/2) > 1e-3*ulp {
			t.Errorf("Rounded(%v, 0) = %v, want the nearest, %v", x, r, nearest)
		}
	}
}
