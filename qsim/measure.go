package qsim

import (
	"cmp"
	"math/bits"
	"slices"
	"sort"

	"github.com/qnn-go/qnn/qsim/internal/plan"
)

// expectations writes ⟨v|O|v⟩ for every observable to dst. One pass over v serves all
// strings: a chunk stays in the cache for them.
func (v vector) expectations(dst []float64, observables []plan.Observable, inParallel bool) {
	clear(dst)
	operands{a: v, dst: dst, os: observables}.chunks(v.len(), inParallel, func(j *job, piece int) complex128 {
		lo, hi := j.span(piece)
		row := j.row(piece)
		for k, o := range j.os {
			row[k] = 0
			for _, t := range o {
				row[k] += t.Coef * j.a.expect(t.Pauli, lo, hi)
			}
		}
		return 0
	})
}

// marginal writes the probabilities of the outcomes of some qubits. Neighbours that
// are one outcome are summed at once; the parts of at most 16 stretches of the state
// are added in order.
func (v vector) marginal(dst []float64, qubits []int, inParallel bool) {
	free := bits.Len(uint(v.len())) - 1
	for _, q := range qubits {
		free = min(free, q)
	}
	parts := max(1, min(16, v.len()/chunk, v.len()/len(dst)/4))
	rows := make([]float64, parts*len(dst))
	body := func(i int) {
		row := rows[i*len(dst):][:len(dst)]
		for x, hi := i*v.len()/parts, (i+1)*v.len()/parts; x < hi; x += 1 << free {
			y := 0
			for b, q := range qubits {
				y |= x >> q & 1 << b
			}
			row[y] += v.norm2(x, min(x+1<<free, hi))
		}
	}
	if inParallel {
		parallel(parts, body)
	} else {
		for i := range parts {
			body(i)
		}
	}
	clear(dst)
	for i, p := range rows {
		dst[i%len(dst)] += p
	}
}

// draw fills dst with the basis states that the numbers at, which are from [0, 1),
// choose: those x up to which the probabilities add up to more than the number times the
// sum of all. Sorted, the numbers are met by one pass over the sums of chunks, and in
// each chunk that has some, over sums of a few amplitudes.
func (v vector) draw(dst []uint64, at []float64, inParallel bool) {
	order := make([]int, len(at))
	for i := range order {
		order[i] = i
	}
	slices.SortFunc(order, func(i, j int) int { return cmp.Compare(at[i], at[j]) })
	d := drawing{v: v, dst: dst, at: at, order: order, below: v.running(inParallel)}
	chunks := len(d.below) - 1
	d.total = d.below[chunks]
	if !inParallel {
		for c := range chunks {
			d.chunk(c)
		}
		return
	}
	parallel(chunks, d.chunk)
}

// running returns the sums of |aₓ|² below every chunk, and that of all.
func (v vector) running(inParallel bool) []float64 {
	chunks := (v.len() + chunk - 1) / chunk
	below := make([]float64, chunks+1)
	body := func(c int) { below[c+1] = v.norm2(c*chunk, min((c+1)*chunk, v.len())) }
	if inParallel {
		parallel(chunks, body)
	} else {
		for c := range chunks {
			body(c)
		}
	}
	for c := range chunks {
		below[c+1] += below[c]
	}
	return below
}

// drawing is a call of draw.
type drawing struct {
	v     vector
	dst   []uint64
	at    []float64 // numbers from [0, 1)
	order []int     // of at, ascending
	below []float64 // sums of |aₓ|² below every chunk
	total float64
}

// first is the first in order whose number is not below the sum x.
func (d *drawing) first(x float64) int {
	return sort.Search(len(d.order), func(k int) bool { return d.at[d.order[k]]*d.total >= x })
}

// chunk draws what falls in chunk c.
func (d *drawing) chunk(c int) {
	const few = 64
	below, end := d.below[c], d.below[c+1]
	if below == end {
		return
	}
	k, hi := d.first(below), min((c+1)*chunk, d.v.len())
	last := d.first(end)
	if end == d.total { // whatever rounding does
		last = len(d.order)
	}
	for x := c * chunk; k < last && x < hi; x += few {
		to := min(x+few, hi)
		next := below + d.v.norm2(x, to)
		if d.at[d.order[k]]*d.total < next {
			k = d.among(x, to, k, last, below)
		}
		below = next
	}
	for x := hi - 1; k < last; x-- { // the sums ended a rounding error below
		for ; k < last && d.v.at(x) != 0; k++ {
			d.dst[d.order[k]] = uint64(x)
		}
	}
}

// among draws numbers from k on among the amplitudes lo ≤ x < hi and returns the
// first left.
func (d *drawing) among(lo, hi, k, last int, below float64) int {
	for x := lo; x < hi && k < last; x++ {
		a := d.v.at(x)
		below += real(a)*real(a) + imag(a)*imag(a)
		for ; k < last && d.at[d.order[k]]*d.total < below; k++ {
			d.dst[d.order[k]] = uint64(x)
		}
	}
	return k
}

// halves returns the sums of |aₓ|² where qubit q is 0, as the real part, and where it
// is 1, as the imaginary part.
func (v vector) halves(q int, inParallel bool) complex128 {
	return reduce(v.len(), inParallel, func(lo, hi int) complex128 {
		var sums [2]float64
		for lo < hi { // runs of one value of the qubit
			end := min(hi, (lo>>q+1)<<q)
			sums[lo>>q&1] += v.norm2(lo, end)
			lo = end
		}
		return complex(sums[0], sums[1])
	})
}

// project sets the amplitudes to 0 where qubit q is not as given and multiplies the
// others by f.
func (v vector) project(q int, one bool, f float64, inParallel bool) {
	body := func(lo, hi int) {
		if v.single != nil {
			project(v.single, q, one, complex(float32(f), 0), lo, hi)
			return
		}
		project(v.double, q, one, complex(f, 0), lo, hi)
	}
	if inParallel {
		parallelRange(v.len(), body)
		return
	}
	body(0, v.len())
}

func project[A complex64 | complex128](a []A, q int, one bool, f A, lo, hi int) {
	for lo < hi {
		end := min(hi, (lo>>q+1)<<q)
		if (lo>>q&1 == 1) != one {
			clear(a[lo:end])
		} else {
			for x := lo; x < end; x++ {
				a[x] *= f
			}
		}
		lo = end
	}
}
