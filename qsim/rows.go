package qsim

import (
	"sync"
	"unsafe"

	"github.com/qnn-go/qnn/qsim/internal/kernel"
	"github.com/qnn-go/qnn/qsim/internal/memory"
)

// Large states that a plan has run on are stored in rows with gaps between them
// (memory.Offset). What reads them goes row by row.

// row is the row of amplitude x, its first.
func row[A kernel.Amplitude](a []A, x int) []A {
	size := int64(unsafe.Sizeof(a[0]))
	at := memory.Offset(int64(x)*size) / size
	return a[at:][:memory.Row/size]
}

// inRow divides s into what it does within a row, with the bit it has in a pair of rows
// if it leaves one, and the distance to the row it leads to.
func inRow(s kernel.Pauli, row int) (within kernel.Pauli, far int) {
	far = s.X &^ (row - 1)
	within = kernel.Pauli{X: s.X & (row - 1), Z: s.Z & (row - 1), Phase: s.Phase}
	if far != 0 {
		within.X |= row
	}
	return within, far
}

// pairs keeps memory for two rows.
var pairs = sync.Pool{New: func() any { return new([2 * memory.Row / 16]complex128) }} //nolint:gochecknoglobals // scratch

// expectRows is kernel.Expect for a state in rows, lo and hi at the beginnings of
// rows. A string that leads to another row is taken on a copy of the two.
func expectRows[A kernel.Amplitude](a []A, s kernel.Pauli, lo, hi int) float64 {
	size := len(row(a, 0))
	within, far := inRow(s, size)
	var pair []A
	if far != 0 {
		buffer, _ := pairs.Get().(*[2 * memory.Row / 16]complex128)
		defer pairs.Put(buffer)
		pair = unsafe.Slice((*A)(unsafe.Pointer(buffer)), 2*size)
	}
	sum := 0.0
	for x := lo; x < hi; x += size {
		r := row(a, x)
		if far != 0 {
			copy(pair[copy(pair, r):], row(a, x^far))
			r = pair
		}
		sum += kernel.Sign(x, s.Z&^(size-1)) * kernel.Expect(r, within, 0, size)
	}
	return sum
}

// addPauliRows is kernel.AddPauli for states in rows, lo and hi at the beginnings of
// rows.
func addPauliRows[A kernel.Amplitude](dst, a []A, s kernel.Pauli, coef float64, lo, hi int) {
	size := len(row(a, 0))
	within, far := inRow(s, size)
	within.X &= size - 1
	for x := lo; x < hi; x += size { // the sign belongs to the row that comes
		kernel.AddPauli(row(dst, x), row(a, x^far), within, coef*kernel.Sign(x^far, s.Z&^(size-1)), 0, size)
	}
}

// compact is v without gaps, in the same memory.
func (v vector) compact() vector {
	if v.rows && v.single != nil {
		compactRows(v.single, v.len())
	} else if v.rows {
		compactRows(v.double, v.len())
	}
	return v.flat()
}

func compactRows[A kernel.Amplitude](a []A, n int) {
	for x := 0; x < n; { // a row moves down by less than the rows before it have left free
		x += copy(a[x:], row(a, x))
	}
}
