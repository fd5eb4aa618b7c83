package cli

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"

	"github.com/qnn-go/qnn/circuits/transpile"
)

func TestTranspile(t *testing.T) {
	path := writeFile(t, "bell.qasm", bell)
	for _, target := range append(transpile.Targets(), "line-2", "grid-2x2", "all-to-all-3") {
		out, errs := command(t, 0, "transpile", path, "--target", target)
		for _, want := range []string{"target    " + target, "1 gates on two qubits, was 1", "checked   "} {
			if target != "rigetti-ankaa-3" && !strings.Contains(errs, want) {
				t.Errorf("%s: remarks without %q:\n%s", target, want, errs)
			}
		}
		if boxed := strings.Contains(out, "#pragma braket verbatim"); boxed != !strings.Contains(out, "stdgates") {
			t.Errorf("%s: box %v in\n%s", target, boxed, out)
		}
		// What is printed is read again and gives the same bits.
		back, _ := commandWithInput(t, out, 0, "simulate", "-", "--shots", "100")
		if !strings.Contains(back, "00 ") || !strings.Contains(back, "11 ") || strings.Contains(back, "01 ") || strings.Contains(back, "10 ") {
			t.Errorf("%s: gives\n%s", target, back)
		}
	}
}

func TestTranspileJSON(t *testing.T) {
	path := writeFile(t, "ring.qasm", "qubit[3] q; rx(0.3) q[0]; cnot q[0], q[1]; zz(0.7) q[1], q[2]; ry(1) q[1]; zz(0.2) q[2], q[0];\n")
	out, errs := command(t, 0, "transpile", path, "--target", "iqm-garnet", "--layout", "1,2,5", "--json")
	var r transpiled
	if err := json.Unmarshal([]byte(out), &r); err != nil || errs != "" {
		t.Fatal(err, errs)
	}
	if !slices.Equal(r.Initial, []int{1, 2, 5}) || !r.Verified || r.Before.TwoQubitGates != 3 || r.After.TwoQubitGates < 3 || r.After.Gates["cz"] != r.After.TwoQubitGates {
		t.Errorf("%+v", r)
	}
	again, _ := command(t, 0, "transpile", path, "--target", "iqm-garnet", "--layout", "1,2,5", "--json")
	if again != out {
		t.Error("a second run gives other bytes")
	}
	if out, _ := command(t, 0, "transpile", "--targets", "--json"); !strings.Contains(out, `"ibm-heron-r2"`) {
		t.Errorf("targets: %s", out)
	}
}

func TestTranspileInputs(t *testing.T) {
	path := writeFile(t, "input.qasm", "input float a; qubit[2] q; rx(2*a) q[0]; cnot q[0], q[1];\n")
	out, _ := command(t, 0, "transpile", path, "--target", "line-2")
	if !strings.Contains(out, "input float[64] theta_000;") {
		t.Errorf("symbolic:\n%s", out)
	}
	if out, _ = command(t, 0, "transpile", path, "--target", "line-2", "--set", "a=0.1"); strings.Contains(out, "input") {
		t.Errorf("bound:\n%s", out)
	}
}

func TestTranspileRefuses(t *testing.T) {
	path := writeFile(t, "bell.qasm", bell)
	conditional := writeFile(t, "if.qasm", "qubit[2] q; bit c; h q[0]; c = measure q[0]; if (c) { x q[1]; }\n")
	for _, tt := range []struct {
		code int
		want string
		args []string
	}{
		{2, "--target is missing", []string{path}},
		{2, `did you mean "ibm-eagle"`, []string{path, "--target", "ibm-eagel"}},
		{2, "line-1 has 1", []string{path, "--target", "line-1"}},
		{2, "1 to 2000 qubits", []string{path, "--target", "line-0"}},
		{2, "must be 0 to 3", []string{path, "--target", "line-2", "--level", "4"}},
		{2, "distinct qubits", []string{path, "--target", "line-2", "--layout", "0,0"}},
		{2, "layout of 1 qubits", []string{path, "--target", "line-2", "--layout", "0"}},
		{2, "must be at least 1", []string{path, "--target", "line-2", "--trials", "0"}},
		{65, "bad target", []string{path, "--target", writeFile(t, "t.json", `{"name": "x"}`)}},
		{65, "bad target", []string{path, "--target", writeFile(t, "t.json", `{"nam": "x"}`)}},
		{65, "no such operation on measured bits", []string{conditional, "--target", "iqm-garnet"}},
		{2, `did you mean "depth"`, []string{path, "--target", "line-2", "--objective", "dept"}},
		{2, "has no rates of error", []string{path, "--target", "line-2", "--objective", "error"}},
		{2, "must be a number above 0", []string{path, "--target", "line-2", "--effort", "-1"}},
		{74, "Check the path", []string{path, "--target", "absent.json"}},
		{74, "Check the path", []string{"absent.qasm", "--target", "line-2"}},
	} {
		refuse(t, tt.code, tt.want, append([]string{"transpile"}, tt.args...)...)
	}
}
