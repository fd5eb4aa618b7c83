package kernel

import "unsafe"

// Amplitude is a complex number in single or double precision. All arithmetic of
// the generic kernels is in double precision; only what they store is rounded.
type Amplitude interface{ complex64 | complex128 }

func isSingle[A Amplitude]() bool { return unsafe.Sizeof(A(0)) == 8 }

// double returns a itself where it is in double precision, which assembly works on.
func double[A Amplitude](a []A) ([]complex128, bool) {
	if isSingle[A]() {
		return nil, false
	}
	return unsafe.Slice((*complex128)(unsafe.Pointer(unsafe.SliceData(a))), len(a)), true
}

// scaleGeneric multiplies: a[i] *= f for every i whose control bits are 1.
func scaleGeneric[A Amplitude](a []A, p *Place, f complex128, lo, hi int) {
	for k := lo; k < hi; {
		i, n := p.base(k), p.run(k, hi)
		for j := i; j < i+n; j++ {
			a[j] = A(complex128(a[j]) * f)
		}
		k += n
	}
}

// diagonalGeneric multiplies a[i] by d0 and its partner, with the target bit 1, by d1.
func diagonalGeneric[A Amplitude](a []A, p *Place, d0, d1 complex128, lo, hi int) {
	s := 1 << p.Targets[0]
	for k := lo; k < hi; {
		i, n := p.base(k), p.run(k, hi)
		if d0 != 1 {
			for j := i; j < i+n; j++ {
				a[j] = A(complex128(a[j]) * d0)
			}
		}
		for j := i + s; j < i+s+n; j++ {
			a[j] = A(complex128(a[j]) * d1)
		}
		k += n
	}
}

// flipGeneric exchanges a[i] and its partner with the target bit 1.
func flipGeneric[A Amplitude](a []A, p *Place, lo, hi int) {
	s := 1 << p.Targets[0]
	for k := lo; k < hi; {
		i, n := p.base(k), p.run(k, hi)
		x, y := a[i:i+n], a[i+s:i+s+n]
		for j := range x {
			x[j], y[j] = y[j], x[j]
		}
		k += n
	}
}

// swapGeneric exchanges the amplitudes whose two target bits are 01 and 10.
func swapGeneric[A Amplitude](a []A, p *Place, lo, hi int) {
	s, t := 1<<p.Targets[0], 1<<p.Targets[1]
	for k := lo; k < hi; {
		i, n := p.base(k), p.run(k, hi)
		x, y := a[i+s:i+s+n], a[i+t:i+t+n]
		for j := range x {
			x[j], y[j] = y[j], x[j]
		}
		k += n
	}
}

// dense1Generic applies the row-major 2×2 matrix m: (x, y) ← (m₀x+m₁y, m₂x+m₃y) for
// x = a[i] and y its partner with the target bit 1.
func dense1Generic[A Amplitude](a []A, p *Place, m []complex128, lo, hi int) {
	s := 1 << p.Targets[0]
	m0, m1, m2, m3 := m[0], m[1], m[2], m[3]
	for k := lo; k < hi; {
		i, n := p.base(k), p.run(k, hi)
		x, y := a[i:i+n], a[i+s:i+s+n]
		for j := range x {
			u, v := complex128(x[j]), complex128(y[j])
			x[j], y[j] = A(m0*u+m1*v), A(m2*u+m3*v)
		}
		k += n
	}
}

// denseGeneric applies the row-major 2ᵗ×2ᵗ matrix m on t = 1, 2 or 3 targets: the group's
// amplitudes v become m·v.
func denseGeneric[A Amplitude](a []A, p *Place, m []complex128, lo, hi int) {
	if len(p.Targets) == 1 {
		dense1Generic(a, p, m, lo, hi)
		return
	}
	d := 1 << len(p.Targets)
	off := p.offsets()
	var in [8]complex128
	for k := lo; k < hi; k++ {
		i := p.base(k)
		for r := range d {
			in[r] = complex128(a[i+off[r]])
		}
		for r := range d {
			a[i+off[r]] = A(dot(m[r*d:r*d+d], in[:d]))
		}
	}
}

func innerGeneric[A Amplitude](lambda, psi []A, p *Place, m []complex128, lo, hi int) complex128 {
	if len(p.Targets) == 1 {
		return inner1Generic(lambda, psi, p, m, lo, hi)
	}
	d := 1 << len(p.Targets)
	off := p.offsets()
	var in [8]complex128
	sum := complex128(0)
	for k := lo; k < hi; k++ {
		i := p.base(k)
		for r := range d {
			in[r] = complex128(psi[i+off[r]])
		}
		for r := range d {
			sum += conj(complex128(lambda[i+off[r]])) * dot(m[r*d:r*d+d], in[:d])
		}
	}
	return sum
}

func inner1Generic[A Amplitude](lambda, psi []A, p *Place, m []complex128, lo, hi int) complex128 {
	s := 1 << p.Targets[0]
	sum := complex128(0)
	for k := lo; k < hi; {
		i, n := p.base(k), p.run(k, hi)
		for j := i; j < i+n; j++ {
			u, v := complex128(psi[j]), complex128(psi[j+s])
			sum += conj(complex128(lambda[j]))*(m[0]*u+m[1]*v) + conj(complex128(lambda[j+s]))*(m[2]*u+m[3]*v)
		}
		k += n
	}
	return sum
}

// offsets holds for each row of a matrix the distance of its amplitude from the
// group's base.
func (p *Place) offsets() (off [8]int) {
	for r := range 1 << len(p.Targets) {
		for b, t := range p.Targets {
			off[r] |= r >> b & 1 << t
		}
	}
	return off
}

func dot(row, v []complex128) complex128 {
	sum := complex128(0)
	for i, x := range row {
		sum += x * v[i]
	}
	return sum
}

func conj(z complex128) complex128 { return complex(real(z), -imag(z)) }

func expectGeneric[A Amplitude](a []A, p Pauli, lo, hi int) float64 {
	sum := 0.0
	if p.X == 0 {
		for x := lo; x < hi; x++ {
			v := complex128(a[x])
			sum += Sign(x, p.Z) * (real(v)*real(v) + imag(v)*imag(v))
		}
		return sum
	}
	for x := lo; x < hi; x++ {
		sum += Sign(x, p.Z) * real(conj(complex128(a[x^p.X]))*p.Phase*complex128(a[x]))
	}
	return sum
}

func addPauliGeneric[A Amplitude](dst, a []A, p Pauli, coef float64, lo, hi int) {
	f := p.Phase * complex(coef, 0)
	for x := lo; x < hi; x++ {
		from := x ^ p.X
		dst[x] = A(complex128(dst[x]) + f*complex(Sign(from, p.Z), 0)*complex128(a[from]))
	}
}

func norm2Generic[A Amplitude](a []A, lo, hi int) float64 {
	sum := 0.0
	for _, amplitude := range a[lo:hi] {
		v := complex128(amplitude)
		sum += real(v)*real(v) + imag(v)*imag(v)
	}
	return sum
}

func probabilitiesGeneric[A Amplitude](dst []float64, a []A, lo, hi int) {
	for x := lo; x < hi; x++ {
		v := complex128(a[x])
		dst[x] = real(v)*real(v) + imag(v)*imag(v)
	}
}
