package ansatz_test

import (
	"fmt"

	"github.com/qnn-go/qnn/circuits"
	"github.com/qnn-go/qnn/circuits/ansatz"
)

func Example() {
	c := circuits.New(2)
	if err := ansatz.Angle(c, 2, circuits.GateRY); err != nil {
		fmt.Println(err)
		return
	}
	if err := ansatz.RealAmplitudes(c, 1, ansatz.Linear); err != nil {
		fmt.Println(err)
		return
	}
	for _, op := range c.Ops {
		fmt.Println(op.Gate, op.Qubits, op.Angles)
	}
	// Output:
	// ry [0] [x0]
	// ry [1] [x1]
	// ry [0] [w0]
	// ry [1] [w1]
	// cx [0 1] []
	// ry [0] [w2]
	// ry [1] [w3]
}

func ExampleBuild() {
	c, err := ansatz.Build(ansatz.Config{Features: 4, Ansatz: "reuploading", Layers: 5})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(c.Qubits, "qubits,", c.Weights(), "weights, depth", c.Depth())

	_, err = ansatz.Build(ansatz.Config{Features: 4, Encoding: "amplitud"})
	fmt.Println(err)
	// Output:
	// 4 qubits, 60 weights, depth 36
	// "amplitud": unknown encoding; did you mean "amplitude"? (angle-rx, angle-ry, angle-rz, amplitude, iqp, z, zz)
}

// A layer of one's own, with the encoding before each.
func ExampleConfig_layer() {
	ladder := func(c *circuits.Circuit, l int) error {
		for q := range c.Qubits {
			c.RY(circuits.Weight(c.Weights()), q)
		}
		for q := l % 2; q+1 < c.Qubits; q += 2 { // even pairs, then odd ones
			c.CZ(q, q+1)
		}
		return nil
	}
	c, err := ansatz.Build(ansatz.Config{Features: 4, Layers: 3, Ansatz: "reuploading", Layer: ladder})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(c.Weights(), "weights,", c.Count()[circuits.GateRY], "RY,", c.Count()[circuits.GateCZ], "CZ")
	// Output:
	// 12 weights, 24 RY, 5 CZ
}
