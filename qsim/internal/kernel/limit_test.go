package kernel

import (
	"math"
	"testing"
)

// TestMultiplyAdd: the sum of the geometric series shows that every element took
// part in every step.
func TestMultiplyAdd(t *testing.T) {
	for name, v := range sets() {
		elements := accumulators
		if v != nil {
			elements *= 2 << v.lanes
		}
		for _, n := range []int{1, 2, 10, 60} {
			sum, operations := multiplyAdd(v, n)
			if want := float64(elements) * (2 - math.Exp2(float64(1-n))); sum != want {
				t.Errorf("%s, %d steps: %v, want %v", name, n, sum, want)
			}
			if want := float64(2 * n * elements); operations != want {
				t.Errorf("%s, %d steps: %v operations, want %v", name, n, operations, want)
			}
		}
	}
}
