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
