package cli

import (
	"context"
	"fmt"
	"io"

	"github.com/spf13/cobra"

	"github.com/qnn-go/qnn/qnn/dataset"
	"github.com/qnn-go/qnn/qnn/experiment"
)

type predictOptions struct {
	Streams

	experiment.TableForm

	Model, Data, Out, Missing string
	Strict                    bool
	JSON, Mute                bool
}

func newPredict(s Streams) *cobra.Command {
	o := &predictOptions{Streams: s, TableForm: experiment.DefaultSettings().TableForm}
	c := &cobra.Command{
		Use:   "predict RUN --data FILE.csv",
		Short: "Predict the labels of new samples",
		Long: `Predict the labels of the samples in a CSV file (- for standard input) with the
model of a run directory, or a model file. Columns are found by their names, in
any order; others, a label column too, are ignored. Without a header the columns
are those of the training data, in order.

Output is CSV: the prediction and, for classes, the probability of each; one row
a sample, in the order of the input, none for a sample that --missing drop leaves
out.`,
		Example: "  qnn predict runs/iris-0001 --data new.csv --out predictions.csv",
		Args:    exactArgs("RUN"),
		RunE: func(c *cobra.Command, args []string) error {
			o.Model = args[0]
			return runPredict(c.Context(), o)
		},
	}
	f := c.Flags()
	f.StringVar(&o.Data, "data", "", "CSV file of samples, - for standard input")
	f.StringVar(&o.Out, "out", "", "file to write (default standard output)")
	f.StringVar(&o.Missing, "missing", "refuse", "missing cells: refuse, drop (the row), mean (fill in that of the training data)")
	addFields(f, o.Fields())
	f.BoolVar(&o.Strict, "strict", false, "refuse categories that the model has not seen")
	addOutputFlags(f, &o.JSON, &o.Mute)
	return c
}

func runPredict(ctx context.Context, o *predictOptions) error {
	if o.Data == "" {
		return usage("--data is needed: a CSV file of samples to predict, or - for standard input")
	}
	m, err := experiment.ReadModel(o.Model)
	if err != nil {
		return err
	}
	samples := experiment.Samples{Path: o.Data, Stdin: o.In, Missing: o.Missing, Form: o.TableForm, Strict: o.Strict}
	d, err := samples.Read(ctx, m)
	if err != nil {
		return err
	}
	if !o.Mute {
		remark(o.Err, m.Pipeline, d)
	}
	p, err := experiment.Predict(ctx, m, d.X)
	if err != nil {
		return err
	}
	p.Model = o.Model
	p.Take(m.Pipeline, d)
	return output(o.Out, o.Streams.Out, func(w io.Writer) error {
		if o.JSON {
			return writeJSON(w, p)
		}
		return p.WriteCSV(w)
	})
}

// remark tells what there is to tell about samples that were read.
func remark(w io.Writer, p *dataset.Pipeline, d *dataset.Dataset) {
	texts := experiment.Remarks(p, d)
	for i, text := range texts {
		if i >= len(texts)-len(d.Read.Unseen) {
			text += ". --strict refuses it"
		}
		_, _ = fmt.Fprintf(w, "qnn: %s\n", text)
	}
}
