package transpile

import (
	"context"
	"math"
	"math/rand/v2"
	"slices"

	"github.com/qnn-go/qnn/internal/parallel"

	"github.com/qnn-go/qnn/circuits"
)

// defaultTrials is how many layouts are tried where none fits without swaps; the
// number of Zou et al. 2024, arXiv:2409.08368 (LightSABRE).
const defaultTrials = 20

// refinements is how often a layout is improved by routing forth and back: Li, Ding
// and Xie 2019, arXiv:1809.02573, section IV-C.
const refinements = 4

// rowTrials is how many trials route within a row too, half of them from the end.
const rowTrials = 4

// trialWork bounds the work of all trials together, see [Options.Effort].
const trialWork = 6_000_000

// routed is a circuit on the qubits of a device, before its gates are rewritten.
type routed struct {
	initial, final []int
	swaps          int
	cost, depth    int               // of gates on two qubits, see blockCosts
	steps          []step            // operations by their number in the circuit, and swaps
	commute        bool              // steps may exchange gates that commute
	circuit        *circuits.Circuit // instead of steps, where blocks are written anew
}

// routing is what all trials of one circuit share.
type routing struct {
	c      *circuits.Circuit
	target *Target
	graph  *graph
	o      Options
	pairs  [][]int
	back   *circuits.Circuit // c from its end
	cuts   []segment         // nil: blocks are not written anew
	line   []int             // a layout in a row, as far as there is one
	row    *graph            // the connections in that row alone; nil: it is none, or no swaps are needed
	first  []int             // a layout that suits the first gates
	last   []int             // and one for the last
}

// route finds places for c and inserts swaps. It returns the candidates to choose
// from, the cheapest first.
func (r *routing) route(ctx context.Context) ([]routed, error) {
	c, o := r.c, r.o
	if err := r.checkLayout(); err != nil {
		return nil, err
	}
	r.pairs = interactions(c.Qubits, c.Ops)
	if o.Level >= 2 {
		r.cuts = segments(c)
		r.line = findEmbedding(ctx, chain(c.Qubits), r.graph, math.MaxInt)
	}
	layout := o.Layout
	if layout == nil && o.Level == 0 {
		layout = plain(c.Qubits, r.graph)
	}
	if layout == nil {
		layout = findEmbedding(ctx, r.pairs, r.graph, math.MaxInt)
	}
	if layout != nil {
		if err := r.checkConnected(layout); err != nil {
			return nil, err
		}
	}
	switch {
	case o.Level < 2:
	case r.line == nil:
		r.line = lineLayout(c.Qubits, r.graph)
	case layout == nil:
		r.row = rowOf(r.line, r.graph)
	}
	if layout != nil && o.Level < 2 {
		forth := newPass(r, r.graph, false, false)
		return []routed{forth.from(ctx, layout, rand.New(rand.NewPCG(o.Seed, 0)))}, ctx.Err()
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

// rowOf is g with the connections between neighbours of a line alone.
func rowOf(line []int, g *graph) *graph {
	at := make(map[int]int, len(line))
	for k, p := range line {
		at[p] = k
	}
	return g.without(func(p int) bool { _, ok := at[p]; return ok }, func(a, b int) bool { return at[a]-at[b] == 1 || at[b]-at[a] == 1 })
}

// trials routes from many layouts, or in many ways from a given one, in parallel. The
// first trial tells how many there is effort for.
func (r *routing) trials(ctx context.Context, layout []int) ([]routed, error) {
	r.back = reversed(r.c)
	if layout == nil && r.o.Level >= 3 {
		r.first, r.last = longestPrefixLayout(ctx, r.c, r.graph), longestPrefixLayout(ctx, r.back, r.graph)
	}
	effort := r.o.work(trialWork)
	one := func(k int, w *worker) ([]routed, error) {
		w.left = effort / 2
		return w.trial(ctx, k, layout, rand.New(rand.NewPCG(r.o.Seed, uint64(k)))) //nolint:gosec // small
	}
	first := newWorker(r)
	all, err := one(0, first)
	if err != nil {
		return nil, err
	}
	n := r.o.Trials
	if n == 0 {
		n = defaultTrials
	}
	n = min(n, effort/max(1, first.spent()))
	found := make([][]routed, max(n, 1))
	found[0] = all
	err = r.parallel(ctx, n-1, func(w *worker, k int) (err error) {
		found[k+1], err = one(k+1, w)
		return err
	})
	if err != nil {
		return nil, err
	}
	all = cheapest(slices.Concat(found...))
	if r.o.Level < 3 || r.o.Layout != nil {
		return all, ctx.Err()
	}
	all, err = r.localSearches(ctx, all)
	return cheapest(all), err
}

// parallel calls f for every k below n, with a worker that no other call uses meanwhile.
func (r *routing) parallel(ctx context.Context, n int, f func(w *worker, k int) error) error {
	return parallel.Each(ctx, n, 0, func() *worker { return newWorker(r) }, f)
}

// cheapest sorts routings by their costs.
func cheapest(all []routed) []routed {
	slices.SortStableFunc(all, func(a, b routed) int { return a.cost - b.cost })
	return all
}

// pass routes a circuit, or its reverse.
type pass struct {
	*router

	r       *routing
	back    bool
	commute bool
}

// newPass makes a pass over r's circuit or, for back, its reverse. With commute set, gates
// that commute may change places.
func newPass(r *routing, g *graph, back, commute bool) *pass {
	c := r.c
	if back {
		c = r.back
	}
	return &pass{newRouter(newOrder(c, commute), g, c.Qubits, nil), r, back, commute}
}

// draw takes random numbers from rng. At level 3 it draws how much the router prefers
// swaps that make one block with the gate before: what is best depends on the circuit.
func (p *pass) draw(rng *rand.Rand) {
	p.rng = rng
	if p.bonus = 0; p.r.o.Level >= 3 {
		p.bonus = float64(rng.IntN(5)) / 4
	}
}

// from routes from a layout.
func (p *pass) from(ctx context.Context, layout []int, rng *rand.Rand) routed {
	out, _ := p.within(ctx, layout, rng, math.MaxInt)
	return out
}

// within routes from a layout, unless that costs more than limit.
func (p *pass) within(ctx context.Context, layout []int, rng *rand.Rand, limit int) (routed, bool) {
	p.draw(rng)
	if !p.run(ctx, layout, limit) {
		return routed{}, false
	}
	out := routed{
		initial: slices.Clone(layout), final: slices.Clone(p.at), swaps: p.swaps, cost: p.cost.total, depth: p.cost.depth,
		steps: slices.Clone(p.steps), commute: p.commute,
	}
	if p.back {
		for i := range out.steps {
			if s := &out.steps[i]; s.op >= 0 {
				s.op = int32(len(p.ops)) - 1 - s.op //nolint:gosec // numbers of operations
			}
		}
		out.initial, out.final = out.final, out.initial
		slices.Reverse(out.steps)
	}
	return out, true
}

// worker is what one goroutine routes with.
type worker struct {
	r      *routing
	passes map[passKey]*pass
	left   int // work that is left
	other  int // work beside that of the passes
}

type passKey struct{ row, back, commute bool }

func newWorker(r *routing) *worker { return &worker{r: r, passes: map[passKey]*pass{}} }

// pass is the pass of a kind: over the row or all connections, and as [newPass] says.
func (w *worker) pass(k passKey) *pass {
	p := w.passes[k]
	if p == nil {
		g := w.r.graph
		if k.row {
			g = w.r.row
		}
		p = newPass(w.r, g, k.back, k.commute)
		w.passes[k] = p
	}
	return p
}

// spent is the work since the worker was made.
func (w *worker) spent() int {
	n := w.other
	for _, p := range w.passes {
		n += p.work
	}
	return n
}

// trial number k writes the Clifford blocks anew for a row of places. Unless that takes much
// less than the circuit as it is, it improves a layout drawn at random by routing forth
// and back, unless one is given, and routes from it; the first trials also within a row,
// which is best where all qubits meet, as in a Fourier transform. It writes the blocks anew
// there too.
func (w *worker) trial(ctx context.Context, k int, layout []int, rng *rand.Rand) ([]routed, error) {
	r := w.r
	commute := r.o.Level >= 2
	forth, back := w.pass(passKey{commute: commute}), w.pass(passKey{back: true, commute: commute})
	var out []routed
	anew := func(places []int) {
		if r.cuts == nil || places == nil || ctx.Err() != nil {
			return
		}
		found, work, ok := resynthesize(ctx, r.cuts, r.c, r.graph, places, rng)
		if w.other += work; ok {
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
	hopeless := len(out) > 0 && 2*out[0].cost < twoQubitGates(r.c.Ops)
	if layout == nil {
		layout = region(r.c.Qubits, r.graph, rng)
		if err := r.checkConnected(layout); err != nil {
			return nil, err
		}
		if !hopeless {
			layout = w.refine(ctx, forth, back, layout, rng)
		}
	}
	anew(layout)
	if !hopeless {
		out = append(out, forth.from(ctx, layout, rng))
		if r.first != nil {
			out = append(out, forth.from(ctx, r.first, rng), back.from(ctx, r.last, rng))
		}
		if r.row != nil && k < rowTrials {
			out = append(out, w.pass(passKey{row: true, back: k >= rowTrials/2, commute: k%2 == 0}).from(ctx, r.line, rng))
		}
	}
	return out, ctx.Err()
}

// refine improves a layout by routing forth and back, as long as there is work left for it.
func (w *worker) refine(ctx context.Context, forth, back *pass, layout []int, rng *rand.Rand) []int {
	forth.draw(rng)
	back.draw(rng)
	begin := w.spent()
	for range refinements {
		if ctx.Err() != nil || w.spent()-begin > w.left {
			break
		}
		forth.run(ctx, layout, math.MaxInt)
		back.run(ctx, forth.at, math.MaxInt)
		layout = slices.Clone(back.at)
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

// write is f as a circuit on the device's qubits.
func (r *routing) write(f *routed) *circuits.Circuit {
	if f.circuit != nil {
		return f.circuit
	}
	out := like(r.c, r.target.Qubits)
	at, holds := slices.Clone(f.initial), make([]int, r.target.Qubits)
	for p := range holds {
		holds[p] = -1
	}
	for q, p := range at {
		holds[p] = q
	}
	for _, s := range f.steps {
		if s.op >= 0 {
			out.Ops = append(out.Ops, onQubits(r.c.Ops[s.op], at...))
			continue
		}
		p, q := int(s.p), int(s.q)
		out.SWAP(p, q)
		holds[p], holds[q] = holds[q], holds[p]
		for _, place := range []int{p, q} {
			if logical := holds[place]; logical >= 0 {
				at[logical] = place
			}
		}
	}
	return out
}
