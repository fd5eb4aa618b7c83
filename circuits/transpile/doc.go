// Package transpile rewrites a circuit into the gates and connections of a device.
//
// A [Target] is data: a device's qubits, the pairs of them that share a gate, and
// its gates with their limits. It is read from a JSON file ([Read]) or is one of those
// that are part of the package ([Load]). [Run] chooses which qubit of the device holds
// which qubit of the circuit (the layout), inserts SWAP gates where a gate acts on qubits
// that are not neighbours on the device (the routing), and rewrites all gates.
// [Target.Check] tells whether a circuit keeps a device's rules.
//
// The circuit it returns makes of |0…0⟩ the same state as the given one, up to a
// global phase and the permutation [Result.Final]. Nothing depends on the number of
// threads: equal circuit, target and [Options] give equal results.
//
// At levels 2 and 3 the result is the best of several circuits that were made in different
// ways: by routing with swaps, and by writing blocks of Clifford gates anew for the
// connections of the device, which can take far fewer gates.
package transpile
