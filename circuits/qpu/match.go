package qpu

import (
	"errors"
	"fmt"
	"maps"
	"math"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// Result is what was measured of a circuit of an export, its bits in the order of the
// model's qubits.
type Result struct {
	Shots    int // 0: exact probabilities
	Outcomes []Outcome
	// Values are expectation values by the name of the observable, with their standard
	// errors where they are estimates.
	Values, Errors map[string]float64
}

// numbered is the name of a result file that our run scripts write: the number of its
// first circuit, and of its last if there are more.
var numbered = regexp.MustCompile(`^([0-9]{4,7})(-[0-9]{4,7})?\.json$`)

// Match finds the circuit that each record is of and brings its bits into the order of
// the model's qubits: element i is what was measured of circuit i, nil where no record
// is of it. A record is matched by the name that its file repeats (ID/NUMBER); without
// one, by the name of the file, as run scripts give it; without that, by its place, if
// there are as many records as circuits.
//
// The error is a [*FileError] that wraps [ErrMismatch].
func (m *Manifest) Match(records []Record) ([]*Result, error) {
	out := make([]*Result, len(m.Circuits))
	from := make([]string, len(m.Circuits))
	place := map[string]int{} // of the next record of a file without names
	var terms map[string][]string
	for i := range records {
		r := &records[i]
		fail := func(format string, args ...any) error {
			return &FileError{File: r.File, Path: r.Path, Err: fmt.Errorf("%w: %s", ErrMismatch, fmt.Sprintf(format, args...))}
		}
		at, err := m.find(r, place[r.File], i, len(records), out)
		if err != nil {
			return nil, fail("%v", err)
		}
		place[r.File]++
		if at < 0 || at >= len(out) {
			return nil, fail("circuit %d of an export of %d", at, len(out))
		}
		if out[at] != nil {
			return nil, fail("circuit %04d has results in %s already. Give each result once", at, from[at])
		}
		if r.Estimates != nil && terms == nil {
			terms = m.Terms()
		}
		if out[at], err = m.Circuits[at].order(r, terms); err != nil {
			return nil, fail("circuit %04d: %v", at, err)
		}
		from[at] = r.File
	}
	return out, nil
}

// find is the number of the circuit that r is of; place counts the records of its file,
// index those of all files.
func (m *Manifest) find(r *Record, place, index, records int, found []*Result) (int, error) {
	if r.Circuit != "" {
		id, number, _ := strings.Cut(r.Circuit, "/")
		at, err := strconv.Atoi(number)
		if id != m.ID || err != nil {
			return 0, fmt.Errorf("the result is of circuit %.40s, not of the export %s", r.Circuit, m.ID)
		}
		if m.Symbolic() && len(r.Inputs) > 0 {
			return m.findInputs(r.Inputs, found)
		}
		if !m.Symbolic() {
			return at, nil
		}
		return at + r.Row, nil
	}
	if name := numbered.FindStringSubmatch(filepath.Base(r.File)); name != nil {
		first, err := strconv.Atoi(name[1])
		return first + place, err
	}
	if records == len(m.Circuits) {
		return index, nil
	}
	return 0, fmt.Errorf("cannot tell which circuits these results are of: neither do they say, nor is the file called like 0000.json or 0000-0099.json, by the numbers of the first and last circuit, nor are there %d of them but %d", len(m.Circuits), records)
}

// findInputs finds a circuit by the values of its parameters, of several alike the
// first without a result.
func (m *Manifest) findInputs(inputs map[string]float64, found []*Result) (int, error) {
	at := -1
	for i, c := range m.Circuits {
		if (at < 0 || found[i] == nil) && m.hasInputs(&c, inputs) {
			if at = i; found[i] == nil {
				break
			}
		}
	}
	if at < 0 {
		return 0, errors.New("no circuit of the export has these inputs")
	}
	return at, nil
}

func (m *Manifest) hasInputs(c *Exported, inputs map[string]float64) bool {
	for k, name := range m.Parameters {
		if v, ok := inputs[name]; !ok || math.Abs(v-c.Values[k]) > 1e-9 {
			return false
		}
	}
	return true
}

// order is r with bit q that of qubit q of the model, and estimates by the names of the
// terms of their basis.
func (c *Exported) order(r *Record, terms map[string][]string) (*Result, error) {
	out := &Result{Shots: r.Shots, Values: r.Values}
	if r.Estimates != nil {
		return out, out.estimate(terms[c.Basis], r.Estimates)
	}
	if r.Outcomes == nil {
		return out, nil
	}
	from := c.Bits // bit of r that qubit q was measured into
	if r.Qubits != nil {
		from = make([]int, len(c.Physical))
		for q, p := range c.Physical {
			if from[q] = slices.Index(r.Qubits, p); from[q] < 0 {
				return nil, fmt.Errorf("measured qubits are %v, the circuit measures %v", r.Qubits, c.Physical)
			}
		}
	}
	width := slices.Max(from) + 1
	table := map[string]float64{}
	bits := make([]byte, len(from))
	for _, o := range r.Outcomes {
		if extra := len(o.Bits) - width; extra > 0 && r.Qubits == nil && strings.Contains(o.Bits[:extra], "1") {
			return nil, fmt.Errorf("outcome %s has more than %d bits", o.Bits, width)
		}
		for q, k := range from {
			bits[len(bits)-1-q] = '0'
			if at := len(o.Bits) - 1 - k; at >= 0 { // leading zeros may be left out
				bits[len(bits)-1-q] = o.Bits[at]
			}
		}
		table[string(bits)] += o.Probability
	}
	for _, b := range slices.Sorted(maps.Keys(table)) {
		out.Outcomes = append(out.Outcomes, Outcome{b, table[b]})
	}
	return out, nil
}

// estimate takes the estimates of terms.
func (r *Result) estimate(terms []string, estimates []Estimate) error {
	if len(estimates) != len(terms) {
		return fmt.Errorf("%d expectation values, the circuit measures %d: %s", len(estimates), len(terms), strings.Join(terms, ", "))
	}
	r.Values, r.Errors = map[string]float64{}, map[string]float64{}
	for k, name := range terms {
		r.Values[name], r.Errors[name] = estimates[k].Value, estimates[k].Error
	}
	return nil
}
