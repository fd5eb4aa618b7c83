package plan

import (
	"math/bits"

	"github.com/qnn-go/qnn/qsim/internal/kernel"
)

// Observable is a real sum of Pauli strings.
type Observable []Term

// Term is Coef times a Pauli string, its masks those of qubits or of index bits.
type Term struct {
	Coef float64
	kernel.Pauli
}

// diagonal are the terms of o in Z alone.
func (o Observable) diagonal() Observable {
	var out Observable
	for _, t := range o {
		if t.X == 0 {
			out = append(out, t)
		}
	}
	return out
}

// at is o, on qubits, for qubits at the bits location[k], inverted where flipped.
func (o Observable) at(location []int, flipped uint64) Observable {
	moved := func(mask int) int {
		out := 0
		for ; mask != 0; mask &= mask - 1 {
			out |= 1 << location[bits.TrailingZeros(uint(mask))]
		}
		return out
	}
	out := make(Observable, len(o))
	for i, t := range o {
		t.X, t.Z = moved(t.X), moved(t.Z)
		if bits.OnesCount64(uint64(t.Z)&flipped)&1 == 1 { // X·Z·X = −Z
			t.Coef = -t.Coef
		}
		out[i] = t
	}
	return out
}

// absorb removes from the end of l what need not run for the expectation values of the
// observables, on bits: what commutes with all their terms, so phases before Z and all
// outside of the light cone, and NOTs, which turn Pauli strings into others.
func (l *lowering) absorb(observables []Observable) {
	l.cut(func(o *op) bool { return o.absorbed(observables) })
}

// cut removes from the end of l the operations that take takes, the last first, of
// those that commute with all that stay behind them.
func (l *lowering) cut(take func(o *op) bool) {
	stay := len(l.ops) // the first that stays
	var z, x uint64    // of those that stay
	for i := len(l.ops) - 1; i >= 0; i-- {
		o := &l.ops[i]
		if o.commutes(z, x) && take(o) {
			continue
		}
		z, x = z|o.z, x|o.x
		stay--
		l.ops[stay] = *o
	}
	l.ops = l.ops[stay:]
}

// absorbed reports whether o need not run right before the observables; of a NOT they
// become what they are after it.
func (o *op) absorbed(observables []Observable) bool {
	if o.class == not {
		for _, terms := range observables {
			terms.before(o)
		}
		return true
	}
	for _, terms := range observables {
		if !terms.commutes(o) {
			return false
		}
	}
	return true
}

// commutes reports whether all terms commute with an operation that is no NOT.
func (o Observable) commutes(with *op) bool {
	for _, t := range o {
		x, z := uint64(t.X), uint64(t.Z)
		switch with.class {
		case phase:
			x &= with.z
		case rotate: // commutes with Y
			x = (x ^ z) & with.x
		default:
			x = (x | z) & with.x
		}
		if x != 0 {
			return false
		}
	}
	return true
}

// before makes o what it is before a NOT: X on the control becomes XX, Z on the
// target ZZ.
func (o Observable) before(n *op) {
	c, t := int(n.z), int(n.x)
	for i := range o {
		if o[i].X&c != 0 {
			o[i].X ^= t
		}
		if o[i].Z&t != 0 {
			o[i].Z ^= c
		}
	}
}
