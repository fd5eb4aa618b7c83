package synth

import (
	"math/rand/v2"
	"testing"

	"github.com/qnn-go/qnn/circuits"
)

func line(n int) []uint64 {
	out := make([]uint64, n)
	for q := range n {
		if q > 0 {
			out[q] |= 1 << (q - 1)
		}
		if q+1 < n {
			out[q] |= 1 << (q + 1)
		}
	}
	return out
}

// TestCliffordOnLine pins what layers of entanglement take on a line: a full layer of CX
// is the linear map y_j = x_j + x_{j−1}, and a full layer of CZ a ladder of parities
// up and down, also where they are written by ECR or iSWAP.
func TestCliffordOnLine(t *testing.T) {
	for _, n := range []int{3, 4, 5, 8, 12, 20} {
		cx, cz, ecr, iswap := circuits.New(n), circuits.New(n), circuits.New(n), circuits.New(n)
		for i := range n {
			for j := i + 1; j < n; j++ {
				cx.CX(i, j)
				cz.CZ(i, j)
				ecr.Sdg(i).SXdg(j).ECR(i, j).X(i)
				iswap.Sdg(i).Sdg(j).ISWAP(i, j).SWAP(i, j)
			}
		}
		for _, tt := range []struct {
			name string
			c    *circuits.Circuit
			want int
		}{{"cx", cx, n - 1}, {"cz", cz, 2*n - 3}, {"cx by ecr", ecr, n - 1}, {"cz by iswap", iswap, 2*n - 3}} {
			table := InverseTableau(n, tt.c.Ops, func(q int) int { return q })
			written, ok := Clifford(table, line(n), 1000, rand.New(rand.NewPCG(0, 0)))
			got := 0
			for _, op := range written.Ops {
				if op.Gate == circuits.GateCZ {
					got++
				}
			}
			if !ok || got != tt.want {
				t.Errorf("full %s on %d qubits: %d gates, want %d", tt.name, n, got, tt.want)
			}
			for limit, fits := range map[int]bool{tt.want: true, tt.want - 1: false} {
				if _, ok := Clifford(table, line(n), limit, rand.New(rand.NewPCG(0, 0))); ok != fits {
					t.Errorf("full %s on %d qubits in at most %d gates: %v", tt.name, n, limit, ok)
				}
			}
		}
	}
}
