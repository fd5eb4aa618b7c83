package plan

import "slices"

// A plan of [New] does not run what only moves amplitudes: exchanges of qubits, NOTs, and the
// controlled NOTs that no other operation has to follow. These are the deferred NOTs. To read
// an amplitude, [Plan.Index] tells where it is; for an expectation value, [Plan.On] tells what to
// measure instead; and [Plan.Rest] is a plan that runs them.

// deferNOTs removes from the end of l the controlled NOTs that commute with all that stays
// behind them. It returns them in order.
func (l *lowering) deferNOTs() []op {
	var nots []op // the last first
	l.cut(func(o *op) bool {
		if o.class == not {
			nots = append(nots, *o)
		}
		return o.class == not
	})
	slices.Reverse(nots)
	return nots
}

// Index is the index at which the plan leaves amplitude x.
func (p *Plan) Index(x uint64) uint64 {
	at := p.Flipped
	for q, bit := range p.Location {
		at ^= x >> q & 1 << bit
	}
	for i := len(p.nots) - 1; i >= 0; i-- {
		if o := &p.nots[i]; at&o.z != 0 {
			at ^= o.x
		}
	}
	return at
}

// On turns o, whose masks are of qubits, into the observable on index bits that has the same
// expectation value in the state that the plan leaves.
func (p *Plan) On(o Observable) Observable {
	out := o.at(p.Location, p.Flipped)
	for i := len(p.nots) - 1; i >= 0; i-- {
		out.before(&p.nots[i])
	}
	return out
}

// Rest plans the deferred NOTs, for any state that p leaves; it returns nil if there are none.
// After Rest bit Location[q] holds qubit q, or its inverse if the bit is in Flipped.
func (p *Plan) Rest() *Plan {
	p.onRest.Do(func() {
		if len(p.nots) == 0 {
			return
		}
		l := &lowering{ops: p.nots, location: p.Location, flipped: p.Flipped}
		p.rest = newPlan(l, p.machine, p.Bits)
		p.rest.divide(l.forwards(), p.all(), Sizes{})
		p.rest.layout()
	})
	return p.rest
}

// all is the mask of the index bits.
func (p *Plan) all() uint64 { return uint64(1)<<p.Bits - 1 }
