package qsim_test

import (
	"context"
	"fmt"
	"log"
	"math"

	"github.com/qnn-go/qnn/circuits"
	"github.com/qnn-go/qnn/qsim"
)

// The probabilities of a Bell state.
func Example() {
	p, err := qsim.Compile(circuits.New(2).H(0).CX(0, 1), qsim.Options{})
	if err != nil {
		log.Fatal(err)
	}
	probabilities, err := p.Probabilities(context.Background(), nil, nil)
	if err != nil {
		log.Fatal(err)
	}
	for x, v := range probabilities {
		fmt.Printf("|%02b⟩ %.2f\n", x, v)
	}
	// Output:
	// |00⟩ 0.50
	// |01⟩ 0.00
	// |10⟩ 0.00
	// |11⟩ 0.50
}

// The gradient of L = Σ (⟨Z⟩ − y)² over two samples, where ⟨Z⟩ = cos(x₀ + θ₀).
func ExampleProgram_Gradient() {
	c := circuits.New(1).RY(circuits.Feature(0), 0).RY(circuits.Weight(0), 0)
	p, err := qsim.Compile(c, qsim.Options{Observables: []circuits.PauliSum{circuits.PauliZ(0)}})
	if err != nil {
		log.Fatal(err)
	}
	samples, labels := [][]float64{{0}, {math.Pi / 2}}, []float64{1, -1}
	gradient := make([]float64, p.Weights())
	err = p.Gradient(context.Background(), qsim.Adjoint, gradient, nil, []float64{math.Pi / 6}, samples,
		func(i int, expectation, cotangent []float64) {
			cotangent[0] = 2 * (expectation[0] - labels[i])
		})
	if err != nil {
		log.Fatal(err)
	}
	fmt.Printf("%.4f\n", gradient)
	// Output: [-0.7321]
}

// Counts of a qubit that is measured, reset and used again.
func ExampleProgram_Sample() {
	c := circuits.New(1).X(0).Measure(0, 0).Reset(0).Measure(0, 1)
	p, err := qsim.Compile(c, qsim.Options{})
	if err != nil {
		log.Fatal(err)
	}
	counts, err := p.Sample(context.Background(), nil, nil, 100, 1)
	if err != nil {
		log.Fatal(err)
	}
	for _, outcome := range counts.Sorted() {
		fmt.Println(counts.Key(outcome), counts.Outcomes[outcome])
	}
	// Output: 01 100
}
