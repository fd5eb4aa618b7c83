package main

import (
	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
)

// accumulators hide the latency of a multiply-add: two a cycle, four to five
// cycles each. Package kernel's constant of that name is the same.
const accumulators = 12

// multiplyAdd emits n steps x = x/2 + 1 from x = 0 in every double of the
// accumulators and returns the sum of them all.
func (s *set) multiplyAdd() {
	TEXT("multiplyAdd"+s.suffix, 4, "func(n int) float64")
	n := integer("n")
	x := s.zeros(accumulators)
	half, one := s.vector(), s.vector()
	VBROADCASTSD(ConstData("half"+s.suffix, F64(0.5)), half)
	VBROADCASTSD(ConstData("one"+s.suffix, F64(1)), one)
	Label("loop")
	for _, v := range x {
		VFMADD213PD(one, half, v)
	}
	DECQ(n)
	JNZ(LabelRef("loop"))
	for _, v := range x[1:] {
		VADDPD(x[0], v, x[0])
	}
	s.total(x[0], false, ReturnIndex(0))
	VZEROUPPER()
	RET()
}
