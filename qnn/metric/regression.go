package metric

import (
	"fmt"
	"math"
)

// maxMagnitude bounds regression values so that no sum of squares overflows.
const maxMagnitude = 1e150

// RMSE returns √(Σ(want−got)²/n), in the units of the target.
//
// Errors: ErrLength, ErrEmpty, ErrValue for a value that is NaN or beyond ±1e150.
func RMSE(want, got []float64) (float64, error) {
	if err := checkValues(want, got); err != nil {
		return 0, err
	}
	return math.Sqrt(squares(want, got) / float64(len(want))), nil
}

// MAE returns Σ|want−got|/n, in the units of the target.
//
// Errors: as RMSE.
func MAE(want, got []float64) (float64, error) {
	if err := checkValues(want, got); err != nil {
		return 0, err
	}
	sum := 0.0
	for i := range want {
		sum += math.Abs(want[i] - got[i])
	}
	return sum / float64(len(want)), nil
}

// R2 returns the coefficient of determination 1 − Σ(want−got)²/Σ(want−mean)²,
// at most 1 and negative for predictions worse than the mean. For a constant
// truth it is 1 if every prediction is exact and 0 otherwise, whatever the
// rounding of the mean.
//
// Errors: as RMSE.
func R2(want, got []float64) (float64, error) {
	if err := checkValues(want, got); err != nil {
		return 0, err
	}
	mean := 0.0
	for _, y := range want {
		mean += y / float64(len(want))
	}
	spread := 0.0
	constant := true
	for _, y := range want {
		spread += (y - mean) * (y - mean)
		constant = constant && y == want[0]
	}
	residual := squares(want, got)
	switch {
	case residual == 0:
		return 1, nil
	case constant || spread == 0:
		return 0, nil
	}
	return 1 - residual/spread, nil
}

// checkValues reports an error unless both slices have the same length ≥ 1 and
// hold values within ±maxMagnitude.
func checkValues(want, got []float64) error {
	if err := checkLengths(len(want), len(got)); err != nil {
		return err
	}
	for i := range want {
		for _, v := range [...]float64{want[i], got[i]} {
			if !(math.Abs(v) <= maxMagnitude) {
				return fmt.Errorf("metric: value %v of sample %d: %w; keep truth and predictions within ±%g", v, i, ErrValue, maxMagnitude)
			}
		}
	}
	return nil
}

// squares returns Σ(want−got)².
func squares(want, got []float64) float64 {
	sum := 0.0
	for i := range want {
		sum += (want[i] - got[i]) * (want[i] - got[i])
	}
	return sum
}
