package circuits_test

import (
	"math"
	"math/cmplx"
	"math/rand/v2"
	"testing"

	"github.com/qnn-go/qnn/circuits"
)

// apply multiplies state by op with the given values of its angles, straight
// from the definition of [circuits.Op.TargetMatrix].
func apply(state []complex128, op circuits.Op, angles []float64) {
	controls := op.Qubits[:op.Gate.Spec().Controls]
	targets := op.Qubits[len(controls):]
	m := op.TargetMatrix(angles)
	d := 1 << len(targets)
	index := func(base, k int) int {
		for b, q := range targets {
			base |= (k >> b & 1) << q
		}
		return base
	}
	in := make([]complex128, d)
	for base := range state {
		skip := false
		for _, q := range controls {
			skip = skip || base>>q&1 == 0
		}
		for _, q := range targets {
			skip = skip || base>>q&1 == 1
		}
		if skip {
			continue
		}
		for k := range d {
			in[k] = state[index(base, k)]
		}
		for r := range d {
			var sum complex128
			for k := range d {
				sum += m[r*d+k] * in[k]
			}
			state[index(base, r)] = sum
		}
	}
}

// matrix is the row-major unitary of c, which must hold unitary gates and
// barriers only.
func matrix(t testing.TB, c *circuits.Circuit, weights, features []float64) []complex128 {
	t.Helper()
	if err := c.Validate(); err != nil {
		t.Fatal(err)
	}
	d := 1 << c.Qubits
	out := make([]complex128, d*d)
	for col := range d {
		state := make([]complex128, d)
		state[col] = 1
		for _, op := range c.Ops {
			if op.Gate == circuits.GateBarrier {
				continue
			}
			var angles []float64
			for _, a := range op.Angles {
				angles = append(angles, a.Eval(weights, features))
			}
			apply(state, op, angles)
		}
		for row, v := range state {
			out[row*d+col] = v
		}
	}
	return out
}

// distance is the largest absolute difference of two matrices or states.
func distance(t testing.TB, a, b []complex128) float64 {
	t.Helper()
	if len(a) != len(b) {
		t.Fatalf("lengths %d and %d", len(a), len(b))
	}
	worst := 0.0
	for i := range a {
		if d := cmplx.Abs(a[i] - b[i]); !(d <= worst) { // keeps NaN
			worst = d
		}
	}
	return worst
}

func newRand(stream uint64) *rand.Rand { return rand.New(rand.NewPCG(1, stream)) }

func randomAngles(rng *rand.Rand, n int) []float64 {
	out := make([]float64, n)
	for i := range out {
		out[i] = 14*rng.Float64() - 7
	}
	return out
}

func randomState(rng *rand.Rand, d int) []complex128 {
	out := make([]complex128, d)
	norm := 0.0
	for i := range out {
		out[i] = complex(rng.NormFloat64(), rng.NormFloat64())
		norm += real(out[i])*real(out[i]) + imag(out[i])*imag(out[i])
	}
	for i := range out {
		out[i] /= complex(math.Sqrt(norm), 0)
	}
	return out
}

// single is the circuit of one gate whose k-th angle is weight k, on as many
// qubits as the gate has.
func single(g circuits.Gate) *circuits.Circuit {
	spec := g.Spec()
	var angles []circuits.Angle
	for k := range spec.Params {
		angles = append(angles, circuits.Weight(k))
	}
	var qubits []int
	for q := range spec.Qubits {
		qubits = append(qubits, q)
	}
	return circuits.New(spec.Qubits).Append(g, angles, qubits...)
}

// tableGates lists the unitary gates with a matrix in the table.
func tableGates() []circuits.Gate {
	var out []circuits.Gate
	for _, g := range circuits.Gates() {
		if g.Unitary() && g != circuits.GateUnitary {
			out = append(out, g)
		}
	}
	return out
}
