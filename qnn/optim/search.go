package optim

import (
	"fmt"
	"math"
	"slices"

	"gonum.org/v1/gonum/floats"
	"gonum.org/v1/gonum/optimize"
)

// told is what a caller told about one point.
type told struct {
	Loss     float64   `json:"loss"`
	Gradient []float64 `json:"gradient"`
}

// accepted is a point at which a line search ended, or at which all began.
type accepted struct {
	W        []float64 `json:"w"`
	Loss     float64   `json:"loss"`
	Gradient []float64 `json:"gradient,omitempty"`
}

// search runs gonum's L-BFGS one evaluation at a time, by calling its line
// search directly instead of handing the loop to optimize.Minimize. Its state is
// a function of accepted and trials alone.
type search struct {
	store     int
	tolerance float64

	accepted []accepted // the last store+1 of them, oldest first
	trials   []told     // points told since the last accepted one
	trial    []float64  // the point asked for, while stop is nil
	stop     error      // why there is no further point

	line optimize.LinesearchMethod
	at   optimize.Location // gonum's working point
}

// newSearch continues from the last of the accepted points, oldest first, at
// least one and at most store+1, which it owns from now on.
func newSearch(points []accepted, store int, tolerance float64) *search {
	last := points[len(points)-1]
	s := &search{
		store:     store,
		tolerance: tolerance,
		accepted:  points,
		trial:     make([]float64, len(last.W)),
		at:        optimize.Location{X: slices.Clone(last.W), F: last.Loss, Gradient: slices.Clone(last.Gradient)},
	}
	if s.converged(last) {
		return s
	}
	d := &directions{method: optimize.LBFGS{Store: store}}
	unused := make([]float64, len(last.W))
	for _, p := range points[:len(points)-1] {
		d.InitDirection(&optimize.Location{X: p.W, F: p.Loss, Gradient: p.Gradient}, unused)
	}
	s.line = optimize.LinesearchMethod{NextDirectioner: d, Linesearcher: &optimize.Bisection{}}
	_, err := s.line.Init(&s.at)
	s.propose(err)
	return s
}

// converged stops the search if the gradient at p is below the tolerance.
func (s *search) converged(p accepted) bool {
	norm := floats.Norm(p.Gradient, math.Inf(1))
	if norm >= s.tolerance {
		return false
	}
	s.stop = fmt.Errorf("%s: largest gradient entry %.3g is below the tolerance %.3g: %w", lbfgsName, norm, s.tolerance, ErrConverged)
	return true
}

// propose takes gonum's working point as the next trial, unless the line search
// failed or left the range of finite numbers.
func (s *search) propose(err error) {
	for i, x := range s.at.X {
		if err == nil && !finite(x) {
			err = fmt.Errorf("weight %d of the next trial is %v", i, x)
		}
	}
	if err != nil {
		s.stop = fmt.Errorf("%s: no lower loss along the search direction (%w): %w", lbfgsName, err, ErrConverged)
		return
	}
	copy(s.trial, s.at.X)
}

// tell answers the point asked for and computes the next one. Gonum may want
// the loss and the gradient one after the other, or a step that rounds to the
// same point: all of these have the same answer.
func (s *search) tell(t told) {
	s.trials = append(s.trials, t)
	s.at.F = t.Loss
	copy(s.at.Gradient, t.Gradient)
	for firstDifference(s.at.X, s.trial) < 0 {
		op, err := s.line.Iterate(&s.at)
		if err == nil && op == optimize.MajorIteration {
			if s.accept(t); s.stop != nil {
				return
			}
			_, err = s.line.Iterate(&s.at)
		}
		if err != nil {
			s.propose(err)
			return
		}
	}
	s.propose(nil)
}

// accept takes the trial that was answered by t as the end of a line search.
func (s *search) accept(t told) {
	p := accepted{W: slices.Clone(s.trial), Loss: t.Loss, Gradient: t.Gradient}
	s.accepted = append(s.accepted, p)
	if len(s.accepted) > s.store+1 {
		s.accepted = slices.Delete(s.accepted, 0, 1)
	}
	s.trials = nil
	s.converged(p)
}

// directions gives gonum's line search the directions of gonum's L-BFGS. Unlike
// the method itself, it may have seen points before the first line search, and
// it turns steps that gonum would panic about into a line search that fails.
type directions struct {
	method  optimize.LBFGS
	started bool
}

// InitDirection implements optimize.NextDirectioner.
func (d *directions) InitDirection(at *optimize.Location, dir []float64) float64 {
	return d.NextDirection(at, dir)
}

// NextDirection implements optimize.NextDirectioner.
func (d *directions) NextDirection(at *optimize.Location, dir []float64) (step float64) {
	if d.started {
		step = d.method.NextDirection(at, dir)
	} else {
		d.started = true
		step = d.method.InitDirection(at, dir)
	}
	if !(step > 0) {
		clear(dir) // the norm of the gradient overflows: no descent direction
	}
	return step
}
