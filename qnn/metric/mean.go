package metric

import (
	"fmt"
	"math"

	"gonum.org/v1/gonum/stat"
	"gonum.org/v1/gonum/stat/distuv"
)

// MeanInterval returns the mean of n ≥ 2 values and its 95 % interval,
//
//	mean ± t·s/√n,
//
// with s the sample standard deviation and t the 0.975 quantile of Student's
// distribution with n−1 degrees of freedom. Source: Student, Biometrika 6 (1908) 1,
// doi:10.1093/biomet/6.1.1. Scores over random splits of the same data share
// samples and are not independent: for them the interval is somewhat narrow.
//
// Errors: ErrEmpty for fewer than two values, ErrValue for one that is not finite.
func MeanInterval(values []float64) (mean, low, high float64, err error) {
	n := len(values)
	if n < 2 {
		return 0, 0, 0, fmt.Errorf("metric: an interval of the mean of %d values: %w; pass at least two", n, ErrEmpty)
	}
	for i, v := range values {
		if math.IsNaN(v) || math.IsInf(v, 0) {
			return 0, 0, 0, fmt.Errorf("metric: value %d is %v: %w", i, v, ErrValue)
		}
	}
	mean, s := stat.MeanStdDev(values, nil)
	half := distuv.StudentsT{Mu: 0, Sigma: 1, Nu: float64(n - 1)}.Quantile(0.975) * s / math.Sqrt(float64(n))
	return mean, mean - half, mean + half, nil
}
