package metric

import (
	"math"

	"gonum.org/v1/gonum/stat"
	"gonum.org/v1/gonum/stat/distuv"
)

// PairedError compares the errors of two regressions on the same samples.
type PairedError struct {
	// Difference is the mean squared error of A less that of B, in squared units of
	// the target.
	Difference float64 `json:"difference"`
	P          float64 `json:"p"` // two-sided p-value in [0, 1]
}

// PairedErrors tests whether two regressions have the same expected squared error.
// With d the differences (a−y)² − (b−y)² of n samples, their mean d̄ and sample
// standard deviation s, the statistic
//
//	t = d̄·√n/s
//
// has Student's distribution with n−1 degrees of freedom if the mean of d is
// normally distributed, as it nearly is for many samples; a few large errors among
// few samples make the p-value rough. Equal differences, and fewer than two
// samples, show nothing: p is 1 unless all d are the same number that is not 0.
// Source: F. X. Diebold, R. S. Mariano, J. Bus. Econ. Stat. 13 (1995) 253,
// doi:10.1080/07350015.1995.10524599, for independent samples.
//
// Errors: as RMSE.
func PairedErrors(want, a, b []float64) (PairedError, error) {
	for _, got := range [][]float64{a, b} {
		if err := checkValues(want, got); err != nil {
			return PairedError{}, err
		}
	}
	d := make([]float64, len(want))
	for i, y := range want {
		// (a−y)² − (b−y)², without the loss of digits of a difference of squares.
		d[i] = (a[i] - b[i]) * ((a[i] - y) + (b[i] - y))
	}
	mean, s := stat.MeanStdDev(d, nil)
	n := float64(len(d))
	switch {
	case len(d) < 2 || mean == 0:
		return PairedError{Difference: mean, P: 1}, nil
	case s == 0:
		return PairedError{Difference: mean, P: 0}, nil
	}
	t := math.Abs(mean) * math.Sqrt(n) / s
	p := 2 * distuv.StudentsT{Mu: 0, Sigma: 1, Nu: n - 1}.Survival(t)
	return PairedError{Difference: mean, P: min(1, p)}, nil
}
