package qasm_test

import (
	"errors"
	"io"
	"maps"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/qnn-go/qnn/circuits"
	"github.com/qnn-go/qnn/circuits/qasm"
)

// TestBraketReads gives Amazon Braket's local simulator every gate, random circuits
// and symbolic circuits and compares its states with ours up to a global phase.
func TestBraketReads(t *testing.T) {
	cases := append(gateCases(t, qasm.Braket), randomCases(t, qasm.Braket)...)
	rng := rand.New(rand.NewPCG(1, 8))
	for range 10 {
		w, x := make([]float64, 4), make([]float64, 2)
		for _, v := range [][]float64{w, x} {
			for i := range v {
				v[i] = rng.NormFloat64()
			}
		}
		cases = append(cases, newCase(t, "symbolic", symbolic(), qasm.Braket, w, x, false))
	}
	for i, got := range loadAll(t, "testdata/run_on_braket.py", cases) {
		checkLoaded(t, cases[i], got)
	}
}

// symbolic is a circuit with weights and features, and a qubit without gates.
func symbolic() *circuits.Circuit {
	w, x := circuits.Weight, circuits.Feature
	return circuits.New(4).RX(x(0), 0).RY(x(1).Times(w(0)).Plus(w(1)), 1).CRZ(w(2).Scale(-0.5), 0, 1).
		U(w(3), x(0).Minus(w(0)), circuits.Const(0.3), 2).CP(w(1), 1, 2)
}

// Bit k is the k-th character of Braket's results, whatever qubit it holds.
func TestBraketBits(t *testing.T) {
	c := circuits.New(3).X(0)
	c.Measure(0, 1)
	c.Measure(1, 0)
	c.Measure(2, 2)
	one := newCase(t, "bits", c, qasm.Braket, nil, nil, true)
	one.Shots = 7
	if got := loadAll(t, "testdata/run_on_braket.py", []loadCase{one})[0]; got.Error != "" || !maps.Equal(got.Counts, map[string]int{"010": 7}) {
		t.Errorf("%s: counts %v of\n%s", got.Error, got.Counts, one.Source)
	}
}

// native is a circuit of the native gates of Braket's devices.
func native() *circuits.Circuit {
	c := circuits.New(3)
	angle := circuits.Const
	c.Append(circuits.GateR, []circuits.Angle{angle(0.7), angle(-0.3)}, 0).Append(circuits.GateGPi2, []circuits.Angle{angle(0.4)}, 1)
	c.Append(circuits.GateGPi, []circuits.Angle{angle(1.1)}, 2).RX(angle(0.5), 2).RZZ(angle(0.9), 0, 1).RZ(angle(-0.6), 1).RX(angle(1.5), 1)
	return c.CZ(1, 2).RX(angle(0.8), 2).RZ(angle(0.3), 0).ISWAP(0, 2).RX(angle(-1), 0)
}

// TestBraketVerbatim gives Braket's local simulator native gates on physical qubits in
// a verbatim box, and reads the program back.
func TestBraketVerbatim(t *testing.T) {
	want := simulate(t, native(), nil, nil)
	options := qasm.Options{Dialect: qasm.Braket, Verbatim: true, First: 1}
	source := encode(t, native().MeasureAll(), options)
	if !strings.Contains(source, "#pragma braket verbatim\nbox {\n  prx(0.7, -0.3) $1;\n") || !strings.HasSuffix(source, "}\nb[0] = measure $1;\nb[1] = measure $2;\nb[2] = measure $3;\n") {
		t.Errorf("written as\n%s", source)
	}
	back := decode(t, source, qasm.DecodeOptions{}).Circuit
	shifted := &circuits.Circuit{Qubits: 3, Clbits: 3}
	for _, op := range back.Ops {
		qubits := slices.Clone(op.Qubits)
		for k := range qubits {
			qubits[k]--
		}
		op.Qubits = qubits
		shifted.Ops = append(shifted.Ops, op)
	}
	if again := encode(t, shifted, options); again != source {
		t.Errorf("read back as\n%s\nfrom\n%s", again, source)
	}
	one := loadCase{Dialect: qasm.Braket, Source: source, name: "verbatim", circuit: native(), want: want}
	checkLoaded(t, one, loadAll(t, "testdata/run_on_braket.py", []loadCase{one})[0])
}

func TestBraketResults(t *testing.T) {
	zz := circuits.PauliSum{{Coef: 2, String: circuits.PauliString{{Qubit: 0, Pauli: 'Z'}, {Qubit: 2, Pauli: 'X'}}}, {Coef: 1}}
	got := encode(t, circuits.New(3).H(0).CX(0, 2).X(1).MeasureAll(), qasm.Options{Dialect: qasm.Braket, Results: []circuits.PauliSum{circuits.PauliZ(1), zz, zz}})
	want := "OPENQASM 3.0;\nqubit[3] q;\nh q[0];\ncnot q[0], q[2];\nx q[1];\n" +
		"#pragma braket result expectation z(q[1])\n#pragma braket result expectation z(q[0]) @ x(q[2])\n"
	if got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
	decode(t, got, qasm.DecodeOptions{})
}

func TestBraketProgram(t *testing.T) {
	var b strings.Builder
	if err := qasm.WriteBraketProgram(&b, "OPENQASM 3.0;\n", map[string]float64{"theta_000": 0.5}); err != nil {
		t.Fatal(err)
	}
	want := `{"braketSchemaHeader":{"name":"braket.ir.openqasm.program","version":"1"},"source":"OPENQASM 3.0;\n","inputs":{"theta_000":0.5}}` + "\n"
	if b.String() != want {
		t.Errorf("got %s, want %s", b.String(), want)
	}
}

func TestBraketOptionErrors(t *testing.T) {
	for name, tt := range map[string]struct {
		c    *circuits.Circuit
		o    qasm.Options
		want error
	}{
		"verbatim in another dialect": {circuits.New(1), qasm.Options{Verbatim: true}, qasm.ErrOption},
		"results in another dialect":  {circuits.New(1), qasm.Options{Results: []circuits.PauliSum{}}, qasm.ErrOption},
		"numbering of a register":     {circuits.New(1), qasm.Options{Dialect: qasm.Braket, First: 1}, qasm.ErrOption},
		"gate that is not native":     {circuits.New(1).H(0), qasm.Options{Dialect: qasm.Braket, Verbatim: true}, qasm.ErrVerbatim},
		"reset":                       {circuits.New(1).Reset(0), qasm.Options{Dialect: qasm.Braket, Verbatim: true}, qasm.ErrVerbatim},
		"gate after a measurement":    {circuits.New(1).Measure(0, 0).RZ(nil, 0), qasm.Options{Dialect: qasm.Braket, Verbatim: true}, qasm.ErrVerbatim},
		"observable elsewhere": {
			circuits.New(1), qasm.Options{Dialect: qasm.Braket, Results: []circuits.PauliSum{circuits.PauliZ(1)}}, circuits.ErrRange,
		},
	} {
		if err := qasm.Encode(io.Discard, tt.c, tt.o); !errors.Is(err, tt.want) {
			t.Errorf("%s: error %v, want %v", name, err, tt.want)
		}
	}
}

// ecr and rzz, which the IBM dialect defines, are read back as themselves, unless the
// gates they are defined by mean something else.
func TestIBMDefinitions(t *testing.T) {
	c := circuits.New(3).ECR(0, 1).RZZ(circuits.Const(0.3), 2, 1).MeasureAll()
	source := encode(t, c, qasm.Options{Dialect: qasm.IBM})
	if again := encode(t, decode(t, source, qasm.DecodeOptions{}).Circuit, qasm.Options{Dialect: qasm.IBM}); again != source {
		t.Errorf("read back as\n%s\nfrom\n%s", again, source)
	}
	other := strings.Replace(source, "gate ecr", "gate cx a, b { swap a, b; }\ngate ecr", 1)
	for _, op := range decode(t, other, qasm.DecodeOptions{}).Circuit.Ops {
		if op.Gate == circuits.GateECR || op.Gate == circuits.GateRZZ {
			t.Errorf("%v read where cx is another gate", op.Gate)
		}
	}
}
