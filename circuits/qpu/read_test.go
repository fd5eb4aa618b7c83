package qpu

import (
	"bytes"
	"compress/zlib"
	"encoding/base64"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// TestRead compares what is read of files of the real SDKs with what these say is in
// them. Recorded by testdata/record.py, versions in testdata/expected.json.
func TestRead(t *testing.T) {
	var expected struct {
		Files map[string][]struct {
			Shots   int
			Counts  map[string]int
			Circuit string
			Row     int
			Values  []float64
			Errors  []float64
		}
	}
	data, err := os.ReadFile("testdata/expected.json")
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(data, &expected); err != nil {
		t.Fatal(err)
	}
	if len(expected.Files) < 13 {
		t.Fatalf("%d files", len(expected.Files))
	}
	for name, want := range expected.Files {
		got := readFile(t, name)
		if name == "braket-exact.json" {
			continue
		}
		if len(got) != len(want) {
			t.Errorf("%s: %d records, want %d", name, len(got), len(want))
			continue
		}
		for i, w := range want {
			counts := map[string]int{}
			for _, o := range got[i].Outcomes {
				bits := strings.Repeat("0", max(len(slices.Collect(maps.Keys(w.Counts))[0])-len(o.Bits), 0)) + o.Bits
				counts[bits] = int(math.Round(o.Probability * float64(got[i].Shots)))
			}
			var estimates []Estimate
			for k, v := range w.Values {
				estimates = append(estimates, Estimate{v, w.Errors[k]})
			}
			if !slices.Equal(got[i].Estimates, estimates) {
				t.Errorf("%s: record %d has %v, want %v", name, i, got[i].Estimates, estimates)
			}
			if got[i].Shots != w.Shots || !maps.Equal(counts, w.Counts) || got[i].Circuit != w.Circuit || got[i].Row != w.Row {
				t.Errorf("%s: record %d is %+v, want %+v", name, i, got[i], w)
			}
		}
	}
}

func readFile(t *testing.T, name string) []Record {
	t.Helper()
	f, err := os.Open(filepath.Join("testdata", name))
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = f.Close() }()
	records, err := Read(f, name)
	if err != nil {
		t.Fatal(err)
	}
	return records
}

// TestReadExact: q0 is 1, q1 is 0, q2 is |+⟩; no shots.
func TestReadExact(t *testing.T) {
	r := readFile(t, "braket-exact.json")[0]
	if r.Shots != 0 || len(r.Outcomes) != 2 || r.Outcomes[0].Bits != "001" || r.Outcomes[1].Bits != "101" || math.Abs(r.Outcomes[0].Probability-0.5) > 1e-12 {
		t.Errorf("outcomes %+v of %d shots", r.Outcomes, r.Shots)
	}
	if math.Abs(r.Values["Z0"]+1) > 1e-12 || math.Abs(r.Values["Z0*X2"]+1) > 1e-12 {
		t.Errorf("values %v", r.Values)
	}
}

// TestReadInputs: every run of a program set has its own inputs.
func TestReadInputs(t *testing.T) {
	r := readFile(t, "braket-set.json")
	if len(r) != 3 || r[0].Inputs != nil || r[1].Inputs["theta_000"] != 0 || r[2].Inputs["theta_000"] != math.Pi {
		t.Errorf("%+v", r)
	}
}

func TestReadMeasuredQubits(t *testing.T) {
	if got := readFile(t, "braket-exchanged.json")[0].Qubits; !slices.Equal(got, []int{1, 0, 2}) {
		t.Errorf("bits 0 to 2 were measured on qubits %v", got)
	}
}

// TestReadWide: outcomes have more than 64 bits in every form that IBM's files have.
func TestReadWide(t *testing.T) {
	low := strings.Repeat("0", 99) + "1"
	high := "1" + strings.Repeat("0", 98) + "1"
	digits := "0x8" + strings.Repeat("0", 23) + "1"
	for _, text := range []string{
		`{"results":[{"data":{"c":{"samples":["0x1","` + digits + `","0x1"],"num_bits":100}}}]}`,
		`{"results":[{"data":{"counts":{"0x1":2,"` + digits + `":1}},"header":{"memory_slots":100}}]}`,
	} {
		records, err := Read(strings.NewReader(text), "x.json")
		if err != nil {
			t.Fatalf("%s: %v", text, err)
		}
		got := records[0].Outcomes
		if len(got) != 2 || got[0].Bits != low || got[1].Bits != high || math.Abs(got[0].Probability-2.0/3) > 1e-15 {
			t.Errorf("%s: %v", text, got)
		}
	}
}

const gateModel = `{"braketSchemaHeader":{"name":"braket.task_result.gate_model_task_result","version":"1"},"taskMetadata":{"shots":4},`

// TestReadRefuses: a file that is damaged is an error that says where.
func TestReadRefuses(t *testing.T) {
	encoder := func(array string) string {
		return `{"__type__":"PrimitiveResult","__value__":{"pub_results":[{"__type__":"SamplerPubResult","__value__":{"data":{"__type__":"DataBin","__value__":{"fields":{"c":{"__type__":"BitArray","__value__":{"num_bits":2,"array":{"__type__":"ndarray","__value__":` + array + `}}}}}}}}]}}`
	}
	const c = "pub_results[0].__value__.data.__value__.fields.c.__value__.array.__value__"
	for _, tt := range []struct{ text, want string }{
		{"", "x.json:1:1: "},
		{"{\n \"results\": [,]}", "x.json:2:14: "},
		{"[1]", "must be an object"},
		{"{}", "neither __type__"},
		{`{"results":5}`, "results: not what a file of this kind holds: must be a list, is \"5\""},
		{`{"results":[{"data":{"c":{"samples":["0x3","7z"]}}}]}`, "results[0].data.c.samples[1]: "},
		{`{"results":[{"data":{"c":{"samples":["0x4"],"num_bits":2}}}]}`, "an outcome of 3 bits, at most 2"},
		{`{"results":[{"data":{"c":{"samples":[]}}}]}`, "there are no shots"},
		{`{"results":[{"data":{"a":{"samples":["0x0"]},"b":{"samples":["0x0"]}}}]}`, `no register c among ["a" "b"]`},
		{`{"results":[{"data":{"c":{"samples":[[[[[[[[[["0x0"]]]]]]]]]]}}}]}`, "must be a list of outcomes"},
		{`{"results":[{"success":false,"status":"ERROR"}]}`, "the run failed (ERROR)"},
		{`{"results":[{"data":{"counts":{"0x3":-1}}}]}`, "counts.0x3: "},
		{`{"results":[{"data":{"counts":{"0x3":1.5}}}]}`, "whole number"},
		{`{"results":[{"data":{"counts":{"0x9":1}},"header":{"memory_slots":3}}]}`, "an outcome of 4 bits, at most 3"},
		{`{"results":[{"data":{"counts":{"0x1":1}},"header":{"creg_sizes":[["c"]]}}]}`, "must be [name, size]"},
		{`{"__type__":"NoiseLearnerResult"}`, "must be PrimitiveResult"},
		{`{"__type__":"PrimitiveResult","__value__":{"pub_results":[{"__type__":"EstimatorPubResult"}]}}`, "data.__type__"},
		{encoder(`"!"`), c + ": not what a file of this kind holds: base64"},
		{encoder(`"AAAA"`), "zlib: invalid header"},
		{encoder(packed("")), "not an array of NumPy"},
		{encoder(packed(npy("|u1", "(4, 1)", "\x00\x01\x02"))), "shape [4 1] with 3 bytes of elements"},
		{encoder(packed(npy("|u1", "(3, 1)", "\x00\x01\x04"))), "more than 2 bits"},
		{encoder(packed(npy("|u1", "(1, 2)", "\x00\x01"))), "shape [1 2] for 2 bits"},
		{encoder(packed(npy("<i8", "(1, 1)", "\x00"))), `dtype "<i8"`},
		{encoder(packed(npy("|u1", "(99999999999999999999, 1)", "\x00"))), "too large"},
		{encoder(packed(npy("|u1", "(65536, 65536, 65536, 65536, 0)", ""))), "too large"},
		{encoder(packed(npy("|u1", "(4, 1", "\x00"))), "damaged"},
		{`{"braketSchemaHeader":{"name":"braket.task_result.annealing_task_result","version":"1"}}`, "holds no counts"},
		{`{"braketSchemaHeader":{"name":"braket.task_result.gate_model_task_result","version":"2"}}`, "must be 1"},
		{gateModel + `"measurements":[[1,0],[1]]}`, "measurements[1]: "},
		{gateModel + `"measurements":[[1,2]]}`, `"2" is no bit`},
		{gateModel + `"measurements":[[1,0]],"measuredQubits":[3]}`, "1 measured qubits, outcomes of 2 bits"},
		{gateModel + `"measurementProbabilities":{"01":0.5,"1":0.5}}`, "of another length"},
		{gateModel + `"measurementProbabilities":{"01":0.5,"11":0.4}}`, "add up to 0.9"},
		{gateModel + `"measurementProbabilities":{"01":-0.5,"11":1.5}}`, "probability"},
		{gateModel + `"resultTypes":[{"type":{"type":"probability"},"value":[0.5,0.25,0.25]}]}`, "must be a power of 2"},
		{gateModel + `"resultTypes":[{"type":{"type":"expectation","observable":["h"],"targets":[0]},"value":0.5}]}`, "no Pauli matrix"},
		{gateModel + `"resultTypes":[{"type":{"type":"expectation","observable":["z","z"],"targets":[0,0]},"value":0.5}]}`, "ascend"},
		{gateModel + `"resultTypes":[{"type":{"type":"expectation","observable":["z"],"targets":[0]},"value":7}]}`, "expectation value 7"},
		{gateModel + `"resultTypes":[]}`, "neither a probability nor an expectation"},
		{`{"braketSchemaHeader":{"name":"braket.task_result.program_set_task_result","version":"1"},"programResults":["p/results.json"]}`, "in a file of their own"},
		{`{"braketSchemaHeader":{"name":"braket.task_result.program_set_task_result","version":"1"},"programResults":[{"executableResults":[{"braketSchemaHeader":{"name":"failure"}}]}]}`, "did not run"},
	} {
		_, err := Read(strings.NewReader(tt.text), "x.json")
		fault, ok := errors.AsType[*FileError](err)
		if !ok || fault.File != "x.json" || !strings.Contains(err.Error(), tt.want) || !errors.Is(err, ErrFormat) && !errors.Is(err, ErrLimit) {
			t.Errorf("%.80s\n gives %v\n want  %s", tt.text, err, tt.want)
		}
	}
}

// npy writes an array as NumPy does, version 1.
func npy(dtype, shape, data string) string {
	header := fmt.Sprintf("{'descr': '%s', 'fortran_order': False, 'shape': %s, }", dtype, shape)
	header += strings.Repeat(" ", 63-(10+len(header))%64) + "\n"
	return "\x93NUMPY\x01\x00" + string(binary.LittleEndian.AppendUint16(nil, uint16(len(header)))) + header + data
}

// packed is the JSON text of base64(zlib(data)).
func packed(data string) string {
	var b bytes.Buffer
	w := zlib.NewWriter(&b)
	_, _ = w.Write([]byte(data))
	_ = w.Close()
	return `"` + base64.StdEncoding.EncodeToString(b.Bytes()) + `"`
}

// TestBomb: an array that unfolds to a thousand times its size is refused at the limit.
func TestBomb(t *testing.T) {
	if testing.Short() {
		t.Skip("slow; the whole form of the tests runs it")
	}
	var b bytes.Buffer
	w := zlib.NewWriter(&b)
	zeros := make([]byte, 1<<20)
	for range 100 {
		_, _ = w.Write(zeros)
	}
	_ = w.Close()
	text, _ := json.Marshal(base64.StdEncoding.EncodeToString(b.Bytes()))
	budget := 1 << 20
	if _, _, err := (node{raw: text}).array("|u1", &budget); !errors.Is(err, ErrLimit) {
		t.Errorf("%d bytes unfold: %v", b.Len(), err)
	}
}

func fuzzRead(f *testing.F, pattern string) {
	files, err := filepath.Glob("testdata/" + pattern)
	if err != nil || len(files) == 0 {
		f.Fatal(pattern, err)
	}
	for _, name := range files {
		data, err := os.ReadFile(name)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(data)
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		records, err := Read(bytes.NewReader(data), "f")
		if err != nil {
			if !errors.Is(err, ErrFormat) && !errors.Is(err, ErrLimit) {
				t.Errorf("an error without a cause: %v", err)
			}
			return
		}
		for _, r := range records {
			sum := 0.0
			for _, o := range r.Outcomes {
				sum += o.Probability
			}
			if r.Outcomes == nil && r.Values == nil && r.Estimates == nil || r.Outcomes != nil && math.Abs(sum-1) > 1e-5 {
				t.Errorf("probabilities of %+v add up to %v", r, sum)
			}
		}
	})
}

func FuzzReadREST(f *testing.F)    { fuzzRead(f, "*rest.json") }
func FuzzReadEncoder(f *testing.F) { fuzzRead(f, "e[ns]*r.json") }
func FuzzReadLegacy(f *testing.F)  { fuzzRead(f, "legacy*.json") }
func FuzzReadBraket(f *testing.F)  { fuzzRead(f, "braket*.json") }

func FuzzNpy(f *testing.F) {
	f.Add([]byte(npy("|u1", "(2, 3)", "\x00\x01\x02\x03\x04\x05")))
	f.Add([]byte(npy("|u1", "()", "\x07")))
	f.Fuzz(func(t *testing.T, data []byte) {
		shape, elements, err := parseNpy(data, "|u1")
		size := 1
		for _, n := range shape {
			size *= n
		}
		if err == nil && size != len(elements) {
			t.Errorf("shape %v with %d elements", shape, len(elements))
		}
	})
}

// TestHostile: deep nesting and files that are too large are errors, in bounded memory.
func TestHostile(t *testing.T) {
	if testing.Short() {
		t.Skip("slow; the whole form of the tests runs it")
	}
	deep := func(open, inner, end string, n int) string {
		return strings.Repeat(open, n) + inner + strings.Repeat(end, n)
	}
	for name, text := range map[string]string{
		"brackets": strings.Repeat("[", 1e6),
		"results":  `{"results":` + deep("[", "", "]", 9000) + "}",
		"samples":  `{"results":[{"data":{"c":{"samples":` + deep("[", `"0x0"`, "]", 9000) + "}}}]}",
		"types":    deep(`{"__type__":"Result","__value__":`, "{}", "}", 9000),
		"one key":  `{"` + strings.Repeat("a", 1e7) + `":1}`,
		"exponent": `{"results":[{"data":{"counts":{"0x1":1e99999999}}}]}`,
		"hex":      `{"results":[{"data":{"c":{"samples":["0x` + strings.Repeat("f", 1e6) + `"]}}}]}`,
		"utf-8":    "{\"results\":[{\"data\":{\"\xff\":{\"samples\":[\"\xff\"]}}}]}",
	} {
		if _, err := Read(strings.NewReader(text), "f"); !errors.Is(err, ErrFormat) && !errors.Is(err, ErrLimit) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, err := Read(endless{}, "f"); !errors.Is(err, ErrLimit) {
		t.Errorf("a file without end: %v", err)
	}
}

// endless is a file of blanks.
type endless struct{}

func (endless) Read(p []byte) (int, error) {
	for i := range p {
		p[i] = ' '
	}
	return len(p), nil
}

// TestWideOutcomes: few bytes a count may not unfold to as many bits as a register has.
func TestWideOutcomes(t *testing.T) {
	var b strings.Builder
	b.WriteString(`{"results":[{"data":{"counts":{"0":1`)
	for i := 1; i < maxUnfolded/maxBits+2; i++ {
		fmt.Fprintf(&b, `,"%b":1`, i)
	}
	fmt.Fprintf(&b, `}},"header":{"memory_slots":%d}}]}`, maxBits)
	if _, err := Read(strings.NewReader(b.String()), "wide.json"); !errors.Is(err, ErrLimit) {
		t.Errorf("error %v, want ErrLimit", err)
	}
	narrow := strings.Replace(b.String(), fmt.Sprint(maxBits), "20", 1)
	if records, err := Read(strings.NewReader(narrow), "narrow.json"); err != nil || len(records[0].Outcomes) != maxUnfolded/maxBits+2 {
		t.Errorf("20 bits: %v", err)
	}
}
