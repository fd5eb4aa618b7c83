package qsim_test

import (
	"errors"
	"math"
	"math/rand/v2"
	"runtime"
	"runtime/debug"
	"slices"
	"strings"
	"testing"

	"github.com/qnn-go/qnn/circuits"
	"github.com/qnn-go/qnn/qsim"
	"github.com/qnn-go/qnn/qsim/simtest"
)

func newState(t *testing.T, n int) *qsim.State {
	t.Helper()
	s, err := qsim.NewState(n)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func TestNewState(t *testing.T) {
	for _, n := range []int{0, 1, 5} {
		s := newState(t, n)
		if a := s.Amplitudes(); s.Qubits() != n || len(a) != 1<<n || a[0] != 1 {
			t.Errorf("%d qubits: state of %d with amplitudes %v", n, s.Qubits(), a)
		}
	}
	if _, err := qsim.NewState(-1); !errors.Is(err, qsim.ErrShape) {
		t.Errorf("−1 qubits: %v", err)
	}
}

// allocated runs f and returns the bytes it allocated.
func allocated(f func()) uint64 {
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	f()
	runtime.ReadMemStats(&after)
	return after.TotalAlloc - before.TotalAlloc
}

// wantMemoryError checks that a call is refused for want of memory, having
// allocated less than the least state that is looked at twice.
func wantMemoryError(t *testing.T, name string, qubits int, need uint64, call func() error) {
	t.Helper()
	var err error
	size := allocated(func() { err = call() })
	var short *qsim.MemoryError
	if !errors.As(err, &short) {
		t.Errorf("%s: %v, want a MemoryError", name, err)
		return
	}
	if short.Qubits != qubits || short.Need != need || short.Available >= need {
		t.Errorf("%s: %+v, want %d qubits that need %d bytes, and less available", name, *short, qubits, need)
	}
	if size >= 1<<20 {
		t.Errorf("%s: allocated %d bytes", name, size)
	}
}

// onAll has a gate on each of n qubits, so that none is idle.
func onAll(n int) *circuits.Circuit {
	c := circuits.New(n)
	for q := range n {
		c.H(q)
	}
	return c
}

// TestMemoryError asks for states no machine has room for: 16·2ⁿ bytes.
func TestMemoryError(t *testing.T) {
	needs := map[int]uint64{40: 1 << 44, 44: 1 << 48, 59: 1 << 63, 60: math.MaxUint64, 1000: math.MaxUint64}
	for n, need := range needs {
		wantMemoryError(t, "NewState", n, need, func() error { _, err := qsim.NewState(n); return err })
		c := onAll(n)
		p, err := qsim.Compile(c, qsim.Options{Observables: []circuits.PauliSum{circuits.PauliZ(n - 1)}})
		if n >= 60 {
			wantMemoryError(t, "Compile", n, need, func() error { _, err := qsim.Compile(c, qsim.Options{}); return err })
			continue
		}
		if err != nil {
			t.Fatal(err)
		}
		ctx, batch := t.Context(), [][]float64{nil, nil}
		wantMemoryError(t, "Expect", n, need, func() error { return p.Expect(ctx, make([]float64, 2), nil, batch) })
		wantMemoryError(t, "Probabilities", n, need, func() error { _, err := p.Probabilities(ctx, nil, nil); return err })
		wantMemoryError(t, "Sample", n, need, func() error { _, err := p.Sample(ctx, nil, nil, 1, 0); return err })
		twice := 2 * need
		if twice < need {
			twice = math.MaxUint64
		}
		wantMemoryError(t, "ParameterShift", n, twice, func() error {
			return p.Gradient(ctx, qsim.ParameterShift, nil, nil, nil, batch, square)
		})
	}
	_, err := qsim.NewState(60)
	if want := "60 qubits need more than 16 EiB; this machine has "; err == nil || !strings.HasPrefix(err.Error(), want) {
		t.Errorf("message %q, want %q and a remedy", err, want)
	}
}

// TestMemoryLimit leaves room for one state of 22 qubits, 64 MiB, and then for
// two; the adjoint method needs two.
func TestMemoryLimit(t *testing.T) {
	const n, size = 22, 64 << 20
	c := onAll(n - 1)
	c.Qubits = n
	p := compile(t, c.RX(circuits.Weight(0), n-1), circuits.PauliZ(n-1))
	weights, dw, batch := []float64{0.3}, make([]float64, 1), [][]float64{nil}
	gradient := func() error {
		return p.Gradient(t.Context(), qsim.Adjoint, dw, nil, weights, batch, func(_ int, _, c []float64) { c[0] = 1 })
	}
	room := func(bytes int64) { // beside what is in use, states in pools included
		var m runtime.MemStats
		runtime.ReadMemStats(&m)
		debug.SetMemoryLimit(int64(m.HeapInuse) + bytes)
	}
	old := debug.SetMemoryLimit(-1)
	defer debug.SetMemoryLimit(old)

	runtime.GC() // twice, to empty the pools of other tests
	runtime.GC()
	room(size / 2)
	wantMemoryError(t, "NewState", n, size, func() error { _, err := qsim.NewState(n); return err })
	room(size + size/2)
	wantMemoryError(t, "adjoint", n, 2*size, gradient)
	if err := p.Expect(t.Context(), make([]float64, 1), weights, batch); err != nil {
		t.Errorf("expect in one state: %v", err)
	}
	if raceEnabled { // the detector makes sync.Pool drop some of what it is given
		room(3 * size)
	} else {
		room(size + size/2) // the state of Expect serves as the first of the two
	}
	for range 3 { // and both serve the following calls
		dw[0] = 0
		if err := gradient(); err != nil {
			t.Fatalf("adjoint in two states: %v", err)
		}
		if want := -math.Sin(0.3); math.Abs(dw[0]-want) > 1e-12 {
			t.Errorf("gradient %v, want %v", dw[0], want)
		}
		if raceEnabled {
			break
		}
		room(size / 2)
	}
}

func TestStateExpectAndProbabilities(t *testing.T) {
	rng := rand.New(rand.NewPCG(11, 0))
	for _, n := range []int{0, 1, 4, 14} { // 14 qubits: several pieces in parallel
		p := compile(t, layered(n, 1))
		s := newState(t, n)
		if err := p.Run(t.Context(), s, simtest.RandomVector(rng, p.Weights()), simtest.RandomVector(rng, n)); err != nil {
			t.Fatal(err)
		}
		probabilities := make([]float64, 1<<n)
		if err := s.Probabilities(probabilities); err != nil {
			t.Fatal(err)
		}
		for q := range n {
			want := 0.0
			for x, v := range probabilities {
				want += v * float64(1-2*(x>>q&1))
			}
			if got, err := s.Expect(circuits.PauliZ(q)); err != nil || !(math.Abs(got-want) < 1e-12) {
				t.Errorf("n=%d: ⟨Z%d⟩ = %v (%v), from probabilities %v", n, q, got, err, want)
			}
		}
		if got, err := s.Expect(circuits.PauliSum{{Coef: 2}}); err != nil || !(math.Abs(got-2) < 1e-12) {
			t.Errorf("n=%d: ⟨2⟩ = %v (%v)", n, got, err)
		}
	}
}

func TestStateRefusals(t *testing.T) {
	s := newState(t, 2)
	if err := s.Probabilities(make([]float64, 3)); !errors.Is(err, qsim.ErrShape) {
		t.Errorf("probabilities into a short slice: %v", err)
	}
	if _, err := s.Expect(circuits.PauliZ(2)); !errors.Is(err, circuits.ErrRange) {
		t.Errorf("observable on qubit 2 of 2: %v", err)
	}
}

// TestSampleRounding draws from states whose running sums of probabilities are
// rounded, followed by impossible outcomes, and that are not normalised.
func TestSampleRounding(t *testing.T) {
	for _, scale := range []float64{1, 1e-150, 1e150, 0.1} {
		s := newState(t, 13)
		a := s.Amplitudes()
		clear(a)
		const possible = 3001
		for x := 2; x < possible; x += 3 {
			a[x] = complex(scale/math.Sqrt(1000), 0)
		}
		const shots = 100_000
		draws := s.Sample(shots, 5)
		if len(draws) != shots {
			t.Fatalf("%d draws, want %d", len(draws), shots)
		}
		mean := 0.0
		for _, x := range draws {
			if a[x] == 0 {
				t.Fatalf("scale %v: drew the impossible outcome %d", scale, x)
			}
			mean += float64(x) / shots
		}
		// Uniform over 2, 5, …, 2999: mean 1500.5, deviation 3·√(1000²/12) = 866.
		if d := math.Abs(mean - 1500.5); d > 5*866/math.Sqrt(shots) {
			t.Errorf("scale %v: mean of the draws %v, want 1500.5 to five deviations", scale, mean)
		}
	}
}

func TestSampleSeeds(t *testing.T) {
	s := newState(t, 6)
	for x := range s.Amplitudes() {
		s.Amplitudes()[x] = 0.125
	}
	a, b, c := s.Sample(50, 1), s.Sample(50, 1), s.Sample(50, 2)
	if !slices.Equal(a, b) || slices.Equal(a, c) {
		t.Errorf("seeds 1, 1, 2 give %v, %v, %v", a, b, c)
	}
	if slices.IsSorted(a) {
		t.Errorf("draws in ascending order are not in the order of shots: %v", a)
	}
	for _, shots := range []int{0, -1} {
		if got := s.Sample(shots, 1); len(got) != 0 {
			t.Errorf("%d shots: %v", shots, got)
		}
	}
}

func TestCounts(t *testing.T) {
	c := qsim.Counts{Bits: 5, Outcomes: map[uint64]int{6: 1, 1: 2, 31: 3, 0: 4}}
	want := []string{"00000", "00001", "00110", "11111"}
	for i, outcome := range c.Sorted() {
		if got := c.Key(outcome); got != want[i] {
			t.Errorf("key %d is %s, want %s", i, got, want[i])
		}
	}
	if got := (qsim.Counts{Bits: 64}).Key(1 << 63); got != "1"+strings.Repeat("0", 63) {
		t.Errorf("key of bit 63: %s", got)
	}
	if got := (qsim.Counts{}).Sorted(); len(got) != 0 {
		t.Errorf("outcomes of nothing: %v", got)
	}
}

func TestBytes(t *testing.T) {
	for n, want := range map[uint64]string{
		0: "0 B", 1023: "1023 B", 1024: "1 KiB", 1536: "1.5 KiB", 999 << 10: "999 KiB", 1023 << 10: "0.999 MiB", 1 << 20: "1 MiB", 1<<20 - 1: "1 MiB",
		3 << 29: "1.5 GiB", 1 << 34: "16 GiB", 1 << 44: "16 TiB", 1 << 63: "8 EiB", math.MaxUint64: "16 EiB",
	} {
		if got := qsim.Bytes(n); got != want {
			t.Errorf("Bytes(%d) = %q, want %q", n, got, want)
		}
	}
}
