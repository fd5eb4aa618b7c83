package circuits

import (
	"fmt"
	"slices"

	"github.com/qnn-go/qnn/circuits/internal/matrix"
)

// maxWires bounds the qubits and the classical bits of a circuit, so that a
// hostile file cannot make a program allocate without end.
const maxWires = 1_000_000

// Validate checks the numbers of qubits and bits (0 to 10⁶) and every operation:
// known gate, numbers of qubits and angles, indices in range, distinct qubits,
// finite angles, unitary matrices (within Tolerance). It never panics. The error of an
// operation is an [*OpError] that wraps one of the package's causes.
func (c *Circuit) Validate() error {
	if c.Qubits < 0 || c.Clbits < 0 || c.Qubits > maxWires || c.Clbits > maxWires {
		return fmt.Errorf("circuit with %d qubits and %d classical bits, at most %d of each: %w", c.Qubits, c.Clbits, maxWires, ErrRange)
	}
	if c.Hidden < 0 || c.Hidden > c.Clbits {
		return fmt.Errorf("circuit hides %d of %d classical bits: %w", c.Hidden, c.Clbits, ErrRange)
	}
	if !(c.Tolerance >= 0 && c.Tolerance <= maxTolerance) {
		return fmt.Errorf("circuit with a tolerance of %g, it goes from 0 to %g: %w", c.Tolerance, maxTolerance, ErrRange)
	}
	if len(c.Vars) > maxVars {
		return fmt.Errorf("circuit with %d variables, at most %d: %w", len(c.Vars), maxVars, ErrRange)
	}
	for i, t := range c.Vars {
		if t != WholeVar && t != RealVar {
			return fmt.Errorf("variable %d of the unknown type %.20q: %w", i, string(t), ErrUnknown)
		}
	}
	for i, op := range c.Ops {
		if err := op.validate(c); err != nil {
			return &OpError{Index: i, Gate: op.Gate, Err: err}
		}
	}
	_, err := c.Loops()
	return err
}

func (op *Op) validate(c *Circuit) error {
	if !op.Gate.Valid() {
		return ErrUnknown
	}
	spec := op.Gate.Spec()
	if spec.Qubits >= 0 && len(op.Qubits) != spec.Qubits {
		return fmt.Errorf("%d qubits, needs %d: %w", len(op.Qubits), spec.Qubits, ErrArity)
	}
	if len(op.Angles) != len(spec.Params) {
		return fmt.Errorf("%d angles, needs %d: %w", len(op.Angles), len(spec.Params), ErrArity)
	}
	if err := validateQubits(op.Qubits, c.Qubits); err != nil {
		return err
	}
	for _, a := range op.Angles {
		if err := a.validate(len(c.Vars)); err != nil {
			return err
		}
	}
	if err := op.validateBits(c); err != nil {
		return err
	}
	if op.Gate == GateUnitary {
		return op.validateMatrix(c.tolerance())
	}
	return nil
}

// validateQubits checks that the qubits are distinct numbers below n.
func validateQubits(qubits []int, n int) error {
	sorted := qubits
	if !slices.IsSorted(qubits) {
		var few [4]int // most gates have no more
		sorted = append(few[:0], qubits...)
		slices.Sort(sorted)
	}
	for i, q := range sorted {
		if q < 0 || q >= n {
			return fmt.Errorf("qubit %d of %d: %w", q, n, ErrRange)
		}
		if i > 0 && q == sorted[i-1] {
			return fmt.Errorf("qubit %d: %w", q, ErrDuplicate)
		}
	}
	return nil
}

// validateBits checks what op reads and writes of the classical bits.
func (op *Op) validateBits(circuit *Circuit) error {
	clbits, vars := circuit.Clbits, len(circuit.Vars)
	if (op.Gate == GateMeasure || op.Gate == GateStore) && (op.Clbit < 0 || op.Clbit >= clbits) {
		return fmt.Errorf("classical bit %d of %d: %w", op.Clbit, clbits, ErrRange)
	}
	switch writes := op.Gate == GateStore || op.Gate == GateSet; {
	case op.Gate == GateSet && (op.Clbit < 0 || op.Clbit >= vars):
		return fmt.Errorf("variable %d of %d: %w", op.Clbit, vars, ErrRange)
	case writes != (op.Value != nil):
		return fmt.Errorf("store and set need a value, other operations have none: %w", ErrCondition)
	case op.Gate == GateSet && op.Value.Test == nil:
		return fmt.Errorf("set needs a number: %w", ErrCondition)
	case op.Gate == GateLoop && op.If == nil, op.Gate == GateEnd && op.If != nil:
		return fmt.Errorf("a loop needs a condition, its end has none: %w", ErrCondition)
	}
	for _, c := range []*Condition{op.If, op.Value} {
		if c == nil {
			continue
		}
		if err := c.validate(clbits, vars, 0); err != nil {
			return err
		}
	}
	return nil
}

func (op *Op) validateMatrix(tolerance float64) error {
	k := len(op.Qubits)
	if k < 1 || k > 3 || len(op.Matrix) != 1<<(2*k) {
		return fmt.Errorf("%d qubits with %d matrix entries, needs 4, 16 or 64 on 1, 2 or 3 qubits: %w", k, len(op.Matrix), ErrArity)
	}
	if off, r, c := matrix.Deviation(op.Matrix); !(off <= tolerance) { // also refuses NaN
		return fmt.Errorf("rows %d and %d are off by %.2g, at most %g (Circuit.Tolerance; RoundUnitaries mends it): %w", r, c, off, tolerance, ErrUnitary)
	}
	return nil
}
