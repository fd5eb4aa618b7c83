package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strconv"

	"github.com/qnn-go/qnn/internal/atomicfile"
	"github.com/qnn-go/qnn/qnn"
	"github.com/qnn-go/qnn/qnn/compare"
	"github.com/qnn-go/qnn/qnn/dataset"
	"github.com/qnn-go/qnn/qnn/report"
)

// quantumName is the trained model's name in tables.
const quantumName = "quantum"

// finish writes what a trained model leaves behind: model, circuit, pictures, test
// and comparison, report.
func (r *trainRun) finish(ctx context.Context) (report.Summary, error) {
	if err := r.model.Save(filepath.Join(r.dir, modelFile)); err != nil {
		return report.Summary{}, err
	}
	own, err := compare.Measure(ctx, &trained{name: quantumName, model: r.model}, r.test)
	if err != nil {
		return report.Summary{}, err
	}
	s, err := r.summary(own.Predictions)
	if err != nil {
		return s, err
	}
	if err := rank(ctx, &s.Test, r.model, r.test); err != nil {
		return s, err
	}
	results, err := r.baselines(ctx, r.opts.Baselines, r.opts.Err, r.opts.Mute)
	if err != nil {
		return s, err
	}
	if err := addBaselines(&s, r.test, own, results); err != nil {
		return s, err
	}
	return s, r.writeReport(ctx, s, own.Predictions)
}

// print prints what the run came to.
func (r *trainRun) print(s report.Summary) error {
	w := r.opts.Streams.Out
	if r.opts.JSON {
		return report.JSON(w, s)
	}
	if err := report.Text(w, s); err != nil {
		return err
	}
	next := ""
	if !r.opts.Mute {
		next = fmt.Sprintf("next      qnn predict %s --data new.csv\n          qnn export %s --target ibm\n", shellWord(r.dir), shellWord(r.dir))
	}
	_, err := fmt.Fprintf(w, "\nsaved     %s\n%s", report.Printable(r.dir), next)
	return err
}

// rank adds to a classifier's test how well its probabilities order the samples.
func rank(ctx context.Context, t *report.Test, m *qnn.Model, d *dataset.Dataset) error {
	if m.Classes == nil {
		return nil
	}
	p, err := m.Probabilities(ctx, d.X)
	if err != nil {
		return err
	}
	return t.Rank(d.Y, p)
}

// summary collects the facts of the run; got are the predictions of the test part.
func (r *trainRun) summary(got []float64) (report.Summary, error) {
	test, err := report.NewTest(r.test.Y, got, r.data.Classes)
	if err != nil {
		return report.Summary{}, err
	}
	s := report.Summary{
		Model: report.Model{
			Name: quantumName, Qubits: r.circuit.Qubits, Parameters: len(r.model.Parameters), Weights: r.model.Weights(),
			Depth: r.circuit.Depth(), Encoding: r.encoding.Name, Ansatz: r.Ansatz, Layers: r.Layers,
			Backend: r.Backend, Gradient: r.trainer.Method.String(),
		},
		Data: report.Data{
			Name: r.data.Name, Source: r.data.Source, License: r.data.License, Samples: r.data.Len(), Features: len(r.data.Columns),
			Target: r.data.Target, ClassNames: r.data.Classes, Train: r.train.Len(), Validation: r.validationSize(), Test: r.test.Len(),
			Stratified: !r.data.Regression(), SplitSeed: r.Seed, Preprocessing: r.preprocessing(), Inputs: r.Features,
			Columns: r.columns, Dropped: r.dropped(), OneHot: r.pipeline.OneHotWidths(), Remarks: r.remarks,
		},
		Training: report.Training{
			Optimizer: r.trainer.Optimizer, LearningRate: r.trainer.Config.LearningRate, BatchSize: r.Batch, Loss: r.Loss,
			Seed: r.Seed, MaxEpochs: r.Epochs,
		},
		Test: test, TrainSeconds: r.seconds, Run: r.dir,
		Pictures:  r.pictures(),
		Reproduce: []string{"qnn train --config " + shellWord(filepath.Join(r.dir, configFile))},
		Environment: []report.Fact{
			{Name: "qnn", Value: version()},
			{Name: "go", Value: runtime.Version()},
			{Name: "platform", Value: runtime.GOOS + "/" + runtime.GOARCH},
		},
	}
	r.choice(&s)
	for _, o := range r.model.Observables {
		s.Model.Observables = append(s.Model.Observables, o.String())
	}
	s.Training.Follow(r.state)
	return s, nil
}

func (e *experiment) preprocessing() []string {
	var kinds []string
	for _, step := range e.pipeline.Steps {
		kinds = append(kinds, step.Kind())
	}
	return kinds
}

func (r *trainRun) pictures() report.Pictures {
	if r.data.Regression() {
		return report.Pictures{LearningCurve: curveFile, Test: scatterFile, Residuals: residualsFile}
	}
	return report.Pictures{LearningCurve: curveFile, Test: confusionFile}
}

// majority is the accuracy of always giving the most frequent class, on the samples whose
// accuracy the learning curve shows.
func (r *trainRun) majority() float64 {
	d := r.train
	if r.validation != nil {
		d = r.validation
	}
	if d.Regression() {
		return 0
	}
	return float64(slices.Max(d.ClassCounts())) / float64(d.Len())
}

// writeReport writes the circuit with its trained weights, the pictures and the
// report.
func (r *trainRun) writeReport(ctx context.Context, s report.Summary, got []float64) error {
	predicted, err := r.predictions(ctx, got)
	if err != nil {
		return err
	}
	files := []content{
		{predictionsFile, predicted.writeCSV},
		{qasmFile, func(w io.Writer) error { return writeTrained(w, r.model) }},
		{curveFile, func(w io.Writer) error {
			return report.LearningCurve(w, r.state.History, report.CurveOptions{Regression: r.data.Regression(), Majority: r.majority()})
		}},
		{reportFile, func(w io.Writer) error { return report.Markdown(w, s) }},
	}
	if !r.data.Regression() {
		return writeAll(r.dir, append(files, content{confusionFile, func(w io.Writer) error { return report.Confusion(w, s.Test.Confusion, "") }}))
	}
	o := report.ScatterOptions{Target: r.data.Target}
	return writeAll(r.dir, append(
		files,
		content{scatterFile, func(w io.Writer) error { return report.Scatter(w, r.test.Y, got, o) }},
		content{residualsFile, func(w io.Writer) error { return report.Residuals(w, r.test.Y, got, o) }},
	))
}

// dropped is what was left out of the data, nil when it was nothing.
func (e *experiment) dropped() *dataset.Dropped {
	if e.data.Read.Dropped.Rows == 0 {
		return nil
	}
	return &e.data.Read.Dropped
}

// predictions are those of the test part, with the rows they are of.
func (r *trainRun) predictions(ctx context.Context, got []float64) (*predictions, error) {
	p := newPredictions(r.model, got)
	var err error
	if r.model.Classes != nil {
		if p.Probabilities, err = r.model.Probabilities(ctx, r.test.X); err != nil {
			return nil, err
		}
	}
	for i, y := range r.test.Y {
		row := i
		if r.TestData == "" {
			row = r.parts.Test[i]
		}
		label := strconv.FormatFloat(y, 'g', -1, 64)
		if r.data.Classes != nil {
			label = r.data.Classes[int(y)]
		}
		p.rows = append(p.rows, [3]string{strconv.Itoa(row), lineOf(r.test, i), label})
	}
	return p, nil
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

// stored is a finished run read back from its directory.
type stored struct {
	*experiment
	dir   string
	model *qnn.Model
}

// openStored reads a finished run with its data and split, and makes sure that the
// data is what the model was trained on.
func openStored(ctx context.Context, dir string, progress io.Writer) (*stored, error) {
	s, err := openRun(dir)
	if err != nil {
		return nil, err
	}
	b, err := s.backend()
	if err != nil {
		return nil, err
	}
	m, err := loadModel(dir, b)
	if err != nil {
		return nil, err
	}
	e, err := newExperiment(ctx, s, progress)
	if err != nil {
		return nil, err
	}
	was, err := readEnvironment(dir)
	if err != nil {
		return nil, err
	}
	if was.DataHash != e.data.Hash() {
		return nil, badData("%s: the content of %s has changed since the run was trained. Restore the file, or give other data with --data", dir, s.Data)
	}
	if s.TestData != "" && was.TestHash != e.test.Hash() {
		return nil, badData("%s: the content of %s has changed since the run was trained. Restore the file, or give other data with --data", dir, s.TestData)
	}
	return &stored{experiment: e, dir: dir, model: m}, nil
}

// output is standard output, or a file that is written as a whole; devices and pipes
// are written to as they are.
func output(path string, stdout io.Writer, body func(io.Writer) error) error {
	if path == "" || path == "-" {
		return body(stdout)
	}
	if info, err := os.Stat(path); err != nil || info.Mode().IsRegular() {
		return atomicfile.Write(path, body)
	}
	f, err := os.OpenFile(path, os.O_WRONLY, 0)
	if err != nil {
		return err
	}
	return errors.Join(body(f), f.Close())
}
