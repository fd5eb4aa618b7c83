package transpile

import "slices"

// graph is the connections of a target.
type graph struct {
	n         int
	neighbour [][]int  // ascending
	distance  []uint16 // n×n, unreachable where there is no path
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

func (g *graph) adjacent(a, b int) bool { return g.distance[a*g.n+b] == 1 }

// components lists the connected parts, largest first, each in ascending order.
func (g *graph) components() [][]int {
	var out [][]int
	seen := make([]bool, g.n)
	for a := range g.n {
		if seen[a] {
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
