package metric

// ClassScores are the figures of a classifier on a part of the data.
type ClassScores struct {
	Accuracy         float64
	Low, High        float64 // the accuracy's 95 % interval by [Wilson]; High is never 0
	MacroF1          float64
	BalancedAccuracy float64
}

// ScoreClasses counts predicted classes and scores them. want and got are class indices of
// the same samples. Errors are those of [NewConfusion].
func ScoreClasses(want, got []float64, classes []string) (ClassScores, *Confusion, error) {
	c, err := NewConfusion(want, got, classes)
	if err != nil {
		return ClassScores{}, nil, err
	}
	low, high, err := Wilson(c.Correct(), c.Total())
	return ClassScores{c.Accuracy(), low, high, c.MacroF1(), c.BalancedAccuracy()}, c, err
}

// ValueScores are the figures of a regression on a part of the data.
type ValueScores struct{ RMSE, MAE, R2 float64 }

// ScoreValues scores predicted values. Errors are those of [RMSE], [MAE] and [R2].
func ScoreValues(want, got []float64) (s ValueScores, err error) {
	if s.RMSE, err = RMSE(want, got); err != nil {
		return s, err
	}
	if s.MAE, err = MAE(want, got); err != nil {
		return s, err
	}
	s.R2, err = R2(want, got)
	return s, err
}
