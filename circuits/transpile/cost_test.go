package transpile

import (
	"testing"

	"github.com/qnn-go/qnn/circuits"
)

// TestCostOf: gates that follow one another on a pair of qubits count as one block, of three
// CX at most, two with a SWAP and one gate more; one under a condition counts by itself and
// ends the block.
func TestCostOf(t *testing.T) {
	one := circuits.BitIs(0, true)
	under := func(c *circuits.Circuit, at ...int) *circuits.Circuit {
		for _, i := range at {
			c.Ops[i].If = &one
		}
		return c
	}
	n := func() *circuits.Circuit { return circuits.New(4) }
	w := circuits.Weight(0)
	for _, tt := range []struct {
		name        string
		c           *circuits.Circuit
		cost, depth int // a depth below 0 is not looked at
	}{
		{"nothing", n().H(0).RZ(w, 1), 0, 0},
		{"one", n().CX(0, 1), 1, 1},
		{"rotation", n().RZZ(w, 0, 1), 2, 2},
		{"one block", n().CX(0, 1).RY(w, 0).CZ(1, 0), 2, 2},
		{"three at most", n().RZZ(w, 0, 1).CX(1, 0).RXX(w, 0, 1).CX(0, 1), 3, 3},
		{"swap", n().SWAP(0, 1), 3, 3},
		{"two swaps", n().SWAP(0, 1).SWAP(1, 0), 0, -1},
		{"swap and one", n().SWAP(0, 1).CX(0, 1), 2, -1},
		{"swap and two", n().CX(0, 1).SWAP(0, 1).CX(0, 1), 3, 3},
		{"side by side", n().CX(0, 1).RZZ(w, 2, 3), 3, 2},
		{"one after the other", n().CX(0, 1).RZZ(w, 1, 2).CX(0, 1), 4, 4},
		{"under a condition", under(n().CX(0, 1), 0), 2, 2},
		{"a condition ends the block", under(n().CX(0, 1).CX(0, 1).CX(0, 1).CX(0, 1).CX(1, 0), 3), 6, 6},
		{"conditions join no block", under(n().CX(0, 1).CX(0, 1), 0, 1), 4, 4},
	} {
		if cost, depth := costOf(tt.c.Ops, tt.c.Qubits); cost != tt.cost || tt.depth >= 0 && depth != tt.depth {
			t.Errorf("%s: cost %d and depth %d, want %d and %d", tt.name, cost, depth, tt.cost, tt.depth)
		}
	}
}
