package classical

import "math"

// scoreCount returns how many scores tell k classes apart: one for two
// classes, where class 0 has the fixed score 0, and k otherwise.
func scoreCount(k int) int {
	if k == 2 {
		return 1
	}
	return k
}

// crossEntropy returns the loss −ln p of a sample of the given class under the
// softmax of its scores s and overwrites s by the loss's derivative, p minus
// the unit vector of the class. It overflows for no finite scores.
func crossEntropy(s []float64, class int) float64 {
	if len(s) == 1 {
		// The margin m of the true class: loss ln(1+e^−m), derivative ∓1/(1+e^m).
		sign := float64(2*class - 1)
		m := sign * s[0]
		e := math.Exp(-math.Abs(m))
		loss, tail := math.Log1p(e), e/(1+e)
		if m < 0 {
			loss, tail = loss-m, 1/(1+e)
		}
		s[0] = -sign * tail
		return loss
	}
	top := s[largest(s)]
	at, sum := s[class]-top, 0.0
	for j, v := range s {
		s[j] = math.Exp(v - top)
		sum += s[j]
	}
	for j := range s {
		s[j] /= sum
	}
	s[class]--
	return math.Log(sum) - at
}

// predictedClass returns the position of the most probable class for scores s;
// of equals the first.
func predictedClass(s []float64) int {
	if len(s) == 1 {
		if s[0] > 0 {
			return 1
		}
		return 0
	}
	return largest(s)
}
