// Package memory says how much memory states need, and lays them out.
package memory

import "math"

// Amplitudes is the size in bytes of vectors state vectors of n qubits with
// amplitudes of 8 or 16 bytes: bytes·2ⁿ·vectors, or [math.MaxUint64] when that overflows.
func Amplitudes(n, vectors int, bytes uint64) uint64 {
	if n < 0 || vectors < 0 || n > 59 {
		return math.MaxUint64
	}
	size := bytes << n
	if vectors > 0 && size > math.MaxUint64/uint64(vectors) {
		return math.MaxUint64
	}
	return size * uint64(vectors)
}
