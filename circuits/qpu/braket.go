package qpu

import (
	"encoding/json"
	"fmt"
	"math"
	"math/bits"
	"regexp"
	"slices"
	"strings"

	"github.com/qnn-go/qnn/circuits"
)

// braket reads a result of Amazon Braket by the name in its header.
func (n node) braket(header node) ([]Record, error) {
	name, err := header.get("name").text()
	if err != nil {
		return nil, err
	}
	if version, _ := header.get("version").text(); version != "1" {
		return nil, header.fail("%.60s of version %.10q, must be 1", name, version)
	}
	switch name {
	case "braket.task_result.gate_model_task_result":
		shots, err := n.at("taskMetadata", "shots").whole(maxShots)
		if err != nil {
			return nil, err
		}
		r, err := n.braketRecord(shots)
		if err == nil {
			err = r.identify(n.at("additionalMetadata", "action"), 0)
		}
		return []Record{r}, err
	case "braket.task_result.program_set_task_result":
		return n.programSet()
	}
	return nil, header.fail("%.80q: a kind of result that holds no counts of circuits", name)
}

// programSet reads the results of several programs, each with several sets of inputs.
func (n node) programSet() ([]Record, error) {
	programs, err := n.get("programResults").list()
	if err != nil {
		return nil, err
	}
	var out []Record
	for _, program := range programs {
		if _, err := program.text(); err == nil {
			return nil, program.fail("the results are in a file of their own. Load the task with the SDK and save its result in one file")
		}
		runs, err := program.get("executableResults").list()
		if err != nil {
			return nil, err
		}
		for _, run := range runs {
			r, err := run.executable(program.get("source"))
			if err != nil {
				return nil, err
			}
			if out = append(out, r); len(out) > maxRecords {
				return nil, &FileError{Path: program.path, Err: fmt.Errorf("over %d results: %w", maxRecords, ErrLimit)}
			}
		}
	}
	return out, nil
}

// executable reads the result of a program with one set of its inputs.
func (n node) executable(source node) (Record, error) {
	if name, _ := n.at("braketSchemaHeader", "name").text(); name != "braket.task_result.program_set_executable_result" {
		return Record{}, n.fail("%.80s: this program did not run. Run it again", name)
	}
	r, err := n.braketRecord(0)
	if err != nil {
		return r, err
	}
	row, err := n.get("inputsIndex").whole(maxRecords)
	if err != nil {
		return r, err
	}
	return r, r.identify(source, row)
}

// comment names the circuit in an exported program.
var comment = regexp.MustCompile(`(?m)^// qnn ([0-9a-f]+/[0-9]+)\b`)

// identify takes the circuit's name from the comment in its program, and the inputs, of
// several sets that of the given row.
func (r *Record) identify(action node, row int) error {
	if action.absent() {
		return nil
	}
	source, err := action.get("source").text()
	if err != nil {
		return err
	}
	if found := comment.FindStringSubmatch(source); found != nil {
		r.Circuit = found[1]
	}
	r.Row = row
	inputs := action.get("inputs")
	if inputs.absent() {
		return nil
	}
	sets := map[string][]float64{}
	if json.Unmarshal(inputs.raw, &sets) != nil {
		return inputs.decode(&r.Inputs, "numbers by the name of an input")
	}
	r.Inputs = map[string]float64{}
	for name, values := range sets {
		if row >= len(values) {
			return inputs.fail("no set of inputs number %d", row)
		}
		r.Inputs[name] = values[row]
	}
	return nil
}

// braketRecord reads the outcomes of one program: measurements, else their
// probabilities, else the values of result types.
func (n node) braketRecord(shots int) (Record, error) {
	r := Record{Path: n.path, Shots: shots}
	if q := n.get("measuredQubits"); !q.absent() {
		if err := q.decode(&r.Qubits, "a list of qubits"); err != nil {
			return r, err
		}
	}
	var err error
	measurements, probabilities := n.get("measurements"), n.get("measurementProbabilities")
	switch {
	case !measurements.absent() && string(measurements.raw) != "[]": // as a simulator without shots has it
		err = r.measured(measurements)
	case !probabilities.absent():
		err = r.probabilities(probabilities)
	default:
		err = r.resultTypes(n.get("resultTypes"))
	}
	if err != nil {
		return r, err
	}
	if len(r.Outcomes) > 0 && r.Qubits != nil && len(r.Qubits) != len(r.Outcomes[0].Bits) {
		return r, n.fail("%d measured qubits, outcomes of %d bits", len(r.Qubits), len(r.Outcomes[0].Bits))
	}
	return r, nil
}

// measured counts rows of bits, numbers or texts; column k is bit k.
func (r *Record) measured(n node) error {
	var rows [][]json.RawMessage
	if err := n.decode(&rows, "a list of lists of bits"); err != nil {
		return err
	}
	counts := counter{}
	var row []byte
	for i, bits := range rows {
		if len(bits) == 0 || len(bits) > maxBits || len(bits) != len(rows[0]) {
			return node{path: n.index(i)}.fail("%d bits, must be %d as in the first row, from 1 to %d", len(bits), len(rows[0]), maxBits)
		}
		row = row[:0]
		for k := range bits {
			b := strings.Trim(string(bits[len(bits)-1-k]), `"`)
			if b != "0" && b != "1" {
				return node{path: n.index(i)}.fail("%.20q is no bit", b)
			}
			row = append(row, b[0])
		}
		counts[string(row)]++
	}
	counted, err := counts.record(n)
	r.Outcomes, r.Shots = counted.Outcomes, counted.Shots
	return err
}

// probabilities reads a table whose keys have bit 0 first.
func (r *Record) probabilities(n node) error {
	var table map[string]float64
	if err := n.decode(&table, "probabilities by outcome"); err != nil {
		return err
	}
	reversed, width := make(map[string]float64, len(table)), 0
	for key, p := range table {
		if width == 0 {
			width = len(key)
		}
		if strings.Trim(key, "01") != "" || len(key) != width || width == 0 || width > maxBits {
			return n.fail("%.40q is no outcome, or of another length than others", key)
		}
		b := []byte(key)
		slices.Reverse(b)
		reversed[string(b)] = p
	}
	var err error
	r.Outcomes, err = distribution(n, reversed)
	return err
}

// resultTypes reads the results of a simulator without shots: the probabilities of all
// qubits, or expectation values.
func (r *Record) resultTypes(n node) error {
	if n.absent() {
		return n.fail("the task has neither measurements, their probabilities nor result types")
	}
	list, err := n.list()
	if err != nil {
		return err
	}
	for _, entry := range list {
		kind, err := entry.at("type", "type").text()
		if err != nil {
			return err
		}
		switch kind {
		case "probability":
			if err := r.probabilityType(entry); err != nil {
				return err
			}
		case "expectation":
			if err := r.expectationType(entry); err != nil {
				return err
			}
		}
	}
	if r.Outcomes == nil && r.Values == nil {
		return n.fail("neither a probability nor an expectation value is there")
	}
	return nil
}

// probabilityType reads probabilities by index, whose most significant bit is the first target.
func (r *Record) probabilityType(n node) error {
	var p []float64
	if err := n.get("value").decode(&p, "a list of probabilities"); err != nil {
		return err
	}
	width := bits.Len(uint(len(p))) - 1
	if width < 1 || len(p) != 1<<width {
		return n.get("value").fail("%d probabilities, must be a power of 2", len(p))
	}
	if targets := n.at("type", "targets"); !targets.absent() {
		if err := targets.decode(&r.Qubits, "a list of qubits"); err != nil {
			return err
		}
	} else if len(r.Qubits) == 0 {
		r.Qubits = nil
	}
	table := make(map[string]float64)
	for i, v := range p {
		if v != 0 {
			b := fmt.Appendf(nil, "%0*b", width, i)
			slices.Reverse(b)
			table[string(b)] = v
		}
	}
	var err error
	r.Outcomes, err = distribution(n.get("value"), table)
	return err
}

// expectationType reads the expectation value of a product of Pauli matrices.
func (r *Record) expectationType(n node) error {
	v, err := n.get("value").number()
	if err != nil {
		return err
	}
	if !(math.Abs(v) <= 1+probabilityTolerance) {
		return n.get("value").fail("expectation value %v of a product of Pauli matrices", v)
	}
	var letters []string
	if err := n.at("type", "observable").decode(&letters, "a list of Pauli matrices"); err != nil {
		return err
	}
	var targets []int
	if err := n.at("type", "targets").decode(&targets, "a list of qubits"); err != nil {
		return err
	}
	if len(targets) != len(letters) {
		return n.fail("%d matrices on %d qubits", len(letters), len(targets))
	}
	var s circuits.PauliString
	for i, letter := range letters {
		switch letter {
		case "i":
		case "x", "y", "z":
			s = append(s, circuits.PauliFactor{Qubit: targets[i], Pauli: letter[0] - 'x' + 'X'})
		default:
			return n.at("type", "observable").fail("%.20q is no Pauli matrix", letter)
		}
	}
	slices.SortFunc(s, func(a, b circuits.PauliFactor) int { return a.Qubit - b.Qubit })
	sum := circuits.PauliSum{{Coef: 1, String: s}}
	if err := sum.Validate(); err != nil {
		return n.fail("%v", err)
	}
	if r.Values == nil {
		r.Values = map[string]float64{}
	}
	r.Values[sum.String()] = v
	return nil
}
