package transpile

import (
	"cmp"
	"context"
	"slices"

	"github.com/qnn-go/qnn/circuits"
)

// interactions lists for each qubit those that it shares a gate on two qubits with, in
// ascending order.
func interactions(qubits int, ops []circuits.Op) [][]int {
	out := make([][]int, qubits)
	for i := range ops {
		if op := &ops[i]; isTwoQubit(op) {
			a, b := op.Qubits[0], op.Qubits[1]
			out[a], out[b] = append(out[a], b), append(out[b], a)
		}
	}
	for q := range out {
		slices.Sort(out[q])
		out[q] = slices.Compact(out[q])
	}
	return out
}

// Bounds of a search for an embedding, in placements of a qubit that are tried.
const (
	embedBudget = 2000   // from one place of the first qubit
	quickBudget = 10_000 // altogether, where many embeddings are searched for
)

// findEmbedding finds a layout in which all pairs of interactions are neighbours, by placing
// one qubit after the other beside one that is placed already. It returns nil when there is
// no such layout or none is found within most placements.
func findEmbedding(ctx context.Context, pairs [][]int, g *graph, most int) []int {
	if len(pairs) == 0 {
		return []int{}
	}
	e := newEmbedding(pairs, g)
	for _, first := range e.starts() {
		if ctx.Err() != nil || most <= 0 {
			break
		}
		e.budget = min(embedBudget, most)
		most -= e.budget
		if e.place(0, first) {
			return e.at
		}
		most += e.budget
	}
	return nil
}

// embedding is the state of a search for a layout, by backtracking.
type embedding struct {
	pairs  [][]int // the interactions of each qubit
	graph  *graph
	order  []int  // qubits in the order of placement
	at     []int  // the place of each qubit; −1: not placed
	taken  []bool // the places that hold a qubit or must not hold one
	budget int    // how many placements may still be tried
	all    []int  // all places of the device
	room   []int  // scratch of candidates: the free neighbours of each place
}

// newEmbedding prepares a search for a layout of the qubits with these interactions.
func newEmbedding(pairs [][]int, g *graph) *embedding {
	e := &embedding{pairs: pairs, graph: g, at: make([]int, len(pairs)), taken: make([]bool, g.n), all: make([]int, g.n), room: make([]int, g.n)}
	for q := range e.at {
		e.at[q] = -1
	}
	for p := range e.all {
		e.all[p] = p
	}
	copy(e.taken, g.off)
	e.arrange()
	return e
}

// arrange finds the order in which the qubits are placed. The next is always the one with the
// most placed partners; where none has a placed partner, [embedding.startRank] decides.
func (e *embedding) arrange() {
	placed := make([]int, len(e.pairs)) // placed partners, or −1 when placed itself
	best := func(better func(a, b int) int) int {
		pick := -1
		for q := range e.pairs {
			if placed[q] >= 0 && (pick < 0 || better(q, pick) < 0) {
				pick = q
			}
		}
		return pick
	}
	for range e.pairs {
		q := best(func(a, b int) int {
			return cmp.Or(-cmp.Compare(placed[a], placed[b]), e.startRank(a)-e.startRank(b))
		})
		placed[q] = -1
		e.order = append(e.order, q)
		for _, other := range e.pairs[q] {
			if placed[other] >= 0 {
				placed[other]++
			}
		}
	}
}

// startRank says which qubit to start from, the lowest first: those with more than two
// partners, many partners first, then the ends of chains, then the qubits inside of chains,
// and last those without partners.
func (e *embedding) startRank(q int) int {
	switch n := len(e.pairs[q]); n {
	case 0:
		return 1000
	case 1, 2:
		return n
	default:
		return -n
	}
}

// starts lists all places in the order in which to try them for the first qubit: by the
// number of their neighbours, ascending for a chain and else descending.
func (e *embedding) starts() []int {
	var out []int
	for p := range e.graph.n {
		out = append(out, p)
	}
	sign := 1
	if len(e.pairs[e.order[0]]) > 2 {
		sign = -1
	}
	slices.SortStableFunc(out, func(a, b int) int {
		return sign * (len(e.graph.neighbour[a]) - len(e.graph.neighbour[b]))
	})
	return out
}

// place puts the k-th qubit of the order on p and all that follow on other places. It
// reports false, and leaves them not placed, if it finds no way to do so.
func (e *embedding) place(k, p int) bool {
	q := e.order[k]
	if !e.fits(q, p) {
		return false
	}
	e.budget--
	e.at[q], e.taken[p] = p, true
	if k+1 == len(e.order) {
		return true
	}
	for _, next := range e.candidates(e.order[k+1]) {
		if e.budget <= 0 {
			break
		}
		if e.place(k+1, next) {
			return true
		}
	}
	e.at[q], e.taken[p] = -1, false
	return false
}

// fits reports whether p is free and beside all placed partners of q, and has enough free
// neighbours for the other partners.
func (e *embedding) fits(q, p int) bool {
	if e.taken[p] {
		return false
	}
	open := 0
	for _, other := range e.pairs[q] {
		switch at := e.at[other]; {
		case at < 0:
			open++
		case !e.graph.adjacent(at, p):
			return false
		}
	}
	return e.free(p) >= open
}

func (e *embedding) free(p int) int {
	n := 0
	for _, other := range e.graph.neighbour[p] {
		if !e.taken[other] {
			n++
		}
	}
	return n
}

// candidates lists the free places beside a placed partner of q, or all free ones
// when it has none. Those with the fewest free neighbours come first, so that the places
// that are left stay connected.
func (e *embedding) candidates(q int) []int {
	from := e.all
	for _, other := range e.pairs[q] {
		if at := e.at[other]; at >= 0 {
			from = e.graph.neighbour[at]
			break
		}
	}
	out := make([]int, 0, len(from))
	for _, p := range from {
		if !e.taken[p] {
			e.room[p] = e.free(p)
			out = append(out, p)
		}
	}
	slices.SortStableFunc(out, func(a, b int) int { return e.room[a] - e.room[b] })
	return out
}
