package qnn

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/qnn-go/qnn/circuits"
	"github.com/qnn-go/qnn/circuits/ansatz"
	"github.com/qnn-go/qnn/qnn/dataset"
	"github.com/qnn-go/qnn/qsim"
)

// written is m as a file.
func written(t testing.TB, m *Model) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := m.Write(&b); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// everything is a model that has all a file can hold: a pipeline of several steps
// over a categorical column, a unitary matrix, sums of Pauli strings, a measurement.
func everything(t testing.TB) (*Model, [][]float64) {
	t.Helper()
	d := randomData(1, Multiclass, 12, 3)
	d.Columns[1] = dataset.Column{Name: "colour", Levels: []string{"red", "green", "ängstlich \"<b>\""}}
	for i, row := range d.X {
		row[1] = float64(i % 3)
	}
	d.X[5][0] = math.NaN()
	p := scaled(t, d, &dataset.Impute{}, &dataset.OneHot{}, &dataset.Standard{}, &dataset.PCA{K: 3})
	c := build(t, ansatz.Config{Features: 3, Layers: 1})
	u := complex(math.Cos(0.3), 0) // RY(0.6) on one of the two qubits
	v := complex(math.Sin(0.3), 0)
	c.Unitary([]complex128{u, -v, 0, 0, v, u, 0, 0, 0, 0, u, -v, 0, 0, v, u}, 2, 0).Barrier().GPhase(circuits.Weight(1)).Measure(1, 0)
	sums := small(t, Multiclass, 1, nil).Observables
	return create(t, Config{Circuit: c, Observables: sums, Classes: d.Classes, Target: "target", Pipeline: p, Seed: 4}), d.X
}

func TestModelRoundTrip(t *testing.T) {
	amplitude := create(t, Config{
		Circuit: build(t, ansatz.Config{Features: 4, Encoding: "amplitude"}), Classes: []string{"a", "b"}, Amplitude: true,
	})
	regression, d := sine(t, 1)
	fit(t, Trainer{Epochs: 2}, regression, d, nil)
	whole, rows := everything(t)
	for name, x := range map[string]struct {
		m    *Model
		rows [][]float64
	}{
		"everything": {whole, rows},
		"amplitude":  {amplitude, [][]float64{{1, 2, 3, 4}, {-1, 0, 0.5, 0}}},
		"regression": {regression, d.X},
	} {
		file := written(t, x.m)
		back := value(Read(bytes.NewReader(file), nil))(t)
		if again := written(t, back); !bytes.Equal(file, again) {
			t.Errorf("%s: written again:\n%s\nwant\n%s", name, again, file)
		}
		want, got := value(x.m.Scores(t.Context(), x.rows))(t), value(back.Scores(t.Context(), x.rows))(t)
		if text(t, got) != text(t, want) || back.Weights() != x.m.Weights() {
			t.Errorf("%s: scores %v, want %v", name, got, want)
		}
	}
}

func TestModelNumbersKeepTheirBits(t *testing.T) {
	m := small(t, Binary, 1, nil)
	copy(m.Parameters, []float64{math.Copysign(0, -1), 5e-324, math.MaxFloat64, -1. / 3, math.Nextafter(1, 2)})
	back := value(Read(bytes.NewReader(written(t, m)), nil))(t)
	for i, v := range m.Parameters {
		if math.Float64bits(back.Parameters[i]) != math.Float64bits(v) {
			t.Errorf("parameter %d: %v reads back as %v", i, v, back.Parameters[i])
		}
	}
}

func TestSave(t *testing.T) {
	path := filepath.Join(t.TempDir(), "model.json")
	m := small(t, Binary, 1, nil)
	if err := m.Save(path); err != nil {
		t.Fatal(err)
	}
	old := value(os.ReadFile(path))(t)
	if !bytes.Equal(old, written(t, m)) {
		t.Error("Save and Write differ")
	}
	m.Parameters[0] = math.NaN()
	if err := m.Save(path); err == nil {
		t.Error("NaN was saved")
	}
	if now := value(os.ReadFile(path))(t); !bytes.Equal(now, old) {
		t.Error("a failed Save changed the file")
	}
}

// edited is the file of everything with the value at a path replaced; a nil value
// removes it.
func edited(t testing.TB, path string, to any) []byte {
	t.Helper()
	m, _ := everything(t)
	var file map[string]any
	if err := json.Unmarshal(written(t, m), &file); err != nil {
		t.Fatal(err)
	}
	delete(file, "sha256") // as a file of an older program, all of which is checked
	keys := strings.Split(path, ".")
	var at any = file
	for _, k := range keys[:len(keys)-1] {
		if list, ok := at.([]any); ok {
			at = list[value(strconv.Atoi(k))(t)]
			continue
		}
		at = at.(map[string]any)[k]
	}
	last := keys[len(keys)-1]
	switch parent := at.(type) {
	case []any:
		parent[value(strconv.Atoi(last))(t)] = to
	case map[string]any:
		parent[last] = to
		if to == nil {
			delete(parent, last)
		}
	default:
		t.Fatalf("%s: no such place", path)
	}
	return value(json.Marshal(file))(t)
}

// TestReadChecksum: a changed digit of a parameter is found, though it is as good a number.
func TestReadChecksum(t *testing.T) {
	whole := written(t, small(t, Binary, 1, nil))
	i := bytes.Index(whole, []byte(`"parameters"`)) + bytes.IndexAny(whole[bytes.Index(whole, []byte(`"parameters"`)):], "123456789")
	for digit := byte('1'); digit <= '9'; digit++ {
		changed := slices.Clone(whole)
		changed[i] = digit
		_, err := Read(bytes.NewReader(changed), nil)
		if same := digit == whole[i]; same != (err == nil) || !same && (!errors.Is(err, ErrChecksum) || !errors.Is(err, ErrFormat)) {
			t.Errorf("digit %c for %c: %v", digit, whole[i], err)
		}
	}
}

// spread is the file of everything with gates on so many qubits.
func spread(t testing.TB, qubits int) []byte {
	t.Helper()
	m, _ := everything(t)
	c := m.Circuit.Clone()
	for q := c.Qubits; q < qubits; q++ {
		c.Qubits++
		c.H(q)
	}
	return edited(t, "circuit", c)
}

// hostile are model files that must be refused.
func hostile(t testing.TB) map[string][]byte {
	t.Helper()
	model, _ := everything(t)
	whole := written(t, model)
	type object = map[string]any
	levels := make([]string, 1e4)
	for i := range levels {
		levels[i] = strconv.Itoa(i)
	}
	columns := make([]object, 1e4)
	for i := range columns {
		columns[i] = object{"name": levels[i]}
	}
	oneHot := object{"kind": "one-hot", "fitted": object{}}
	pipeline := func(columns []object, steps ...object) object { return object{"columns": columns, "steps": steps} }
	raw := func(text string) json.RawMessage { return json.RawMessage(text) }
	files := map[string][]byte{
		"empty":                      nil,
		"truncated":                  whole[:len(whole)/2],
		"data after the model":       append(slices.Clone(whole), "{}"...),
		"a bracket after the model":  append(slices.Clone(whole), '}'),
		"two models":                 append(slices.Clone(whole), whole...),
		"60 qubits":                  spread(t, 60),
		"deep":                       []byte(strings.Repeat(`{"circuit":`, 1e6)),
		"deep list":                  []byte(`{"circuit":{"ops":` + strings.Repeat("[", 1e6)),
		"a list":                     []byte("[1]"),
		"null":                       []byte("null"),
		"not a circuit but its text": []byte(`{"format":"qnn-model","version":1,"circuit":"q"}`),
	}
	for name, e := range map[string]struct {
		path string
		to   any
	}{
		"10⁹ qubits":                {"circuit.qubits", 1e9},
		"−1 qubits":                 {"circuit.qubits", -1},
		"half a qubit":              {"circuit.qubits", 2.5},
		"no qubits":                 {"circuit.qubits", 0},
		"10⁹ classical bits":        {"circuit.clbits", 1e9},
		"weight 2³⁰":                {"circuit.ops.0.angles", []string{"w1073741824"}},
		"weight 2²⁴−1":              {"circuit.ops.0.angles", []string{"w16777215"}},
		"feature 2³⁰":               {"circuit.ops.0.angles", []string{"x1073741824"}},
		"feature beyond pipeline":   {"circuit.ops.0.angles", []string{"x3"}},
		"infinite angle":            {"circuit.ops.0.angles", []string{"1e999"}},
		"angle in words":            {"circuit.ops.0.angles", []string{"quarter"}},
		"no angle":                  {"circuit.ops.0.angles", nil},
		"qubit out of range":        {"circuit.ops.0.qubits", []int{3}},
		"negative qubit":            {"circuit.ops.0.qubits", []int{-1}},
		"unknown gate":              {"circuit.ops.0.gate", "ccccx"},
		"no gate":                   {"circuit.ops.0.gate", nil},
		"operations null":           {"circuit.ops", []any{nil}},
		"no circuit":                {"circuit", nil},
		"unknown field":             {"evil", 1},
		"unknown field of head":     {"head.evil", 1},
		"unknown field of circuit":  {"circuit.evil", 1},
		"format of others":          {"format", "other"},
		"no format":                 {"format", nil},
		"version 2":                 {"version", 2},
		"version 0":                 {"version", 0},
		"version −1":                {"version", -1},
		"version in words":          {"version", "one"},
		"NaN parameter":             {"parameters.0", "NaN"},
		"infinite parameter":        {"parameters.0", raw("1e999")},
		"null parameters":           {"parameters", nil},
		"a parameter less":          {"parameters", model.Parameters[1:]},
		"a parameter more":          {"parameters", append(slices.Clone(model.Parameters), 1)},
		"two class names of three":  {"classes", []string{"a", "b"}},
		"no class names":            {"classes", nil},
		"unknown task":              {"head.task", "ternary"},
		"task of two classes":       {"head.task", "binary"},
		"outputs of others":         {"head.outputs", 4},
		"outputs that overflow":     {"head.outputs", raw("4611686018427387904")},
		"negative outputs":          {"head.outputs", -3},
		"no observables":            {"observables", nil},
		"empty observables":         {"observables", []string{}},
		"observable out of range":   {"observables.0", "Z3"},
		"observable far out":        {"observables.0", "Z2000000000"},
		"infinite observable":       {"observables.0", "1e999*Z0"},
		"observable in words":       {"observables.0", "zed"},
		"long observable":           {"observables.0", strings.Repeat("Z", 1e6)},
		"matrix not unitary":        {unitaryAt(model), [][2]float64{{2, 0}, {0, 0}, {0, 0}, {2, 0}}},
		"matrix of another size":    {unitaryAt(model), [][2]float64{{1, 0}}},
		"pipeline not fitted":       {"pipeline", object{}},
		"pipeline of unknown steps": {"pipeline", pipeline(columns[:3], object{"kind": "exec", "fitted": object{}})},
		"pipeline of categories":    {"pipeline", pipeline([]object{{"name": "c", "levels": levels}})},
		"one-hot of long names":     {"pipeline", pipeline([]object{{"name": strings.Repeat("c", 1e6), "levels": levels}}, oneHot)},
		"10⁴ steps on 10⁴ columns":  {"pipeline", pipeline(columns, slices.Repeat([]object{oneHot}, 1e4)...)},
		"pipeline too narrow":       {"pipeline", pipeline(columns[:2])},
		"feature 7 of 7 amplitudes": {"circuit.ops.0.angles", []string{"x7"}},
	} {
		files[name] = edited(t, e.path, e.to)
	}
	const amplitudes = "feature 7 of 7 amplitudes"
	files[amplitudes] = bytes.Replace(files[amplitudes], []byte("{"), []byte(`{"amplitude":true,`), 1)
	return files
}

// unitaryAt is the path of the matrix in the file of everything.
func unitaryAt(m *Model) string {
	i := slices.IndexFunc(m.Circuit.Ops, func(o circuits.Op) bool { return o.Gate == circuits.GateUnitary })
	return fmt.Sprintf("circuit.ops.%d.matrix", i)
}

// reading is Read, and the bytes it allocated.
func reading(data []byte) (*Model, uint64, error) {
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	m, err := Read(bytes.NewReader(data), nil)
	runtime.ReadMemStats(&after)
	return m, after.TotalAlloc - before.TotalAlloc, err
}

// bound is what reading a file of n bytes may allocate: a few hundred bytes for each
// of the file's, and what the limits of circuits and pipelines leave.
func bound(n int) uint64 { return 256<<20 + 500*uint64(n) }

func TestReadRefusesHostileFiles(t *testing.T) {
	if testing.Short() {
		t.Skip("slow; the whole form of the tests runs it")
	}
	whole, _ := everything(t)
	if _, _, err := reading(edited(t, "target", "other")); err != nil {
		t.Fatalf("a harmless edit: %v", err)
	}
	for name, data := range hostile(t) {
		m, allocated, err := reading(data)
		if m != nil || !errors.Is(err, ErrFormat) {
			t.Errorf("%s: model %v, error %v; want ErrFormat", name, m, err)
			continue
		}
		if allocated > bound(len(data)) {
			t.Errorf("%s: %d bytes allocated for a file of %d", name, allocated, len(data))
		}
		if strings.Contains(err.Error(), "\n") {
			t.Errorf("%s: error of several lines: %v", name, err)
		}
	}
	for n := range written(t, whole) {
		if n%97 == 0 {
			if _, err := Read(bytes.NewReader(written(t, whole)[:n]), nil); !errors.Is(err, ErrFormat) {
				t.Fatalf("truncated to %d bytes: %v", n, err)
			}
		}
	}
}

// The cause stays visible behind ErrFormat.
func TestReadErrorsKeepTheirCause(t *testing.T) {
	files := hostile(t)
	var memory *qsim.MemoryError
	if _, err := Read(bytes.NewReader(files["60 qubits"]), nil); !errors.As(err, &memory) || memory.Qubits != 60 {
		t.Errorf("60 qubits: %v, want a *qsim.MemoryError", err)
	}
	var op *circuits.OpError
	if _, err := Read(bytes.NewReader(files["negative qubit"]), nil); !errors.As(err, &op) || op.Index != 0 {
		t.Errorf("negative qubit: %v, want a *circuits.OpError", err)
	}
	for name, cause := range map[string]error{
		"weight 2³⁰": circuits.ErrRange, "version 2": ErrFormat, "a parameter less": ErrConfig, "pipeline not fitted": dataset.ErrNotFitted,
		"one-hot of long names": dataset.ErrTooLarge, "10⁴ steps on 10⁴ columns": dataset.ErrTooLarge,
	} {
		if _, err := Read(bytes.NewReader(files[name]), nil); !errors.Is(err, cause) {
			t.Errorf("%s: %v, want %v", name, err, cause)
		}
	}
	for name, word := range map[string]string{"version 2": "update", "format of others": `"other"`} {
		if _, err := Read(bytes.NewReader(files[name]), nil); !strings.Contains(err.Error(), word) {
			t.Errorf("%s: %v does not say %s", name, err, word)
		}
	}
}

// A model too large to run can be read, for export; running it is refused.
func TestReadModelTooLargeToRun(t *testing.T) {
	const qubits = 50 // 16 PiB, beyond what a process can address
	m := value(Read(bytes.NewReader(spread(t, qubits)), nil))(t)
	var memory *qsim.MemoryError
	_, rows := everything(t)
	if _, err := m.Predict(t.Context(), rows); !errors.As(err, &memory) || memory.Qubits != qubits {
		t.Errorf("%d qubits: error %v, want a *qsim.MemoryError", qubits, err)
	}
}

// Qubits that no gate of a model acts on cost nothing, however many they are.
func TestReadModelWithIdleQubits(t *testing.T) {
	whole, rows := everything(t)
	want := value(whole.Predict(t.Context(), rows))(t)
	m := value(Read(bytes.NewReader(edited(t, "circuit.qubits", 50)), nil))(t)
	if got := value(m.Predict(t.Context(), rows))(t); !slices.Equal(got, want) {
		t.Errorf("predictions %v, without idle qubits %v", got, want)
	}
}

func TestReadPassesOnFailures(t *testing.T) {
	broken := errors.New("broken pipe")
	if _, err := Read(iotest.ErrReader(broken), nil); !errors.Is(err, broken) || errors.Is(err, ErrFormat) {
		t.Errorf("failing reader: %v", err)
	}
}

// spaces is a reader of spaces without end.
type spaces struct{}

func (spaces) Read(p []byte) (int, error) {
	for i := range p {
		p[i] = ' '
	}
	return len(p), nil
}

func TestReadEndsEndlessFiles(t *testing.T) {
	if testing.Short() {
		t.Skip("reads 256 MiB")
	}
	if _, err := Read(spaces{}, nil); !errors.Is(err, ErrFormat) {
		t.Errorf("file without end: %v, want ErrFormat", err)
	}
}

func FuzzRead(f *testing.F) {
	whole, _ := everything(f)
	f.Add(written(f, whole))
	f.Add(written(f, small(f, Regression, 1, nil)))
	for _, data := range hostile(f) {
		if len(data) < 2e4 {
			f.Add(data)
		}
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		m, allocated, err := reading(data)
		if allocated > bound(len(data)) {
			t.Fatalf("%d bytes allocated for a file of %d", allocated, len(data))
		}
		if err != nil {
			if m != nil || !errors.Is(err, ErrFormat) {
				t.Fatalf("model %v, error %v", m, err)
			}
			return
		}
		file := written(t, m)
		back, err := Read(bytes.NewReader(file), nil)
		if err != nil {
			t.Fatalf("what was written cannot be read: %v", err)
		}
		if again := written(t, back); !bytes.Equal(again, file) {
			t.Fatalf("written again:\n%s\nwant\n%s", again, file)
		}
		if m.Circuit.Qubits <= 4 && len(m.Circuit.Ops) < 100 {
			width := m.Circuit.Features()
			if m.Pipeline != nil {
				width = len(m.Pipeline.Columns)
			}
			_, _ = m.Predict(t.Context(), [][]float64{make([]float64, width)}) // any error, no panic
		}
	})
}
