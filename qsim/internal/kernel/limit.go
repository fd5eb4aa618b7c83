package kernel

import "math"

// accumulators is the number of vectors in a step of MultiplyAdd, enough to hide
// the latency of a multiply-add.
const accumulators = 12

// MultiplyAdd is the loop whose speed is the limit of all arithmetic: n ≥ 1 steps,
// each x = x/2 + 1 by one fused multiply-add in every element of 12 vectors that
// stay in registers and start at 0. It returns the sum of the elements, 2 − 2¹⁻ⁿ
// each, and the floating-point operations done, 2 a step and element. It cannot be
// preempted: 10⁴ steps take about 50 µs.
func MultiplyAdd(n int) (sum, operations float64) { return multiplyAdd(active, n) }

func multiplyAdd(v *vectors, n int) (sum, operations float64) {
	elements := accumulators
	if v == nil {
		sum = multiplyAddGeneric(n)
	} else {
		elements *= 2 << v.lanes
		sum = v.multiplyAdd(n)
	}
	return sum, 2 * float64(n) * float64(elements)
}

// multiplyAddGeneric is multiplyAdd in pure Go: one number for each of the accumulators, in
// variables, which Go keeps in registers.
func multiplyAddGeneric(n int) float64 {
	var a, b, c, d, e, f, g, h, i, j, k, l float64
	for range n {
		a, b, c, d = math.FMA(a, 0.5, 1), math.FMA(b, 0.5, 1), math.FMA(c, 0.5, 1), math.FMA(d, 0.5, 1)
		e, f, g, h = math.FMA(e, 0.5, 1), math.FMA(f, 0.5, 1), math.FMA(g, 0.5, 1), math.FMA(h, 0.5, 1)
		i, j, k, l = math.FMA(i, 0.5, 1), math.FMA(j, 0.5, 1), math.FMA(k, 0.5, 1), math.FMA(l, 0.5, 1)
	}
	return a + b + c + d + e + f + g + h + i + j + k + l
}
