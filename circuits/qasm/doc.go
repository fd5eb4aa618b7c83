// Package qasm writes circuits as OpenQASM text and reads them.
//
// [Encode] writes qubit k as q[k], as $k where qubits are physical, and classical bit k as
// c[k] or b[k]. A
// register's first bit is the least significant, as in Qiskit and in package
// circuits, so a Qiskit result string reads with qubit 0 on the right.
//
// [Decode] reads OpenQASM 2, with all gates of Qiskit's qelib1.inc, and of OpenQASM 3
// registers, slices, index sets and aliases, physical qubits, stdgates.inc and Braket's
// gates, gate definitions and modifiers, gphase, inputs, constants and variables of type
// int, uint, float, angle, bool and complex and arrays of them, for, while, if, switch,
// def, barrier, delay, box and pragmas. U has the phase that Qiskit and Braket give it, and
// bit 0 of an integer is the least significant. Gates that nothing defines but most tools
// know, and Quantinuum's hqslib1.inc, are read with a [Remark].
//
// What is known before a circuit runs is carried out while the text is read: a loop whose
// rounds are known is laid out. What depends on measured bits becomes conditions of
// operations: those of if and switch, and of what break, continue, return and end pass
// over, for which there are hidden bits. A loop that ends by measured bits stays a loop,
// and a number that depends on them, or that such a loop changes, is a variable of the
// circuit. OpenQASM 2 keeps no hidden bits: its conditions are looked at before every
// operation, as Qiskit does.
//
// Refused by name are values of measured bits as indices and bounds of for, functions of
// inputs, and cal, defcal, extern and stretch.
package qasm
