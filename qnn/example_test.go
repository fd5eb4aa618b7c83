package qnn_test

import (
	"context"
	"encoding/json"
	"fmt"
	"log"
	"math"
	"os"
	"path/filepath"
	"strings"

	"github.com/qnn-go/qnn/circuits"
	"github.com/qnn-go/qnn/circuits/ansatz"
	"github.com/qnn-go/qnn/circuits/qasm"
	"github.com/qnn-go/qnn/qnn"
	"github.com/qnn-go/qnn/qnn/dataset"
	"github.com/qnn-go/qnn/qnn/metric"
	"github.com/qnn-go/qnn/qnn/optim"
)

// must stops the program on an error.
func must[T any](v T, err error) T {
	if err != nil {
		log.Fatal(err)
	}
	return v
}

// Tell three species of iris apart: train on four flowers in five, measure on the
// others, keep the model, and write its circuit for a quantum computer.
func Example() {
	ctx := context.Background()

	// Data: a fifth is held back. The ranges of the features are learned from the rest.
	iris := must(dataset.Load("iris", dataset.Synthetic{}))
	parts := must(dataset.Split(iris, dataset.SplitOptions{Test: 0.2, Seed: 1}))
	train, test := iris.Subset(parts.Train), iris.Subset(parts.Test)
	angles := &dataset.Pipeline{Steps: []dataset.Step{&dataset.MinMax{Hi: math.Pi}}}
	if err := angles.Fit(ctx, train); err != nil {
		log.Fatal(err)
	}

	// Model: each feature turns a qubit, two layers of weights entangle them, and
	// a linear head reads the class off the four ⟨Z⟩.
	circuit := must(ansatz.Build(ansatz.Config{Features: 4, Encoding: "angle-ry", Ansatz: "strongly-entangling", Layers: 2}))
	model := must(qnn.New(qnn.Config{Circuit: circuit, Classes: iris.Classes, Pipeline: angles, Seed: 1}))

	// Training, with exact gradients.
	trainer := qnn.Trainer{Epochs: 30, Optimizer: &optim.Adam{LearningRate: 0.1}}
	state := must(trainer.Fit(ctx, model, train, nil))

	predicted := must(model.Predict(ctx, test.X))
	fmt.Printf("%d qubits, %d parameters, %d epochs\n", circuit.Qubits, len(model.Parameters), state.Epoch)
	fmt.Printf("accuracy %.2f on %d unseen flowers\n", must(metric.Accuracy(test.Y, predicted)), test.Len())
	fmt.Println("first flower:", model.Classes[int(predicted[0])])

	// The model file holds all that predicting needs; qnn.Read takes it up again.
	dir := must(os.MkdirTemp("", "iris"))
	defer func() { _ = os.RemoveAll(dir) }()
	if err := model.Save(filepath.Join(dir, "model.json")); err != nil {
		log.Fatal(err)
	}

	// The trained circuit as OpenQASM 3: weights are numbers, features are inputs.
	var program strings.Builder
	if err := qasm.Encode(&program, circuit, qasm.Options{Weights: model.Parameters[:model.Weights()]}); err != nil {
		log.Fatal(err)
	}
	fmt.Println(strings.SplitN(program.String(), "\n", 2)[0])

	// Output:
	// 4 qubits, 39 parameters, 30 epochs
	// accuracy 0.97 on 30 unseen flowers
	// first flower: virginica
	// OPENQASM 3.0;
}

// signDescent is an optimiser of a user's own: steps of one size along the signs of the
// derivatives.
type signDescent struct{ Size float64 }

func (s *signDescent) Name() string    { return "sign-descent" }
func (s *signDescent) FullBatch() bool { return false }
func (s *signDescent) Reset()          {}

func (s *signDescent) Step(w []float64, _ float64, grad []float64) error {
	for i, g := range grad {
		w[i] -= math.Copysign(s.Size, g)
	}
	return nil
}

func (s *signDescent) MarshalJSON() ([]byte, error)    { return json.Marshal(s.Size) }
func (s *signDescent) UnmarshalJSON(text []byte) error { return json.Unmarshal(text, &s.Size) }

// absolute is a loss of a user's own: |y − s| of a regression.
type absolute struct{}

func (absolute) Name() string { return "absolute" }

func (absolute) Check(t qnn.Task) error {
	if t != qnn.Regression {
		return fmt.Errorf("absolute loss is for regression: %w", qnn.ErrConfig)
	}
	return nil
}

func (absolute) Evaluate(h qnn.Head, ds, s []float64, y float64) float64 {
	d := s[0] - (y-h.Offset)/h.Scale
	ds[0] = math.Copysign(1, d)
	return math.Abs(d)
}

// A user's own optimiser and loss fit wherever those of this module do.
func ExampleTrainer_own() {
	d, err := dataset.Load("sine", dataset.Synthetic{Samples: 60, Seed: 1})
	if err != nil {
		log.Fatal(err)
	}
	c := circuits.New(2)
	for k := range 3 {
		c.RY(circuits.Feature(0), 0).RY(circuits.Feature(0).Scale(2), 1).CZ(0, 1)
		c.RY(circuits.Weight(2*k), 0).RY(circuits.Weight(2*k+1), 1)
	}
	m, err := qnn.New(qnn.Config{Circuit: c, Seed: 1})
	if err != nil {
		log.Fatal(err)
	}
	t := qnn.Trainer{Epochs: 30, BatchSize: 10, Optimizer: &signDescent{Size: 0.02}, Loss: absolute{}}
	s, err := t.Fit(context.Background(), m, d, nil)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Printf("loss %.1f, then %.1f\n", s.History[0].TrainLoss, s.History[len(s.History)-1].TrainLoss)
	// Output:
	// loss 1.1, then 0.3
}
