package experiment

import (
	"context"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"os"
	"strconv"

	"github.com/qnn-go/qnn/internal/wording"

	"github.com/qnn-go/qnn/circuits"
	"github.com/qnn-go/qnn/circuits/ansatz"
	"github.com/qnn-go/qnn/internal/fault"
	"github.com/qnn-go/qnn/internal/suggest"
	"github.com/qnn-go/qnn/qnn/dataset"
	"github.com/qnn-go/qnn/qnn/search"
)

// Experiment is what settings describe: data, split, preprocessing and circuit.
type Experiment struct {
	// Settings are those that it was opened with; [Experiment.Prepare] puts what was
	// chosen in the place of what they leave open.
	Settings Settings

	Data                    *dataset.Dataset
	Train, Validation, Test *dataset.Dataset // Validation is nil without such a part
	Parts                   dataset.Partition
	Remarks                 []dataset.Remark // on the columns of the data
	Encoding                ansatz.Encoding

	// Pipeline prepares rows for the circuit; Scaled does the same with standardised
	// instead of angle-ranged features, for the second look of the classical models.
	Pipeline, Scaled *dataset.Pipeline
	Columns          int // of numbers, after one-hot
	Circuit          *circuits.Circuit
	// Search is how reducer, features and circuit were chosen; nil when they were given.
	Search *search.Result
	// Unreduced is a reducer that was asked for and has nothing to do, or "".
	Unreduced string
}

// New loads the data, splits it, fits the preprocessing on the training part and builds
// the circuit.
func New(ctx context.Context, s Settings, o Observer) (*Experiment, error) {
	e, err := Open(ctx, s, o)
	if err != nil {
		return nil, err
	}
	return e, e.Prepare(ctx, o)
}

// Open loads the data and splits it.
func Open(ctx context.Context, s Settings, o Observer) (*Experiment, error) {
	e := &Experiment{Settings: s}
	defer o.stage("")
	var err error
	if e.Encoding, err = ansatz.FindEncoding(s.Encoding); err != nil {
		return nil, refuse("{encoding} %w", err)
	}
	if err := e.phaseOnly(); err != nil {
		return nil, err
	}
	o.stage("reading " + s.Data)
	if err := e.load(ctx); err != nil {
		return nil, err
	}
	if err := e.split(); err != nil {
		return nil, err
	}
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	if s.TestData != "" {
		if err := e.readTestData(ctx); err != nil {
			return nil, err
		}
	}
	return e, nil
}

// load reads the data and keeps the chosen classes.
func (e *Experiment) load(ctx context.Context) error {
	var err error
	if e.Settings.IsFile() {
		var o dataset.CSVOptions
		if o, err = e.csvOptions(); err != nil {
			return err
		}
		e.Data, err = readTable(ctx, e.Settings.Data, nil, o)
	} else {
		e.Data, err = e.loadNamed()
	}
	if err != nil {
		return err
	}
	e.Remarks = e.Data.Read.Remarks
	if len(e.Settings.Classes) > 0 {
		if e.Data, err = e.Data.FilterClasses(e.Settings.Classes); err != nil {
			return refuse("{classes}: %w", err)
		}
	}
	if err := e.mergeRare(); err != nil {
		return err
	}
	return e.Data.Validate()
}

// mergeRare makes one class of those with few samples.
func (e *Experiment) mergeRare() error {
	if e.Settings.MergeRare == 0 {
		return nil
	}
	if e.Data.Regression() {
		return refuse("{merge-rare %d}: the labels are values, not classes. Drop it, or use {task classification}", e.Settings.MergeRare)
	}
	merged, err := e.Data.MergeRare(e.Settings.MergeRare)
	if err != nil {
		return refuse("{merge-rare %d}: %w. Give a smaller number", e.Settings.MergeRare, err)
	}
	if names := merged.Label.Merged; len(names) > 0 {
		e.Remarks = append(e.Remarks, dataset.Remark{
			Column: merged.Target, Text: fmt.Sprintf("%d classes with fewer than %d samples are one, %q", len(names), e.Settings.MergeRare, merged.Classes[len(merged.Classes)-1]),
		})
	}
	e.Data = merged
	return nil
}

func (e *Experiment) loadNamed() (*dataset.Dataset, error) {
	if e.Settings.Data == StandardInput {
		return nil, refuse("{data -}: a run reads its data again to resume and to evaluate. Save it as a CSV file first")
	}
	d, err := dataset.Load(e.Settings.Data, dataset.Synthetic{Samples: e.Settings.Samples, Noise: e.Settings.Noise, Seed: e.Settings.Seed})
	if unknown, ok := errors.AsType[*dataset.UnknownError](err); ok {
		if _, stat := os.Stat(e.Settings.Data); stat == nil {
			return nil, refuse("{data %s}: there is no data set of that name, but a file. Write ./%s to read it", e.Settings.Data, e.Settings.Data)
		}
		return nil, refuse("{data} %s. Files end in .csv, .tsv or .txt, or have a / in their path", suggest.Unknown("data set", e.Settings.Data, unknown.Known))
	}
	return d, err
}

func (e *Experiment) csvOptions() (dataset.CSVOptions, error) {
	o := dataset.CSVOptions{
		Label: e.Settings.Label, Categorical: e.Settings.Categorical, Ignore: e.Settings.Ignore, Keep: e.Settings.Keep, Comma: e.Settings.Decimal == ",", Dates: dataset.Dates(e.Settings.Dates),
		Missing: dataset.Missing(e.Settings.Missing), Task: dataset.Task(e.Settings.Task),
	}
	if len(e.Settings.Classes) == 0 && e.Settings.MergeRare == 0 {
		o.LeastOfClass = e.Settings.partCount()
	}
	return o, e.Settings.TableForm.apply(&o)
}

// partCount is the number of parts that the data is split into.
func (s *Settings) partCount() int {
	parts := 1
	for _, share := range []float64{s.Test, s.Validation} {
		if share > 0 {
			parts++
		}
	}
	return parts
}

func (e *Experiment) split() error {
	parts, err := dataset.Split(e.Data, dataset.SplitOptions{Test: e.Settings.Test, Validation: e.Settings.Validation, Seed: e.Settings.Seed})
	if err != nil {
		return fmt.Errorf("%s: %w", e.Settings.Data, err)
	}
	e.Parts = parts
	e.Train, e.Validation, e.Test = e.Data.Subset(parts.Train), e.Data.Subset(parts.Validation), e.Data.Subset(parts.Test)
	if len(parts.Validation) == 0 {
		e.Validation = nil
	}
	return nil
}

// readTestData reads a separate test part with the columns of the training data.
func (e *Experiment) readTestData(ctx context.Context) error {
	schema := e.Data.Schema()
	o := dataset.CSVOptions{Schema: &schema, Missing: dataset.Missing(e.Settings.Missing)}
	if err := e.Settings.TableForm.apply(&o); err != nil {
		return err
	}
	d, err := readTable(ctx, e.Settings.TestData, nil, o)
	if err != nil {
		return wording.New("{test-data}: %w", err)
	}
	if d.Y == nil {
		return fault.As(fault.Data, wording.New("%s: no label column %q. Add it, or leave {test-data} out", e.Settings.TestData, e.Data.Target))
	}
	e.Test = d
	return nil
}

// writeSplit writes the rows of each part, in the order that the part has: part, row of
// the data from 0, line of the file where there is one.
func (e *Experiment) writeSplit(w io.Writer) error {
	c := csv.NewWriter(w)
	if err := c.Write([]string{"part", "row", "line"}); err != nil {
		return err
	}
	for _, part := range []struct {
		name string
		rows []int
		data *dataset.Dataset
	}{{"train", e.Parts.Train, e.Train}, {"validation", e.Parts.Validation, e.Validation}, {"test", e.Parts.Test, e.Test}} {
		for i, row := range part.rows {
			if err := c.Write([]string{part.name, strconv.Itoa(row), lineOf(part.data, i)}); err != nil {
				return err
			}
		}
	}
	c.Flush()
	return c.Error()
}
