// Package qsim simulates circuits by state vectors: 2ⁿ complex amplitudes, exact
// up to rounding.
//
// A [Program] is a compiled circuit together with the observables to measure. It
// is immutable and safe for concurrent use: weights and features are given to
// every call. Calls over many samples run in parallel over the samples for small
// states and inside the state for large ones; results are the same bytes for any
// GOMAXPROCS.
//
// Qubit k is bit k of the index of a basis state; angles are in radians.
package qsim
