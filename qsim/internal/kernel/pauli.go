package kernel

import (
	"math/bits"
	"unsafe"
)

// Pauli is a Pauli string as bit masks: P|x⟩ = i^y·(−1)^parity(x AND Z)·|x XOR X⟩,
// where X marks the qubits with X or Y, Z those with Z or Y, and y counts the Y.
type Pauli struct {
	X, Z  int
	Phase complex128 // i^y
}

// Sign is (−1)^parity(x AND z).
func Sign(x, z int) float64 {
	return float64(1 - 2*(bits.OnesCount(uint(x&z))&1))
}

// strip calls body for stretches of whole vectors of lo ≤ x < hi, 2^size amplitudes
// each, with the first amplitude and their number, and rest for the others.
func strip(lo, hi, size int, body func(x, n int), rest func(lo, hi int)) {
	round := 1<<size - 1
	from, to := (lo+round)&^round, hi&^round
	if from >= to {
		rest(lo, hi)
		return
	}
	if lo < from {
		rest(lo, from)
	}
	for n := 0; from < to; from += n << size {
		n = min((to-from)>>size, stride)
		body(from, n)
	}
	if to < hi {
		rest(to, hi)
	}
}

// onLanes splits the masks of p for vectors of 2^lanes amplitudes: x and z above the
// lanes as offsets in bytes, x in the lanes, and the doubles whose lane bits have
// an odd number of ones in Z.
func (p *Pauli) onLanes(lanes int) (x, z, xl, negative int) {
	in := 1<<lanes - 1
	for l := range 1 << lanes {
		if Sign(l, p.Z) < 0 {
			negative |= 3 << (2 * l)
		}
	}
	return p.X &^ in << 4, p.Z &^ in << 4, p.X & in, negative
}

// Expect returns the part lo ≤ x < hi of the expectation value ⟨a|P|a⟩ =
// Σₓ Re(conj(a[x XOR X])·i^y·±a[x]).
func Expect[A Amplitude](a []A, p Pauli, lo, hi int) float64 { return expect(active, a, p, lo, hi) }

func expect[A Amplitude](v *vectors, a []A, p Pauli, lo, hi int) float64 {
	if v == nil {
		return expectGeneric(a, p, lo, hi)
	}
	sum := 0.0
	x, z, xl, negative := p.onLanes(v.lanes)
	first := unsafe.Pointer(unsafe.SliceData(a))
	strip(lo, hi, v.lanes,
		func(from, n int) {
			_ = a[(from+n<<v.lanes-1)|p.X]
			var re, im float64
			if unsafe.Sizeof(A(0)) == 8 {
				re, im = v.expectSingle((*complex64)(first), from<<3, n, x>>1, z>>1, xl, negative)
			} else {
				re, im = v.expect((*complex128)(first), from<<4, n, x, z, xl, negative)
			}
			sum += real(p.Phase)*re - imag(p.Phase)*im
		},
		func(lo, hi int) { sum += expectGeneric(a, p, lo, hi) })
	return sum
}

// AddPauli adds coef·P·a to dst for the rows lo ≤ x < hi of dst, which must not
// alias a.
func AddPauli[A Amplitude](dst, a []A, p Pauli, coef float64, lo, hi int) {
	if a, ok := double(a); ok {
		dst, _ := double(dst)
		addPauli(active, dst, a, p, coef, lo, hi)
		return
	}
	addPauliGeneric(dst, a, p, coef, lo, hi)
}

func addPauli(v *vectors, dst, a []complex128, p Pauli, coef float64, lo, hi int) {
	if v == nil {
		addPauliGeneric(dst, a, p, coef, lo, hi)
		return
	}
	x, z, xl, negative := p.onLanes(v.lanes)
	f := p.Phase * complex(coef, 0)
	// The sign belongs to the amplitude that comes, lane by lane l XOR xl.
	f *= complex(Sign(xl, p.Z), 0)
	strip(lo, hi, v.lanes,
		func(from, n int) {
			last := from + n<<v.lanes - 1
			_, _ = a[last|p.X], dst[last]
			v.addPauli(&dst[0], &a[0], from<<4, n, x, z, xl, negative, f)
		},
		func(lo, hi int) { addPauliGeneric(dst, a, p, coef, lo, hi) })
}

// Norm2 returns Σ |a[x]|² over lo ≤ x < hi.
func Norm2[A Amplitude](a []A, lo, hi int) float64 { return norm2(active, a, lo, hi) }

func norm2[A Amplitude](v *vectors, a []A, lo, hi int) float64 {
	if v == nil {
		return norm2Generic(a, lo, hi)
	}
	sum := 0.0
	a = a[:hi]
	strip(lo, hi, v.lanes+2,
		func(from, n int) {
			at := unsafe.Pointer(&a[from])
			if unsafe.Sizeof(A(0)) == 8 {
				sum += v.normSingle((*complex64)(at), n)
			} else {
				sum += v.norm((*complex128)(at), n)
			}
		},
		func(lo, hi int) { sum += norm2Generic(a, lo, hi) })
	return sum
}

// Probabilities writes |a[x]|² to dst[x] for lo ≤ x < hi.
func Probabilities[A Amplitude](dst []float64, a []A, lo, hi int) {
	if a, ok := double(a); ok {
		probabilities(active, dst, a, lo, hi)
		return
	}
	probabilitiesGeneric(dst, a, lo, hi)
}

func probabilities(v *vectors, dst []float64, a []complex128, lo, hi int) {
	if v == nil {
		probabilitiesGeneric(dst, a, lo, hi)
		return
	}
	dst, a = dst[:hi], a[:hi]
	strip(lo, hi, v.lanes+1,
		func(from, n int) { v.probabilities(&dst[from], &a[from], n) },
		func(lo, hi int) { probabilitiesGeneric(dst, a, lo, hi) })
}
