package qsim_test

import (
	"fmt"
	"math/rand/v2"
	"testing"

	"github.com/qnn-go/qnn/circuits"
	"github.com/qnn-go/qnn/qsim"
	"github.com/qnn-go/qnn/qsim/simtest"
)

// TestAllocations: whatever the size, precision and number of samples, calls that repeat
// allocate nothing.
func TestAllocations(t *testing.T) {
	if raceEnabled {
		t.Skip("the race detector makes sync.Pool drop what it is given")
	}
	for _, precision := range []qsim.Precision{qsim.Double, qsim.Single} {
		for _, n := range []int{1, 4, 7, 10, 11, 13, 14, 16} {
			rng := rand.New(rand.NewPCG(uint64(n), 22))
			p, err := qsim.Compile(uploading(n), qsim.Options{Observables: []circuits.PauliSum{circuits.PauliZ(0), simtest.RandomObservable(rng, n, 2)}, Precision: precision})
			if err != nil {
				t.Fatal(err)
			}
			weights, samples := simtest.RandomVector(rng, p.Weights()), vectors(rng, 9, n)
			s, err := precision.NewState(n)
			if err != nil {
				t.Fatal(err)
			}
			dst, dw, ctx := make([]float64, 2*len(samples)), make([]float64, p.Weights()), t.Context()
			dx := vectors(rng, 9, n)
			for name, call := range map[string]func() error{
				"Run":                  func() error { return p.Run(ctx, s, weights, samples[0]) },
				"Expect":               func() error { return p.Expect(ctx, dst, weights, samples) },
				"Expect of one sample": func() error { return p.Expect(ctx, dst[:2], weights, samples[:1]) },
				"Gradient":             func() error { return p.Gradient(ctx, qsim.Adjoint, dw, nil, weights, samples, square) },
				"Gradient by features": func() error { return p.Gradient(ctx, qsim.Adjoint, dw, dx, weights, samples, square) },
			} {
				if count := testing.AllocsPerRun(5, func() {
					if err := call(); err != nil {
						t.Fatal(err)
					}
				}); count != 0 {
					t.Errorf("%s: %v times", fmt.Sprintf("%s, %v, %d qubits", name, precision, n), count)
				}
			}
		}
	}
}
