package kernel

import (
	"fmt"
	"os"
	"slices"
	"strings"

	"github.com/qnn-go/qnn/internal/fault"
)

//go:generate sh -c "cd _gen && go run . -pkg kernel -out ../kernels_amd64.s -stubs ../kernels_amd64.go"
//go:generate sh -c "cd _gen && go run ./stage ../stage_amd64.s"

// vectors are the assembly kernels of one instruction set.
type vectors struct {
	name  string
	lanes int // 2^lanes amplitudes in double precision fill a vector

	double, single gates

	inner [4]innerKernel // by the number of targets

	// Those on strings go through n consecutive vectors from the offset i; x and z
	// are the masks of the string above the lanes, as offsets, xl is x in the lanes,
	// and negative marks the doubles whose lane bits alone give a minus.
	expect func(a *complex128, i, n, x, z, xl, negative int) (re, im float64)
	// expectSingle is expect of amplitudes widened on loading: i, x and z are offsets
	// in single precision.
	expectSingle func(a *complex64, i, n, x, z, xl, negative int) (re, im float64)
	addPauli     func(dst, a *complex128, i, n, x, z, xl, negative int, f complex128)

	norm          func(a *complex128, n int) float64       // n times four vectors
	normSingle    func(a *complex64, n int) float64        // the same of widened amplitudes
	probabilities func(dst *float64, a *complex128, n int) // n times two vectors

	multiplyAdd func(n int) float64           // see MultiplyAdd
	sincos      func(s, c, x *float64, n int) // n vectors
}

// gates are the kernels on groups in one precision. They begin with the walk: the
// address of a vector, the offset in bytes of the first group, the mask whose subsets
// are the offsets of the groups, and the number of steps, at least 1. Where lines is
// not −1 the walk is a [far] one. keep, ones0 and ones1 have a bit for each 8 bytes of
// a vector: those that change.
type gates struct {
	lanes int // 2^lanes amplitudes fill a vector
	shift int // 2^shift bytes are an amplitude

	scale     func(a *byte, i, mask, n, ahead, lines, need, keep int, f complex128)
	diagonal  func(a *byte, i, mask, n, ahead, lines, need, keep, s0, ones0, ones1 int, d0, d1 complex128)
	permute   func(a *byte, i, mask, n, ahead, lines, need, keep, x, y, moves0, moves1 int)
	denseReal denseKernel
	dense     [4]denseKernel // by the number of targets; that of none is nil
}

type denseKernel func(a *byte, i, mask, n, ahead, lines, need, keep, s0, lane0, s1, lane1, s2, lane2 int, m *complex128)

// innerKernel returns Σ conj(lambda)·(m·a) over the groups of two states in double
// precision.
type innerKernel func(a, lambda *byte, i, mask, n, ahead, lines, need, keep, s0, lane0, s1, lane1, s2, lane2 int, m *complex128) (re, im float64)

// active is the set that the processor and QNN_CPU choose, nil for pure Go.
var active, errCPU = choose(os.Getenv("QNN_CPU"), available()) //nolint:gochecknoglobals // read once, never written

// ErrCPU reports kernels that QNN_CPU asks for and that are not there.
var ErrCPU = fault.New(fault.Usage, "not available in this build on this processor")

// choose returns the set of that name out of those given, best first: the best
// for the empty name, nil for generic. For other names it returns the best and an
// error.
func choose(name string, sets []*vectors) (*vectors, error) {
	var best *vectors
	if len(sets) > 0 {
		best = sets[0]
	}
	if name == "" {
		return best, nil
	}
	if name == "generic" {
		return nil, nil
	}
	if i := slices.IndexFunc(sets, func(v *vectors) bool { return v.name == name }); i >= 0 {
		return sets[i], nil
	}
	var names []string
	for _, v := range sets {
		names = append(names, v.name)
	}
	return best, fmt.Errorf("QNN_CPU=%s: %w; unset it or use one of: %s", name, ErrCPU, strings.Join(append(names, "generic"), ", "))
}

// CPU returns the name of the kernels in use: avx512, avx2 or generic, which is
// pure Go. The environment variable QNN_CPU, read once at the start, forces one
// of them; the error says when that one is not available, and then the best is
// used.
func CPU() (string, error) {
	if active == nil {
		return "generic", errCPU
	}
	return active.name, errCPU
}
