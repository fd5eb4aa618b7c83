package qnn

import (
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
			sum += loss.evaluate(head, ds, scores, s.y[i])
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
	full := value((&Trainer{Seed: 9, Optimizer: "lbfgs"}).prepare(small(t, Binary, 1, nil), d, nil))(t)
	natural := full.order(0)
	if !slices.Equal(mini.order(3), mini.order(3)) || slices.Equal(mini.order(3), mini.order(4)) || slices.Equal(mini.order(0), natural) {
		t.Error("orders of epochs are not a function of seed and epoch")
	}
	if !slices.Equal(full.order(5), natural) {
		t.Error("a full batch has more than one order")
	}
	for _, order := range [][]int{mini.order(0), mini.order(7), natural} {
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
	tr := Trainer{Epochs: 1, BatchSize: 4, Optimizer: "sgd", Config: optim.Config{LearningRate: 1e-15}} // stays where it is
	r := value(tr.prepare(m, d, nil))(t)
	loss, norm := 0.0, 0.0
	for batch := range slices.Chunk(r.order(0), 4) {
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
