package qsim_test

import (
	"context"
	"errors"
	"math"
	"math/rand/v2"
	"reflect"
	"runtime"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/qnn-go/qnn/circuits"
	"github.com/qnn-go/qnn/qsim"
	"github.com/qnn-go/qnn/qsim/simtest"
)

// layered is a hardware-efficient ansatz behind a feature on every qubit: in each
// layer RY and RZ on all qubits, then a chain of CX.
func layered(n, layers int) *circuits.Circuit {
	c := circuits.New(n)
	for q := range n {
		c.RX(circuits.Feature(q), q)
	}
	w := 0
	for range layers {
		for q := range n {
			c.RY(circuits.Weight(w), q).RZ(circuits.Weight(w+1), q)
			w += 2
		}
		for q := 1; q < n; q++ {
			c.CX(q-1, q)
		}
	}
	return c
}

func compile(t testing.TB, c *circuits.Circuit, observables ...circuits.PauliSum) *qsim.Program {
	t.Helper()
	p, err := qsim.Compile(c, qsim.Options{Observables: observables})
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func vectors(rng *rand.Rand, count, n int) [][]float64 {
	out := make([][]float64, count)
	for i := range out {
		out[i] = simtest.RandomVector(rng, n)
	}
	return out
}

// square is the loss Σ e²/2: its cotangents are the expectation values.
func square(_ int, e, c []float64) { copy(c, e) }

// results are all numbers that one program gives.
type results struct {
	expect, dw    []float64
	dx            [][]float64
	probabilities []float64
	counts        qsim.Counts
}

func evaluate(ctx context.Context, p *qsim.Program, m qsim.Method, weights []float64, samples [][]float64) (results, error) {
	r := results{
		expect: make([]float64, len(samples)*p.Observables()), dw: make([]float64, p.Weights()),
		dx: make([][]float64, len(samples)),
	}
	for i := range r.dx {
		r.dx[i] = make([]float64, p.Features())
	}
	var errs [4]error
	errs[0] = p.Expect(ctx, r.expect, weights, samples)
	errs[1] = p.Gradient(ctx, m, r.dw, r.dx, weights, samples, square)
	r.probabilities, errs[2] = p.Probabilities(ctx, weights, samples[0])
	r.counts, errs[3] = p.Sample(ctx, weights, samples[0], 100, 7)
	return r, errors.Join(errs[:]...)
}

// TestSameBytes holds results to the same bytes for any number of processors,
// below and above the size from which states themselves run in parallel, and for
// batches of several groups of partial sums.
func TestSameBytes(t *testing.T) {
	old := runtime.GOMAXPROCS(0)
	defer runtime.GOMAXPROCS(old)
	tests := []struct {
		n, layers, samples int
		method             qsim.Method
	}{
		{3, 2, 300, qsim.Adjoint},
		{3, 1, 130, qsim.ParameterShift},
		{3, 1, 20, qsim.FiniteDifference},
		{6, 2, 20, qsim.Adjoint},
		{8, 1, 150, qsim.Adjoint},
		{10, 1, 20, qsim.Adjoint},
		{11, 1, 9, qsim.ParameterShift},
		{13, 1, 9, qsim.Adjoint},
		{14, 1, 2, qsim.Adjoint},
		{15, 1, 2, qsim.Adjoint},
		{14, 1, 1, qsim.ParameterShift},
	}
	for _, tt := range tests {
		rng := rand.New(rand.NewPCG(3, 0))
		c := layered(tt.n, tt.layers)
		c.RXX(circuits.Weight(0), 0, tt.n-1).CRX(circuits.Weight(1), tt.n-1, 1)
		single, double := compileBoth(t, c, simtest.RandomObservable(rng, tt.n, 3), circuits.PauliZ(tt.n-1))
		weights, samples := simtest.RandomVector(rng, double.Weights()), vectors(rng, tt.samples, tt.n)
		for _, p := range []*qsim.Program{single, double} {
			var want results
			for _, procs := range []int{1, 2, 4} {
				runtime.GOMAXPROCS(procs)
				got, err := evaluate(t.Context(), p, tt.method, weights, samples)
				if err != nil {
					t.Fatal(err)
				}
				if procs == 1 {
					want = got
				} else if !reflect.DeepEqual(got, want) {
					t.Errorf("%+v, %v: GOMAXPROCS %d changes the results", tt, p.Precision(), procs)
				}
			}
		}
	}
}

// TestConcurrentPrograms uses several programs from many goroutines, the same
// program from several; run with -race.
func TestConcurrentPrograms(t *testing.T) {
	rng := rand.New(rand.NewPCG(4, 0))
	var group sync.WaitGroup
	for _, n := range []int{2, 4, 8, 11, 14} {
		single, double := compileBoth(t, layered(n, 1), circuits.PauliZ(0), simtest.RandomObservable(rng, n, 2))
		p := double
		if n%4 == 0 {
			p = single
		}
		weights, samples := simtest.RandomVector(rng, p.Weights()), vectors(rng, 3, n)
		want, err := evaluate(t.Context(), p, qsim.Adjoint, weights, samples)
		if err != nil {
			t.Fatal(err)
		}
		for range 6 {
			group.Go(func() {
				got, err := evaluate(t.Context(), p, qsim.Adjoint, weights, samples)
				if err != nil {
					t.Error(err)
				}
				if !reflect.DeepEqual(got, want) {
					t.Errorf("n=%d: results differ between concurrent calls", n)
				}
			})
			// Other weights in between: workspaces must not carry values over.
			group.Go(func() {
				other := make([]float64, len(weights))
				if _, err := evaluate(t.Context(), p, qsim.ParameterShift, other, samples[:1]); err != nil {
					t.Error(err)
				}
			})
		}
	}
	group.Wait()
}

// TestRecoversFromBadWeights checks that workspaces that saw NaN compute as new
// ones do.
func TestRecoversFromBadWeights(t *testing.T) {
	p := compile(t, layered(3, 1), circuits.PauliZ(2))
	rng := rand.New(rand.NewPCG(5, 0))
	weights, samples := simtest.RandomVector(rng, p.Weights()), vectors(rng, 20, 3)
	for _, m := range []qsim.Method{qsim.Adjoint, qsim.ParameterShift, qsim.FiniteDifference} {
		want, err := evaluate(t.Context(), p, m, weights, samples)
		if err != nil {
			t.Fatal(err)
		}
		bad := slices.Repeat([]float64{math.NaN()}, len(weights))
		if _, err := evaluate(t.Context(), p, m, bad, samples); !errors.Is(err, qsim.ErrNotFinite) {
			t.Fatalf("NaN weights: %v", err)
		}
		if got, err := evaluate(t.Context(), p, m, weights, samples); err != nil || !reflect.DeepEqual(got, want) {
			t.Errorf("%v: results after NaN weights differ (%v)", m, err)
		}
	}
}

// countdown is a context that ends after a number of looks at it.
type countdown struct {
	context.Context
	left, after atomic.Int64 // looks until the end, and looks after it
}

func newCountdown(looks int64) *countdown {
	c := &countdown{Context: context.Background()}
	c.left.Store(looks)
	return c
}

func (c *countdown) Err() error {
	if c.left.Add(-1) >= 0 {
		return nil
	}
	c.after.Add(1)
	return context.DeadlineExceeded
}

// TestCancellation ends the context in the middle of every verb, which must
// return its error after hardly another look at it.
func TestCancellation(t *testing.T) {
	rng := rand.New(rand.NewPCG(6, 0))
	for _, n := range []int{3, 8, 11, 14} {
		p := compile(t, layered(n, 2), circuits.PauliZ(0))
		dynamic := compile(t, layered(n, 1).Measure(0, 0).H(0))
		weights := simtest.RandomVector(rng, p.Weights())
		batch := vectors(rng, 40, n)
		state, err := qsim.NewState(n)
		if err != nil {
			t.Fatal(err)
		}
		gradient := func(m qsim.Method) func(context.Context) error {
			return func(ctx context.Context) error {
				return p.Gradient(ctx, m, make([]float64, p.Weights()), nil, weights, batch, square)
			}
		}
		tests := map[string]func(ctx context.Context) error{
			"run":    func(ctx context.Context) error { return p.Run(ctx, state, weights, batch[0]) },
			"expect": func(ctx context.Context) error { return p.Expect(ctx, make([]float64, len(batch)), weights, batch) },
			"sample": func(ctx context.Context) error { _, err := p.Sample(ctx, weights, batch[0], 10, 0); return err },
			"trajectories": func(ctx context.Context) error {
				_, err := dynamic.Sample(ctx, weights[:dynamic.Weights()], batch[0], 10, 0)
				return err
			},
			"probabilities":   func(ctx context.Context) error { _, err := p.Probabilities(ctx, weights, batch[0]); return err },
			"adjoint":         gradient(qsim.Adjoint),
			"parameter shift": gradient(qsim.ParameterShift),
			"difference":      gradient(qsim.FiniteDifference),
		}
		for name, call := range tests {
			for _, looks := range []int64{0, 1} {
				ctx := newCountdown(looks)
				if err := call(ctx); !errors.Is(err, context.DeadlineExceeded) {
					t.Errorf("n=%d %s after %d looks: %v", n, name, looks, err)
				}
				// One look for each group of samples, at least two, that was still to begin.
				if after := ctx.after.Load(); after > int64(len(batch)/2) {
					t.Errorf("n=%d %s after %d looks: looked %d times at an ended context", n, name, looks, after)
				}
			}
		}
	}
}

// TestCompileCopies changes a circuit after it was compiled.
func TestCompileCopies(t *testing.T) {
	c := circuits.New(2).X(0).RX(circuits.Const(1), 1).Measure(0, 0).Reset(0).Unitary([]complex128{0, 1, 1, 0}, 0).Measure(0, 1)
	o := circuits.PauliZ(0)
	p, static := compile(t, c), compile(t, circuits.New(2).X(0), o)
	for i := range c.Ops {
		c.Ops[i].Qubits[0], c.Ops[i].Clbit = 1, 0
		clear(c.Ops[i].Matrix)
	}
	o[0].Coef, o[0].String[0].Qubit = 5, 1
	counts, err := p.Sample(t.Context(), nil, nil, 5, 0)
	if err != nil {
		t.Fatal(err)
	}
	if counts.Outcomes[3] != 5 {
		t.Errorf("counts of the changed circuit: %v, want 5 times 11", counts.Outcomes)
	}
	e := make([]float64, 1)
	if err := static.Expect(t.Context(), e, nil, [][]float64{nil}); err != nil || e[0] != -1 {
		t.Errorf("expectation of the changed observable: %v (%v), want −1", e[0], err)
	}
}

func TestRunRefusals(t *testing.T) {
	p := compile(t, circuits.New(2).RX(circuits.Weight(0), 0))
	state, err := qsim.NewState(3)
	if err != nil {
		t.Fatal(err)
	}
	if err := p.Run(t.Context(), state, []float64{1}, nil); !errors.Is(err, qsim.ErrShape) {
		t.Errorf("a state of 3 qubits for 2: %v", err)
	}
	dynamic := compile(t, circuits.New(3).H(0).Reset(0))
	if err := dynamic.Run(t.Context(), state, nil, nil); !errors.Is(err, qsim.ErrNotUnitary) {
		t.Errorf("run of a circuit with a reset: %v", err)
	}
	if err := p.Gradient(t.Context(), qsim.Method(9), make([]float64, 1), nil, []float64{1}, [][]float64{nil}, square); err == nil || !strings.Contains(err.Error(), "method(9)") {
		t.Errorf("unknown method: %v", err)
	}
}

// TestErrorsName checks that messages name what is wrong: the sample and the
// operation.
func TestErrorsName(t *testing.T) {
	p := compile(t, circuits.New(1).H(0).RX(circuits.Feature(0), 0), circuits.PauliZ(0))
	samples := vectors(rand.New(rand.NewPCG(7, 0)), 200, 1)
	samples[150][0] = math.Inf(1)
	want := "sample 150: operation 1 (rx): angle is not a finite number"
	if err := p.Expect(t.Context(), make([]float64, 200), nil, samples); err == nil || err.Error() != want {
		t.Errorf("expect: %v, want %s", err, want)
	}
	if err := p.Gradient(t.Context(), qsim.Adjoint, nil, nil, nil, samples, square); err == nil || err.Error() != want {
		t.Errorf("gradient: %v, want %s", err, want)
	}
}

func TestMethods(t *testing.T) {
	for _, name := range qsim.MethodNames() {
		m, err := qsim.ParseMethod(name)
		if err != nil || m.String() != name {
			t.Errorf("%s: %v, %v", name, m, err)
		}
	}
	if _, err := qsim.ParseMethod("magic"); err == nil || !strings.Contains(err.Error(), "adjoint, parameter-shift, finite-difference") {
		t.Errorf("unknown method: %v, want an error that lists the methods", err)
	}
}

// TestRunAllocates nothing on a warm program.
func TestRunAllocatesNothing(t *testing.T) {
	if raceEnabled {
		t.Skip("the race detector makes sync.Pool drop what it is given")
	}
	rng := rand.New(rand.NewPCG(8, 0))
	c := layered(4, 2).Concat(simtest.Random(rng, 4, 100, 2, 2)) // over the whole table
	p := compile(t, c)
	weights, features := simtest.RandomVector(rng, p.Weights()), simtest.RandomVector(rng, p.Features())
	state, err := qsim.NewState(4)
	if err != nil {
		t.Fatal(err)
	}
	ctx := t.Context()
	allocations := testing.AllocsPerRun(100, func() {
		if err := p.Run(ctx, state, weights, features); err != nil {
			t.Fatal(err)
		}
	})
	if allocations != 0 {
		t.Errorf("Run allocates %v times", allocations)
	}
}
