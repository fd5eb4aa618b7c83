package bench

import (
	"context"
	"math"
	"slices"

	"github.com/qnn-go/qnn/circuits"
	"github.com/qnn-go/qnn/cmd/internal/numpyrand"
	"github.com/qnn-go/qnn/qnn/optim"
	"github.com/qnn-go/qnn/qsim"
)

// An epoch is 25 batches of 20 samples in their order.
const (
	sampleCount  = 500
	batchSize    = 20
	learningRate = 0.01
)

// learner fits ⟨Z0⟩ of RX(xₖ) on every qubit k and hea to labels ±1 by the mean of
// (⟨Z0⟩ − y)².
type learner struct {
	program *qsim.Program
	first   []float64   // weights at the start
	samples [][]float64 // sampleCount × qubits, in [−π, π)
	labels  []float64   // the sign of Σₖ sin xₖ

	weights, gradient, squares []float64 // of a run
}

// learningTask runs one method of a learner; the value is a mean loss.
func learningTask(run func(l *learner, ctx context.Context) (float64, error)) func(*workload, int) []Task {
	return func(w *workload, n int) []Task {
		l, b := newLearner(n, w.layers)
		return []Task{w.task(b, sampleCount, func(t *Task) (Run, error) {
			var err error
			if l.program, err = qsim.Compile(t.circuit.Circuit, qsim.Options{Observables: []circuits.PauliSum{circuits.PauliZ(0)}, Precision: t.Precision}); err != nil {
				return nil, err
			}
			return func(ctx context.Context) (float64, error) { return run(l, ctx) }, nil
		})}
	}
}

func newLearner(n, layers int) (*learner, *bound) {
	g := numpyrand.New(dataSeed)
	l := &learner{}
	for x := range slices.Chunk(uniformAngles(g, sampleCount*n), n) {
		sum := 0.0
		for _, v := range x {
			sum += math.Sin(v)
		}
		label := -1.0
		if sum > 0 {
			label = 1
		}
		l.samples, l.labels = append(l.samples, x), append(l.labels, label)
	}
	b := &bound{Circuit: circuits.New(n)}
	for q := range n {
		b.RX(circuits.Feature(q), q)
	}
	b.hea(layers, uniformAngles(g, 2*layers*n))
	l.first = b.weights
	l.weights, l.gradient, l.squares = slices.Clone(b.weights), make([]float64, len(b.weights)), make([]float64, sampleCount)
	return l, b
}

// step adds the gradient of the mean loss of the samples lo ≤ i < hi to l.gradient,
// which it clears before, and returns the sum of their losses.
func (l *learner) step(ctx context.Context, lo, hi int) (float64, error) {
	clear(l.gradient)
	scale := 2 / float64(hi-lo)
	err := l.program.Gradient(ctx, qsim.Adjoint, l.gradient, nil, l.weights, l.samples[lo:hi], func(i int, e, cotangent []float64) {
		r := e[0] - l.labels[lo+i]
		l.squares[lo+i], cotangent[0] = r*r, scale*r
	})
	sum := 0.0
	for _, s := range l.squares[lo:hi] {
		sum += s
	}
	return sum, err
}

// epoch trains with Adam from the first weights and returns the mean of the losses
// that its steps saw.
func (l *learner) epoch(ctx context.Context) (float64, error) {
	copy(l.weights, l.first)
	adam := &optim.Adam{LearningRate: learningRate}
	total := 0.0
	for lo := 0; lo < sampleCount; lo += batchSize {
		loss, err := l.step(ctx, lo, lo+batchSize)
		if err != nil {
			return 0, err
		}
		total += loss
		if err := adam.Step(l.weights, loss/batchSize, l.gradient); err != nil {
			return 0, err
		}
	}
	return total / sampleCount, nil
}

// loss is the mean loss at the first weights, with its gradient, in one call.
func (l *learner) loss(ctx context.Context) (float64, error) {
	copy(l.weights, l.first)
	total, err := l.step(ctx, 0, sampleCount)
	return total / sampleCount, err
}
