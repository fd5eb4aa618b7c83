package circuits

import (
	"errors"
	"fmt"
)

// Causes of an invalid circuit or text; test for them with [errors.Is].
var (
	ErrRange     = errors.New("index out of range")
	ErrDuplicate = errors.New("the same qubit twice")
	ErrArity     = errors.New("wrong number of qubits, angles or matrix entries")
	ErrNotFinite = errors.New("not a finite number")
	ErrUnitary   = errors.New("matrix is not unitary")
	ErrUnknown   = errors.New("unknown gate")
	ErrSyntax    = errors.New("syntax error")
	// ErrCondition marks a condition that is none, or a value where none belongs.
	ErrCondition = errors.New("invalid condition")
	// ErrNoInverse marks operations that cannot be undone: measure, reset, and what
	// depends on classical bits.
	ErrNoInverse = errors.New("operation has no inverse")
	// ErrNoControl marks gates whose controlled form is not in the gate table.
	ErrNoControl = errors.New("gate has no controlled form")
	// ErrBasis marks gates that the gates of a target cannot express.
	ErrBasis = errors.New("gate cannot be written in the gates of the target")
	// ErrUnbound marks angles that still hold weights or features where a number
	// is needed.
	ErrUnbound = errors.New("angle is not bound to a number")
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
