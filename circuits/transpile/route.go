package transpile

import (
	"context"
	"math/rand/v2"
	"runtime"
	"slices"
	"sync"

	"github.com/qnn-go/qnn/circuits"
)

// defaultTrials is how many layouts are tried where none fits without swaps; the
// number of Zou et al. 2024, arXiv:2409.08368 (LightSABRE).
const defaultTrials = 20

// refinements is how often a layout is improved by routing forth and back: Li, Ding
// and Xie 2019, arXiv:1809.02573, section IV-C.
const refinements = 4

// routed is a circuit with swaps on a device, before its gates are rewritten.
type routed struct {
	circuit        *circuits.Circuit
	initial, final []int
	swaps          int
}

// route finds places for c and inserts swaps. It returns the candidates to choose
// from, of different trials, the fewest swaps first.
func route(ctx context.Context, c *circuits.Circuit, t *Target, o Options) ([]routed, error) {
	if err := checkLayout(c, t, o.Layout); err != nil {
		return nil, err
	}
	forth := newOrder(c, o.Level >= 2)
	pairs := interactions(c)
	layout := o.Layout
	if layout == nil && o.Level == 0 {
		layout = plain(c.Qubits, t.graph)
	}
	if layout == nil {
		layout, _ = findEmbedding(pairs, t.graph)
	}
	if layout != nil {
		if err := checkConnected(pairs, t, layout); err != nil {
			return nil, err
		}
		return []routed{routeFrom(forth, c, t, layout, rand.New(rand.NewPCG(o.Seed, 0)))}, nil
	}
	return trials(ctx, c, t, o, pairs)
}

// trials routes from many layouts, in parallel.
func trials(ctx context.Context, c *circuits.Circuit, t *Target, o Options, pairs [][]int) ([]routed, error) {
	n := o.Trials
	if n == 0 {
		n = defaultTrials
	}
	back := reversed(c)
	found, errs := make([]routed, n), make([]error, n)
	next := make(chan int)
	var wg sync.WaitGroup
	for range min(n, runtime.GOMAXPROCS(0)) {
		wg.Go(func() {
			forth, back := newOrder(c, o.Level >= 2), newOrder(back, o.Level >= 2)
			for k := range next {
				found[k], errs[k] = trial(ctx, c, t, forth, back, pairs, rand.New(rand.NewPCG(o.Seed, uint64(k))))
			}
		})
	}
	for k := range n {
		next <- k
	}
	close(next)
	wg.Wait()
	for _, err := range errs {
		if err != nil {
			return nil, err
		}
	}
	slices.SortStableFunc(found, func(a, b routed) int { return a.swaps - b.swaps })
	return found, nil
}

// trial improves a layout drawn at random by routing forth and back, and routes.
func trial(ctx context.Context, c *circuits.Circuit, t *Target, forth, back *order, pairs [][]int, rng *rand.Rand) (routed, error) {
	layout := region(c.Qubits, t.graph, rng)
	if err := checkConnected(pairs, t, layout); err != nil {
		return routed{}, err
	}
	f, b := newRouter(forth, t.graph, c.Qubits, rng), newRouter(back, t.graph, c.Qubits, rng)
	for range refinements {
		if err := ctx.Err(); err != nil {
			return routed{}, err
		}
		f.run(layout)
		b.run(f.at)
		layout = b.at
	}
	return routeFrom(forth, c, t, slices.Clone(layout), rng), ctx.Err()
}

// reversed is c from its end to its beginning.
func reversed(c *circuits.Circuit) *circuits.Circuit {
	out := &circuits.Circuit{Qubits: c.Qubits, Clbits: c.Clbits, Ops: slices.Clone(c.Ops)}
	slices.Reverse(out.Ops)
	return out
}

// routeFrom routes from a layout.
func routeFrom(o *order, c *circuits.Circuit, t *Target, layout []int, rng *rand.Rand) routed {
	r := newRouter(o, t.graph, c.Qubits, rng)
	out := routed{initial: slices.Clone(layout), circuit: &circuits.Circuit{Qubits: t.Qubits, Clbits: c.Clbits}}
	r.emit = func(op *circuits.Op, swap bool, p, q int) {
		if swap {
			out.circuit.SWAP(p, q)
			return
		}
		moved := *op
		moved.Qubits = make([]int, len(op.Qubits))
		for k, logical := range op.Qubits {
			moved.Qubits[k] = r.at[logical]
		}
		out.circuit.Ops = append(out.circuit.Ops, moved)
	}
	r.run(layout)
	out.final, out.swaps = slices.Clone(r.at), r.swaps
	return out
}
