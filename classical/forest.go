package classical

import (
	"context"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"

	"github.com/qnn-go/qnn/internal/parallel"

	"gonum.org/v1/gonum/floats"
)

// Forest is a random forest: Trees decision trees, each grown to pure leaves on
// a bootstrap sample of the rows, splitting by the Gini impurity or for
// regression by the variance, on the best of Features features drawn for each
// split. It predicts the class of the largest mean leaf frequency, of equals the
// lowest, or the mean leaf value. Trees are built in parallel; tree i draws from
// PCG(Seed, i), so the forest does not depend on the number of threads. The
// zero value is a classifier with the defaults of scikit-learn.
//
// Source: L. Breiman, Mach. Learn. 45 (2001) 5, doi:10.1023/A:1010933404324.
type Forest struct {
	// Trees is their number; 0 means 100.
	Trees int
	// Features is how many of the d features are tried for a split, more only
	// while all of them are constant; 0 means ⌊√d⌋ for classes and d for values.
	Features int
	// Regression makes y values instead of classes.
	Regression bool
	// Seed drives bootstrap and features.
	Seed uint64

	fit *forestFit
}

// forestFit is a grown forest.
type forestFit struct {
	labels      []float64 // nil for regression
	features    int
	trees       []tree
	importances []float64
}

// Name returns "forest".
func (*Forest) Name() string { return "forest" }

// Fit grows the trees on all processors.
//
// Errors: those of bad data, ErrOneClass, ErrConfig and the context's.
func (f *Forest) Fit(ctx context.Context, x [][]float64, y []float64) error {
	t, err := newTable(f.Name(), x, y, f.Regression)
	if err != nil {
		return err
	}
	trees, err := count(f.Name(), "Trees", f.Trees, 100)
	if err != nil {
		return err
	}
	n, d := t.size()
	standard := d
	if !f.Regression {
		standard = int(math.Sqrt(float64(d)))
	}
	tried, err := count(f.Name(), "Features", f.Features, standard)
	if err != nil {
		return err
	}
	if tried > d {
		return fmt.Errorf("classical: %s: Features is %d of %d: %w; lower it, or use 0 for %d", f.Name(), tried, d, ErrConfig, standard)
	}
	fit := &forestFit{labels: t.labels, features: d, trees: make([]tree, trees)}
	decreases, ranks := make([][]float64, trees), ranksOf(ctx, t.x)
	err = parallel.Each(ctx, trees, 0, func() *grower { return newGrower(t, ranks, tried) }, func(g *grower, i int) error {
		rng := rand.New(rand.NewPCG(f.Seed, uint64(i)))
		rows := make([]int, n)
		for k := range rows {
			rows[k] = rng.IntN(n)
		}
		fit.trees[i] = g.grow(ctx, rng, rows)
		decreases[i] = slices.Clone(g.decrease)
		return nil
	})
	if err != nil {
		return err
	}
	fit.importances = importances(decreases, d)
	f.fit = fit
	return nil
}

// importances is the mean of the trees' decreases, each of sum 1, and itself of sum 1. A
// tree without a split, and a forest of such, has none.
func importances(decreases [][]float64, features int) []float64 {
	out := make([]float64, features)
	for _, d := range decreases {
		if total := floats.Sum(d); total > 0 {
			floats.AddScaled(out, 1/total, d)
		}
	}
	if total := floats.Sum(out); total > 0 {
		floats.Scale(1/total, out)
	}
	return out
}

// Importances returns the share of each feature in the decrease of impurity by all splits
// of the trees, weighted by the rows that they part: numbers of sum 1, or all 0 when there
// was nothing to split; nil before Fit. It is the feature_importances_ of scikit-learn.
func (f *Forest) Importances() []float64 {
	if f.fit == nil {
		return nil
	}
	return slices.Clone(f.fit.importances)
}

// Predict averages the trees for each row.
//
// Errors: ErrNotFitted, ErrDimension, ErrValue and the context's.
func (f *Forest) Predict(ctx context.Context, x [][]float64) ([]float64, error) {
	if f.fit == nil {
		return nil, notFitted(f.Name())
	}
	if err := checkRows(f.Name(), x, f.fit.features); err != nil {
		return nil, err
	}
	got := make([]float64, len(x))
	votes := make([]float64, max(1, len(f.fit.labels)))
	for i, row := range x {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		clear(votes)
		for _, t := range f.fit.trees {
			leaf := t.leaf(row)
			if f.fit.labels == nil {
				votes[0] += leaf.value
				continue
			}
			for c, p := range leaf.frequency {
				votes[c] += p
			}
		}
		if f.fit.labels == nil {
			got[i] = votes[0] / float64(len(f.fit.trees))
		} else {
			got[i] = f.fit.labels[largest(votes)]
		}
	}
	return got, nil
}

// Parameters counts two numbers a split, feature and threshold, and one a leaf.
func (f *Forest) Parameters() int {
	if f.fit == nil {
		return 0
	}
	total := 0
	for _, t := range f.fit.trees {
		total += 2*(len(t)/2) + (len(t)+1)/2
	}
	return total
}
