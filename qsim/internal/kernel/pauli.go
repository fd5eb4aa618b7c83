package kernel

import "math/bits"

// Pauli is a Pauli string as bit masks: P|x⟩ = i^y·(−1)^parity(x AND Z)·|x XOR X⟩,
// where X marks the qubits with X or Y, Z those with Z or Y, and y counts the Y.
type Pauli struct {
	X, Z  int
	Phase complex128 // i^y
}

// sign is (−1)^parity(x AND z).
func sign(x, z int) float64 {
	return float64(1 - 2*(bits.OnesCount(uint(x&z))&1))
}

// Expect returns the part lo ≤ x < hi of the expectation value ⟨a|P|a⟩ =
// Σₓ Re(conj(a[x XOR X])·i^y·±a[x]).
func Expect(a []complex128, p Pauli, lo, hi int) float64 {
	sum := 0.0
	if p.X == 0 {
		for x := lo; x < hi; x++ {
			v := a[x]
			sum += sign(x, p.Z) * (real(v)*real(v) + imag(v)*imag(v))
		}
		return sum
	}
	for x := lo; x < hi; x++ {
		sum += sign(x, p.Z) * real(conj(a[x^p.X])*p.Phase*a[x])
	}
	return sum
}

// AddPauli adds coef·P·a to dst for the rows lo ≤ x < hi of dst, which must not
// alias a.
func AddPauli(dst, a []complex128, p Pauli, coef float64, lo, hi int) {
	f := p.Phase * complex(coef, 0)
	for x := lo; x < hi; x++ {
		from := x ^ p.X
		dst[x] += f * complex(sign(from, p.Z), 0) * a[from]
	}
}

// Norm2 returns Σ |a[x]|² over lo ≤ x < hi.
func Norm2(a []complex128, lo, hi int) float64 {
	sum := 0.0
	for _, v := range a[lo:hi] {
		sum += real(v)*real(v) + imag(v)*imag(v)
	}
	return sum
}

// Probabilities writes |a[x]|² to dst[x] for lo ≤ x < hi.
func Probabilities(dst []float64, a []complex128, lo, hi int) {
	for x := lo; x < hi; x++ {
		dst[x] = real(a[x])*real(a[x]) + imag(a[x])*imag(a[x])
	}
}
