package qsim_test

import (
	"math"
	"math/cmplx"
	"math/rand/v2"
	"testing"

	"github.com/qnn-go/qnn/circuits"
	"github.com/qnn-go/qnn/qsim"
)

// Phases that cancel leave the one between them, however large they are, in each of the ways
// a program has to run. ⟨X⟩ is cos 0.7, the gradient by the angle −sin 0.7.
func TestLargePhasesCancel(t *testing.T) {
	w, x := circuits.Weight, circuits.Feature
	want, slope := math.Cos(0.7), -math.Sin(0.7)
	observable := circuits.PauliSum{{Coef: 1, String: circuits.PauliString{{Qubit: 0, Pauli: 'X'}}}}
	for _, large := range []float64{1e8, 1e16, 1e300} {
		for name, phases := range map[string][3]circuits.Angle{
			"constants":            {circuits.Const(large), w(0), circuits.Const(-large)},
			"weights":              {w(1), w(0), w(1).Scale(-1)},
			"features":             {x(0), w(0), x(0).Scale(-1)},
			"in one angle":         {nil, x(0).Plus(w(0)).Minus(w(1)), nil},
			"features and weights": {x(0).Plus(x(1).Times(w(0))), w(0).Minus(x(1).Times(w(0))), w(1).Scale(-1)},
		} {
			for _, n := range []int{1, 3, 10, 11, 14} {
				c := circuits.New(n)
				for q := range n {
					c.H(q)
				}
				for _, a := range phases {
					c.I(0).P(a, 0).Barrier()
				}
				p := compile(t, c, observable)
				weights, samples := []float64{0.7, large}[:p.Weights()], [][]float64{{large, 0.3}, {large, -2}}
				e, dw := make([]float64, 2), make([]float64, len(weights))
				if err := p.Expect(t.Context(), e, weights, samples); err != nil {
					t.Fatal(err)
				}
				if err := p.Gradient(t.Context(), qsim.Adjoint, dw, nil, weights, samples, func(_ int, _, c []float64) { c[0] = 0.5 }); err != nil {
					t.Fatal(err)
				}
				s, err := qsim.NewState(n)
				if err != nil {
					t.Fatal(err)
				}
				if err := p.Run(t.Context(), s, weights, samples[0]); err != nil {
					t.Fatal(err)
				}
				run, err := s.Expect(observable)
				if err != nil {
					t.Fatal(err)
				}
				for what, d := range map[string]float64{"Expect": e[0] - want, "Expect of sample 1": e[1] - want, "Gradient": dw[0] - slope, "Run": run - want} {
					if !(math.Abs(d) < 1e-12) {
						t.Errorf("%s of %g, %d qubits: %s is off by %g", name, large, n, what, d)
					}
				}
			}
		}
	}
}

// A circuit of the gates of the table and its inverse is the identity, phase included, to
// what rounding makes of so many gates: nothing that grows with their number.
func TestNoDrift(t *testing.T) {
	for _, n := range []int{3, 10, 12} {
		rng := rand.New(rand.NewPCG(uint64(n), 41))
		gates := []circuits.Gate{
			circuits.GateH, circuits.GateX, circuits.GateY, circuits.GateZ, circuits.GateS, circuits.GateT,
			circuits.GateSX, circuits.GateRX, circuits.GateRY, circuits.GateRZ, circuits.GateP,
		}
		c := circuits.New(n)
		for range 20_000 {
			g := gates[rng.IntN(len(gates))]
			angles := make([]circuits.Angle, len(g.Spec().Params))
			for k := range angles {
				angles[k] = circuits.Const(float64(rng.IntN(33)-16) * math.Pi / 4)
			}
			c.Append(g, angles, rng.IntN(n))
		}
		inverse, err := c.Inverse()
		if err != nil {
			t.Fatal(err)
		}
		p := compile(t, c.Concat(inverse))
		s, err := qsim.NewState(n)
		if err != nil {
			t.Fatal(err)
		}
		if err := p.Run(t.Context(), s, nil, nil); err != nil {
			t.Fatal(err)
		}
		if d := cmplx.Abs(s.Amplitudes()[0] - 1); !(d < 1e-12) {
			t.Errorf("%d qubits: 40,000 gates and their inverse leave 1 + %g", n, s.Amplitudes()[0]-1)
		}
	}
}
