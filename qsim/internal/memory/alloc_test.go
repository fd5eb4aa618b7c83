package memory

import (
	"runtime"
	"testing"
	"unsafe"
)

func TestAlloc(t *testing.T) {
	for range 3 { // later rounds get memory that was used before
		for _, n := range []int{0, 1, 2, 3, 5, 1000, 1 << 12, 1<<18 - 1, 1 << 18, 1<<18 + 3, 1 << 19, 1<<20 + 1} {
			testAlloc[complex128](t, n)
			testAlloc[complex64](t, n)
		}
		runtime.GC()
	}
}

func testAlloc[T complex64 | complex128](t *testing.T, n int) {
	t.Helper()
	a := Alloc[T](n)
	if len(a) != n || cap(a) != n {
		t.Fatalf("Alloc[%T](%d): length %d, capacity %d", a, n, len(a), cap(a))
	}
	if n == 0 {
		return
	}
	align := uintptr(64)
	if uintptr(n)*unsafe.Sizeof(a[0]) >= 4<<20 {
		align = 2 << 20
	}
	if address := uintptr(unsafe.Pointer(&a[0])); address%align != 0 {
		t.Errorf("Alloc[%T](%d): address %#x is not divisible by %#x", a, n, address, align)
	}
	for i, v := range a {
		if v != 0 {
			t.Fatalf("Alloc[%T](%d): element %d is %v", a, n, i, v)
		}
		a[i] = 1
	}
}
