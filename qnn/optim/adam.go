package optim

import (
	"encoding/json"
	"fmt"
	"math"
	"slices"
)

const adamName = "adam"

// Adam is adaptive moment estimation: Kingma and Ba 2014, arXiv:1412.6980,
// Algorithm 1. With the gradient g, the learning rate α, and moments m and v
// that start at zero, step t = 1, 2, … is, entry by entry,
//
//	m ← β₁·m + (1 − β₁)·g
//	v ← β₂·v + (1 − β₂)·g²
//	w ← w − α·m/(1 − β₁ᵗ) / (√(v/(1 − β₂ᵗ)) + ε)
//
// The zero value uses the paper's β₁ = 0.9, β₂ = 0.999 and ε = 1e-8, with
// α = 0.01 instead of its 0.001: rotation angles have a scale of one, and a
// circuit has few of them. A setting may be changed between steps; it counts
// from the next Step on.
type Adam struct {
	LearningRate float64 // α > 0; 0 stands for 0.01
	Beta1        float64 // 0 < β₁ < 1; 0 stands for 0.9
	Beta2        float64 // 0 < β₂ < 1; 0 stands for 0.999
	Epsilon      float64 // ε > 0; 0 stands for 1e-8

	steps  int64
	first  []float64 // m, by weight; as long as the weights after the first step
	second []float64 // v, likewise
	next   []float64 // weights, m and v of a step until all are known to be finite
}

var _ Optimizer = (*Adam)(nil)

// Name returns "adam".
func (a *Adam) Name() string { return adamName }

// FullBatch returns false.
func (a *Adam) FullBatch() bool { return false }

// Reset implements [Optimizer].
func (a *Adam) Reset() { a.steps, a.first, a.second = 0, nil, nil }

// configure fills in the defaults and checks the settings.
func (a *Adam) configure() error {
	for _, setting := range [...]struct {
		name      string
		value     *float64
		otherwise float64
		below     float64
		want      string
	}{
		{"learning_rate", &a.LearningRate, 0.01, math.Inf(1), "positive and finite"},
		{"beta1", &a.Beta1, 0.9, 1, "between 0 and 1"},
		{"beta2", &a.Beta2, 0.999, 1, "between 0 and 1"},
		{"epsilon", &a.Epsilon, 1e-8, math.Inf(1), "positive and finite"},
	} {
		if *setting.value == 0 {
			*setting.value = setting.otherwise
		}
		if x := *setting.value; !(x > 0 && x < setting.below) {
			return badSetting(adamName, setting.name, x, setting.want)
		}
	}
	return nil
}

// Step implements [Optimizer]. Only the first call allocates. The loss is
// checked and otherwise unused.
func (a *Adam) Step(w []float64, loss float64, grad []float64) error {
	if err := a.configure(); err != nil {
		return err
	}
	if err := checkInput(adamName, len(a.first), w, loss, grad); err != nil {
		return err
	}
	first, second := a.first, a.second
	if first == nil {
		first, second = make([]float64, len(w)), make([]float64, len(w))
	}
	t, n := float64(a.steps+1), len(w)
	bias1, bias2 := 1-math.Pow(a.Beta1, t), 1-math.Pow(a.Beta2, t)
	a.next = slices.Grow(a.next[:0], 3*n)[:3*n]
	nextW, nextFirst, nextSecond := a.next[:n], a.next[n:2*n], a.next[2*n:]
	for i := range w {
		x, m, v := a.move(w[i], grad[i], first[i], second[i], bias1, bias2)
		if !finite(x) {
			return notFinite(adamName, fmt.Sprintf("next value of weight %d", i), x)
		}
		if !finite(v) {
			return notFinite(adamName, fmt.Sprintf("second moment of weight %d", i), v)
		}
		nextW[i], nextFirst[i], nextSecond[i] = x, m, v
	}
	copy(w, nextW)
	copy(first, nextFirst)
	copy(second, nextSecond)
	a.first, a.second = first, second
	a.steps++
	return nil
}

// move returns the next value of the weight x and its moments m and v; bias1
// and bias2 are 1 − β₁ᵗ and 1 − β₂ᵗ.
func (a *Adam) move(x, g, m, v, bias1, bias2 float64) (nextX, nextM, nextV float64) {
	m = a.Beta1*m + (1-a.Beta1)*g
	v = a.Beta2*v + (1-a.Beta2)*g*g
	return x - a.LearningRate*(m/bias1)/(math.Sqrt(v/bias2)+a.Epsilon), m, v
}

type adamState struct {
	header
	LearningRate float64   `json:"learning_rate"`
	Beta1        float64   `json:"beta1"`
	Beta2        float64   `json:"beta2"`
	Epsilon      float64   `json:"epsilon"`
	First        []float64 `json:"first_moment,omitempty"`
	Second       []float64 `json:"second_moment,omitempty"`
}

// MarshalJSON implements [Optimizer]; the state is two float64 a weight.
func (a *Adam) MarshalJSON() ([]byte, error) {
	if err := a.configure(); err != nil {
		return nil, err
	}
	return json.Marshal(adamState{
		header:       header{Name: adamName, Steps: a.steps},
		LearningRate: a.LearningRate,
		Beta1:        a.Beta1,
		Beta2:        a.Beta2,
		Epsilon:      a.Epsilon,
		First:        a.first,
		Second:       a.second,
	})
}

// UnmarshalJSON implements [Optimizer].
func (a *Adam) UnmarshalJSON(data []byte) error {
	var state adamState
	if err := decodeState(adamName, data, &state); err != nil {
		return err
	}
	if err := checkVector(adamName, "first_moment", state.First, state.Steps, len(state.First)); err != nil {
		return err
	}
	if err := checkVector(adamName, "second_moment", state.Second, state.Steps, len(state.First)); err != nil {
		return err
	}
	for i, v := range state.Second {
		if v < 0 {
			return fmt.Errorf("%s: second_moment[%d] is %v, a mean of squares is not negative: %w", adamName, i, v, ErrState)
		}
	}
	restored := Adam{
		LearningRate: state.LearningRate,
		Beta1:        state.Beta1,
		Beta2:        state.Beta2,
		Epsilon:      state.Epsilon,
		steps:        state.Steps,
		first:        state.First,
		second:       state.Second,
	}
	if err := restored.configure(); err != nil {
		return fmt.Errorf("%w: %w", ErrState, err)
	}
	*a = restored
	return nil
}
