package transpile_test

import (
	"context"
	"errors"
	"math"
	"math/rand/v2"
	"reflect"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/qnn-go/qnn/circuits"
	"github.com/qnn-go/qnn/circuits/transpile"
)

// withErrors is a line of six qubits, of which the first three are bad.
func withErrors(t *testing.T) *transpile.Target {
	t.Helper()
	target, err := transpile.Read(strings.NewReader(`{"name": "line", "dialect": "ibm", "qubits": 6, "edges": [[0, 1], [1, 2], [2, 3], [3, 4], [4, 5]],
		"gates": [{"gate": "rz"}, {"gate": "sx", "errors": [0.001, 0.001, 0.001, 0.0001, 0.0001, 0.0001]},
			{"gate": "cz", "errors": [0.02, 0.03, 0.04, 0.004, 0.003]}, {"gate": "measure", "errors": [0.1, 0.1, 0.1, 0.01, 0.02, 0.03]}]}`))
	if err != nil {
		t.Fatal(err)
	}
	return target
}

// TestInfidelity compares with the product written out.
func TestInfidelity(t *testing.T) {
	target := withErrors(t)
	c := circuits.New(6).RZ(circuits.Const(1), 0).SX(0).CZ(3, 2).Measure(3, 0)
	want := 1 - (1-0.001)*(1-0.04)*(1-0.01)
	if got := target.Infidelity(c); math.Abs(got-want) > 1e-15 {
		t.Errorf("infidelity %v, want %v", got, want)
	}
}

// TestObjectives: each objective gives a result that no other beats in it, and the one of
// error finds the good half of a line, whatever layout the search begins with.
func TestObjectives(t *testing.T) {
	if testing.Short() {
		t.Skip("slow; the whole form of the tests runs it")
	}
	target, rng := withErrors(t), rand.New(rand.NewPCG(4, 0))
	for range 4 {
		c := random(rng, 3, 20).Measure(0, 0).Measure(1, 1).Measure(2, 2)
		results := map[transpile.Objective]*transpile.Result{}
		for _, o := range transpile.Objectives() {
			r, err := transpile.Run(t.Context(), c, target, transpile.Options{Level: 3, Objective: o, Effort: 0.1})
			if err != nil {
				t.Fatal(err)
			}
			checkOutcomes(t, string(o), c, r)
			results[o] = r
		}
		for o, r := range results {
			if fewest := results[transpile.Gates]; r.TwoQubitGates() < fewest.TwoQubitGates() && r.Circuit.Depth() <= fewest.Circuit.Depth() {
				t.Errorf("%s has %d gates, %s %d", o, r.TwoQubitGates(), transpile.Gates, fewest.TwoQubitGates())
			}
			if r.Circuit.Depth() < results[transpile.Depth].Circuit.Depth() {
				t.Errorf("%s has depth %d, %s %d", o, r.Circuit.Depth(), transpile.Depth, results[transpile.Depth].Circuit.Depth())
			}
			if target.Infidelity(r.Circuit) < target.Infidelity(results[transpile.Error].Circuit) {
				t.Errorf("%s has less error than %s", o, transpile.Error)
			}
		}
		for _, p := range results[transpile.Error].Initial {
			if p < 3 {
				t.Errorf("the layout is %v, the good qubits are 3 to 5", results[transpile.Error].Initial)
			}
		}
	}
	_, err := transpile.Run(t.Context(), circuits.New(1).H(0), load(t, "line-2"), transpile.Options{Objective: transpile.Error})
	if !errors.Is(err, transpile.ErrObjective) {
		t.Errorf("without rates of error: error %v, want ErrObjective", err)
	}
	if _, err := transpile.Run(t.Context(), circuits.New(1).H(0), target, transpile.Options{Objective: "beauty"}); !errors.Is(err, transpile.ErrObjective) {
		t.Errorf("unknown objective: error %v, want ErrObjective", err)
	}
}

// TestDepthIsBounded: fewer gates do not buy any depth. On heavy hexagons a Fourier
// transform of 12 qubits took 197 gates in a depth of 329; swaps along a row take about as
// many in half of it.
func TestDepthIsBounded(t *testing.T) {
	if testing.Short() {
		t.Skip("slow; the whole form of the tests runs it")
	}
	c := circuits.New(12)
	for q := 11; q >= 0; q-- {
		c.H(q)
		for k := range q {
			c.CP(circuits.Const(math.Pi/float64(int(1)<<(q-k))), k, q)
		}
	}
	target := load(t, "ibm-heron-r2")
	gates, err := transpile.Run(t.Context(), c, target, transpile.Options{Level: 3, Effort: 0.1})
	if err != nil {
		t.Fatal(err)
	}
	depth, err := transpile.Run(t.Context(), c, target, transpile.Options{Level: 3, Effort: 0.1, Objective: transpile.Depth})
	if err != nil {
		t.Fatal(err)
	}
	if g, d := gates.Circuit.Depth(), depth.Circuit.Depth(); g > 2*d || d > 200 || gates.TwoQubitGates() > 197 {
		t.Errorf("%d gates in a depth of %d, least depth %d; want at most 197 gates, at most twice the least depth, and that at most 200", gates.TwoQubitGates(), g, d)
	}
}

// TestEffort: equal effort gives equal results, a small one still a right result, and a
// negative one an error.
func TestEffort(t *testing.T) {
	target, c := load(t, "ibm-heron-r2"), random(rand.New(rand.NewPCG(5, 0)), 6, 40)
	gates := map[float64]int{}
	for _, effort := range []float64{1e-9, 0.01, 0.3} {
		var first *transpile.Result
		for range 2 {
			r, err := transpile.Run(t.Context(), c, target, transpile.Options{Level: 3, Effort: effort})
			if err != nil {
				t.Fatal(err)
			}
			if first == nil {
				first = r
			} else if !reflect.DeepEqual(r, first) {
				t.Errorf("effort %v: two results", effort)
			}
		}
		checkEqual(t, c, first, nil)
		gates[effort] = first.TwoQubitGates()
	}
	if gates[0.3] > gates[1e-9] {
		t.Errorf("%d gates by effort 0.3, %d by hardly any", gates[0.3], gates[1e-9])
	}
	for _, effort := range []float64{-1, math.NaN()} {
		if _, err := transpile.Run(t.Context(), c, target, transpile.Options{Effort: effort}); !errors.Is(err, transpile.ErrEffort) {
			t.Errorf("effort %v: error %v, want ErrEffort", effort, err)
		}
	}
}

// countdown is a context that is done after Err was asked for so many times.
type countdown struct {
	context.Context

	left atomic.Int64
}

func (c *countdown) Err() error {
	if c.left.Add(-1) < 0 {
		return context.Canceled
	}
	return nil
}

// TestCancelled ends a search of one goroutine at many points; each gives the error and
// nothing else.
func TestCancelled(t *testing.T) {
	c, target := random(rand.New(rand.NewPCG(6, 0)), 6, 60), load(t, "line-6")
	points := 0
	for after := 0; ; after += 1 + after/4 {
		ctx := &countdown{Context: t.Context()}
		ctx.left.Store(int64(after))
		r, err := transpile.Run(ctx, c, target, transpile.Options{Level: 3, Trials: 1, Effort: 0.02})
		if err == nil {
			break
		}
		if points++; !errors.Is(err, context.Canceled) || r != nil {
			t.Fatalf("cancelled after %d checks: %v, %v", after, r, err)
		}
	}
	if points < 8 {
		t.Errorf("cancelled at %d points only", points)
	}
}
