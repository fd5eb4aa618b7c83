package qsim

import (
	"context"
	"fmt"
	"sync"

	"github.com/qnn-go/qnn/qsim/internal/kernel"
	"github.com/qnn-go/qnn/qsim/internal/plan"
)

// planned is a circuit as passes over the state, with what its runs reuse.
type planned struct {
	*plan.Plan
	bounds sync.Pool // of *plan.Bound
}

// passEngine runs a circuit by a plan: in passes over the state, each of many gates.
type passEngine struct{ *Program }

func (p passEngine) begin(c *call) (division, error) { return p.divideSamples(c), nil }

func (p passEngine) piece(c *call, lo, hi int) error { return c.oneByOne(p, lo, hi) }

func (passEngine) end(*call) {}

// rebind has nothing to do: plans are bound by the runs.
func (passEngine) rebind(*workspace, []float64, []float64, bool) error { return nil }

func (p passEngine) forward(ctx context.Context, dst []float64, w *workspace, weights, features []float64) error {
	pl := p.expectPlan()
	w.psi = w.psi.laid(pl.Plan)
	if err := pl.run(ctx, w.psi, weights, features, w.inParallel); err != nil {
		return err
	}
	w.psi.expectations(dst, pl.Observables(), w.inParallel)
	return nil
}

func (p passEngine) adjoint(ctx context.Context, w *workspace, s sample) error {
	pl := p.expectPlan()
	w.lambda = w.lambda.laid(pl.Plan)
	applyObservables(w, pl.Observables())
	return p.plans.adjoint(ctx, w.psi.extend(2*pl.Length()), s, w.inParallel)
}

// plans are those of a circuit, each made when it is first asked for; nil for circuits too
// small to gain from them.
type plans struct {
	onState, onExpect, onBack, onShift sync.Once

	state  *planned   // for reading the state
	expect *planned   // for the expectation values of the observables
	back   *plan.Plan // from there the gradient's backward pass, nil where there is none
	ways   sync.Pool  // of *wayBack
	shift  *shiftPlan // for the parameter-shift rules
	err    error
}

// plan makes the plan that is likely needed first, where plans pay. If it can be made,
// so can the others.
func (p *Program) plan() error {
	if p.dynamic != nil || p.qubits < plannedQubits {
		return nil
	}
	p.plans = new(plans)
	if len(p.observables) > 0 {
		p.expectPlan()
	} else {
		p.statePlan()
	}
	if p.plans.err != nil {
		return fmt.Errorf("compile: %w", p.plans.err)
	}
	return nil
}

// statePlan returns the plan for reading the state, nil where there is none.
func (p *Program) statePlan() *planned {
	if p.plans == nil {
		return nil
	}
	p.plans.onState.Do(func() {
		p.plans.state = &planned{Plan: p.plans.new(plan.New(p.circuit, p.machine(), plan.Sizes{}))}
	})
	return p.plans.state
}

// expectPlan returns the plan for expectation values, nil where there is none.
func (p *Program) expectPlan() *planned {
	if p.plans == nil {
		return nil
	}
	p.plans.onExpect.Do(func() {
		p.plans.expect = &planned{Plan: p.plans.new(plan.NewExpect(p.circuit, p.machine(), plan.Sizes{}, p.observables))}
	})
	return p.plans.expect
}

// back returns the plan of the backward pass, nil where there is none.
func (p *Program) back() *plan.Plan {
	if p.plans == nil {
		return nil
	}
	p.plans.onBack.Do(func() {
		p.plans.back = p.plans.new(plan.NewAdjoint(p.circuit, p.machine(), plan.Sizes{}, p.observables))
	})
	return p.plans.back
}

func (p *Program) machine() *kernel.Machine { return kernel.NewMachine(p.precision == Single) }

// new returns pl, or keeps the error.
func (p *plans) new(pl *plan.Plan, err error) *plan.Plan {
	if err != nil {
		p.err = err
	}
	return pl
}

// Explain tells in words how the circuit runs: the passes over the state, which
// qubits' bits each works on, the operations in it, and the bytes it moves and
// the floating-point operations it takes. Expectation values of the program's observables
// need less of the circuit than the state does. A circuit of up to 10 qubits runs in one
// way for a single state and in another for the samples of [Program.Expect] and
// [Program.Gradient], several side by side.
func (p *Program) Explain() string {
	if p.qubits < p.register.qubits {
		return fmt.Sprintf("%d of %d qubits are active:\n%s", p.qubits, p.register.qubits, p.explain())
	}
	return p.explain()
}

func (p *Program) explain() string {
	if p.dynamic != nil {
		return "shot by shot, gate by gate: the circuit measures or resets before its end\nfirst, for all shots: " + p.dynamic.prefix.Explain()
	}
	out := ""
	if s := p.statePlan(); s != nil {
		out = s.Explain()
	} else {
		out = fmt.Sprintf("%d qubits, %d gates, one by one: too few qubits to gain from passes\n", p.qubits, len(p.ops))
	}
	if s := p.small(false); s != nil {
		out = "one state: " + out + "many samples, forwards: " + s.forward.Explain()
		if back := s.backwards(); back != nil {
			out += "and backwards: " + back.Explain()
		}
		return out
	}
	if s := p.expectPlan(); s != nil && len(p.observables) > 0 {
		out = "state: " + out + "expectation values: " + s.Explain()
		if b := p.back(); b != nil {
			out += "gradient, backwards: " + b.Explain()
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
	if p.Untouched() {
		a.clear(inParallel)
	} else { // every other amplitude is written before it is read
		a.part(0, smallest).clear(false)
	}
	a.set(0, 1)
	return a.passes(ctx, p.Plan, b, 0, p.Passes(), inParallel)
}

// passes runs the passes first ≤ i < end of p on v.
func (v vector) passes(ctx context.Context, p *plan.Plan, b *plan.Bound, first, end int, inParallel bool) error {
	for i := first; i < end; i++ {
		if err := ctx.Err(); err != nil {
			return err
		}
		operands{ctx: ctx, a: v, plan: p, bound: b, pass: i}.loopRuns(p.Tiles(i), inParallel, func(j *job, lo, hi int) {
			for t := lo; t < hi && j.ctx.Err() == nil; t++ {
				j.a.tile(j.plan, j.bound, j.pass, t)
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

// adjoint adds the derivatives of one sample, as [gateEngine] does, for the
// states ψ and λ one after the other in a.
func (p *plans) adjoint(ctx context.Context, a vector, s sample, inParallel bool) error {
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

// pass runs one pass of the backward pass, every chunk of tiles adding to its own row.
func (p *plans) pass(ctx context.Context, a vector, w *wayBack, pass int, inParallel bool) error {
	chunks := min(p.back.Tiles(pass), wayChunks)
	operands{ctx: ctx, a: a, plan: p.back, way: w, pass: pass}.loopRuns(chunks, inParallel, func(j *job, lo, hi int) {
		for c := lo; c < hi; c++ {
			j.tilesBack(c)
		}
	})
	return ctx.Err()
}

// tilesBack runs the tiles of chunk c in a pass of the backward pass.
func (j *job) tilesBack(c int) {
	if j.way.sums[c] == nil {
		j.way.sums[c] = j.plan.NewSums()
	}
	row := j.way.rows[c*j.plan.Angles():][:j.plan.Angles()]
	tiles := j.plan.Tiles(j.pass)
	for t := c * tiles / j.size; t < (c+1)*tiles/j.size && j.ctx.Err() == nil; t++ {
		j.a.tileBack(j.plan, j.way.bound, j.pass, t, j.way.sums[c], row)
	}
}
