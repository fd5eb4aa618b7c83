// Package parallel runs loops over many independent things on all processors. Loops over
// amplitudes have a pool of their own, in package qsim.
package parallel

import (
	"context"
	"runtime"
	"sync"
	"sync/atomic"
)

// For calls body for every i below n, at most runtime.GOMAXPROCS(0) at a time. After an
// error, and once ctx has ended, no further calls begin. It waits for those that have, and
// returns the error of ctx, or else that of the lowest i: which is the same for any number
// of processors.
func For(ctx context.Context, n int, body func(i int) error) error {
	return Each(ctx, n, 0, func() struct{} { return struct{}{} }, func(_ struct{}, i int) error { return body(i) })
}

// Each is [For] with at most the given number of workers, 0 for one a processor, each of
// which has a value of its own that start makes: memory that is used again, for example.
func Each[W any](ctx context.Context, n, workers int, start func() W, body func(w W, i int) error) error {
	if workers <= 0 {
		workers = runtime.GOMAXPROCS(0)
	}
	var next, lowest atomic.Int64 // the next i, and the lowest with an error
	lowest.Store(int64(n))
	var mu sync.Mutex // guards first
	var first error
	fail := func(i int, err error) {
		mu.Lock()
		defer mu.Unlock()
		if int64(i) < lowest.Load() {
			lowest.Store(int64(i))
			first = err
		}
	}
	var wait sync.WaitGroup
	for range min(workers, n) {
		wait.Go(func() {
			w := start()
			for ctx.Err() == nil {
				i := next.Add(1) - 1
				if i >= lowest.Load() { // n, without an error
					return
				}
				if err := body(w, int(i)); err != nil {
					fail(int(i), err)
				}
			}
		})
	}
	wait.Wait()
	if err := ctx.Err(); err != nil {
		return err
	}
	return first
}
