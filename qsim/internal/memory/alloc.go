package memory

import "unsafe"

const (
	line     = 64      // bytes of a cache line and of the widest vector
	hugePage = 2 << 20 // bytes of a huge page on amd64 and, with pages of 4 KiB, on arm64
	// hugeFrom is the number of bytes from which huge pages are asked for.
	hugeFrom = 2 * hugePage
)

// Alloc returns n ≥ 0 zeros at an address divisible by 64. From 4 MiB the address
// is divisible by 2 MiB and, on Linux, the whole huge pages of the slice are asked
// for by madvise(2), whose refusal does not matter: sweeps over a state otherwise
// spend their time on address translation. The memory is ordinary memory of the Go
// heap, 2 MiB more than the slice at most, and lives as long as any part
// of the slice is in use. Alloc panics when n is negative or too large for a slice.
func Alloc[T complex64 | complex128](n int) []T {
	var zero T
	size := int(unsafe.Sizeof(zero))
	align := line
	if n >= hugeFrom/size {
		align = hugePage
	}
	raw := make([]T, n+align/size)
	skip := -int(uintptr(unsafe.Pointer(unsafe.SliceData(raw)))) & (align - 1) / size
	a := raw[skip : skip+n : skip+n]
	if align == hugePage {
		whole := n * size &^ (hugePage - 1)
		adviseHuge(unsafe.Slice((*byte)(unsafe.Pointer(unsafe.SliceData(a))), whole))
	}
	return a
}
