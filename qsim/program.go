package qsim

import (
	"fmt"
	"math"
	"slices"

	"github.com/qnn-go/qnn/circuits"
	"github.com/qnn-go/qnn/qsim/internal/kernel"
	"github.com/qnn-go/qnn/qsim/internal/plan"
)

// Program is a compiled circuit with the observables to measure at its end. It is
// immutable and safe for concurrent use by many goroutines.
type Program struct {
	precision   Precision
	qubits      int
	weights     int
	features    int
	ops         []op
	angles      []circuits.Angle  // of all ops, one after the other
	constants   bound             // angles and matrices of the ops without symbols
	observables []plan.Observable // on qubits
	plans       *plans            // nil for states too small to gain from them
	circuit     *circuits.Circuit // for plans made later
	groups      groups
	bits        []int    // classical bit i holds qubit bits[i], −1 for none: final measurements
	dynamic     *dynamic // set when the circuit measures or resets before its end
	work        workspaces
}

// op is a gate ready to run.
type op struct {
	index    int // in the circuit's Ops
	gate     circuits.Gate
	kind     kind
	place    kernel.Place
	angle    int // first of its angles in Program.angles
	angles   int
	matrix   int // first entry of its matrix in bound.matrices
	entries  int
	weights  bool // some angle depends on a weight
	features bool // some angle depends on a feature
}

// kind is the kernel that runs an op.
type kind uint8

const (
	scale    kind = iota // phase on the controlled subspace
	phase                // diag(1, d1) on one target, which is one more control of a scale
	diagonal             // diag(d0, d1) on one target
	flip                 // X on one target
	swap                 // exchange of two targets
	dense                // any matrix on one to three targets
)

// Compile validates c and the observables and prepares them to run. The circuit
// may be modified afterwards. Measurements at the end of the circuit choose what
// [Program.Sample] returns and do not otherwise act. Errors wrap those of package
// circuits and name the operation.
//
// Compile needs no memory for a state; a circuit too large for this machine is
// refused with a [*MemoryError] when it is run.
func Compile(c *circuits.Circuit, observables ...circuits.PauliSum) (*Program, error) {
	return Double.Compile(c, observables...)
}

// Compile is [Compile] for states in the precision p.
func (p Precision) Compile(c *circuits.Circuit, observables ...circuits.PauliSum) (*Program, error) {
	if _, err := kernel.CPU(); err != nil {
		return nil, fmt.Errorf("compile: %w", err)
	}
	if err := c.Validate(); err != nil {
		return nil, fmt.Errorf("compile: %w", err)
	}
	program := &Program{precision: p, qubits: c.Qubits, weights: c.Weights(), features: c.Features()}
	if c.Qubits > 59 { // beyond what an index of a 64-bit machine can address
		return nil, fmt.Errorf("compile: %w", p.CheckMemory(c.Qubits, 1))
	}
	for i, o := range c.Ops {
		if o.Gate.Unitary() && o.Gate != circuits.GateI {
			program.add(i, o)
		}
	}
	for _, sum := range observables {
		compiled, err := compileObservable(sum, c.Qubits)
		if err != nil {
			return nil, fmt.Errorf("compile: %w", err)
		}
		program.observables = append(program.observables, compiled)
	}
	if err := program.readMeasurements(c); err != nil {
		return nil, err
	}
	if err := program.bindConstants(c); err != nil {
		return nil, err
	}
	program.circuit = c.Clone()
	return program, program.plan()
}

func (p *Program) add(index int, o circuits.Op) {
	spec := o.Gate.Spec()
	controls, targets := o.Qubits[:spec.Controls], o.Qubits[spec.Controls:]
	kind, place := kindOf(o.Gate, len(targets)), p.precision.place(slices.Clone(targets), controls)
	if kind == phase {
		place = p.precision.place(nil, o.Qubits)
	}
	compiled := op{
		index: index, gate: o.Gate, kind: kind, place: place,
		angle: len(p.angles), angles: len(o.Angles),
		matrix: p.constants.size, entries: 1 << (2 * len(targets)),
	}
	for _, a := range o.Angles {
		for _, t := range a {
			for _, v := range t.Vars {
				compiled.weights = compiled.weights || !v.Feature
				compiled.features = compiled.features || v.Feature
			}
		}
	}
	p.constants.size += compiled.entries
	p.angles = append(p.angles, o.Angles...)
	p.ops = append(p.ops, compiled)
}

func kindOf(g circuits.Gate, targets int) kind {
	switch g {
	case circuits.GateX, circuits.GateCX, circuits.GateCCX:
		return flip
	case circuits.GateSWAP, circuits.GateCSWAP:
		return swap
	case circuits.GateZ, circuits.GateS, circuits.GateSdg, circuits.GateT, circuits.GateTdg, circuits.GateP,
		circuits.GateCZ, circuits.GateCP, circuits.GateCCZ:
		return phase
	case circuits.GateRZ, circuits.GateCRZ:
		return diagonal
	default:
		return [...]kind{scale, dense, dense, dense}[targets]
	}
}

func compileObservable(sum circuits.PauliSum, qubits int) (plan.Observable, error) {
	if err := sum.Validate(); err != nil {
		return nil, err
	}
	if n := sum.Qubits(); n > qubits {
		return nil, fmt.Errorf("observable %v: qubit %d of %d: %w", sum, n-1, qubits, circuits.ErrRange)
	}
	var out plan.Observable
	for _, t := range sum {
		s := kernel.Pauli{Phase: 1}
		for _, f := range t.String {
			if f.Pauli != 'Z' {
				s.X |= 1 << f.Qubit
			}
			if f.Pauli != 'X' {
				s.Z |= 1 << f.Qubit
			}
			if f.Pauli == 'Y' {
				s.Phase *= 1i
			}
		}
		out = append(out, plan.Term{Coef: t.Coef, Pauli: s})
	}
	return out, nil
}

// bound holds the values of all angles and the matrices of all ops.
type bound struct {
	size     int // entries of matrices
	angles   []float64
	matrices []complex128
}

func (p *Program) bindConstants(c *circuits.Circuit) error {
	p.constants.angles = make([]float64, len(p.angles))
	p.constants.matrices = make([]complex128, p.constants.size)
	for i := range p.ops {
		o := &p.ops[i]
		if o.gate == circuits.GateUnitary {
			copy(p.constants.matrices[o.matrix:], c.Ops[o.index].Matrix)
			continue
		}
		if !o.weights && !o.features {
			if err := p.bindOp(&p.constants, o, nil, nil); err != nil {
				return err
			}
		}
	}
	return nil
}

// bindOp evaluates the angles of o and its matrix.
func (p *Program) bindOp(b *bound, o *op, weights, features []float64) error {
	values := b.angles[o.angle : o.angle+o.angles]
	for k := range values {
		values[k] = p.angles[o.angle+k].Eval(weights, features)
	}
	return b.setMatrix(o)
}

// setMatrix computes the matrix of o from the values of its angles.
func (b *bound) setMatrix(o *op) error {
	values := b.angles[o.angle : o.angle+o.angles]
	for _, v := range values {
		if math.IsNaN(v) || math.IsInf(v, 0) {
			return &circuits.OpError{Index: o.index, Gate: o.gate, Err: ErrNotFinite}
		}
	}
	o.gate.Spec().Matrix(b.matrices[o.matrix:o.matrix+o.entries], values)
	return nil
}

// bind evaluates what depends on features, and, if all, what depends on weights
// alone as well.
func (p *Program) bind(b *bound, weights, features []float64, all bool) error {
	for i := range p.ops {
		o := &p.ops[i]
		if o.features || all && o.weights {
			if err := p.bindOp(b, o, weights, features); err != nil {
				return err
			}
		}
	}
	return nil
}

// checkInputs refuses weights and features of the wrong lengths.
func (p *Program) checkInputs(weights []float64, features ...[]float64) error {
	if len(weights) != p.weights {
		return fmt.Errorf("%d weights, the circuit has %d: %w", len(weights), p.weights, ErrShape)
	}
	for i, x := range features {
		if len(x) < p.features {
			return fmt.Errorf("sample %d has %d features, the circuit reads %d: %w", i, len(x), p.features, ErrShape)
		}
	}
	return nil
}

// Precision is that of the states the program runs on.
func (p *Program) Precision() Precision { return p.precision }

// Qubits is the number of qubits.
func (p *Program) Qubits() int { return p.qubits }

// Weights is the number of weights every run needs.
func (p *Program) Weights() int { return p.weights }

// Features is the number of features every sample needs at least.
func (p *Program) Features() int { return p.features }

// Observables is the number of observables the program was compiled with.
func (p *Program) Observables() int { return len(p.observables) }
