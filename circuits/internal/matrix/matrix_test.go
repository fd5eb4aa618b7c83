package matrix

import (
	"math"
	"math/cmplx"
	"testing"
)

func TestArithmetic(t *testing.T) {
	a, b := []complex128{1, 2, 3i, 4}, []complex128{0, 1i, 1, -1}
	if got, want := Product(a, b), []complex128{2, -2 + 1i, 4, -7}; !IsClose(got, want) {
		t.Errorf("product %v, want %v", got, want)
	}
	if got, want := Adjoint(a), []complex128{1, -3i, 2, 4}; !IsClose(got, want) {
		t.Errorf("adjoint %v, want %v", got, want)
	}
	if got := OffDiagonal(a); got != 3 {
		t.Errorf("%v beside the diagonal, want 3", got)
	}
	for n := range 4 {
		m := Identity(1 << n)
		if Order(m) != 1<<n || Qubits(m) != n || !IsClose(Product(m, m), m) || OffDiagonal(m) != 0 {
			t.Errorf("identity on %d qubits: order %d on %d", n, Order(m), Qubits(m))
		}
	}
	if IsClose(a, Identity(4)) || IsClose(a, b) || IsClose([]complex128{cmplx.NaN()}, []complex128{cmplx.NaN()}) {
		t.Error("different matrices are close")
	}
}

func TestDeviation(t *testing.T) {
	if off, _, _ := Deviation(Identity(8)); off != 0 {
		t.Errorf("the identity is off by %v", off)
	}
	if off, r, c := Deviation([]complex128{1, 0, 0.25, 1}); off != 0.25 || r != 0 || c != 1 {
		t.Errorf("off by %v in row %d and column %d, want 0.25 in 0 and 1", off, r, c)
	}
	if off, r, c := Deviation([]complex128{1, 0, 0, cmplx.NaN()}); !math.IsNaN(off) || r != 0 || c != 1 {
		t.Errorf("off by %v in row %d and column %d, want NaN", off, r, c)
	}
}
