// Package kernel holds the loops over amplitudes: slices and bit arithmetic
// only. Its functions trust their arguments; callers validate.
package kernel

import "slices"

// Place says where in the bits of an amplitude's index a gate acts, on states of one
// precision. It is immutable once made.
type Place struct {
	Targets []int // bit of each target, first target least significant in the matrix
	targets int   // their bits
	ones    int   // controls: bits that are 1 in every index the gate touches
	fixed   []int // targets and controls in ascending order

	gates   *gates // nil: pure Go
	inner   *[4]innerKernel
	walk    walk
	pair    pair // of one or two targets
	farFrom int  // the least number of amplitudes that memory holds
}

// NewPlace returns the place of a gate with the given target and control bits,
// which must be distinct, in states of A.
func NewPlace[A Amplitude](targets, controls []int) Place {
	return newPlace[A](active, targets, controls)
}

func newPlace[A Amplitude](v *vectors, targets, controls []int) Place {
	p := Place{Targets: targets, fixed: slices.Concat(targets, controls)}
	slices.Sort(p.fixed)
	for _, t := range targets {
		p.targets |= 1 << t
	}
	for _, c := range controls {
		p.ones |= 1 << c
	}
	if v == nil {
		return p
	}
	p.gates = &v.double
	if isSingle[A]() {
		p.gates = &v.single
	} else {
		p.inner = &v.inner
	}
	p.walk = p.gates.newWalk(targets, controls)
	if t := len(targets); t == 1 || t == 2 {
		p.pair = p.gates.newPair(targets, controls)
	}
	p.walk.far = p.gates.newFar(&p.walk, targets, controls)
	p.pair.far = p.gates.newFar(&p.pair.walk, targets, controls)
	p.farFrom = farBytes >> p.gates.shift
	return p
}

// Groups is the number of groups of 2^len(Targets) amplitudes that the gate
// works on in a state of size amplitudes.
func (p *Place) Groups(size int) int { return size >> len(p.fixed) }

// base is the index of the first amplitude of group k: the bits of k spread over
// the bits not in fixed, controls 1, targets 0.
func (p *Place) base(k int) int {
	for _, b := range p.fixed {
		k = k>>b<<(b+1) | k&(1<<b-1)
	}
	return k | p.ones
}

// run is the number of groups from k to at most hi whose bases are consecutive.
func (p *Place) run(k, hi int) int {
	if len(p.fixed) == 0 {
		return hi - k
	}
	r := 1 << p.fixed[0]
	return min(r-k&(r-1), hi-k)
}
