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

// routed is a circuit on the qubits of a device, before its gates are rewritten.
type routed struct {
	circuit        *circuits.Circuit
	initial, final []int
	swaps          int
}

// routing is what all trials of one circuit share.
type routing struct {
	c      *circuits.Circuit
	target *Target
	o      Options
	pairs  [][]int
	back   *circuits.Circuit // c from its end
	cuts   []segment         // nil: blocks are not written anew
	line   []int             // a layout in a row, as far as there is one
	first  []int             // a layout that suits the first gates
	last   []int             // and one for the last
}

// route finds places for c and inserts swaps. It returns the candidates to choose
// from, the cheapest first.
func route(ctx context.Context, c *circuits.Circuit, t *Target, o Options) ([]routed, error) {
	if err := checkLayout(c, t, o.Layout); err != nil {
		return nil, err
	}
	r := &routing{c: c, target: t, o: o, pairs: interactions(c.Qubits, c.Ops)}
	if o.Level >= 2 {
		r.cuts = segments(c)
		if r.line = findEmbedding(chain(c.Qubits), t.graph); r.line == nil {
			r.line = almostLine(c.Qubits, t.graph)
		}
	}
	layout := o.Layout
	if layout == nil && o.Level == 0 {
		layout = plain(c.Qubits, t.graph)
	}
	if layout == nil {
		layout = findEmbedding(r.pairs, t.graph)
	}
	if layout != nil {
		if err := checkConnected(r.pairs, t, layout); err != nil {
			return nil, err
		}
	}
	if layout != nil && o.Level < 2 {
		return []routed{r.from(newOrder(c, false), layout, rand.New(rand.NewPCG(o.Seed, 0)))}, nil
	}
	return r.trials(ctx, layout)
}

// chain is the interactions of qubits in a row.
func chain(n int) [][]int {
	out := make([][]int, n)
	for q := range n - 1 {
		out[q], out[q+1] = append(out[q], q+1), append(out[q+1], q)
	}
	return out
}

// trials routes from many layouts, or in many ways from a given one, in parallel.
func (r *routing) trials(ctx context.Context, layout []int) ([]routed, error) {
	n := r.o.Trials
	if n == 0 {
		n = defaultTrials
	}
	r.back = reversed(r.c)
	if layout == nil && r.o.Level >= 3 {
		r.first, r.last = opening(r.c, r.target.graph), opening(r.back, r.target.graph)
	}
	found, errs := make([][]routed, n), make([]error, n)
	next := make(chan int)
	var wg sync.WaitGroup
	for range min(n, runtime.GOMAXPROCS(0)) {
		wg.Go(func() {
			forth, back := newOrder(r.c, r.o.Level >= 2), newOrder(r.back, r.o.Level >= 2)
			for k := range next {
				found[k], errs[k] = r.trial(ctx, forth, back, layout, rand.New(rand.NewPCG(r.o.Seed, uint64(k))))
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
	all := cheapest(slices.Concat(found...))
	if r.o.Level < 3 || r.o.Layout != nil {
		return all, nil
	}
	all, err := r.climbAll(ctx, all)
	return cheapest(all), err
}

// cheapest sorts routings by their costs.
func cheapest(all []routed) []routed {
	slices.SortStableFunc(all, func(a, b routed) int { return a.cost() - b.cost() })
	return all
}

// trial writes the Clifford blocks anew for a row of places. Unless that takes much
// less than the circuit as it is, it improves a layout drawn at random by routing forth
// and back, unless one is given, and routes from it. It writes the blocks anew there too.
func (r *routing) trial(ctx context.Context, forth, back *order, layout []int, rng *rand.Rand) ([]routed, error) {
	var out []routed
	anew := func(places []int) {
		if r.cuts == nil || places == nil {
			return
		}
		if found, ok := resynthesize(r.cuts, r.c, r.target, places, rng); ok {
			out = append(out, found)
		}
	}
	if r.o.Layout == nil {
		for range max(1, 4*(r.o.Level-2)) { // ties are drawn, and a line is quick
			anew(r.line)
		}
	}
	out = cheapest(out)
	out = out[:min(1, len(out))]
	hopeless := len(out) > 0 && 2*out[0].cost() < pairs(r.c.Ops)
	if layout == nil {
		layout = region(r.c.Qubits, r.target.graph, rng)
		if err := checkConnected(r.pairs, r.target, layout); err != nil {
			return nil, err
		}
		if !hopeless {
			layout = r.refine(ctx, forth, back, layout, rng)
		}
	}
	anew(layout)
	if !hopeless {
		out = append(out, r.from(forth, layout, rng))
		if r.first != nil {
			out = append(out, r.from(forth, r.first, rng), r.from(back, r.last, rng).turned())
		}
	}
	return out, ctx.Err()
}

// refine improves a layout by routing forth and back.
func (r *routing) refine(ctx context.Context, forth, back *order, layout []int, rng *rand.Rand) []int {
	f, b := r.router(forth, rng), r.router(back, rng)
	for range refinements {
		if ctx.Err() != nil {
			break
		}
		f.run(layout)
		b.run(f.at)
		layout = slices.Clone(b.at)
	}
	return layout
}

// reversed is c from its end to its beginning.
func reversed(c *circuits.Circuit) *circuits.Circuit {
	out := c.Like()
	out.Ops = slices.Clone(c.Ops)
	slices.Reverse(out.Ops)
	return out
}

// router is a router of c or its reverse. At level 3 it draws how much it prefers swaps
// that make one block with the gate before: what is best depends on the circuit.
func (r *routing) router(o *order, rng *rand.Rand) *router {
	s := newRouter(o, r.target.graph, r.c.Qubits, rng)
	if r.o.Level >= 3 {
		s.bonus = float64(rng.IntN(5)) / 4
	}
	return s
}

// from routes from a layout.
func (r *routing) from(o *order, layout []int, rng *rand.Rand) routed {
	s := r.router(o, rng)
	out := routed{initial: slices.Clone(layout), circuit: like(r.c, r.target.Qubits)}
	s.emit = func(op *circuits.Op, swap bool, p, q int) {
		if swap {
			out.circuit.SWAP(p, q)
			return
		}
		moved := *op
		moved.Qubits = make([]int, len(op.Qubits))
		for k, logical := range op.Qubits {
			moved.Qubits[k] = s.at[logical]
		}
		out.circuit.Ops = append(out.circuit.Ops, moved)
	}
	s.run(layout)
	out.final, out.swaps = slices.Clone(s.at), s.swaps
	return out
}
