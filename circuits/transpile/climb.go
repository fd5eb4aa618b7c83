package transpile

import (
	"context"
	"math/rand/v2"
	"slices"
	"sync"

	"github.com/qnn-go/qnn/circuits"
)

// At level 3 the cheapest routings are improved by some steps each, fewer where routing
// takes long: about as many operations as climbEffort are routed.
const (
	climbers    = 8
	climbSteps  = 400
	climbEffort = 400_000
)

// climbAll improves the cheapest routings with swaps, in parallel, and adds what comes of
// them to all.
func (r *routing) climbAll(ctx context.Context, all []routed) ([]routed, error) {
	var found []routed
	for _, one := range all {
		known := slices.ContainsFunc(found, func(f routed) bool { return slices.Equal(f.initial, one.initial) })
		if one.swaps > 0 && len(found) < climbers && !known {
			found = append(found, one)
		}
	}
	steps := min(climbEffort/(len(r.c.Ops)+1), climbSteps)
	var wg sync.WaitGroup
	for k := range found {
		wg.Go(func() {
			rng := rand.New(rand.NewPCG(r.o.Seed, uint64(1<<32+k)))
			found[k] = r.climb(ctx, found[k], steps, rng)
		})
	}
	wg.Wait()
	return append(found, all...), ctx.Err()
}

// climb improves a routing, forth and back in turn, by steps that each exchange what up to
// three pairs of neighbours hold at the start and route anew. A step is kept unless that
// makes the circuit dearer.
func (r *routing) climb(ctx context.Context, best routed, steps int, rng *rand.Rand) routed {
	const turn = 25
	orders := [2]*order{newOrder(r.c, true), newOrder(r.back, true)}
	fewest := best.cost()
	for step := range steps {
		if ctx.Err() != nil {
			break
		}
		if step > 0 && step%turn == 0 {
			best = best.turned()
		}
		next := slices.Clone(best.initial)
		for range 1 + rng.IntN(3) {
			p := next[rng.IntN(len(next))]
			near := r.target.graph.neighbour[p]
			q := near[rng.IntN(len(near))]
			for k, at := range next {
				next[k] = exchanged(at, p, q)
			}
		}
		if found := r.from(orders[step/turn%2], next, rng); found.cost() <= fewest {
			best, fewest = found, found.cost()
		}
	}
	if steps > 0 && (steps-1)/turn%2 == 1 {
		best = best.turned()
	}
	return best
}

// turned is the routing of a circuit, of which r routes the reverse.
func (r routed) turned() routed {
	r.circuit = reversed(r.circuit)
	r.initial, r.final = r.final, r.initial
	return r
}

// cost is about the number of CX or CZ that the circuit takes when gates that follow one
// another on a pair of qubits are written as one: at most three, two for a SWAP and a CX.
func (r *routed) cost() int {
	type tally struct{ swaps, others int }
	var done []tally
	last := make([]int, r.circuit.Qubits) // block of each qubit, plus 1
	for i := range r.circuit.Ops {
		op := &r.circuit.Ops[i]
		if !apart(op) {
			continue
		}
		p, q := op.Qubits[0], op.Qubits[1]
		if last[p] == 0 || last[p] != last[q] {
			done = append(done, tally{})
			last[p], last[q] = len(done), len(done)
		}
		b := &done[last[p]-1]
		switch op.Gate {
		case circuits.GateSWAP:
			b.swaps++
		case circuits.GateCX, circuits.GateCY, circuits.GateCZ, circuits.GateCH, circuits.GateECR:
			b.others++
		default:
			b.others += 2
		}
	}
	n := 0
	for _, b := range done {
		switch {
		case b.swaps%2 == 0:
			n += min(b.others, 3)
		case b.others == 1:
			n += 2
		default:
			n += 3
		}
	}
	return n
}
