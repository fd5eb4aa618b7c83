package circuits

import (
	"fmt"

	"github.com/qnn-go/qnn/circuits/internal/matrix"
)

// unitaryTolerance is what [Circuit.Tolerance] 0 stands for, and maxTolerance the largest.
const (
	unitaryTolerance = 1e-9
	maxTolerance     = 1e-3
)

// tolerance is how far from unitary matrices of c may be.
func (c *Circuit) tolerance() float64 {
	if c.Tolerance == 0 {
		return unitaryTolerance
	}
	return c.Tolerance
}

// largestDeviation bounds what [NearestUnitary] takes, and is small enough for its iteration
// to converge.
const largestDeviation = 0.1

// NearestUnitary returns the unitary matrix nearest to m, which is square, row-major, and of 2,
// 4 or 8 rows: that of the polar decomposition m = U·P, nearest by the Frobenius norm (Fan and
// Hoffman 1955, doi:10.2307/2032662). It is for matrices that were rounded, to complex64
// or to the digits of a text: an entry of m·m† that is more than 0.1 off is refused with
// [ErrUnitary], another number of entries with [ErrArity]. m is not changed.
func NearestUnitary(m []complex128) ([]complex128, error) {
	if n := len(m); n != 4 && n != 16 && n != 64 {
		return nil, fmt.Errorf("%d matrix entries, needs 4, 16 or 64: %w", n, ErrArity)
	}
	if off, r, c := matrix.Deviation(m); !(off <= largestDeviation) {
		return nil, fmt.Errorf("rows %d and %d are off by %.2g, more than rounding explains: %w", r, c, off, ErrUnitary)
	}
	// Newton and Schulz's iteration U ← U·(3 − U†U)/2 squares the deviation (Higham 2008,
	// Functions of Matrices, eq. 8.20).
	u := append([]complex128(nil), m...)
	d := matrix.Order(u)
	for range 8 {
		square := matrix.Product(matrix.Adjoint(u), u)
		for i := range square {
			square[i] *= -0.5
		}
		for i := range d {
			square[i*d+i] += 1.5
		}
		u = matrix.Product(u, square)
	}
	return u, nil
}

// RoundUnitaries puts the nearest unitary matrix, as [NearestUnitary] finds it, in the place of
// each of a [GateUnitary]. The error is an [*OpError]; c is then unchanged.
func (c *Circuit) RoundUnitaries() error {
	nearest := make(map[int][]complex128)
	for i, op := range c.Ops {
		if op.Gate != GateUnitary {
			continue
		}
		u, err := NearestUnitary(op.Matrix)
		if err != nil {
			return &OpError{Index: i, Gate: op.Gate, Err: err}
		}
		nearest[i] = u
	}
	for i, u := range nearest {
		c.Ops[i].Matrix = u
	}
	return nil
}
