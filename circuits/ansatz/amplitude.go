package ansatz

import (
	"fmt"
	"math"
	"math/bits"

	"github.com/qnn-go/qnn/circuits"
)

const (
	amplitudeName = "amplitude"
	// maxAmplitudeQubits bounds the 2ⁿ⁺¹ gates of an amplitude encoding to two
	// million.
	maxAmplitudeQubits = 20
)

// amplitudeQubits is the number of qubits whose amplitudes hold the features.
func amplitudeQubits(features int) int { return max(1, bits.Len(uint(max(features, 1)-1))) }

// Amplitude appends gates that turn |0…0⟩ into the state whose amplitude i is
// xᵢ/|x|, for a real vector x of the given length, at most 2ⁿ on n qubits;
// further amplitudes are 0. The gates' angles are 2ⁿ−1 features of the circuit
// that [AmplitudeAngles] computes from x, since they are no polynomials of x.
//
// For each qubit from the last to the first a rotation RY, controlled by the
// values of all qubits after it, divides the amplitude; it is decomposed into
// alternating RY and CX in Gray code order: 2ⁿ−1 RY and 2ⁿ−2 CX in all. Möttönen
// et al. 2005, arXiv:quant-ph/0407010; for real vectors the signs are part of
// the last rotation. The state is that of Qiskit's initialize, and of PennyLane's
// AmplitudeEmbedding on the wires in reverse order.
//
// The errors wrap [ErrQubits] for more than 20 qubits and [ErrFeatures].
func Amplitude(c *circuits.Circuit, features int) error {
	n := c.Qubits
	if err := checkAmplitude(n, features); err != nil {
		return err
	}
	angle := 0
	for target := n - 1; target >= 0; target-- {
		controls := n - 1 - target // the qubits after target
		for j := range 1 << controls {
			c.RY(circuits.Feature(angle), target)
			angle++
			if controls > 0 {
				// Gray codes j and j+1 differ in the lowest set bit of j+1; the last
				// one returns to the first in the highest bit.
				bit := min(bits.TrailingZeros(uint(j+1)), controls-1)
				c.CX(target+1+bit, target)
			}
		}
	}
	return nil
}

func checkAmplitude(n, features int) error {
	if n < 1 || n > maxAmplitudeQubits {
		return fmt.Errorf("amplitude encoding on %d qubits: needs 1 to %d: %w", n, maxAmplitudeQubits, ErrQubits)
	}
	if features < 1 || features > 1<<n {
		return &FeaturesError{Encoding: amplitudeName, Features: features, Qubits: n, Min: 1, Max: 1 << n}
	}
	return nil
}

// AmplitudeAngles returns the 2ⁿ−1 features with which the circuit of
// [Amplitude] on n qubits makes the state x/|x|. A shorter x is padded with
// zeros. x is not modified.
//
// In the binary tree over the indices of x, the node above amplitudes a and b
// has α = 2·atan2(b, a), where for inner nodes a and b are the norms below. The
// angles of one level follow by θⱼ = 2⁻ᵏ·Σₘ (−1)^(m·gⱼ)·αₘ with k controls, gⱼ the
// j-th Gray code and m·gⱼ the number of common bits (Möttönen et al. 2005,
// arXiv:quant-ph/0407010, eq. 3).
//
// The error wraps [ErrInput] if x is zero or not finite, and otherwise is that
// of [Amplitude].
func AmplitudeAngles(x []float64, n int) ([]float64, error) {
	if err := checkAmplitude(n, len(x)); err != nil {
		return nil, err
	}
	largest := 0.0
	for i, v := range x {
		if math.IsNaN(v) || math.IsInf(v, 0) {
			return nil, fmt.Errorf("amplitude encoding: feature %d is %v, not a finite number: clean the data: %w", i, v, ErrInput)
		}
		largest = max(largest, math.Abs(v))
	}
	if largest == 0 {
		return nil, fmt.Errorf("amplitude encoding: all %d features are 0, a state needs a norm: drop the sample or add a constant feature: %w", len(x), ErrInput)
	}
	norms := make([]float64, 1<<n)
	for i, v := range x {
		norms[i] = v / largest
	}
	angles := make([]float64, 1<<n-1)
	scratch := make([]float64, 1<<(n-1))
	for k := n - 1; k >= 0; k-- {
		for m := range 1 << k {
			a, b := norms[2*m], norms[2*m+1]
			scratch[m] = 2 * math.Atan2(b, a)
			norms[m] = math.Hypot(a, b)
		}
		grayAngles(angles[1<<k-1:1<<(k+1)-1], scratch[:1<<k])
	}
	return angles, nil
}

// grayAngles writes θ of one level from its α, which it overwrites by their
// Walsh–Hadamard transform.
func grayAngles(theta, alpha []float64) {
	for h := 1; h < len(alpha); h *= 2 {
		for i := range alpha {
			if i&h == 0 {
				a, b := alpha[i], alpha[i+h]
				alpha[i], alpha[i+h] = a+b, a-b
			}
		}
	}
	for j := range theta {
		theta[j] = alpha[j^j>>1] / float64(len(alpha))
	}
}
