package qnn

import (
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"slices"
	"testing"

	"github.com/qnn-go/qnn/qnn/optim"
	"github.com/qnn-go/qnn/qsim"
)

// The gradient of a batch's mean loss by all parameters, those of the circuit and
// of the head, against central differences.
func TestBatchGradient(t *testing.T) {
	for _, task := range []Task{Binary, Multiclass, Regression} {
		for _, loss := range losses(task) {
			for _, method := range []qsim.Method{qsim.Adjoint, qsim.ParameterShift, qsim.FiniteDifference} {
				t.Run(fmt.Sprintf("%s/%s/%v", task, loss, method), func(t *testing.T) {
					testBatchGradient(t, task, loss, method)
				})
			}
		}
	}
}

func testBatchGradient(t *testing.T, task Task, loss Loss, method qsim.Method) {
	m, d := small(t, task, 3, nil), randomData(4, task, 10, 2)
	head := m.Head
	if task == Regression {
		head.Offset, head.Scale = standard(d.Y)
	}
	m.initialise(5)
	for i := range m.Parameters { // away from A = 1, b = 0
		m.Parameters[i] += 0.1 * float64(i%5)
	}
	s := newStep(m, d.Len())
	s.take(part{x: d.X, y: d.Y}, []int{7, 1, 4, 2, 9, 0, 3, 5, 8})
	mean := func(p []float64) float64 {
		sum, ds := 0.0, make([]float64, head.Outputs)
		for i, scores := range value(m.scores(t.Context(), p, s.x))(t) {
			sum += loss.Evaluate(head, ds, scores, s.y[i])
		}
		return sum / float64(len(s.x))
	}
	got := value(s.evaluate(t.Context(), head, loss, method, m.Parameters))(t)
	if want := mean(m.Parameters); !near(got, want, 1e-14) {
		t.Errorf("mean loss %v, want %v", got, want)
	}
	const h = 1e-5 // truncation and rounding both near 1e-10
	for j, p := range m.Parameters {
		at := slices.Clone(m.Parameters)
		at[j] = p + h
		up := mean(at)
		at[j] = p - h
		if slope := (up - mean(at)) / (2 * h); !near(s.gradient[j], slope, 1e-8) {
			t.Errorf("derivative by parameter %d is %v, central difference %v", j, s.gradient[j], slope)
		}
	}
	for i, scores := range value(m.scores(t.Context(), m.Parameters, s.x))(t) {
		if want := head.predict(scores) == s.y[i]; s.correct[i] != want {
			t.Errorf("sample %d: correct is %t, want %t", i, s.correct[i], want)
		}
	}
	before := slices.Clone(s.gradient)
	if again := value(s.evaluate(t.Context(), head, loss, method, m.Parameters))(t); again != got || !slices.Equal(s.gradient, before) {
		t.Errorf("a second evaluation gives %v and %v, not %v and %v", again, s.gradient, got, before)
	}
}

// Every epoch takes every sample once, in an order of its own.
func TestOrder(t *testing.T) {
	d := randomData(1, Binary, 20, 2)
	mini := value((&Trainer{Seed: 9}).prepare(small(t, Binary, 1, nil), d, nil))(t)
	full := value((&Trainer{Seed: 9, Optimizer: new(optim.LBFGS)}).prepare(small(t, Binary, 1, nil), d, nil))(t)
	natural := full.order(len(full.train.x), 0, full.Optimizer.FullBatch())
	if !slices.Equal(mini.order(len(mini.train.x), 3, mini.Optimizer.FullBatch()), mini.order(len(mini.train.x), 3, mini.Optimizer.FullBatch())) || slices.Equal(mini.order(len(mini.train.x), 3, mini.Optimizer.FullBatch()), mini.order(len(mini.train.x), 4, mini.Optimizer.FullBatch())) || slices.Equal(mini.order(len(mini.train.x), 0, mini.Optimizer.FullBatch()), natural) {
		t.Error("orders of epochs are not a function of seed and epoch")
	}
	if !slices.Equal(full.order(len(full.train.x), 5, full.Optimizer.FullBatch()), natural) {
		t.Error("a full batch has more than one order")
	}
	for _, order := range [][]int{mini.order(len(mini.train.x), 0, mini.Optimizer.FullBatch()), mini.order(len(mini.train.x), 7, mini.Optimizer.FullBatch()), natural} {
		slices.Sort(order)
		for i, v := range order {
			if v != i || len(order) != 20 {
				t.Fatalf("%v is no permutation of the samples", order)
			}
		}
	}
}

// A row of the history holds the means over an epoch: of the loss over its samples, and of
// the norms of the gradients over its steps.
func TestHistoryHoldsMeans(t *testing.T) {
	m, d := small(t, Binary, 3, nil), randomData(4, Binary, 10, 2)
	tr := Trainer{Epochs: 1, BatchSize: 4, Optimizer: &optim.SGD{LearningRate: 1e-15}} // stays where it is
	r := value(tr.prepare(m, d, nil))(t)
	loss, norm := 0.0, 0.0
	for batch := range slices.Chunk(r.order(len(r.train.x), 0, r.Optimizer.FullBatch()), 4) {
		r.step.take(r.train, batch)
		v, g, err := m.Gradient(t.Context(), CrossEntropy, qsim.Adjoint, r.step.x, r.step.y)
		if err != nil {
			t.Fatal(err)
		}
		loss += v * float64(len(batch)) / 10
		norm += math.Sqrt(dot(g, g)) / 3
	}
	got := fit(t, tr, m, d, nil).History[0]
	if !near(got.TrainLoss, loss, 1e-12) || !near(got.GradientNorm, norm, 1e-12) {
		t.Errorf("loss %v and norm %v, want %v and %v", got.TrainLoss, got.GradientNorm, loss, norm)
	}
}

// Of epochs with equal losses the first is the best.
func TestKeepBestKeepsTheFirst(t *testing.T) {
	s := &State{}
	for i, tt := range []struct {
		loss float64
		best int
	}{{0.5, 1}, {0.5, 1}, {0.75, 1}, {0.25, 4}, {0.25, 4}} {
		s.Parameters = []float64{float64(i + 1)}
		s.keepBest(i+1, tt.loss)
		if s.Best.Epoch != tt.best || s.Best.Parameters[0] != float64(tt.best) {
			t.Errorf("after epoch %d with %v the best is %+v, want %d", i+1, tt.loss, s.Best, tt.best)
		}
	}
}

// TestBatch: the samples of a step on a device are those of the same step in training.
func TestBatch(t *testing.T) {
	for _, tt := range []struct {
		optimizer   optim.Optimizer
		size, n, at int
		want        int
	}{{nil, 4, 10, 0, 4}, {nil, 4, 10, 2, 2}, {nil, 4, 10, 3, 4}, {new(optim.SGD), 0, 40, 1, 8}, {nil, 100, 10, 5, 10}, {new(optim.LBFGS), 4, 10, 3, 10}} {
		trainer := &Trainer{Optimizer: tt.optimizer, BatchSize: tt.size, Seed: 5}
		got, err := trainer.Batch(tt.n, tt.at)
		if err != nil || len(got) != tt.want {
			t.Fatalf("%+v: %v, %v", tt, got, err)
		}
		size, full := trainer.BatchOf(tt.n)
		each := (tt.n + size - 1) / size
		order := trainer.order(tt.n, tt.at/each, full)
		if from := tt.at % each * size; !slices.Equal(got, order[from:from+tt.want]) {
			t.Errorf("%+v: %v of %v", tt, got, order)
		}
	}
	if _, err := new(Trainer).Batch(10, -1); !errors.Is(err, ErrConfig) {
		t.Errorf("step −1: %v", err)
	}
}

// TestStep: steps with the gradients of a training are its steps, and their states go on
// from each other.
func TestStep(t *testing.T) {
	for _, c := range []struct {
		Trainer
		alone optim.Optimizer
	}{{Trainer{}, new(optim.Adam)}, {Trainer{Optimizer: &optim.SGD{Momentum: 0.9}}, &optim.SGD{Momentum: 0.9}}} {
		want, got := []float64{1, -2}, []float64{1, -2}
		var state json.RawMessage
		for k := range 4 {
			gradient := []float64{0.5 + float64(k), -0.25}
			if err := c.alone.Step(want, 1, gradient); err != nil {
				t.Fatal(err)
			}
			var err error
			if state, err = c.Step(state, got, 1, gradient); err != nil || !slices.Equal(got, want) {
				t.Fatalf("step %d: %v, %v, want %v", k, got, err, want)
			}
		}
		if _, err := c.Step(state, []float64{1}, 1, []float64{1}); !errors.Is(err, ErrFormat) {
			t.Errorf("a state of two parameters for one: %v", err)
		}
		if _, err := c.Step(json.RawMessage(`{"m": 3}`), got, 1, got); !errors.Is(err, ErrFormat) {
			t.Errorf("a state that is none: %v", err)
		}
	}
	if _, err := (&Trainer{Optimizer: new(optim.LBFGS)}).Step(nil, []float64{1}, 1, []float64{1}); !errors.Is(err, ErrConfig) {
		t.Errorf("an optimiser of all samples: %v", err)
	}
}
