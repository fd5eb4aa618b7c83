package compare

import (
	"fmt"
	"slices"

	"github.com/qnn-go/qnn/qnn/metric"
)

// significance is the level below which a difference is said to be shown.
const significance = 0.05

// The tests of a Verdict.
const (
	McNemar = "McNemar"  // McNemar's exact test of the hits
	PairedT = "paired t" // t-test of the differences of squared errors
)

// Verdict is the test of a model against another one on the same test samples:
// McNemar's exact test of the hits of classification, a paired t-test of the
// squared errors of regression.
type Verdict struct {
	Model    string   `json:"model"`
	Baseline string   `json:"baseline"`            // the other model
	Features Features `json:"features,omitempty"`  // what the baseline was given
	Chosen   Choice   `json:"chosen_by,omitempty"` // how it was chosen; "": it was named
	Test     string   `json:"test"`                // McNemar or PairedT

	// Classification: test samples that only one of the two has right.
	OnlyModel    int `json:"only_model"`
	OnlyBaseline int `json:"only_baseline"`
	// Regression: the mean squared error of the model less that of the baseline, in
	// squared units of the target.
	Difference float64 `json:"mse_difference,omitempty"`

	P float64 `json:"p"` // two-sided
}

// Against tests the model of the given name against the best of the others on the
// true classes or values want. Candidates are the results on all columns, or on
// columns of their own; those on the model's features show what its reduction
// costs and are no candidates. The best is the one of the highest Selection, among
// results that have one. Where none has, it is chosen by its score on the same test
// samples that test it, which favours it: a difference shown for the model is then
// shown in spite of that, one shown against it is overstated. Of equals the first
// wins.
//
// Errors: ErrName for a name that is not among the results, ErrNoTest for no other
// result or results of both tasks, metric.ErrLength for results on other samples.
func Against(want []float64, results []Result, name string) (Verdict, error) {
	model := slices.IndexFunc(results, func(r Result) bool { return r.Name == name })
	if model < 0 {
		return Verdict{}, fmt.Errorf("compare: %w %q is not among the %d results; run it first", ErrName, name, len(results))
	}
	var others []Result
	for i, r := range results {
		if i != model && r.Features != ModelFeatures {
			others = append(others, r)
		}
	}
	best, chosen, ok := Best(others)
	if !ok {
		return Verdict{}, fmt.Errorf("compare: %s stands alone: %w; add a baseline", name, ErrNoTest)
	}
	v, err := Pair(want, results[model], best)
	v.Chosen = chosen
	return v, err
}

// Best returns the result of the highest Selection and how it was chosen, or by
// its score on the test part where no result has a Selection. Of equals it is the
// first; ok is false for no results.
func Best(results []Result) (best Result, chosen Choice, ok bool) {
	for _, r := range results {
		better := !ok
		switch {
		case !ok:
		case r.Selection == nil && best.Selection == nil:
			better = r.Score() > best.Score()
		case r.Selection == nil || best.Selection == nil:
			better = best.Selection == nil
		default:
			better = *r.Selection > *best.Selection
		}
		if better {
			best, ok = r, true
		}
	}
	if ok && best.Selection == nil {
		return best, ByTest, true
	}
	return best, best.SelectedBy, ok
}

// Pair tests a model against another one, both measured on samples whose true
// classes or values are want.
//
// Errors: ErrNoTest for results of both tasks, metric.ErrLength for results on
// other samples.
func Pair(want []float64, model, other Result) (Verdict, error) {
	v := Verdict{Model: model.Name, Baseline: other.Name, Features: other.Features}
	if model.classifies() != other.classifies() {
		return v, fmt.Errorf("compare: %s and %s have scores of different tasks: %w; compare classifiers, or regressions", v.Model, v.Baseline, ErrNoTest)
	}
	wrap := func(err error) error {
		if err == nil {
			return nil
		}
		return fmt.Errorf("compare: %s against %s: %w", v.Model, v.Baseline, err)
	}
	if !model.classifies() {
		pair, err := metric.PairedErrors(want, model.Predictions, other.Predictions)
		v.Test, v.Difference, v.P = PairedT, pair.Difference, pair.P
		return v, wrap(err)
	}
	pair, err := metric.McNemar(want, model.Predictions, other.Predictions)
	v.Test, v.OnlyModel, v.OnlyBaseline, v.P = McNemar, pair.OnlyA, pair.OnlyB, pair.P
	return v, wrap(err)
}

// Shown reports whether the difference is significant at the 5 % level.
func (v Verdict) Shown() bool { return v.P < significance }

// better reports whether the model did better than the baseline.
func (v Verdict) better() bool { return v.OnlyModel > v.OnlyBaseline || v.Difference < 0 }

// String returns the sentence of a report.
func (v Verdict) String() string {
	p := fmt.Sprintf("%s p = %.2f", v.Test, v.P)
	switch {
	case v.P < 0.001:
		p = v.Test + " p < 0.001"
	case v.P < 0.1:
		p = fmt.Sprintf("%s p = %.3f", v.Test, v.P)
	}
	switch {
	case !v.Shown():
		return fmt.Sprintf("No difference from %s is shown at this sample size (%s).", v.other(), p)
	case v.better():
		return fmt.Sprintf("Better than %s on this test set (%s).", v.other(), p)
	default:
		return fmt.Sprintf("Worse than %s on this test set (%s).", v.other(), p)
	}
}

// other names the baseline and says what it is the best of, and by what.
func (v Verdict) other() string {
	columns := ""
	if v.Features == AllColumns {
		columns = " on all columns"
	}
	switch v.Chosen {
	case ByValidation:
		return fmt.Sprintf("%s, the best baseline%s by validation data,", v.Baseline, columns)
	case ByFolds:
		return fmt.Sprintf("%s, the best baseline%s by cross-validation in the training part,", v.Baseline, columns)
	case ByOrder:
		return fmt.Sprintf("%s, the first baseline%s (too few samples to choose the best),", v.Baseline, columns)
	case ByTest:
		return fmt.Sprintf("%s, the best baseline%s by these same test samples,", v.Baseline, columns)
	}
	return v.Baseline
}
