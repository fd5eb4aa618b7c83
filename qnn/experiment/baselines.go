package experiment

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/qnn-go/qnn/classical"
	"github.com/qnn-go/qnn/internal/suggest"
	"github.com/qnn-go/qnn/qnn/compare"
	"github.com/qnn-go/qnn/qnn/dataset"
	"github.com/qnn-go/qnn/qnn/report"
)

// Baselines are the names of the classical models to compare with, or [AllBaselines] or
// [NoBaselines] alone.
type Baselines []string

// The words of Baselines that are no model.
const (
	AllBaselines = "all"
	NoBaselines  = "none"
)

// BaselineNames are the classical models of both tasks.
func BaselineNames() []string {
	names := classical.Names(false)
	for _, name := range classical.Names(true) {
		if !slices.Contains(names, name) {
			names = append(names, name)
		}
	}
	return names
}

// Check refuses names that no task knows. It does not look at the data.
func (b Baselines) Check() error {
	known := append([]string{AllBaselines, NoBaselines}, BaselineNames()...)
	for _, name := range b {
		if !slices.Contains(known, name) {
			return refuse("{baselines} %s", suggest.Unknown("baseline", name, known))
		}
		if len(b) > 1 && (name == AllBaselines || name == NoBaselines) {
			return refuse("{baselines %s}: %s stands alone. Give names, or %s", strings.Join(b, ","), name, name)
		}
	}
	if len(b) == 0 {
		return refuse("{baselines} is empty. Give names, all or none")
	}
	return nil
}

// For are the models to fit for a task, in the order of a report.
func (b Baselines) For(regression bool) ([]string, error) {
	known := classical.Names(regression)
	switch {
	case slices.Contains(b, NoBaselines):
		return nil, nil
	case slices.Contains(b, AllBaselines):
		return known, nil
	}
	for _, name := range b {
		if !slices.Contains(known, name) {
			task := map[bool]string{false: "classes", true: "numbers"}
			return nil, refuse("{baselines %s} is for %s, and the labels are %s. Choose from %s", name, task[!regression], task[regression], strings.Join(known, ", "))
		}
	}
	return slices.DeleteFunc(known, func(name string) bool { return !slices.Contains(b, name) }), nil
}

// Baselines trains the classical models on the same training part: on all columns, and
// on the model's features where these are fewer. A model that fails is left out with a
// remark.
func (e *Experiment) Baselines(ctx context.Context, which Baselines, o Observer) ([]compare.Result, error) {
	names, err := which.For(e.Data.Regression())
	if err != nil || len(names) == 0 {
		return nil, err
	}
	b := compare.Baselines{
		Train: e.Train, Validation: e.Validation, Test: e.Test,
		All: func() []dataset.Step { return append(e.plainSteps(), &dataset.Standard{}) }, Model: e.Scaled,
		Models: func() []compare.Estimator {
			var models []compare.Estimator
			for _, m := range classical.Baselines(e.Data.Regression(), e.Settings.Seed) {
				if slices.Contains(names, m.Name()) {
					models = append(models, m)
				}
			}
			return models
		},
		Seed: e.Settings.Seed, Observe: func(s compare.Stage) {
			if o.Baseline != nil {
				o.Baseline(s)
			}
		},
	}
	out, err := b.Run(ctx)
	o.stage("")
	for _, f := range out.Failed {
		o.remark(fmt.Sprintf("baseline %s on %s is left out: %v", f.Name, FeatureWords(f.Features), f.Err))
	}
	return out.Results, err
}

// FeatureWords says which features a baseline gets.
func FeatureWords(f compare.Features) string {
	if f == compare.ModelFeatures {
		return "the model's features"
	}
	return "all columns"
}

// AddBaselines puts the results of the classical models and the test of the model's
// own result against the best of them into the summary.
func AddBaselines(s *report.Summary, test *dataset.Dataset, own compare.Result, results []compare.Result) error {
	s.Baselines = append(s.Baselines, report.NewBaselines(results)...)
	if !slices.ContainsFunc(results, func(r compare.Result) bool { return r.Features == compare.AllColumns }) {
		return nil // all of them failed
	}
	verdict, err := compare.Against(test.Y, append([]compare.Result{own}, results...), own.Name)
	s.Verdict = &verdict
	return err
}
