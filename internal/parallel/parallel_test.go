package parallel_test

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"sync/atomic"
	"testing"

	"github.com/qnn-go/qnn/internal/parallel"
)

func TestEach(t *testing.T) {
	for _, n := range []int{-1, 0, 1, 2, 100} {
		for _, workers := range []int{0, 1, 3} {
			counts := make([]int, max(n, 0))
			var made atomic.Int64
			err := parallel.Each(t.Context(), n, workers, func() *int { made.Add(1); return new(int) }, func(w *int, i int) error {
				*w++ // a race where two goroutines share it
				counts[i]++
				return nil
			})
			if err != nil {
				t.Fatal(err)
			}
			for i, c := range counts {
				if c != 1 {
					t.Errorf("%d of %d with %d workers: called %d times", i, n, workers, c)
				}
			}
			most := workers
			if most == 0 {
				most = runtime.GOMAXPROCS(0)
			}
			if made.Load() > int64(min(most, max(n, 0))) {
				t.Errorf("%d things with %d workers: %d values made", n, workers, made.Load())
			}
		}
	}
}

// TestFirstError: the error is that of the lowest index, whatever ends first, and later
// ones do not begin.
func TestFirstError(t *testing.T) {
	for _, workers := range []int{1, 2, 7} {
		for range 50 {
			var calls atomic.Int64
			err := parallel.Each(t.Context(), 1000, workers, func() int { return 0 }, func(_, i int) error {
				calls.Add(1)
				if i == 20 {
					runtime.Gosched() // so that later ones may fail before it
				}
				if i >= 20 {
					return fmt.Errorf("number %d", i)
				}
				return nil
			})
			if err == nil || err.Error() != "number 20" || calls.Load() > int64(21+workers) {
				t.Fatalf("%d workers: %v after %d calls", workers, err, calls.Load())
			}
		}
	}
}

func TestCancelled(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	var calls atomic.Int64
	err := parallel.For(ctx, 1000, func(i int) error {
		calls.Add(1)
		if i == 10 {
			cancel()
		}
		return nil
	})
	if !errors.Is(err, context.Canceled) || calls.Load() > int64(11+runtime.GOMAXPROCS(0)) {
		t.Errorf("%v after %d calls", err, calls.Load())
	}
}
