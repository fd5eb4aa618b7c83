package transpile

import (
	"fmt"

	"github.com/qnn-go/qnn/internal/fault"

	"github.com/qnn-go/qnn/internal/suggest"
)

// Errors for a target that cannot be used, options that are not valid and a circuit that
// does not fit on a target; test for them with [errors.Is].
var (
	// ErrTarget marks a description of a device that contradicts itself.
	ErrTarget = fault.New(fault.Data, "bad target")
	// ErrQubits marks a circuit with more qubits than the target has, or than those of its
	// qubits that can be used and are connected with one another.
	ErrQubits = fault.New(fault.Usage, "not enough qubits on the target")
	// ErrLayout marks a layout that does not give each of the circuit's qubits a qubit of
	// the target of its own.
	ErrLayout = fault.New(fault.Usage, "bad layout")
	// ErrLevel marks a level of optimisation outside 0 to 3.
	ErrLevel = fault.New(fault.Usage, "unknown level of optimisation")
	// ErrGate marks a gate that the target does not have.
	ErrGate = fault.New(fault.Data, "not a gate of the target")
	// ErrPair marks a gate on qubits where the target does not have it.
	ErrPair = fault.New(fault.Data, "the target does not have the gate on these qubits")
	// ErrDirection marks a gate that the target has with its qubits exchanged.
	ErrDirection = fault.New(fault.Data, "the target has the gate in the other direction only")
	// ErrAngle marks an angle outside the limits of the target.
	ErrAngle = fault.New(fault.Data, "angle outside the limits of the target")
	// ErrConditional marks an operation under a condition on a target without
	// [Target.FeedForward], or one that no target has: variables of a program, and loops
	// and jumps that depend on measured bits.
	ErrConditional = fault.New(fault.Data, "the target has no such operation on measured bits")
	// ErrObjective marks an unknown objective, or [Error] on a target without rates of error.
	ErrObjective = fault.New(fault.Usage, "objective that cannot be followed")
	// ErrEffort marks an effort that is negative or no number.
	ErrEffort = fault.New(fault.Usage, "bad effort")
	// ErrMidCircuit marks an operation after a measurement on a target where
	// measurements end a circuit.
	ErrMidCircuit = fault.New(fault.Data, "the target measures at the end only")
)

// UnknownError is the error of [Load] for a name that stands for no target.
type UnknownError struct {
	Name  string
	Known []string
}

func (e *UnknownError) Error() string {
	return fmt.Sprintf("%s; or line-N, grid-RxC, all-to-all-N", suggest.Unknown("target", e.Name, e.Known))
}

// FaultClass says that what was asked for is at fault.
func (*UnknownError) FaultClass() fault.Class { return fault.Usage }
