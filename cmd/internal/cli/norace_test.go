//go:build !race

package cli

// resumeEpochs is how long the runs that are stopped train.
const resumeEpochs = "250"
