package main

import (
	"fmt"
	"math/bits"

	"github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	. "github.com/mmcloughlin/avo/reg"
)

// machine is an instruction set and precision.
type machine struct {
	*build.Context
	name         string
	wide, single bool
	rows, bytes  int
	ops          map[int]string // symbol of each operation
	label        int
}

// The numbers of the operations: those of kernel.Op.
const (
	opLoad, opStore                               = 0, 1
	opRotate, opCorotate, opTurn                  = 2, 6, 10
	opRotateLane, opTurnLane                      = 14, 18
	opPhase, opPhaseLocal                         = 22, 23
	opNot, opNotLaneRow, opNotRowLane, opNotLanes = 24, 40, 56, 72
	opFlip, opFlipLane, opSwap                    = 88, 92, 96
	opDense2, opDense3                            = 112, 128
	opGradRotate, opGradRotateLane, opGradPhase   = 132, 136, 140
	opPhaseRows, opWeigh, opApply                 = 141, 142, 143
	opGradBits, opLeave, opLoadZero, ops          = 144, 145, 146, 162
)

func (m *machine) lanes() int { // bits
	if m.single {
		return bits.Len(uint(m.bytes/8)) - 1
	}
	return bits.Len(uint(m.bytes/16)) - 1
}

func (m *machine) rowBits() int { return bits.Len(uint(m.rows)) - 1 }

// v is vector register i.
func (m *machine) v(i int) VecPhysical {
	z := [...]VecPhysical{
		Z0, Z1, Z2, Z3, Z4, Z5, Z6, Z7, Z8, Z9, Z10, Z11, Z12, Z13, Z14, Z15,
		Z16, Z17, Z18, Z19, Z20, Z21, Z22, Z23, Z24, Z25, Z26, Z27, Z28, Z29, Z30, Z31,
	}[i]
	if m.wide {
		return z
	}
	return z.AsY().(VecPhysical)
}

// free is the i-th vector register that is not a row.
func (m *machine) free(i int) VecPhysical { return m.v(m.rows + i) }

func (m *machine) generate() {
	m.ops = map[int]string{}
	m.memory()
	m.rotations()
	m.phases()
	m.permutations()
	m.dense()
	m.gradients()
	m.observables()
	m.table()
}

// op writes one operation.
func (m *machine) op(number int, body func()) {
	name := fmt.Sprintf("step%s%d", m.name, number)
	m.ops[number] = name
	m.Function(name)
	m.Attributes(4) // NOSPLIT
	m.SignatureExpr("func()")
	body()
	if number != opStore && number != opLeave {
		next(m.Context)
	}
}

// table writes the function that tells the addresses of all operations.
func (m *machine) table() {
	m.Function("steps" + m.name)
	m.Attributes(4)
	m.SignatureExpr(fmt.Sprintf("func(table *[%d]uintptr)", ops))
	m.Load(m.Param("table"), RDI)
	for i := range ops {
		name, ok := m.ops[i]
		if !ok {
			continue
		}
		m.LEAQ(Mem{Symbol: Symbol{Name: name, Static: true}, Base: StaticBase}, RAX)
		m.MOVQ(RAX, at(RDI, 8*i))
	}
	m.RET()
}

func (m *machine) jumpLabel() string {
	m.label++
	return fmt.Sprintf("l%d", m.label)
}

// memory writes the load and the store of a block.
func (m *machine) memory() {
	for zero := range m.rows {
		number := opLoad
		if zero != 0 {
			number = opLoadZero + zero
		}
		m.op(number, func() { m.load(zero) })
	}
	m.op(opStore, func() {
		for r := range m.rows {
			m.MOVQ(at(R10, 8*r), RAX)
			m.VMOVUPD(m.v(r), Mem{Base: RDI, Index: RAX, Scale: 1})
		}
		m.nextGroup()
	})
	m.op(opLeave, m.nextGroup)
}

// load loads the rows of the next block but those with bits in zero, which become 0.
func (m *machine) load(zero int) {
	m.MOVQ(at(R11, 0), RDI)
	m.ADDQ(R13, RDI)
	m.MOVQ(at(R11, 8), R8)
	m.ORQ(at(RBX, stageIndex), R8)
	for r := range m.rows {
		if r&zero != 0 {
			m.zero(m.v(r))
			continue
		}
		m.MOVQ(at(R9, 8*r), RAX)
		m.VMOVUPD(Mem{Base: RDI, Index: RAX, Scale: 1}, m.v(r))
	}
	done := m.jumpLabel()
	m.MOVQ(at(RBX, stageNext), RCX)
	m.TESTQ(RCX, RCX)
	m.JEQ(LabelRef(done))
	m.ADDQ(RDI, RCX)
	for r := range m.rows {
		if r&zero == 0 {
			m.MOVQ(at(R9, 8*r), RAX)
			m.PREFETCHT1(Mem{Base: RCX, Index: RAX, Scale: 1})
		}
	}
	m.Label(done)
}

// nextGroup starts the program for the next group, or returns.
func (m *machine) nextGroup() {
	end := m.jumpLabel()
	m.DECQ(R12)
	m.JEQ(LabelRef(end))
	m.ADDQ(Imm(16), R11)
	m.MOVQ(at(RBX, stageCode), RSI)
	dispatch(m.Context)
	m.Label(end)
	m.VZEROUPPER()
	m.RET()
}

// swap sets to to from with the lanes exchanged that differ in lane bit l.
func (m *machine) swap(l int, from, to Op) {
	if !m.single {
		l++
	}
	switch l {
	case 0:
		m.VPERMILPD(Imm(uint64(0x55>>(8-min(m.bytes/8, 8)))), from, to)
	case 1:
		m.VPERMPD(Imm(0x4e), from, to)
	case 2:
		m.VSHUFF64X2(Imm(0x4e), from, from, to)
	}
}

// quads has a bit for every 8 bytes of a vector: set where lane bit l is.
func (m *machine) quads(l int) uint64 {
	mask := uint64(0)
	for q := range m.bytes / 8 {
		lane := q
		if !m.single {
			lane = q / 2
		}
		mask |= uint64(lane>>l&1) << q
	}
	return mask
}

// keep makes K1 a mask of quads, for blend.
func (m *machine) keep(mask uint64) {
	if m.wide {
		m.MOVL(U32(uint32(mask)), EAX)
		m.KMOVW(EAX, K1)
	}
}

// blend replaces the quads of to in mask, which keep was told, by those of from.
func (m *machine) blend(mask uint64, from, to Op) {
	if m.wide {
		m.VMOVAPD(from, K1, to)
	} else {
		m.VBLENDPD(Imm(mask), from, to, to)
	}
}

// reim sets to to from with real and imaginary parts exchanged.
func (m *machine) reim(from, to Op) {
	switch {
	case m.single:
		m.VPERMILPS(Imm(0xb1), from, to)
	case m.wide:
		m.VPERMILPD(Imm(0x55), from, to)
	default:
		m.VPERMILPD(Imm(0x5), from, to)
	}
}

// pairs calls body for the rows without bit j and their partners.
func (m *machine) pairs(j int, body func(a, b VecPhysical, i int)) {
	i := 0
	for r := range m.rows {
		if r>>j&1 == 0 {
			body(m.v(r), m.v(r|1<<j), i)
			i++
		}
	}
}
