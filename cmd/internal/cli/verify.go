package cli

import (
	"context"
	"errors"
	"fmt"
	"math"
	"math/cmplx"
	"math/rand/v2"
	"slices"

	"github.com/qnn-go/qnn/circuits"
	"github.com/qnn-go/qnn/circuits/transpile"
	"github.com/qnn-go/qnn/qsim"
)

// errDiffers marks a transpiled circuit that is not the program.
var errDiffers = errors.New("the transpiled program does not give the state of the original; please report this with both")

// verify compares what c and r make of |0…0⟩, with symbols at values drawn at random:
// the probabilities of the measured bits, or without measurements the states, r's up to
// a global phase and its layout at the end. It reports false where it cannot: r uses
// more than most qubits, or c has no one state.
func verify(ctx context.Context, c *circuits.Circuit, r *transpile.Result, most int) (bool, error) {
	compact, device := r.Compact()
	if compact.Qubits > most {
		return false, nil
	}
	rng := rand.New(rand.NewPCG(0, 0))
	weights, features := normals(rng, c.Weights()), normals(rng, c.Features())
	want, err := finalState(ctx, c, weights, features)
	if errors.Is(err, qsim.ErrNotUnitary) {
		return false, nil
	}
	if err != nil {
		return false, err
	}
	got, err := finalState(ctx, compact, weights, features)
	if err != nil {
		return false, err
	}
	var loss float64
	if c.Count()[circuits.GateMeasure] > 0 {
		loss = distance(bitProbabilities(c, want), bitProbabilities(compact, got))
	} else {
		loss = 1 - overlap(want, got, func(q int) int { return slices.Index(device, r.Final[q]) }, c.Qubits)
	}
	if !(loss < 1e-9) {
		return false, fmt.Errorf("differs by %.3g: %w", loss, errDiffers)
	}
	return true, nil
}

// overlap is |⟨a|b⟩|, where qubit q of a is bit(q) of b.
func overlap(a, b []complex128, bit func(q int) int, qubits int) float64 {
	at := make([]int, qubits)
	for q := range at {
		at[q] = bit(q)
	}
	var sum complex128
	for i, v := range a {
		j := 0
		for q, k := range at {
			j |= i >> q & 1 << k
		}
		sum += cmplx.Conj(v) * b[j]
	}
	return cmplx.Abs(sum)
}

// bitProbabilities are the probabilities of the values of the bits that c measures at
// its end.
func bitProbabilities(c *circuits.Circuit, state []complex128) map[string]float64 {
	out := map[string]float64{}
	bits := make([]byte, c.Clbits)
	for i, v := range state {
		p := real(v)*real(v) + imag(v)*imag(v)
		if p == 0 {
			continue
		}
		for _, op := range c.Ops {
			if op.Gate == circuits.GateMeasure {
				bits[op.Clbit] = byte(i >> op.Qubits[0] & 1)
			}
		}
		out[string(bits)] += p
	}
	return out
}

// distance is half the sum of the differences of two distributions.
func distance(p, q map[string]float64) float64 {
	sum := 0.0
	for k, v := range p {
		sum += math.Abs(v - q[k])
	}
	for k, v := range q {
		if _, ok := p[k]; !ok {
			sum += v
		}
	}
	return sum / 2
}

func normals(rng *rand.Rand, n int) []float64 {
	out := make([]float64, n)
	for i := range out {
		out[i] = rng.NormFloat64()
	}
	return out
}

func finalState(ctx context.Context, c *circuits.Circuit, weights, features []float64) ([]complex128, error) {
	p, err := qsim.Compile(c)
	if err != nil {
		return nil, err
	}
	s, err := qsim.NewState(p.Qubits())
	if err != nil {
		return nil, err
	}
	if err := p.Run(ctx, s, weights, features); err != nil {
		return nil, err
	}
	return s.Amplitudes(), nil
}
