//go:build race || noasm

package cli

// repeated says that these tests run besides those of the plain build: the slow ones
// with simulators in Python are left out, which a build does not change.
const repeated = true
