package report

import (
	"fmt"

	"github.com/qnn-go/qnn/qnn/metric"
)

// warnings are sentences on a model that does no better than one answer for all.
func (t Test) warnings() []string {
	if t.Regression != nil {
		if t.R2 <= 0 && t.Samples > 1 {
			return []string{fmt.Sprintf("The model does no better than always answering the mean of the test part (R² %s).", score(t.R2))}
		}
		return nil
	}
	var out []string
	if only, ok := t.onlyAnswer(); ok {
		out = append(out, fmt.Sprintf("The model answers %s for all %d test samples.", only, t.Samples))
	}
	top := mostFrequent(t.Classes)
	if share := float64(top.Support) / float64(t.Samples); t.Accuracy <= share {
		out = append(out, fmt.Sprintf("The accuracy is no better than that of always answering %s, the most frequent class (%s); see the recall of each class and the balanced accuracy.", top.Class, score(share)))
	}
	return out
}

// onlyAnswer returns the class that is predicted for every sample, if there is one and
// others occur.
func (t Test) onlyAnswer() (string, bool) {
	answers, only := 0, ""
	for p, name := range t.Confusion.Classes {
		for _, row := range t.Confusion.Counts {
			if row[p] > 0 {
				answers, only = answers+1, name
				break
			}
		}
	}
	return only, answers == 1 && mostFrequent(t.Classes).Support < t.Samples
}

// mostFrequent returns the class of the most samples, of equals the first.
func mostFrequent(classes []metric.ClassScore) metric.ClassScore {
	top := classes[0]
	for _, c := range classes {
		if c.Support > top.Support {
			top = c
		}
	}
	return top
}

// ranked is the line of balanced accuracy and ranking.
func (c *Classification) ranked() string {
	what := "mean of the classes"
	if c.Positive != "" {
		what = c.Positive
	}
	return fmt.Sprintf("balanced accuracy %s   ROC-AUC %s   average precision %s (%s)", score(c.BalancedAccuracy), score(c.ROCAUC), score(c.AveragePrecision), what)
}
