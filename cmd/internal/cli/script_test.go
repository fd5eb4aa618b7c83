package cli

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/qnn-go/qnn/internal/pytest"

	"github.com/qnn-go/qnn/qnn/experiment"

	"github.com/qnn-go/qnn/circuits/qpu"
)

const (
	ibmModules    = "qiskit qiskit_qasm3_import qiskit_aer qiskit_ibm_runtime"
	braketModules = "braket"
)

// trainMoons trains a model of two qubits and returns its run and its accuracy by
// qnn evaluate.
func trainMoons(t *testing.T) (dir string, accuracy float64) {
	t.Helper()
	dir = filepath.Join(t.TempDir(), "run")
	command(t, 0, "train", "--data", "moons", "--samples", "100", "--layers", "2", "--epochs", "15", "--out", dir, "--no-baselines", "-q")
	out, _ := command(t, 0, "evaluate", dir, "--json")
	var e evaluation
	if err := json.Unmarshal([]byte(out), &e); err != nil {
		t.Fatal(err)
	}
	if e.Test.Accuracy < 0.7 {
		t.Fatalf("the model has learned nothing: accuracy %v", e.Test.Accuracy)
	}
	return dir, e.Test.Accuracy
}

// resultsOf reads the results of an export; the accuracy that qnn evaluate gives must be
// within the interval of shot noise.
func resultsOf(t *testing.T, export string, accuracy float64) experiment.Evaluation {
	t.Helper()
	out, _ := command(t, 0, "results", export, "--json")
	var r experiment.Evaluation
	if err := json.Unmarshal([]byte(out), &r); err != nil {
		t.Fatal(err)
	}
	t.Logf("accuracy %v in [%v, %v], evaluate %v; mean difference %.4f, by shot noise %.4f",
		r.ShotNoise.Value, r.ShotNoise.Low, r.ShotNoise.High, accuracy, r.Ideal.MeanDifference, r.Ideal.ShotNoise)
	if accuracy < r.ShotNoise.Low || accuracy > r.ShotNoise.High || r.Ideal.Test.Accuracy != accuracy {
		t.Errorf("evaluate gives %v (here %v), measured [%v, %v]", accuracy, r.Ideal.Test.Accuracy, r.ShotNoise.Low, r.ShotNoise.High)
	}
	return r
}

// TestRunIBM is the round trip through Qiskit: the script of an export for a Heron runs it
// on Aer with the noise of FakeFez, after the ISA check of IBM's runtime. It does not
// submit again what has results, and the check refuses what the device cannot do.
func TestRunIBM(t *testing.T) {
	dir, accuracy := trainMoons(t)
	export := filepath.Join(t.TempDir(), "export")
	command(t, 0, "export", dir, "--target", "ibm", "--shots", "2000", "--out", export, "-q")
	script := filepath.Join(export, "run_ibm.py")
	code, out := pytest.Run(t, ibmModules, script, "--backend", "fake", "--seed", "1")
	if code != 0 || strings.Count(out, "submitted") != 1 {
		t.Fatalf("exit code %d:\n%s", code, out)
	}
	r := resultsOf(t, export, accuracy)
	// The noise of the device is more than that of the shots, and leaves most of the signal.
	if len(r.Samples) != 20 || r.Ideal.MeanDifference > 0.1 {
		t.Errorf("%d samples, mean difference %v", len(r.Samples), r.Ideal.MeanDifference)
	}
	if code, out = pytest.Run(t, ibmModules, script, "--backend", "fake"); code == 0 || !strings.Contains(out, "Give --resume") {
		t.Errorf("again without --resume: exit code %d:\n%s", code, out)
	}
	if code, out = pytest.Run(t, ibmModules, script, "--backend", "fake", "--resume"); code != 0 || strings.Contains(out, "submitted") {
		t.Errorf("again: exit code %d:\n%s", code, out)
	}
	if code, out = pytest.Run(t, ibmModules, script, "--backend", "fake", "--resume", "--seed", "2"); code == 0 || !strings.Contains(out, "--seed 2: the first start had 1") {
		t.Errorf("other settings: exit code %d:\n%s", code, out)
	}
	names, err := filepath.Glob(filepath.Join(export, qpu.ResultsDir, "*.json"))
	if err != nil || len(names) == 0 {
		t.Fatal(names, err)
	}
	for _, name := range names {
		if text := read(t, name); !strings.Contains(text, `"mode": "job"`) || !strings.Contains(text, `"seed": 1`) {
			t.Errorf("%s does not say with what settings it was measured", name)
		}
	}
	first := filepath.Join(export, "circuits", "0000.qasm")
	put(t, first, read(t, first)+"cz $0, $100;\n")
	if err := os.RemoveAll(filepath.Join(export, qpu.ResultsDir)); err != nil {
		t.Fatal(err)
	}
	if code, out = pytest.Run(t, ibmModules, script, "--backend", "fake"); code == 0 || !strings.Contains(out, "cz on qubits (0, 100) is not supported") {
		t.Errorf("a gate that the device does not have: exit code %d:\n%s", code, out)
	}
}

// runScripts runs scripts one after the other in one process, each with the arguments
// before it, with a seed for Braket's local simulator, which takes none.
const runScripts = `import runpy, sys, numpy
seeded = numpy.random.default_rng
numpy.random.default_rng = lambda seed=1: seeded(seed)
given, scripts = sys.argv[1].split(), sys.argv[2:]
for script in scripts:
    sys.argv = [script, *given]
    runpy.run_path(script, run_name="__main__")
`

// exportAll exports a run for each of the given devices, flags by name.
func exportAll(t *testing.T, run string, flags map[string][]string, script string) (exports map[string]string, scripts []string) {
	t.Helper()
	exports = map[string]string{}
	for name, own := range flags {
		exports[name] = filepath.Join(t.TempDir(), name)
		command(t, 0, append([]string{"export", run, "--shots", "2000", "--out", exports[name], "-q"}, own...)...)
		scripts = append(scripts, filepath.Join(exports[name], script))
	}
	return exports, scripts
}

// TestRunAer: without noise the difference from the ideal values is that of the shots,
// for symbolic circuits in several jobs, fractional gates, and gates in one direction.
func TestRunAer(t *testing.T) {
	dir, accuracy := trainMoons(t)
	exports, scripts := exportAll(t, dir, map[string][]string{
		"symbolic":   {"--target", "ibm", "--symbolic"},
		"fractional": {"--target", "ibm-heron-r2-fractional"},
		"eagle":      {"--target", "ibm-eagle"},
	}, "run_ibm.py")
	code, out := pytest.Run(t, ibmModules, append([]string{"-c", runScripts, "--backend aer --seed 1 --batch 15"}, scripts...)...)
	if code != 0 || strings.Count(out, "submitted") != 2*len(scripts) {
		t.Fatalf("exit code %d:\n%s", code, out)
	}
	for name, export := range exports {
		if r := resultsOf(t, export, accuracy); r.Ideal.MeanDifference > 2*r.Ideal.ShotNoise {
			t.Errorf("%s: mean difference %v", name, r.Ideal.MeanDifference)
		}
	}
}

// TestRunEstimator: expectation values of EstimatorV2 in place of counts, of plain and of
// symbolic circuits, in a batch, and a training step with those of shifted circuits.
func TestRunEstimator(t *testing.T) {
	dir, _ := trainMoons(t)
	exports, scripts := exportAll(t, dir, map[string][]string{
		"plain":    {"--target", "ibm"},
		"symbolic": {"--target", "ibm", "--symbolic"},
		"gradient": {"--target", "ibm", "--gradient", "--batch", "2"},
	}, "run_ibm.py")
	code, out := pytest.Run(t, ibmModules, append([]string{"-c", runScripts, "--backend aer --seed 1 --estimator --mode batch"}, scripts...)...)
	if code != 0 {
		t.Fatalf("exit code %d:\n%s", code, out)
	}
	for _, name := range []string{"plain", "symbolic"} {
		out, _ := command(t, 0, "results", exports[name], "--json")
		var r experiment.Evaluation
		if err := json.Unmarshal([]byte(out), &r); err != nil {
			t.Fatal(err)
		}
		if len(r.Samples) != 20 || !r.Estimated || r.Shots != 0 || r.Ideal.MeanDifference > 2*r.Ideal.ShotNoise || r.Ideal.ShotNoise < 0.005 || r.ShotNoise.Low > r.ShotNoise.High {
			t.Errorf("%s: %d samples, mean difference %v, by noise %v", name, len(r.Samples), r.Ideal.MeanDifference, r.Ideal.ShotNoise)
		}
		if text, _ := command(t, 0, "results", exports[name]); !strings.Contains(text, "expectation values with standard errors") || !strings.Contains(text, "\nrun       backend aer, estimator yes, mode batch, seed 1\n") {
			t.Errorf("%s:\n%s", name, text)
		}
	}
	if out, _ := command(t, 0, "results", exports["gradient"], "--step", "--out", filepath.Join(t.TempDir(), "next")); !strings.Contains(out, "its shot noise 0.0") {
		t.Errorf("a step:\n%s", out)
	}
}

// TestRunMissing takes a result file away: the circuits in it run again, all of them and no
// others, in the mode of the first start.
func TestRunMissing(t *testing.T) {
	dir, accuracy := trainMoons(t)
	export := filepath.Join(t.TempDir(), "export")
	command(t, 0, "export", dir, "--target", "ibm", "--shots", "2000", "--out", export, "-q")
	script := filepath.Join(export, "run_ibm.py")
	code, out := pytest.Run(t, ibmModules, script, "--backend", "aer", "--seed", "1", "--batch", "5", "--mode", "batch", "--dd", "XY4", "--twirl", "gates")
	if code != 0 || strings.Count(out, "submitted") != 4 {
		t.Fatalf("exit code %d:\n%s", code, out)
	}
	if err := os.Remove(filepath.Join(export, qpu.ResultsDir, "0005-0009.json")); err != nil {
		t.Fatal(err)
	}
	if code, out = pytest.Run(t, ibmModules, script, "--backend", "aer", "--batch", "3", "--resume"); code != 0 || strings.Count(out, "submitted") != 2 {
		t.Fatalf("missing ones: exit code %d:\n%s", code, out)
	}
	if text := read(t, export, qpu.ResultsDir, "0005-0007.json"); !strings.Contains(text, `"dd": "XY4"`) || !strings.Contains(text, `"mode": "batch"`) {
		t.Error("the second start does not have the settings of the first")
	}
	if r := resultsOf(t, export, accuracy); len(r.Samples) != 20 {
		t.Errorf("%d samples, want 20", len(r.Samples))
	}
}

// TestRunBraket is the round trip through Amazon Braket's local simulator, with portable
// programs and with the native gates of devices in verbatim boxes.
func TestRunBraket(t *testing.T) {
	dir, accuracy := trainMoons(t)
	exports, scripts := exportAll(t, dir, map[string][]string{
		"any":      {"--target", "braket"},
		"symbolic": {"--target", "braket", "--symbolic"},
		"iqm":      {"--target", "iqm-garnet"},
		"ionq":     {"--target", "ionq-forte"},
		"rigetti":  {"--target", "rigetti-ankaa-3"},
	}, "run_braket.py")
	args := append([]string{"-c", runScripts, "--device local"}, scripts...)
	code, out := pytest.Run(t, braketModules, args...)
	if code != 0 || strings.Count(out, "20 of 20 circuits done") != len(scripts) {
		t.Fatalf("exit code %d:\n%s", code, out)
	}
	for name, export := range exports {
		if r := resultsOf(t, export, accuracy); len(r.Samples) != 20 || r.Ideal.MeanDifference > 2*r.Ideal.ShotNoise {
			t.Errorf("%s: %d samples, mean difference %v", name, len(r.Samples), r.Ideal.MeanDifference)
		}
	}
	args[2] += " --resume"
	if code, out := pytest.Run(t, braketModules, args...); code != 0 || strings.Contains(out, "circuits done") {
		t.Errorf("again: exit code %d:\n%s", code, out)
	}
}
