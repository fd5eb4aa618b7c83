package metric

import (
	"cmp"
	"fmt"
	"math"
	"slices"
)

// Ranking says how well the scores of a classifier order the samples, whatever the
// threshold between the classes. Unlike the accuracy it does not reward a model for
// always answering a frequent class.
type Ranking struct {
	// AUC is the area under the receiver operating characteristic: of class 1 for two
	// classes, else the plain mean of the classes, each against all others.
	AUC float64 `json:"roc_auc"`
	// AveragePrecision is that of the positive class for two classes, else the plain
	// mean of the classes, each against all others.
	AveragePrecision float64 `json:"average_precision"`
	// Positive is the index of the positive class, the rarer of two in the truth, of
	// equals class 1; −1 for more classes.
	Positive int `json:"-"`
	// Classes has an entry a class.
	Classes []ClassRanking `json:"-"`
}

// ClassRanking is how well the scores of one class set its samples apart from all others.
type ClassRanking struct {
	AUC              float64 `json:"roc_auc"`
	AveragePrecision float64 `json:"average_precision"`
}

// NewRanking measures scores, a row of k ≥ 2 numbers a sample, of which the c-th grows
// with the certainty that the sample is of class c; probabilities or any others that
// compare between samples. The truth holds every class.
//
// The figures are scikit-learn's roc_auc_score(multi_class="ovr", average="macro") and
// average_precision_score of the classes.
//
// Errors: ErrLength for rows of other than k scores too, ErrEmpty, ErrClass, ErrOneClass
// for a class without samples, and ErrValue for a score that is not finite.
func NewRanking(want []float64, scores [][]float64, k int) (Ranking, error) {
	if err := checkLengths(len(want), len(scores)); err != nil {
		return Ranking{}, err
	}
	counts := make([]int, k)
	for i, y := range want {
		class, err := classIndex(y, i, k)
		if err != nil {
			return Ranking{}, err
		}
		if len(scores[i]) != k {
			return Ranking{}, fmt.Errorf("metric: %d scores of sample %d for %d classes: %w; pass one a class", len(scores[i]), i, k, ErrLength)
		}
		counts[class]++
	}
	r := Ranking{Positive: -1, Classes: make([]ClassRanking, k)}
	truth, score := make([]float64, len(want)), make([]float64, len(want))
	for c := range r.Classes {
		for i, y := range want {
			truth[i] = 0
			if y == float64(c) {
				truth[i] = 1
			}
			score[i] = scores[i][c]
		}
		var err error
		if r.Classes[c].AUC, err = AUC(truth, score); err != nil {
			return Ranking{}, err
		}
		if r.Classes[c].AveragePrecision, err = AveragePrecision(truth, score); err != nil {
			return Ranking{}, err
		}
		r.AUC += r.Classes[c].AUC / float64(k)
		r.AveragePrecision += r.Classes[c].AveragePrecision / float64(k)
	}
	if k == 2 {
		r.Positive = 1
		if counts[0] < counts[1] {
			r.Positive = 0
		}
		r.AUC, r.AveragePrecision = r.Classes[1].AUC, r.Classes[r.Positive].AveragePrecision
	}
	return r, nil
}

// AveragePrecision returns Σ (Rₙ − Rₙ₋₁)·Pₙ over the thresholds from high to low, with
// Pₙ the precision and Rₙ the recall of class 1 among the samples that score the n-th
// threshold or more; samples of equal scores share a threshold. A model that orders at
// random has the share of class 1. Values in (0, 1].
//
// Source: scikit-learn's average_precision_score, without interpolation.
//
// Errors: as AUC; samples of both classes are needed.
func AveragePrecision(want, score []float64) (float64, error) {
	order, positives, err := binaryOrder(want, score)
	if err != nil {
		return 0, err
	}
	sum, hits := 0.0, 0.0
	for to := len(order); to > 0; {
		from, gained := to, 0.0
		for ; from > 0 && score[order[from-1]] == score[order[to-1]]; from-- {
			gained += want[order[from-1]]
		}
		hits += gained
		sum += gained / float64(positives) * hits / float64(len(order)-from)
		to = from
	}
	return sum, nil
}

// binaryOrder returns the samples by rising score, and how many are of class 1.
func binaryOrder(want, score []float64) (order []int, positives int, err error) {
	if err := checkLengths(len(want), len(score)); err != nil {
		return nil, 0, err
	}
	order = make([]int, len(want))
	for i, y := range want {
		class, err := classIndex(y, i, 2)
		if err != nil {
			return nil, 0, err
		}
		if math.IsNaN(score[i]) || math.IsInf(score[i], 0) {
			return nil, 0, fmt.Errorf("metric: score of sample %d is %v: %w; repair the model", i, score[i], ErrValue)
		}
		order[i] = i
		positives += class
	}
	if positives == 0 || positives == len(want) {
		return nil, 0, fmt.Errorf("metric: order of scores: %w; pass samples of both", ErrOneClass)
	}
	slices.SortFunc(order, func(a, b int) int { return cmp.Or(cmp.Compare(score[a], score[b]), a-b) })
	return order, positives, nil
}
