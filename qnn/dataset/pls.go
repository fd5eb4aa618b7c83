package dataset

import (
	"context"
	"fmt"
	"math"

	"gonum.org/v1/gonum/floats"
	"gonum.org/v1/gonum/mat"
)

// PLS projects rows on the K directions of partial least squares: those along which the
// columns vary most together with the labels. Each direction w is the unit vector of
// largest covariance ‖YᵀXw‖, after which its score t = Xw is taken out of X and Y
// (NIPALS). Columns and targets are centred and divided by their sample deviations
// (divisor n − 1; a constant one by 1); classes are one-hot targets. The output is the
// scores, T = X·W(PᵀW)⁻¹, written as Components·(x − Mean), which is the transform of
// scikit-learn's PLSRegression up to signs.
//
// Source: S. Wold, M. Sjöström, L. Eriksson, Chemom. Intell. Lab. Syst. 58 (2001) 109,
// doi:10.1016/S0169-7439(01)00155-1.
type PLS struct {
	// K is the number of components, at most the number of directions that vary with
	// the labels; zero means as many as possible, and Fit sets it.
	K int `json:"k"`
	// Mean is the mean of each input column.
	Mean []float64 `json:"mean"`
	// Components holds K rows of weights, the rotations divided by the deviations of
	// their columns, in the order in which they are found; in each the weight of largest
	// magnitude (the first for a tie) is positive.
	Components [][]float64 `json:"components"`
}

// Kind returns "pls".
func (*PLS) Kind() string { return "pls" }

func (s *PLS) fit(ctx context.Context, in []Column, x [][]float64, l labels) error {
	if err := needNumeric(in); err != nil {
		return err
	}
	targets, err := l.targets()
	if err != nil {
		return err
	}
	if err := checkRoom(len(x), len(in)); err != nil {
		return err
	}
	a, means, scale, err := standardised(ctx, x, len(in))
	if err != nil {
		return err
	}
	b, _, _, err := standardised(ctx, targets, len(targets[0]))
	if err != nil {
		return err
	}
	most := min(len(in), max(1, len(x)-1))
	if s.K > most || s.K < 0 {
		_, err := components(s.K, most, fmt.Sprintf("%d columns and %d samples", len(in), len(x)))
		return err
	}
	wanted := most
	if s.K > 0 {
		wanted = s.K
	}
	rotations, err := nipals(ctx, a, b, wanted)
	if err != nil {
		return err
	}
	if s.K, err = components(s.K, len(rotations), "no other direction of the columns varies with the labels"); err != nil {
		return err
	}
	for _, r := range rotations {
		floats.Div(r, scale)
		orient(r)
	}
	s.Mean, s.Components = means, rotations
	return nil
}

func (s *PLS) output(in []Column) ([]Column, error) {
	return projection{s.Mean, s.Components}.check(s.K, in, "PLS")
}

func (s *PLS) apply(dst, src []float64, _ []Column) error {
	projection{s.Mean, s.Components}.apply(dst, src)
	return nil
}

// standardised returns the rows with each column shifted by its mean and divided by its
// sample deviation, and both. A column that is constant up to rounding becomes 0, with
// deviation 1.
func standardised(ctx context.Context, x [][]float64, columns int) (a *mat.Dense, means, scale []float64, err error) {
	n := len(x)
	if means, err = meansOf(ctx, x, columns); err != nil {
		return nil, nil, nil, err
	}
	a = centred(x, means)
	scale = make([]float64, columns)
	column := make([]float64, n)
	for j := range scale {
		for r, row := range x {
			column[r] = row[j]
		}
		d, constant := spread(column, means[j])
		if constant {
			scale[j] = 1
			a.SetCol(j, make([]float64, n))
			continue
		}
		scale[j] = d * math.Sqrt(float64(n)/float64(n-1))
		for r := range n {
			a.Set(r, j, a.At(r, j)/scale[j])
		}
	}
	return a, means, scale, nil
}

// plsTolerance is the share of the first covariance, or of the size of the columns,
// below which a direction is rounding.
const plsTolerance = 1e-10

// nipals returns the rotations W(PᵀW)⁻¹ of at most k directions, as rows; fewer when no
// covariance is left. It overwrites x and y, whose columns are centred.
func nipals(ctx context.Context, x, y *mat.Dense, k int) ([][]float64, error) {
	n, d := x.Dims()
	_, targets := y.Dims()
	var rotations, loadings [][]float64
	first, size := 0.0, mat.Norm(x, 2)
	for range k {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		w, covariance, err := covaryingDirection(x, y)
		if err != nil {
			return nil, err
		}
		if first == 0 {
			first = covariance
		}
		if !(covariance > plsTolerance*first) {
			break
		}
		t := mat.NewVecDense(n, nil)
		t.MulVec(x, mat.NewVecDense(d, w))
		square := mat.Dot(t, t)
		if !(math.Sqrt(square) > plsTolerance*size) {
			break
		}
		p, q := mat.NewVecDense(d, nil), mat.NewVecDense(targets, nil)
		p.MulVec(x.T(), t)
		p.ScaleVec(1/square, p)
		q.MulVec(y.T(), t)
		q.ScaleVec(1/square, q)
		x.RankOne(x, -1, t, p)
		y.RankOne(y, -1, t, q)
		// The rotation of a direction is what is left of w without the earlier scores.
		rotation := append([]float64(nil), w...)
		for i, earlier := range rotations {
			floats.AddScaled(rotation, -floats.Dot(loadings[i], w), earlier)
		}
		rotations, loadings = append(rotations, rotation), append(loadings, p.RawVector().Data)
	}
	return rotations, nil
}

// covaryingDirection returns the unit vector w for which ‖YᵀXw‖ is largest, and that
// length: the first left singular vector and value of XᵀY.
func covaryingDirection(x, y *mat.Dense) (w []float64, covariance float64, err error) {
	var c mat.Dense
	c.Mul(x.T(), y)
	d, targets := c.Dims()
	if targets == 1 {
		w = mat.Col(nil, 0, &c)
		covariance = floats.Norm(w, 2)
		if covariance > 0 {
			floats.Scale(1/covariance, w)
		}
		return w, covariance, nil
	}
	var svd mat.SVD
	if !svd.Factorize(&c, mat.SVDThin) {
		return nil, 0, fmt.Errorf("%w: the singular value decomposition does not converge", ErrPipeline)
	}
	var u mat.Dense
	svd.UTo(&u)
	return mat.Col(make([]float64, d), 0, &u), svd.Values(nil)[0], nil
}
