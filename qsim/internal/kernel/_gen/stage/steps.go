package main

import (
	"math/bits"

	. "github.com/mmcloughlin/avo/operand"
	. "github.com/mmcloughlin/avo/reg"
)

// arithmetic in the machine's precision; c ± a·b in the operand order of Go.

func (m *machine) mul(a, b, to Op) {
	if m.single {
		m.VMULPS(a, b, to)
	} else {
		m.VMULPD(a, b, to)
	}
}

func (m *machine) sub(a, b, to Op) { // b − a
	if m.single {
		m.VSUBPS(a, b, to)
	} else {
		m.VSUBPD(a, b, to)
	}
}

func (m *machine) fma231(a, b, to Op) { // to += a·b
	if m.single {
		m.VFMADD231PS(a, b, to)
	} else {
		m.VFMADD231PD(a, b, to)
	}
}

func (m *machine) fnma231(a, b, to Op) { // to −= a·b
	if m.single {
		m.VFNMADD231PS(a, b, to)
	} else {
		m.VFNMADD231PD(a, b, to)
	}
}

func (m *machine) fma213(c, b, to Op) { // to = to·b + c
	if m.single {
		m.VFMADD213PS(c, b, to)
	} else {
		m.VFMADD213PD(c, b, to)
	}
}

func (m *machine) fms213(c, b, to Op) { // to = to·b − c
	if m.single {
		m.VFMSUB213PS(c, b, to)
	} else {
		m.VFMSUB213PD(c, b, to)
	}
}

func (m *machine) fma132(a, c, to Op) { // to = to·a + c
	if m.single {
		m.VFMADD132PS(a, c, to)
	} else {
		m.VFMADD132PD(a, c, to)
	}
}

func (m *machine) broadcast(from, to Op) {
	if m.single {
		m.VBROADCASTSS(from, to)
	} else {
		m.VBROADCASTSD(from, to)
	}
}

func (m *machine) rotations() {
	t := m.free(0)
	temp := func(i int) VecPhysical { return m.free(2 + i%4) }
	for j := range m.rowBits() {
		m.op(opRotate+j, func() {
			m.broadcast(at(RSI, instrArg), t)
			m.pairs(j, func(a, b VecPhysical, i int) {
				m.VMOVAPD(a, temp(i))
				m.fnma231(b, t, a)
				m.fma231(temp(i), t, b)
			})
		})
		m.op(opCorotate+j, func() {
			m.broadcast(at(RSI, instrArg), t)
			m.pairs(j, func(a, b VecPhysical, i int) {
				m.VMOVAPD(a, temp(i))
				m.fms213(b, t, a)
				m.fma213(temp(i), t, b)
			})
		})
		m.op(opTurn+j, func() {
			c, s := m.free(0), m.free(1)
			m.arena()
			m.VMOVUPD(at(RAX, 0), c)
			m.VMOVUPD(at(RAX, m.bytes), s)
			m.pairs(j, func(a, b VecPhysical, i int) {
				m.mul(a, s, temp(i))
				m.mul(a, c, a)
				m.fnma231(b, s, a)
				m.fma213(temp(i), c, b)
			})
		})
	}
	for l := range m.lanes() {
		m.op(opRotateLane+l, func() {
			m.MOVQ(at(RSI, instrData), RAX)
			m.VMOVUPD(at(RAX, 0), t)
			for r := range m.rows {
				m.swap(l, m.v(r), temp(r))
				m.fma231(temp(r), t, m.v(r))
			}
		})
		m.op(opTurnLane+l, func() {
			c, s := m.free(0), m.free(1)
			m.MOVQ(at(RSI, instrData), RAX)
			m.VMOVUPD(at(RAX, 0), c)
			m.VMOVUPD(at(RAX, m.bytes), s)
			for r := range m.rows {
				m.swap(l, m.v(r), temp(r))
				m.mul(temp(r), s, temp(r))
				m.fma213(temp(r), c, m.v(r))
			}
		})
	}
}

// arena sets AX to the address of the operand Arena+Arg.
func (m *machine) arena() {
	m.MOVQ(at(RBX, stageArena), RAX)
	m.ADDQ(at(RSI, instrArg), RAX)
}

// selected adds to AX the offset of the entry of a table, of the given size, that
// the index selects.
func (m *machine) selected(size int) {
	m.MOVQ(at(RSI, instrMask), RCX)
	m.PEXTQ(RCX, R8, RCX)
	m.SHLQ(Imm(uint64(bits.TrailingZeros(uint(size)))), RCX)
	m.ADDQ(RCX, RAX)
}

func (m *machine) phases() {
	multiply := func() {
		m.selected(2 * m.rows * m.bytes)
		for r := range m.rows {
			t := m.free(r % 8)
			m.reim(m.v(r), t)
			m.mul(at(RAX, (2*r+1)*m.bytes), t, t)
			m.fma132(at(RAX, 2*r*m.bytes), t, m.v(r))
		}
	}
	m.op(opPhase, func() {
		m.MOVQ(at(RSI, instrData), RAX)
		multiply()
	})
	m.op(opPhaseLocal, func() {
		m.arena()
		multiply()
	})
	m.op(opPhaseRows, func() {
		size := 16 // of a complex number
		if m.single {
			size = 8
		}
		m.MOVQ(at(RSI, instrData), RAX)
		m.selected(size * m.rows)
		for r := range m.rows {
			t := m.free(r % 4)
			m.reim(m.v(r), t)
			m.scale(at(RAX, r*size+size/2), t, t, m.free(4+r%2))
			m.addsubProduct(at(RAX, r*size), t, m.v(r), m.free(6+r%2))
		}
	})
}

func (m *machine) exchange(a, b VecPhysical, i int) {
	t := m.free(i % 4)
	m.VMOVAPD(a, t)
	m.VMOVAPD(b, a)
	m.VMOVAPD(t, b)
}

func (m *machine) permutations() {
	rows, lanes := m.rowBits(), m.lanes()
	for c := range rows {
		for t := range rows {
			if c == t {
				continue
			}
			m.op(opNot+4*c+t, func() {
				for r := range m.rows {
					if r>>c&1 == 1 && r>>t&1 == 0 {
						m.exchange(m.v(r), m.v(r|1<<t), r)
					}
				}
			})
		}
	}
	for l := range lanes {
		for j := range rows {
			m.op(opNotLaneRow+4*l+j, func() {
				m.keep(m.quads(l))
				m.pairs(j, func(a, b VecPhysical, i int) {
					t := m.free(i % 4)
					m.VMOVAPD(a, t)
					m.blend(m.quads(l), b, a)
					m.blend(m.quads(l), t, b)
				})
			})
			m.op(opNotRowLane+4*l+j, func() {
				for r := range m.rows {
					if r>>j&1 == 1 {
						m.swap(l, m.v(r), m.v(r))
					}
				}
			})
			m.op(opSwap+4*l+j, func() {
				high := m.quads(l)
				m.keep(high)
				if m.wide {
					m.KNOTW(K1, K2)
				}
				m.pairs(j, func(a, b VecPhysical, i int) {
					s, t := m.free(2*(i%4)), m.free(2*(i%4)+1)
					m.swap(l, b, s)
					m.swap(l, a, t)
					m.blend(high, s, a)
					if m.wide {
						m.VMOVAPD(t, K2, b)
					} else {
						m.blend(high^0xf, t, b)
					}
				})
			})
		}
		for k := range lanes {
			if k == l {
				continue
			}
			m.op(opNotLanes+4*l+k, func() {
				m.keep(m.quads(l))
				for r := range m.rows {
					t := m.free(r % 4)
					m.swap(k, m.v(r), t)
					m.blend(m.quads(l), t, m.v(r))
				}
			})
		}
		m.op(opFlipLane+l, func() {
			m.ifOdd(func() {
				for r := range m.rows {
					m.swap(l, m.v(r), m.v(r))
				}
			})
		})
	}
	for j := range rows {
		m.op(opFlip+j, func() {
			m.ifOdd(func() { m.pairs(j, m.exchange) })
		})
	}
}

// ifOdd runs body if an odd number of the index's bits in the mask is set.
func (m *machine) ifOdd(body func()) {
	skip := m.jumpLabel()
	m.MOVQ(at(RSI, instrMask), RAX)
	m.ANDQ(R8, RAX)
	m.POPCNTQ(RAX, RAX)
	m.TESTQ(U32(1), RAX)
	m.JEQ(LabelRef(skip))
	body()
	m.Label(skip)
}

// scale sets to to v times the number at from; b is a free register.
func (m *machine) scale(from Mem, v, to, b Op) {
	switch {
	case m.wide && m.single:
		m.VMULPS_BCST(from, v, to)
	case m.wide:
		m.VMULPD_BCST(from, v, to)
	default:
		m.broadcast(from, b)
		m.mul(b, v, to)
	}
}

// addsubProduct sets v to v times the number at from, minus t in the even elements
// and plus t in the odd; b is a free register.
func (m *machine) addsubProduct(from Mem, t, v, b Op) {
	switch {
	case m.wide && m.single:
		m.VFMADDSUB132PS_BCST(from, t, v)
	case m.wide:
		m.VFMADDSUB132PD_BCST(from, t, v)
	case m.single:
		m.broadcast(from, b)
		m.VFMADDSUB132PS(b, t, v)
	default:
		m.broadcast(from, b)
		m.VFMADDSUB132PD(b, t, v)
	}
}
