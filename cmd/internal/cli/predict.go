package cli

import (
	"context"
	"encoding/csv"
	"fmt"
	"io"
	"slices"
	"strconv"

	"github.com/spf13/cobra"

	"github.com/qnn-go/qnn/internal/suggest"
	"github.com/qnn-go/qnn/qnn"
	"github.com/qnn-go/qnn/qnn/dataset"
)

type predictOptions struct {
	Streams

	Model, Data, Out, Missing string
	JSON, Mute                bool
}

func newPredict(s Streams) *cobra.Command {
	o := &predictOptions{Streams: s}
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
	addOutputFlags(f, &o.JSON, &o.Mute)
	return c
}

// predictions is the object of predict --json.
type predictions struct {
	Model         string      `json:"model"`
	Samples       int         `json:"samples"`
	Classes       []string    `json:"classes,omitempty"`
	Predictions   []any       `json:"predictions"` // class names, or numbers
	Probabilities [][]float64 `json:"probabilities,omitempty"`
}

func runPredict(ctx context.Context, o *predictOptions) error {
	if o.Data == "" {
		return usage("--data is needed: a CSV file of samples to predict, or - for standard input")
	}
	m, err := loadRunModel(o.Model)
	if err != nil {
		return err
	}
	d, err := readSamples(ctx, m, "", o.Data, o.In, o.Missing)
	if err != nil {
		return err
	}
	p, err := predict(ctx, m, d.X)
	if err != nil {
		return err
	}
	p.Model = o.Model
	return output(o.Out, o.Streams.Out, func(w io.Writer) error {
		if o.JSON {
			return writeJSON(w, p)
		}
		return p.writeCSV(w)
	})
}

// loadRunModel reads the model of a run directory, with the backend that the run
// has, or a model file.
func loadRunModel(path string) (*qnn.Model, error) {
	b := qnn.Native
	if s, err := openRun(path); err == nil {
		if b, err = s.backend(); err != nil {
			return nil, err
		}
	}
	return loadModel(path, b)
}

// readSamples reads a CSV file with the columns of the model's training data and, if
// target is not empty, with labels in that column.
func readSamples(ctx context.Context, m *qnn.Model, target, path string, stdin io.Reader, missing string) (*dataset.Dataset, error) {
	if m.Pipeline == nil {
		return nil, badData("the model has no preprocessing and so no column names: it cannot read tables. Use the library, or train with qnn train")
	}
	if missing != "" && !slices.Contains(missingNames(), missing) {
		return nil, usage("--missing %s", suggest.Unknown("missing", missing, missingNames()))
	}
	schema := &dataset.Schema{Columns: m.Pipeline.Columns, Target: target, Classes: m.Classes}
	return readTable(ctx, path, stdin, dataset.CSVOptions{Schema: schema, Missing: dataset.Missing(missing)})
}

func predict(ctx context.Context, m *qnn.Model, rows [][]float64) (*predictions, error) {
	values, err := m.Predict(ctx, rows)
	if err != nil {
		return nil, err
	}
	p := &predictions{Samples: len(rows), Classes: m.Classes}
	for _, v := range values {
		if m.Classes == nil {
			p.Predictions = append(p.Predictions, v)
			continue
		}
		p.Predictions = append(p.Predictions, m.Classes[int(v)])
	}
	if m.Classes != nil {
		p.Probabilities, err = m.Probabilities(ctx, rows)
	}
	return p, err
}

func (p *predictions) writeCSV(w io.Writer) error {
	c := csv.NewWriter(w)
	header := []string{"prediction"}
	for _, name := range p.Classes {
		header = append(header, "p("+name+")")
	}
	if err := c.Write(header); err != nil {
		return err
	}
	for i, v := range p.Predictions {
		row := []string{fmt.Sprint(v)}
		if p.Probabilities != nil {
			for _, q := range p.Probabilities[i] {
				row = append(row, strconv.FormatFloat(q, 'g', -1, 64))
			}
		}
		if err := c.Write(row); err != nil {
			return err
		}
	}
	c.Flush()
	return c.Error()
}
