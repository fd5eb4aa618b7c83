package qsim_test

import (
	"context"
	"errors"
	"fmt"
	"log"
	"math"
	"math/cmplx"
	"math/rand/v2"
	"runtime"
	"slices"
	"testing"

	"github.com/qnn-go/qnn/circuits"
	"github.com/qnn-go/qnn/qsim"
	"github.com/qnn-go/qnn/qsim/simtest"
)

// TestStates holds several states at once to the dense oracle, from 8 qubits on, where that
// takes long, to runs of one state in double precision, whatever they held before, in
// every way that they are run.
func TestStates(t *testing.T) {
	for _, precision := range []qsim.Precision{qsim.Double, qsim.Single} {
		for _, n := range []int{1, 2, 4, 7, 8, 10, 11, 14} {
			t.Run(fmt.Sprintf("%v/%d", precision, n), func(t *testing.T) {
				rng := rand.New(rand.NewPCG(uint64(n), 41))
				c := uploading(n)
				if n > 1 {
					c.X(0).SWAP(0, n-1).CX(n-1, 0)
				}
				p, err := qsim.Compile(c, qsim.Options{Precision: precision})
				if err != nil {
					t.Fatal(err)
				}
				weights, samples := simtest.RandomVector(rng, p.Weights()), vectors(rng, 11, n)
				states, err := p.NewStates(len(samples))
				if err != nil {
					t.Fatal(err)
				}
				for _, first := range []int{5, 0} { // the second time over what the first has left
					if err := p.States(t.Context(), states[first:], weights, samples[first:]); err != nil {
						t.Fatal(err)
					}
				}
				tolerance := 1e-12
				if precision == qsim.Single {
					tolerance = 2e-5
				}
				for i, s := range states {
					if i%5 == 0 {
						checkState(t, i, s, amplitudes(t, c, weights, samples[i]), tolerance)
					}
				}
			})
		}
	}
}

// amplitudes are those of a small circuit from the oracle, else of one run.
func amplitudes(t *testing.T, c *circuits.Circuit, weights, features []float64) []complex128 {
	t.Helper()
	if c.Qubits < 8 {
		return simtest.Amplitudes(c, weights, features)
	}
	s := newState(t, c.Qubits)
	if err := compile(t, c).Run(t.Context(), s, weights, features); err != nil {
		t.Fatal(err)
	}
	return s.Amplitudes()
}

func checkState(t *testing.T, i int, s *qsim.State, want []complex128, tolerance float64) {
	t.Helper()
	for x, a := range s.Amplitudes() {
		if !(cmplx.Abs(a-want[x]) <= tolerance) {
			t.Fatalf("sample %d: amplitude %d is %v, oracle %v", i, x, a, want[x])
		}
	}
}

// TestStatesOfAllQubits: states that have idle qubits may stand among those that do not.
func TestStatesOfAllQubits(t *testing.T) {
	c := circuits.New(5).RX(circuits.Feature(0), 1).CX(1, 3)
	p, err := qsim.Compile(c, qsim.Options{})
	if err != nil {
		t.Fatal(err)
	}
	states, samples := []*qsim.State{newState(t, 5), nil}, [][]float64{{0.3}, {0.7}}
	if states[1], err = p.NewState(); err != nil {
		t.Fatal(err)
	}
	if err := p.States(t.Context(), states, nil, samples); err != nil {
		t.Fatal(err)
	}
	checkState(t, 0, states[0], simtest.Amplitudes(c, nil, samples[0]), 1e-12)
	got, err := states[0].Inner(states[1])
	if want := math.Cos(0.2); err != nil || cmplx.Abs(got-complex(want, 0)) > 1e-15 {
		t.Errorf("⟨s|t⟩ = %v, want %v, error %v", got, want, err)
	}
}

// TestStatesSameBytes: a sample's state depends neither on those beside it nor on the
// number of processors.
func TestStatesSameBytes(t *testing.T) {
	for _, n := range []int{3, 10, 12} {
		rng := rand.New(rand.NewPCG(uint64(n), 42))
		p := compile(t, uploading(n))
		weights, samples := simtest.RandomVector(rng, p.Weights()), vectors(rng, 40, n)
		run := func(threads, from int) [][]complex128 {
			defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(threads))
			states, err := p.NewStates(len(samples) - from)
			if err == nil {
				err = p.States(t.Context(), states, weights, samples[from:])
			}
			if err != nil {
				t.Fatal(err)
			}
			var out [][]complex128
			for _, s := range states {
				out = append(out, s.Amplitudes())
			}
			return out
		}
		want := run(1, 0)
		for _, from := range []int{0, 1, 39} {
			for i, got := range run(3, from) {
				if !slices.Equal(got, want[from+i]) {
					t.Fatalf("%d qubits: sample %d differs among those from %d on", n, from+i, from)
				}
			}
		}
	}
}

func TestStatesRefusals(t *testing.T) {
	p := compile(t, uploading(3))
	weights := make([]float64, p.Weights())
	states, err := p.NewStates(2)
	if err != nil {
		t.Fatal(err)
	}
	measured := compile(t, circuits.New(1).Measure(0, 0).X(0))
	ended, cancel := context.WithCancel(t.Context())
	cancel()
	for name, tt := range map[string]struct{ got, want error }{
		"fewer samples": {p.States(t.Context(), states, weights, vectors(rand.New(rand.NewPCG(1, 1)), 1, 3)), qsim.ErrShape},
		"few features":  {p.States(t.Context(), states, weights, [][]float64{{1, 2, 3}, {1}}), qsim.ErrShape},
		"not finite":    {p.States(t.Context(), states, weights, [][]float64{{1, 2, 3}, {1, math.NaN(), 3}}), qsim.ErrNotFinite},
		"dynamic":       {measured.States(t.Context(), nil, nil, nil), qsim.ErrNotUnitary},
		"ended":         {p.States(ended, states, weights, [][]float64{{1, 2, 3}, {1, 2, 3}}), context.Canceled},
	} {
		if !errors.Is(tt.got, tt.want) {
			t.Errorf("%s: error %v, want %v", name, tt.got, tt.want)
		}
	}
	if _, err := p.NewStates(-1); !errors.Is(err, qsim.ErrShape) {
		t.Errorf("−1 states: error %v", err)
	}
	large := compile(t, onAll(20))
	wantMemoryError(t, "NewStates", 20, 1<<44, func() error { _, err := large.NewStates(1 << 20); return err })
}

// TestInner holds inner products to plain sums, also after runs that leave states in other
// places, and of states of different qubits.
func TestInner(t *testing.T) {
	for _, n := range []int{1, 5, 12, 15} {
		rng := rand.New(rand.NewPCG(uint64(n), 43))
		p := compile(t, uploading(n))
		var s [2]*qsim.State
		for i := range s {
			s[i] = newState(t, n)
			if err := p.Run(t.Context(), s[i], simtest.RandomVector(rng, p.Weights()), simtest.RandomVector(rng, n)); err != nil {
				t.Fatal(err)
			}
		}
		got, err := s[0].Inner(s[1])
		want := complex128(0)
		for x, a := range s[0].Amplitudes() {
			want += cmplx.Conj(a) * s[1].Amplitudes()[x]
		}
		if err != nil || cmplx.Abs(got-want) > 1e-13 {
			t.Errorf("%d qubits: %v, want %v, error %v", n, got, want, err)
		}
	}
	single, err := qsim.Single.NewState(2)
	if err != nil {
		t.Fatal(err)
	}
	for _, other := range []*qsim.State{newState(t, 3), single} {
		if _, err := newState(t, 2).Inner(other); !errors.Is(err, qsim.ErrShape) {
			t.Errorf("error %v", err)
		}
	}
}

// TestInnerOfDifferentQubits: an idle qubit is |0⟩.
func TestInnerOfDifferentQubits(t *testing.T) {
	run := func(c *circuits.Circuit) *qsim.State {
		p := compile(t, c)
		s, err := p.NewState()
		if err == nil {
			err = p.Run(t.Context(), s, nil, nil)
		}
		if err != nil {
			t.Fatal(err)
		}
		return s
	}
	angle := circuits.Const(0.8)
	a, b := circuits.New(4).RX(angle, 0).RY(angle, 2).CX(2, 0), circuits.New(4).H(3).RZ(angle, 2).RX(angle, 2)
	got, err := run(a).Inner(run(b))
	want, right := complex128(0), simtest.Amplitudes(b, nil, nil)
	for x, v := range simtest.Amplitudes(a, nil, nil) {
		want += cmplx.Conj(v) * right[x]
	}
	if err != nil || cmplx.Abs(got-want) > 1e-15 {
		t.Errorf("%v, want %v, error %v", got, want, err)
	}
}

// The kernel matrix |⟨ψ(xᵢ)|ψ(xₖ)⟩|² of a feature map: one run a sample, one inner product a
// pair.
func ExampleProgram_States() {
	c := circuits.New(2)
	for q := range 2 {
		c.H(q).RZ(circuits.Feature(q), q)
	}
	p, err := qsim.Compile(c, qsim.Options{})
	if err != nil {
		log.Fatal(err)
	}
	samples := [][]float64{{0, 0}, {math.Pi / 2, 0}, {math.Pi, math.Pi / 2}}
	states, err := p.NewStates(len(samples))
	if err != nil {
		log.Fatal(err)
	}
	if err := p.States(context.Background(), states, nil, samples); err != nil {
		log.Fatal(err)
	}
	for i := range states {
		for k := range i {
			overlap, err := states[i].Inner(states[k])
			if err != nil {
				log.Fatal(err)
			}
			fmt.Printf("k(%d,%d) = %.2f\n", i, k, math.Pow(cmplx.Abs(overlap), 2))
		}
	}
	// Output:
	// k(1,0) = 0.50
	// k(2,0) = 0.00
	// k(2,1) = 0.25
}
