package plan

import (
	"math/bits"
	"slices"

	"github.com/qnn-go/qnn/qsim/internal/kernel"
)

// step is one instruction of a stage, without the numbers that depend on angles. Which of the
// fields count depends on op.
type step struct {
	op       kernel.Op
	mask     uint64       // index bits outside the registers that the step depends on
	value    value        // the angle of a rotation
	row      int          // the row bit that a rotation acts on, or −1 if it acts on a lane bit
	lane     int          // the lane bit that a rotation acts on, or −1
	phases   []term       // for kernel.OpPhase and its like: terms whose bits are those of an index into its table
	matrix   []complex128 // of a dense matrix, row-major
	diagonal []float64    // of an observable: its values, by an index into a table as for phases
	local    bool         // in a batch: its operands or sums differ from lane to lane
	sums     int          // where its sums or local operands begin in a worker's arena, in bytes
}

// shared reports whether s multiplies by phases from a table that all samples share.
func (s *step) shared() bool { return s.op == kernel.OpPhase || s.op == kernel.OpPhaseRows }

// turns reports whether s is a rotation whose angle is the same in all lanes.
func (s *step) turns() bool {
	return !s.local && (s.op == kernel.OpRotate(0) || s.op == kernel.OpRotateLane(0))
}

// term is the phase e^{iv}, v the sum of values, of the amplitudes in whose index all of some
// bits are 1.
type term struct {
	bits   uint64 // mask of these bits
	values []value
	still  bool // in the backward pass: derivatives are taken, but the phase is not undone
	merge  int  // number of values at which those with the same angle are added up next
}

// manyValues is more values than a term of an ordinary circuit has. NOTs that carry phases to
// and fro would double the values of each angle every time; so from here on values of the same
// angle are added up, and no NOT carries the term any further.
const manyValues = 64

// append adds v to the values of t.
func (t *term) append(v value) {
	t.values = append(t.values, v)
	if len(t.values) >= max(t.merge, manyValues) {
		t.values = merged(t.values)
		t.merge = 2 * len(t.values)
	}
}

// merged is values with one value for each angle, and at most one constant.
func merged(values []value) []value {
	values = folded(values)
	out, at := values[:0], make(map[int]int)
	for _, v := range values {
		if i, ok := at[v.index]; ok {
			out[i].scale += v.scale
			continue
		}
		at[v.index] = len(out)
		out = append(out, v)
	}
	return out
}

// emitter writes the steps of one stage. The amplitudes in registers have rows+lanes index
// bits; place k < rows is row bit k, and place rows+l is lane bit l.
type emitter struct {
	*Plan
	rows, lanes int
	block       uint64 // mask of the index bits of the amplitudes in registers
	near        uint64 // mask of the other active bits of the pass: they change within a tile
	at          []int  // the index bit at each place
	pending     []term // phases that no step multiplies by yet; they commute with all steps since
	steps       []step
}

// emit writes ops, all of which fit the bits block, as steps of one stage, in an order that
// needs few of them. tile is the mask of the active bits of the pass. It also returns the
// index bit that each row bit stands for at the end.
func (p *Plan) emit(block, tile uint64, ops []*op) ([]step, []int) {
	m := p.machine
	e := &emitter{Plan: p, rows: m.Rows, lanes: m.Lanes, block: block, near: tile &^ block}
	if p.dual {
		e.rows--
	}
	e.at = make([]int, e.rows+e.lanes)
	low := uint64(1)<<m.Lanes - 1
	k := 0
	for rest := block &^ low; rest != 0; rest &= rest - 1 {
		e.at[k] = bits.TrailingZeros64(rest)
		k++
	}
	for l := range m.Lanes {
		e.at[e.rows+l] = l
	}
	e.schedule(ops)
	e.flush(^uint64(0))
	e.restoreLanes()
	return e.steps, e.at[:e.rows]
}

// schedule writes ops in an order that multiplies by phases as seldom as possible, as one
// table does that for many phases. It collects all phases that can come next, then writes all
// other operations that can and that commute with the pending phases. Only when neither is
// left does it force an operation before which pending phases must be multiplied in.
func (e *emitter) schedule(ops []*op) {
	left := slices.Clone(ops)
	used := bitsOf(ops)
	force := false
	for len(left) > 0 {
		n := len(left)
		left = e.sweep(left, used, true, &force)
		left = e.sweep(left, used, false, &force)
		force = len(left) == n
	}
}

// sweep goes once over left and writes what can come next: phases, or the other operations
// that pending phases do not block. With *force it also writes the first operation that they
// do block, and clears *force. It returns the operations that it has not written, in order;
// they are in the memory of left, at its end.
func (e *emitter) sweep(left []*op, used uint64, phases bool, force *bool) []*op {
	w := newWalk(used)
	behind, seen := 0, 0
	for seen < len(left) && !w.done(phases) {
		o := left[seen]
		seen++
		if o.commutes(w.z, w.x) && (o.class == phase) == phases && (phases || *force || !e.blocked(o)) {
			*force = *force && !e.blocked(o)
			e.write(o)
			w.run()
			continue
		}
		left[behind] = o
		behind++
		w.leave(o)
	}
	e.visits += seen
	copy(left[seen-behind:seen], left[:behind])
	return left[seen-behind:]
}

// done reports whether no later phase, or no later operation of another class, can come next.
func (w *walk) done(phases bool) bool {
	return w.used&^w.x == 0 || !phases && w.used&^w.z == 0 || w.patience <= 0
}

// blocked reports whether pending phases must be multiplied in before o.
func (e *emitter) blocked(o *op) bool {
	if o.class == not {
		return e.meets(o.x) && !e.passes(o)
	}
	return e.meets(o.x)
}

// meets reports whether a pending phase depends on one of the bits x.
func (e *emitter) meets(x uint64) bool {
	for _, t := range e.pending {
		if t.bits&x != 0 {
			return true
		}
	}
	return false
}

// passes reports whether the NOT o can go before the pending phases on its target such that
// they remain phases of at most two bits ([emitter.pushThrough]).
func (e *emitter) passes(o *op) bool {
	if o.z&^e.block != 0 {
		return false
	}
	for _, t := range e.pending {
		if t.bits&o.x != 0 && (t.bits&^(o.x|o.z) != 0 || len(t.values) >= manyValues) {
			return false
		}
	}
	return true
}

// add adds the phase v, where all of the bits b are 1, to the pending ones.
func (e *emitter) add(b uint64, v value, still bool) {
	for i := range e.pending {
		if t := &e.pending[i]; t.bits == b {
			t.append(v)
			t.still = t.still && still
			return
		}
	}
	e.pending = append(e.pending, term{bits: b, values: []value{v}, still: still})
}

// write writes o, which can come next: a phase becomes a pending one, anything else a step,
// after the pending phases that it does not commute with.
func (e *emitter) write(o *op) {
	switch {
	case o.class == phase:
		e.add(o.z, o.value, o.still)
		return
	case e.blocked(o):
		e.flush(o.x)
	case e.meets(o.x):
		e.pushThrough(o)
	}
	switch o.class {
	case phase: // written above
	case not:
		e.not(o)
	case rotate:
		e.rotate(o)
	case dense:
		e.dense(o)
	}
}

// pushThrough rewrites the pending phases on the target t of a NOT with control c, so that
// they come after it instead of before: t becomes t⊕c = t + c − 2tc.
func (e *emitter) pushThrough(o *op) {
	var moved []term
	keep := e.pending[:0]
	for _, t := range e.pending {
		if t.bits&o.x != 0 {
			moved = append(moved, t)
		} else {
			keep = append(keep, t)
		}
	}
	e.pending = keep
	for _, t := range moved {
		e.visits += len(t.values)
		for _, v := range t.values {
			if t.bits == o.x { // v·t
				e.add(o.x, v, t.still)
				e.add(o.z, v, t.still)
				e.add(o.x|o.z, v.times(-2), t.still)
			} else { // v·t·c → v·(t⊕c)·c = v·c − v·t·c
				e.add(o.z, v, t.still)
				e.add(o.x|o.z, v.times(-1), t.still)
			}
		}
	}
}

// place is where the index bit with this mask is among the places, −1 if it is not in
// registers.
func (e *emitter) place(bit uint64) int {
	for p, b := range e.at {
		if bit == 1<<b {
			return p
		}
	}
	return -1
}

// not writes a controlled NOT. The control may be outside the registers; then it is the same
// for a whole group.
func (e *emitter) not(o *op) {
	t, r := e.place(o.x), e.rows
	c := e.place(o.z)
	var op kernel.Op
	mask := uint64(0)
	switch {
	case c < 0 && t < r:
		op, mask = kernel.OpFlip(t), o.z
	case c < 0:
		op, mask = kernel.OpFlipLane(t-r), o.z
	case c < r && t < r:
		op = kernel.OpNot(c, t)
	case t < r:
		op = kernel.OpNotLaneRow(c-r, t)
	case c < r:
		op = kernel.OpNotRowLane(c, t-r)
	default:
		op = kernel.OpNotLanes(c-r, t-r)
	}
	e.steps = append(e.steps, step{op: op, mask: mask})
}

// maxRotations bounds the rotations between two phases. A rotation leaves out its cosine, so
// amplitudes grow by up to √2 each time until a phase multiplies the cosines in; after
// maxRotations they may be 2^(maxRotations/2) times as large, and the product of two of them
// must still be a float32.
const maxRotations = 60

// rotate writes a rotation, and in the backward pass the derivative by its angle before.
func (e *emitter) rotate(o *op) {
	if e.rotations == maxRotations {
		e.shared(nil, 0)
	}
	s := step{op: kernel.OpRotate(0), value: o.value, row: e.place(o.x), lane: -1}
	if s.row >= e.rows {
		s.op, s.lane, s.row = kernel.OpRotateLane(0), s.row-e.rows, -1
	}
	if e.isLocal(o.value) {
		s.op, s.local = kernel.OpTurn(s.row), true
	}
	if e.dual && e.differentiable(o.value) {
		g := step{op: kernel.OpGradRotate(max(s.row, 0)), value: o.value, lane: s.lane, local: s.local}
		if s.lane >= 0 {
			g.op = kernel.OpGradRotateLane(s.lane)
		}
		e.steps = append(e.steps, g)
	}
	if !o.still {
		e.rotations++
		e.steps = append(e.steps, s)
	}
}

// dense writes a matrix. The kernels take its bits from the rows, so those in lanes are first
// exchanged with rows.
func (e *emitter) dense(o *op) {
	var used uint64 // row places taken by targets
	for _, t := range o.targets {
		if p := e.place(1 << t); p < e.rows {
			used |= 1 << p
		}
	}
	places := make([]int, len(o.targets))
	for k, t := range o.targets {
		p := e.place(1 << t)
		if p >= e.rows {
			free := bits.TrailingZeros64(^used)
			e.swap(p-e.rows, free)
			used |= 1 << free
			p = free
		}
		places[k] = p
	}
	s := step{matrix: permuted(o.matrix, places)}
	if len(places) == 2 {
		s.op = kernel.OpDense2(min(places[0], places[1]), max(places[0], places[1]))
	} else {
		s.op = kernel.OpDense3(bits.TrailingZeros64(^used))
	}
	e.steps = append(e.steps, s)
}

// permuted is the row-major matrix m with its targets sorted by their places.
func permuted(m []complex128, places []int) []complex128 {
	d := 1 << len(places)
	from := make([]int, d)
	for i := range d {
		for k, p := range places {
			rank := 0
			for _, q := range places {
				if q < p {
					rank++
				}
			}
			from[i] |= i >> rank & 1 << k
		}
	}
	out := make([]complex128, len(m))
	for r := range d {
		for c := range d {
			out[r*d+c] = m[from[r]*d+from[c]]
		}
	}
	return out
}

// swap writes an exchange of a lane bit and a row bit.
func (e *emitter) swap(lane, row int) {
	e.steps = append(e.steps, step{op: kernel.OpSwap(lane, row)})
	e.at[e.rows+lane], e.at[row] = e.at[row], e.at[e.rows+lane]
}

// restoreLanes brings the lowest index bits back into the lanes. The row bits may remain
// exchanged: the stage stores every row where it belongs.
func (e *emitter) restoreLanes() {
	for l := range e.lanes {
		p := e.place(1 << l)
		if p == e.rows+l {
			continue
		}
		if p >= e.rows {
			e.swap(p-e.rows, 0)
			p = 0
		}
		e.swap(l, p)
	}
}
