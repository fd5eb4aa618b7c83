package cli

import (
	"context"
	"math"
	"path/filepath"
	"strconv"
	"testing"

	"github.com/qnn-go/qnn/internal/pytest"

	"github.com/qnn-go/qnn/qnn/experiment"

	"github.com/qnn-go/qnn/qnn"
	"github.com/qnn-go/qnn/qsim"
)

// TestExportInQiskit trains a model, exports 20 test samples in each dialect, has
// Qiskit load and simulate them, and compares the probabilities of all basis states.
func TestExportInQiskit(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "run")
	command(t, 0, "train", "--data", "iris", "--epochs", "2", "--out", dir, "--no-baselines", "--quiet")
	const samples = 20
	type program struct {
		Dialect string `json:"dialect"`
		Source  string `json:"source"`
	}
	var programs []program
	for _, dialect := range []string{"openqasm2", "openqasm3"} {
		for i := range samples {
			source, _ := command(t, 0, "export", dir, "--format", dialect, "--sample", strconv.Itoa(i))
			programs = append(programs, program{dialect, source})
		}
	}
	states := loadWithQiskit(t, programs)
	want := testProbabilities(t, dir, samples)
	worst := 0.0
	for i, state := range states {
		expected := want[i%samples]
		if len(state) != len(expected) {
			t.Fatalf("%s, sample %d: %d amplitudes, want %d", programs[i].Dialect, i%samples, len(state), len(expected))
		}
		for x, a := range state {
			worst = math.Max(worst, math.Abs(a[0]*a[0]+a[1]*a[1]-expected[x]))
		}
	}
	t.Logf("largest difference of a probability: %.1e", worst)
	if worst > 1e-9 {
		t.Errorf("probabilities differ by %g, want at most 1e-9", worst)
	}
}

// testProbabilities simulates the model's circuit for the first test samples.
func testProbabilities(t *testing.T, dir string, samples int) [][]float64 {
	t.Helper()
	r, err := experiment.OpenStored(t.Context(), dir, experiment.Observer{})
	if err != nil {
		t.Fatal(err)
	}
	p, err := qsim.Compile(r.Model.Circuit, qsim.Options{})
	if err != nil {
		t.Fatal(err)
	}
	x, err := r.Model.Features(r.Test.X[:samples])
	if err != nil {
		t.Fatal(err)
	}
	out := make([][]float64, samples)
	for i := range out {
		if out[i], err = p.Probabilities(context.Background(), weights(r.Model), x[i]); err != nil {
			t.Fatal(err)
		}
	}
	return out
}

func weights(m *qnn.Model) []float64 { return m.Parameters[:m.Weights()] }

// loadWithQiskit returns the states that Qiskit computes for the programs, as
// [real, imaginary] pairs.
func loadWithQiskit(t *testing.T, programs any) [][][2]float64 {
	t.Helper()
	var file struct {
		Results []struct {
			Error string
			State [][2]float64
		}
	}
	pytest.Exchange(t, "../../../circuits/qasm/testdata/load.py", programs, &file)
	states := make([][][2]float64, len(file.Results))
	for i, r := range file.Results {
		if r.Error != "" {
			t.Fatalf("program %d: %s", i, r.Error)
		}
		states[i] = r.State
	}
	return states
}
