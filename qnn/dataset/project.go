package dataset

import (
	"context"
	"fmt"

	"github.com/qnn-go/qnn/internal/fault"
)

// projection is what a fitted linear reducer holds: K rows that map an input row x to
// Components·(x − Mean).
type projection struct {
	mean       []float64
	components [][]float64
}

// check verifies the numbers against the input columns and names the outputs prefix1,
// prefix2 and so on.
func (p projection) check(k int, in []Column, prefix string) ([]Column, error) {
	if err := needNumeric(in); err != nil {
		return nil, err
	}
	if k < 1 || k > len(in) || len(p.components) != k {
		return nil, fmt.Errorf("%w: %d components of %d columns, %d given", ErrPipeline, k, len(in), len(p.components))
	}
	if err := checkNumbers("mean", p.mean, len(in)); err != nil {
		return nil, err
	}
	out := make([]Column, k)
	for i, loadings := range p.components {
		if err := checkNumbers("components", loadings, len(in)); err != nil {
			return nil, err
		}
		out[i].Name = fmt.Sprintf("%s%d", prefix, i+1)
	}
	return out, nil
}

// apply writes the projection of src.
func (p projection) apply(dst, src []float64) {
	for k, loadings := range p.components {
		sum := 0.0
		for j, v := range src {
			sum += loadings[j] * (v - p.mean[j])
		}
		dst[k] = sum
	}
}

// ComponentsError reports a reducer that was asked for a number of features which its
// training rows do not have. It wraps ErrPipeline.
type ComponentsError struct {
	Want int
	Most int // that are possible; 0: none
	Why  string
}

// Error names both numbers and the reason.
func (e *ComponentsError) Error() string {
	if e.Most == 0 {
		return fmt.Sprintf("%v: %s", ErrPipeline, e.Why)
	}
	return fmt.Sprintf("%v: %d components; 1 to %d are possible: %s", ErrPipeline, e.Want, e.Most, e.Why)
}

// FaultClass says that what was asked for is at fault.
func (*ComponentsError) FaultClass() fault.Class { return fault.Usage }

// Unwrap returns ErrPipeline.
func (*ComponentsError) Unwrap() error { return ErrPipeline }

// components settles the number of components: k, or most for k = 0.
func components(k, most int, why string) (int, error) {
	if k == 0 {
		k = most
	}
	if k < 1 || k > most {
		return 0, &ComponentsError{Want: k, Most: most, Why: why}
	}
	return k, nil
}

// meansOf returns the mean of each column of the rows.
func meansOf(ctx context.Context, x [][]float64, columns int) ([]float64, error) {
	means, column := make([]float64, columns), make([]float64, len(x))
	for j := range means {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		for r, row := range x {
			column[r] = row[j]
		}
		means[j] = mean(column)
	}
	return means, nil
}

// labels are those of the training rows, for the steps that learn from them.
type labels struct{ d *Dataset }

// targets returns a row of numbers for each label: the value itself for regression, 0 or
// 1 for two classes, one-hot for more. It returns the errors of Dataset.Validate.
func (l labels) targets() ([][]float64, error) {
	if err := l.d.Validate(); err != nil {
		return nil, err
	}
	width := len(l.d.Classes)
	if width <= 2 {
		rows := newRows(len(l.d.Y), 1)
		for i, y := range l.d.Y {
			rows[i][0] = y
		}
		return rows, nil
	}
	rows := newRows(len(l.d.Y), width)
	for i, y := range l.d.Y {
		rows[i][int(y)] = 1
	}
	return rows, nil
}
