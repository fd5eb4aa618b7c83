// Package classical holds the classical models that a quantum model is
// compared with: logistic regression, support vector machines, a multilayer
// perceptron, nearest neighbours, random forests and least squares.
//
// Each model is a struct of settings whose zero value holds scikit-learn's
// defaults; Fit learns, Predict applies. Rows of x are samples, columns
// features; y holds class indices 0…k−1 of which some may be absent, or values
// for regression. Inputs are read, never kept or changed, unless a model says
// otherwise. A Fit that fails leaves the former fit in place. Predict may be
// called concurrently, Fit may not. Results depend on data, settings and seed,
// and on nothing else: not on the number of threads.
//
// Fits can be cancelled at any time. RowLimit of a model says up to how many rows a
// fit takes seconds; Fit takes more all the same, and who wants to wait less gives it
// a sample.
//
// Except for the forest, the models measure distances or penalise weights, so
// features should be standardised first.
package classical

import (
	"context"
	"errors"

	"github.com/qnn-go/qnn/internal/fault"
)

// The errors of this package; test for them with errors.Is.
var (
	// ErrEmpty reports a training set without samples or without features.
	ErrEmpty = fault.New(fault.Data, "empty data")
	// ErrRagged reports rows of different lengths.
	ErrRagged = fault.New(fault.Data, "rows differ in length")
	// ErrLength reports a y that has not one entry a row of x.
	ErrLength = fault.New(fault.Usage, "lengths of x and y differ")
	// ErrValue reports a NaN, an infinity or a magnitude above 1e100.
	ErrValue = fault.New(fault.Data, "value out of range")
	// ErrClass reports a label that is not an integer ≥ 0.
	ErrClass = fault.New(fault.Data, "not a class index")
	// ErrOneClass reports a training set with a single class.
	ErrOneClass = fault.New(fault.Data, "only one class is present")
	// ErrDimension reports rows to predict whose length is not that of training.
	ErrDimension = fault.New(fault.Usage, "wrong number of features")
	// ErrNotFitted reports a Predict before a successful Fit.
	ErrNotFitted = fault.New(fault.Usage, "not fitted")
	// ErrConfig reports a setting out of its range.
	ErrConfig = fault.New(fault.Usage, "invalid setting")
	// ErrNotConverged reports a fit that reached its limit of steps, or diverged,
	// before its tolerance.
	ErrNotConverged = errors.New("not converged")
)

// Estimator is what every model of this package does.
type Estimator interface {
	// Name returns the short name of the model, such as "svm-rbf".
	Name() string
	// Fit learns from samples x and their class indices or values y.
	Fit(ctx context.Context, x [][]float64, y []float64) error
	// Predict returns a class index or value for each row of x.
	Predict(ctx context.Context, x [][]float64) ([]float64, error)
	// Parameters returns the number of fitted numbers, 0 before Fit.
	Parameters() int
	// RowLimit returns the number of rows, of so many columns, up to which a fit and
	// its predictions take seconds.
	RowLimit(columns int) int
}

// Baselines returns new models with default settings to compare with, in the
// order of a report: logistic, svm-linear, svm-rbf, mlp, knn, forest for
// classification; linear, ridge, mlp, knn, forest for regression. The seed
// drives mlp and forest.
func Baselines(regression bool, seed uint64) []Estimator {
	if regression {
		return []Estimator{
			&Linear{},
			&Linear{Alpha: 1},
			&MLP{Regression: true, Seed: seed},
			&KNN{Regression: true},
			&Forest{Regression: true, Seed: seed},
		}
	}
	return []Estimator{
		&Logistic{},
		&SVM{Kernel: LinearKernel},
		&SVM{Kernel: RBFKernel},
		&MLP{Seed: seed},
		&KNN{},
		&Forest{Seed: seed},
	}
}

// Names returns the names of the Baselines of a task, in their order.
func Names(regression bool) []string {
	var names []string
	for _, m := range Baselines(regression, 0) {
		names = append(names, m.Name())
	}
	return names
}
