package qpu

import (
	"errors"
	"maps"
	"strings"
	"testing"

	"github.com/qnn-go/qnn/circuits"
)

// exportOf is a manifest of n circuits on 3 qubits, on $9, $4 and $7 of a device, measured
// into bits 0, 1 and 2.
func exportOf(n int) *Manifest {
	m := &Manifest{ID: "0123456789abcdef", Qubits: 3, Observables: []circuits.PauliSum{circuits.PauliZ(0)}, Samples: make([]Sample, n)}
	for i := range n {
		m.Circuits = append(m.Circuits, Exported{Sample: i, Basis: "ZZZ", Physical: []int{9, 4, 7}, Bits: []int{0, 1, 2}})
	}
	return m
}

func table(r *Result) map[string]float64 {
	out := map[string]float64{}
	for _, o := range r.Outcomes {
		out[o.Bits] = o.Probability
	}
	return out
}

// TestOrder: bits come into the order of the model's qubits, by classical bit or, where
// the file lists them, by the device's qubit.
func TestOrder(t *testing.T) {
	for _, tt := range []struct {
		name   string
		bits   []int // of the circuit
		qubits []int // of the file
		given  string
		want   string
	}{
		{"classical bits", []int{0, 1, 2}, nil, "001", "001"},
		{"leading zeros left out", []int{0, 1, 2}, nil, "1", "001"},
		{"exchanged bits", []int{2, 1, 0}, nil, "001", "100"},
		{"a wider register", []int{5, 1, 0}, nil, "100010", "011"},
		{"the file's order of qubits", []int{0, 1, 2}, []int{9, 4, 7}, "011", "011"},
		{"qubits in ascending order", []int{0, 1, 2}, []int{4, 7, 9}, "001", "010"},
		{"more qubits measured", []int{0, 1, 2}, []int{1, 4, 7, 9}, "1001", "001"},
		{"a qubit more, measured as 1", []int{0, 1, 2}, []int{4, 7, 9, 1}, "1001", "010"},
	} {
		e := Exported{Physical: []int{9, 4, 7}, Bits: tt.bits}
		got, err := e.order(&Record{Qubits: tt.qubits, Shots: 1, Outcomes: []Outcome{{tt.given, 1}}}, nil)
		if err != nil || !maps.Equal(table(got), map[string]float64{tt.want: 1}) {
			t.Errorf("%s: %v, %v, want %s", tt.name, got, err, tt.want)
		}
	}
	// Outcomes that differ in other qubits only are one.
	e := Exported{Physical: []int{9, 4, 7}, Bits: []int{0, 1, 2}}
	more := []Outcome{{"0001", 0.25}, {"1001", 0.125}, {"1101", 0.5}, {"0101", 0.125}}
	got, err := e.order(&Record{Qubits: []int{4, 7, 9, 1}, Shots: 8, Outcomes: more}, nil)
	if want := map[string]float64{"010": 0.375, "011": 0.625}; err != nil || !maps.Equal(table(got), want) {
		t.Errorf("outcomes of four qubits: %v, %v, want %v", got, err, want)
	}
}

// TestMatch finds circuits by the names that records carry, by the names of files, and
// by their number.
func TestMatch(t *testing.T) {
	m := exportOf(3)
	record := func(file, circuit, bits string) Record {
		return Record{File: file, Circuit: circuit, Shots: 1, Outcomes: []Outcome{{bits, 1}}}
	}
	for name, records := range map[string][]Record{
		"by name":        {record("a", m.ID+"/0002", "010"), record("a", m.ID+"/0001", "001"), record("b", m.ID+"/0000", "000")},
		"by file":        {record("x/0001-0002.json", "", "001"), record("x/0001-0002.json", "", "010"), record("x/0000.json", "", "000")},
		"by number":      {record("a", "", "000"), record("a", "", "001"), record("b", "", "010")},
		"some, by file":  {record("0001.json", "", "001")},
		"some, by name ": {record("job", m.ID+"/0001", "001")},
	} {
		got, err := m.Match(records)
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		for i, want := range []string{"000", "001", "010"} {
			if got[i] == nil && strings.HasPrefix(name, "some") && i != 1 {
				continue
			}
			if got[i] == nil || !maps.Equal(table(got[i]), map[string]float64{want: 1}) {
				t.Errorf("%s: circuit %d has %v, want %s", name, i, got[i], want)
			}
		}
	}
	for _, tt := range []struct {
		records []Record
		want    string
	}{
		{[]Record{record("a", "", "000")}, "cannot tell which circuits"},
		{[]Record{record("a", "ffffffffffffffff/0000", "000")}, "not of the export 0123456789abcdef"},
		{[]Record{record("a", m.ID+"/0003", "000")}, "circuit 3 of an export of 3"},
		{[]Record{record("a", m.ID+"/0001", "000"), record("b", m.ID+"/0001", "000")}, "has results in a already"},
		{[]Record{record("0003.json", "", "000")}, "circuit 3 of an export of 3"},
		{[]Record{record("0000.json", "", "1000")}, "more than 3 bits"},
		{[]Record{{File: "0000.json", Qubits: []int{0, 1, 2}, Outcomes: []Outcome{{"000", 1}}}}, "measured qubits are [0 1 2], the circuit measures [9 4 7]"},
	} {
		_, err := m.Match(tt.records)
		if _, ok := errors.AsType[*FileError](err); !ok || !errors.Is(err, ErrMismatch) || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%v, want %s", err, tt.want)
		}
	}
}

// TestMatchInputs: results of a symbolic circuit are found by their inputs, or by the
// number of their set of parameters.
func TestMatchInputs(t *testing.T) {
	m := exportOf(3)
	m.Parameters = []string{"theta_000"}
	for i := range m.Circuits {
		m.Circuits[i].Values = []float64{[]float64{0.5, 1.5, 0.5}[i]}
	}
	record := func(row int, inputs map[string]float64, bits string) Record {
		return Record{Circuit: m.ID + "/0000", Row: row, Inputs: inputs, Shots: 1, Outcomes: []Outcome{{bits, 1}}}
	}
	for name, records := range map[string][]Record{
		"rows":   {record(0, nil, "000"), record(1, nil, "001"), record(2, nil, "010")},
		"inputs": {record(0, map[string]float64{"theta_000": 0.5}, "000"), record(1, map[string]float64{"theta_000": 1.5}, "001"), record(2, map[string]float64{"theta_000": 0.5}, "010")},
	} {
		got, err := m.Match(records)
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		for i, want := range []string{"000", "001", "010"} {
			if !maps.Equal(table(got[i]), map[string]float64{want: 1}) {
				t.Errorf("%s: circuit %d has %v, want %s", name, i, got[i], want)
			}
		}
	}
	if _, err := m.Match([]Record{record(0, map[string]float64{"theta_000": 2}, "000")}); !errors.Is(err, ErrMismatch) {
		t.Errorf("unknown inputs: %v", err)
	}
}

// TestTally: 60 shots with bit 0 clear and 40 with it set, on two qubits.
func TestTally(t *testing.T) {
	r := &Result{Shots: 100, Outcomes: []Outcome{{"00", 0.3}, {"01", 0.2}, {"10", 0.3}, {"11", 0.2}}}
	zz, err := circuits.ParsePauliSum("Z0*Z1")
	if err != nil {
		t.Fatal(err)
	}
	values, err := r.OutcomeValues([]circuits.PauliSum{circuits.PauliZ(0), zz})
	if err != nil {
		t.Fatal(err)
	}
	mean, variance := make([]float64, 2), make([]float64, 2)
	values.Mean(mean)
	values.Variance(variance)
	// ⟨Z⟩ = 0.6 − 0.4, with the variance (1 − ⟨Z⟩²)/99.
	if near := func(a, b float64) bool { return a-b < 1e-12 && b-a < 1e-12 }; !near(mean[0], 0.2) || !near(mean[1], 0) || !near(variance[0], 0.96/99) || !near(variance[1], 1.0/99) {
		t.Errorf("means %v, variances %v", mean, variance)
	}
	exact := &Result{Values: map[string]float64{"Z0": 0.5}}
	if values, err = exact.OutcomeValues([]circuits.PauliSum{{{Coef: 2, String: circuits.PauliZ(0)[0].String}, {Coef: 1}}}); err != nil || values.Values[0][0] != 2 || values.N != 0 {
		t.Errorf("%+v, %v", values, err)
	}
	if _, err := exact.OutcomeValues([]circuits.PauliSum{zz}); !errors.Is(err, ErrMismatch) {
		t.Errorf("an observable that was not measured: %v", err)
	}
}

func TestPrices(t *testing.T) {
	p, err := ReadPrices(strings.NewReader(string(DefaultPrices())), "prices")
	if err != nil {
		t.Fatal(err)
	}
	for _, v := range p.Prices {
		if v.Source == "" || v.Date == "" || v.Currency == "" {
			t.Errorf("%s: a price without source, date or currency", v.Target)
		}
	}
	for _, tt := range []struct {
		target string
		want   float64
		tasks  int
	}{
		{"iqm-garnet", 3*0.30 + 3*1000*0.00145, 3},
		{"ibm-heron-r2", (2 + 3*1000*0.00035) * 1.60, 1}, // one job
	} {
		m := exportOf(3)
		m.Target, m.Shots = tt.target, 1000
		if c := p.Estimate(m); len(c) != 1 || c[0].Tasks != tt.tasks || c[0].Cost-tt.want > 1e-9 || tt.want-c[0].Cost > 1e-9 {
			t.Errorf("%s: %+v, want %v", tt.target, c, tt.want)
		}
	}
	m := exportOf(3)
	if m.Target = "line-4"; len(p.Estimate(m)) != 0 {
		t.Error("a line of qubits has a price")
	}
	if m.Target = "braket"; len(p.Estimate(m)) < 3 {
		t.Error("a program for any device of Amazon Braket has the price of each")
	}
	for _, text := range []string{"{", `{"prices":[{"target":"a","per_shot":-1}]}`, `{"prices":[{"per_shot":1}]}`, `{"prices":3}`} {
		if _, err := ReadPrices(strings.NewReader(text), "p.json"); !errors.Is(err, ErrFormat) {
			t.Errorf("%s: %v", text, err)
		}
	}
}
