package qpu

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"
	"regexp"
	"slices"
	"strings"

	"github.com/qnn-go/qnn/circuits"
	"github.com/qnn-go/qnn/internal/filename"
	"github.com/qnn-go/qnn/internal/seal"
)

// manifestFormat and manifestVersion open every manifest. The version grows when older
// programs could misread a file.
const (
	manifestFormat  = "qnn-export"
	manifestVersion = 1
)

// Limits of a manifest.
const (
	maxCircuits = 1 << 20
	maxQubits   = 1 << 10
	maxNumbers  = 1 << 16 // features of a sample, parameters of a circuit, shifts
)

// Manifest says what was exported: which circuit belongs to which sample, where its
// qubits and bits are, and all that is needed to turn counts into scores. It is
// written as versioned JSON beside the circuits.
type Manifest struct {
	Format  string `json:"format"`
	Version int    `json:"version"`
	// ID names the export, 16 hexadecimal digits of a hash of all that it says; each
	// circuit carries it.
	ID      string `json:"id"`
	Model   string `json:"model"` // SHA-256 of the model file, in hexadecimal digits
	Run     string `json:"run,omitempty"`
	Target  string `json:"target"`           // name of the device, or the dialect where none was chosen
	Vendor  string `json:"vendor,omitempty"` // who runs it: ibm, braket, or ""
	Dialect string `json:"dialect"`          // of the programs
	Shots   int    `json:"shots"`            // of every circuit
	Qubits  int    `json:"qubits"`           // of the model's circuit
	// Observables are those of the model, on the qubits of its circuit.
	Observables []circuits.PauliSum `json:"observables"`
	// Parameters are the names of the inputs of a symbolic circuit, in ascending order.
	Parameters []string   `json:"parameters,omitempty"`
	Samples    []Sample   `json:"samples"`
	Gradient   *Gradient  `json:"gradient,omitempty"`
	Circuits   []Exported `json:"circuits"`
}

// Sample is a row of data.
type Sample struct {
	Row      int       `json:"row"`             // in the data that the export was made from, from 0
	Features []float64 `json:"features"`        // as the circuit reads them
	Label    *float64  `json:"label,omitempty"` // class index or value; nil: not known
}

// Exported is a circuit of the export.
type Exported struct {
	File   string `json:"file"` // of the program, within the export
	Sample int    `json:"sample"`
	// Basis has the Pauli matrix that is measured on each qubit of the model, qubit 0 last.
	Basis string `json:"basis"`
	// Shift is the entry of Gradient.Shifts that the circuit was shifted by; nil: none.
	Shift *int `json:"shift,omitempty"`
	// Physical has the number in the program of the qubit that holds each of the
	// model's qubits at the end, Bits the classical bit that it is measured into.
	Physical []int     `json:"physical"`
	Bits     []int     `json:"bits"`
	Values   []float64 `json:"values,omitempty"` // of the parameters, in their order
}

// Gradient describes an export of shifted circuits.
type Gradient struct {
	Step int `json:"step"` // number of the optimiser step that the batch is for, from 0
	// Shifts are the terms of all parameter-shift rules, one for each angle that holds
	// weights, each with as many evaluations as its gate needs.
	Shifts []circuits.Shift `json:"shifts"`
}

// Name is what circuit number i is called in programs and results: ID/NUMBER.
func (m *Manifest) Name(i int) string { return fmt.Sprintf("%s/%04d", m.ID, i) }

// Symbolic reports whether one program serves all circuits that differ in parameters.
func (m *Manifest) Symbolic() bool { return m.Parameters != nil }

// Write writes m as indented JSON with a checksum of its content at its end.
func (m *Manifest) Write(w io.Writer) error {
	text, err := seal.Marshal(m, " ")
	if err != nil {
		return err
	}
	_, err = w.Write(text)
	return err
}

// ReadManifest reads what [Manifest.Write] wrote; name is that of the file, for errors.
// The file may come from anyone: at most 128 MiB are read and all of it is checked, its
// checksum too where it has one. The error is a [*FileError] that wraps [ErrFormat] or
// [ErrLimit], and [ErrChecksum] where the content is not what the checksum says, or it is
// that of r.
func ReadManifest(r io.Reader, name string) (*Manifest, error) {
	root, err := parse(r, name)
	if err != nil {
		return nil, err
	}
	content, err := seal.Open(root.raw)
	if err != nil {
		return nil, &FileError{File: name, Err: fmt.Errorf("%w: %w", ErrFormat, err)}
	}
	var head struct {
		Format  string
		Version int
	}
	_ = json.Unmarshal(content, &head) // what does not fit is not the format
	m := new(Manifest)
	d := json.NewDecoder(bytes.NewReader(content))
	d.DisallowUnknownFields()
	switch {
	case head.Format != manifestFormat:
		err = fmt.Errorf("%w: format is %.40q, must be %q", ErrFormat, head.Format, manifestFormat)
	case head.Version > manifestVersion:
		err = fmt.Errorf("%w: version %d is newer than this program's %d: update qnn", ErrFormat, head.Version, manifestVersion)
	default:
		if err = d.Decode(m); err != nil {
			err = fmt.Errorf("%w: %w", ErrFormat, err)
			break
		}
		if err = m.validate(); err != nil && !errors.Is(err, ErrLimit) {
			err = fmt.Errorf("%w: %w", ErrFormat, err)
		}
	}
	if err != nil {
		return nil, &FileError{File: name, Err: err}
	}
	return m, nil
}

var (
	identity    = regexp.MustCompile(`^[0-9a-f]{16}$`)
	fingerprint = regexp.MustCompile(`^[0-9a-f]{64}$`)
)

func (m *Manifest) validate() error {
	switch {
	case m.Version != manifestVersion:
		return fmt.Errorf("version %d, must be %d", m.Version, manifestVersion)
	case !identity.MatchString(m.ID):
		return fmt.Errorf("id %.40q, must be 16 hexadecimal digits", m.ID)
	case !fingerprint.MatchString(m.Model):
		return fmt.Errorf("model %.80q, must be a SHA-256", m.Model)
	case filename.Check(m.Target) != nil:
		return fmt.Errorf("target %w", filename.Check(m.Target))
	case m.Shots < 1 || m.Shots > maxShots:
		return fmt.Errorf("%d shots, must be 1 to %d", m.Shots, maxShots)
	case m.Qubits < 1 || m.Qubits > maxQubits:
		return fmt.Errorf("%d qubits, must be 1 to %d: %w", m.Qubits, maxQubits, ErrLimit)
	case len(m.Samples) == 0 || len(m.Circuits) == 0 || len(m.Observables) == 0:
		return errors.New("no samples, no circuits or no observables")
	case len(m.Circuits) > maxCircuits || len(m.Samples) > maxCircuits:
		return fmt.Errorf("%d circuits of %d samples, at most %d: %w", len(m.Circuits), len(m.Samples), maxCircuits, ErrLimit)
	case len(m.Parameters) > maxNumbers || !slices.IsSorted(m.Parameters):
		return errors.New("parameters: too many, or not in ascending order")
	}
	for i, o := range m.Observables {
		if err := o.Validate(); err != nil {
			return fmt.Errorf("observables[%d]: %w", i, err)
		}
		if o.Qubits() > m.Qubits {
			return fmt.Errorf("observables[%d]: %v acts on more than %d qubits", i, o, m.Qubits)
		}
	}
	for i, s := range m.Samples {
		if err := s.validate(); err != nil {
			return fmt.Errorf("samples[%d]: %w", i, err)
		}
	}
	if err := m.Gradient.validate(); err != nil {
		return fmt.Errorf("gradient: %w", err)
	}
	for i := range m.Circuits {
		if err := m.validateCircuit(&m.Circuits[i]); err != nil {
			return fmt.Errorf("circuits[%d]: %w", i, err)
		}
	}
	return nil
}

func (s *Sample) validate() error {
	if len(s.Features) > maxNumbers || !finite(s.Features) || s.Row < 0 {
		return errors.New("features: too many or not finite, or a negative row")
	}
	if s.Label != nil && !finite([]float64{*s.Label}) {
		return errors.New("label: not finite")
	}
	return nil
}

func finite(v []float64) bool {
	return !slices.ContainsFunc(v, func(x float64) bool { return math.IsNaN(x) || math.IsInf(x, 0) })
}

func (g *Gradient) validate() error {
	if g == nil {
		return nil
	}
	if g.Step < 0 || len(g.Shifts) == 0 || len(g.Shifts) > maxNumbers {
		return fmt.Errorf("step %d, %d shifts", g.Step, len(g.Shifts))
	}
	for i, s := range g.Shifts {
		if s.Op < 0 || s.Angle < 0 || !finite([]float64{s.Coef, s.By}) {
			return fmt.Errorf("shifts[%d]: %+v", i, s)
		}
	}
	return nil
}

func (m *Manifest) validateCircuit(c *Exported) error {
	shifts := 0
	if m.Gradient != nil {
		shifts = len(m.Gradient.Shifts)
	}
	switch {
	case !within(c.File):
		return fmt.Errorf("file %.80q is not within the export", c.File)
	case c.Sample < 0 || c.Sample >= len(m.Samples):
		return fmt.Errorf("sample %d of %d", c.Sample, len(m.Samples))
	case c.Shift != nil && (*c.Shift < 0 || *c.Shift >= shifts):
		return fmt.Errorf("shift %d of %d", *c.Shift, shifts)
	case len(c.Basis) != m.Qubits || strings.Trim(c.Basis, "XYZ") != "":
		return fmt.Errorf("basis %.80q, must be one of X, Y, Z for each of %d qubits", c.Basis, m.Qubits)
	case len(c.Physical) != m.Qubits || len(c.Bits) != m.Qubits || !distinct(c.Physical) || !distinct(c.Bits):
		return fmt.Errorf("physical %v and bits %v, must be different numbers for each of %d qubits", c.Physical, c.Bits, m.Qubits)
	case slices.Max(c.Bits) >= maxBits:
		return fmt.Errorf("bit %d: %w", slices.Max(c.Bits), ErrLimit)
	case len(c.Values) != len(m.Parameters) || !finite(c.Values):
		return fmt.Errorf("%d values of %d parameters, or not finite", len(c.Values), len(m.Parameters))
	}
	return nil
}

// within reports whether a path with slashes stays in the directory that it starts from.
func within(path string) bool {
	for name := range strings.SplitSeq(path, "/") {
		if filename.Check(name) != nil {
			return false
		}
	}
	return true
}

// distinct reports whether v holds different numbers from 0.
func distinct(v []int) bool {
	sorted := slices.Sorted(slices.Values(v))
	return len(slices.Compact(sorted)) == len(v) && (len(v) == 0 || sorted[0] >= 0)
}
