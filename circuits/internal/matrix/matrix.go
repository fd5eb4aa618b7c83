// Package matrix has the arithmetic of small square complex matrices, row-major in a slice: those
// of gates, whose order is a power of two.
package matrix

import (
	"math"
	"math/bits"
	"math/cmplx"
)

// Order is the number of rows of a square matrix.
func Order(m []complex128) int { return 1 << Qubits(m) }

// Qubits is the number of qubits of a matrix.
func Qubits(m []complex128) int { return (bits.Len(uint(len(m))) - 1) / 2 }

// Identity is the identity of order d.
func Identity(d int) []complex128 {
	m := make([]complex128, d*d)
	for i := range d {
		m[i*d+i] = 1
	}
	return m
}

// Product is a·b.
func Product(a, b []complex128) []complex128 {
	d := Order(a)
	out := make([]complex128, len(a))
	for r := range d {
		for k := range d {
			for c := range d {
				out[r*d+c] += a[r*d+k] * b[k*d+c]
			}
		}
	}
	return out
}

// Adjoint is the conjugate transpose of m.
func Adjoint(m []complex128) []complex128 {
	d := Order(m)
	out := make([]complex128, len(m))
	for r := range d {
		for c := range d {
			out[c*d+r] = cmplx.Conj(m[r*d+c])
		}
	}
	return out
}

// OffDiagonal is the largest absolute value beside the diagonal of m.
func OffDiagonal(m []complex128) float64 {
	d, worst := Order(m), 0.0
	for i, v := range m {
		if i/d != i%d {
			worst = max(worst, cmplx.Abs(v))
		}
	}
	return worst
}

// Deviation is the entry of U·U† that is furthest from that of the identity, with its row
// and column; NaN if some entry is.
func Deviation(u []complex128) (worst float64, row, column int) {
	d := Order(u)
	for r := range d {
		for c := range d {
			var sum complex128
			for j := range d {
				sum += u[r*d+j] * cmplx.Conj(u[c*d+j])
			}
			if r == c {
				sum--
			}
			switch off := cmplx.Abs(sum); {
			case math.IsNaN(off):
				return off, r, c
			case off > worst:
				worst, row, column = off, r, c
			}
		}
	}
	return worst, row, column
}

// IsClose reports whether two matrices of one order are equal up to rounding.
func IsClose(a, b []complex128) bool {
	if len(a) != len(b) {
		return false
	}
	for i := range a {
		if !(cmplx.Abs(a[i]-b[i]) <= 1e-12) {
			return false
		}
	}
	return true
}
