//go:build !amd64 || noasm

package kernel

// available returns no set: the kernels are pure Go.
func available() []*vectors { return nil }
