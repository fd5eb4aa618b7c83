package compare

import (
	"fmt"

	"github.com/qnn-go/qnn/qnn/metric"
)

// significance is the level below which a difference is said to be shown.
const significance = 0.05

// Verdict is McNemar's test of a model against the best of the others.
type Verdict struct {
	Model        string  `json:"model"`
	Baseline     string  `json:"baseline"`      // the other model with the most hits, of equals the first
	OnlyModel    int     `json:"only_model"`    // test samples that only the model has right
	OnlyBaseline int     `json:"only_baseline"` // test samples that only the baseline has right
	P            float64 `json:"p"`             // two-sided, exact
}

// Against tests the model of the given name against the other result of the
// highest accuracy by McNemar's exact test (metric.McNemar) on the true classes
// want. The baseline is chosen on the same samples that test it, which favours
// it: a difference shown for the model is shown in spite of that, one shown
// against it is somewhat overstated.
//
// Errors: ErrName for a name that is not among the results, ErrNoTest for no
// other result or results of regression, metric.ErrLength for results on other
// samples.
func Against(want []float64, results []Result, name string) (Verdict, error) {
	model, best := -1, -1
	for i, r := range results {
		if r.High == 0 { // the interval of an accuracy never ends at 0
			return Verdict{}, fmt.Errorf("compare: %s has no accuracy: %w; McNemar's test needs results of classification", r.Name, ErrNoTest)
		}
		switch {
		case r.Name == name:
			model = i
		case best < 0 || r.Accuracy > results[best].Accuracy:
			best = i
		}
	}
	if model < 0 {
		return Verdict{}, fmt.Errorf("compare: %w %q is not among the %d results; run it first", ErrName, name, len(results))
	}
	if best < 0 {
		return Verdict{}, fmt.Errorf("compare: %s stands alone: %w; add a baseline", name, ErrNoTest)
	}
	pair, err := metric.McNemar(want, results[model].Predictions, results[best].Predictions)
	if err != nil {
		return Verdict{}, fmt.Errorf("compare: %s against %s: %w", name, results[best].Name, err)
	}
	return Verdict{
		Model: name, Baseline: results[best].Name,
		OnlyModel: pair.OnlyA, OnlyBaseline: pair.OnlyB, P: pair.P,
	}, nil
}

// Shown reports whether the difference is significant at the 5 % level.
func (v Verdict) Shown() bool { return v.P < significance }

// String returns the sentence of a report.
func (v Verdict) String() string {
	p := fmt.Sprintf("McNemar p = %.2f", v.P)
	switch {
	case v.P < 0.001:
		p = "McNemar p < 0.001"
	case v.P < 0.1:
		p = fmt.Sprintf("McNemar p = %.3f", v.P)
	}
	switch {
	case !v.Shown():
		return fmt.Sprintf("No difference from the best baseline is shown at this sample size (%s).", p)
	case v.OnlyModel > v.OnlyBaseline:
		return fmt.Sprintf("Better than the best baseline, %s, on this test set (%s).", v.Baseline, p)
	default:
		return fmt.Sprintf("Worse than the best baseline, %s, on this test set (%s).", v.Baseline, p)
	}
}
