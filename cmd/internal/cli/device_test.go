package cli

import (
	"encoding/json"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/qnn-go/qnn/qnn/experiment"

	"github.com/qnn-go/qnn/circuits"
	"github.com/qnn-go/qnn/circuits/qasm"
	"github.com/qnn-go/qnn/circuits/qpu"
	"github.com/qnn-go/qnn/internal/filename"
	"github.com/qnn-go/qnn/qnn"
	"github.com/qnn-go/qnn/qnn/optim"
	"github.com/qnn-go/qnn/qsim"
)

// runExactly writes results of an export for any device of Amazon Braket, in Braket's
// form with exact probabilities, for its circuits that keep accepts.
func runExactly(t *testing.T, dir string, keep func(int) bool) {
	t.Helper()
	m, err := qpu.Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	results := filepath.Join(dir, qpu.ResultsDir)
	if err := os.MkdirAll(results, 0o755); err != nil {
		t.Fatal(err)
	}
	for i, e := range m.Circuits {
		if !keep(i) {
			continue
		}
		source := read(t, dir, e.File)
		inputs := map[string]float64{}
		for k, name := range m.Parameters {
			inputs[name] = e.Values[k]
		}
		text, err := json.Marshal(map[string]any{
			"braketSchemaHeader":       map[string]string{"name": "braket.task_result.gate_model_task_result", "version": "1"},
			"measurementProbabilities": probabilitiesOf(t, source, e.Values),
			"taskMetadata":             map[string]int{"shots": 0},
			"additionalMetadata":       map[string]any{"action": map[string]any{"source": source, "inputs": inputs}},
		})
		if err != nil {
			t.Fatal(err)
		}
		put(t, filepath.Join(results, fmt.Sprintf("%04d.json", i)), string(text))
	}
}

func anyCircuit(int) bool { return true }

// probabilitiesOf are those of the outcomes of a program, bit 0 first as Braket has it.
func probabilitiesOf(t *testing.T, source string, inputs []float64) map[string]float64 {
	t.Helper()
	d, err := qasm.Decode(strings.NewReader(source), qasm.DecodeOptions{})
	if err != nil {
		t.Fatal(err)
	}
	c := d.Circuit
	c.Ops = slices.DeleteFunc(c.Ops, func(op circuits.Op) bool { return op.Gate == circuits.GateMeasure })
	p, err := qsim.Compile(c, qsim.Options{})
	if err != nil {
		t.Fatal(err)
	}
	all, err := p.Probabilities(t.Context(), inputs, nil)
	if err != nil {
		t.Fatal(err)
	}
	out := map[string]float64{}
	for i, v := range all {
		bits := []byte(fmt.Sprintf("%0*b", c.Qubits, i))
		slices.Reverse(bits)
		out[string(bits)] = v
	}
	return out
}

// TestResults: with exact probabilities the report is that of qnn evaluate, and the
// comparison with the ideal simulation finds no difference.
func TestResults(t *testing.T) {
	dir := quick(t, "--data", "iris")
	for _, symbolic := range []string{"--symbolic=false", "--symbolic"} {
		export := filepath.Join(t.TempDir(), "export")
		out, _ := command(t, 0, "export", dir, "--target", "braket", "--out", export, symbolic)
		for _, want := range []string{"30 samples; 30 circuits of 1000 shots", "ionq-forte about 2409.00 USD: 30 tasks at 0.3, 30000 shots at 0.08", "Prices change", "run_braket.py --device local", "qnn results " + export} {
			if !strings.Contains(out, want) {
				t.Errorf("no %q in\n%s", want, out)
			}
		}
		runExactly(t, export, anyCircuit)
		out, _ = command(t, 0, "results", export)
		report, _ := command(t, 0, "evaluate", dir)
		if !strings.Contains(out, report) {
			t.Errorf("the report of the results\n%s\ndoes not hold that of evaluate\n%s", out, report)
		}
		var got experiment.Evaluation
		out, _ = command(t, 0, "results", export, "--json")
		if err := json.Unmarshal([]byte(out), &got); err != nil {
			t.Fatal(err)
		}
		if got.Ideal.MeanDifference > 1e-12 || len(got.Ideal.Differ) > 0 || got.ShotNoise.Low != got.ShotNoise.Value || len(got.Values) != 30 || len(got.Missing) != 0 || got.Test.Accuracy != got.Ideal.Test.Accuracy {
			t.Errorf("%s: %+v", symbolic, got)
		}
	}
}

// TestResultsOfSome: samples without results are named, and files may be named one by
// one, in a directory or by a pattern.
func TestResultsOfSome(t *testing.T) {
	dir := quick(t, "--data", "iris", "--layers", "1")
	export := filepath.Join(t.TempDir(), "export")
	command(t, 0, "export", dir, "--target", "braket", "--samples", "3-6,9", "--out", export, "-q")
	refuse(t, exitIO, "Run the circuits first", "results", export)
	runExactly(t, export, func(i int) bool { return i != 1 && i != 4 })
	files := filepath.Join(export, "results")
	for _, counts := range [][]string{
		nil,
		{"--counts", files},
		{"--counts", filepath.Join(files, "*.json")},
		{"--counts", filepath.Join(files, "0000.json"), filepath.Join(files, "0002.json"), filepath.Join(files, "0003.json")},
	} {
		out, _ := command(t, 0, append([]string{"results", export}, counts...)...)
		if !strings.Contains(out, "3 of 5 samples") || !strings.Contains(out, "missing   samples 4, 9: their circuits have no results yet") {
			t.Errorf("%v:\n%s", counts, out)
		}
	}
	table := filepath.Join(t.TempDir(), "iris.csv")
	put(t, table, "sepal length (cm),sepal width (cm),petal length (cm),petal width (cm)\n5.1,3.5,1.4,0.2\n")
	unlabelled := filepath.Join(t.TempDir(), "export")
	command(t, 0, "export", dir, "--target", "braket", "--data", table, "--out", unlabelled)
	runExactly(t, unlabelled, anyCircuit)
	out, _ := command(t, 0, "results", unlabelled)
	want, _ := command(t, 0, "predict", dir, "--data", table)
	class, _, _ := strings.Cut(strings.Split(want, "\n")[1], ",")
	if !strings.Contains(out, "sample 0: "+class) || strings.Contains(out, "accuracy") {
		t.Errorf("results without labels, want %s:\n%s", class, out)
	}
}

// TestStep: two optimiser steps with exact probabilities are those of the adjoint
// gradient, and each is taken once.
func TestStep(t *testing.T) {
	t.Chdir(t.TempDir())
	command(t, 0, "train", "--data", "moons", "--samples", "60", "--layers", "1", "--epochs", "2", "--no-baselines", "-q")
	run := "runs/moons-0001"
	first, err := experiment.OpenStored(t.Context(), run, experiment.Observer{})
	if err != nil {
		t.Fatal(err)
	}
	want := slices.Clone(first.Model.Parameters)
	adam, err := optim.New("adam", optim.Config{LearningRate: first.Settings.Rate})
	if err != nil {
		t.Fatal(err)
	}
	seen := map[int]bool{}
	for k := range 2 {
		export := fmt.Sprintf("export%d", k)
		command(t, 0, "export", run, "--target", "braket", "--gradient", "--batch", "3", "--out", export)
		runExactly(t, export, func(i int) bool { return i != 5 })
		refuse(t, exitData, "have no results. A gradient needs all of them", "results", export, "--step")
		runExactly(t, export, anyCircuit)
		out, _ := command(t, 0, "results", export, "--step", "--json")
		var step experiment.Step
		if err := json.Unmarshal([]byte(out), &step); err != nil {
			t.Fatal(err)
		}
		loss, gradient := slopeOf(t, first, want, step.Samples)
		if step.Step != k+1 || math.Abs(step.Loss-loss) > 1e-9 || len(step.Samples) != 3 {
			t.Errorf("step %d: %+v, want the loss %v", k, step, loss)
		}
		for j, g := range gradient {
			if math.Abs(step.Gradient[j]-g) > 1e-9 {
				t.Errorf("step %d: derivative %d is %v, want %v", k, j, step.Gradient[j], g)
			}
		}
		for _, row := range step.Samples {
			if seen[row] {
				t.Errorf("sample %d is in two batches of an epoch", row)
			}
			seen[row] = true
		}
		if err := adam.Step(want, loss, gradient); err != nil {
			t.Fatal(err)
		}
		refuse(t, exitUsage, "is taken already: "+step.Run, "results", export, "--step")
		run = step.Run
		after, err := experiment.OpenStored(t.Context(), run, experiment.Observer{})
		if err != nil {
			t.Fatal(err)
		}
		for j, v := range after.Model.Parameters {
			if math.Abs(v-want[j]) > 1e-9 {
				t.Errorf("step %d: parameter %d is %v, want %v", k, j, v, want[j])
			}
		}
	}
	if run != "runs/moons-0003" {
		t.Errorf("the second step made %s", run)
	}
	command(t, 0, "evaluate", run)
}

// slopeOf is the loss and the adjoint gradient of rows of the training part.
func slopeOf(t *testing.T, r *experiment.Stored, parameters []float64, rows []int) (float64, []float64) {
	t.Helper()
	m := *r.Model
	m.Parameters = parameters
	x, err := m.Features(r.Train.X)
	if err != nil {
		t.Fatal(err)
	}
	var batch [][]float64
	var y []float64
	for _, i := range rows {
		batch, y = append(batch, x[i]), append(y, r.Train.Y[i])
	}
	loss, gradient, err := m.Gradient(t.Context(), qnn.NamedLoss(r.Settings.Loss), qsim.Adjoint, batch, y)
	if err != nil {
		t.Fatal(err)
	}
	return loss, gradient
}

func TestDeviceRefusals(t *testing.T) {
	dir := quick(t, "--data", "iris", "--layers", "1")
	at := t.TempDir()
	export, other := filepath.Join(at, "a"), filepath.Join(at, "b")
	command(t, 0, "export", dir, "--target", "braket", "--samples", "0-1", "--out", export, "-q")
	command(t, 0, "export", dir, "--target", "braket", "--samples", "2-3", "--out", other, "-q")
	runExactly(t, export, anyCircuit)
	bad := writeFile(t, "bad.json", "{\n  \"results\": [}\n")
	prices := writeFile(t, "prices.json", `{"prices":[{"target":"braket","per_shot":-1}]}`)
	lbfgs := quick(t, "--data", "iris", "--layers", "1", "--optimizer", "lbfgs")
	for _, tt := range []struct {
		code int
		want string
		args []string
	}{
		{exitUsage, "--gradient has no effect: it needs --target", []string{"export", dir, "--gradient"}},
		{exitUsage, `"ibm-herron": unknown target; did you mean "ibm-heron-r2"?`, []string{"export", dir, "--target", "ibm-herron"}},
		{exitUsage, "circuit of 4 qubits, line-3 has 3", []string{"export", dir, "--target", "line-3", "--out", filepath.Join(at, "c")}},
		{exitUsage, "0 shots, must be", []string{"export", dir, "--target", "braket", "--shots", "0"}},
		{exitUsage, "there are 30 samples", []string{"export", dir, "--target", "braket", "--samples", "0-30"}},
		{exitUsage, "write test, or numbers and ranges", []string{"export", dir, "--target", "braket", "--samples", "5-"}},
		{exitUsage, "named twice", []string{"export", dir, "--target", "braket", "--samples", "0-3,2"}},
		{exitUsage, "the directory is not empty", []string{"export", dir, "--target", "braket", "--out", export}},
		{exitUsage, "level 7", []string{"export", dir, "--target", "ibm", "--level", "7", "--out", filepath.Join(at, "c")}},
		{exitIO, "Check the file of prices", []string{"export", dir, "--target", "braket", "--prices", filepath.Join(at, "none.json")}},
		{exitData, "prices[0]: ", []string{"export", dir, "--target", "braket", "--prices", prices}},
		{exitUsage, "--batch 0: must be 1 to 96", []string{"export", dir, "--target", "braket", "--gradient", "--batch", "0"}},
		{exitUsage, "Leave it out", []string{"export", dir, "--target", "braket", "--gradient", "--data", "x.csv"}},
		{exitUsage, "needs exact gradients", []string{"export", lbfgs, "--target", "braket", "--gradient"}},
		{exitUsage, "DIR is missing", []string{"results"}},
		{exitUsage, "did you mean --counts x.json?", []string{"results", export, "x.json"}},
		{exitIO, "is not an export", []string{"results", dir}},
		{exitIO, "no result files of that name", []string{"results", export, "--counts", filepath.Join(at, "none*.json")}},
		{exitData, "bad.json:2:15: ", []string{"results", export, "--counts", bad}},
		{exitData, "not of the export", []string{"results", other, "--counts", filepath.Join(export, "results")}},
		{exitUsage, "has no shifted circuits. Export with --gradient", []string{"results", export, "--step"}},
	} {
		refuse(t, tt.code, tt.want, tt.args...)
	}
	if left, err := os.ReadDir(at); err != nil || len(left) != 2 {
		t.Errorf("left behind: %v, %v", left, err)
	}
	put(t, filepath.Join(export, "run", experiment.ModelFile), read(t, dir, experiment.ModelFile)+" ")
	refuse(t, exitData, "not the model that was exported", "results", export)
	put(t, filepath.Join(export, qpu.ManifestFile), "{}")
	refuse(t, exitData, `format is ""`, "results", export)
}

// TestNamesStayInside: what a file calls itself never leads out of the directory that is
// written to.
func TestNamesStayInside(t *testing.T) {
	run := quick(t, "--data", "iris", "--layers", "1")
	outside := t.TempDir()
	inside := filepath.Join(outside, "a", "b")
	if err := os.MkdirAll(inside, 0o755); err != nil {
		t.Fatal(err)
	}
	t.Chdir(inside)
	device := `{"name": "x/../../../../escaped", "dialect": "ibm", "qubits": 4, "edges": [[0, 1], [1, 2], [2, 3]],
		"gates": [{"gate": "rz"}, {"gate": "sx"}, {"gate": "cz"}, {"gate": "measure"}]}`
	file := writeFile(t, "device.json", device)
	refuse(t, exitData, "not a name for a file", "export", run, "--target", file, "--samples", "0")
	refuse(t, exitData, "not a name for a file", "transpile", writeFile(t, "p.qasm", "OPENQASM 3; qubit q;"), "--target", file)

	table := "a,b,y\n" + strings.Repeat("1,2,u\n2,1,v\n", 10)
	for _, name := range []string{"my [data] $(id).csv", "a\nb.csv", "..csv", "-rf.csv"} {
		command(t, 0, "train", "--data", writeFile(t, name, table), "--epochs", "1", "--no-baselines", "--quiet")
	}
	runs, err := os.ReadDir(experiment.RunsDir)
	if err != nil {
		t.Fatal(err)
	}
	for _, entry := range runs {
		if err := filename.Check(entry.Name()); err != nil {
			t.Error(err)
		}
	}
	if got, err := filepath.Glob(filepath.Join(outside, "*")); err != nil || len(got) != 1 {
		t.Errorf("beside the directory: %v, %v", got, err)
	}
}
