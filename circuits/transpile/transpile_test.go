package transpile_test

import (
	"context"
	"math/cmplx"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/qnn-go/qnn/circuits"
	"github.com/qnn-go/qnn/circuits/transpile"
	"github.com/qnn-go/qnn/qsim"
)

func load(t *testing.T, name string) *transpile.Target {
	t.Helper()
	target, err := transpile.Load(name)
	if err != nil {
		t.Fatal(err)
	}
	return target
}

// amplitudes is the state that c makes of |0…0⟩.
func amplitudes(t testing.TB, c *circuits.Circuit, weights []float64) []complex128 {
	t.Helper()
	p, err := qsim.Compile(c, qsim.Options{})
	if err != nil {
		t.Fatal(err)
	}
	s, err := qsim.NewState(c.Qubits)
	if err != nil {
		t.Fatal(err)
	}
	if err := p.Run(context.Background(), s, weights, nil); err != nil {
		t.Fatal(err)
	}
	return s.Amplitudes()
}

// checkEqual fails unless r is c up to a global phase and the permutation of r,
// with every qubit of the device that holds none of c's left at 0.
func checkEqual(t *testing.T, c *circuits.Circuit, r *transpile.Result, weights []float64) {
	t.Helper()
	compact, device := r.Compact()
	if compact.Qubits > 20 {
		t.Fatalf("uses %d qubits", compact.Qubits)
	}
	want, got := amplitudes(t, c, weights), amplitudes(t, compact, weights)
	var overlap complex128
	for i, a := range want {
		j := 0
		for q := range c.Qubits {
			j |= i >> q & 1 << slices.Index(device, r.Final[q])
		}
		overlap += cmplx.Conj(a) * got[j]
	}
	if d := 1 - cmplx.Abs(overlap); !(d <= 1e-9) {
		t.Errorf("fidelity is less by %g", d)
	}
}

// random is a circuit of random gates of the table on n qubits.
func random(rng *rand.Rand, n, gates int) *circuits.Circuit {
	c := circuits.New(n)
	for len(c.Ops) < gates {
		g := circuits.Gates()[rng.IntN(len(circuits.Gates()))]
		size := g.Spec().Qubits
		if !g.Unitary() || size < 1 || size > n {
			continue
		}
		var angles []circuits.Angle
		for range g.Spec().Params {
			angles = append(angles, circuits.Const(rng.NormFloat64()*3))
		}
		c.Append(g, angles, rng.Perm(n)[:size]...)
	}
	return c
}

func TestRunEquivalent(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 0))
	for _, name := range append(transpile.Targets(), "line-5", "grid-2x3", "all-to-all-6") {
		target := load(t, name)
		for level := range 4 {
			for range 3 {
				c := random(rng, 4, 30)
				r, err := transpile.Run(context.Background(), c, target, transpile.Options{Level: level, Effort: 0.05})
				if err != nil {
					t.Fatalf("%s level %d: %v", name, level, err)
				}
				if err := target.Check(r.Circuit); err != nil {
					t.Errorf("%s level %d: %v", name, level, err)
				}
				checkEqual(t, c, r, nil)
			}
		}
	}
}

// TestEveryCliffordGate writes the CX between all pairs of qubits, each by another Clifford
// gate, on a line: as few gates are left as where CX stand there, and the state is the same. Of
// those by ECR more are left, as √X† on a qubit join to rotations, which end a block.
func TestEveryCliffordGate(t *testing.T) {
	target, n := load(t, "line-5"), 5
	for name, cx := range map[string]func(c *circuits.Circuit, a, b int){
		"cx":  func(c *circuits.Circuit, a, b int) { c.CX(a, b) },
		"cz":  func(c *circuits.Circuit, a, b int) { c.H(b).CZ(a, b).H(b) },
		"cy":  func(c *circuits.Circuit, a, b int) { c.S(b).CY(a, b).Sdg(b) },
		"ecr": func(c *circuits.Circuit, a, b int) { c.Sdg(a).SXdg(b).ECR(a, b).X(a) },
		"iswap": func(c *circuits.Circuit, a, b int) { // SWAP·CZ·(S⊗S)
			c.H(b).Sdg(a).Sdg(b).ISWAP(a, b).H(a).SWAP(a, b)
		},
	} {
		all, want := circuits.New(n), circuits.New(n)
		for q := range n {
			all.RY(circuits.Const(0.3+float64(q)), q)
			want.RY(circuits.Const(0.3+float64(q)), q)
		}
		for a := range n {
			for b := range a {
				cx(all, a, b)
				want.CX(a, b)
			}
		}
		r, err := transpile.Run(t.Context(), all, target, transpile.Options{Level: 2})
		if err != nil {
			t.Fatal(err)
		}
		checkEqual(t, want, r, nil)
		most := map[string]int{"ecr": n*(n-1)/2 - 1}
		if got := r.TwoQubitGates(); got > max(most[name], n-1) {
			t.Errorf("%s: %d gates on two qubits, want %d at most", name, got, max(most[name], n-1))
		}
	}
}

// TestControlledPhases counts the gates that gates on three qubits take where a controlled
// phase takes one.
func TestControlledPhases(t *testing.T) {
	target := load(t, "ionq-forte")
	for _, g := range []struct {
		gate circuits.Gate
		want int
	}{{circuits.GateCCX, 5}, {circuits.GateCCZ, 5}, {circuits.GateCSWAP, 7}} {
		c := circuits.New(3)
		for q := range 3 {
			c.RY(circuits.Const(0.4+float64(q)), q)
		}
		c.Append(g.gate, nil, 2, 0, 1)
		r, err := transpile.Run(context.Background(), c, target, transpile.Options{Level: 1})
		if err != nil {
			t.Fatal(err)
		}
		if got := r.TwoQubitGates(); got != g.want {
			t.Errorf("%s takes %d gates on two qubits, want %d", g.gate, got, g.want)
		}
		checkEqual(t, c, r, nil)
	}
}
