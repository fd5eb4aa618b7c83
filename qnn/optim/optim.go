// Package optim moves the weights of a model downhill. An [Optimizer] is told
// the loss and the gradient at the point it asked for and answers with the next
// point to evaluate (ask and tell), so the caller keeps the loop, the batches
// and the progress report.
//
// The complete state of an optimizer is its JSON text: a run that is saved,
// stopped and restored visits the same points, bit for bit, as a run that was
// never stopped, on the same machine and with the same build.
//
// Most optimizers work on mini-batches; [LBFGS] needs the loss and the gradient of one unchanging
// function, that is, of the full training set, and reports so by FullBatch.
package optim

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"

	"github.com/qnn-go/qnn/internal/fault"

	"github.com/qnn-go/qnn/internal/suggest"
)

var (
	// ErrConverged says that the optimizer has no better point to propose; the
	// weights are the best point it was told about. Training ends well.
	ErrConverged = errors.New("converged")
	// ErrNotFinite says that a loss, a gradient entry or the weight that would
	// follow from it is NaN or infinite. The weights are untouched.
	ErrNotFinite = fault.New(fault.Data, "not a finite number")
	// ErrLength says that weights and gradient differ in length, are empty, or
	// changed in length since the first step. The weights are untouched.
	ErrLength = fault.New(fault.Usage, "wrong length")
	// ErrPoint says that the weights are not the point that the optimizer asked
	// to have evaluated. The weights are untouched.
	ErrPoint = fault.New(fault.Usage, "not the point asked for")
	// ErrConfig says that a setting is out of its range or has no meaning for
	// the chosen optimizer.
	ErrConfig = fault.New(fault.Usage, "invalid setting")
	// ErrUnknown says that no optimizer has the given name.
	ErrUnknown = fault.New(fault.Usage, "unknown optimizer")
	// ErrState says that a text is not the saved state of the optimizer that is
	// to read it. The optimizer is untouched.
	ErrState = fault.New(fault.Data, "invalid optimizer state")
)

// Optimizer moves weights downhill, one evaluated point at a time. An Optimizer
// belongs to one goroutine and to one training run; it holds no goroutine, file
// or other resource to release.
type Optimizer interface {
	// Name returns the name under which [New] knows the optimizer.
	Name() string

	// FullBatch reports whether every loss and gradient must come from the same
	// function of the weights (the full training set, no shots, no dropout).
	FullBatch() bool

	// Step takes the loss and the gradient dL/dw at w and overwrites w with the
	// next point to evaluate. w and grad have the same length, at least 1, in
	// every call, and do not overlap; w must be what the previous Step left
	// there; grad is read only and neither slice is kept.
	//
	// The next point is a proposal: its loss may be higher than that of a point
	// seen before. A caller who stops early and wants the best point keeps its
	// own copy of the weights with the lowest loss.
	//
	// Errors wrap ErrConverged (w is then the point with the lowest loss told so
	// far, and every later Step repeats the error), ErrNotFinite, ErrLength,
	// ErrPoint or ErrConfig (w and the state are then untouched).
	Step(w []float64, loss float64, grad []float64) error

	// Reset forgets all but the settings, as before the first Step.
	Reset()

	// MarshalJSON returns the whole state: settings, counters and moments. Errors wrap
	// ErrConfig for settings that cannot be used.
	json.Marshaler

	// UnmarshalJSON replaces the settings and the state by saved ones, after
	// which Step continues bit for bit. The text may come from anyone: what does
	// not fit is refused with ErrState and leaves the optimizer untouched.
	json.Unmarshaler
}

// Config holds the settings of every optimizer. The zero value of each field
// stands for the default of the optimizer; a field that the optimizer does not
// use must be zero.
type Config struct {
	LearningRate      float64 `json:"learning_rate,omitempty" yaml:"learning_rate,omitempty"`           // sgd: 0.1, adam: 0.01
	Momentum          float64 `json:"momentum,omitempty" yaml:"momentum,omitempty"`                     // sgd: 0
	Nesterov          bool    `json:"nesterov,omitempty" yaml:"nesterov,omitempty"`                     // sgd: false
	Beta1             float64 `json:"beta1,omitempty" yaml:"beta1,omitempty"`                           // adam: 0.9
	Beta2             float64 `json:"beta2,omitempty" yaml:"beta2,omitempty"`                           // adam: 0.999
	Epsilon           float64 `json:"epsilon,omitempty" yaml:"epsilon,omitempty"`                       // adam: 1e-8
	GradientTolerance float64 `json:"gradient_tolerance,omitempty" yaml:"gradient_tolerance,omitempty"` // lbfgs: 1e-6
	Store             int     `json:"store,omitempty" yaml:"store,omitempty"`                           // lbfgs: 15
}

// New returns the optimizer called name, one of [Names], with the settings c.
// Errors wrap ErrUnknown, with the nearest name, or ErrConfig.
func New(name string, c Config) (Optimizer, error) {
	var o interface {
		Optimizer
		configure() error
	}
	var used Config
	switch name {
	case adamName:
		used = Config{LearningRate: c.LearningRate, Beta1: c.Beta1, Beta2: c.Beta2, Epsilon: c.Epsilon}
		o = &Adam{LearningRate: c.LearningRate, Beta1: c.Beta1, Beta2: c.Beta2, Epsilon: c.Epsilon}
	case lbfgsName:
		used = Config{GradientTolerance: c.GradientTolerance, Store: c.Store}
		o = &LBFGS{GradientTolerance: c.GradientTolerance, Store: c.Store}
	case sgdName:
		used = Config{LearningRate: c.LearningRate, Momentum: c.Momentum, Nesterov: c.Nesterov}
		o = &SGD{LearningRate: c.LearningRate, Momentum: c.Momentum, Nesterov: c.Nesterov}
	default:
		return nil, unknown(name)
	}
	if err := o.configure(); err != nil {
		return nil, err
	}
	if err := c.unused(name, used); err != nil {
		return nil, err
	}
	return o, nil
}

// unused refuses the settings in c that are not in used, the part of c that the
// optimizer called name reads.
func (c Config) unused(name string, used Config) error {
	for _, f := range []struct {
		setting string
		ignored bool
	}{
		{"learning_rate", c.LearningRate != used.LearningRate},
		{"momentum", c.Momentum != used.Momentum},
		{"nesterov", c.Nesterov != used.Nesterov},
		{"beta1", c.Beta1 != used.Beta1},
		{"beta2", c.Beta2 != used.Beta2},
		{"epsilon", c.Epsilon != used.Epsilon},
		{"gradient_tolerance", c.GradientTolerance != used.GradientTolerance},
		{"store", c.Store != used.Store},
	} {
		if f.ignored {
			return fmt.Errorf("%s has no setting %s: %w; leave it out or choose another optimizer", name, f.setting, ErrConfig)
		}
	}
	return nil
}

// Names returns the names that [New] knows, in alphabetical order.
func Names() []string { return []string{adamName, lbfgsName, sgdName} }

// unknown reports that no optimizer is called name.
func unknown(name string) error {
	list := strings.Join(Names(), ", ")
	if nearest := suggest.Nearest(name, Names()); nearest != "" {
		return fmt.Errorf("%q: %w; did you mean %q? (%s)", name, ErrUnknown, nearest, list)
	}
	return fmt.Errorf("%q: %w; choose one of %s", name, ErrUnknown, list)
}
