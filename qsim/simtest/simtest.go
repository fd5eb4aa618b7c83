// Package simtest is the conformance suite of simulator backends: [Run] holds a
// backend to a dense oracle that multiplies Kronecker products, gate by gate of
// the table, on random circuits, and in its gradients and samples.
package simtest

import (
	"context"
	"math"
	"math/cmplx"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/qnn-go/qnn/circuits"
	"github.com/qnn-go/qnn/qsim"
)

// Program is what a backend makes of a circuit and observables. Its methods mean
// what those of [qsim.Program] mean.
//
// A Program that also has a method Amplitudes(ctx, weights, features)
// ([]complex128, error) is compared amplitude by amplitude, global phase
// included; one that has not, by probabilities and expectation values.
type Program interface {
	Qubits() int
	Weights() int
	Features() int
	Observables() int
	Expect(ctx context.Context, dst, weights []float64, samples [][]float64) error
	Gradient(ctx context.Context, m qsim.Method, dw []float64, dx [][]float64, weights []float64, samples [][]float64, loss qsim.Loss) error
	Probabilities(ctx context.Context, weights, features []float64) ([]float64, error)
	Sample(ctx context.Context, weights, features []float64, shots int, seed uint64) (qsim.Counts, error)
}

// Compile makes a Program of a circuit, as [qsim.Compile] does. The options have the
// suite's precision.
type Compile func(c *circuits.Circuit, o qsim.Options) (Program, error)

// Options says what a backend can do. The zero value is a backend that can do
// everything.
type Options struct {
	// Methods are the gradient methods the backend has; nil means all. It must
	// refuse the others with an error.
	Methods []qsim.Method
	// Precision is that of the backend's amplitudes: what is held to 1e-12 in double
	// precision is held to 2e-5 in single.
	Precision qsim.Precision
}

// methods are all the gradient methods there are.
func methods() []qsim.Method {
	return []qsim.Method{qsim.Adjoint, qsim.ParameterShift, qsim.FiniteDifference}
}

func (o Options) has(m qsim.Method) bool { return o.Methods == nil || slices.Contains(o.Methods, m) }

// Run runs the suite on the programs that compile makes, as subtests of t. Every
// random choice is seeded.
func Run(t *testing.T, compile Compile, o Options) {
	s := suite{compile: compile, options: o}
	t.Run("Gates", s.gates)
	t.Run("Circuits", s.circuits)
	t.Run("Observables", s.observables)
	t.Run("Batches", s.batches)
	t.Run("Edges", s.edges)
	t.Run("Refusals", s.refusals)
	t.Run("GateGradients", s.gateGradients)
	t.Run("Gradients", s.gradients)
	t.Run("GradientsOfRandomCircuits", s.randomGradients)
	t.Run("SharedWeight", s.sharedWeight)
	t.Run("SilentLoss", s.silentLoss)
	t.Run("Sampling", s.sampling)
	t.Run("SamplingBits", s.samplingBits)
	t.Run("SamplingWide", s.samplingWide)
	t.Run("SamplingRandomCircuits", s.samplingRandom)
	t.Run("Conditions", s.conditions)
	t.Run("ConditionsOfRandomCircuits", s.randomConditions)
	t.Run("Programs", s.programs)
	t.Run("UnfinishedLoop", s.unfinished)
}

type suite struct {
	compile Compile
	options Options
}

// tolerance is for amplitudes, probabilities and expectation values with
// coefficients of order 1: some thousand roundings in double precision, some hundred in
// single.
func (s suite) tolerance() float64 {
	if s.options.Precision == qsim.Single {
		return 2e-5
	}
	return 1e-12
}

// source is the generator of one test.
func source(stream uint64) *rand.Rand { return rand.New(rand.NewPCG(20, stream)) }

// program compiles c with the suite's precision.
func (s suite) program(c *circuits.Circuit, observables ...circuits.PauliSum) (Program, error) {
	return s.compile(c, qsim.Options{Observables: observables, Precision: s.options.Precision})
}

func (s suite) must(t *testing.T, c *circuits.Circuit, observables ...circuits.PauliSum) Program {
	t.Helper()
	p, err := s.program(c, observables...)
	if err != nil {
		t.Fatalf("compile: %v", err)
	}
	return p
}

// check compares probabilities, expectation values and, where there are any,
// amplitudes of a circuit with the oracle, and reports whether they agree.
func (s suite) check(t *testing.T, c *circuits.Circuit, weights, features []float64, observables ...circuits.PauliSum) bool {
	t.Helper()
	p := s.must(t, c, observables...)
	want := Amplitudes(c, weights, features)
	probabilities, err := p.Probabilities(t.Context(), weights, features)
	if err != nil {
		t.Fatalf("probabilities: %v", err)
	}
	if len(probabilities) != len(want) {
		t.Fatalf("%d probabilities for %d amplitudes", len(probabilities), len(want))
	}
	ok := true
	for x, v := range want {
		if w := real(v)*real(v) + imag(v)*imag(v); !near(probabilities[x], w, s.tolerance()) {
			t.Errorf("probability of %0*b: %v, oracle %v", c.Qubits, x, probabilities[x], w)
			ok = false
		}
	}
	got := make([]float64, len(observables))
	if err := p.Expect(t.Context(), got, weights, [][]float64{features}); err != nil {
		t.Fatalf("expect: %v", err)
	}
	for k, o := range observables {
		if w := Expectation(want, o); !near(got[k], w, s.tolerance()) {
			t.Errorf("expectation of %v: %v, oracle %v", o, got[k], w)
			ok = false
		}
	}
	return s.checkAmplitudes(t, p, want, weights, features) && ok
}

func (s suite) checkAmplitudes(t *testing.T, p Program, want []complex128, weights, features []float64) bool {
	t.Helper()
	a, ok := p.(interface {
		Amplitudes(ctx context.Context, weights, features []float64) ([]complex128, error)
	})
	if !ok {
		return true
	}
	got, err := a.Amplitudes(t.Context(), weights, features)
	if err != nil {
		t.Fatalf("amplitudes: %v", err)
	}
	for x, v := range want {
		if !(cmplx.Abs(got[x]-v) <= s.tolerance()) {
			t.Errorf("amplitude %d: %v, oracle %v", x, got[x], v)
			return false
		}
	}
	return true
}

// near reports |a−b| ≤ tolerance; NaN is near nothing.
func near(a, b, tolerance float64) bool { return math.Abs(a-b) <= tolerance }

// prepare is a circuit of random U and CX gates: a state without symmetries.
func prepare(rng *rand.Rand, n int) *circuits.Circuit {
	c := circuits.New(n)
	for range 2 {
		for q := range n {
			v := RandomVector(rng, 3)
			c.U(circuits.Const(v[0]), circuits.Const(v[1]), circuits.Const(v[2]), q)
		}
		for q := 1; q < n; q++ {
			c.CX(q-1, q)
		}
	}
	return c
}
