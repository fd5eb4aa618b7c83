package qsim_test

import (
	"errors"
	"fmt"
	"math"
	"testing"

	"github.com/qnn-go/qnn/circuits"
	"github.com/qnn-go/qnn/qsim"
)

// edgeAngle is the value of all weights and features of the edges.
const edgeAngle = 0.7

// edge is a circuit whose expectation values are known: ⟨Z⟩ of the last qubit and ⟨X⟩ of
// the first, and the derivative of ⟨Z⟩ by weight 0.
type edge struct {
	name        string
	circuit     *circuits.Circuit
	z, x, slope float64
}

func edges(n int) []edge {
	last := n - 1
	diagonal, plus, flipped := circuits.New(n), circuits.New(n).H(0), circuits.New(n)
	for q := range n {
		diagonal.RZ(circuits.Weight(q), q).P(circuits.Feature(0), q)
		flipped.X(q)
	}
	for q := range last { // phases where one of the two qubits is 0
		diagonal.CZ(q, q+1).RZZ(circuits.Weight(0), q, q+1)
		plus.CP(circuits.Weight(0), q, q+1)
	}
	z := 1.0
	if n == 1 {
		z = 0
	}
	turned := edge{"one qubit touched", circuits.New(n).RY(circuits.Weight(0), last), math.Cos(edgeAngle), 0, -math.Sin(edgeAngle)}
	if n == 1 {
		turned.x = math.Sin(edgeAngle)
	}
	return []edge{
		{"empty", circuits.New(n), 1, 0, 0},
		{"barriers", circuits.New(n).Barrier().X(0).Barrier(0).X(0).Barrier(last), 1, 0, 0},
		{"phases alone", diagonal, 1, 0, 0},
		{"phases on |+⟩ and |0⟩", plus, z, 1, 0},
		{"flipped", flipped, -1, 0, 0},
		turned,
		{"features alone", circuits.New(n).RY(circuits.Feature(0), last), turned.z, turned.x, 0},
	}
}

// TestEdges runs circuits in which little or nothing happens, on every engine: groups of
// samples, gate by gate, plans, one worker and several, with no sample, one, and more than
// fit into a vector.
func TestEdges(t *testing.T) {
	for _, precision := range []qsim.Precision{qsim.Double, qsim.Single} {
		tolerance := 1e-12
		if precision == qsim.Single {
			tolerance = singleTolerance
		}
		for _, n := range []int{1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 17} {
			for _, e := range edges(n) {
				t.Run(fmt.Sprintf("%v/n=%d/%s", precision, n, e.name), func(t *testing.T) {
					checkEdge(t, precision, e, tolerance)
				})
			}
		}
	}
}

func checkEdge(t *testing.T, precision qsim.Precision, e edge, tolerance float64) {
	t.Helper()
	x := circuits.PauliSum{{Coef: 1, String: circuits.PauliString{{Qubit: 0, Pauli: 'X'}}}}
	p, err := qsim.Compile(e.circuit, qsim.Options{Observables: []circuits.PauliSum{circuits.PauliZ(e.circuit.Qubits - 1), x}, Precision: precision})
	if err != nil {
		t.Fatal(err)
	}
	weights := make([]float64, p.Weights())
	for i := range weights {
		weights[i] = edgeAngle
	}
	for _, count := range []int{0, 1, 9} {
		samples := make([][]float64, count)
		for i := range samples {
			samples[i] = []float64{edgeAngle}
		}
		got := make([]float64, 2*count)
		if err := p.Expect(t.Context(), got, weights, samples); err != nil {
			t.Fatal(err)
		}
		for i := range samples {
			if !(math.Abs(got[2*i]-e.z) <= tolerance && math.Abs(got[2*i+1]-e.x) <= tolerance) {
				t.Fatalf("sample %d of %d: ⟨Z⟩ %v, ⟨X⟩ %v; want %v, %v", i, count, got[2*i], got[2*i+1], e.z, e.x)
			}
		}
		for _, m := range []qsim.Method{qsim.Adjoint, qsim.ParameterShift} {
			dw := make([]float64, len(weights))
			err := p.Gradient(t.Context(), m, dw, nil, weights, samples, func(_ int, _, c []float64) { c[0] = 1 })
			if err != nil {
				t.Fatal(err)
			}
			for j, d := range dw {
				want := 0.0
				if j == 0 {
					want = float64(count) * e.slope
				}
				if !(math.Abs(d-want) <= 10*tolerance) {
					t.Fatalf("%v, %d samples: derivative %d is %v, want %v", m, count, j, d, want)
				}
			}
		}
	}
}

// TestSizes compiles and explains circuits of every size up to 30 qubits, and refuses
// angles that are not finite where no state would be made.
func TestSizes(t *testing.T) {
	for n := 1; n <= 30; n++ {
		for _, e := range edges(n) {
			p := compile(t, e.circuit, circuits.PauliZ(n-1))
			if p.Qubits() != n || p.Explain() == "" {
				t.Errorf("n=%d: %s: %d qubits, %q", n, e.name, p.Qubits(), p.Explain())
			}
		}
	}
	for _, n := range []int{1, 4, 9, 10, 11, 14} {
		for _, bad := range []float64{math.NaN(), math.Inf(1), math.Inf(-1)} {
			p := compile(t, circuits.New(n).RZ(circuits.Weight(0), 0).RY(circuits.Feature(0), n-1), circuits.PauliZ(0))
			state, dw := newState(t, n), make([]float64, 1)
			for name, in := range map[string][2]float64{"weight": {bad, 0}, "feature": {0, bad}} {
				weights, samples := in[:1], [][]float64{in[1:]}
				errs := []error{p.Run(t.Context(), state, weights, samples[0]), p.Expect(t.Context(), make([]float64, 1), weights, samples)}
				for _, m := range []qsim.Method{qsim.Adjoint, qsim.ParameterShift, qsim.FiniteDifference} {
					errs = append(errs, p.Gradient(t.Context(), m, dw, nil, weights, samples, square))
				}
				for i, err := range errs {
					if !errors.Is(err, qsim.ErrNotFinite) {
						t.Errorf("n=%d: %s %v: call %d: %v, want %v", n, name, bad, i, err, qsim.ErrNotFinite)
					}
				}
			}
		}
	}
}
