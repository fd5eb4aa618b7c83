package plan

import (
	"math/bits"
	"sync"

	"github.com/qnn-go/qnn/circuits"
	"github.com/qnn-go/qnn/qsim/internal/kernel"
	"github.com/qnn-go/qnn/qsim/internal/memory"
)

// Plan is a circuit ready to run on the state of Bits bits. It is immutable.
type Plan struct {
	Bits     int
	Location []int  // bit that holds each qubit at the end, after the NOTs of Rest
	Flipped  uint64 // bits that hold the inverse of their qubit at the end

	nots      []op // left undone
	onRest    sync.Once
	rest      *Plan // of nots
	machine   *kernel.Machine
	dual      bool
	batch     bool // lanes are samples
	arena     int  // bytes of a worker's sums
	batchPlan      // of a batch

	observables []Observable // on index bits, before what they absorbed
	angles      []angle
	phase       globalPhase
	passes      []pass
	touched     uint64    // bits that some stage works on
	numbers     []numbers // of the steps that have some, in their order
	gradients   []numbers // those that add to sums of derivatives
	code        int       // instructions in all stages
	tables      int       // floats in all tables
	calls       sync.Pool // of *kernel.Stage
	rotations   int       // planned since the last phase
	widest      int       // entries of the largest table of phases
	visits      int       // operations looked at while planning
	subsets     map[uint64][]kernel.Group
}

// pass goes once over the state, tile by tile.
type pass struct {
	active uint64
	tiles  uint64 // subsets of these bits are the indices of the tiles that can be other than 0
	blocks []blocks
}

// count is the number of tiles.
func (t *pass) count() int { return 1 << bits.OnesCount64(t.tiles) }

// tile is the index of tile k: the bits of k spread over those that tell tiles apart.
func (t *pass) tile(k int) uint64 {
	x := uint64(0)
	for rest := t.tiles; k != 0; rest &= rest - 1 {
		x |= uint64(k&1) * (rest & -rest)
		k >>= 1
	}
	return x
}

// blocks are the stages that run on every block of a tile, one block after the other.
type blocks struct {
	active uint64
	bases  []kernel.Group
	stages []stage
}

// stage is a kernel.Stage without numbers.
type stage struct {
	active        uint64 // bits in the block
	folded        int    // NOTs that loads and stores do
	zero          int    // rows with one of these bits are 0 at the beginning, whatever is in memory
	steps         []step
	code          int // of its first instruction
	tables        []int
	loads, stores [16]int64
	groups        []kernel.Group
}

// numbers is a step with its place in the code and in the tables.
type numbers struct {
	*step
	kind        kind
	code, table int
}

// kind is what the numbers of a step are for.
type kind uint8

const (
	ofRotation kind = iota
	ofPhase
	ofGradient
)

// Sizes are the numbers of bits of a tile and of a block, and how many of the lowest
// are always among them. The zero value stands for sizes that suit the state.
type Sizes struct{ Tile, Block, Run int }

// sizes for states of n bits: tiles of a quarter of a second-level cache, half as
// large where a state is many times the third-level one, and small enough for
// several workers. Blocks are whole tiles: smaller ones cost more stages than they
// save (5 to 15 % of the time).
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

// ParallelBits is the largest size of a state that one worker runs alone.
const ParallelBits = 13

// MinBits returns the least number of bits of a state that m can run on.
func MinBits(m *kernel.Machine) int { return m.Lanes + m.Rows }

// New plans c for a state of max(c.Qubits, MinBits) bits that starts as |0…0⟩. It
// ends with the state in other places: amplitude x is at [Plan.Index].
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

// NewExpect is New for the expectation values of the observables, on qubits: it ends
// without what they do not see. [Plan.Observables] are what they are there.
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

// observe takes up the observables, on qubits, and what they absorb of l.
func (p *Plan) observe(l *lowering, observables []Observable) {
	for _, o := range observables {
		p.observables = append(p.observables, o.at(l.location, l.flipped))
	}
	l.absorb(p.observables)
}

// Observables are those of [NewExpect] on the bits of the state that it leaves.
func (p *Plan) Observables() []Observable { return p.observables }

func newPlan(l *lowering, m *kernel.Machine, bits int) *Plan {
	return &Plan{
		Bits: max(bits, MinBits(m)), Location: l.location, Flipped: l.flipped,
		machine: m, angles: l.angles, phase: l.phase, subsets: make(map[uint64][]kernel.Group),
	}
}

func (l *lowering) forwards() []*op {
	ops := make([]*op, len(l.ops))
	for i := range l.ops {
		ops[i] = &l.ops[i]
	}
	return ops
}

// divide plans the passes of ops on a state of which only the bits touched can be 1.
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

// greedy plans the passes of ops, each with the active bits that let most of them in.
func (p *Plan) greedy(ops []*op, touched uint64, s Sizes) {
	all := p.all()
	tile := p.level(s.Run, all, s.Tile)
	for _, part := range tile.parts(ops) {
		p.passes = append(p.passes, p.pass(part, all, touched, s))
		touched |= part.active
	}
}

// level is one of size bits within a mask. The run of lowest bits leaves room for the
// operation on most bits, and size for the run.
func (p *Plan) level(run int, within uint64, size int) level {
	size = max(size, p.blockBits())
	rows := p.blockBits() - p.machine.Lanes
	return level{always: 1<<max(min(run, size-rows), p.machine.Lanes) - 1, within: within, size: size, visits: &p.visits}
}

// blockBits is the number of index bits in a block.
func (p *Plan) blockBits() int {
	if p.dual {
		return MinBits(p.machine) - 1
	}
	return MinBits(p.machine)
}

// pass plans the blocks and stages of a part. Bits outside touched are still 0.
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

// Untouched reports whether the plan leaves some amplitudes as they are. If not, it takes
// what is in memory for 0, whatever that is, but for the 128 amplitudes with the lowest
// indices.
func (p *Plan) Untouched() bool { return p.touched != p.all() }

// finish makes sure that there is a phase to take up the global phase and the
// cosines of the last rotations.
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

// layout gives every stage its place in the code and every operand its place in the
// tables or in a worker's arena: sums over all samples first, then what belongs to
// the samples of a batch, sums again first.
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

// fold lets loads and stores do what NOTs between rows at the beginning and the end do.
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

// addNumbers lists st if it has numbers.
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

// tableOf is the number of floats that a step has in the tables.
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

// RowBits is the number of bits from which plans work on states in rows: below, a
// tile is the whole state.
const RowBits = 14

// Rows reports whether the plan works on states in rows, as memory.Offset says.
func (p *Plan) Rows() bool { return !p.batch && p.Bits >= RowBits }

// Length is the number of amplitudes from the beginning of a state to its end, gaps
// between rows included.
func (p *Plan) Length() int { return int(p.offset(1<<p.Bits) / p.machine.Amplitude()) }

// offset is the place in bytes of amplitude x in a state, gaps between rows included. It is
// linear in the bits: offset(x|y) = offset(x) + offset(y) where x and y have none in common.
func (p *Plan) offset(x uint64) int64 {
	at := int64(x) * p.machine.Amplitude()
	if p.Rows() || p.gaps() {
		return memory.Offset(at)
	}
	return at
}

// groups lists the subsets of mask, ascending. Stages with the same mask share a list.
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
