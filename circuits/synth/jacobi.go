package synth

import (
	"cmp"
	"math"
	"math/cmplx"
	"slices"

	"github.com/qnn-go/qnn/circuits/internal/matrix"
)

// orthogonalColumns multiplies top and bottom, of which the Gram matrices add up
// to 1, from the right by the unitary it returns, so that the columns of each
// become orthogonal (one-sided Jacobi rotations). Each pair of columns is measured
// in the block where it is shorter, which keeps tiny sines and tiny cosines apart.
func orthogonalColumns(top, bottom []complex128) []complex128 {
	h := matrix.Order(top)
	r := matrix.Identity(h)
	for sweep, rotated := 0, true; rotated && sweep < maxSweeps; sweep++ {
		rotated = false
		for j := range h {
			for i := range j {
				short := top
				if norm2(bottom, i)+norm2(bottom, j) < norm2(top, i)+norm2(top, j) {
					short = bottom
				}
				a, b, d := norm2(short, i), dot(short, i, short, j), norm2(short, j)
				if cmplx.Abs(b) <= rounding*math.Sqrt(max(a, d)) {
					continue
				}
				rot := newJacobi(a, b, d)
				for _, m := range [][]complex128{top, bottom, r} {
					rot.columns(m, i, j)
				}
				rotated = true
			}
		}
	}
	return r
}

// orthonormal returns the unitary matrix Q with m = Q·diag of the columns' norms,
// for a matrix with orthogonal columns. Columns that vanish are completed.
func orthonormal(m []complex128) []complex128 {
	d := matrix.Order(m)
	columns := make([]int, d)
	for i := range columns {
		columns[i] = i
	}
	slices.SortFunc(columns, func(i, j int) int { return cmp.Compare(norm2(m, j), norm2(m, i)) })
	q := make([]complex128, len(m))
	for rank, i := range columns {
		for r := range d {
			q[r*d+i] = m[r*d+i]
		}
		done := columns[:rank]
		if math.Sqrt(norm2(m, i)) > negligible && reduce(q, i, done) > negligible {
			continue
		}
		// One of the d unit vectors is at least 1/√d away from the others' span.
		for e := range d {
			for r := range d {
				q[r*d+i] = 0
			}
			q[e*d+i] = 1
			if reduce(q, i, done) >= 0.5/math.Sqrt(float64(d)) {
				break
			}
		}
	}
	return q
}

// reduce makes column i of q orthogonal to the columns done, normalizes it and
// returns its length before.
func reduce(q []complex128, i int, done []int) float64 {
	d := matrix.Order(q)
	for range 2 { // the second pass removes what rounding left in the first
		for _, j := range done {
			s := dot(q, j, q, i)
			for r := range d {
				q[r*d+i] -= s * q[r*d+j]
			}
		}
	}
	length := math.Sqrt(norm2(q, i))
	for r := range d {
		q[r*d+i] /= complex(length, 0)
	}
	return length
}

// diagonalize returns unitary V and phases φ with x = V·diag(e^{iφ})·V† for a
// unitary x of order 2 or 4. V diagonalizes the Hermitian part of e^{−it}x. Two
// eigenvalues of x collide there if their mean phase is near t modulo π; of seven
// t, a multiple of π/7 each, at most six can be within π/14 of the mean of one of
// at most six pairs.
func diagonalize(x []complex128) (v []complex128, phases []float64) {
	const trials = 7
	best := math.Inf(1)
	for trial := range trials {
		w := cmplx.Rect(0.5, -math.Pi*float64(trial)/trials)
		herm := make([]complex128, len(x))
		for i, y := range matrix.Adjoint(x) {
			herm[i] = w*x[i] + cmplx.Conj(w)*y
		}
		vectors := hermitianVectors(herm)
		diag := matrix.Product(matrix.Adjoint(vectors), matrix.Product(x, vectors))
		if off := matrix.OffDiagonal(diag); off < best {
			best, v = off, vectors
			phases = phases[:0]
			for i := range matrix.Order(x) {
				phases = append(phases, cmplx.Phase(diag[i*matrix.Order(x)+i]))
			}
		}
	}
	return v, phases
}

// hermitianVectors returns the eigenvectors of m as columns, by cyclic Jacobi
// rotations, and overwrites m.
func hermitianVectors(m []complex128) []complex128 {
	d := matrix.Order(m)
	v := matrix.Identity(d)
	for sweep := 0; sweep < maxSweeps && matrix.OffDiagonal(m) > rounding; sweep++ {
		for j := range d {
			for i := range j {
				if cmplx.Abs(m[i*d+j]) <= rounding {
					continue
				}
				rot := newJacobi(real(m[i*d+i]), m[i*d+j], real(m[j*d+j]))
				rot.columns(v, i, j)
				rot.columns(m, i, j)
				copy(m, matrix.Adjoint(m))
				rot.columns(m, i, j)
			}
		}
	}
	return v
}

// jacobi is the unitary [[c, s], [−s·w, c·w]] on two columns.
type jacobi struct {
	c, s float64
	w    complex128
}

// newJacobi diagonalizes the Hermitian matrix [[a, b], [b*, d]], b ≠ 0.
func newJacobi(a float64, b complex128, d float64) jacobi {
	zeta := (d - a) / (2 * cmplx.Abs(b))
	t := math.Copysign(1, zeta) / (math.Abs(zeta) + math.Hypot(1, zeta))
	c := 1 / math.Hypot(1, t)
	return jacobi{c: c, s: c * t, w: cmplx.Conj(b) / complex(cmplx.Abs(b), 0)}
}

// columns multiplies columns i and j of m by the rotation from the right.
func (r jacobi) columns(m []complex128, i, j int) {
	d, c, s := matrix.Order(m), complex(r.c, 0), complex(r.s, 0)
	for k := 0; k < len(m); k += d {
		x, y := m[k+i], r.w*m[k+j]
		m[k+i], m[k+j] = c*x-s*y, s*x+c*y
	}
}

// block is the quarter of m that starts at row r and column c.
func block(m []complex128, r, c int) []complex128 {
	d := matrix.Order(m)
	out := make([]complex128, 0, len(m)/4)
	for i := range d / 2 {
		out = append(out, m[(r+i)*d+c:(r+i)*d+c+d/2]...)
	}
	return out
}

// dot is the inner product of column i of a with column j of b.
func dot(a []complex128, i int, b []complex128, j int) complex128 {
	d := matrix.Order(a)
	var sum complex128
	for k := 0; k < len(a); k += d {
		sum += cmplx.Conj(a[k+i]) * b[k+j]
	}
	return sum
}

// norm2 is the squared length of column i of m.
func norm2(m []complex128, i int) float64 { return real(dot(m, i, m, i)) }
