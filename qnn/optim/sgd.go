package optim

import (
	"encoding/json"
	"fmt"
	"math"
)

const sgdName = "sgd"

// SGD is stochastic gradient descent with momentum. With the gradient g, the
// learning rate η, the momentum μ and a velocity v that starts at zero, a step is
//
//	v ← μ·v + g
//	w ← w − η·v             without Nesterov
//	w ← w − η·(g + μ·v)     with Nesterov
//
// This is the formula of torch.optim.SGD without dampening and weight decay
// (PyTorch's reference documentation, "SGD"); the learning rate multiplies the
// velocity as a whole, unlike in Sutskever et al. 2013 (ICML, PMLR 28:1139,
// equations 1 to 4), where it multiplies the gradient alone.
//
// The zero value descends with a learning rate of 0.1 and no momentum. A setting
// may be changed between steps; it counts from the next Step on.
type SGD struct {
	LearningRate float64 // η > 0; 0 stands for 0.1
	Momentum     float64 // 0 ≤ μ < 1
	Nesterov     bool    // look ahead along the velocity; needs μ > 0

	steps    int64
	velocity []float64 // by weight; as long as the weights after the first step
}

var _ Optimizer = (*SGD)(nil)

// Name returns "sgd".
func (s *SGD) Name() string { return sgdName }

// FullBatch returns false.
func (s *SGD) FullBatch() bool { return false }

// Reset implements [Optimizer].
func (s *SGD) Reset() { s.steps, s.velocity = 0, nil }

// configure fills in the defaults and checks the settings.
func (s *SGD) configure() error {
	if s.LearningRate == 0 {
		s.LearningRate = 0.1
	}
	if lr := s.LearningRate; !(lr > 0 && lr <= math.MaxFloat64) {
		return badSetting(sgdName, "learning_rate", lr, "positive and finite")
	}
	if !(s.Momentum >= 0 && s.Momentum < 1) {
		return badSetting(sgdName, "momentum", s.Momentum, "at least 0 and less than 1")
	}
	if s.Nesterov && s.Momentum == 0 {
		return fmt.Errorf("%s: nesterov without momentum: %w; set momentum, 0.9 say", sgdName, ErrConfig)
	}
	return nil
}

// Step implements [Optimizer]. Only the first call allocates. The loss is
// checked and otherwise unused.
func (s *SGD) Step(w []float64, loss float64, grad []float64) error {
	if err := s.configure(); err != nil {
		return err
	}
	if err := checkInput(sgdName, len(s.velocity), w, loss, grad); err != nil {
		return err
	}
	velocity := s.velocity
	if velocity == nil {
		velocity = make([]float64, len(w))
	}
	for i := range w {
		if x, _ := s.move(w[i], grad[i], velocity[i]); !finite(x) {
			return notFinite(sgdName, fmt.Sprintf("next value of weight %d", i), x)
		}
	}
	for i := range w {
		w[i], velocity[i] = s.move(w[i], grad[i], velocity[i])
	}
	s.velocity = velocity
	s.steps++
	return nil
}

// move returns the next value of the weight x and its velocity v.
func (s *SGD) move(x, g, v float64) (nextX, nextV float64) {
	v = s.Momentum*v + g
	if s.Nesterov {
		return x - s.LearningRate*(g+s.Momentum*v), v
	}
	return x - s.LearningRate*v, v
}

type sgdState struct {
	header
	LearningRate float64   `json:"learning_rate"`
	Momentum     float64   `json:"momentum"`
	Nesterov     bool      `json:"nesterov"`
	Velocity     []float64 `json:"velocity,omitempty"`
}

// MarshalJSON implements [Optimizer]; the state is one float64 a weight.
func (s *SGD) MarshalJSON() ([]byte, error) {
	if err := s.configure(); err != nil {
		return nil, err
	}
	return json.Marshal(sgdState{
		header:       header{Name: sgdName, Steps: s.steps},
		LearningRate: s.LearningRate,
		Momentum:     s.Momentum,
		Nesterov:     s.Nesterov,
		Velocity:     s.velocity,
	})
}

// UnmarshalJSON implements [Optimizer].
func (s *SGD) UnmarshalJSON(data []byte) error {
	var state sgdState
	if err := decodeState(sgdName, data, &state); err != nil {
		return err
	}
	if err := checkVector(sgdName, "velocity", state.Velocity, state.Steps, len(state.Velocity)); err != nil {
		return err
	}
	restored := SGD{
		LearningRate: state.LearningRate,
		Momentum:     state.Momentum,
		Nesterov:     state.Nesterov,
		steps:        state.Steps,
		velocity:     state.Velocity,
	}
	if err := restored.configure(); err != nil {
		return fmt.Errorf("%w: %w", ErrState, err)
	}
	*s = restored
	return nil
}
