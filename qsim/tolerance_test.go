package qsim_test

import (
	"errors"
	"math"
	"math/rand/v2"
	"testing"

	"github.com/qnn-go/qnn/circuits"
	"github.com/qnn-go/qnn/qsim"
	"github.com/qnn-go/qnn/qsim/simtest"
)

// A matrix rounded to complex64 will do in single precision; in double it needs the circuit's
// tolerance. Before measurements in the middle of a circuit as well.
func TestRoundedMatrices(t *testing.T) {
	for _, n := range []int{3, 11} {
		rng := rand.New(rand.NewPCG(uint64(n), 53))
		m := simtest.RandomUnitary(rng, 8)
		for i, v := range m {
			m[i] = complex128(complex64(v))
		}
		c := circuits.New(n).H(1).Unitary(m, 2, 0, 1)
		if _, err := qsim.Compile(c, qsim.Options{}); !errors.Is(err, circuits.ErrUnitary) {
			t.Errorf("double: error %v, want ErrUnitary", err)
		}
		single, err := qsim.Compile(c, qsim.Options{Observables: []circuits.PauliSum{circuits.PauliZ(0)}, Precision: qsim.Single})
		if err != nil {
			t.Fatal(err)
		}
		if c.Tolerance != 0 {
			t.Errorf("compiling set the circuit's tolerance to %g", c.Tolerance)
		}
		c.Tolerance = 1e-6
		double := compile(t, c, circuits.PauliZ(0))
		var e [2][1]float64
		for i, p := range []*qsim.Program{single, double} {
			if err := p.Expect(t.Context(), e[i][:], nil, [][]float64{nil}); err != nil {
				t.Fatal(err)
			}
		}
		if !(math.Abs(e[0][0]-e[1][0]) < 1e-5) {
			t.Errorf("%d qubits: ⟨Z⟩ is %v in single and %v in double precision", n, e[0][0], e[1][0])
		}
		shots := compile(t, c.Measure(0, 0).H(0).Measure(0, 1))
		if counts, err := shots.Sample(t.Context(), nil, nil, 10, 1); err != nil || counts.Bits != 2 {
			t.Errorf("%d qubits, shot by shot: %v, error %v", n, counts, err)
		}
	}
}
