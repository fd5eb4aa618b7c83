package qnn

import (
	"context"
	"fmt"
	"math"
	"math/rand/v2"

	"github.com/qnn-go/qnn/circuits"
	"github.com/qnn-go/qnn/circuits/ansatz"
	"github.com/qnn-go/qnn/qnn/dataset"
	"github.com/qnn-go/qnn/qsim"
)

// Simulator runs a compiled circuit; [qsim.Program] is one.
type Simulator interface {
	// Expect writes samples × observables expectation values to dst.
	Expect(ctx context.Context, dst, weights []float64, samples [][]float64) error
	// Gradient adds vector–Jacobian products, as [qsim.Program.Gradient] does.
	Gradient(ctx context.Context, m qsim.Method, dw []float64, dx [][]float64, weights []float64, samples [][]float64, loss qsim.Loss) error
}

// Backend compiles a circuit for a simulator.
type Backend func(c *circuits.Circuit, observables ...circuits.PauliSum) (Simulator, error)

// Native is the backend of package qsim.
func Native(c *circuits.Circuit, observables ...circuits.PauliSum) (Simulator, error) {
	return qsim.Compile(c, qsim.Options{Observables: observables})
}

// Config describes a model to be made.
type Config struct {
	Circuit     *circuits.Circuit   // with weights and features in its angles
	Observables []circuits.PauliSum // empty: Z on qubit 0 for Binary and Regression, Z on every qubit for Multiclass
	Task        Task                // "": Regression without classes, Binary for two, Multiclass for more
	Classes     []string            // names of the classes; nil for regression
	// Pipeline is applied to rows before the circuit sees them; it must be fitted, on
	// the training part alone. nil: rows are features as they are.
	Pipeline *dataset.Pipeline
	// Target names the label column, for reports and for reading tables.
	Target string
	// Amplitude turns the pipeline's output into the angles that prepare it as a
	// state ([ansatz.AmplitudeAngles]), for circuits built with [ansatz.Amplitude].
	Amplitude bool
	Backend   Backend // nil: [Native]
	Seed      uint64  // of the initial parameters
}

// Model is a circuit with observables, a head and parameters. Its methods may be
// called by several goroutines at once as long as none trains it.
type Model struct {
	Circuit     *circuits.Circuit
	Observables []circuits.PauliSum
	Head        Head
	Classes     []string
	Target      string
	Pipeline    *dataset.Pipeline
	Amplitude   bool
	// Parameters are the circuit's weights followed by the head's A and b.
	Parameters []float64

	simulator Simulator
	weights   int // of the circuit
}

// New makes a model with random initial parameters: weights uniform in [0, 2π),
// A = 1 with b = 0 for one output, else A uniform in ±1/√observables. Errors wrap
// [ErrConfig] or those of the backend.
func New(c Config) (*Model, error) {
	if c.Circuit == nil {
		return nil, fmt.Errorf("model without a circuit: %w", ErrConfig)
	}
	m := &Model{
		Circuit: c.Circuit, Observables: c.Observables, Classes: c.Classes, Target: c.Target,
		Pipeline: c.Pipeline, Amplitude: c.Amplitude, Head: newHead(c.Task, len(c.Classes)),
	}
	if len(m.Observables) == 0 {
		m.Observables = defaultObservables(m.Head.Task, c.Circuit.Qubits)
	}
	if err := m.compile(c.Backend); err != nil {
		return nil, err
	}
	m.initialise(c.Seed)
	return m, m.validate()
}

func newHead(t Task, classes int) Head {
	if t == "" {
		switch classes {
		case 0:
			t = Regression
		case 2:
			t = Binary
		default:
			t = Multiclass
		}
	}
	h := Head{Task: t, Outputs: 1}
	if t == Multiclass {
		h.Outputs = classes
	}
	if t == Regression {
		h.Scale = 1
	}
	return h
}

func defaultObservables(t Task, qubits int) []circuits.PauliSum {
	if t != Multiclass {
		return []circuits.PauliSum{circuits.PauliZ(0)}
	}
	var out []circuits.PauliSum
	for q := range qubits {
		out = append(out, circuits.PauliZ(q))
	}
	return out
}

// GradientMemory returns the bytes of all states that a gradient over so many samples
// holds at once, as [qsim.Program.GradientMemory] counts them; 0 where the backend does
// not say.
func (m *Model) GradientMemory(method qsim.Method, samples int) uint64 {
	if s, ok := m.simulator.(interface {
		GradientMemory(method qsim.Method, samples int) uint64
	}); ok {
		return s.GradientMemory(method, samples)
	}
	return 0
}

// compile prepares the simulator; nil stands for the native one.
func (m *Model) compile(b Backend) error {
	if b == nil {
		b = Native
	}
	simulator, err := b(m.Circuit, m.Observables...)
	if err != nil {
		return fmt.Errorf("model: %w", err)
	}
	m.simulator, m.weights = simulator, m.Circuit.Weights()
	return nil
}

// Using returns a model with the fields of m, which it shares, that runs on another
// backend.
func (m *Model) Using(b Backend) (*Model, error) {
	out := *m
	return &out, out.compile(b)
}

// initialise draws the parameters from stream 0 of the seed.
func (m *Model) initialise(seed uint64) {
	rng := rand.New(rand.NewPCG(seed, 0))
	k := len(m.Observables)
	m.Parameters = make([]float64, m.weights+m.Head.parameters(k))
	for i := range m.weights {
		m.Parameters[i] = 2 * math.Pi * rng.Float64()
	}
	a := m.Parameters[m.weights : m.weights+m.Head.Outputs*k]
	for i := range a {
		if m.Head.Outputs == 1 {
			a[i] = 1
			continue
		}
		a[i] = (2*rng.Float64() - 1) / math.Sqrt(float64(k))
	}
}

func (m *Model) validate() error {
	if err := m.Head.validate(); err != nil {
		return err
	}
	classes := map[Task]int{Binary: 2, Multiclass: m.Head.Outputs, Regression: 0}[m.Head.Task]
	if len(m.Classes) != classes {
		return fmt.Errorf("%s model with %d class names, needs %d: %w", m.Head.Task, len(m.Classes), classes, ErrConfig)
	}
	if want := m.weights + m.Head.parameters(len(m.Observables)); len(m.Parameters) != want {
		return fmt.Errorf("model with %d parameters, its circuit and head need %d: %w", len(m.Parameters), want, ErrConfig)
	}
	for i, v := range m.Parameters {
		if math.IsNaN(v) || math.IsInf(v, 0) {
			return fmt.Errorf("parameter %d is not a finite number: %w", i, ErrConfig)
		}
	}
	return m.validateFeatures()
}

// validateFeatures checks that what [Model.Features] makes is what the circuit
// reads, as far as it is known without data.
func (m *Model) validateFeatures() error {
	have, source := math.MaxInt, "pipeline"
	if m.Pipeline != nil {
		if err := m.Pipeline.Validate(); err != nil {
			return fmt.Errorf("%w: %w", ErrConfig, err)
		}
		have = m.Pipeline.Outputs()
	}
	if m.Amplitude {
		have, source = 1<<m.Circuit.Qubits-1, "amplitude encoding"
	}
	if need := m.Circuit.Features(); have < need {
		return fmt.Errorf("%s gives %d features, the circuit reads %d: %w", source, have, need, ErrConfig)
	}
	return nil
}

// Weights is the number of the circuit's weights, the first of Parameters.
func (m *Model) Weights() int { return m.weights }

// Features turns rows of the data into what the circuit reads: pipeline, then
// amplitude angles where the model has them.
func (m *Model) Features(rows [][]float64) ([][]float64, error) {
	x := rows
	if m.Pipeline != nil {
		var err error
		if x, err = m.Pipeline.Transform(rows); err != nil {
			return nil, err
		}
	}
	if !m.Amplitude {
		need := m.Circuit.Features()
		for i, row := range x {
			if len(row) < need {
				return nil, fmt.Errorf("sample %d has %d features, the circuit reads %d: %w", i, len(row), need, dataset.ErrShape)
			}
		}
		return x, nil
	}
	out := make([][]float64, len(x))
	for i, row := range x {
		angles, err := ansatz.AmplitudeAngles(row, m.Circuit.Qubits)
		if err != nil {
			return nil, fmt.Errorf("sample %d: %w", i, err)
		}
		out[i] = angles
	}
	return out, nil
}

// Scores returns the head's scores for rows, samples × outputs.
func (m *Model) Scores(ctx context.Context, rows [][]float64) ([][]float64, error) {
	x, err := m.Features(rows)
	if err != nil {
		return nil, err
	}
	return m.scores(ctx, m.Parameters, x)
}

// Expectations returns the expectation values of the observables for features as the
// circuit reads them, which [Model.Features] makes of rows; samples × observables.
func (m *Model) Expectations(ctx context.Context, x [][]float64) ([][]float64, error) {
	return m.expectations(ctx, m.Parameters[:m.weights], x)
}

func (m *Model) expectations(ctx context.Context, weights []float64, x [][]float64) ([][]float64, error) {
	k := len(m.Observables)
	flat := make([]float64, len(x)*k)
	if err := m.simulator.Expect(ctx, flat, weights, x); err != nil {
		return nil, err
	}
	out := make([][]float64, len(x))
	for i := range out {
		out[i] = flat[i*k : (i+1)*k : (i+1)*k]
	}
	return out, nil
}

// scores evaluates features with the given parameters.
func (m *Model) scores(ctx context.Context, parameters []float64, x [][]float64) ([][]float64, error) {
	e, err := m.expectations(ctx, parameters[:m.weights], x)
	if err != nil {
		return nil, err
	}
	o := m.Head.Outputs
	flat := make([]float64, len(x)*o)
	out := make([][]float64, len(x))
	for i := range out {
		out[i] = flat[i*o : (i+1)*o : (i+1)*o]
		m.Head.scores(out[i], parameters[m.weights:], e[i])
	}
	return out, nil
}

// Predict returns for each row its class index, or its value for regression.
func (m *Model) Predict(ctx context.Context, rows [][]float64) ([]float64, error) {
	x, err := m.Features(rows)
	if err != nil {
		return nil, err
	}
	return m.PredictFeatures(ctx, x)
}

// PredictFeatures does what [Model.Predict] does for features as the circuit reads them.
func (m *Model) PredictFeatures(ctx context.Context, x [][]float64) ([]float64, error) {
	scores, err := m.scores(ctx, m.Parameters, x)
	if err != nil {
		return nil, err
	}
	out := make([]float64, len(scores))
	for i, s := range scores {
		out[i] = m.Head.predict(s)
	}
	return out, nil
}

// Probabilities returns the class probabilities, samples × classes. A regression
// model has none: the error wraps [ErrConfig].
func (m *Model) Probabilities(ctx context.Context, rows [][]float64) ([][]float64, error) {
	x, err := m.Features(rows)
	if err != nil {
		return nil, err
	}
	return m.ProbabilitiesFeatures(ctx, x)
}

// ProbabilitiesFeatures does what [Model.Probabilities] does for features as the circuit
// reads them.
func (m *Model) ProbabilitiesFeatures(ctx context.Context, x [][]float64) ([][]float64, error) {
	if m.Head.Task == Regression {
		return nil, fmt.Errorf("class probabilities of a regression model: %w", ErrConfig)
	}
	scores, err := m.scores(ctx, m.Parameters, x)
	if err != nil {
		return nil, err
	}
	out := make([][]float64, len(scores))
	for i, s := range scores {
		out[i] = make([]float64, len(m.Classes))
		m.Head.probabilities(out[i], s)
	}
	return out, nil
}
