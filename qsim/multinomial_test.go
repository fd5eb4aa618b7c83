package qsim

import (
	"context"
	"math"
	"math/big"
	"math/rand/v2"
	"reflect"
	"runtime"
	"testing"

	"gonum.org/v1/gonum/stat/distuv"

	"github.com/qnn-go/qnn/circuits"
)

// chiSquared is the probability that counts as far from their expectations, or farther, occur.
// Neighbours expected fewer than 10 times go together.
func chiSquared(counts []int, expected []float64) float64 {
	sum, cells := 0.0, -1
	n, e := 0.0, 0.0
	for i := range counts {
		n, e = n+float64(counts[i]), e+expected[i]
		if e >= 10 {
			sum += (n - e) * (n - e) / e
			cells++
			n, e = 0, 0
		}
	}
	return distuv.ChiSquared{K: float64(cells)}.Survival(sum)
}

// The probabilities are those of whole numbers, exactly.
func TestBinomialProbability(t *testing.T) {
	for _, n := range []int64{1, 2, 7, 40, 300, 5000} {
		for _, p := range []float64{1.0 / 1024, .125, .5, .8125} {
			for k := int64(0); k <= n; k += 1 + n/37 {
				want := new(big.Float).SetPrec(200).SetInt(new(big.Int).Binomial(n, k))
				for i := range n {
					f := p
					if i >= k {
						f = 1 - p
					}
					want.Mul(want, big.NewFloat(f))
				}
				exact, _ := want.Float64()
				if got := binomialProbability(int(k), int(n), p); math.Abs(got-exact) > 1e-14*exact*(10+math.Abs(math.Log(exact)))+1e-300 {
					t.Errorf("%d of %d at %v: %v, want %v", k, n, p, got, exact)
				}
			}
		}
	}
}

// Draws of many seeds have the binomial distribution: sums of probabilities around the mean
// of up to 10⁹ trials.
func TestBinomial(t *testing.T) {
	for _, test := range []struct {
		n int
		p float64
	}{{1, .3}, {10, .01}, {30, .5}, {1000, .002}, {1000, .9}, {1_000_000, .3}, {1e9, 1e-8}, {1e9, .5}} {
		rng := rand.New(rand.NewPCG(uint64(test.n), math.Float64bits(test.p)))
		mean, deviation := float64(test.n)*test.p, math.Sqrt(float64(test.n)*test.p*(1-test.p))
		const draws = 2000
		width := max(1, int(deviation/5)) // of a cell
		first := max(0, int(mean-6*deviation))
		cells := min(test.n-first, int(12*deviation)+12)/width + 1
		counts, expected := make([]int, cells), make([]float64, cells)
		for range draws {
			k := binomial(rng, test.n, test.p)
			if k < 0 || k > test.n {
				t.Fatalf("%d of %d", k, test.n)
			}
			counts[min(max(k-first, 0)/width, cells-1)]++
		}
		at := binomialProbability(first, test.n, test.p)
		for k := first; k <= test.n && (k-first)/width < cells; k++ {
			expected[(k-first)/width] += draws * at
			at *= float64(test.n-k) / float64(k+1) * test.p / (1 - test.p)
		}
		if test.n > 1 {
			if p := chiSquared(counts, expected); p < 1e-4 {
				t.Errorf("%d trials of %v: the counts of outcomes have probability %.2g", test.n, test.p, p)
			}
		}
	}
}

// Counts over many seeds have means, variances and covariances of the multinomial
// distribution, and each set of counts its chi-squared.
func TestManyShots(t *testing.T) {
	const n, shots, seeds = 4, fewShots + 5, 400
	c := circuits.New(n)
	for q := range n {
		c.RY(circuits.Const(.4+.5*float64(q)), q)
	}
	c.CX(0, 3).X(2)
	p, err := Compile(c, Options{})
	if err != nil {
		t.Fatal(err)
	}
	ctx := context.Background()
	probability, err := p.Probabilities(ctx, nil, nil)
	if err != nil {
		t.Fatal(err)
	}
	expected := make([]float64, len(probability))
	for x, v := range probability {
		expected[x] = v * shots
	}
	low := 0
	var covariance [1 << n][1 << n]float64
	for seed := range uint64(seeds) {
		got, err := p.Sample(ctx, nil, nil, shots, seed)
		if err != nil {
			t.Fatal(err)
		}
		counts, total := make([]int, 1<<n), 0
		for x, k := range got.Outcomes {
			counts[x] = k
			total += k
		}
		if total != shots {
			t.Fatalf("%d of %d shots", total, shots)
		}
		if chiSquared(counts, expected) < .1 {
			low++
		}
		for x := range covariance {
			for y := range covariance {
				covariance[x][y] += (float64(counts[x]) - expected[x]) * (float64(counts[y]) - expected[y]) / seeds
			}
		}
	}
	if low < 20 || low > 62 { // of 400 a tenth; a binomial distribution is outside once in 4000
		t.Errorf("%d of %d chi-squared below their tenth", low, seeds)
	}
	for x := range covariance {
		for y := range covariance {
			want := -expected[x] * probability[y]
			if x == y {
				want += expected[x]
			}
			if scale := math.Sqrt(expected[x] * expected[y]); math.Abs(covariance[x][y]-want) > .35*scale {
				t.Errorf("covariance of %d and %d is %v, want %v", x, y, covariance[x][y], want)
			}
		}
	}
}

// How the shots of a chunk of the state spread in it does not depend on how many they are:
// over many seeds both are far from their means, or near them, together as often as not.
func TestManyShotsChunks(t *testing.T) {
	const shots, seeds, bits = fewShots + 5, 200, 13
	if 1<<bits != 2*chunk {
		t.Fatal("the test is for two chunks")
	}
	c := circuits.New(bits).H(0).H(bits - 1)
	for q := 1; q < bits-1; q++ {
		c.Z(q)
	}
	p, err := Compile(c, Options{})
	if err != nil {
		t.Fatal(err)
	}
	together := 0
	for seed := range uint64(seeds) {
		got, err := p.Sample(context.Background(), nil, nil, shots, seed)
		if err != nil {
			t.Fatal(err)
		}
		zeros, ones := float64(got.Outcomes[0]), float64(got.Outcomes[1])
		const half = 0.6745 // deviations, within which half of the draws are
		if (math.Abs(2*(zeros+ones)-shots) > half*math.Sqrt(shots)) == (math.Abs(zeros-ones) > half*math.Sqrt(zeros+ones)) {
			together++
		}
	}
	if together < 65 || together > 135 { // five standard deviations
		t.Errorf("together for %d of %d seeds", together, seeds)
	}
}

// Counts depend on the seed alone, and ten billion shots take no longer than many.
func TestManyShotsRepeat(t *testing.T) {
	c := circuits.New(14)
	for q := range 13 {
		c.H(q).CX(q, q+1)
	}
	p, err := Compile(c, Options{})
	if err != nil {
		t.Fatal(err)
	}
	sample := func(shots int, seed uint64) Counts {
		counts, err := p.Sample(context.Background(), nil, nil, shots, seed)
		if err != nil {
			t.Fatal(err)
		}
		return counts
	}
	want := sample(1e10, 3)
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(1))
	if got := sample(1e10, 3); !reflect.DeepEqual(got, want) {
		t.Error("one processor draws others")
	}
	if got := sample(1e10, 4); reflect.DeepEqual(got, want) {
		t.Error("another seed draws the same")
	}
	total := 0
	for _, n := range want.Outcomes {
		total += n
	}
	if total != 1e10 {
		t.Errorf("%d shots", total)
	}
}
