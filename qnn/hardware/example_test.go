package hardware_test

import (
	"context"
	"fmt"
	"log"
	"strings"

	"github.com/qnn-go/qnn/circuits"
	"github.com/qnn-go/qnn/circuits/qpu"
	"github.com/qnn-go/qnn/circuits/transpile"
	"github.com/qnn-go/qnn/qnn"
	"github.com/qnn-go/qnn/qnn/hardware"
)

// What a device measured takes the place of a simulator.
func Example() {
	ctx := context.Background()
	model, err := qnn.New(qnn.Config{Circuit: circuits.New(1).RY(circuits.Feature(0), 0), Classes: []string{"left", "right"}})
	if err != nil {
		log.Fatal(err)
	}
	job := &qpu.Job{
		Circuit: model.Circuit, Observables: model.Observables, Shots: 100, Model: strings.Repeat("0", 64),
		Samples: []qpu.Sample{{Features: []float64{0.2}}, {Row: 1, Features: []float64{2.8}}},
	}
	c, err := qpu.Compile(ctx, job, nil, transpile.Options{})
	if err != nil {
		log.Fatal(err)
	}
	measured, err := hardware.New(c.Manifest, model, []*qpu.Result{
		{Shots: 100, Outcomes: []qpu.Outcome{{Bits: "0", Probability: 0.96}, {Bits: "1", Probability: 0.04}}},
		{Shots: 100, Outcomes: []qpu.Outcome{{Bits: "0", Probability: 0.05}, {Bits: "1", Probability: 0.95}}},
	})
	if err != nil {
		log.Fatal(err)
	}
	e, err := measured.Evaluate(ctx, model)
	if err != nil {
		log.Fatal(err)
	}
	for i, p := range e.Predictions {
		z := e.Values[i][0]
		fmt.Printf("%s: <Z0> = %.2f [%.2f, %.2f], ideally %.2f\n", model.Classes[int(p)], z.Value, z.Low, z.High, z.Ideal)
	}
	// Output:
	// left: <Z0> = 0.92 [0.80, 0.97], ideally 0.98
	// right: <Z0> = -0.90 [-0.96, -0.78], ideally -0.94
}
