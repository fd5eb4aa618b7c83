package transpile

import (
	"context"
	"fmt"
	"math"
	"slices"

	"github.com/qnn-go/qnn/circuits"
	"github.com/qnn-go/qnn/circuits/synth"
)

// Options says how [Run] works. The zero value rewrites without optimising.
type Options struct {
	// Level is how much is done to make the circuit short: 0 only what is needed, 1
	// gates on one qubit merged and a good layout, 2 more trials, commutation and
	// cancellation, 3 gates on two qubits resynthesised.
	Level  int
	Seed   uint64 // of the random numbers of the search
	Trials int    // how many layouts are drawn and routed at most; 0: 20
	// Layout gives the qubit of the device that each qubit of the circuit starts
	// on; nil: the best that is found.
	Layout []int
	// Objective is what the result is to have least of; empty: [Gates].
	Objective Objective
	// Effort bounds the work of the search for a layout, a routing and the best of
	// several results. It is counted in steps of the search, not by the clock, so that
	// the result depends on it and not on the machine: at 1 about 30 million swaps are
	// compared at most, which takes two seconds on one core of 2024. Less effort takes
	// less time in proportion, but every circuit is routed once; 0: 1.
	Effort float64
}

// work is how many steps a part of the search may take, given how many it may at effort 1.
func (o *Options) work(atOne int) int {
	if o.Effort == 0 {
		return atOne
	}
	return int(min(o.Effort*float64(atOne), 1<<50))
}

// Result is a circuit on a device.
type Result struct {
	// Circuit is on the device's qubits 0 to Target.Qubits−1. It keeps the rules of
	// the target, except that an angle with limits may hold symbols, which are not checked.
	Circuit *circuits.Circuit
	// Initial and Final give the device's qubit that holds each of the circuit's
	// qubits at the beginning and at the end.
	Initial, Final []int
	Swaps          int // how many SWAP gates routing inserted
}

// Run rewrites c for t. Angles may hold weights and features. If c measures, the result
// gives the same bits with the same probabilities: from level 1 on, gates that change no
// measured bit are left out. Otherwise it gives the same state up to a global phase.
// Operations under conditions keep them.
//
// The error is that of [circuits.Circuit.Validate], wraps [ErrLevel], [ErrObjective],
// [ErrEffort], [ErrConditional], [ErrQubits], [ErrLayout] or, where the target's gates cannot
// express one of the circuit's, [circuits.ErrBasis]; or it is that of ctx.
func Run(ctx context.Context, c *circuits.Circuit, t *Target, o Options) (*Result, error) {
	if err := o.validate(t); err != nil {
		return nil, err
	}
	if err := checkConditions(c, t); err != nil {
		return nil, err
	}
	small, err := expand(c, t)
	if err != nil {
		return nil, err
	}
	var ends []int
	measures := c.Count()[circuits.GateMeasure] > 0
	if o.Level >= 2 {
		small = cancel(small, measures)
		small, ends = elideSwaps(small)
	}
	small, last := splitMeasurements(small)
	r := &routing{c: small, target: t, o: o, graph: t.graphFor(c)}
	found, err := r.route(ctx)
	if err != nil {
		return nil, err
	}
	best, err := r.finish(ctx, found, last, measures)
	if err != nil {
		return nil, err
	}
	if ends != nil {
		final := slices.Clone(best.Final)
		for q, wire := range ends {
			best.Final[q] = final[wire]
		}
	}
	if err := t.Check(best.Circuit); err != nil {
		return nil, fmt.Errorf("transpiled circuit: %w", err)
	}
	return best, nil
}

func (o *Options) validate(t *Target) error {
	switch {
	case o.Level < 0 || o.Level > 3:
		return fmt.Errorf("level %d, must be 0 to 3: %w", o.Level, ErrLevel)
	case !(o.Effort >= 0):
		return fmt.Errorf("effort %v, must be 0 or more: %w", o.Effort, ErrEffort)
	}
	return o.Objective.validate(t)
}

// checkConditions refuses operations on classical bits and variables that no device has,
// and conditions if t has none.
func checkConditions(c *circuits.Circuit, t *Target) error {
	for i, op := range c.Ops {
		if op.Classical() || len(op.Locals()) > 0 || op.If != nil && !t.FeedForward {
			return &circuits.OpError{Index: i, Gate: op.Gate, Err: fmt.Errorf("%s: %w", t.Name, ErrConditional)}
		}
	}
	return nil
}

// elideSwaps leaves out the SWAP gates and renumbers the qubits of the operations after
// them instead: what c has on qubit q at its end is on qubit ends[q] of out.
func elideSwaps(c *circuits.Circuit) (out *circuits.Circuit, ends []int) {
	out, ends = like(c, c.Qubits), make([]int, c.Qubits)
	for q := range ends {
		ends[q] = q
	}
	for _, op := range c.Ops {
		if op.Gate == circuits.GateSWAP && op.If == nil {
			a, b := op.Qubits[0], op.Qubits[1]
			ends[a], ends[b] = ends[b], ends[a]
			continue
		}
		out.Ops = append(out.Ops, onQubits(op, ends...))
	}
	return out, ends
}

// finish rewrites the most promising of the routings in found into the target's gates, with
// the measurements of last at the end, and returns the best result. measures says whether
// the circuit measures at all.
func (r *routing) finish(ctx context.Context, found []routed, last []circuits.Op, measures bool) (*Result, error) {
	var results []*Result
	add := func(f routed) error {
		c := r.write(&f)
		for _, op := range last {
			c.Measure(f.final[op.Qubits[0]], op.Clbit)
		}
		written, err := r.rewrite(ctx, c, measures)
		results = append(results, &Result{Circuit: written, Initial: f.initial, Final: f.final, Swaps: f.swaps})
		return err
	}
	for _, f := range found[:r.finalists(found)] {
		if r.o.Objective == Error {
			if err := add(r.relocate(ctx, f, last)); err != nil {
				return nil, err
			}
		}
		if err := add(f); err != nil {
			return nil, err
		}
	}
	return r.o.Objective.best(results, r.target), nil
}

// splitMeasurements splits off the measurements that no operation on their qubits and bits
// follows. They are added after routing, so that no swap comes after them.
func splitMeasurements(c *circuits.Circuit) (*circuits.Circuit, []circuits.Op) {
	out := c.Like()
	var last []circuits.Op
	qubits, bits := make([]bool, c.Qubits), make([]bool, c.Clbits)
	for _, op := range slices.Backward(c.Ops) {
		if op.Gate == circuits.GateMeasure && op.If == nil && !qubits[op.Qubits[0]] && !bits[op.Clbit] {
			last = append(last, op)
		} else {
			out.Ops = append(out.Ops, op)
			for _, q := range op.Qubits {
				qubits[q] = qubits[q] || op.Gate != circuits.GateBarrier
			}
		}
		for _, b := range op.Clbits() {
			bits[b] = true
		}
	}
	slices.Reverse(out.Ops)
	slices.Reverse(last)
	return out, last
}

// Bounds of the routed circuits that level 3 rewrites into the target's gates.
const (
	rewriteWork  = 100_000 // operations of all of them together at effort 1, see [Options.Effort]
	maxFinalists = 24      // circuits
)

// finalists sorts the routings and returns how many of the first are to be rewritten: at
// level 3 several, of which [routing.finish] keeps the best, below it one.
func (r *routing) finalists(found []routed) int {
	r.o.Objective.sort(found)
	if r.o.Level < 3 {
		return 1
	}
	return min(max(r.o.work(rewriteWork)/(len(r.c.Ops)+1), 1), maxFinalists, len(found))
}

// TwoQubitGates is the number of gates on two qubits.
func (r *Result) TwoQubitGates() int { return twoQubitGates(r.Circuit.Ops) }

// twoQubitGates is the number of gates on two qubits in ops.
func twoQubitGates(ops []circuits.Op) int {
	n := 0
	for i := range ops {
		if isTwoQubit(&ops[i]) {
			n++
		}
	}
	return n
}

// rewrite turns a routed circuit into gates of the target. With dropped set it leaves
// out gates that change no measured bit.
func (r *routing) rewrite(ctx context.Context, c *circuits.Circuit, dropped bool) (*circuits.Circuit, error) {
	t, level := r.target, r.o.Level
	if level >= 2 {
		c = absorb(cancel(c, dropped))
	}
	if level >= 3 {
		c = blocks(c, t, true)
	}
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	c, err := translate(c, t)
	if err != nil {
		return nil, err
	}
	if level >= 2 {
		c = cancel(c, dropped)
	}
	return oneQubit(c, t, dropped && level >= 1), nil
}

// like is a circuit as c but on so many qubits and without operations; it has room for as
// many as c has.
func like(c *circuits.Circuit, qubits int) *circuits.Circuit {
	out := c.Like()
	out.Qubits, out.Ops = qubits, make([]circuits.Op, 0, len(c.Ops))
	return out
}

// expand rewrites gates on more than two qubits into gates on one and two. Where t has RZZ
// of any angle, a controlled phase takes one of them, and CCX five gates on two qubits instead
// of six.
func expand(c *circuits.Circuit, t *Target) (*circuits.Circuit, error) {
	var basis []circuits.Gate
	for _, g := range circuits.Gates() {
		if n := g.Spec().Qubits; g.Unitary() && g != circuits.GateGPhase && (n == 1 || n == 2) {
			basis = append(basis, g)
		}
	}
	if n, ok := t.native(circuits.GateRZZ); ok && n.Angle == nil {
		wide, err := synth.Decompose(c, append(basis, circuits.GateCCX))
		if err != nil {
			return nil, err
		}
		c = halves(wide)
	}
	return synth.Decompose(c, basis)
}

// halves writes CCX by square roots of X, each of which is a controlled phase of ±π/2
// between two H (Barenco et al. 1995, arXiv:quant-ph/9503016).
func halves(c *circuits.Circuit) *circuits.Circuit {
	half := circuits.Const(math.Pi / 2)
	ccx := circuits.New(3).H(2).CP(half, 1, 2).CX(0, 1).CP(half.Scale(-1), 1, 2).CX(0, 1).CP(half, 0, 2).H(2)
	out := like(c, c.Qubits)
	for _, op := range c.Ops {
		if op.Gate != circuits.GateCCX {
			out.Ops = append(out.Ops, op)
			continue
		}
		for _, part := range ccx.Ops {
			part.If = op.If
			out.Ops = append(out.Ops, onQubits(part, op.Qubits...))
		}
	}
	return out
}

// Compact returns the circuit without the device's qubits that it does not need, and the
// numbers on the device of those that are left, which are renumbered from 0 in ascending
// order. A qubit is needed if an operation other than a barrier acts on it, or if it holds a
// qubit of the original circuit at the beginning or the end.
func (r *Result) Compact() (*circuits.Circuit, []int) {
	used := make([]bool, r.Circuit.Qubits)
	for _, p := range slices.Concat(r.Initial, r.Final) {
		used[p] = true
	}
	for _, op := range r.Circuit.Ops {
		if op.Gate != circuits.GateBarrier {
			for _, p := range op.Qubits {
				used[p] = true
			}
		}
	}
	number, device := make([]int, len(used)), []int(nil)
	for p, ok := range used {
		number[p] = len(device)
		if ok {
			device = append(device, p)
		}
	}
	out := like(r.Circuit, len(device))
	for _, op := range r.Circuit.Ops {
		var qubits []int
		for _, p := range op.Qubits {
			if used[p] {
				qubits = append(qubits, number[p])
			}
		}
		op.Qubits = qubits
		out.Ops = append(out.Ops, op)
	}
	return out, device
}
