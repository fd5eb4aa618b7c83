package experiment

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"github.com/qnn-go/qnn/circuits/draw"
	"github.com/qnn-go/qnn/internal/atomicfile"
	"github.com/qnn-go/qnn/qnn"
	"github.com/qnn-go/qnn/qnn/dataset"
)

// Options are what does not determine the model of a run.
type Options struct {
	Dir       string    // of a new run; "": RunsDir/DATA-0001 with the next free number
	Baselines Baselines // nil: all
	Observer  Observer
}

// Run is a training run with its directory. [NewRun] or [ResumeRun] makes one; then come
// [Run.Begin], [Run.Fit] and [Run.Finish], and in any case [Run.Close]. It is for one
// goroutine.
type Run struct {
	*Experiment
	Options Options
	Dir     string // set by Begin
	Model   *qnn.Model
	Trainer *qnn.Trainer
	State   *qnn.State // of the training as far as it has come
	Seconds float64    // of training, over all sessions of the run

	resumed *qnn.State // where an earlier session ended; nil for a new run
	place   *directory // the run's directory, claimed
	timing  []float64  // seconds of each epoch; NaN where they are not known
}

// NewRun makes a new run: data, circuit, model and trainer. It refuses states that do not
// fit in memory, and writes nothing.
func NewRun(ctx context.Context, s Settings, o Options) (*Run, error) {
	if err := checkNew(o.Dir); err != nil { // before a search, which takes seconds
		return nil, err
	}
	r := &Run{Options: o, place: new(directory)}
	return r, r.build(ctx, s)
}

// ResumeRun takes up the run in dir with settings that are its own but for the number of
// epochs and the patience. It claims the directory and changes nothing in it. Errors wrap
// [ErrNoCheckpoint], [ErrHeld], [ErrOtherData].
func ResumeRun(ctx context.Context, dir string, s Settings, o Options) (_ *Run, err error) {
	path := filepath.Join(dir, CheckpointFile)
	if _, err := os.Stat(path); err != nil {
		return nil, noCheckpoint(dir, err)
	}
	lock, err := claim(dir)
	if err != nil {
		return nil, err
	}
	r := &Run{Options: o, Dir: dir, place: &directory{path: dir, lock: lock}}
	defer func() {
		if err != nil {
			r.Close()
		}
	}()
	if r.resumed, err = loadCheckpoint(dir); err != nil {
		return nil, err
	}
	return r, r.build(ctx, s)
}

// Close lets other processes write the run's directory.
func (r *Run) Close() { r.place.release() }

// loadCheckpoint reads the checkpoint of a run directory.
func loadCheckpoint(dir string) (*qnn.State, error) {
	path := filepath.Join(dir, CheckpointFile)
	s, err := qnn.LoadState(path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil, noCheckpoint(dir, err)
	case errors.Is(err, qnn.ErrFormat):
		_, older := qnn.LoadState(path + qnn.PreviousSuffix)
		return nil, &CheckpointError{Path: path, Previous: older == nil, Err: err}
	}
	return s, err
}

func noCheckpoint(dir string, err error) error {
	if !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	return &FileError{Path: dir, Err: fmt.Errorf("%w: %w", ErrNoCheckpoint, err)}
}

// CheckpointError is a damaged checkpoint. It wraps [qnn.ErrFormat].
type CheckpointError struct {
	Path     string
	Previous bool // the one before it is whole
	Err      error
}

func (e *CheckpointError) Error() string { return e.Err.Error() }

// Unwrap returns the cause.
func (e *CheckpointError) Unwrap() error { return e.Err }

// build makes the model and the trainer, and refuses states that do not fit in memory
// before anything is written.
func (r *Run) build(ctx context.Context, s Settings) error {
	var err error
	if r.Trainer, err = s.NewTrainer(); err != nil {
		return err
	}
	if _, err := s.NewBackend(); err != nil {
		return err
	}
	if r.Options.Baselines == nil {
		r.Options.Baselines = Baselines{AllBaselines}
	}
	if r.Experiment, err = Open(ctx, s, r.Options.Observer); err != nil {
		return err
	}
	if r.Data.Regression() && s.Loss != "" && s.Loss != string(qnn.MSE) {
		return refuse("{loss %s} is for classes, and %s has numbers to predict. Use {loss mse}", s.Loss, s.Data)
	}
	if _, err := r.Options.Baselines.For(r.Data.Regression()); err != nil {
		return err
	}
	if err := r.Prepare(ctx, r.Options.Observer); err != nil {
		return err
	}
	if r.Settings.Qubits == 1 && s.Entanglement != "" && r.resumed == nil {
		return refuse("{entanglement %s} has no effect: one qubit has no other to entangle with. Leave it out, or use more features or qubits", s.Entanglement)
	}
	if r.Model, err = r.NewModel(); err != nil {
		return err
	}
	if err := r.resolve(); err != nil {
		return err
	}
	return r.Settings.fits(r.Circuit.Qubits)
}

// resolve writes the defaults that stood for themselves into the settings, so that
// the run's configuration says what was done. It refuses a batch of some samples for
// an optimiser that takes all of them.
func (r *Run) resolve() error {
	s := &r.Settings
	batch, full := r.Trainer.BatchOf(r.Train.Len())
	if full && s.Batch < batch && s.Batch != DefaultBatch && r.resumed == nil {
		return refuse("{batch %d} has no effect: %s takes all %d samples of the training part in every step. Leave it out, or use {optimizer adam}", s.Batch, s.Optimizer, batch)
	}
	s.Batch = batch
	s.Gradient, s.Rate = r.Trainer.Method.String(), s.learningRate()
	r.Trainer.Loss = cmp.Or[qnn.Loss](r.Trainer.Loss, qnn.DefaultLoss(r.Model.Head.Task))
	s.Loss = r.Trainer.Loss.Name()
	return nil
}

// Begin makes the run's directory and the files that describe the run, or takes up those
// of an earlier session.
func (r *Run) Begin() error {
	if r.resumed != nil {
		return r.reopen()
	}
	place, err := takeDirectory(r.Options.Dir, RunsDir, r.Data.Name, firstFiles())
	if err != nil {
		return err
	}
	r.place, r.Dir = place, place.path
	files := []content{
		{ConfigFile, r.Settings.Write},
		{CircuitFile, func(w io.Writer) error { return draw.Text(w, r.Circuit, nil) }},
		{EnvironmentFile, func(w io.Writer) error { return writeJSON(w, newEnvironment(r.Data.Hash(), r.Test.Hash())) }},
		{SplitFile, r.writeSplit},
		{TestFile, func(w io.Writer) error { return dataset.WriteCSV(w, r.Test) }},
		{InitialFile, func(w io.Writer) error {
			return writeJSON(w, initial{Seed: r.Settings.Seed, Weights: r.Model.Weights(), Parameters: r.Model.Parameters})
		}},
	}
	if r.Search != nil {
		files = append(files, content{SearchFile, func(w io.Writer) error { return writeJSON(w, r.Search) }})
	}
	return r.abandonOn(writeAll(r.Dir, files))
}

// initial is what training starts from: the weights of the circuit, then the numbers
// of the head.
type initial struct {
	Seed       uint64    `json:"seed"`
	Weights    int       `json:"weights"`
	Parameters []float64 `json:"parameters"`
}

// Resumable reports whether the run's directory has a checkpoint to go on from.
func (r *Run) Resumable() bool {
	if r.Dir == "" {
		return false
	}
	_, err := os.Stat(filepath.Join(r.Dir, CheckpointFile))
	return !errors.Is(err, fs.ErrNotExist)
}

// abandonOn removes what was made for the run when err is not nil and there is no
// checkpoint to go on from.
func (r *Run) abandonOn(err error) error {
	if err != nil && !r.Resumable() {
		r.place.abandon(append(firstFiles(), MetricsFile)...)
		r.Dir = ""
	}
	return err
}

// reopen takes up an earlier session of the run.
func (r *Run) reopen() error {
	r.Trainer.Resume = r.resumed
	var err error
	if r.Search, err = readSearch(r.Dir); err != nil {
		return err
	}
	if err := r.sameData(r.Dir); err != nil {
		return err
	}
	if r.Settings.Epochs < r.resumed.Epoch {
		return refuse("{epochs %d}: %s has %d epochs already. Give at least that many", r.Settings.Epochs, r.Dir, r.resumed.Epoch)
	}
	if r.timing, err = readTiming(r.Dir, r.resumed.Epoch); err != nil {
		return err
	}
	r.Seconds = totalSeconds(r.timing)
	if err := atomicfile.Sweep(r.Dir); err != nil {
		return err
	}
	return write(r.Dir, ConfigFile, r.Settings.Write)
}

// Epochs is the number of epochs that earlier sessions have done.
func (r *Run) Epochs() int {
	if r.resumed == nil {
		return 0
	}
	return r.resumed.Epoch
}

// Fit trains the model, and saves the run about once a second and at the end. Errors
// wrap [qnn.ErrInterrupted] when ctx ends: the run is saved then, up to its last step.
func (r *Run) Fit(ctx context.Context) error {
	save := throttle{every: time.Second, next: time.Now().Add(time.Second)}
	before := r.Seconds
	start, last := time.Now(), time.Now()
	r.Trainer.Observe = func(s *qnn.State) error {
		if r.Options.Observer.Epoch != nil {
			r.Options.Observer.Epoch(s)
		}
		r.Seconds = before + time.Since(start).Seconds()
		r.timing = append(r.timing, time.Since(last).Seconds())
		last = time.Now()
		return save.do(func() error { return r.save(s) })
	}
	state, err := r.Trainer.Fit(ctx, r.Model, r.Train, r.Validation)
	r.State = state
	if state == nil || err != nil && !errors.Is(err, qnn.ErrInterrupted) {
		return r.abandonOn(err)
	}
	if saved := r.save(state); saved != nil {
		return r.abandonOn(saved)
	}
	return err
}

// save writes the checkpoint and what belongs to it. The times come first: wherever the
// process is killed they are of all epochs of the checkpoint, and of those that are done
// again they are cut off when the run is taken up.
func (r *Run) save(s *qnn.State) error {
	if err := write(r.Dir, TimingFile, func(w io.Writer) error { return writeTiming(w, r.timing) }); err != nil {
		return err
	}
	if err := qnn.SaveState(filepath.Join(r.Dir, CheckpointFile), s); err != nil {
		return err
	}
	return write(r.Dir, MetricsFile, func(w io.Writer) error {
		return writeMetrics(w, s.History, r.Data.Regression(), r.Validation != nil)
	})
}

// throttle calls something now and then: not before the given time has passed since the
// last call, nor before twenty times what that took, so that it costs a twentieth at most.
type throttle struct {
	every time.Duration
	next  time.Time
}

func (t *throttle) do(body func() error) error {
	start := time.Now()
	if start.Before(t.next) {
		return nil
	}
	err := body()
	end := time.Now()
	t.next = end.Add(max(t.every, 20*end.Sub(start)))
	return err
}
