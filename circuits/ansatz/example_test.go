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
