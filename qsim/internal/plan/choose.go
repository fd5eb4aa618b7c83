package plan

import (
	"math/bits"
	"slices"
)

// weight is what letting o into a pass is worth: about its share of the arithmetic.
func (o *op) weight() float64 {
	switch o.class {
	case phase:
		return 0.01
	case not:
		return 0.3
	case rotate:
		return 1
	default:
		return 3
	}
}

// Both bounds keep the time of planning linear in the number of operations, whatever the
// circuit is. Without them a qubit that only the last operation uses would make every walk go
// on to the end.
const (
	patience = 32   // a walk gives up after so many operations in a row that cannot run, for each bit in use
	outlook  = 1024 // only among so many operations are the next bits to add looked for
)

// walk goes over the operations that are not yet planned, in their order, and tells which can
// run now: those that commute with all that it has left behind.
type walk struct {
	z, x     uint64 // masks of the operations left behind
	used     uint64 // mask of the bits that any of the operations acts on
	patience int    // how many more operations in a row may be left behind
}

// newWalk starts a walk over operations on the bits used.
func newWalk(used uint64) walk {
	w := walk{used: used}
	w.run()
	return w
}

// run notes that the walk has met an operation that can run.
func (w *walk) run() { w.patience = patience * bits.OnesCount64(w.used) }

// leave notes that o cannot run now.
func (w *walk) leave(o *op) {
	w.z, w.x = w.z|o.z, w.x|o.x
	w.patience--
}

// over reports whether no later operation can both fit the active bits and commute with those
// left behind. A phase would need an active bit that is not in w.x; any other operation
// changes an active bit, which must not be in w.z, and has a bit in its z that is not in w.x.
// When patience has run out, over takes it for granted that there is none.
func (w *walk) over(active uint64) bool {
	active &= w.used
	return active&^w.x == 0 && (active&^w.z == 0 || w.used&^w.x == 0) || w.patience <= 0
}

// bitsOf is the mask of the bits that some operation of ops acts on.
func bitsOf(ops []*op) uint64 {
	used := uint64(0)
	for _, o := range ops {
		used |= o.z | o.x
	}
	return used
}

// worth is the sum of op.worth over the operations of ops that can run with these active bits:
// those that fit them and commute with all left behind before them.
func (l level) worth(ops []*op, active uint64) float64 {
	w := newWalk(l.used)
	sum := 0.0
	for i, o := range ops {
		if o.fits(active) && o.commutes(w.z, w.x) {
			sum += o.worth
			w.run()
			continue
		}
		w.leave(o)
		if w.over(active) {
			*l.visits += i
			return sum
		}
	}
	*l.visits += len(ops)
	return sum
}

// split returns the operations that worth counts, and those left. Both keep their order. The
// ones left are written to the memory of ops, at its end.
func (l level) split(ops []*op, active uint64) (taken, left []*op) {
	w := newWalk(l.used)
	behind, seen := 0, 0
	for seen < len(ops) && !w.over(active) {
		o := ops[seen]
		seen++
		if o.fits(active) && o.commutes(w.z, w.x) {
			taken = append(taken, o)
			w.run()
			continue
		}
		ops[behind] = o
		behind++
		w.leave(o)
	}
	*l.visits += seen
	copy(ops[seen-behind:seen], ops[:behind])
	return taken, ops[seen-behind:]
}

// level is one of the three levels on which active bits are chosen: passes, blocks and stages.
type level struct {
	always uint64 // mask of the bits that are always active: a run of neighbours in memory
	within uint64 // mask of the bits to choose from; it contains always
	size   int    // number of bits to choose
	used   uint64 // mask of the bits of the operations to divide
	visits *int   // counts the operations looked at
}

// part is a choice of active bits and the operations that run with it.
type part struct {
	active uint64
	ops    []*op
}

// parts divides ops into parts, which run one after the other.
func (l level) parts(ops []*op) []part {
	var out []part
	l.size = min(l.size, bits.OnesCount64(l.within))
	l.used = bitsOf(ops)
	for ops = slices.Clone(ops); len(ops) > 0; {
		p := part{active: l.choose(ops)}
		p.ops, ops = l.split(ops, p.active)
		out = append(out, p)
	}
	return out
}

// choose returns a mask of l.size active bits for the next part. It starts with l.always and
// adds the bit, or the bits that one operation lacks, that let in most worth for each bit
// added; then it tries to exchange single bits.
func (l level) choose(ops []*op) uint64 {
	if bits.OnesCount64(l.within) == l.size {
		return l.within
	}
	active := l.always
	worth := l.worth(ops, active)
	for bits.OnesCount64(active) < l.size {
		add := l.best(ops, active, worth)
		if add == 0 {
			add = l.first(ops, active)
		}
		active |= add
		worth = l.worth(ops, active)
	}
	const rounds = 3
	for range rounds {
		next := l.exchange(ops, active, worth)
		if next == active {
			break
		}
		active = next
		worth = l.worth(ops, active)
	}
	return active
}

const gain = 1e-9 // smaller differences between sums of worths are rounding errors

// best is the mask of the bits to add next, 0 if none lets in another operation. worth is that
// of active.
func (l level) best(ops []*op, active uint64, worth float64) uint64 {
	most, add := gain, uint64(0)
	for rest := l.within &^ active; rest != 0; rest &= rest - 1 {
		b := rest & -rest
		if g := l.worth(ops, active|b) - worth; g > most {
			most, add = g, b
		}
	}
	const look = 24 // number of operations that lack several bits looked at
	for i, seen := 0, 0; i < min(len(ops), outlook) && seen < look; i++ {
		missing := ops[i].x &^ active
		if ops[i].class == not {
			missing = (ops[i].x | ops[i].z) &^ active & l.within
		}
		n := bits.OnesCount64(missing)
		if n < 2 || missing&^l.within != 0 || bits.OnesCount64(active)+n > l.size {
			continue
		}
		seen++
		if g := (l.worth(ops, active|missing) - worth) / float64(n); g > most {
			most, add = g, missing
		}
	}
	return add
}

// first is a bit that the first of ops lacks, or that a later one does, or else any bit left.
func (l level) first(ops []*op, active uint64) uint64 {
	for _, o := range ops {
		if m := o.x & l.within &^ active; m != 0 {
			return m & -m
		}
		if m := o.z & l.within &^ active; m != 0 && o.class == phase {
			return m & -m
		}
	}
	m := l.within &^ active
	return m & -m
}

// exchange returns active with one bit exchanged for one of more worth, or active itself if
// there is none.
func (l level) exchange(ops []*op, active uint64, worth float64) uint64 {
	for out := active &^ l.always; out != 0; out &= out - 1 {
		b := out & -out
		for in := l.within &^ active; in != 0; in &= in - 1 {
			next := active&^b | in&-in
			if l.worth(ops, next) > worth+gain {
				return next
			}
		}
	}
	return active
}
