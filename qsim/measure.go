package qsim

import "slices"

// draw fills dst with the basis states that the numbers at, which are from [0, 1),
// choose: sorted, they are met by one walk along the running sum of the probabilities.
func (v vector) draw(dst []uint64, at []float64, inParallel bool) {
	type draw struct {
		at   float64
		shot int
	}
	draws := make([]draw, len(dst))
	for i := range draws {
		draws[i] = draw{at[i], i}
	}
	slices.SortFunc(draws, func(a, b draw) int {
		if a.at < b.at {
			return -1
		}
		return 1
	})
	total := real(reduce(v.len(), inParallel, func(lo, hi int) complex128 {
		return complex(v.norm2(lo, hi), 0)
	}))
	next, below, last := 0, 0.0, 0
	for x := range v.len() {
		a := v.at(x)
		w := real(a)*real(a) + imag(a)*imag(a)
		if w == 0 {
			continue
		}
		below, last = below+w, x
		for next < len(dst) && draws[next].at*total < below {
			dst[draws[next].shot] = uint64(x)
			next++
		}
		if next == len(dst) {
			return
		}
	}
	for ; next < len(dst); next++ { // the running sum ended a rounding error below total
		dst[draws[next].shot] = uint64(last)
	}
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
