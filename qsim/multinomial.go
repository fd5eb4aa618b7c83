package qsim

import (
	"context"
	"math"
	"math/rand/v2"
)

// Shots are drawn one by one, each by its own random number, while that is quick: up to
// fewShots, and up to shotsEach for each basis state. Of more only the counts of basis states
// are drawn, which takes a time that grows with the basis states and not with the shots.
const (
	fewShots  = 1 << 20
	shotsEach = 8
)

// many reports whether so many shots of the state are drawn by counts.
func (s *State) many(shots int) bool {
	return shots > fewShots && shots/shotsEach >= s.amplitudes.len()
}

// outcomeCount is how often a basis state occurred.
type outcomeCount struct {
	x uint64
	n int
}

// outcomes draws how often each basis state occurs in so many shots, those of 0 left out, in
// ascending order: a multinomial distribution, first over the chunks of the state, from the
// stream (seed, 0), and then over the amplitudes of chunk c, from the stream (seed, 1+c).
func (s *State) outcomes(ctx context.Context, shots int, seed uint64) ([]outcomeCount, error) {
	s.order()
	below := s.amplitudes.running(true)
	weights := make([]float64, len(below)-1)
	for c := range weights {
		weights[c] = below[c+1] - below[c]
	}
	each := make([]int, len(weights))
	multinomial(each, weights, shots, rand.New(rand.NewPCG(seed, 0)))
	parts := make([][]outcomeCount, len(each))
	parallel(len(each), func(c int) {
		if each[c] > 0 && ctx.Err() == nil {
			parts[c] = s.chunkOutcomes(c, each[c], seed)
		}
	})
	var out []outcomeCount
	for _, part := range parts {
		out = append(out, part...)
	}
	return out, ctx.Err()
}

// chunkOutcomes is outcomes for the shots of one chunk.
func (s *State) chunkOutcomes(c, shots int, seed uint64) []outcomeCount {
	lo, hi := c*chunk, min((c+1)*chunk, s.amplitudes.len())
	weights, counts := make([]float64, hi-lo), make([]int, hi-lo)
	for i := range weights {
		a := s.amplitudes.at(lo + i)
		weights[i] = real(a)*real(a) + imag(a)*imag(a)
	}
	multinomial(counts, weights, shots, rand.New(rand.NewPCG(seed, uint64(1+c))))
	var out []outcomeCount
	for i, n := range counts {
		if n > 0 {
			out = append(out, outcomeCount{uint64(lo + i), n})
		}
	}
	return out
}

// multinomial spreads n over counts with probabilities in proportion to weights, which are
// not negative and not all 0: one after the other by binomial distributions, each given those
// before (Devroye 1986, Non-Uniform Random Variate Generation, section XI.1.4). It writes
// over weights.
func multinomial(counts []int, weights []float64, n int, rng *rand.Rand) {
	rest := 0.0 // the sum of the weights from here on, added from the small end
	for i := len(weights) - 1; i >= 0; i-- {
		w := weights[i]
		rest += w
		weights[i] = 0
		if rest > 0 {
			weights[i] = w / rest
		}
	}
	for i, p := range weights { // p is 1 for the last that is not 0
		counts[i] = binomial(rng, n, p)
		n -= counts[i]
	}
}

// binomial draws the number of successes in n trials of probability p: by inversion, from
// one random number, going from the most probable number outwards, √(n·p·(1−p)) steps or so.
func binomial(rng *rand.Rand, n int, p float64) int {
	switch {
	case n == 0 || p <= 0:
		return 0
	case p >= 1:
		return n
	}
	mode := min(int(float64(n+1)*p), n)
	u := rng.Float64()
	up := binomialProbability(mode, n, p)
	down, high, low := up, mode, mode
	if u -= up; u < 0 {
		return mode
	}
	odds := p / (1 - p)
	for high < n && up > 0 || low > 0 && down > 0 {
		if high < n {
			up *= float64(n-high) / float64(high+1) * odds
			high++
			if u -= up; u < 0 {
				return high
			}
		}
		if low > 0 {
			down *= float64(low) / (float64(n-low+1) * odds)
			low--
			if u -= down; u < 0 {
				return low
			}
		}
	}
	return mode // the probabilities added up to 1 but for rounding
}

// binomialProbability is that of k successes in n trials of probability 0 < p < 1, to
// about 1e-15 of its logarithm for any n: Loader 2000, Fast and Accurate Computation of Binomial
// Probabilities, equation 4.
func binomialProbability(k, n int, p float64) float64 {
	switch x, m := float64(k), float64(n); k {
	case 0:
		return math.Exp(m * math.Log1p(-p))
	case n:
		return math.Exp(m * math.Log(p))
	default:
		exponent := stirlingError(m) - stirlingError(x) - stirlingError(m-x) - deviance(x, m*p) - deviance(m-x, m*(1-p))
		return math.Exp(exponent) * math.Sqrt(m/(2*math.Pi*x*(m-x)))
	}
}

// stirlingError is log n! − log(√(2πn)·(n/e)ⁿ) for a whole number n ≥ 1.
func stirlingError(n float64) float64 {
	if n < 16 {
		log, _ := math.Lgamma(n + 1)
		return log - 0.5*math.Log(2*math.Pi*n) - n*math.Log(n) + n
	}
	i := 1 / (n * n)
	return (1.0/12 - i*(1.0/360-i*(1.0/1260-i*(1.0/1680-i/1188)))) / n
}

// deviance is x·log(x/m) + m − x, in a series where x and m are near each other and the
// terms would cancel.
func deviance(x, m float64) float64 {
	d := x - m
	v := d / (x + m)
	if math.Abs(v) >= 0.1 {
		return x*math.Log(x/m) - d
	}
	sum, term := d*v, 2*x*v
	for j := 3.0; ; j += 2 {
		term *= v * v
		next := sum + term/j
		if next == sum {
			return sum
		}
		sum = next
	}
}
