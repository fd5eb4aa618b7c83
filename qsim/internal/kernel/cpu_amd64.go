//go:build !noasm

package kernel

import "golang.org/x/sys/cpu"

// available returns the sets that this processor can run, best first.
func available() []*vectors {
	var sets []*vectors
	if cpu.X86.HasAVX512F && cpu.X86.HasAVX512DQ && cpu.X86.HasAVX512VL && cpu.X86.HasFMA {
		sets = append(sets, &vectors{
			name: "avx512", lanes: 2,
			double: gates{
				lanes: 2, shift: 4,
				scale: scaleAVX512, diagonal: diagonalAVX512, permute: permuteAVX512, denseReal: denseRealAVX512,
				dense: [...]denseKernel{nil, dense1AVX512, dense2AVX512, dense3AVX512},
			},
			single: gates{
				lanes: 3, shift: 3,
				scale: scaleSingleAVX512, diagonal: diagonalSingleAVX512, permute: permuteSingleAVX512, denseReal: denseRealSingleAVX512,
				dense: [...]denseKernel{nil, dense1SingleAVX512, dense2SingleAVX512, dense3SingleAVX512},
			},
			inner:  [...]innerKernel{inner0AVX512, inner1AVX512, inner2AVX512, inner3AVX512},
			expect: expectAVX512, addPauli: addPauliAVX512, norm: normAVX512, expectSingle: expectSingleAVX512, normSingle: normSingleAVX512, probabilities: probabilitiesAVX512,
			multiplyAdd: multiplyAddAVX512, sincos: sincosAVX512,
		})
	}
	if cpu.X86.HasAVX2 && cpu.X86.HasFMA {
		sets = append(sets, &vectors{
			name: "avx2", lanes: 1,
			double: gates{
				lanes: 1, shift: 4,
				scale: scaleAVX2, diagonal: diagonalAVX2, permute: permuteAVX2, denseReal: denseRealAVX2,
				dense: [...]denseKernel{nil, dense1AVX2, dense2AVX2, dense3AVX2},
			},
			single: gates{
				lanes: 2, shift: 3,
				scale: scaleSingleAVX2, diagonal: diagonalSingleAVX2, permute: permuteSingleAVX2, denseReal: denseRealSingleAVX2,
				dense: [...]denseKernel{nil, dense1SingleAVX2, dense2SingleAVX2, dense3SingleAVX2},
			},
			inner:  [...]innerKernel{inner0AVX2, inner1AVX2, inner2AVX2, inner3AVX2},
			expect: expectAVX2, addPauli: addPauliAVX2, norm: normAVX2, expectSingle: expectSingleAVX2, normSingle: normSingleAVX2, probabilities: probabilitiesAVX2,
			multiplyAdd: multiplyAddAVX2, sincos: sincosAVX2,
		})
	}
	return sets
}
