package qpu

import (
	"bytes"
	"context"
	"errors"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/qnn-go/qnn/circuits"
	"github.com/qnn-go/qnn/circuits/qasm"
	"github.com/qnn-go/qnn/circuits/transpile"
	"github.com/qnn-go/qnn/internal/seal"
	"github.com/qnn-go/qnn/qsim"
)

// testJob has a weight that occurs twice and scaled, a controlled rotation, a product of
// weight and feature, and observables in three bases.
func testJob() *Job {
	w, x := circuits.Weight, circuits.Feature
	c := circuits.New(3).RY(x(0), 0).RX(w(0).Scale(2), 1).CRY(w(1), 0, 2).CX(0, 1).
		RZ(w(0).Times(x(1)), 1).RY(x(0), 2).RX(w(2), 2).CZ(1, 2).RY(circuits.Const(0.3), 0)
	parse := func(s string) circuits.PauliSum {
		o, err := circuits.ParsePauliSum(s)
		if err != nil {
			panic(err)
		}
		return o
	}
	label := 1.0
	return &Job{
		Circuit: c, Observables: []circuits.PauliSum{parse("Z0"), parse("Z0*Z1+0.5*X2-0.25"), parse("2*Y1*Z2+X0*X2")},
		Weights: []float64{0.7, -1.1, 0.4}, Shots: 100, Model: strings.Repeat("ab", 32),
		Samples: []Sample{{Row: 3, Features: []float64{0.2, 1.3}, Label: &label}, {Row: 5, Features: []float64{-0.9, 0.6}}},
	}
}

// simulated are exact results of all circuits of an export, from the programs' text.
func simulated(t *testing.T, c *Compiled) []Record {
	t.Helper()
	text := map[string]string{}
	for _, p := range c.programs {
		text[p.file] = p.text
	}
	var out []Record
	for i, e := range c.Manifest.Circuits {
		program, err := qasm.Decode(strings.NewReader(text[e.File]), qasm.DecodeOptions{})
		if err != nil {
			t.Fatalf("%v\n%s", err, text[e.File])
		}
		out = append(out, Record{Circuit: c.Manifest.Name(i), Outcomes: outcomesOf(t, program.Circuit, e.Values)})
	}
	return out
}

// outcomesOf are the probabilities of the classical bits.
func outcomesOf(t *testing.T, c *circuits.Circuit, inputs []float64) []Outcome {
	t.Helper()
	used := map[int]int{} // of a large device, few qubits are
	for _, op := range c.Ops {
		for i, q := range op.Qubits {
			if _, ok := used[q]; !ok {
				used[q] = len(used)
			}
			op.Qubits[i] = used[q]
		}
	}
	unitary, bit := circuits.New(len(used)), map[int]int{}
	for _, op := range c.Ops {
		if op.Gate == circuits.GateMeasure {
			bit[op.Qubits[0]] = op.Clbit
			continue
		}
		unitary.Ops = append(unitary.Ops, op)
	}
	p, err := qsim.Compile(unitary, qsim.Options{})
	if err != nil {
		t.Fatal(err)
	}
	probabilities, err := p.Probabilities(context.Background(), inputs, nil)
	if err != nil {
		t.Fatal(err)
	}
	table := map[string]float64{}
	for i, v := range probabilities {
		bits := []byte(strings.Repeat("0", c.Clbits))
		for q, k := range bit {
			if i>>q&1 == 1 {
				bits[len(bits)-1-k] = '1'
			}
		}
		table[string(bits)] += v
	}
	out, err := distribution(node{}, table)
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// TestRoundTrip: the programs of an export, simulated, give the expectation values of the
// job's circuit, shifted ones too, for every target, bound and symbolic.
func TestRoundTrip(t *testing.T) {
	for _, name := range []string{"", "line-4", "all-to-all-3", "grid-2x2", "ibm-heron-r2", "ibm-eagle", "iqm-garnet", "ionq-forte", "rigetti-ankaa-3"} {
		for _, symbolic := range []bool{false, name != "rigetti-ankaa-3"} { // which has few angles
			for _, gradient := range []bool{false, true} {
				j := testJob()
				j.Symbolic, j.Gradient = symbolic, gradient
				roundTrip(t, name, j)
			}
		}
	}
}

func roundTrip(t *testing.T, target string, j *Job) {
	t.Helper()
	var device *transpile.Target
	if target != "" {
		var err error
		if device, err = transpile.Load(target); err != nil {
			t.Fatal(err)
		}
	}
	c, err := Compile(t.Context(), j, device, transpile.Options{Level: 1, Trials: 2})
	if err != nil {
		t.Fatalf("%s: %v", target, err)
	}
	m := c.Manifest
	if bases := m.Bases(); !slices.Equal(bases, []string{"XZZ", "ZYZ", "XZX"}) {
		t.Fatalf("bases %v", bases)
	}
	shifts := 1
	if j.Gradient { // RX, RZ, RX: 2 each; CRY: 4
		shifts = 11
	}
	if len(m.Circuits) != 2*3*shifts {
		t.Fatalf("%d circuits, want 2 samples × 3 bases × %d", len(m.Circuits), shifts)
	}
	records := simulated(t, c)
	rand.New(rand.NewPCG(1, 1)).Shuffle(len(records), func(i, k int) { records[i], records[k] = records[k], records[i] })
	results, err := m.Match(records)
	if err != nil {
		t.Fatal(err)
	}
	parts, missing := m.Parts(m.Bases())
	if missing != nil {
		t.Fatal(missing)
	}
	got := map[[2]int][]float64{}
	for i, e := range m.Circuits {
		values, err := results[i].OutcomeValues(parts[slices.Index(m.Bases(), e.Basis)])
		if err != nil {
			t.Fatal(err)
		}
		key := [2]int{e.Sample, shiftOf(e)}
		if got[key] == nil {
			got[key] = make([]float64, len(j.Observables))
		}
		values.Mean(got[key])
	}
	for key, values := range got {
		want := shiftedValues(t, j, m, key[0], key[1])
		for k, v := range values {
			if math.Abs(v-want[k]) > 1e-9 {
				t.Errorf("%q, symbolic %v: sample %d, shift %d: %v is %g, want %g", target, j.Symbolic, key[0], key[1], j.Observables[k], v, want[k])
			}
		}
	}
}

func shiftOf(e Exported) int {
	if e.Shift == nil {
		return -1
	}
	return *e.Shift
}

// shiftedValues are the expectation values of the job's circuit with one angle shifted.
func shiftedValues(t *testing.T, j *Job, m *Manifest, sample, shift int) []float64 {
	t.Helper()
	c, err := j.Circuit.Bind(j.Weights, j.Samples[sample].Features)
	if err != nil {
		t.Fatal(err)
	}
	if shift >= 0 {
		s := m.Gradient.Shifts[shift]
		a := c.Ops[s.Op].Angles
		a[s.Angle] = a[s.Angle].Plus(circuits.Const(s.By))
	}
	p, err := qsim.Compile(c, qsim.Options{Observables: j.Observables})
	if err != nil {
		t.Fatal(err)
	}
	out := make([]float64, len(j.Observables))
	if err := p.Expect(t.Context(), out, nil, [][]float64{nil}); err != nil {
		t.Fatal(err)
	}
	return out
}

func TestSymbolicSharesInputs(t *testing.T) {
	j := testJob()
	j.Symbolic = true
	c, err := Compile(t.Context(), j, nil, transpile.Options{})
	if err != nil {
		t.Fatal(err)
	}
	// x0 occurs twice, as one input; the product of weight and feature is another.
	if m := c.Manifest; !slices.Equal(m.Parameters, []string{"theta_000", "theta_001"}) || len(c.programs) != 3 || len(m.Circuits[0].Values) != 2 || m.Circuits[0].Values[0] != 0.2 || math.Abs(m.Circuits[0].Values[1]-0.91) > 1e-15 {
		t.Errorf("parameters %v with values %v in %d programs", m.Parameters, m.Circuits[0].Values, len(c.programs))
	}
}

// TestShiftsMoveOneAngle: of a gate with several angles each shift moves the one that it is
// for.
func TestShiftsMoveOneAngle(t *testing.T) {
	j := testJob()
	w := circuits.Weight
	j.Circuit, j.Gradient = circuits.New(1).U(w(0), w(1), w(2).Times(circuits.Feature(0)), 0), true
	j.Observables, j.Samples = []circuits.PauliSum{circuits.PauliX(0)}, j.Samples[:1]
	m, err := j.plan()
	if err != nil {
		t.Fatal(err)
	}
	if len(m.Gradient.Shifts) != 6 || len(m.Circuits) != 7 {
		t.Fatalf("%d shifts in %d circuits", len(m.Gradient.Shifts), len(m.Circuits))
	}
	for i := range m.Circuits {
		e := &m.Circuits[i]
		want := []float64{0.7, -1.1, 0.4 * 0.2}
		if e.Shift != nil {
			s := m.Gradient.Shifts[*e.Shift]
			want[s.Angle] += s.By
		}
		for k, a := range j.bound(m, e).Ops[0].Angles {
			if v, ok := a.Const(); !ok || math.Abs(v-want[k]) > 1e-15 {
				t.Errorf("circuit %d: angle %d is %v, want %v", i, k, a, want[k])
			}
		}
	}
}

func TestSave(t *testing.T) {
	c, err := Compile(t.Context(), testJob(), nil, transpile.Options{})
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	if err := c.Save(t.Context(), dir); err != nil {
		t.Fatal(err)
	}
	m, err := Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	for i, e := range m.Circuits {
		text, err := os.ReadFile(filepath.Join(dir, filepath.FromSlash(e.File)))
		if err != nil {
			t.Fatal(err)
		}
		if found := comment.FindSubmatch(text); found == nil || string(found[1]) != m.Name(i) {
			t.Errorf("%s is not named %s:\n%s", e.File, m.Name(i), text)
		}
	}
	if _, err := os.Stat(filepath.Join(dir, "run_braket.py")); err != nil {
		t.Error(err)
	}
	again, err := Compile(t.Context(), testJob(), nil, transpile.Options{})
	if err != nil || again.Manifest.ID != m.ID {
		t.Errorf("the same job gives the exports %s and %s", m.ID, again.Manifest.ID)
	}
	other := testJob()
	other.Weights[0] += 1e-9
	if again, err = Compile(t.Context(), other, nil, transpile.Options{}); err != nil || again.Manifest.ID == m.ID {
		t.Errorf("another job gives the same export %s", m.ID)
	}
}

func TestJobRefuses(t *testing.T) {
	for _, tt := range []struct {
		change func(*Job)
		want   string
	}{
		{func(j *Job) { j.Circuit.MeasureAll() }, "must not measure"},
		{func(j *Job) { j.Weights = j.Weights[:2] }, "2 weights, the circuit has 3"},
		{func(j *Job) { j.Samples[1].Features = nil }, "sample 1: 0 features"},
		{func(j *Job) { j.Samples[0].Features[0] = math.NaN() }, "all finite"},
		{func(j *Job) { j.Samples = nil }, "no samples"},
		{func(j *Job) { j.Shots = 0 }, "0 shots"},
		{func(j *Job) {
			j.Gradient, j.Circuit = true, circuits.New(1).RX(circuits.Feature(0), 0)
			j.Observables = j.Observables[:1]
		}, "no angle holds a weight"},
		{func(j *Job) {
			j.Symbolic, j.Circuit = true, circuits.New(1).RX(circuits.Weight(0), 0)
			j.Observables = j.Observables[:1]
		}, "nothing symbolic"},
		{func(j *Job) { j.Samples = make([]Sample, maxCircuits); j.Circuit = circuits.New(3).H(0) }, "Take fewer samples"},
	} {
		j := testJob()
		tt.change(j)
		if _, err := Compile(t.Context(), j, nil, transpile.Options{}); !errors.Is(err, ErrJob) || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%v, want %s", err, tt.want)
		}
	}
}

func TestManifestRefuses(t *testing.T) {
	c, err := Compile(t.Context(), testJob(), nil, transpile.Options{})
	if err != nil {
		t.Fatal(err)
	}
	var b bytes.Buffer
	if err := c.Manifest.Write(&b); err != nil {
		t.Fatal(err)
	}
	good := b.String()
	if _, err := ReadManifest(strings.NewReader(good), "m.json"); err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct{ old, replacement, want string }{
		{good, "{}", `format is ""`},
		{`"version": 1`, `"version": 2`, "update qnn"},
		{`"version": 1`, `"version": 0`, "version 0"},
		{`"run": `, `"walk": `, "unknown field"},
		{c.Manifest.ID, "xyz", "16 hexadecimal digits"},
		{`"shots": 100`, `"shots": -1`, "shots"},
		{`"qubits": 3`, `"qubits": 2`, "more than 2 qubits"},
		{`"qubits": 3`, `"qubits": 100000`, "too large"},
		{`"sample": 1`, `"sample": 2`, "sample 2 of 2"},
		{`"basis": "XZZ"`, `"basis": "XZQ"`, "basis"},
		{`circuits/0001.qasm`, `../../etc/passwd`, "not within the export"},
		{`circuits/0001.qasm`, `circuits/$(id).qasm`, "not within the export"},
		{`circuits/0001.qasm`, `circuits/../manifest.json`, "not within the export"},
		{`"bits": [` + "\n    0,", `"bits": [` + "\n    1,", "different numbers"},
		{`"shots": 100,`, `"shots": 100,]`, "m.json:"},
	} {
		text := strings.Replace(good, tt.old, tt.replacement, 1)
		if tt.old == `"run": ` {
			text = strings.Replace(good, `"target": `, `"walk": `, 1)
		}
		if sealed, err := seal.Renew([]byte(text), " "); err == nil {
			text = string(sealed)
		}
		if _, err := ReadManifest(strings.NewReader(text), "m.json"); !errors.Is(err, ErrFormat) && !errors.Is(err, ErrLimit) || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%.40q for %.40q: %v, want %s", tt.replacement, tt.old, err, tt.want)
		}
	}
}

func FuzzManifest(f *testing.F) {
	j := testJob()
	j.Gradient, j.Symbolic = true, true
	c, err := Compile(context.Background(), j, nil, transpile.Options{})
	if err != nil {
		f.Fatal(err)
	}
	var b bytes.Buffer
	if err := c.Manifest.Write(&b); err != nil {
		f.Fatal(err)
	}
	f.Add(b.Bytes())
	f.Fuzz(func(t *testing.T, data []byte) {
		m, err := ReadManifest(bytes.NewReader(data), "f")
		if err != nil {
			return
		}
		m.Parts(m.Bases())
		for i := range m.Circuits {
			r := Record{Circuit: m.Name(i), Outcomes: []Outcome{{"1", 1}}}
			if _, err := m.Match([]Record{r}); err != nil {
				t.Errorf("circuit %d: %v", i, err)
			}
		}
	})
}
