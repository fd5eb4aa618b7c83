package transpile

import (
	"fmt"
	"math/rand/v2"
	"slices"
)

// checkLayout checks [Options.Layout], or, if that is nil, that the target has enough qubits.
func (r *routing) checkLayout() error {
	c, t, layout := r.c, r.target, r.o.Layout
	if c.Qubits > t.Qubits {
		return fmt.Errorf("circuit of %d qubits, %s has %d: %w", c.Qubits, t.Name, t.Qubits, ErrQubits)
	}
	if n := r.graph.places(); layout == nil && c.Qubits > n {
		return fmt.Errorf("circuit of %d qubits, %d of %s have all the gates that it needs: %w", c.Qubits, n, t.Name, ErrQubits)
	}
	if layout == nil {
		return nil
	}
	if len(layout) != c.Qubits {
		return fmt.Errorf("layout of %d qubits, circuit has %d: %w", len(layout), c.Qubits, ErrLayout)
	}
	seen := make([]bool, t.Qubits)
	for k, p := range layout {
		if p < 0 || p >= t.Qubits || seen[p] {
			return fmt.Errorf("qubit %d on %d, must be distinct qubits from 0 to %d: %w", k, p, t.Qubits-1, ErrLayout)
		}
		seen[p] = true
	}
	return nil
}

// checkConnected checks that, of every two qubits with a common gate, a path of connections
// joins their places in a layout, so that swaps can bring them together.
func (r *routing) checkConnected(layout []int) error {
	for a, others := range r.pairs {
		for _, b := range others {
			if r.graph.between(layout[a], layout[b]) == unreachable {
				return fmt.Errorf("qubits %d and %d of %s are not connected: %w", layout[a], layout[b], r.target.Name, ErrQubits)
			}
		}
	}
	return nil
}

// plain is the layout of level 0: in ascending order, first on the largest connected part
// of the device and, if that is too small, then on others.
func plain(qubits int, g *graph) []int {
	largest := g.components()[0]
	for p := 0; len(largest) < qubits; p++ {
		if !slices.Contains(largest, p) && !g.isOff(p) {
			largest = append(largest, p)
		}
	}
	return slices.Clone(largest[:qubits])
}

// lineLayout is a layout on the largest connected part of the device, in which each qubit is
// beside the one before it as far as possible: a depth-first search goes on to the neighbour
// with the fewest free neighbours, and back where there is none. It is nil if that part is
// too small.
func lineLayout(qubits int, g *graph) []int {
	part := g.components()[0]
	if len(part) < qubits {
		return nil
	}
	in := make([]bool, g.n)
	free := func(p int) int {
		n := 0
		for _, next := range g.neighbour[p] {
			if !in[next] {
				n++
			}
		}
		return n
	}
	tightest := func(from []int) int {
		return slices.MinFunc(from, func(a, b int) int { return free(a) - free(b) })
	}
	out := []int{tightest(part)}
	in[out[0]] = true
	for back := 0; len(out) < qubits; {
		open := slices.DeleteFunc(slices.Clone(g.neighbour[out[len(out)-1-back]]), func(p int) bool { return in[p] })
		if len(open) == 0 {
			back++
			continue
		}
		back = 0
		out = append(out, tightest(open))
		in[out[len(out)-1]] = true
	}
	return out
}

// region is a random layout on a compact region of the device. The region grows from a
// random place of the largest connected part, always by a place that has as many neighbours
// in it as possible; then the circuit's qubits are shuffled over it.
func region(qubits int, g *graph, rng *rand.Rand) []int {
	part := g.components()[0]
	if len(part) < qubits {
		return plain(qubits, g)
	}
	in, beside := make([]bool, g.n), make([]int, g.n)
	out := make([]int, 0, qubits)
	for p := part[rng.IntN(len(part))]; ; {
		in[p] = true
		out = append(out, p)
		for _, n := range g.neighbour[p] {
			beside[n]++
		}
		if len(out) == qubits {
			break
		}
		most, ties := 0, 0
		for n := range g.n {
			switch {
			case in[n] || beside[n] == 0 || beside[n] < most:
			case beside[n] > most:
				most, ties, p = beside[n], 1, n
			default:
				if ties++; rng.IntN(ties) == 0 {
					p = n
				}
			}
		}
	}
	rng.Shuffle(len(out), func(i, j int) { out[i], out[j] = out[j], out[i] })
	return out
}
