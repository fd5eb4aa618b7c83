package qnn

import (
	"fmt"
	"math"
)

// Task is what a model predicts.
type Task string

const (
	// Binary tells two classes apart by the sign of one score: ≥ 0 is class 0, as
	// ⟨Z⟩ = +1 is |0⟩.
	Binary Task = "binary"
	// Multiclass tells k ≥ 2 classes apart by the largest of k scores, which are
	// logits: probabilities are their softmax.
	Multiclass Task = "multiclass"
	// Regression predicts a number: Offset + Scale·score.
	Regression Task = "regression"
)

// Head is the last, classical layer: scores = A·e + b with trainable A (outputs ×
// observables) and b, and for regression a fixed scale of the target.
type Head struct {
	Task    Task    `json:"task"`
	Outputs int     `json:"outputs"`          // number of scores: 1, or the classes of Multiclass
	Offset  float64 `json:"offset,omitempty"` // regression: mean of the training targets
	Scale   float64 `json:"scale,omitempty"`  // regression: their standard deviation
}

// parameters is the size of A and b for the given number of observables.
func (h Head) parameters(observables int) int { return h.Outputs * (observables + 1) }

func (h Head) validate() error {
	switch h.Task {
	case Binary, Regression:
		if h.Outputs != 1 {
			return fmt.Errorf("%s head with %d outputs, needs 1: %w", h.Task, h.Outputs, ErrConfig)
		}
	case Multiclass:
		if h.Outputs < 2 {
			return fmt.Errorf("%s head with %d outputs, needs at least 2: %w", h.Task, h.Outputs, ErrConfig)
		}
	default:
		return fmt.Errorf("unknown task %q (%s, %s, %s): %w", h.Task, Binary, Multiclass, Regression, ErrConfig)
	}
	if h.Task == Regression && !(h.Scale > 0 && h.Scale < math.Inf(1) && !math.IsNaN(h.Offset-h.Offset)) {
		return fmt.Errorf("regression head with offset %v and scale %v: %w", h.Offset, h.Scale, ErrConfig)
	}
	return nil
}

// scores writes A·e + b for the head's parameters a.
func (h Head) scores(dst, a, e []float64) {
	k := len(e)
	bias := a[h.Outputs*k:]
	for o := range dst {
		s := bias[o]
		for j, v := range e {
			s += a[o*k+j] * v
		}
		dst[o] = s
	}
}

// backward takes ds = ∂L/∂scores, writes ∂L/∂A and ∂L/∂b to da, and ∂L/∂e to de.
func (h Head) backward(da, de, a, e, ds []float64) {
	k := len(e)
	clear(de)
	for o, d := range ds {
		for j, v := range e {
			da[o*k+j] = d * v
			de[j] += d * a[o*k+j]
		}
		da[h.Outputs*k+o] = d
	}
}

// predict is the class index of Binary and Multiclass, the value of Regression.
func (h Head) predict(scores []float64) float64 {
	switch h.Task {
	case Regression:
		return h.Offset + h.Scale*scores[0]
	case Binary:
		if scores[0] >= 0 {
			return 0
		}
		return 1
	default:
		best := 0
		for k, s := range scores {
			if s > scores[best] {
				best = k
			}
		}
		return float64(best)
	}
}

// probabilities writes the class probabilities: (σ(s), 1−σ(s)) for Binary, softmax
// for Multiclass.
func (h Head) probabilities(dst, scores []float64) {
	if h.Task == Binary {
		dst[0], dst[1] = sigmoid(scores[0]), sigmoid(-scores[0])
		return
	}
	softmax(dst, scores)
}

func sigmoid(s float64) float64 { return 1 / (1 + math.Exp(-s)) }

// softmax writes exp(s)/Σexp(s), shifted by the largest score against overflow.
func softmax(dst, scores []float64) {
	top := scores[0]
	for _, s := range scores {
		top = max(top, s)
	}
	sum := 0.0
	for k, s := range scores {
		dst[k] = math.Exp(s - top)
		sum += dst[k]
	}
	for k := range dst {
		dst[k] /= sum
	}
}
