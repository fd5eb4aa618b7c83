package qsim

import (
	"math/bits"

	"github.com/qnn-go/qnn/qsim/internal/kernel"
	"github.com/qnn-go/qnn/qsim/internal/memory"
	"github.com/qnn-go/qnn/qsim/internal/plan"
)

// vector is the amplitudes of a state in one precision; the other slice is nil.
type vector struct {
	double []complex128
	single []complex64
	rows   bool // stored in rows, as memory.Offset says: the slices have the gaps too
}

// newVector returns 2ⁿ zeros. Their memory holds all that a plan works on, gaps
// between rows included.
func newVector(p Precision, n int) vector {
	return allocate(p, stored(p, n)).part(0, 1<<n)
}

// newPair returns two times 2ⁿ zeros; the memory of the second follows that of the
// first.
func newPair(p Precision, n int) (psi, lambda vector) {
	both := allocate(p, 2*stored(p, n))
	return both.part(0, 1<<n), both.part(stored(p, n), stored(p, n)+1<<n)
}

// stored is the number of amplitudes in the memory of a state.
func stored(p Precision, n int) int {
	if n < plan.RowBits {
		return 1 << n
	}
	size := int64(p.AmplitudeBytes())
	return int(memory.Offset(size<<n) / size)
}

// allocate returns n zeros, or as many as a plan works on at least.
func allocate(p Precision, n int) vector {
	if p == Single {
		return vector{single: memory.Alloc[complex64](max(n, smallest))}
	}
	return vector{double: memory.Alloc[complex128](max(n, smallest))}
}

func (v vector) precision() Precision {
	if v.single != nil {
		return Single
	}
	return Double
}

// len is the number of amplitudes.
func (v vector) len() int {
	n := len(v.double) + len(v.single)
	if v.rows {
		return 1 << (bits.Len(uint(n)) - 1)
	}
	return n
}

// laid is the memory of v as p works on it, which is not what v's amplitudes are.
func (v vector) laid(p *plan.Plan) vector {
	out := v.extend(p.Length())
	out.rows = p.Rows()
	return out
}

// flat is the memory of v with the amplitudes one after the other.
func (v vector) flat() vector {
	out := v.extend(v.len())
	out.rows = false
	return out
}

// extend is v with as many numbers as n, which its memory covers.
func (v vector) extend(n int) vector {
	if v.single != nil {
		return vector{single: v.single[:n], rows: v.rows}
	}
	return vector{double: v.double[:n], rows: v.rows}
}

// part is the amplitudes lo ≤ x < hi of a vector that is flat.
func (v vector) part(lo, hi int) vector {
	if v.single != nil {
		return vector{single: v.single[lo:hi]}
	}
	return vector{double: v.double[lo:hi]}
}

// copy writes the amplitudes of a.
func (v vector) copy(a vector) {
	copy(v.double, a.double)
	copy(v.single, a.single)
}

// take writes all numbers of a, gaps included.
func (v vector) take(a vector, inParallel bool) {
	operands{a: v, b: a}.chunks(len(v.double)+len(v.single), inParallel, func(j *job, piece int) complex128 {
		lo, hi := j.span(piece)
		if j.a.single != nil {
			copy(j.a.single[lo:hi], j.b.single[lo:hi])
		} else {
			copy(j.a.double[lo:hi], j.b.double[lo:hi])
		}
		return 0
	})
}

// at is amplitude x.
func (v vector) at(x int) complex128 {
	if v.single != nil {
		return complex128(v.single[x])
	}
	return v.double[x]
}

// set writes amplitude x.
func (v vector) set(x int, a complex128) {
	if v.single != nil {
		v.single[x] = complex64(a)
		return
	}
	v.double[x] = a
}

// clear writes zeros.
func (v vector) clear(inParallel bool) {
	if !inParallel {
		clear(v.double)
		clear(v.single)
		return
	}
	operands{a: v}.chunks(len(v.double)+len(v.single), true, func(j *job, piece int) complex128 {
		lo, hi := j.span(piece)
		if j.a.single != nil {
			clear(j.a.single[lo:hi])
		} else {
			clear(j.a.double[lo:hi])
		}
		return 0
	})
}

// reset writes |0…0⟩.
func (v vector) reset(inParallel bool) {
	v.clear(inParallel)
	v.set(0, 1)
}

// place is that of a gate without controls on v.
func (v vector) place(targets ...int) kernel.Place { return v.precision().place(targets, nil) }

// place is that of a gate on states in the precision p.
func (p Precision) place(targets, controls []int) kernel.Place {
	if p == Single {
		return kernel.NewPlace[complex64](targets, controls)
	}
	return kernel.NewPlace[complex128](targets, controls)
}

// The following do what the kernels of their names do.

func (v vector) flip(at *kernel.Place, lo, hi int) {
	if v.single != nil {
		kernel.Flip(v.single, at, lo, hi)
		return
	}
	kernel.Flip(v.double, at, lo, hi)
}

func (v vector) swap(at *kernel.Place, lo, hi int) {
	if v.single != nil {
		kernel.Swap(v.single, at, lo, hi)
		return
	}
	kernel.Swap(v.double, at, lo, hi)
}

func (v vector) apply(o *op, m []complex128, lo, hi int) {
	if v.single != nil {
		applyKernel(o, v.single, m, lo, hi)
		return
	}
	applyKernel(o, v.double, m, lo, hi)
}

func (v vector) expect(s kernel.Pauli, lo, hi int) float64 {
	if v.rows {
		if v.single != nil {
			return expectRows(v.single, s, lo, hi)
		}
		return expectRows(v.double, s, lo, hi)
	}
	if v.single != nil {
		return kernel.Expect(v.single, s, lo, hi)
	}
	return kernel.Expect(v.double, s, lo, hi)
}

func (v vector) addPauli(a vector, s kernel.Pauli, coef float64, lo, hi int) {
	if v.rows {
		if v.single != nil {
			addPauliRows(v.single, a.single, s, coef, lo, hi)
			return
		}
		addPauliRows(v.double, a.double, s, coef, lo, hi)
		return
	}
	if v.single != nil {
		kernel.AddPauli(v.single, a.single, s, coef, lo, hi)
		return
	}
	kernel.AddPauli(v.double, a.double, s, coef, lo, hi)
}

func (v vector) inner(psi vector, at *kernel.Place, m []complex128, lo, hi int) complex128 {
	if v.single != nil {
		return kernel.Inner(v.single, psi.single, at, m, lo, hi)
	}
	return kernel.Inner(v.double, psi.double, at, m, lo, hi)
}

func (v vector) norm2(lo, hi int) float64 {
	if v.single != nil {
		return kernel.Norm2(v.single, lo, hi)
	}
	return kernel.Norm2(v.double, lo, hi)
}

func (v vector) probabilities(dst []float64, lo, hi int) {
	if v.single != nil {
		kernel.Probabilities(dst, v.single, lo, hi)
		return
	}
	kernel.Probabilities(dst, v.double, lo, hi)
}

// tile runs one tile of a pass.
func (v vector) tile(p *plan.Plan, b *plan.Bound, pass, tile int) {
	if v.single != nil {
		plan.Run(p, b, v.single, pass, tile)
		return
	}
	plan.Run(p, b, v.double, pass, tile)
}

// tileBack runs one tile of a pass of a gradient's backward pass.
func (v vector) tileBack(p *plan.Plan, b *plan.Bound, pass, tile int, sums *plan.Sums, d []float64) {
	if v.single != nil {
		plan.RunAdjoint(p, b, v.single, pass, tile, sums, d)
		return
	}
	plan.RunAdjoint(p, b, v.double, pass, tile, sums, d)
}

// expectGroup is plan.Expect.
func (v vector) expectGroup(p *plan.Plan, b *plan.Bound, g *plan.Group, dst []float64) {
	if v.single != nil {
		plan.Expect(p, b, g, v.single, dst)
		return
	}
	plan.Expect(p, b, g, v.double, dst)
}

// gradientGroup is plan.Gradient.
func (v vector) gradientGroup(p *plan.Plan, b *plan.Bound, g *plan.Group, cotangents []float64) {
	if v.single != nil {
		plan.Gradient(p, b, g, v.single, cotangents)
		return
	}
	plan.Gradient(p, b, g, v.double, cotangents)
}

// takeLane writes phase times the amplitudes of sample l of a group, that of the first sample
// being the given numbers of a.
func (v vector) takeLane(a vector, numbers []int, l int, phase complex128) {
	if v.single != nil {
		takeLane(v.single, a.single[l:], numbers, phase)
		return
	}
	takeLane(v.double, a.double[l:], numbers, phase)
}

func takeLane[A kernel.Amplitude](dst, a []A, numbers []int, phase complex128) {
	for x, at := range numbers {
		dst[x] = A(phase * complex128(a[at]))
	}
}

func (v vector) expectLanes(dst []float64, in kernel.Lanes, amplitudes int, s kernel.Pauli, coef float64) {
	if v.single != nil {
		kernel.ExpectLanes(dst, v.single, in, amplitudes, s, coef)
		return
	}
	kernel.ExpectLanes(dst, v.double, in, amplitudes, s, coef)
}

func (v vector) addPauliLanes(a vector, in kernel.Lanes, amplitudes int, s kernel.Pauli, coef []float64) {
	if v.single != nil {
		kernel.AddPauliLanes(v.single, a.single, in, amplitudes, s, coef)
		return
	}
	kernel.AddPauliLanes(v.double, a.double, in, amplitudes, s, coef)
}
