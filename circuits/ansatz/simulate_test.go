package ansatz_test

import (
	"testing"

	"github.com/qnn-go/qnn/circuits"
)

// simulate is the state that c makes of |0…0⟩, by definition: each amplitude
// with all controls set is replaced by a row of the target matrix.
func simulate(t *testing.T, c *circuits.Circuit, weights, features []float64) []complex128 {
	t.Helper()
	if err := c.Validate(); err != nil {
		t.Fatal(err)
	}
	bound, err := c.Bind(weights, features)
	if err != nil {
		t.Fatal(err)
	}
	state := make([]complex128, 1<<c.Qubits)
	state[0] = 1
	for _, op := range bound.Ops {
		angles := make([]float64, len(op.Angles))
		for k, a := range op.Angles {
			angles[k] = a.Eval(nil, nil)
		}
		state = apply(state, op.TargetMatrix(angles), op.Qubits[:op.Gate.Spec().Controls], op.Qubits[op.Gate.Spec().Controls:])
	}
	return state
}

func apply(state, matrix []complex128, controls, targets []int) []complex128 {
	out := make([]complex128, len(state))
	d := 1 << len(targets)
	for i := range state {
		active := true
		for _, q := range controls {
			active = active && i>>q&1 == 1
		}
		if !active {
			out[i] = state[i]
			continue
		}
		row, rest := 0, i
		for k, q := range targets {
			row |= i >> q & 1 << k
			rest &^= 1 << q
		}
		for col := range d {
			j := rest
			for k, q := range targets {
				j |= col >> k & 1 << q
			}
			out[i] += matrix[row*d+col] * state[j]
		}
	}
	return out
}
