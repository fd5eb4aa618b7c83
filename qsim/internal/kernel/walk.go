package kernel

import "math/bits"

// walk is how vectors cover the groups of a place. A step takes one vector for
// each corner of a group, that is for each choice of the target bits, and so
// 2^step whole groups, consecutive in number. A target among the lane bits of a
// vector borrows the lowest free index bit above them: the kernel loads vectors
// that differ in the borrowed bit and exchanges it with the lane bit.
type walk struct {
	start  int // index of the vector with all other bits 0: the controls above the lanes
	mask   int // offsets in bytes of the steps are the subsets of mask
	step   int
	keep   int    // for each double of a vector: are the controls among the lanes 1?
	offset [3]int // in bytes, between the corners of each target
	lane   [3]int // the lane bit of each target, or −1
}

// newWalk places vectors of 2^lanes amplitudes.
func newWalk(targets, controls []int, lanes int) walk {
	w := walk{step: lanes}
	blocked := 1<<lanes - 1
	inLanes := 0
	for _, q := range targets {
		blocked |= 1 << q
	}
	for _, q := range controls {
		blocked |= 1 << q
		if q < lanes {
			inLanes |= 1 << q
			w.step--
		} else {
			w.start |= 1 << q
		}
	}
	for i, q := range targets {
		w.lane[i] = -1
		if q < lanes {
			w.lane[i] = q
			q = lowestZero(blocked)
			blocked |= 1 << q
		}
		w.offset[i] = 16 << q
	}
	w.mask = ^(blocked<<4 | 15)
	for l := range 1 << lanes {
		if l&inLanes == inLanes {
			w.keep |= 3 << (2 * l)
		}
	}
	return w
}

func lowestZero(x int) int { return bits.TrailingZeros(^uint(x)) }

// pair is how [Flip] and [Swap] move amplitudes between two vectors.
type pair struct {
	walk
	x, y  int    // offsets in bytes of the vectors
	moves [2]int // see vectors.permute
}

// newPair returns the moves of a flip for one target, of a swap for two.
func newPair(targets, controls []int, lanes int) pair {
	var high, low []int // targets above and among the lanes
	for _, q := range targets {
		if q < lanes {
			low = append(low, q)
		} else {
			high = append(high, q)
		}
	}
	p := pair{walk: newWalk(high, controls, lanes)}
	p.step -= len(low)
	switch len(high) {
	case 0:
		b := lowestZero(^p.mask)
		p.mask ^= 1 << b
		p.y = 1 << b
		p.step++
	case 1:
		p.y = p.offset[0]
	case 2:
		p.x, p.y = p.offset[0], p.offset[1]
	}
	for v := range p.moves {
		for l := range 1 << lanes {
			from := v<<lanes | l
			if p.keep>>(2*l)&1 == 1 {
				from = source(low, len(targets), v, l, lanes)
			}
			p.moves[v] |= (2*from | (2*from+1)<<8) << (16 * l)
		}
	}
	return p
}

// source is the number v·2^lanes + l of the amplitude that comes to lane l of
// vector v, when low are those of the one or two targets that are lane bits.
func source(low []int, targets, v, l, lanes int) int {
	switch {
	case len(low) == 0:
		v ^= 1
	case targets == 1:
		l ^= 1 << low[0]
	case len(low) == 1:
		b := l >> low[0] & 1
		v, l = b, l&^(1<<low[0])|v<<low[0]
	case l>>low[0]&1 != l>>low[1]&1:
		l ^= 1<<low[0] | 1<<low[1]
	}
	return v<<lanes | l
}
