package transpile_test

import (
	"math/rand/v2"
	"testing"

	"github.com/qnn-go/qnn/circuits"
	"github.com/qnn-go/qnn/circuits/ansatz"
	"github.com/qnn-go/qnn/circuits/transpile"
)

// bound is an ansatz of 3 layers with random angles.
func bound(t *testing.T, rng *rand.Rand, name string, e ansatz.Entanglement, n int) *circuits.Circuit {
	t.Helper()
	c, err := ansatz.Build(ansatz.Config{Features: n, Ansatz: name, Entanglement: e})
	if err != nil {
		t.Fatal(err)
	}
	values := func(n int) []float64 {
		out := make([]float64, n)
		for i := range out {
			out[i] = 6*rng.Float64() - 3
		}
		return out
	}
	if c, err = c.Bind(values(c.Weights()), values(c.Features())); err != nil {
		t.Fatal(err)
	}
	return c
}

// entanglements lists those that an ansatz has to choose from.
func entanglements(name string) []ansatz.Entanglement {
	if name == "basic-entangler" || name == "strongly-entangling" {
		return []ansatz.Entanglement{""}
	}
	return []ansatz.Entanglement{ansatz.Linear, ansatz.ReverseLinear, ansatz.Circular, ansatz.Full}
}

// TestAnsaetze transpiles every ansatz for every target at every level.
func TestAnsaetze(t *testing.T) {
	if testing.Short() {
		t.Skip("slow; the whole form of the tests runs it")
	}
	rng := rand.New(rand.NewPCG(2, 0))
	for _, name := range append(transpile.Targets(), "line-6", "grid-2x3", "all-to-all-5") {
		target := load(t, name)
		for _, a := range ansatz.Ansaetze() {
			for _, e := range entanglements(a) {
				c := bound(t, rng, a, e, 5)
				for level := range 4 {
					r, err := transpile.Run(t.Context(), c, target, transpile.Options{Level: level, Trials: 3, Effort: 0.02})
					if err != nil {
						t.Fatalf("%s %s on %s at level %d: %v", a, e, name, level, err)
					}
					if err := target.Check(r.Circuit); err != nil {
						t.Errorf("%s %s on %s at level %d: %v", a, e, name, level, err)
					}
					checkEqual(t, c, r, nil)
				}
			}
		}
	}
}

// TestLinearTakesNoSwap: a linear ansatz takes one CZ a pair wherever a line of its
// length embeds, as does full entanglement by CX at levels 2 and 3.
func TestLinearTakesNoSwap(t *testing.T) {
	if testing.Short() {
		t.Skip("slow; the whole form of the tests runs it")
	}
	rng := rand.New(rand.NewPCG(4, 0))
	for _, n := range []int{2, 3, 8, 20} {
		for _, name := range []string{"line-20", "grid-4x5", "ibm-heron-r2", "ibm-nighthawk", "iqm-garnet", "iqm-emerald", "all-to-all-20"} {
			target := load(t, name)
			if name == "iqm-garnet" && n == 20 {
				continue // has 11 and 9 qubits of either colour, and so no line of all 20
			}
			for _, e := range entanglements("") {
				for level := range 4 {
					if e == ansatz.Circular && n > 2 || e == ansatz.Full && level < 2 && n > 2 || level == 0 && name != "line-20" {
						continue
					}
					c := bound(t, rng, "real-amplitudes", e, n)
					r, err := transpile.Run(t.Context(), c, target, transpile.Options{Level: level, Trials: 2})
					if err != nil {
						t.Fatal(err)
					}
					want := 3 * (n - 1)
					if got := r.TwoQubitGates(); got > want || level < 3 && got != want || n > 2 && got != want {
						t.Errorf("%d qubits %s on %s at level %d: %d gates, want %d", n, e, name, level, got, want)
					}
				}
			}
		}
	}
}
