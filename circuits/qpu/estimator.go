package qpu

import (
	"bytes"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"math"
	"slices"

	"github.com/qnn-go/qnn/circuits"
)

// Estimate is an expectation value that a device's software has computed.
type Estimate struct {
	Value float64
	Error float64 // standard error; 0: exact
}

// maxEstimate bounds an estimate of a product of Pauli matrices. Its true value is within
// ±1; mitigation of errors extrapolates and may leave that, but not without bound.
const maxEstimate = 100

// Terms lists for each basis the products of Pauli matrices that its circuits measure, by
// name, such as Z0*Z1: those of the observables, in their order, each once and with the
// first basis that measures it. An estimator's values of a circuit are of these.
func (m *Manifest) Terms() map[string][]string {
	bases := m.Bases()
	parts, _ := m.Parts(bases) // nil where a term is missing
	out := make(map[string][]string, len(bases))
	for b, sums := range parts {
		for _, sum := range sums {
			for _, t := range sum {
				name := circuits.PauliSum{{Coef: 1, String: t.String}}.String()
				if len(t.String) > 0 && !slices.Contains(out[bases[b]], name) {
					out[bases[b]] = append(out[bases[b]], name)
				}
			}
		}
	}
	return out
}

// estimated reads the data of an estimator's result: evs and stds of the shape of the
// observables, or sets of parameters × observables, with a record for every set.
func (n node) estimated(budget *int) ([]Record, error) {
	values, err := n.get("evs").numbers(budget)
	if err != nil {
		return nil, err
	}
	errors := make([][]float64, len(values))
	if stds := n.get("stds"); !stds.absent() {
		if errors, err = stds.numbers(budget); err != nil {
			return nil, err
		}
	}
	out := make([]Record, len(values))
	for row, values := range values {
		if len(errors) != len(out) || errors[row] != nil && len(errors[row]) != len(values) {
			return nil, n.fail("stds have another shape than evs")
		}
		out[row] = Record{Path: n.path, Row: row}
		for k, v := range values {
			e := Estimate{Value: v}
			if errors[row] != nil {
				e.Error = errors[row][k]
			}
			if !(math.Abs(v) <= maxEstimate && e.Error >= 0 && e.Error <= maxEstimate) {
				return nil, n.fail("expectation value %v with standard error %v", v, e.Error)
			}
			out[row].Estimates = append(out[row].Estimates, e)
		}
	}
	return out, nil
}

// numbers reads numbers: one, a list, or a list of lists, written as JSON or as an array of
// NumPy.
func (n node) numbers(budget *int) ([][]float64, error) {
	if !n.get("__type__").absent() {
		return n.numpyNumbers(budget)
	}
	var rows [][]float64
	if n.raw != nil && json.Unmarshal(n.raw, &rows) == nil && len(rows) > 0 {
		return rows, nil
	}
	var row []float64
	if n.raw != nil && json.Unmarshal(n.raw, &row) == nil && len(row) > 0 {
		return [][]float64{row}, nil
	}
	v, err := n.number()
	return [][]float64{{v}}, err
}

func (n node) numpyNumbers(budget *int) ([][]float64, error) {
	value, err := n.typed("ndarray")
	if err != nil {
		return nil, err
	}
	shape, data, err := value.array("<f8", budget)
	if err != nil {
		return nil, err
	}
	columns := 1
	if len(shape) > 0 {
		columns = shape[len(shape)-1]
	}
	if len(data) == 0 {
		return nil, value.fail("there are no expectation values")
	}
	flat := make([]float64, len(data)/8)
	if err := binary.Read(bytes.NewReader(data), binary.LittleEndian, flat); err != nil {
		return nil, value.fail("%v", err)
	}
	if rows := len(flat) / columns; rows > maxRecords {
		return nil, &FileError{Path: value.path, Err: fmt.Errorf("%d sets of parameters: %w", rows, ErrLimit)}
	}
	return slices.Collect(slices.Chunk(flat, columns)), nil
}
