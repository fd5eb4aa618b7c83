// Package synth writes operators in gates: unitary matrices on one to three qubits
// ([Decompose], [Unitaries], [KAK]) and Clifford operators between neighbouring qubits
// ([Clifford]).
package synth
