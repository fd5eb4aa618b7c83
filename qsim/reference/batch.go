package reference

import (
	"context"
	"runtime"
	"sync"
	"sync/atomic"

	"github.com/qnn-go/qnn/qsim"
)

// vectors is the memory of one register in state vectors, at its peak: itsubaki/q
// copies the state to normalise or multiply it.
const vectors = 3

// fitting is the number of registers, from 1 to wanted, that fit in memory at
// once, or a [*qsim.MemoryError] when there is no room for one.
func fitting(qubits, wanted int) (int, error) {
	for ; wanted > 1; wanted-- {
		if qsim.CheckMemory(qubits, wanted*vectors) == nil {
			return wanted, nil
		}
	}
	return 1, qsim.CheckMemory(qubits, vectors)
}

// each calls body for every sample, in as many goroutines as there are processors
// and registers that fit. The first error in the order of the samples is
// returned.
func (p *Program) each(ctx context.Context, weights []float64, samples [][]float64, body func(r *register, i int) error) error {
	if p.final == nil {
		return qsim.ErrNotUnitary
	}
	if err := p.checkInputs(weights, samples...); err != nil {
		return err
	}
	workers, err := fitting(p.Qubits(), min(runtime.GOMAXPROCS(0), len(samples)))
	if err != nil {
		return err
	}
	errs := make([]error, len(samples))
	var next atomic.Int64 // beyond the last sample once one has failed
	var group sync.WaitGroup
	for range workers {
		group.Go(func() {
			r := newRegister(p.circuit)
			for i := int(next.Add(1)) - 1; i < len(samples); i = int(next.Add(1)) - 1 {
				if errs[i] = ctx.Err(); errs[i] == nil {
					errs[i] = body(r, i)
				}
				if errs[i] != nil {
					next.Store(int64(len(samples)))
				}
			}
		})
	}
	group.Wait()
	for _, err := range errs {
		if err != nil {
			return err
		}
	}
	return nil
}
