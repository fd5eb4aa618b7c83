package transpile

import "github.com/qnn-go/qnn/circuits"

// axis is a Pauli matrix: an operation that is along it on a qubit commutes with
// everything else that is, whatever it does to other qubits.
type axis uint8

const (
	axisNone axis = iota // along none
	axisX
	axisY
	axisZ
)

// isFence reports whether nothing moves past op on its qubits: measurements, barriers and
// the like, and what depends on classical bits.
func isFence(op circuits.Op) bool { return !op.Gate.Unitary() || op.If != nil }

// along is the axis of op on its k-th qubit.
func along(op circuits.Op, k int) axis {
	if isFence(op) {
		return axisNone
	}
	if k < op.Gate.Spec().Controls {
		return axisZ
	}
	switch op.Gate {
	case circuits.GateX, circuits.GateSX, circuits.GateSXdg, circuits.GateRX, circuits.GateCX, circuits.GateCCX,
		circuits.GateCRX, circuits.GateRXX:
		return axisX
	case circuits.GateY, circuits.GateRY, circuits.GateCY, circuits.GateCRY, circuits.GateRYY:
		return axisY
	case circuits.GateI, circuits.GateZ, circuits.GateS, circuits.GateSdg, circuits.GateT, circuits.GateTdg, circuits.GateRZ, circuits.GateP,
		circuits.GateCZ, circuits.GateCCZ, circuits.GateCP, circuits.GateCRZ, circuits.GateRZZ:
		return axisZ
	case circuits.GateRZX:
		if k == 0 {
			return axisZ
		}
		return axisX
	case circuits.GateECR: // (IX − XY)/√2
		if k == 1 {
			return axisX
		}
	}
	return axisNone
}
