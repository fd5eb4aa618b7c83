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
	s.text(fmt.Sprintf("dense%d", targets), cornerArguments)
	w := s.walk(1 << targets)
	at, far := w.corners(targets)
	f := s.matrix(integer("m"), targets)
	var ex []*exchanger
	for b := range targets {
		ex = append(ex, s.exchanger(b))
	}
	w.loop(func() {
		far()
		x, out := s.product(w, ex, f, at)
		for r := range out {
			s.choose(w.keep, out[r], x(r), out[r])
		}
		for _, e := range ex {
			e.apply(w.label+"out", out)
		}
		for r := range out {
			VMOVUPD(out[r], at[r])
		}
	})
}

// cornerArguments place up to three targets.
const cornerArguments = "s0, lane0, s1, lane1, s2, lane2 int, m *complex128"

// corners are the vectors at the walk's place displaced by all sums of the offsets
// given as arguments. The third offset, where there is one, is added to the place in
// every step by far, as registers are few.
func (w *walk) corners(targets int) (at []Mem, far func()) {
	base := []reg.GPVirtual{w.base}
	for b := range min(targets, 2) {
		offset := integer(fmt.Sprintf("s%d", b))
		for _, b := range base {
			corner := GP64()
			LEAQ(Mem{Base: b, Index: offset, Scale: 1}, corner)
			base = append(base, corner)
		}
	}
	for _, b := range base {
		at = append(at, w.at(b))
	}
	if targets < 3 {
		return at, func() {}
	}
	i := GP64()
	for _, b := range base {
		at = append(at, Mem{Base: b, Index: i, Scale: 1})
	}
	return at, func() {
		MOVQ(w.i, i)
		ADDQ(address(Param("s2")), i)
	}
}

// factors are the float64 of a matrix: in registers when there are few, rounded and
// kept on the stack when there are more and s is single.
type factors struct {
	s         *set
	m         Mem
	d         int
	registers []reg.VecVirtual
	scratch   *Mem // for vectors that find no register
}

func (s *set) matrix(m reg.Register, targets int) *factors {
	f := &factors{s: s, m: Mem{Base: m}, d: 1 << targets}
	if targets <= 1 {
		f.registers = s.vectors(2 * f.d * f.d)
		for i, v := range f.registers {
			s.fillWith(f.m.Offset(8*i), v)
		}
		return f
	}
	if s.single {
		rounded := AllocLocal(8 * f.d * f.d)
		for i := 0; i < 2*f.d*f.d; i += 4 {
			four := XMM()
			VCVTPD2PSY(f.m.Offset(8*i), four)
			VMOVUPS(four, rounded.Offset(4*i))
		}
		f.m = rounded
	}
	if targets == 3 && !s.wide {
		scratch := AllocLocal(f.d * s.bytes)
		f.scratch = &scratch
	}
	return f
}

// at is number i of a matrix that is not in registers, counting real and imaginary parts.
func (f *factors) at(i int) Mem {
	if f.s.single {
		return f.m.Offset(4 * i)
	}
	return f.m.Offset(8 * i)
}

// broadcast puts the number at m into all elements of v.
func (s *set) broadcast(m Mem, v reg.VecVirtual) {
	if s.single {
		VBROADCASTSS(m, v)
	} else {
		VBROADCASTSD(m, v)
	}
}

// fused is an instruction in double and in single precision, and for AVX-512 those
// that broadcast a number from memory.
type fused struct{ double, single, broadcast, broadcastSingle func(...Op) }

var (
	multiply = fused{VMULPD, VMULPS, VMULPD_BCST, VMULPS_BCST}
	add      = fused{VFMADD231PD, VFMADD231PS, VFMADD231PD_BCST, VFMADD231PS_BCST}
	addSub   = fused{VFMADDSUB231PD, VFMADDSUB231PS, VFMADDSUB231PD_BCST, VFMADDSUB231PS_BCST}
)

// apply emits op on x, y and dst.
func (s *set) apply(op fused, x, y, dst Op) {
	if s.single {
		op.single(x, y, dst)
	} else {
		op.double(x, y, dst)
	}
}

// apply emits op on the real (part 0) or imaginary (part 1) number of row r and
// column c, x and dst.
func (f *factors) apply(op fused, r, c, part int, x, dst reg.VecVirtual) {
	i := 2*(r*f.d+c) + part
	switch {
	case f.registers != nil:
		f.s.apply(op, f.registers[i], x, dst)
	case f.s.wide && f.s.single:
		op.broadcastSingle(f.at(i), x, dst)
	case f.s.wide:
		op.broadcast(f.at(i), x, dst)
	default:
		v := f.s.vector()
		f.s.broadcast(f.at(i), v)
		f.s.apply(op, v, x, dst)
	}
}

// product returns the vectors x at the corners, their lanes exchanged, and f·x, all
// rows at once, column by column: so no row waits for its last sum. Vectors that
// find no register are kept in scratch.
func (s *set) product(w *walk, ex []*exchanger, f *factors, at []Mem) (x func(r int) Op, out []reg.VecVirtual) {
	v := s.vectors(len(at))
	for r := range v {
		VMOVUPD(at[r], v[r])
	}
	for _, e := range ex {
		e.apply(w.label+"in", v)
	}
	x = func(r int) Op { return v[r] }
	if f.scratch != nil {
		kept := func(r int) Mem { return f.scratch.Offset(r * s.bytes) }
		for r := range v {
			VMOVUPD(v[r], kept(r))
		}
		x = func(r int) Op { return kept(r) }
	}
	out = s.vectors(len(at))
	for _, part := range []int{1, 0} {
		for c := range v {
			column := s.vector()
			switch {
			case part == 1:
				s.turned(x(c), column)
			case f.scratch != nil:
				VMOVUPD(x(c), column)
			default:
				column = v[c]
			}
			op := add
			if c == 0 {
				op = []fused{addSub, multiply}[part]
			}
			for r := range out {
				f.apply(op, r, c, part, column, out[r])
			}
		}
	}
	return x, out
}

// denseReal emits the product with a real matrix on one target.
func (s *set) denseReal() {
	s.text("denseReal", cornerArguments)
	w := s.walk(2)
	at, _ := w.corners(1)
	m := Mem{Base: integer("m")}
	ex := s.exchanger(0)
	f := s.vectors(4)
	for i, v := range f {
		s.fillWith(m.Offset(16*i), v)
	}
	w.loop(func() {
		x, out := s.vectors(2), s.vectors(2)
		for r := range x {
			VMOVUPD(at[r], x[r])
		}
		ex.apply(w.label+"in", x)
		for r := range out {
			s.apply(multiply, f[2*r], x[0], out[r])
			s.apply(add, f[2*r+1], x[1], out[r])
		}
		for r := range out {
			s.choose(w.keep, out[r], x[r], out[r])
		}
		ex.apply(w.label+"out", out)
		for r := range out {
			VMOVUPD(out[r], at[r])
		}
	})
}

// number is a complex factor in every lane.
type number struct{ re, im reg.VecVirtual }

func (s *set) number(name string) number {
	z := number{s.vector(), s.vector()}
	s.fillWith(address(Param(name).Real()), z.re)
	s.fillWith(address(Param(name).Imag()), z.im)
	return z
}

// fillWith puts a float64, rounded where s is single, into all elements of v.
func (s *set) fillWith(x Mem, v reg.VecVirtual) {
	if !s.single {
		VBROADCASTSD(x, v)
		return
	}
	low := XMM()
	VXORPS(low, low, low)
	VCVTSD2SS(x, low, low)
	VBROADCASTSS(low, v)
}

// times returns z·x in the lanes of keep and x in the others.
func (s *set) times(z number, x reg.VecVirtual, keep reg.Register) reg.VecVirtual {
	p := s.vector()
	s.turned(x, p)
	s.apply(multiply, z.im, p, p)
	s.apply(addSub, z.re, x, p)
	s.choose(keep, p, x, p)
	return p
}

// scale emits the product of one vector with a number.
func (s *set) scale() {
	s.text("scale", "f complex128")
	w := s.walk(1)
	f := s.number("f")
	w.loop(func() {
		x := s.vector()
		VMOVUPD(w.at(w.base), x)
		VMOVUPD(s.times(f, x, w.keep), w.at(w.base))
	})
}

// diagonal emits the product of two vectors with d0, and with d1 in the lanes of
// ones0 in the first and of ones1 in the second. Both are loaded first: where they
// are a multiple of 4 KiB apart, a load waits for a store.
func (s *set) diagonal() {
	s.text("diagonal", "s0, ones0, ones1 int, d0, d1 complex128")
	w := s.walk(2)
	second := w.partner("s0")
	d0, d1 := s.number("d0"), s.number("d1")
	var f [2]number
	for i, name := range []string{"ones0", "ones1"} {
		ones := s.lanes(name)
		f[i] = number{s.vector(), s.vector()}
		s.choose(ones, d1.re, d0.re, f[i].re)
		s.choose(ones, d1.im, d0.im, f[i].im)
	}
	w.loop(func() {
		x, y := s.vector(), s.vector()
		VMOVUPD(w.at(w.base), x)
		VMOVUPD(w.at(second), y)
		x, y = s.times(f[0], x, w.keep), s.times(f[1], y, w.keep)
		VMOVUPD(x, w.at(w.base))
		VMOVUPD(y, w.at(second))
	})
}

// permute emits moves among the quadwords of the vectors at offsets x and y: byte j
// of moves0 is the number of the quadword that quadword j of the first vector
// receives, the numbers going on in the second vector; moves1 is for the second.
func (s *set) permute() {
	s.text("permute", "x, y, moves0, moves1 int")
	w := s.walk(2)
	at := []reg.GPVirtual{w.partner("x"), w.partner("y")}
	var moves []func(x, y reg.VecVirtual) reg.VecVirtual
	for _, name := range []string{"moves0", "moves1"} {
		moves = append(moves, s.moves(name))
	}
	w.loop(func() {
		v := s.vectors(2)
		for r := range v {
			VMOVUPD(w.at(at[r]), v[r])
		}
		for r := range v {
			moved := moves[r](v[0], v[1])
			if w.label == "far" {
				s.choose(w.keep, moved, v[r], moved)
			}
			VMOVUPD(moved, w.at(at[r]))
		}
	})
}

// moves returns what emits the vector of quadwords that the argument names.
func (s *set) moves(name string) func(x, y reg.VecVirtual) reg.VecVirtual {
	order := s.vector()
	VPMOVZXBQ(address(Param(name)), order)
	if s.wide {
		return func(x, y reg.VecVirtual) reg.VecVirtual {
			t := ZMM()
			VMOVAPD(order, t)
			VPERMI2PD(y, x, t)
			return t
		}
	}
	// Quadword q of a vector is its doublewords 2q and 2q+1; bit 2 is the choice of the vector.
	second, high := YMM(), YMM()
	VPSLLQ(U8(61), order, second)
	VPSLLQ(U8(1), order, order)
	VPSLLQ(U8(32), order, high)
	VPOR(order, high, order)
	VPOR(highTable, order, order)
	return func(x, y reg.VecVirtual) reg.VecVirtual {
		a, b := YMM(), YMM()
		VPERMPS(x, order, a)
		VPERMPS(y, order, b)
		VBLENDVPD(second, b, a, a)
		return a
	}
}
