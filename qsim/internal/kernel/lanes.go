package kernel

// ExpectLanes adds coef·⟨a|P|a⟩ to dst[l] for each of the len(dst) states that lie
// side by side in a: amplitude x of state l is a[x·len(dst)+l]. len(dst) is a power
// of two.
func ExpectLanes[A Amplitude](dst []float64, a []A, p Pauli, coef float64) {
	lanes := len(dst)
	if p.X == 0 {
		for x := 0; x*lanes < len(a); x++ {
			s := coef * sign(x, p.Z)
			for l, v := range a[x*lanes:][:lanes] {
				v := complex128(v)
				dst[l] += s * (real(v)*real(v) + imag(v)*imag(v))
			}
		}
		return
	}
	f := p.Phase * complex(coef, 0)
	for x := 0; x*lanes < len(a); x++ {
		s := sign(x, p.Z)
		re, im := s*real(f), s*imag(f)
		to := a[(x^p.X)*lanes:][:lanes]
		for l, v := range a[x*lanes:][:lanes] {
			u, v := complex128(to[l]), complex128(v)
			dst[l] += re*(real(u)*real(v)+imag(u)*imag(v)) - im*(real(u)*imag(v)-imag(u)*real(v))
		}
	}
}

// AddPauliLanes adds coef[l]·P·a to dst for each of the len(coef) states that lie
// side by side in a and in dst, which must not overlap.
func AddPauliLanes[A Amplitude](dst, a []A, p Pauli, coef []float64) {
	lanes := len(coef)
	for x := 0; x*lanes < len(a); x++ {
		s := sign(x, p.Z)
		re, im := s*real(p.Phase), s*imag(p.Phase)
		to := dst[(x^p.X)*lanes:][:lanes]
		for l, v := range a[x*lanes:][:lanes] {
			c, v := coef[l], complex128(v)
			to[l] += A(complex(c*(re*real(v)-im*imag(v)), c*(re*imag(v)+im*real(v))))
		}
	}
}
