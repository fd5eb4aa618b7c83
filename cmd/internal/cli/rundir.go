package cli

import (
	"encoding/csv"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"runtime/debug"
	"strconv"
	"strings"

	"github.com/spf13/pflag"

	"github.com/qnn-go/qnn/internal/atomicfile"
	"github.com/qnn-go/qnn/internal/filename"
	"github.com/qnn-go/qnn/qnn"
	"github.com/qnn-go/qnn/qnn/report"
)

// Files of a run directory.
const (
	configFile      = "config.yaml"
	modelFile       = "model.json"
	metricsFile     = "metrics.csv"
	timingFile      = "timing.csv"
	reportFile      = "report.md"
	curveFile       = "learning-curve.png"
	confusionFile   = "confusion.png"
	scatterFile     = "scatter.png"
	circuitFile     = "circuit.txt"
	qasmFile        = "circuit.qasm"
	environmentFile = "environment.json"
	checkpointFile  = "checkpoint"
	splitFile       = "split.csv"
	testFile        = "test.csv"
	initialFile     = "initial.json"
	predictionsFile = "predictions.csv"
)

// runsDir is where runs are by default.
const runsDir = "runs"

// createRun makes the directory of a new run: out, or runs/NAME-0001 with the next
// free number. It returns its path and what it made, innermost first.
func createRun(out, name string) (dir string, made []string, err error) {
	if !isFree(out) {
		return "", nil, usage("--out %s: the directory is not empty. Name another, or continue that run with --resume %s", out, out)
	}
	return createDirectory(out, runsDir, name)
}

// isFree reports whether a directory is empty or not there.
func isFree(dir string) bool {
	entries, err := os.ReadDir(dir)
	return dir == "" || err != nil || len(entries) == 0
}

// createDirectory makes the directory out, or PARENT/NAME-0001 with the next free number;
// of the name, which may come from a file, what a directory may be called.
func createDirectory(out, parent, name string) (dir string, made []string, err error) {
	if out != "" {
		made, err = makeDirectories(out)
		return out, made, err
	}
	if made, err = makeDirectories(parent); err != nil {
		return "", nil, err
	}
	name = filename.Make(name)
	for i := 1; ; i++ {
		dir := filepath.Join(parent, fmt.Sprintf("%s-%04d", name, i))
		err := os.Mkdir(dir, 0o755)
		if err == nil {
			return dir, append([]string{dir}, made...), nil
		}
		if !errors.Is(err, fs.ErrExist) {
			removeAll(made)
			return "", nil, err
		}
	}
}

// makeDirectories makes a directory with its parents, or nothing. It returns those
// that were not there, innermost first.
func makeDirectories(path string) ([]string, error) {
	var absent []string
	for p := filepath.Clean(path); ; p = filepath.Dir(p) {
		if _, err := os.Lstat(p); err == nil || p == filepath.Dir(p) {
			break
		}
		absent = append(absent, p)
	}
	err := os.MkdirAll(path, 0o755)
	if err != nil {
		removeAll(absent)
		return nil, err
	}
	return absent, nil
}

// removeAll removes files and empty directories in the given order, as far as it can.
func removeAll(paths []string) {
	for _, p := range paths {
		_ = os.Remove(p) // which keeps a directory that is not empty
	}
}

// openRun reads the settings of a run directory.
func openRun(dir string) (*settings, error) {
	path := filepath.Join(dir, configFile)
	f, err := os.Open(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, advise(fmt.Errorf("%s is not a run directory: %w", dir, err), "Give one that qnn train made")
	}
	if err != nil {
		return nil, err
	}
	defer func() { _ = f.Close() }() // opened for reading
	s := new(settings)
	if err := readConfig(s.flags(), path, f); err != nil {
		return nil, badData("%v", err)
	}
	return s, nil
}

// write writes one file of a run directory.
func write(dir, name string, body func(io.Writer) error) error {
	return atomicfile.Write(filepath.Join(dir, name), body)
}

// content is a file of a run directory by its name and what writes it.
type content struct {
	name string
	body func(io.Writer) error
}

// writeAll writes files of a run directory, up to the first that cannot be written.
func writeAll(dir string, files []content) error {
	for _, f := range files {
		if err := write(dir, f.name, f.body); err != nil {
			return err
		}
	}
	return nil
}

func writeJSON(w io.Writer, v any) error { return report.WriteJSON(w, v) }

// writeMetrics writes the history: equal runs give equal bytes. Columns that do not
// apply (accuracy of a regression, validation without such data) are empty.
func writeMetrics(w io.Writer, history []qnn.Epoch, regression, validated bool) error {
	c := csv.NewWriter(w)
	if err := c.Write([]string{"epoch", "train_loss", "train_accuracy", "val_loss", "val_accuracy", "gradient_norm"}); err != nil {
		return err
	}
	cell := func(v float64, applies bool) string {
		if !applies {
			return ""
		}
		return strconv.FormatFloat(v, 'g', -1, 64)
	}
	for _, e := range history {
		err := c.Write([]string{
			strconv.Itoa(e.Epoch), cell(e.TrainLoss, true), cell(e.TrainAccuracy, !regression),
			cell(e.ValLoss, validated), cell(e.ValAccuracy, validated && !regression), cell(e.GradientNorm, true),
		})
		if err != nil {
			return err
		}
	}
	c.Flush()
	return c.Error()
}

// environment is what a run was made with.
type environment struct {
	Qnn      string   `json:"qnn"`
	Go       string   `json:"go"`
	OS       string   `json:"os"`
	Arch     string   `json:"arch"`
	CPUs     int      `json:"cpus"`
	Threads  int      `json:"threads"`
	DataHash string   `json:"data_sha256"`
	TestHash string   `json:"test_sha256"`
	Command  []string `json:"command"`
	Modules  []string `json:"modules"`
}

func newEnvironment(dataHash, testHash string) environment {
	e := environment{
		Qnn: version(), Go: runtime.Version(), OS: runtime.GOOS, Arch: runtime.GOARCH,
		CPUs: runtime.NumCPU(), Threads: runtime.GOMAXPROCS(0), DataHash: dataHash, TestHash: testHash, Command: os.Args,
	}
	if info, ok := debug.ReadBuildInfo(); ok {
		for _, m := range info.Deps {
			e.Modules = append(e.Modules, m.Path+" "+m.Version)
		}
	}
	return e
}

// readEnvironment reads what a run was made with.
func readEnvironment(dir string) (environment, error) {
	var e environment
	path := filepath.Join(dir, environmentFile)
	data, err := os.ReadFile(path)
	if err != nil {
		return e, err
	}
	if err := json.Unmarshal(data, &e); err != nil {
		return e, badData("%s: %w. Take a whole copy of the run directory, or train again", path, err)
	}
	return e, nil
}

// loadModel reads the model of a run directory, or a model file.
func loadModel(path string, b qnn.Backend) (*qnn.Model, error) {
	if info, err := os.Stat(path); err == nil && info.IsDir() {
		path = filepath.Join(path, modelFile)
	}
	f, err := os.Open(path)
	if err != nil {
		return nil, adviseModel(err, path)
	}
	defer func() { _ = f.Close() }() // opened for reading
	m, err := qnn.Read(f, b)
	if err != nil {
		return nil, fmt.Errorf("%s: %w. Take a whole copy of the file, or train again", path, err)
	}
	return m, nil
}

// adviseModel says what to do about a model file that cannot be opened.
func adviseModel(err error, path string) error {
	dir := filepath.Dir(path)
	if _, stat := os.Stat(filepath.Join(dir, checkpointFile)); stat == nil && filepath.Base(path) == modelFile {
		return advise(err, "If that run was interrupted, finish it: qnn train --resume %s", dir)
	}
	return advise(err, "Give a run directory that qnn train made, or a model file")
}

// loadCheckpoint reads the checkpoint of a run directory.
func loadCheckpoint(dir string) (*qnn.State, error) {
	path := filepath.Join(dir, checkpointFile)
	s, err := qnn.LoadState(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, advise(err, "The run ended before it saved one; start it again: qnn train --config %s", filepath.Join(dir, configFile))
	}
	if !errors.Is(err, qnn.ErrFormat) {
		return s, err
	}
	if _, older := qnn.LoadState(path + qnn.PreviousSuffix); older == nil {
		return nil, advise(err, "The one before it is whole: mv %s%s %s", path, qnn.PreviousSuffix, path)
	}
	return nil, advise(err, "Start a new run: qnn train --config %s", filepath.Join(dir, configFile))
}

// sameSettings refuses flags that differ from the run's own settings; what says how
// long to train may change.
func sameSettings(dir string, own *settings, asked *pflag.FlagSet) error {
	before := own.snapshot()
	var differ []string
	asked.VisitAll(func(f *pflag.Flag) {
		old := before.Lookup(f.Name)
		if !f.Changed || old == nil || f.Name == "epochs" || f.Name == "patience" || old.Value.String() == f.Value.String() {
			return
		}
		if f.Name == "data" {
			if path, err := filepath.Abs(f.Value.String()); err == nil && path == old.Value.String() {
				return
			}
		}
		differ = append(differ, fmt.Sprintf("%s %s, asked for %s", f.Name, old.Value, f.Value))
	})
	if len(differ) == 0 {
		return nil
	}
	return badData("%s: checkpoint belongs to another configuration (%s). Start a new run with --out, or drop these flags", dir, strings.Join(differ, "; "))
}
