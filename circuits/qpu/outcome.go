package qpu

import (
	"fmt"
	"math"
	"slices"

	"github.com/qnn-go/qnn/circuits"
)

// OutcomeValues are the different values that one shot of a circuit gave to the observables,
// with their shares of the shots.
type OutcomeValues struct {
	N      int // number of shots; 0: exact
	Share  []float64
	Values [][]float64 // a row for each share, a column for each observable
	// Errors are the standard errors of estimates, for each observable; nil: there are none.
	Errors []float64
}

// OutcomeValues evaluates the observables, or the parts of them that the circuit's basis
// measures, for every outcome: a product of Pauli matrices is −1 to the number of its
// qubits that were 1.
func (r *Result) OutcomeValues(observables []circuits.PauliSum) (*OutcomeValues, error) {
	if r.Outcomes == nil {
		return r.exact(observables)
	}
	s := &OutcomeValues{N: r.Shots}
	row := make([]float64, len(observables))
	seen := map[string]int{}
	var key []byte
	for _, o := range r.Outcomes {
		key = key[:0]
		for k, sum := range observables {
			row[k] = valueOf(sum, o.Bits)
			for shift := 0; shift < 64; shift += 8 {
				key = append(key, byte(math.Float64bits(row[k])>>shift))
			}
		}
		at, ok := seen[string(key)]
		if !ok {
			at = len(s.Share)
			seen[string(key)] = at
			s.Share, s.Values = append(s.Share, 0), append(s.Values, slices.Clone(row))
		}
		s.Share[at] += o.Probability
	}
	return s, nil
}

// valueOf is the value of an observable for an outcome.
func valueOf(sum circuits.PauliSum, bits string) float64 {
	v := 0.0
	for _, t := range sum {
		sign := t.Coef
		for _, f := range t.String {
			if bits[len(bits)-1-f.Qubit] == '1' {
				sign = -sign
			}
		}
		v += sign
	}
	return v
}

// exact takes the observables from the expectation values of their terms. Standard errors
// of terms count as independent.
func (r *Result) exact(observables []circuits.PauliSum) (*OutcomeValues, error) {
	row := make([]float64, len(observables))
	out := &OutcomeValues{Share: []float64{1}, Values: [][]float64{row}}
	if r.Errors != nil {
		out.Errors = make([]float64, len(observables))
	}
	for k, sum := range observables {
		for _, t := range sum {
			if len(t.String) == 0 {
				row[k] += t.Coef
				continue
			}
			name := circuits.PauliSum{{Coef: 1, String: t.String}}.String()
			v, ok := r.Values[name]
			if !ok {
				return nil, fmt.Errorf("neither outcomes nor the expectation value of %s: %w", name, ErrMismatch)
			}
			row[k] += t.Coef * v
			if r.Errors != nil {
				out.Errors[k] = math.Hypot(out.Errors[k], t.Coef*r.Errors[name])
			}
		}
	}
	return out, nil
}

// Mean adds the mean value of every observable to dst.
func (s *OutcomeValues) Mean(dst []float64) {
	for i, p := range s.Share {
		for k, v := range s.Values[i] {
			dst[k] += p * v
		}
	}
}

// Variance adds the variance of the mean of every observable to dst: 0 for exact values,
// the squared standard errors of estimates, and Σ p·(v−mean)²/(N−1), unbiased, for shots.
func (s *OutcomeValues) Variance(dst []float64) {
	for k, e := range s.Errors {
		dst[k] += e * e
	}
	if s.N == 0 {
		return
	}
	mean := make([]float64, len(dst))
	s.Mean(mean)
	for i, p := range s.Share {
		for k, v := range s.Values[i] {
			d := v - mean[k]
			dst[k] += p * d * d / float64(max(s.N-1, 1))
		}
	}
}
