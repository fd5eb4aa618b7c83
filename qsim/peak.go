package qsim

import (
	"runtime"
)

// GradientMemory returns the bytes of all states that a call of [Program.Gradient] for so
// many samples holds at once: those of every processor that takes part, the samples that
// run side by side in the lanes of vectors, and the gaps between the rows of large states
// included. Tables of the plan and what a sample's angles take are not: they are small
// beside the states where those are large.
func (p *Program) GradientMemory(m Method, samples int) uint64 {
	workers := func(chunk int) uint64 { return uint64(min(runtime.GOMAXPROCS(0), (samples+chunk-1)/chunk)) }
	if s := p.small(false); m == Adjoint && s != nil && s.back != nil {
		return workers(s.chunkOf(samples)) * uint64(2*s.state) * p.precision.AmplitudeBytes()
	}
	vectors := 2
	if m == FiniteDifference {
		vectors = 1
	}
	each := uint64(max(vectors*stored(p.precision, p.qubits), smallest)) * p.precision.AmplitudeBytes()
	if m == ParameterShift && p.plans == nil && p.qubits < slotQubits {
		each += p.precision.AmplitudeBytes() << slotQubits
	}
	if p.qubits >= ParallelQubits {
		return each
	}
	return workers(pieceSize) * each
}
