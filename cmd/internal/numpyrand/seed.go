// Package numpyrand draws the numbers of numpy.random.default_rng, so that work
// described by a few lines of NumPy is the same work here: a SeedSequence seeds a
// PCG64, whose bits become uniform and normal numbers and permutations.
//
// Uniform numbers and permutations have NumPy's bits. Normal numbers agree to
// about 1e-15, because the tables of the ziggurat are computed instead of stored.
package numpyrand

// poolSize is the number of 32-bit words that a SeedSequence keeps.
const poolSize = 4

// Constants of the hash of seeds: M. E. O'Neill, "Developing a seed_seq
// alternative", 2015, as NumPy's SeedSequence uses them.
const (
	initA, multA = 0x43b0d7e5, 0x931e8875
	initB, multB = 0x8b51f9dd, 0x58f38ded
	mixL, mixR   = 0xca01f9dd, 0x4973f715
)

// hasher hashes words with a constant that moves on with every word.
type hasher struct{ constant, factor uint32 }

func (h *hasher) hash(x uint32) uint32 {
	x ^= h.constant
	h.constant *= h.factor
	x *= h.constant
	return x ^ x>>16
}

func mix(x, y uint32) uint32 {
	r := mixL*x - mixR*y
	return r ^ r>>16
}

// seedWords are the 64-bit words that SeedSequence(seed).generate_state gives.
func seedWords(seed uint64, dst []uint64) {
	var pool [poolSize]uint32
	h := hasher{initA, multA}
	for i, word := range [poolSize]uint32{uint32(seed), uint32(seed >> 32)} {
		pool[i] = h.hash(word)
	}
	for from := range pool {
		for to := range pool {
			if from != to {
				pool[to] = mix(pool[to], h.hash(pool[from]))
			}
		}
	}
	h = hasher{initB, multB}
	for i := range dst {
		lo := h.hash(pool[2*i%poolSize])
		hi := h.hash(pool[(2*i+1)%poolSize])
		dst[i] = uint64(hi)<<32 | uint64(lo)
	}
}
