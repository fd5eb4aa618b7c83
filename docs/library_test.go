// Package library_test holds the programs of library.md.
package library_test

import (
	"context"
	"fmt"
	"log"
	"math"
	"os"
	"strings"
	"testing"

	"github.com/qnn-go/qnn/circuits"
	"github.com/qnn-go/qnn/circuits/ansatz"
	"github.com/qnn-go/qnn/qnn"
	"github.com/qnn-go/qnn/qnn/dataset"
	"github.com/qnn-go/qnn/qnn/optim"
	"github.com/qnn-go/qnn/qsim"
)

// must stops the program on an error.
func must[T any](v T, err error) T {
	if err != nil {
		log.Fatal(err)
	}
	return v
}

func Example_circuit() {
	c := circuits.New(2)
	c.H(0).RY(circuits.Feature(0), 1).CRX(circuits.Weight(0), 0, 1)
	c.RX(circuits.Weight(1).Times(circuits.Feature(0)), 1).RY(circuits.Weight(0).Scale(2), 0) // weight 0 twice
	observable := must(circuits.ParsePauliSum("Z0*Z1 + 0.5*X0"))
	p := must(qsim.Compile(c, qsim.Options{Observables: []circuits.PauliSum{observable}}))
	gradient := make([]float64, p.Weights())
	value := must(p.ValueAndGradient(context.Background(), gradient, []float64{0.3, -0.2}, []float64{1.1}))
	fmt.Printf("%.4f, by the weights %.4f\n", value, gradient)
	// Output:
	// 0.1486, by the weights [-1.3247 0.0417]
}

func Example_ansatz() {
	brick := func(c *circuits.Circuit, layer int) error {
		for q := range c.Qubits {
			c.RY(circuits.Weight(c.Weights()), q)
		}
		for q := layer % 2; q+1 < c.Qubits; q += 2 {
			c.CZ(q, q+1)
		}
		return nil
	}
	c := must(ansatz.Build(ansatz.Config{Features: 4, Layers: 4, Ansatz: "reuploading", Layer: brick}))
	iris := must(dataset.Load("iris", dataset.Synthetic{}))
	parts := must(dataset.Split(iris, dataset.SplitOptions{Test: 0.2, Seed: 1}))
	train, test := iris.Subset(parts.Train), iris.Subset(parts.Test)
	scale := &dataset.Pipeline{Steps: []dataset.Step{&dataset.MinMax{Hi: math.Pi}}}
	if err := scale.Fit(context.Background(), train); err != nil {
		log.Fatal(err)
	}
	m := must(qnn.New(qnn.Config{Circuit: c, Classes: iris.Classes, Pipeline: scale, Seed: 1}))
	t := qnn.Trainer{Epochs: 30, Optimizer: &optim.Adam{LearningRate: 0.05}}
	if _, err := t.Fit(context.Background(), m, train, nil); err != nil {
		log.Fatal(err)
	}
	predicted := must(m.Predict(context.Background(), test.X))
	right := 0
	for i, class := range predicted {
		if class == test.Y[i] {
			right++
		}
	}
	fmt.Printf("%d of %d right\n", right, test.Len())
	// Output:
	// 29 of 30 right
}

func Example_vqe() {
	energy := must(circuits.ParsePauliSum("-1.0523 + 0.3979*Z0 - 0.3979*Z1 - 0.0113*Z0*Z1 + 0.1809*X0*X1")) // H₂ at 0.735 Å
	c := circuits.New(2).X(0).RY(circuits.Weight(0), 1).CX(1, 0)
	p := must(qsim.Compile(c, qsim.Options{Observables: []circuits.PauliSum{energy}}))
	w, gradient, value := make([]float64, p.Weights()), make([]float64, p.Weights()), 0.0
	o := new(optim.LBFGS)
	for err := error(nil); err == nil; err = o.Step(w, value, gradient) { // until it has converged
		value = must(p.ValueAndGradient(context.Background(), gradient, w, nil))
	}
	fmt.Printf("%.3f hartree\n", value)
	// Output:
	// -1.857 hartree
}

func Example_loop() {
	// dy/dx = −2y, y(0) = 1: the circuit is y, and the loss is how far it is from solving it.
	c := circuits.New(3)
	for layer := range 4 {
		for q := range 3 {
			c.RY(circuits.Feature(0), q).RY(circuits.Weight(6*layer+2*q), q).RZ(circuits.Weight(6*layer+2*q+1), q)
		}
		c.CZ(0, 1).CZ(1, 2)
	}
	p := must(qsim.Compile(c, qsim.Options{Observables: []circuits.PauliSum{circuits.PauliZ(0).Scale(2)}}))
	const h = 1e-3
	var samples [][]float64 // the points x, and on both sides of each for the derivative
	for k := range 11 {
		x := float64(k) / 10
		samples = append(samples, []float64{x - h}, []float64{x}, []float64{x + h})
	}
	y := make([]float64, len(samples))
	w, gradient := make([]float64, p.Weights()), make([]float64, p.Weights())
	for j := range w {
		w[j] = 0.1 * float64(j%7)
	}
	o, loss := &optim.Adam{LearningRate: 0.02}, 0.0
	for range 1000 {
		if err := p.Expect(context.Background(), y, w, samples); err != nil {
			log.Fatal(err)
		}
		loss = 0
		by := make([]float64, len(samples)) // derivatives of the loss by each expectation value
		for k := 1; k < len(samples); k += 3 {
			r := (y[k+1]-y[k-1])/(2*h) + 2*y[k]
			loss += r * r / 11
			by[k-1], by[k], by[k+1] = by[k-1]-r/(11*h), by[k]+4*r/11, by[k+1]+r/(11*h)
		}
		start := y[1] - 1
		loss += 5 * start * start
		by[1] += 10 * start
		clear(gradient)
		err := p.Gradient(context.Background(), qsim.Adjoint, gradient, nil, w, samples, func(i int, _, cotangent []float64) { cotangent[0] = by[i] })
		if err != nil {
			log.Fatal(err)
		}
		if err := o.Step(w, loss, gradient); err != nil {
			log.Fatal(err)
		}
	}
	fmt.Printf("y(1) = %.3f, exactly %.3f\n", y[31], math.Exp(-2))
	// Output:
	// y(1) = 0.136, exactly 0.135
}

func Example_kernel() {
	c := circuits.New(2)
	if err := ansatz.ZZFeatureMap(c, 2, 2, ansatz.Full); err != nil {
		log.Fatal(err)
	}
	p := must(qsim.Compile(c, qsim.Options{}))
	samples := [][]float64{{0.1, 0.2}, {0.2, 0.2}, {2.5, 1.0}}
	states := must(p.NewStates(len(samples)))
	if err := p.States(context.Background(), states, nil, samples); err != nil {
		log.Fatal(err)
	}
	for _, s := range states {
		var row []float64
		for _, t := range states {
			inner := must(s.Inner(t))
			row = append(row, real(inner)*real(inner)+imag(inner)*imag(inner))
		}
		fmt.Printf("%.3f\n", row)
	}
	// Output:
	// [1.000 0.901 0.261]
	// [0.901 1.000 0.119]
	// [0.261 0.119 1.000]
}

// TestPrograms: the programs of library.md are the Examples above.
func TestPrograms(t *testing.T) {
	text, err := os.ReadFile("library.md")
	if err != nil {
		t.Fatal(err)
	}
	source, err := os.ReadFile("library_test.go")
	if err != nil {
		t.Fatal(err)
	}
	blocks := strings.Split(string(text), "```go\n")[1:]
	examples := strings.Split(string(source), "\nfunc Example_")[1:]
	if len(blocks) != len(examples) || len(blocks) < 5 {
		t.Fatalf("%d programs, %d examples", len(blocks), len(examples))
	}
	for i, b := range blocks {
		name, rest, _ := strings.Cut(examples[i], "() {\n")
		body, _, _ := strings.Cut(rest, "\t// Output:")
		got, _, _ := strings.Cut(b, "```")
		want := strings.ReplaceAll("\n"+body, "\n\t", "\n")[1:]
		if got != want {
			t.Errorf("program %d is not Example_%s:\n%s\nwant\n%s", i+1, name, got, want)
		}
	}
}
