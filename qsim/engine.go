package qsim

import (
	"context"
	"fmt"
)

// engine is a way to run the samples of a call. There are three: [laneEngine] runs the samples
// of small circuits side by side, [passEngine] one after the other by a plan, in passes over the
// state, and [gateEngine] one after the other, gate by gate.
type engine interface {
	// begin binds what all samples of c share and divides them.
	begin(c *call) (division, error)
	// piece runs the samples lo ≤ i < hi of c: it writes their expectation values or states, or
	// asks for their cotangents and adds their derivatives to their rows.
	piece(c *call, lo, hi int) error
	// end gives back what begin took.
	end(c *call)
}

// engine is the fastest one for a call: for a gradient by the method m, else with m = Adjoint.
func (p *Program) engine(m Method, gradient, features bool) engine {
	if m == Adjoint {
		if s := p.small(features); s != nil && (!gradient || s.backwards() != nil) {
			return s
		}
	}
	if p.plans == nil || gradient && m == Adjoint && p.back() == nil {
		return gateEngine{p}
	}
	return passEngine{p}
}

// sampler is an engine that runs one sample after the other in a workspace, with the verbs for
// one sample. What its samples
// have in common stands in [call.oneByOne], finite differences in [Program.difference].
type sampler interface {
	// rebind evaluates in w what depends on the features, and, if all, what depends on weights.
	rebind(w *workspace, weights, features []float64, all bool) error
	// forward writes the expectation values to dst and leaves in w.psi the state that they are of.
	forward(ctx context.Context, dst []float64, w *workspace, weights, features []float64) error
	// adjoint and shift add the derivatives of a sample whose state and cotangents are in w.
	adjoint(ctx context.Context, w *workspace, s sample) error
	shift(ctx context.Context, w *workspace, s sample) error
}

// divideSamples is the division of an engine that runs one sample after the other. Small
// states run in parallel over the samples, large ones with all workers inside the state.
func (p *Program) divideSamples(c *call) division {
	d := division{wave: len(c.samples), piece: pieceSize, row: 1}
	if c.loss != nil {
		d.wave = waveSize
	}
	if p.qubits >= ParallelQubits {
		d.piece = max(d.wave, 1)
	}
	return d
}

// oneByOne runs the samples lo ≤ i < hi in one workspace.
func (c *call) oneByOne(e sampler, lo, hi int) error {
	vectors := 1
	if c.loss != nil && c.method != FiniteDifference {
		vectors = 2
	}
	w, err := c.work.get(c.Program, vectors)
	if err != nil {
		return err
	}
	defer c.work.free.Put(w)
	w.inParallel = c.qubits >= ParallelQubits
	for i := lo; i < hi; i++ {
		if err := c.ctx.Err(); err != nil {
			return err
		}
		if err := e.rebind(w, c.weights, c.samples[i], i == lo); err != nil {
			return fmt.Errorf("sample %d: %w", i, err)
		}
		if err := c.sample(e, w, i); err != nil {
			return err
		}
	}
	return nil
}

// sample runs sample i, which is bound in w.
func (c *call) sample(e sampler, w *workspace, i int) error {
	if c.loss == nil {
		k := len(c.observables)
		return e.forward(c.ctx, c.dst[i*k:i*k+k], w, c.weights, c.samples[i])
	}
	s := sample{index: i, weights: c.weights, features: c.samples[i], dw: c.row(i)}
	if c.dx != nil {
		s.dx = c.dx[i]
	}
	if err := e.forward(c.ctx, w.expect, w, s.weights, s.features); err != nil {
		return err
	}
	clear(w.cotangent)
	c.loss(i, w.expect, w.cotangent)
	switch c.method {
	case Adjoint:
		return e.adjoint(c.ctx, w, s)
	case ParameterShift:
		return e.shift(c.ctx, w, s)
	case FiniteDifference:
		return c.difference(c.ctx, e, w, s)
	}
	return fmt.Errorf("gradient: unknown %v", c.method)
}

// sample is one row of a batch and where its derivatives go.
type sample struct {
	index             int // in the batch
	weights, features []float64
	dw, dx            []float64 // dx may be nil
}
