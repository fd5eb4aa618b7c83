package qnn_test

import (
	"context"
	"fmt"
	"log"
	"math"
	"os"
	"path/filepath"
	"strings"

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
	trainer := qnn.Trainer{Epochs: 30, Config: optim.Config{LearningRate: 0.1}}
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
