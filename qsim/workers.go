package qsim

import (
	"runtime"
	"sync"
	"sync/atomic"
)

// chunk is the number of groups or amplitudes in one piece of a state. Sums are
// taken piece by piece and the pieces' sums added in order, so that results do
// not depend on how many workers there are.
const chunk = 1 << 12

// workers is the process's one pool of goroutines; it starts with the first
// parallel call, grows with GOMAXPROCS, and its goroutines wait between jobs.
var workers pool //nolint:gochecknoglobals // one pool a process is the point

type pool struct {
	mu    sync.Mutex
	size  int
	tasks chan *task
}

// task is a loop over pieces that several goroutines take from.
type task struct {
	body    func(piece int)
	pieces  int64
	next    atomic.Int64
	pending sync.WaitGroup // pieces not yet done
}

func (t *task) run() {
	for {
		i := t.next.Add(1) - 1
		if i >= t.pieces {
			return
		}
		t.body(int(i))
		t.pending.Done()
	}
}

// grow makes sure that the pool has at least n goroutines.
func (p *pool) grow(n int) chan *task {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.tasks == nil {
		p.tasks = make(chan *task, 256)
	}
	for ; p.size < n; p.size++ {
		go func() {
			for t := range p.tasks {
				t.run()
			}
		}()
	}
	return p.tasks
}

// parallel calls body for every piece 0 ≤ i < pieces, on as many processors as
// are free, and returns when all are done. The caller works too and waits for
// pieces, not for workers, so nested and concurrent calls cannot block each
// other; a task that a worker reaches after its end costs it nothing.
func parallel(pieces int, body func(piece int)) {
	procs := runtime.GOMAXPROCS(0)
	extra := min(procs, pieces) - 1
	if extra < 1 {
		for i := range pieces {
			body(i)
		}
		return
	}
	t := &task{body: body, pieces: int64(pieces)}
	t.pending.Add(pieces)
	tasks := workers.grow(procs - 1)
	for range extra {
		select {
		case tasks <- t:
		default: // the queue is full: every worker has enough to do
		}
	}
	t.run()
	t.pending.Wait()
}
