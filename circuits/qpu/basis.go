package qpu

import (
	"slices"
	"strings"

	"github.com/qnn-go/qnn/circuits"
)

// bases groups the terms of observables that one circuit can measure: in a basis every
// qubit has one Pauli matrix, and a term is measured by a basis that has each of its
// factors. Terms are taken in order into the first basis that fits; qubits that no
// term names are measured in Z.
func bases(observables []circuits.PauliSum, qubits int) []string {
	var out [][]byte
	for _, o := range observables {
		for _, t := range o {
			i := slices.IndexFunc(out, func(basis []byte) bool { return fits(t.String, basis) })
			if i < 0 {
				i, out = len(out), append(out, make([]byte, qubits))
			}
			for _, f := range t.String {
				out[i][qubits-1-f.Qubit] = f.Pauli
			}
		}
	}
	if len(out) == 0 { // constant observables
		out = append(out, make([]byte, qubits))
	}
	names := make([]string, len(out))
	for i, basis := range out {
		names[i] = strings.ReplaceAll(string(basis), "\x00", "Z")
	}
	return names
}

// fits reports whether a basis, in which 0 is open, has or can take all factors of s.
func fits(s circuits.PauliString, basis []byte) bool {
	return !slices.ContainsFunc(s, func(f circuits.PauliFactor) bool {
		have := basis[len(basis)-1-f.Qubit]
		return have != 0 && have != f.Pauli
	})
}

// Bases lists the bases that the circuits are measured in, in the order of the circuits.
func (m *Manifest) Bases() []string {
	var out []string
	seen := map[string]bool{}
	for _, c := range m.Circuits {
		if !seen[c.Basis] {
			seen[c.Basis] = true
			out = append(out, c.Basis)
		}
	}
	return out
}

// Parts splits the observables by the basis that measures each of their terms, the
// first that does: parts[b][k] is the part of observable k for basis b. missing is a
// term that none measures, or nil.
func (m *Manifest) Parts(bases []string) (parts [][]circuits.PauliSum, missing circuits.PauliString) {
	parts = make([][]circuits.PauliSum, len(bases))
	for b := range parts {
		parts[b] = make([]circuits.PauliSum, len(m.Observables))
	}
	for k, o := range m.Observables {
		for _, t := range o {
			b := slices.IndexFunc(bases, func(basis string) bool { return fits(t.String, []byte(basis)) })
			if b < 0 {
				return nil, t.String
			}
			parts[b][k] = append(parts[b][k], t)
		}
	}
	return parts, nil
}

// measureIn appends the rotations from a basis to Z and a measurement of every qubit k
// into bit k. X is measured after H, Y after S† and H.
func measureIn(c *circuits.Circuit, basis string) *circuits.Circuit {
	for q := range c.Qubits {
		switch basis[len(basis)-1-q] {
		case 'X':
			c.H(q)
		case 'Y':
			c.Sdg(q).H(q)
		}
	}
	return c.MeasureAll()
}
