package transpile

import (
	"context"
	"sort"

	"github.com/qnn-go/qnn/circuits"
)

// longestPrefixLayout is a layout in which as many as possible of the first gates on two
// qubits have their qubits on neighbours, so that the first swap comes late. It is nil if
// no layout is found even for the first gate.
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
