// Package metric measures predictions against the truth.
//
// Class labels are float64 values that hold the integers 0…k−1, as a data set
// stores them; regression values are any finite float64. Every function reads
// its arguments only, keeps none of them and is safe for concurrent use.
//
// A ratio whose denominator is zero (the precision of a class that is never
// predicted, the recall of a class without samples) is 0 by convention, as
// with scikit-learn's zero_division=0. No function returns NaN.
package metric

import (
	"fmt"
	"math"

	"github.com/qnn-go/qnn/internal/fault"
)

// The errors of this package; test for them with errors.Is.
var (
	// ErrEmpty reports that there is no sample to measure.
	ErrEmpty = fault.New(fault.Data, "no samples")
	// ErrLength reports slices that must have one entry a sample and do not.
	ErrLength = fault.New(fault.Usage, "lengths differ")
	// ErrClass reports a label that is not an integer in 0…k−1.
	ErrClass = fault.New(fault.Data, "not a class index")
	// ErrValue reports a value that is NaN, infinite or out of its range.
	ErrValue = fault.New(fault.Usage, "value out of range")
	// ErrOneClass reports truth of a single class where two are compared.
	ErrOneClass = fault.New(fault.Data, "only one class is present")
)

// checkLengths reports an error unless both slices have the same length ≥ 1.
func checkLengths(want, got int) error {
	if want != got {
		return fmt.Errorf("metric: %d true values and %d predictions: %w; pass one prediction a sample", want, got, ErrLength)
	}
	if want == 0 {
		return fmt.Errorf("metric: %w; pass at least one", ErrEmpty)
	}
	return nil
}

// classIndex returns label v of sample i as an integer in 0…k−1.
func classIndex(v float64, i, k int) (int, error) {
	if !(v >= 0 && v < float64(k)) || v != math.Trunc(v) {
		return 0, fmt.Errorf("metric: label %v of sample %d: %w; use the integers 0 to %d", v, i, ErrClass, k-1)
	}
	return int(v), nil
}

// ratio returns a/b, and 0 for b = 0.
func ratio(a, b float64) float64 {
	if b == 0 {
		return 0
	}
	return a / b
}
