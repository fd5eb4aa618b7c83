package plan

import (
	"math/bits"

	"github.com/qnn-go/qnn/qsim/internal/kernel"
)

// Observable is a real sum of Pauli strings.
type Observable []Term

// Term is Coef times a Pauli string. Its masks are of qubits or of index bits, as the function
// that takes it says.
type Term struct {
	Coef float64
	kernel.Pauli
}

// diagonal lists the terms of o that have no factor but Z.
func (o Observable) diagonal() Observable {
	var out Observable
	for _, t := range o {
		if t.X == 0 {
			out = append(out, t)
		}
	}
	return out
}

// at turns o, whose masks are of qubits, into masks of index bits. Bit location[q] holds qubit
// q, or its inverse if the bit is in flipped.
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

// absorb removes from the end of l the operations that do not change the expectation values of
// the observables, whose masks are of bits: those that commute with all their terms, such as
// phases before Z and all outside of the light cone, and NOTs, which only turn Pauli strings
// into others. The observables become what they are before the NOTs.
func (l *lowering) absorb(observables []Observable) {
	l.cut(func(o *op) bool { return o.absorbed(observables) })
}

// cut goes through l from the end and removes the operations that take agrees to. It asks take
// only for those that commute with all operations behind them that stay.
func (l *lowering) cut(take func(o *op) bool) {
	stay := len(l.ops) // index of the first that stays
	var z, x uint64    // masks of those that stay
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

// absorbed reports whether o need not run right before the observables. If o is a NOT, it
// turns them into what they are before it.
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

// commutes reports whether all terms of o commute with an operation that is no NOT.
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

// before replaces o, which is measured after the NOT n, by what is measured before it with the
// same result: X on the control becomes X on control and target, Z on the target becomes Z on
// both.
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
