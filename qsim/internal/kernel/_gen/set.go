package main

import (
	"fmt"
	"strconv"

	. "github.com/mmcloughlin/avo/build"
	"github.com/mmcloughlin/avo/gotypes"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// set is an instruction set: what differs between AVX2 and AVX-512.
type set struct {
	suffix string
	bytes  int // in a vector
	wide   bool
}

func avx512() *set { return &set{suffix: "AVX512", bytes: 64, wide: true} }
func avx2() *set   { return &set{suffix: "AVX2", bytes: 32} }

var (
	exchangeTable Mem // for each lane bit the two permutations of exchange
	bitTable      Mem // 1, 2, 4, 8
	quadTable     Mem // 0 … 7
	evenTable     Mem // 0, 2, 4, 6, 1, 3, 5, 7
	dwordTable    Mem // 0 … 7 in 32 bits
)

// tables emits the constants.
func tables() {
	exchangeTable = GLOBL("exchanges", 0x18) // RODATA, NOPTR
	for bit := range 2 {
		for vector := range 2 {
			for double := range 8 {
				lane := double / 2
				from := lane>>bit&1*8 + (lane&^(1<<bit)|vector<<bit)*2 + double&1
				DATA(8*(16*bit+8*vector+double), U64(from))
			}
		}
	}
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
	dwordTable = GLOBL("dwords", 0x18)
	for i := range 8 {
		DATA(4*i, U32(i))
	}
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
func (s *set) text(name, more string) {
	s.returns(name, "i, mask, n int, "+more, "")
}

// returns opens a function with results.
func (s *set) returns(name, arguments, results string) {
	TEXT(name+s.suffix, 4, "func(a *complex128, "+arguments+") ("+results+")") // NOSPLIT
	Pragma("noescape")
}

// walk is the loop over the vectors of a.
type walk struct {
	base, i, mask, n reg.GPVirtual
	label            string
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

func newWalk() *walk {
	return &walk{integer("a"), integer("i"), integer("mask"), integer("n"), "loop"}
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
	Label(w.label)
	body()
	SUBQ(w.mask, w.i)
	ANDQ(w.mask, w.i)
	DECQ(w.n)
	JNZ(LabelRef(w.label))
	then()
	VZEROUPPER()
	RET()
}

// turned puts v with real and imaginary parts exchanged into dst.
func (s *set) turned(v Op, dst reg.VecVirtual) {
	if s.wide {
		VPERMILPD(U8(0x55), v, dst)
	} else {
		VPERMILPD(U8(0x5), v, dst)
	}
}

// lanes is the argument name, a bit for each double, as a mask for choose.
func (s *set) lanes(name string) reg.Register {
	bits := integer(name)
	if s.wide {
		k := K()
		KMOVW(bits.As32(), k)
		return k
	}
	all, mask := XMM(), YMM()
	VMOVQ(bits, all)
	VPBROADCASTQ(all, mask)
	VPAND(bitTable, mask, mask)
	VPCMPEQQ(bitTable, mask, mask)
	return mask
}

// choose sets dst to yes in the lanes of mask and to no in the others.
func (s *set) choose(mask reg.Register, yes, no, dst Op) {
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
		ANDQ(I8(1), at) // of lane −1 the table is not used
		SHLQ(U8(7), at)
		LEAQ(exchangeTable, table)
		ADDQ(at, table)
		VMOVUPD(Mem{Base: table}, e.lo)
		VMOVUPD(Mem{Base: table, Disp: 64}, e.hi)
	}
	return e
}

// apply exchanges in every pair of v whose numbers differ in the target's bit.
func (e *exchanger) apply(label string, v []reg.VecVirtual) {
	label += strconv.Itoa(e.target)
	CMPQ(e.lane, I8(0))
	JLT(LabelRef(label))
	for r := range v {
		if r>>e.target&1 == 0 {
			e.pair(v[r], v[r|1<<e.target])
		}
	}
	Label(label)
}

func (e *exchanger) pair(x, y reg.VecVirtual) {
	t := e.s.vector()
	if e.s.wide {
		VMOVAPD(x, t)
		VPERMT2PD(y, e.lo, x)
		VPERMT2PD(y, e.hi, t)
		VMOVAPD(t, y)
		return
	}
	VPERM2F128(U8(0x20), y, x, t)
	VPERM2F128(U8(0x31), y, x, y)
	VMOVAPD(t, x)
}
