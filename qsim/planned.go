package qsim

import (
	"context"
	"fmt"
	"math/bits"
	"slices"
	"sync"

	"github.com/qnn-go/qnn/circuits"
	"github.com/qnn-go/qnn/qsim/internal/kernel"
	"github.com/qnn-go/qnn/qsim/internal/plan"
)

// planned is a circuit as passes over the state, with what its runs reuse.
type planned struct {
	*plan.Plan
	observables []observable // on the bits that hold the qubits at the end
	bounds      sync.Pool    // of *plan.Bound

	onBack sync.Once
	back   *plan.Plan // the gradient's way back, or nil; made by Program.back
	ways   sync.Pool  // of *wayBack
}

// smallest is the least number of amplitudes that a plan works on: a block of the
// widest machine.
const smallest = 1 << 7

// plannedQubits is the size of a state from which planning pays: below, filling in
// the numbers of a plan takes longer than running gate by gate.
const plannedQubits = 10

// plan plans c, whose operations are valid.
func (p *Program) plan(c *circuits.Circuit) error {
	if p.dynamic != nil || p.qubits < plannedQubits {
		return nil
	}
	m := kernel.NewMachine(p.precision == Single)
	pl, err := plan.New(c, m, plan.Sizes{})
	if err != nil {
		return fmt.Errorf("compile: %w", err)
	}
	p.planned = &planned{Plan: pl}
	for _, o := range p.observables {
		p.planned.observables = append(p.planned.observables, o.at(pl.Location, pl.Flipped))
	}
	return nil
}

// back returns the plan of the way back, nil where there is none. It is made when it is
// first asked for.
func (p *Program) back() *plan.Plan {
	if p.planned == nil {
		return nil
	}
	p.planned.onBack.Do(func() {
		back, err := plan.NewAdjoint(p.circuit, kernel.NewMachine(p.precision == Single), plan.Sizes{})
		if err != nil { // the circuit was planned before
			panic(fmt.Sprintf("qsim: %v", err))
		}
		p.planned.back = back
	})
	return p.planned.back
}

// Explain tells in words how the circuit runs: the passes over the state, which
// qubits' bits each works on, the operations in it, and the bytes it moves and
// the floating-point operations it takes. A circuit of up to 10 qubits runs in one
// way for a single state and in another for the samples of [Program.Expect] and
// [Program.Gradient], several side by side.
func (p *Program) Explain() string {
	if p.dynamic != nil {
		return "shot by shot, gate by gate: the circuit measures or resets before its end\nfirst, for all shots: " + p.dynamic.prefix.Explain()
	}
	out := ""
	if p.planned != nil {
		out = p.planned.Explain()
	} else {
		out = fmt.Sprintf("%d qubits, %d gates, one by one: too few qubits to gain from passes\n", p.qubits, len(p.ops))
	}
	if s := p.small(false); s != nil {
		out = "one state: " + out + "many samples, forwards: " + s.forward.Explain()
		if s.back != nil {
			out += "and backwards: " + s.back.Explain()
		}
	}
	return out
}

// at is o for qubits at the bits location[k], inverted where flipped.
func (o observable) at(location []int, flipped uint64) observable {
	if location == nil {
		return o
	}
	moved := func(mask int) int {
		out := 0
		for ; mask != 0; mask &= mask - 1 {
			out |= 1 << location[bits.TrailingZeros(uint(mask))]
		}
		return out
	}
	out := slices.Clone(o)
	for i := range out {
		s := &out[i].string
		s.X, s.Z = moved(s.X), moved(s.Z)
		if bits.OnesCount64(uint64(s.Z)&flipped)&1 == 1 { // X·Z·X = −Z
			out[i].coef = -out[i].coef
		}
	}
	return out
}

// run puts a, which is laid for the plan, into |0…0⟩ and applies the circuit.
func (p *planned) run(ctx context.Context, a vector, weights, features []float64, inParallel bool) error {
	b := p.bound()
	defer p.bounds.Put(b)
	if err := p.Bind(b, weights, features); err != nil {
		return err
	}
	a.reset(inParallel)
	for i := range p.Passes() {
		if err := ctx.Err(); err != nil {
			return err
		}
		tiles := p.Tiles(i)
		if !inParallel || tiles == 1 {
			for t := range tiles {
				a.tile(p.Plan, b, i, t)
			}
			continue
		}
		parallel(tiles, func(t int) {
			if ctx.Err() == nil {
				a.tile(p.Plan, b, i, t)
			}
		})
	}
	return ctx.Err()
}

func (p *planned) bound() *plan.Bound {
	if b, ok := p.bounds.Get().(*plan.Bound); ok {
		return b
	}
	return p.NewBound()
}

// wayBack is what one gradient needs besides the two states.
type wayBack struct {
	bound *plan.Bound
	rows  []float64    // derivatives by the angles, a row for each chunk of tiles
	sums  []*plan.Sums // of each chunk
}

// wayChunks is the number of rows that partial derivatives are added in.
const wayChunks = 64

// adjoint adds the derivatives of one sample, as [Program.adjoint] does, for the
// states ψ and λ one after the other in a.
func (p *planned) adjoint(ctx context.Context, a vector, s sample, inParallel bool) error {
	w, ok := p.ways.Get().(*wayBack)
	if !ok {
		w = &wayBack{bound: p.back.NewBound(), rows: make([]float64, wayChunks*p.back.Angles()), sums: make([]*plan.Sums, wayChunks)}
	}
	defer p.ways.Put(w)
	if err := p.back.Bind(w.bound, s.weights, s.features); err != nil {
		return err
	}
	chunks, angles := 0, p.back.Angles()
	for i := range p.back.Passes() {
		chunks = max(chunks, min(p.back.Tiles(i), wayChunks))
	}
	clear(w.rows[:chunks*angles])
	for i := range p.back.Passes() {
		if err := p.pass(ctx, a, w, i, inParallel); err != nil {
			return err
		}
	}
	for c := 1; c < chunks; c++ {
		for k := range angles {
			w.rows[k] += w.rows[c*angles+k]
		}
	}
	p.back.AddGradient(s.weights, s.features, w.rows[:angles], s.dw, s.dx)
	return nil
}

// pass runs one pass of the way back, every chunk of tiles adding to its own row.
func (p *planned) pass(ctx context.Context, a vector, w *wayBack, pass int, inParallel bool) error {
	tiles, angles := p.back.Tiles(pass), p.back.Angles()
	chunks := min(tiles, wayChunks)
	run := func(c int) {
		if w.sums[c] == nil {
			w.sums[c] = p.back.NewSums()
		}
		for t := c * tiles / chunks; t < (c+1)*tiles/chunks && ctx.Err() == nil; t++ {
			a.tileBack(p.back, w.bound, pass, t, w.sums[c], w.rows[c*angles:][:angles])
		}
	}
	if inParallel {
		parallel(chunks, run)
	} else {
		for c := range chunks {
			run(c)
		}
	}
	return ctx.Err()
}
