//go:build !noasm

package kernel

import "golang.org/x/sys/cpu"

// available returns the sets that this processor can run, best first.
func available() []*vectors {
	var sets []*vectors
	if cpu.X86.HasAVX512F && cpu.X86.HasAVX512DQ && cpu.X86.HasAVX512VL && cpu.X86.HasFMA {
		sets = append(sets, &vectors{
			name: "avx512", lanes: 2,
			scale: scaleAVX512, diagonal: diagonalAVX512, permute: permuteAVX512,
			dense1: dense1AVX512, denseReal: denseRealAVX512, dense2: dense2AVX512, dense3: dense3AVX512,
			inner: innerAVX512, expect: expectAVX512, addPauli: addPauliAVX512, norm: normAVX512, expectSingle: expectSingleAVX512, normSingle: normSingleAVX512, probabilities: probabilitiesAVX512,
			multiplyAdd: multiplyAddAVX512, sincos: sincosAVX512,
		})
	}
	if cpu.X86.HasAVX2 && cpu.X86.HasFMA {
		sets = append(sets, &vectors{
			name: "avx2", lanes: 1,
			scale: scaleAVX2, diagonal: diagonalAVX2, permute: permuteAVX2,
			dense1: dense1AVX2, denseReal: denseRealAVX2, dense2: dense2AVX2,
			inner: innerAVX2, expect: expectAVX2, addPauli: addPauliAVX2, norm: normAVX2, expectSingle: expectSingleAVX2, normSingle: normSingleAVX2, probabilities: probabilitiesAVX2,
			multiplyAdd: multiplyAddAVX2, sincos: sincosAVX2,
		})
	}
	return sets
}
