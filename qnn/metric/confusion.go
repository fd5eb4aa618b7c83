package metric

import (
	"fmt"
	"strconv"
	"strings"
	"unicode/utf8"
)

// Confusion is the k × k table of a classifier's hits and misses.
// The zero value has no classes; make one with NewConfusion.
type Confusion struct {
	// Classes are the k names, in the order of the class indices.
	Classes []string `json:"classes"`
	// Counts[t][p] is the number of samples of true class t predicted as p.
	Counts [][]int `json:"counts"`
}

// ClassScore is how well one class is recognised, with TP, FP and FN its true
// positives, false positives and false negatives.
type ClassScore struct {
	Class     string  `json:"class"`
	Precision float64 `json:"precision"` // TP/(TP+FP); 0 if the class is never predicted
	Recall    float64 `json:"recall"`    // TP/(TP+FN); 0 if the class has no samples
	F1        float64 `json:"f1"`        // 2TP/(2TP+FP+FN); 0 if all three are 0
	Support   int     `json:"support"`   // TP+FN, the samples of the class
}

// NewConfusion counts the pairs of true and predicted class indices, each in
// 0…len(classes)−1. The names are kept, not copied.
//
// Errors: ErrLength, ErrEmpty, ErrClass.
func NewConfusion(want, got []float64, classes []string) (*Confusion, error) {
	if err := checkLengths(len(want), len(got)); err != nil {
		return nil, err
	}
	k := len(classes)
	c := &Confusion{Classes: classes, Counts: make([][]int, k)}
	for t := range c.Counts {
		c.Counts[t] = make([]int, k)
	}
	for i := range want {
		t, err := classIndex(want[i], i, k)
		if err != nil {
			return nil, err
		}
		p, err := classIndex(got[i], i, k)
		if err != nil {
			return nil, err
		}
		c.Counts[t][p]++
	}
	return c, nil
}

// Total returns the number of samples.
func (c *Confusion) Total() int {
	n := 0
	for _, row := range c.Counts {
		for _, v := range row {
			n += v
		}
	}
	return n
}

// Correct returns the number of samples on the diagonal.
func (c *Confusion) Correct() int {
	n := 0
	for t := range c.Counts {
		n += c.Counts[t][t]
	}
	return n
}

// Accuracy returns Correct/Total in [0, 1].
func (c *Confusion) Accuracy() float64 {
	return ratio(float64(c.Correct()), float64(c.Total()))
}

// Scores returns precision, recall, F1 and support of each class in order.
func (c *Confusion) Scores() []ClassScore {
	scores := make([]ClassScore, len(c.Counts))
	for k := range c.Counts {
		hits, actual, predicted := c.Counts[k][k], 0, 0
		for j := range c.Counts {
			actual += c.Counts[k][j]
			predicted += c.Counts[j][k]
		}
		tp := float64(hits)
		scores[k] = ClassScore{
			Class:     c.Classes[k],
			Precision: ratio(tp, float64(predicted)),
			Recall:    ratio(tp, float64(actual)),
			F1:        ratio(2*tp, float64(actual+predicted)),
			Support:   actual,
		}
	}
	return scores
}

// MacroF1 returns the plain mean of the classes' F1, in [0, 1]. A class that is
// neither present nor predicted counts as 0, as with scikit-learn's
// f1_score(labels=range(k), average="macro").
func (c *Confusion) MacroF1() float64 {
	sum := 0.0
	for _, s := range c.Scores() {
		sum += s.F1
	}
	return ratio(sum, float64(len(c.Counts)))
}

// BalancedAccuracy returns the plain mean of the recalls of the classes that have
// samples, in [0, 1]; always answering one of k classes has 1/k.
func (c *Confusion) BalancedAccuracy() float64 {
	sum, present := 0.0, 0.0
	for _, s := range c.Scores() {
		if s.Support > 0 {
			sum += s.Recall
			present++
		}
	}
	return ratio(sum, present)
}

// WeightedF1 returns Σ support·F1 / Σ support, in [0, 1].
func (c *Confusion) WeightedF1() float64 {
	sum := 0.0
	for _, s := range c.Scores() {
		sum += float64(s.Support) * s.F1
	}
	return ratio(sum, float64(c.Total()))
}

// String returns the table with a row for each true class and a column for
// each predicted class, a line feed after each row.
func (c *Confusion) String() string {
	const corner = `true \ predicted`
	first := len(corner)
	for _, name := range c.Classes {
		first = max(first, utf8.RuneCountInString(name))
	}
	var b strings.Builder
	fmt.Fprintf(&b, "%-*s", first, corner)
	widths := make([]int, len(c.Classes))
	for p, name := range c.Classes {
		widths[p] = 2 + max(utf8.RuneCountInString(name), len(strconv.Itoa(c.Total())))
		fmt.Fprintf(&b, "%*s", widths[p], name)
	}
	b.WriteByte('\n')
	for t, row := range c.Counts {
		fmt.Fprintf(&b, "%-*s", first, c.Classes[t])
		for p, n := range row {
			fmt.Fprintf(&b, "%*d", widths[p], n)
		}
		b.WriteByte('\n')
	}
	return b.String()
}

// Accuracy returns the share of samples whose prediction equals the label, in
// [0, 1].
//
// Errors: ErrLength, ErrEmpty.
func Accuracy(want, got []float64) (float64, error) {
	if err := checkLengths(len(want), len(got)); err != nil {
		return 0, err
	}
	hits := 0
	for i := range want {
		if want[i] == got[i] {
			hits++
		}
	}
	return float64(hits) / float64(len(want)), nil
}
