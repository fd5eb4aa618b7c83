package kernel

import (
	"math"
	"math/cmplx"
	"math/rand/v2"
	"os"
	"slices"
	"strings"
	"testing"
)

// close12 is the agreement asked of two implementations: 1e-12 of numbers that
// are sums of at most 2¹⁰ terms of order 1; closeSingle is that in single precision, where
// pure Go rounds once and assembly in every operation of at most 16.
const (
	close12     = 1e-12
	closeSingle = 1e-5
)

func near[A Amplitude](a, b []A) bool {
	tolerance := close12
	if isSingle[A]() {
		tolerance = closeSingle
	}
	return slices.EqualFunc(a, b, func(x, y A) bool {
		return cmplx.Abs(complex128(x)-complex128(y)) <= tolerance*(1+cmplx.Abs(complex128(y)))
	})
}

// gate is a kernel that changes a, with any matrix m on its targets.
type gate[A Amplitude] struct {
	name     string
	targets  int
	controls int // at most
	run      func(a []A, p *Place, m []complex128, lo, hi int)
}

func kernels[A Amplitude]() []gate[A] {
	return []gate[A]{
		{"Scale", 0, 3, func(a []A, p *Place, m []complex128, lo, hi int) { Scale(a, p, m[0], lo, hi) }},
		{"Diagonal", 1, 2, func(a []A, p *Place, m []complex128, lo, hi int) { Diagonal(a, p, m[0], m[3], lo, hi) }},
		{"Flip", 1, 2, func(a []A, p *Place, _ []complex128, lo, hi int) { Flip(a, p, lo, hi) }},
		{"Swap", 2, 1, func(a []A, p *Place, _ []complex128, lo, hi int) { Swap(a, p, lo, hi) }},
		{"Dense/1", 1, 2, Dense[A]},
		{"Dense/1/real", 1, 2, func(a []A, p *Place, m []complex128, lo, hi int) {
			Dense(a, p, []complex128{complex(real(m[0]), 0), complex(real(m[1]), 0), complex(real(m[2]), 0), complex(real(m[3]), 0)}, lo, hi)
		}},
		{"Dense/2", 2, 1, Dense[A]},
		{"Dense/3", 3, 0, Dense[A]},
	}
}

// stretches are the whole range, two pieces that meet at an odd number, and a
// piece with odd ends.
func stretches(rng *rand.Rand, groups int) [][2]int {
	cut := min(rng.IntN(groups)|1, groups)
	lo := min(rng.IntN(groups)|1, groups)
	hi := lo + rng.IntN(groups-lo+1)
	return [][2]int{{0, groups}, {0, cut}, {cut, groups}, {lo, hi}}
}

// TestVectors compares every set of this machine with pure Go, on every target
// and control: the amplitudes of the state, and guard bands on both sides.
func TestVectors(t *testing.T) {
	if testing.Short() {
		t.Skip("slow; the whole form of the tests runs it")
	}
	t.Run("double", compareAll[complex128])
	t.Run("single", compareAll[complex64])
}

func compareAll[A Amplitude](t *testing.T) {
	for impl, v := range sets() {
		if v == nil {
			continue
		}
		for _, tt := range kernels[A]() {
			t.Run(impl+"/"+tt.name, func(t *testing.T) {
				rng := rand.New(rand.NewPCG(5, uint64(len(tt.name))))
				for n := max(1, tt.targets); n <= 10; n++ {
					choices(n, tt.targets, tt.controls, func(targets, controls []int) { tt.compare(t, rng, v, n, targets, controls) })
				}
			})
		}
	}
}

// compare runs the gate with v and with pure Go on the same stretches.
func (tt gate[A]) compare(t *testing.T, rng *rand.Rand, v *vectors, n int, targets, controls []int) {
	t.Helper()
	fast, slow := newPlace[A](v, targets, controls), newPlace[A](nil, targets, controls)
	m := random(rng, 1<<(2*len(targets)))
	a := make([]A, 1<<n)
	for i := range a {
		a[i] = A(complex(rng.NormFloat64(), rng.NormFloat64()))
	}
	for _, s := range stretches(rng, fast.Groups(len(a))) {
		want := slices.Clone(a)
		tt.run(want, &slow, m, s[0], s[1])
		for _, p := range []*Place{&fast, fast.large()} {
			got, intact := guarded(a)
			tt.run(got, p, m, s[0], s[1])
			if !near(got, want) || !intact() {
				t.Fatalf("n=%d targets %v controls %v groups %v from %d: differs from pure Go (bands intact: %v)\n got %v\nwant %v",
					n, targets, controls, s, p.farFrom, intact(), got, want)
			}
		}
	}
}

// large is p for states of any size as if memory held them.
func (p Place) large() *Place {
	p.farFrom = 0
	return &p
}

func TestVectorsInner(t *testing.T) {
	for impl, v := range sets() {
		if v == nil {
			continue
		}
		t.Run(impl, func(t *testing.T) {
			rng := rand.New(rand.NewPCG(6, 0))
			for targets := range 4 {
				for n := max(1, targets); n <= 9-targets/2; n++ {
					choices(n, targets, max(2-targets, 0), func(targets, controls []int) { compareInner(t, rng, v, n, targets, controls) })
				}
			}
		})
	}
}

func compareInner(t *testing.T, rng *rand.Rand, v *vectors, n int, targets, controls []int) {
	t.Helper()
	fast, slow := newPlace[complex128](v, targets, controls), newPlace[complex128](nil, targets, controls)
	l, a, m := random(rng, 1<<n), random(rng, 1<<n), random(rng, 1<<(2*len(targets)))
	for _, s := range stretches(rng, fast.Groups(len(a))) {
		want := Inner(l, a, &slow, m, s[0], s[1])
		for _, p := range []*Place{&fast, fast.large()} {
			if got := Inner(l, a, p, m, s[0], s[1]); !(cmplx.Abs(got-want) <= 16*close12*float64(len(a))) {
				t.Fatalf("n=%d targets %v controls %v groups %v: %v, pure Go %v", n, targets, controls, s, got, want)
			}
		}
	}
}

// TestVectorsSums compares the kernels without a place, on random Pauli strings.
func TestVectorsSums(t *testing.T) {
	for impl, v := range sets() {
		if v == nil {
			continue
		}
		t.Run(impl, func(t *testing.T) {
			rng := rand.New(rand.NewPCG(7, 0))
			for n := 1; n <= 10; n++ {
				for range 200 {
					compareSums(t, rng, v, n)
				}
			}
		})
	}
}

func compareSums(t *testing.T, rng *rand.Rand, v *vectors, n int) {
	t.Helper()
	p, _ := pauliOf(rng.IntN(1<<(2*n)), n)
	if rng.IntN(2) == 0 {
		p = Pauli{Z: p.Z, Phase: 1}
	}
	a, before, coef := random(rng, 1<<n), random(rng, 1<<n), rng.NormFloat64()
	for _, s := range stretches(rng, len(a)) {
		lo, hi := s[0], s[1]
		scale := close12 * float64(len(a))
		if got, want := expect(v, a, p, lo, hi), expect(nil, a, p, lo, hi); !(math.Abs(got-want) <= scale) {
			t.Fatalf("n=%d %+v rows %v: expectation %v, pure Go %v", n, p, s, got, want)
		}
		if got, want := norm2(v, a, lo, hi), norm2(nil, a, lo, hi); !(math.Abs(got-want) <= scale) {
			t.Fatalf("n=%d rows %v: norm %v, pure Go %v", n, s, got, want)
		}
		want := slices.Clone(before)
		got, intact := guarded(before)
		addPauli(v, got, a, p, coef, lo, hi)
		addPauli(nil, want, a, p, coef, lo, hi)
		if !near(got, want) || !intact() {
			t.Fatalf("n=%d %+v rows %v: sum differs from pure Go", n, p, s)
		}
		squares, wantSquares := make([]float64, len(a)+2*guard), make([]float64, len(a)+2*guard)
		probabilities(v, squares[guard:guard+len(a)], a, lo, hi)
		probabilities(nil, wantSquares[guard:guard+len(a)], a, lo, hi)
		if !slices.EqualFunc(squares, wantSquares, func(x, y float64) bool { return math.Abs(x-y) <= close12*(1+y) }) {
			t.Fatalf("n=%d rows %v: probabilities differ from pure Go", n, s)
		}
	}
}

// TestPieces asks for equal bits when a state is cut at multiples of 16 groups, as
// threads cut it.
func TestPieces(t *testing.T) {
	t.Run("double", cutAll[complex128])
	t.Run("single", cutAll[complex64])
}

func cutAll[A Amplitude](t *testing.T) {
	const n = 9
	for impl, v := range sets() {
		for _, tt := range kernels[A]() {
			rng := rand.New(rand.NewPCG(8, 0))
			choices(n, tt.targets, 1, func(targets, controls []int) {
				p := newPlace[A](v, targets, controls)
				m, a := random(rng, 1<<(2*len(targets))), make([]A, 1<<n)
				for i, x := range random(rng, 1<<n) {
					a[i] = A(x)
				}
				groups := p.Groups(len(a))
				whole, cut := slices.Clone(a), slices.Clone(a)
				tt.run(whole, &p, m, 0, groups)
				tt.run(cut, &p, m, 0, 16)
				tt.run(cut, &p, m, 16, groups)
				if !slices.Equal(whole, cut) {
					t.Fatalf("%s %s targets %v controls %v: pieces differ from the whole", impl, tt.name, targets, controls)
				}
			})
		}
	}
}

// TestLong has more steps than one call of assembly does, near and far.
func TestLong(t *testing.T) {
	if testing.Short() {
		t.Skip("slow; the whole form of the tests runs it")
	}
	t.Run("double", long[complex128])
	t.Run("single", long[complex64])
}

func long[A Amplitude](t *testing.T) {
	const n = 16
	for impl, v := range sets() {
		rng := rand.New(rand.NewPCG(9, 0))
		for _, tt := range kernels[A]() {
			t.Run(impl+"/"+tt.name, func(t *testing.T) {
				tt.compare(t, rng, v, n, []int{1, 13, 14}[:tt.targets], nil)
				tt.compare(t, rng, v, n, []int{7, 4, 12}[:tt.targets], []int{5, 10, 15}[:tt.controls])
			})
		}
	}
}

// TestBeyond panics rather than write outside a state too short for the groups.
func TestBeyond(t *testing.T) {
	for impl, v := range sets() {
		func() {
			defer func() {
				if recover() == nil {
					t.Errorf("%s: no panic", impl)
				}
			}()
			p := newPlace[complex128](v, []int{3}, nil)
			Flip(make([]complex128, 32), &p, 0, 32)
		}()
	}
}

func TestChoose(t *testing.T) {
	a, b := &vectors{name: "avx512"}, &vectors{name: "avx2"}
	for _, tt := range []struct {
		name string
		sets []*vectors
		want *vectors
		err  string
	}{
		{"", []*vectors{a, b}, a, ""},
		{"", nil, nil, ""},
		{"avx2", []*vectors{a, b}, b, ""},
		{"avx512", []*vectors{a, b}, a, ""},
		{"generic", []*vectors{a, b}, nil, ""},
		{"avx512", []*vectors{b}, b, "QNN_CPU=avx512: not available in this build on this processor; unset it or use one of: avx2, generic"},
		{"sse", nil, nil, "QNN_CPU=sse: not available in this build on this processor; unset it or use one of: generic"},
	} {
		got, err := choose(tt.name, tt.sets)
		if got != tt.want || (err == nil) != (tt.err == "") || err != nil && err.Error() != tt.err {
			t.Errorf("choose(%q, %d sets) = %v, %v; want %v, %q", tt.name, len(tt.sets), got, err, tt.want, tt.err)
		}
	}
}

// TestCPU asks that what QNN_CPU forces is what runs.
func TestCPU(t *testing.T) {
	name, err := CPU()
	if forced := os.Getenv("QNN_CPU"); forced != "" && err == nil && name != forced {
		t.Errorf("QNN_CPU=%s, but %s runs", forced, name)
	}
	if err != nil && !strings.Contains(err.Error(), "QNN_CPU") {
		t.Error(err)
	}
	if _, ok := sets()[name]; !ok {
		t.Errorf("%q is not a set of this machine", name)
	}
}

// FuzzGates applies any gate anywhere to any stretch.
func FuzzGates(f *testing.F) {
	f.Add(uint64(1), uint8(5), uint8(6), uint16(3), uint16(17))
	f.Add(uint64(2), uint8(8), uint8(3), uint16(0), uint16(255))
	f.Add(uint64(3), uint8(9), uint8(8), uint16(1), uint16(2))
	f.Fuzz(func(t *testing.T, seed uint64, kind, qubits uint8, lo, hi uint16) {
		tt := kernels[complex128]()[int(kind)%len(kernels[complex128]())]
		n := max(1, tt.targets) + int(qubits)%10
		rng := rand.New(rand.NewPCG(seed, 0))
		order := rng.Perm(n)
		targets := order[:tt.targets]
		controls := order[tt.targets:][:rng.IntN(n-tt.targets+1)]
		m, a := random(rng, 1<<(2*tt.targets)), random(rng, 1<<n)
		slow := newPlace[complex128](nil, targets, controls)
		groups := slow.Groups(len(a))
		from := int(lo) % (groups + 1)
		to := from + int(hi)%(groups-from+1)
		want := slices.Clone(a)
		tt.run(want, &slow, m, from, to)
		for impl, v := range sets() {
			fast := newPlace[complex128](v, targets, controls)
			got, intact := guarded(a)
			tt.run(got, &fast, m, from, to)
			if !near(got, want) || !intact() {
				t.Fatalf("%s %s n=%d targets %v controls %v groups %d…%d: differs from pure Go", impl, tt.name, n, targets, controls, from, to)
			}
		}
	})
}
