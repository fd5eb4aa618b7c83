package dataset

import (
	"context"
	"fmt"
	"math"

	"gonum.org/v1/gonum/floats"
)

// PCA projects rows on the K directions of largest variance: Components·(x − Mean).
// It does not scale the columns; put Standard before it when their units differ.
//
// Small tables are decomposed by singular values, those of many rows and at most
// 256 columns by the eigenvectors of their covariance, and larger ones by subspace
// iteration from a fixed random start (Halko, Martinsson and Tropp, arXiv:0909.4061),
// whose cost is linear in the cells and whose shares of variance are right to about
// nine digits; equal rows always give equal components.
type PCA struct {
	// K is the number of components, at most the number of columns and of training
	// samples; zero means as many as possible, and Fit sets it.
	K int `json:"k"`
	// Mean is the mean of each input column.
	Mean []float64 `json:"mean"`
	// Components holds K orthonormal rows, by decreasing variance; in each the loading of
	// largest magnitude (the first for a tie) is positive.
	Components [][]float64 `json:"components"`
	// Explained is the share of the total variance that each component has, in [0, 1].
	Explained []float64 `json:"explained"`
}

// Kind returns "pca".
func (*PCA) Kind() string { return "pca" }

func (s *PCA) fit(ctx context.Context, in []Column, x [][]float64, _ labels) error {
	if err := needNumeric(in); err != nil {
		return err
	}
	var err error
	if s.K, err = components(s.K, min(len(in), len(x)), fmt.Sprintf("%d columns and %d samples", len(in), len(x))); err != nil {
		return err
	}
	if s.Mean, err = meansOf(ctx, x, len(in)); err != nil {
		return err
	}
	found, err := principal(ctx, x, s.Mean, s.K)
	if err != nil {
		return err
	}
	if !(found.total > 0) {
		return fmt.Errorf("%w: all rows are equal: there is no direction of largest variance", ErrPipeline)
	}
	s.Components, s.Explained = found.vectors[:s.K], make([]float64, s.K)
	for k, c := range s.Components {
		orient(c)
		s.Explained[k] = found.sums[k] / found.total
	}
	return nil
}

// orient makes the loading of largest magnitude positive.
func orient(loadings []float64) {
	largest := 0
	for j, v := range loadings {
		if math.Abs(v) > math.Abs(loadings[largest]) {
			largest = j
		}
	}
	if loadings[largest] < 0 {
		floats.Scale(-1, loadings)
	}
}

func (s *PCA) output(in []Column) ([]Column, error) {
	if err := checkNumbers("explained", s.Explained, s.K); err != nil {
		return nil, err
	}
	return projection{s.Mean, s.Components}.check(s.K, in, "PC")
}

func (s *PCA) apply(dst, src []float64, _ []Column) error {
	projection{s.Mean, s.Components}.apply(dst, src)
	return nil
}
