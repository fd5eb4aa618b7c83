package cli

import (
	"encoding/csv"
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/qnn-go/qnn/qnn"

	"github.com/qnn-go/qnn/qnn/experiment"

	"github.com/qnn-go/qnn/qnn/compare"
)

// quick trains for two epochs into a new directory and returns it.
//
// It chooses nothing: a search takes longer than its two epochs.
func quick(t *testing.T, args ...string) string {
	t.Helper()
	dir := filepath.Join(t.TempDir(), "run")
	command(t, 0, append([]string{"train", "--epochs", "2", "--out", dir, "--no-baselines", "--quiet", "--reduce", "pca"}, args...)...)
	return dir
}

func read(t *testing.T, path ...string) string {
	t.Helper()
	data, err := os.ReadFile(filepath.Join(path...))
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}

func writeFile(t *testing.T, name, text string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func TestTrainWritesARunDirectory(t *testing.T) {
	t.Chdir(t.TempDir())
	out, _ := command(t, 0, "train", "--data", "iris", "--epochs", "3", "--ansatz", "reuploading")
	for _, want := range []string{"data      iris: 150 samples, 4 features, 3 classes", "96 train, 24 validation, 30 test", "chosen    ", "of the loss on 3 folds", "svm-rbf", "accuracy", "McNemar", "saved     runs/iris-0001", "qnn predict runs/iris-0001"} {
		if !strings.Contains(out, want) {
			t.Errorf("output without %q:\n%s", want, out)
		}
	}
	entries, err := os.ReadDir("runs/iris-0001")
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, e := range entries {
		names = append(names, e.Name())
	}
	want := []string{experiment.InitialFile, experiment.PredictionsFile, experiment.SplitFile, experiment.TestFile, experiment.CheckpointFile, experiment.QASMFile, experiment.CircuitFile, experiment.ConfigFile, experiment.ConfusionFile, experiment.EnvironmentFile, experiment.CurveFile, experiment.MetricsFile, experiment.ModelFile, experiment.ReportFile, experiment.SearchFile, experiment.TimingFile}
	slices.Sort(want)
	if !slices.Equal(names, want) {
		t.Errorf("run directory holds %v, want %v", names, want)
	}
	rows, err := csv.NewReader(strings.NewReader(read(t, "runs/iris-0001", experiment.MetricsFile))).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	if got := strings.Join(rows[0], ","); got != "epoch,train_loss,train_accuracy,val_loss,val_accuracy,gradient_norm" || len(rows) != 4 {
		t.Errorf("metrics of %d rows with header %s", len(rows), got)
	}
	command(t, 0, "train", "--data", "iris", "--epochs", "1", "--quiet", "--no-baselines")
	if _, err := os.Stat("runs/iris-0002"); err != nil {
		t.Errorf("the second run: %v", err)
	}
}

func TestTrainJSON(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "run")
	out, progress := command(t, 0, "train", "--data", "wine", "--reduce", "pls", "--epochs", "2", "--out", dir, "--json")
	if !strings.Contains(progress, "epoch 1/2") || !strings.Contains(progress, "wine: 178 samples") {
		t.Errorf("standard error lacks progress:\n%s", progress)
	}
	var got struct {
		Model struct{ Qubits, Parameters, Depth int }
		Data  struct {
			Name                           string
			Train, Test, Features, Classes int
		}
		Test      map[string]any
		Baselines []struct {
			Name, Features string
			Inputs         int
			Accuracy       float64
			Selection      *float64
		}
		Verdict struct {
			Features string
			Chosen   string `json:"chosen_by"`
		}
		TrainSeconds float64 `json:"train_seconds"`
		Run          string
	}
	d := json.NewDecoder(strings.NewReader(out))
	if err := d.Decode(&got); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	if d.More() {
		t.Errorf("more than one object:\n%s", out)
	}
	if got.Model.Qubits != 4 || got.Model.Parameters == 0 || got.Model.Depth == 0 || got.Data.Name != "wine" ||
		got.Data.Train != 114 || got.Data.Test != 36 || got.Data.Features != 13 || got.Data.Classes != 3 ||
		len(got.Baselines) != 12 || got.Baselines[0].Accuracy == 0 || got.Run != dir || got.TrainSeconds <= 0 {
		t.Errorf("got %+v", got)
	}
	// Six baselines on all columns, with a score on the validation part, and the same
	// six on the model's features.
	for i, b := range got.Baselines {
		if all := i < 6; all != (b.Features == "all") || all != (b.Inputs == 13) || all != (b.Selection != nil) || !all && (b.Features != "model" || b.Inputs != 4) {
			t.Errorf("baseline %d: %+v", i, b)
		}
	}
	if got.Verdict.Features != "all" || got.Verdict.Chosen != "validation" {
		t.Errorf("verdict %+v", got.Verdict)
	}
	for _, key := range []string{"accuracy", "accuracy_low", "accuracy_high", "macro_f1"} {
		if v, ok := got.Test[key].(float64); !ok || v < 0 || v > 1 {
			t.Errorf("test.%s is %v", key, got.Test[key])
		}
	}
}

func TestTrainRegression(t *testing.T) {
	dir := quick(t, "--data", "sine", "--noise", "0.1")
	if header := strings.SplitN(read(t, dir, experiment.MetricsFile), "\n", 3)[1]; strings.Count(header, ",,") != 2 {
		t.Errorf("a regression's accuracies are not empty: %s", header)
	}
	out, _ := command(t, 0, "evaluate", dir, "--json")
	for _, key := range []string{`"rmse"`, `"mae"`, `"r2"`} {
		if !strings.Contains(out, key) {
			t.Errorf("no %s in %s", key, out)
		}
	}
	if _, err := os.Stat(filepath.Join(dir, experiment.ResidualsFile)); err != nil {
		t.Error(err)
	}
	if _, err := os.Stat(filepath.Join(dir, experiment.ScatterFile)); err != nil {
		t.Error(err)
	}
	out, _ = command(t, 0, "compare", dir)
	if !strings.Contains(out, "ridge") || !strings.Contains(out, "R²") {
		t.Errorf("comparison:\n%s", out)
	}
}

// TestResolvedConfig trains again from the settings a run wrote down.
func TestResolvedConfig(t *testing.T) {
	first := quick(t, "--data", "moons", "--noise", "0.2", "--seed", "3", "--layers", "2", "--classes", "0,1")
	second := quick(t, "--config", filepath.Join(first, experiment.ConfigFile))
	for _, name := range []string{experiment.MetricsFile, experiment.ModelFile, experiment.ConfigFile, experiment.CircuitFile, experiment.QASMFile} {
		if read(t, first, name) != read(t, second, name) {
			t.Errorf("%s differs", name)
		}
	}
	config := read(t, first, experiment.ConfigFile)
	for _, want := range []string{"loss: cross-entropy", "gradient: adjoint", "lr: 0.05", "qubits: 2", `classes: ["0", "1"]`} {
		if !strings.Contains(config, want) {
			t.Errorf("no %q in the resolved settings:\n%s", want, config)
		}
	}
}

func TestPrecedence(t *testing.T) {
	file := writeFile(t, "c.yaml", "data: iris\nlayers: 2\nseed: 5\nbatch: 16\n")
	t.Setenv("QNN_SEED", "6")
	t.Setenv("QNN_BATCH", "64")
	dir := quick(t, "--config", file, "--batch", "8")
	config := read(t, dir, experiment.ConfigFile)
	for _, want := range []string{"data: iris", "layers: 2", "seed: 6", "batch: 8", "optimizer: adam"} {
		if !strings.Contains(config, want) {
			t.Errorf("no %q in\n%s", want, config)
		}
	}
}

// TestBackendsAndMethodsAgree trains the same model by both simulators and all
// gradient methods; the losses of two epochs agree.
func TestBackendsAndMethodsAgree(t *testing.T) {
	base := []string{"--data", "moons", "--samples", "40", "--layers", "1"}
	want := losses(t, quick(t, base...))
	for _, extra := range [][]string{
		{"--gradient", "parameter-shift"}, {"--gradient", "finite-difference"}, {"--backend", "q"},
	} {
		got := losses(t, quick(t, slices.Concat(base, extra)...))
		for i := range want {
			if d := got[i] - want[i]; d > 1e-7 || d < -1e-7 {
				t.Errorf("%v: loss %v in epoch %d, native adjoint %v", extra, got[i], i+1, want[i])
			}
		}
	}
}

func losses(t *testing.T, dir string) []float64 {
	t.Helper()
	s, err := qnn.LoadState(filepath.Join(dir, experiment.CheckpointFile))
	if err != nil {
		t.Fatal(err)
	}
	var out []float64
	for _, e := range s.History {
		out = append(out, e.TrainLoss)
	}
	return out
}

// TestModels trains every encoding and ansatz on a little data.
func TestModels(t *testing.T) {
	if testing.Short() {
		t.Skip("slow; the whole form of the tests runs it")
	}
	for _, args := range []string{
		"--encoding rx", "--encoding rz --layers 2", "--encoding iqp", "--encoding z", "--encoding zz", "--encoding amplitude",
		"--ansatz real-amplitudes --entanglement full", "--ansatz efficient-su2", "--ansatz two-local", "--ansatz basic-entangler",
		"--ansatz strongly-entangling --encoding iqp", "--qubits 5", "--features 3", "--optimizer lbfgs",
		"--optimizer sgd --momentum 0.9 --nesterov", "--loss hinge", "--loss mse", "--validation 0", "--patience -1",
	} {
		dir := quick(t, append([]string{"--data", "iris", "--test", "0.6", "--layers", "1"}, strings.Fields(args)...)...)
		command(t, 0, "export", dir, "--format", "openqasm2")
		command(t, 0, "evaluate", dir)
	}
}

func TestOwnTable(t *testing.T) {
	table := strings.Builder{}
	table.WriteString("age;dose;colour;outcome\n")
	for i := range 40 {
		table.WriteString([]string{"30;1;red;well\n", "50;;blue;ill\n", "31;2;red;well\n", "52;4;green;ill\n"}[i%4])
	}
	path := writeFile(t, "patients.csv", table.String())
	dir := quick(t, "--data", path, "--label", "outcome", "--missing", "mean")
	// Columns in another order, one more, and no label.
	samples := "colour,extra,dose,age\nred,9,1,30\nblue,9,3,51\n"
	out, _ := commandWithInput(t, samples, 0, "predict", dir, "--data", "-")
	rows := strings.Split(strings.TrimSpace(out), "\n")
	if len(rows) != 3 || rows[0] != "prediction,p(ill),p(well)" {
		t.Fatalf("predictions:\n%s", out)
	}
	out, _ = commandWithInput(t, samples, 0, "predict", dir, "--data", "-", "--json")
	var p experiment.Predictions
	if err := json.Unmarshal([]byte(out), &p); err != nil || p.Samples != 2 || len(p.Probabilities) != 2 {
		t.Errorf("%v: %s", err, out)
	}
	out, _ = command(t, 0, "evaluate", dir, "--data", path, "--missing", "mean", "--json")
	var e evaluation
	if err := json.Unmarshal([]byte(out), &e); err != nil || e.Test.Samples != 40 {
		t.Errorf("%v: %s", err, out)
	}
	file := filepath.Join(t.TempDir(), "predictions.csv")
	command(t, 0, "predict", dir, "--data", writeFile(t, "new.csv", samples), "--out", file)
	if got := read(t, file); !strings.HasPrefix(got, "prediction,") {
		t.Errorf("file holds %q", got)
	}
}

func TestCompare(t *testing.T) {
	first := quick(t, "--data", "iris", "--layers", "1")
	second := quick(t, "--data", "iris", "--layers", "2")
	third := quick(t, "--data", "iris", "--seed", "1")
	out, _ := command(t, 0, "compare", first, second)
	if !strings.Contains(out, "forest") || !strings.Contains(out, "McNemar") {
		t.Errorf("comparison:\n%s", out)
	}
	out, _ = command(t, 0, "compare", first, second, "--json", "--no-baselines")
	var c comparison
	if err := json.Unmarshal([]byte(out), &c); err != nil || len(c.Models) != 1 || c.Verdict != nil || len(c.Against) != 1 {
		t.Errorf("%v: %s", err, out)
	}
	refuse(t, exitData, "different samples", "compare", first, third)
	// Runs of different features: the baselines get all columns and those of the first.
	narrow := quick(t, "--data", "iris", "--layers", "1", "--features", "2")
	out, errs := command(t, 0, "compare", narrow, second, "--baselines", "knn,logistic")
	for _, want := range []string{"logistic", "all 4", "model's 2", "the best baseline on all columns by validation data"} {
		if !strings.Contains(out, want) || strings.Contains(out, "forest") {
			t.Errorf("no %q in, or more than two baselines in\n%s", want, out)
		}
	}
	if !strings.Contains(errs, "are on the 2 features of "+narrow) {
		t.Errorf("no remark on the features: %s", errs)
	}
	out, _ = command(t, 0, "compare", first, "--seeds", "2", "--json", "--quiet")
	var s experiment.SeedComparison
	if err := json.Unmarshal([]byte(out), &s); err != nil || len(s.Models) != 7 || len(s.Models[0].Scores) != 2 || s.Models[0].Low > s.Models[0].Mean {
		t.Errorf("%v: %s", err, out)
	}
	if d := s.Difference; d == nil || d.Features != compare.AllColumns || len(d.Scores) != 2 || d.Low > d.Mean || d.Chosen != compare.ByValidation {
		t.Errorf("difference %+v", d)
	}
}

func TestExport(t *testing.T) {
	dir := quick(t, "--data", "iris")
	out, _ := command(t, 0, "export", dir, "--format", "openqasm3", "--sample", "3", "--json")
	var e exported
	if err := json.Unmarshal([]byte(out), &e); err != nil || e.Qubits != 4 || !strings.HasPrefix(e.Source, "OPENQASM 3.0;") {
		t.Errorf("%v: %s", err, out)
	}
	text, _ := command(t, 0, "export", dir, "--sample", "3")
	if text != e.Source {
		t.Error("the text differs from the JSON's source")
	}
	if got := strings.Count(text, "= measure q["); got != 4 {
		t.Errorf("%d measurements, want 4", got)
	}
	other, _ := command(t, 0, "export", dir, "--sample", "4")
	if other == text {
		t.Error("samples 3 and 4 give the same circuit")
	}
}

func TestOtherCommands(t *testing.T) {
	for _, tt := range []struct {
		want string
		args []string
	}{
		{"breast-cancer", []string{"data"}},
		{`"synthetic": true`, []string{"data", "--json"}},
		{"sepal length (cm)", []string{"data", "iris"}},
		{"x1,x2,class", []string{"data", "moons", "--samples", "10", "--out", "-"}},
		{"RY(x0)", []string{"draw"}},
		{`"depth"`, []string{"draw", "--json", "--features", "2"}},
		{"qnn ", []string{"version"}},
		{`"go"`, []string{"version", "--json"}},
		{"CC BY 4.0", []string{"version", "--licenses"}},
		{"Start with:  qnn train", nil},
		{"--resume", []string{"train", "--help"}},
		{"bash completion", []string{"completion", "bash"}},
	} {
		if out, _ := command(t, 0, tt.args...); !strings.Contains(out, tt.want) {
			t.Errorf("qnn %v: no %q in\n%s", tt.args, tt.want, out)
		}
	}
	dir := t.TempDir()
	command(t, 0, "man", "--out", dir)
	if page := read(t, dir, "qnn-train.1"); !strings.Contains(page, "learning rate") {
		t.Error("the manual page of train does not speak of the learning rate")
	}
	run := quick(t, "--data", "iris", "--layers", "1")
	if out, _ := command(t, 0, "draw", run); !strings.HasPrefix(out, "q0:") {
		t.Errorf("drawing:\n%s", out)
	}
}
