package transpile

import (
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
	logical int
	at      []int // device's qubit of each of the circuit's
	holds   []int // the circuit's qubit on each of the device's, or −1
	decay   []float64
	joined  []int   // the device's qubit that each last had a gate with, or −1
	bonus   float64 // for a swap where one was, which takes fewer gates with it
	front   []int   // ready gates whose qubits are apart
	near    [][]weighted
	next    int // first operation that has not run
	ran     []bool
	inFront []bool
	total   float64 // of the distances that count
	emit    func(op *circuits.Op, swap bool, p, q int)
	swaps   int
}

// weighted is a gate that counts, for one of its qubits.
type weighted struct {
	other  int // its other qubit
	weight float64
}

func newRouter(o *order, g *graph, logical int, rng *rand.Rand) *router {
	return &router{
		order: o, graph: g, rng: rng, logical: logical,
		at: make([]int, logical), holds: make([]int, g.n), decay: make([]float64, g.n), joined: make([]int, g.n), ran: make([]bool, len(o.ops)), inFront: make([]bool, len(o.ops)),
		near: make([][]weighted, logical),
	}
}

// run routes from a layout and leaves the last one in r.at.
func (r *router) run(layout []int) {
	for p := range r.holds {
		r.holds[p], r.decay[p], r.joined[p] = -1, 1, -1
	}
	for q, p := range layout {
		r.at[q], r.holds[p] = p, q
	}
	clear(r.ran)
	r.front, r.next, r.swaps = r.front[:0], 0, 0
	r.start()
	limit := 10 + 4*r.graph.n
	for sinceGate, steps := 0, 0; r.execute() || len(r.front) > 0; steps++ {
		if len(r.front) == 0 {
			break
		}
		if steps%decayReset == 0 {
			r.resetDecay()
		}
		if sinceGate > limit { // the heuristic turns in circles
			r.force()
			sinceGate = 0
			continue
		}
		left := len(r.front)
		p, q := r.best()
		r.swap(p, q)
		r.decay[p] += decayStep
		r.decay[q] += decayStep
		sinceGate++
		if r.execute() && len(r.front) != left {
			sinceGate = 0
			r.resetDecay()
		}
	}
}

func (r *router) resetDecay() {
	for p := range r.decay {
		r.decay[p] = 1
	}
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
			if apart(op) && !r.graph.adjacent(r.at[op.Qubits[0]], r.at[op.Qubits[1]]) {
				kept = append(kept, i)
				continue
			}
			if r.emit != nil {
				r.emit(op, false, 0, 0)
			}
			if apart(op) {
				r.join(r.at[op.Qubits[0]], r.at[op.Qubits[1]])
			}
			r.ran[i] = true
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

// apart reports whether op needs its qubits side by side.
func apart(op *circuits.Op) bool { return len(op.Qubits) == 2 && op.Gate != circuits.GateBarrier }

// lookAhead collects the gates that count, by their qubits: the front and those
// that follow in the order of the circuit.
func (r *router) lookAhead() {
	for r.next < len(r.ran) && r.ran[r.next] {
		r.next++
	}
	for q := range r.near {
		r.near[q] = r.near[q][:0]
	}
	for _, i := range r.front {
		r.inFront[i] = true
		r.count(i, 1/float64(len(r.front)))
	}
	for i, n := r.next, 0; i < len(r.ops) && n < lookahead; i++ {
		if !r.ran[i] && apart(&r.ops[i]) && !r.inFront[i] {
			r.count(i, lookaheadWeight/lookahead)
			n++
		}
	}
	for _, i := range r.front {
		r.inFront[i] = false
	}
}

func (r *router) count(i int, weight float64) {
	a, b := r.ops[i].Qubits[0], r.ops[i].Qubits[1]
	r.near[a] = append(r.near[a], weighted{b, weight})
	r.near[b] = append(r.near[b], weighted{a, weight})
}

// best is the swap with the lowest cost; equal ones are drawn.
func (r *router) best() (p, q int) {
	lowest, ties := math.Inf(1), 0
	r.total = 0
	for q, gates := range r.near {
		for _, g := range gates {
			r.total += g.weight / 2 * float64(r.graph.between(r.at[q], r.at[g.other]))
		}
	}
	for _, i := range r.front {
		for _, logical := range r.ops[i].Qubits {
			a := r.at[logical]
			for _, b := range r.graph.neighbour[a] {
				cost := r.cost(a, b)
				switch {
				case cost < lowest-1e-12:
					lowest, ties, p, q = cost, 1, a, b
				case cost <= lowest+1e-12:
					if ties++; r.rng.IntN(ties) == 0 {
						p, q = a, b
					}
				}
			}
		}
	}
	return p, q
}

// cost is the change of the mean distances by swapping a and b, with decay.
func (r *router) cost(a, b int) float64 {
	change := r.total
	for _, logical := range [2]int{r.holds[a], r.holds[b]} {
		if logical < 0 {
			continue
		}
		for _, g := range r.near[logical] {
			p, q := r.at[logical], r.at[g.other]
			change += g.weight * float64(r.graph.between(exchanged(p, a, b), exchanged(q, a, b))-r.graph.between(p, q))
		}
	}
	change *= max(r.decay[a], r.decay[b])
	if r.joined[a] == b && r.joined[b] == a {
		change -= r.bonus / float64(len(r.front))
	}
	return change
}

// exchanged is where p is after a and b are swapped.
func exchanged(p, a, b int) int {
	switch p {
	case a:
		return b
	case b:
		return a
	}
	return p
}

// join says that two of the device's qubits have a gate.
func (r *router) join(p, q int) { r.joined[p], r.joined[q] = q, p }

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
	if r.emit != nil {
		r.emit(nil, true, p, q)
	}
}

// force brings the closest front gate together along a shortest path.
func (r *router) force() {
	closest := slices.MinFunc(r.front, func(i, j int) int { return r.apartBy(i) - r.apartBy(j) })
	for r.apartBy(closest) > 1 {
		a, b := r.at[r.ops[closest].Qubits[0]], r.at[r.ops[closest].Qubits[1]]
		r.swap(a, r.graph.towards(a, b))
	}
}

func (r *router) apartBy(i int) int {
	return r.graph.between(r.at[r.ops[i].Qubits[0]], r.at[r.ops[i].Qubits[1]])
}
