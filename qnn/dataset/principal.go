package dataset

import (
	"context"
	"fmt"
	"math"
	"math/rand/v2"

	"gonum.org/v1/gonum/blas"
	"gonum.org/v1/gonum/blas/blas64"
	"gonum.org/v1/gonum/floats"
	"gonum.org/v1/gonum/mat"
)

// directions are orthonormal directions of a centred table by decreasing sum of
// squares along each, with those sums and the sum over all directions.
type directions struct {
	vectors [][]float64
	sums    []float64
	total   float64
}

// Sizes between the methods of principal. A singular value decomposition takes about
// 0.1 s for cells times the smaller dimension up to decomposedWork; so does an
// eigenvalue decomposition of covariedColumns columns. Neither can be interrupted.
const (
	decomposedWork  = 10_000_000
	covariedColumns = 256
	// oversampled is by how many vectors subspace iteration exceeds the wanted ones.
	oversampled = 16
	// iterations bounds subspace iteration, and settled is the relative change of the
	// wanted sums that ends it.
	iterations = 100
	settled    = 1e-10
)

// principal returns at least k directions of largest variance of the rows x about
// their mean.
func principal(ctx context.Context, x [][]float64, mean []float64, k int) (directions, error) {
	n, d := len(x), len(mean)
	small := min(n, d)
	switch {
	case float64(n)*float64(d)*float64(small) <= decomposedWork:
		return decompose(x, mean)
	case d <= covariedColumns:
		return covary(ctx, x, mean)
	case k+oversampled <= small/2:
		return iterate(ctx, x, mean, k+oversampled)
	}
	return decompose(x, mean)
}

// decompose finds all directions by singular values.
func decompose(x [][]float64, mean []float64) (directions, error) {
	var svd mat.SVD
	if !svd.Factorize(centred(x, mean), mat.SVDThinV) {
		return directions{}, fmt.Errorf("%w: the singular value decomposition does not converge", ErrPipeline)
	}
	var v mat.Dense
	svd.VTo(&v)
	out := directions{sums: svd.Values(nil)}
	for k, s := range out.sums {
		out.sums[k] = s * s
		out.vectors = append(out.vectors, mat.Col(nil, k, &v))
	}
	out.total = floats.Sum(out.sums)
	return out, nil
}

// centred copies rows less their mean.
func centred(x [][]float64, mean []float64) *mat.Dense {
	a := mat.NewDense(len(x), len(mean), nil)
	for r, row := range x {
		floats.SubTo(a.RawRowView(r), row, mean)
	}
	return a
}

// blocks calls f with the centred rows, checkEvery at a time, until ctx ends.
func blocks(ctx context.Context, x [][]float64, mean []float64, f func(rows blas64.General)) error {
	for len(x) > 0 {
		if err := ctx.Err(); err != nil {
			return err
		}
		n := min(checkEvery, len(x))
		f(centred(x[:n], mean).RawMatrix())
		x = x[n:]
	}
	return nil
}

// covary finds all directions by the eigenvectors of AᵀA, A being the centred rows.
func covary(ctx context.Context, x [][]float64, mean []float64) (directions, error) {
	d := len(mean)
	square := mat.NewDense(d, d, nil)
	err := blocks(ctx, x, mean, func(rows blas64.General) {
		blas64.Gemm(blas.Trans, blas.NoTrans, 1, rows, rows, 1, square.RawMatrix())
	})
	if err != nil {
		return directions{}, err
	}
	return eigen(square)
}

// eigen finds the eigenvectors of a symmetric matrix that has no negative eigenvalue.
func eigen(a *mat.Dense) (directions, error) {
	d, _ := a.Dims()
	if err := checkFinite(a.RawMatrix().Data); err != nil {
		return directions{}, fmt.Errorf("%w: sums of squares: %w. Put a standard step before it", ErrPipeline, err)
	}
	var e mat.EigenSym
	if !e.Factorize(mat.NewSymDense(d, a.RawMatrix().Data), true) {
		return directions{}, fmt.Errorf("%w: the eigenvalue decomposition does not converge", ErrPipeline)
	}
	var v mat.Dense
	e.VectorsTo(&v)
	values := e.Values(nil) // increasing
	out := directions{}
	for k := d - 1; k >= 0; k-- {
		out.sums = append(out.sums, max(0, values[k])) // less than 0 by rounding alone
		out.vectors = append(out.vectors, mat.Col(nil, k, &v))
	}
	out.total = floats.Sum(out.sums)
	return out, nil
}

// iterate finds q directions by subspace iteration: Q ← orth(AᵀA·Q), and the
// eigenvectors of (AQ)ᵀ(AQ) within the subspace.
func iterate(ctx context.Context, x [][]float64, mean []float64, q int) (directions, error) {
	d, total := len(mean), 0.0
	rng := rand.New(rand.NewPCG(0, streamPCA))
	basis := mat.NewDense(q, d, nil) // rows span the subspace
	for i := range q {
		for j := range d {
			basis.Set(i, j, rng.NormFloat64())
		}
	}
	orthonormalise(basis, rng)
	before := 0.0
	for round := 1; ; round++ {
		next, inner := mat.NewDense(q, d, nil), mat.NewDense(q, q, nil)
		total = 0
		err := blocks(ctx, x, mean, func(rows blas64.General) {
			along := mat.NewDense(rows.Rows, q, nil).RawMatrix()
			blas64.Gemm(blas.NoTrans, blas.Trans, 1, rows, basis.RawMatrix(), 0, along)
			blas64.Gemm(blas.Trans, blas.NoTrans, 1, along, rows, 1, next.RawMatrix())
			blas64.Gemm(blas.Trans, blas.NoTrans, 1, along, along, 1, inner.RawMatrix())
			total += floats.Dot(rows.Data, rows.Data)
		})
		if err != nil {
			return directions{}, err
		}
		found, err := eigen(inner)
		if err != nil {
			return directions{}, err
		}
		wanted := floats.Sum(found.sums[:q-oversampled])
		if math.Abs(wanted-before) <= settled*wanted || round == iterations {
			found.combine(basis)
			found.total = total
			return found, nil
		}
		before, basis = wanted, next
		orthonormalise(basis, rng)
	}
}

// combine turns vectors of coefficients into those combinations of the basis's rows.
func (f *directions) combine(basis *mat.Dense) {
	_, d := basis.Dims()
	for k, coefficients := range f.vectors {
		sum := make([]float64, d)
		for i, c := range coefficients {
			floats.AddScaled(sum, c, basis.RawRowView(i))
		}
		f.vectors[k] = sum
	}
}

// orthonormalise makes the rows orthonormal by Gram and Schmidt's method, each twice
// so that rounding leaves nothing along the rows before. A row that is none, for it
// depends on those before, is replaced by a random one.
func orthonormalise(basis *mat.Dense, rng *rand.Rand) {
	q, _ := basis.Dims()
	for i := range q {
		row := basis.RawRowView(i)
		for {
			before := floats.Norm(row, 2)
			for range 2 {
				for j := range i {
					other := basis.RawRowView(j)
					floats.AddScaled(row, -floats.Dot(row, other), other)
				}
			}
			if after := floats.Norm(row, 2); after > 1e-12*before {
				floats.Scale(1/after, row)
				break
			}
			for j := range row {
				row[j] = rng.NormFloat64()
			}
		}
	}
}
