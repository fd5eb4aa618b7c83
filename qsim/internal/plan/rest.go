package plan

import "slices"

// A plan of [New] leaves undone what only moves amplitudes: exchanges of qubits, NOTs,
// and the controlled NOTs that nothing follows. What reads the state can look where
// they would bring an amplitude, or a Pauli string.

// deferNOTs removes the controlled NOTs at the end of l, those that commute with all that
// stays behind them, and returns them in order.
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

// Index is where amplitude x is in the state that the plan leaves.
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

// On is o, on qubits, on the state that the plan leaves.
func (p *Plan) On(o Observable) Observable {
	out := o.at(p.Location, p.Flipped)
	for i := len(p.nots) - 1; i >= 0; i-- {
		out.before(&p.nots[i])
	}
	return out
}

// Rest plans the controlled NOTs left undone, for any state; nil if there are none.
// After it qubit k is bit Location[k], inverted where Flipped.
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
