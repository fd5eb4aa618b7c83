package classical

import (
	"context"
	"fmt"
	"math"

	"gonum.org/v1/gonum/floats"
	"gonum.org/v1/gonum/mat"
	"gonum.org/v1/gonum/stat"
)

// Linear is linear least squares for regression: weights w and an unpenalised
// intercept b that minimise
//
//	Σ(w·x + b − y)² + Alpha·‖w‖².
//
// It is solved by the singular value decomposition of the centred features.
// Without a penalty, collinear features share the weight of least norm. The
// zero value is ordinary least squares.
type Linear struct {
	// Alpha is the strength of the penalty, ≥ 0; 0 means none.
	Alpha float64

	fit *linearFit
}

// linearFit is a solution.
type linearFit struct {
	weights   []float64
	intercept float64
}

// Name returns "linear" without a penalty and "ridge" with one.
func (l *Linear) Name() string {
	if l.Alpha == 0 {
		return "linear"
	}
	return "ridge"
}

// Fit solves the least squares problem.
//
// Errors: those of bad data, ErrConfig, ErrNotConverged and the context's.
func (l *Linear) Fit(ctx context.Context, x [][]float64, y []float64) error {
	t, err := newTable(l.Name(), x, y, true)
	if err != nil {
		return err
	}
	if !(l.Alpha >= 0) || math.IsInf(l.Alpha, 0) {
		return fmt.Errorf("classical: %s: Alpha is %v: %w; use a number ≥ 0", l.Name(), l.Alpha, ErrConfig)
	}
	if err := ctx.Err(); err != nil {
		return err
	}
	n, d := t.size()
	z := dense(t.x)
	mean := make([]float64, d)
	column := make([]float64, n)
	for j := range d {
		mat.Col(column, j, z)
		mean[j] = stat.Mean(column, nil)
		if floats.Min(column) == floats.Max(column) {
			mean[j] = column[0] // rounding must not make it vary
		}
		floats.AddConst(-mean[j], column)
		z.SetCol(j, column)
	}
	level := stat.Mean(t.y, nil)
	copy(column, t.y)
	floats.AddConst(-level, column)

	var weights []float64
	var failed error
	if err := interruptible(ctx, func() { weights, failed = l.solve(z, column) }); err != nil {
		return err
	}
	if failed != nil {
		return failed
	}
	l.fit = &linearFit{weights: weights, intercept: level - floats.Dot(weights, mean)}
	return nil
}

// solve returns V·diag(s/(s²+Alpha))·Uᵀ·y for z = U·diag(s)·Vᵀ, leaving out
// singular values that rounding cannot tell from zero.
func (l *Linear) solve(z *mat.Dense, y []float64) ([]float64, error) {
	n, d := z.Dims()
	var svd mat.SVD
	if !svd.Factorize(z, mat.SVDThin) {
		return nil, fmt.Errorf("classical: %s: singular values: %w; standardise the features", l.Name(), ErrNotConverged)
	}
	var u, v mat.Dense
	svd.UTo(&u)
	svd.VTo(&v)
	weights := make([]float64, d)
	s := svd.Values(nil)
	floor := s[0] * 0x1p-52 * float64(max(n, d))
	for k, sk := range s {
		if sk <= floor {
			break
		}
		along := mat.Dot(u.ColView(k), mat.NewVecDense(n, y))
		along *= sk / (sk*sk + l.Alpha)
		for j := range weights {
			weights[j] += along * v.At(j, k)
		}
	}
	return weights, nil
}

// Predict returns w·x + b of each row.
//
// Errors: ErrNotFitted, ErrDimension, ErrValue and the context's.
func (l *Linear) Predict(ctx context.Context, x [][]float64) ([]float64, error) {
	if l.fit == nil {
		return nil, notFitted(l.Name())
	}
	if err := checkRows(l.Name(), x, len(l.fit.weights)); err != nil {
		return nil, err
	}
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	got := make([]float64, len(x))
	for i, row := range x {
		got[i] = floats.Dot(l.fit.weights, row) + l.fit.intercept
	}
	return got, nil
}

// Parameters returns the weights and the intercept, d+1.
func (l *Linear) Parameters() int {
	if l.fit == nil {
		return 0
	}
	return len(l.fit.weights) + 1
}
