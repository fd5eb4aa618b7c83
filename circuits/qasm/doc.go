// Package qasm writes circuits as OpenQASM text.
//
// Qubit k is q[k] and classical bit k is c[k], in every dialect. A register's
// first bit is the least significant, as in Qiskit and in package circuits, so a
// Qiskit result string reads with qubit 0 on the right.
package qasm
