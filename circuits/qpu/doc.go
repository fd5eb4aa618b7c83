// Package qpu takes a model's circuits to a quantum computer and brings the counts back.
//
// A [Job] says which circuits to run: those of some samples, in every basis that the
// observables need, and for a gradient the shifted ones. [Compile] rewrites them for a
// device and [Compiled.Save] writes programs, a [Manifest] and a script that runs them
// with the maker's own tools. [Read] reads what these tools save, [Manifest.Match] finds
// the circuit of each record and brings its bits into the order of the model's qubits,
// and [Result.OutcomeValues] turns outcomes into values of observables. [Prices.Estimate] tells
// beforehand what it costs.
//
// Outcomes are written with bit 0 last, as everywhere in this module: qubit k of the
// model is bit k. Amazon Braket's rows of bits begin with bit 0 and are turned round.
package qpu
