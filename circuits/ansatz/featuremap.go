package ansatz

import (
	"fmt"
	"math"

	"github.com/qnn-go/qnn/circuits"
)

// Angle appends a rotation by feature xᵢ on qubit i, for each feature; axis is
// GateRX, GateRY or GateRZ. There may be fewer features than qubits: the other
// qubits are left alone. RZ changes |0…0⟩ by a phase only; put it behind other
// gates. PennyLane's AngleEmbedding.
func Angle(c *circuits.Circuit, features int, axis circuits.Gate) error {
	if axis != circuits.GateRX && axis != circuits.GateRY && axis != circuits.GateRZ {
		return fmt.Errorf("angle encoding with %v: needs rx, ry or rz: %w", axis, ErrGate)
	}
	if err := checkFeatures("angle-"+axis.String(), c, features, 1); err != nil {
		return err
	}
	for i := range features {
		c.Append(axis, []circuits.Angle{circuits.Feature(i)}, i)
	}
	return nil
}

// IQP appends reps times: H and RZ(xᵢ) on each qubit i, then RZZ(xᵢ·xⱼ) on each
// pair i < j, of the first qubits, one for each feature. PennyLane's
// IQPEmbedding with its default pattern; Havlíček et al. 2018, arXiv:1804.11326.
func IQP(c *circuits.Circuit, features, reps int) error {
	pairs, err := featureMap("iqp", c, features, reps, Full, 1)
	if err != nil {
		return err
	}
	for range reps {
		for i := range features {
			c.H(i).RZ(circuits.Feature(i), i)
		}
		for _, p := range pairs {
			c.RZZ(circuits.Feature(p[0]).Times(circuits.Feature(p[1])), p[0], p[1])
		}
	}
	return nil
}

// ZFeatureMap appends reps times: H on each qubit, then P(2xᵢ) on each qubit i,
// of the first qubits, one for each feature. Qiskit's z_feature_map.
func ZFeatureMap(c *circuits.Circuit, features, reps int) error {
	if _, err := featureMap("z", c, features, reps, Linear, 1); err != nil {
		return err
	}
	for range reps {
		zLayer(c, features, false)
	}
	return nil
}

// zLayer appends H and then P(2xᵢ), from the last qubit to the first if reverse.
func zLayer(c *circuits.Circuit, features int, reverse bool) {
	for i := range features {
		c.H(i)
	}
	for i := range features {
		if reverse {
			i = features - 1 - i
		}
		c.P(circuits.Feature(i).Scale(2), i)
	}
}

// ZZFeatureMap appends reps times: a layer of [ZFeatureMap], then CX(i,j)
// P(2(π−xᵢ)(π−xⱼ)) on qubit j and CX(i,j) for each pair of the entanglement
// ([Full] by default), on the first qubits, one for each feature, at least two.
// [ReverseLinear] reverses the order of the P(2xᵢ) too, to no effect on the state.
// Qiskit's zz_feature_map; Havlíček et al. 2018, arXiv:1804.11326.
func ZZFeatureMap(c *circuits.Circuit, features, reps int, e Entanglement) error {
	pairs, err := featureMap("zz", c, features, reps, e, 2)
	if err != nil {
		return err
	}
	angle := func(i int) circuits.Angle { return circuits.Const(math.Pi).Minus(circuits.Feature(i)) }
	for range reps {
		zLayer(c, features, e == ReverseLinear)
		for _, p := range pairs {
			i, j := p[0], p[1]
			c.CX(i, j).P(angle(i).Times(angle(j)).Scale(2), j).CX(i, j)
		}
	}
	return nil
}

// featureMap checks the arguments of a repeated encoding of at least least
// features and lists its pairs, all of them by default.
func featureMap(name string, c *circuits.Circuit, features, reps int, e Entanglement, least int) ([][2]int, error) {
	if err := checkFeatures(name, c, features, least); err != nil {
		return nil, err
	}
	if reps < 1 {
		return nil, fmt.Errorf("%s encoding: %d repetitions, needs at least 1: %w", name, reps, ErrLayers)
	}
	return e.pairs(features, Full)
}

// checkFeatures refuses features that do not fit one to a qubit.
func checkFeatures(name string, c *circuits.Circuit, features, least int) error {
	if features < least || features > c.Qubits {
		return &FeaturesError{Encoding: name, Features: features, Qubits: c.Qubits, Min: least, Max: c.Qubits}
	}
	return nil
}
