package transpile_test

import (
	"errors"
	"math"
	"math/rand/v2"
	"os"
	"testing"

	"github.com/qnn-go/qnn/circuits"
	"github.com/qnn-go/qnn/circuits/qasm"
	"github.com/qnn-go/qnn/circuits/transpile"
	"github.com/qnn-go/qnn/qsim/simtest"
)

// dynamic is a random circuit on 3 qubits and 3 bits, of which the last is hidden: gates,
// measurements and resets, many of them under conditions.
func dynamic(rng *rand.Rand, ops int) *circuits.Circuit {
	c := random(rng, 3, 6)
	c.Clbits, c.Hidden = 3, 1
	for len(c.Ops) < ops {
		switch rng.IntN(8) {
		case 0, 1:
			c.Measure(rng.IntN(3), rng.IntN(3))
		case 2:
			c.Reset(rng.IntN(3))
		default:
			one := random(rng, 3, 1)
			c.Ops = append(c.Ops, one.Ops...)
		}
		switch rng.IntN(4) {
		case 0:
			c.If(circuits.BitIs(rng.IntN(3), rng.IntN(2) == 0))
		case 1:
			c.If(circuits.BitsAre([]int{0, 2}, circuits.LessEqual, uint64(rng.IntN(4))))
		}
	}
	return c.Measure(0, 0).Measure(2, 1)
}

// checkOutcomes fails unless the outcomes of r have the probabilities of those of c.
func checkOutcomes(t *testing.T, name string, c *circuits.Circuit, r *transpile.Result) {
	t.Helper()
	compact, _ := r.Compact()
	want, got := simtest.Distribution(c, nil, nil), simtest.Distribution(compact, nil, nil)
	for outcome := range uint64(1) << (c.Clbits - c.Hidden) {
		if !(math.Abs(want[outcome]-got[outcome]) <= 1e-9) {
			t.Errorf("%s: probability of %b is %v, want %v\nof  %s\ngot %s", name, outcome, got[outcome], want[outcome], listing(c), listing(compact))
			return
		}
	}
}

// TestDynamic transpiles circuits that measure in the middle and act on what they measured,
// and follows every branch of every measurement.
func TestDynamic(t *testing.T) {
	rng := rand.New(rand.NewPCG(8, 0))
	for _, name := range []string{"line-4", "ibm-heron-r2", "ibm-heron-r2-fractional", "ibm-eagle"} {
		target := load(t, name)
		for level := range 4 {
			for range 6 {
				c := dynamic(rng, 16)
				r, err := transpile.Run(t.Context(), c, target, transpile.Options{Level: level, Trials: 2, Effort: 0.01})
				if err != nil {
					t.Fatalf("%s level %d: %v", name, level, err)
				}
				if err := target.Check(r.Circuit); err != nil {
					t.Errorf("%s level %d: %v", name, level, err)
				}
				checkOutcomes(t, name, c, r)
			}
		}
	}
}

// TestDynamicProgram runs a program with a teleported qubit: its bit has the probabilities
// of RY(−0.7)·RY(0.7)|0⟩, which is |0⟩.
func TestDynamicProgram(t *testing.T) {
	f, err := os.Open("testdata/teleport.qasm")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = f.Close() }()
	d, err := qasm.Decode(f, qasm.DecodeOptions{})
	if err != nil {
		t.Fatal(err)
	}
	r, err := transpile.Run(t.Context(), d.Circuit, load(t, "ibm-heron-r2"), transpile.Options{Level: 3})
	if err != nil {
		t.Fatal(err)
	}
	checkOutcomes(t, "teleport", d.Circuit, r)
	compact, _ := r.Compact()
	for outcome, p := range simtest.Distribution(compact, nil, nil) {
		if outcome>>2 == 1 && p > 1e-12 {
			t.Errorf("outcome %b has probability %v, the last bit must be 0", outcome, p)
		}
	}
}

// TestConditionsRefused: a device without them, and what no device has.
func TestConditionsRefused(t *testing.T) {
	conditional := circuits.New(2).H(0).Measure(0, 0).X(1).If(circuits.BitIs(0, true))
	for name, tt := range map[string]struct {
		c      *circuits.Circuit
		target string
	}{
		"conditions on a device without": {conditional, "iqm-garnet"},
		"a variable":                     {circuits.New(1).Measure(0, 0).Store(1, circuits.BitIs(0, true)), "line-2"},
	} {
		if _, err := transpile.Run(t.Context(), tt.c, load(t, tt.target), transpile.Options{}); !errors.Is(err, transpile.ErrConditional) {
			t.Errorf("%s: error %v, want ErrConditional", name, err)
		}
	}
	if err := load(t, "iqm-garnet").Check(circuits.New(1).Measure(0, 0).If(circuits.BitIs(0, true))); !errors.Is(err, transpile.ErrConditional) {
		t.Errorf("Check of a condition: error %v, want ErrConditional", err)
	}
}
