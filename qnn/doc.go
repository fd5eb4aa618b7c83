// Package qnn trains quantum neural networks: a [Model] is a circuit, the
// observables measured at its end and a linear [Head] that turns their expectation
// values into scores; a [Trainer] fits its parameters to a dataset by gradients.
//
//	scores(x) = A·e(x, w) + b,  e[k] = ⟨ψ(x,w)|Oₖ|ψ(x,w)⟩
//
// The trainable parameters are the weights w of the circuit followed by the head's
// A (row-major, outputs × observables) and b.
//
// Equal seeds give equal bytes on one machine for any GOMAXPROCS, and a run that
// was interrupted and resumed ends as one that was not.
package qnn
