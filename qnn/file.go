package qnn

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"

	"github.com/qnn-go/qnn/circuits"
	"github.com/qnn-go/qnn/internal/atomicfile"
	"github.com/qnn-go/qnn/internal/seal"
	"github.com/qnn-go/qnn/qnn/dataset"
)

// modelFormat and modelVersion open every model file. The version grows when older
// programs could misread a file.
const (
	modelFormat  = "qnn-model"
	modelVersion = 1
	// maxModelBytes bounds what is read of a model file.
	maxModelBytes = 256 << 20
)

// modelFile is the JSON form of a Model: data alone, nothing in it is executed.
type modelFile struct {
	Format      string              `json:"format"`
	Version     int                 `json:"version"`
	Head        Head                `json:"head"`
	Classes     []string            `json:"classes,omitempty"`
	Target      string              `json:"target,omitempty"`
	Parameters  []float64           `json:"parameters"`
	Observables []circuits.PauliSum `json:"observables"`
	Amplitude   bool                `json:"amplitude,omitempty"`
	Pipeline    *dataset.Pipeline   `json:"pipeline,omitempty"`
	Circuit     *circuits.Circuit   `json:"circuit"`
}

// Write writes m as versioned JSON with a checksum of its content at its end. Numbers are
// written in the shortest form that reads back to the same bits.
func (m *Model) Write(w io.Writer) error {
	text, err := seal.Marshal(modelFile{
		Format: modelFormat, Version: modelVersion, Head: m.Head, Classes: m.Classes, Target: m.Target,
		Parameters: m.Parameters, Observables: m.Observables, Amplitude: m.Amplitude,
		Pipeline: m.Pipeline, Circuit: m.Circuit,
	}, " ")
	if err != nil {
		return err
	}
	_, err = w.Write(text)
	return err
}

// Save writes m to a file, which is replaced as a whole or not at all.
func (m *Model) Save(path string) error { return atomicfile.Write(path, m.Write) }

// Read reads a model that [Model.Write] wrote. The file may come from anyone: it is
// data only, at most 256 MiB are read, and all of it is checked, its checksum too where
// it has one. What does not fit is an error that wraps [ErrFormat], and content that is
// not what the checksum says [ErrChecksum] as well; a failure of r is returned as it is.
// A nil backend stands for [Native].
func Read(r io.Reader, b Backend) (*Model, error) {
	data, err := io.ReadAll(io.LimitReader(r, maxModelBytes+1))
	if err != nil {
		return nil, err
	}
	if len(data) > maxModelBytes {
		return nil, fmt.Errorf("model file over %d bytes: %w", maxModelBytes, ErrFormat)
	}
	data, err = seal.Open(data)
	if err != nil {
		return nil, fmt.Errorf("model: %w: %w", ErrFormat, err)
	}
	m, err := decodeModel(data, b)
	if err != nil {
		return nil, fmt.Errorf("model: %w: %w", ErrFormat, err)
	}
	return m, nil
}

func decodeModel(data []byte, b Backend) (*Model, error) {
	var f modelFile
	d := json.NewDecoder(bytes.NewReader(data))
	d.DisallowUnknownFields()
	err := d.Decode(&f)
	switch {
	case f.Format != "" && f.Format != modelFormat:
		return nil, fmt.Errorf("format is %q, not %q", f.Format, modelFormat)
	case f.Version > modelVersion:
		return nil, fmt.Errorf("version %d is newer than this program's %d: update qnn", f.Version, modelVersion)
	case err != nil:
		return nil, err
	case !atEnd(d):
		return nil, errors.New("data after the model")
	case f.Version != modelVersion || f.Format == "":
		return nil, fmt.Errorf("not a model of version %d", modelVersion)
	case f.Circuit == nil:
		return nil, errors.New("no circuit")
	case len(f.Observables) == 0:
		return nil, errors.New("no observables")
	}
	m := &Model{
		Circuit: f.Circuit, Observables: f.Observables, Head: f.Head, Classes: f.Classes, Target: f.Target,
		Pipeline: f.Pipeline, Amplitude: f.Amplitude, Parameters: f.Parameters,
	}
	if err := m.compile(b); err != nil {
		return nil, err
	}
	return m, m.validate()
}

// atEnd reports whether nothing but white space follows.
func atEnd(d *json.Decoder) bool {
	_, err := d.Token()
	return errors.Is(err, io.EOF)
}
