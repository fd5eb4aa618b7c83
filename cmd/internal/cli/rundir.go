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
	"github.com/qnn-go/qnn/qnn"
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
)

// createRun makes the directory of a new run: out, or runs/NAME-0001 with the next
// free number.
func createRun(out, name string) (string, error) {
	if out != "" {
		if entries, err := os.ReadDir(out); err == nil && len(entries) > 0 {
			return "", usage("--out %s: the directory is not empty. Name another, or continue that run with --resume %s", out, out)
		}
		return out, os.MkdirAll(out, 0o755)
	}
	if err := os.MkdirAll("runs", 0o755); err != nil {
		return "", err
	}
	for i := 1; ; i++ {
		dir := filepath.Join("runs", fmt.Sprintf("%s-%04d", name, i))
		err := os.Mkdir(dir, 0o755)
		if !errors.Is(err, fs.ErrExist) {
			return dir, err
		}
	}
}

// openRun reads the settings of a run directory.
func openRun(dir string) (*settings, error) {
	path := filepath.Join(dir, configFile)
	f, err := os.Open(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("%s is not a run directory: %w. Give one that qnn train made", dir, err)
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

func writeJSON(w io.Writer, v any) error {
	e := json.NewEncoder(w)
	e.SetIndent("", "  ")
	return e.Encode(v)
}

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
	Command  []string `json:"command"`
	Modules  []string `json:"modules"`
}

func newEnvironment(dataHash string) environment {
	e := environment{
		Qnn: version(), Go: runtime.Version(), OS: runtime.GOOS, Arch: runtime.GOARCH,
		CPUs: runtime.NumCPU(), Threads: runtime.GOMAXPROCS(0), DataHash: dataHash, Command: os.Args,
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
		return e, badData("%s: %v", path, err)
	}
	return e, nil
}

// loadModel reads the model of a run directory, or a model file.
func loadModel(path string, b qnn.Backend) (*qnn.Model, error) {
	if info, err := os.Stat(path); err == nil && info.IsDir() {
		path = filepath.Join(path, modelFile)
	}
	f, err := os.Open(path)
	if errors.Is(err, fs.ErrNotExist) && filepath.Base(path) == modelFile {
		return nil, fmt.Errorf("%w. If that run was interrupted, finish it: qnn train --resume %s", err, filepath.Dir(path))
	}
	if err != nil {
		return nil, err
	}
	defer func() { _ = f.Close() }() // opened for reading
	m, err := qnn.Read(f, b)
	if err != nil {
		return nil, fmt.Errorf("%s: %w. Take a whole copy of the file, or train again", path, err)
	}
	return m, nil
}

// loadCheckpoint reads the checkpoint of a run directory.
func loadCheckpoint(dir string) (*qnn.State, error) {
	path := filepath.Join(dir, checkpointFile)
	s, err := qnn.LoadState(path)
	if !errors.Is(err, qnn.ErrFormat) {
		return s, err
	}
	if _, older := qnn.LoadState(path + qnn.PreviousSuffix); older == nil {
		return nil, fmt.Errorf("%w. The one before it is whole: mv %s%s %s", err, path, qnn.PreviousSuffix, path)
	}
	return nil, fmt.Errorf("%w. Start a new run", err)
}

// sameSettings refuses flags that differ from the run's own settings; what says how
// long to train may change.
func sameSettings(own *settings, asked *pflag.FlagSet) error {
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
	return badData("checkpoint belongs to another configuration (%s). Start a new run with --out, or drop these flags", strings.Join(differ, "; "))
}
