package circuits

import (
	"math/bits"
	"math/cmplx"

	"github.com/qnn-go/qnn/circuits/internal/matrix"
)

// SignedPauli is a tensor product of Pauli matrices on a few qubits, or minus one: bit k of X
// and Z says what is on qubit k, X, Z, or Y where both are set.
type SignedPauli struct {
	X, Z     uint8
	Negative bool
}

// matrix is p on n qubits: P|c⟩ = ±i^y·(−1)^|z∧c|·|c⊕x⟩ with y the number of Y.
func (p SignedPauli) matrix(n int) []complex128 {
	d := 1 << n
	out := make([]complex128, d*d)
	unit := [4]complex128{1, 1i, -1, -1i}[bits.OnesCount8(p.X&p.Z)%4]
	if p.Negative {
		unit = -unit
	}
	for c := range d {
		v := unit
		if bits.OnesCount8(p.Z&uint8(c))%2 == 1 { //nolint:gosec // below 8
			v = -v
		}
		out[(c^int(p.X))*d+c] = v
	}
	return out
}

// signedPauliOf is the matrix m, unitary and Hermitian, as a product of Pauli matrices.
func signedPauliOf(m []complex128) (SignedPauli, bool) {
	d := matrix.Order(m)
	at := func(c, x int) complex128 { return m[(c^x)*d+c] } // what |c⟩ becomes
	var p SignedPauli
	for x := range d {
		if cmplx.Abs(at(0, x)) > 0.5 {
			p.X = uint8(x) //nolint:gosec // below 8
		}
	}
	for q := 1; q < d; q *= 2 {
		if cmplx.Abs(at(q, int(p.X))+at(0, int(p.X))) < 0.5 {
			p.Z |= uint8(q) //nolint:gosec // below 8
		}
	}
	n := matrix.Qubits(m)
	for range 2 {
		if matrix.IsClose(m, p.matrix(n)) {
			return p, true
		}
		p.Negative = true
	}
	return SignedPauli{}, false
}

// Clifford is a Clifford operator U on n qubits by what it makes of Pauli matrices: entry
// x + 2ⁿ·z is U·P·U†, where P is SignedPauli{X: x, Z: z}.
type Clifford []SignedPauli

// cliffordOf finds what the unitary matrix u makes of Pauli matrices; nil if it makes
// something else of one.
func cliffordOf(u []complex128) Clifford {
	d, n := matrix.Order(u), matrix.Qubits(u)
	out := make(Clifford, d*d)
	for i := range out {
		p := SignedPauli{X: uint8(i % d), Z: uint8(i / d)} //nolint:gosec // below 8
		var ok bool
		if out[i], ok = signedPauliOf(matrix.Product(u, matrix.Product(p.matrix(n), matrix.Adjoint(u)))); !ok {
			return nil
		}
	}
	return out
}

// Inverse is what U† makes of Pauli matrices.
func (c Clifford) Inverse() Clifford {
	out := make(Clifford, len(c))
	d := 1 << (bits.Len(uint(len(c))) / 2)
	for i, p := range c {
		out[int(p.X)+d*int(p.Z)] = SignedPauli{X: uint8(i % d), Z: uint8(i / d), Negative: p.Negative} //nolint:gosec // below 8
	}
	return out
}
