package kernel

import (
	"math/bits"
	"slices"
)

// walk is how vectors cover the groups of a place. A step takes one vector for
// each corner of a group, that is for each choice of the target bits, and so
// 2^step whole groups, consecutive in number. A target among the lane bits of a
// vector borrows the lowest free index bit above them: the kernel loads vectors
// that differ in the borrowed bit and exchanges it with the lane bit.
type walk struct {
	start  int // in bytes, of the vector with all other bits 0: the controls above the lanes
	mask   int // offsets in bytes of the steps are the subsets of mask
	step   int
	keep   int    // for each 8 bytes of a vector: are the controls among the lanes 1?
	offset [3]int // in bytes, between the corners of each target
	lane   [3]int // the lane bit of each target, or −1
	far    far
}

func (g *gates) newWalk(targets, controls []int) walk {
	lanes := g.lanes
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
			w.start |= 1 << (q + g.shift)
		}
	}
	for i, q := range targets {
		w.lane[i] = -1
		if q < lanes {
			w.lane[i] = q
			q = lowestZero(blocked)
			blocked |= 1 << q
		}
		w.offset[i] = 1 << (q + g.shift)
	}
	w.mask = ^(blocked<<g.shift | (1<<g.shift - 1))
	for l := range 1 << lanes {
		if l&inLanes == inLanes {
			w.keep |= g.quads(l)
		}
	}
	return w
}

// quads is a bit for each 8 bytes of lane l.
func (g *gates) quads(l int) int {
	n := 1 << (g.shift - 3)
	return (1<<n - 1) << (n * l)
}

func lowestZero(x int) int { return bits.TrailingZeros(^uint(x)) }

// far is how a walk goes over states that memory holds. Three things are different
// there.
//
// A target that makes two vectors lie 512 bytes to 16 KiB apart makes the processor
// jump to and fro on few pages, which it does not foresee: all lines are then fetched
// one after the other, some way ahead. Two vectors further apart are two streams
// that it follows by itself.
//
// Controls whose bit lies between a line and 16 KiB are visited where they are 0,
// too, and what is there is written back: reading in pieces costs more than all.
type far struct {
	groups int // of 16 KiB if controls are below, else of a step: a walk begins and ends with as many
	steps  int // of these groups; 0 if the near walk serves
	mask   int // as the walk's, with need
	need   int // bits of an offset without which nothing changes
	lines  int // the subsets are the offsets of the lines to fetch, in order
	ahead  int // how many groups before their turn
}

const (
	lineBits = 6  // a cache line has 64 bytes
	pageBits = 14 // controls below are visited where they are 0
	// jumpBits and streamBits bound the distances of vectors that jump, fetchBits is
	// how far ahead lines are fetched at least.
	jumpBits, streamBits, fetchBits = 9, 15, 13
	// farBytes is the size of states that are not in the second-level cache.
	farBytes = 2 << 20
)

// newFar returns the far walk of w.
func (g *gates) newFar(w *walk, targets, controls []int) far {
	f := far{groups: 1 << w.step, steps: 1, mask: w.mask}
	within := 0 // bits of a page that groups do not differ in
	for _, q := range slices.Concat(targets, controls) {
		if q+g.shift < pageBits {
			within++
		}
	}
	for _, q := range controls {
		if b := q + g.shift; b >= max(lineBits, g.lanes+g.shift) && b < pageBits {
			f.need |= 1 << b
		}
	}
	f.mask |= f.need
	if f.need != 0 {
		f.groups = 1 << (pageBits - g.shift - within)
		f.steps = 1 << bits.OnesCount(uint(f.mask&(1<<pageBits-1)))
	}
	jumps := len(targets) == 1 && targets[0]+g.shift >= jumpBits && targets[0]+g.shift < streamBits
	if jumps {
		f.lines = (f.mask | 1<<(targets[0]+g.shift)) &^ (1<<lineBits - 1)
		distance := max(fetchBits, targets[0]+g.shift+1)
		f.ahead = 1 << (distance - g.shift)
		for _, q := range slices.Concat(targets, controls) {
			if q+g.shift < distance {
				f.ahead /= 2
			}
		}
	}
	if !jumps && f.need == 0 {
		return far{}
	}
	return f
}

// pair is how [Flip] and [Swap] move amplitudes between two vectors.
type pair struct {
	walk
	x, y  int    // offsets in bytes of the vectors
	moves [2]int // see vectors.permute
}

// newPair returns the moves of a flip for one target, of a swap for two.
func (g *gates) newPair(targets, controls []int) pair {
	lanes := g.lanes
	var high, low []int // targets above and among the lanes
	for _, q := range targets {
		if q < lanes {
			low = append(low, q)
		} else {
			high = append(high, q)
		}
	}
	p := pair{walk: g.newWalk(high, controls)}
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
			if p.keep&g.quads(l) != 0 {
				from = source(low, len(targets), v, l, lanes)
			}
			for q := range 1 << (g.shift - 3) {
				p.moves[v] |= (from<<(g.shift-3) | q) << (8 * (l<<(g.shift-3) | q))
			}
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
