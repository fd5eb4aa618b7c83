// Package equivalence tells by simulation whether two circuits do the same.
package equivalence

import (
	"context"
	"errors"
	"fmt"
	"math"
	"math/cmplx"
	"math/rand/v2"
	"slices"

	"github.com/qnn-go/qnn/circuits"
	"github.com/qnn-go/qnn/qsim"
)

// ErrDiffers marks circuits that do not do the same.
var ErrDiffers = errors.New("the circuits do not do the same")

// tolerance is what rounding may make of a distance of distributions, or of 1 − |⟨a|b⟩|.
const tolerance = 1e-9

// Check compares what two circuits make of |0…0⟩, with symbols at values drawn at random:
// the probabilities of the bits that a measures, or where it measures none the states, up
// to a global phase. Qubit q of a is qubit final[q] of b at the end. It reports false where
// it cannot tell: gates act on more than most qubits, or a has no one state at its end.
// Errors wrap [ErrDiffers].
func Check(ctx context.Context, a, b *circuits.Circuit, final []int, most int) (bool, error) {
	if len(b.Active()) > most || len(a.Active()) > most {
		return false, nil
	}
	rng := rand.New(rand.NewPCG(0, 0))
	weights, features := normals(rng, a.Weights()), normals(rng, a.Features())
	want, err := finalState(ctx, a, weights, features)
	if errors.Is(err, qsim.ErrNotUnitary) {
		return false, nil
	}
	if err != nil {
		return false, err
	}
	got, err := finalState(ctx, b, weights, features)
	if err != nil {
		return false, err
	}
	var loss float64
	if a.Count()[circuits.GateMeasure] > 0 {
		loss = distance(bitProbabilities(a, want), bitProbabilities(b, got))
	} else {
		loss = 1 - overlap(want, got, final)
	}
	if !(loss < tolerance) {
		return false, fmt.Errorf("differ by %.3g: %w", loss, ErrDiffers)
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
