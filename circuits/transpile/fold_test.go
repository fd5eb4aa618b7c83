package transpile_test

import (
	"math"
	"testing"

	"github.com/qnn-go/qnn/circuits"
	"github.com/qnn-go/qnn/circuits/transpile"
)

// TestFold brings angles of RZZ into the range of a device.
func TestFold(t *testing.T) {
	limit := &transpile.Limit{Max: math.Pi / 2}
	target := &transpile.Target{Name: "fractional", Qubits: 2, AllToAll: true, Gates: []transpile.Native{
		{Gate: circuits.GateCX}, {Gate: circuits.GateRZZ, Angle: limit},
	}}
	for i := -64; i <= 64; i++ {
		for _, off := range []float64{0, 1e-14, 0.1, -0.1} {
			c := circuits.New(2).GPhase(circuits.Const(0.3)).RZZ(circuits.Const(float64(i)*math.Pi/8+off), 1, 0).H(0)
			out := transpile.Fold(c, target)
			if n := out.Count()[circuits.GateRZZ]; n > 1 {
				t.Errorf("%s: %d rzz", listing(c), n)
			}
			for _, op := range out.Ops {
				if op.Gate == circuits.GateRZZ {
					if v, ok := op.Angles[0].Const(); !ok || !limit.Allows(v) {
						t.Errorf("%s: angle %v", listing(c), op.Angles[0])
					}
				}
			}
			checkSame(t, "fold", c, out, nil, nil)
		}
	}
	symbolic := circuits.New(2).RZZ(circuits.Weight(0), 0, 1)
	out := transpile.Fold(symbolic, target)
	if got := listing(out); got != "cx[][0 1]; rz[w0][1]; cx[][0 1]; " {
		t.Errorf("a symbol becomes %s", got)
	}
	target.Gates[1].Angle = nil
	if out := transpile.Fold(symbolic, target); out != symbolic {
		t.Errorf("without a limit: %s", listing(out))
	}
}
