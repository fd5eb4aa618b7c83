package qsim

import (
	"github.com/qnn-go/qnn/qsim/internal/kernel"
	"github.com/qnn-go/qnn/qsim/internal/memory"
	"github.com/qnn-go/qnn/qsim/internal/plan"
)

// vector is the amplitudes of a state in one precision; the other slice is nil.
type vector struct {
	double []complex128
	single []complex64
}

// newVector returns 2ⁿ zeros. Their memory is no smaller than what a plan works on.
func newVector(p Precision, n int) vector {
	if p == Single {
		return vector{single: memory.Alloc[complex64](max(1<<n, smallest))[:1<<n]}
	}
	return vector{double: memory.Alloc[complex128](max(1<<n, smallest))[:1<<n]}
}

// newPair returns two times 2ⁿ zeros; the capacity of the first covers the second.
func newPair(p Precision, n int) (psi, lambda vector) {
	both := newVector(p, n+1)
	if p == Single {
		return vector{single: both.single[:1<<n]}, vector{single: both.single[1<<n:]}
	}
	return vector{double: both.double[:1<<n]}, vector{double: both.double[1<<n:]}
}

func (v vector) precision() Precision {
	if v.single != nil {
		return Single
	}
	return Double
}

// len is the number of amplitudes.
func (v vector) len() int { return len(v.double) + len(v.single) }

// extend is v with as many amplitudes as n, which its capacity covers.
func (v vector) extend(n int) vector {
	if v.single != nil {
		return vector{single: v.single[:n]}
	}
	return vector{double: v.double[:n]}
}

// part is the amplitudes lo ≤ x < hi.
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
	parallelRange(v.len(), func(lo, hi int) {
		if v.single != nil {
			clear(v.single[lo:hi])
			return
		}
		clear(v.double[lo:hi])
	})
}

// reset writes |0…0⟩.
func (v vector) reset(inParallel bool) {
	v.clear(inParallel)
	v.set(0, 1)
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
	if v.single != nil {
		return kernel.Expect(v.single, s, lo, hi)
	}
	return kernel.Expect(v.double, s, lo, hi)
}

func (v vector) addPauli(a vector, s kernel.Pauli, coef float64, lo, hi int) {
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

// tileBack runs one tile of a pass of a gradient's way back.
func (v vector) tileBack(p *plan.Plan, b *plan.Bound, pass, tile int, sums *plan.Sums, d []float64) {
	if v.single != nil {
		plan.RunAdjoint(p, b, v.single, pass, tile, sums, d)
		return
	}
	plan.RunAdjoint(p, b, v.double, pass, tile, sums, d)
}
