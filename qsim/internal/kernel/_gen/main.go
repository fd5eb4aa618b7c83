// Command gen writes the vector kernels of package kernel. Run it by go generate
// in that package.
//
// All kernels on groups share one walk. The amplitudes they visit have the
// offsets, in bytes, of the subsets of a bit mask in ascending order, which
// i = (i − mask) AND mask steps through: targets, controls and the lanes of a
// vector are the zeros of the mask. One loop therefore serves every placement.
package main

import (
	. "github.com/mmcloughlin/avo/build"
)

func main() {
	ConstraintExpr("!noasm")
	tables()
	angles()
	for _, s := range []*set{avx512(), avx2()} {
		s.dense(1)
		s.dense(2)
		if s.wide {
			s.dense(3) // has 8 rows of 3 registers
		}
		s.denseReal()
		s.scale()
		s.diagonal()
		s.permute()
		s.inner()
		s.expect(false)
		s.expect(true)
		s.addPauli()
		s.norm(false)
		s.norm(true)
		s.probabilities()
		s.multiplyAdd()
		s.sincos()
	}
	Generate()
}
