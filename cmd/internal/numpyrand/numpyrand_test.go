package numpyrand

import (
	"math"
	"slices"
	"testing"
)

// All expected values are NumPy 2.4.6's, default_rng(7) unless another seed is named.

func TestSeedWords(t *testing.T) {
	// numpy.random.SeedSequence(seed).generate_state(4, numpy.uint64)
	for seed, want := range map[uint64][]uint64{
		7:  {0xead0f7017c326e58, 0x0879c4f0f97e037a, 0x623a8c4b6745675f, 0xb3443fad60386cac},
		11: {0x367e754172d24763, 0x289d5074abaac1fc, 0x02fc5603fff038e1, 0xd8000b4940c339a5},
	} {
		got := make([]uint64, 4)
		if seedWords(seed, got); !slices.Equal(got, want) {
			t.Errorf("seed %d: %#x, want %#x", seed, got, want)
		}
	}
}

func TestUint64(t *testing.T) {
	// numpy.random.PCG64(seed).random_raw(4)
	for seed, want := range map[uint64][]uint64{
		7:  {11530976094092348043, 16550673365885938325, 14308875409591826786, 4154339397315733314},
		11: {2371701625988369486, 9210050950101564007, 11095686263834698876, 529218795165772755},
	} {
		g := New(seed)
		for i, w := range want {
			if got := g.Uint64(); got != w {
				t.Errorf("seed %d, word %d: %d, want %d", seed, i, got, w)
			}
		}
	}
}

func TestUniform(t *testing.T) {
	want := []float64{0.7859979977652181, 2.4957679180609933, 1.7321842783482628, -1.7265741463697049} // uniform(-pi, pi, 4)
	if got := New(7).Uniform(-math.Pi, math.Pi, 4); !slices.Equal(got, want) {
		t.Errorf("%v, want %v", got, want)
	}
}

// TestPermutation: two halves of a word serve two draws, also across calls, and
// other draws leave the spare half alone.
func TestPermutation(t *testing.T) {
	g := New(7)
	check := func(want ...int) {
		t.Helper()
		if got := g.Permutation(len(want)); !slices.Equal(got, want) {
			t.Errorf("%v, want %v", got, want)
		}
	}
	check(3, 10, 6, 8, 1, 14, 0, 7, 4, 13, 15, 2, 12, 5, 9, 11)
	check(3, 1, 4, 0, 2)
	if got, want := g.Float64(), 0.5045482589579533; got != want {
		t.Errorf("random() = %v, want %v", got, want)
	}
	check(4, 0, 16, 12, 6, 14, 19, 5, 18, 10, 9, 15, 2, 7, 17, 3, 8, 11, 1, 13)
	if got, want := g.Normal(1)[0], -2.516759710820513; math.Abs(got-want) > 1e-14 {
		t.Errorf("normal() = %v, want %v", got, want)
	}
}

func TestUpToRefusesWideRanges(t *testing.T) {
	defer func() {
		if recover() == nil {
			t.Error("no panic")
		}
	}()
	New(1).upTo(1 << 31)
}

// TestNormal draws a million numbers, 247 of them from the tail.
func TestNormal(t *testing.T) {
	const count = 1_000_000
	g := New(7)
	x := g.Normal(count)
	for i, want := range map[int]float64{
		0: 0.0012301533574825742, 1: 0.2987455375084699, 2: -0.2741378553622176, 3: -0.8905918387572742,
		4: -0.45467078517172255, 5: -0.9916465549964624, // normal(size=10**6)
		2311: -3.661081810206792, 4657: 4.06160631065189, 6694: 3.7631766765169505, // the first in the tail
		460877: 4.947871460149176, // the largest
	} {
		if math.Abs(x[i]-want) > 1e-13 {
			t.Errorf("number %d: %v, want %v", i, x[i], want)
		}
	}
	sum, moment, tail := 0.0, 0.0, 0
	for i, v := range x {
		sum += v
		moment += float64(i) * v
		if math.Abs(v) > tailStart {
			tail++
		}
	}
	if math.Abs(sum - -112.78554893201783) > 1e-8 || math.Abs(moment - -369244639.92914724) > 1e-2 || tail != 247 {
		t.Errorf("sum %v, first moment %v, %d in the tail", sum, moment, tail)
	}
	if got, want := g.Float64(), 0.1291022438369006; got != want { // no draw more or less
		t.Errorf("then random() = %v, want %v", got, want)
	}
}
