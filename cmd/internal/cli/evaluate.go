package cli

import (
	"context"

	"github.com/spf13/cobra"

	"github.com/qnn-go/qnn/qnn"
	"github.com/qnn-go/qnn/qnn/dataset"
	"github.com/qnn-go/qnn/qnn/experiment"
	"github.com/qnn-go/qnn/qnn/report"
)

type evaluateOptions struct {
	Streams

	experiment.TableForm

	Run, Data, Missing string
	Strict             bool
	JSON, Mute         bool
}

func newEvaluate(s Streams) *cobra.Command {
	o := &evaluateOptions{Streams: s, TableForm: experiment.DefaultSettings().TableForm}
	c := &cobra.Command{
		Use:   "evaluate RUN [--data FILE.csv]",
		Short: "Measure a trained model on its test part or on other data",
		Long: `Measure the model of a run directory: precision, recall and F1 of every class and
the accuracy with its 95% interval, or the errors of a regression. Without --data
the samples are the run's own test part, which training never saw; with it, those
of a CSV file that has the label column.`,
		Example: "  qnn evaluate runs/iris-0001\n  qnn evaluate runs/iris-0001 --data hospital-b.csv",
		Args:    exactArgs("RUN"),
		RunE: func(c *cobra.Command, args []string) error {
			o.Run = args[0]
			stored := idle{o.Data == "", "it is for the file that --data names. Leave it out", []string{"missing", "separator", "header", "strict"}}
			if err := refuseIdle(c.Flags(), stored); err != nil {
				return err
			}
			return runEvaluate(c.Context(), o)
		},
	}
	f := c.Flags()
	f.StringVar(&o.Data, "data", "", "labelled CSV file, - for standard input (default the run's test part)")
	f.StringVar(&o.Missing, "missing", "refuse", "missing cells: refuse, drop (the row), mean (fill in that of the training data)")
	addFields(f, o.Fields())
	f.BoolVar(&o.Strict, "strict", false, "refuse categories that the model has not seen")
	addOutputFlags(f, &o.JSON, &o.Mute)
	return c
}

// evaluation is the object of evaluate --json.
type evaluation struct {
	Run  string      `json:"run"`
	Data string      `json:"data"`
	Test report.Test `json:"test"`
}

func runEvaluate(ctx context.Context, o *evaluateOptions) error {
	m, d, err := o.load(ctx)
	if err != nil {
		return err
	}
	got, err := m.Predict(ctx, d.X)
	if err != nil {
		return err
	}
	test, err := report.NewTest(d.Y, got, m.Classes)
	if err != nil {
		return err
	}
	if err := experiment.Rank(ctx, &test, m, d); err != nil {
		return err
	}
	if o.JSON {
		return writeJSON(o.Out, evaluation{Run: o.Run, Data: d.Name, Test: test})
	}
	return report.Text(o.Out, report.Summary{Test: test})
}

// load reads the model and the samples to measure it on.
func (o *evaluateOptions) load(ctx context.Context) (*qnn.Model, *dataset.Dataset, error) {
	if o.Data == "" {
		r, err := experiment.OpenTest(ctx, o.Run, observer(o.Err, o.Mute))
		if err != nil {
			return nil, nil, err
		}
		return r.Model, r.Test, nil
	}
	m, err := experiment.ReadModel(o.Run)
	if err != nil {
		return nil, nil, err
	}
	samples := experiment.Samples{Path: o.Data, Stdin: o.In, Missing: o.Missing, Label: true, Form: o.TableForm, Strict: o.Strict}
	d, err := samples.Read(ctx, m)
	if err != nil {
		return nil, nil, err
	}
	if d.Y == nil {
		return nil, nil, badData("%s: no label column %q to compare with. Add it, or use qnn predict", o.Data, m.Target)
	}
	if !o.Mute {
		remark(o.Err, m.Pipeline, d)
	}
	return m, d, nil
}
