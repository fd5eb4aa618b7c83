// Package reference runs circuits on the simulator github.com/itsubaki/q behind
// the verbs of package qsim. It is an oracle for qsim, with which it shares
// neither gates nor kernels, and a second backend.
//
// Qubit k is bit k of the index of a basis state, as everywhere in this module;
// itsubaki/q counts its qubits from the most significant bit, so its qubit
// n−1−k is our qubit k and amplitudes need no reordering.
package reference
