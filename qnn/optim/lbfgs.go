package optim

import (
	"encoding/json"
	"fmt"
	"math"
	"slices"
)

const (
	lbfgsName = "lbfgs"
	// maxStore bounds the memory that a setting or a saved state can ask for; 3
	// to 20 is usual (Nocedal and Wright 2006, section 7.2).
	maxStore = 100
)

// LBFGS is the limited-memory quasi-Newton method of Nocedal and Wright
// (Numerical Optimization, 2nd edition 2006, Algorithms 7.4 and 7.5) as
// implemented by gonum's optimize package, with gonum's bisection line search
// for the strong Wolfe conditions. It visits exactly the points that
// optimize.Minimize would.
//
// Each Step answers one evaluation: the next point is either a further trial
// along the present search direction or the first trial along a new one. The
// loss and the gradient must belong to one smooth function: use the full
// training set and exact expectations.
//
// The optimizer stops, with ErrConverged and the lowest point in w, when the
// largest absolute gradient entry at an accepted point falls below
// GradientTolerance, or when no lower point can be found along the search
// direction, which at the end of a descent means that rounding hides any
// further progress.
//
// Saved state. L-BFGS forgets: all it knows is the last Store+1 accepted points
// with their gradients and the trials since the last of them. The state is just
// that, at most about 2·(Store+1) vectors as long as the weights, and restoring
// it feeds them to the method again, without evaluating the model. The point
// that was asked for is saved too; a state that does not lead back to it, bit
// for bit, is refused.
type LBFGS struct {
	GradientTolerance float64 // > 0; 0 stands for 1e-6; fixed by the first Step
	Store             int     // correction pairs kept, 1 to 100; 0 stands for 15; fixed by the first Step

	steps  int64
	best   accepted // lowest loss told so far, the latest of equals; no gradient
	search *search  // nil before the first step
}

var _ Optimizer = (*LBFGS)(nil)

// Name returns "lbfgs".
func (l *LBFGS) Name() string { return lbfgsName }

// FullBatch returns true.
func (l *LBFGS) FullBatch() bool { return true }

// Reset implements [Optimizer].
func (l *LBFGS) Reset() { l.steps, l.best, l.search = 0, accepted{}, nil }

// configure fills in the defaults and checks the settings.
func (l *LBFGS) configure() error {
	if l.GradientTolerance == 0 {
		l.GradientTolerance = 1e-6
	}
	if l.Store == 0 {
		l.Store = 15
	}
	if t := l.GradientTolerance; !(t > 0 && t <= math.MaxFloat64) {
		return badSetting(lbfgsName, "gradient_tolerance", t, "positive and finite")
	}
	if l.Store < 1 || l.Store > maxStore {
		return badSetting(lbfgsName, "store", l.Store, fmt.Sprintf("between 1 and %d", maxStore))
	}
	return nil
}

// Step implements [Optimizer]. On the first call w is the starting point.
func (l *LBFGS) Step(w []float64, loss float64, grad []float64) error {
	if err := l.configure(); err != nil {
		return err
	}
	if err := checkInput(lbfgsName, len(l.best.W), w, loss, grad); err != nil {
		return err
	}
	switch {
	case l.search == nil:
		start := accepted{W: slices.Clone(w), Loss: loss, Gradient: slices.Clone(grad)}
		l.search = newSearch([]accepted{start}, l.Store, l.GradientTolerance)
	case l.search.stop != nil:
		copy(w, l.best.W)
		return l.search.stop
	default:
		if i := firstDifference(w, l.search.trial); i >= 0 {
			return fmt.Errorf("%s: weight %d is %v: %w, which was %v; evaluate the weights that Step returned", lbfgsName, i, w[i], ErrPoint, l.search.trial[i])
		}
		l.search.tell(told{Loss: loss, Gradient: slices.Clone(grad)})
	}
	l.steps++
	if l.best.W == nil || loss <= l.best.Loss {
		l.best = accepted{W: slices.Clone(w), Loss: loss}
	}
	if l.search.stop != nil {
		copy(w, l.best.W)
		return l.search.stop
	}
	copy(w, l.search.trial)
	return nil
}

// firstDifference returns the first index at which the bits of a and b, of the
// same length, differ, and −1 if none do.
func firstDifference(a, b []float64) int {
	for i := range a {
		if math.Float64bits(a[i]) != math.Float64bits(b[i]) {
			return i
		}
	}
	return -1
}

type lbfgsState struct {
	header
	GradientTolerance float64    `json:"gradient_tolerance"`
	Store             int        `json:"store"`
	Best              *accepted  `json:"best,omitempty"`
	Accepted          []accepted `json:"accepted,omitempty"`
	Trials            []told     `json:"trials,omitempty"`
	Next              []float64  `json:"next,omitempty"` // absent before the first step and after the last
}

// MarshalJSON implements [Optimizer].
func (l *LBFGS) MarshalJSON() ([]byte, error) {
	if err := l.configure(); err != nil {
		return nil, err
	}
	state := lbfgsState{
		header:            header{Name: lbfgsName, Steps: l.steps},
		GradientTolerance: l.GradientTolerance,
		Store:             l.Store,
	}
	if s := l.search; s != nil {
		state.GradientTolerance, state.Store = s.tolerance, s.store
		state.Best, state.Accepted, state.Trials = &l.best, s.accepted, s.trials
		if s.stop == nil {
			state.Next = s.trial
		}
	}
	return json.Marshal(state)
}

// UnmarshalJSON implements [Optimizer].
func (l *LBFGS) UnmarshalJSON(data []byte) error {
	var state lbfgsState
	if err := decodeState(lbfgsName, data, &state); err != nil {
		return err
	}
	restored := LBFGS{GradientTolerance: state.GradientTolerance, Store: state.Store, steps: state.Steps}
	if err := restored.configure(); err != nil {
		return fmt.Errorf("%w: %w", ErrState, err)
	}
	if err := state.checkLengths(restored.Store); err != nil {
		return err
	}
	if state.Steps > 0 {
		restored.best = *state.Best
		s, err := state.replay(restored.Store, restored.GradientTolerance)
		if err != nil {
			return err
		}
		restored.search = s
	}
	*l = restored
	return nil
}

// checkLengths refuses a state whose parts do not fit each other.
func (state *lbfgsState) checkLengths(store int) error {
	if state.Steps == 0 {
		if state.Best != nil || len(state.Accepted)+len(state.Trials)+len(state.Next) > 0 {
			return fmt.Errorf("%s: points before the first step: %w", lbfgsName, ErrState)
		}
		return nil
	}
	if state.Best == nil || len(state.Best.W) == 0 {
		return fmt.Errorf("%s: no best point after %d steps: %w", lbfgsName, state.Steps, ErrState)
	}
	if n := len(state.Accepted); n < 1 || n > store+1 || int64(n+len(state.Trials)) > state.Steps {
		return fmt.Errorf("%s: %d accepted points and %d trials in %d steps with store %d: %w", lbfgsName, n, len(state.Trials), state.Steps, store, ErrState)
	}
	n := len(state.Best.W)
	for i, p := range state.Accepted {
		if len(p.W) != n || len(p.Gradient) != n {
			return fmt.Errorf("%s: accepted[%d] has %d weights and %d gradient entries, want %d: %w", lbfgsName, i, len(p.W), len(p.Gradient), n, ErrState)
		}
	}
	for i, t := range state.Trials {
		if len(t.Gradient) != n {
			return fmt.Errorf("%s: trials[%d] has %d gradient entries, want %d: %w", lbfgsName, i, len(t.Gradient), n, ErrState)
		}
	}
	if len(state.Next) != 0 && len(state.Next) != n {
		return fmt.Errorf("%s: next has %d weights, want %d: %w", lbfgsName, len(state.Next), n, ErrState)
	}
	return nil
}

// replay rebuilds the search and checks that it asks for the saved point.
func (state *lbfgsState) replay(store int, tolerance float64) (*search, error) {
	s := newSearch(state.Accepted, store, tolerance)
	for i, t := range state.Trials {
		if s.stop != nil || len(s.trials) != i {
			return nil, fmt.Errorf("%s: trials[%d] comes after the line search has ended: %w", lbfgsName, i, ErrState)
		}
		s.tell(t)
	}
	switch {
	case len(s.trials) != len(state.Trials):
		return nil, fmt.Errorf("%s: the last trial ends the line search, but is not an accepted point: %w", lbfgsName, ErrState)
	case (s.stop != nil) != (len(state.Next) == 0):
		return nil, fmt.Errorf("%s: the points told and the next point disagree on whether the descent has ended: %w", lbfgsName, ErrState)
	case s.stop == nil && firstDifference(s.trial, state.Next) >= 0:
		return nil, fmt.Errorf("%s: replay does not lead to the saved next point: %w; it was altered, or saved by another kind of machine or build: start afresh from the saved weights", lbfgsName, ErrState)
	}
	return s, nil
}
