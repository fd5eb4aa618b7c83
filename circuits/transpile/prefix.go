package transpile

import (
	"context"
	"sort"

	"github.com/qnn-go/qnn/circuits"
)

// longestPrefixLayout is a layout on which as many of the first gates on two qubits as possible have
// their qubits side by side, so that swaps come late; nil where not even the first gate
// finds a place.
func longestPrefixLayout(ctx context.Context, c *circuits.Circuit, g *graph) []int {
	first := c.Like()
	for i := range c.Ops {
		if isTwoQubit(&c.Ops[i]) {
			first.Ops = append(first.Ops, c.Ops[i])
		}
	}
	var best []int
	sort.Search(len(first.Ops), func(n int) bool {
		layout := findEmbedding(ctx, interactions(first.Qubits, first.Ops[:n+1]), g, quickBudget)
		if layout != nil {
			best = layout
		}
		return layout == nil
	})
	return best
}
