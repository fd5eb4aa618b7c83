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
	s, err := p.Precision().NewState(p.Qubits())
	if err != nil {
		return nil, err
	}
	err = p.Run(ctx, s, weights, features)
	return s.Amplitudes(), err
}

func TestConformance(t *testing.T) {
	for _, precision := range []qsim.Precision{qsim.Double, qsim.Single} {
		t.Run(precision.String(), func(t *testing.T) {
			simtest.Run(t, func(c *circuits.Circuit, o qsim.Options) (simtest.Program, error) {
				p, err := qsim.Compile(c, o)
				return native{p}, err
			}, simtest.Options{Precision: precision})
		})
	}
}
