// Package qasm writes circuits as OpenQASM text and reads them.
//
// [Encode] writes qubit k as q[k] and classical bit k as c[k], in every dialect. A
// register's first bit is the least significant, as in Qiskit and in package
// circuits, so a Qiskit result string reads with qubit 0 on the right.
//
// [Decode] reads OpenQASM 2 with all gates of Qiskit's qelib1.inc, and of OpenQASM
// 3 what can be carried out before a circuit runs: registers, slices, index sets
// and aliases, physical qubits, stdgates.inc and Braket's gates, gate definitions
// and modifiers, gphase, inputs, constants and variables of type int, uint, float,
// angle and bool, for, while, if, switch, def without a result, barrier, delay,
// box and pragmas. U has the phase that Qiskit and Braket give it.
//
// Refused by name are conditions on measured bits, measure without a bit for its
// result, values of classical bits other than a measurement, functions of inputs,
// inputs other than scalar float and angle, def with a result, and cal, defcal,
// extern, array, complex, duration and stretch.
package qasm
