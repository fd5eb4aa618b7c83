package plan

import (
	"cmp"
	"math/bits"
	"slices"

	"github.com/qnn-go/qnn/qsim/internal/kernel"
)

// A table of phases has a part for each value of its select bits: bits outside the registers
// that its phases depend on. There are at most maxSelect of them, and at most maxNear that
// change within a tile, so that the entries in use stay in the first-level cache.
const (
	maxSelect = 4
	maxNear   = 2
)

// flush writes steps that multiply by pending phases: all that depend only on bits in
// registers, and those with other bits that depend on one of the bits x, too.
func (e *emitter) flush(x uint64) {
	var now, later, keep []term
	for _, t := range e.pending {
		switch {
		case t.bits&^e.block == 0:
			now = append(now, t)
		case t.bits&x != 0:
			later = append(later, t)
		default:
			keep = append(keep, t)
		}
	}
	e.pending = keep
	for len(now)+len(later) > 0 {
		outside := uint64(0)
		var rest []term
		for _, t := range later {
			wider := outside | t.bits&^e.block
			if !e.batch && (bits.OnesCount64(wider) > maxSelect || bits.OnesCount64(wider&e.near) > maxNear) {
				rest = append(rest, t)
				continue
			}
			outside = wider
			now = append(now, t)
		}
		e.phase(now, outside)
		now, later = nil, rest
	}
}

// phase writes steps that multiply by terms. outside is the mask of the select bits. In a
// batch the values that depend on features get a step of their own, as they differ from lane
// to lane.
func (e *emitter) phase(terms []term, outside uint64) {
	if !e.batch {
		e.shared(terms, outside)
		return
	}
	same, own := e.apart(terms)
	if len(same) > 0 || len(own) == 0 {
		e.shared(same, outside)
	}
	if len(own) > 0 {
		s := step{op: kernel.OpPhaseLocal, mask: outside, phases: e.indexed(own, outside), local: true}
		e.multiply(s)
	}
}

// multiply writes s, which multiplies by phases, and before it the derivatives by them. If
// only derivatives are taken it leaves out s.
func (e *emitter) multiply(s step) {
	e.gradient(s)
	if len(s.phases) > 0 && !slices.ContainsFunc(s.phases, func(t term) bool { return !t.still }) {
		return
	}
	e.steps = append(e.steps, s)
	if s.shared() {
		e.rotations = 0
	}
}

// apart divides the values of terms into those that all samples of a batch share and those
// that differ.
func (e *emitter) apart(terms []term) (same, own []term) {
	for _, t := range terms {
		var s, o []value
		for _, v := range t.values {
			if e.isLocal(v) {
				o = append(o, v)
			} else {
				s = append(s, v)
			}
		}
		if s != nil {
			same = append(same, term{bits: t.bits, values: s, still: t.still})
		}
		if o != nil {
			own = append(own, term{bits: t.bits, values: o, still: t.still})
		}
	}
	return same, own
}

// shared writes a step that multiplies by phases that all samples share. terms may be empty:
// the table takes up the cosines that rotations leave out.
func (e *emitter) shared(terms []term, outside uint64) {
	e.multiply(step{op: e.phaseOp(), mask: outside, phases: e.indexed(terms, outside)})
}

// gradient writes a step for the derivatives by the phases of s, if any are taken.
func (e *emitter) gradient(s step) {
	if !e.dual {
		return
	}
	for _, t := range s.phases {
		if slices.ContainsFunc(t.values, e.differentiable) {
			s.op = kernel.OpGradPhase
			if s.mask == 0 && !slices.ContainsFunc(s.phases, func(t term) bool { return t.bits&(t.bits-1) != 0 }) {
				s.op = kernel.OpGradBits
			}
			e.steps = append(e.steps, s)
			return
		}
	}
}

// indexed turns the bits of terms into those of an index into a table. Terms of one bit come
// first, in ascending order, and each has at most one constant, as [Bound.product] takes them.
func (e *emitter) indexed(terms []term, outside uint64) []term {
	out := make([]term, len(terms))
	for i, t := range terms {
		out[i] = term{bits: e.entries(t.bits, outside), values: folded(t.values), still: t.still}
	}
	slices.SortFunc(out, func(s, t term) int {
		return cmp.Or(cmp.Compare(min(s.bits&(s.bits-1), 1), min(t.bits&(t.bits-1), 1)), cmp.Compare(s.bits, t.bits))
	})
	return out
}

// folded is values with their constants, if there are any, added up to one.
func folded(values []value) []value {
	sum, constants := turn{}, false
	var out []value
	for _, v := range values {
		if v.index < 0 {
			sum, constants = sum.plus(v.constant), true
			continue
		}
		out = append(out, v)
	}
	if constants {
		out = append(out, fixed(sum))
	}
	return out
}

// entries turns x, a mask of bits of an amplitude's index, into a mask of bits of an index
// into a table of phases. From the most significant bit down, that has the select bits, which
// are outside, the row bits, and the lane bits, which a batch does not have.
func (e *emitter) entries(x, outside uint64) uint64 {
	mask := uint64(0)
	rows, lanes := e.rows, e.lanes
	if e.batch { // the same in all lanes
		lanes = 0
	}
	if e.dual {
		rows++ // of the table: one of them tells ψ from λ
	}
	for ; x != 0; x &= x - 1 {
		b := x & -x
		switch p := e.place(b); {
		case p < 0:
			mask |= 1 << (lanes + rows + bits.OnesCount64(outside&(b-1)))
		case p < e.rows:
			mask |= 1 << (lanes + p)
		default:
			mask |= 1 << (p - e.rows)
		}
	}
	return mask
}
