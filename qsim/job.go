package qsim

import (
	"context"
	"runtime"
	"sync"

	"github.com/qnn-go/qnn/qsim/internal/kernel"
	"github.com/qnn-go/qnn/qsim/internal/plan"
)

// job is a loop over pieces that allocates nothing when it repeats: its body is not a
// closure but a function of the job, which holds the operands.
type job struct {
	operands
	body func(j *job, piece int) complex128
	sums []complex128 // what body returned, piece by piece
	rows []float64    // what body writes, a row as long as dst for each piece
	run  func(piece int)
}

// operands are those of the loops over states; each needs some of them.
type operands struct {
	ctx    context.Context //nolint:containedctx // that of the call, for its workers
	a, b   vector
	size   int // of what is divided into pieces of chunk numbers
	runs   int // that size is divided into
	inRun  func(j *job, lo, hi int)
	op     *op
	matrix []complex128
	pauli  kernel.Pauli
	dst    []float64 // what the rows are added to, in order
	os     []plan.Observable
	coef   float64
	plan   *plan.Plan
	bound  *plan.Bound
	pass   int
	way    *wayBack
}

// jobs waits for the next loop. A job belongs to one loop at a time.
var jobs = sync.Pool{New: func() any { //nolint:gochecknoglobals // as the pool of workers
	j := new(job)
	j.run = func(piece int) { j.sums[piece] = j.body(j, piece) }
	return j
}}

// loop calls body for 0 ≤ piece < pieces, on several workers if inParallel, and returns
// the sum of what it returns, added in order.
func (o operands) loop(pieces int, inParallel bool, body func(j *job, piece int) complex128) complex128 {
	j, _ := jobs.Get().(*job)
	j.operands, j.body = o, body
	j.rows = resized(j.rows, pieces*len(o.dst))
	sum := complex128(0)
	if inParallel && pieces > 1 {
		j.sums = resized(j.sums, pieces)
		parallel(pieces, j.run)
		for _, s := range j.sums {
			sum += s
		}
	} else {
		for i := range pieces {
			sum += body(j, i)
		}
	}
	for i, x := range j.rows {
		o.dst[i%len(o.dst)] += x
	}
	j.operands = operands{}
	jobs.Put(j)
	return sum
}

// chunks is loop for the pieces of size numbers.
func (o operands) chunks(size int, inParallel bool, body func(j *job, piece int) complex128) complex128 {
	o.size = size
	return o.loop((size+chunk-1)/chunk, inParallel, body)
}

// row is where the sums of a piece go.
func (j *job) row(piece int) []float64 { return j.rows[piece*len(j.dst):][:len(j.dst)] }

// span is the part of the size numbers that a piece covers.
func (j *job) span(piece int) (lo, hi int) { return piece * chunk, min((piece+1)*chunk, j.size) }

// loopRuns calls body for runs of neighbours lo ≤ i < hi that cover 0 ≤ i < n, some for
// each worker. Two workers on tiles next to each other fetch ahead what the other is
// writing: from memory that takes longer than one worker alone.
func (o operands) loopRuns(n int, inParallel bool, body func(j *job, lo, hi int)) {
	o.size, o.runs, o.inRun = n, min(n, 4*runtime.GOMAXPROCS(0)), body
	o.loop(o.runs, inParallel, func(j *job, i int) complex128 {
		j.inRun(j, i*j.size/j.runs, (i+1)*j.size/j.runs)
		return 0
	})
}
