package optim

import (
	"encoding/json"
	"errors"
	"math"
	"os"
	"slices"
	"strings"
	"testing"
)

// quadratic is L(w) = w·A·w/2 − b·w.
type quadratic struct {
	A [][]float64 `json:"A"`
	B []float64   `json:"b"`
}

func (q quadratic) evaluate(w, grad []float64) (loss float64) {
	for i, row := range q.A {
		grad[i] = -q.B[i]
		for j, a := range row {
			grad[i] += a * w[j]
		}
		loss += w[i] * (grad[i] - q.B[i]) / 2
	}
	return loss
}

// trajectory is what an optimizer visits.
type trajectory struct {
	Name   string      `json:"name"`
	Config Config      `json:"config"`
	Points [][]float64 `json:"points"`
}

func TestTrajectories(t *testing.T) {
	data, err := os.ReadFile("testdata/trajectories.json") // by testdata/trajectories.py
	if err != nil {
		t.Fatal(err)
	}
	var want struct {
		quadratic
		Start []float64    `json:"start"`
		Cases []trajectory `json:"cases"`
	}
	if err := json.Unmarshal(data, &want); err != nil {
		t.Fatal(err)
	}
	for _, name := range Names() {
		if name != lbfgsName && !slices.ContainsFunc(want.Cases, func(c trajectory) bool { return c.Name == name }) {
			t.Errorf("%s has no recorded steps", name)
		}
	}
	for _, c := range want.Cases {
		o, err := New(c.Name, c.Config)
		if err != nil {
			t.Fatal(err)
		}
		w, grad := slices.Clone(want.Start), make([]float64, len(want.Start))
		for step, point := range c.Points {
			loss := want.evaluate(w, grad)
			if err := o.Step(w, loss, grad); err != nil {
				t.Fatal(err)
			}
			for i := range w {
				if d := math.Abs(w[i] - point[i]); !(d <= 1e-12) {
					t.Fatalf("%s %+v: step %d: weight %d is %v, want %v", c.Name, c.Config, step+1, i, w[i], point[i])
				}
			}
		}
	}
}

// The size of Adam's first step is the learning rate whatever the size of the
// gradient, as long as it is large beside ε (Kingma and Ba 2014, section 2.1).
func TestAdamFirstStep(t *testing.T) {
	o := &Adam{LearningRate: 0.25}
	w := []float64{1, 1, 1}
	if err := o.Step(w, 0, []float64{1e6, -3, 0}); err != nil {
		t.Fatal(err)
	}
	for i, want := range []float64{0.75, 1.25, 1} {
		if math.Abs(w[i]-want) > 1e-8 {
			t.Errorf("weight %d is %v, want %v", i, w[i], want)
		}
	}
}

func TestDefaults(t *testing.T) {
	for _, name := range Names() {
		o, err := New(name, Config{})
		if err != nil {
			t.Fatal(err)
		}
		if o.Name() != name {
			t.Errorf("New(%q) is called %q", name, o.Name())
		}
		if got, want := o.FullBatch(), name == "lbfgs"; got != want {
			t.Errorf("%s: FullBatch is %v", name, got)
		}
		zero := map[string]Optimizer{"adam": &Adam{}, "lbfgs": &LBFGS{}, "sgd": &SGD{}}[name]
		if got, want := stateOf(t, zero), stateOf(t, o); got != want {
			t.Errorf("%s: zero value is %s, want %s", name, got, want)
		}
	}
	if !slices.IsSorted(Names()) {
		t.Errorf("Names is %v, not sorted", Names())
	}
}

func stateOf(t testing.TB, o Optimizer) string {
	t.Helper()
	data, err := json.Marshal(o)
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}

func TestNewErrors(t *testing.T) {
	nan, inf := math.NaN(), math.Inf(1)
	for _, c := range []struct {
		name   string
		config Config
		is     error
		want   string
	}{
		{"adm", Config{}, ErrUnknown, `"adm": unknown optimizer; did you mean "adam"? (adam, lbfgs, sgd)`},
		{"L-BFGS", Config{}, ErrUnknown, `"L-BFGS": unknown optimizer; did you mean "lbfgs"? (adam, lbfgs, sgd)`},
		{"SGD", Config{}, ErrUnknown, `"SGD": unknown optimizer; did you mean "sgd"? (adam, lbfgs, sgd)`},
		{"", Config{}, ErrUnknown, `"": unknown optimizer; choose one of adam, lbfgs, sgd`},
		{"rmsprop", Config{}, ErrUnknown, `"rmsprop": unknown optimizer; choose one of adam, lbfgs, sgd`},
		{"sgd", Config{LearningRate: -0.1}, ErrConfig, "sgd: learning_rate is -0.1: invalid setting; it must be positive and finite"},
		{"sgd", Config{LearningRate: nan}, ErrConfig, "learning_rate is NaN"},
		{"sgd", Config{LearningRate: inf}, ErrConfig, "learning_rate is +Inf"},
		{"sgd", Config{Momentum: 1}, ErrConfig, "momentum is 1"},
		{"sgd", Config{Momentum: -0.5}, ErrConfig, "momentum is -0.5"},
		{"sgd", Config{Momentum: nan}, ErrConfig, "momentum is NaN"},
		{"sgd", Config{Nesterov: true}, ErrConfig, "nesterov without momentum"},
		{"sgd", Config{Beta1: 0.9}, ErrConfig, "sgd has no setting beta1"},
		{"adam", Config{LearningRate: -1}, ErrConfig, "learning_rate is -1"},
		{"adam", Config{Beta1: 1}, ErrConfig, "beta1 is 1"},
		{"adam", Config{Beta2: nan}, ErrConfig, "beta2 is NaN"},
		{"adam", Config{Epsilon: -1e-8}, ErrConfig, "epsilon is -1e-08"},
		{"adam", Config{Epsilon: inf}, ErrConfig, "epsilon is +Inf"},
		{"adam", Config{Momentum: 0.9}, ErrConfig, "adam has no setting momentum"},
		{"adam", Config{Store: 3}, ErrConfig, "adam has no setting store"},
		{"lbfgs", Config{GradientTolerance: -1}, ErrConfig, "gradient_tolerance is -1"},
		{"lbfgs", Config{GradientTolerance: nan}, ErrConfig, "gradient_tolerance is NaN"},
		{"lbfgs", Config{Store: -1}, ErrConfig, "store is -1"},
		{"lbfgs", Config{Store: 101}, ErrConfig, "store is 101"},
		{"lbfgs", Config{LearningRate: 0.1}, ErrConfig, "lbfgs has no setting learning_rate"},
		{"lbfgs", Config{LearningRate: nan}, ErrConfig, "lbfgs has no setting learning_rate"},
	} {
		o, err := New(c.name, c.config)
		if o != nil || !errors.Is(err, c.is) || !strings.Contains(err.Error(), c.want) {
			t.Errorf("New(%q, %+v) = %v, %v, want %q", c.name, c.config, o, err, c.want)
		}
	}
}

// warm returns each optimizer after two steps on two weights, with the weights
// to be evaluated next.
func warm(t testing.TB) map[string]func() (Optimizer, []float64) {
	q := quadratic{A: [][]float64{{2, 0.5}, {0.5, 1}}, B: []float64{1, -1}}
	all := map[string]func() (Optimizer, []float64){}
	for _, name := range Names() {
		all[name] = func() (Optimizer, []float64) {
			o, err := New(name, Config{})
			if err != nil {
				t.Fatal(err)
			}
			w, grad := []float64{3, 4}, make([]float64, 2)
			for range 2 {
				if err := o.Step(w, q.evaluate(w, grad), grad); err != nil {
					t.Fatal(err)
				}
			}
			return o, w
		}
	}
	return all
}

func TestStepErrors(t *testing.T) {
	nan, inf := math.NaN(), math.Inf(1)
	for name, start := range warm(t) {
		_, asked := start()
		for _, c := range []struct {
			only string // the optimizer concerned, "" for all
			w    []float64
			loss float64
			grad []float64
			is   error
			want string
		}{
			{"", asked, nan, []float64{1, 1}, ErrNotFinite, "loss is NaN"},
			{"", asked, inf, []float64{1, 1}, ErrNotFinite, "loss is +Inf"},
			{"", asked, 1, []float64{1, nan}, ErrNotFinite, "gradient of weight 1 is NaN"},
			{"", asked, 1, []float64{-inf, 1}, ErrNotFinite, "gradient of weight 0 is -Inf"},
			{"", []float64{asked[0], nan}, 1, []float64{1, 1}, ErrNotFinite, "weight 1 is NaN"},
			{"", asked, 1, []float64{1}, ErrLength, "2 weights and 1 gradient entries"},
			{"", asked[:1], 1, []float64{1}, ErrLength, "1 weights, but 2 in the steps before"},
			{"", nil, 1, nil, ErrLength, "no weights"},
			{"sgd", []float64{0, -math.MaxFloat64}, 1, []float64{1, math.MaxFloat64}, ErrNotFinite, "next value of weight 1 is -Inf"},
			{"adam", asked, 1, []float64{1, 1e200}, ErrNotFinite, "second moment of weight 1 is +Inf"},
			{"lbfgs", []float64{asked[0], asked[1] + 1}, 1, []float64{1, 1}, ErrPoint, "weight 1 is"},
		} {
			if c.only != "" && c.only != name {
				continue
			}
			o, _ := start()
			before, w := stateOf(t, o), slices.Clone(c.w)
			err := o.Step(w, c.loss, c.grad)
			if !errors.Is(err, c.is) || !strings.HasPrefix(err.Error(), name+": ") || !strings.Contains(err.Error(), c.want) {
				t.Errorf("%s: error is %v, want %q", name, err, c.want)
			}
			for i := range w {
				if math.Float64bits(w[i]) != math.Float64bits(c.w[i]) {
					t.Errorf("%s: %v: weight %d changed from %v to %v", name, err, i, c.w[i], w[i])
				}
			}
			if after := stateOf(t, o); after != before {
				t.Errorf("%s: %v: state changed from %s to %s", name, err, before, after)
			}
		}
	}
}

// A first step that fails leaves nothing behind, the number of weights included.
func TestFailedFirstStep(t *testing.T) {
	for _, o := range []Optimizer{&SGD{}, &Adam{}, &LBFGS{}} {
		before := stateOf(t, o)
		if err := o.Step([]float64{0, 0}, 1, []float64{1, math.Inf(1)}); !errors.Is(err, ErrNotFinite) {
			t.Errorf("%s: error is %v", o.Name(), err)
		}
		if o.Name() != "lbfgs" {
			if err := o.Step([]float64{0, -math.MaxFloat64}, 1, []float64{1, math.MaxFloat64}); !errors.Is(err, ErrNotFinite) {
				t.Errorf("%s: error is %v", o.Name(), err)
			}
		}
		if after := stateOf(t, o); after != before {
			t.Errorf("%s: state changed from %s to %s", o.Name(), before, after)
		}
		if err := o.Step([]float64{1, 2, 3}, 1, []float64{1, 1, 1}); err != nil {
			t.Errorf("%s: %v", o.Name(), err)
		}
	}
}

// A setting spoiled between steps is refused, not used.
func TestSettingChangedBetweenSteps(t *testing.T) {
	s := &SGD{LearningRate: 1}
	w := []float64{0}
	if err := s.Step(w, 0, []float64{1}); err != nil || w[0] != -1 {
		t.Fatalf("w = %v, %v, want -1", w, err)
	}
	s.LearningRate = 0.5
	if err := s.Step(w, 0, []float64{1}); err != nil || w[0] != -1.5 {
		t.Fatalf("w = %v, %v, want -1.5", w, err)
	}
	s.LearningRate = -1
	if err := s.Step(w, 0, []float64{1}); !errors.Is(err, ErrConfig) || w[0] != -1.5 {
		t.Fatalf("w = %v, %v, want -1.5 and ErrConfig", w, err)
	}
	if _, err := json.Marshal(s); !errors.Is(err, ErrConfig) {
		t.Errorf("error is %v", err)
	}
}

// An optimizer made without New checks its settings all the same.
func TestInvalidLiteral(t *testing.T) {
	for _, o := range []Optimizer{&SGD{Momentum: 2}, &Adam{Beta1: -1}, &LBFGS{Store: -1}} {
		w := []float64{1}
		if err := o.Step(w, 1, []float64{1}); !errors.Is(err, ErrConfig) || w[0] != 1 {
			t.Errorf("%s: w = %v, %v, want 1 and ErrConfig", o.Name(), w, err)
		}
		if _, err := json.Marshal(o); !errors.Is(err, ErrConfig) {
			t.Errorf("%s: saved with error %v", o.Name(), err)
		}
	}
}

func TestAdamOverflow(t *testing.T) {
	o := &Adam{LearningRate: math.MaxFloat64}
	w := []float64{-math.MaxFloat64}
	err := o.Step(w, 1, []float64{1})
	if !errors.Is(err, ErrNotFinite) || !strings.Contains(err.Error(), "next value of weight 0 is -Inf") || w[0] != -math.MaxFloat64 {
		t.Errorf("w = %v, %v", w, err)
	}
}

func TestStepAllocations(t *testing.T) {
	grad := make([]float64, 64)
	for i := range grad {
		grad[i] = float64(i) - 31.5
	}
	for _, o := range []Optimizer{&SGD{Momentum: 0.9, Nesterov: true}, &Adam{}} {
		w := make([]float64, len(grad))
		allocations := testing.AllocsPerRun(100, func() { // its first run is a warm-up
			if err := o.Step(w, 1, grad); err != nil {
				t.Fatal(err)
			}
		})
		if allocations != 0 {
			t.Errorf("%s: %v allocations a step", o.Name(), allocations)
		}
	}
}

func BenchmarkStep(b *testing.B) {
	const n = 1000
	for _, o := range []Optimizer{&SGD{Momentum: 0.9}, &Adam{}} {
		b.Run(o.Name(), func(b *testing.B) {
			w, grad := make([]float64, n), make([]float64, n)
			for i := range grad {
				grad[i] = float64(i-n/2) / n
			}
			b.SetBytes(8 * n)
			b.ReportAllocs()
			for b.Loop() {
				if err := o.Step(w, 1, grad); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
