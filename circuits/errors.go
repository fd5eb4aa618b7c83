package circuits

import (
	"fmt"

	"github.com/qnn-go/qnn/internal/fault"
)

// Causes of an invalid circuit or text; test for them with [errors.Is].
var (
	ErrRange     = fault.New(fault.Usage, "index out of range")
	ErrDuplicate = fault.New(fault.Usage, "the same qubit twice")
	ErrArity     = fault.New(fault.Usage, "wrong number of qubits, angles or matrix entries")
	ErrNotFinite = fault.New(fault.Usage, "not a finite number")
	ErrUnitary   = fault.New(fault.Usage, "matrix is not unitary")
	ErrUnknown   = fault.New(fault.Usage, "unknown gate")
	ErrSyntax    = fault.New(fault.Usage, "syntax error")
	// ErrCondition marks a condition that is none, or a value where none belongs.
	ErrCondition = fault.New(fault.Usage, "invalid condition")
	// ErrNoInverse marks operations that cannot be undone: measure, reset, and what
	// depends on classical bits.
	ErrNoInverse = fault.New(fault.Data, "operation has no inverse")
	// ErrNoControl marks gates whose controlled form is not in the gate table.
	ErrNoControl = fault.New(fault.Data, "gate has no controlled form")
	// ErrBasis marks gates that the gates of a target cannot express.
	ErrBasis = fault.New(fault.Data, "gate cannot be written in the gates of the target")
	// ErrNotHermitian marks products of observables that are none: they do not commute.
	ErrNotHermitian = fault.New(fault.Usage, "product of observables that do not commute")
	// ErrUnbound marks angles that still hold weights or features where a number
	// is needed.
	ErrUnbound = fault.New(fault.Usage, "angle is not bound to a number")
)

// OpError is an error of one operation of a circuit.
type OpError struct {
	Index int // position in Circuit.Ops
	Gate  Gate
	Err   error
}

func (e *OpError) Error() string {
	return fmt.Sprintf("operation %d (%v): %v", e.Index, e.Gate, e.Err)
}

// Unwrap returns the cause.
func (e *OpError) Unwrap() error { return e.Err }
