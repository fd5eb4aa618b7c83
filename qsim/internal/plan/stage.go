package plan

import (
	"math/bits"
	"slices"

	"github.com/qnn-go/qnn/qsim/internal/kernel"
)

// step is one instruction of a stage, still without numbers.
type step struct {
	op       kernel.Op
	mask     uint64       // index bits outside the block
	value    value        // of rotations
	row      int          // of rotations: the row bit, or −1
	lane     int          // of rotations in the lanes: the lane bit
	phases   []term       // of kernel.OpPhase, their bits those of an index into its table
	matrix   []complex128 // of dense
	diagonal []float64    // of observables: their values, by an index into a table
	local    bool         // depends on the features of a batch's samples: operands or sums by lane
	sums     int          // offset of the sums, or of local operands, in a worker's arena, in bytes
}

// shared reports whether s multiplies by phases that have a table for all samples.
func (s *step) shared() bool { return s.op == kernel.OpPhase || s.op == kernel.OpPhaseRows }

// turns reports whether s is a rotation by the same angle in all samples.
func (s *step) turns() bool {
	return !s.local && (s.op == kernel.OpRotate(0) || s.op == kernel.OpRotateLane(0))
}

// term is a phase: the sum of values where all its bits are 1.
type term struct {
	bits   uint64
	values []value
	still  bool // in the backward pass: only derivatives are taken
	merge  int  // the number of values at which those of one angle are added up
}

// manyValues is more values than a phase of one place in a circuit has. Where NOTs carry
// phases to and fro, those of one angle would double with each; and phases with that many
// are carried no further.
const manyValues = 64

// append adds v.
func (t *term) append(v value) {
	t.values = append(t.values, v)
	if len(t.values) >= max(t.merge, manyValues) {
		t.values = merged(t.values)
		t.merge = 2 * len(t.values)
	}
}

// merged is values with those of each angle, and the constants, added up.
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

// emitter writes the steps of one stage. Places 0 … rows−1 of a block are its row
// bits, those after them its lanes.
type emitter struct {
	*Plan
	rows, lanes int
	block       uint64 // bits in the block
	near        uint64 // bits that change from group to group within a tile
	at          []int  // bit at each place
	pending     []term // phases not yet written; they commute with all written since
	steps       []step
}

// emit orders and writes ops, all of which fit the bits of block. tile are the
// bits that change within a tile.
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

// schedule writes all phases that are ready, then all other operations that meet
// no pending phase, and multiplies phases in only when nothing else can go on.
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

// sweep writes the phases that are ready, or the other operations that are and meet no
// pending phase; with force, which it then clears, the first that meets some too. What it
// returns, in order, it has written where left is, at its end.
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

// done reports whether no phase, or no other operation, that follows can be ready.
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

func (e *emitter) meets(x uint64) bool {
	for _, t := range e.pending {
		if t.bits&x != 0 {
			return true
		}
	}
	return false
}

// passes reports whether the pending phases on the target of a NOT stay phases of
// at most two bits when the NOT goes before them.
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

// pushThrough rewrites the pending phases on the target t of the NOT, which will
// come before them instead of after: t becomes t⊕c = t + c − 2tc.
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

// place is where a bit of the block is.
func (e *emitter) place(bit uint64) int {
	for p, b := range e.at {
		if bit == 1<<b {
			return p
		}
	}
	return -1
}

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

// maxRotations bounds how far rotations, which leave out their cosines, can let
// amplitudes grow before a phase puts them in: by 2^(maxRotations/2), of which the
// product of two must be a float32.
const maxRotations = 60

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

// permuted is m with its targets in ascending order of their places.
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

// swap exchanges a lane and a row.
func (e *emitter) swap(lane, row int) {
	e.steps = append(e.steps, step{op: kernel.OpSwap(lane, row)})
	e.at[e.rows+lane], e.at[row] = e.at[row], e.at[e.rows+lane]
}

// restoreLanes brings the lowest bits back into the lanes; the rows may stay
// exchanged, as the stage stores them where they belong.
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
