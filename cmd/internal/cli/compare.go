package cli

import (
	"context"
	"fmt"
	"slices"

	"github.com/spf13/cobra"

	"github.com/qnn-go/qnn/qnn/compare"
	"github.com/qnn-go/qnn/qnn/dataset"
	"github.com/qnn-go/qnn/qnn/experiment"
	"github.com/qnn-go/qnn/qnn/report"
)

type compareOptions struct {
	Streams

	Runs       []string
	Seeds      int
	Baselines  baselineFlags
	JSON, Mute bool
}

func newCompare(s Streams) *cobra.Command {
	o := &compareOptions{Streams: s}
	c := &cobra.Command{
		Use:   "compare RUN…",
		Short: "Compare runs with each other and with classical models",
		Long: `Compare the first run with the others and with classical models, all measured on
the same test part, and test the differences (McNemar; for numbers, a paired t-test
of the squared errors). The classical models get all columns, and also the features
of the first run; the verdict is against the one on all columns that does best on
the first run's validation part, or by cross-validation inside its training part.

One test part says little about small differences. With --seeds N the model of
one run is trained anew N times, with seeds 0 to N−1 for split, initial parameters
and order of samples, beside the classical models on the same splits; the table
then holds means with 95% intervals (Student's t over the seeds), and below it the
difference from the best baseline, with an interval that allows for the samples
that the splits share.`,
		Example: "  qnn compare runs/iris-0001 runs/iris-0002\n  qnn compare runs/breast-cancer-0001 --seeds 5",
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) == 0 {
				return usage("qnn compare takes one or more run directories. See qnn compare --help")
			}
			return nil
		},
		RunE: func(c *cobra.Command, args []string) error {
			o.Runs = args
			if err := o.Baselines.check(); err != nil {
				return err
			}
			if o.Seeds != 0 {
				return runSeeds(c.Context(), o)
			}
			return runCompare(c.Context(), o)
		},
	}
	f := c.Flags()
	f.IntVar(&o.Seeds, "seeds", 0, "train anew with this many seeds, at least 2")
	o.Baselines.add(f)
	addOutputFlags(f, &o.JSON, &o.Mute)
	return c
}

func (o *compareOptions) warn(format string, args ...any) {
	if !o.Mute {
		_, _ = fmt.Fprintf(o.Err, "qnn: "+format+"\n", args...)
	}
}

// comparison is the object of compare --json.
type comparison struct {
	Run     string            `json:"run"`
	Data    string            `json:"data"`
	Test    report.Test       `json:"test"`
	Models  []report.Baseline `json:"models"`            // the others: runs, then classical models
	Verdict *compare.Verdict  `json:"verdict,omitempty"` // the run against the best baseline
	Against []compare.Verdict `json:"against,omitempty"` // and against each other run
}

func runCompare(ctx context.Context, o *compareOptions) error {
	runs := make([]*experiment.Stored, len(o.Runs))
	results := make([]compare.Result, len(o.Runs))
	for i, dir := range o.Runs {
		var err error
		if runs[i], err = experiment.OpenStored(ctx, dir, observer(o.Err, o.Mute)); err != nil {
			return err
		}
		if runs[i].Test.Hash() != runs[0].Test.Hash() {
			return badData("%s and %s were tested on different samples. Train both with the same data, --test and --seed", o.Runs[0], dir)
		}
		if results[i], err = runs[i].Measure(ctx); err != nil {
			return err
		}
	}
	first, own := runs[0], results[0]
	test, err := report.NewTest(first.Test.Y, own.Predictions, first.Data.Classes)
	if err != nil {
		return err
	}
	if err := experiment.Rank(ctx, &test, first.Model, first.Test); err != nil {
		return err
	}
	s := report.Summary{
		Test: test, Model: report.Model{Name: own.Name, Parameters: own.Parameters}, TrainSeconds: own.TrainTime.Seconds(),
		Data:      report.Data{Inputs: first.Settings.Features, Train: first.Train.Len()},
		Baselines: report.NewBaselines(results[1:]),
	}
	for _, other := range results[1:] {
		v, err := compare.Pair(first.Test.Y, own, other)
		if err != nil {
			return err
		}
		s.Against = append(s.Against, v)
	}
	baselines, err := first.Baselines(ctx, o.Baselines.choice(), observer(o.Err, o.Mute))
	if err != nil {
		return err
	}
	if err := experiment.AddBaselines(&s, first.Test, own, baselines); err != nil {
		return err
	}
	if o.JSON {
		return writeJSON(o.Out, comparison{Run: o.Runs[0], Data: first.Data.Name, Test: test, Models: s.Baselines, Verdict: s.Verdict, Against: s.Against})
	}
	o.remarkFeatures(runs, s.Baselines)
	return report.Text(o.Out, s)
}

// remarkFeatures says whose features the baselines got, where the runs differ.
func (o *compareOptions) remarkFeatures(runs []*experiment.Stored, rows []report.Baseline) {
	if !slices.ContainsFunc(rows, func(b report.Baseline) bool { return b.Features == compare.ModelFeatures }) {
		return
	}
	for i, r := range runs {
		if !slices.EqualFunc(r.Scaled.OutputColumns(), runs[0].Scaled.OutputColumns(), func(a, b dataset.Column) bool { return a.Name == b.Name }) {
			o.warn("the rows \"model's\" are on the %d features of %s; %s has %d others", runs[0].Settings.Features, o.Runs[0], o.Runs[i], r.Settings.Features)
		}
	}
}
