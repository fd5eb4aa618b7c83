package cli

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"math"
	"os"
	"path/filepath"
	"slices"

	"github.com/qnn-go/qnn/circuits/qpu"
	"github.com/qnn-go/qnn/internal/seal"
	"github.com/qnn-go/qnn/qnn"
	"github.com/qnn-go/qnn/qnn/hardware"
	"github.com/qnn-go/qnn/qnn/optim"
	"github.com/qnn-go/qnn/qnn/report"
)

// stepFile is in a run that a step made, and in the export that the step was taken with.
// While the run is being written the export has unfinishedStepFile instead, from which a
// step that was cut short is finished: it is never taken twice.
const (
	stepFile           = "step.json"
	unfinishedStepFile = "step-unfinished.json"
)

// deviceStep is the file of a step, and the object of results --step --json.
type deviceStep struct {
	Step    int    `json:"step"` // steps on devices so far
	From    string `json:"from"` // the run before
	Run     string `json:"run"`  // the run that the step made
	Export  string `json:"export"`
	Target  string `json:"target"`
	Shots   int    `json:"shots"`
	Samples []int  `json:"samples"` // rows of the training part
	hardware.Slope
	Parameters []float64       `json:"parameters,omitempty"` // after the step
	Optimizer  json.RawMessage `json:"optimizer"`            // its state after the step
}

// readStep reads the file of a step; without one it is nil.
func readStep(dir, name string) (*deviceStep, error) {
	path := filepath.Join(dir, name)
	data, err := readFile(path, maxStepBytes)
	if errors.Is(err, fs.ErrNotExist) || isNotDirectory(dir) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	s, err := decodeStep(data)
	if errors.Is(err, seal.ErrBroken) {
		return nil, badData("%q: %w. Take a whole copy of the directory, or accept an edit by: qnn accept %s", path, err, shellWord(dir))
	}
	if err != nil {
		return nil, badData("%q: %w. Take a whole copy of the directory", path, err)
	}
	return s, nil
}

func decodeStep(data []byte) (*deviceStep, error) {
	data, err := seal.Open(data)
	if err != nil {
		return nil, err
	}
	s := new(deviceStep)
	if err := json.Unmarshal(data, s); err != nil {
		return nil, err
	}
	return s, s.check()
}

// check refuses what no step has left.
func (d *deviceStep) check() error {
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
func (d *deviceStep) writeFile(w io.Writer) error {
	data, err := seal.Marshal(d, "  ")
	if err != nil {
		return err
	}
	_, err = w.Write(data)
	return err
}

// stepsOf is the number of steps on devices that led to a run.
func stepsOf(run string) (int, error) {
	s, err := readStep(run, stepFile)
	if s == nil {
		return 0, err
	}
	return s.Step, nil
}

// step makes an optimiser step with the measured gradient and writes a new run, or
// finishes to write that of a step that was cut short.
func (o *resultsOptions) step(ctx context.Context, m *qpu.Manifest, model *qnn.Model, h *hardware.Measured) error {
	if m.Gradient == nil {
		return usage("--step: %s has no shifted circuits. Export with --gradient", o.Dir)
	}
	lock, err := claim(o.Dir)
	if err != nil {
		return err
	}
	defer func() { _ = lock.Release() }() // what cannot be removed is no claim
	if done, err := readStep(o.Dir, stepFile); err != nil || done != nil {
		if err != nil {
			return err
		}
		return usage("the step of %s is taken already: %s. Export the next batch of that run, or remove %s to take it again", o.Dir, done.Run, filepath.Join(o.Dir, stepFile))
	}
	taken, err := readStep(o.Dir, unfinishedStepFile)
	if err != nil {
		return err
	}
	if taken != nil {
		err = o.finishStep(ctx, taken, model)
	} else {
		taken, err = o.newStep(ctx, m, model, h)
	}
	if err != nil {
		return err
	}
	if o.JSON {
		return writeJSON(o.Streams.Out, taken)
	}
	return taken.write(o.Streams.Out, o.Mute)
}

// newStep takes a step and writes it.
func (o *resultsOptions) newStep(ctx context.Context, m *qpu.Manifest, model *qnn.Model, h *hardware.Measured) (*deviceStep, error) {
	if !isFree(o.Out, openingFiles()) {
		return nil, notEmpty(o.Out)
	}
	if missing := h.Missing(); len(missing) > 0 {
		var rows []int
		for _, s := range missing {
			rows = append(rows, s.Row)
		}
		return nil, badData("%s: circuits of samples %s have no results. A gradient needs all of them; run the script again", o.Dir, ranges(rows))
	}
	from := filepath.Join(o.Dir, modelDir)
	s, err := openRun(from)
	if err != nil {
		return nil, err
	}
	before, err := readStep(from, stepFile)
	if err != nil {
		return nil, err
	}
	out := &deviceStep{Step: m.Gradient.Step + 1, From: m.Run, Export: o.Dir, Target: m.Target, Shots: h.Shots()}
	for _, sample := range m.Samples {
		out.Samples = append(out.Samples, sample.Row)
	}
	if err := out.take(ctx, s, before, model, h, o.Seed); err != nil {
		return nil, err
	}
	defer interruptionOf(ctx).hold()()
	place, err := takeDirectory(o.Out, runsDir, s.dataName(), openingFiles())
	if err != nil {
		return nil, err
	}
	defer place.release()
	out.Run = place.path
	if err := o.saveStep(out, place, model); err != nil {
		place.abandon(modelFile, stepFile, configFile, environmentFile)
		_ = os.Remove(filepath.Join(o.Dir, unfinishedStepFile)) // nothing of the step is left
		return nil, err
	}
	return out, nil
}

// finishStep writes the run of a step that was cut short.
func (o *resultsOptions) finishStep(ctx context.Context, d *deviceStep, model *qnn.Model) error {
	file := filepath.Join(o.Dir, unfinishedStepFile)
	again := fmt.Sprintf("Drop --out, or remove %s to take the step again", file)
	if o.Out != "" && o.Out != d.Run {
		return usage("--out %q: the step of %s was cut short while %q was written. %s", o.Out, o.Dir, d.Run, again)
	}
	if len(d.Parameters) != len(model.Parameters) {
		return badData("%q: %d parameters, the model has %d. Remove the file to take the step again", file, len(d.Parameters), len(model.Parameters))
	}
	model.Parameters = slices.Clone(d.Parameters)
	defer interruptionOf(ctx).hold()()
	files := []string{modelFile, stepFile, configFile, environmentFile}
	if !isFree(d.Run, files) {
		return usage("%q is not empty, and the step of %s was cut short while it was written. %s", d.Run, o.Dir, again)
	}
	place, err := takeDirectory(d.Run, "", "", files)
	if err != nil {
		return err
	}
	defer place.release()
	return o.saveStep(d, place, model)
}

// take measures the gradient and moves the model's parameters.
func (d *deviceStep) take(ctx context.Context, s *settings, before *deviceStep, model *qnn.Model, h *hardware.Measured, seed uint64) error {
	t, err := s.trainer()
	if err != nil {
		return err
	}
	loss := t.Loss
	if loss == "" {
		loss = qnn.DefaultLoss(model.Head.Task)
	}
	slope, err := h.Slope(ctx, model, loss, seed)
	if err != nil {
		return err
	}
	d.Slope = *slope
	var state []byte
	if before != nil {
		state = before.Optimizer
	}
	opt, err := s.stepOptimizer(state)
	if err != nil {
		return err
	}
	model.Parameters = slices.Clone(model.Parameters)
	err = opt.Step(model.Parameters, slope.Loss, slope.Gradient)
	if errors.Is(err, optim.ErrLength) || errors.Is(err, optim.ErrPoint) {
		return badData("%s of the run: %w. Take a whole copy of the export", stepFile, err)
	}
	if err != nil {
		return err
	}
	d.Parameters = model.Parameters
	d.Optimizer, err = opt.MarshalJSON()
	return err
}

// saveStep writes a step into the export as unfinished, then the new run, and then says
// in the export that the step is taken.
func (o *resultsOptions) saveStep(d *deviceStep, place *directory, model *qnn.Model) error {
	if err := write(o.Dir, unfinishedStepFile, d.writeFile); err != nil {
		return err
	}
	var files []content
	for _, name := range []string{configFile, environmentFile} {
		data, err := readFile(filepath.Join(o.Dir, modelDir, name), maxEnvironmentBytes)
		if err != nil {
			return err
		}
		files = append(files, content{name, text(data)})
	}
	files = append(files, content{modelFile, model.Write}, content{stepFile, d.writeFile})
	if err := writeAll(place.path, files); err != nil {
		return err
	}
	if err := write(o.Dir, stepFile, d.writeFile); err != nil {
		return err
	}
	return os.Remove(filepath.Join(o.Dir, unfinishedStepFile))
}

func (d *deviceStep) write(w io.Writer, mute bool) error {
	norm, noise := 0.0, 0.0
	for i, g := range d.Gradient {
		norm += g * g
		noise += d.GradientError[i] * d.GradientError[i]
	}
	_, err := fmt.Fprintf(w, "step      %d, on %d samples: loss %.4f ± %.4f\n          |gradient| %.4f, its shot noise %.4f (root of the sum of squared standard errors)\nsaved     %s\n",
		d.Step, len(d.Samples), d.Loss, d.LossError, math.Sqrt(norm), math.Sqrt(noise), report.Printable(d.Run))
	if err != nil || mute {
		return err
	}
	_, err = fmt.Fprintf(w, "next      qnn evaluate %s\n          qnn export %s --target %s --gradient --batch %d\n", shellWord(d.Run), shellWord(d.Run), shellWord(d.Target), len(d.Samples))
	return err
}
