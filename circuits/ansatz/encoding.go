package ansatz

import (
	"fmt"
	"math"

	"github.com/qnn-go/qnn/circuits"
)

// Encoding is an entry of the list of encodings: how data of a certain width
// gets into a circuit. The zero value is not usable; see [FindEncoding]. An
// Encoding is a value that any goroutines may share.
type Encoding struct {
	Name string

	// Low and High are the range that features are best scaled to before
	// training, in radians; equal when scaling has no meaning because the
	// encoding normalises the sample.
	//
	//	angle-rx, angle-ry  [0, π]: ⟨Z⟩ = cos x falls from 1 to −1, once
	//	angle-rz            [0, π]: half a turn of the phase x
	//	iqp                 [−π/2, π/2]: half a turn of xᵢ, and |xᵢxⱼ| < π
	//	z                   [0, π/2]: half a turn of the phase 2x
	//	zz                  [0, 1]: a feature turns the phase of a pair by at most
	//	                    2π, since |∂/∂xᵢ 2(π−xᵢ)(π−xⱼ)| ≤ 2π
	Low, High float64

	// PhaseOnly says that the encoding changes |0…0⟩ by nothing but a global
	// phase, so that a model sees the data only where other gates come first, as
	// from the second layer of re-uploading on.
	PhaseOnly bool

	reps      int          // default number of repetitions; 0: cannot be repeated
	standard  Entanglement // default entanglement; empty: has none to choose
	minimum   int          // least number of features
	amplitude bool
	add       func(c *circuits.Circuit, features, reps int, e Entanglement) error
}

// encodings is the list, in the order it is shown.
func encodings() []Encoding {
	angle := func(axis circuits.Gate) Encoding {
		return Encoding{
			Name: "angle-" + axis.String(), High: math.Pi, PhaseOnly: axis == circuits.GateRZ, minimum: 1,
			add: func(c *circuits.Circuit, features, _ int, _ Entanglement) error { return Angle(c, features, axis) },
		}
	}
	return []Encoding{
		angle(circuits.GateRX), angle(circuits.GateRY), angle(circuits.GateRZ),
		{
			Name: amplitudeName, minimum: 1, amplitude: true,
			add: func(c *circuits.Circuit, features, _ int, _ Entanglement) error { return Amplitude(c, features) },
		},
		{
			Name: "iqp", Low: -math.Pi / 2, High: math.Pi / 2, reps: 1, minimum: 1,
			add: func(c *circuits.Circuit, features, reps int, _ Entanglement) error { return IQP(c, features, reps) },
		},
		{
			Name: "z", High: math.Pi / 2, reps: 2, minimum: 1,
			add: func(c *circuits.Circuit, features, reps int, _ Entanglement) error {
				return ZFeatureMap(c, features, reps)
			},
		},
		{Name: "zz", High: 1, reps: 2, standard: Full, minimum: 2, add: ZZFeatureMap},
	}
}

// Encodings lists the encodings by name: angle-rx, angle-ry, angle-rz,
// amplitude, iqp, z, zz.
func Encodings() []string {
	var names []string
	for _, e := range encodings() {
		names = append(names, e.Name)
	}
	return names
}

// FindEncoding finds an encoding by its name; rx, ry and rz are short for
// angle-rx, angle-ry and angle-rz. The error is a [*NameError].
func FindEncoding(name string) (Encoding, error) {
	for _, e := range encodings() {
		if e.Name == name || e.Name == "angle-"+name {
			return e, nil
		}
	}
	return Encoding{}, &NameError{Kind: "encoding", Name: name, Known: Encodings()}
}

// MaxFeatures is the largest number of features that n qubits take: 2ⁿ for
// amplitude encoding (0 beyond 20 qubits, which it refuses), n for all others.
func (e Encoding) MaxFeatures(qubits int) int {
	switch {
	case !e.amplitude:
		return max(qubits, 0)
	case qubits < 1 || qubits > maxAmplitudeQubits:
		return 0
	}
	return 1 << qubits
}

// QubitsFor is the smallest number of qubits that take the given number of
// features.
func (e Encoding) QubitsFor(features int) int {
	if e.amplitude {
		return amplitudeQubits(features)
	}
	return max(features, e.minimum)
}

// Inputs is the number of features that the circuit reads at run time for
// samples of the given width: 2ⁿ−1 angles for amplitude encoding on n qubits,
// the width itself for all others. Samples go through [Encoding.Prepare] first.
func (e Encoding) Inputs(qubits, features int) int {
	if e.amplitude {
		return 1<<qubits - 1
	}
	return features
}

// Preprocesses reports whether [Encoding.Prepare] changes a sample: for
// amplitude encoding only.
func (e Encoding) Preprocesses() bool { return e.amplitude }

// Prepare turns a sample of data into the features that the circuit reads: the
// result of [AmplitudeAngles] for amplitude encoding, x itself, not a copy, for
// all others. The errors wrap [ErrInput] for a sample that cannot be encoded,
// [ErrFeatures] for one that is too wide or too narrow, and [ErrQubits].
func (e Encoding) Prepare(x []float64, qubits int) ([]float64, error) {
	if e.amplitude {
		return AmplitudeAngles(x, qubits)
	}
	if len(x) < e.minimum || len(x) > qubits {
		return nil, &FeaturesError{Encoding: e.Name, Features: len(x), Qubits: qubits, Min: e.minimum, Max: qubits}
	}
	return x, nil
}

// Append appends the encoding of the given number of features. reps and
// entanglement belong to encodings that have them, reps to iqp (1 by default), z
// and zz (2), entanglement to zz (full); their zero values stand for the
// default, others wrap [ErrFixed] where there is nothing to set.
func (e Encoding) Append(c *circuits.Circuit, features, reps int, entanglement Entanglement) error {
	reps, entanglement, err := e.settings(reps, entanglement)
	if err != nil {
		return err
	}
	return e.add(c, features, reps, entanglement)
}

// settings puts defaults in the place of zero values and refuses what the
// encoding does not have.
func (e Encoding) settings(reps int, entanglement Entanglement) (int, Entanglement, error) {
	if e.reps == 0 && reps != 0 {
		return 0, "", fmt.Errorf("%s encoding: repetitions: %w: leave them out, or use reuploading", e.Name, ErrFixed)
	}
	if e.standard == "" && entanglement != "" {
		return 0, "", fmt.Errorf("%s encoding: entanglement: %w: leave it out, or use zz encoding", e.Name, ErrFixed)
	}
	if reps == 0 {
		reps = e.reps
	}
	if entanglement == "" {
		entanglement = e.standard
	}
	return reps, entanglement, nil
}
