// Package transpile rewrites a circuit into the gates and connections of a device.
//
// A [Target] is data: a device's qubits, the pairs of them that share a gate, and
// its gates with their limits, read from a JSON file ([Read]) or one of those that
// come along ([Load]). [Run] chooses which qubit of the device holds which qubit of
// the circuit, inserts swaps where a gate joins qubits that are apart, and rewrites
// all gates; [Target.Check] tells whether a circuit keeps a device's rules.
//
// The circuit it returns equals the given one up to a global phase, which is
// recorded, and the permutation [Result.Final]. Nothing depends on the number of
// threads: equal circuit, target and [Options] give equal results.
package transpile
