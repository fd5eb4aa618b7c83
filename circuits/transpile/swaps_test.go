package transpile_test

import (
	"testing"

	"pgregory.net/rapid"

	"github.com/qnn-go/qnn/circuits"
	"github.com/qnn-go/qnn/circuits/transpile"
)

func TestAbsorb(t *testing.T) {
	w := circuits.Weight(0)
	n := circuits.New
	for _, c := range []struct {
		circuit *circuits.Circuit
		want    string
	}{
		{n(2).CX(0, 1).RZ(w, 1).CX(0, 1).SWAP(1, 0), "cx[][0 1]; rz[w0][1]; cx[][1 0]; cx[][0 1]; "},
		{n(2).CX(0, 1).RX(w, 0).RY(w, 1).SWAP(0, 1), "cx[][1 0]; cx[][0 1]; rx[w0][1]; ry[w0][0]; "},
		{n(2).SWAP(0, 1).RX(w, 0).CX(1, 0), "rx[w0][1]; cx[][1 0]; cx[][0 1]; "},
		{n(3).CX(0, 1).CX(0, 2).SWAP(0, 1), "cx[][0 2]; cx[][1 0]; cx[][0 1]; "},
		{n(3).CX(0, 1).CX(2, 0).SWAP(0, 1), "cx[][0 1]; cx[][2 0]; swap[][0 1]; "},
		{n(2).CX(0, 1).Barrier(0).SWAP(0, 1), "cx[][0 1]; barrier[][0]; swap[][0 1]; "},
	} {
		if got := listing(transpile.Absorb(c.circuit)); got != c.want {
			t.Errorf("%s\nbecomes %s\nwant    %s", listing(c.circuit), got, c.want)
		}
	}
}

func TestAbsorbKeepsState(t *testing.T) {
	absorbed := 0
	rapid.Check(t, func(r *rapid.T) {
		c := drawCircuit(r, 3, 16, true, func(g circuits.Gate) bool {
			return g == circuits.GateSWAP || g == circuits.GateCX || g == circuits.GateRZ || g == circuits.GateRY || g == circuits.GateU
		})
		out := transpile.Absorb(c)
		absorbed += c.Count()[circuits.GateSWAP] - out.Count()[circuits.GateSWAP]
		if before, after := pairCount(t, c, "cx"), pairCount(t, out, "cx"); after > before {
			r.Errorf("%d cx become %d", before, after)
		}
		checkSame(t, "absorb", c, out, testWeights, testFeatures)
	})
	if absorbed < 5 && !testing.Short() { // which draws fewer circuits
		t.Errorf("%d swaps absorbed, the test is too weak", absorbed)
	}
}
