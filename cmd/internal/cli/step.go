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
	"github.com/qnn-go/qnn/internal/atomicfile"
	"github.com/qnn-go/qnn/qnn"
	"github.com/qnn-go/qnn/qnn/hardware"
)

// stepFile is in a run that a step made, and in the export that the step was taken with.
const stepFile = "step.json"

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
	Optimizer json.RawMessage `json:"optimizer"` // its state after the step
}

// readStep reads the file of a step; without one it is nil.
func readStep(dir string) (*deviceStep, error) {
	path := filepath.Join(dir, stepFile)
	data, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) || isNotDirectory(dir) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	s := new(deviceStep)
	if err := json.Unmarshal(data, s); err != nil {
		return nil, badData("%s: %w. Take a whole copy of the directory", path, err)
	}
	if s.Step < 1 {
		return nil, badData("%s: step %d, must be at least 1. Take a whole copy of the directory", path, s.Step)
	}
	return s, nil
}

// stepsOf is the number of steps on devices that led to a run.
func stepsOf(run string) (int, error) {
	s, err := readStep(run)
	if s == nil {
		return 0, err
	}
	return s.Step, nil
}

// step makes an optimiser step with the measured gradient and writes a new run.
func (o *resultsOptions) step(ctx context.Context, m *qpu.Manifest, model *qnn.Model, h *hardware.Measured) error {
	if m.Gradient == nil {
		return usage("--step: %s has no shifted circuits. Export with --gradient", o.Dir)
	}
	if !isFree(o.Out) {
		return usage("--out %s: the directory is not empty. Name another", o.Out)
	}
	if done, err := readStep(o.Dir); err != nil || done != nil {
		if err != nil {
			return err
		}
		return usage("the step of %s is taken already: %s. Export the next batch of that run, or remove %s to take it again", o.Dir, done.Run, filepath.Join(o.Dir, stepFile))
	}
	if missing := h.Missing(); len(missing) > 0 {
		var rows []int
		for _, s := range missing {
			rows = append(rows, s.Row)
		}
		return badData("%s: circuits of samples %s have no results. A gradient needs all of them; run the script again", o.Dir, ranges(rows))
	}
	from := filepath.Join(o.Dir, modelDir)
	s, err := openRun(from)
	if err != nil {
		return err
	}
	before, err := readStep(from)
	if err != nil {
		return err
	}
	out := &deviceStep{Step: m.Gradient.Step + 1, From: m.Run, Export: o.Dir, Target: m.Target, Shots: h.Shots()}
	for _, sample := range m.Samples {
		out.Samples = append(out.Samples, sample.Row)
	}
	if err := out.take(ctx, s, before, model, h, o.Seed); err != nil {
		return err
	}
	if err := o.saveStep(out, from, model); err != nil {
		return err
	}
	if o.JSON {
		return writeJSON(o.Streams.Out, out)
	}
	return out.write(o.Streams.Out, o.Mute)
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
	if err := opt.Step(model.Parameters, slope.Loss, slope.Gradient); err != nil {
		return err
	}
	d.Optimizer, err = opt.MarshalJSON()
	return err
}

// saveStep writes the new run, and then into the export that its step is taken.
func (o *resultsOptions) saveStep(d *deviceStep, from string, model *qnn.Model) error {
	name := "step"
	if s, err := openRun(from); err == nil {
		name = s.dataName()
	}
	dir, made, err := createRun(o.Out, name)
	if err != nil {
		return err
	}
	d.Run = dir
	files := []content{{modelFile, model.Write}, {stepFile, func(w io.Writer) error { return writeJSON(w, d) }}}
	for _, name := range []string{configFile, environmentFile} {
		data, err := os.ReadFile(filepath.Join(from, name))
		if err != nil {
			removeAll(made)
			return err
		}
		files = append(files, content{name, text(data)})
	}
	if err := writeAll(dir, files); err != nil {
		for _, f := range files {
			_ = os.Remove(filepath.Join(dir, f.name))
		}
		removeAll(made)
		return err
	}
	return atomicfile.Write(filepath.Join(o.Dir, stepFile), files[1].body)
}

func (d *deviceStep) write(w io.Writer, mute bool) error {
	norm, noise := 0.0, 0.0
	for i, g := range d.Gradient {
		norm += g * g
		noise += d.GradientError[i] * d.GradientError[i]
	}
	_, err := fmt.Fprintf(w, "step      %d, on %d samples: loss %.4f ± %.4f\n          |gradient| %.4f, its shot noise %.4f (root of the sum of squared standard errors)\nsaved     %s\n",
		d.Step, len(d.Samples), d.Loss, d.LossError, math.Sqrt(norm), math.Sqrt(noise), d.Run)
	if err != nil || mute {
		return err
	}
	_, err = fmt.Fprintf(w, "next      qnn evaluate %s\n          qnn export %s --target %s --gradient --batch %d\n", d.Run, d.Run, d.Target, len(d.Samples))
	return err
}
