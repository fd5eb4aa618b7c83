package qsim

import (
	"runtime"
	"sync"
	"sync/atomic"
	"testing"
)

// setProcs sets GOMAXPROCS for the rest of the test.
func setProcs(t *testing.T, n int) {
	t.Helper()
	old := runtime.GOMAXPROCS(n)
	t.Cleanup(func() { runtime.GOMAXPROCS(old) })
}

// TestParallel counts how often each piece is done, in calls that are nested and
// at the same time, more of them than the queue holds.
func TestParallel(t *testing.T) {
	for _, procs := range []int{1, 2, 4} {
		setProcs(t, procs)
		const callers, outer, inner = 40, 9, 17
		var done [callers][outer][inner]atomic.Int32
		var group sync.WaitGroup
		for c := range callers {
			group.Go(func() {
				parallel(outer, func(i int) {
					parallel(inner, func(j int) { done[c][i][j].Add(1) })
				})
				for i := range outer {
					for j := range inner {
						if n := done[c][i][j].Load(); n != 1 {
							t.Errorf("%d processors: piece %d.%d.%d done %d times when its call returned", procs, c, i, j, n)
						}
					}
				}
			})
		}
		group.Wait()
	}
}

func TestParallelOfNothing(t *testing.T) {
	setProcs(t, 4)
	parallel(0, func(int) { t.Error("called for a piece of nothing") })
	parallelRange(0, func(int, int) { t.Error("called for a range of nothing") })
}

func TestParallelRange(t *testing.T) {
	setProcs(t, 3)
	for _, n := range []int{1, chunk - 1, chunk, chunk + 1, 5*chunk + 7} {
		done := make([]int, n)
		parallelRange(n, func(lo, hi int) {
			for i := lo; i < hi; i++ {
				done[i]++ // a race unless the ranges are disjoint
			}
		})
		for i, times := range done {
			if times != 1 {
				t.Fatalf("n=%d: index %d done %d times", n, i, times)
			}
		}
	}
}

// TestReduce adds numbers whose sum depends on the order: 1e16 swallows what is
// added to it one by one.
func TestReduce(t *testing.T) {
	setProcs(t, 4)
	n := 6*chunk + 5
	values := make([]float64, n)
	for i := range values {
		values[i] = 1 / float64(i+1)
	}
	values[chunk/2], values[3*chunk] = 1e16, -1e16
	body := func(lo, hi int) complex128 {
		sum := 0.0
		for _, v := range values[lo:hi] {
			sum += v
		}
		return complex(sum, 0)
	}
	want := reduce(n, false, body)
	for range 50 {
		if got := reduce(n, true, body); got != want {
			t.Fatalf("in parallel %v, one after the other %v", got, want)
		}
	}
}
