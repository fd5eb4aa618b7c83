package experiment

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"github.com/qnn-go/qnn/internal/fault"
	"github.com/qnn-go/qnn/qnn"
	"github.com/qnn-go/qnn/qnn/compare"
	"github.com/qnn-go/qnn/qnn/dataset"
	"github.com/qnn-go/qnn/qsim"
)

// Stored is a finished run, read back from its directory.
type Stored struct {
	*Experiment
	Dir   string
	Model *qnn.Model
}

// OpenStored reads a finished run with its data and split, and makes sure that the data
// is what the model was trained on; else errors wrap [ErrOtherData].
func OpenStored(ctx context.Context, dir string, o Observer) (*Stored, error) {
	s, err := ReadSettings(dir)
	if err != nil {
		return nil, err
	}
	b, err := s.NewBackend()
	if err != nil {
		return nil, err
	}
	m, err := readModel(dir, b)
	if err != nil {
		return nil, err
	}
	e, err := New(ctx, *s, o)
	if err != nil {
		return nil, err
	}
	r := &Stored{Experiment: e, Dir: dir, Model: m}
	return r, r.sameData(dir)
}

// sameData refuses data other than what the run in dir was trained with.
func (e *Experiment) sameData(dir string) error {
	was, err := readEnvironment(dir)
	if err != nil {
		return err
	}
	if was.DataHash != e.Data.Hash() {
		return &DataError{Run: dir, File: e.Settings.Data}
	}
	if e.Settings.TestData != "" && was.TestHash != e.Test.Hash() {
		return &DataError{Run: dir, File: e.Settings.TestData}
	}
	return nil
}

// DataError is a file whose content has changed since a run was trained with it. It wraps
// [ErrOtherData].
type DataError struct{ Run, File string }

func (e *DataError) Error() string {
	return fmt.Sprintf("%s: the content of %s has changed since the run was trained", e.Run, e.File)
}

// Unwrap returns [ErrOtherData].
func (e *DataError) Unwrap() error { return ErrOtherData }

// OpenTest reads the model of a run and its test part. Where the run's data file is
// gone, the test part is the one that the run has kept, and there is no other data.
func OpenTest(ctx context.Context, dir string, o Observer) (*Stored, error) {
	r, err := OpenStored(ctx, dir, o)
	if !errors.Is(err, fs.ErrNotExist) {
		return r, err
	}
	s, open := ReadSettings(dir)
	if open != nil || !s.IsFile() {
		return nil, err
	}
	if _, stat := os.Stat(s.Data); stat == nil {
		return nil, err
	}
	path := filepath.Join(dir, TestFile)
	f, kept := os.Open(path)
	if kept != nil {
		return nil, err
	}
	defer func() { _ = f.Close() }() // opened for reading
	m, err := ReadModel(dir)
	if err != nil {
		return nil, err
	}
	if m.Pipeline == nil {
		return nil, damaged(filepath.Join(dir, ModelFile), errors.New("the model has no preprocessing and so no column names"))
	}
	d, err := dataset.ReadCSV(ctx, f, dataset.CSVOptions{File: path, Schema: schemaOf(m), Header: dataset.HeaderYes, Separator: ',', Missing: dataset.MissingMean})
	if err != nil {
		return nil, err
	}
	was, err := readEnvironment(dir)
	if err != nil {
		return nil, err
	}
	if d.Y == nil || was.TestHash != d.Hash() {
		return nil, &FileError{Path: path, Err: errors.New("not the test part that the run was trained with"), Remedy: fmt.Sprintf("Restore %s", s.Data)}
	}
	d.Name, d.Lines = s.DataName(), nil
	return &Stored{Experiment: &Experiment{Settings: *s, Test: d}, Dir: dir, Model: m}, nil
}

// ReadModel reads the model of a run directory, with the backend that the run has, or a
// model file.
func ReadModel(path string) (*qnn.Model, error) {
	b := qnn.Native
	_, err := os.Stat(filepath.Join(path, ConfigFile))
	if err == nil { // a run, not a model file or a directory with one
		s, err := ReadSettings(path)
		if err != nil {
			return nil, err
		}
		if b, err = s.NewBackend(); err != nil {
			return nil, err
		}
	}
	return readModel(path, b)
}

// readModel reads the model of a run directory, or a model file.
func readModel(path string, b qnn.Backend) (*qnn.Model, error) {
	path = modelPath(path)
	f, err := os.Open(path)
	if err != nil {
		return nil, &FileError{Path: path, Err: err}
	}
	defer func() { _ = f.Close() }() // opened for reading
	m, err := qnn.Read(f, b)
	if _, large := errors.AsType[*qsim.MemoryError](err); large {
		return nil, fault.As(fault.Usage, fmt.Errorf("%q: %w", path, err))
	}
	if err != nil {
		return nil, damaged(path, err)
	}
	return m, nil
}

// modelPath is the path of the model file in a run directory, or path itself.
func modelPath(path string) string {
	if info, err := os.Stat(path); err == nil && info.IsDir() {
		return filepath.Join(path, ModelFile)
	}
	return path
}

// modelText is the model file of a run.
func modelText(run string) ([]byte, error) { return ReadFile(modelPath(run), maxModelBytes) }

// Measure is the run's own result on its test part.
func (r *Stored) Measure(ctx context.Context) (compare.Result, error) {
	got, err := compare.Measure(ctx, &trained{name: filepath.Clean(r.Dir), model: r.Model}, r.Test)
	if err != nil {
		return got, err
	}
	got.Inputs = r.Settings.Features
	times, err := readTiming(r.Dir, -1)
	got.TrainTime = time.Duration(totalSeconds(times) * float64(time.Second))
	return got, err
}

// trained is a model that is trained already, under a name.
type trained struct {
	name  string
	model *qnn.Model
}

func (t *trained) Name() string    { return t.name }
func (t *trained) Parameters() int { return len(t.model.Parameters) }
func (t *trained) Fit(context.Context, [][]float64, []float64) error {
	return fmt.Errorf("%s is trained already", t.name)
}

func (t *trained) Predict(ctx context.Context, x [][]float64) ([]float64, error) {
	return t.model.Predict(ctx, x)
}
