package plan

import (
	"math/cmplx"
	"math/rand/v2"
	"testing"

	"github.com/qnn-go/qnn/circuits"
	"github.com/qnn-go/qnn/qsim/internal/kernel"
)

// long makes circuits of any number of gates on n qubits, of kinds that a planner which looks
// at everything that waits takes quadratic time for, or worse.
func long() map[string]func(n, gates int) *circuits.Circuit {
	mixed := func(n, gates, first int) *circuits.Circuit {
		rng := rand.New(rand.NewPCG(1, uint64(n)))
		c := circuits.New(n)
		for i := range gates {
			a := first + rng.IntN(n-first)
			switch rng.IntN(3) {
			case 0:
				c.RY(circuits.Weight(i), a)
			case 1:
				c.RZ(circuits.Feature(i%3).Times(circuits.Weight(i)), a)
			default:
				c.CX(a, first+(a-first+1+rng.IntN(n-first-1))%(n-first))
			}
		}
		return c
	}
	return map[string]func(n, gates int) *circuits.Circuit{
		"random": func(n, gates int) *circuits.Circuit { return mixed(n, gates, 0) },
		"a qubit that waits for the end": func(n, gates int) *circuits.Circuit {
			return mixed(n, gates, 1).H(0).CX(1, 0)
		},
		"phases carried to and fro": func(n, gates int) *circuits.Circuit {
			c := circuits.New(n).H(0).H(1).RZ(circuits.Weight(0), 0).RZ(circuits.Weight(1), 1)
			for len(c.Ops) < gates {
				c.CX(0, 1).CX(1, 0)
			}
			return c.H(0).H(1)
		},
		"many phases, then NOTs": func(n, gates int) *circuits.Circuit {
			c := circuits.New(n).H(0).H(1)
			for i := range gates / 2 {
				c.RZ(circuits.Weight(i), 1)
			}
			for range gates / 2 {
				c.CX(0, 1)
			}
			return c.H(0).H(1)
		},
		"layers": func(n, gates int) *circuits.Circuit {
			c := circuits.New(n)
			for len(c.Ops) < gates {
				for q := range n {
					c.RY(circuits.Feature(q%3), q).RZ(circuits.Weight(len(c.Ops)), q)
				}
				for q := range n {
					c.CX(q, (q+1)%n)
				}
			}
			return c
		},
		"phases on pairs": func(n, gates int) *circuits.Circuit {
			c := circuits.New(n)
			for q := range n {
				c.H(q)
			}
			for i := range gates {
				c.CP(circuits.Weight(i), i%n, (i+1+i/n%(n-1))%n)
			}
			for q := range n {
				c.H(q)
			}
			return c
		},
	}
}

// Planning looks at so many operations that four times the gates take four times as long.
func TestPlanningIsLinear(t *testing.T) {
	if testing.Short() {
		t.Skip("slow; the whole form of the tests runs it")
	}
	m := kernel.Generic(2, 4, false)
	z := []Observable{{{Coef: 1, Pauli: kernel.Pauli{Z: 1, Phase: 1}}}}
	plans := map[string]func(c *circuits.Circuit) (*Plan, error){
		"state":    func(c *circuits.Circuit) (*Plan, error) { return New(c, m, Sizes{}) },
		"expect":   func(c *circuits.Circuit) (*Plan, error) { return NewExpect(c, m, Sizes{}, z) },
		"gradient": func(c *circuits.Circuit) (*Plan, error) { return NewAdjoint(c, m, Sizes{}, z) },
		"batch":    func(c *circuits.Circuit) (*Plan, error) { return NewBatch(c, m, z) },
		"batch, gradient": func(c *circuits.Circuit) (*Plan, error) {
			return NewBatchAdjoint(c, m, z, true)
		},
	}
	const few, many = 1500, 6000
	for name, circuit := range long() {
		for _, n := range []int{4, 10, 16} {
			for kind, plan := range plans {
				if n > 10 && kind != "state" {
					continue
				}
				var visits [2]int
				for i, gates := range []int{few, many} {
					p, err := plan(circuit(n, gates))
					if err != nil {
						t.Fatal(err)
					}
					visits[i] = p.visits
				}
				// A constant, for the operations that a walk without prospects looks at.
				if visits[1] > 5*visits[0]+100_000 {
					t.Errorf("%s, %d qubits, %s: %d operations looked at for %d gates, %d for %d",
						name, n, kind, visits[0], few, visits[1], many)
				}
			}
		}
	}
}

// What planning does to keep linear does not change what a circuit computes.
func TestLongCircuits(t *testing.T) {
	rng := rand.New(rand.NewPCG(8, 8))
	for name, circuit := range long() {
		for _, n := range []int{4, 9} {
			c := circuit(n, 5000)
			weights, features := make([]float64, c.Weights()), []float64{.3, -2, 1.4}
			for i := range weights {
				weights[i] = rng.NormFloat64()
			}
			p, err := New(c, kernel.Generic(2, 4, false), Sizes{})
			if err != nil {
				t.Fatal(err)
			}
			b, a := p.NewBound(), make([]complex128, 1<<p.Bits)
			if err := p.Bind(b, weights, features); err != nil {
				t.Fatal(err)
			}
			a[0] = 1
			for i := range p.Passes() {
				for k := range p.Tiles(i) {
					Run(p, b, a, i, k)
				}
			}
			want := naive(c, weights, features)
			for x := range want {
				if d := cmplx.Abs(a[p.Index(uint64(x))] - want[x]); !(d < 1e-10) {
					t.Fatalf("%s, %d qubits: amplitude %d is off by %g", name, n, x, d)
				}
			}
		}
	}
}
