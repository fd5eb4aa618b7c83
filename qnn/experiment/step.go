package experiment

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"

	"github.com/qnn-go/qnn/internal/seal"
	"github.com/qnn-go/qnn/qnn"
	"github.com/qnn-go/qnn/qnn/hardware"
)

// unfinishedStepFile is in an export while the run of its step is being written, instead
// of [StepFile]: from it a step that was cut short is finished, so that none is taken
// twice.
const unfinishedStepFile = "step-unfinished.json"

// Step is an optimiser step with a gradient that a device measured: the file that it leaves
// in its export and in the run that it makes.
type Step struct {
	Step    int    `json:"step"` // steps on devices so far
	From    string `json:"from"` // the run before
	Run     string `json:"run"`  // the run that the step made
	Export  string `json:"export"`
	Target  string `json:"target"`
	Shots   int    `json:"shots"`
	Samples []int  `json:"samples"` // rows of the training part
	hardware.MeasuredGradient
	Parameters []float64       `json:"parameters,omitempty"` // after the step
	Optimizer  json.RawMessage `json:"optimizer"`            // its state after the step
}

// readStep reads the file of a step; without one it is nil.
func readStep(dir, name string) (*Step, error) {
	path := filepath.Join(dir, name)
	data, err := ReadFile(path, maxStepBytes)
	if errors.Is(err, fs.ErrNotExist) || isNotDirectory(dir) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	s, err := decodeStep(data)
	if err != nil {
		return nil, damaged(path, err)
	}
	return s, nil
}

func decodeStep(data []byte) (*Step, error) {
	data, err := seal.Open(data)
	if err != nil {
		return nil, err
	}
	s := new(Step)
	if err := json.Unmarshal(data, s); err != nil {
		return nil, err
	}
	return s, s.check()
}

// check refuses what no step has left.
func (d *Step) check() error {
	switch {
	case d.Step < 1 || d.Step > maxSteps:
		return fmt.Errorf("step %d, must be 1 to %d", d.Step, maxSteps)
	case d.Shots < 0:
		return fmt.Errorf("%d shots", d.Shots)
	case len(d.Samples) == 0 || slices.Min(d.Samples) < 0:
		return errors.New("samples: none, or a negative row")
	case len(d.Gradient) == 0 || len(d.Gradient) != len(d.GradientError):
		return fmt.Errorf("a gradient of %d numbers with %d errors", len(d.Gradient), len(d.GradientError))
	case d.Parameters != nil && len(d.Parameters) != len(d.Gradient):
		return fmt.Errorf("%d parameters, a gradient by %d", len(d.Parameters), len(d.Gradient))
	case len(d.Optimizer) == 0:
		return errors.New("no state of the optimiser")
	}
	return nil
}

// maxSteps is more steps than any device takes.
const maxSteps = 1 << 40

// writeFile writes the file of a step with its checksum.
func (d *Step) writeFile(w io.Writer) error {
	data, err := seal.Marshal(d, "  ")
	if err != nil {
		return err
	}
	_, err = w.Write(data)
	return err
}

// stepsOf is the number of steps on devices that led to a run.
func stepsOf(run string) (int, error) {
	s, err := readStep(run, StepFile)
	if s == nil {
		return 0, err
	}
	return s.Step, nil
}

// stepTrainer is the trainer of the settings, whose optimiser must take some samples in a
// step.
func (s *Settings) stepTrainer() (*qnn.Trainer, error) {
	t, err := s.NewTrainer()
	if err != nil {
		return nil, err
	}
	if t.Optimizer.FullBatch() {
		return nil, refuse("the run's optimiser is %s, which needs exact gradients of all samples. Train with adam or sgd for steps on a device", s.Optimizer)
	}
	return t, nil
}

// StepOptions say how a step is taken.
type StepOptions struct {
	Dir  string // of the run that it makes; "": RunsDir/DATA-0001 with the next free number
	Seed uint64 // of the draws behind the standard errors
	// Hold is called before the first file is written, and what it returns after the
	// last: what is written between them belongs together. It may be nil.
	Hold func() (release func())
}

// TakeStep makes an optimiser step with the gradient that was measured of an export, and
// a new run with the parameters after it; or it finishes to write that of a step that was
// cut short. The export's directory is claimed while it does.
func (m *Results) TakeStep(ctx context.Context, o StepOptions) (*Step, error) {
	if m.Manifest.Gradient == nil {
		return nil, refuse("%s has no shifted circuits. Export with {gradient}", m.Export)
	}
	lock, err := claim(m.Export)
	if err != nil {
		return nil, err
	}
	defer func() { _ = lock.Release() }() // what cannot be removed is no claim
	if done, err := readStep(m.Export, StepFile); err != nil || done != nil {
		if err != nil {
			return nil, err
		}
		return nil, refuse("the step of %s is taken already: %s. Export the next batch of that run, or remove %s to take it again", m.Export, done.Run, filepath.Join(m.Export, StepFile))
	}
	taken, err := readStep(m.Export, unfinishedStepFile)
	if err != nil {
		return nil, err
	}
	if taken != nil {
		return taken, m.finishStep(taken, o)
	}
	return m.newStep(ctx, o)
}

// newStep takes a step and writes it.
func (m *Results) newStep(ctx context.Context, o StepOptions) (*Step, error) {
	if !isFree(o.Dir, firstFiles()) {
		return nil, notEmpty(o.Dir)
	}
	if missing := m.Measured.Missing(); len(missing) > 0 {
		var rows []int
		for _, s := range missing {
			rows = append(rows, s.Row)
		}
		return nil, &FileError{Path: m.Export, Err: fmt.Errorf("circuits of samples %s have no results", Ranges(rows)), Remedy: "A gradient needs all of them; run the script again"}
	}
	from := filepath.Join(m.Export, modelDir)
	s, err := ReadSettings(from)
	if err != nil {
		return nil, err
	}
	before, err := readStep(from, StepFile)
	if err != nil {
		return nil, err
	}
	out := &Step{Step: m.Manifest.Gradient.Step + 1, From: m.Manifest.Run, Export: m.Export, Target: m.Manifest.Target, Shots: m.Measured.Shots()}
	for _, sample := range m.Manifest.Samples {
		out.Samples = append(out.Samples, sample.Row)
	}
	if err := m.take(ctx, out, s, before, o.Seed); err != nil {
		return nil, err
	}
	defer o.hold()()
	place, err := takeDirectory(o.Dir, RunsDir, s.DataName(), firstFiles())
	if err != nil {
		return nil, err
	}
	defer place.release()
	out.Run = place.path
	if err := m.saveStep(out, place); err != nil {
		place.abandon(ModelFile, StepFile, ConfigFile, EnvironmentFile)
		_ = os.Remove(filepath.Join(m.Export, unfinishedStepFile)) // nothing of the step is left
		return nil, err
	}
	return out, nil
}

// hold keeps what is written together.
func (o *StepOptions) hold() (release func()) {
	if o.Hold == nil {
		return func() {}
	}
	return o.Hold()
}

// finishStep writes the run of a step that was cut short.
func (m *Results) finishStep(d *Step, o StepOptions) error {
	file := filepath.Join(m.Export, unfinishedStepFile)
	again := fmt.Sprintf("Leave the directory open, or remove %s to take the step again", file)
	if o.Dir != "" && o.Dir != d.Run {
		return refuse("{out %q}: the step of %s was cut short while %q was written. %s", o.Dir, m.Export, d.Run, again)
	}
	if len(d.Parameters) != len(m.Model.Parameters) {
		return damaged(file, fmt.Errorf("%d parameters, the model has %d. Remove the file to take the step again", len(d.Parameters), len(m.Model.Parameters)))
	}
	m.Model.Parameters = slices.Clone(d.Parameters)
	defer o.hold()()
	files := []string{ModelFile, StepFile, ConfigFile, EnvironmentFile}
	if !isFree(d.Run, files) {
		return refuse("%q is not empty, and the step of %s was cut short while it was written. %s", d.Run, m.Export, again)
	}
	place, err := takeDirectory(d.Run, "", "", files)
	if err != nil {
		return err
	}
	defer place.release()
	return m.saveStep(d, place)
}

// take measures the gradient and moves the model's parameters.
func (m *Results) take(ctx context.Context, d *Step, s *Settings, before *Step, seed uint64) error {
	t, err := s.stepTrainer()
	if err != nil {
		return err
	}
	measured, err := m.Measured.LossGradient(ctx, m.Model, cmp.Or[qnn.Loss](t.Loss, qnn.DefaultLoss(m.Model.Head.Task)), seed)
	if err != nil {
		return err
	}
	d.MeasuredGradient = *measured
	var state json.RawMessage
	if before != nil {
		state = before.Optimizer
	}
	m.Model.Parameters = slices.Clone(m.Model.Parameters)
	d.Optimizer, err = t.Step(state, m.Model.Parameters, measured.Loss, measured.Gradient)
	if errors.Is(err, qnn.ErrFormat) {
		return damaged(filepath.Join(m.Export, modelDir, StepFile), err)
	}
	d.Parameters = m.Model.Parameters
	return err
}

// saveStep writes a step into the export as unfinished, then the new run, and then says
// in the export that the step is taken.
func (m *Results) saveStep(d *Step, place *directory) error {
	if err := write(m.Export, unfinishedStepFile, d.writeFile); err != nil {
		return err
	}
	var files []content
	for _, name := range []string{ConfigFile, EnvironmentFile} {
		data, err := ReadFile(filepath.Join(m.Export, modelDir, name), maxEnvironmentBytes)
		if err != nil {
			return err
		}
		files = append(files, content{name, text(data)})
	}
	files = append(files, content{ModelFile, m.Model.Write}, content{StepFile, d.writeFile})
	if err := writeAll(place.path, files); err != nil {
		return err
	}
	if err := write(m.Export, StepFile, d.writeFile); err != nil {
		return err
	}
	return os.Remove(filepath.Join(m.Export, unfinishedStepFile))
}
