package plan

import (
	"math/bits"
	"slices"
)

// weight is how much it is worth to absorb an operation: about its share of the arithmetic.
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

// Both bounds keep planning linear in the number of operations whatever the circuit: without
// them a qubit that is used once, at the end, lets every walk go on until there.
const (
	patience = 32   // operations in a row, for each bit in use, that a walk passes over before it gives up
	outlook  = 1024 // operations among which the next bits to add are looked for
)

// walk goes over waiting operations in order and tells which can run now: those that commute
// with all left behind before them.
type walk struct {
	z, x     uint64 // of the operations left behind
	used     uint64 // bits of all that wait
	patience int    // how many more to leave behind in a row
}

func newWalk(used uint64) walk {
	w := walk{used: used}
	w.run()
	return w
}

// run notes that an operation can run.
func (w *walk) run() { w.patience = patience * bits.OnesCount64(w.used) }

// leave passes over o.
func (w *walk) leave(o *op) {
	w.z, w.x = w.z|o.z, w.x|o.x
	w.patience--
}

// over reports whether nothing that follows can fit the active bits: a phase acts like Z on
// one of them, any other operation like X on one of them and like Z on some bit. When
// patience is at its end it takes that for granted.
func (w *walk) over(active uint64) bool {
	active &= w.used
	return active&^w.x == 0 && (active&^w.z == 0 || w.used&^w.x == 0) || w.patience <= 0
}

// bitsOf are those that some of ops acts on.
func bitsOf(ops []*op) uint64 {
	used := uint64(0)
	for _, o := range ops {
		used |= o.z | o.x
	}
	return used
}

// worth is that of the operations, in order, that fit active and commute with all left
// behind before them.
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

// split takes those that worth counts. The others stay in order; they are written where ops
// is, at its end.
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

// level is one of the three levels of blocking.
type level struct {
	always uint64 // bits always active: a run of neighbours in memory
	within uint64 // bits to choose from, always included
	size   int    // how many
	used   uint64 // bits of the operations to divide
	visits *int   // counts operations looked at
}

// part is a set of active bits and the operations that run while they are.
type part struct {
	active uint64
	ops    []*op
}

// parts divides ops, in order, into parts of the level.
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

// choose grows the set of active bits by the bit, or the two bits of a waiting
// operation, that let in most for each bit, and then tries exchanges.
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

const gain = 1e-9 // differences of sums of weights below this are rounding

// best is the bit or the two bits to add next, 0 if none lets anything in.
func (l level) best(ops []*op, active uint64, worth float64) uint64 {
	most, add := gain, uint64(0)
	for rest := l.within &^ active; rest != 0; rest &= rest - 1 {
		b := rest & -rest
		if g := l.worth(ops, active|b) - worth; g > most {
			most, add = g, b
		}
	}
	const look = 24 // operations on several bits looked at
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

// first is a bit of the first waiting operation, or any.
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

// exchange returns active with one bit exchanged for a better one, or active.
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
