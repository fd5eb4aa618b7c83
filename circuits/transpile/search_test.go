package transpile

import (
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/qnn-go/qnn/circuits"
)

// rings joins the qubits of a ring, and then each with the one after the next.
func rings(n int) *circuits.Circuit {
	c := circuits.New(n)
	for step := range 2 {
		for q := range n {
			c.RY(circuits.Const(0.3+float64(q)), q)
		}
		for q := range n {
			c.CX(q, (q+1+step)%n)
		}
	}
	return c
}

// TestLongestPrefixLayout places what a device has room for: a ring of 12 on heavy hexagons, and on a
// line all of it but the gate that closes it.
func TestLongestPrefixLayout(t *testing.T) {
	c := rings(12)
	for name, want := range map[string]int{"ibm-heron-r2": 12, "grid-3x4": 12, "line-12": 11} {
		target, err := Load(name)
		if err != nil {
			t.Fatal(err)
		}
		layout := longestPrefixLayout(t.Context(), c, target.graph)
		n := 0
		for i := range c.Ops {
			if op := &c.Ops[i]; isTwoQubit(op) {
				if !target.graph.adjacent(layout[op.Qubits[0]], layout[op.Qubits[1]]) {
					break
				}
				n++
			}
		}
		if n != want {
			t.Errorf("%s: %d gates without a swap, want %d", name, n, want)
		}
	}
}

// TestLocalSearch checks that a routing gets no dearer, stays a routing of the circuit, and
// that its cost is close to what becomes of it.
func TestLocalSearch(t *testing.T) {
	target, err := Load("grid-3x4")
	if err != nil {
		t.Fatal(err)
	}
	c := rings(9)
	r := &routing{c: c, target: target, graph: target.graph, o: Options{Level: 3}, pairs: interactions(c.Qubits, c.Ops), back: reversed(c)}
	rng := rand.New(rand.NewPCG(3, 3))
	w := newWorker(r)
	start := w.pass(passKey{commute: true}).from(t.Context(), region(9, target.graph, rng), rng)
	for _, steps := range []int{0, 1, 26, 130} {
		best := w.localSearch(t.Context(), start, steps, 1<<40, rng)
		if best.cost > start.cost {
			t.Errorf("%d steps: cost %d becomes %d", steps, start.cost, best.cost)
		}
		written := r.write(&best)
		if cost, depth := costOf(written.Ops, target.Qubits); cost != best.cost || depth != best.depth {
			t.Errorf("%d steps: cost %d and depth %d, but %d and %d when written", steps, best.cost, best.depth, cost, depth)
		}
		checkRouting(t, c, target, best, written)
		out, err := r.rewrite(t.Context(), written, false)
		if err != nil {
			t.Fatal(err)
		}
		if n := twoQubitGates(out.Ops); n > best.cost || n < best.cost*3/4 {
			t.Errorf("%d steps: cost %d, but %d gates", steps, best.cost, n)
		}
	}
}

// checkRouting follows the swaps of a routing: every other operation must be one of c's,
// on each qubit in an order that c allows.
func checkRouting(t *testing.T, c *circuits.Circuit, target *Target, r routed, written *circuits.Circuit) {
	t.Helper()
	holds := make([]int, target.Qubits)
	for p := range holds {
		holds[p] = -1
	}
	for q, p := range r.initial {
		holds[p] = q
	}
	back := circuits.New(c.Qubits)
	for _, op := range written.Ops {
		if isTwoQubit(&op) && !target.graph.adjacent(op.Qubits[0], op.Qubits[1]) {
			t.Errorf("%v%v are not neighbours", op.Gate, op.Qubits)
		}
		if op.Gate == circuits.GateSWAP {
			p, q := op.Qubits[0], op.Qubits[1]
			holds[p], holds[q] = holds[q], holds[p]
			continue
		}
		back.Ops = append(back.Ops, onQubits(op, holds...))
	}
	for q, p := range r.final {
		if holds[p] != q {
			t.Errorf("qubit %d is not on %d at the end", q, p)
		}
	}
	undo, err := back.Inverse()
	if err != nil {
		t.Fatal(err)
	}
	both := c.Clone().Concat(undo)
	for range 3 { // what cancels frees more
		both = cancel(both, false)
	}
	both.Ops = slices.DeleteFunc(both.Ops, func(op circuits.Op) bool { return op.Gate == circuits.GateGPhase })
	if len(both.Ops) > 0 {
		t.Errorf("the routing is another circuit: %v is left", both.Ops)
	}
}
