//go:build !race && !noasm

package cli

const repeated = false
