package synth

import (
	"sync"

	"github.com/qnn-go/qnn/circuits"
)

// CXCost is the least number of CX that a gate of the table on two qubits takes, together with
// any gates on one qubit, unless its angles have special values ([KAK.Count]). It is 0 for
// gates on other numbers of qubits and for matrices.
func CXCost(g circuits.Gate) int { return cxCosts()[g] }

// cxCosts are those of all gates, which are found when one is first asked for.
var cxCosts = sync.OnceValue(func() []int {
	gates := circuits.Gates()
	out := make([]int, len(gates))
	for _, g := range gates {
		if g.Unitary() && g.Spec().Qubits == 2 {
			angles := []float64{0.7391, -1.9137, 2.3713, 0.5119}[:len(g.Spec().Params)] // nothing special
			out[g] = newKAK(circuits.Op{Gate: g}.FullMatrix(angles)).Count(circuits.GateCX)
		}
	}
	return out
})
