package qsim_test

import (
	"context"
	"testing"

	"github.com/qnn-go/qnn/circuits"
	"github.com/qnn-go/qnn/qsim"
	"github.com/qnn-go/qnn/qsim/simtest"
)

// native gives simtest the amplitudes as well.
type native struct{ *qsim.Program }

func (p native) Amplitudes(ctx context.Context, weights, features []float64) ([]complex128, error) {
	s, err := qsim.NewState(p.Qubits())
	if err != nil {
		return nil, err
	}
	err = p.Run(ctx, s, weights, features)
	return s.Amplitudes(), err
}

func compileNative(c *circuits.Circuit, observables ...circuits.PauliSum) (simtest.Program, error) {
	p, err := qsim.Compile(c, observables...)
	return native{p}, err
}

func TestConformance(t *testing.T) {
	simtest.Run(t, compileNative, simtest.Options{})
}
