package main

import (
	"math/bits"

	. "github.com/mmcloughlin/avo/operand"
	. "github.com/mmcloughlin/avo/reg"
)

// dense writes the products with matrices on two and three row bits. A row of the
// result is Σ re·v + i·Σ im·v, the two sums taken apart.
func (m *machine) dense() {
	rows := m.rowBits()
	for j := range rows {
		for k := j + 1; k < rows; k++ {
			m.op(opDense2+4*j+k, func() { m.product([]int{j, k}) })
		}
	}
	for j := range 4 {
		if rows == 3 && j != 3 {
			continue
		}
		var targets []int
		for b := range 4 {
			if b != j {
				targets = append(targets, b)
			}
		}
		m.op(opDense3+j, func() { m.product(targets) })
	}
}

func (m *machine) product(targets []int) {
	d := 1 << len(targets)
	m.MOVQ(at(RSI, instrData), RAX)
	one := m.free(m.freeRegisters() - 1)
	if m.wide {
		m.ones(one)
	}
	mask := 0
	for _, t := range targets {
		mask |= 1 << t
	}
	for base := range m.rows {
		if base&mask != 0 {
			continue
		}
		row := make([]int, d)
		for i := range row {
			row[i] = base
			for k, t := range targets {
				row[i] |= i >> k & 1 << t
			}
		}
		if !m.wide && d == 8 {
			m.productInMemory(row)
			continue
		}
		for i := range d {
			re, im := m.free(d+2*(i%3)), m.free(d+2*(i%3)+1)
			if !m.wide {
				re, im = m.free(d), m.free(d+1)
			}
			for c := range d {
				entry := 2 * (d*i + c)
				m.accumulate(entry, m.v(row[c]), re, c == 0)
				m.accumulate(entry+1, m.v(row[c]), im, c == 0)
			}
			m.reim(im, im)
			m.addsub(im, re, one, m.free(i))
		}
		for i := range d {
			m.VMOVAPD(m.free(i), m.v(row[i]))
		}
	}
}

func (m *machine) freeRegisters() int {
	if m.wide {
		return 16
	}
	return 8
}

// accumulate adds entry·v to sum, or starts it.
func (m *machine) accumulate(entry int, v Op, sum VecPhysical, first bool) {
	size := 8
	if m.single {
		size = 4
	}
	from := at(RAX, entry*size)
	if !m.wide {
		b := m.free(m.freeRegisters() - 1 - entry%2)
		m.broadcast(from, b)
		if first {
			m.mul(v, b, sum)
		} else {
			m.fma231(v, b, sum)
		}
		return
	}
	switch {
	case first && m.single:
		m.VMULPS_BCST(from, v, sum)
	case first:
		m.VMULPD_BCST(from, v, sum)
	case m.single:
		m.VFMADD231PS_BCST(from, v, sum)
	default:
		m.VFMADD231PD_BCST(from, v, sum)
	}
}

// addsub sets to to re − im in the even elements and re + im in the odd.
func (m *machine) addsub(im, re, one, to VecPhysical) {
	switch {
	case m.wide && m.single:
		m.VFMADDSUB213PS(im, one, re)
		m.VMOVAPD(re, to)
	case m.wide:
		m.VFMADDSUB213PD(im, one, re)
		m.VMOVAPD(re, to)
	case m.single:
		m.VADDSUBPS(im, re, to)
	default:
		m.VADDSUBPD(im, re, to)
	}
}

// ones sets all elements to 1.
func (m *machine) ones(to VecPhysical) {
	if m.single {
		m.MOVL(U32(0x3f800000), ECX)
		m.VPBROADCASTD(ECX, to)
	} else {
		m.MOVQ(U64(0x3ff0000000000000), RCX)
		m.VPBROADCASTQ(RCX, to)
	}
}

// productInMemory is the 8×8 product where registers are too few: the rows go to
// where they were loaded from, which the store will overwrite.
func (m *machine) productInMemory(row []int) {
	in := func(r int) Mem {
		m.MOVQ(at(R9, 8*r), RCX)
		return Mem{Base: RDI, Index: RCX, Scale: 1}
	}
	for _, r := range row {
		m.VMOVUPD(m.v(r), in(r))
	}
	for i := range row {
		re, im := m.free(2*(i%2)), m.free(2*(i%2)+1)
		for c := range row {
			v := in(row[c])
			m.accumulate(2*(8*i+c), v, re, c == 0)
			m.accumulate(2*(8*i+c)+1, v, im, c == 0)
		}
		m.reim(im, im)
		m.addsub(im, re, nil, m.v(row[i]))
	}
}

// gradients writes the sums over two states, ψ in the lower half of the rows and λ
// in the upper.
func (m *machine) gradients() {
	half := m.rows / 2
	s, t := m.free(0), m.free(1)
	for j := range m.rowBits() - 1 {
		m.op(opGradRotate+j, func() {
			m.zero(s, t)
			for r := range half {
				if r>>j&1 == 0 {
					m.fma231(m.v(half+r|1<<j), m.v(r), s)
					m.fma231(m.v(half+r), m.v(r|1<<j), t)
				}
			}
			m.sub(t, s, s)
			m.arena()
			m.addTo(0, s)
		})
	}
	for l := range m.lanes() {
		m.op(opGradRotateLane+l, func() {
			m.zero(s, t)
			for r := range half {
				q := m.free(2 + r%4)
				m.swap(l, m.v(r), q)
				m.fma231(m.v(half+r), q, []VecPhysical{s, t}[r%2])
			}
			m.add(t, s, s)
			m.arena()
			m.addTo(0, s)
		})
	}
	vector := m.bytes // of float64
	if m.single {
		vector *= 2
	}
	m.op(opGradPhase, func() {
		m.arena()
		m.selected(half * vector)
		for r := range half {
			q := m.free(r % 4)
			m.reim(m.v(r), q)
			m.mul(m.v(half+r), q, q)
			m.addTo(r*vector, q)
		}
	})
	m.op(opGradBits, func() {
		m.arena()
		m.gradBits(half, vector)
	})
}

// gradBits adds up the products of OpGradPhase, bit by bit: the sum of the rows with the
// bit is taken, and the rows are folded to those without.
func (m *machine) gradBits(half, vector int) {
	rows := make([]VecPhysical, half)
	temp := []VecPhysical{m.free(6), m.free(7)} // those of addTo
	for r := range rows {
		rows[r] = m.free(r)
		if m.wide && r >= 6 {
			rows[r] = m.free(r + 2)
		}
		m.reim(m.v(r), rows[r])
		m.mul(m.v(half+r), rows[r], rows[r])
	}
	for bit := 0; len(rows) > 1; bit++ {
		sum := temp[0]
		m.VMOVAPD(rows[1], sum)
		for i := 3; i < len(rows); i += 2 {
			m.add(rows[i], sum, sum)
		}
		for i := 0; i < len(rows); i += 2 {
			m.add(rows[i+1], rows[i], rows[i/2])
		}
		rows = rows[:len(rows)/2]
		m.addTo(bit*vector, sum)
	}
	m.addTo(bits.Len(uint(half-1))*vector, rows[0])
}

// observables writes the sum of weighted squares, and the product with a diagonal
// matrix that makes λ of ψ.
func (m *machine) observables() {
	size := 8 // of a real number
	if m.single {
		size = 4
	}
	m.op(opWeigh, func() {
		s, t := m.free(0), m.free(1)
		m.MOVQ(at(RSI, instrData), RAX)
		m.selected(size * m.rows)
		m.zero(s, t)
		for r := range m.rows {
			q := m.free(2 + r%2)
			m.mul(m.v(r), m.v(r), q)
			m.addProduct(at(RAX, r*size), q, []VecPhysical{s, t}[r%2], m.free(4+r%2))
		}
		m.add(t, s, s)
		m.arena()
		m.addTo(0, s)
	})
	m.op(opApply, func() {
		c := m.free(0)
		m.arena()
		m.VMOVUPD(at(RAX, 0), c)
		m.MOVQ(at(RSI, instrData), RAX)
		half := m.rows / 2
		m.selected(size * half)
		for r := range half {
			q := m.free(1 + r%3)
			m.mul(m.v(r), c, q)
			m.addProduct(at(RAX, r*size), q, m.v(half+r), m.free(4+r%2))
		}
	})
}

// addProduct adds the number at from times v to sum; b is a free register.
func (m *machine) addProduct(from Mem, v, sum, b Op) {
	switch {
	case m.wide && m.single:
		m.VFMADD231PS_BCST(from, v, sum)
	case m.wide:
		m.VFMADD231PD_BCST(from, v, sum)
	default:
		m.broadcast(from, b)
		m.fma231(v, b, sum)
	}
}

func (m *machine) zero(v ...VecPhysical) {
	for _, v := range v {
		m.VXORPD(v, v, v)
	}
}

func (m *machine) add(a, b, to Op) {
	if m.single {
		m.VADDPS(a, b, to)
	} else {
		m.VADDPD(a, b, to)
	}
}

// addTo adds v, as float64, to the sums at AX+offset.
func (m *machine) addTo(offset int, v VecPhysical) {
	if !m.single {
		m.VADDPD(at(RAX, offset), v, v)
		m.VMOVUPD(v, at(RAX, offset))
		return
	}
	lo, hi := m.free(6), m.free(7)
	if m.wide {
		m.VEXTRACTF64X4(Imm(1), v, hi.AsY())
		m.VCVTPS2PD(v.AsY(), lo)
		m.VCVTPS2PD(hi.AsY(), hi)
	} else {
		m.VEXTRACTF128(Imm(1), v, hi.AsX())
		m.VCVTPS2PD(v.AsX(), lo)
		m.VCVTPS2PD(hi.AsX(), hi)
	}
	m.VADDPD(at(RAX, offset), lo, lo)
	m.VMOVUPD(lo, at(RAX, offset))
	m.VADDPD(at(RAX, offset+m.bytes), hi, hi)
	m.VMOVUPD(hi, at(RAX, offset+m.bytes))
}
