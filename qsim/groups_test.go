package qsim_test

import (
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/qnn-go/qnn/circuits"
	"github.com/qnn-go/qnn/qsim"
	"github.com/qnn-go/qnn/qsim/simtest"
)

// uploading encodes features between the layers, also multiplied by weights.
func uploading(n int) *circuits.Circuit {
	c, w := circuits.New(n), 0
	weight := func() circuits.Angle { w++; return circuits.Weight(w - 1) }
	for range 2 {
		for q := range n {
			x := circuits.Feature(q)
			c.RX(x, q).RY(x.Times(weight()).Plus(weight()), q).RZ(x.Times(weight()), q)
		}
		for q := range n - 1 {
			c.CX(q, q+1).RZZ(circuits.Feature(q).Times(circuits.Feature(q+1)), q, q+1)
		}
		c.U(weight(), weight(), weight(), 0)
	}
	return c
}

// What a sample gives does not depend on the samples beside it.
func TestSamplesAreIndependent(t *testing.T) {
	for _, n := range []int{1, 3, 4, 5, 8} {
		rng := rand.New(rand.NewPCG(uint64(n), 21))
		p := compile(t, uploading(n), circuits.PauliZ(0), simtest.RandomObservable(rng, n, 4))
		weights, samples := simtest.RandomVector(rng, p.Weights()), vectors(rng, 37, n)
		all := make([]float64, 2*len(samples))
		if err := p.Expect(t.Context(), all, weights, samples); err != nil {
			t.Fatal(err)
		}
		dw, dx := make([]float64, p.Weights()), vectors(rng, 37, n)
		for _, row := range dx {
			clear(row)
		}
		if err := p.Gradient(t.Context(), qsim.Adjoint, dw, dx, weights, samples, square); err != nil {
			t.Fatal(err)
		}
		for i, x := range samples {
			one, alone := make([]float64, 2), [][]float64{make([]float64, n)}
			err := errors.Join(p.Expect(t.Context(), one, weights, [][]float64{x}),
				p.Gradient(t.Context(), qsim.Adjoint, make([]float64, p.Weights()), alone, weights, [][]float64{x}, square))
			if err != nil {
				t.Fatal(err)
			}
			if !slices.Equal(one, all[2*i:2*i+2]) || !slices.Equal(alone[0], dx[i]) {
				t.Fatalf("n=%d: sample %d: %v, %v alone, %v, %v among others", n, i, one, alone[0], all[2*i:2*i+2], dx[i])
			}
		}
	}
}

// The error names the sample and the operation whose angle is not a number.
func TestBadAnglesAreNamed(t *testing.T) {
	for _, n := range []int{3, 11} {
		rng := rand.New(rand.NewPCG(1, 23))
		p := compile(t, uploading(n), circuits.PauliZ(0))
		for bad := range 11 {
			weights, samples := simtest.RandomVector(rng, p.Weights()), vectors(rng, 11, n)
			samples[bad][1] = math.NaN()
			for name, err := range map[string]error{
				"Expect":   p.Expect(t.Context(), make([]float64, 11), weights, samples),
				"Gradient": p.Gradient(t.Context(), qsim.Adjoint, make([]float64, p.Weights()), nil, weights, samples, square),
			} {
				if !errors.Is(err, qsim.ErrNotFinite) || !strings.Contains(err.Error(), fmt.Sprintf("sample %d: operation 3 (rx)", bad)) {
					t.Errorf("n=%d: %s: %v, want it to name sample %d and operation 3", n, name, err, bad)
				}
			}
		}
	}
}
