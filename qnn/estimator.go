package qnn

import (
	"context"
	"fmt"

	"github.com/qnn-go/qnn/qnn/dataset"
)

// Estimator is a model with its training settings behind the interface that the
// classical baselines have too, compare.Estimator.
type Estimator struct {
	Label   string // name in tables
	Model   *Model
	Trainer Trainer
	// Validation is used for early stopping; nil: none.
	Validation *dataset.Dataset
}

// Name is the label.
func (e *Estimator) Name() string { return e.Label }

// Fit trains the model, from the parameters it has, on rows x with class indices or
// values y.
func (e *Estimator) Fit(ctx context.Context, x [][]float64, y []float64) error {
	d := &dataset.Dataset{Classes: e.Model.Classes, X: x, Y: y}
	if e.Model.Pipeline != nil {
		d.Columns = e.Model.Pipeline.Columns
	} else if len(x) > 0 {
		d.Columns = make([]dataset.Column, len(x[0]))
		for j := range d.Columns {
			d.Columns[j].Name = fmt.Sprintf("x%d", j+1)
		}
	}
	_, err := e.Trainer.Fit(ctx, e.Model, d, e.Validation)
	return err
}

// Predict returns class indices, or values for regression.
func (e *Estimator) Predict(ctx context.Context, x [][]float64) ([]float64, error) {
	return e.Model.Predict(ctx, x)
}

// Parameters is the number of trainable parameters.
func (e *Estimator) Parameters() int { return len(e.Model.Parameters) }
