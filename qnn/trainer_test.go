package qnn

import (
	"context"
	"errors"
	"math"
	"slices"
	"strings"
	"testing"

	"github.com/qnn-go/qnn/circuits"
	"github.com/qnn-go/qnn/circuits/ansatz"
	"github.com/qnn-go/qnn/qnn/dataset"
	"github.com/qnn-go/qnn/qnn/optim"
	"github.com/qnn-go/qnn/qsim"
)

// Settings that cannot be are refused before anything is computed, in words that
// name them.
func TestImpossibleSettings(t *testing.T) {
	nan := math.NaN()
	tests := []struct {
		name    string
		task    Task
		trainer Trainer
		want    error
		words   string
	}{
		{"negative epochs", Binary, Trainer{Epochs: -1}, ErrConfig, "epochs -1"},
		{"negative batch", Binary, Trainer{BatchSize: -8}, ErrConfig, "batch size -8"},
		{"misspelt loss", Binary, Trainer{Loss: NamedLoss("hing")}, ErrConfig, `did you mean "hinge"?`},
		{"hinge for numbers", Regression, Trainer{Loss: Hinge}, ErrConfig, `use "mse"`},
		{"cross-entropy for numbers", Regression, Trainer{Loss: CrossEntropy}, ErrConfig, `use "mse"`},
		{"NaN learning rate", Binary, Trainer{Optimizer: &optim.Adam{LearningRate: nan}}, optim.ErrConfig, "learning_rate"},
		{"negative learning rate", Binary, Trainer{Optimizer: &optim.Adam{LearningRate: -1}}, optim.ErrConfig, "learning_rate"},
		{"unknown method", Binary, Trainer{Method: 9}, ErrConfig, "adjoint"},
	}
	for _, tt := range tests {
		calls := 0
		m, d := small(t, tt.task, 1, wrap(&wrapper{before: func() { calls++ }})), randomData(1, tt.task, 8, 2)
		s, err := tt.trainer.Fit(t.Context(), m, d, nil)
		if s != nil || !errors.Is(err, ErrConfig) || !errors.Is(err, tt.want) || !strings.Contains(err.Error(), tt.words) {
			t.Errorf("%s: state %v, error %v; want ErrConfig, %v and %q", tt.name, s, err, tt.want, tt.words)
		}
		if calls != 0 {
			t.Errorf("%s: refused after %d simulations", tt.name, calls)
		}
	}
}

func TestDefaults(t *testing.T) {
	for task, loss := range map[Task]Loss{Binary: CrossEntropy, Multiclass: CrossEntropy, Regression: MSE} {
		got := value((&Trainer{}).resolve(task))(t)
		if got.Epochs != 60 || got.BatchSize != 32 || got.Optimizer.Name() != "adam" || got.Patience != 10 || got.Loss != loss || got.Method != qsim.Adjoint {
			t.Errorf("%s: defaults %+v", task, got)
		}
	}
}

// Data that does not fit the model is refused, in the training and in the validation
// part alike, before anything is computed.
func TestImpossibleData(t *testing.T) {
	tests := []struct {
		name  string
		task  Task
		spoil func(d *dataset.Dataset)
		want  error
	}{
		{"two classes of three", Multiclass, func(d *dataset.Dataset) { *d = *randomData(1, Binary, 8, 2) }, ErrConfig},
		{"three classes of two", Binary, func(d *dataset.Dataset) { *d = *randomData(1, Multiclass, 8, 2) }, ErrConfig},
		{"numbers for classes", Binary, func(d *dataset.Dataset) { *d = *randomData(1, Regression, 8, 2) }, ErrConfig},
		{"classes for numbers", Regression, func(d *dataset.Dataset) { *d = *randomData(1, Binary, 8, 2) }, ErrConfig},
		{"classes in another order", Binary, func(d *dataset.Dataset) { d.Classes = []string{"b", "a"} }, ErrConfig},
		{"too few features", Binary, func(d *dataset.Dataset) { *d = *randomData(1, Binary, 8, 1) }, dataset.ErrShape},
		{"missing cell", Binary, func(d *dataset.Dataset) { d.X[6][1] = math.NaN() }, dataset.ErrMissing},
		{"infinite cell", Binary, func(d *dataset.Dataset) { d.X[6][1] = math.Inf(-1) }, dataset.ErrCell},
		{"category", Binary, func(d *dataset.Dataset) { d.X[6][1], d.Columns[1].Levels = 0, []string{"x"} }, dataset.ErrCell},
		{"categories only", Binary, func(d *dataset.Dataset) {
			d.Columns[0].Levels = []string{"x", "y"}
			for _, row := range d.X {
				row[0] = 1
			}
		}, dataset.ErrPipeline},
		{"short row", Binary, func(d *dataset.Dataset) { d.X[3] = d.X[3][:1] }, dataset.ErrShape},
		{"no labels", Binary, func(d *dataset.Dataset) { d.Y = nil }, dataset.ErrUnlabelled},
		{"label out of range", Binary, func(d *dataset.Dataset) { d.Y[2] = 2 }, dataset.ErrCell},
		{"half a label", Binary, func(d *dataset.Dataset) { d.Y[2] = 0.5 }, dataset.ErrCell},
		{"label NaN", Regression, func(d *dataset.Dataset) { d.Y[2] = math.NaN() }, dataset.ErrCell},
	}
	for _, tt := range tests {
		for _, part := range []string{"training", "validation"} {
			calls := 0
			m := small(t, tt.task, 1, wrap(&wrapper{before: func() { calls++ }}))
			train, validation := randomData(1, tt.task, 8, 2), randomData(2, tt.task, 8, 2)
			if part == "training" {
				tt.spoil(train)
			} else {
				tt.spoil(validation)
			}
			s, err := (&Trainer{}).Fit(t.Context(), m, train, validation)
			if s != nil || !errors.Is(err, tt.want) || !strings.Contains(err.Error(), part+" data") || calls != 0 {
				t.Errorf("%s in %s data: state %v, error %v after %d simulations; want %v", tt.name, part, s, err, calls, tt.want)
			}
		}
	}
	if _, err := (&Trainer{}).Fit(t.Context(), small(t, Binary, 1, nil), randomData(1, Binary, 0, 2), nil); !errors.Is(err, dataset.ErrEmpty) {
		t.Errorf("no training data: %v", err)
	}
	huge := randomData(1, Regression, 8, 2)
	huge.Y[0], huge.Y[1] = 1e200, -1e200 // whose squares overflow
	if _, err := (&Trainer{}).Fit(t.Context(), small(t, Regression, 1, nil), huge, nil); !errors.Is(err, ErrConfig) {
		t.Errorf("huge targets: %v", err)
	}
}

// One class alone, an empty validation part and a constant target are odd, not
// impossible.
func TestOddData(t *testing.T) {
	one := randomData(1, Binary, 8, 2)
	clear(one.Y)
	fit(t, Trainer{Epochs: 1}, small(t, Binary, 1, nil), one, nil)
	if s := fit(t, Trainer{Epochs: 1}, small(t, Binary, 1, nil), randomData(1, Binary, 8, 2), randomData(1, Binary, 0, 2)); s.Best.Epoch != 0 {
		t.Errorf("best epoch %d without validation", s.Best.Epoch)
	}
	constant := randomData(1, Regression, 8, 2)
	for i := range constant.Y {
		constant.Y[i] = 3
	}
	m := small(t, Regression, 1, nil)
	fit(t, Trainer{Epochs: 200, Optimizer: &optim.Adam{LearningRate: 0.05}}, m, constant, nil)
	for _, v := range value(m.Predict(t.Context(), constant.X))(t) {
		if math.Abs(v-3) > 0.1 {
			t.Errorf("constant target 3 predicted as %v", v)
		}
	}
}

// Losses beyond the range of float64 end training with an error, not with NaN.
func TestDivergence(t *testing.T) {
	d := randomData(1, Regression, 8, 2)
	far := randomData(2, Regression, 8, 2)
	far.Y[0] = 1e200 // whose square overflows
	if _, err := (&Trainer{Epochs: 3}).Fit(t.Context(), small(t, Regression, 1, nil), d, far); !errors.Is(err, optim.ErrNotFinite) {
		t.Errorf("validation loss out of range: %v", err)
	}
	tr := Trainer{Epochs: 1000, Optimizer: &optim.SGD{LearningRate: 1e100}}
	m := small(t, Regression, 1, nil)
	s, err := tr.Fit(t.Context(), m, d, nil)
	if !errors.Is(err, optim.ErrNotFinite) || s == nil || !strings.Contains(err.Error(), "learning rate") {
		t.Errorf("learning rate 1e100: state %v, error %v", s, err)
	}
	for _, p := range m.Parameters {
		if math.IsNaN(p) || math.IsInf(p, 0) {
			t.Errorf("the model is left with parameters %v", m.Parameters)
			break
		}
	}
}

func TestNewRefuses(t *testing.T) {
	c := circuits.New(2).RY(circuits.Feature(2), 0)
	unfitted := &dataset.Pipeline{Steps: []dataset.Step{&dataset.L2{}}}
	narrow := scaled(t, randomData(1, Binary, 8, 2))
	ab := []string{"a", "b"}
	for name, config := range map[string]Config{
		"no circuit":           {},
		"unknown task":         {Circuit: c, Task: "ternary"},
		"one class":            {Circuit: c, Classes: ab[:1]},
		"binary of three":      {Circuit: c, Task: Binary, Classes: []string{"a", "b", "c"}},
		"classes of numbers":   {Circuit: c, Task: Regression, Classes: ab},
		"multiclass of none":   {Circuit: c, Task: Multiclass},
		"pipeline not fitted":  {Circuit: c, Classes: ab, Pipeline: unfitted},
		"pipeline too narrow":  {Circuit: c, Classes: ab, Pipeline: narrow},
		"amplitudes too small": {Circuit: circuits.New(1).RY(circuits.Feature(2), 0), Classes: ab, Amplitude: true},
	} {
		if m, err := New(config); m != nil && err == nil || !errors.Is(err, ErrConfig) {
			t.Errorf("%s: error %v, want ErrConfig", name, err)
		}
	}
	if _, err := New(Config{Circuit: circuits.New(2).CX(0, 2)}); !errors.Is(err, circuits.ErrRange) {
		t.Errorf("circuit out of range: %v", err)
	}
	if _, err := New(Config{Circuit: c, Observables: []circuits.PauliSum{circuits.PauliZ(2)}}); !errors.Is(err, circuits.ErrRange) {
		t.Errorf("observable out of range: %v", err)
	}
}

func TestNewDefaults(t *testing.T) {
	c := build(t, ansatz.Config{Features: 3, Layers: 1})
	for _, tt := range []struct {
		classes     []string
		task        Task
		observables int
	}{
		{nil, Regression, 1},
		{[]string{"a", "b"}, Binary, 1},
		{[]string{"a", "b", "c", "d"}, Multiclass, 3},
	} {
		m := create(t, Config{Circuit: c, Classes: tt.classes})
		if m.Head.Task != tt.task || len(m.Observables) != tt.observables || m.Weights() != 9 || len(m.Parameters) != 9+m.Head.Outputs*(tt.observables+1) {
			t.Errorf("%d classes: %+v", len(tt.classes), m)
		}
	}
	if _, err := create(t, Config{Circuit: c}).Probabilities(t.Context(), [][]float64{{1, 2, 3}}); !errors.Is(err, ErrConfig) {
		t.Errorf("probabilities of a regression: %v", err)
	}
}

// checkGradient runs the self-check of a model that trains on d.
func checkGradient(t *testing.T, m *Model, d *dataset.Dataset, tr Trainer) error {
	t.Helper()
	return value(tr.prepare(m, d, nil))(t).selfCheck(t.Context())
}

func TestSelfCheckFindsWrongGradients(t *testing.T) {
	largest := func(g []float64) int {
		best := 0
		for i, v := range g {
			if math.Abs(v) > math.Abs(g[best]) {
				best = i
			}
		}
		return best
	}
	for name, spoil := range map[string]func(g []float64){
		"opposite":         func(g []float64) { scaleAll(g, -1) },
		"twice":            func(g []float64) { scaleAll(g, 2) },
		"a percent off":    func(g []float64) { scaleAll(g, 1.01) },
		"zero":             func(g []float64) { clear(g) },
		"one weight wrong": func(g []float64) { g[largest(g)] *= -1 },
		"order reversed":   slices.Reverse[[]float64],
		"NaN":              func(g []float64) { g[0] = math.NaN() },
		"infinite":         func(g []float64) { g[0] = math.Inf(1) },
	} {
		for seed := range uint64(20) {
			for _, task := range []Task{Binary, Multiclass, Regression} {
				m := small(t, task, seed, wrap(&wrapper{spoil: spoil}))
				s, err := (&Trainer{Seed: seed}).Fit(t.Context(), m, randomData(seed, task, 8, 2), nil)
				if !errors.Is(err, ErrGradient) {
					t.Errorf("%s, %s, seed %d: error %v, want ErrGradient", task, name, seed, err)
				}
				if s != nil && s.Batch+s.Epoch > 0 {
					t.Errorf("%s: trained before the check", name)
				}
			}
		}
	}
}

func scaleAll(g []float64, by float64) {
	for i := range g {
		g[i] *= by
	}
}

// The self-check raises no false alarm, whatever the circuit: few and many qubits
// and weights, features far from scaled, observables large and small.
func TestSelfCheckTrustsRightGradients(t *testing.T) {
	methods := []qsim.Method{qsim.Adjoint, qsim.ParameterShift, qsim.FiniteDifference}
	checks, most := 0, 0
	for seed := range uint64(60) {
		for features := 1; features <= 6; features++ {
			name := ansatz.Ansaetze()[(int(seed)+features)%len(ansatz.Ansaetze())]
			c := build(t, ansatz.Config{Features: features, Ansatz: name, Layers: 1 + int(seed)%8})
			for i, op := range c.Ops { // weights times features, some features large
				if len(op.Angles) == 1 && i%3 == 0 {
					scale := math.Pow(10, float64(seed%7))
					c.Ops[i].Angles = []circuits.Angle{op.Angles[0].Times(circuits.Feature(0)).Scale(scale)}
				}
			}
			sum := circuits.PauliSum{{Coef: math.Pow(10, float64(int(seed)%9-4)), String: circuits.PauliZ(0)[0].String}}
			m := create(t, Config{Circuit: c, Observables: []circuits.PauliSum{sum, circuits.PauliY(features - 1)}, Seed: seed})
			method := methods[0]
			if m.Weights() < 20 {
				method = methods[seed%3]
			}
			if method == qsim.FiniteDifference && seed%7 > 1 {
				method = qsim.Adjoint // its own step is too long for such frequencies
			}
			if err := checkGradient(t, m, randomData(seed, Regression, 2, features), Trainer{Seed: seed, Method: method}); err != nil {
				t.Errorf("seed %d, %d features, %s, %d weights, %v: %v", seed, features, name, m.Weights(), method, err)
			}
			checks, most = checks+1, max(most, m.Weights())
		}
	}
	if checks < 300 || most < 100 {
		t.Errorf("%d checks of at most %d weights", checks, most)
	}
}

// Hinges have kinks, at which no gradient is a slope: they must not matter.
func TestSelfCheckAtAKink(t *testing.T) {
	for seed := range uint64(10) {
		m := create(t, Config{Circuit: circuits.New(1).RY(circuits.Weight(0), 0).RX(circuits.Weight(1), 0), Classes: []string{"a", "b"}, Seed: seed})
		d := randomData(seed, Binary, 4, 1)
		e := value(m.Scores(t.Context(), d.X[:1]))(t)[0][0]
		m.Parameters[3] = 1 - e // the bias puts the margin of the first sample at 1
		if err := checkGradient(t, m, d, Trainer{Loss: Hinge, Seed: seed}); err != nil {
			t.Errorf("seed %d: %v", seed, err)
		}
	}
}

// A circuit without weights trains its head alone.
func TestNoWeights(t *testing.T) {
	c := circuits.New(2).RY(circuits.Feature(0), 0).RY(circuits.Feature(1), 1)
	m := create(t, Config{Circuit: c, Task: Multiclass, Classes: []string{"a", "b"}})
	d := randomData(1, Binary, 20, 2)
	s := fit(t, Trainer{Optimizer: &optim.Adam{LearningRate: 0.1}}, m, d, nil)
	if first, last := s.History[0].TrainLoss, s.History[s.Epoch-1].TrainLoss; m.Weights() != 0 || last >= first {
		t.Errorf("%d weights, loss from %v to %v", m.Weights(), first, last)
	}
}

func TestDeadline(t *testing.T) {
	ctx, cancel := context.WithTimeout(t.Context(), 0)
	defer cancel()
	s, err := (&Trainer{}).Fit(ctx, small(t, Binary, 1, nil), randomData(1, Binary, 8, 2), nil)
	if !errors.Is(err, ErrInterrupted) || !errors.Is(err, context.DeadlineExceeded) || s == nil || s.Epoch != 0 {
		t.Errorf("state %v, error %v", s, err)
	}
}
