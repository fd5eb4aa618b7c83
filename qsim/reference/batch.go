package reference

import (
	"context"
	"runtime"

	"github.com/qnn-go/qnn/internal/parallel"

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
	return parallel.Each(ctx, len(samples), workers, func() *register { return newRegister(p.circuit) }, body)
}
