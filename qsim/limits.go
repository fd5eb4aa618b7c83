package qsim

import (
	"context"
	"runtime"
	"time"

	"github.com/qnn-go/qnn/qsim/internal/kernel"
)

// Limits are what the machine does at most: no gate is faster.
type Limits struct {
	// Bandwidth is that of reading and writing a state in place, in bytes a second,
	// both counted: 32·2ⁿ bytes for n qubits.
	Bandwidth float64
	// Arithmetic is that of fused multiply-adds of float64 in registers with the
	// vector instructions that the gates use, 2 operations each, a second.
	Arithmetic float64
}

// limitQubits make a state of 256 MiB, larger than the caches.
const limitQubits = 24

// limitTime is how long each limit is measured; the fastest pass counts.
const limitTime = 300 * time.Millisecond

// MeasureLimits measures the limits on as many threads as GOMAXPROCS allows, in
// about a second. Bandwidth is that of the fastest multiplication of a state of 24
// qubits by a number. A [*MemoryError] says that it does not fit; when ctx ends
// first, its error is returned.
func MeasureLimits(ctx context.Context) (Limits, error) {
	s, err := NewState(limitQubits)
	if err != nil {
		return Limits{}, err
	}
	place := s.amplitudes.place()
	pass, err := fastest(ctx, func() {
		parallelRange(s.amplitudes.len(), func(lo, hi int) { kernel.Scale(s.amplitudes.double, &place, -1, lo, hi) })
	})
	if err != nil {
		return Limits{}, err
	}
	l := Limits{Bandwidth: 32 * float64(s.amplitudes.len()) / pass.Seconds()}

	const steps, pieces = 1 << 13, 64
	threads := runtime.GOMAXPROCS(0)
	_, operations := kernel.MultiplyAdd(steps)
	pass, err = fastest(ctx, func() {
		parallel(pieces*threads, func(int) { kernel.MultiplyAdd(steps) })
	})
	l.Arithmetic = operations * pieces * float64(threads) / pass.Seconds()
	return l, err
}

// fastest repeats body for limitTime after a first time and returns the shortest.
func fastest(ctx context.Context, body func()) (time.Duration, error) {
	body()
	best := time.Duration(0)
	for start := time.Now(); time.Since(start) < limitTime; {
		if err := ctx.Err(); err != nil {
			return 0, err
		}
		begin := time.Now()
		body()
		if d := time.Since(begin); best == 0 || d < best {
			best = d
		}
	}
	return best, nil
}
