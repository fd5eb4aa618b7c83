package cli

import (
	"encoding/json"
	"fmt"
	"image/png"
	"maps"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/qnn-go/qnn/circuits/qasm"
)

const bell = `OPENQASM 3.0;
include "stdgates.inc";
qubit[2] q;
bit[2] c;
h q[0];
cx q[0], q[1];
c = measure q;
`

func TestSimulateTables(t *testing.T) {
	path := writeFile(t, "bell.qasm", bell)
	out, errs := command(t, 0, "simulate", path, "--shots", "1000")
	var n [2]int
	if _, err := fmt.Sscanf(strings.ReplaceAll(out, "#", ""), "00 %d\n11 %d\n", &n[0], &n[1]); err != nil || n[0]+n[1] != 1000 || n[0] < 400 || n[1] < 400 || errs != "" {
		t.Errorf("counts of a Bell pair: %v\n%s%s", err, out, errs)
	}
	for args, want := range map[string]string{
		"--probabilities":          "00  ############              0.500000000000\n11  ############              0.500000000000\n",
		"--state":                  "00  +0.707106781187 +0.000000000000i\n11  +0.707106781187 +0.000000000000i\n",
		"--expect XX+0.5*ZZ":       "1.5\n",
		"--expect -2e-1*XX+.5*ZZ":  "0.3\n",
		"--expect X0*X1-Z0":        "1\n",
		"--expect ZI+IZ":           "0\n",
		"--expect 3*II":            "3\n",
		"--shots 1 --seed 3 --out": "",
	} {
		fields := strings.Fields(args)
		if want == "" {
			fields = append(fields, filepath.Join(t.TempDir(), "out.txt"))
		}
		out, _ := command(t, 0, append([]string{"simulate", path}, fields...)...)
		if got := rounded(out); got != want {
			t.Errorf("simulate %s:\n%swant\n%s", args, got, want)
		}
	}
	if out, _ := commandWithInput(t, bell, 0, "simulate", "-", "--expect", "YY"); rounded(out) != "-1\n" {
		t.Errorf("from standard input: %s", out)
	}
}

// rounded is a number alone on its line to 12 digits, or text as it is.
func rounded(out string) string {
	var v float64
	if strings.Count(out, "\n") != 1 || strings.Contains(out, "#") {
		return out
	}
	if _, err := fmt.Sscan(out, &v); err != nil {
		return out
	}
	return fmt.Sprintf("%.12g\n", math.Round(v*1e12)/1e12)
}

// Registers are printed as Qiskit does: the first on the right, blanks between.
func TestSimulateRegisters(t *testing.T) {
	path := writeFile(t, "two.qasm", "OPENQASM 2.0;\ninclude \"qelib1.inc\";\nqreg q[3]; creg a[2]; creg b[1];\nx q[1]; x q[2];\nmeasure q[1] -> a[0]; measure q[2] -> b[0];\n")
	out, _ := command(t, 0, "simulate", path, "--shots", "7", "--json")
	var got struct {
		Qubits, Shots int
		Counts        map[string]int
	}
	if err := json.Unmarshal([]byte(out), &got); err != nil || got.Qubits != 3 || got.Shots != 7 || !maps.Equal(got.Counts, map[string]int{"1 01": 7}) {
		t.Errorf("%v: %s", err, out)
	}
}

func TestSimulateInMiddle(t *testing.T) {
	path := writeFile(t, "mid.qasm", "OPENQASM 3.0;\ninclude \"stdgates.inc\";\nqubit[1] q; bit[2] c;\nx q[0]; c[0] = measure q[0]; x q[0]; c[1] = measure q[0];\n")
	if out, _ := command(t, 0, "simulate", path, "--shots", "5"); !strings.HasPrefix(out, "01  ####") || !strings.HasSuffix(out, "  5\n") {
		t.Errorf("shots of a circuit that measures twice: %s", out)
	}
	refuse(t, 2, "ask for --shots", "simulate", path, "--state")
}

// Long tables are cut, with a remark.
func TestSimulateManyOutcomes(t *testing.T) {
	path := writeFile(t, "h.qasm", "OPENQASM 3.0;\ninclude \"stdgates.inc\";\nqubit[9] q;\nh q; x q[0]; ry(0.3) q[1];\n")
	for _, args := range [][]string{{"--probabilities"}, {"--state"}, {"--shots", "100000"}} {
		out, _ := command(t, 0, append([]string{"simulate", path}, args...)...)
		lines := strings.Split(strings.TrimSpace(out), "\n")
		if len(lines) != 65 || !strings.Contains(lines[64], "448") || !slices.IsSorted(lines[:64]) {
			t.Errorf("%v: %d lines, the last %q, want 64 in order and a remark on 448 more", args, len(lines), lines[len(lines)-1])
		}
	}
}

// TestSimulateQiskitFiles compares the probabilities of all basis states with those
// that Qiskit computed for programs that it wrote.
func TestSimulateQiskitFiles(t *testing.T) {
	const folder = "../../../circuits/qasm/testdata/qiskit/"
	var file struct {
		States map[string][][2]float64
		Inputs []float64
	}
	if err := json.Unmarshal([]byte(read(t, folder+"states.json")), &file); err != nil {
		t.Fatal(err)
	}
	paths, err := filepath.Glob(folder + "*.qasm")
	if err != nil || len(paths) == 0 {
		t.Fatalf("no files: %v", err)
	}
	for _, path := range paths {
		args := []string{"simulate", path, "--probabilities", "--json"}
		d, err := (&programOptions{}).readProgram(path, nil, nil)
		if err != nil {
			t.Fatal(err)
		}
		for i, name := range d.Inputs {
			args = append(args, "--set", fmt.Sprintf("%s=%v", name, file.Inputs[i]))
		}
		out, _ := command(t, 0, args...)
		var got struct {
			Qubits        int
			Probabilities []float64
		}
		if err := json.Unmarshal([]byte(out), &got); err != nil {
			t.Fatal(err)
		}
		name, _, _ := strings.Cut(filepath.Base(path), ".")
		want := file.States[name]
		if len(want) != 1<<got.Qubits || len(got.Probabilities) != len(want) {
			t.Fatalf("%s: %d probabilities of %d qubits, want %d", path, len(got.Probabilities), got.Qubits, len(want))
		}
		for x, a := range want {
			if d := math.Abs(got.Probabilities[x] - a[0]*a[0] - a[1]*a[1]); !(d < 1e-9) {
				t.Fatalf("%s: probability of %b differs by %g", path, x, d)
			}
		}
	}
}

func TestSimulateRefusals(t *testing.T) {
	path := writeFile(t, "bell.qasm", bell)
	inputs := writeFile(t, "in.qasm", "OPENQASM 3.0;\ninclude \"stdgates.inc\";\ninput float theta; input float phi;\nqubit q;\nrx(theta) q; rz(phi) q;\n")
	large := writeFile(t, "large.qasm", "OPENQASM 2.0;\ninclude \"qelib1.inc\";\nqreg q[55];\nh q;\n")
	for _, tt := range []struct {
		code int
		want string
		args string
	}{
		{2, "FILE.qasm", ""},
		{2, "must be at least 1", path + " --shots 0"},
		{2, "--shots and --state exclude each other", path + " --state --shots 3"},
		{2, "ZZZ has 3 letters, the program 2 qubits", path + " --expect ZZZ"},
		{2, "names qubit 2, the program has 2", path + " --expect Z2"},
		{2, "write ZZI", path + " --expect Q0"},
		{2, "1e999 is too large", path + " --expect 1e999*ZZ"},
		{2, "add --set phi=VALUE", inputs + " --set theta=1"},
		{2, `did you mean "theta"`, inputs + " --set thta=1"},
		{2, "given twice", inputs + " --set theta=1 --set theta=2"},
		{2, "not a number", inputs + " --set theta=w0"},
		{2, "write NAME=VALUE", inputs + " --set theta"},
		{2, "no inputs", path + " --set theta=1"},
		{2, "Use fewer qubits", large},
		{74, "Check the path", filepath.Join(t.TempDir(), "none.qasm")},
	} {
		refuse(t, tt.code, tt.want, append([]string{"simulate"}, strings.Fields(tt.args)...)...)
	}
}

// A fault of the text is shown in its line.
func TestSimulateShowsTheLine(t *testing.T) {
	path := writeFile(t, "bad.qasm", "OPENQASM 3.0;\ninclude \"stdgates.inc\";\nqubit q;\n  rzq(0.3) q;\n")
	for _, name := range []string{"simulate", "inspect"} {
		_, errs := command(t, 65, name, path)
		want := "qnn: " + path + ":4:3: gate \"rzq\" is not defined: unknown gate\n      rzq(0.3) q;\n      ^\n"
		if errs != want {
			t.Errorf("%s: got\n%swant\n%s", name, errs, want)
		}
	}
	if _, errs := commandWithInput(t, "qubit", 65, "simulate", "-"); !strings.HasPrefix(errs, "qnn: standard input:1:") {
		t.Errorf("standard input: %s", errs)
	}
}

func TestInspect(t *testing.T) {
	path := writeFile(t, "large.qasm", "OPENQASM 2.0;\ninclude \"qelib1.inc\";\nqreg q[55]; qreg r[2]; creg c[2];\nh q; ccx q[0],q[1],r[0]; cx q[0],r[1]; barrier q; measure r -> c;\n")
	out, errs := command(t, 0, "inspect", path)
	for _, want := range []string{
		"OpenQASM 2: 57 qubits (q[55], r[2]); 2 bits (c[2])", "59 operations, depth 4; 1 gates on two qubits, 1 on more; 2 measurements",
		"h          55", "2 EiB, which does not fit", "years",
	} {
		if !strings.Contains(out, want) {
			t.Errorf("no %q in\n%s%s", want, out, errs)
		}
	}
	out, _ = commandWithInput(t, "OPENQASM 3.0; input float a; qubit[3] q; rx(a) q[1]; cnot q[0], q[1];", 0, "inspect", "-", "--json")
	var got inspection
	if err := json.Unmarshal([]byte(out), &got); err != nil {
		t.Fatal(err)
	}
	if got.Version != 3 || got.Qubits != 3 || !slices.Equal(got.Inputs, []string{"a"}) || got.Operations != 2 || got.TwoQubitGates != 1 || got.Depth != 2 ||
		got.Active != 2 || got.StateBytes != 64 || !got.Fits || got.GateSeconds <= 0 || !maps.Equal(got.Gates, map[string]int{"rx": 1, "cx": 1}) {
		t.Errorf("%s", out)
	}
}

func TestDrawProgram(t *testing.T) {
	path := writeFile(t, "bell.qasm", bell)
	fromFile, _ := command(t, 0, "draw", path)
	fromInput, _ := commandWithInput(t, bell, 0, "draw", "-")
	if want := "q0: "; !strings.HasPrefix(fromFile, want) || fromInput != fromFile || strings.Count(fromFile, "M") != 2 {
		t.Errorf("drawn from the file\n%sfrom standard input\n%s", fromFile, fromInput)
	}
	_, errs := command(t, 65, "draw", writeFile(t, "bad.qasm", "qubit q\n"))
	if !strings.Contains(errs, "bad.qasm:2:1: ") {
		t.Errorf("a fault of the file: %s", errs)
	}
}

// What one sample's circuit gives is the same in every dialect but that of IBM's devices,
// whose programs are on qubits with numbers too high to simulate all of them.
func TestSimulateExports(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "run")
	command(t, 0, "train", "--data", "iris", "--epochs", "1", "--out", dir, "--no-baselines", "--quiet")
	var first []float64
	for _, dialect := range dialects() {
		if dialect == qasm.IBM.String() {
			continue
		}
		source, _ := command(t, 0, "export", dir, "--format", dialect, "--sample", "3")
		out, _ := commandWithInput(t, source, 0, "simulate", "-", "--probabilities", "--json")
		var got struct{ Probabilities []float64 }
		if err := json.Unmarshal([]byte(out), &got); err != nil || len(got.Probabilities) < 4 {
			t.Fatalf("%s: %v\n%s", dialect, err, out)
		}
		if first == nil {
			first = got.Probabilities
		}
		for x, p := range got.Probabilities {
			if !(math.Abs(p-first[x]) < 1e-12) {
				t.Errorf("%s: probability of %04b is %v, want %v", dialect, x, p, first[x])
			}
		}
	}
}

func TestSimulateHistogram(t *testing.T) {
	path := writeFile(t, "bell.qasm", bell)
	for _, args := range [][]string{{"--shots", "100"}, {"--probabilities"}} {
		file := filepath.Join(t.TempDir(), "bell.png")
		command(t, 0, append([]string{"simulate", path, "--histogram", file}, args...)...)
		picture, err := png.Decode(strings.NewReader(read(t, file)))
		if err != nil || picture.Bounds().Dx() != 700 || picture.Bounds().Dy() != 24+2*22+32 {
			t.Errorf("%v: %v, bounds %v", args, err, picture.Bounds())
		}
	}
	refuse(t, 2, "leave out --state", "simulate", path, "--state", "--histogram", "x.png")
	refuse(t, 74, "no such file", "simulate", path, "--histogram", filepath.Join(t.TempDir(), "absent", "x.png"))
}

func TestSimulatePrecision(t *testing.T) {
	path := writeFile(t, "bell.qasm", bell)
	double, _ := command(t, 0, "simulate", path, "--state", "--json")
	single, _ := command(t, 0, "simulate", path, "--state", "--json", "--precision", "single")
	// The nearest float32 to √½, as float64.
	if !strings.Contains(single, "0.7071067690849304") || !strings.Contains(double, "0.70710678118654") {
		t.Errorf("single:\n%sdouble:\n%s", single, double)
	}
	refuse(t, 2, "precision", "simulate", path, "--precision", "half")
}

// A program that acts on measured bits runs shot by shot; one whose loop does not end
// is an error.
func TestSimulateConditions(t *testing.T) {
	const header = "OPENQASM 3.0;\ninclude \"stdgates.inc\";\nqubit[2] q; bit[2] c;\n"
	path := writeFile(t, "reset.qasm", header+"h q; c = measure q; if (c[0]) x q[0]; while (c[1]) { h q[1]; c[1] = measure q[1]; } c = measure q;\n")
	if out, _ := command(t, 0, "simulate", path, "--shots", "50", "--json"); !strings.Contains(strings.ReplaceAll(out, " ", ""), "{\n\"00\":50\n}") {
		t.Errorf("qubits that were brought to 0 are measured as %s", out)
	}
	refuse(t, 2, "ask for --shots", "simulate", path, "--probabilities")
	endless := writeFile(t, "endless.qasm", header+"x q[0]; c[0] = measure q[0]; while (c[0]) { c[0] = measure q[0]; }\n")
	refuse(t, exitData, "did not end", "simulate", endless)
}

// Pictures of programs have the names of their qubits and inputs.
func TestDrawSVG(t *testing.T) {
	path := writeFile(t, "in.qasm", "OPENQASM 3.0;\ninclude \"stdgates.inc\";\ninput float theta;\nqubit[2] data; qubit a;\nrx(theta) data[1]; cx data[1], a;\n")
	file := filepath.Join(t.TempDir(), "in.svg")
	command(t, 0, "draw", path, "--out", file)
	direct, _ := command(t, 0, "draw", path, "--format", "svg")
	if svg := read(t, file); svg != direct || !strings.HasPrefix(svg, "<svg ") || !strings.Contains(svg, ">data1<") || !strings.Contains(svg, ">RX(theta)<") {
		t.Errorf("picture:\n%s", svg)
	}
	text, _ := command(t, 0, "draw", path)
	if !strings.Contains(text, "data1: ─RX(theta)─") {
		t.Errorf("text:\n%s", text)
	}
	refuse(t, 2, "format", "draw", path, "--format", "pdf")
}

// TestIdleQubits: qubits that no gate acts on take neither memory nor time.
func TestIdleQubits(t *testing.T) {
	const source = "OPENQASM 3.0; include \"stdgates.inc\"; bit[2] c; h $40; cx $40, $41; "
	name := func(pair string) string { return pair + strings.Repeat("0", 40) }
	for _, tt := range []struct {
		source string
		want   []string
		args   []string
	}{
		{source + "c[0] = measure $40; c[1] = measure $41;", []string{`"00": `, `"11": `, `"qubits": 42`}, []string{"--shots", "100", "--json"}},
		{source, []string{name("00") + "  ", name("11") + "  "}, []string{"--probabilities"}},
		{source, []string{`"probabilities": {`, `"` + name("00") + `": 0.5`, `"` + name("11") + `": 0.5`}, []string{"--probabilities", "--json"}},
		{source, []string{`"` + name("11") + `": [0.70710678`}, []string{"--state", "--json"}},
		{source, []string{"0.75"}, []string{"--expect", "0.5*Z40*Z41+0.25*Z3+X7"}},
		{"OPENQASM 2.0; include \"qelib1.inc\"; qreg q[3]; x q[1];", []string{"[\n    0,\n    0,\n    1,\n    0,\n    0,\n    0,\n    0,\n    0\n  ]"}, []string{"--probabilities", "--json"}},
	} {
		out, _ := commandWithInput(t, tt.source, 0, append([]string{"simulate", "-"}, tt.args...)...)
		for _, want := range tt.want {
			if !strings.Contains(out, want) {
				t.Errorf("%v: no %s in\n%s", tt.args, want, out)
			}
		}
	}
	out, _ := commandWithInput(t, source, 0, "inspect", "-")
	if !strings.Contains(out, "64 B for the 2 qubits that gates act on, which fits") {
		t.Errorf("inspect:\n%s", out)
	}
	file := writeFile(t, "far.qasm", source)
	if out, errs := command(t, 0, "transpile", file, "--target", "ibm-heron-r2", "--verify"); !strings.Contains(out+errs, "verified") && !strings.Contains(out+errs, "same state") {
		t.Errorf("transpile --verify says\n%s", errs)
	}
}

// TestInspectBeyondNumbers: a state may be larger than all floating-point numbers.
func TestInspectBeyondNumbers(t *testing.T) {
	if testing.Short() {
		t.Skip("slow; the whole form of the tests runs it")
	}
	for _, n := range []int{1019, 1020, 5000} {
		source := fmt.Sprintf("OPENQASM 2.0; include \"qelib1.inc\"; qreg q[%d]; h q;", n)
		out, _ := commandWithInput(t, source, 0, "inspect", "-", "--json")
		var got map[string]any
		if err := json.Unmarshal([]byte(out), &got); err != nil {
			t.Fatalf("%d qubits: %v\n%s", n, err, out)
		}
		bytes, known := got["state_bytes"].(float64)
		_, seconds := got["gate_seconds"].(float64)
		if got["state_log2"] != float64(n+4) || known != (n < 1020) || known && math.Log2(bytes) != float64(n+4) || !known && seconds {
			t.Errorf("%d qubits: %s", n, out)
		}
		if text, _ := commandWithInput(t, source, 0, "inspect", "-"); strings.Contains(text, "Inf") || strings.Contains(text, "NaN") {
			t.Errorf("%d qubits:\n%s", n, text)
		}
	}
	out, _ := commandWithInput(t, "OPENQASM 3.0; qubit[2000] q;", 0, "inspect", "-", "--json")
	if !strings.Contains(out, `"gate_seconds": 0`) {
		t.Errorf("no gates take a time:\n%s", out)
	}
}

// TestSimulateWide: outcomes of more than 64 bits are text like others.
func TestSimulateWide(t *testing.T) {
	const source = `OPENQASM 2.0; include "qelib1.inc"; qreg q[2]; creg a[1]; creg c[65]; h q[0]; cx q[0],q[1]; measure q[0]->c[0]; measure q[1]->c[64]; measure q[0]->a[0];`
	low, high := strings.Repeat("0", 65)+" 0", "1"+strings.Repeat("0", 63)+"1 1"
	picture := filepath.Join(t.TempDir(), "h.png")
	out, _ := commandWithInput(t, source, 0, "simulate", "-", "--shots", "100", "--json", "--histogram", picture)
	var got struct{ Counts map[string]int }
	if err := json.Unmarshal([]byte(out), &got); err != nil || len(got.Counts) != 2 || got.Counts[low]+got.Counts[high] != 100 || got.Counts[low] == 0 {
		t.Errorf("error %v, counts %v", err, got.Counts)
	}
	if f, err := os.Open(picture); err != nil {
		t.Error(err)
	} else if _, err := png.DecodeConfig(f); err != nil {
		t.Error(err)
	}
	out, _ = commandWithInput(t, source, 0, "simulate", "-", "--shots", "100")
	if lines := strings.Split(out, "\n"); len(lines) != 3 || !strings.HasPrefix(lines[0], low+"  ") || !strings.HasPrefix(lines[1], high+"  ") {
		t.Errorf("table\n%s", out)
	}
}

// TestProgramOptions: files of a folder that is named, values that a program needs to be
// read, and what no specification has.
func TestProgramOptions(t *testing.T) {
	dir := t.TempDir()
	folder := filepath.Join(dir, "lib")
	if err := os.Mkdir(folder, 0o755); err != nil {
		t.Fatal(err)
	}
	for name, text := range map[string]string{
		"lib/flip.inc": "gate flip a { x a; }", "secret.inc": "gate flip a { h a; }",
		"a.qasm": "OPENQASM 3.0; include \"flip.inc\"; qubit q; flip q;",
		"b.qasm": "OPENQASM 3.0; include \"link.inc\"; qubit q; flip q;",
		"n.qasm": "OPENQASM 3.0; input uint n; input float a; qubit[3] q; x q[n]; rx(a) q[0];",
		"e.qasm": "OPENQASM 2.0; include \"qelib1.inc\"; qreg q[2]; ecr q[0],q[1];",
	} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.Symlink(filepath.Join(dir, "secret.inc"), filepath.Join(folder, "link.inc")); err != nil {
		t.Skip(err)
	}
	t.Chdir(dir)
	if out, _ := command(t, 0, "simulate", "a.qasm", "--include", "lib", "--probabilities"); !strings.HasPrefix(out, "1  #") {
		t.Errorf("with a file of the folder: %s", out)
	}
	if out, _ := command(t, 0, "simulate", "n.qasm", "--set", "n=2", "--set", "a=0", "--probabilities"); !strings.HasPrefix(out, "100  #") {
		t.Errorf("with values: %s", out)
	}
	if out, _ := command(t, 0, "transpile", "n.qasm", "--set", "n=2", "--target", "line-3", "-q"); !strings.Contains(out, "input float[64]") {
		t.Errorf("the angle stays an input: %s", out)
	}
	if out, _ := command(t, 0, "inspect", "n.qasm", "--set", "n=2"); !strings.Contains(out, "inputs    a\n") {
		t.Errorf("inspected: %s", out)
	}
	out, errs := command(t, 0, "simulate", "e.qasm", "--probabilities")
	if !strings.HasPrefix(errs, "remark    e.qasm:1:48: the gate ecr ") || !strings.HasPrefix(out, "01  #") {
		t.Errorf("with a remark: %s%s", out, errs)
	}
	if _, errs := command(t, 0, "simulate", "e.qasm", "--probabilities", "--quiet"); errs != "" {
		t.Errorf("without remarks: %s", errs)
	}
	for _, tt := range []struct {
		code       int
		want, args string
	}{
		{65, "--include DIR", "simulate a.qasm"},
		{65, "not included", "simulate b.qasm --include lib"},
		{2, "--include", "simulate a.qasm --include nowhere"},
		{65, `gate "ecr" is not defined`, "simulate e.qasm --strict"},
		{2, "--set NAME=VALUE", "inspect n.qasm"},
		{65, "literal of type uint", "draw n.qasm --set n=-1"},
		{2, "given twice", "simulate n.qasm --set n=1 --set n=2 --set a=0"},
		{2, "choose one of", "simulate n.qasm --set n=1 --set b=2"},
		{2, "--set", "draw n.qasm --set n=1 --set a=2"},
	} {
		if _, errs := command(t, tt.code, strings.Fields(tt.args)...); !strings.Contains(errs, tt.want) {
			t.Errorf("qnn %s: %s", tt.args, errs)
		}
	}
}
