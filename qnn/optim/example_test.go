package optim_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"math"

	"github.com/qnn-go/qnn/qnn/optim"
)

// A qubit turned by RX(w₀) and then RY(w₁) has ⟨Z⟩ = cos w₀ · cos w₁; training
// turns it to |1⟩, with a stop and a restart on the way.
func Example() {
	evaluate := func(w, grad []float64) (loss float64) {
		grad[0] = -math.Sin(w[0]) * math.Cos(w[1])
		grad[1] = -math.Cos(w[0]) * math.Sin(w[1])
		return math.Cos(w[0]) * math.Cos(w[1])
	}
	w, grad := []float64{0.5, 0.25}, make([]float64, 2)

	first, err := optim.New("lbfgs", optim.Config{})
	if err != nil {
		fmt.Println(err)
		return
	}
	for range 3 {
		if err := first.Step(w, evaluate(w, grad), grad); err != nil {
			fmt.Println(err)
			return
		}
	}
	checkpoint, err := json.Marshal(first)
	if err != nil {
		fmt.Println(err)
		return
	}

	var second optim.LBFGS
	if err := json.Unmarshal(checkpoint, &second); err != nil {
		fmt.Println(err)
		return
	}
	for err == nil {
		err = second.Step(w, evaluate(w, grad), grad)
	}
	fmt.Println("converged:", errors.Is(err, optim.ErrConverged))
	fmt.Printf("w = (%.4f, %.4f), loss %.6f\n", w[0], math.Abs(w[1]), evaluate(w, grad))

	// Output:
	// converged: true
	// w = (3.1416, 0.0000), loss -1.000000
}

func ExampleNew() {
	_, err := optim.New("adm", optim.Config{})
	fmt.Println(err)

	adam, err := optim.New("adam", optim.Config{LearningRate: 0.5})
	if err != nil {
		fmt.Println(err)
		return
	}
	w, grad := []float64{1}, make([]float64, 1)
	for range 3 {
		grad[0] = w[0] // of the loss w²/2
		if err := adam.Step(w, w[0]*w[0]/2, grad); err != nil {
			fmt.Println(err)
			return
		}
		fmt.Printf("%.4f\n", w[0])
	}

	// Output:
	// "adm": unknown optimizer; did you mean "adam"? (adam, lbfgs, sgd)
	// 0.5000
	// 0.0339
	// -0.3359
}
