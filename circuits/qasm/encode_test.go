package qasm_test

import (
	"errors"
	"flag"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/qnn-go/qnn/circuits"
	"github.com/qnn-go/qnn/circuits/qasm"
)

var update = flag.Bool("update", false, "write the golden files")

func encode(t *testing.T, c *circuits.Circuit, o qasm.Options) string {
	t.Helper()
	var b strings.Builder
	if err := qasm.Encode(&b, c, o); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// classifier is a small data re-uploading circuit with all kinds of statements.
func classifier() *circuits.Circuit {
	c := circuits.New(3)
	for q := range 3 {
		c.RY(circuits.Feature(q%2).Times(circuits.Weight(q)).Plus(circuits.Weight(q+3)), q)
	}
	c.CX(0, 1).RZZ(circuits.Weight(6).Scale(0.5), 1, 2).Barrier()
	c.CU(circuits.Weight(0), circuits.Const(-1), circuits.Const(1e-5), circuits.Const(0.25), 2, 0)
	return c.SX(1).SWAP(0, 2).Barrier(1).Reset(0).GPhase(circuits.Const(0.5)).Measure(2, 0).Measure(1, 1)
}

func TestGolden(t *testing.T) {
	weights, features := []float64{0.1, 0.2, 0.3, -0.4, 5, -1e-7, 2}, []float64{3, -0.5}
	table := circuits.New(3)
	rng := rand.New(rand.NewPCG(1, 4))
	for _, g := range circuits.Gates() {
		if g.Unitary() && g != circuits.GateUnitary {
			table.GPhase(nil).Barrier()
			appendRandom(table, rng, g)
		}
	}
	for name, c := range map[string]struct {
		circuit *circuits.Circuit
		options qasm.Options
	}{
		"classifier.openqasm2.qasm":       {classifier(), qasm.Options{Dialect: qasm.OpenQASM2, Weights: weights, Features: features}},
		"classifier.openqasm3.qasm":       {classifier(), qasm.Options{}},
		"classifier_bound.openqasm3.qasm": {classifier(), qasm.Options{Weights: weights, Features: features}},
		"classifier_model.openqasm3.qasm": {classifier(), qasm.Options{Weights: weights}},
		"gates.openqasm2.qasm":            {table, qasm.Options{Dialect: qasm.OpenQASM2}},
		"gates.openqasm3.qasm":            {table, qasm.Options{Dialect: qasm.OpenQASM3}},
	} {
		got := encode(t, c.circuit, c.options)
		path := filepath.Join("testdata", name)
		if *update {
			if err := os.WriteFile(path, []byte(got), 0o644); err != nil {
				t.Fatal(err)
			}
			continue
		}
		want, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		if got != string(want) {
			t.Errorf("%s differs; run the test with -update and read the difference. Got:\n%s", name, got)
		}
	}
}

// The gates that each dialect's include declares: qelib1.inc as published in
// Cross et al. 2017, arXiv:1707.03429, figure 3, and stdgates.inc of the OpenQASM
// 3 specification with the built-in U and gphase.
var declared = map[qasm.Dialect]string{
	qasm.OpenQASM2: "u3 u2 u1 cx id x y z h s sdg t tdg rx ry rz cz cy ch ccx crz cu1 cu3",
	qasm.OpenQASM3: "p x y z h s sdg t tdg sx rx ry rz cx cy cz cp crx cry crz ch swap ccx cswap cu " +
		"CX phase cphase id u1 u2 u3 U gphase",
	qasm.Braket: "x y z h s si t ti rx ry rz cnot swap",
	qasm.IBM:    "id x sx rx rz cz ecr rzz",
}

// TestGatesAreDeclared reads every statement of circuits of all gates: gates of
// the include alone, arguments with a decimal point, and never a modifier.
func TestGatesAreDeclared(t *testing.T) {
	gate := regexp.MustCompile(`^(\w+)(?:\(([^()]*)\))?( (?:q\[\d+\]|\$\d)(?:, (?:q\[\d+\]|\$\d))*)?;$`)
	rng := rand.New(rand.NewPCG(1, 5))
	for _, d := range qasm.Dialects() {
		names := strings.Fields(declared[d])
		for _, g := range circuits.Gates() {
			if !g.Unitary() {
				continue
			}
			c := circuits.New(3)
			appendRandom(c, rng, g)
			lines := strings.Split(strings.TrimSpace(encode(t, c, qasm.Options{Dialect: d})), "\n")
			for _, line := range lines[3:] { // version, include, qubits; of Braket and IBM the first gate
				m := gate.FindStringSubmatch(line)
				if m == nil {
					if !strings.HasPrefix(line, "//") && !strings.HasPrefix(line, "gate ") {
						t.Errorf("%v in %v: statement %q", g, d, line)
					}
					continue
				}
				if !slices.Contains(names, m[1]) {
					t.Errorf("%v in %v: %s is not declared", g, d, m[1])
				}
				for a := range strings.SplitSeq(m[2], ", ") {
					if _, err := strconv.ParseFloat(a, 64); a != "" && (err != nil || !strings.Contains(a, ".")) {
						t.Errorf("%v in %v: argument %q", g, d, a)
					}
				}
			}
		}
	}
}

func TestNumbers(t *testing.T) {
	for v, want := range map[float64]string{
		0: "0.0", 1: "1.0", -2: "-2.0", 0.1: "0.1", 1e-5: "1.0e-05", 1.5e-300: "1.5e-300", -1e21: "-1.0e+21",
		100: "100.0", math.Pi: "3.141592653589793", 21: "21.0", 5e-324: "5.0e-324",
	} {
		got := encode(t, circuits.New(1).RX(circuits.Const(v), 0), qasm.Options{})
		if !strings.HasSuffix(got, "\nrx("+want+") q[0];\n") {
			t.Errorf("%v: %s, want %s", v, got, want)
		}
	}
}

func TestExpressions(t *testing.T) {
	for in, want := range map[string]string{
		"w0": "theta_000", "-w1": "-theta_001", "21*x0": "21.0*x_000", "-21*x0": "-21.0*x_000", "1e-5*w2": "1.0e-05*theta_002",
		"x0*x0-w0*x1+2": "-theta_000*x_001+x_000*x_000+2.0", "w1-w0-0.5": "-theta_000+theta_001-0.5", "w1000": "theta_1000",
		"w3+w1000": "theta_0003+theta_1000",
	} {
		a, err := circuits.ParseAngle(in)
		if err != nil {
			t.Fatal(err)
		}
		got := encode(t, circuits.New(1).RX(a, 0), qasm.Options{})
		if !strings.HasSuffix(got, "\nrx("+want+") q[0];\n") {
			t.Errorf("%s: %s, want %s", in, got, want)
		}
	}
	// Terms not in normal form are added up.
	twice := circuits.Angle{{Coef: 1}, {Coef: 2}}
	if got := encode(t, circuits.New(1).RX(twice, 0), qasm.Options{Dialect: qasm.OpenQASM2}); !strings.Contains(got, "rx(3.0)") {
		t.Errorf("1+2: %s", got)
	}
}

func TestEncodeErrors(t *testing.T) {
	w0 := circuits.New(2).H(0).RX(circuits.Weight(0), 1)
	two := circuits.New(1).RX(circuits.Weight(1).Plus(circuits.Feature(1)), 0)
	for name, c := range map[string]struct {
		circuit *circuits.Circuit
		options qasm.Options
		cause   error
		index   int // of the operation, or −1
	}{
		"no qubits":         {circuits.New(0), qasm.Options{}, qasm.ErrNoQubits, -1},
		"dialect":           {circuits.New(1), qasm.Options{Dialect: 200}, qasm.ErrDialect, -1},
		"unbound weight":    {w0, qasm.Options{Dialect: qasm.OpenQASM2}, circuits.ErrUnbound, 1},
		"unbound feature":   {two, qasm.Options{Dialect: qasm.OpenQASM2, Weights: []float64{1, 2}}, circuits.ErrUnbound, 0},
		"unbound phase":     {circuits.New(1).GPhase(circuits.Weight(0)), qasm.Options{Dialect: qasm.OpenQASM2}, circuits.ErrUnbound, 0},
		"too few weights":   {two, qasm.Options{Weights: []float64{1}}, circuits.ErrRange, -1},
		"too few features":  {two, qasm.Options{Features: []float64{}}, circuits.ErrRange, -1},
		"NaN":               {w0, qasm.Options{Weights: []float64{math.NaN()}}, circuits.ErrNotFinite, 1},
		"infinite":          {w0, qasm.Options{Weights: []float64{math.Inf(-1)}}, circuits.ErrNotFinite, 1},
		"NaN in circuit":    {circuits.New(1).RZ(circuits.Const(math.NaN()), 0), qasm.Options{}, circuits.ErrNotFinite, 0},
		"qubit of none":     {circuits.New(1).H(1), qasm.Options{}, circuits.ErrRange, 0},
		"negative register": {circuits.New(-1), qasm.Options{}, circuits.ErrRange, -1},
	} {
		var b strings.Builder
		err := qasm.Encode(&b, c.circuit, c.options)
		if !errors.Is(err, c.cause) {
			t.Errorf("%s: error %v, want %v", name, err, c.cause)
		}
		var opErr *circuits.OpError
		if errors.As(err, &opErr) != (c.index >= 0) || opErr != nil && opErr.Index != c.index {
			t.Errorf("%s: error %v, want position %d", name, err, c.index)
		}
		if b.Len() > 0 {
			t.Errorf("%s: wrote %q", name, b.String())
		}
	}
}

// limited is a writer that fails after n bytes.
type limited struct {
	n   int
	err error
}

func (l *limited) Write(p []byte) (int, error) {
	if len(p) > l.n {
		n := l.n
		l.n = 0
		return n, l.err
	}
	l.n -= len(p)
	return len(p), nil
}

func TestEncodeReturnsWriteErrors(t *testing.T) {
	full := errors.New("disk full")
	long := circuits.New(1)
	for range 2000 {
		long.H(0)
	}
	for _, c := range []*circuits.Circuit{circuits.New(1), long} {
		if err := qasm.Encode(&limited{n: 20, err: full}, c, qasm.Options{}); !errors.Is(err, full) {
			t.Errorf("%d operations: error %v, want %v", len(c.Ops), err, full)
		}
	}
}

func TestEncodeKeepsCircuit(t *testing.T) {
	c := classifier()
	before := encode(t, c, qasm.Options{})
	encode(t, c, qasm.Options{Weights: make([]float64, 7), Features: make([]float64, 2)})
	if after := encode(t, c, qasm.Options{}); after != before || !strings.Contains(after, "theta_006") {
		t.Error("Encode changed the circuit")
	}
}

// TestEncodeConditionAnew: operations under one condition share a block up to the one that
// changes what it reads, after which it is looked at anew.
func TestEncodeConditionAnew(t *testing.T) {
	one := circuits.BitIs(0, true)
	c := circuits.New(1).Measure(0, 0).X(0).H(0).Measure(0, 0).Z(0).Store(0, circuits.BitIs(1, true)).Y(0).Measure(0, 1)
	for i := 1; i < 7; i++ {
		c.Ops[i].If = &one
	}
	const want = `
if (c[0]) {
x q[0];
h q[0];
c[0] = measure q[0];
}
if (c[0]) {
z q[0];
c[0] = c[1];
}
if (c[0]) {
y q[0];
}
c[1] = measure q[0];
`
	if got := encode(t, c, qasm.Options{}); !strings.HasSuffix(got, want) {
		t.Errorf("written as %s, want %s at the end", got, want)
	}
}

func TestEmptyBarrierIsNone(t *testing.T) {
	c := circuits.New(2).Append(circuits.GateBarrier, nil)
	for _, d := range qasm.Dialects() {
		if got := encode(t, c, qasm.Options{Dialect: d}); strings.Contains(got, "barrier") {
			t.Errorf("%v: a barrier on no qubit is written as\n%s", d, got)
		}
	}
}

func TestDialectText(t *testing.T) {
	want := map[qasm.Dialect]string{qasm.OpenQASM2: "openqasm2", qasm.OpenQASM3: "openqasm3", qasm.Braket: "braket", qasm.IBM: "ibm"}
	for _, d := range qasm.Dialects() {
		text, err := d.MarshalText()
		var back qasm.Dialect
		if err != nil || string(text) != want[d] || back.UnmarshalText(text) != nil || back != d {
			t.Errorf("%v is written as %q, error %v, and reads back as %v", d, text, err, back)
		}
	}
	var d qasm.Dialect
	if err := d.UnmarshalText([]byte("openqasm4")); !errors.Is(err, qasm.ErrDialect) {
		t.Errorf("openqasm4: error %v, want ErrDialect", err)
	}
	if _, err := qasm.Dialect(9).MarshalText(); !errors.Is(err, qasm.ErrDialect) {
		t.Errorf("dialect 9: error %v, want ErrDialect", err)
	}
}
