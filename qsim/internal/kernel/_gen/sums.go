package main

import (
	"fmt"

	. "github.com/mmcloughlin/avo/build"
	"github.com/mmcloughlin/avo/gotypes"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

func (s *set) zeros(n int) []reg.VecVirtual {
	v := s.vectors(n)
	for i := range v {
		s.xor(v[i], v[i], v[i])
	}
	return v
}

func (s *set) xor(x, y Op, dst reg.VecVirtual) {
	if s.wide {
		VPXORQ(x, y, dst)
	} else {
		VPXOR(x, y, dst)
	}
}

// total stores the sum of v, or that of its even doubles minus its odd ones.
func (s *set) total(v reg.VecVirtual, minus bool, to gotypes.Component) {
	y := v.AsY()
	x, t := XMM(), XMM()
	if s.wide {
		h := YMM()
		VEXTRACTF64X4(U8(1), v, h)
		VADDPD(h, y, y)
		VEXTRACTF64X2(U8(1), y, x)
	} else {
		VEXTRACTF128(U8(1), y, x)
	}
	VADDPD(v.AsX(), x, x)
	VPERMILPD(U8(1), x, t)
	if minus {
		VSUBSD(t, x, x)
	} else {
		VADDSD(t, x, x)
	}
	Store(x, to)
}

// inner emits re + i·im = Σ conj(lambda)·(m·v) over the groups with up to 3
// targets.
func (s *set) inner(targets int) {
	s.returns(fmt.Sprintf("inner%d", targets), ", lambda ", cornerArguments, "re, im float64")
	w := s.walk(1 << targets)
	at, far := w.corners(targets)
	f := s.matrix(integer("m"), targets)
	distance := integer("lambda")
	SUBQ(w.base, distance)
	var ex []*exchanger
	for b := range targets {
		ex = append(ex, s.exchanger(b))
	}
	sums := s.zeros(2)
	w.loopThen(func() {
		far()
		_, out := s.product(w, ex, f, at)
		for r := range out {
			s.only(w.keep, out[r])
		}
		for _, e := range ex {
			e.apply(w.label+"out", out)
		}
		for r := range out {
			l, i := s.vector(), GP64()
			LEAQ(Mem{Base: at[r].Index, Index: distance, Scale: 1}, i)
			VMOVUPD(Mem{Base: at[r].Base, Index: i, Scale: 1}, l)
			VFMADD231PD(l, out[r], sums[0])
			s.turned(out[r], out[r])
			VFMADD231PD(l, out[r], sums[1])
		}
	}, func() {
		for i, v := range sums {
			s.total(v, i == 1, ReturnIndex(i))
		}
	})
}

// only clears the lanes of v that are not in mask.
func (s *set) only(mask reg.Register, v reg.VecVirtual) {
	if s.wide {
		VMOVAPD_Z(v, mask, v)
	} else {
		VANDPD(mask, v, v)
	}
}

// pauli is the part that the kernels on Pauli strings share: a loop over n
// consecutive vectors of a from the offset i. The string has the bits x and z above
// the lanes, as offsets, and flips the lanes xl; negative marks the doubles where
// the lane bits give a minus.
type pauli struct {
	s     *set
	w     *walk
	x, z  reg.GPVirtual
	order reg.VecVirtual

	single bool
	bytes  int // of the amplitudes in a vector
}

const pauliArguments = "i, n, x, z, xl, negative int"

func (s *set) pauli() *pauli {
	p := &pauli{s: s, bytes: s.bytes, w: &walk{base: integer("a"), i: integer("i"), n: integer("n")}}
	p.x, p.z, p.order = integer("x"), integer("z"), s.vector()
	flip := integer("xl")
	if s.wide {
		SHLQ(U8(1), flip)
		VPBROADCASTQ(flip, p.order)
		VPXORQ(quadTable, p.order, p.order)
		return p
	}
	SHLQ(U8(2), flip)
	low := XMM()
	VMOVQ(flip, low)
	VPBROADCASTD(low, p.order)
	VPXOR(dwordTable, p.order, p.order)
	return p
}

// partner loads the vector of a at i XOR x, its lanes flipped.
func (p *pauli) partner(dst reg.VecVirtual) reg.GPVirtual {
	from := GP64()
	MOVQ(p.w.i, from)
	XORQ(p.x, from)
	var at Op = Mem{Base: p.w.base, Index: from, Scale: 1}
	if p.single {
		VCVTPS2PD(at, dst)
		at = dst
	}
	if p.s.wide {
		VPERMPD(at, p.order, dst)
	} else {
		VPERMD(at, p.order, dst)
	}
	return from
}

// sign multiplies v by (−1)^parity(i AND z).
func (p *pauli) sign(i reg.GPVirtual, v reg.VecVirtual) {
	parity := GP64()
	MOVQ(i, parity)
	ANDQ(p.z, parity)
	POPCNTQ(parity, parity)
	SHLQ(U8(63), parity)
	minus := p.s.vector()
	p.s.fill(parity, minus)
	p.s.xor(minus, v, v)
}

// fill puts x into all doubles of v.
func (s *set) fill(x reg.GPVirtual, v reg.VecVirtual) {
	if s.wide {
		VPBROADCASTQ(x, v)
		return
	}
	low := XMM()
	VMOVQ(x, low)
	VPBROADCASTQ(low, v)
}

// minus is −0 in the lanes that the argument negative marks and 0 elsewhere.
func (p *pauli) minus() reg.VecVirtual {
	marked := p.s.lanes("negative")
	bit := GP64()
	MOVQ(U64(1<<63), bit)
	v := p.s.vector()
	p.s.fill(bit, v)
	p.s.only(marked, v)
	return v
}

func (p *pauli) loop(body, then func()) {
	Label("loop")
	body()
	ADDQ(I32(p.bytes), p.w.i)
	DECQ(p.w.n)
	JNZ(LabelRef("loop"))
	then()
	VZEROUPPER()
	RET()
}

// load puts the amplitudes at m into v, widened where they are single.
func (s *set) load(m Mem, v reg.VecVirtual, single bool) {
	if single {
		VCVTPS2PD(m, v)
		return
	}
	VMOVUPD(m, v)
}

// variant is the suffix of a kernel, the type of an amplitude, and the bytes in memory
// of the amplitudes in a vector.
func (s *set) variant(single bool) (suffix, amplitude string, bytes int) {
	if single {
		return "Single" + s.suffix, "complex64", s.bytes / 2
	}
	return s.suffix, "complex128", s.bytes
}

// expect emits re + i·im = Σ ±conj(a[k XOR x])·a[k].
func (s *set) expect(single bool) {
	suffix, amplitude, bytes := s.variant(single)
	TEXT("expect"+suffix, 4, "func(a *"+amplitude+", "+pauliArguments+") (re, im float64)")
	Pragma("noescape")
	p := s.pauli()
	p.single, p.bytes = single, bytes
	minus := p.minus()
	sums := s.zeros(2)
	p.loop(func() {
		v, b, turned := s.vector(), s.vector(), s.vector()
		s.load(p.w.at(p.w.base), v, single)
		p.partner(b)
		p.sign(p.w.i, v)
		s.turned(v, turned)
		VFMADD231PD(b, v, sums[0])
		VFMADD231PD(b, turned, sums[1])
	}, func() {
		for i, v := range sums {
			s.xor(minus, v, v)
			s.total(v, i == 1, ReturnIndex(i))
		}
	})
}

// addPauli emits dst[k] += ±f·a[k XOR x].
func (s *set) addPauli() {
	TEXT("addPauli"+s.suffix, 4, "func(dst, a *complex128, "+pauliArguments+", f complex128)")
	Pragma("noescape")
	p := s.pauli()
	dst := integer("dst")
	f := s.number("f")
	minus := p.minus()
	s.xor(minus, f.re, f.re)
	s.xor(minus, f.im, f.im)
	p.loop(func() {
		v, t := s.vector(), s.vector()
		from := p.partner(v)
		p.sign(from, v)
		s.turned(v, t)
		VMULPD(f.im, t, t)
		VFMADDSUB231PD(f.re, v, t)
		VADDPD(p.w.at(dst), t, t)
		VMOVUPD(t, p.w.at(dst))
	}, func() {})
}

// norm emits Σ |a[k]|² over n times four vectors.
func (s *set) norm(single bool) {
	suffix, amplitude, bytes := s.variant(single)
	TEXT("norm"+suffix, 4, "func(a *"+amplitude+", n int) float64")
	Pragma("noescape")
	a, n := integer("a"), integer("n")
	sums := s.zeros(4)
	Label("loop")
	for i, sum := range sums {
		v := s.vector()
		s.load(Mem{Base: a, Disp: i * bytes}, v, single)
		VFMADD231PD(v, v, sum)
	}
	ADDQ(I32(4*bytes), a)
	DECQ(n)
	JNZ(LabelRef("loop"))
	VADDPD(sums[0], sums[1], sums[0])
	VADDPD(sums[2], sums[3], sums[2])
	VADDPD(sums[0], sums[2], sums[0])
	s.total(sums[0], false, ReturnIndex(0))
	VZEROUPPER()
	RET()
}

// probabilities emits dst[k] = |a[k]|² over n times two vectors of a.
func (s *set) probabilities() {
	TEXT("probabilities"+s.suffix, 4, "func(dst *float64, a *complex128, n int)")
	Pragma("noescape")
	dst, a, n := integer("dst"), integer("a"), integer("n")
	order := s.vector()
	if s.wide {
		VMOVUPD(evenTable, order)
	}
	Label("loop")
	x, y, t := s.vector(), s.vector(), s.vector()
	VMOVUPD(Mem{Base: a}, x)
	VMOVUPD(Mem{Base: a, Disp: s.bytes}, y)
	VMULPD(x, x, x)
	VMULPD(y, y, y)
	VUNPCKLPD(y, x, t)
	VUNPCKHPD(y, x, x)
	VADDPD(t, x, x)
	if s.wide {
		VPERMPD(x, order, x)
	} else {
		VPERMPD(U8(0xd8), x, x)
	}
	VMOVUPD(x, Mem{Base: dst})
	ADDQ(I32(2*s.bytes), a)
	ADDQ(I32(s.bytes), dst)
	DECQ(n)
	JNZ(LabelRef("loop"))
	VZEROUPPER()
	RET()
}
