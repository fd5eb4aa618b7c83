// Package bench is the work that simulators are compared by, how it is timed, and
// what the machine allows. Command qnn bench and the Go benchmarks of this package
// run the same tasks.
//
// Every task returns a value that follows from its whole work, so that programs
// that run it can be held against each other: the probability that qubit 0 is 1,
// the sum of the absolute values of a gradient, or the mean loss of an epoch.
// Angles, matrices and data are those that NumPy's default_rng draws.
package bench

import (
	"context"
	"fmt"
	"math"
	"slices"

	"github.com/qnn-go/qnn/circuits"
	"github.com/qnn-go/qnn/internal/suggest"
	"github.com/qnn-go/qnn/qsim"
)

// Task is a workload of one size. It is plain data; [Task.Prepare] makes it ready.
type Task struct {
	Workload string // its name, for single gates with the gate and its lowest qubit
	Qubits   int
	Layers   int
	Gates    int // applied by a run, over all samples; a gradient counts its circuit once

	Precision qsim.Precision // of the states; double where nothing else is set

	circuit *bound
	prepare func(t *Task) (Run, error)
}

// Run does the work of a task once and returns its value. It must not be called by
// two goroutines at once.
type Run func(ctx context.Context) (float64, error)

// Prepare compiles the circuit and makes the states. The error may be a
// [*qsim.MemoryError].
func (t *Task) Prepare() (Run, error) { return t.prepare(t) }

// workload makes tasks.
type workload struct {
	name    string
	layers  int
	vectors int   // states in memory at once
	sizes   []int // qubits when none are named
	tasks   func(w *workload, n int) []Task
}

// workloads is the catalogue.
func workloads() []workload {
	large, small := []int{16, 20}, []int{4, 6, 8, 10}
	return []workload{
		{"hea", 8, 1, large, circuitTask(hea)},
		{"brick", 20, 1, large, circuitTask(brick)},
		{"qft", 1, 1, large, circuitTask(qft)},
		{"qv", 10, 1, large, circuitTask(quantumVolume)},
		{"grad", 4, 2, []int{12, 16}, gradientTask},
		{"epoch", 4, 2, small, learningTask((*learner).epoch)},
		{"batch", 4, 2, small, learningTask((*learner).loss)},
		{"gates", 1, 1, []int{16}, gateTasks},
	}
}

// Names lists the workloads.
func Names() []string {
	var names []string
	for _, w := range workloads() {
		names = append(names, w.name)
	}
	return names
}

// Defaults lists the workloads that run when none is named.
func Defaults() []string { return []string{"hea", "brick", "qft", "qv", "grad", "epoch"} }

// LeastQubits is the smallest size of a workload: a gate of three qubits fits.
const LeastQubits = 3

// Tasks returns the tasks of the named workload on the given numbers of qubits, or
// on its own choice when there are none, in a precision. It refuses unknown names, sizes below
// [LeastQubits], and, with a [*qsim.MemoryError], sizes that do not fit in memory.
func Tasks(name string, qubits []int, precision qsim.Precision) ([]Task, error) {
	for _, w := range workloads() {
		if w.name != name {
			continue
		}
		if len(qubits) == 0 {
			qubits = w.sizes
		}
		var tasks []Task
		for _, n := range qubits {
			if n < LeastQubits {
				return nil, fmt.Errorf("%d qubits: must be at least %d", n, LeastQubits)
			}
			if err := precision.CheckMemory(n, w.vectors); err != nil {
				return nil, err
			}
			for _, t := range w.tasks(&w, n) {
				t.Precision = precision
				tasks = append(tasks, t)
			}
		}
		return tasks, nil
	}
	return nil, fmt.Errorf("%s", suggest.Unknown("workload", name, Names()))
}

func (w *workload) task(b *bound, samples int, prepare func(t *Task) (Run, error)) Task {
	return Task{Workload: w.name, Qubits: b.Qubits, Layers: w.layers, Gates: samples * len(b.Ops), circuit: b, prepare: prepare}
}

// circuitTask runs a circuit; the value is the probability that qubit 0 is 1.
func circuitTask(build func(n, layers int) *bound) func(*workload, int) []Task {
	return func(w *workload, n int) []Task { return []Task{w.task(build(n, w.layers), 1, runCircuit)} }
}

// gateTasks are all gates of the table on the lowest, middle and highest qubit, and on
// qubit 2, with a control next to it if there is one.
func gateTasks(w *workload, n int) []Task {
	var tasks []Task
	for _, gate := range circuits.Gates() {
		if !gate.Unitary() || gate == circuits.GateI || gate == circuits.GateGPhase {
			continue
		}
		targets := []int{0, 2, n / 2, n - 1}
		slices.Sort(targets)
		for _, q := range slices.Compact(targets) {
			t := w.task(single(gate, n, q), 1, runGate)
			t.Workload = fmt.Sprintf("%s/%s/q%d", w.name, gate, q)
			tasks = append(tasks, t)
		}
	}
	return tasks
}

// runGate applies a gate again and again to a state without zeros. The value is the
// probability that qubit 0 is 1 after the first time, which is not measured.
func runGate(t *Task) (Run, error) {
	p, err := qsim.Compile(t.circuit.Circuit, qsim.Options{Precision: t.Precision})
	if err != nil {
		return nil, err
	}
	s, err := t.Precision.NewState(t.Qubits)
	if err != nil {
		return nil, err
	}
	start := circuits.New(t.Qubits)
	for q := range t.Qubits {
		start.RY(circuits.Const(1+0.1*float64(q)), q)
	}
	before, err := qsim.Compile(start, qsim.Options{Precision: t.Precision})
	if err != nil {
		return nil, err
	}
	first, value := true, 0.0
	return func(ctx context.Context) (float64, error) {
		if !first {
			return value, p.Apply(ctx, s, t.circuit.weights, nil)
		}
		if err := before.Run(ctx, s, nil, nil); err != nil {
			return 0, err
		}
		if err := p.Apply(ctx, s, t.circuit.weights, nil); err != nil {
			return 0, err
		}
		e, err := s.Expect(circuits.PauliZ(0))
		first, value = false, (1-e)/2
		return value, err
	}, nil
}

func runCircuit(t *Task) (Run, error) {
	p, err := qsim.Compile(t.circuit.Circuit, qsim.Options{Precision: t.Precision})
	if err != nil {
		return nil, err
	}
	s, err := t.Precision.NewState(t.Qubits)
	if err != nil {
		return nil, err
	}
	z := circuits.PauliZ(0)
	return func(ctx context.Context) (float64, error) {
		if err := p.Run(ctx, s, t.circuit.weights, nil); err != nil {
			return 0, err
		}
		e, err := s.Expect(z)
		return (1 - e) / 2, err
	}, nil
}

// gradientTask differentiates ⟨Z0⟩ of hea by all weights, with the adjoint method;
// the value is the sum of the absolute derivatives.
func gradientTask(w *workload, n int) []Task {
	return []Task{w.task(hea(n, w.layers), 1, func(t *Task) (Run, error) {
		p, err := qsim.Compile(t.circuit.Circuit, qsim.Options{Observables: []circuits.PauliSum{circuits.PauliZ(0)}, Precision: t.Precision})
		if err != nil {
			return nil, err
		}
		dw, samples := make([]float64, p.Weights()), [][]float64{nil}
		return func(ctx context.Context) (float64, error) {
			clear(dw)
			err := p.Gradient(ctx, qsim.Adjoint, dw, nil, t.circuit.weights, samples, func(_ int, _, cotangent []float64) { cotangent[0] = 1 })
			sum := 0.0
			for _, d := range dw {
				sum += math.Abs(d)
			}
			return sum, err
		}, nil
	})}
}
