package dataset

import (
	"context"
	"fmt"
	"math"

	"gonum.org/v1/gonum/mat"
)

// LDA projects rows on the K directions of linear discriminant analysis: those along
// which the means of the classes lie furthest apart in units of the spread within them,
// generalised eigenvectors of B·v = λ·W·v with vᵀWv = 1. W and B are the covariances
// within and between the classes (divisor n), each shrunk towards a multiple of the
// identity: (1 − s)·C + s·(tr C/columns)·I, so that W can be inverted where there are
// more columns than samples. The output is Components·(x − Mean), which is, up to signs
// and the mean, the transform of scikit-learn's LinearDiscriminantAnalysis with solver
// "eigen" and a number as shrinkage.
//
// Source: C. R. Rao, J. R. Stat. Soc. B 10 (1948) 159; the shrinkage of LedoitWolf is
// that of O. Ledoit, M. Wolf, J. Multivar. Anal. 88 (2004) 365,
// doi:10.1016/S0047-259X(03)00096-4.
type LDA struct {
	// K is the number of directions, less than the number of classes; zero means as many
	// as possible, and Fit sets it.
	K int `json:"k"`
	// Shrinkage is s, in [0, 1].
	Shrinkage float64 `json:"shrinkage"`
	// LedoitWolf makes Fit set Shrinkage from the rows, each taken relative to the mean
	// of its class.
	LedoitWolf bool `json:"ledoit_wolf"`
	// Mean is the mean of each input column.
	Mean []float64 `json:"mean"`
	// Components holds K rows by falling λ; in each the weight of largest magnitude (the
	// first for a tie) is positive.
	Components [][]float64 `json:"components"`
}

// Kind returns "lda".
func (*LDA) Kind() string { return "lda" }

func (s *LDA) fit(ctx context.Context, in []Column, x [][]float64, l labels) error {
	if err := s.check(in, len(x), l); err != nil {
		return err
	}
	means, err := meansOf(ctx, x, len(in))
	if err != nil {
		return err
	}
	z, basis, err := coordinates(centred(x, means))
	if err != nil {
		return err
	}
	within, between := l.scatter(z)
	if s.LedoitWolf {
		s.Shrinkage = ledoitWolf(within, len(in))
	}
	n := float64(len(x))
	var w, b mat.SymDense
	w.SymOuterK(1/n, within.T())
	b.SymOuterK(1/n, between.T())
	shrink(&w, s.Shrinkage, len(in))
	shrink(&b, s.Shrinkage, len(in))
	if err := ctx.Err(); err != nil {
		return err
	}
	directions, err := discriminants(&b, &w, s.K)
	if err != nil {
		return err
	}
	s.Mean, s.Components = means, make([][]float64, s.K)
	for k := range s.K {
		s.Components[k] = direction(mat.Col(nil, k, directions), basis, len(in))
	}
	return nil
}

// check refuses what has no discriminants, and settles the number of components.
func (s *LDA) check(in []Column, rows int, l labels) error {
	if err := needNumeric(in); err != nil {
		return err
	}
	if err := l.d.Validate(); err != nil {
		return err
	}
	if l.d.Regression() {
		return fmt.Errorf("%w: discriminants separate classes, and the labels are values: %w", ErrPipeline, ErrNoClasses)
	}
	if !(s.Shrinkage >= 0 && s.Shrinkage <= 1) {
		return fmt.Errorf("%w: shrinkage %v is not in [0, 1]", ErrPipeline, s.Shrinkage)
	}
	present := 0
	for _, n := range l.d.ClassCounts() {
		if n > 0 {
			present++
		}
	}
	var err error
	if s.K, err = components(s.K, min(len(in), present-1), fmt.Sprintf("%d columns and %d classes", len(in), present)); err != nil {
		return err
	}
	if n := min(len(in), rows); n > maxDiscriminantColumns {
		return fmt.Errorf("%w: discriminants of %d columns and %d samples: %w, over %d of both. Use partial least squares",
			ErrPipeline, len(in), rows, ErrTooLarge, maxDiscriminantColumns)
	}
	return checkRoom(3*rows, len(in))
}

// direction is a discriminant in terms of the columns, with its sign settled; basis is that
// of the coordinates it is in, nil where these are the columns.
func direction(v []float64, basis *mat.Dense, columns int) []float64 {
	if basis != nil {
		full := mat.NewVecDense(columns, nil)
		full.MulVec(basis, mat.NewVecDense(len(v), v))
		v = full.RawVector().Data
	}
	orient(v)
	return v
}

// coordinates returns the centred rows of a in an orthonormal basis of the space that
// they span, and that basis as columns, when there are more columns than rows; else a
// itself and no basis. What lies outside of that space is no training row.
func coordinates(a *mat.Dense) (z, basis *mat.Dense, err error) {
	n, d := a.Dims()
	if d <= n {
		return a, nil, nil
	}
	var svd mat.SVD
	if !svd.Factorize(a, mat.SVDThin) {
		return nil, nil, fmt.Errorf("%w: the singular value decomposition does not converge", ErrPipeline)
	}
	basis = new(mat.Dense)
	svd.VTo(basis)
	z = new(mat.Dense)
	z.Mul(a, basis)
	return z, basis, nil
}

// scatter splits centred rows into their distances from the mean of their class, and
// those means.
func (l labels) scatter(z *mat.Dense) (within, between *mat.Dense) {
	n, d := z.Dims()
	counts := l.d.ClassCounts()
	means := mat.NewDense(len(counts), d, nil)
	for r := range n {
		row := means.RawRowView(int(l.d.Y[r]))
		for j, v := range z.RawRowView(r) {
			row[j] += v / float64(counts[int(l.d.Y[r])])
		}
	}
	within, between = mat.DenseCopyOf(z), mat.NewDense(n, d, nil)
	for r := range n {
		m := means.RawRowView(int(l.d.Y[r]))
		between.SetRow(r, m)
		row := within.RawRowView(r)
		for j := range row {
			row[j] -= m[j]
		}
	}
	return within, between
}

// ledoitWolf returns the shrinkage in [0, 1] that makes the mean square error of the
// covariance of the rows least, as estimated from them. The rows are centred and may be
// given in any orthonormal basis; columns is their number before.
func ledoitWolf(rows *mat.Dense, columns int) float64 {
	count, _ := rows.Dims()
	n, p := float64(count), float64(columns)
	var c mat.SymDense
	c.SymOuterK(1/n, rows.T())
	fourth := 0.0
	for r := range count {
		v := rows.RowView(r)
		square := mat.Dot(v, v)
		fourth += square * square
	}
	norm := mat.Norm(&c, 2)
	trace := mat.Trace(&c)
	delta := (norm*norm - trace*trace/p) / p
	beta := min((fourth/n-norm*norm)/(p*n), delta)
	if !(beta > 0) {
		return 0
	}
	return beta / delta
}

// shrink turns c, given in coordinates of a space of so many columns, into
// (1 − s)·c + s·(tr c/columns)·I.
func shrink(c *mat.SymDense, s float64, columns int) {
	ridge := s * mat.Trace(c) / float64(columns)
	c.ScaleSym(1-s, c)
	for j := range c.SymmetricDim() {
		c.SetSym(j, j, c.At(j, j)+ridge)
	}
}

// maxDiscriminantColumns bounds the matrices that LDA decomposes, which takes seconds and
// cannot be interrupted.
const maxDiscriminantColumns = 1024

// worstCondition is that of a covariance within classes that is still inverted.
const worstCondition = 1e12

// discriminants returns the eigenvectors v of the k largest λ in b·v = λ·w·v, as
// columns with vᵀwv = 1.
func discriminants(b, w *mat.SymDense, k int) (*mat.Dense, error) {
	var c mat.Cholesky
	if !c.Factorize(w) || c.Cond() > worstCondition {
		return nil, fmt.Errorf("%w: the columns depend on one another within the classes. Use shrinkage, or fewer columns", ErrPipeline)
	}
	var lower mat.TriDense
	c.LTo(&lower)
	// L⁻¹·b·L⁻ᵀ has the same λ, and eigenvectors Lᵀv.
	var half, whole mat.Dense
	if err := half.Solve(&lower, b); err != nil {
		return nil, fmt.Errorf("%w: %w", ErrPipeline, err)
	}
	if err := whole.Solve(&lower, half.T()); err != nil {
		return nil, fmt.Errorf("%w: %w", ErrPipeline, err)
	}
	n := b.SymmetricDim()
	symmetric := mat.NewSymDense(n, nil)
	for i := range n {
		for j := i; j < n; j++ {
			symmetric.SetSym(i, j, (whole.At(i, j)+whole.At(j, i))/2)
		}
	}
	var eigen mat.EigenSym
	if !eigen.Factorize(symmetric, true) {
		return nil, fmt.Errorf("%w: the eigenvalues of the discriminants do not converge", ErrPipeline)
	}
	var vectors, out mat.Dense
	eigen.VectorsTo(&vectors) // by rising eigenvalue
	chosen := mat.NewDense(n, k, nil)
	for i := range k {
		chosen.SetCol(i, mat.Col(nil, n-1-i, &vectors))
	}
	if err := out.Solve(lower.T(), chosen); err != nil {
		return nil, fmt.Errorf("%w: %w", ErrPipeline, err)
	}
	return &out, nil
}

func (s *LDA) output(in []Column) ([]Column, error) {
	if !(s.Shrinkage >= 0 && s.Shrinkage <= 1) || math.IsInf(s.Shrinkage, 0) {
		return nil, fmt.Errorf("%w: shrinkage %v is not in [0, 1]", ErrPipeline, s.Shrinkage)
	}
	return projection{s.Mean, s.Components}.check(s.K, in, "LD")
}

func (s *LDA) apply(dst, src []float64, _ []Column) error {
	projection{s.Mean, s.Components}.apply(dst, src)
	return nil
}
