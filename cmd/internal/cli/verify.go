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
// a global phase and its layout at the end. It reports false where it cannot: gates act on
// more than most qubits, or c has no one state.
func verify(ctx context.Context, c *circuits.Circuit, r *transpile.Result, most int) (bool, error) {
	if len(r.Circuit.Active()) > most || len(c.Active()) > most {
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
	got, err := finalState(ctx, r.Circuit, weights, features)
	if err != nil {
		return false, err
	}
	var loss float64
	if c.Count()[circuits.GateMeasure] > 0 {
		loss = distance(bitProbabilities(c, want), bitProbabilities(r.Circuit, got))
	} else {
		loss = 1 - overlap(want, got, r.Final)
	}
	if !(loss < 1e-9) {
		return false, fmt.Errorf("differs by %.3g: %w", loss, errDiffers)
	}
	return true, nil
}

// overlap is |⟨a|b⟩|, where qubit q of a is qubit final[q] of b.
func overlap(a, b *qsim.State, final []int) float64 {
	at := make([]int, len(a.Active())) // the bit of b, −1 where that is idle
	for k, q := range a.Active() {
		at[k] = slices.Index(b.Active(), final[q])
	}
	var sum complex128
	amplitudes := b.Amplitudes()
amplitudes:
	for i, v := range a.Amplitudes() {
		j := 0
		for k, bit := range at {
			one := i >> k & 1
			if bit < 0 && one == 1 {
				continue amplitudes
			}
			j |= one << max(bit, 0)
		}
		sum += cmplx.Conj(v) * amplitudes[j]
	}
	return cmplx.Abs(sum)
}

// bitProbabilities are the probabilities of the values of the bits that c measures at
// its end.
func bitProbabilities(c *circuits.Circuit, s *qsim.State) map[string]float64 {
	out := map[string]float64{}
	bits, from := make([]byte, c.Clbits), measuredFrom(c, s.Active())
	for i, v := range s.Amplitudes() {
		p := real(v)*real(v) + imag(v)*imag(v)
		if p == 0 {
			continue
		}
		for b, k := range from {
			if k >= 0 {
				bits[b] = byte(i >> k & 1)
			}
		}
		out[string(bits)] += p
	}
	return out
}

// measuredFrom is the place among the active qubits of the one that each of the bits is
// measured from last; −1 where there is none, and the bit is 0.
func measuredFrom(c *circuits.Circuit, active []int) []int {
	from := make([]int, c.Clbits)
	for b := range from {
		from[b] = -1
	}
	for _, op := range c.Ops {
		if op.Gate == circuits.GateMeasure {
			from[op.Clbit] = slices.Index(active, op.Qubits[0])
		}
	}
	return from
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

func finalState(ctx context.Context, c *circuits.Circuit, weights, features []float64) (*qsim.State, error) {
	p, err := qsim.Compile(c, qsim.Options{})
	if err != nil {
		return nil, err
	}
	s, err := p.NewState()
	if err != nil {
		return nil, err
	}
	return s, p.Run(ctx, s, weights, features)
}
