// Package search chooses what a model is made of when its user leaves that open: which
// reducer makes features of the columns, how many, and which circuit reads them.
//
// The choice is made by cross-validation inside the training part alone, so that neither
// the test part nor the validation part, which early stopping looks at, has a say in it.
// Every candidate is a short training on each fold; they differ in one thing at a time,
// and the best so far is kept: first the reducer at the largest width, then the width,
// then the circuit. Results depend on data, settings and seed, not on the number of
// threads.
package search
