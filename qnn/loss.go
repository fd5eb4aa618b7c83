package qnn

import (
	"fmt"
	"math"

	"github.com/qnn-go/qnn/internal/suggest"
)

// Loss is a loss function of a sample's scores s and its target y. A [NamedLoss] is one; a
// user's own fits wherever it does. It is called by many goroutines at once.
type Loss interface {
	// Name tells it apart from others in checkpoints and reports.
	Name() string
	// Check refuses tasks that the loss is not for. Errors wrap [ErrConfig].
	Check(t Task) error
	// Evaluate returns the loss for the scores s of a model with head h and target y, a
	// class index or a value, and writes its derivative by each score to ds. s is read only.
	Evaluate(h Head, ds, s []float64, y float64) float64
}

// NamedLoss is one of the loss functions of this package.
type NamedLoss string

const (
	// CrossEntropy is −ln p(y): ln(1+e^{−±s}) for Binary, with + for class 0, and
	// ln Σₖe^{sₖ} − s_y for Multiclass.
	CrossEntropy NamedLoss = "cross-entropy"
	// MSE is (s−(±1))² for Binary, Σₖ(pₖ−[k=y])² over the softmax p for Multiclass
	// (Brier 1950), and ((y−Offset)/Scale−s)² for Regression.
	MSE NamedLoss = "mse"
	// Hinge is max(0, 1−±s) for Binary, and max(0, 1+max_{k≠y}sₖ−s_y) for Multiclass
	// (Crammer and Singer 2001).
	Hinge NamedLoss = "hinge"
)

// Losses lists the names of the loss functions.
func Losses() []string { return []string{string(CrossEntropy), string(MSE), string(Hinge)} }

// Name implements [Loss].
func (l NamedLoss) Name() string { return string(l) }

// Check refuses an unknown loss and one that does not go with the task.
func (l NamedLoss) Check(t Task) error {
	switch l {
	case CrossEntropy, Hinge:
		if t == Regression {
			return fmt.Errorf("loss %q is for classes; use %q for regression: %w", l, MSE, ErrConfig)
		}
	case MSE:
	default:
		return fmt.Errorf("%s: %w", suggest.Unknown("loss", string(l), Losses()), ErrConfig)
	}
	return nil
}

// DefaultLoss is mean squared error for regression and cross-entropy otherwise.
func DefaultLoss(t Task) NamedLoss {
	if t == Regression {
		return MSE
	}
	return CrossEntropy
}

// Evaluate implements [Loss].
func (l NamedLoss) Evaluate(h Head, ds, s []float64, y float64) float64 {
	switch h.Task {
	case Regression:
		r := s[0] - (y-h.Offset)/h.Scale
		ds[0] = 2 * r
		return r * r
	case Binary:
		sign := 1 - 2*y
		var value float64
		value, ds[0] = l.binary(sign * s[0])
		ds[0] *= sign
		return value
	default:
		return l.multiclass(ds, s, int(y))
	}
}

// binary returns the loss and its derivative by the margin m = ±s.
func (l NamedLoss) binary(m float64) (value, derivative float64) {
	switch l {
	case MSE:
		return (m - 1) * (m - 1), 2 * (m - 1)
	case Hinge:
		if m >= 1 {
			return 0, 0
		}
		return 1 - m, -1
	default: // ln(1+e^{−m}) without overflow
		return math.Max(-m, 0) + math.Log1p(math.Exp(-math.Abs(m))), -sigmoid(-m)
	}
}

func (l NamedLoss) multiclass(ds, s []float64, y int) float64 {
	if l == Hinge {
		return crammerSinger(ds, s, y)
	}
	softmax(ds, s)
	if l == CrossEntropy {
		value := logSumExp(s) - s[y]
		ds[y]--
		return value
	}
	// Brier: with p the softmax, ∂L/∂sⱼ = 2pⱼ(dⱼ − Σₖpₖdₖ), d = p − [k=y].
	value, mean := 0.0, 0.0
	for k, p := range ds {
		d := p
		if k == y {
			d--
		}
		value += d * d
		mean += p * d
	}
	for k, p := range ds {
		d := p
		if k == y {
			d--
		}
		ds[k] = 2 * p * (d - mean)
	}
	return value
}

func crammerSinger(ds, s []float64, y int) float64 {
	rival := -1
	for k := range s {
		if k != y && (rival < 0 || s[k] > s[rival]) {
			rival = k
		}
	}
	clear(ds)
	value := 1 + s[rival] - s[y]
	if value <= 0 {
		return 0
	}
	ds[rival], ds[y] = 1, -1
	return value
}

func logSumExp(s []float64) float64 {
	top := s[0]
	for _, v := range s {
		top = max(top, v)
	}
	sum := 0.0
	for _, v := range s {
		sum += math.Exp(v - top)
	}
	return top + math.Log(sum)
}
