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

// SplitInterval returns the mean of a score, or of a difference of scores, over n ≥ 2
// random splits of the same data, and its 95 % interval,
//
//	mean ± t·s·√(1/n + test/train),
//
// with s and t as in MeanInterval and the sizes of the test and the training part of
// a split. The second term under the root is for the samples that the splits share,
// without which the interval is too narrow. Source: C. Nadeau, Y. Bengio, Mach. Learn.
// 52 (2003) 239, doi:10.1023/A:1024068626366, equation 9.
//
// Errors: as MeanInterval, and ErrValue for sizes below 1.
func SplitInterval(values []float64, train, test int) (mean, low, high float64, err error) {
	if train < 1 || test < 1 {
		return 0, 0, 0, fmt.Errorf("metric: splits of %d training and %d test samples: %w; pass at least one of each", train, test, ErrValue)
	}
	mean, low, high, err = MeanInterval(values)
	half := (high - low) / 2 * math.Sqrt(1+float64(len(values))*float64(test)/float64(train))
	return mean, mean - half, mean + half, err
}
