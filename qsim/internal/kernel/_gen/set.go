package main

import (
	"fmt"
	"strconv"

	. "github.com/mmcloughlin/avo/build"
	"github.com/mmcloughlin/avo/gotypes"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// set is an instruction set: what differs between AVX2 and AVX-512, and between
// amplitudes in double and in single precision.
type set struct {
	suffix string
	bytes  int // in a vector
	wide   bool
	single bool
}

func avx512() *set { return &set{suffix: "AVX512", bytes: 64, wide: true} }
func avx2() *set   { return &set{suffix: "AVX2", bytes: 32} }

// inSingle is s for amplitudes in single precision.
func (s *set) inSingle() *set {
	out := *s
	out.suffix, out.single = "Single"+s.suffix, true
	return &out
}

var (
	exchangeTable Mem // for each lane bit the two permutations of exchange
	singleTable   Mem // the same for eight amplitudes a vector
	bitTable      Mem // 1, 2, 4, 8
	quadTable     Mem // 0 … 7
	evenTable     Mem // 0, 2, 4, 6, 1, 3, 5, 7
	dwordTable    Mem // 0 … 7 in 32 bits
	highTable     Mem // 1 in the upper half of each quadword
)

// tables emits the constants.
func tables() {
	exchangeTable = exchanges("exchanges", 2)
	singleTable = exchanges("exchangesSingle", 1)
	bitTable = GLOBL("lanebits", 0x18)
	for i := range 4 {
		DATA(8*i, U64(1<<i))
	}
	quadTable = GLOBL("quads", 0x18)
	for i := range 8 {
		DATA(8*i, U64(i))
	}
	evenTable = GLOBL("evens", 0x18)
	for i := range 8 {
		DATA(8*i, U64(2*i%8+i/4))
	}
	highTable = GLOBL("highs", 0x18)
	for i := range 4 {
		DATA(8*i, U64(1<<32))
	}
	dwordTable = GLOBL("dwords", 0x18)
	for i := range 8 {
		DATA(4*i, U32(i))
	}
}

// exchanges emits, for each lane bit, which of the 16 quadwords of two vectors go
// where when the bit is exchanged with the choice between the vectors; an amplitude
// has the given number of quadwords. For lane bit −1, taken as 3, there is room.
func exchanges(name string, quads int) Mem {
	table, lanes := GLOBL(name, 0x18), 8/quads // RODATA, NOPTR
	for bit := range 4 {
		for vector := range 2 {
			for q := range 8 {
				lane, from := q/quads, q
				if 1<<bit < lanes {
					from = lane>>bit&1*8 + (lane&^(1<<bit)|vector<<bit)*quads + q%quads
				}
				DATA(8*(16*bit+8*vector+q), U64(from))
			}
		}
	}
	return table
}

// vector returns a new vector register.
func (s *set) vector() reg.VecVirtual {
	if s.wide {
		return ZMM()
	}
	return YMM()
}

func (s *set) vectors(n int) []reg.VecVirtual {
	v := make([]reg.VecVirtual, n)
	for i := range v {
		v[i] = s.vector()
	}
	return v
}

// text opens a function. Its arguments are those of the walk and more.
func (s *set) text(name, more string) { s.returns(name, "", more, "") }

// returns opens a function with another state and results.
func (s *set) returns(name, other, more, results string) {
	TEXT(name+s.suffix, 0, "func(a "+other+"*byte, i, mask, n, ahead, lines, need, keep int, "+more+") ("+results+")")
	Pragma("noescape")
}

// walk is the loop over the vectors of a. There are two: the near one visits the
// steps i = (i − mask) AND mask. The far one, chosen by lines other than −1, does so
// too, but changes only where i has all bits of need; with two vectors a step it
// fetches meanwhile what lies at the subsets of lines, from ahead on.
type walk struct {
	s                *set
	base, i, mask, n reg.GPVirtual
	vectors          int          // of a step
	label            string       // of the loop being written
	keep             reg.Register // in it
}

func integer(name string) reg.GPVirtual { return Load(Param(name), GP64()).(reg.GPVirtual) }

// address is the place of an argument in memory.
func address(c gotypes.Component) Mem {
	b, err := c.Resolve()
	if err != nil {
		panic(err)
	}
	return b.Addr
}

func (s *set) walk(vectors int) *walk {
	return &walk{s: s, base: integer("a"), i: integer("i"), mask: integer("mask"), n: integer("n"), vectors: vectors}
}

// at is the vector at the walk's place, displaced by the pointer base.
func (w *walk) at(base reg.Register) Mem { return Mem{Base: base, Index: w.i, Scale: 1} }

// partner is a plus the offset given as an argument.
func (w *walk) partner(offset string) reg.GPVirtual {
	p := integer(offset)
	ADDQ(w.base, p)
	return p
}

func (w *walk) loop(body func()) { w.loopThen(body, func() {}) }

// loopThen returns after what then emits.
func (w *walk) loopThen(body, then func()) {
	lines := integer("lines")
	CMPQ(lines, I8(-1))
	JNE(LabelRef("distant"))
	w.keep = w.s.lanes("keep")
	w.label = "near"
	w.steps(func() {}, body)
	JMP(LabelRef("done"))

	Label("distant")
	w.keep = w.s.selector()
	w.label = "far"
	fetch := func() {}
	if w.vectors == 2 {
		ahead := integer("ahead")
		fetch = func() {
			for range 2 * w.s.bytes / 64 {
				PREFETCHT0(Mem{Base: w.base, Index: ahead, Scale: 1})
				SUBQ(lines, ahead)
				ANDQ(lines, ahead)
			}
		}
	}
	w.steps(func() {
		fetch()
		w.s.selected(w.i, w.keep)
	}, body)
	Label("done")
	then()
	VZEROUPPER()
	RET()
}

func (w *walk) steps(before, body func()) {
	Label(w.label)
	before()
	body()
	SUBQ(w.mask, w.i)
	ANDQ(w.mask, w.i)
	DECQ(w.n)
	JNZ(LabelRef(w.label))
}

// selector is a register for selected.
func (s *set) selector() reg.Register {
	if s.wide {
		return K()
	}
	return YMM()
}

// selected sets k to the lanes of keep if i has all bits of need, else to none.
func (s *set) selected(i reg.GPVirtual, k reg.Register) {
	t, need := GP64(), address(Param("need"))
	MOVQ(i, t)
	ANDQ(need, t)
	CMPQ(t, need) // less if a bit is missing
	SBBQ(t, t)
	NOTQ(t)
	ANDQ(address(Param("keep")), t)
	s.mask(t, k)
}

// turned puts v with real and imaginary parts exchanged into dst.
func (s *set) turned(v Op, dst reg.VecVirtual) {
	switch {
	case s.single:
		VPERMILPS(U8(0xb1), v, dst)
	case s.wide:
		VPERMILPD(U8(0x55), v, dst)
	default:
		VPERMILPD(U8(0x5), v, dst)
	}
}

// lanes is the argument name, a bit for each quadword, as a mask for choose.
func (s *set) lanes(name string) reg.Register {
	k := s.selector()
	s.mask(integer(name), k)
	return k
}

// mask makes a mask for choose of bits for each quadword.
func (s *set) mask(bits reg.GPVirtual, k reg.Register) {
	if s.wide {
		KMOVW(bits.As32(), k)
		return
	}
	low := XMM()
	VMOVQ(bits, low)
	VPBROADCASTQ(low, k)
	VPAND(bitTable, k, k)
	VPCMPEQQ(bitTable, k, k)
}

// choose sets dst to yes in the lanes of mask and to no in the others.
func (s *set) choose(mask reg.Register, yes, no, dst Op) {
	if m, ok := no.(Mem); ok {
		v := s.vector()
		VMOVUPD(m, v)
		no = v
	}
	if s.wide {
		VBLENDMPD(yes, no, mask, dst)
	} else {
		VBLENDVPD(mask, yes, no, dst)
	}
}

// exchanger swaps a lane bit with the choice between two vectors, when the
// argument that holds the bit is not negative.
type exchanger struct {
	s      *set
	target int
	lane   Mem
	lo, hi reg.VecVirtual // AVX-512: the permutations
}

func (s *set) exchanger(target int) *exchanger {
	e := &exchanger{s: s, target: target, lane: address(Param(fmt.Sprintf("lane%d", target)))}
	if s.wide {
		e.lo, e.hi = ZMM(), ZMM()
		table, at := GP64(), GP64()
		MOVQ(e.lane, at)
		ANDQ(I8(3), at) // of lane −1 the table is not used
		SHLQ(U8(7), at)
		if s.single {
			LEAQ(singleTable, table)
		} else {
			LEAQ(exchangeTable, table)
		}
		ADDQ(at, table)
		VMOVUPD(Mem{Base: table}, e.lo)
		VMOVUPD(Mem{Base: table, Disp: 64}, e.hi)
	}
	return e
}

// apply exchanges in every pair of v whose numbers differ in the target's bit.
func (e *exchanger) apply(label string, v []reg.VecVirtual) { e.all(label, v, e.target) }

// all exchanges in every pair of v whose numbers differ in a bit.
func (e *exchanger) all(label string, v []reg.VecVirtual, bit int) {
	label += strconv.Itoa(e.target)
	pairs := func(exchange func(x, y reg.VecVirtual)) {
		for r := range v {
			if r>>bit&1 == 0 {
				exchange(v[r], v[r|1<<bit])
			}
		}
	}
	CMPQ(e.lane, I8(0))
	JLT(LabelRef(label))
	switch {
	case e.s.wide:
		pairs(e.permuted)
	case e.s.single:
		JGT(LabelRef(label + "halves"))
		pairs(quarters)
		JMP(LabelRef(label))
		Label(label + "halves")
		pairs(halves)
	default:
		pairs(halves)
	}
	Label(label)
}

func (e *exchanger) permuted(x, y reg.VecVirtual) {
	t := ZMM()
	VMOVAPD(x, t)
	VPERMT2PD(y, e.lo, x)
	VPERMT2PD(y, e.hi, t)
	VMOVAPD(t, y)
}

// halves exchanges the upper half of x with the lower one of y, quarters the odd
// quadwords of x with the even ones of y.
func halves(x, y reg.VecVirtual) {
	t := YMM()
	VPERM2F128(U8(0x20), y, x, t)
	VPERM2F128(U8(0x31), y, x, y)
	VMOVAPD(t, x)
}

func quarters(x, y reg.VecVirtual) {
	t := YMM()
	VUNPCKLPD(y, x, t)
	VUNPCKHPD(y, x, y)
	VMOVAPD(t, x)
}
