package kernel

// In the comments a stands for the state. Assembly works on double precision; single
// precision is left to pure Go: large states run in stages.

// Every kernel works on the groups lo ≤ k < hi of its place, so that a state can
// be cut into pieces that touch disjoint amplitudes. Assembly does the groups that
// fill whole steps of a walk, pure Go the rest: pieces cut at multiples of 8
// groups give the same bits as the whole.

// stride is the number of steps in one call of assembly, which cannot be
// preempted: at most 100 µs of the slowest kernel.
const stride = 1 << 11

// cover calls body for stretches of whole steps, with the vector's address, the
// offset of the first step and their number, and rest for the groups before and
// after them. It panics when a group goes beyond the end of a.
func (p *Place) cover(a []complex128, w *walk, lo, hi int, body func(v *complex128, i, n int), rest func(lo, hi int)) {
	round := 1<<w.step - 1
	from, to := (lo+round)&^round, hi&^round
	if from >= to {
		rest(lo, hi)
		return
	}
	if lo < from {
		rest(lo, from)
	}
	_ = a[p.base(to-1)|p.targets]
	for n := 0; from < to; from += n << w.step {
		n = min((to-from)>>w.step, stride)
		body(&a[w.start], p.base(from)<<4&w.mask, n)
	}
	if to < hi {
		rest(to, hi)
	}
}

// Scale multiplies: a[i] *= f for every i whose control bits are 1.
func Scale[A Amplitude](state []A, p *Place, f complex128, lo, hi int) {
	v, w := p.vectors, &p.walk
	a, ok := double(state)
	if v == nil || !ok {
		scaleGeneric(state, p, f, lo, hi)
		return
	}
	p.cover(a, w, lo, hi,
		func(x *complex128, i, n int) { v.scale(x, i, w.mask, n, w.keep, f) },
		func(lo, hi int) { scaleGeneric(a, p, f, lo, hi) })
}

// Diagonal multiplies a[i] by d0 and its partner, with the target bit 1, by d1.
func Diagonal[A Amplitude](state []A, p *Place, d0, d1 complex128, lo, hi int) {
	v, w := p.vectors, &p.walk
	a, ok := double(state)
	if v == nil || !ok {
		diagonalGeneric(state, p, d0, d1, lo, hi)
		return
	}
	ones0, ones1 := 0, 0xff
	switch w.lane[0] {
	case 0:
		ones0, ones1 = 0xcc, 0xcc
	case 1:
		ones0, ones1 = 0xf0, 0xf0
	}
	p.cover(a, w, lo, hi,
		func(x *complex128, i, n int) {
			if d0 == 1 && ones0 == 0 {
				v.scale(&a[w.start|p.targets], i, w.mask, n, w.keep, d1)
				return
			}
			v.diagonal(x, i, w.mask, n, w.offset[0], ones0, ones1, w.keep, d0, d1)
		},
		func(lo, hi int) { diagonalGeneric(a, p, d0, d1, lo, hi) })
}

// Flip exchanges a[i] and its partner with the target bit 1.
func Flip[A Amplitude](state []A, p *Place, lo, hi int) {
	a, ok := double(state)
	if p.vectors == nil || !ok {
		flipGeneric(state, p, lo, hi)
		return
	}
	p.permute(a, lo, hi, flipGeneric[complex128])
}

// Swap exchanges the amplitudes whose two target bits are 01 and 10.
func Swap[A Amplitude](state []A, p *Place, lo, hi int) {
	a, ok := double(state)
	if p.vectors == nil || !ok {
		swapGeneric(state, p, lo, hi)
		return
	}
	p.permute(a, lo, hi, swapGeneric[complex128])
}

func (p *Place) permute(a []complex128, lo, hi int, generic func(a []complex128, p *Place, lo, hi int)) {
	v, w := p.vectors, &p.pair
	p.cover(a, &w.walk, lo, hi,
		func(x *complex128, i, n int) { v.permute(x, i, w.mask, n, w.x, w.y, w.moves[0], w.moves[1]) },
		func(lo, hi int) { generic(a, p, lo, hi) })
}

// Dense1 applies the row-major 2×2 matrix m: (x, y) ← (m₀x+m₁y, m₂x+m₃y) for
// x = a[i] and y its partner with the target bit 1.
func Dense1[A Amplitude](state []A, p *Place, m []complex128, lo, hi int) {
	v, w := p.vectors, &p.walk
	a, ok := double(state)
	if v == nil || !ok {
		dense1Generic(state, p, m, lo, hi)
		return
	}
	dense := v.dense1
	if imag(m[0]) == 0 && imag(m[1]) == 0 && imag(m[2]) == 0 && imag(m[3]) == 0 {
		dense = v.denseReal
	}
	p.cover(a, w, lo, hi,
		func(x *complex128, i, n int) { dense(x, i, w.mask, n, w.offset[0], w.lane[0], w.keep, &m[0]) },
		func(lo, hi int) { dense1Generic(a, p, m, lo, hi) })
}

// Dense applies the row-major 2ᵗ×2ᵗ matrix m on t = 1, 2 or 3 targets: the group's
// amplitudes v become m·v.
func Dense[A Amplitude](state []A, p *Place, m []complex128, lo, hi int) {
	v, w := p.vectors, &p.walk
	a, ok := double(state)
	if !ok {
		v = nil
	}
	rest := func(lo, hi int) { denseGeneric(state, p, m, lo, hi) }
	s, l := &w.offset, &w.lane
	switch t := len(p.Targets); {
	case t == 1:
		Dense1(state, p, m, lo, hi)
	case t == 2 && v != nil:
		p.cover(a, w, lo, hi, func(x *complex128, i, n int) {
			v.dense2(x, i, w.mask, n, s[0], l[0], s[1], l[1], w.keep, &m[0])
		}, rest)
	case t == 3 && v != nil && v.dense3 != nil:
		p.cover(a, w, lo, hi, func(x *complex128, i, n int) {
			v.dense3(x, i, w.mask, n, s[0], l[0], s[1], l[1], s[2], l[2], w.keep, &m[0])
		}, rest)
	default:
		rest(lo, hi)
	}
}

// Inner returns Σ conj(l)·(m·v) over the groups, l and v the amplitudes of a
// group in the two states and m a row-major matrix on t = 0, 1, 2 or 3 targets.
func Inner[A Amplitude](lambda, psi []A, p *Place, m []complex128, lo, hi int) complex128 {
	v, w := p.vectors, &p.walk
	l, _ := double(lambda)
	a, ok := double(psi)
	if v == nil || !ok || len(p.Targets) != 1 {
		return innerGeneric(lambda, psi, p, m, lo, hi)
	}
	sum := complex128(0)
	p.cover(a[:len(l)], w, lo, hi,
		func(x *complex128, i, n int) {
			g00, g01, g10, g11 := v.inner(x, &l[w.start], i, w.mask, n, w.offset[0], w.lane[0], w.keep)
			sum += m[0]*g00 + m[1]*g01 + m[2]*g10 + m[3]*g11
		},
		func(lo, hi int) { sum += innerGeneric(lambda, psi, p, m, lo, hi) })
	return sum
}
