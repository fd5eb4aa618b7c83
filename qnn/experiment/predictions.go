package experiment

import (
	"context"
	"encoding/csv"
	"fmt"
	"io"
	"strconv"
	"strings"

	"github.com/qnn-go/qnn/qnn"
	"github.com/qnn-go/qnn/qnn/dataset"
)

// Predictions are what a model says of samples. Their JSON is what qnn predict --json prints.
type Predictions struct {
	Model         string      `json:"model"`
	Samples       int         `json:"samples"`
	Classes       []string    `json:"classes,omitempty"`
	Predictions   []any       `json:"predictions"` // class names, or numbers
	Probabilities [][]float64 `json:"probabilities,omitempty"`
	Dropped       int         `json:"dropped,omitempty"` // rows left out for missing cells
	Lines         []int       `json:"lines,omitempty"`   // of the file, of each prediction, where rows were left out
	Unseen        []Unseen    `json:"unseen,omitempty"`  // levels that the model does not know

	rows [][3]string // row, line and label, of the test part of a run
}

// Unseen is a level that the model does not know, and what it counts as: "other", or ""
// for zeros.
type Unseen struct {
	dataset.UnseenLevel
	As string `json:"as"`
}

// Take takes over what there is to tell about samples that were read for a model with the
// given preprocessing.
func (p *Predictions) Take(pipeline *dataset.Pipeline, d *dataset.Dataset) {
	if p.Dropped = d.Read.Dropped.Rows; p.Dropped > 0 {
		p.Lines = d.Lines
	}
	for _, u := range d.Read.Unseen {
		p.Unseen = append(p.Unseen, Unseen{u, pipeline.UnseenRule(u.Column)})
	}
}

// Predict predicts samples, rows of the columns that the model was trained on.
func Predict(ctx context.Context, m *qnn.Model, rows [][]float64) (*Predictions, error) {
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
func newPredictions(m *qnn.Model, values []float64) *Predictions {
	p := &Predictions{Samples: len(values), Classes: m.Classes}
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

// WriteCSV writes a row a sample: the prediction and, for classes, the probability of each.
func (p *Predictions) WriteCSV(w io.Writer) error {
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
