package compare

import (
	"context"
	"fmt"

	"github.com/qnn-go/qnn/qnn/dataset"
)

// Features says which columns a model was given.
type Features string

// What a baseline is fitted on.
const (
	AllColumns    Features = "all"   // every column of the table
	ModelFeatures Features = "model" // the features of the model that it is compared with
)

// Choice says how the best of several models was chosen.
type Choice string

// How the best baseline is chosen. Of equal scores the earlier in the list wins.
const (
	ByValidation Choice = "validation"       // score on the validation part
	ByFolds      Choice = "cross-validation" // mean score over folds of the training part
	ByOrder      Choice = "order"            // the first of the list, whatever its score
	ByTest       Choice = "test"             // score on the test part, which favours it
)

// selectionFolds is the number of folds of the training part on which the best
// baseline is chosen where there is no validation part.
const selectionFolds = 5

// Baselines are models that another one is compared with, on one split of a table.
// Rows are as they were read; each set of features has its own preprocessing, which
// is fitted on the training part alone.
type Baselines struct {
	Train, Test *dataset.Dataset
	// Validation is the part on which the best baseline is chosen. Nil means
	// cross-validation inside the training part.
	Validation *dataset.Dataset
	// All returns new steps that prepare all columns.
	All func() []dataset.Step
	// Model is fitted on the training part and gives the features of the model
	// under comparison, in the scale that baselines need. Where it is nil, or gives
	// as many features as All, the model has all columns and each baseline is
	// fitted once.
	Model *dataset.Pipeline
	// Models returns new models, not fitted yet, in the order of the results.
	Models func() []Estimator
	// Seed drives folds and samples.
	Seed uint64
	// Observe is called before each fit, if it is not nil.
	Observe func(Stage)
}

// Stage is a fit that is about to begin.
type Stage struct {
	Name         string
	Features     Features
	Inputs       int // features a sample
	Rows         int // samples to fit on
	Of           int // samples of the training part
	Index, Total int // its number, from 1, of all fits that have a result
}

// Failure is a baseline that has no result.
type Failure struct {
	Name     string
	Features Features
	Err      error
}

// Outcome is what the baselines achieve.
type Outcome struct {
	Results []Result // those on all columns first, each set in the order of Models
	Failed  []Failure
}

// Run fits the baselines on all columns and on the model's features, one after
// another, and measures each once on the test part. A baseline that fails is
// listed in Failed and the others go on. A training part of more rows than a
// Limited baseline takes is sampled.
//
// Results on all columns have a Selection: ByValidation with a
// validation part, else ByFolds over 5 folds of the training part, or as many as
// the rarest class has samples. With a class of one sample it is ByOrder, and only
// the first baseline has a Selection.
//
// Errors: ErrData, ErrName, those of preprocessing and the context's.
func (b *Baselines) Run(ctx context.Context) (Outcome, error) {
	var out Outcome
	parts := []*dataset.Dataset{b.Train, b.Test}
	if b.Validation != nil {
		parts = append(parts, b.Validation)
	}
	all, err := prepared(ctx, &dataset.Pipeline{Steps: b.All()}, b.Train, parts)
	if err != nil {
		return out, err
	}
	if err := checkNames(b.Models()); err != nil {
		return out, err
	}
	f := fits{b: b, out: &out, total: len(b.Models())}
	reduces := b.Model != nil && b.Model.Outputs() != len(all[0].Columns)
	if reduces {
		f.total *= 2
	}
	if b.Validation == nil {
		if f.folds, err = foldsOf(b.Train, b.Seed); err != nil {
			return out, err
		}
	}
	if err := f.run(ctx, AllColumns, all); err != nil || !reduces {
		return out, err
	}
	reduced, err := transformed(b.Model, parts[:2])
	if err != nil {
		return out, err
	}
	return out, f.run(ctx, ModelFeatures, reduced)
}

// prepared fits a pipeline on the training part and applies it to all parts.
func prepared(ctx context.Context, p *dataset.Pipeline, train *dataset.Dataset, parts []*dataset.Dataset) ([]*dataset.Dataset, error) {
	if err := p.Fit(ctx, train); err != nil {
		return nil, err
	}
	return transformed(p, parts)
}

// transformed applies a fitted pipeline to the parts.
func transformed(p *dataset.Pipeline, parts []*dataset.Dataset) ([]*dataset.Dataset, error) {
	out := make([]*dataset.Dataset, len(parts))
	for i, d := range parts {
		x, err := p.Transform(d.X)
		if err != nil {
			return nil, err
		}
		changed := *d
		changed.X, changed.Columns = x, p.OutputColumns()
		out[i] = &changed
	}
	return out, nil
}

// foldsOf divides the training part for the choice, or returns nil where its
// rarest class has one sample.
func foldsOf(train *dataset.Dataset, seed uint64) ([]dataset.Partition, error) {
	k := min(selectionFolds, train.Len())
	for _, n := range train.ClassCounts() {
		if n > 0 {
			k = min(k, n)
		}
	}
	if k < 2 {
		return nil, nil
	}
	return dataset.KFold(train, k, seed)
}

// fits runs the fits of a set of baselines.
type fits struct {
	b           *Baselines
	out         *Outcome
	folds       []dataset.Partition // nil with a validation part, or where there can be none
	done, total int
}

// choice says how the best is chosen.
func (f *fits) choice() Choice {
	switch {
	case f.b.Validation != nil:
		return ByValidation
	case f.folds != nil:
		return ByFolds
	}
	return ByOrder
}

// run fits every model on one set of features; parts are training, test and, if
// there is one, validation.
func (f *fits) run(ctx context.Context, features Features, parts []*dataset.Dataset) error {
	for i, m := range f.b.Models() {
		r, err := f.fit(ctx, m, features, parts)
		if err == nil && features == AllColumns {
			err = f.choose(ctx, &r, m, i, parts)
		}
		if ctx.Err() != nil {
			return ctx.Err()
		}
		if err != nil {
			f.out.Failed = append(f.out.Failed, Failure{m.Name(), features, err})
			continue
		}
		f.out.Results = append(f.out.Results, r)
	}
	return nil
}

// fit fits and measures one model.
func (f *fits) fit(ctx context.Context, m Estimator, features Features, parts []*dataset.Dataset) (Result, error) {
	train := limited(m, parts[0], f.b.Seed)
	f.done++
	if f.b.Observe != nil {
		f.b.Observe(Stage{m.Name(), features, len(train.Columns), train.Len(), parts[0].Len(), f.done, f.total})
	}
	results, err := Run(ctx, train, parts[1], []Estimator{m})
	if err != nil {
		return Result{}, err
	}
	r := results[0]
	r.Features, r.Inputs, r.Sampled = features, len(train.Columns), train.Len() < parts[0].Len()
	return r, nil
}

// choose sets the Selection of the i-th model, which is fitted on the training part.
func (f *fits) choose(ctx context.Context, r *Result, m Estimator, i int, parts []*dataset.Dataset) error {
	score := 0.0
	switch f.choice() {
	case ByValidation:
		v, err := Measure(ctx, m, parts[2])
		if err != nil {
			return err
		}
		score = v.Score()
	case ByFolds:
		mean, err := f.crossValidate(ctx, i)
		if err != nil {
			return err
		}
		score = mean
	default:
		if len(f.out.Results) > 0 {
			return nil
		}
	}
	r.Selection, r.SelectedBy = &score, f.choice()
	return nil
}

// crossValidate returns the mean score of the i-th model over the folds.
func (f *fits) crossValidate(ctx context.Context, i int) (float64, error) {
	sum := 0.0
	for _, fold := range f.folds {
		train, held := f.b.Train.Subset(fold.Train), f.b.Train.Subset(fold.Test)
		parts, err := prepared(ctx, &dataset.Pipeline{Steps: f.b.All()}, train, []*dataset.Dataset{train, held})
		if err != nil {
			return 0, err
		}
		m := f.b.Models()[i]
		results, err := Run(ctx, limited(m, parts[0], f.b.Seed), parts[1], []Estimator{m})
		if err != nil {
			return 0, err
		}
		sum += results[0].Score()
	}
	return sum / float64(len(f.folds)), nil
}

// checkNames reports two models of one name.
func checkNames(models []Estimator) error {
	seen := make(map[string]bool)
	for _, m := range models {
		if seen[m.Name()] {
			return fmt.Errorf("compare: %w %q is used twice; give each model its own", ErrName, m.Name())
		}
		seen[m.Name()] = true
	}
	return nil
}
