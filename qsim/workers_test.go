package qsim

import (
	"runtime"
	"strconv"
	"sync"
	"sync/atomic"
	"testing"
	"time"
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

// TestParallelReuse changes the body from call to call while other callers and a
// changing GOMAXPROCS bring workers that come late: each must find its own call's body.
func TestParallelReuse(t *testing.T) {
	setProcs(t, 4)
	var group sync.WaitGroup
	for range 8 {
		group.Go(func() {
			for call := range 500 {
				pieces := 1 + call%7
				done := make([]int, pieces) // a race unless every piece is done once
				parallel(pieces, func(i int) { done[i] += call })
				for i := range done {
					if done[i] != call {
						t.Errorf("call %d: piece %d is %d", call, i, done[i])
					}
				}
			}
		})
	}
	for i := range 20 {
		runtime.GOMAXPROCS(1 + i%4)
	}
	group.Wait()
	if size := workers.size.Load(); int(size) > 3 && int(size) >= runtime.NumCPU() {
		t.Errorf("%d workers after at most 4 processors", size)
	}
	if busy := workers.busy.Load(); busy != 0 {
		t.Errorf("tasks %b are still taken", busy)
	}
}

func TestParallelPanic(t *testing.T) {
	for _, procs := range []int{1, 4} {
		setProcs(t, procs)
		for bad := range 9 {
			var done atomic.Int32
			func() {
				defer func() {
					if got := recover(); got != bad {
						t.Errorf("%d processors: recovered %v, want %d", procs, got, bad)
					}
				}()
				parallel(9, func(i int) {
					if i == bad {
						panic(bad)
					}
					done.Add(1)
				})
			}()
			if n := done.Load(); procs > 1 && n != 8 {
				t.Errorf("the caller panicked when %d of 8 other pieces were done", n)
			}
		}
	}
	var done atomic.Int32
	parallel(9, func(int) { done.Add(1) })
	if n := done.Load(); n != 9 {
		t.Errorf("%d of 9 pieces done after a panic", n)
	}
}

// A piece that ends its goroutine ends the caller's too, once the others are done or left,
// and the pool goes on to work.
func TestParallelGoexit(t *testing.T) {
	for _, procs := range []int{1, 4} {
		setProcs(t, procs)
		for bad := range 9 {
			var group sync.WaitGroup
			returned := false
			group.Go(func() {
				parallel(9, func(i int) {
					if i == bad {
						runtime.Goexit()
					}
				})
				returned = true
			})
			group.Wait()
			var done atomic.Int32
			parallel(9, func(int) { done.Add(1) })
			if returned || done.Load() != 9 || workers.busy.Load() != 0 {
				t.Errorf("%d processors: returned %v, then %d of 9 pieces done, tasks %b taken", procs, returned, done.Load(), workers.busy.Load())
			}
		}
	}
}

// TestParallelSleeps lets every goroutine of the pool sleep, and the caller too:
// its own piece ends long before the other.
func TestParallelSleeps(t *testing.T) {
	setProcs(t, 3)
	for range 3 {
		var done atomic.Int32
		parallel(3, func(i int) {
			time.Sleep(time.Duration(i) * 5 * spinTime)
			done.Add(1)
		})
		if n := done.Load(); n != 3 {
			t.Fatalf("%d of 3 pieces done", n)
		}
		for start := time.Now(); workers.parked.Load() != workers.size.Load(); time.Sleep(spinTime) {
			if time.Since(start) > 10*time.Second {
				t.Fatalf("%d of %d workers sleep", workers.parked.Load(), workers.size.Load())
			}
		}
		if n := workers.spinning.Load(); n != 0 {
			t.Fatalf("%d workers spin while all sleep", n)
		}
	}
}

func TestParallelAllocatesNothing(t *testing.T) {
	setProcs(t, 1) // testing.AllocsPerRun does the same; run is called directly for that
	var sum atomic.Int64
	body := func(i int) { sum.Add(int64(i)) }
	allocs := testing.AllocsPerRun(100, func() {
		workers.run(workers.take(), 1, 5, body)
	})
	if allocs != 0 {
		t.Errorf("%v allocations a call", allocs)
	}
	if want := int64(101 * 10); sum.Load() != want { // 0+1+2+3+4, and one warm-up
		t.Errorf("sum %d, want %d", sum.Load(), want)
	}
}

// BenchmarkParallel measures the start and the end of a call: the pieces do nothing.
func BenchmarkParallel(b *testing.B) {
	body := func(int) {}
	for _, pieces := range []int{2, 8, 64} {
		b.Run("pieces="+strconv.Itoa(pieces), func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				parallel(pieces, body)
			}
		})
	}
}

// BenchmarkParallelStart measures the time until another goroutine has begun: both
// pieces wait for each other.
func BenchmarkParallelStart(b *testing.B) {
	if runtime.GOMAXPROCS(0) == 1 {
		b.Skip("one processor")
	}
	var begun atomic.Int64
	body := func(int) {
		begun.Add(1)
		for begun.Load() < 2 {
		}
	}
	for b.Loop() {
		begun.Store(0)
		parallel(2, body)
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
