package cli

import (
	"context"
	"encoding/csv"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"github.com/qnn-go/qnn/qnn"
	"github.com/qnn-go/qnn/qnn/dataset"
)

type predictOptions struct {
	Streams

	tableForm

	Model, Data, Out, Missing string
	Strict                    bool
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
	o.add(f)
	f.BoolVar(&o.Strict, "strict", false, "refuse categories that the model has not seen")
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
	Dropped       int         `json:"dropped,omitempty"` // rows left out for missing cells
	Lines         []int       `json:"lines,omitempty"`   // of the file, of each prediction, where rows were left out
	Unseen        []unseen    `json:"unseen,omitempty"`  // levels that the model does not know

	rows [][3]string // row, line and label, of the test part of a run
}

// unseen is a level that the model does not know, and what it counts as: "other", or ""
// for zeros.
type unseen struct {
	dataset.UnseenLevel
	As string `json:"as"`
}

func runPredict(ctx context.Context, o *predictOptions) error {
	if o.Data == "" {
		return usage("--data is needed: a CSV file of samples to predict, or - for standard input")
	}
	m, err := loadRunModel(o.Model)
	if err != nil {
		return err
	}
	d, err := readSamples(ctx, m, o.In, samples{path: o.Data, missing: o.Missing, form: o.tableForm, strict: o.Strict})
	if err != nil {
		return err
	}
	if !o.Mute {
		remark(o.Err, m.Pipeline, d)
	}
	p, err := predict(ctx, m, d.X)
	if err != nil {
		return err
	}
	p.Model = o.Model
	p.take(m.Pipeline, d)
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
	_, err := os.Stat(filepath.Join(path, configFile))
	if err == nil { // a run, not a model file or a directory with one
		s, err := openRun(path)
		if err != nil {
			return nil, err
		}
		if b, err = s.backend(); err != nil {
			return nil, err
		}
	}
	return loadModel(path, b)
}

// samples says which table to read for a model, and how.
type samples struct {
	path, missing string
	target        string // column of the labels, "" for none
	form          tableForm
	strict        bool
}

// readSamples reads a CSV file with the columns of the model's training data and, if a
// target is named, with labels in that column.
func readSamples(ctx context.Context, m *qnn.Model, stdin io.Reader, s samples) (*dataset.Dataset, error) {
	if m.Pipeline == nil {
		return nil, badData("the model has no preprocessing and so no column names: it cannot read tables. Use the library, or train with qnn train")
	}
	if !isOneOf(s.missing, missingNames()) {
		return nil, unknownWord("missing", s.missing, missingNames())
	}
	schema := &dataset.Schema{Columns: m.Pipeline.Columns, Target: s.target, Classes: m.Classes, Label: m.Pipeline.Label}
	o := dataset.CSVOptions{Schema: schema, Missing: dataset.Missing(s.missing), Strict: s.strict}
	if err := s.form.apply(&o); err != nil {
		return nil, err
	}
	return readTable(ctx, s.path, stdin, o)
}

// remark tells what there is to tell about samples that were read.
func remark(w io.Writer, p *dataset.Pipeline, d *dataset.Dataset) {
	if text := d.Read.Dropped.String(); text != "" {
		_, _ = fmt.Fprintf(w, "qnn: %s\n", text)
	}
	for _, text := range unseenRemarks(p, d) {
		_, _ = fmt.Fprintf(w, "qnn: %s\n", text)
	}
}

// take takes over what there is to tell about samples that were read.
func (p *predictions) take(pipeline *dataset.Pipeline, d *dataset.Dataset) {
	if p.Dropped = d.Read.Dropped.Rows; p.Dropped > 0 {
		p.Lines = d.Lines
	}
	for _, u := range d.Read.Unseen {
		p.Unseen = append(p.Unseen, unseen{u, pipeline.UnseenRule(u.Column)})
	}
}

func predict(ctx context.Context, m *qnn.Model, rows [][]float64) (*predictions, error) {
	values, err := m.Predict(ctx, rows)
	if err != nil {
		return nil, err
	}
	p := newPredictions(m, values)
	if m.Classes != nil {
		p.Probabilities, err = m.Probabilities(ctx, rows)
	}
	return p, err
}

// newPredictions names what a model predicts: class indices, or values.
func newPredictions(m *qnn.Model, values []float64) *predictions {
	p := &predictions{Samples: len(values), Classes: m.Classes}
	for _, v := range values {
		if m.Classes == nil {
			p.Predictions = append(p.Predictions, v)
			continue
		}
		p.Predictions = append(p.Predictions, m.Classes[int(v)])
	}
	return p
}

// cell is text as a cell that no spreadsheet takes for a formula: one that begins like a
// formula, and is no number, gets an apostrophe before it, as spreadsheets have it.
func cell(text string) string {
	if text == "" || !strings.ContainsRune("=+-@\t\r", rune(text[0])) {
		return text
	}
	if _, err := strconv.ParseFloat(text, 64); err == nil {
		return text
	}
	return "'" + text
}

func (p *predictions) writeCSV(w io.Writer) error {
	c := csv.NewWriter(w)
	var header []string
	if p.rows != nil {
		header = append(header, "row", "line", "label")
	}
	header = append(header, "prediction")
	for _, name := range p.Classes {
		header = append(header, "p("+name+")")
	}
	if err := c.Write(header); err != nil {
		return err
	}
	for i, v := range p.Predictions {
		var row []string
		if p.rows != nil {
			row = append(row, p.rows[i][:]...)
		}
		row = append(row, cell(fmt.Sprint(v)))
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
