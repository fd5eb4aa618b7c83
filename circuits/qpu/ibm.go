package qpu

import (
	"encoding/json"
	"fmt"
	"slices"
)

// sampled reads a result of IBM's REST interface for a sampler:
// {"data": {REGISTER: {"samples": ["0x3", …], "num_bits": 2}}, "metadata": {…}}.
func (n node) sampled() ([]Record, error) {
	register, err := n.get("data").register()
	if err != nil {
		return nil, err
	}
	width := 0
	if bits := register.get("num_bits"); !bits.absent() {
		if width, err = bits.whole(maxBits); err != nil {
			return nil, err
		}
	}
	var out []Record
	name := n.at("metadata", "circuit_metadata").circuit()
	err = register.get("samples").rows(maxAxes, func(samples node) error {
		if len(out) == maxRecords {
			return &FileError{Path: samples.path, Err: fmt.Errorf("over %d lists of samples: %w", maxRecords, ErrLimit)}
		}
		counts, err := samples.count(width)
		if err != nil {
			return err
		}
		r, err := counts.record(samples)
		r.Circuit, r.Row = name, len(out)
		out = append(out, r)
		return err
	})
	return out, err
}

// estimates reads a result of IBM's REST interface for an estimator:
// {"data": {"evs": [0.5, …], "stds": [0.01, …]}, "metadata": {…}}.
func (n node) estimates() ([]Record, error) {
	out, err := n.get("data").estimated(new(maxFileBytes))
	name := n.at("metadata", "circuit_metadata").circuit()
	for row := range out {
		out[row].Circuit = name
	}
	return out, err
}

// register is the classical register of a data object: c, or the only one.
func (n node) register() (node, error) {
	fields, err := n.fields()
	if err != nil {
		return n, err
	}
	if _, ok := fields["c"]; ok || len(fields) == 1 {
		for name := range fields {
			if name == "c" || len(fields) == 1 {
				return node{fields[name], n.below(name), n.unfolded}, nil
			}
		}
	}
	var names []string
	for name := range fields {
		names = append(names, name)
	}
	slices.Sort(names)
	return n, n.fail("no register c among %q: these are not counts of an exported circuit", names)
}

// maxAxes bounds the dimensions of a set of parameters.
const maxAxes = 8

// rows calls f for every list of texts in lists nested up to the given depth.
func (n node) rows(depth int, f func(node) error) error {
	var first []json.RawMessage
	if err := n.decode(&first, "a list of samples"); err != nil {
		return err
	}
	if len(first) == 0 || first[0][0] != '[' || depth == 0 {
		return f(n)
	}
	for i, raw := range first {
		if err := (node{raw, n.index(i), n.unfolded}).rows(depth-1, f); err != nil {
			return err
		}
	}
	return nil
}

// count counts a list of outcomes.
func (n node) count(width int) (counter, error) {
	var samples []string
	if err := n.decode(&samples, "a list of outcomes such as 0x3"); err != nil {
		return nil, err
	}
	first, raw := map[string]int{}, counter{}
	for i, s := range samples {
		if _, seen := raw[s]; !seen {
			first[s] = i
		}
		raw[s]++
	}
	out := counter{}
	for s, count := range raw {
		bits, err := node{path: n.index(first[s]), unfolded: n.unfolded}.binary(s, width)
		if err != nil {
			return nil, err
		}
		out[bits] += count
	}
	return out, nil
}

// circuit is the name that our run script put into the metadata of a circuit, or "".
func (n node) circuit() string {
	name, _ := n.get("qnn").text() // without one results are matched by their order
	return name
}
