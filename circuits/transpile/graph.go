package transpile

import "slices"

// graph is the connections of a target.
type graph struct {
	n         int
	neighbour [][]int  // ascending
	distance  []uint16 // n×n, unreachable where there is no path
	off       []bool   // places that hold no qubit of a circuit; nil: none
}

const unreachable = 1<<16 - 1

func newGraph(t *Target) *graph {
	g := &graph{n: t.Qubits, neighbour: make([][]int, t.Qubits), distance: make([]uint16, t.Qubits*t.Qubits)}
	if t.AllToAll {
		for a := range g.n {
			for b := range g.n {
				if a != b {
					g.neighbour[a] = append(g.neighbour[a], b)
				}
			}
		}
	}
	for _, e := range t.Edges {
		g.neighbour[e[0]] = append(g.neighbour[e[0]], e[1])
		g.neighbour[e[1]] = append(g.neighbour[e[1]], e[0])
	}
	for a := range g.n {
		slices.Sort(g.neighbour[a])
		g.search(a)
	}
	return g
}

// without is g with those edges for which keep holds, and the places for which on does.
func (g *graph) without(on func(p int) bool, keep func(a, b int) bool) *graph {
	out := &graph{n: g.n, neighbour: make([][]int, g.n), distance: make([]uint16, g.n*g.n), off: make([]bool, g.n)}
	for a := range g.n {
		out.off[a] = !on(a)
		for _, b := range g.neighbour[a] {
			if on(a) && on(b) && keep(a, b) {
				out.neighbour[a] = append(out.neighbour[a], b)
			}
		}
	}
	for a := range g.n {
		out.search(a)
	}
	return out
}

// places is the number of places that may hold a qubit.
func (g *graph) places() int {
	n := g.n
	for _, off := range g.off {
		if off {
			n--
		}
	}
	return n
}

// isOff reports whether p may not hold a qubit.
func (g *graph) isOff(p int) bool { return g.off != nil && g.off[p] }

// search fills the distances from a, breadth first.
func (g *graph) search(a int) {
	row := g.distance[a*g.n : (a+1)*g.n]
	for i := range row {
		row[i] = unreachable
	}
	row[a] = 0
	queue := []int{a}
	for len(queue) > 0 {
		b := queue[0]
		queue = queue[1:]
		for _, c := range g.neighbour[b] {
			if row[c] == unreachable {
				row[c] = row[b] + 1
				queue = append(queue, c)
			}
		}
	}
}

func (g *graph) between(a, b int) int { return int(g.distance[a*g.n+b]) }

// from is the row of the distances of a.
func (g *graph) from(a int) []uint16 { return g.distance[a*g.n : (a+1)*g.n] }

func (g *graph) adjacent(a, b int) bool { return g.distance[a*g.n+b] == 1 }

// components lists the connected parts, largest first, each in ascending order.
func (g *graph) components() [][]int {
	var out [][]int
	seen := make([]bool, g.n)
	for a := range g.n {
		if seen[a] || g.isOff(a) {
			continue
		}
		var part []int
		for b := range g.n {
			if g.between(a, b) != unreachable {
				seen[b] = true
				part = append(part, b)
			}
		}
		out = append(out, part)
	}
	slices.SortStableFunc(out, func(a, b []int) int { return len(b) - len(a) })
	return out
}

// towards is the first neighbour of a on a shortest path to b.
func (g *graph) towards(a, b int) int {
	for _, c := range g.neighbour[a] {
		if g.between(c, b) < g.between(a, b) {
			return c
		}
	}
	return a
}
