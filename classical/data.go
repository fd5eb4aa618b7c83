package classical

import (
	"fmt"
	"math"
	"slices"

	"gonum.org/v1/gonum/mat"
)

// table is a checked training set: n rows of d features within ±maxMagnitude
// with such a value each, or with the position of their class among the sorted labels.
type table struct {
	x      [][]float64
	y      []float64 // values, regression only
	labels []float64 // the classes present, increasing; nil for regression
	class  []int     // class[i] is the position of row i's label in labels
}

// size returns the numbers of samples and features.
func (t *table) size() (n, d int) { return len(t.x), len(t.x[0]) }

// newTable checks x and y for the model of the given name.
func newTable(name string, x [][]float64, y []float64, regression bool) (*table, error) {
	if len(x) == 0 || len(x[0]) == 0 {
		return nil, fmt.Errorf("classical: %s: %w; pass at least one sample with one feature", name, ErrEmpty)
	}
	if len(x) != len(y) {
		return nil, fmt.Errorf("classical: %s: %d rows and %d targets: %w; pass one target a row", name, len(x), len(y), ErrLength)
	}
	for i, row := range x {
		if len(row) != len(x[0]) {
			return nil, fmt.Errorf("classical: %s: row %d has %d features, row 0 has %d: %w; give all rows the same features", name, i, len(row), len(x[0]), ErrRagged)
		}
		if err := checkValues(name, i, row); err != nil {
			return nil, err
		}
	}
	t := &table{x: x, y: y}
	if regression {
		for i, v := range y {
			if !(math.Abs(v) <= maxMagnitude) {
				return nil, fmt.Errorf("classical: %s: target of row %d is %v: %w; drop or repair the row", name, i, v, ErrValue)
			}
		}
		return t, nil
	}
	return t, t.setClasses(name)
}

// setClasses fills labels and class from y.
func (t *table) setClasses(name string) error {
	for i, v := range t.y {
		if !(v >= 0) || v != math.Trunc(v) || math.IsInf(v, 0) {
			return fmt.Errorf("classical: %s: label %v of row %d: %w; use integers from 0, or a regression model", name, v, i, ErrClass)
		}
	}
	t.labels = slices.Compact(slices.Sorted(slices.Values(t.y)))
	if len(t.labels) < 2 {
		return fmt.Errorf("classical: %s: all %d rows are of class %v: %w; train on samples of two classes or more", name, len(t.y), t.labels[0], ErrOneClass)
	}
	t.class = make([]int, len(t.y))
	for i, v := range t.y {
		t.class[i], _ = slices.BinarySearch(t.labels, v)
	}
	return nil
}

// maxMagnitude bounds features and targets so that no sum of squares overflows.
const maxMagnitude = 1e100

// checkValues reports the first value of row i that is not within ±maxMagnitude.
func checkValues(name string, i int, row []float64) error {
	for j, v := range row {
		if !(math.Abs(v) <= maxMagnitude) {
			return fmt.Errorf("classical: %s: feature %d of row %d is %v: %w; drop or repair the row", name, j, i, v, ErrValue)
		}
	}
	return nil
}

// checkRows reports rows that a model fitted on d features cannot predict.
func checkRows(name string, x [][]float64, d int) error {
	for i, row := range x {
		if len(row) != d {
			return fmt.Errorf("classical: %s: row %d has %d features, the model was fitted on %d: %w; pass the features of training", name, i, len(row), d, ErrDimension)
		}
		if err := checkValues(name, i, row); err != nil {
			return err
		}
	}
	return nil
}

// notFitted returns the error of a Predict before Fit.
func notFitted(name string) error {
	return fmt.Errorf("classical: %s: %w; call Fit first", name, ErrNotFitted)
}

// dense copies the rows into a matrix.
func dense(x [][]float64) *mat.Dense {
	m := mat.NewDense(len(x), len(x[0]), nil)
	for i, row := range x {
		m.SetRow(i, row)
	}
	return m
}

// positive returns v, or standard for v = 0.
func positive(name, setting string, v, standard float64) (float64, error) {
	if v == 0 {
		return standard, nil
	}
	if !(v > 0) || math.IsInf(v, 0) {
		return 0, fmt.Errorf("classical: %s: %s is %v: %w; use a positive number, or 0 for %v", name, setting, v, ErrConfig, standard)
	}
	return v, nil
}

// count returns v, or standard for v = 0.
func count(name, setting string, v, standard int) (int, error) {
	if v == 0 {
		return standard, nil
	}
	if v < 0 {
		return 0, fmt.Errorf("classical: %s: %s is %d: %w; use a positive number, or 0 for %d", name, setting, v, ErrConfig, standard)
	}
	return v, nil
}

// largest returns the position of the first largest value.
func largest(v []float64) int {
	best := 0
	for i := range v {
		if v[i] > v[best] {
			best = i
		}
	}
	return best
}
