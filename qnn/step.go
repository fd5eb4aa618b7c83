package qnn

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"math/rand/v2"

	"github.com/qnn-go/qnn/circuits"
	"github.com/qnn-go/qnn/qnn/dataset"
	"github.com/qnn-go/qnn/qnn/optim"
	"github.com/qnn-go/qnn/qsim"
)

// step computes the loss and the gradient of one batch; its slices are reused.
type step struct {
	model    *Model
	x        [][]float64
	y        []float64
	loss     []float64 // of each sample
	correct  []bool
	head     []float64 // samples × head parameters: derivatives
	scores   []float64 // samples × outputs
	ds       []float64 // the same: derivatives
	gradient []float64 // of the mean loss by all parameters
}

func newStep(m *Model, size int) *step {
	h := m.Head.parameters(len(m.Observables))
	return &step{
		model: m, x: make([][]float64, 0, size), y: make([]float64, 0, size),
		loss: make([]float64, size), correct: make([]bool, size), head: make([]float64, size*h),
		scores: make([]float64, size*m.Head.Outputs), ds: make([]float64, size*m.Head.Outputs),
		gradient: make([]float64, len(m.Parameters)),
	}
}

// take selects the samples of the next evaluation.
func (s *step) take(p part, indices []int) {
	s.x, s.y = s.x[:0], s.y[:0]
	for _, i := range indices {
		s.x, s.y = append(s.x, p.x[i]), append(s.y, p.y[i])
	}
}

// evaluate computes the mean loss of the selected samples and its gradient.
func (s *step) evaluate(ctx context.Context, head Head, loss Loss, method qsim.Method, parameters []float64) (float64, error) {
	m, n := s.model, len(s.x)
	weights, a := parameters[:m.weights], parameters[m.weights:]
	o, h := head.Outputs, len(a)
	clear(s.gradient)
	err := m.simulator.Gradient(ctx, method, s.gradient[:m.weights], nil, weights, s.x, func(i int, e, cotangent []float64) {
		scores, ds, da := s.scores[i*o:(i+1)*o], s.ds[i*o:(i+1)*o], s.head[i*h:(i+1)*h]
		head.scores(scores, a, e)
		s.loss[i] = loss.Evaluate(head, ds, scores, s.y[i])
		s.correct[i] = head.predict(scores) == s.y[i]
		for k := range ds {
			ds[k] /= float64(n)
		}
		head.backward(da, cotangent, a, e, ds)
	})
	if err != nil {
		return 0, err
	}
	sum := 0.0
	for i := range n {
		sum += s.loss[i]
		for j, v := range s.head[i*h : (i+1)*h] {
			s.gradient[m.weights+j] += v
		}
	}
	return sum / float64(n), nil
}

// Gradient returns the mean loss of samples, given as features that the circuit reads
// and targets (class indices or values), and its gradient by all parameters.
func (m *Model) Gradient(ctx context.Context, loss Loss, method qsim.Method, x [][]float64, y []float64) (float64, []float64, error) {
	if err := loss.Check(m.Head.Task); err != nil {
		return 0, nil, err
	}
	if len(x) == 0 || len(y) != len(x) {
		return 0, nil, fmt.Errorf("gradient of %d samples with %d targets: %w", len(x), len(y), ErrConfig)
	}
	for i, v := range y {
		if m.Head.Task != Regression && !(v >= 0 && v < float64(len(m.Classes)) && v == math.Trunc(v)) {
			return 0, nil, fmt.Errorf("sample %d: target %v is no class index: %w", i, v, ErrConfig)
		}
	}
	s := newStep(m, len(x))
	s.x, s.y = x, y
	value, err := s.evaluate(ctx, m.Head, loss, method, m.Parameters)
	return value, s.gradient, err
}

// order is the order of n samples in an epoch (from 0): stream epoch+1 of the seed, so it
// does not depend on what happened before. A full batch has one order, since its loss
// must be the same function in every epoch, to the last bit.
func (t *Trainer) order(n, epoch int, full bool) []int {
	if !full {
		return rand.New(rand.NewPCG(t.Seed, uint64(epoch)+1)).Perm(n)
	}
	out := make([]int, n)
	for i := range out {
		out[i] = i
	}
	return out
}

// Batch returns which of the n samples of a training part a step takes. Steps are counted
// from 0 over all epochs. Errors wrap [ErrConfig].
func (t *Trainer) Batch(n, step int) ([]int, error) {
	size, full := t.BatchOf(n)
	if step < 0 || size < 1 {
		return nil, fmt.Errorf("step %d with batches of %d: %w", step, size, ErrConfig)
	}
	each := (n + size - 1) / size
	from := step % each * size
	return t.order(n, step/each, full)[from:min(from+size, n)], nil
}

// Step makes one optimiser step with a loss and a gradient that were measured elsewhere,
// on a device for example: it moves parameters, and returns the state of the optimiser
// after it. state is that before; nil at the first step. Optimisers that take all samples
// in every step need exact gradients of them and are refused. Errors wrap [ErrConfig], or
// [ErrFormat] for a state that is none of this optimiser; parameters are untouched then.
func (t *Trainer) Step(state json.RawMessage, parameters []float64, loss float64, gradient []float64) (json.RawMessage, error) {
	o := t.Optimizer
	switch {
	case o == nil:
		o = new(optim.Adam)
	case o.FullBatch():
		return nil, fmt.Errorf("%s needs exact gradients of all samples in every step; take an optimiser of batches: %w", o.Name(), ErrConfig)
	}
	o.Reset()
	if state != nil {
		if err := o.UnmarshalJSON(state); err != nil {
			return nil, fmt.Errorf("optimizer state: %w: %w", ErrFormat, err)
		}
	}
	err := o.Step(parameters, loss, gradient)
	if errors.Is(err, optim.ErrLength) || errors.Is(err, optim.ErrPoint) {
		return nil, fmt.Errorf("optimizer state: %w: %w", ErrFormat, err)
	}
	if err != nil {
		return nil, err
	}
	return o.MarshalJSON()
}

// epoch runs the steps that are left in the current epoch. After an error the
// state is that of the last completed step.
func (r *run) epoch(ctx context.Context) error {
	s := r.state
	perm := r.order(len(r.train.x), s.Epoch, r.Optimizer.FullBatch())
	for lo := s.Batch * r.BatchSize; lo < len(perm) && !s.Running.Converged; lo += r.BatchSize {
		if err := ctx.Err(); err != nil {
			return err
		}
		r.step.take(r.train, perm[lo:min(lo+r.BatchSize, len(perm))])
		loss, err := r.step.evaluate(ctx, s.Head, r.Loss, r.Method, s.Parameters)
		if err != nil {
			return err
		}
		if r.validation == nil && r.Optimizer.FullBatch() {
			s.keepBest(s.Epoch+1, loss)
		}
		err = r.Optimizer.Step(s.Parameters, loss, r.step.gradient)
		switch {
		case errors.Is(err, optim.ErrLength) || errors.Is(err, optim.ErrPoint): // of a saved optimiser
			return fmt.Errorf("checkpoint state: %w: %w", ErrFormat, err)
		case err != nil && !errors.Is(err, optim.ErrConverged):
			return fmt.Errorf("epoch %d, batch %d: %w", s.Epoch+1, s.Batch+1, err)
		}
		r.step.addTo(&s.Running, loss)
		s.Batch++
		s.Running.Converged = err != nil
	}
	return nil
}

// addTo adds a step with the given mean loss to the sums of its epoch.
func (s *step) addTo(r *Running, loss float64) {
	r.Loss += loss * float64(len(s.x))
	r.Samples += len(s.x)
	for i := range s.x {
		if s.correct[i] {
			r.Correct++
		}
	}
	r.Norm += math.Sqrt(dot(s.gradient, s.gradient))
}

// finishEpoch validates and adds a row to the history.
func (r *run) finishEpoch(ctx context.Context) error {
	s := r.state
	row := Epoch{
		Epoch: s.Epoch + 1, TrainLoss: s.Running.Loss / float64(s.Running.Samples),
		TrainAccuracy: float64(s.Running.Correct) / float64(s.Running.Samples),
		GradientNorm:  s.Running.Norm / float64(s.Batch),
	}
	if r.validation != nil {
		loss, accuracy, err := r.validate(ctx)
		if err != nil {
			return err
		}
		row.ValLoss, row.ValAccuracy = loss, accuracy
		s.keepBest(row.Epoch, loss)
	}
	if s.Head.Task == Regression {
		row.TrainAccuracy, row.ValAccuracy = 0, 0
	}
	s.Epoch, s.Batch, s.Running = row.Epoch, 0, Running{}
	s.History = append(s.History, row)
	return nil
}

// keepBest remembers the parameters if their loss is lower than any before.
func (s *State) keepBest(epoch int, loss float64) {
	if s.Best.Epoch != 0 && loss >= s.Best.Loss {
		return
	}
	s.Best.Epoch, s.Best.Loss = epoch, loss
	s.Best.Parameters = append(s.Best.Parameters[:0], s.Parameters...)
}

// validate is the mean loss and the accuracy on the validation part.
func (r *run) validate(ctx context.Context) (loss, accuracy float64, err error) {
	scores, err := r.model.scores(ctx, r.state.Parameters, r.validation.x)
	if err != nil {
		return 0, 0, err
	}
	ds := make([]float64, r.state.Head.Outputs)
	correct := 0
	for i, s := range scores {
		y := r.validation.y[i]
		loss += r.Loss.Evaluate(r.state.Head, ds, s, y)
		if r.state.Head.predict(s) == y {
			correct++
		}
	}
	n := float64(len(scores))
	loss /= n
	if math.IsNaN(loss) || math.IsInf(loss, 0) {
		return 0, 0, fmt.Errorf("validation loss is %v: %w", loss, optim.ErrNotFinite)
	}
	return loss, float64(correct) / n, nil
}

// fingerprint identifies what a state may be resumed with: the model without its
// parameters, the data, and the settings that shape the path of the training.
func (r *run) fingerprint(train, validation *dataset.Dataset) (string, error) {
	m := r.model
	id := struct {
		Circuit     *circuits.Circuit
		Observables []circuits.PauliSum
		Task        Task
		Classes     []string
		Pipeline    *dataset.Pipeline
		Amplitude   bool
		Train       string
		Validation  string
		Batch       int
		Optimizer   json.RawMessage
		Loss        string
		Method      string
		Seed        uint64
	}{
		m.Circuit, m.Observables, m.Head.Task, m.Classes, m.Pipeline, m.Amplitude, train.Hash(), "",
		r.BatchSize, r.settings, r.Loss.Name(), r.Method.String(), r.Seed,
	}
	if r.validation != nil {
		id.Validation = validation.Hash()
	}
	text, err := json.Marshal(id)
	if err != nil {
		return "", err
	}
	sum := sha256.Sum256(text)
	return hex.EncodeToString(sum[:]), nil
}
