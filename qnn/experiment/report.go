package experiment

import (
	"context"
	"io"
	"path/filepath"
	"runtime"
	"slices"
	"strconv"

	"github.com/qnn-go/qnn/circuits/qasm"
	"github.com/qnn-go/qnn/qnn"
	"github.com/qnn-go/qnn/qnn/compare"
	"github.com/qnn-go/qnn/qnn/dataset"
	"github.com/qnn-go/qnn/qnn/report"
)

// quantumName is the trained model's name in tables.
const quantumName = "quantum"

// Finish writes what a trained model leaves behind: model, circuit, pictures, test
// and comparison, report.
func (r *Run) Finish(ctx context.Context) (report.Summary, error) {
	if err := r.Model.Save(filepath.Join(r.Dir, ModelFile)); err != nil {
		return report.Summary{}, err
	}
	own, err := compare.Measure(ctx, &trained{name: quantumName, model: r.Model}, r.Test)
	if err != nil {
		return report.Summary{}, err
	}
	s, err := r.summary(own.Predictions)
	if err != nil {
		return s, err
	}
	if err := Rank(ctx, &s.Test, r.Model, r.Test); err != nil {
		return s, err
	}
	results, err := r.Baselines(ctx, r.Options.Baselines, r.Options.Observer)
	if err != nil {
		return s, err
	}
	if err := AddBaselines(&s, r.Test, own, results); err != nil {
		return s, err
	}
	return s, r.writeReport(ctx, s, own.Predictions)
}

// Rank adds to a classifier's test how well its probabilities order the samples.
func Rank(ctx context.Context, t *report.Test, m *qnn.Model, d *dataset.Dataset) error {
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
func (r *Run) summary(got []float64) (report.Summary, error) {
	test, err := report.NewTest(r.Test.Y, got, r.Data.Classes)
	if err != nil {
		return report.Summary{}, err
	}
	s := report.Summary{
		Model: report.Model{
			Name: quantumName, Qubits: r.Circuit.Qubits, Parameters: len(r.Model.Parameters), Weights: r.Model.Weights(),
			Depth: r.Circuit.Depth(), Encoding: r.Encoding.Name, Ansatz: r.Settings.Ansatz, Layers: r.Settings.Layers,
			Backend: r.Settings.Backend, Gradient: r.Trainer.Method.String(),
		},
		Data: report.Data{
			Name: r.Data.Name, Source: r.Data.Source, License: r.Data.License, Samples: r.Data.Len(), Features: len(r.Data.Columns),
			Target: r.Data.Target, ClassNames: r.Data.Classes, Train: r.Train.Len(), Validation: r.validationSize(), Test: r.Test.Len(),
			Stratified: !r.Data.Regression(), SplitSeed: r.Settings.Seed, Preprocessing: r.preprocessing(), Inputs: r.Settings.Features,
			Columns: r.Columns, Dropped: r.dropped(), OneHot: r.Pipeline.OneHotWidths(), Remarks: r.Remarks,
		},
		Training: report.Training{
			Optimizer: r.Settings.Optimizer, LearningRate: r.Settings.Rate, BatchSize: r.Settings.Batch, Loss: r.Settings.Loss,
			Seed: r.Settings.Seed, MaxEpochs: r.Settings.Epochs,
		},
		Test: test, TrainSeconds: r.Seconds, Run: r.Dir,
		Pictures:  r.pictures(),
		Reproduce: []string{"qnn train --config " + report.ShellWord(filepath.Join(r.Dir, ConfigFile))},
		Environment: []report.Fact{
			{Name: "qnn", Value: Version()},
			{Name: "go", Value: runtime.Version()},
			{Name: "platform", Value: runtime.GOOS + "/" + runtime.GOARCH},
		},
	}
	r.choice(&s)
	for _, o := range r.Model.Observables {
		s.Model.Observables = append(s.Model.Observables, o.String())
	}
	s.Training.Follow(r.State)
	return s, nil
}

func (e *Experiment) preprocessing() []string {
	var kinds []string
	for _, step := range e.Pipeline.Steps {
		kinds = append(kinds, step.Kind())
	}
	return kinds
}

func (r *Run) pictures() report.Pictures {
	if r.Data.Regression() {
		return report.Pictures{LearningCurve: CurveFile, Test: ScatterFile, Residuals: ResidualsFile}
	}
	return report.Pictures{LearningCurve: CurveFile, Test: ConfusionFile}
}

// majority is the accuracy of always giving the most frequent class, on the samples whose
// accuracy the learning curve shows.
func (r *Run) majority() float64 {
	d := r.Train
	if r.Validation != nil {
		d = r.Validation
	}
	if d.Regression() {
		return 0
	}
	return float64(slices.Max(d.ClassCounts())) / float64(d.Len())
}

// writeReport writes the circuit with its trained weights, the pictures and the
// report.
func (r *Run) writeReport(ctx context.Context, s report.Summary, got []float64) error {
	predicted, err := r.predictions(ctx, got)
	if err != nil {
		return err
	}
	files := []content{
		{PredictionsFile, predicted.WriteCSV},
		{QASMFile, func(w io.Writer) error { return WriteTrained(w, r.Model) }},
		{CurveFile, func(w io.Writer) error {
			return report.LearningCurve(w, r.State.History, report.CurveOptions{Regression: r.Data.Regression(), Majority: r.majority()})
		}},
		{ReportFile, func(w io.Writer) error { return report.Markdown(w, s) }},
	}
	if !r.Data.Regression() {
		return writeAll(r.Dir, append(files, content{ConfusionFile, func(w io.Writer) error { return report.Confusion(w, s.Test.Confusion, "") }}))
	}
	o := report.ScatterOptions{Target: r.Data.Target}
	return writeAll(r.Dir, append(
		files,
		content{ScatterFile, func(w io.Writer) error { return report.Scatter(w, r.Test.Y, got, o) }},
		content{ResidualsFile, func(w io.Writer) error { return report.Residuals(w, r.Test.Y, got, o) }},
	))
}

// dropped is what was left out of the data, nil when it was nothing.
func (e *Experiment) dropped() *dataset.Dropped {
	if e.Data.Read.Dropped.Rows == 0 {
		return nil
	}
	return &e.Data.Read.Dropped
}

// predictions are those of the test part, with the rows they are of.
func (r *Run) predictions(ctx context.Context, got []float64) (*Predictions, error) {
	p := newPredictions(r.Model, got)
	var err error
	if r.Model.Classes != nil {
		if p.Probabilities, err = r.Model.Probabilities(ctx, r.Test.X); err != nil {
			return nil, err
		}
	}
	for i, y := range r.Test.Y {
		row := i
		if r.Settings.TestData == "" {
			row = r.Parts.Test[i]
		}
		label := strconv.FormatFloat(y, 'g', -1, 64)
		if r.Data.Classes != nil {
			label = r.Data.Classes[int(y)]
		}
		p.rows = append(p.rows, [3]string{strconv.Itoa(row), lineOf(r.Test, i), label})
	}
	return p, nil
}

// choice puts into the summary how columns became features and how that was chosen.
func (r *Run) choice(s *report.Summary) {
	if d, ok := r.Pipeline.Reduction(); ok {
		s.Data.Variance = d.Variance
		s.Data.Reduction = &report.Reduction{Name: d.Name, Columns: d.Columns, Features: d.Features, Loadings: d.Loadings, Scores: d.Scores}
	}
	if r.Search == nil {
		return
	}
	s.Search = &report.Search{Folds: r.Search.Folds, Samples: r.Search.Samples, Why: r.Search.Why}
	for _, t := range r.Search.Trials {
		s.Search.Trials = append(s.Search.Trials, report.Trial{
			Reduce: t.Reduce, Features: t.Features, Qubits: t.Qubits, Ansatz: t.Ansatz, Layers: t.Layers,
			Score: t.Mean, Chosen: t.Choice == r.Search.Best,
		})
	}
}

// WriteTrained writes the trained circuit as OpenQASM 3, its weights bound, its
// features inputs, and every qubit measured.
func WriteTrained(w io.Writer, m *qnn.Model) error {
	c := m.Circuit.Clone().MeasureAll()
	return qasm.Encode(w, c, qasm.Options{Dialect: qasm.OpenQASM3, Weights: m.Parameters[:m.Weights()]})
}
