package transpile_test

import (
	"fmt"
	"math"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/qnn-go/qnn/internal/pytest"

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

// runOnDevices runs testdata/run.py once.
func runOnDevices(t *testing.T, cases []deviceCase) []deviceResult {
	t.Helper()
	var file struct {
		Version string
		Results []deviceResult
	}
	pytest.Exchange(t, "testdata/run.py", cases, &file)
	if len(file.Results) != len(cases) {
		t.Fatalf("%d results for %d programs", len(file.Results), len(cases))
	}
	t.Logf("%d programs run by %s", len(cases), file.Version)
	return file.Results
}
