package qasm_test

import (
	"fmt"
	"os"
	"strings"

	"github.com/qnn-go/qnn/circuits"
	"github.com/qnn-go/qnn/circuits/qasm"
)

// A trained model keeps its feature as an input of the program.
func ExampleEncode() {
	c := circuits.New(2)
	c.RY(circuits.Feature(0), 0).RZZ(circuits.Weight(0).Scale(2), 0, 1).RX(circuits.Weight(1), 1).MeasureAll()
	err := qasm.Encode(os.Stdout, c, qasm.Options{Weights: []float64{0.25, -3}})
	if err != nil {
		fmt.Println(err)
	}
	// Output:
	// OPENQASM 3.0;
	// include "stdgates.inc";
	// input float[64] x_000;
	// qubit[2] q;
	// bit[2] c;
	// ry(x_000) q[0];
	// cx q[0], q[1];
	// rz(0.5) q[1];
	// cx q[0], q[1];
	// rx(-3.0) q[1];
	// c[0] = measure q[0];
	// c[1] = measure q[1];
}

// OpenQASM 2 holds numbers only.
func ExampleEncode_openQASM2() {
	c := circuits.New(1).SX(0).P(circuits.Weight(0), 0)
	fmt.Println(qasm.Encode(os.Stdout, c, qasm.Options{Dialect: qasm.OpenQASM2}))
	fmt.Println(qasm.Encode(os.Stdout, c, qasm.Options{Dialect: qasm.OpenQASM2, Weights: []float64{1}}))
	// Output:
	// operation 1 (p): openqasm2 holds numbers only, bind w0 by circuits.Circuit.Bind or qasm.Options: angle is not bound to a number
	// OPENQASM 2.0;
	// include "qelib1.inc";
	// qreg q[1];
	// rx(1.5707963267948966) q[0];
	// u1(1.0) q[0];
	// // a global phase of 0.7853981633974483 is left out: OpenQASM 2 has no statement for it
	// <nil>
}

// A program of one's own gates, a loop and an input. Weight 0 of the circuit is
// the input theta.
func ExampleDecode() {
	const program = `OPENQASM 3.0;
include "stdgates.inc";
input float theta;
qubit[3] q;
bit[3] c;
gate layer(a) x, y { ry(a) x; cx x, y; }
for int i in [0:1] { layer(theta * (i + 1)) q[i], q[i + 1]; }
c = measure q;
`
	d, err := qasm.Decode(strings.NewReader(program), qasm.DecodeOptions{})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(d.Inputs)
	for _, op := range d.Circuit.Ops {
		fmt.Println(op.Gate, op.Angles, op.Qubits)
	}

	_, err = qasm.Decode(strings.NewReader("qubit[3] q;\nh q[3];"), qasm.DecodeOptions{})
	fmt.Println(err)
	// Output:
	// [theta]
	// ry [w0] [0]
	// cx [] [0 1]
	// ry [2*w0] [1]
	// cx [] [1 2]
	// measure [] [0]
	// measure [] [1]
	// measure [] [2]
	// line 2:5: index 3 of a register of 3: index out of range
	// 	h q[3];
	// 	    ^
}
