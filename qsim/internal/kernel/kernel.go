package kernel

import "unsafe"

// In the comments a stands for the state.

// Every kernel works on the groups lo ≤ k < hi of its place, so that a state can
// be cut into pieces that touch disjoint amplitudes. Assembly does the groups that
// fill whole steps of a walk, pure Go the rest: pieces cut at multiples of 16
// groups give the same bits as the whole.

// stride is the number of steps in one call of assembly, which cannot be
// preempted: at most 100 µs of the slowest kernel.
const stride = 1 << 11

// stretch is what a call of assembly begins with, see [gates].
type stretch struct {
	start                          int // of the walk, in bytes from the state's first
	i, mask, n, ahead, lines, need int
}

// cover calls body for stretches of whole steps, and rest for the groups before and
// after them. It panics when a group goes beyond the end of a.
func cover[A Amplitude](p *Place, w *walk, a []A, lo, hi int, body func(s stretch), rest func(lo, hi int)) {
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
	begin, end := to, to
	if len(a) >= p.farFrom && w.far.steps > 0 {
		g := w.far.groups - 1
		begin = min((from+g)&^g, to)
		end = max(to&^g, begin)
	}
	p.near(w, from, begin, body)
	p.far(w, begin, end, body)
	p.near(w, end, to, body)
	if to < hi {
		rest(to, hi)
	}
}

// near covers groups of a state that caches hold.
func (p *Place) near(w *walk, from, to int, body func(s stretch)) {
	s := stretch{start: w.start, mask: w.mask, lines: -1}
	for ; from < to; from += s.n << w.step {
		s.i, s.n = p.base(from)<<p.gates.shift&w.mask, min((to-from)>>w.step, stride)
		body(s)
	}
}

// far covers groups of a state in memory.
func (p *Place) far(w *walk, from, to int, body func(s stretch)) {
	f := &w.far
	s := stretch{start: w.start &^ f.need, mask: f.mask, lines: f.lines, need: f.need}
	for n := 0; from < to; from += n {
		n = min(stride/f.steps*f.groups, to-from)
		s.n = n / f.groups * f.steps
		s.i = p.base(from) << p.gates.shift & f.mask &^ f.need
		s.ahead = p.base(from+f.ahead) << p.gates.shift & f.lines
		body(s)
	}
}

// address is where the walk of s begins in a.
func address[A Amplitude](a []A, s stretch) *byte {
	return (*byte)(unsafe.Add(unsafe.Pointer(unsafe.SliceData(a)), s.start))
}

// Scale multiplies: a[i] *= f for every i whose control bits are 1.
func Scale[A Amplitude](a []A, p *Place, f complex128, lo, hi int) {
	g, w := p.gates, &p.walk
	if g == nil {
		scaleGeneric(a, p, f, lo, hi)
		return
	}
	cover(p, w, a, lo, hi,
		func(s stretch) {
			g.scale(address(a, s), s.i, s.mask, s.n, s.ahead, s.lines, s.need, w.keep, f)
		},
		func(lo, hi int) { scaleGeneric(a, p, f, lo, hi) })
}

// Diagonal multiplies a[i] by d0 and its partner, with the target bit 1, by d1.
func Diagonal[A Amplitude](a []A, p *Place, d0, d1 complex128, lo, hi int) {
	g, w := p.gates, &p.walk
	if g == nil {
		diagonalGeneric(a, p, d0, d1, lo, hi)
		return
	}
	ones0, ones1 := 0, 0xff
	if b := w.lane[0]; b >= 0 {
		ones0 = 0
		for l := range 1 << g.lanes {
			if l>>b&1 == 1 {
				ones0 |= g.quads(l)
			}
		}
		ones1 = ones0
	}
	cover(p, w, a, lo, hi,
		func(s stretch) {
			g.diagonal(address(a, s), s.i, s.mask, s.n, s.ahead, s.lines, s.need, w.keep, w.offset[0], ones0, ones1, d0, d1)
		},
		func(lo, hi int) { diagonalGeneric(a, p, d0, d1, lo, hi) })
}

// Flip exchanges a[i] and its partner with the target bit 1.
func Flip[A Amplitude](a []A, p *Place, lo, hi int) { permute(a, p, lo, hi, flipGeneric[A]) }

// Swap exchanges the amplitudes whose two target bits are 01 and 10.
func Swap[A Amplitude](a []A, p *Place, lo, hi int) { permute(a, p, lo, hi, swapGeneric[A]) }

func permute[A Amplitude](a []A, p *Place, lo, hi int, generic func(a []A, p *Place, lo, hi int)) {
	g, w := p.gates, &p.pair
	if g == nil {
		generic(a, p, lo, hi)
		return
	}
	const all = 0xff
	cover(p, &w.walk, a, lo, hi,
		func(s stretch) {
			g.permute(address(a, s), s.i, s.mask, s.n, s.ahead, s.lines, s.need, all, w.x, w.y, w.moves[0], w.moves[1])
		},
		func(lo, hi int) { generic(a, p, lo, hi) })
}

// Dense applies the row-major 2ᵗ×2ᵗ matrix m on t = 1, 2 or 3 targets: the group's
// amplitudes v become m·v.
func Dense[A Amplitude](a []A, p *Place, m []complex128, lo, hi int) {
	g, w := p.gates, &p.walk
	if g == nil {
		denseGeneric(a, p, m, lo, hi)
		return
	}
	dense := g.dense[len(p.Targets)]
	if len(m) == 4 && imag(m[0]) == 0 && imag(m[1]) == 0 && imag(m[2]) == 0 && imag(m[3]) == 0 {
		dense = g.denseReal
	}
	o, l := &w.offset, &w.lane
	cover(p, w, a, lo, hi,
		func(s stretch) {
			dense(address(a, s), s.i, s.mask, s.n, s.ahead, s.lines, s.need, w.keep, o[0], l[0], o[1], l[1], o[2], l[2], &m[0])
		},
		func(lo, hi int) { denseGeneric(a, p, m, lo, hi) })
}

// Inner returns Σ conj(l)·(m·v) over the groups, l and v the amplitudes of a
// group in the two states and m a row-major matrix on t = 0, 1, 2 or 3 targets.
func Inner[A Amplitude](lambda, psi []A, p *Place, m []complex128, lo, hi int) complex128 {
	if p.inner == nil {
		return innerGeneric(lambda, psi, p, m, lo, hi)
	}
	w := &p.walk
	inner := p.inner[len(p.Targets)]
	o, l := &w.offset, &w.lane
	sum := complex128(0)
	cover(p, w, psi[:len(lambda)], lo, hi,
		func(s stretch) {
			re, im := inner(address(psi, s), address(lambda, s), s.i, s.mask, s.n, s.ahead, s.lines, s.need, w.keep, o[0], l[0], o[1], l[1], o[2], l[2], &m[0])
			sum += complex(re, im)
		},
		func(lo, hi int) { sum += innerGeneric(lambda, psi, p, m, lo, hi) })
	return sum
}
