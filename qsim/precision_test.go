package qsim_test

import (
	"errors"
	"fmt"
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

// singleTolerance is for amplitudes of up to some hundred gates in float32, whose
// roundings are 6e-8 each.
const singleTolerance = 2e-5

// compileBoth compiles c in single and in double precision.
func compileBoth(t *testing.T, c *circuits.Circuit, o ...circuits.PauliSum) (single, double *qsim.Program) {
	t.Helper()
	single, err := qsim.Compile(c, qsim.Options{Observables: o, Precision: qsim.Single})
	if err != nil {
		t.Fatal(err)
	}
	return single, compile(t, c, o...)
}

func runSingle(t *testing.T, p *qsim.Program, weights, features []float64) *qsim.State {
	t.Helper()
	s, err := qsim.Single.NewState(p.Qubits())
	if err != nil {
		t.Fatal(err)
	}
	if err := p.Run(t.Context(), s, weights, features); err != nil {
		t.Fatal(err)
	}
	return s
}

// TestSingle holds single precision to double: every gate of the table on 1 to 11
// qubits, so gate by gate and by plan, in amplitudes, probabilities, expectation
// values, gradients and samples.
func TestSingle(t *testing.T) {
	for seed := range uint64(60) {
		rng := rand.New(rand.NewPCG(seed, 64))
		n := 1 + int(seed)%11
		c := simtest.Random(rng, n, 60, 5, 3)
		o := simtest.RandomObservable(rng, n, 3)
		single, double := compileBoth(t, c, o)
		weights, x := simtest.RandomVector(rng, double.Weights()), simtest.RandomVector(rng, double.Features())
		want := newState(t, n)
		if err := double.Run(t.Context(), want, weights, x); err != nil {
			t.Fatal(err)
		}
		got := runSingle(t, single, weights, x)
		for i, a := range got.Amplitudes() {
			if !(cmplx.Abs(a-want.Amplitudes()[i]) <= singleTolerance) || complex64(a) != got.Single()[i] {
				t.Fatalf("seed %d, %d qubits: amplitude %d is %v, in double precision %v", seed, n, i, a, want.Amplitudes()[i])
			}
		}
		for _, m := range []qsim.Method{qsim.Adjoint, qsim.ParameterShift} {
			compareResults(t, fmt.Sprintf("seed %d, %d qubits, %v", seed, n, m), m, single, double, weights, x)
		}
	}
}

func compareResults(t *testing.T, name string, m qsim.Method, single, double *qsim.Program, weights, x []float64) {
	t.Helper()
	got, err := evaluate(t.Context(), single, m, weights, [][]float64{x})
	if err != nil {
		t.Fatal(err)
	}
	want, err := evaluate(t.Context(), double, m, weights, [][]float64{x})
	if err != nil {
		t.Fatal(err)
	}
	values := slices.Concat(want.expect, want.dw, want.dx[0])
	scale := 1.0 // coefficients, scaled weights and their repetition
	for _, v := range values {
		scale = max(scale, math.Abs(v))
	}
	for i, v := range slices.Concat(got.expect, got.dw, got.dx[0]) {
		if !(math.Abs(v-values[i]) <= 5*singleTolerance*scale) {
			t.Fatalf("%s: value %d is %v, in double precision %v", name, i, v, values[i])
		}
	}
}

// TestSingleManyRotations lets rotations without phases between them pile up
// beyond what a float32 could hold if their cosines were left out for long.
func TestSingleManyRotations(t *testing.T) {
	const n, layers = 10, 60
	c := circuits.New(n)
	for range layers {
		for q := range n {
			c.RY(circuits.Weight(0), q)
		}
		for q := range n - 1 {
			c.CX(q, q+1)
		}
	}
	single, double := compileBoth(t, c, circuits.PauliZ(0))
	compareResults(t, "rotations", qsim.Adjoint, single, double, []float64{math.Pi / 2}, nil)
}

// TestSingleThreads gives the same bytes for any number of threads.
func TestSingleThreads(t *testing.T) {
	p, _ := compileBoth(t, layered(16, 2), circuits.PauliZ(0), circuits.PauliZ(15))
	rng := rand.New(rand.NewPCG(65, 0))
	weights, x := simtest.RandomVector(rng, p.Weights()), simtest.RandomVector(rng, p.Features())
	var states [2][]complex64
	var values [2]results
	for i := range states {
		old := runtime.GOMAXPROCS(i + 1)
		states[i] = runSingle(t, p, weights, x).Single()
		var err error
		values[i], err = evaluate(t.Context(), p, qsim.Adjoint, weights, [][]float64{x})
		runtime.GOMAXPROCS(old)
		if err != nil {
			t.Fatal(err)
		}
	}
	if !slices.Equal(states[0], states[1]) {
		t.Error("amplitudes depend on the number of threads")
	}
	if !slices.Equal(values[0].expect, values[1].expect) || !slices.Equal(values[0].dw, values[1].dw) {
		t.Error("expectation values or gradients depend on the number of threads")
	}
}

// TestSingleMemory: a state in single precision takes half the memory, and a program
// refuses states in the other precision.
func TestSingleMemory(t *testing.T) {
	wantMemoryError(t, "Single.NewState", 44, 1<<47, func() error { _, err := qsim.Single.NewState(44); return err })
	single, double := compileBoth(t, circuits.New(1).H(0))
	if err := single.Run(t.Context(), newState(t, 1), nil, nil); !errors.Is(err, qsim.ErrShape) {
		t.Errorf("single on double: %v", err)
	}
	s := runSingle(t, single, nil, nil)
	if err := double.Run(t.Context(), s, nil, nil); !errors.Is(err, qsim.ErrShape) {
		t.Errorf("double on single: %v", err)
	}
	if s.Precision() != qsim.Single || single.Precision() != qsim.Single || newState(t, 1).Single() != nil {
		t.Error("precision of the state or the program")
	}
	for _, name := range qsim.PrecisionNames() {
		if p, err := qsim.ParsePrecision(name); err != nil || p.String() != name {
			t.Errorf("%s: %v, %v", name, p, err)
		}
	}
	if _, err := qsim.ParsePrecision("half"); err == nil {
		t.Error("half precision is accepted")
	}
}
