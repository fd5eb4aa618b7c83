package qnn

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/qnn-go/qnn/circuits"
	"github.com/qnn-go/qnn/qnn/dataset"
	"github.com/qnn-go/qnn/qnn/optim"
	"github.com/qnn-go/qnn/qsim"
)

// trial is a training problem of a few epochs of a few steps.
type trial struct {
	name              string
	task              Task
	trainer           Trainer
	train, validation *dataset.Dataset
}

func trials() []trial {
	sgd := func() optim.Optimizer { return &optim.SGD{LearningRate: 0.1, Momentum: 0.9} }
	class, validation := randomData(1, Binary, 13, 2), randomData(2, Binary, 6, 2)
	return []trial{
		{"adam", Binary, Trainer{Epochs: 4, BatchSize: 5}, class, validation},
		{"adam, one sample a step", Multiclass, Trainer{Epochs: 2, BatchSize: 1, Loss: Hinge}, randomData(1, Multiclass, 5, 2), nil},
		{"sgd", Regression, Trainer{Epochs: 4, BatchSize: 5, Optimizer: sgd()}, randomData(1, Regression, 13, 2), randomData(2, Regression, 6, 2)},
		{"sgd, stops early", Binary, Trainer{Epochs: 30, Patience: 2, BatchSize: 5, Optimizer: sgd()}, class, validation},
		{"lbfgs", Binary, Trainer{Epochs: 9, Optimizer: new(optim.LBFGS)}, class, validation},
		{"lbfgs, converges", Regression, Trainer{Epochs: 200, Optimizer: &optim.LBFGS{GradientTolerance: 1e-2}}, randomData(1, Regression, 13, 2), nil},
	}
}

// trialOf is the trial of a name.
func trialOf(name string) trial {
	all := trials()
	return all[slices.IndexFunc(all, func(x trial) bool { return x.name == name })]
}

// outcome is all that a training run leaves, as text: equal texts mean equal bits.
func outcome(t *testing.T, m *Model, s *State) string {
	t.Helper()
	return text(t, m.Parameters) + text(t, m.Head) + text(t, s)
}

// interruptible runs a trial from a state, nil for the start. In the stop-th call of
// the simulator the context ends; with late after the call's work is done. The number
// of calls is returned too.
func (x trial) interruptible(t *testing.T, from *State, stop int, late bool) (*Model, *State, int, error) {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	calls := 0
	w := &wrapper{before: func() {
		if calls++; calls == stop && !late {
			cancel()
		}
	}, after: func() {
		if calls == stop {
			cancel()
		}
	}}
	seed := uint64(1)
	if from != nil {
		seed = 99 // the state brings its own parameters
	}
	m, tr := small(t, x.task, seed, wrap(w)), x.trainer
	tr.Resume = from
	s, err := tr.Fit(ctx, m, x.train, x.validation)
	return m, s, calls, err
}

// stored is the state after a checkpoint file.
func stored(t *testing.T, s *State) *State {
	t.Helper()
	path := filepath.Join(t.TempDir(), "checkpoint")
	if err := SaveState(path, s); err != nil {
		t.Fatal(err)
	}
	return value(LoadState(path))(t)
}

// A run that was interrupted in any call of the simulator, be it in the self-check,
// a step or validation, and then resumed ends with the bytes of one that was not.
func TestResume(t *testing.T) {
	for _, x := range trials() {
		t.Run(x.name, func(t *testing.T) {
			m, s, calls, err := x.interruptible(t, nil, 0, false)
			if err != nil {
				t.Fatal(err)
			}
			want := outcome(t, m, s)
			reached := map[string]bool{}
			for stop := 1; stop <= calls; stop++ {
				for _, late := range []bool{false, true} {
					m, s, _, err := x.interruptible(t, nil, stop, late)
					if err == nil { // after the last call there is nothing left to interrupt
						if got := outcome(t, m, s); stop != calls || got != want {
							t.Fatalf("interrupted at call %d, late %t: no error", stop, late)
						}
						continue
					}
					if !errors.Is(err, ErrInterrupted) || !errors.Is(err, context.Canceled) {
						t.Fatalf("interrupted at call %d: error %v", stop, err)
					}
					if text(t, m.Parameters) != text(t, s.Parameters) {
						t.Fatalf("interrupted at call %d: the model does not have the state's parameters", stop)
					}
					reached[fmt.Sprintf("epoch %d, batch %d", s.Epoch, s.Batch)] = true
					m, s, _, err = x.interruptible(t, stored(t, s), 0, false)
					if err != nil {
						t.Fatalf("resumed from call %d: %v", stop, err)
					}
					if got := outcome(t, m, s); got != want {
						t.Fatalf("interrupted at call %d, late %t, and resumed:\n%s\nwant\n%s", stop, late, got, want)
					}
				}
			}
			if len(reached) < 4 {
				t.Errorf("interruptions reached only %v", reached)
			}
		})
	}
}

// The same for a run that is interrupted again and again.
func TestResumeManyTimes(t *testing.T) {
	for _, x := range trials() {
		m, s, _, err := x.interruptible(t, nil, 0, false)
		if err != nil {
			t.Fatal(err)
		}
		want := outcome(t, m, s)
		for every := 2; every <= 4; every++ {
			m, s, _, err := x.interruptible(t, nil, 5+every, true)
			for again := 0; err != nil; again++ {
				if !errors.Is(err, ErrInterrupted) || again > 1000 {
					t.Fatalf("%s: %v", x.name, err)
				}
				m, s, _, err = x.interruptible(t, stored(t, s), every, true)
			}
			if got := outcome(t, m, s); got != want {
				t.Errorf("%s, interrupted every %d calls: another result", x.name, every)
			}
		}
	}
}

// looks is a context that ends when it has been asked so many times whether it has.
type looks struct {
	context.Context
	left *atomic.Int64
}

func newLooks(n int64) looks {
	c := looks{context.Background(), new(atomic.Int64)}
	c.left.Store(n)
	return c
}

func (c looks) Err() error {
	if c.left.Add(-1) < 0 {
		return context.DeadlineExceeded
	}
	return nil
}

// The same for a deadline that comes anywhere, also in the middle of a gradient, and for the
// same model that goes on in the same process.
func TestResumeTheSameModel(t *testing.T) {
	for _, task := range []Task{Binary, Regression} {
		train, validation := randomData(1, task, 150, 2), randomData(2, task, 40, 2)
		tr := Trainer{Epochs: 3, BatchSize: 150}
		whole, all := small(t, task, 1, nil), newLooks(math.MaxInt32)
		s, err := tr.Fit(all, whole, train, validation)
		if err != nil {
			t.Fatal(err)
		}
		want := outcome(t, whole, s)
		for end := range math.MaxInt32 - all.left.Load() {
			m := small(t, task, 1, nil)
			s, err := tr.Fit(newLooks(end), m, train, validation)
			if !errors.Is(err, ErrInterrupted) {
				t.Fatalf("ended at look %d: %v", end, err)
			}
			again := tr
			again.Resume = s
			if s, err = again.Fit(t.Context(), m, train, validation); err != nil {
				t.Fatal(err)
			}
			if outcome(t, m, s) != want {
				t.Fatalf("ended at look %d and resumed: another result than without the end", end)
			}
		}
	}
}

// A state handed to Observe can be saved and resumed as well, and is not touched by
// resuming from it.
func TestResumeFromObserved(t *testing.T) {
	for _, x := range trials() {
		var saved []*State
		whole := x
		whole.trainer.Observe = func(s *State) error {
			saved = append(saved, stored(t, s))
			return nil
		}
		m, s, _, err := whole.interruptible(t, nil, 0, false)
		if err != nil {
			t.Fatal(err)
		}
		want := outcome(t, m, s)
		for i, from := range saved {
			before := text(t, from)
			m, s, calls, err := x.interruptible(t, from, 0, false)
			if err != nil {
				t.Fatal(err)
			}
			if got := outcome(t, m, s); got != want {
				t.Errorf("%s: resumed after epoch %d: another result", x.name, i+1)
			}
			if text(t, from) != before {
				t.Errorf("%s: resuming changed the state it began with", x.name)
			}
			if i == len(saved)-1 && calls != 0 {
				t.Errorf("%s: resuming the finished state calls the simulator %d times", x.name, calls)
			}
		}
	}
}

// A finished run that is given more epochs, or more patience, goes on as if it had
// had them from the start; given less, it ends where it is.
func TestResumeWithMoreEpochs(t *testing.T) {
	for _, x := range trials() {
		if strings.Contains(x.name, "converges") {
			continue // has ended before
		}
		longer := x
		longer.trainer.Epochs, longer.trainer.Patience = x.trainer.Epochs+3, 6
		m, s, _, err := longer.interruptible(t, nil, 0, false)
		if err != nil {
			t.Fatal(err)
		}
		want := outcome(t, m, s)
		_, short, _, err := x.interruptible(t, nil, 0, false)
		if err != nil {
			t.Fatal(err)
		}
		m, s, calls, err := longer.interruptible(t, stored(t, short), 0, false)
		if err != nil || calls == 0 {
			t.Fatalf("%s: %v after %d calls", x.name, err, calls)
		}
		if got := outcome(t, m, s); got != want {
			t.Errorf("%s: more epochs on resuming:\n%s\nwant\n%s", x.name, got, want)
		}
		less := x
		less.trainer.Epochs = 1
		if _, s, calls, err := less.interruptible(t, stored(t, short), 0, false); err != nil || calls != 0 || s.Epoch != short.Epoch {
			t.Errorf("%s: resumed with fewer epochs: %v, %d calls, epoch %d", x.name, err, calls, s.Epoch)
		}
	}
}

// TestResumeFinishesTheEpoch: a run that was interrupted within an epoch ends that epoch, also
// when it is given fewer than it has done.
func TestResumeFinishesTheEpoch(t *testing.T) {
	x := trialOf("adam")
	_, s, _, err := x.interruptible(t, nil, 12, false)
	if !errors.Is(err, ErrInterrupted) || s.Epoch < 1 || s.Batch == 0 {
		t.Fatalf("interrupted in batch %d after %d epochs: %v", s.Batch, s.Epoch, err)
	}
	x.trainer.Epochs = 1
	_, got, calls, err := x.interruptible(t, stored(t, s), 0, false)
	if err != nil || calls == 0 {
		t.Fatalf("%v after %d calls", err, calls)
	}
	if got.Stopped != AllEpochs || got.Epoch != s.Epoch+1 || got.Batch != 0 || len(got.History) != got.Epoch {
		t.Errorf("ends in batch %d after %d epochs: %q, want after epoch %d", got.Batch, got.Epoch, got.Stopped, s.Epoch+1)
	}
	if _, _, calls, err := x.interruptible(t, stored(t, got), 0, false); err != nil || calls != 0 {
		t.Errorf("resumed again: %v after %d calls, want none", err, calls)
	}
}

func TestResumeRefusesAnotherConfiguration(t *testing.T) {
	x := trialOf("adam")
	_, s, _, err := x.interruptible(t, nil, 9, false)
	if !errors.Is(err, ErrInterrupted) {
		t.Fatal(err)
	}
	other := func(change func(x *trial, m *Model)) error {
		x, m := trialOf("adam"), small(t, Binary, 1, nil)
		x.trainer.Resume = s
		change(&x, m)
		_, err := x.trainer.Fit(t.Context(), m, x.train, x.validation)
		return err
	}
	if err := other(func(*trial, *Model) {}); err != nil {
		t.Fatalf("nothing changed: %v", err)
	}
	for name, change := range map[string]func(x *trial, m *Model){
		"data":             func(x *trial, _ *Model) { x.train = randomData(9, Binary, 13, 2) },
		"validation":       func(x *trial, _ *Model) { x.validation = randomData(9, Binary, 6, 2) },
		"no validation":    func(x *trial, _ *Model) { x.validation = nil },
		"batch size":       func(x *trial, _ *Model) { x.trainer.BatchSize = 4 },
		"optimizer":        func(x *trial, _ *Model) { x.trainer.Optimizer = new(optim.SGD) },
		"learning rate":    func(x *trial, _ *Model) { x.trainer.Optimizer = &optim.Adam{LearningRate: 0.02} },
		"loss":             func(x *trial, _ *Model) { x.trainer.Loss = MSE },
		"method":           func(x *trial, _ *Model) { x.trainer.Method = qsim.ParameterShift },
		"seed":             func(x *trial, _ *Model) { x.trainer.Seed = 1 },
		"circuit":          func(_ *trial, m *Model) { *m = *otherModel(t, m, circuits.New(2).RY(circuits.Weight(4), 0), nil) },
		"observables":      func(_ *trial, m *Model) { *m = *otherModel(t, m, m.Circuit, []circuits.PauliSum{circuits.PauliX(1)}) },
		"training classes": func(x *trial, m *Model) { m.Classes = []string{"yes", "no"}; rename(x, m.Classes) },
	} {
		if err := other(change); !errors.Is(err, ErrMismatch) {
			t.Errorf("%s changed: error %v, want ErrMismatch", name, err)
		}
	}
}

func otherModel(t *testing.T, m *Model, c *circuits.Circuit, o []circuits.PauliSum) *Model {
	if o == nil {
		o = m.Observables
	}
	return create(t, Config{Circuit: c, Observables: o, Classes: m.Classes})
}

func rename(x *trial, classes []string) {
	for _, d := range []**dataset.Dataset{&x.train, &x.validation} {
		renamed := **d
		renamed.Classes = classes
		*d = &renamed
	}
}

// A state may come from a damaged or a forged file.
func TestResumeRefusesDamagedStates(t *testing.T) {
	const huge = math.MaxInt
	all := map[string]func(s *State){
		"no parameters":          func(s *State) { s.Parameters = nil },
		"a parameter less":       func(s *State) { s.Parameters = s.Parameters[1:] },
		"a parameter more":       func(s *State) { s.Parameters = append(s.Parameters, 0) },
		"no history":             func(s *State) { s.History = nil },
		"history too long":       func(s *State) { s.History = append(s.History, Epoch{}) },
		"negative epoch":         func(s *State) { s.Epoch = -1 },
		"huge epoch":             func(s *State) { s.Epoch = huge },
		"negative batch":         func(s *State) { s.Batch = -1 },
		"most negative batch":    func(s *State) { s.Batch = math.MinInt },
		"batch past the end":     func(s *State) { s.Batch = 4 },
		"huge batch":             func(s *State) { s.Batch = huge },
		"another batch":          func(s *State) { s.Batch ^= 1 },
		"no samples":             func(s *State) { s.Running.Samples = -1 },
		"too many correct":       func(s *State) { s.Running.Correct = huge },
		"negative correct":       func(s *State) { s.Running.Correct = -1 },
		"best without numbers":   func(s *State) { s.Best = Best{Epoch: 1} },
		"best of another length": func(s *State) { s.Best = Best{Epoch: 1, Parameters: []float64{1}} },
		"best in the future":     func(s *State) { s.Best = Best{Epoch: huge, Parameters: s.Parameters} },
		"best in the past":       func(s *State) { s.Best = Best{Epoch: -1, Parameters: s.Parameters} },
		"numbers without a best": func(s *State) { s.Best = Best{Parameters: s.Parameters} },
		"another head":           func(s *State) { s.Head.Outputs = 1 << 40 },
		"another task":           func(s *State) { s.Head.Task = "other" },
		"unknown reason":         func(s *State) { s.Stopped = "tired" },
		"no optimizer":           func(s *State) { s.Optimizer = nil },
		"null optimizer":         func(s *State) { s.Optimizer = json.RawMessage("null") },
		"empty optimizer":        func(s *State) { s.Optimizer = json.RawMessage("{}") },
		"optimizer of a word":    func(s *State) { s.Optimizer = json.RawMessage(`"adam"`) },
		"broken optimizer":       func(s *State) { s.Optimizer = json.RawMessage(`{"name":`) },
		"negative steps":         func(s *State) { replace(s, `"steps":`, `"steps":-`) },
		"deep optimizer":         func(s *State) { s.Optimizer = json.RawMessage(strings.Repeat("[", 1e6)) },
	}
	for _, x := range trials() {
		for _, stop := range []int{1, 7, 9} {
			_, whole, _, err := x.interruptible(t, nil, stop, true)
			if !errors.Is(err, ErrInterrupted) {
				t.Fatal(err)
			}
			for name, damage := range all {
				s := stored(t, whole)
				damage(s)
				if reflect.DeepEqual(s, stored(t, whole)) || name == "negative steps" && whole.Epoch+whole.Batch == 0 {
					continue // such as a state of no steps without its history
				}
				if _, _, _, err := x.interruptible(t, s, 0, false); !errors.Is(err, ErrFormat) {
					t.Errorf("%s, stopped at call %d, %s: error %v, want ErrFormat", x.name, stop, name, err)
				}
			}
		}
	}
}

// replace edits the text of the optimizer.
func replace(s *State, old, to string) {
	s.Optimizer = json.RawMessage(strings.Replace(string(s.Optimizer), old, to, 1))
}

// The optimizer's vectors and the point it waits for must be the state's.
func TestResumeRefusesTheOptimizerOfAnotherRun(t *testing.T) {
	for _, x := range trials() {
		_, s, _, err := x.interruptible(t, nil, 7, true)
		if !errors.Is(err, ErrInterrupted) {
			t.Fatal(err)
		}
		o := value(optim.New(cmp.Or[optim.Optimizer](x.trainer.Optimizer, new(optim.Adam)).Name(), optim.Config{}))(t)
		w := []float64{1, 2}
		if err := o.Step(w, 1, []float64{3, 4}); err != nil {
			t.Fatal(err)
		}
		s.Optimizer = value(o.MarshalJSON())(t)
		if _, _, _, err := x.interruptible(t, s, 0, false); !errors.Is(err, ErrFormat) || !errors.Is(err, optim.ErrLength) {
			t.Errorf("%s: optimizer of two weights: %v, want ErrFormat", x.name, err)
		}
	}
	x := trialOf("lbfgs")
	_, s, _, err := x.interruptible(t, nil, 9, true)
	if !errors.Is(err, ErrInterrupted) {
		t.Fatal(err)
	}
	s.Parameters = slices.Clone(s.Parameters)
	s.Parameters[0]++
	if _, _, _, err := x.interruptible(t, s, 0, false); !errors.Is(err, ErrFormat) || !errors.Is(err, optim.ErrPoint) {
		t.Errorf("lbfgs at another point: %v, want ErrFormat", err)
	}
}
