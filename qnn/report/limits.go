package report

import (
	"fmt"
	"strings"

	"github.com/qnn-go/qnn/internal/plural"
	"github.com/qnn-go/qnn/qnn/compare"
)

// fewSamples is the support below which the scores of a class are called coarse: one
// sample more or less moves its recall by over three points.
const fewSamples = 30

// limitations are sentences about what the results do not show, each of which
// follows from the facts of the summary.
func limitations(s *Summary) []string {
	out := testLimits(s)
	if s.Data.Variance > 0 && s.Data.Variance < 1 {
		out = append(out, fmt.Sprintf("The model sees %.0f%% of the variance of the features; whatever the rest holds is lost to it.", 100*s.Data.Variance))
	}
	if s.Verdict != nil {
		out = append(out, baselineLimits(s)...)
	}
	switch m := s.Model; {
	case m.Shots == 0 && m.Noise == "":
		out = append(out, "The circuit was simulated without noise and with exact expectation values; on a device, finite shots and gate errors come on top.")
	case m.Noise == "":
		out = append(out, "The circuit was simulated with finite shots and without noise; on a device, gate errors come on top.")
	default:
		out = append(out, "The noise is a model; a device's own will differ.")
	}
	return out
}

// baselineLimits are those of the comparison with baselines.
func baselineLimits(s *Summary) []string {
	const untuned = "All baselines have their default settings; tuned ones may do better."
	switch s.Verdict.Chosen {
	case compare.ByValidation:
		return []string{fmt.Sprintf("The best baseline was chosen on %s; more of them might choose another.", plural.Count(s.Data.Validation, "validation sample")), untuned}
	case compare.ByFolds:
		return []string{"The best baseline was chosen by cross-validation inside the training part; more samples might choose another.", untuned}
	case compare.ByOrder:
		return []string{"A class has too few training samples to choose the best baseline; it is the first of the list.", untuned}
	case compare.ByTest:
		return []string{"The best baseline was picked by its score on these same test samples, which favours it a little.", untuned}
	}
	return []string{untuned}
}

// testLimits are those that follow from the test part.
func testLimits(s *Summary) []string {
	t := s.Test
	if t.Samples == 0 {
		return []string{"There is no test part: nothing here says how the model does on samples it was not trained on."}
	}
	var out []string
	const once = "The figures are of one split and one seed; another split moves them, and the training's own randomness is not covered."
	if t.Classification == nil {
		return append(out, fmt.Sprintf("The errors are measured on %s and come without an interval.", plural.Count(t.Samples, "test sample")), once)
	}
	out = append(out, fmt.Sprintf("With %s the 95%% interval of the accuracy is %.1f percentage points wide: any accuracy within it agrees with this test.",
		plural.Count(t.Samples, "test sample"), 100*(t.AccuracyHigh-t.AccuracyLow)))
	if sentence := majority(t); sentence != "" {
		out = append(out, sentence)
	}
	var coarse []string
	for _, c := range t.Classes {
		if c.Support < fewSamples {
			coarse = append(coarse, fmt.Sprintf("%s (%d)", escape(c.Class), c.Support))
		}
	}
	if len(coarse) > 0 {
		out = append(out, fmt.Sprintf("Scores of classes with fewer than %d test samples are coarse: %s.", fewSamples, strings.Join(coarse, ", ")))
	}
	return append(out, once)
}

// majority compares the accuracy with that of always giving the most frequent class.
func majority(t Test) string {
	if len(t.Classes) == 0 {
		return ""
	}
	top := mostFrequent(t.Classes)
	share := float64(top.Support) / float64(t.Samples)
	sentence := fmt.Sprintf("Always answering %s, the most frequent class, would score %s", escape(top.Class), score(share))
	if t.AccuracyLow <= share {
		return sentence + ": the interval does not show that the model does better."
	}
	return sentence + "."
}
