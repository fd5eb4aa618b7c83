package experiment

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"github.com/qnn-go/qnn/circuits/qpu"
	"github.com/qnn-go/qnn/internal/fault"
	"github.com/qnn-go/qnn/qnn"
	"github.com/qnn-go/qnn/qnn/hardware"
	"github.com/qnn-go/qnn/qnn/metric"
	"github.com/qnn-go/qnn/qnn/report"
)

// Results are what a device measured of an export.
type Results struct {
	Export   string // the directory
	Manifest *qpu.Manifest
	Model    *qnn.Model
	Measured *hardware.Measured
	Files    int // of results
	// Settings are the different ones that the files say they were measured with.
	Settings []map[string]string
}

// Errors of an export, beside those of package qpu.
var (
	// ErrNoExport: not the directory of an export.
	ErrNoExport = fault.New(fault.IO, "not an export")
	// ErrNoResults: no result files where they should be.
	ErrNoResults = fault.New(fault.IO, "no result files")
)

// OpenResults reads the export in dir and what was measured of it. names are result files,
// directories of them, or patterns; none stand for those in the export itself.
func OpenResults(dir string, names []string) (*Results, error) {
	m, err := qpu.Open(dir)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("%s is %w: %w", dir, ErrNoExport, err)
	}
	if err != nil {
		return nil, &FileError{Path: dir, Err: err}
	}
	r := &Results{Export: dir, Manifest: m, Settings: []map[string]string{}}
	if r.Model, err = r.model(); err != nil {
		return nil, err
	}
	files, err := r.files(names)
	if err != nil {
		return nil, err
	}
	r.Files = len(files)
	return r, r.measure(files)
}

// model reads the export's copy of the model.
func (m *Results) model() (*qnn.Model, error) {
	dir := filepath.Join(m.Export, modelDir)
	text, err := modelText(dir)
	if err != nil {
		return nil, &FileError{Path: dir, Err: err}
	}
	if sum := sha256.Sum256(text); hex.EncodeToString(sum[:]) != m.Manifest.Model {
		return nil, damaged(filepath.Join(dir, ModelFile), errors.New("not the model that was exported"))
	}
	return ReadModel(dir)
}

// files lists the result files that names stand for.
func (m *Results) files(names []string) ([]string, error) {
	if len(names) == 0 {
		names = []string{filepath.Join(m.Export, qpu.ResultsDir)}
		if _, err := os.Stat(names[0]); err != nil {
			return nil, fmt.Errorf("%w yet: %w", ErrNoResults, err)
		}
	}
	var out []string
	for _, name := range names {
		pattern := name
		if info, err := os.Stat(name); err == nil {
			if !info.IsDir() {
				out = append(out, name)
				continue
			}
			pattern = filepath.Join(escapeGlob(name), "*.json")
		}
		found, err := filepath.Glob(pattern)
		if err != nil {
			return nil, refuse("{counts %s}: %w", name, err)
		}
		if len(found) == 0 {
			return nil, fmt.Errorf("%w of that name: %w", ErrNoResults, &fs.PathError{Op: "open", Path: name, Err: fs.ErrNotExist})
		}
		out = append(out, found...)
	}
	return out, nil
}

// escapeGlob makes a path stand for itself in a pattern.
func escapeGlob(path string) string {
	return strings.NewReplacer(`\`, `\\`, `[`, `\[`, `*`, `\*`, `?`, `\?`).Replace(path)
}

// measure reads result files and joins them with the model.
func (m *Results) measure(files []string) error {
	var records []qpu.Record
	for _, name := range files {
		f, err := os.Open(name)
		if err != nil {
			return err
		}
		read, err := qpu.Read(f, name)
		_ = f.Close() // opened for reading
		if err != nil {
			return err
		}
		records = append(records, read...)
		if len(read) > 0 && len(read[0].Settings) > 0 && !slices.ContainsFunc(m.Settings, func(s map[string]string) bool { return maps.Equal(s, read[0].Settings) }) {
			m.Settings = append(m.Settings, read[0].Settings)
		}
	}
	results, err := m.Manifest.Match(records)
	if err != nil {
		return err
	}
	m.Measured, err = hardware.New(m.Manifest, m.Model, results)
	return err
}

// Evaluation is the report on what a device measured.
type Evaluation struct {
	Export    string `json:"export"`
	Run       string `json:"run"`
	Target    string `json:"target"`
	Shots     int    `json:"shots"`     // of each circuit; 0: exact, or estimated
	Estimated bool   `json:"estimated"` // expectation values of an estimator, not counts
	Files     int    `json:"files"`
	// Settings are the different ones that the files say they were measured with.
	Settings    []map[string]string `json:"settings"`
	Samples     []int               `json:"samples"` // rows that were measured
	Missing     []int               `json:"missing"` // rows that lack results
	Classes     []string            `json:"classes,omitempty"`
	Predictions []any               `json:"predictions"`
	// Test is the report of qnn evaluate on the measured samples; without labels there
	// is none.
	Test      *report.Test `json:"test,omitempty"`
	ShotNoise *ShotNoise   `json:"shot_noise,omitempty"`
	Ideal     Ideal        `json:"ideal"`
	// Values are the expectation values, samples × observables.
	Values [][]hardware.Interval `json:"values"`
}

// ShotNoise is the interval of the accuracy, or of the RMSE of a regression.
type ShotNoise struct {
	Score      string  `json:"score"`
	Value      float64 `json:"value"`
	Low        float64 `json:"low"`
	High       float64 `json:"high"`
	Replicates int     `json:"replicates"`
	Seed       uint64  `json:"seed"`
}

// Ideal compares with the exact simulation.
type Ideal struct {
	Test           *report.Test `json:"test,omitempty"`
	MeanDifference float64      `json:"mean_difference"` // of expectation values
	ShotNoise      float64      `json:"expected_difference"`
	Differ         []int        `json:"differ"` // rows with other predictions
}

// Evaluate reports as an evaluation of the model does, with the intervals of shot noise
// and beside the exact simulation of the same circuits. seed is that of the draws behind
// the intervals.
func (m *Results) Evaluate(ctx context.Context, seed uint64) (*Evaluation, error) {
	h, model := m.Measured, m.Model
	e, err := h.Evaluate(ctx, model)
	if err != nil {
		return nil, err
	}
	r := &Evaluation{
		Export: m.Export, Files: m.Files, Settings: m.Settings,
		Run: m.Manifest.Run, Target: m.Manifest.Target, Shots: h.Shots(), Estimated: h.Estimated(), Classes: model.Classes, Values: e.Values,
		Ideal: Ideal{MeanDifference: e.MeanDifference, ShotNoise: e.ShotNoise, Differ: []int{}}, Missing: []int{},
	}
	var y []float64
	labelled := true
	for i, s := range h.Samples() {
		r.Samples = append(r.Samples, s.Row)
		r.Predictions = append(r.Predictions, labelName(model, e.Predictions[i]))
		if model.Classes != nil && e.Predictions[i] != e.Ideal[i] {
			r.Ideal.Differ = append(r.Ideal.Differ, s.Row)
		}
		if labelled = labelled && s.Label != nil; labelled {
			y = append(y, *s.Label)
		}
	}
	for _, s := range h.Missing() {
		r.Missing = append(r.Missing, s.Row)
	}
	if !labelled {
		return r, nil
	}
	return r, m.score(ctx, r, e, y, seed)
}

// labelName is a prediction as the name of its class, or as a number.
func labelName(m *qnn.Model, v float64) any {
	if m.Classes == nil {
		return v
	}
	return m.Classes[int(v)]
}

// score compares with the labels.
func (m *Results) score(ctx context.Context, r *Evaluation, e *hardware.Evaluation, y []float64, seed uint64) error {
	h, model := m.Measured, m.Model
	test, err := report.NewTest(y, e.Predictions, model.Classes)
	if err != nil {
		return err
	}
	exact, err := report.NewTest(y, e.Ideal, model.Classes)
	if err != nil {
		return err
	}
	if model.Classes != nil {
		if err := errors.Join(test.Rank(y, e.Probabilities), exact.Rank(y, e.IdealProbabilities)); err != nil {
			return err
		}
	}
	r.Test, r.Ideal.Test = &test, &exact
	n := ShotNoise{Score: "accuracy", Replicates: hardware.Replicates, Seed: seed}
	of := metric.Accuracy
	if model.Classes == nil {
		n.Score, of = "rmse", metric.RMSE
	}
	score := func(predictions []float64) (float64, error) { return of(y, predictions) }
	if n.Value, err = score(e.Predictions); err != nil {
		return err
	}
	if n.Low, n.High, err = h.ScoreInterval(ctx, model, seed, score); err != nil {
		return err
	}
	r.ShotNoise = &n
	return nil
}

// Ranges writes ascending numbers with ranges, such as 0-3, 7.
func Ranges(v []int) string {
	v = slices.Sorted(slices.Values(v))
	var parts []string
	for i := 0; i < len(v); {
		j := i
		for j+1 < len(v) && v[j+1] == v[j]+1 {
			j++
		}
		switch {
		case j > i:
			parts = append(parts, fmt.Sprintf("%d-%d", v[i], v[j]))
		default:
			parts = append(parts, strconv.Itoa(v[i]))
		}
		i = j + 1
	}
	return strings.Join(parts, ", ")
}
