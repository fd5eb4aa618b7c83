package optim

import (
	"encoding/json"
	"errors"
	"math"
	"math/rand/v2"
	"runtime"
	"slices"
	"strings"
	"testing"

	"gonum.org/v1/gonum/floats"
	"gonum.org/v1/gonum/optimize"
	"gonum.org/v1/gonum/optimize/functions"
)

// landscape is a trigonometric polynomial, the form that the loss of a circuit
// of rotation gates has: L(w) = Σ c·cos(a·w + φ) with small integers a.
type landscape struct {
	frequencies [][]float64
	amplitudes  []float64
	phases      []float64
}

func newLandscape(n int, seed uint64) landscape {
	r := rand.New(rand.NewPCG(seed, 0))
	var l landscape
	for range 3 * n {
		a := make([]float64, n)
		for j := range a {
			a[j] = float64(r.IntN(3) - 1)
		}
		l.frequencies = append(l.frequencies, a)
		l.amplitudes = append(l.amplitudes, r.NormFloat64())
		l.phases = append(l.phases, r.Float64())
	}
	return l
}

func (l landscape) evaluate(w, grad []float64) (loss float64) {
	clear(grad)
	for i, a := range l.frequencies {
		sin, cos := math.Sincos(floats.Dot(a, w) + l.phases[i])
		loss += l.amplitudes[i] * cos
		floats.AddScaled(grad, -l.amplitudes[i]*sin, a)
	}
	return loss
}

func rosenbrock(w, grad []float64) (loss float64) {
	var f functions.ExtendedRosenbrock
	f.Grad(grad, w)
	return f.Func(w)
}

// descend steps o from w until it stops, at most limit times, and returns the
// number of evaluations and the error.
func descend(o Optimizer, evaluate func(w, grad []float64) float64, w []float64, limit int) (evaluations int, err error) {
	grad := make([]float64, len(w))
	for err == nil && evaluations < limit {
		loss := evaluate(w, grad)
		evaluations++
		err = o.Step(w, loss, grad)
	}
	return evaluations, err
}

func TestLBFGSRosenbrock(t *testing.T) {
	// The minimum is 0 at (1, …, 1) (Rosenbrock 1960, doi:10.1093/comjnl/3.3.175);
	// the starting point is the customary one. 100 evaluations for 2 weights and
	// 200 for 10 are twice what gonum v0.17.0 needs on amd64.
	for _, c := range []struct{ weights, limit int }{{2, 100}, {10, 200}} {
		w := make([]float64, c.weights)
		for i := range w {
			w[i] = []float64{-1.2, 1}[i%2]
		}
		evaluations, err := descend(&LBFGS{GradientTolerance: 1e-9}, rosenbrock, w, c.limit)
		if !errors.Is(err, ErrConverged) || !strings.Contains(err.Error(), "below the tolerance 1e-09") {
			t.Fatalf("%d weights, %d evaluations: %v", c.weights, evaluations, err)
		}
		for i, x := range w {
			if math.Abs(x-1) > 1e-8 {
				t.Errorf("%d weights: weight %d is %v, want 1", c.weights, i, x)
			}
		}
	}
}

// The points are those of gonum's own loop, bit for bit.
func TestLBFGSVisitsPointsOfMinimize(t *testing.T) {
	const tolerance = 1e-6
	for seed := range uint64(20) {
		n := 1 + int(seed)%8
		l := newLandscape(n, seed)
		start := make([]float64, n)
		scratch := make([]float64, n)

		var want [][]float64
		visit := func(x []float64) {
			if len(want) == 0 || firstDifference(want[len(want)-1], x) >= 0 {
				want = append(want, slices.Clone(x))
			}
		}
		problem := optimize.Problem{
			Func: func(x []float64) float64 { visit(x); return l.evaluate(x, scratch) },
			Grad: func(grad, x []float64) { visit(x); l.evaluate(x, grad) },
		}
		settings := &optimize.Settings{Converger: optimize.NeverTerminate{}}
		method := &optimize.LBFGS{Store: 4, GradStopThreshold: tolerance}
		result, err := optimize.Minimize(problem, start, settings, method)
		if err != nil || result.Status != optimize.GradientThreshold {
			t.Fatalf("seed %d: %v, %v", seed, result.Status, err)
		}

		var got [][]float64
		w := slices.Clone(start)
		_, err = descend(&LBFGS{Store: 4, GradientTolerance: tolerance}, func(w, grad []float64) float64 {
			got = append(got, slices.Clone(w))
			return l.evaluate(w, grad)
		}, w, 1000)
		if !errors.Is(err, ErrConverged) {
			t.Fatalf("seed %d: %v", seed, err)
		}
		if len(got) != len(want) || len(got) < 4 {
			t.Fatalf("seed %d: %d points, want %d and at least 4", seed, len(got), len(want))
		}
		for k := range got {
			if i := firstDifference(got[k], want[k]); i >= 0 {
				t.Fatalf("seed %d: point %d is %v, want %v", seed, k, got[k], want[k])
			}
		}
		if i := firstDifference(w, result.X); i >= 0 {
			t.Errorf("seed %d: ends at %v, want %v", seed, w, result.X)
		}
	}
}

// When no trial is lower than the start, the search ends there.
func TestLBFGSLineSearchFails(t *testing.T) {
	o, calls := &LBFGS{}, 0.0
	start := []float64{0.5, -2}
	w := slices.Clone(start)
	evaluations, err := descend(o, func(_, grad []float64) float64 {
		calls++
		grad[0], grad[1] = 1, 1
		return calls
	}, w, 200) // each trial halves the step: below 2^-53 of the weights after some 60
	if !errors.Is(err, ErrConverged) || !errors.Is(err, optimize.ErrNoProgress) {
		t.Fatalf("after %d evaluations: %v", evaluations, err)
	}
	if !slices.Equal(w, start) {
		t.Errorf("ends at %v, want the start %v", w, start)
	}
	// Later steps repeat the answer and lead back to the best point.
	again := []float64{7, 7}
	if e := o.Step(again, 0, []float64{1, 1}); !errors.Is(e, err) || !slices.Equal(again, start) {
		t.Errorf("next step: %v at %v, want %v at %v", e, again, err, start)
	}
}

// A trial can be lower than the point at which the search ends; the weights are
// then that trial.
func TestLBFGSEndsAtLowestPoint(t *testing.T) {
	losses := []float64{0, -5} // then rising: a lower point, but with a gradient that is not accepted
	var lowest []float64
	calls := 0
	w := []float64{1}
	_, err := descend(&LBFGS{}, func(w, grad []float64) float64 {
		calls++
		grad[0] = 1
		if calls <= len(losses) {
			lowest = slices.Clone(w)
			return losses[calls-1]
		}
		return float64(calls)
	}, w, 500)
	if !errors.Is(err, ErrConverged) {
		t.Fatalf("after %d evaluations: %v", calls, err)
	}
	if calls <= len(losses) || !slices.Equal(w, lowest) {
		t.Errorf("ends at %v after %d evaluations, want %v", w, calls, lowest)
	}
}

// Extreme but finite values end the search; none reaches a panic of gonum.
func TestLBFGSExtremeValues(t *testing.T) {
	const huge, tiny = math.MaxFloat64, math.SmallestNonzeroFloat64
	for _, grad := range [][]float64{{huge, huge}, {huge, -tiny}, {1e200, 1e200}, {1e-200, 1e-200}, {tiny, 0}} {
		for _, loss := range []float64{huge, -huge, 0} {
			o := &LBFGS{GradientTolerance: tiny}
			w := []float64{1, -huge}
			evaluations, err := descend(o, func(_, g []float64) float64 { copy(g, grad); return loss }, w, 5000)
			if !errors.Is(err, ErrConverged) {
				t.Errorf("gradient %v, loss %v: %v after %d evaluations", grad, loss, err, evaluations)
			}
			for i, x := range w {
				if !finite(x) {
					t.Errorf("gradient %v, loss %v: weight %d is %v", grad, loss, i, x)
				}
			}
		}
	}
}

func TestLBFGSSettingsAreFixedByFirstStep(t *testing.T) {
	l := newLandscape(3, 1)
	fixed, changed := &LBFGS{Store: 2}, &LBFGS{Store: 2}
	a, b := make([]float64, 3), make([]float64, 3)
	for step := range 12 {
		if _, err := descend(fixed, l.evaluate, a, 1); err != nil {
			t.Fatal(err)
		}
		if _, err := descend(changed, l.evaluate, b, 1); err != nil {
			t.Fatal(err)
		}
		changed.Store, changed.GradientTolerance = 50, 1e3
		if i := firstDifference(a, b); i >= 0 {
			t.Fatalf("step %d: %v, want %v", step, b, a)
		}
		if got, want := stateOf(t, changed), stateOf(t, fixed); got != want {
			t.Fatalf("step %d: state is %s, want %s", step, got, want)
		}
	}
}

// The state does not grow with the number of steps.
func TestLBFGSStateIsBounded(t *testing.T) {
	const store, n = 3, 20
	o := &LBFGS{Store: store, GradientTolerance: 1e-9}
	w := make([]float64, n)
	for i := range w {
		w[i] = []float64{-1.2, 1}[i%2]
	}
	steps, most := 0, 0
	for {
		_, err := descend(o, rosenbrock, w, 1)
		steps++
		var state lbfgsState
		text := stateOf(t, o)
		if err := json.Unmarshal([]byte(text), &state); err != nil {
			t.Fatal(err)
		}
		most = max(most, len(state.Accepted))
		// 25 bytes hold any float64 and a comma; 300 the names.
		if vectors := 2*(store+1) + len(state.Trials) + 2; len(text) > 25*n*vectors+300 {
			t.Fatalf("step %d: state of %d bytes for %d vectors of %d", steps, len(text), vectors, n)
		}
		if err != nil {
			break
		}
	}
	if most != store+1 || steps < 10*store {
		t.Errorf("at most %d accepted points in %d steps, want %d in at least %d", most, steps, store+1, 10*store)
	}
}

func TestLBFGSLeavesNoGoroutine(t *testing.T) {
	l := newLandscape(4, 3)
	before := runtime.NumGoroutine()
	kept := make([]Optimizer, 200)
	for i := range kept {
		kept[i] = &LBFGS{}
		if _, err := descend(kept[i], l.evaluate, make([]float64, 4), 3); err != nil {
			t.Fatal(err)
		}
		if err := json.Unmarshal([]byte(stateOf(t, kept[i])), kept[i]); err != nil {
			t.Fatal(err)
		}
	}
	if after := runtime.NumGoroutine(); after > before {
		t.Errorf("%d goroutines after %d unfinished descents, %d before", after, len(kept), before)
	}
	runtime.KeepAlive(kept)
}

// Of points with equal losses the search ends at the one that was evaluated last.
func TestLBFGSEndsAtLatestOfEquals(t *testing.T) {
	var second []float64
	calls := 0
	w := []float64{1}
	_, err := descend(&LBFGS{}, func(w, grad []float64) float64 {
		calls++
		grad[0] = 1
		if calls == 2 {
			second = slices.Clone(w)
		}
		return float64(max(calls, 2)) // 2, 2, 3, 4, …
	}, w, 500)
	if !errors.Is(err, ErrConverged) || calls < 3 {
		t.Fatalf("after %d evaluations: %v", calls, err)
	}
	if !slices.Equal(w, second) {
		t.Errorf("ends at %v, want the second point %v", w, second)
	}
}
