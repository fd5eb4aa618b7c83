package plan

import (
	"math/bits"
	"sync"

	"github.com/qnn-go/qnn/circuits"
	"github.com/qnn-go/qnn/qsim/internal/kernel"
	"github.com/qnn-go/qnn/qsim/internal/memory"
)

// Plan is a circuit ready to run on a state of 2^Bits amplitudes, once its numbers are bound
// ([Plan.Bind]). It is immutable and safe for concurrent use.
type Plan struct {
	Bits     int    // of an amplitude's index: those of the lanes of a batch are among them
	Location []int  // Location[q] is the bit that holds qubit q at the end, after Rest
	Flipped  uint64 // the bits that hold the inverse of their qubit at the end, after Rest

	nots      []op      // deferred NOTs, which only Rest runs
	onRest    sync.Once // makes rest
	rest      *Plan     // the plan of nots, nil if there are none
	machine   *kernel.Machine
	dual      bool // a backward pass, on two states ψ and λ
	batch     bool // the lanes of a vector are samples, not index bits
	arena     int  // bytes of the sums that a worker adds to
	batchPlan      // what only a plan for a batch has

	observables []Observable // on index bits, as they are before the operations that they absorbed
	angles      []angle      // those that are not constant; values refer to them by index
	phase       globalPhase  // the global phase
	passes      []pass
	touched     uint64                    // bits that are active in some stage
	numbers     []numbers                 // the steps whose operands Bind fills in, in the order in which they run
	gradients   []numbers                 // those of numbers that add to sums of derivatives
	code        int                       // number of instructions in all stages
	tables      int                       // number of floats in the tables of all stages
	calls       sync.Pool                 // of *kernel.Stage, to be used again
	rotations   int                       // while planning: rotations since the last phase
	widest      int                       // entries of the largest table of phases
	visits      int                       // while planning: operations looked at, which tests bound
	subsets     map[uint64][]kernel.Group // the results of groups, by mask
}

// pass is one way over the state, tile by tile. The bits active are those in which the
// amplitudes of one tile differ.
type pass struct {
	active uint64
	tiles  uint64 // the other bits, without those that are still 0: their subsets are the indices of the tiles
	blocks []blocks
}

// count is the number of tiles of t.
func (t *pass) count() int { return 1 << bits.OnesCount64(t.tiles) }

// tile is the index of the first amplitude of tile k: bit i of k becomes the i-th lowest bit
// of t.tiles.
func (t *pass) tile(k int) uint64 {
	x := uint64(0)
	for rest := t.tiles; k != 0; rest &= rest - 1 {
		x |= uint64(k&1) * (rest & -rest)
		k >>= 1
	}
	return x
}

// blocks divides a tile into blocks, the amplitudes that differ only in the bits active, and
// runs all stages on one block before it goes to the next.
type blocks struct {
	active uint64
	bases  []kernel.Group // where the blocks of a tile begin, relative to the tile
	stages []stage
}

// stage is a kernel.Stage without the numbers that depend on angles.
type stage struct {
	active        uint64 // bits whose amplitudes are in registers together: the rows and the lanes
	folded        int    // number of NOTs that loads and stores do, instead of steps
	zero          int    // mask of row bits: rows with one of them are taken for 0, whatever is in memory
	steps         []step
	code          int            // index of its first instruction in Bound.code
	tables        []int          // where the table of each step begins in Bound.tables
	loads, stores [16]int64      // offsets in bytes of each row, as in kernel.Stage
	groups        []kernel.Group // the subsets of the other bits of the block: the stage runs once for each
}

// numbers is a step with operands that depend on angles, and where they are in a Bound.
type numbers struct {
	*step
	kind        kind
	code, table int // indices into Bound.code and Bound.tables
}

// kind says what Bind computes for a step.
type kind uint8

const (
	ofRotation kind = iota // the tangent or cotangent of half an angle
	ofPhase                // a table of phases
	ofGradient             // the factor of the sums of a derivative
)

// Sizes says how large tiles and blocks are, as the number of their active bits; the lowest
// Run bits are always active, so that a tile is made of runs of 2^Run neighbours in memory.
// The zero value stands for sizes that suit the state.
type Sizes struct{ Tile, Block, Run int }

// sizes returns those for states of n bits. A tile takes a quarter of a second-level cache,
// half as much where the state is many times the third-level cache, and is small enough to
// give several workers something to do. A block is the whole tile: smaller blocks cost more
// stages than they save (5 to 15 % of the time).
func sizes(n int) Sizes {
	const large = 22
	s := Sizes{Tile: 14, Run: 4}
	if n >= large {
		s.Tile--
	}
	if n > ParallelBits {
		s.Tile = min(s.Tile, n-2)
	}
	s.Block = s.Tile
	return s
}

// ParallelBits is the number of bits up to which one worker runs a state alone.
const ParallelBits = 13

// MinBits returns the least number of bits of a state that m can run on: those of the rows and
// lanes that a stage loads.
func MinBits(m *kernel.Machine) int { return m.Lanes + m.Rows }

// New plans c for a state of max(c.Qubits, MinBits) bits that starts as |0…0⟩. The plan leaves
// the amplitudes at other indices than their own: amplitude x is at [Plan.Index](x).
func New(c *circuits.Circuit, m *kernel.Machine, s Sizes) (*Plan, error) {
	l, err := lower(c, 0)
	if err != nil {
		return nil, err
	}
	p := newPlan(l, m, c.Qubits)
	p.nots = l.deferNOTs()
	p.divide(l.forwards(), 0, s)
	p.layout()
	return p, nil
}

// NewExpect is [New] for the expectation values of the observables, whose masks are of qubits.
// The plan leaves out the operations that do not change these values, so the state at its end
// is not that of c: what to take the expectation values of there is [Plan.Observables].
func NewExpect(c *circuits.Circuit, m *kernel.Machine, s Sizes, observables []Observable) (*Plan, error) {
	l, err := lower(c, 0)
	if err != nil {
		return nil, err
	}
	p := newPlan(l, m, c.Qubits)
	p.observe(l, observables)
	p.divide(l.forwards(), 0, s)
	p.layout()
	return p, nil
}

// observe moves the observables from qubits to the bits that l leaves these at, and removes
// from the end of l the operations that they absorb.
func (p *Plan) observe(l *lowering, observables []Observable) {
	for _, o := range observables {
		p.observables = append(p.observables, o.at(l.location, l.flipped))
	}
	l.absorb(p.observables)
}

// Observables are those given to [NewExpect], on the bits of the state that the plan leaves.
func (p *Plan) Observables() []Observable { return p.observables }

// newPlan returns a plan without passes for the operations of l.
func newPlan(l *lowering, m *kernel.Machine, bits int) *Plan {
	return &Plan{
		Bits: max(bits, MinBits(m)), Location: l.location, Flipped: l.flipped,
		machine: m, angles: l.angles, phase: l.phase, subsets: make(map[uint64][]kernel.Group),
	}
}

// forwards lists all operations of l in the order of the circuit.
func (l *lowering) forwards() []*op {
	ops := make([]*op, len(l.ops))
	for i := range l.ops {
		ops[i] = &l.ops[i]
	}
	return ops
}

// divide plans the passes of ops. In the state that they start from, amplitudes other than 0
// have indices within the mask touched.
func (p *Plan) divide(ops []*op, touched uint64, s Sizes) {
	trials := 1
	if s == (Sizes{}) {
		s, trials = sizes(p.Bits), p.trials(ops)
		if p.dual { // two states share the caches
			s.Tile--
			s.Block = s.Tile
		}
	}
	p.search(ops, touched, s, trials)
	if !p.dual {
		p.finish(s)
	}
}

// greedy appends the passes of ops, one after the other, each with the active bits that let
// most of the remaining operations in.
func (p *Plan) greedy(ops []*op, touched uint64, s Sizes) {
	all := p.all()
	tile := p.level(s.Run, all, s.Tile)
	for _, part := range tile.parts(ops) {
		p.passes = append(p.passes, p.pass(part, all, touched, s))
		touched |= part.active
	}
}

// level describes a choice of size active bits among those of within. The run lowest bits are
// always chosen, fewer where the operation on most bits needs the room; size is raised to what
// a stage needs.
func (p *Plan) level(run int, within uint64, size int) level {
	size = max(size, p.blockBits())
	rows := p.blockBits() - p.machine.Lanes
	return level{always: 1<<max(min(run, size-rows), p.machine.Lanes) - 1, within: within, size: size, visits: &p.visits}
}

// blockBits is the number of index bits of the amplitudes that a stage loads. In a dual plan
// one of the row bits says which of the two states a row is of and is no index bit.
func (p *Plan) blockBits() int {
	if p.dual {
		return MinBits(p.machine) - 1
	}
	return MinBits(p.machine)
}

// pass plans the blocks and stages of t. Amplitudes with an index bit outside touched are
// still 0 before it.
func (p *Plan) pass(t part, all, touched uint64, s Sizes) pass {
	out := pass{active: t.active, tiles: all &^ t.active & touched}
	block := p.level(s.Run, t.active, s.Block)
	for _, b := range block.parts(t.ops) {
		set := blocks{active: b.active, bases: p.groups(t.active &^ b.active & touched)}
		live := touched
		regs := p.level(0, b.active, 0)
		for _, r := range regs.parts(b.ops) {
			st := p.stage(r, b.active&(r.active|live), t.active)
			st.zero = int(compress(^live, r.active&^(1<<p.machine.Lanes-1)))
			set.stages = append(set.stages, st)
			live |= r.active
		}
		touched |= b.active
		out.blocks = append(out.blocks, set)
	}
	return out
}

// stage plans the operations of r as one stage, which holds the bits r.active in registers;
// block and tile are the masks of the active bits of the block and the pass.
func (p *Plan) stage(r part, block, tile uint64) stage {
	steps, rows := p.emit(r.active, tile, r.ops)
	s := stage{active: r.active, steps: steps, groups: p.groups(block &^ r.active)}
	k := 0
	for rest := r.active &^ (1<<p.machine.Lanes - 1); rest != 0; rest &= rest - 1 {
		for row := range 1 << p.machine.Rows {
			if row>>k&1 == 1 {
				s.loads[row] += p.offset(rest & -rest)
				s.stores[row] += p.offset(1 << rows[k])
			}
		}
		k++
	}
	if half := 1 << (p.machine.Rows - 1); p.dual { // λ comes after ψ
		for row := half; row < 2*half; row++ {
			s.loads[row] = s.loads[row-half] + p.offset(1<<p.Bits)
			s.stores[row] = s.stores[row-half] + p.offset(1<<p.Bits)
		}
	}
	return s
}

// Untouched reports whether some bit is active in no stage, so that the plan leaves some
// amplitudes as they are; the caller must then set them all. If it is false, the caller sets
// only the 128 amplitudes with the lowest indices: the plan takes all others for 0, whatever
// memory holds.
func (p *Plan) Untouched() bool { return p.touched != p.all() }

// finish makes sure that some step multiplies by phases, if the global phase or the cosines
// that rotations leave out need one to be multiplied in with.
func (p *Plan) finish(s Sizes) {
	if len(p.passes) > 0 && p.phase.none() && p.rotations == 0 {
		return
	}
	last := (*stage)(nil)
	for i := range p.passes {
		for j := range p.passes[i].blocks {
			for k := range p.passes[i].blocks[j].stages {
				last = &p.passes[i].blocks[j].stages[k]
				for _, st := range last.steps {
					if st.shared() {
						return
					}
				}
			}
		}
	}
	if last == nil { // nothing but X and SWAP
		low := uint64(1)<<MinBits(p.machine) - 1
		p.passes = append(p.passes, p.pass(part{active: low}, low, 0, s))
		set := blocks{active: low, bases: p.groups(0), stages: []stage{p.stage(part{active: low}, low, low)}}
		p.passes[0].blocks = append(p.passes[0].blocks, set)
		last = &p.passes[0].blocks[0].stages[0]
	}
	last.steps = append(last.steps, step{op: p.phaseOp()})
}

// layout gives every stage its place in the code, and every step with operands its place in
// the tables or in a worker's arena. An arena begins with the sums over all samples; what
// belongs to single samples of a batch follows, sums first, then operands
// ([Plan.layoutLocal]).
func (p *Plan) layout() {
	for i := range p.passes {
		sums := 0
		for j := range p.passes[i].blocks {
			for k := range p.passes[i].blocks[j].stages {
				s := &p.passes[i].blocks[j].stages[k]
				s.fold()
				s.code = p.code
				p.touched |= s.active
				p.code += len(s.steps) + 2
				for at := range s.steps {
					st := &s.steps[at]
					s.tables = append(s.tables, p.tables)
					p.tables += p.tableOf(st)
					if st.adds() && !st.local {
						st.sums = sums
						sums += p.sumsOf(st)
						p.arena = max(p.arena, sums)
					}
					p.addNumbers(st, s.code+1+at, s.tables[at])
				}
			}
		}
	}
	p.layoutLocal()
}

// fold removes NOTs between rows from the beginning and the end of a stage, and loads or
// stores the rows at exchanged places instead.
func (s *stage) fold() {
	moved := func(at [16]int64, op kernel.Op) [16]int64 {
		c, t := op.Not()
		out := at
		for r := range at {
			if r>>c&1 == 1 {
				out[r] = at[r^1<<t]
			}
		}
		return out
	}
	isNot := func(st *step) bool { return st.op >= kernel.OpNot(0, 0) && st.op <= kernel.OpNot(3, 3) }
	for len(s.steps) > 0 && s.zero == 0 && isNot(&s.steps[0]) {
		s.loads = moved(s.loads, s.steps[0].op)
		s.steps = s.steps[1:]
		s.folded++
	}
	for n := len(s.steps) - 1; n >= 0 && isNot(&s.steps[n]); n-- {
		s.stores = moved(s.stores, s.steps[n].op)
		s.steps = s.steps[:n]
		s.folded++
	}
}

// addNumbers appends st to p.numbers if Bind has to compute something for it.
func (p *Plan) addNumbers(st *step, code, table int) {
	n := numbers{step: st, code: code, table: table}
	switch {
	case st.gradient():
		n.kind = ofGradient
		p.gradients = append(p.gradients, n)
	case st.shared():
		n.kind = ofPhase
	case !st.turns():
		return
	}
	p.numbers = append(p.numbers, n)
}

// tableOf is the number of floats that st takes in the tables.
func (p *Plan) tableOf(st *step) int {
	vector := 2 << p.machine.Lanes
	switch {
	case st.diagonal != nil:
		return len(st.diagonal)
	case st.local, st.gradient():
		return 0
	case st.shared():
		rows := 1 << (p.machine.Rows + bits.OnesCount64(st.mask))
		if p.batch {
			p.widest = max(p.widest, rows)
			return 2 * rows
		}
		p.widest = max(p.widest, rows<<p.machine.Lanes)
		return 2 * rows * vector
	case st.lane >= 0 && st.op == kernel.OpRotateLane(0):
		return 2 * vector
	default:
		return 2 * len(st.matrix)
	}
}

// RowBits is the number of bits from which a state lies in rows. A smaller state is one tile,
// which gains nothing from them.
const RowBits = 14

// Rows reports whether the plan works on states in rows, with the gaps of memory.Offset
// between them.
func (p *Plan) Rows() bool { return !p.batch && p.Bits >= RowBits }

// Length is the number of amplitudes that a state takes in memory, gaps between rows included.
func (p *Plan) Length() int { return int(p.offset(1<<p.Bits) / p.machine.Amplitude()) }

// offset is where amplitude x of a state begins, in bytes, gaps between rows included. It is
// linear in the bits: offset(x|y) = offset(x) + offset(y) if x and y have no bit in common.
func (p *Plan) offset(x uint64) int64 {
	at := int64(x) * p.machine.Amplitude()
	if p.Rows() || p.gaps() {
		return memory.Offset(at)
	}
	return at
}

// groups lists all subsets of mask in ascending order, with their offsets. Stages with the
// same mask share a list.
func (p *Plan) groups(mask uint64) []kernel.Group {
	if out, ok := p.subsets[mask]; ok {
		return out
	}
	out := make([]kernel.Group, 0, 1<<bits.OnesCount64(mask))
	for x := uint64(0); ; x = (x - mask) & mask {
		out = append(out, kernel.Group{Offset: p.offset(x), Index: x})
		if x == mask {
			p.subsets[mask] = out
			return out
		}
	}
}
