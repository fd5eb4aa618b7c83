package cli

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"time"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/qnn-go/qnn/circuits/draw"
	"github.com/qnn-go/qnn/internal/atomicfile"
	"github.com/qnn-go/qnn/qnn"
	"github.com/qnn-go/qnn/qnn/dataset"
)

// trainOptions are the flags of train.
type trainOptions struct {
	settings
	Streams

	Out, Resume, Config string
	Baselines           baselineFlags
	JSON, Mute          bool
}

func newTrain(s Streams) *cobra.Command {
	o := &trainOptions{Streams: s}
	own := o.flags()
	c := &cobra.Command{
		Use:   "train",
		Short: "Train a model and compare it with classical ones",
		Long: `Train a quantum neural network on a data set, report how it does on the test
part beside classical models on the same split, and keep everything in a run
directory. Without flags it trains on breast-cancer. The classical models get all
columns, and also the features that the circuit gets; the verdict is against the
one on all columns that does best on the validation part.

Settings come from, in rising precedence: defaults, --config FILE (YAML with the
flags' names as keys), environment variables (QNN_ and the flag's name, such as
QNN_EPOCHS), flags. Ctrl-C saves the run; --resume takes it up again.`,
		Example: `  qnn train
  qnn train --data iris --layers 4 --seed 1
  qnn train --data patients.csv --label outcome --missing mean
  qnn train --resume runs/moons-0003`,
		Args: exactArgs(),
		RunE: func(c *cobra.Command, _ []string) error { return runTrain(c.Context(), o, own) },
	}
	f := c.Flags()
	f.SortFlags = false
	f.AddFlagSet(own)
	f.StringVar(&o.Out, "out", "", "run directory (default runs/DATA-0001, the next free number)")
	f.StringVar(&o.Resume, "resume", "", "run directory of an interrupted run to continue")
	f.StringVar(&o.Config, "config", "", "YAML file of settings")
	o.Baselines.add(f)
	addOutputFlags(f, &o.JSON, &o.Mute)
	group(f, "Run")
	return c
}

// addOutputFlags declares what every command that reports has.
func addOutputFlags(f *pflag.FlagSet, asJSON, quiet *bool) {
	f.BoolVar(asJSON, "json", false, "print one JSON object on standard output")
	f.BoolVarP(quiet, "quiet", "q", false, "no progress and no remarks")
}

// trainRun is one call of train.
type trainRun struct {
	*experiment
	opts    *trainOptions
	dir     string
	place   *directory // the run's directory, claimed
	model   *qnn.Model
	trainer *qnn.Trainer
	state   *qnn.State
	seconds float64   // of training, over all sessions of the run
	timing  []float64 // seconds of each epoch; NaN where they are not known
}

// runTrain trains; flags are those of the settings.
func runTrain(ctx context.Context, o *trainOptions, flags *pflag.FlagSet) error {
	r := &trainRun{opts: o}
	if err := o.configure(flags); err != nil {
		return err
	}
	resumed, err := r.takeUp()
	if err != nil {
		return err
	}
	defer func() { r.place.release() }()
	if err := r.build(ctx); err != nil {
		return err
	}
	if err := r.trainAndSave(ctx, resumed); err != nil {
		return err
	}
	r.describeEnd(o.remarks())
	s, err := r.finish(ctx)
	if err != nil {
		return r.stopped(ctx, err)
	}
	return r.print(s)
}

// takeUp claims the directory of the run to resume and reads its checkpoint; without one
// to resume it is nil.
func (r *trainRun) takeUp() (*qnn.State, error) {
	r.place = new(directory)
	if r.opts.Resume == "" {
		return nil, nil
	}
	if _, err := os.Stat(filepath.Join(r.opts.Resume, checkpointFile)); err != nil {
		return loadCheckpoint(r.opts.Resume) // which says what to do
	}
	lock, err := claim(r.opts.Resume)
	if err != nil {
		return nil, err
	}
	r.place = &directory{path: r.opts.Resume, lock: lock}
	s, err := loadCheckpoint(r.opts.Resume)
	if err != nil {
		r.place.release()
	}
	return s, err
}

// trainAndSave makes or takes up the run's directory and trains. A signal does not end the
// process before the run is saved or has left nothing behind.
func (r *trainRun) trainAndSave(ctx context.Context, resumed *qnn.State) (err error) {
	defer interruptionOf(ctx).hold()()
	if resumed == nil {
		err = r.create()
	} else {
		err = r.reopen(resumed)
	}
	if err != nil {
		return err
	}
	r.describe(r.opts.remarks())
	if err := r.fit(ctx); err != nil {
		return err
	}
	interruptionOf(ctx).leave(r.interruptedLine("after training"))
	return nil
}

// remarks is where the description of the run goes: standard output, where it is
// part of the report, unless that is JSON or the run is quiet.
func (o *trainOptions) remarks() io.Writer {
	switch {
	case o.Mute:
		return io.Discard
	case o.JSON:
		return o.Err
	}
	return o.Streams.Out
}

// configure settles the settings: those of the flags, or of the run to resume.
func (o *trainOptions) configure(flags *pflag.FlagSet) error {
	if err := o.Baselines.check(); err != nil {
		return err
	}
	if o.Resume == "" {
		if err := configure(flags, o.Config, os.Environ()); err != nil {
			return err
		}
		if err := o.normalise(); err != nil {
			return err
		}
		if err := o.checkNew(flags); err != nil {
			return err
		}
		if err := checkOut(o.Out); err != nil { // before a search, which takes seconds
			return err
		}
		return o.refuseIdle(flags)
	}
	if o.Out != "" || o.Config != "" {
		return usage("--resume continues %s with its own settings; drop --out and --config", o.Resume)
	}
	own, err := openRun(o.Resume)
	if err != nil {
		return err
	}
	if err := sameSettings(o.Resume, own, flags); err != nil {
		return err
	}
	for name, value := range map[string]*int{"epochs": &own.Epochs, "patience": &own.Patience} {
		if f := flags.Lookup(name); f.Changed {
			*value, _ = strconv.Atoi(f.Value.String()) // an int flag's own text
		}
	}
	o.settings = *own
	return o.check()
}

// checkNew checks the settings of a new run.
func (o *trainOptions) checkNew(flags *pflag.FlagSet) error {
	if err := o.check(); err != nil {
		return err
	}
	if o.TestData == "" {
		return nil
	}
	if flags.Changed("test") && o.Test != 0 {
		return usage("--test holds back a share of the data, and --test-data takes a file instead. Drop one of them")
	}
	o.Test = 0
	return nil
}

// build makes the model and the trainer, and refuses states that do not fit in
// memory before anything is written.
func (r *trainRun) build(ctx context.Context) error {
	var err error
	if r.trainer, err = r.opts.trainer(); err != nil {
		return err
	}
	if _, err := r.opts.backend(); err != nil {
		return err
	}
	progress := loud(r.opts.Err, r.opts.Mute)
	if r.experiment, err = openExperiment(ctx, &r.opts.settings, progress); err != nil {
		return err
	}
	if r.data.Regression() && r.Loss != "" && r.Loss != string(qnn.MSE) {
		return usage("--loss %s is for classes, and %s has numbers to predict. Use --loss mse", r.Loss, r.Data)
	}
	if _, err := r.opts.Baselines.names(r.data.Regression()); err != nil {
		return err
	}
	if err := r.makeCircuit(ctx, progress, r.showTrial); err != nil {
		return err
	}
	if r.Qubits == 1 && r.Entanglement != "" && r.opts.Resume == "" {
		return usage("--entanglement %s has no effect: one qubit has no other to entangle with. Leave it out, or use more features or qubits", r.Entanglement)
	}
	if r.model, err = r.newModel(); err != nil {
		return err
	}
	if err := r.resolve(); err != nil {
		return err
	}
	return r.opts.fits(r.circuit.Qubits)
}

// resolve writes the defaults that stood for themselves into the settings, so that
// the run's configuration says what was done. It refuses a batch of some samples for
// an optimiser that takes all of them.
func (r *trainRun) resolve() error {
	batch, full, err := r.trainer.BatchOf(r.train.Len())
	if err != nil {
		return err
	}
	if full && r.Batch < batch && r.Batch != defaultBatch && r.opts.Resume == "" {
		return usage("--batch %d has no effect: %s takes all %d samples of the training part in every step. Leave it out, or use --optimizer adam", r.Batch, r.Optimizer, batch)
	}
	r.Batch = batch
	r.Gradient, r.Rate = r.trainer.Method.String(), r.trainer.Config.LearningRate
	r.trainer.Loss = cmp.Or(r.trainer.Loss, qnn.DefaultLoss(r.model.Head.Task))
	r.Loss = string(r.trainer.Loss)
	return nil
}

// create makes the run directory and the files that describe the run.
func (r *trainRun) create() error {
	place, err := takeDirectory(r.opts.Out, runsDir, r.data.Name, openingFiles())
	if err != nil {
		return err
	}
	r.place, r.dir = place, place.path
	files := []content{
		{configFile, r.opts.write},
		{circuitFile, func(w io.Writer) error { return draw.Text(w, r.circuit, nil) }},
		{environmentFile, func(w io.Writer) error { return writeJSON(w, newEnvironment(r.data.Hash(), r.test.Hash())) }},
		{splitFile, r.writeSplit},
		{testFile, func(w io.Writer) error { return dataset.WriteCSV(w, r.test) }},
		{initialFile, func(w io.Writer) error {
			return writeJSON(w, initial{Seed: r.Seed, Weights: r.model.Weights(), Parameters: r.model.Parameters})
		}},
	}
	if r.searched != nil {
		files = append(files, content{searchFile, func(w io.Writer) error { return writeJSON(w, r.searched) }})
	}
	return r.abandonOn(writeAll(r.dir, files))
}

// initial is what training starts from: the weights of the circuit, then the numbers
// of the head.
type initial struct {
	Seed       uint64    `json:"seed"`
	Weights    int       `json:"weights"`
	Parameters []float64 `json:"parameters"`
}

// abandonOn removes what was made for the run when err is not nil and there is no
// checkpoint to go on from; with one, it says how to go on.
func (r *trainRun) abandonOn(err error) error {
	if err == nil {
		return nil
	}
	if _, stat := os.Stat(filepath.Join(r.dir, checkpointFile)); !errors.Is(stat, fs.ErrNotExist) {
		return r.adviseResume(err)
	}
	r.place.abandon(append(openingFiles(), metricsFile)...)
	return err
}

// adviseResume adds to a fault of the disk how to go on without it.
func (r *trainRun) adviseResume(err error) error {
	if what := remedy(err); what != "" {
		return advise(err, "%s, then: qnn train --resume %s", what, shellWord(r.dir))
	}
	return err
}

// stopped is the error of a run that is trained and saved but not reported.
func (r *trainRun) stopped(ctx context.Context, err error) error {
	if ended(ctx) {
		return r.interrupted(ctx, err, "after training")
	}
	return r.adviseResume(err)
}

// reopen takes up an earlier run.
func (r *trainRun) reopen(s *qnn.State) error {
	r.dir = r.opts.Resume
	r.trainer.Resume = s
	var err error
	if r.searched, err = readSearch(r.dir); err != nil {
		return err
	}
	was, err := readEnvironment(r.dir)
	if err != nil {
		return err
	}
	if hash := r.data.Hash(); was.DataHash != hash {
		return badData("%s: checkpoint belongs to other data: the content of %s has changed. Start a new run with --out", r.dir, r.Data)
	}
	if r.TestData != "" && was.TestHash != r.test.Hash() {
		return badData("%s: checkpoint belongs to other data: the content of %s has changed. Start a new run with --out", r.dir, r.TestData)
	}
	if r.Epochs < s.Epoch {
		return usage("--epochs %d: %s has %d epochs already. Give at least that many", r.Epochs, r.dir, s.Epoch)
	}
	if r.timing, err = readTiming(r.dir, s.Epoch); err != nil {
		return err
	}
	r.seconds = totalSeconds(r.timing)
	if err := atomicfile.Sweep(r.dir); err != nil {
		return err
	}
	return write(r.dir, configFile, r.opts.write)
}

// fit trains, saving as it goes, and announces an interruption.
func (r *trainRun) fit(ctx context.Context) error {
	done := 0
	if r.trainer.Resume != nil {
		done = r.trainer.Resume.Epoch
	}
	bar := newProgress(r.opts.Err, done, r.Epochs, r.opts.Mute)
	defer context.AfterFunc(ctx, bar.interrupt)()
	save := throttle{every: time.Second, next: time.Now().Add(time.Second)}
	before := r.seconds
	start, last := time.Now(), time.Now()
	r.trainer.Observe = func(s *qnn.State) error {
		bar.show(s, r.data.Regression(), r.validation != nil)
		r.seconds = before + time.Since(start).Seconds()
		r.timing = append(r.timing, time.Since(last).Seconds())
		last = time.Now()
		return save.do(func() error { return r.save(s) })
	}
	state, err := r.trainer.Fit(ctx, r.model, r.train, r.validation)
	bar.end()
	r.state = state
	if state == nil {
		return r.abandonOn(err)
	}
	if err != nil && !errors.Is(err, qnn.ErrInterrupted) {
		return r.abandonOn(err)
	}
	if saved := r.save(state); saved != nil {
		return r.abandonOn(saved)
	}
	if err != nil {
		return r.interrupted(ctx, err, fmt.Sprintf("at epoch %d, batch %d", state.Epoch+1, state.Batch))
	}
	return nil
}

// interrupted says where the run stands and how to go on.
func (r *trainRun) interrupted(ctx context.Context, err error, where string) error {
	interruptionOf(ctx).say(r.interruptedLine(where))
	return err
}

func (r *trainRun) interruptedLine(where string) string {
	return fmt.Sprintf("interrupted  %s; everything is saved. Resume: qnn train --resume %s", where, shellWord(r.dir))
}

// save writes the checkpoint and what belongs to it. The times come first: wherever the
// process is killed they are of all epochs of the checkpoint, and of those that are done
// again they are cut off when the run is taken up.
func (r *trainRun) save(s *qnn.State) error {
	if err := write(r.dir, timingFile, func(w io.Writer) error { return writeTiming(w, r.timing) }); err != nil {
		return err
	}
	if err := qnn.SaveState(filepath.Join(r.dir, checkpointFile), s); err != nil {
		return err
	}
	return write(r.dir, metricsFile, func(w io.Writer) error {
		return writeMetrics(w, s.History, r.data.Regression(), r.validation != nil)
	})
}
