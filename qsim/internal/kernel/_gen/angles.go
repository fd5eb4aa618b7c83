package main

import (
	"math"

	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
)

// trigonometry is the table of constants, each filling the widest vector.
var trigonometry Mem

// The entries of trigonometry.
const (
	twoOverPi = iota
	magic     // 1.5·2⁵²: adding it rounds to an integer, the lowest bits of the sum
	pi2High   // π/2 = pi2High + pi2Low + 1.5e-33
	pi2Low
	halfDown // −1/2
	oneUp    // 1
	integer1
	integer2
	sine   // six coefficients, the last first
	cosine = sine + 6
)

// angles emits the constants. The polynomials are those of FreeBSD's msun,
// k_sin.c and k_cos.c, for |r| ≤ π/4: sin r = r + r³·S(r²), cos r = 1 − r²/2 + r⁴·C(r²).
func angles() {
	trigonometry = GLOBL("trigonometry", 0x18)
	list := []uint64{
		twoOverPi: math.Float64bits(2 / math.Pi), magic: math.Float64bits(1.5 * (1 << 52)),
		pi2High: 0x3ff921fb54442d18, pi2Low: 0x3c91a62633145c07,
		halfDown: math.Float64bits(-0.5), oneUp: math.Float64bits(1), integer1: 1, integer2: 2,
	}
	for _, c := range []float64{
		1.58969099521155010221e-10, -2.50507602534068634195e-08, 2.75573137070700676789e-06,
		-1.98412698298579493134e-04, 8.33333333332248946124e-03, -1.66666666666666324348e-01,
		-1.13596475577881948265e-11, 2.08757232129817482790e-09, -2.75573143513906633035e-07,
		2.48015872894767294178e-05, -1.38888888888741095749e-03, 4.16666666666666019037e-02,
	} {
		list = append(list, math.Float64bits(c))
	}
	for i, v := range list {
		for k := range 8 {
			DATA(8*(8*i+k), U64(v))
		}
	}
}

// sincos emits the sines s and cosines c of n vectors of angles x, |x| ≤ 2²⁰: x is
// k·π/2 + r, and k tells which is which and their signs.
func (s *set) sincos() {
	TEXT("sincos"+s.suffix, 4, "func(s, c, x *float64, n int)")
	Pragma("noescape")
	to, toC, from, n := integer("s"), integer("c"), integer("x"), integer("n")
	c := func(i int) Mem { return trigonometry.Offset(64 * i) }
	Label("loop")
	r, t, k := s.vector(), s.vector(), s.vector()
	VMOVUPD(Mem{Base: from}, r)
	VMOVUPD(c(magic), t)
	VFMADD231PD(c(twoOverPi), r, t)
	VSUBPD(c(magic), t, k)
	VFNMADD231PD(c(pi2High), k, r)
	VFNMADD231PD(c(pi2Low), k, r)
	z, sin, cos, q := s.vector(), s.vector(), s.vector(), s.vector()
	VMULPD(r, r, z)
	VMOVUPD(c(sine), sin)
	VMOVUPD(c(cosine), cos)
	for i := 1; i < 6; i++ {
		VFMADD213PD(c(sine+i), z, sin)
		VFMADD213PD(c(cosine+i), z, cos)
	}
	VMULPD(r, z, q)
	VFMADD213PD(r, q, sin) // q·S + r
	VMULPD(z, z, q)
	VMOVUPD(c(oneUp), r)
	VFMADD231PD(c(halfDown), z, r) // 1 − z/2
	VFMADD213PD(r, q, cos)
	swap, d := s.vector(), s.vector()
	VANDPD(c(integer1), t, d)
	VXORPD(swap, swap, swap)
	VPSUBQ(d, swap, swap) // all ones where k is odd
	VXORPD(sin, cos, d)
	VANDPD(swap, d, d)
	VXORPD(d, sin, sin)
	VXORPD(d, cos, cos)
	VANDPD(c(integer2), t, d)
	VPSLLQ(Imm(62), d, d)
	VXORPD(d, sin, sin)
	VPADDQ(c(integer1), t, t)
	VANDPD(c(integer2), t, d)
	VPSLLQ(Imm(62), d, d)
	VXORPD(d, cos, cos)
	VMOVUPD(sin, Mem{Base: to})
	VMOVUPD(cos, Mem{Base: toC})
	for _, p := range []Op{from, to, toC} {
		ADDQ(Imm(uint64(s.bytes)), p)
	}
	DECQ(n)
	JNZ(LabelRef("loop"))
	VZEROUPPER()
	RET()
}
