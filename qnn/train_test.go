package qnn

import (
	"context"
	"fmt"
	"math"
	"runtime"
	"slices"
	"testing"

	"github.com/qnn-go/qnn/circuits/ansatz"
	"github.com/qnn-go/qnn/qnn/dataset"
	"github.com/qnn-go/qnn/qnn/optim"
	"github.com/qnn-go/qnn/qsim"
)

// Each problem is learned from one half of the data and measured on the other. The
// thresholds leave a margin of a few samples to what the seeds give.
func TestLearnsClasses(t *testing.T) {
	reuploading := ansatz.Config{Features: 2, Ansatz: "reuploading", Layers: 4}
	layered := ansatz.Config{Features: 4, Layers: 2}
	tests := []struct {
		data    string
		size    dataset.Synthetic
		circuit ansatz.Config
		loss    Loss
		least   float64
	}{
		{"moons", dataset.Synthetic{Samples: 160, Noise: 0.1, Seed: 1}, reuploading, nil, 0.9},
		{"moons", dataset.Synthetic{Samples: 160, Noise: 0.1, Seed: 1}, reuploading, Hinge, 0.9},
		{"moons", dataset.Synthetic{Samples: 160, Noise: 0.1, Seed: 1}, reuploading, MSE, 0.9},
		{"blobs", dataset.Synthetic{Samples: 90, Seed: 1}, reuploading, nil, 0.95},
		{"iris", dataset.Synthetic{}, layered, nil, 0.9},
		{"iris", dataset.Synthetic{}, layered, Hinge, 0.9},
		{"iris", dataset.Synthetic{}, layered, MSE, 0.9},
	}
	for _, tt := range tests {
		t.Run(tt.data+"/"+fmt.Sprint(tt.loss), func(t *testing.T) {
			train, test := halves(t, load(t, tt.data, tt.size))
			m := create(t, Config{Circuit: build(t, tt.circuit), Classes: train.Classes, Pipeline: scaled(t, train), Seed: 1})
			s := fit(t, Trainer{Epochs: 40, BatchSize: 16, Loss: tt.loss, Optimizer: &optim.Adam{LearningRate: 0.1}}, m, train, nil)
			first, last := s.History[0], s.History[len(s.History)-1]
			if last.TrainLoss > 0.7*first.TrainLoss || len(s.History) != 40 || s.Stopped != AllEpochs {
				t.Errorf("%d epochs, %s: loss from %.3f to %.3f", len(s.History), s.Stopped, first.TrainLoss, last.TrainLoss)
			}
			got := accuracy(t, m, test)
			t.Logf("loss %.3f to %.3f, accuracy %.3f", first.TrainLoss, last.TrainLoss, got)
			if got < tt.least {
				t.Errorf("accuracy %.3f on unseen samples, want at least %.2f", got, tt.least)
			}
		})
	}
}

// sine is a model of one qubit that can represent y = sin x, and its data.
func sine(t *testing.T, seed uint64) (*Model, *dataset.Dataset) {
	d := load(t, "sine", dataset.Synthetic{Samples: 60})
	c := build(t, ansatz.Config{Features: 1, Encoding: "angle-rx", Ansatz: "reuploading", Layers: 3})
	return create(t, Config{Circuit: c, Seed: seed}), d
}

func TestLearnsSine(t *testing.T) {
	m, d := sine(t, 1)
	s := fit(t, Trainer{Epochs: 100, Optimizer: &optim.Adam{LearningRate: 0.05}}, m, d, nil)
	sum := 0.0
	for i, v := range value(m.Predict(t.Context(), d.X))(t) {
		sum += (v - d.Y[i]) * (v - d.Y[i])
	}
	rmse := math.Sqrt(sum / float64(d.Len()))
	t.Logf("RMSE %.4f", rmse)
	if rmse > 0.05 {
		t.Errorf("RMSE %.4f, want at most 0.05 of an amplitude of 1", rmse)
	}
	for _, e := range s.History {
		if e.TrainAccuracy != 0 || e.ValAccuracy != 0 || e.ValLoss != 0 || e.GradientNorm <= 0 {
			t.Fatalf("epoch %+v of a regression without validation", e)
		}
	}
}

func TestLearnsAmplitudes(t *testing.T) {
	iris := load(t, "iris", dataset.Synthetic{})
	train, test := halves(t, value(iris.FilterClasses([]string{"setosa", "versicolor"}))(t))
	c := build(t, ansatz.Config{Features: 4, Encoding: "amplitude", Layers: 2})
	m := create(t, Config{Circuit: c, Classes: train.Classes, Amplitude: true, Seed: 2})
	if m.Circuit.Qubits != 2 {
		t.Fatalf("%d qubits for 4 amplitudes", m.Circuit.Qubits)
	}
	fit(t, Trainer{Epochs: 20, Optimizer: &optim.Adam{LearningRate: 0.1}}, m, train, nil)
	if got := accuracy(t, m, test); got < 0.95 {
		t.Errorf("accuracy %.3f, want at least 0.95", got)
	}
}

// A model with a pipeline takes raw rows and does what one without does on rows
// transformed by hand, to the bit.
func TestPipelineIsPartOfTheModel(t *testing.T) {
	train, test := halves(t, load(t, "wine", dataset.Synthetic{}))
	p := scaled(t, train, &dataset.Standard{}, &dataset.PCA{K: 3})
	c := build(t, ansatz.Config{Features: 3, Layers: 2})
	whole := create(t, Config{Circuit: c, Classes: train.Classes, Pipeline: p, Seed: 3})
	bare := create(t, Config{Circuit: c, Classes: train.Classes, Seed: 3})
	transformed := func(d *dataset.Dataset) *dataset.Dataset {
		out := *d
		out.Columns, out.X = p.OutputColumns(), value(p.Transform(d.X))(t)
		return &out
	}
	tr := Trainer{Epochs: 5, Optimizer: &optim.Adam{LearningRate: 0.1}}
	a, b := fit(t, tr, whole, train, test), fit(t, tr, bare, transformed(train), transformed(test))
	if text(t, a.History) != text(t, b.History) || text(t, whole.Parameters) != text(t, bare.Parameters) {
		t.Error("training with the pipeline inside and outside differ")
	}
	got := value(whole.Probabilities(t.Context(), test.X))(t)
	want := value(bare.Probabilities(t.Context(), transformed(test).X))(t)
	if text(t, got) != text(t, want) {
		t.Error("predictions with the pipeline inside and outside differ")
	}
}

// Exact methods agree to rounding, differences to 1e-10 a gradient: after 20 steps
// of plain descent the paths are still together.
func TestMethodsTrainAlike(t *testing.T) {
	for _, task := range []Task{Binary, Multiclass, Regression} {
		d := randomData(1, task, 20, 2)
		train := func(method qsim.Method) (*Model, *State) {
			m := small(t, task, 1, nil)
			tr := Trainer{Epochs: 4, BatchSize: 4, Method: method, Optimizer: &optim.SGD{LearningRate: 0.05, Momentum: 0.5}}
			return m, fit(t, tr, m, d, d)
		}
		want, history := train(qsim.Adjoint)
		for _, method := range []qsim.Method{qsim.ParameterShift, qsim.FiniteDifference} {
			got, s := train(method)
			if !allNear(got.Parameters, want.Parameters, 1e-6) {
				t.Errorf("%s: %v leads to %v, adjoint to %v", task, method, got.Parameters, want.Parameters)
			}
			for i, e := range s.History {
				if !near(e.ValLoss, history.History[i].ValLoss, 1e-6) || !near(e.GradientNorm, history.History[i].GradientNorm, 1e-6) {
					t.Errorf("%s, %v: epoch %+v, adjoint %+v", task, method, e, history.History[i])
				}
			}
		}
	}
}

// Labels of the validation part are turned round, so that the better the training
// goes, the worse its validation loss: training must stop, and return to the best.
func TestEarlyStopping(t *testing.T) {
	train := load(t, "moons", dataset.Synthetic{Samples: 60, Noise: 0.1, Seed: 2})
	turned := *train
	turned.Y = make([]float64, train.Len())
	for i, y := range train.Y {
		turned.Y[i] = 1 - y
	}
	for _, patience := range []int{1, 3, 10} {
		m := create(t, Config{Circuit: build(t, ansatz.Config{Features: 2, Layers: 2}), Classes: train.Classes, Seed: 1})
		var path [][]float64
		tr := Trainer{Patience: patience, BatchSize: 8, Optimizer: &optim.Adam{LearningRate: 0.05}, Observe: func(s *State) error {
			path = append(path, slices.Clone(s.Parameters))
			return nil
		}}
		s := fit(t, tr, m, train, &turned)
		losses := column(s.History, func(e Epoch) float64 { return e.ValLoss })
		best := slices.Index(losses, slices.Min(losses)) + 1
		if s.Stopped != EarlyStopping || s.Epoch != best+patience || s.Epoch >= 60 {
			t.Errorf("patience %d: %q after %d epochs, the best being %d", patience, s.Stopped, s.Epoch, best)
		}
		if s.Best.Epoch != best || s.Best.Loss != losses[best-1] || text(t, s.Best.Parameters) != text(t, path[best-1]) {
			t.Errorf("patience %d: best is %+v, want epoch %d with %v", patience, s.Best, best, path[best-1])
		}
		if text(t, m.Parameters) != text(t, path[best-1]) {
			t.Errorf("patience %d: the model does not have the parameters of epoch %d", patience, best)
		}
		if text(t, s.Parameters) != text(t, path[len(path)-1]) {
			t.Errorf("patience %d: the state does not have the last parameters", patience)
		}
	}
	m := create(t, Config{Circuit: build(t, ansatz.Config{Features: 2}), Classes: train.Classes})
	if s := fit(t, Trainer{Patience: -1, Epochs: 15}, m, train, &turned); s.Stopped != AllEpochs || s.Epoch != 15 {
		t.Errorf("negative patience: %q after %d epochs", s.Stopped, s.Epoch)
	}
}

func TestLBFGSConverges(t *testing.T) {
	m, d := sine(t, 4)
	tr := Trainer{Epochs: 500, Optimizer: new(optim.LBFGS), BatchSize: 7}
	s := fit(t, tr, m, d, nil)
	if s.Stopped != ConvergedPoint || s.Epoch >= 500 {
		t.Fatalf("%q after %d epochs", s.Stopped, s.Epoch)
	}
	r := value(tr.prepare(m, d, nil))(t)
	r.step.take(r.train, r.order(len(r.train.x), 0, r.Optimizer.FullBatch()))
	loss := value(r.step.evaluate(t.Context(), m.Head, MSE, qsim.Adjoint, m.Parameters))(t)
	// The gradient tolerance is 1e-6 by default.
	largest := max(slices.Max(r.step.gradient), -slices.Min(r.step.gradient))
	if largest > 1e-6 || loss != slices.Min(column(s.History, func(e Epoch) float64 { return e.TrainLoss })) {
		t.Errorf("ends with loss %v and gradient %v", loss, r.step.gradient)
	}
}

// L-BFGS asks for points that may lie high: whenever training ends, the model has
// the lowest one seen.
func TestLBFGSKeepsTheLowestPoint(t *testing.T) {
	higher := 0
	for epochs := 1; epochs <= 25; epochs++ {
		m, d := sine(t, 2)
		tr := Trainer{Epochs: epochs, Optimizer: new(optim.LBFGS)}
		s := fit(t, tr, m, d, nil)
		r := value(tr.prepare(m, d, nil))(t)
		r.step.take(r.train, r.order(len(r.train.x), 0, r.Optimizer.FullBatch()))
		at := func(p []float64) float64 {
			return value(r.step.evaluate(t.Context(), m.Head, MSE, qsim.Adjoint, p))(t)
		}
		if got, want := at(m.Parameters), slices.Min(column(s.History, func(e Epoch) float64 { return e.TrainLoss })); got != want {
			t.Errorf("after %d epochs the loss is %v, the lowest seen %v", epochs, got, want)
		}
		if at(s.Parameters) > at(m.Parameters) {
			higher++
		}
	}
	if higher == 0 {
		t.Error("no point asked for lies higher than the best: the test tests nothing")
	}
}

// Results are the same bytes for any number of threads: with states that run in
// parallel over the samples, and with one large enough to be split.
func TestThreads(t *testing.T) {
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(0))
	for _, tt := range []struct{ qubits, samples, epochs int }{{3, 60, 3}, {qsim.ParallelQubits, 3, 1}} {
		d := randomData(3, Multiclass, tt.samples, 3)
		c := build(t, ansatz.Config{Features: 3, Qubits: tt.qubits, Layers: 1})
		var want string
		for _, procs := range []int{1, 2, 4} {
			runtime.GOMAXPROCS(procs)
			m := create(t, Config{Circuit: c, Classes: d.Classes, Seed: 1})
			s := fit(t, Trainer{Epochs: tt.epochs, Seed: 5}, m, d, d)
			got := text(t, m.Parameters) + text(t, s)
			if want == "" {
				want = got
			}
			if got != want {
				t.Errorf("%d qubits: GOMAXPROCS=%d gives another result than 1", tt.qubits, procs)
			}
		}
	}
}

func TestSeeds(t *testing.T) {
	d := randomData(1, Binary, 20, 2)
	run := func(model, trainer uint64) string {
		m := small(t, Binary, model, nil)
		fit(t, Trainer{Epochs: 2, BatchSize: 4, Seed: trainer}, m, d, nil)
		return text(t, m.Parameters)
	}
	want := run(1, 1)
	if run(1, 1) != want {
		t.Error("equal seeds give different results")
	}
	if run(2, 1) == want || run(1, 2) == want {
		t.Error("a seed has no effect")
	}
}

func TestObserveEndsTraining(t *testing.T) {
	m, d := small(t, Binary, 1, nil), randomData(1, Binary, 20, 2)
	enough := fmt.Errorf("enough")
	s, err := (&Trainer{Observe: func(s *State) error {
		if s.Epoch == 3 {
			return enough
		}
		return nil
	}}).Fit(context.Background(), m, d, nil)
	if err != enough || s.Epoch != 3 || text(t, s.Parameters) != text(t, m.Parameters) { //nolint:errorlint // the very error
		t.Errorf("error %v after %d epochs", err, s.Epoch)
	}
}
