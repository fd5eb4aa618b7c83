package qnn

import (
	"errors"

	"github.com/qnn-go/qnn/internal/fault"

	"github.com/qnn-go/qnn/internal/seal"
)

var (
	// ErrFormat marks a model or checkpoint file that is damaged, truncated, of
	// another version or inconsistent.
	ErrFormat = fault.New(fault.Data, "file is damaged or not of this format")
	// ErrChecksum marks a model file whose content is not what its checksum says.
	ErrChecksum = seal.ErrBroken
	// ErrMismatch marks a checkpoint that belongs to another model, data set or
	// training configuration.
	ErrMismatch = fault.New(fault.Data, "checkpoint belongs to another configuration")
	// ErrInterrupted marks a training run whose context ended: it can be resumed
	// from the trainer's last state.
	ErrInterrupted = errors.New("interrupted")
	// ErrConfig marks a setting that is out of range or does not go with another.
	ErrConfig = fault.New(fault.Usage, "impossible setting")
	// ErrGradient says that the gradient at the start of training differs from the
	// central difference of the loss: a fault of the backend, not of the data.
	ErrGradient = errors.New("gradient self-check failed")
)
