package transpile

import (
	"context"
	"fmt"
	"slices"

	"github.com/qnn-go/qnn/circuits"
)

// Options says how [Run] works. The zero value rewrites without optimising.
type Options struct {
	// Level is how much is done to make the circuit short: 0 only what is needed, 1
	// gates on one qubit merged and a good layout, 2 more trials, commutation and
	// cancellation, 3 gates on two qubits resynthesised.
	Level  int
	Seed   uint64
	Trials int // of layout and routing; 0: 20
	// Layout gives the qubit of the device that each qubit of the circuit starts
	// on; nil: the best that is found.
	Layout []int
}

// Result is a circuit on a device.
type Result struct {
	// Circuit is on the device's qubits 0 to Target.Qubits−1. It keeps the rules of
	// the target, but for symbols in angles that have limits.
	Circuit *circuits.Circuit
	// Initial and Final give the device's qubit that holds each of the circuit's
	// qubits at the beginning and at the end.
	Initial, Final []int
	Swaps          int // that routing inserted
}

// Run rewrites c for t. Angles may hold weights and features. If c measures, the result
// gives the same bits with the same probabilities, else, up to a global phase, the same
// state: from level 1 on, what no measurement can tell is left out.
//
// The error is that of [circuits.Circuit.Validate], wraps [ErrLevel], [ErrConditional],
// [ErrQubits], [ErrLayout] or, where the target's gates cannot express one of the circuit's,
// [circuits.ErrBasis]; or it is that of ctx.
func Run(ctx context.Context, c *circuits.Circuit, t *Target, o Options) (*Result, error) {
	if o.Level < 0 || o.Level > 3 {
		return nil, fmt.Errorf("level %d, must be 0 to 3: %w", o.Level, ErrLevel)
	}
	if c.Conditional() {
		return nil, ErrConditional
	}
	small, err := expand(c)
	if err != nil {
		return nil, err
	}
	if o.Level >= 2 {
		small = cancel(small, false)
	}
	small, last := splitMeasurements(small)
	found, err := route(ctx, small, t, o)
	if err != nil {
		return nil, err
	}
	measures := c.Count()[circuits.GateMeasure] > 0
	var best *Result
	for _, f := range found[:min(len(found), finalists(o.Level, len(small.Ops)))] {
		for _, op := range last {
			f.circuit.Measure(f.final[op.Qubits[0]], op.Clbit)
		}
		r := &Result{Initial: f.initial, Final: f.final, Swaps: f.swaps}
		if r.Circuit, err = rewrite(f.circuit, t, o.Level, measures); err != nil {
			return nil, err
		}
		if best == nil || r.before(best) {
			best = r
		}
	}
	if err := t.Check(best.Circuit); err != nil {
		return nil, fmt.Errorf("transpiled circuit: %w", err)
	}
	return best, nil
}

// splitMeasurements splits off the measurements at the end, which nothing on their
// qubits and bits follows: swaps must not come after them.
func splitMeasurements(c *circuits.Circuit) (*circuits.Circuit, []circuits.Op) {
	out := c.Like()
	var last []circuits.Op
	qubits, bits := make([]bool, c.Qubits), make([]bool, c.Clbits)
	for _, op := range slices.Backward(c.Ops) {
		if op.Gate == circuits.GateMeasure && !qubits[op.Qubits[0]] && !bits[op.Clbit] {
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

// finalists is how many routed circuits are rewritten, to keep the best.
func finalists(level, ops int) int {
	if level < 3 {
		return 1
	}
	return min(max(rewriteEffort/(ops+1), 3), 40)
}

// rewriteEffort is about how many operations of routed circuits are rewritten at level 3.
const rewriteEffort = 100_000

// before reports whether r has fewer gates on two qubits than s, or as many and is
// shallower.
func (r *Result) before(s *Result) bool {
	if a, b := r.TwoQubitGates(), s.TwoQubitGates(); a != b {
		return a < b
	}
	return r.Circuit.Depth() < s.Circuit.Depth()
}

// TwoQubitGates is the number of gates on two qubits.
func (r *Result) TwoQubitGates() int { return pairs(r.Circuit.Ops) }

// pairs is the number of gates on two qubits.
func pairs(ops []circuits.Op) int {
	n := 0
	for i := range ops {
		if apart(&ops[i]) {
			n++
		}
	}
	return n
}

// rewrite turns a routed circuit into gates of the target. With dropped set it leaves
// out what no measurement can tell.
func rewrite(c *circuits.Circuit, t *Target, level int, dropped bool) (*circuits.Circuit, error) {
	if level >= 2 {
		c = absorb(cancel(c, dropped))
	}
	if level >= 3 {
		c = blocks(c, t, true)
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

// like is an empty circuit as c but on so many qubits, with room for as many operations.
func like(c *circuits.Circuit, qubits int) *circuits.Circuit {
	out := c.Like()
	out.Qubits, out.Ops = qubits, make([]circuits.Op, 0, len(c.Ops))
	return out
}

// expand rewrites gates on more than two qubits.
func expand(c *circuits.Circuit) (*circuits.Circuit, error) {
	var basis []circuits.Gate
	for _, g := range circuits.Gates() {
		if n := g.Spec().Qubits; g.Unitary() && g != circuits.GateGPhase && (n == 1 || n == 2) {
			basis = append(basis, g)
		}
	}
	return c.Decompose(basis)
}

// translate rewrites the gates on two qubits into the target's, in the directions and
// with the angles that it allows, and leaves out barriers where it has none.
func translate(c *circuits.Circuit, t *Target) (*circuits.Circuit, error) {
	var basis []circuits.Gate
	for _, g := range circuits.Gates() {
		if n, ok := t.native(g); g.Unitary() && (g.Spec().Qubits == 1 || ok && !n.Directed) {
			basis = append(basis, g)
		}
	}
	if ecr, ok := t.native(circuits.GateECR); ok && ecr.Directed {
		var err error
		if c, err = c.Decompose(append(basis, circuits.GateCX)); err != nil {
			return nil, err
		}
		c = orient(c, t)
		basis = append(basis, circuits.GateECR)
	}
	c, err := c.Decompose(basis)
	if err != nil {
		return nil, err
	}
	if c, err = fold(c, t).Decompose(basis); err != nil { // symbols cannot be folded
		return nil, err
	}
	if !t.Has(circuits.GateBarrier) {
		c.Ops = slices.DeleteFunc(c.Ops, func(op circuits.Op) bool { return op.Gate == circuits.GateBarrier })
	}
	return c, nil
}

// orient turns the CX that are against the direction of their edge.
func orient(c *circuits.Circuit, t *Target) *circuits.Circuit {
	out := c.Like()
	for _, op := range c.Ops {
		if op.Gate == circuits.GateCX && !slices.Contains(t.Edges, [2]int{op.Qubits[0], op.Qubits[1]}) {
			a, b := op.Qubits[0], op.Qubits[1]
			out.H(a).H(b).CX(b, a).H(a).H(b)
			continue
		}
		out.Ops = append(out.Ops, op)
	}
	return out
}

// Compact returns the circuit on the device's qubits that it uses or that hold a
// qubit of the original, renumbered from 0 in ascending order, and their numbers
// on the device.
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
