package experiment

import (
	"strings"

	"github.com/qnn-go/qnn/circuits"
	"github.com/qnn-go/qnn/internal/suggest"
	"github.com/qnn-go/qnn/qnn"
	"github.com/qnn-go/qnn/qnn/optim"
	"github.com/qnn-go/qnn/qsim"
	"github.com/qnn-go/qnn/qsim/reference"
)

// PrecisionUsage says what the setting of the precision takes.
func PrecisionUsage() string {
	return "amplitudes: " + strings.Join(qsim.PrecisionNames(), ", ") + " (complex64: half the memory, up to twice the speed)"
}

// ParsePrecision is the precision of a name.
func ParsePrecision(name string) (qsim.Precision, error) {
	p, err := qsim.ParsePrecision(name)
	if err != nil {
		return p, refuse("{precision} %w", err)
	}
	return p, nil
}

// backends are the simulators by name; the native one in the precision p.
func backends(p qsim.Precision) map[string]qnn.Backend {
	return map[string]qnn.Backend{
		"native": func(c *circuits.Circuit, o ...circuits.PauliSum) (qnn.Simulator, error) {
			return qsim.Compile(c, qsim.Options{Observables: o, Precision: p})
		},
		"q": func(c *circuits.Circuit, o ...circuits.PauliSum) (qnn.Simulator, error) {
			return reference.Compile(c, qsim.Options{Observables: o})
		},
	}
}

// NewBackend is the simulator of the settings.
func (s *Settings) NewBackend() (qnn.Backend, error) {
	p, err := ParsePrecision(s.Precision)
	if err != nil {
		return nil, err
	}
	b, ok := backends(p)[s.Backend]
	if !ok {
		return nil, refuse("{backend} %s", suggest.Unknown("backend", s.Backend, []string{"native", "q"}))
	}
	if p != qsim.Double && s.Backend != "native" {
		return nil, refuse("{precision %s} needs {backend native}; %s works in double", s.Precision, s.Backend)
	}
	return b, nil
}

// Method is the gradient method, by default one that the backend has.
func (s *Settings) Method() (qsim.Method, error) {
	name := s.Gradient
	if name == "" {
		name = qsim.Adjoint.String()
		if s.Backend == "q" {
			name = qsim.ParameterShift.String()
		}
	}
	m, err := qsim.ParseMethod(name)
	if err != nil {
		return 0, refuse("{gradient} %s", suggest.Unknown("gradient method", name, qsim.MethodNames()))
	}
	if m == qsim.Adjoint && s.Backend == "q" {
		return 0, refuse("{gradient adjoint} needs {backend native}; q takes parameter-shift or finite-difference")
	}
	return m, nil
}

// NewTrainer is how the settings train.
func (s *Settings) NewTrainer() (*qnn.Trainer, error) {
	m, err := s.Method()
	if err != nil {
		return nil, err
	}
	o, err := optim.New(s.Optimizer, optim.Config{LearningRate: s.learningRate(), Momentum: s.Momentum, Nesterov: s.Nesterov})
	if err != nil {
		return nil, refuse("{optimizer} %w", err)
	}
	t := &qnn.Trainer{Epochs: s.Epochs, BatchSize: s.Batch, Optimizer: o, Method: m, Patience: s.Patience, Seed: s.Seed}
	if s.Loss != "" {
		t.Loss = qnn.NamedLoss(s.Loss)
	}
	return t, nil
}

// learningRate is that of the optimiser; 0 is its own default.
func (s *Settings) learningRate() float64 {
	if s.Optimizer == "adam" && s.Rate == 0 {
		return 0.05 // twenty steps an epoch are few: larger than the usual 0.01
	}
	return s.Rate
}

// fits refuses circuits that are too large for this machine before one is built.
func (s *Settings) fits(qubits int) error {
	vectors := 1
	if m, err := s.Method(); err == nil && m == qsim.Adjoint {
		vectors = 2
	}
	p, err := ParsePrecision(s.Precision)
	if err != nil {
		return err
	}
	return p.CheckMemory(qubits, vectors)
}
