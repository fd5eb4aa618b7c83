package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strconv"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/qnn-go/qnn/qnn"
	"github.com/qnn-go/qnn/qnn/experiment"
	"github.com/qnn-go/qnn/qnn/report"
	"github.com/qnn-go/qnn/qnn/search"
)

// trainOptions are the flags of train.
type trainOptions struct {
	experiment.Settings
	Streams

	Out, Resume, Config string
	Baselines           baselineFlags
	JSON, Mute          bool
}

func newTrain(s Streams) *cobra.Command {
	o := &trainOptions{Streams: s}
	own := settingFlags(&o.Settings)
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

// runTrain trains; flags are those of the settings.
func runTrain(ctx context.Context, o *trainOptions, flags *pflag.FlagSet) error {
	if err := o.configure(flags); err != nil {
		return err
	}
	r, bar, err := o.open(ctx)
	if err != nil {
		return err
	}
	defer r.Close()
	if err := o.trainAndSave(ctx, r, bar); err != nil {
		return err
	}
	r.DescribeEnd(o.remarks())
	s, err := r.Finish(ctx)
	if err != nil {
		if ended(ctx) {
			interruptionOf(ctx).say(interruptedLine(r, "after training"))
			return err
		}
		return adviseResume(r, err)
	}
	return o.print(s)
}

// open makes the run, and what shows its progress.
func (o *trainOptions) open(ctx context.Context) (*experiment.Run, *progress, error) {
	bar := &progress{w: io.Discard} // until it begins
	watch := observer(o.Err, o.Mute)
	watch.Trial = func(t search.Trial) {
		if !o.Mute {
			_, _ = fmt.Fprintf(o.Err, "search  %s: score %.3f\n", t.Choice, t.Mean)
		}
	}
	watch.Epoch = func(s *qnn.State) { bar.show(s) }
	options := experiment.Options{Dir: o.Out, Baselines: o.Baselines.choice(), Observer: watch}
	if o.Resume == "" {
		r, err := experiment.NewRun(ctx, o.Settings, options)
		return r, bar, err
	}
	r, err := experiment.ResumeRun(ctx, o.Resume, o.Settings, options)
	return r, bar, adviseOtherData(err)
}

// adviseOtherData says what to do about a run whose data has changed.
func adviseOtherData(err error) error {
	if errors.Is(err, experiment.ErrOtherData) {
		return advise(fmt.Errorf("checkpoint belongs to other data: %w", err), "Start a new run with --out")
	}
	return err
}

// trainAndSave makes or takes up the run's directory and trains. A signal does not end the
// process before the run is saved or has left nothing behind.
func (o *trainOptions) trainAndSave(ctx context.Context, r *experiment.Run, bar *progress) error {
	defer interruptionOf(ctx).hold()()
	if err := r.Begin(); err != nil {
		return adviseResume(r, adviseOtherData(err))
	}
	r.Describe(o.remarks(), flagWord)
	bar.begin(o.Err, r, o.Mute)
	defer context.AfterFunc(ctx, bar.interrupt)()
	err := r.Fit(ctx)
	bar.end()
	if errors.Is(err, qnn.ErrInterrupted) && r.Resumable() {
		interruptionOf(ctx).say(interruptedLine(r, fmt.Sprintf("at epoch %d, batch %d", r.State.Epoch+1, r.State.Batch)))
		return err
	}
	if err != nil {
		return adviseResume(r, err)
	}
	interruptionOf(ctx).leave(interruptedLine(r, "after training"))
	return nil
}

// adviseResume adds to a fault of the disk how to go on without it.
func adviseResume(r *experiment.Run, err error) error {
	if what := systemRemedy(err); what != "" && r.Resumable() {
		return advise(err, "%s, then: qnn train --resume %s", what, report.ShellWord(r.Dir))
	}
	return err
}

func interruptedLine(r *experiment.Run, where string) string {
	return fmt.Sprintf("interrupted  %s; everything is saved. Resume: qnn train --resume %s", where, report.ShellWord(r.Dir))
}

// print prints what the run came to.
func (o *trainOptions) print(s report.Summary) error {
	w := o.Streams.Out
	if o.JSON {
		return report.JSON(w, s)
	}
	if err := report.Text(w, s); err != nil {
		return err
	}
	next, dir := "", report.ShellWord(s.Run)
	if !o.Mute {
		next = fmt.Sprintf("next      qnn predict %s --data new.csv\n          qnn export %s --target ibm\n", dir, dir)
	}
	_, err := fmt.Fprintf(w, "\nsaved     %s\n%s", report.Printable(s.Run), next)
	return err
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
		if err := configure(flags, &o.Settings, o.Config, os.Environ()); err != nil {
			return err
		}
		if err := o.Normalise(); err != nil {
			return err
		}
		if err := o.checkNew(flags); err != nil {
			return err
		}
		return refuseIdleSettings(&o.Settings, flags)
	}
	if o.Out != "" || o.Config != "" {
		return usage("--resume continues %s with its own settings; drop --out and --config", o.Resume)
	}
	own, err := experiment.ReadSettings(o.Resume)
	if err != nil {
		return err
	}
	if err := sameSettings(o.Resume, own, &o.Settings, flags); err != nil {
		return err
	}
	for name, value := range map[string]*int{"epochs": &own.Epochs, "patience": &own.Patience} {
		if f := flags.Lookup(name); f.Changed {
			*value, _ = strconv.Atoi(f.Value.String()) // an int flag's own text
		}
	}
	o.Settings = *own
	return o.Check()
}

// checkNew checks the settings of a new run.
func (o *trainOptions) checkNew(flags *pflag.FlagSet) error {
	if err := o.Check(); err != nil {
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

// ended reports whether the context has ended.
func ended(ctx context.Context) bool { return ctx.Err() != nil }
