package kernel

import "math"

// Rounded is one of the two float32 next to x, or x itself where it is one, chosen by k so that
// the mean over k = 0, 1, … is x, also over every m-th k: numbers of a circuit that repeats a
// gate do not err in the same direction each time, and errors of n gates grow like those of
// random roundings at most. k = 0 gives the nearest.
//
// The threshold is the fractional part of k times the golden ratio (Weyl's sequence), in the
// 29 bits that a float32 does not have.
func Rounded(x float64, k int) float64 {
	const lost = 29
	threshold := (uint64(k)*0x9e3779b97f4a7c15 + 1<<63) >> (64 - lost)
	return math.Float64frombits((math.Float64bits(x) + threshold) &^ (1<<lost - 1))
}
