package search

import (
	"context"
	"errors"
	"fmt"
	"math"
	"slices"

	"github.com/qnn-go/qnn/internal/parallel"

	"github.com/qnn-go/qnn/circuits/ansatz"
	"github.com/qnn-go/qnn/qnn"
	"github.com/qnn-go/qnn/qnn/dataset"
)

// fold is one part of the samples to measure on, and the others to train on.
type fold struct {
	train, test *dataset.Dataset
	baseline    float64
}

// split makes the folds; when classes are too small for them, fewer, and when they are
// too small for two, none, with the reason.
func (s *search) split(ctx context.Context, d *dataset.Dataset) error {
	most, folds := s.Samples, s.Folds
	if most == 0 {
		most = defaultSamples
	}
	if folds == 0 {
		folds = defaultFolds
	}
	chosen, err := sample(d, most, s.Seed)
	if err != nil {
		return err
	}
	for k := folds; k >= 2; k-- {
		parts, err := dataset.KFold(chosen, k, s.Seed)
		if errors.Is(err, dataset.ErrTooFew) {
			continue
		}
		if err != nil {
			return err
		}
		for _, p := range parts {
			f := fold{train: chosen.Subset(p.Train), test: chosen.Subset(p.Test)}
			f.baseline = baseline(f.train, f.test)
			s.folds = append(s.folds, f)
		}
		s.result.Folds, s.result.Samples = k, chosen.Len()
		return ctx.Err()
	}
	s.result.Why = "a class has too few samples for folds"
	return nil
}

// try measures candidates on all folds, side by side, and keeps the best of them and of
// those before. A candidate whose reducer does not fit its data is left out, or tried with
// the features that there are.
func (s *search) try(ctx context.Context, candidates []Choice) error {
	type job struct {
		score float64
		err   error
	}
	jobs := make([]job, len(candidates)*len(s.folds))
	err := parallel.For(ctx, len(jobs), func(i int) error {
		j := &jobs[i]
		j.score, j.err = s.measure(ctx, candidates[i/len(s.folds)], s.folds[i%len(s.folds)], uint64(i%len(s.folds)))
		return nil // an error may mean fewer features
	})
	if err != nil {
		return err
	}
	var narrower []Choice
	for i, c := range candidates {
		t := Trial{Choice: c}
		for _, j := range jobs[i*len(s.folds) : (i+1)*len(s.folds)] {
			if j.err != nil {
				less, err := s.fewer(c, j.err)
				if err != nil {
					return fmt.Errorf("trying %v: %w", c, err)
				}
				narrower = appendNew(narrower, less)
				t.Scores = nil
				break
			}
			t.Scores = append(t.Scores, j.score)
			t.Mean += j.score / float64(len(s.folds))
		}
		if t.Scores != nil {
			s.take(t)
		}
	}
	if len(narrower) > 0 {
		return s.try(ctx, narrower)
	}
	return nil
}

// take records a trial and keeps its choice if it is the best so far.
func (s *search) take(t Trial) {
	if len(s.result.Trials) == 0 || t.Mean > s.best {
		s.result.Best, s.best = t.Choice, t.Mean
	}
	s.result.Trials = append(s.result.Trials, t)
	if s.Observe != nil {
		s.Observe(t)
	}
}

// fewer returns, for a candidate that failed because the rows of a fold do not have that
// many features of its kind, the candidate with as many as they have; none for one that
// does not fit them at all. Other errors are returned.
func (s *search) fewer(c Choice, err error) ([]Choice, error) {
	if !errors.Is(err, dataset.ErrPipeline) || s.Fixed.Reduce != "" && s.Fixed.Features > 0 {
		return nil, err
	}
	components, ok := errors.AsType[*dataset.ComponentsError](err)
	if !ok || components.Most < s.least() || s.Fixed.Features > 0 {
		return nil, nil
	}
	c.Features = components.Most
	return []Choice{s.fixed(c)}, nil
}

// appendNew appends the choices that are not there yet.
func appendNew(to, choices []Choice) []Choice {
	for _, c := range choices {
		if !slices.Contains(to, c) {
			to = append(to, c)
		}
	}
	return to
}

// measure trains a candidate on a fold and returns the share of the loss that it explains
// on the rest.
func (s *search) measure(ctx context.Context, c Choice, f fold, stream uint64) (float64, error) {
	step, err := Reducer(c.Reduce, c.Features, s.columns, s.Importance)
	if err != nil {
		return 0, err
	}
	p := &dataset.Pipeline{Steps: append(Numeric(f.train.Columns, s.MaxLevels), &dataset.Standard{})}
	if step != nil {
		p.Steps = append(p.Steps, step)
	}
	p.Steps = append(p.Steps, Scaled(s.encoding)...)
	if err := p.Fit(ctx, f.train); err != nil {
		return 0, err
	}
	circuit, err := ansatz.Build(ansatz.Config{
		Features: c.Features, Qubits: c.Qubits, Encoding: s.encoding.Name, Ansatz: c.Ansatz, Layers: c.Layers, Entanglement: s.Entanglement,
	})
	if err != nil {
		return 0, err
	}
	m, err := qnn.New(qnn.Config{
		Circuit: circuit, Classes: f.train.Classes, Target: f.train.Target, Pipeline: p,
		Amplitude: s.encoding.Preprocesses(), Seed: s.Seed + stream,
	})
	if err != nil {
		return 0, err
	}
	t := trainer(s.Seed)
	state, err := t.Fit(ctx, m, f.train, f.test)
	if err != nil {
		return 0, err
	}
	if math.IsNaN(state.Best.Loss) || math.IsInf(state.Best.Loss, 0) || f.baseline == 0 {
		return 0, nil
	}
	return 1 - state.Best.Loss/f.baseline, nil
}
