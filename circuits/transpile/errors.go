package transpile

import (
	"errors"
	"fmt"

	"github.com/qnn-go/qnn/internal/suggest"
)

// Causes of a target that cannot be used and of a circuit that does not fit on it;
// test for them with [errors.Is].
var (
	// ErrTarget marks a description of a device that contradicts itself.
	ErrTarget = errors.New("bad target")
	// ErrQubits marks a circuit with more qubits than the target, or than are
	// connected with one another.
	ErrQubits = errors.New("not enough qubits on the target")
	// ErrLayout marks a given layout that is no placement of the circuit's qubits.
	ErrLayout = errors.New("bad layout")
	// ErrLevel marks a level of optimisation outside 0 to 3.
	ErrLevel = errors.New("unknown level of optimisation")
	// ErrGate marks a gate that the target does not have.
	ErrGate = errors.New("not a gate of the target")
	// ErrPair marks a gate on qubits where the target does not have it.
	ErrPair = errors.New("the target does not have the gate on these qubits")
	// ErrDirection marks a gate that the target has with its qubits exchanged.
	ErrDirection = errors.New("the target has the gate in the other direction only")
	// ErrAngle marks an angle outside the limits of the target.
	ErrAngle = errors.New("angle outside the limits of the target")
	// ErrConditional marks an operation that depends on measured bits on a target that
	// has none, or one that no device has: variables of a program, and loops and jumps
	// that depend on measured bits.
	ErrConditional = errors.New("the target has no such operation on measured bits")
	// ErrObjective marks an unknown objective, or one for which the target lacks figures.
	ErrObjective = errors.New("objective that cannot be followed")
	// ErrEffort marks an effort that is negative or no number.
	ErrEffort = errors.New("bad effort")
	// ErrMidCircuit marks an operation after a measurement on a target where
	// measurements end a circuit.
	ErrMidCircuit = errors.New("the target measures at the end only")
)

// UnknownError is the error of [Load] for a name that stands for no target.
type UnknownError struct {
	Name  string
	Known []string
}

func (e *UnknownError) Error() string {
	return fmt.Sprintf("%s; or line-N, grid-RxC, all-to-all-N", suggest.Unknown("target", e.Name, e.Known))
}
