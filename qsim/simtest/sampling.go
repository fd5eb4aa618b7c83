package simtest

import (
	"maps"
	"math"
	"slices"
	"strings"
	"testing"

	"github.com/qnn-go/qnn/circuits"
	"github.com/qnn-go/qnn/qsim"
)

// sampling compares counts of circuits with and without measurements in their
// middle with the exact distribution.
func (s suite) sampling(t *testing.T) {
	a := circuits.Const
	tests := []struct {
		name string
		c    *circuits.Circuit
	}{
		{"no measurements", circuits.New(3).H(0).CX(0, 1).RY(a(1), 2)},
		{"final measurements", circuits.New(3).H(0).CX(0, 1).RY(a(1), 2).MeasureAll()},
		{"bits in another order", circuits.New(3).RY(a(0.4), 0).RY(a(1.1), 1).RY(a(2.3), 2).Measure(0, 2).Measure(1, 0).Measure(2, 1)},
		{"some qubits", circuits.New(3).H(0).CX(0, 1).RY(a(1), 2).Measure(2, 0).Measure(1, 3)},
		{"two qubits into one bit", circuits.New(2).RY(a(0.4), 0).RY(a(2.3), 1).Measure(0, 0).Measure(1, 0)},
		{"gates on other qubits after a measurement", circuits.New(2).H(0).Measure(0, 0).RY(a(1), 1).Measure(1, 1)},
		{"reset of an untouched qubit", circuits.New(2).Reset(0).H(0).Reset(1).CX(0, 1).MeasureAll()},
		{"measured twice", circuits.New(1).H(0).Measure(0, 0).Measure(0, 1)},
		{"measured again in another basis", circuits.New(1).H(0).Measure(0, 0).RY(a(1), 0).Measure(0, 1)},
		{"overwritten bit", circuits.New(1).RY(a(1), 0).Measure(0, 0).H(0).Measure(0, 0)},
		{"reset of an entangled qubit", circuits.New(2).RY(a(1), 0).CX(0, 1).Reset(0).Measure(0, 0).Measure(1, 1)},
		{"reset and reuse without bits", circuits.New(2).RY(a(1), 0).CX(0, 1).Reset(0).RX(a(2), 0)},
		{"superdense bit by a reused qubit", circuits.New(2).H(0).CX(0, 1).Z(0).CX(0, 1).H(0).Measure(0, 0).Reset(0).X(0).Measure(0, 1).Measure(1, 2)},
	}
	for i, tt := range tests {
		t.Run(tt.name, func(t *testing.T) { s.checkCounts(t, tt.c, 4000, uint64(i)) })
	}
}

// samplingRandom does the same on random circuits with measurements and resets
// strewn in.
func (s suite) samplingRandom(t *testing.T) {
	rng := source(400)
	for i := range 8 {
		n := 1 + i%3
		c := Random(rng, n, 5, 0, 0)
		for range 3 {
			c.Concat(Random(rng, n, 3, 0, 0))
			if rng.IntN(3) == 0 {
				c.Reset(rng.IntN(n))
			} else {
				c.Measure(rng.IntN(n), rng.IntN(n+1))
			}
		}
		s.checkCounts(t, c, 2000, uint64(i))
	}
}

// checkCounts draws shots and tests them: their number, bits, seeds, and that
// they follow the exact distribution.
func (s suite) checkCounts(t *testing.T, c *circuits.Circuit, shots int, seed uint64) {
	t.Helper()
	p := s.must(t, c)
	draw := func(seed uint64) qsim.Counts {
		t.Helper()
		counts, err := p.Sample(t.Context(), nil, nil, shots, seed)
		if err != nil {
			t.Fatal(err)
		}
		return counts
	}
	counts := draw(seed)
	bits := c.Clbits - c.Hidden
	if c.Clbits == 0 {
		bits = c.Qubits
	}
	if counts.Bits != bits {
		t.Errorf("%d bits, want %d", counts.Bits, bits)
	}
	if again := draw(seed); !maps.Equal(counts.Outcomes, again.Outcomes) {
		t.Errorf("seed %d gives %v and then %v", seed, counts.Outcomes, again.Outcomes)
	}
	want := Distribution(c, nil, nil)
	if other := draw(seed + 1000); len(want) > 3 && maps.Equal(counts.Outcomes, other.Outcomes) {
		t.Errorf("seeds %d and %d give the same %v", seed, seed+1000, counts.Outcomes)
	}
	if err := fit(counts, want, shots); err != "" {
		t.Errorf("%s; counts %v, distribution %v", err, counts.Outcomes, want)
	}
}

// fit is empty when counts of a number of shots can come from the distribution
// want, by Pearson's χ² test at a level of one in a million (normal quantile
// 4.753) with outcomes of fewer than 5 expected counts taken together. The
// critical value is Wilson and Hilferty's, 1931, doi:10.1073/pnas.17.12.684.
func fit(counts qsim.Counts, want map[uint64]float64, shots int) string {
	total := 0
	for outcome, n := range counts.Outcomes {
		if total += n; want[outcome] == 0 {
			return "outcome " + counts.Key(outcome) + " is impossible"
		}
	}
	if total != shots {
		return "the counts do not add up to the shots"
	}
	chi2, cells := 0.0, 0
	restWant, restGot := 0.0, 0.0
	for _, outcome := range slices.Sorted(maps.Keys(want)) {
		expected, got := want[outcome]*float64(shots), float64(counts.Outcomes[outcome])
		if expected < 5 {
			restWant, restGot = restWant+expected, restGot+got
			continue
		}
		chi2, cells = chi2+(got-expected)*(got-expected)/expected, cells+1
	}
	if restWant >= 5 {
		chi2, cells = chi2+(restGot-restWant)*(restGot-restWant)/restWant, cells+1
	}
	if cells < 2 {
		return ""
	}
	df := float64(cells - 1)
	if critical := df * math.Pow(1-2/(9*df)+4.753*math.Sqrt(2/(9*df)), 3); chi2 > critical {
		return "the counts do not follow the distribution"
	}
	return ""
}

// samplingBits pins the order of bits on a basis state: qubits 0 and 3 are 1.
func (s suite) samplingBits(t *testing.T) {
	flip := func() *circuits.Circuit { return circuits.New(4).X(0).X(3) }
	tests := []struct {
		name string
		c    *circuits.Circuit
		key  string
	}{
		{"qubits", flip(), "1001"},
		{"all measured", flip().MeasureAll(), "1001"},
		{"permuted", flip().Measure(0, 1).Measure(1, 0).Measure(3, 2), "110"},
		{"one bit high up", flip().Measure(3, 5), "100000"},
		{"bit 63", flip().Measure(3, 63), "1" + zeros(63)},
		{"bit 64 and bit 0", circuits.New(3).X(0).H(1).CX(1, 2).Measure(0, 64).Measure(0, 0), "1" + zeros(63) + "1"},
		{"bit 199 in the middle", circuits.New(1).X(0).Measure(0, 199).Reset(0).Measure(0, 5).X(0).Measure(0, 100), "1" + zeros(98) + "1" + zeros(100)},
		{"wide and stored", circuits.New(1).X(0).Measure(0, 70).Store(69, circuits.BitIs(70, true)).Store(70, circuits.Always(false)), "01" + zeros(69)},
		{"never written", &circuits.Circuit{Qubits: 1, Clbits: 2}, "00"},
		{"in the middle", circuits.New(1).X(0).Measure(0, 0).Reset(0).Measure(0, 1).X(0).Measure(0, 2), "101"},
		{"no qubits", circuits.New(0), ""},
	}
	for _, tt := range tests {
		counts, err := s.must(t, tt.c).Sample(t.Context(), nil, nil, 10, 1)
		if err != nil {
			t.Fatalf("%s: %v", tt.name, err)
		}
		if got := maps.Collect(counts.All()); len(got) != 1 || got[tt.key] != 10 || counts.Len() != 1 || counts.Bits != len(tt.key) {
			t.Errorf("%s: %v, want 10 times %q", tt.name, got, tt.key)
		}
	}
}

func zeros(n int) string { return strings.Repeat("0", n) }

// samplingWide: bits beyond the 64th change nothing but the width of an outcome.
func (s suite) samplingWide(t *testing.T) {
	for _, middle := range []bool{false, true} {
		circuit := func(bits int) *circuits.Circuit {
			c := circuits.New(3).H(0).CX(0, 1).RY(circuits.Const(1), 2)
			if middle {
				c.Measure(2, 1).RY(circuits.Const(0.4), 2)
			}
			c.Measure(0, 0).Measure(1, 2).Measure(2, bits-1)
			return c
		}
		var got [2]map[string]int
		for i, bits := range []int{4, 90} {
			counts, err := s.must(t, circuit(bits)).Sample(t.Context(), nil, nil, 1000, 7)
			if err != nil {
				t.Fatal(err)
			}
			got[i] = map[string]int{}
			last := ""
			for key, n := range counts.All() {
				if len(key) != bits || key <= last {
					t.Errorf("%q after %q, want ascending keys of %d bits", key, last, bits)
				}
				last = key
				got[i][key[:1]+key[bits-3:]] += n
			}
		}
		if !maps.Equal(got[0], got[1]) || len(got[0]) < 4 {
			t.Errorf("%v of 4 bits, %v of 90", got[0], got[1])
		}
	}
}
