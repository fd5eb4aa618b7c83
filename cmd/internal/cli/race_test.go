//go:build race

package cli

// resumeEpochs is how long the runs that are stopped train; the race detector makes
// each epoch ten times as long.
const resumeEpochs = "25"
