package qsim

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/qnn-go/qnn/circuits"
	"github.com/qnn-go/qnn/qsim/internal/memory"
	"github.com/qnn-go/qnn/qsim/internal/plan"
)

// Run puts s into |0…0⟩ and applies the circuit with the given weights and
// features; s must have the program's number of qubits and precision, and amplitudes for its
// active qubits, made by [Program.NewState], or for all. A circuit that measures
// or resets before its end is refused with [ErrNotUnitary]. When ctx ends first,
// its error is returned and the state is undefined.
func (p *Program) Run(ctx context.Context, s *State, weights, features []float64) error {
	p, err := p.on(s, weights, features)
	if err != nil {
		return err
	}
	if pl := p.statePlan(); pl != nil {
		s.left, s.amplitudes = pl.Plan, s.amplitudes.laid(pl.Plan)
		err := pl.run(ctx, s.amplitudes, weights, features, p.qubits >= ParallelQubits)
		if !errors.Is(err, plan.ErrNotFinite) {
			return err
		} // which angle it was, the binding of the gates tells
	}
	s.left, s.amplitudes = nil, s.amplitudes.flat()
	s.amplitudes.reset(false)
	return p.gates(ctx, s.amplitudes, weights, features)
}

// Apply applies the circuit to s as it is, gate by gate: every gate is one pass over
// the state. Otherwise it is as [Program.Run], which starts from |0…0⟩ and is faster.
func (p *Program) Apply(ctx context.Context, s *State, weights, features []float64) error {
	p, err := p.on(s, weights, features)
	if err != nil {
		return err
	}
	s.order()
	return p.gates(ctx, s.amplitudes, weights, features)
}

// on is the program for the qubits that s has amplitudes for. It refuses what a run of p on s
// cannot take.
func (p *Program) on(s *State, weights, features []float64) (*Program, error) {
	if p.dynamic != nil {
		return nil, ErrNotUnitary
	}
	if s.register.qubits != p.register.qubits {
		return nil, fmt.Errorf("state of %d qubits for a circuit of %d: %w", s.register.qubits, p.register.qubits, ErrShape)
	}
	if s.Precision() != p.precision {
		return nil, fmt.Errorf("state in %v precision for a program in %v: %w", s.Precision(), p.precision, ErrShape)
	}
	if err := p.checkInputs(weights, features); err != nil {
		return nil, err
	}
	switch active := s.register.active; {
	case slices.Equal(active, p.register.active):
		return p, nil
	case len(active) == s.register.qubits:
		return p.whole()
	default:
		return nil, fmt.Errorf("state with amplitudes for other qubits than those the circuit acts on: %w", ErrShape)
	}
}

// Probabilities runs the circuit for one sample and returns the 2ⁿ probabilities
// of the basis states of all its qubits before any final measurement. When 8·2ⁿ bytes do not
// fit in memory it returns a [*MemoryError]; a state of [Program.NewState] may.
func (p *Program) Probabilities(ctx context.Context, weights, features []float64) ([]float64, error) {
	s, err := p.run(ctx, weights, features)
	if err != nil {
		return nil, err
	}
	if err := checkBytes(p.register.qubits, memory.Amplitudes(p.register.qubits, 1, 8)); err != nil {
		return nil, err
	}
	dst := make([]float64, 1<<p.register.qubits)
	if err := s.Probabilities(dst[:s.amplitudes.len()]); err != nil {
		return nil, err
	}
	if p.qubits < p.register.qubits {
		widen(dst, p.qubits, p.register.idle())
	}
	return dst, nil
}

// run returns a new state with the circuit applied.
func (p *Program) run(ctx context.Context, weights, features []float64) (*State, error) {
	s, err := p.NewState()
	if err != nil {
		return nil, err
	}
	return s, p.Run(ctx, s, weights, features)
}

// readMeasurements finds the classical bits of final measurements, or sets dynamic
// when a measured qubit is used again, a used qubit is reset, or an operation reads
// or writes bits in another way.
func (p *Program) readMeasurements(c *circuits.Circuit) error {
	for range c.Clbits - c.Hidden {
		p.bits = append(p.bits, -1)
	}
	if c.Clbits == 0 {
		for q := range c.Qubits {
			p.bits = append(p.bits, p.register.bits[q])
		}
	}
	touched, measured := make([]bool, c.Qubits), make([]bool, c.Qubits)
	for _, o := range c.Ops {
		if p.usesBits(o) {
			return p.compileDynamic(c)
		}
		for _, q := range o.Qubits {
			if o.Gate != circuits.GateBarrier && (measured[q] || o.Gate == circuits.GateReset && touched[q]) {
				return p.compileDynamic(c)
			}
		}
		switch o.Gate {
		case circuits.GateBarrier, circuits.GateReset: // a reset of an untouched qubit does nothing
		case circuits.GateMeasure:
			measured[o.Qubits[0]] = true
			p.bits[o.Clbit] = p.register.bits[o.Qubits[0]]
		default:
			for _, q := range o.Qubits {
				touched[q] = true
			}
		}
	}
	return nil
}

// usesBits reports whether o depends on classical bits, or writes others than those of
// an outcome or in another way than by a measurement.
func (p *Program) usesBits(o circuits.Op) bool {
	return o.If != nil || o.Classical() || len(o.Locals()) > 0 || o.Gate == circuits.GateMeasure && o.Clbit >= len(p.bits)
}
