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

// isClifford reports whether op is one of the gates of a Clifford block.
func isClifford(op *circuits.Op) bool {
	return op.If == nil && len(op.Qubits) <= 2 && op.Gate.Clifford() != nil
}

// along is the axis of op on its k-th qubit.
func along(op circuits.Op, k int) axis {
	if isFence(op) {
		return axisNone
	}
	return op.Gate.Axis(k)
}

// commutingSet is a longest sequence of operations on a wire that are along one axis there and
// so commute; one operation where it is along none.
type commutingSet struct {
	axis axis
	ops  []int // indices of operations, in order
}

// wire is the commuting sets of a qubit or a classical bit, one after the other.
type wire []commutingSet

// append puts operation i, which is along an axis here, behind all others.
func (w *wire) append(i int, a axis) {
	if n := len(*w); n > 0 && a != axisNone && (*w)[n-1].axis == a {
		(*w)[n-1].ops = append((*w)[n-1].ops, i)
		return
	}
	*w = append(*w, commutingSet{axis: a, ops: []int{i}})
}
