// Package compare measures models against each other on the same data: each is
// fitted on the training part, measured once on the test part, and one of them
// is tested against the best of the others.
//
// Baselines fits the models that another one is compared with: on all columns,
// which is what they would be given without it, and also on the features that
// the other model sees, which tells what its reduction of the columns costs. The
// best of them is chosen on data outside of the test part. Run and Measure are
// the steps for models whose features are prepared by the caller.
package compare

import (
	"context"
	"fmt"
	"time"

	"github.com/qnn-go/qnn/internal/fault"

	"github.com/qnn-go/qnn/qnn/dataset"
	"github.com/qnn-go/qnn/qnn/metric"
)

// The errors of this package; test for them with errors.Is.
var (
	// ErrData reports a training and a test part that do not belong together.
	ErrData = fault.New(fault.Data, "training and test data do not match")
	// ErrName reports two models of one name, or a name that no model has.
	ErrName = fault.New(fault.Usage, "model name")
	// ErrPrediction reports predictions that cannot be measured.
	ErrPrediction = fault.New(fault.Data, "bad predictions")
	// ErrNoTest reports results that no test can compare.
	ErrNoTest = fault.New(fault.Data, "no test possible")
)

// Estimator is a model that can be compared.
type Estimator interface {
	// Name returns the short name of the model, unique in a comparison.
	Name() string
	// Fit learns from samples x and y: class indices 0…k−1, or values for
	// regression. It neither changes nor keeps them.
	Fit(ctx context.Context, x [][]float64, y []float64) error
	// Predict returns a class index or value for each row of x.
	Predict(ctx context.Context, x [][]float64) ([]float64, error)
	// Parameters returns the number of fitted numbers.
	Parameters() int
}

// Result is what one model achieves on the test part. The scores of the other
// task are zero.
type Result struct {
	Name        string        `json:"name"`
	Features    Features      `json:"features,omitempty"` // which it was given; "": its own
	Inputs      int           `json:"inputs,omitempty"`   // how many, after preprocessing
	Parameters  int           `json:"parameters"`
	TrainRows   int           `json:"train_samples,omitempty"` // samples it was fitted on; 0 if it was fitted before
	Sampled     bool          `json:"sampled,omitempty"`       // they are a random sample of the training part
	TrainTime   time.Duration `json:"train_time_ns"`           // wall time of Fit; 0 if it was fitted before
	Predictions []float64     `json:"predictions"`             // a class index or value for each test sample

	// Selection is the score by which the best of several models is chosen: accuracy,
	// or R² for regression, on data outside of the test part. It is nil where there
	// is none.
	Selection  *float64 `json:"selection,omitempty"`
	SelectedBy Choice   `json:"selected_by,omitempty"` // where Selection comes from

	// Classification: accuracy with its 95 % Wilson interval, macro F1, and the mean of
	// the classes' recalls.
	Accuracy         float64 `json:"accuracy"`
	Low              float64 `json:"low"`
	High             float64 `json:"high"`
	MacroF1          float64 `json:"macro_f1"`
	BalancedAccuracy float64 `json:"balanced_accuracy"`

	// Regression.
	RMSE float64 `json:"rmse"`
	MAE  float64 `json:"mae"`
	R2   float64 `json:"r2"`
}

// Run fits each model on the training part, one after another so that their
// times compare, and measures it on the test part. Classes of nil in the test
// part mean regression. The first failure ends the comparison; the results
// obtained before it are returned with the error.
//
// Errors: ErrData, ErrName, ErrPrediction, the models' and the context's.
func Run(ctx context.Context, train, test *dataset.Dataset, models []Estimator) ([]Result, error) {
	if err := checkParts(train, test); err != nil {
		return nil, err
	}
	if err := checkNames(models); err != nil {
		return nil, err
	}
	results := make([]Result, 0, len(models))
	for _, m := range models {
		if err := ctx.Err(); err != nil {
			return results, err
		}
		start := time.Now()
		if err := m.Fit(ctx, train.X, train.Y); err != nil {
			return results, fmt.Errorf("compare: training %s: %w", m.Name(), err)
		}
		elapsed := time.Since(start)
		r, err := Measure(ctx, m, test)
		if err != nil {
			return results, err
		}
		r.TrainTime = elapsed
		r.TrainRows = train.Len()
		results = append(results, r)
	}
	return results, nil
}

// Measure predicts the test part with a model that is fitted already. Its
// TrainTime is 0, for the caller to set.
//
// Errors: ErrData for an empty test part, ErrPrediction, the model's and the
// context's.
func Measure(ctx context.Context, m Estimator, test *dataset.Dataset) (Result, error) {
	if err := checkPart("test", test); err != nil {
		return Result{}, err
	}
	got, err := m.Predict(ctx, test.X)
	if err != nil {
		return Result{}, fmt.Errorf("compare: predicting with %s: %w", m.Name(), err)
	}
	r := Result{Name: m.Name(), Parameters: m.Parameters(), Predictions: got}
	if test.Regression() {
		err = r.scoreValues(test.Y)
	} else {
		err = r.scoreClasses(test.Y, test.Classes)
	}
	if err != nil {
		return Result{}, fmt.Errorf("compare: %w of %s: %w", ErrPrediction, m.Name(), err)
	}
	return r, nil
}

// Score is the one number by which models are ranked: accuracy, or R² for regression.
func (r *Result) Score() float64 {
	if r.classifies() {
		return r.Accuracy
	}
	return r.R2
}

// classifies reports whether the result is one of classification: only those have an interval
// of the accuracy, and the upper end of a Wilson interval is never 0.
func (r *Result) classifies() bool { return r.High > 0 }

// scoreClasses sets the scores of classification.
func (r *Result) scoreClasses(want []float64, classes []string) error {
	s, _, err := metric.ScoreClasses(want, r.Predictions, classes)
	r.Accuracy, r.Low, r.High, r.MacroF1, r.BalancedAccuracy = s.Accuracy, s.Low, s.High, s.MacroF1, s.BalancedAccuracy
	return err
}

// scoreValues sets the scores of regression.
func (r *Result) scoreValues(want []float64) error {
	s, err := metric.ScoreValues(want, r.Predictions)
	r.RMSE, r.MAE, r.R2 = s.RMSE, s.MAE, s.R2
	return err
}

// checkPart reports a part without samples, columns or labels.
func checkPart(name string, d *dataset.Dataset) error {
	if len(d.X) == 0 || len(d.X) != len(d.Y) {
		return fmt.Errorf("compare: %s part has %d rows and %d labels: %w; use labelled data", name, len(d.X), len(d.Y), ErrData)
	}
	return nil
}

// checkParts reports parts that differ in features or classes.
func checkParts(train, test *dataset.Dataset) error {
	if err := checkPart("training", train); err != nil {
		return err
	}
	if err := checkPart("test", test); err != nil {
		return err
	}
	if a, b := len(train.X[0]), len(test.X[0]); a != b {
		return fmt.Errorf("compare: %d training and %d test features: %w; split one data set", a, b, ErrData)
	}
	if train.Regression() != test.Regression() || len(train.Classes) != len(test.Classes) {
		return fmt.Errorf("compare: %d training and %d test classes: %w; split one data set", len(train.Classes), len(test.Classes), ErrData)
	}
	for i, class := range train.Classes {
		if test.Classes[i] != class {
			return fmt.Errorf("compare: class %d is %q in training and %q in test: %w; split one data set", i, class, test.Classes[i], ErrData)
		}
	}
	return nil
}
