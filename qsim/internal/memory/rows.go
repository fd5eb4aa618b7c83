package memory

// Row is the number of bytes of a large state that lie next to one another.
const Row = 4096

// Offset is the distance from the beginning of a state, stored in rows, to its
// byte x ≥ 0: x + 64·(⌊x/2¹²⌋ + ⌊x/2¹⁸⌋ + ⌊x/2²⁴⌋). A line of the cache is left out after
// every row, one more after every 64 rows and one more after every 4096, so that
// numbers a power of two apart do not fall into the same few sets of the caches.
// It adds up over disjoint sets of bits: Offset(x|y) = Offset(x) + Offset(y) for
// x&y = 0. The gaps take less than 1.6 % of the memory.
func Offset(x int64) int64 {
	return x + line*(x>>12+x>>18+x>>24)
}
