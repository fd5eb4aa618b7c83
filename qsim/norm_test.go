package qsim_test

import (
	"math"
	"math/rand/v2"
	"testing"

	"github.com/qnn-go/qnn/circuits"
	"github.com/qnn-go/qnn/qsim"
)

// norm2 is Σ|aₓ|².
func norm2(t *testing.T, s *qsim.State) float64 {
	t.Helper()
	p := make([]float64, 1<<s.Qubits())
	if err := s.Probabilities(p); err != nil {
		t.Fatal(err)
	}
	sum := 0.0
	for _, v := range p {
		sum += v
	}
	return sum
}

// Numbers of a gate that are rounded alike every time, 1/√2 above all, change the norm by
// 2·10⁻⁸ a gate in one direction. What may remain is a random walk.
func TestSingleKeepsNorm(t *testing.T) {
	const gates = 20_000
	for name, set := range map[string][]circuits.Gate{
		"h, t, cx": {circuits.GateH, circuits.GateT, circuits.GateCX},
		"all kinds": {
			circuits.GateH, circuits.GateY, circuits.GateS, circuits.GateT, circuits.GateTdg, circuits.GateSX, circuits.GateRX, circuits.GateRY,
			circuits.GateRZ, circuits.GateU, circuits.GateCX, circuits.GateCH, circuits.GateCP, circuits.GateECR, circuits.GateRXX, circuits.GateCCX,
		},
	} {
		for _, n := range []int{4, 10} {
			rng := rand.New(rand.NewPCG(uint64(n), 42))
			c := circuits.New(n)
			for range gates {
				g := set[rng.IntN(len(set))]
				angles := make([]circuits.Angle, len(g.Spec().Params))
				for k := range angles {
					angles[k] = circuits.Const(6 * rng.Float64())
				}
				c.Append(g, angles, rng.Perm(n)[:g.Spec().Qubits]...)
			}
			p, err := qsim.Compile(c, qsim.Options{Precision: qsim.Single})
			if err != nil {
				t.Fatal(err)
			}
			s, err := qsim.Single.NewState(n)
			if err != nil {
				t.Fatal(err)
			}
			for _, verb := range []string{"Apply", "Run"} { // gate by gate, and from 10 qubits on with a plan
				run := p.Apply
				if verb == "Run" {
					run = p.Run
				}
				if err := run(t.Context(), s, nil, nil); err != nil {
					t.Fatal(err)
				}
				if off := norm2(t, s) - 1; !(math.Abs(off) < 3e-5) {
					t.Errorf("%s, %d qubits: %s of %d gates leaves a norm² of 1 %+.2g", name, n, verb, gates, off)
				}
			}
		}
	}
}

// Phases and turns by the same angle again and again neither shrink a part of the state nor
// turn it too far.
func TestSingleRepeats(t *testing.T) {
	const times = 40_000 // a multiple of 8 T gates
	for _, n := range []int{3, 10} {
		c := circuits.New(n).H(0).RY(circuits.Const(0.4), 1)
		for range times {
			c.T(0).RY(circuits.Const(2*math.Pi/1000), 1)
		}
		p, err := qsim.Compile(c, qsim.Options{Observables: []circuits.PauliSum{circuits.PauliZ(0), circuits.PauliZ(1), {{Coef: 1, String: circuits.PauliString{{Qubit: 0, Pauli: 'X'}}}}}, Precision: qsim.Single})
		if err != nil {
			t.Fatal(err)
		}
		s, err := qsim.Single.NewState(n)
		if err != nil {
			t.Fatal(err)
		}
		if err := p.Apply(t.Context(), s, nil, nil); err != nil {
			t.Fatal(err)
		}
		for k, want := range []float64{0, math.Cos(0.4), 1} {
			o := []circuits.PauliSum{circuits.PauliZ(0), circuits.PauliZ(1), {{Coef: 1, String: circuits.PauliString{{Qubit: 0, Pauli: 'X'}}}}}[k]
			got, err := s.Expect(o)
			if err != nil {
				t.Fatal(err)
			}
			if !(math.Abs(got-want) < 3e-4) {
				t.Errorf("%d qubits: %v is %v, want %v", n, o, got, want)
			}
		}
	}
}
