package transpile

import "github.com/qnn-go/qnn/circuits"

// axis is a Pauli matrix, 'X', 'Y' or 'Z', on a qubit of an operation: one that is along it there
// commutes with everything else that is, whatever it does to other qubits.
type axis = byte

const (
	axisNone axis = 0 // along none
	axisZ    axis = 'Z'
)

// isFence reports whether nothing moves past op on its qubits: measurements, barriers and
// the like, and what depends on classical bits.
func isFence(op circuits.Op) bool { return !op.Gate.Unitary() || op.If != nil }

// along is the axis of op on its k-th qubit.
func along(op circuits.Op, k int) axis {
	if isFence(op) {
		return axisNone
	}
	return op.Gate.Axis(k)
}
