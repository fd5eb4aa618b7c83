package metric

import (
	"fmt"
	"math"
)

// z95 is the 0.975 quantile of the standard normal distribution.
const z95 = 1.959963984540054

// Wilson returns the 95 % score interval of a proportion of which hits of n
// trials were seen, with p = hits/n and z the 0.975 normal quantile:
//
//	(p + z²/2n ± z·√(p(1−p)/n + z²/4n²)) / (1 + z²/n)
//
// Both ends are in [0, 1], and the interval is honest for small n and for p
// near 0 or 1. Source: E. B. Wilson, J. Am. Stat. Assoc. 22 (1927) 209,
// doi:10.1080/01621459.1927.10502953.
//
// Errors: ErrEmpty for n < 1, ErrValue for hits outside 0…n.
func Wilson(hits, n int) (low, high float64, err error) {
	if n < 1 {
		return 0, 0, fmt.Errorf("metric: an interval of %d trials: %w; pass at least one", n, ErrEmpty)
	}
	if hits < 0 || hits > n {
		return 0, 0, fmt.Errorf("metric: %d hits in %d trials: %w; hits lie between 0 and the trials", hits, n, ErrValue)
	}
	m := float64(n)
	p := float64(hits) / m
	centre := p + z95*z95/(2*m)
	half := z95 * math.Sqrt(p*(1-p)/m+z95*z95/(4*m*m))
	scale := 1 + z95*z95/m
	low, high = (centre-half)/scale, (centre+half)/scale
	if hits == 0 {
		low = 0
	}
	if hits == n {
		high = 1
	}
	return low, high, nil
}

// Pairing counts where two classifiers disagree on the same samples.
type Pairing struct {
	OnlyA int     `json:"only_a"` // samples that A has right and B wrong
	OnlyB int     `json:"only_b"` // samples that B has right and A wrong
	P     float64 `json:"p"`      // two-sided p-value in [0, 1]
}

// McNemar tests whether two classifiers err equally often on the same samples:
// the exact two-sided sign test on the n = OnlyA + OnlyB discordant samples,
//
//	p = min(1, 2·Σ_{i ≤ min(OnlyA, OnlyB)} C(n, i)/2ⁿ),
//
// and p = 1 for n = 0. Source: Q. McNemar, Psychometrika 12 (1947) 153,
// doi:10.1007/BF02295996, with the binomial in place of his χ² approximation.
//
// Errors: ErrLength, ErrEmpty.
func McNemar(want, a, b []float64) (Pairing, error) {
	if err := checkLengths(len(want), len(a)); err != nil {
		return Pairing{}, err
	}
	if err := checkLengths(len(want), len(b)); err != nil {
		return Pairing{}, err
	}
	var pair Pairing
	for i, y := range want {
		switch {
		case a[i] == y && b[i] != y:
			pair.OnlyA++
		case a[i] != y && b[i] == y:
			pair.OnlyB++
		}
	}
	pair.P = signTest(pair.OnlyA, pair.OnlyB)
	return pair, nil
}

// signTest returns the p-value of McNemar's formula. Terms are summed as
// multiples of the largest, so that no 2⁻ⁿ underflows before its time.
func signTest(a, b int) float64 {
	k, n := min(a, b), a+b
	if a == b {
		return 1
	}
	// C(n, i−1) = C(n, i)·i/(n−i+1).
	sum, term := 0.0, 1.0
	for i := k; i >= 0 && term > 0; i-- {
		sum += term
		term *= float64(i) / float64(n-i+1)
	}
	logC := lgamma(n+1) - lgamma(k+1) - lgamma(n-k+1)
	return min(1, 2*sum*math.Exp(logC-float64(n)*math.Ln2))
}

// lgamma returns ln (n−1)!.
func lgamma(n int) float64 {
	v, _ := math.Lgamma(float64(n))
	return v
}
