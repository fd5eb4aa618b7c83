package transpile

import (
	"context"
	"fmt"
	"slices"

	"github.com/qnn-go/qnn/circuits"
)

// route puts c on the device, swapping along shortest paths.
func route(ctx context.Context, c *circuits.Circuit, t *Target, layout []int) (*Result, error) {
	r := &Result{Initial: layout, Final: slices.Clone(layout), Circuit: &circuits.Circuit{Qubits: t.Qubits, Clbits: c.Clbits}}
	at := r.Final
	for i, op := range c.Ops {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		if op.Gate.Unitary() && len(op.Qubits) == 2 {
			a, b := op.Qubits[0], op.Qubits[1]
			if t.graph.between(at[a], at[b]) == unreachable {
				return nil, &circuits.OpError{Index: i, Gate: op.Gate, Err: fmt.Errorf("qubits %d and %d of %s are not connected: %w", at[a], at[b], t.Name, ErrQubits)}
			}
			for !t.graph.adjacent(at[a], at[b]) {
				r.swap(at[a], t.graph.towards(at[a], at[b]))
			}
		}
		moved := op
		moved.Qubits = make([]int, len(op.Qubits))
		for k, q := range op.Qubits {
			moved.Qubits[k] = at[q]
		}
		r.Circuit.Ops = append(r.Circuit.Ops, moved)
	}
	return r, nil
}

// swap exchanges what two of the device's qubits hold.
func (r *Result) swap(p, q int) {
	r.Circuit.SWAP(p, q)
	r.Swaps++
	for k, at := range r.Final {
		switch at {
		case p:
			r.Final[k] = q
		case q:
			r.Final[k] = p
		}
	}
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
