// Package circuits describes quantum circuits as plain data: gates on qubits,
// angles that are polynomials in trainable weights and input features, and
// Pauli observables. It computes nothing with states; package qsim does.
//
// Conventions, used throughout the module:
//
//   - Qubit k is bit k of a basis state's index: |q₂q₁q₀⟩ has index 4q₂+2q₁+q₀,
//     as in Qiskit. In text, a bit string or Pauli label is written with qubit 0
//     on the right.
//   - A gate's matrix has its first listed qubit as the least significant bit.
//     Controls are listed before targets.
//   - Angles are in radians and rotations are RX(θ) = exp(−iθX/2).
package circuits
