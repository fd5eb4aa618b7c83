package main

import (
	"fmt"

	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// dense emits the product with a complex matrix on 1, 2 or 3 targets. With x′ the
// turned x, a row is Σ re·x ∓ Σ im·x′, minus in the real parts and plus in the
// imaginary ones.
func (s *set) dense(targets int) {
	args := ""
	for b := range targets {
		args += fmt.Sprintf("s%d, lane%d, ", b, b)
	}
	s.text(fmt.Sprintf("dense%d", targets), args+"keep int, m *complex128")
	w := newWalk()
	base := w.corners(targets)
	m := integer("m")
	var ex []*exchanger
	for b := range targets {
		ex = append(ex, s.exchanger(b))
	}
	keep := s.lanes("keep")
	f := s.matrix(m, targets)
	w.loop(func() {
		x := s.vectors(len(base))
		for r := range x {
			VMOVUPD(w.at(base[r]), x[r])
		}
		for _, e := range ex {
			e.apply("in", x)
		}
		out := s.rows(f, x)
		for r := range x {
			s.choose(keep, out[r], x[r], out[r])
		}
		for _, e := range ex {
			e.apply("out", out)
		}
		for r := range out {
			VMOVUPD(out[r], w.at(base[r]))
		}
	})
}

// corners are a plus all sums of the offsets given as arguments.
func (w *walk) corners(targets int) []reg.GPVirtual {
	base := []reg.GPVirtual{w.base}
	for b := range targets {
		offset := integer(fmt.Sprintf("s%d", b))
		for _, b := range base {
			corner := GP64()
			LEAQ(Mem{Base: b, Index: offset, Scale: 1}, corner)
			base = append(base, corner)
		}
	}
	return base
}

// factors are the numbers of a matrix: in registers when there are few.
type factors struct {
	s         *set
	m         reg.Register
	d         int
	registers []reg.VecVirtual
}

func (s *set) matrix(m reg.Register, targets int) *factors {
	f := &factors{s: s, m: m, d: 1 << targets}
	if targets == 1 {
		f.registers = s.vectors(8)
		for i, v := range f.registers {
			VBROADCASTSD(Mem{Base: m, Disp: 8 * i}, v)
		}
	}
	return f
}

type fused struct{ plain, broadcast func(...Op) }

var (
	multiply = fused{VMULPD, VMULPD_BCST}
	add      = fused{VFMADD231PD, VFMADD231PD_BCST}
	addSub   = fused{VFMADDSUB231PD, VFMADDSUB231PD_BCST}
)

// apply emits op on the real (part 0) or imaginary (part 1) number of row r and
// column c, x and dst.
func (f *factors) apply(op fused, r, c, part int, x, dst reg.VecVirtual) {
	i := 2*(r*f.d+c) + part
	at := Mem{Base: f.m, Disp: 8 * i}
	switch {
	case f.registers != nil:
		op.plain(f.registers[i], x, dst)
	case f.s.wide:
		op.broadcast(at, x, dst)
	default:
		v := f.s.vector()
		VBROADCASTSD(at, v)
		op.plain(v, x, dst)
	}
}

// rows returns f·x.
func (s *set) rows(f *factors, x []reg.VecVirtual) []reg.VecVirtual {
	turned := s.vectors(f.d)
	for c := range x {
		s.turned(x[c], turned[c])
	}
	out := s.vectors(f.d)
	for r := range out {
		f.apply(multiply, r, 0, 1, turned[0], out[r])
		for c := 1; c < f.d; c++ {
			f.apply(add, r, c, 1, turned[c], out[r])
		}
		f.apply(addSub, r, 0, 0, x[0], out[r])
		for c := 1; c < f.d; c++ {
			f.apply(add, r, c, 0, x[c], out[r])
		}
	}
	return out
}

// denseReal emits the product with a real matrix on one target.
func (s *set) denseReal() {
	s.text("denseReal", "s0, lane0, keep int, m *complex128")
	w := newWalk()
	base := w.corners(1)
	m := integer("m")
	ex := s.exchanger(0)
	keep := s.lanes("keep")
	f := s.vectors(4)
	for i, v := range f {
		VBROADCASTSD(Mem{Base: m, Disp: 16 * i}, v)
	}
	w.loop(func() {
		x, out := s.vectors(2), s.vectors(2)
		for r := range x {
			VMOVUPD(w.at(base[r]), x[r])
		}
		ex.apply("in", x)
		for r := range out {
			VMULPD(f[2*r], x[0], out[r])
			VFMADD231PD(f[2*r+1], x[1], out[r])
		}
		for r := range out {
			s.choose(keep, out[r], x[r], out[r])
		}
		ex.apply("out", out)
		for r := range out {
			VMOVUPD(out[r], w.at(base[r]))
		}
	})
}

// number is a complex factor in every lane.
type number struct{ re, im reg.VecVirtual }

func (s *set) number(name string) number {
	z := number{s.vector(), s.vector()}
	VBROADCASTSD(address(Param(name).Real()), z.re)
	VBROADCASTSD(address(Param(name).Imag()), z.im)
	return z
}

// times replaces v by z·v in the lanes of keep.
func (s *set) times(z number, keep reg.Register, at Mem) {
	x, p := s.vector(), s.vector()
	VMOVUPD(at, x)
	s.turned(x, p)
	VMULPD(z.im, p, p)
	VFMADDSUB231PD(z.re, x, p)
	s.choose(keep, p, x, p)
	VMOVUPD(p, at)
}

// scale emits the product of one vector with a number.
func (s *set) scale() {
	s.text("scale", "keep int, f complex128")
	w := newWalk()
	keep := s.lanes("keep")
	f := s.number("f")
	w.loop(func() { s.times(f, keep, w.at(w.base)) })
}

// diagonal emits the product of two vectors with d0, and with d1 in the lanes of
// ones0 in the first and of ones1 in the second.
func (s *set) diagonal() {
	s.text("diagonal", "s0, ones0, ones1, keep int, d0, d1 complex128")
	w := newWalk()
	second := w.partner("s0")
	keep := s.lanes("keep")
	d0, d1 := s.number("d0"), s.number("d1")
	var f [2]number
	for i, name := range []string{"ones0", "ones1"} {
		ones := s.lanes(name)
		f[i] = number{s.vector(), s.vector()}
		s.choose(ones, d1.re, d0.re, f[i].re)
		s.choose(ones, d1.im, d0.im, f[i].im)
	}
	w.loop(func() {
		s.times(f[0], keep, w.at(w.base))
		s.times(f[1], keep, w.at(second))
	})
}

// permute emits moves among the doubles of the vectors at offsets x and y: byte j
// of moves0 is the number of the double that double j of the first vector
// receives, the numbers going on in the second vector; moves1 is for the second.
func (s *set) permute() {
	s.text("permute", "x, y, moves0, moves1 int")
	w := newWalk()
	at := []reg.GPVirtual{w.partner("x"), w.partner("y")}
	if !s.wide {
		s.permuteShort(w, at)
		return
	}
	lo, hi := ZMM(), ZMM()
	VPMOVZXBQ(address(Param("moves0")), lo)
	VPMOVZXBQ(address(Param("moves1")), hi)
	w.loop(func() {
		x, y, t := ZMM(), ZMM(), ZMM()
		VMOVUPD(w.at(at[0]), x)
		VMOVUPD(w.at(at[1]), y)
		VMOVAPD(x, t)
		VPERMT2PD(y, lo, x)
		VPERMT2PD(y, hi, t)
		VMOVUPD(x, w.at(at[0]))
		VMOVUPD(t, w.at(at[1]))
	})
}

// permuteShort has one loop for each of the moves that two vectors of two
// amplitudes can make, found by what the first vector receives.
func (s *set) permuteShort(w *walk, at []reg.GPVirtual) {
	loops := []struct {
		name string
		x, y [2]int // amplitudes received
	}{
		{"whole", [2]int{2, 3}, [2]int{0, 1}},
		{"control", [2]int{0, 3}, [2]int{2, 1}},
		{"exchange", [2]int{0, 2}, [2]int{1, 3}},
		{"within", [2]int{1, 0}, [2]int{3, 2}},
	}
	code := integer("moves0").As32()
	for _, l := range loops[1:] {
		CMPL(code, U32(received(l.x)))
		JEQ(LabelRef(l.name))
	}
	for _, l := range loops {
		w.label = l.name
		w.loop(func() {
			x, y, t := YMM(), YMM(), YMM()
			VMOVUPD(w.at(at[0]), x)
			VMOVUPD(w.at(at[1]), y)
			if l.name == "whole" {
				VMOVUPD(y, w.at(at[0]))
				VMOVUPD(x, w.at(at[1]))
				return
			}
			VPERM2F128(U8(l.x[0]|l.x[1]<<4), y, x, t)
			VPERM2F128(U8(l.y[0]|l.y[1]<<4), y, x, y)
			VMOVUPD(t, w.at(at[0]))
			VMOVUPD(y, w.at(at[1]))
		})
	}
}

// received is the low half of moves0 for amplitudes received.
func received(v [2]int) uint32 {
	a, b := uint32(2*v[0]), uint32(2*v[1])
	return a | (a+1)<<8 | b<<16 | (b+1)<<24
}
