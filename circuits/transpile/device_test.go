package transpile_test

import (
	"bytes"
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"os"
	"os/exec"
	"strings"
	"testing"

	"github.com/qnn-go/qnn/circuits"
	"github.com/qnn-go/qnn/circuits/qasm"
	"github.com/qnn-go/qnn/circuits/transpile"
)

// deviceCase is a program for testdata/run.py.
type deviceCase struct {
	Target  string `json:"target"`
	Dialect string `json:"dialect"`
	Source  string `json:"source"`
	Bits    int    `json:"bits"`

	name string
	want []float64
}

// newDeviceCase transpiles c, measured into bits in another order.
func newDeviceCase(t *testing.T, name string, c *circuits.Circuit, target *transpile.Target, level int) deviceCase {
	t.Helper()
	n := c.Qubits
	want := make([]float64, 1<<n)
	measured := c.Clone()
	for q := range n {
		measured.Measure(q, (q+1)%n)
	}
	for i, a := range amplitudes(t, c, nil) {
		want[i<<1&(1<<n-1)|i>>(n-1)] = real(a)*real(a) + imag(a)*imag(a)
	}
	r, err := transpile.Run(t.Context(), measured, target, transpile.Options{Level: level})
	if err != nil {
		t.Fatal(err)
	}
	var source strings.Builder
	o := qasm.Options{Dialect: qasm.IBM, First: target.First}
	if target.Dialect == "braket" {
		o.Dialect, o.Verbatim = qasm.Braket, true
	}
	if err := qasm.Encode(&source, r.Circuit, o); err != nil {
		t.Fatal(err)
	}
	return deviceCase{target.Name, target.Dialect, source.String(), n, fmt.Sprintf("%s on %s at level %d", name, target.Name, level), want}
}

// TestDevicesRun gives what was transpiled to IBM's and Amazon Braket's own software:
// IBM's check for the device passes, and the bits have the right probabilities.
func TestDevicesRun(t *testing.T) {
	rng := rand.New(rand.NewPCG(3, 0))
	var cases []deviceCase
	for _, name := range append(transpile.Targets(), "line-5") {
		target := load(t, name)
		for _, level := range []int{0, 3} {
			cases = append(cases,
				newDeviceCase(t, "random", random(rng, 4, 20), target, level),
				newDeviceCase(t, "ansatz", bound(t, rng, "strongly-entangling", "", 5), target, level))
		}
	}
	for i, got := range runOnDevices(t, cases) {
		if got.Error != "" || len(got.Probabilities) != len(cases[i].want) {
			t.Errorf("%s: %s, %d probabilities\n%s", cases[i].name, got.Error, len(got.Probabilities), cases[i].Source)
			continue
		}
		for k, p := range got.Probabilities {
			if !(math.Abs(p-cases[i].want[k]) <= 1e-9) {
				t.Errorf("%s: probability of %d is %v, want %v\n%s", cases[i].name, k, p, cases[i].want[k], cases[i].Source)
				break
			}
		}
	}
}

type deviceResult struct {
	Error         string
	Probabilities []float64
}

// runOnDevices runs testdata/run.py once. The interpreter is QNN_PYTHON or python3;
// without its packages the test is skipped, or fails if QNN_REQUIRE_QISKIT=1.
func runOnDevices(t *testing.T, cases []deviceCase) []deviceResult {
	t.Helper()
	if testing.Short() {
		t.Skip("slow, and Python runs it; the whole form of the tests does so once")
	}
	python := cmp.Or(os.Getenv("QNN_PYTHON"), "python3")
	in, err := json.Marshal(cases)
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.CommandContext(t.Context(), python, "testdata/run.py")
	var out, errOut bytes.Buffer
	cmd.Stdin, cmd.Stdout, cmd.Stderr = bytes.NewReader(in), &out, &errOut
	if err := cmd.Run(); err != nil {
		if exit, ok := errors.AsType[*exec.ExitError](err); ok && exit.ExitCode() != 3 {
			t.Fatalf("%s: %v\n%s", python, err, &errOut)
		}
		text := fmt.Sprintf("needs Python with the packages of .ci/requirements.txt; set QNN_PYTHON to its interpreter: %s: %v %s", python, err, &errOut)
		if os.Getenv("QNN_REQUIRE_QISKIT") == "1" {
			t.Fatal(text)
		}
		t.Skip(text)
	}
	var file struct {
		Version string
		Results []deviceResult
	}
	if err := json.Unmarshal(out.Bytes(), &file); err != nil {
		t.Fatal(err)
	}
	if len(file.Results) != len(cases) {
		t.Fatalf("%d results for %d programs", len(file.Results), len(cases))
	}
	t.Logf("%d programs run by %s", len(cases), file.Version)
	return file.Results
}
