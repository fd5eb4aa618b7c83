package qsim

import (
	"fmt"
	"math"

	"github.com/qnn-go/qnn/internal/fault"

	"github.com/qnn-go/qnn/internal/sysmem"
	"github.com/qnn-go/qnn/qsim/internal/kernel"
)

var (
	// ErrNotUnitary marks a circuit that resets or measures before its end, or acts on
	// what it measured: it has no single final state. [Program.Sample] simulates it shot
	// by shot.
	ErrNotUnitary = fault.New(fault.Data, "circuit measures or resets before its end and has no single final state; use Sample")
	// ErrUnfinished marks a run in which a loop did not end within the rounds that it was
	// laid out for.
	ErrUnfinished = fault.New(fault.Data, "a loop that ends by a measured bit did not end within its limit of rounds")
	// ErrNil marks a circuit or a loss that is nil.
	ErrNil = fault.New(fault.Usage, "is nil")
	// ErrCPU marks kernels that the environment variable QNN_CPU asks for and that this
	// build or processor does not have.
	ErrCPU = kernel.ErrCPU
	// ErrShape marks slices whose lengths do not fit the program.
	ErrShape = fault.New(fault.Usage, "wrong length")
	// ErrNotFinite marks an angle that is NaN or infinite.
	ErrNotFinite = fault.New(fault.Usage, "angle is not a finite number")
)

// MemoryError says that a state does not fit in memory, or the operations of a circuit do
// not. Nothing was allocated.
type MemoryError struct {
	Qubits     int    // those that are active
	Operations int    // 0 where a state does not fit
	Need       uint64 // bytes
	Available  uint64 // bytes
}

func (e *MemoryError) Error() string {
	need := Bytes(e.Need)
	if e.Need == math.MaxUint64 {
		need = "more than 16 EiB"
	}
	if e.Operations > 0 {
		return fmt.Sprintf("%d operations need %s; this machine has %s free. Use fewer operations.", e.Operations, need, Bytes(e.Available))
	}
	return fmt.Sprintf("%d qubits need %s; this machine has %s free. Use fewer qubits.", e.Qubits, need, Bytes(e.Available))
}

// FaultClass says that what was asked for is at fault.
func (*MemoryError) FaultClass() fault.Class { return fault.Usage }

// Bytes writes a size with a binary unit and three significant digits, such as
// 256 B or 1.5 GiB.
func Bytes(n uint64) string { return sysmem.Bytes(n) }
