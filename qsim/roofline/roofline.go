// Package roofline measures what the machine does at most: how fast it reads and writes a
// state, and how fast it computes. No gate is faster.
package roofline

import (
	"context"
	"math"
	"runtime"
	"sync"
	"time"

	"github.com/qnn-go/qnn/circuits"
	"github.com/qnn-go/qnn/qsim"
	"github.com/qnn-go/qnn/qsim/internal/kernel"
)

// Limits are what the machine does at most.
type Limits struct {
	// Bandwidth is that of reading and writing a state in place, in bytes a second,
	// both counted: 32·2ⁿ bytes for n qubits.
	Bandwidth float64
	// Arithmetic is that of fused multiply-adds of float64 in registers with the
	// vector instructions that the gates use, 2 operations each, a second.
	Arithmetic float64
}

// stateQubits make a state of 256 MiB, larger than the caches.
const stateQubits = 24

// duration is how long each limit is measured; the fastest pass counts.
const duration = 300 * time.Millisecond

// Measure measures the limits on as many threads as GOMAXPROCS allows, in about a second.
// Bandwidth is that of the fastest multiplication of a state of 24 qubits by a number. A
// [*qsim.MemoryError] says that it does not fit; when ctx ends first, its error is returned.
func Measure(ctx context.Context) (Limits, error) {
	s, err := qsim.NewState(stateQubits)
	if err != nil {
		return Limits{}, err
	}
	scale, err := qsim.Compile(circuits.New(stateQubits).GPhase(circuits.Const(math.Pi)), qsim.Options{})
	if err != nil {
		return Limits{}, err
	}
	pass, err := fastest(ctx, func() error { return scale.Apply(ctx, s, nil, nil) })
	if err != nil {
		return Limits{}, err
	}
	l := Limits{Bandwidth: math.Ldexp(32, stateQubits) / pass.Seconds()}

	const steps = 1 << 19
	threads := runtime.GOMAXPROCS(0)
	_, operations := kernel.MultiplyAdd(steps)
	pass, err = fastest(ctx, func() error {
		var all sync.WaitGroup
		for range threads {
			all.Go(func() { kernel.MultiplyAdd(steps) })
		}
		all.Wait()
		return nil
	})
	l.Arithmetic = operations * float64(threads) / pass.Seconds()
	return l, err
}

// fastest repeats body for a while after a first time and returns the shortest.
func fastest(ctx context.Context, body func() error) (time.Duration, error) {
	err := body()
	best := time.Duration(0)
	for start := time.Now(); err == nil && time.Since(start) < duration; {
		if err = ctx.Err(); err != nil {
			break
		}
		begin := time.Now()
		err = body()
		if d := time.Since(begin); best == 0 || d < best {
			best = d
		}
	}
	return best, err
}
