package qsim

import (
	"context"
	"fmt"
	"maps"
	"math"
	"math/rand/v2"
	"runtime"
	"slices"
	"sync"

	"github.com/qnn-go/qnn/circuits"
)

// dynamic is a circuit that measures or resets before its end, or acts on what it has
// measured. Its runs share the gates before the first such operation, and after every
// measurement those with the same outcomes so far go on together.
type dynamic struct {
	prefix  *Program      // what all runs share
	ops     []circuits.Op // on the bits of their qubits, −1 for those that are idle
	from    int           // first operation after the prefix
	tail    int           // from here on there are measurements only
	gates   []int32       // position in Program.ops of each operation from from on, −1 for none
	loops   map[int]int   // the other end of each beginning and end of a loop
	bits    int           // classical bits
	visible int           // those of an outcome
	types   []circuits.VarType
	vars    []circuits.Number // at the start
}

// compileDynamic splits c, which has final measurements of all qubits if it has no
// classical bits.
func (p *Program) compileDynamic(c *circuits.Circuit) error {
	c = c.Clone()
	if c.Clbits == 0 {
		c.MeasureAll()
	}
	loops, err := c.Loops()
	if err != nil {
		return err
	}
	d := &dynamic{ops: c.Ops, tail: len(c.Ops), loops: loops, bits: c.Clbits, visible: c.Clbits - c.Hidden, types: c.Vars, vars: c.Zeros()}
	for d.from < len(c.Ops) && c.Ops[d.from].If == nil && len(c.Ops[d.from].Locals()) == 0 && (c.Ops[d.from].Gate.Unitary() || c.Ops[d.from].Gate == circuits.GateBarrier) {
		d.from++
	}
	for d.tail > d.from {
		last := c.Ops[d.tail-1]
		if last.If != nil || last.Gate != circuits.GateMeasure && last.Gate != circuits.GateBarrier {
			break
		}
		d.tail--
	}
	d.gates = make([]int32, len(c.Ops)-d.from)
	for i := range d.gates {
		d.gates[i] = -1
	}
	for i := range p.ops {
		if at := p.ops[i].index - d.from; at >= 0 {
			d.gates[at] = int32(i)
		}
	}
	d.prefix, err = compile(&circuits.Circuit{Qubits: c.Qubits, Tolerance: c.Tolerance, Ops: c.Ops[:d.from]}, newRegister(c.Qubits, p.register.active), Options{Precision: p.precision})
	for i := range c.Ops {
		for k, q := range c.Ops[i].Qubits {
			c.Ops[i].Qubits[k] = p.register.bits[q]
		}
	}
	p.dynamic = d
	return err
}

// sampleTrajectories runs a dynamic circuit shots times: a measurement collapses the
// state to the outcome drawn, a reset is a measurement followed by X on outcome 1.
// Shot s draws from the stream (seed, s), whoever it goes together with.
func (p *Program) sampleTrajectories(ctx context.Context, weights, features []float64, shots int, seed uint64) (Counts, error) {
	if err := p.checkInputs(weights, features); err != nil {
		return Counts{}, err
	}
	d := p.dynamic
	start, err := d.prefix.run(ctx, weights[:d.prefix.weights], features)
	if err != nil {
		return Counts{}, err
	}
	start.order()
	b := p.work.bound(p)
	defer p.work.bounds.Put(b)
	if err := p.bind(b, weights, features, true); err != nil {
		return Counts{}, err
	}
	workers := 1
	if p.qubits < ParallelQubits {
		workers = min(runtime.GOMAXPROCS(0), shots)
	}
	together, cancel := context.WithCancel(ctx) // ends all workers once one has failed
	defer cancel()
	out := NewCounts(d.visible)
	var mutex sync.Mutex
	for first := 0; first < shots; first += shotBlock {
		n := min(shotBlock, shots-first)
		parallel(workers, func(i int) {
			t := trajectories{program: p, bound: b, weights: weights, features: features, start: start.amplitudes, outcomes: NewCounts(d.visible)}
			failure := t.all(together, seed, first+i*n/workers, first+(i+1)*n/workers)
			mutex.Lock()
			defer mutex.Unlock()
			out.merge(t.outcomes)
			if err == nil && failure != nil {
				err = failure
				cancel()
			}
		})
		if err == nil {
			err = checkWide(out.Bits, out.Len())
		}
		if err != nil {
			return Counts{}, err
		}
	}
	return out, nil
}

// shot is one run of a circuit.
type shot struct {
	number int
	random rand.PCG
}

// trajectories are the runs of some shots, by one goroutine.
type trajectories struct {
	program           *Program
	bound             *bound
	weights, features []float64
	angles            []float64    // of a gate whose angles depend on variables
	matrix            []complex128 // of the same
	start             vector       // after the prefix; not written to
	free              []vector     // copies that are not in use
	outcomes          Counts
	waiting           [][]shot // for which there was no memory for a state of their own
}

// bundle is shots that had the same outcomes so far.
type bundle struct {
	shots  []shot
	state  vector          // its own
	memory circuits.Memory // classical bits and variables
	next   int             // operation
	steps  int             // operations so far
	rounds map[int]int     // of the loops that it is in, by their first operation
}

// The bounds of one shot: rounds of a loop, and operations in all.
const (
	maxRounds = 100_000
	maxSteps  = 10_000_000
)

// split is a bundle of some shots of b that goes on by itself.
func (b *bundle) split(shots []shot, state vector) *bundle {
	other := &bundle{shots: shots, state: state, memory: b.memory, next: b.next, steps: b.steps, rounds: maps.Clone(b.rounds)}
	other.memory.Bits, other.memory.Vars = slices.Clone(b.memory.Bits), slices.Clone(b.memory.Vars)
	return other
}

// all runs the shots lo ≤ s < hi.
func (t *trajectories) all(ctx context.Context, seed uint64, lo, hi int) error {
	shots := make([]shot, hi-lo)
	for i := range shots {
		shots[i].number = lo + i
	}
	t.waiting = [][]shot{shots}
	for len(t.waiting) > 0 {
		shots := t.waiting[len(t.waiting)-1]
		t.waiting = t.waiting[:len(t.waiting)-1]
		if len(shots) == 0 {
			continue
		}
		for i := range shots {
			shots[i].random.Seed(seed, uint64(shots[i].number))
		}
		state, err := t.copy(t.start)
		if err != nil {
			return err
		}
		d := t.program.dynamic
		memory := circuits.Memory{Bits: make([]bool, d.bits), Vars: slices.Clone(d.vars), Weights: t.weights, Features: t.features}
		if err := t.run(ctx, &bundle{shots: shots, state: state, memory: memory, next: d.from}); err != nil {
			return err
		}
	}
	return nil
}

// copy is a state with the amplitudes of a.
func (t *trajectories) copy(a vector) (vector, error) {
	var out vector
	if n := len(t.free); n > 0 {
		out, t.free = t.free[n-1], t.free[:n-1]
	} else {
		if err := t.program.precision.CheckMemory(t.program.qubits, 1); err != nil {
			return out, err
		}
		out = newVector(t.program.precision, t.program.qubits)
	}
	if t.inParallel() {
		parallelRange(a.len(), func(lo, hi int) { out.part(lo, hi).copy(a.part(lo, hi)) })
	} else {
		out.copy(a)
	}
	return out, nil
}

func (t *trajectories) inParallel() bool { return t.program.qubits >= ParallelQubits }

// run carries the shots of b through the rest of the circuit.
func (t *trajectories) run(ctx context.Context, b *bundle) error {
	d := t.program.dynamic
	for b.next < d.tail {
		if err := ctx.Err(); err != nil {
			return err
		}
		o, at := &d.ops[b.next], b.next
		if b.steps++; b.steps > maxSteps {
			return t.unfinished(b, at, "%d operations", maxSteps)
		}
		holds := true
		if o.If != nil {
			var err error
			if holds, err = o.If.In(&b.memory); err != nil {
				return &circuits.OpError{Index: at, Gate: o.Gate, Err: err}
			}
		}
		switch {
		case o.Gate == circuits.GateLoop && !holds:
			delete(b.rounds, at)
			b.next = d.loops[at]
		case !holds:
		case o.Gate == circuits.GateEnd:
			if err := t.again(b, at); err != nil {
				return err
			}
		default:
			if err := t.step(ctx, b, o, at); err != nil {
				return err
			}
		}
		b.next++
	}
	t.free = append(t.free, b.state)
	return t.finish(b)
}

// again goes back to the beginning of the loop that ends at the operation at.
func (t *trajectories) again(b *bundle, at int) error {
	start := t.program.dynamic.loops[at]
	if b.rounds == nil {
		b.rounds = make(map[int]int)
	}
	if b.rounds[start]++; b.rounds[start] > maxRounds {
		return t.unfinished(b, start, "%d rounds", maxRounds)
	}
	b.next = start - 1
	return nil
}

func (t *trajectories) unfinished(b *bundle, at int, format string, most int) error {
	return &circuits.OpError{Index: at, Gate: t.program.dynamic.ops[at].Gate, Err: fmt.Errorf("%d of the shots after "+format+": %w", len(b.shots), most, ErrUnfinished)}
}

// step carries out an operation.
func (t *trajectories) step(ctx context.Context, b *bundle, o *circuits.Op, at int) error {
	d := t.program.dynamic
	switch o.Gate {
	case circuits.GateMeasure, circuits.GateReset:
		return t.measure(ctx, b, o)
	case circuits.GateStore:
		holds, err := o.Value.In(&b.memory)
		if err != nil {
			return &circuits.OpError{Index: at, Gate: o.Gate, Err: err}
		}
		b.memory.Bits[o.Clbit] = holds
	case circuits.GateSet:
		n, err := o.Value.Test.Eval(&b.memory)
		if err == nil {
			n, err = d.types[o.Clbit].Hold(n)
		}
		if err != nil {
			return &circuits.OpError{Index: at, Gate: o.Gate, Err: err}
		}
		b.memory.Vars[o.Clbit] = n
	default:
		if k := d.gates[at-d.from]; k >= 0 {
			return t.gate(b, &t.program.ops[k])
		}
	}
	return nil
}

// gate applies a gate, whose angles may depend on variables.
func (t *trajectories) gate(b *bundle, o *op) error {
	m := t.bound.matrices[o.matrix : o.matrix+o.entries]
	if o.local {
		t.angles = t.angles[:0]
		for _, a := range t.program.angles[o.angle : o.angle+o.angles] {
			v := a.In(&b.memory)
			if math.IsNaN(v) || math.IsInf(v, 0) {
				return &circuits.OpError{Index: o.index, Gate: o.gate, Err: ErrNotFinite}
			}
			t.angles = append(t.angles, v)
		}
		t.matrix = append(t.matrix[:0], m...)
		m = t.matrix
		o.gate.Spec().Matrix(m, t.angles)
	}
	o.apply(b.state, m, t.inParallel())
	return nil
}

// measure draws the outcome of every shot of b and lets the fewer go on by themselves;
// b keeps the others. So there are at most log₂(shots) states at once.
func (t *trajectories) measure(ctx context.Context, b *bundle, op *circuits.Op) error {
	q := op.Qubits[0]
	if q < 0 { // idle
		if op.Gate == circuits.GateMeasure {
			b.memory.Bits[op.Clbit] = false
		}
		return nil
	}
	weights := b.state.halves(q, t.inParallel())
	zeros := 0
	for i := range b.shots {
		s := &b.shots[i]
		if !(rand.New(&s.random).Float64()*(real(weights)+imag(weights)) < imag(weights)) {
			b.shots[i], b.shots[zeros] = b.shots[zeros], b.shots[i]
			zeros++
		}
	}
	few, one := b.shots[:zeros], false
	if zeros > len(b.shots)-zeros {
		few, one = b.shots[zeros:], true
		b.shots = b.shots[:zeros]
	} else {
		b.shots = b.shots[zeros:]
	}
	if len(few) > 0 {
		state, err := t.copy(b.state)
		if err != nil {
			t.waiting = append(t.waiting, few)
		} else {
			other := b.split(few, state)
			t.settle(other, op, one, weights)
			other.next++
			if err := t.run(ctx, other); err != nil {
				return err
			}
		}
	}
	t.settle(b, op, !one, weights)
	return nil
}

// settle makes the measured qubit of op what it was measured as, or 0 for a reset.
func (t *trajectories) settle(b *bundle, op *circuits.Op, one bool, weights complex128) {
	kept, lost := real(weights), imag(weights)
	if one {
		kept, lost = lost, kept
	}
	if lost > 0 {
		b.state.project(op.Qubits[0], one, 1/math.Sqrt(kept), t.inParallel())
	}
	if op.Gate == circuits.GateMeasure {
		b.memory.Bits[op.Clbit] = one
		return
	}
	if one {
		place := b.state.place(op.Qubits...)
		b.state.flip(&place, 0, place.Groups(b.state.len()))
	}
}

// finish draws the measurements at the end and counts the outcomes. It refuses outcomes
// that are too many to be kept as soon as there is one too many.
func (t *trajectories) finish(b *bundle) error {
	d := t.program.dynamic
	var last []circuits.Op
	for _, op := range d.ops[d.tail:] {
		if op.Gate == circuits.GateMeasure && op.Clbit < d.visible {
			last = append(last, op)
		}
	}
	if len(last) == 0 {
		t.outcomes.Add(b.memory.Bits, len(b.shots))
		return checkWide(t.outcomes.Bits, t.outcomes.Len())
	}
	draws, drawn := make([]float64, len(b.shots)), make([]uint64, len(b.shots))
	for i := range draws {
		draws[i] = rand.New(&b.shots[i].random).Float64()
	}
	b.state.draw(drawn, draws, t.inParallel())
	for _, x := range drawn {
		for _, op := range last {
			b.memory.Bits[op.Clbit] = op.Qubits[0] >= 0 && x>>op.Qubits[0]&1 == 1
		}
		t.outcomes.Add(b.memory.Bits, 1)
		if err := checkWide(t.outcomes.Bits, t.outcomes.Len()); err != nil {
			return err
		}
	}
	return nil
}
