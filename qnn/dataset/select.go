package dataset

import (
	"cmp"
	"context"
	"fmt"
	"math"
	"slices"
)

// Scorer tells how much each column of the rows x says about their labels y: one
// number a column, finite, the larger the more. Labels are class indices below classes,
// or values when classes is 0. It returns the error of a context that has ended.
type Scorer func(ctx context.Context, x [][]float64, y []float64, classes int) ([]float64, error)

// Select keeps the K columns with the highest scores, as they are.
type Select struct {
	// K is the number of columns to keep; zero means all, and Fit sets it.
	K int `json:"k"`
	// By is the name of the score, such as "mutual-information"; Fit sets an empty one
	// to that.
	By string `json:"by"`
	// Score computes the scores when the step is fitted; nil stands for
	// MutualInformation. It is no part of files.
	Score Scorer `json:"-"`
	// Scores holds the score of each input column.
	Scores []float64 `json:"scores"`
	// Kept holds the columns that are kept, by falling score; of equal ones the first.
	Kept []int `json:"kept"`
}

// Kind returns "select".
func (*Select) Kind() string { return "select" }

func (s *Select) fit(ctx context.Context, in []Column, x [][]float64, l labels) error {
	if err := needNumeric(in); err != nil {
		return err
	}
	if err := l.d.Validate(); err != nil {
		return err
	}
	var err error
	if s.K, err = components(s.K, len(in), fmt.Sprintf("%d columns", len(in))); err != nil {
		return err
	}
	score := s.Score
	if score == nil {
		score, s.By = MutualInformation, ByMutualInformation
	}
	if s.Scores, err = score(ctx, x, l.d.Y, len(l.d.Classes)); err != nil {
		return fmt.Errorf("scores by %s: %w", s.By, err)
	}
	if err := checkNumbers("scores", s.Scores, len(in)); err != nil {
		return err
	}
	order := make([]int, len(in))
	for j := range order {
		order[j] = j
	}
	slices.SortStableFunc(order, func(a, b int) int { return cmp.Compare(s.Scores[b], s.Scores[a]) })
	s.Kept = order[:s.K]
	return nil
}

func (s *Select) output(in []Column) ([]Column, error) {
	if err := needNumeric(in); err != nil {
		return nil, err
	}
	if err := checkNumbers("scores", s.Scores, len(in)); err != nil {
		return nil, err
	}
	if s.K < 1 || s.K > len(in) || len(s.Kept) != s.K {
		return nil, fmt.Errorf("%w: %d of %d columns kept, %d given", ErrPipeline, s.K, len(in), len(s.Kept))
	}
	out := make([]Column, s.K)
	seen := make([]bool, len(in))
	for i, j := range s.Kept {
		if j < 0 || j >= len(in) || seen[j] {
			return nil, fmt.Errorf("%w: column %d is kept, of %d and each once", ErrPipeline, j, len(in))
		}
		seen[j] = true
		out[i] = in[j]
	}
	return out, nil
}

func (s *Select) apply(dst, src []float64, _ []Column) error {
	for i, j := range s.Kept {
		dst[i] = src[j]
	}
	return nil
}

// Reduction describes the step of a fitted pipeline that makes few features of many
// columns.
type Reduction struct {
	Name     string   // "pca", "pls", "lda", or the name of a selection's score
	Columns  []string // what it reads
	Features []string // what it makes
	// Loadings holds a row of weights for each feature, one a column; nil for a selection.
	Loadings [][]float64
	// Scores holds the score of each column; nil but for a selection.
	Scores []float64
	// Variance is the share of the variance that PCA keeps, in (0, 1]; 0 for others.
	Variance float64
}

// Reduction returns the last reducer of the pipeline; ok is false without one and before
// Fit. Its slices are the caller's to read.
func (p *Pipeline) Reduction() (r Reduction, ok bool) {
	stages, err := p.stages()
	if err != nil {
		return r, false
	}
	for i, s := range p.Steps {
		step := Reduction{Name: s.Kind(), Columns: names(stages[i]), Features: names(stages[i+1])}
		switch s := s.(type) {
		case *PCA:
			step.Loadings = s.Components
			for _, v := range s.Explained {
				step.Variance += v
			}
			step.Variance = math.Min(step.Variance, 1)
		case *PLS:
			step.Loadings = s.Components
		case *LDA:
			step.Loadings = s.Components
		case *Select:
			step.Name, step.Scores = s.By, s.Scores
		default:
			continue
		}
		r, ok = step, true
	}
	return r, ok
}

func names(columns []Column) []string {
	out := make([]string, len(columns))
	for i, c := range columns {
		out[i] = c.Name
	}
	return out
}
