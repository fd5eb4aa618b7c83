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
		for _, g := range []*set{s, s.inSingle()} {
			for targets := 1; targets <= 3; targets++ {
				g.dense(targets)
			}
			g.denseReal()
			g.scale()
			g.diagonal()
			g.permute()
		}
		for targets := range 4 {
			s.inner(targets)
		}
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
