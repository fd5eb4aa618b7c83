package reference_test

import (
	"errors"
	"math"
	"math/cmplx"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/qnn-go/qnn/circuits"
	"github.com/qnn-go/qnn/qsim"
	"github.com/qnn-go/qnn/qsim/reference"
	"github.com/qnn-go/qnn/qsim/simtest"
)

func TestConformance(t *testing.T) {
	compile := func(c *circuits.Circuit, o qsim.Options) (simtest.Program, error) { return reference.Compile(c, o) }
	simtest.Run(t, compile, simtest.Options{Methods: []qsim.Method{qsim.ParameterShift, qsim.FiniteDifference}})
}

// TestCompileSingle: the backend has no single precision.
func TestCompileSingle(t *testing.T) {
	if _, err := reference.Compile(circuits.New(1), qsim.Options{Precision: qsim.Single}); !errors.Is(err, qsim.ErrShape) {
		t.Errorf("single precision: %v", err)
	}
}

// TestNativeAgrees compares the native simulator with itsubaki/q, which shares
// neither its gates nor its kernels, amplitude by amplitude.
func TestNativeAgrees(t *testing.T) {
	rng, worst := rand.New(rand.NewPCG(21, 0)), 0.0
	for i := range 200 {
		n := 1 + i%8
		d := deviation(t, simtest.Random(rng, n, 60, 6, 4), rng)
		worst = max(worst, d)
		if !(d <= 1e-12) { // some hundred roundings of amplitudes of at most 1
			t.Fatalf("circuit %d on %d qubits: an amplitude or expectation value differs by %v", i, n, d)
		}
	}
	t.Logf("largest deviation of an amplitude or expectation value: %.2g", worst)
}

// deviation is the largest difference of an amplitude, probability or expectation
// value of c between the two backends.
func deviation(t *testing.T, c *circuits.Circuit, rng *rand.Rand) float64 {
	t.Helper()
	weights, features := simtest.RandomVector(rng, c.Weights()), simtest.RandomVector(rng, c.Features())
	observable := simtest.RandomObservable(rng, c.Qubits, 4)
	native, err := qsim.Compile(c, qsim.Options{Observables: []circuits.PauliSum{observable}})
	ref, errRef := reference.Compile(c, qsim.Options{Observables: []circuits.PauliSum{observable}})
	state, errState := qsim.NewState(c.Qubits)
	if err := errors.Join(err, errRef, errState); err != nil {
		t.Fatal(err)
	}
	e, probabilities := make([]float64, 2), make([]float64, 1<<c.Qubits)
	amplitudes, errAmplitudes := ref.Amplitudes(t.Context(), weights, features)
	wantProbabilities, errProbabilities := ref.Probabilities(t.Context(), weights, features)
	err = errors.Join(errAmplitudes, errProbabilities,
		native.Run(t.Context(), state, weights, features), state.Probabilities(probabilities),
		native.Expect(t.Context(), e[:1], weights, [][]float64{features}),
		ref.Expect(t.Context(), e[1:], weights, [][]float64{features}))
	if err != nil {
		t.Fatal(err)
	}
	d := math.Abs(e[0] - e[1])
	for x, a := range state.Amplitudes() {
		d = max(d, cmplx.Abs(a-amplitudes[x]), math.Abs(probabilities[x]-wantProbabilities[x]))
	}
	return d
}

func TestAdjointIsRefused(t *testing.T) {
	p, err := reference.Compile(circuits.New(1).RX(circuits.Weight(0), 0), qsim.Options{Observables: []circuits.PauliSum{circuits.PauliZ(0)}})
	if err != nil {
		t.Fatal(err)
	}
	err = p.Gradient(t.Context(), qsim.Adjoint, make([]float64, 1), nil, make([]float64, 1), [][]float64{nil}, func(int, []float64, []float64) {})
	var refused *reference.MethodError
	if !errors.As(err, &refused) || refused.Method != qsim.Adjoint || !strings.Contains(err.Error(), "use parameter-shift") {
		t.Errorf("%v, want a MethodError that names parameter-shift", err)
	}
}

func TestMemoryError(t *testing.T) {
	for _, n := range []int{43, 60, 1000} {
		p, err := reference.Compile(circuits.New(n).H(0), qsim.Options{})
		if err != nil {
			t.Fatal(err)
		}
		_, errRun := p.Probabilities(t.Context(), nil, nil)
		_, errSample := p.Sample(t.Context(), nil, nil, 1, 0)
		for _, err := range []error{errRun, errSample, p.Expect(t.Context(), nil, nil, [][]float64{nil})} {
			var short *qsim.MemoryError
			if n > 64 && errors.Is(err, qsim.ErrShape) {
				continue // sampling refuses the bits before the state
			}
			if !errors.As(err, &short) || short.Qubits != n || short.Need <= short.Available {
				t.Errorf("%d qubits: %v, want a MemoryError", n, err)
			}
		}
	}
}
