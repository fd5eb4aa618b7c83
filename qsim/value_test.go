package qsim_test

import (
	"context"
	"errors"
	"fmt"
	"log"
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/qnn-go/qnn/circuits"
	"github.com/qnn-go/qnn/qsim"
	"github.com/qnn-go/qnn/qsim/simtest"
)

// TestValueAndGradient: as Expect and Gradient have it, with what was in the destination
// overwritten, and without an allocation.
func TestValueAndGradient(t *testing.T) {
	for _, n := range []int{1, 6, 11, 14} {
		rng := rand.New(rand.NewPCG(uint64(n), 44))
		p := compile(t, uploading(n), simtest.RandomObservable(rng, n, 3))
		weights, x := simtest.RandomVector(rng, p.Weights()), simtest.RandomVector(rng, n)
		want, dw := make([]float64, 1), make([]float64, p.Weights())
		err := errors.Join(p.Expect(t.Context(), want, weights, [][]float64{x}),
			p.Gradient(t.Context(), qsim.Adjoint, dw, nil, weights, [][]float64{x}, func(_ int, _, c []float64) { c[0] = 1 }))
		if err != nil {
			t.Fatal(err)
		}
		got, ctx := simtest.RandomVector(rng, p.Weights()), t.Context()
		value, err := p.ValueAndGradient(ctx, got, weights, x)
		if err != nil || math.Abs(value-want[0]) > 1e-13 || !slices.Equal(got, dw) {
			t.Errorf("%d qubits: %v, %v, want %v, %v, error %v", n, value, got, want, dw, err)
		}
		if count := testing.AllocsPerRun(5, func() { _, err = p.ValueAndGradient(ctx, got, weights, x) }); count != 0 && !raceEnabled {
			t.Errorf("%d qubits: %v allocations, error %v", n, count, err)
		}
		for name, call := range map[string]func() (float64, error){
			"a short gradient": func() (float64, error) { return p.ValueAndGradient(ctx, got[1:], weights, x) },
			"few features":     func() (float64, error) { return p.ValueAndGradient(ctx, got, weights, nil) },
			"no observable":    func() (float64, error) { return compile(t, circuits.New(1)).ValueAndGradient(ctx, nil, nil, nil) },
		} {
			if _, err := call(); !errors.Is(err, qsim.ErrShape) {
				t.Errorf("%s: error %v", name, err)
			}
		}
	}
}

// A variational quantum eigensolver: the ground state of Z₀Z₁ + ½(X₀ + X₁), whose energy is
// −√2, by plain gradient descent.
func ExampleProgram_ValueAndGradient() {
	c := circuits.New(2).RY(circuits.Weight(0), 0).RY(circuits.Weight(1), 1).CX(0, 1).RY(circuits.Weight(2), 0).RY(circuits.Weight(3), 1)
	h := circuits.PauliSum{{Coef: 1, String: circuits.PauliString{{Qubit: 0, Pauli: 'Z'}, {Qubit: 1, Pauli: 'Z'}}}}.
		Plus(circuits.PauliX(0).Plus(circuits.PauliX(1)).Scale(0.5))
	p, err := qsim.Compile(c, qsim.Options{Observables: []circuits.PauliSum{h}})
	if err != nil {
		log.Fatal(err)
	}
	weights, gradient, energy := []float64{0.1, 0.2, 0.3, 0.4}, make([]float64, 4), 0.0
	for range 300 {
		if energy, err = p.ValueAndGradient(context.Background(), gradient, weights, nil); err != nil {
			log.Fatal(err)
		}
		for j, g := range gradient {
			weights[j] -= 0.2 * g
		}
	}
	fmt.Printf("energy %.3f\n", energy)
	// Output: energy -1.414
}
