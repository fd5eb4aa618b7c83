package qsim_test

import (
	"context"
	"errors"
	"testing"

	"github.com/qnn-go/qnn/circuits"
	"github.com/qnn-go/qnn/qsim"
	"github.com/qnn-go/qnn/qsim/reference"
)

// A circuit or a loss that is nil is an error, in every engine.
func TestNil(t *testing.T) {
	if _, err := qsim.Compile(nil, qsim.Options{}); !errors.Is(err, qsim.ErrNil) {
		t.Errorf("Compile(nil): %v", err)
	}
	if _, err := reference.Compile(nil, qsim.Options{}); !errors.Is(err, qsim.ErrNil) {
		t.Errorf("reference.Compile(nil): %v", err)
	}
	for _, qubits := range []int{2, 11, 14} {
		c := circuits.New(qubits)
		c.RY(circuits.Weight(0), 0)
		p, err := qsim.Compile(c, qsim.Options{Observables: []circuits.PauliSum{circuits.PauliZ(0)}})
		if err != nil {
			t.Fatal(err)
		}
		for m := range qsim.MethodNames() {
			err := p.Gradient(context.Background(), qsim.Method(m), []float64{0}, nil, []float64{1}, [][]float64{nil}, nil)
			if !errors.Is(err, qsim.ErrNil) {
				t.Errorf("%d qubits, %v: a nil loss gives %v", qubits, qsim.Method(m), err)
			}
		}
	}
	c := circuits.New(1)
	c.RY(circuits.Weight(0), 0)
	p, err := reference.Compile(c, qsim.Options{Observables: []circuits.PauliSum{circuits.PauliZ(0)}})
	if err != nil {
		t.Fatal(err)
	}
	err = p.Gradient(context.Background(), qsim.ParameterShift, []float64{0}, nil, []float64{1}, [][]float64{nil}, nil)
	if !errors.Is(err, qsim.ErrNil) {
		t.Errorf("reference: a nil loss gives %v", err)
	}
}
