package circuits

import (
	"encoding/json"
	"fmt"
)

// opJSON is the JSON form of an Op: the matrix as [real, imaginary] pairs.
type opJSON struct {
	opFields
	Matrix [][2]float64 `json:"matrix,omitempty"`
}

type opFields Op

// MarshalJSON writes the operation by the gate's name, for example
// {"gate":"ry","qubits":[0],"angles":["2*x0"]}.
func (op Op) MarshalJSON() ([]byte, error) {
	out := opJSON{opFields: opFields(op)}
	for _, v := range op.Matrix {
		out.Matrix = append(out.Matrix, [2]float64{real(v), imag(v)})
	}
	return json.Marshal(out)
}

// UnmarshalJSON reads what [Op.MarshalJSON] wrote. It checks the form only; call
// [Circuit.Validate] on what comes from outside.
func (op *Op) UnmarshalJSON(data []byte) error {
	in := opJSON{opFields: opFields{Gate: gateCount}} // so that a missing name is refused
	if err := json.Unmarshal(data, &in); err != nil {
		return fmt.Errorf("circuit operation: %w", err)
	}
	*op = Op(in.opFields)
	for _, v := range in.Matrix {
		op.Matrix = append(op.Matrix, complex(v[0], v[1]))
	}
	return nil
}
