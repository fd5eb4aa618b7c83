package numpyrand

import "math/bits"

// Generator is numpy.random.Generator over PCG64. Make one with [New]; it must not
// be used by two goroutines at once.
type Generator struct {
	hi, lo       uint64 // state
	incHi, incLo uint64 // increment, odd

	spare    uint32 // upper half of a word of which the lower half was used
	hasSpare bool
}

// New is default_rng(seed).
func New(seed uint64) *Generator {
	var w [4]uint64
	seedWords(seed, w[:])
	g := &Generator{incHi: w[2]<<1 | w[3]>>63, incLo: w[3]<<1 | 1}
	g.step()
	var carry uint64
	g.lo, carry = bits.Add64(g.lo, w[1], 0)
	g.hi, _ = bits.Add64(g.hi, w[0], carry)
	g.step()
	return g
}

// step is state = state·m + increment modulo 2¹²⁸, with the multiplier of
// M. E. O'Neill, "PCG", HMC-CS-2014-0905, 2014.
func (g *Generator) step() {
	const mulHi, mulLo = 2549297995355413924, 4865540595714422341
	hi, lo := bits.Mul64(g.lo, mulLo)
	hi += g.hi*mulLo + g.lo*mulHi
	var carry uint64
	g.lo, carry = bits.Add64(lo, g.incLo, 0)
	g.hi, _ = bits.Add64(hi, g.incHi, carry)
}

// Uint64 is the next word: a step, then the output XSL-RR.
func (g *Generator) Uint64() uint64 {
	g.step()
	return bits.RotateLeft64(g.hi^g.lo, -int(g.hi>>58))
}

// uint32 is half a word, the lower half first.
func (g *Generator) uint32() uint32 {
	if g.hasSpare {
		g.hasSpare = false
		return g.spare
	}
	w := g.Uint64()
	g.spare, g.hasSpare = uint32(w>>32), true
	return uint32(w)
}

// Float64 is Generator.random(): uniform in [0, 1) in steps of 2⁻⁵³.
func (g *Generator) Float64() float64 { return float64(g.Uint64()>>11) / (1 << 53) }

// Uniform is Generator.uniform(low, high, n): n numbers in [low, high).
func (g *Generator) Uniform(low, high float64, n int) []float64 {
	dst := make([]float64, n)
	for i := range dst {
		dst[i] = low + float64((high-low)*g.Float64()) // rounded twice on every processor
	}
	return dst
}

// Permutation is Generator.permutation(n): a shuffle of 0 … n−1. It panics for n
// beyond 2³¹.
func (g *Generator) Permutation(n int) []int {
	p := make([]int, n)
	for i := range p {
		p[i] = i
	}
	for i := n - 1; i > 0; i-- {
		j := g.upTo(i)
		p[i], p[j] = p[j], p[i]
	}
	return p
}

// upTo is uniform in 0 … most: the low bits of half words until one is not beyond
// most, as NumPy's random_interval does.
func (g *Generator) upTo(most int) int {
	if most >= 1<<31 {
		panic("numpyrand: range beyond 32 bits")
	}
	mask := uint32(1)<<bits.Len32(uint32(most)) - 1
	for {
		if v := g.uint32() & mask; v <= uint32(most) {
			return int(v)
		}
	}
}
