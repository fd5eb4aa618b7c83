package qnn

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"slices"

	"github.com/qnn-go/qnn/qnn/dataset"
	"github.com/qnn-go/qnn/qnn/optim"
	"github.com/qnn-go/qnn/qsim"
)

// Trainer fits models. The zero value trains with Adam for 60 epochs in batches of
// 32 and stops early when there is validation data.
type Trainer struct {
	Epochs    int // passes over the training data; 0: 60
	BatchSize int // samples a step; 0: 32. Full-batch optimisers take all samples
	// Optimizer is reset before a training and belongs to it; nil: Adam with its defaults.
	Optimizer optim.Optimizer
	Loss      Loss        // nil: cross-entropy, or MSE for regression
	Method    qsim.Method // how gradients are computed
	// Patience is the number of epochs without a lower validation loss after which
	// training stops; 0: 10, negative: never. Without validation data it has no effect.
	Patience int
	Seed     uint64 // of the order of the samples

	// Resume continues from this state of an earlier, interrupted call with the same
	// model, data and settings; Epochs and Patience may differ.
	Resume *State
	// Observe is called after every epoch with the state so far, which it must not
	// keep or change; an error ends the training.
	Observe func(*State) error
}

// defaultBatchSize is that of a Trainer which names none.
const defaultBatchSize = 32

// Epoch is one row of the training history.
type Epoch struct {
	Epoch         int     `json:"epoch"` // from 1
	TrainLoss     float64 `json:"train_loss"`
	TrainAccuracy float64 `json:"train_accuracy"` // share of samples predicted right; 0 for regression
	ValLoss       float64 `json:"val_loss"`       // 0 without validation data, as is:
	ValAccuracy   float64 `json:"val_accuracy"`
	GradientNorm  float64 `json:"gradient_norm"` // mean Euclidean norm of the steps' gradients
}

// State is a training run between two steps: all that is needed to continue it.
// Train losses and accuracies are those seen by the steps of the epoch, each before
// its update; validation is at the epoch's end.
type State struct {
	Fingerprint string          `json:"fingerprint"` // of model, data and settings
	Epoch       int             `json:"epoch"`       // epochs completed
	Batch       int             `json:"batch"`       // steps completed in the current epoch
	Parameters  []float64       `json:"parameters"`
	Optimizer   json.RawMessage `json:"optimizer"`
	History     []Epoch         `json:"history"`
	Best        Best            `json:"best"`
	Running     Running         `json:"running"`
	Head        Head            `json:"head"`
	Stopped     Reason          `json:"stopped,omitempty"` // "" while running
}

// Best is the epoch with the lowest validation loss so far. Without validation data
// it is kept for full-batch optimisers alone: the point with the lowest training
// loss, since the one that they ask for next may lie higher.
type Best struct {
	Epoch      int       `json:"epoch"` // 0: none yet
	Loss       float64   `json:"loss"`
	Parameters []float64 `json:"parameters,omitempty"`
}

// Running sums over the steps of the current epoch.
type Running struct {
	Loss      float64 `json:"loss"`
	Correct   int     `json:"correct"`
	Samples   int     `json:"samples"`
	Norm      float64 `json:"norm"`
	Converged bool    `json:"converged,omitempty"` // the optimiser has ended: so will the epoch
}

// Reason says why a training run ended.
type Reason string

const (
	AllEpochs      Reason = "all epochs done"
	EarlyStopping  Reason = "validation loss no longer improves"
	ConvergedPoint Reason = "converged"
)

// Fit trains m on train and returns the final state. The parameters of the [Best]
// epoch, where there is one, are restored at the end. validation may be nil.
//
// When ctx ends, Fit returns the state after the last completed step and an error
// that wraps [ErrInterrupted]; m then has that state's parameters. Other errors
// come with the last state too, unless they were found before the first step.
func (t *Trainer) Fit(ctx context.Context, m *Model, train, validation *dataset.Dataset) (*State, error) {
	r, err := t.prepare(m, train, validation)
	if err != nil {
		return nil, err
	}
	if t.Resume == nil {
		if err := r.selfCheck(ctx); err != nil {
			return r.state, interrupted(err)
		}
	}
	err = r.loop(ctx)
	m.Parameters = slices.Clone(r.state.Parameters)
	m.Head = r.state.Head
	if err != nil {
		return r.state, interrupted(err)
	}
	copy(m.Parameters, r.state.Best.Parameters)
	return r.state, nil
}

// interrupted turns the end of a context into ErrInterrupted.
func interrupted(err error) error {
	if errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded) {
		return fmt.Errorf("%w: %w", ErrInterrupted, err)
	}
	return err
}

// run is one call of Fit.
type run struct {
	*Trainer
	model      *Model
	settings   json.RawMessage // of the optimiser, before its first step
	train      part
	validation *part
	state      *State
	step       *step
}

// part is data as the circuit reads it.
type part struct {
	x [][]float64
	y []float64
}

func (t *Trainer) prepare(m *Model, train, validation *dataset.Dataset) (*run, error) {
	settings, err := t.resolve(m.Head.Task)
	if err != nil {
		return nil, err
	}
	r := &run{Trainer: settings, model: m}
	settings.Optimizer.Reset()
	if r.settings, err = settings.Optimizer.MarshalJSON(); err != nil {
		return nil, fmt.Errorf("%w: %w", ErrConfig, err)
	}
	loaded, err := m.load(train)
	if err != nil {
		return nil, fmt.Errorf("training data: %w", err)
	}
	r.train = loaded
	if validation != nil && validation.Len() > 0 {
		loaded, err := m.load(validation)
		if err != nil {
			return nil, fmt.Errorf("validation data: %w", err)
		}
		r.validation = &loaded
	}
	r.BatchSize, _ = settings.BatchOf(len(r.train.x))
	r.step = newStep(m, r.BatchSize)
	if err := r.start(train, validation); err != nil {
		return nil, err
	}
	return r, nil
}

// BatchOf returns how many samples each step of t takes where there are n to train on,
// the last of an epoch excepted: BatchSize and at most n, or all n where full says that
// the optimiser takes no fewer.
func (t *Trainer) BatchOf(n int) (size int, full bool) {
	if t.Optimizer != nil && t.Optimizer.FullBatch() {
		return n, true
	}
	return min(cmp.Or(t.BatchSize, defaultBatchSize), n), false
}

// load checks that d fits the model and computes its features.
func (m *Model) load(d *dataset.Dataset) (part, error) {
	if err := d.Validate(); err != nil && !errors.Is(err, dataset.ErrOneClass) {
		return part{}, err
	}
	if d.Regression() != (m.Head.Task == Regression) || len(d.Classes) != len(m.Classes) {
		return part{}, fmt.Errorf("%d classes for a %s model of %d: %w", len(d.Classes), m.Head.Task, len(m.Classes), ErrConfig)
	}
	for k, name := range d.Classes {
		if name != m.Classes[k] {
			return part{}, fmt.Errorf("class %d is %q, in the model it is %q: %w", k, name, m.Classes[k], ErrConfig)
		}
	}
	rows := d.X
	if m.Pipeline == nil { // which would refuse missing cells and categories
		var err error
		if rows, err = (&dataset.Pipeline{Columns: d.Columns}).Transform(d.X); err != nil {
			return part{}, err
		}
	}
	x, err := m.Features(rows)
	if err != nil {
		return part{}, err
	}
	return part{x: x, y: d.Y}, nil
}

// resolve fills in defaults and refuses impossible settings.
func (t *Trainer) resolve(task Task) (*Trainer, error) {
	s := *t
	for _, d := range []struct {
		value   *int
		name    string
		initial int
	}{{&s.Epochs, "epochs", 60}, {&s.BatchSize, "batch size", defaultBatchSize}} {
		if *d.value < 0 {
			return nil, fmt.Errorf("%s %d is negative: %w", d.name, *d.value, ErrConfig)
		}
		if *d.value == 0 {
			*d.value = d.initial
		}
	}
	if s.Patience == 0 {
		s.Patience = 10
	}
	if s.Optimizer == nil {
		s.Optimizer = new(optim.Adam)
	}
	if s.Loss == nil {
		s.Loss = DefaultLoss(task)
	}
	if _, err := qsim.ParseMethod(s.Method.String()); err != nil {
		return nil, fmt.Errorf("%w: %w", ErrConfig, err)
	}
	return &s, s.Loss.Check(task)
}

// start makes the first state, or takes up the one to resume.
func (r *run) start(train, validation *dataset.Dataset) error {
	head := r.model.Head
	if head.Task == Regression {
		head.Offset, head.Scale = standard(r.train.y)
		if err := head.validate(); err != nil {
			return fmt.Errorf("training data: targets too large or too small: %w", err)
		}
	}
	fingerprint, err := r.fingerprint(train, validation)
	if err != nil {
		return err
	}
	if r.Resume == nil {
		r.state = &State{Fingerprint: fingerprint, Parameters: slices.Clone(r.model.Parameters), Head: head}
		return r.saveOptimizer()
	}
	s := *r.Resume
	if s.Fingerprint != fingerprint {
		return fmt.Errorf("%w: model, data or training settings differ from those it was made with", ErrMismatch)
	}
	if field := r.impossible(&s, head); field != "" {
		return fmt.Errorf("checkpoint state: impossible %s: %w", field, ErrFormat)
	}
	s.Parameters, s.History = slices.Clone(s.Parameters), slices.Clone(s.History)
	s.Best.Parameters = slices.Clone(s.Best.Parameters)
	if err := r.Optimizer.UnmarshalJSON(s.Optimizer); err != nil {
		return fmt.Errorf("checkpoint state: %w: %w", ErrFormat, err)
	}
	r.state = &s
	if s.Stopped != ConvergedPoint && s.Batch == 0 {
		s.Stopped = r.reason()
	}
	return nil
}

// impossible names the first field of s that no run like r can have left so, or "":
// a state may come from anyone.
func (r *run) impossible(s *State, head Head) string {
	n := len(r.train.x)
	steps := (n + r.BatchSize - 1) / r.BatchSize
	seen := min(s.Batch, steps) * r.BatchSize
	best, kept, keeps := s.Best.Epoch, 0, r.validation != nil || r.Optimizer.FullBatch()
	if best > 0 {
		kept = len(s.Parameters)
	}
	switch {
	case len(s.Parameters) != len(r.model.Parameters):
		return "parameters"
	case len(s.History) != s.Epoch:
		return "history"
	case s.Batch < 0 || s.Batch > steps || s.Stopped != "" && s.Batch > 0:
		return "batch"
	case s.Running.Samples != min(seen, n) || s.Running.Correct < 0 || s.Running.Correct > s.Running.Samples:
		return "running sums"
	case best < 0 || best > s.Epoch+1 || best > 0 && !keeps || best == 0 && keeps && s.Epoch > 0 || len(s.Best.Parameters) != kept:
		return "best epoch"
	case s.Head != head:
		return "head"
	case !slices.Contains([]Reason{"", AllEpochs, EarlyStopping, ConvergedPoint}, s.Stopped):
		return "reason to stop"
	}
	return ""
}

// reason says why training ends after the epochs done so far, "" if it goes on.
func (r *run) reason() Reason {
	s := r.state
	switch {
	case r.validation != nil && r.Patience > 0 && s.Epoch-s.Best.Epoch >= r.Patience:
		return EarlyStopping
	case s.Epoch >= r.Epochs:
		return AllEpochs
	}
	return ""
}

// standard is the mean and the standard deviation of y, or 1 if that is 0.
func standard(y []float64) (mean, deviation float64) {
	for _, v := range y {
		mean += v
	}
	mean /= float64(len(y))
	for _, v := range y {
		deviation += (v - mean) * (v - mean)
	}
	deviation = math.Sqrt(deviation / float64(len(y)))
	if deviation == 0 {
		deviation = 1
	}
	return mean, deviation
}

func (r *run) saveOptimizer() error {
	text, err := r.Optimizer.MarshalJSON()
	r.state.Optimizer = text
	return err
}

// loop runs epochs until one of the reasons to stop.
func (r *run) loop(ctx context.Context) error {
	s := r.state
	for s.Stopped == "" {
		if err := r.epoch(ctx); err != nil {
			return errors.Join(err, r.saveOptimizer())
		}
		converged := s.Running.Converged
		if err := r.finishEpoch(ctx); err != nil {
			return errors.Join(err, r.saveOptimizer())
		}
		if s.Stopped = r.reason(); converged {
			s.Stopped = ConvergedPoint
		}
		if err := r.saveOptimizer(); err != nil {
			return err
		}
		if r.Observe != nil {
			if err := r.Observe(s); err != nil {
				return err
			}
		}
	}
	return nil
}
