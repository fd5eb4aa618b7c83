package transpile

import (
	"cmp"
	"context"
	"slices"

	"github.com/qnn-go/qnn/circuits"
)

// interactions lists for each qubit the ones it shares a gate with, ascending.
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

// A search for an embedding may try so many placements of a qubit from one start; as one
// of many, so many from all starts together.
const (
	embedBudget = 2000
	quickBudget = 10_000
)

// findEmbedding finds a layout in which all pairs of the interactions are neighbours, by
// trying out one qubit after the other, each beside one that is placed. It returns nil when
// there is none or the search takes more than so many placements.
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

type embedding struct {
	pairs  [][]int
	graph  *graph
	order  []int // qubits in the order of placement
	at     []int // −1: not placed
	taken  []bool
	budget int
	all    []int // places
	room   []int // scratch of candidates
}

// newEmbedding prepares a search.
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

// arrange orders the qubits: chains from an end, other parts from a qubit with many
// partners, always going on with the one that has the most placed partners.
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

// startRank prefers qubits with more than two partners, many first, then ends.
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

// starts lists places for the first qubit, in ascending order of their connections
// for a chain, else descending.
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

// place puts the k-th qubit on p and all that follow elsewhere, or nothing.
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

// fits reports whether p is free and beside all placed partners of q, with
// neighbours for the others.
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

// candidates are the free places beside a placed partner of q, or all free ones
// when it has none; those in the tightest corner come first, which leaves the rest
// in one piece.
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
