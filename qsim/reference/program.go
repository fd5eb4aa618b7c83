package reference

import (
	"context"
	"fmt"
	"slices"

	"github.com/qnn-go/qnn/circuits"
	"github.com/qnn-go/qnn/qsim"
)

// Program is a circuit with the observables to measure at its end. It is
// immutable and safe for concurrent use by many goroutines. Its methods mean what
// those of [qsim.Program] mean, and its errors wrap the same causes.
type Program struct {
	circuit     *circuits.Circuit
	weights     int
	features    int
	observables []circuits.PauliSum
	final       map[int]int // classical bit to qubit, of final measurements; nil if there are others or resets
}

// Compile validates c and the observables of o and copies them. Amplitudes are complex128:
// another precision is refused with [qsim.ErrShape].
func Compile(c *circuits.Circuit, o qsim.Options) (*Program, error) {
	if o.Precision != qsim.Double {
		return nil, fmt.Errorf("compile: %v precision, this backend works in double: %w", o.Precision, qsim.ErrShape)
	}
	if c == nil {
		return nil, fmt.Errorf("compile: the circuit %w", qsim.ErrNil)
	}
	if err := c.Validate(); err != nil {
		return nil, fmt.Errorf("compile: %w", err)
	}
	p := &Program{circuit: c.Clone(), weights: c.Weights(), features: c.Features()}
	for _, sum := range o.Observables {
		if err := sum.Validate(); err != nil {
			return nil, fmt.Errorf("compile: %w", err)
		}
		if n := sum.Qubits(); n > c.Qubits {
			return nil, fmt.Errorf("compile: observable %v: qubit %d of %d: %w", sum, n-1, c.Qubits, circuits.ErrRange)
		}
		p.observables = append(p.observables, slices.Clone(sum))
	}
	p.final = finalMeasurements(p.circuit)
	return p, nil
}

// finalMeasurements maps classical bits to the qubits they read at the end of c,
// or returns nil when c measures or resets before its end.
func finalMeasurements(c *circuits.Circuit) map[int]int {
	bits := make(map[int]int)
	used, measured := make(map[int]bool), make(map[int]bool)
	for _, op := range c.Ops {
		if op.Gate == circuits.GateBarrier {
			continue
		}
		if op.If != nil || op.Classical() || len(op.Locals()) > 0 {
			return nil
		}
		for _, q := range op.Qubits {
			if measured[q] || op.Gate == circuits.GateReset && used[q] {
				return nil
			}
			used[q] = used[q] || op.Gate.Unitary()
			measured[q] = op.Gate == circuits.GateMeasure
		}
		if op.Gate == circuits.GateMeasure {
			bits[op.Clbit] = op.Qubits[0]
		}
	}
	return bits
}

// Qubits is the number of qubits.
func (p *Program) Qubits() int { return p.circuit.Qubits }

// Weights is the number of weights every run needs.
func (p *Program) Weights() int { return p.weights }

// Features is the number of features every sample needs at least.
func (p *Program) Features() int { return p.features }

// Observables is the number of observables the program was compiled with.
func (p *Program) Observables() int { return len(p.observables) }

// checkInputs refuses weights and features of the wrong lengths.
func (p *Program) checkInputs(weights []float64, samples ...[]float64) error {
	if len(weights) != p.weights {
		return fmt.Errorf("%d weights, the circuit has %d: %w", len(weights), p.weights, qsim.ErrShape)
	}
	for i, x := range samples {
		if len(x) < p.features {
			return fmt.Errorf("sample %d has %d features, the circuit reads %d: %w", i, len(x), p.features, qsim.ErrShape)
		}
	}
	return nil
}

// Expect writes the expectation value of every observable for every sample to
// dst, row-major samples × observables.
func (p *Program) Expect(ctx context.Context, dst, weights []float64, samples [][]float64) error {
	k := len(p.observables)
	if len(dst) != len(samples)*k {
		return fmt.Errorf("expect: destination %d for %d samples of %d observables: %w", len(dst), len(samples), k, qsim.ErrShape)
	}
	return p.each(ctx, weights, samples, func(r *register, i int) error {
		if err := r.bind(p.circuit, weights, samples[i]); err != nil {
			return fmt.Errorf("sample %d: %w", i, err)
		}
		if err := r.run(ctx, p.circuit); err != nil {
			return err
		}
		r.expect(dst[i*k:i*k+k], p.observables)
		return nil
	})
}

// Amplitudes runs the circuit for one sample and returns the 2ⁿ amplitudes before
// any final measurement.
func (p *Program) Amplitudes(ctx context.Context, weights, features []float64) ([]complex128, error) {
	r, err := p.runOne(ctx, weights, features)
	if err != nil {
		return nil, err
	}
	return r.qubits.Amplitude(), nil
}

// Probabilities runs the circuit for one sample and returns the 2ⁿ probabilities
// of the basis states before any final measurement.
func (p *Program) Probabilities(ctx context.Context, weights, features []float64) ([]float64, error) {
	r, err := p.runOne(ctx, weights, features)
	if err != nil {
		return nil, err
	}
	return r.qubits.Probability(), nil
}

// runOne is a register after the circuit.
func (p *Program) runOne(ctx context.Context, weights, features []float64) (*register, error) {
	if p.final == nil {
		return nil, qsim.ErrNotUnitary
	}
	r, err := p.bindOne(weights, features)
	if err != nil {
		return nil, err
	}
	return r, r.run(ctx, p.circuit)
}

// bindOne is a new register with the circuit's angles evaluated.
func (p *Program) bindOne(weights, features []float64) (*register, error) {
	if err := p.checkInputs(weights, features); err != nil {
		return nil, err
	}
	if _, err := fitting(p.Qubits(), 1); err != nil {
		return nil, err
	}
	r := newRegister(p.circuit)
	return r, r.bind(p.circuit, weights, features)
}
