package circuits_test

import (
	"encoding/json"
	"fmt"
	"math"

	"github.com/qnn-go/qnn/circuits"
)

// A circuit with an encoded feature, two trainable weights and an entangling
// gate; its angles are bound late.
func ExampleCircuit() {
	c := circuits.New(2)
	c.RY(circuits.Feature(0), 0).RX(circuits.Weight(0), 0).RX(circuits.Weight(1), 1).CX(0, 1)
	fmt.Println(c.Weights(), "weights,", c.Features(), "feature, depth", c.Depth())

	bound, err := c.Bind([]float64{0.1, 0.2}, []float64{3})
	if err != nil {
		fmt.Println(err)
		return
	}
	text, err := json.Marshal(bound.Ops[1])
	fmt.Println(string(text), err)
	// Output:
	// 2 weights, 1 feature, depth 3
	// {"gate":"rx","qubits":[0],"angles":["0.1"]} <nil>
}

func ExampleCircuit_Validate() {
	fmt.Println(circuits.New(2).H(0).CX(0, 2).Validate())
	// Output:
	// operation 1 (cx): qubit 2 of 2: index out of range
}

// A target without RXX gets H, RZ and CX; the angle stays symbolic.
func ExampleCircuit_Decompose() {
	c := circuits.New(2).RXX(circuits.Weight(0), 0, 1)
	out, err := c.Decompose([]circuits.Gate{circuits.GateH, circuits.GateRZ, circuits.GateCX})
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, op := range out.Ops {
		fmt.Println(op.Gate, op.Angles, op.Qubits)
	}
	// Output:
	// h [] [0]
	// h [] [1]
	// cx [] [0 1]
	// rz [w0] [1]
	// cx [] [0 1]
	// h [] [0]
	// h [] [1]
}

// The angle 2(π−x₀)(π−x₁) of the ZZ feature map.
func ExampleAngle() {
	pi := circuits.Const(math.Pi)
	a := pi.Minus(circuits.Feature(0)).Times(pi.Minus(circuits.Feature(1))).Scale(2)
	fmt.Println(len(a), "terms")
	fmt.Printf("%.3f\n", a.Eval(nil, []float64{math.Pi - 1, math.Pi - 2}))
	// Output:
	// 4 terms
	// 4.000
}

func ExampleParseAngle() {
	a, err := circuits.ParseAngle("2*w0*x1 - 0.5*x0 + 1")
	fmt.Println(a.Eval([]float64{3}, []float64{4, 5}), err)
	// Output:
	// 29 <nil>
}

func ExampleParsePauliSum() {
	s, err := circuits.ParsePauliSum("ZZI + 0.5*XXI")
	fmt.Println(s, "on", s.Qubits(), "qubits", err)
	// Output:
	// Z1*Z2+0.5*X1*X2 on 3 qubits <nil>
}
