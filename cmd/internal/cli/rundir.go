package cli

import (
	"crypto/sha256"
	"encoding/csv"
	"encoding/hex"
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
	"syscall"

	"github.com/spf13/pflag"

	"github.com/qnn-go/qnn/internal/atomicfile"
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
	residualsFile   = "residuals.png"
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

// openingFiles are what a run writes before its first checkpoint.
func openingFiles() []string {
	return []string{configFile, searchFile, circuitFile, environmentFile, splitFile, testFile, initialFile, timingFile}
}

// checkOut refuses a directory for a new run that holds something already, or cannot be made
// because a part of its path is a file; takeDirectory refuses it too, but a search that
// takes seconds comes between.
func checkOut(out string) error {
	for p := filepath.Clean(out); out != ""; p = filepath.Dir(p) {
		if info, err := os.Stat(p); err == nil {
			if !info.IsDir() {
				return &fs.PathError{Op: "mkdir", Path: out, Err: syscall.ENOTDIR}
			}
			break
		}
		if p == filepath.Dir(p) {
			break
		}
	}
	if !isFree(out, openingFiles()) {
		return notEmpty(out)
	}
	return nil
}

// Bounds of what is read of the files of a run directory, in bytes.
const (
	maxConfigBytes      = 1 << 20
	maxEnvironmentBytes = 1 << 20
	maxTimingBytes      = 64 << 20
	maxStepBytes        = 64 << 20
	maxModelBytes       = 256 << 20
	maxPricesBytes      = 16 << 20
)

// readFile reads a file of at most so many bytes.
func readFile(path string, most int64) ([]byte, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer func() { _ = f.Close() }() // opened for reading
	data, err := io.ReadAll(io.LimitReader(f, most+1))
	if err != nil {
		return nil, err
	}
	if int64(len(data)) > most {
		return nil, badData("%q: over %d bytes, which no file of its kind has", path, most)
	}
	return data, nil
}

// openRun reads the settings of a run directory.
func openRun(dir string) (*settings, error) {
	path := filepath.Join(dir, configFile)
	text, err := readFile(path, maxConfigBytes)
	if errors.Is(err, fs.ErrNotExist) {
		if wasKilled(dir) {
			return nil, adviseStart(err, dir)
		}
		return nil, advise(fmt.Errorf("%s is not a run directory: %w", dir, err), "Give one that qnn train made")
	}
	if err != nil {
		return nil, err
	}
	if text, err = openSettings(text); err != nil {
		return nil, badData("%q: %w. Take a whole copy of the run directory, or accept an edit by: qnn accept %s", path, err, shellWord(dir))
	}
	s := new(settings)
	if err := readConfig(s.flags(), path, text); err != nil {
		return nil, badData("%w", err)
	}
	if err := s.check(); err != nil {
		return nil, badData("%q: %w", path, err)
	}
	return s, nil
}

// wasKilled reports whether a run ended in dir before its first checkpoint.
func wasKilled(dir string) bool {
	_, err := os.Lstat(filepath.Join(dir, lockFile))
	return err == nil && isFree(dir, openingFiles())
}

// adviseStart says what to do about a run without a checkpoint.
func adviseStart(err error, dir string) error {
	if wasKilled(dir) {
		return advise(err, "The run ended before it saved one; start it again with --out %s", shellWord(dir))
	}
	return advise(err, "The run ended before it saved one; start it again: qnn train --config %s", shellWord(filepath.Join(dir, configFile)))
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
	data, err := readFile(path, maxEnvironmentBytes)
	if err != nil {
		return e, err
	}
	err = json.Unmarshal(data, &e)
	if err == nil {
		err = e.check()
	}
	if err != nil {
		return e, badData("%q: %w. Take a whole copy of the run directory, or train again", path, err)
	}
	return e, nil
}

// check refuses what no run has left.
func (e *environment) check() error {
	if hash, err := hex.DecodeString(e.DataHash); err != nil || len(hash) != sha256.Size {
		return fmt.Errorf("data_sha256 is %.80q, must be 64 hexadecimal digits", e.DataHash)
	}
	if e.CPUs < 1 || e.Threads < 1 {
		return fmt.Errorf("%d processors and %d threads, must be at least 1", e.CPUs, e.Threads)
	}
	return nil
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
	if errors.Is(err, qnn.ErrChecksum) {
		return nil, fmt.Errorf("%q: %w. Take a whole copy of the file, or accept an edit by: qnn accept %s", path, err, shellWord(path))
	}
	if err != nil {
		return nil, fmt.Errorf("%q: %w. Take a whole copy of the file, or train again", path, err)
	}
	return m, nil
}

// adviseModel says what to do about a model file that cannot be opened.
func adviseModel(err error, path string) error {
	dir := filepath.Dir(path)
	if _, stat := os.Stat(filepath.Join(dir, checkpointFile)); stat == nil && filepath.Base(path) == modelFile {
		return advise(err, "If that run was interrupted, finish it: qnn train --resume %s", shellWord(dir))
	}
	return advise(err, "Give a run directory that qnn train made, or a model file")
}

// loadCheckpoint reads the checkpoint of a run directory.
func loadCheckpoint(dir string) (*qnn.State, error) {
	path := filepath.Join(dir, checkpointFile)
	s, err := qnn.LoadState(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, adviseStart(err, dir)
	}
	if !errors.Is(err, qnn.ErrFormat) {
		return s, err
	}
	if _, older := qnn.LoadState(path + qnn.PreviousSuffix); older == nil {
		return nil, advise(err, "The one before it is whole: mv %s %s", shellWord(path+qnn.PreviousSuffix), shellWord(path))
	}
	return nil, advise(err, "Start a new run: qnn train --config %s", shellWord(filepath.Join(dir, configFile)))
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
