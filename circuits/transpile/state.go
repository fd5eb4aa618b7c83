package transpile

import (
	"math"
	"math/cmplx"

	"github.com/qnn-go/qnn/circuits"
)

// prepare returns a matrix that takes |00⟩ where u does and that is a CX up to gates on
// one qubit, or such gates alone, by the Schmidt decomposition of that state.
func prepare(u []complex128) []complex128 {
	left, s, right := schmidt([4]complex128{u[0], u[4], u[8], u[12]})
	c := circuits.New(2)
	if s[1] > tolerance {
		c.RY(circuits.Const(2*math.Atan2(s[1], s[0])), 0).CX(0, 1)
	}
	c.Unitary(right[:], 0).Unitary(left[:], 1)
	return (&block{a: 0, b: 1, ops: c.Ops}).matrix()
}

// schmidt returns unitary L and R and s₀ ≥ s₁ ≥ 0 with a = L·diag(s)·Rᵀ.
func schmidt(a [4]complex128) (left [4]complex128, s [2]float64, right [4]complex128) {
	// L diagonalizes a·a† = [[p, q], [q*, r]].
	p, r := square(a[0])+square(a[1]), square(a[2])+square(a[3])
	q := a[0]*cmplx.Conj(a[2]) + a[1]*cmplx.Conj(a[3])
	sin, cos := math.Sincos(math.Atan2(2*cmplx.Abs(q), p-r) / 2)
	w := cmplx.Rect(1, -cmplx.Phase(q))
	left = [4]complex128{complex(cos, 0), complex(-sin, 0), w * complex(sin, 0), w * complex(cos, 0)}
	row := func(k int) [2]complex128 { // of L†·a
		x, y := cmplx.Conj(left[k]), cmplx.Conj(left[2+k])
		return [2]complex128{x*a[0] + y*a[2], x*a[1] + y*a[3]}
	}
	first, second := row(0), row(1)
	s[0] = math.Hypot(cmplx.Abs(first[0]), cmplx.Abs(first[1]))
	right[0], right[2] = first[0]/complex(s[0], 0), first[1]/complex(s[0], 0)
	x, y := -cmplx.Conj(right[2]), cmplx.Conj(right[0]) // orthogonal to the first column
	along := cmplx.Conj(x)*second[0] + cmplx.Conj(y)*second[1]
	s[1] = cmplx.Abs(along)
	phase := cmplx.Rect(1, cmplx.Phase(along))
	right[1], right[3] = phase*x, phase*y
	return left, s, right
}

func square(v complex128) float64 { return real(v)*real(v) + imag(v)*imag(v) }

// untwist returns the angle ψ for which u·RZZ(ψ) takes two CX: Shende, Bullock and Markov
// 2004, arXiv:quant-ph/0308033, proposition V.2. With γ(u) = u·Y⊗Y·uᵀ·Y⊗Y, the trace
// of γ(u·RZZ(ψ)) is real for u of determinant 1.
func untwist(u []complex128) float64 {
	var outer, inner complex128 // parts of the trace that turn by −ψ and by ψ
	y := []complex128{-1, 1, 1, -1}
	for r := range 4 {
		for k := range 4 { // (u·Y⊗Y·uᵀ)[r][3−r] = Σ u[r][k]·y[k]·u[3−r][3−k]
			term := u[4*r+k] * y[k] * u[4*(3-r)+3-k] * y[r]
			if k == 0 || k == 3 {
				outer += term
			} else {
				inner += term
			}
		}
	}
	root := cmplx.Sqrt(determinant4(u))
	outer, inner = outer/root, inner/root
	return math.Atan2(imag(outer+inner), real(outer-inner))
}

// determinant4 is the determinant of u, by its minors on the first two rows.
func determinant4(u []complex128) complex128 {
	minor := func(r, a, b int) complex128 { return u[r+a]*u[r+4+b] - u[r+b]*u[r+4+a] }
	return minor(0, 0, 1)*minor(8, 2, 3) - minor(0, 0, 2)*minor(8, 1, 3) + minor(0, 0, 3)*minor(8, 1, 2) +
		minor(0, 1, 2)*minor(8, 0, 3) - minor(0, 1, 3)*minor(8, 0, 2) + minor(0, 2, 3)*minor(8, 0, 1)
}
