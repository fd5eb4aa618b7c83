package qnn

import (
	"context"
	"encoding/json"
	"math"
	"math/rand/v2"
	"testing"

	"github.com/qnn-go/qnn/circuits"
	"github.com/qnn-go/qnn/circuits/ansatz"
	"github.com/qnn-go/qnn/qnn/dataset"
	"github.com/qnn-go/qnn/qsim"
)

// value(f())(t) is the result of f, which must not fail.
func value[T any](v T, err error) func(testing.TB) T {
	return func(t testing.TB) T {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
}

// build is ansatz.Build.
func build(t testing.TB, c ansatz.Config) *circuits.Circuit {
	t.Helper()
	return value(ansatz.Build(c))(t)
}

// create is New.
func create(t testing.TB, c Config) *Model {
	t.Helper()
	return value(New(c))(t)
}

// load is dataset.Load.
func load(t testing.TB, name string, o dataset.Synthetic) *dataset.Dataset {
	t.Helper()
	return value(dataset.Load(name, o))(t)
}

// fit trains m.
func fit(t testing.TB, tr Trainer, m *Model, train, validation *dataset.Dataset) *State {
	t.Helper()
	return value(tr.Fit(t.Context(), m, train, validation))(t)
}

// halves splits d at random into two parts.
func halves(t testing.TB, d *dataset.Dataset) (a, b *dataset.Dataset) {
	t.Helper()
	p := value(dataset.Split(d, dataset.SplitOptions{Test: 0.5, Seed: 1}))(t)
	return d.Subset(p.Train), d.Subset(p.Test)
}

// scaled fits a pipeline that maps every column to [0, π].
func scaled(t testing.TB, d *dataset.Dataset, before ...dataset.Step) *dataset.Pipeline {
	t.Helper()
	p := &dataset.Pipeline{Steps: append(before, &dataset.MinMax{Hi: math.Pi})}
	if err := p.Fit(t.Context(), d); err != nil {
		t.Fatal(err)
	}
	return p
}

func accuracy(t testing.TB, m *Model, d *dataset.Dataset) float64 {
	t.Helper()
	right := 0
	for i, y := range value(m.Predict(t.Context(), d.X))(t) {
		if y == d.Y[i] {
			right++
		}
	}
	return float64(right) / float64(d.Len())
}

// text is v as JSON: equal texts mean equal bits of every float64.
func text(t testing.TB, v any) string {
	t.Helper()
	return string(value(json.Marshal(v))(t))
}

// randomData has n samples of k features in [−2, 2] with labels for the task.
func randomData(seed uint64, task Task, n, k int) *dataset.Dataset {
	rng := rand.New(rand.NewPCG(seed, 7))
	d := &dataset.Dataset{Columns: make([]dataset.Column, k), Target: "target", Y: make([]float64, n)}
	d.Classes = map[Task][]string{Binary: {"a", "b"}, Multiclass: {"a", "b", "c"}}[task]
	for j := range d.Columns {
		d.Columns[j].Name = string(rune('A' + j))
	}
	for i := range n {
		row := make([]float64, k)
		for j := range row {
			row[j] = 4*rng.Float64() - 2
		}
		d.X, d.Y[i] = append(d.X, row), rng.NormFloat64()
		if len(d.Classes) > 0 {
			d.Y[i] = float64(i % len(d.Classes))
		}
	}
	return d
}

// small is a model of two qubits with every kind of angle, on two features: shared,
// scaled and data-dependent weights, and a controlled rotation.
func small(t testing.TB, task Task, seed uint64, b Backend) *Model {
	t.Helper()
	w, x := circuits.Weight, circuits.Feature
	c := circuits.New(2).
		RY(x(0), 0).RX(w(0).Plus(x(1)), 1).CX(0, 1).
		RZ(w(1).Scale(2), 0).RY(w(2).Times(x(0)), 1).CRX(w(3), 1, 0).
		RXX(w(0), 0, 1).U(w(4), w(1), x(1), 1)
	sums := []circuits.PauliSum{
		value(circuits.ParsePauliSum("ZI + 0.5*XX"))(t), circuits.PauliZ(0), value(circuits.ParsePauliSum("2*YX - IZ + 0.25"))(t),
	}
	return create(t, Config{Circuit: c, Observables: sums, Task: task, Classes: randomData(0, task, 0, 2).Classes, Seed: seed, Backend: b})
}

// wrapper calls functions around those of a simulator; all may be nil.
type wrapper struct {
	Simulator
	before, after func()
	spoil         func(gradient []float64)
}

func call(f func()) {
	if f != nil {
		f()
	}
}

func (w *wrapper) Expect(ctx context.Context, dst, weights []float64, samples [][]float64) error {
	call(w.before)
	defer call(w.after)
	return w.Simulator.Expect(ctx, dst, weights, samples)
}

func (w *wrapper) Gradient(ctx context.Context, m qsim.Method, dw []float64, dx [][]float64, weights []float64, samples [][]float64, loss qsim.Loss) error {
	call(w.before)
	defer call(w.after)
	err := w.Simulator.Gradient(ctx, m, dw, dx, weights, samples, loss)
	if w.spoil != nil {
		w.spoil(dw)
	}
	return err
}

// wrap is the native backend inside w.
func wrap(w *wrapper) Backend {
	return func(c *circuits.Circuit, observables ...circuits.PauliSum) (s Simulator, err error) {
		w.Simulator, err = Native(c, observables...)
		return w, err
	}
}

// column is one field of a training history.
func column(history []Epoch, field func(Epoch) float64) []float64 {
	var out []float64
	for _, e := range history {
		out = append(out, field(e))
	}
	return out
}
