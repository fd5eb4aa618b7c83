package qsim

import (
	"fmt"
	"slices"
	"sync"

	"github.com/qnn-go/qnn/circuits"
	"github.com/qnn-go/qnn/qsim/internal/kernel"
	"github.com/qnn-go/qnn/qsim/internal/plan"
)

// laneEngine runs a small circuit for groups of samples side by side, each in a lane of the
// vectors.
type laneEngine struct {
	precision     Precision
	forward, back *plan.Plan        // back is nil for a circuit that the machine cannot run backwards
	others        []plan.Observable // the terms of the observables that are not diagonal
	mixed         bool              // there are some
	onBack        func()            // makes back
	qubits        int
	state         int          // numbers in memory that the states of a group take
	layout        kernel.Lanes // of these
	numbers       []int        // where the amplitudes of the first sample are, of a plan for states
	shared        sync.Pool    // of *laneNumbers
	groups        sync.Pool    // of *group
}

// group is what a worker needs.
type group struct {
	forward, back *plan.Group
	states        vector    // ψ, then λ
	lane          []float64 // a number for each sample
	e, c          []float64 // expectation values and cotangents, of one sample after the other
}

// newLanes plans c, and how to plan its gradient by weights and, where asked, features.
func newLanes(p Precision, c *circuits.Circuit, observables []plan.Observable, features bool) (*laneEngine, error) {
	m := kernel.NewMachine(p == Single)
	s := &laneEngine{precision: p, qubits: c.Qubits}
	var err error
	if s.forward, err = plan.NewBatch(c, m, observables); err != nil {
		return nil, err
	}
	s.onBack = sync.OnceFunc(func() {
		if s.back, err = plan.NewBatchAdjoint(c, m, observables, features); err != nil { // so would the plan above
			panic(fmt.Sprintf("qsim: %v", err))
		}
	})
	s.others = s.forward.Others()
	s.mixed = slices.ContainsFunc(s.others, func(o plan.Observable) bool { return len(o) > 0 })
	s.state, s.layout.Row, s.layout.Gap = s.forward.Layout()
	return s, nil
}

// newStateLanes plans c for states instead of expectation values.
func newStateLanes(p Precision, c *circuits.Circuit) (*laneEngine, error) {
	s := &laneEngine{precision: p, qubits: c.Qubits, numbers: make([]int, 1<<c.Qubits)}
	var err error
	if s.forward, err = plan.NewBatchStates(c, kernel.NewMachine(p == Single)); err != nil {
		return nil, err
	}
	for x := range s.numbers {
		s.numbers[x] = s.forward.Number(uint64(x))
	}
	s.state, s.layout.Row, s.layout.Gap = s.forward.Layout()
	return s, nil
}

// chunkOf is how many of so many samples one worker runs, group by group. It does not depend
// on the number of workers, so that sums do not.
func (s *laneEngine) chunkOf(samples int) int {
	n := s.forward.Samples()
	return n * max(laneAmplitudes>>s.qubits/n, samples/n/laneChunks, 1)
}

func (s *laneEngine) group() *group {
	if g, ok := s.groups.Get().(*group); ok {
		return g
	}
	n, k := s.forward.Samples(), len(s.others)
	g := &group{
		forward: s.forward.NewGroup(), states: allocate(s.precision, 2*s.state),
		lane: make([]float64, n), e: make([]float64, n*k), c: make([]float64, n*k),
	}
	return g
}

// backwards returns the plan of the gradient, nil where there is none. It is made when it is
// first asked for.
func (s *laneEngine) backwards() *plan.Plan {
	s.onBack()
	return s.back
}

// run puts the states of up to Samples() samples into g, with their expectation values.
func (s *laneEngine) run(b *plan.Bound, g *group, weights []float64, samples [][]float64) error {
	if err := s.forward.Load(g.forward, weights, samples); err != nil {
		return err
	}
	a := g.states.part(0, s.state)
	for l := range s.forward.Samples() {
		a.set(l, 1)
	}
	a.expectGroup(s.forward, b, g.forward, g.e)
	for k, o := range s.others {
		if len(o) == 0 {
			continue
		}
		clear(g.lane)
		for _, t := range o {
			a.expectLanes(g.lane, s.layout, 1<<s.qubits, t.Pauli, t.Coef)
		}
		for l, v := range g.lane {
			g.e[l*len(s.others)+k] += v
		}
	}
	return nil
}

// runBack runs the states of g, those of n samples from number lo on, backwards, from
// λ = Σ cₖOₖψ with the cotangents c that loss gives.
func (s *laneEngine) runBack(b *plan.Bound, g *group, lo, n int, loss Loss) {
	k := len(s.others)
	clear(g.c)
	for l := range n {
		loss(lo+l, g.e[l*k:(l+1)*k], g.c[l*k:(l+1)*k])
	}
	psi, lambda := g.states.part(0, s.state), g.states.part(s.state, 2*s.state)
	if s.mixed {
		lambda.clear(false)
	}
	for i, o := range s.others {
		for _, t := range o {
			for l := range g.lane {
				g.lane[l] = t.Coef * g.c[l*k+i]
			}
			lambda.addPauliLanes(psi, s.layout, 1<<s.qubits, t.Pauli, g.lane)
		}
	}
	g.states.gradientGroup(s.back, b, g.back, g.c)
}

// laneNumbers are the numbers of the plans that all samples of a call share.
type laneNumbers struct{ forward, back *plan.Bound }

// begin binds the weights. Sums run on over all groups of a piece.
func (s *laneEngine) begin(c *call) (division, error) {
	b, ok := s.shared.Get().(*laneNumbers)
	if !ok {
		b = &laneNumbers{forward: s.forward.NewBound()}
	}
	c.lanes = b
	n := s.chunkOf(len(c.samples))
	err := s.forward.Bind(b.forward, c.weights, nil)
	if c.loss != nil && err == nil {
		if b.back == nil {
			b.back = s.back.NewBound()
		}
		s.back.BindAs(b.back, b.forward)
	}
	return division{wave: len(c.samples), piece: n, row: n}, err
}

// end keeps the numbers for the next call.
func (s *laneEngine) end(c *call) {
	s.shared.Put(c.lanes)
	c.lanes = nil
}

// piece runs samples group by group.
func (s *laneEngine) piece(c *call, lo, hi int) error {
	g := s.group()
	defer s.groups.Put(g)
	row, n := c.row(lo), s.forward.Samples()
	if c.loss != nil {
		if g.back == nil {
			g.back = s.back.NewGroup()
		}
		s.back.Start(g.back)
	}
	for ; lo < hi; lo += n {
		if err := c.ctx.Err(); err != nil {
			return err
		}
		these := c.samples[lo:min(lo+n, hi)]
		if err := s.run(c.lanes.forward, g, c.weights, these); err != nil {
			return err
		}
		if c.loss == nil {
			s.keep(c, g, lo, len(these))
			continue
		}
		if err := s.differentiate(c, g, lo, these, row); err != nil {
			return err
		}
	}
	if c.loss != nil {
		s.back.AddShared(c.lanes.back, g.back, c.weights, row)
	}
	return nil
}

// keep writes what was asked for of the n samples of g, the first being number lo.
func (s *laneEngine) keep(c *call, g *group, lo, n int) {
	if c.states == nil {
		k := len(s.others)
		copy(c.dst[lo*k:], g.e[:n*k])
		return
	}
	for l := range n {
		c.states[lo+l].amplitudes.takeLane(g.states, s.numbers, l, s.forward.Phase(g.forward, l))
	}
}

// differentiate runs the group of samples from number lo on backwards; the derivatives by
// weights that differ from sample to sample are added to row.
func (s *laneEngine) differentiate(c *call, g *group, lo int, samples [][]float64, row []float64) error {
	if err := s.back.Load(g.back, c.weights, samples); err != nil {
		return err
	}
	s.runBack(c.lanes.back, g, lo, len(samples), c.loss)
	var dx [][]float64
	if c.dx != nil {
		dx = c.dx[lo:]
	}
	s.back.AddLocal(c.lanes.back, g.back, c.weights, samples, row, dx)
	return nil
}

// groups are the plans of a small circuit, each made when it is first asked for.
type groups struct {
	once     [2]sync.Once
	features [2]*laneEngine // [1] with derivatives by features
	states   func() *laneEngine
}

// small returns the plan for groups of samples, nil where there is none.
func (p *Program) small(features bool) *laneEngine {
	if p.qubits > laneQubits || p.dynamic != nil {
		return nil
	}
	s := &p.groups
	k := 0
	if features {
		k = 1
	}
	s.once[k].Do(func() { s.features[k] = must(newLanes(p.precision, p.circuit, p.observables, features)) })
	return s.features[k]
}
