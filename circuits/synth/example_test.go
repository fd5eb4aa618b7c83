package synth_test

import (
	"fmt"
	"math/rand/v2"

	"github.com/qnn-go/qnn/circuits"
	"github.com/qnn-go/qnn/circuits/synth"
)

// CX between all pairs of four qubits, written for a line of them.
func Example() {
	all := circuits.New(4)
	for a := range 4 {
		for b := a + 1; b < 4; b++ {
			all.CX(a, b)
		}
	}
	line := []uint64{0b0010, 0b0101, 0b1010, 0b0100} // the neighbours of each place
	inverse := synth.InverseTableau(4, all.Ops, func(q int) int { return q })
	written, ok := synth.Clifford(inverse, line, len(all.Ops), rand.New(rand.NewPCG(0, 0)))
	pairs := 0
	for _, op := range written.Ops {
		if len(op.Qubits) == 2 {
			pairs++
		}
	}
	fmt.Println(ok, pairs, "CZ in place of", len(all.Ops), "CX")
	// Output: true 3 CZ in place of 6 CX
}
