package report

import (
	"fmt"
	"slices"
	"strconv"

	"github.com/qnn-go/qnn/qnn/compare"
)

// label is the name of a row, with the number of samples where not all were used.
func (b Baseline) label() string {
	if b.Sampled {
		return fmt.Sprintf("%s (%d rows)", b.Name, b.TrainSamples)
	}
	return b.Name
}

// given says which features a model was given.
func (b Baseline) given() string {
	if b.Inputs == 0 {
		return "-"
	}
	switch b.Features {
	case compare.AllColumns:
		return fmt.Sprintf("all %d", b.Inputs)
	case compare.ModelFeatures:
		return fmt.Sprintf("model's %d", b.Inputs)
	}
	return strconv.Itoa(b.Inputs)
}

// comparisonTable lays out the rows of the comparison for a terminal or a document;
// averages adds the columns of macro F1 and balanced accuracy. Features have a column where they are known.
func comparisonTable(rows []Baseline, averages bool) (header []string, cells [][]string) {
	header = []string{"model", "RMSE", "MAE", "R²"}
	if rows[0].Classification != nil {
		header = []string{"model", "accuracy"}
		if averages {
			header = append(header, "macro F1", "balanced accuracy")
		}
	}
	known := slices.ContainsFunc(rows, func(b Baseline) bool { return b.Inputs > 0 })
	if known {
		header = slices.Insert(header, 1, "features")
	}
	for _, r := range rows {
		line := append([]string{r.label()}, r.values()...)
		if rows[0].Classification != nil {
			line = []string{r.label(), r.shown()}
			if averages {
				line = append(line, r.averages()...)
			}
		}
		if known {
			line = slices.Insert(line, 1, r.given())
		}
		cells = append(cells, append(line, strconv.Itoa(r.Parameters), seconds(r.TrainSeconds)))
	}
	return header, cells
}

// averages are the macro F1 and the balanced accuracy, or dashes.
func (s Scores) averages() []string {
	if s.Classification == nil {
		return []string{"-", "-"}
	}
	return []string{score(s.MacroF1), score(s.BalancedAccuracy)}
}

// notes explain the table of the comparison.
func (s *Summary) notes() []string {
	var out []string
	for _, b := range s.Baselines {
		if b.Features == compare.ModelFeatures {
			out = append(out, "Baselines are fitted on all columns, and again on the quantum model's features.")
			break
		}
	}
	for _, b := range s.Baselines {
		if b.Sampled {
			out = append(out, fmt.Sprintf("Where rows are given, the model was fitted on a random sample of so many of the %d training samples.", s.Data.Train))
			break
		}
	}
	return out
}

// tests are the tests of the run against other models: the best baseline, then
// those that were named.
func (s *Summary) tests() []compare.Verdict {
	if s.Verdict == nil {
		return s.Against
	}
	return append([]compare.Verdict{*s.Verdict}, s.Against...)
}

// verdicts are the sentences of the tests.
func (s *Summary) verdicts() []string {
	var out []string
	for _, v := range s.tests() {
		out = append(out, v.String())
	}
	return out
}
