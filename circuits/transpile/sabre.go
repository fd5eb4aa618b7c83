package transpile

import (
	"context"
	"math"
	"math/rand/v2"
	"slices"

	"github.com/qnn-go/qnn/circuits"
)

// Constants of Li, Ding and Xie 2019, arXiv:1809.02573, section IV.
const (
	lookahead       = 20    // gates on two qubits beyond the front that count
	lookaheadWeight = 0.5   // of their distances
	decayStep       = 0.001 // that a swap adds to its qubits' decay
	decayReset      = 5     // swaps after which decays start anew
)

// router puts one circuit on a device, by SABRE: of the swaps beside the front
// gates it takes the one that brings them and the next gates closest together.
type router struct {
	*order

	graph   *graph
	rng     *rand.Rand
	kinds   []kind
	at      []int // device's qubit of each of the circuit's
	holds   []int // the circuit's qubit on each of the device's, or −1
	decay   []float64
	decayed []int   // the device's qubits whose decay is not 1
	joined  []int   // the device's qubit that each last had a gate with, or −1
	bonus   float64 // for a swap where one was, which takes fewer gates with it
	front   []int   // ready gates whose qubits are apart
	active  []int   // the qubits of the front
	waits   []bool  // whether a qubit is one of them
	near    [][]weighted
	pending pendingPairs
	total   float64 // of the distances that count
	steps   []step
	cost    blockCosts
	swaps   int
	work    int // operations run and swaps weighed up since the router was made
}

// step is one thing that a routing does: it runs an operation of the circuit where its
// qubits are, or, where op is negative, swaps the places p and q.
type step struct{ op, p, q int32 }

// weighted is a gate that counts, for one of its qubits.
type weighted struct {
	other  int // its other qubit
	weight float64
}

func newRouter(o *order, g *graph, logical int, rng *rand.Rand) *router {
	r := &router{
		order: o, graph: g, rng: rng, kinds: kindsOf(o.ops), at: make([]int, logical), holds: make([]int, g.n), decay: make([]float64, g.n),
		joined: make([]int, g.n), waits: make([]bool, logical), near: make([][]weighted, logical), pending: newPendingPairs(o.ops),
	}
	for p := range r.decay {
		r.decay[p] = 1
	}
	return r
}

// run routes from a layout, leaves the last one in r.at, the steps in r.steps and what
// they cost in r.cost. It gives up as soon as that is more than limit, or ctx is done, and
// reports whether it came to the end.
func (r *router) run(ctx context.Context, layout []int, limit int) bool {
	r.begin(layout)
	patience := 10 + 4*r.graph.n
	if !r.execute() {
		r.lookAhead()
	}
	for sinceGate, swaps := 0, 0; len(r.front) > 0; swaps++ {
		if r.cost.total > limit || swaps%256 == 255 && ctx.Err() != nil {
			return false
		}
		if swaps%decayReset == 0 {
			r.resetDecay()
		}
		if sinceGate > patience { // the heuristic turns in circles
			r.force()
			r.execute()
			sinceGate = 0
			continue
		}
		left := len(r.front)
		p, q := r.best()
		r.swap(p, q)
		r.decay[p] += decayStep
		r.decay[q] += decayStep
		r.decayed = append(r.decayed, p, q)
		sinceGate++
		if r.execute() && len(r.front) != left {
			sinceGate = 0
			r.resetDecay()
		}
	}
	return r.cost.total <= limit
}

// begin puts everything ahead again.
func (r *router) begin(layout []int) {
	for p := range r.holds {
		r.holds[p], r.joined[p] = -1, -1
	}
	r.resetDecay()
	for q, p := range layout {
		r.at[q], r.holds[p] = p, q
	}
	r.front, r.steps, r.swaps = r.front[:0], r.steps[:0], 0
	r.cost.clear(r.graph.n)
	r.pending.all()
	r.start()
}

func (r *router) resetDecay() {
	for _, p := range r.decayed {
		r.decay[p] = 1
	}
	r.decayed = r.decayed[:0]
}

// execute runs everything that can run where its qubits are and reports whether
// anything did; what remains ready is the front.
func (r *router) execute() bool {
	moved := false
	for again := true; again; {
		again = false
		r.front = append(r.front, r.ready...)
		r.ready = r.ready[:0]
		kept := r.front[:0]
		for _, i := range r.front {
			op := &r.ops[i]
			if r.kinds[i] != kindOther {
				p, q := r.at[op.Qubits[0]], r.at[op.Qubits[1]]
				if !r.graph.adjacent(p, q) {
					kept = append(kept, i)
					continue
				}
				r.joined[p], r.joined[q] = q, p
				r.cost.add(p, q, r.kinds[i])
				r.pending.remove(i)
			}
			r.steps = append(r.steps, step{op: int32(i)}) //nolint:gosec // a circuit has fewer operations
			r.work++
			r.done(i)
			moved, again = true, true
		}
		r.front = kept
	}
	if moved {
		r.lookAhead()
	}
	return moved
}

// isTwoQubit reports whether op needs its qubits side by side.
func isTwoQubit(op *circuits.Op) bool { return len(op.Qubits) == 2 && op.Gate != circuits.GateBarrier }

// lookAhead collects the gates that count, by their qubits: the front and those
// that follow in the order of the circuit.
func (r *router) lookAhead() {
	for q := range r.near {
		r.near[q] = r.near[q][:0]
	}
	for _, q := range r.active {
		r.waits[q] = false
	}
	r.active, r.total = r.active[:0], 0
	for _, i := range r.front {
		for _, q := range r.ops[i].Qubits {
			if !r.waits[q] {
				r.waits[q] = true
				r.active = append(r.active, q)
			}
		}
		r.pending.inFront[i] = true
		r.count(i, 1/float64(len(r.front)))
	}
	for i, n := r.pending.first(), 0; i >= 0 && n < lookahead; i = r.pending.after(i) {
		if !r.pending.inFront[i] {
			r.count(i, lookaheadWeight/lookahead)
			n++
		}
	}
	for _, i := range r.front {
		r.pending.inFront[i] = false
	}
}

func (r *router) count(i int, weight float64) {
	a, b := r.ops[i].Qubits[0], r.ops[i].Qubits[1]
	r.near[a] = append(r.near[a], weighted{b, weight})
	r.near[b] = append(r.near[b], weighted{a, weight})
	r.total += weight * float64(r.graph.between(r.at[a], r.at[b]))
}

// best is the swap with the lowest cost; equal ones are drawn.
func (r *router) best() (p, q int) {
	lowest, ties, change := math.Inf(1), 0, 0.0
	for _, logical := range r.active {
		a := r.at[logical]
		for _, b := range r.graph.neighbour[a] {
			if other := r.holds[b]; b < a && other >= 0 && r.waits[other] {
				continue // weighed up from the other side
			}
			d := r.change(a, b)
			cost := (r.total + d) * max(r.decay[a], r.decay[b])
			if r.joined[a] == b && r.joined[b] == a {
				cost -= r.bonus / float64(len(r.front))
			}
			r.work++
			switch {
			case cost < lowest-1e-12:
				lowest, ties, change, p, q = cost, 1, d, a, b
			case cost <= lowest+1e-12:
				if ties++; r.rng.IntN(ties) == 0 {
					change, p, q = d, a, b
				}
			}
		}
	}
	r.total += change
	return p, q
}

// change is what swapping what a and b hold changes the sum of the distances by.
func (r *router) change(a, b int) float64 {
	sum := 0.0
	fromA, fromB := r.graph.from(a), r.graph.from(b)
	if logical := r.holds[a]; logical >= 0 {
		for _, g := range r.near[logical] {
			if p := r.at[g.other]; p != b {
				sum += g.weight * float64(int(fromB[p])-int(fromA[p]))
			}
		}
	}
	if logical := r.holds[b]; logical >= 0 {
		for _, g := range r.near[logical] {
			if p := r.at[g.other]; p != a {
				sum += g.weight * float64(int(fromA[p])-int(fromB[p]))
			}
		}
	}
	return sum
}

func (r *router) swap(p, q int) {
	r.joined[p], r.joined[q] = -1, -1
	a, b := r.holds[p], r.holds[q]
	r.holds[p], r.holds[q] = b, a
	if a >= 0 {
		r.at[a] = q
	}
	if b >= 0 {
		r.at[b] = p
	}
	r.swaps++
	r.cost.add(p, q, kindSwap)
	r.steps = append(r.steps, step{-1, int32(p), int32(q)}) //nolint:gosec // places of a device
}

// force brings the closest front gate together along a shortest path.
func (r *router) force() {
	closest := slices.MinFunc(r.front, func(i, j int) int { return r.distance(i) - r.distance(j) })
	for r.distance(closest) > 1 {
		a, b := r.at[r.ops[closest].Qubits[0]], r.at[r.ops[closest].Qubits[1]]
		next := r.graph.towards(a, b)
		r.total += r.change(a, next)
		r.swap(a, next)
	}
}

// distance is how far apart the qubits of a gate are.
func (r *router) distance(i int) int {
	return r.graph.between(r.at[r.ops[i].Qubits[0]], r.at[r.ops[i].Qubits[1]])
}

// pendingPairs is the list of gates on two qubits that have not run, in the order of the
// circuit.
type pendingPairs struct {
	pairs      []int
	next, prev []int32 // by operation; the last entry is the head of the list
	inFront    []bool
}

func newPendingPairs(ops []circuits.Op) pendingPairs {
	n := len(ops)
	l := pendingPairs{next: make([]int32, n+1), prev: make([]int32, n+1), inFront: make([]bool, n)}
	for i := range ops {
		if isTwoQubit(&ops[i]) {
			l.pairs = append(l.pairs, i)
		}
	}
	return l
}

// all puts every gate into the list again.
func (l *pendingPairs) all() {
	head := len(l.inFront)
	last := head
	for _, i := range append(l.pairs, head) {
		l.next[last], l.prev[i] = int32(i), int32(last) //nolint:gosec // numbers of operations
		last = i
	}
}

func (l *pendingPairs) remove(i int) {
	l.next[l.prev[i]], l.prev[l.next[i]] = l.next[i], l.prev[i]
}

// first is the first gate, or −1.
func (l *pendingPairs) first() int { return l.after(len(l.inFront)) }

// after is the gate that follows, or −1.
func (l *pendingPairs) after(i int) int {
	if next := int(l.next[i]); next < len(l.inFront) {
		return next
	}
	return -1
}
