// Package synth writes operators in gates: Clifford operators, given as a [Tableau], between
// neighbouring qubits.
package synth
