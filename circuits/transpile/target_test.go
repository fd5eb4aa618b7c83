package transpile_test

import (
	"errors"
	"math"
	"strings"
	"testing"

	"github.com/qnn-go/qnn/circuits"
	"github.com/qnn-go/qnn/circuits/transpile"
)

func TestTargets(t *testing.T) {
	// Qubits and connections: IBM's as qiskit-ibm-runtime 0.51.0 has them; the lattices of
	// testdata/braket_targets.py; lines and grids by definition.
	for name, want := range map[string][2]int{
		"ibm-heron-r2": {156, 176}, "ibm-heron-r2-fractional": {156, 176}, "ibm-nighthawk": {120, 218}, "ibm-eagle": {127, 144},
		"iqm-garnet": {20, 30}, "iqm-emerald": {54, 90}, "rigetti-ankaa-3": {84, 149}, "ionq-forte": {36, 0},
		"line-1": {1, 0}, "line-7": {7, 6}, "grid-3x4": {12, 17}, "all-to-all-5": {5, 0},
	} {
		target := load(t, name)
		if got := [2]int{target.Qubits, len(target.Edges)}; got != want || target.Name != name {
			t.Errorf("%s: %s with %v qubits and edges, want %v", name, target.Name, got, want)
		}
		if target.Dialect == "braket" && target.MidCircuit {
			t.Errorf("%s: Braket's devices measure at the end only", name)
		}
	}
	for _, name := range transpile.Targets() {
		if target := load(t, name); target.Description == "" || target.Source == "" {
			t.Errorf("%s: without description or source", name)
		}
	}
}

func TestLoadUnknown(t *testing.T) {
	for _, name := range []string{"", "line", "line-", "line-x", "line-07", "grid-2", "grid-2x3x4", "../target", "ibm-heron-r2.json", "targets/ibm-eagle"} {
		_, err := transpile.Load(name)
		if unknown, ok := errors.AsType[*transpile.UnknownError](err); !ok || unknown.Name != name {
			t.Errorf("%q: error %v, want an UnknownError", name, err)
		}
	}
	for _, name := range []string{"line-0", "line--1", "line-2001", "grid-0x3", "grid-100x100", "grid-4611686018427387904x4", "all-to-all-0", "all-to-all-100000"} {
		if _, err := transpile.Load(name); err == nil {
			t.Errorf("%q: no error", name)
		}
	}
}

func TestReadErrors(t *testing.T) {
	for text, want := range map[string]string{
		``:              "EOF",
		`[]`:            "cannot unmarshal",
		`{"nam": "x"}`:  "unknown field",
		`{"qubits": 2}`: "name is missing",
		`{"name": "x/../../escaped", "qubits": 2, "dialect": "ibm"}`: "not a name for a file",
		`{"name": "a\\nb", "qubits": 2, "dialect": "ibm"}`:           "not a name for a file",
		`{"name": "x"}`: "0 qubits",
		`{"name": "x", "qubits": 1e9, "dialect": "ibm"}`:                                               "cannot unmarshal",
		`{"name": "x", "qubits": 100000, "dialect": "ibm"}`:                                            "1 to 2000",
		`{"name": "x", "qubits": 2}`:                                                                   "dialect",
		`{"name": "x", "qubits": 2, "dialect": "ibm", "first": 2}`:                                     "must be 0 or 1",
		`{"name": "x", "qubits": 2, "dialect": "ibm", "edges": [[0, 2]]}`:                              "from 0 to 1",
		`{"name": "x", "qubits": 2, "dialect": "ibm", "edges": [[1, 1]]}`:                              "two qubits",
		`{"name": "x", "qubits": 2, "dialect": "ibm", "edges": [[0, 1], [1, 0]]}`:                      "twice",
		`{"name": "x", "qubits": 2, "dialect": "ibm", "edges": [[0, 1]], "all_to_all": true}`:          "exclude",
		`{"name": "x", "qubits": 2, "dialect": "ibm", "gates": [{"gate": "foo"}]}`:                     "unknown gate",
		`{"name": "x", "qubits": 3, "dialect": "ibm", "gates": [{"gate": "ccx"}]}`:                     "one or two qubits",
		`{"name": "x", "qubits": 3, "dialect": "ibm", "gates": [{"gate": "unitary"}]}`:                 "one or two qubits",
		`{"name": "x", "qubits": 3, "dialect": "ibm", "gates": [{"gate": "rx", "directed": true}]}`:    "directed",
		`{"name": "x", "qubits": 3, "dialect": "ibm", "gates": [{"gate": "x", "angle": {"max": 1}}]}`:  "no angle",
		`{"name": "x", "qubits": 3, "dialect": "ibm", "gates": [{"gate": "rx", "angle": {"min": 1}}]}`: "range",
		`{"name": "x", "qubits": 3, "dialect": "ibm", "gates": [{"gate": "rx", "qubits": [[3]]}]}`:     "from 0 to 2",
		`{"name": "x", "qubits": 3, "dialect": "ibm", "gates": [{"gate": "cz", "qubits": [[0, 1]]}]}`:  "no edge",
		`{"name": "x", "qubits": 3, "dialect": "ibm", "gates": [{"gate": "cz"}, {"gate": "cz"}]}`:      "twice",
		`{"name": "x", "qubits": 3, "dialect": "ibm"} {}`:                                              "after the end",
	} {
		_, err := transpile.Read(strings.NewReader(text))
		if !errors.Is(err, transpile.ErrTarget) || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: error %v, want ErrTarget with %q", text, err, want)
		}
	}
}

func TestCheck(t *testing.T) {
	eagle, fractional, garnet, ankaa := load(t, "ibm-eagle"), load(t, "ibm-heron-r2-fractional"), load(t, "iqm-garnet"), load(t, "rigetti-ankaa-3")
	angle := circuits.Const
	for name, tt := range map[string]struct {
		target *transpile.Target
		c      *circuits.Circuit
		want   error
	}{
		"directed":               {eagle, circuits.New(2).ECR(1, 0), nil},
		"against its direction":  {eagle, circuits.New(2).ECR(0, 1), transpile.ErrDirection},
		"no edge":                {eagle, circuits.New(3).ECR(0, 2), transpile.ErrPair},
		"no gate":                {eagle, circuits.New(3).CZ(0, 1), transpile.ErrGate},
		"both directions":        {fractional, circuits.New(2).CZ(0, 1).CZ(1, 0), nil},
		"angle":                  {fractional, circuits.New(2).RZZ(angle(math.Pi/2), 0, 1), nil},
		"angle too large":        {fractional, circuits.New(2).RZZ(angle(1.6), 0, 1), transpile.ErrAngle},
		"angle below":            {fractional, circuits.New(2).RZZ(angle(-0.1), 0, 1), transpile.ErrAngle},
		"symbol":                 {fractional, circuits.New(2).RZZ(circuits.Weight(0), 0, 1), nil},
		"value":                  {ankaa, circuits.New(1).RX(angle(-math.Pi/2), 0), nil},
		"no value":               {ankaa, circuits.New(1).RX(angle(1), 0), transpile.ErrAngle},
		"after a measurement":    {garnet, circuits.New(1).Measure(0, 0).R(angle(1), nil, 0), transpile.ErrMidCircuit},
		"measured in the middle": {eagle, circuits.New(1).Measure(0, 0).X(0), nil},
		"global phase":           {garnet, circuits.New(1).GPhase(angle(1)), nil},
		"reset":                  {garnet, circuits.New(1).Reset(0), transpile.ErrGate},
		"larger":                 {garnet, circuits.New(21), transpile.ErrQubits},
		"invalid":                {garnet, circuits.New(1).X(1), circuits.ErrRange},
	} {
		err := tt.target.Check(tt.c)
		if !errors.Is(err, tt.want) {
			t.Errorf("%s: error %v, want %v", name, err, tt.want)
		}
		if op, ok := errors.AsType[*circuits.OpError](err); ok && op.Index != len(tt.c.Ops)-1 {
			t.Errorf("%s: at operation %d, want %d", name, op.Index, len(tt.c.Ops)-1)
		}
	}
}

// FuzzRead: a description is refused with ErrTarget or can be used.
func FuzzRead(f *testing.F) {
	f.Add(`{"name": "x", "qubits": 3, "dialect": "ibm", "edges": [[0, 1], [1, 2]], "gates": [{"gate": "rz"}, {"gate": "sx"}, {"gate": "cz"}, {"gate": "measure"}]}`)
	f.Add(`{"name": "x", "qubits": 2, "dialect": "braket", "first": 1, "all_to_all": true, "gates": [{"gate": "r"}, {"gate": "rzz", "angle": {"max": 1}}]}`)
	f.Add(`{"name": "x", "qubits": 4, "dialect": "ibm", "edges": [[0, 1], [3, 2]], "gates": [{"gate": "u"}, {"gate": "ecr", "directed": true, "qubits": [[0, 1]]}]}`)
	f.Fuzz(func(t *testing.T, text string) {
		target, err := transpile.Read(strings.NewReader(text))
		if err != nil {
			if !errors.Is(err, transpile.ErrTarget) {
				t.Errorf("error %v", err)
			}
			return
		}
		c := circuits.New(2).H(0).CX(0, 1).RZZ(circuits.Const(0.3), 1, 0).MeasureAll()
		r, err := transpile.Run(t.Context(), c, target, transpile.Options{Level: 3, Trials: 1})
		if err == nil {
			err = target.Check(r.Circuit)
			if err != nil {
				t.Errorf("%s: %v", text, err)
			}
		}
	})
}
