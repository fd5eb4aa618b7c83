package plan

import "math/bits"

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

// split walks ops in order and takes those that fit active and commute with all
// left behind before them. It returns their worth; taken and left may be nil.
func split(ops []*op, active uint64, taken, left *[]*op) float64 {
	var z, x uint64 // of the operations left behind
	worth := 0.0
	for _, o := range ops {
		switch {
		case o.fits(active) && o.commutes(z, x):
			worth += o.worth
			if taken != nil {
				*taken = append(*taken, o)
			}
		case left != nil:
			*left = append(*left, o)
			z, x = z|o.z, x|o.x
		default:
			z, x = z|o.z, x|o.x
			if active&^(z&x) == 0 {
				return worth // nothing that follows can fit
			}
		}
	}
	return worth
}

// level is one of the three levels of blocking.
type level struct {
	always uint64 // bits always active: a run of neighbours in memory
	within uint64 // bits to choose from, always included
	size   int    // how many
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
	for len(ops) > 0 {
		p := part{active: l.choose(ops)}
		var left []*op
		split(ops, p.active, &p.ops, &left)
		out = append(out, p)
		ops = left
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
	worth := split(ops, active, nil, nil)
	for bits.OnesCount64(active) < l.size {
		add := l.best(ops, active, worth)
		if add == 0 {
			add = l.first(ops, active)
		}
		active |= add
		worth = split(ops, active, nil, nil)
	}
	const rounds = 3
	for range rounds {
		next := l.exchange(ops, active, worth)
		if next == active {
			break
		}
		active = next
		worth = split(ops, active, nil, nil)
	}
	return active
}

const gain = 1e-9 // differences of sums of weights below this are rounding

// best is the bit or the two bits to add next, 0 if none lets anything in.
func (l level) best(ops []*op, active uint64, worth float64) uint64 {
	most, add := gain, uint64(0)
	for rest := l.within &^ active; rest != 0; rest &= rest - 1 {
		b := rest & -rest
		if g := split(ops, active|b, nil, nil) - worth; g > most {
			most, add = g, b
		}
	}
	const look = 24 // operations on several bits looked at
	for i, seen := 0, 0; i < len(ops) && seen < look; i++ {
		missing := ops[i].x &^ active
		if ops[i].class == not {
			missing = (ops[i].x | ops[i].z) &^ active & l.within
		}
		n := bits.OnesCount64(missing)
		if n < 2 || missing&^l.within != 0 || bits.OnesCount64(active)+n > l.size {
			continue
		}
		seen++
		if g := (split(ops, active|missing, nil, nil) - worth) / float64(n); g > most {
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
			if split(ops, next, nil, nil) > worth+gain {
				return next
			}
		}
	}
	return active
}
