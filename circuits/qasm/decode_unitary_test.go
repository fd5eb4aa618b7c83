package qasm_test

import (
	"encoding/json"
	"fmt"
	"math"
	"math/cmplx"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/qnn-go/qnn/circuits"
	"github.com/qnn-go/qnn/circuits/qasm"
)

// difference is the largest distance of two states' amplitudes; free allows a
// global phase.
func difference(a, b []complex128, free bool) float64 {
	if len(a) != len(b) {
		return math.Inf(1)
	}
	phase := complex128(1)
	if free {
		var overlap complex128
		for i := range a {
			overlap += cmplx.Conj(a[i]) * b[i]
		}
		phase = cmplx.Rect(1, cmplx.Phase(overlap))
	}
	d := 0.0
	for i := range a {
		d = max(d, cmplx.Abs(phase*a[i]-b[i]))
	}
	return d
}

// spread is a text that puts q[0] to q[n−1] into an entangled state with unlike
// amplitudes.
func spread(n int) string {
	var b strings.Builder
	for q := range n {
		fmt.Fprintf(&b, "U(%g, %g, %g) q[%d]; ", 1+0.3*float64(q), 0.2+0.1*float64(q), 0.5-0.4*float64(q), q)
	}
	for q := range n - 1 {
		fmt.Fprintf(&b, "cx q[%d], q[%d]; ry(%g) q[%d]; ", q, q+1, 0.4+float64(q), q)
	}
	return b.String()
}

// equal lists texts of OpenQASM 3 that mean the same, phases included.
var equal = []struct {
	a, b          string
	specification bool
}{
	{"inv @ s q[0];", "sdg q[0];", false},
	{"inv @ cu(0.1, 0.2, 0.3, 0.4) q[0], q[1];", "cu(-0.1, -0.3, -0.2, -0.4) q[0], q[1];", false},
	{"gate g(v) a, b { rx(v) a; cx a, b; t b; gphase(v); } inv @ g(0.7) q[1], q[0];", "gphase(-0.7); tdg q[0]; cx q[1], q[0]; rx(-0.7) q[1];", false},
	{"ctrl @ x q[0], q[1];", "cx q[0], q[1];", false},
	{"ctrl(2) @ x q[0], q[1], q[2];", "ccx q[0], q[1], q[2];", false},
	{"ctrl @ ctrl @ x q[2], q[1], q[0];", "ccx q[2], q[1], q[0];", false},
	{"ctrl @ gphase(0.3) q[1];", "p(0.3) q[1];", false},
	{"ctrl(2) @ gphase(0.3) q[1], q[0];", "cp(0.3) q[1], q[0];", false},
	{"negctrl @ h q[2], q[0];", "x q[2]; ch q[2], q[0]; x q[2];", false},
	{"negctrl @ ctrl @ z q[2], q[0], q[1];", "x q[2]; h q[1]; ccx q[2], q[0], q[1]; h q[1]; x q[2];", false},
	{"ctrl @ negctrl @ x q[0], q[1], q[2];", "x q[1]; ccx q[0], q[1], q[2]; x q[1];", false},
	{"ctrl @ s q[0], q[1];", "cp(pi / 2) q[0], q[1];", false},
	{"ctrl @ swap q[1], q[2], q[0];", "cswap q[1], q[2], q[0];", false},
	{"ctrl @ rx(0.4) q[1], q[2];", "crx(0.4) q[1], q[2];", false},
	{"ctrl @ U(0.1, 0.2, 0.3) q[1], q[2];", "cu(0.1, 0.2, 0.3, 0) q[1], q[2];", false},
	{"ctrl @ U(0.1, 0.2, 0.3) q[1], q[2];", "cu(0.1, 0.2, 0.3, 0.05) q[1], q[2];", true},
	{"u3(0.1, 0.2, 0.3) q[1];", "gphase(-0.25 - 0.05); U(0.1, 0.2, 0.3) q[1];", true},
	{"u3(0.1, 0.2, 0.3) q[1]; u2(0.1, 0.4) q[0];", "U(0.1, 0.2, 0.3) q[1]; U(pi / 2, 0.1, 0.4) q[0];", false},
	{"ctrl(3) @ x q[0], q[1], q[2], q[3];", "h q[3]; ctrl(3) @ z q[3], q[0], q[1], q[2]; h q[3];", false},
	{"ctrl(3) @ p(0.7) q[0], q[1], q[2], q[3];", "ctrl(4) @ gphase(0.7) q[3], q[1], q[0], q[2];", false},
	{"ctrl(3) @ rx(0.7) q[0], q[1], q[2], q[3]; ctrl(3) @ rx(-0.7) q[0], q[1], q[2], q[3];", "", false},
	{
		"gate g(t) a, b { ryy2(t) a, b; gphase(0.4); } ctrl @ g(0.8) q[0], q[1], q[2];",
		"p(0.4) q[0]; ctrl @ ryy2(0.8) q[0], q[1], q[2];", false,
	},
	{"pow(2) @ t q[0];", "s q[0];", false},
	{"pow(-2) @ t q[0];", "sdg q[0];", false},
	{"pow(0) @ h q[0];", "", false},
	{"pow(0.5) @ x q[0];", "sx q[0];", false},
	{"pow(1 / 2.0) @ z q[0];", "s q[0];", false},
	{"pow(0.25) @ z q[0];", "t q[0];", false},
	{"pow(-0.5) @ x q[0];", "inv @ sx q[0];", false},
	{"pow(0.5) @ cx q[0], q[1];", "ctrl @ sx q[0], q[1];", false},
	{"ctrl @ pow(0.5) @ x q[0], q[1];", "ctrl @ sx q[0], q[1];", false},
	{"pow(0.5) @ ccx q[0], q[1], q[2];", "ctrl(2) @ sx q[0], q[1], q[2];", false},
	{"pow(0.3) @ rx(2) q[0]; pow(0.5) @ crz(1) q[0], q[1];", "rx(0.6) q[0]; crz(0.5) q[0], q[1];", false},
	{"pow(0.5) @ U(0.1, 0.2, 0.3) q[0]; pow(0.5) @ U(0.1, 0.2, 0.3) q[0];", "U(0.1, 0.2, 0.3) q[0];", false},
	{"pow(0.5) @ id q[0]; pow(0.5) @ U(0, 0, 0) q[0];", "", false},
	{"inv @ pow(2) @ ctrl @ rx(0.3) q[0], q[1];", "crx(-0.6) q[0], q[1];", false},
	{"ctrl @ inv @ s q[0:1], q[2:3];", "cp(-pi / 2) q[0], q[2]; cp(-pi / 2) q[1], q[3];", false},
}

func TestModifiers(t *testing.T) {
	define := "gate ryy2(t) a, b { rx(pi / 2) a; rx(pi / 2) b; cx a, b; rz(t) b; cx a, b; rx(-pi / 2) a; rx(-pi / 2) b; } "
	for _, c := range equal {
		state := func(body string) []complex128 {
			text := header3 + define + "qubit[4] q; " + spread(4) + body
			d := decode(t, text, qasm.DecodeOptions{SpecificationPhase: c.specification})
			return simulate(t, d.Circuit, nil, nil)
		}
		if d := difference(state(c.a), state(c.b), false); !(d < 1e-12) {
			t.Errorf("%s\ndiffers from %s by %g", c.a, c.b, d)
		}
	}
}

// TestModifiersKeepInputs controls and inverts gates whose angles are inputs.
func TestModifiersKeepInputs(t *testing.T) {
	w := []float64{0.3, -1.2, 2.2}
	for _, gate := range []string{"rx(a)", "ry(a*b)", "rz(2*c)", "p(a-b)", "U(a, b, c)", "cu(a, b, c, a) q[3],", "crx(b) q[3],", "pow(0.5) @ rx(a)"} {
		for _, mod := range []string{"inv @ ", "ctrl @ ", "ctrl(2) @ ", "inv @ negctrl @ "} {
			controls := map[string]string{"inv @ ": "", "ctrl(2) @ ": "q[0], q[1], "}[mod]
			if strings.HasSuffix(mod, "trl @ ") {
				controls = "q[1], "
			}
			head, tail, _ := strings.Cut(gate, " q[3]")
			wires := "q[2]"
			if tail != "" {
				wires = "q[3], q[2]"
			}
			source := func(inputs string) string {
				return header3 + inputs + "qubit[4] q; " + spread(4) + mod + head + " " + controls + wires + ";"
			}
			symbolic := decode(t, source("input float a; input float b; input float c; "), qasm.DecodeOptions{})
			numbers := decode(t, source("const float a = 0.3; const float b = -1.2; const float c = 2.2; "), qasm.DecodeOptions{})
			if d := difference(simulate(t, symbolic.Circuit, w, nil), simulate(t, numbers.Circuit, nil, nil), false); !(d < 1e-12) {
				t.Errorf("%s%s: inputs and numbers differ by %g", mod, gate, d)
			}
		}
	}
}

// TestDecodeEncode reads back what Encode wrote: every gate and random circuits,
// in both dialects.
func TestDecodeEncode(t *testing.T) {
	for _, d := range qasm.Dialects() {
		cases := slices.Concat(gateCases(t, d), randomCases(t, d))
		if d != qasm.IBM { // which names no qubits that are not used
			cases = append(cases, specialCases(t, d)...)
		}
		for _, c := range cases {
			back := decode(t, c.Source, qasm.DecodeOptions{})
			if diff := difference(simulate(t, back.Circuit, nil, nil), c.want, d != qasm.OpenQASM3); !(diff < 1e-12) {
				t.Errorf("%s: differs by %g from\n%s", c.name, diff, c.Source)
			}
			var measured [][2]int
			for _, op := range back.Circuit.Ops {
				if op.Gate == circuits.GateMeasure {
					measured = append(measured, [2]int{op.Qubits[0], op.Clbit})
				}
			}
			if !slices.Equal(measured, c.measured) || back.Circuit.Qubits != c.circuit.Qubits || back.Circuit.Clbits != c.circuit.Clbits {
				t.Errorf("%s: measures %v, want %v", c.name, measured, c.measured)
			}
			if again := encode(t, back.Circuit, qasm.Options{Dialect: d}); d == qasm.OpenQASM3 && again != c.Source {
				t.Errorf("%s: written again as\n%s\nfrom\n%s", c.name, again, c.Source)
			}
		}
	}
	for _, c := range symbolicCases(t) {
		if c.Dialect == qasm.OpenQASM2 {
			continue
		}
		back := decode(t, c.Source, qasm.DecodeOptions{})
		w := make([]float64, len(back.Inputs))
		for i, name := range back.Inputs {
			w[i] = c.Parameters[name]
		}
		if diff := difference(simulate(t, back.Circuit, w, nil), c.want, false); !(diff < 1e-12) {
			t.Errorf("%s: differs by %g from\n%s", c.name, diff, c.Source)
		}
	}
}

// TestDecodeQiskitFiles reads what testdata/qiskit/write.py wrote with Qiskit and
// compares with the states that Qiskit computed.
func TestDecodeQiskitFiles(t *testing.T) {
	text, err := os.ReadFile("testdata/qiskit/states.json")
	if err != nil {
		t.Fatal(err)
	}
	var file struct {
		States map[string][][2]float64
		Inputs []float64
	}
	if err := json.Unmarshal(text, &file); err != nil {
		t.Fatal(err)
	}
	paths, err := filepath.Glob("testdata/qiskit/*.qasm")
	if err != nil || len(paths) != 13 {
		t.Fatalf("%d files, want 13, error %v", len(paths), err)
	}
	for _, path := range paths {
		source, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		d := decode(t, string(source), qasm.DecodeOptions{})
		name, _, _ := strings.Cut(filepath.Base(path), ".")
		want := make([]complex128, len(file.States[name]))
		for i, v := range file.States[name] {
			want[i] = complex(v[0], v[1])
		}
		// Qiskit writes no global phase into OpenQASM 2, nor the phases of
		// definitions into OpenQASM 3.
		if diff := difference(simulate(t, d.Circuit, file.Inputs, nil), want, true); !(diff < 1e-9) {
			t.Errorf("%s: differs by %g", path, diff)
		}
		if name != "inputs" && d.Circuit.Count()[circuits.GateMeasure] != d.Circuit.Qubits {
			t.Errorf("%s: %d measurements of %d qubits", path, d.Circuit.Count()[circuits.GateMeasure], d.Circuit.Qubits)
		}
	}
}

// TestDecodeAsQiskit gives the same texts to Qiskit: all 42 gates of its
// qelib1.inc, those of stdgates.inc, and modifiers.
func TestDecodeAsQiskit(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 6))
	call := func(gate string, modifiers string, extra int) string {
		name, rest, _ := strings.Cut(gate, "/")
		var angles, size int
		if _, err := fmt.Sscanf(rest, "%d/%d", &angles, &size); err != nil {
			t.Fatal(err)
		}
		b := modifiers + name
		for i := range angles {
			b += separator(i, "(", ", ") + fmt.Sprintf("%.6f", 6*rng.Float64()-3)
		}
		if angles > 0 {
			b += ")"
		}
		for i, q := range rng.Perm(5)[:size+extra] {
			b += separator(i, " ", ", ") + fmt.Sprintf("q[%d]", q)
		}
		return b + ";\n"
	}
	const shared = "p/1/1 x/0/1 y/0/1 z/0/1 h/0/1 s/0/1 sdg/0/1 t/0/1 tdg/0/1 sx/0/1 rx/1/1 ry/1/1 rz/1/1 cx/0/2 cy/0/2 " +
		"cz/0/2 cp/1/2 crx/1/2 cry/1/2 crz/1/2 ch/0/2 swap/0/2 ccx/0/3 cswap/0/3 cu/4/2 id/0/1 u1/1/1 u2/2/1 u3/3/1 "
	var cases []loadCase
	add := func(d qasm.Dialect, source string) {
		c := loadCase{Dialect: d, Source: source, Legacy: true, circuit: decode(t, source, qasm.DecodeOptions{}).Circuit}
		c.want, c.name = simulate(t, c.circuit, nil, nil), source
		cases = append(cases, c)
	}
	for g := range strings.FieldsSeq(shared + "U/3/1 CX/0/2 u/3/1 u0/0/1 sxdg/0/1 cu1/1/2 cu3/3/2 rxx/1/2 rzz/1/2 csx/0/2 rccx/0/3 rc3x/0/4 c3x/0/4 c3sqrtx/0/4 c4x/0/5") {
		text := "OPENQASM 2.0;\ninclude \"qelib1.inc\";\nqreg q[5];\n" + spread(5)
		if strings.HasPrefix(g, "u0") {
			text += "u0(1.0) q[0];"
		} else {
			text += call(g, "", 0)
		}
		add(qasm.OpenQASM2, text)
	}
	for g := range strings.FieldsSeq(shared + "U/3/1 CX/0/2 phase/1/1 cphase/1/2") {
		for mod, extra := range map[string]int{"": 0, "inv @ ": 0, "ctrl @ ": 1, "negctrl @ inv @ ": 1, "ctrl(2) @ ": 2, "pow(2) @ ": 0, "inv @ pow(3) @ ctrl @ ": 1} {
			add(qasm.OpenQASM3, header3+"qubit[5] q;\n"+spread(5)+call(g, mod, extra))
		}
	}
	for i, got := range loadAll(t, "testdata/load.py", cases) {
		c := cases[i]
		if got.Error != "" {
			t.Errorf("%s\nQiskit: %s", c.Source, got.Error)
			continue
		}
		state := make([]complex128, len(got.State))
		for k, v := range got.State {
			state[k] = complex(v[0], v[1])
		}
		if diff := difference(state, c.want, c.Dialect == qasm.OpenQASM2); !(diff < 1e-9) {
			t.Errorf("%s\ndiffers by %g", c.Source, diff)
		}
	}
}

func separator(i int, first, rest string) string {
	if i == 0 {
		return first
	}
	return rest
}
