package qpu_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/qnn-go/qnn/circuits"
	"github.com/qnn-go/qnn/circuits/qasm"
	"github.com/qnn-go/qnn/circuits/qpu"
	"github.com/qnn-go/qnn/circuits/transpile"
)

// TestProgramsKeepNativeGates writes programs for devices of a file with gates that IBM's
// own devices do not have, and checks what is read back by the device's rules.
func TestProgramsKeepNativeGates(t *testing.T) {
	for _, gates := range []string{
		`{"gate": "rz"}, {"gate": "sx"}, {"gate": "cx", "directed": true}`, `{"gate": "u"}, {"gate": "cx"}`,
		`{"gate": "rz"}, {"gate": "ry"}, {"gate": "cz"}, {"gate": "swap"}`, `{"gate": "rz"}, {"gate": "sx"}, {"gate": "ecr"}`,
	} {
		target, err := transpile.Read(strings.NewReader(fmt.Sprintf(`{"name": "t", "dialect": "ibm", "qubits": 3, "edges": [[1, 0], [1, 2]],
			"gates": [%s, {"gate": "measure"}]}`, gates)))
		if err != nil {
			t.Fatal(err)
		}
		c := circuits.New(3).H(0).CX(0, 1).RY(circuits.Const(0.3), 1).CX(0, 2).CX(2, 1).Measure(0, 0).Measure(1, 1)
		r, err := transpile.Run(t.Context(), c, target, transpile.Options{Level: 3})
		if err != nil {
			t.Fatal(err)
		}
		var source strings.Builder
		if err := qasm.Encode(&source, r.Circuit, qpu.ProgramOptions(target)); err != nil {
			t.Fatal(err)
		}
		for _, g := range circuits.Gates() {
			name := g.String()
			if g == circuits.GateU {
				name = "U"
			}
			if g.Unitary() && g != circuits.GateGPhase && strings.Contains(source.String(), "\n"+name+" ") != (r.Circuit.Count()[g] > 0 && len(g.Spec().Params) == 0) {
				t.Errorf("%s: %v is %d times in the circuit:\n%s", gates, g, r.Circuit.Count()[g], source.String())
			}
		}
	}
}
