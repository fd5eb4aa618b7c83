package circuits

import (
	"math"
	"math/cmplx"
)

// uMatrix is U(θ,φ,λ) = P(φ)·RY(θ)·P(λ), Qiskit's phase convention.
func uMatrix(dst []complex128, p []float64) {
	s, c := math.Sincos(p[0] / 2)
	phi, lambda := cmplx.Exp(complex(0, p[1])), cmplx.Exp(complex(0, p[2]))
	dst[0], dst[1] = complex(c, 0), -lambda*complex(s, 0)
	dst[2], dst[3] = phi*complex(s, 0), phi*lambda*complex(c, 0)
}

// cuMatrix is e^{iγ}·U(θ,φ,λ), the target's part of CU.
func cuMatrix(dst []complex128, p []float64) {
	uMatrix(dst, p)
	g := cmplx.Exp(complex(0, p[3]))
	for i := range dst[:4] {
		dst[i] *= g
	}
}

// uGenerator holds for U and CU: from U = P(φ)·RY(θ)·P(λ), each derivative is
// moved to the left of U.
func uGenerator(dst []complex128, p []float64, k int) {
	phi := cmplx.Exp(complex(0, p[1]))
	switch k {
	case 0: // P(φ)·(Y/2)·P(−φ)
		dst[0], dst[1], dst[2], dst[3] = 0, -0.5i*cmplx.Conj(phi), 0.5i*phi, 0
	case 1: // −|1⟩⟨1|
		dst[0], dst[1], dst[2], dst[3] = 0, 0, 0, -1
	case 2: // −V|1⟩⟨1|V†, V = P(φ)·RY(θ)
		s, c := math.Sincos(p[0] / 2)
		a, b := complex(-s, 0), phi*complex(c, 0)
		dst[0], dst[1] = -a*cmplx.Conj(a), -a*cmplx.Conj(b)
		dst[2], dst[3] = -b*cmplx.Conj(a), -b*cmplx.Conj(b)
	case 3: // the phase γ of CU
		dst[0], dst[1], dst[2], dst[3] = -1, 0, 0, -1
	}
}

// exchanged are the angles of the inverse of U(θ,φ,λ), which is U(−θ,−λ,−φ), and of
// CU.
func exchanged(a []Angle) []Angle {
	out := []Angle{a[0].Scale(-1), a[2].Scale(-1), a[1].Scale(-1)}
	for _, gamma := range a[3:] {
		out = append(out, gamma.Scale(-1))
	}
	return out
}

// rMatrix is R(θ,φ) = exp(−iθ(cos φ·X + sin φ·Y)/2), Qiskit's RGate.
func rMatrix(dst []complex128, p []float64) {
	s, c := math.Sincos(p[0] / 2)
	phi := cmplx.Exp(complex(0, p[1]))
	dst[0], dst[1] = complex(c, 0), complex(0, -s)*cmplx.Conj(phi)
	dst[2], dst[3] = complex(0, -s)*phi, complex(c, 0)
}

// rGenerator holds for R = RZ(φ)·RX(θ)·RZ(−φ): by θ it is half the axis, by φ
// (Z − R·Z·R†)/2.
func rGenerator(dst []complex128, p []float64, k int) {
	phi := cmplx.Exp(complex(0, p[1]))
	if k == 0 {
		dst[0], dst[1], dst[2], dst[3] = 0, cmplx.Conj(phi)/2, phi/2, 0
		return
	}
	s, c := math.Sincos(p[0] / 2)
	dst[0], dst[1] = complex(s*s, 0), complex(0, -s*c)*cmplx.Conj(phi)
	dst[2], dst[3] = complex(0, s*c)*phi, complex(-s*s, 0)
}

// gpiMatrix is cos φ·X + sin φ·Y.
func gpiMatrix(dst []complex128, p []float64) {
	phi := cmplx.Exp(complex(0, p[0]))
	dst[0], dst[1], dst[2], dst[3] = 0, cmplx.Conj(phi), phi, 0
}
