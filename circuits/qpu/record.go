package qpu

import (
	"errors"
	"fmt"
	"io"
	"maps"
	"math"
	"slices"
	"strings"
)

// Outcome is a measured string of bits and its share of the shots.
type Outcome struct {
	Bits        string // bit 0 is the last character
	Probability float64
}

// Record is what a result file says about one run of one circuit.
type Record struct {
	File, Path string // where it stands
	// Circuit is the name that the export gave to the circuit, ID/NUMBER, where the
	// file repeats it; Row counts the sets of parameters of a symbolic circuit.
	Circuit string
	Row     int
	Inputs  map[string]float64 // of a symbolic circuit, where the file repeats them
	Shots   int                // 0: exact probabilities
	// Qubits lists the device's qubit that each bit was measured on; nil: bits are
	// those of the circuit's classical register.
	Qubits   []int
	Outcomes []Outcome // in ascending order of Bits
	// Values are exact expectation values by the name of the observable, such as
	// Z0*Z1, instead of outcomes.
	Values map[string]float64
	// Estimates are an estimator's expectation values instead of outcomes, of the
	// [Manifest.Terms] of the circuit's basis and in their order.
	Estimates []Estimate
	// Settings are those that our run script has put into the file, such as mode and dd.
	Settings map[string]string
}

const (
	// maxShots bounds the shots of one record.
	maxShots = 1 << 30
	// maxBits bounds the width of an outcome.
	maxBits = 1 << 12
	// maxUnfolded bounds the bits of all outcomes of a file together.
	maxUnfolded = maxFileBytes
	// maxRecords bounds the records of one file.
	maxRecords = 1 << 20
)

// Read reads a result file of one of these forms, which it tells apart by their
// content; name is that of the file, for errors and for [Manifest.Match]:
//
//   - the answer of IBM's REST interface, results[i].data.REGISTER.samples or data.evs;
//   - a PrimitiveResult written by RuntimeEncoder of qiskit-ibm-runtime, of SamplerV2 or
//     EstimatorV2;
//   - a Result of Qiskit's older interface, results[i].data.counts or memory;
//   - a braket.task_result.gate_model_task_result or program_set_task_result, version 1.
//
// The file may come from anyone: at most 128 MiB are read, and its compressed
// arrays may unfold to as much. The error is a [*FileError] that wraps [ErrFormat] or [ErrLimit], or
// that of r.
func Read(r io.Reader, name string) ([]Record, error) {
	root, err := parse(r, name)
	if err != nil {
		return nil, err
	}
	records, err := root.records()
	if err != nil {
		if fault, ok := errors.AsType[*FileError](err); ok {
			fault.File = name
		}
		return nil, err
	}
	for i := range records {
		records[i].File = name
	}
	return records, nil
}

// records finds out the kind of file.
func (n node) records() ([]Record, error) {
	if _, err := n.fields(); err != nil {
		return nil, err
	}
	if kind := n.get("__type__"); !kind.absent() {
		return n.encoded()
	}
	if header := n.get("braketSchemaHeader"); !header.absent() {
		return n.braket(header)
	}
	return n.results()
}

// results reads the list of results of Qiskit.
func (n node) results() ([]Record, error) {
	results := n.get("results")
	if results.absent() {
		return nil, n.fail("neither __type__ (qiskit-ibm-runtime), braketSchemaHeader (Amazon Braket) nor results (Qiskit) is there")
	}
	list, err := results.list()
	if err != nil {
		return nil, err
	}
	if len(list) > maxRecords {
		return nil, &FileError{Path: results.path, Err: fmt.Errorf("%d results: %w", len(list), ErrLimit)}
	}
	var out []Record
	for _, result := range list {
		read := result.sampled
		if data := result.get("data"); !result.get("success").absent() || !data.get("counts").absent() || !data.get("memory").absent() {
			read = result.legacy
		} else if !data.get("evs").absent() {
			read = result.estimates
		}
		records, err := read()
		if err != nil {
			return nil, err
		}
		out = append(out, records...)
	}
	return out, nil
}

// counter collects the outcomes of a record.
type counter map[string]int

// record makes a record of what was counted; all outcomes have the given number of
// bits, or with 0 any.
func (c counter) record(n node) (Record, error) {
	out := Record{Path: n.path}
	for _, count := range c {
		if out.Shots += count; out.Shots > maxShots {
			return out, &FileError{Path: n.path, Err: fmt.Errorf("over %d shots: %w", maxShots, ErrLimit)}
		}
	}
	if out.Shots == 0 {
		return out, n.fail("there are no shots")
	}
	for _, bits := range slices.Sorted(maps.Keys(c)) {
		out.Outcomes = append(out.Outcomes, Outcome{bits, float64(c[bits]) / float64(out.Shots)})
	}
	return out, nil
}

// distribution makes the outcomes of probabilities, which must add up to 1.
func distribution(n node, p map[string]float64) ([]Outcome, error) {
	var out []Outcome
	sum := 0.0
	for _, bits := range slices.Sorted(maps.Keys(p)) {
		if v := p[bits]; !(v >= 0 && v <= 1+probabilityTolerance) {
			return nil, n.fail("probability %v of %s", v, bits)
		}
		sum += p[bits]
		out = append(out, Outcome{bits, p[bits]})
	}
	if !(math.Abs(sum-1) <= probabilityTolerance) {
		return nil, n.fail("probabilities add up to %v, must be 1", sum)
	}
	return out, nil
}

// probabilityTolerance is what the sum of probabilities may differ from 1 by.
const probabilityTolerance = 1e-6

// binary turns 0x2f or 0b101 into bits of the given width; 0 leaves out leading zeros.
func (n node) binary(text string, width int) (string, error) {
	if len(text) > maxBits {
		return "", n.fail("an outcome of %d characters", len(text))
	}
	var b strings.Builder
	switch {
	case strings.HasPrefix(text, "0x"):
		for _, digit := range text[2:] {
			v := strings.IndexRune("0123456789abcdef", digit|0x20)
			if v < 0 {
				return "", n.fail("%.40q is no hexadecimal number", text)
			}
			fmt.Fprintf(&b, "%04b", v)
		}
	case strings.HasPrefix(text, "0b"):
		b.WriteString(text[2:])
	default:
		b.WriteString(strings.ReplaceAll(text, " ", "")) // registers, the last one first
	}
	bits := b.String()
	if strings.Trim(bits, "01") != "" || bits == "" {
		return "", n.fail("%.40q is no outcome: a number such as 0x3, or bits such as 011", text)
	}
	if strings.HasPrefix(text, "0x") {
		bits = strings.TrimLeft(bits, "0")
	}
	return n.pad(bits, width)
}

// pad gives bits the width with zeros on the left.
func (n node) pad(bits string, width int) (string, error) {
	if len(bits) > maxBits || width > 0 && len(bits) > width {
		return "", n.fail("an outcome of %d bits, at most %d", len(bits), max(width, 1))
	}
	if *n.unfolded += max(width, len(bits)); *n.unfolded > maxUnfolded {
		return "", &FileError{Path: n.path, Err: fmt.Errorf("outcomes of over %d bits in all: %w", maxUnfolded, ErrLimit)}
	}
	return strings.Repeat("0", max(width-len(bits), 0)) + bits, nil
}
