package transpile

import (
	"context"
	"math/rand/v2"
	"slices"
)

// At level 3 the cheapest routings are improved by some steps each, fewer where routing
// takes long.
const (
	searches    = 8
	searchSteps = 400
	searchWork  = 12_000_000 // of all of them together, see [Options.Effort]
)

// localSearches improves the cheapest routings with swaps, in parallel, and adds what
// comes of them to all.
func (r *routing) localSearches(ctx context.Context, all []routed) ([]routed, error) {
	var found []routed
	for _, one := range all {
		known := slices.ContainsFunc(found, func(f routed) bool { return slices.Equal(f.initial, one.initial) })
		if one.swaps > 0 && len(found) < searches && !known {
			found = append(found, one)
		}
	}
	err := r.parallel(ctx, len(found), func(w *worker, k int) error {
		rng := rand.New(rand.NewPCG(r.o.Seed, uint64(1<<32+k))) //nolint:gosec // small
		found[k] = w.localSearch(ctx, found[k], searchSteps, r.o.work(searchWork)/searches, rng)
		return nil
	})
	return append(found, all...), err
}

// localSearch improves a routing, forth and back in turn, by steps that each exchange what
// up to three pairs of neighbours hold at the start and route anew. A step is kept unless
// that makes the circuit dearer. It takes at most so many steps, and so much work.
func (w *worker) localSearch(ctx context.Context, best routed, steps, work int, rng *rand.Rand) routed {
	const turn = 25
	begin := w.spent()
	for step := range steps {
		if ctx.Err() != nil || w.spent()-begin > work {
			break
		}
		layout := best.initial
		back := step/turn%2 == 1
		if back {
			layout = best.final
		}
		next := slices.Clone(layout)
		for range 1 + rng.IntN(3) {
			p := next[rng.IntN(len(next))]
			near := w.r.graph.neighbour[p]
			q := near[rng.IntN(len(near))]
			for k, at := range next {
				next[k] = exchanged(at, p, q)
			}
		}
		if found, ok := w.pass(passKey{back: back, commute: best.commute}).within(ctx, next, rng, best.cost); ok {
			best = found
		}
	}
	return best
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
