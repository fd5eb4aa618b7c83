package experiment

import (
	"encoding/csv"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strconv"

	"github.com/qnn-go/qnn/internal/atomicfile"
	"github.com/qnn-go/qnn/qnn"
	"github.com/qnn-go/qnn/qnn/report"
)

// Files of a run directory.
const (
	ConfigFile      = "config.yaml"
	ModelFile       = "model.json"
	MetricsFile     = "metrics.csv"
	TimingFile      = "timing.csv"
	ReportFile      = "report.md"
	CurveFile       = "learning-curve.png"
	ConfusionFile   = "confusion.png"
	ScatterFile     = "scatter.png"
	ResidualsFile   = "residuals.png"
	CircuitFile     = "circuit.txt"
	QASMFile        = "circuit.qasm"
	EnvironmentFile = "environment.json"
	CheckpointFile  = "checkpoint"
	SplitFile       = "split.csv"
	TestFile        = "test.csv"
	InitialFile     = "initial.json"
	PredictionsFile = "predictions.csv"
	SearchFile      = "search.json" // of runs whose model was searched for
	StepFile        = "step.json"   // of runs that a step on a device made, and of its export
)

// RunsDir is where runs are by default.
const RunsDir = "runs"

// firstFiles are what a run writes before its first checkpoint.
func firstFiles() []string {
	return []string{ConfigFile, SearchFile, CircuitFile, EnvironmentFile, SplitFile, TestFile, InitialFile, TimingFile}
}

// Bounds of what is read of the files of a run directory, in bytes.
const (
	maxConfigBytes      = 1 << 20
	maxEnvironmentBytes = 1 << 20
	maxSearchBytes      = 1 << 20
	maxTimingBytes      = 64 << 20
	maxStepBytes        = 64 << 20
	maxModelBytes       = 256 << 20
	maxPricesBytes      = 16 << 20
)

// ReadFile reads a file of at most so many bytes.
func ReadFile(path string, most int64) ([]byte, error) {
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
		return nil, damaged(path, fmt.Errorf("over %d bytes, which no file of its kind has", most))
	}
	return data, nil
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

// text writes bytes as they are.
func text(data []byte) func(io.Writer) error {
	return func(w io.Writer) error {
		_, err := w.Write(data)
		return err
	}
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
