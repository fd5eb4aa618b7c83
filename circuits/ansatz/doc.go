// Package ansatz appends encodings of data and trainable blocks to circuits.
//
// An encoding puts features x₀, x₁, … of a sample into the angles of gates; an
// ansatz puts weights there. Features are numbered from 0 each time a circuit is
// encoded; weights are numbered from [circuits.Circuit.Weights] of the circuit as
// it stands, in the order of the gates, which is the order of the parameter
// vector of Qiskit's templates and of PennyLane's weight arrays flattened in C
// order.
//
// Each function follows the template of Qiskit 2.6 or PennyLane 0.45 that its
// comment names, gate by gate. PennyLane's wire k is qubit k; since PennyLane
// writes wire 0 as the most significant bit of the amplitude index, the two
// states agree after the bits of the index are reversed.
//
// The functions check their arguments first and leave the circuit as it was when
// they return an error. [Build] composes an encoding and an ansatz by name.
package ansatz
