package metric

import (
	"fmt"
	"math"
)

// probabilityEpsilon is the double-precision ε that keeps logarithms finite,
// and rowTolerance how far a row of probabilities may sum from 1.
const (
	probabilityEpsilon = 0x1p-52
	rowTolerance       = 0x1p-26
)

// LogLoss returns the mean of −ln p[i][want[i]] in nats, where prob has a row
// of k class probabilities for each sample. Probabilities are clipped to
// [ε, 1−ε], ε = 2⁻⁵², as scikit-learn does, so that the loss is finite.
//
// Errors: ErrLength, ErrEmpty, ErrClass, and ErrValue for a probability outside
// [0, 1] or a row that does not sum to 1 within 2⁻²⁶.
func LogLoss(want []float64, prob [][]float64) (float64, error) {
	if err := checkLengths(len(want), len(prob)); err != nil {
		return 0, err
	}
	loss := 0.0
	for i, row := range prob {
		class, err := classIndex(want[i], i, len(row))
		if err != nil {
			return 0, err
		}
		sum := 0.0
		for _, p := range row {
			if !(p >= 0 && p <= 1) {
				return 0, fmt.Errorf("metric: probability %v of sample %d: %w; probabilities lie in [0, 1]", p, i, ErrValue)
			}
			sum += p
		}
		if math.Abs(sum-1) > rowTolerance {
			return 0, fmt.Errorf("metric: probabilities of sample %d sum to %v: %w; divide them by their sum", i, sum, ErrValue)
		}
		loss -= math.Log(min(max(row[class], probabilityEpsilon), 1-probabilityEpsilon))
	}
	return loss / float64(len(want)), nil
}

// AUC returns the area under the receiver operating characteristic of a binary
// classifier: the probability that a sample of class 1 scores above one of
// class 0, ties counting one half. Scores need only be ordered; with R the sum
// of the midranks of the n₁ positives among n₀ + n₁ samples,
//
//	AUC = (R − n₁(n₁+1)/2) / (n₀n₁).
//
// Source: J. A. Hanley, B. J. McNeil, Radiology 143 (1982) 29,
// doi:10.1148/radiology.143.1.7063747.
//
// Errors: ErrLength, ErrEmpty, ErrClass, ErrOneClass, and ErrValue for a score
// that is not finite.
func AUC(want, score []float64) (float64, error) {
	order, positives, err := binaryOrder(want, score)
	if err != nil {
		return 0, err
	}
	ranks := 0.0
	for from := 0; from < len(order); {
		to, tied := from, 0.0
		for ; to < len(order) && score[order[to]] == score[order[from]]; to++ {
			tied += want[order[to]]
		}
		ranks += tied * float64(from+to+1) / 2
		from = to
	}
	p, q := float64(positives), float64(len(order)-positives)
	return (ranks - p*(p+1)/2) / (p * q), nil
}
