package qasm_test

import (
	"math/rand/v2"
	"testing"

	"github.com/qnn-go/qnn/qsim/simtest"

	"github.com/qnn-go/qnn/circuits"
)

// simulate returns the state of c from |0…0⟩ for the given weights and features,
// by the definition of [circuits.Op.TargetMatrix]. Barriers, measurements and
// resets are passed over.
func simulate(t testing.TB, c *circuits.Circuit, weights, features []float64) []complex128 {
	t.Helper()
	if err := c.Validate(); err != nil {
		t.Fatal(err)
	}
	state := make([]complex128, 1<<c.Qubits)
	state[0] = 1
	for _, op := range c.Ops {
		if !op.Gate.Unitary() {
			continue
		}
		var angles []float64
		for _, a := range op.Angles {
			angles = append(angles, a.Eval(weights, features))
		}
		apply(state, op, angles)
	}
	return state
}

func apply(state []complex128, op circuits.Op, angles []float64) {
	controls := op.Qubits[:op.Gate.Spec().Controls]
	targets := op.Qubits[len(controls):]
	m := op.TargetMatrix(angles)
	d := 1 << len(targets)
	in := make([]complex128, d)
	spread := make([]int, d) // target bits of k at their places in the index
	ones, all := 0, 0
	for b, q := range targets {
		all |= 1 << q
		for k := range d {
			spread[k] |= (k >> b & 1) << q
		}
	}
	for _, q := range controls {
		ones |= 1 << q
	}
	for base := range state {
		if base&all != 0 || base&ones != ones {
			continue
		}
		for k := range d {
			in[k] = state[base|spread[k]]
		}
		for r := range d {
			var sum complex128
			for k := range d {
				sum += m[r*d+k] * in[k]
			}
			state[base|spread[r]] = sum
		}
	}
}

// appendRandom appends gate g with constant random angles on random qubits.
func appendRandom(c *circuits.Circuit, rng *rand.Rand, g circuits.Gate) {
	size := g.Spec().Qubits
	if size < 0 {
		size = 1 + rng.IntN(3)
	}
	qubits := rng.Perm(c.Qubits)[:size]
	if g == circuits.GateUnitary {
		c.Unitary(simtest.RandomUnitary(rng, 1<<size), qubits...)
		return
	}
	var angles []circuits.Angle
	for range g.Spec().Params {
		angles = append(angles, circuits.Const(float64(14*rng.Float64())-7)) // no fused multiply-add: golden files hold these
	}
	c.Append(g, angles, qubits...)
}
