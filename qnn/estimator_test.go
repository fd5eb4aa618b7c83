package qnn_test

import (
	"testing"

	"github.com/qnn-go/qnn/circuits/ansatz"
	"github.com/qnn-go/qnn/qnn"
	"github.com/qnn-go/qnn/qnn/compare"
	"github.com/qnn-go/qnn/qnn/dataset"
	"github.com/qnn-go/qnn/qnn/optim"
)

var _ compare.Estimator = (*qnn.Estimator)(nil)

// Two estimators, with and without a pipeline and validation, side by side on a
// problem that both can solve.
func TestEstimatorsCompare(t *testing.T) {
	blobs, err := dataset.Blobs(dataset.Synthetic{Samples: 120, Classes: 2, Seed: 2})
	if err != nil {
		t.Fatal(err)
	}
	parts, err := dataset.Split(blobs, dataset.SplitOptions{Test: 0.5, Validation: 0.2, Seed: 1})
	if err != nil {
		t.Fatal(err)
	}
	train, validation, test := blobs.Subset(parts.Train), blobs.Subset(parts.Validation), blobs.Subset(parts.Test)
	pipeline := &dataset.Pipeline{Steps: []dataset.Step{&dataset.Standard{}}}
	if err := pipeline.Fit(t.Context(), train); err != nil {
		t.Fatal(err)
	}
	circuit, err := ansatz.Build(ansatz.Config{Features: 2, Layers: 2})
	if err != nil {
		t.Fatal(err)
	}
	trainer := qnn.Trainer{Epochs: 60, Optimizer: &optim.Adam{LearningRate: 0.1}}
	var models []compare.Estimator
	for label, c := range map[string]qnn.Config{
		"with pipeline": {Circuit: circuit, Classes: blobs.Classes, Target: blobs.Target, Pipeline: pipeline},
		"without":       {Circuit: circuit, Classes: blobs.Classes, Target: "x1"}, // the name it gives a column
	} {
		m, err := qnn.New(c)
		if err != nil {
			t.Fatal(err)
		}
		e := &qnn.Estimator{Label: label, Model: m, Trainer: trainer}
		if c.Pipeline != nil {
			e.Validation = validation
		}
		models = append(models, e)
	}
	results, err := compare.Run(t.Context(), train, test, models)
	if err != nil {
		t.Fatal(err)
	}
	for i, r := range results {
		// 12 weights, and the head's one factor and bias.
		if r.Name != models[i].Name() || r.Parameters != 14 || r.Accuracy < 0.8 {
			t.Errorf("%+v", r)
		}
	}
	if a, b := results[0].Predictions, results[1].Predictions; len(a) != test.Len() || len(b) != test.Len() {
		t.Errorf("%d and %d predictions for %d samples", len(a), len(b), test.Len())
	}
}
