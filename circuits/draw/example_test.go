package draw_test

import (
	"fmt"
	"os"

	"github.com/qnn-go/qnn/circuits"
	"github.com/qnn-go/qnn/circuits/draw"
)

func ExampleText() {
	c := circuits.New(3).
		RY(circuits.Feature(0), 0).RY(circuits.Feature(1), 1).RY(circuits.Feature(2), 2).
		CX(0, 2).
		RZ(circuits.Weight(0), 1).
		Measure(2, 0)
	if err := draw.Text(os.Stdout, c, nil); err != nil {
		fmt.Println(err)
	}
	// Output:
	// q0: ─RY(x0)─╭●────────
	// q1: ─RY(x1)─│──RZ(w0)─
	// q2: ─RY(x2)─╰⊕─M→c0───
}
