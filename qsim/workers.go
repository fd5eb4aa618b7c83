package qsim

import (
	"math/bits"
	"runtime"
	"sync"
	"sync/atomic"
	"time"
)

const (
	// spinTime is how long a goroutine without work looks for some before it
	// sleeps: longer than what a run of a circuit does on one worker, binding and the first
	// tile, and about what a wake-up can cost in a virtual machine.
	spinTime = 400 * time.Microsecond
	// polls is the number of looks, about 1 ns each, between two offers of the
	// processor to other goroutines.
	polls = 256
	// sleeper, added to task.pending, says that the caller sleeps.
	sleeper = 1 << 32
)

// workers is the process's one pool of goroutines; it starts with the first
// parallel call and grows with GOMAXPROCS.
var workers = newPool() //nolint:gochecknoglobals // one pool a process is the point

// pool hands pieces of tasks to its goroutines. Those without work first spin,
// so that the next task starts in a fraction of a microsecond, then sleep.
type pool struct {
	busy     atomic.Uint64 // bit i is set while a caller owns tasks[i]
	spinning atomic.Int32  // goroutines that look for work
	parked   atomic.Int32  // goroutines that sleep and to which no wake is under way
	size     atomic.Int32  // goroutines
	growing  sync.Mutex
	wake     chan struct{}
	tasks    [64]task
}

func newPool() *pool {
	p := &pool{wake: make(chan struct{}, 256)}
	for i := range p.tasks {
		p.tasks[i].finished = make(chan struct{}, 1)
	}
	return p
}

// task is a loop over pieces that several goroutines take from. It is used again
// and again: body and pieces are read only between a claim, which no task without
// unclaimed pieces grants, and the report that the claimed piece is done, for
// which the owner waits. Whoever comes late finds the pieces of the next loop or none.
type task struct {
	unclaimed atomic.Int64
	pending   atomic.Int64 // pieces not done, plus sleeper
	body      func(piece int)
	pieces    int64
	failure   atomic.Pointer[any] // what the first panic was called with
	finished  chan struct{}       // wakes the caller
	_         [80]byte            // two cache lines a task, as processors fetch them in pairs
}

// parallel calls body for every piece 0 ≤ i < pieces, on as many processors as
// are free, and returns when all are done. The caller works too and waits for
// claimed pieces, not for workers, so nested and concurrent calls cannot block
// each other. A panic of body reaches the caller when the other pieces are done, and so
// does runtime.Goexit, which ends the caller's goroutine too. Nothing is allocated.
func parallel(pieces int, body func(piece int)) {
	if procs := min(runtime.GOMAXPROCS(0), pieces); procs > 1 {
		if slot := workers.take(); slot >= 0 {
			workers.run(slot, procs-1, pieces, body)
			return
		}
	}
	for i := range pieces {
		body(i)
	}
}

// take reserves a task for the caller; it is −1 when all are taken.
func (p *pool) take() int {
	for {
		busy := p.busy.Load()
		if busy == ^uint64(0) {
			return -1
		}
		slot := bits.TrailingZeros64(^busy)
		if p.busy.CompareAndSwap(busy, busy|1<<slot) {
			return slot
		}
	}
}

// run does the pieces with the help of up to the given number of workers.
func (p *pool) run(slot, helpers, pieces int, body func(piece int)) {
	t := &p.tasks[slot]
	t.body, t.pieces = body, int64(pieces)
	t.pending.Store(int64(pieces))
	t.unclaimed.Store(int64(pieces))
	p.call(helpers)
	defer p.finish(slot)
	for i, ok := t.claim(); ok; i, ok = t.claim() {
		t.do(i)
	}
}

// finish waits for the pieces of a task, frees it, and ends the caller's goroutine as a piece
// has ended its own. Pieces are left when the caller's goroutine is ending already.
func (p *pool) finish(slot int) {
	t := &p.tasks[slot]
	for _, left := t.claim(); left; _, left = t.claim() {
		t.pending.Add(-1)
	}
	t.wait()
	t.body = nil
	failure := t.failure.Swap(nil)
	p.busy.And(^(uint64(1) << slot))
	if failure == nil {
		return
	}
	if _, ok := (*failure).(goexit); ok {
		runtime.Goexit()
	}
	panic(*failure)
}

// goexit, as the failure of a task, says that a piece has ended its goroutine without a panic.
type goexit struct{}

// call makes sure that n goroutines look for work or are about to, as far as the
// others are not at work already.
func (p *pool) call(n int) {
	if int(p.size.Load()) < n {
		p.grow(n)
	}
	for missing := n - int(p.spinning.Load()); missing > 0 && p.unpark(); missing-- {
		p.wake <- struct{}{}
	}
}

// grow makes sure that the pool has at least n goroutines.
func (p *pool) grow(n int) {
	p.growing.Lock()
	defer p.growing.Unlock()
	for int(p.size.Load()) < n {
		p.size.Add(1)
		go p.work()
	}
}

// unpark takes one goroutine out of those that sleep; there may be none. Whoever
// takes another goroutine owes it a wake.
func (p *pool) unpark() bool {
	for {
		n := p.parked.Load()
		if n == 0 {
			return false
		}
		if p.parked.CompareAndSwap(n, n-1) {
			return true
		}
	}
}

// work is the life of a worker, which only runtime.Goexit in a piece ends.
func (p *pool) work() {
	defer p.size.Add(-1)
	for {
		t, piece := p.next()
		for ok := true; ok; piece, ok = t.claim() {
			t.do(piece)
		}
	}
}

// next claims a piece of any task, when there is one.
func (p *pool) next() (*task, int) {
	for {
		p.spinning.Add(1)
		t, piece := p.spin()
		if t == nil {
			p.parked.Add(1) // before it stops to count as spinning, so that a caller sees one of them
		}
		p.spinning.Add(-1)
		if t != nil {
			return t, piece
		}
		// A task put up before the caller could see this goroutine as parked.
		t, piece = p.find()
		if t == nil || !p.unpark() {
			<-p.wake
		}
		if t != nil {
			return t, piece
		}
	}
}

// spin looks for a piece during spinTime; the task is nil when none was found.
func (p *pool) spin() (*task, int) {
	var start time.Time
	for {
		for range polls {
			if p.busy.Load() == 0 {
				continue
			}
			if t, piece := p.find(); t != nil {
				return t, piece
			}
		}
		runtime.Gosched()
		if start.IsZero() {
			start = time.Now()
		} else if time.Since(start) > spinTime {
			return nil, 0
		}
	}
}

// find claims a piece of the first task that has one.
func (p *pool) find() (*task, int) {
	for busy := p.busy.Load(); busy != 0; busy &= busy - 1 {
		t := &p.tasks[bits.TrailingZeros64(busy)]
		if piece, ok := t.claim(); ok {
			return t, piece
		}
	}
	return nil, 0
}

// claim takes the next piece.
func (t *task) claim() (piece int, ok bool) {
	for {
		n := t.unclaimed.Load()
		if n == 0 {
			return 0, false
		}
		if t.unclaimed.CompareAndSwap(n, n-1) {
			return int(t.pieces - n), true
		}
	}
}

// do does a claimed piece.
func (t *task) do(piece int) {
	returned := false
	defer t.done(&returned)
	t.body(piece)
	returned = true
}

// done reports a piece as done, with what ended it if it has not returned.
func (t *task) done(returned *bool) {
	if v := recover(); v != nil {
		t.fail(v)
	} else if !*returned {
		t.fail(goexit{})
	}
	if t.pending.Add(-1) == sleeper {
		t.finished <- struct{}{}
	}
}

func (t *task) fail(v any) { t.failure.CompareAndSwap(nil, &v) }

// wait returns when all pieces are done.
func (t *task) wait() {
	var start time.Time
	for start.IsZero() || time.Since(start) < spinTime {
		for range polls {
			if t.pending.Load() == 0 {
				return
			}
		}
		runtime.Gosched()
		if start.IsZero() {
			start = time.Now()
		}
	}
	if t.pending.Add(sleeper) != sleeper {
		<-t.finished
	}
}
