package kernel

// Lanes are states side by side in memory, amplitude x of state l at x·n+l, n their
// number, a power of two. After Row numbers, a power of two and at least n, Gap are left
// out.
type Lanes struct{ Row, Gap int }

// at is the place of amplitude x of the first of n states.
func (s Lanes) at(x, n int) int { return x*n + x*n/s.Row*s.Gap }

// ExpectLanes adds coef·⟨a|P|a⟩ to dst[l] for each of the len(dst) states in a, of so
// many amplitudes.
func ExpectLanes[A Amplitude](dst []float64, a []A, in Lanes, amplitudes int, p Pauli, coef float64) {
	lanes := len(dst)
	f := p.Phase * complex(coef, 0)
	for x := range amplitudes {
		s := Sign(x, p.Z)
		re, im := s*real(f), s*imag(f)
		to := a[in.at(x^p.X, lanes):][:lanes]
		for l, v := range a[in.at(x, lanes):][:lanes] {
			u, v := complex128(to[l]), complex128(v)
			dst[l] += re*(real(u)*real(v)+imag(u)*imag(v)) - im*(real(u)*imag(v)-imag(u)*real(v))
		}
	}
}

// AddPauliLanes adds coef[l]·P·a to dst for each of the len(coef) states in a and in dst,
// which must not overlap.
func AddPauliLanes[A Amplitude](dst, a []A, in Lanes, amplitudes int, p Pauli, coef []float64) {
	lanes := len(coef)
	for x := range amplitudes {
		s := Sign(x, p.Z)
		re, im := s*real(p.Phase), s*imag(p.Phase)
		to := dst[in.at(x^p.X, lanes):][:lanes]
		for l, v := range a[in.at(x, lanes):][:lanes] {
			c, v := coef[l], complex128(v)
			to[l] += A(complex(c*(re*real(v)-im*imag(v)), c*(re*imag(v)+im*real(v))))
		}
	}
}
