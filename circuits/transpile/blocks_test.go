package transpile_test

import (
	"fmt"
	"math/cmplx"
	"testing"

	"pgregory.net/rapid"

	"github.com/qnn-go/qnn/circuits"
	"github.com/qnn-go/qnn/circuits/transpile"
)

// pairBases are targets for each gate on two qubits.
var pairBases = map[string][]transpile.Native{
	"cx":     natives(circuits.GateU, circuits.GateCX),
	"cz":     natives(circuits.GateRZ, circuits.GateSX, circuits.GateCZ),
	"ecr":    natives(circuits.GateRZ, circuits.GateSX, circuits.GateECR),
	"rzz":    natives(circuits.GateGPi, circuits.GateGPi2, circuits.GateRZZ),
	"iswap":  natives(circuits.GateRZ, circuits.GateSX, circuits.GateISWAP),
	"cz rzz": natives(circuits.GateRZ, circuits.GateSX, circuits.GateCZ, circuits.GateRZZ),
}

func pairTarget(name string) *transpile.Target {
	return &transpile.Target{Name: name, Qubits: 4, AllToAll: true, Gates: pairBases[name]}
}

// pairCount counts gates on two qubits after writing the circuit in the target's.
func pairCount(t testing.TB, c *circuits.Circuit, name string) int {
	t.Helper()
	var basis []circuits.Gate
	for _, n := range pairBases[name] {
		basis = append(basis, n.Gate)
	}
	out, err := c.Decompose(basis)
	if err != nil {
		t.Fatal(err)
	}
	n := 0
	for _, op := range out.Ops {
		if op.Gate.Unitary() && len(op.Qubits) == 2 {
			n++
		}
	}
	return n
}

// TestBlocksCounts checks numbers of gates that the theory gives.
func TestBlocksCounts(t *testing.T) {
	a, b := circuits.Const(0.7), circuits.Const(0.4)
	n := circuits.New
	for _, c := range []struct {
		name         string
		circuit      *circuits.Circuit
		cx, rzz      int
		startCX      int // from |0…0⟩
		startRZZ     int
		mixed, start int // of cz and rzz
		iswap        [2]int
	}{
		{"local", n(2).CX(0, 1).CX(0, 1), 0, 0, 0, 0, 0, 0, [2]int{0, 0}},
		{"rzz", n(2).H(0).H(1).RZZ(a, 0, 1), 2, 1, 1, 1, 1, 1, [2]int{2, 1}},
		{"quarter", n(2).H(0).H(1).RZZ(circuits.Const(1.5707963267948966), 0, 1), 1, 1, 1, 1, 1, 1, [2]int{2, 1}},
		{"swap", n(2).RY(a, 0).RY(b, 1).SWAP(0, 1), 3, 3, 0, 0, 3, 0, [2]int{3, 0}},
		{"swap cx", n(2).RY(a, 0).RY(b, 1).SWAP(0, 1).CX(0, 1), 2, 2, 1, 1, 2, 1, [2]int{1, 1}},
		{"swap rzz", n(2).RY(a, 0).RY(b, 1).SWAP(0, 1).RZ(a, 0).RZZ(a, 1, 0), 3, 3, 1, 1, 3, 1, [2]int{3, 1}},
		{"three cx", n(2).RY(b, 0).CX(0, 1).RY(a, 0).RZ(a, 1).CX(0, 1).RY(b, 0).RZ(b, 1).CX(0, 1), 3, 3, 1, 1, 3, 1, [2]int{3, 1}},
		{"four cx", n(2).RY(a, 0).CX(0, 1).RY(a, 0).RZ(a, 1).CX(0, 1).RY(b, 0).RZ(b, 1).CX(0, 1).RY(a, 1).RX(a, 0).CX(0, 1), 3, 3, 1, 1, 3, 1, [2]int{3, 1}},
		{"swap in |0⟩", n(3).RY(a, 0).CX(0, 1).SWAP(1, 2), 4, 4, 3, 3, 4, 3, [2]int{5, 2}},
	} {
		for _, x := range []struct {
			target string
			want   [2]int
		}{
			{"cx", [2]int{c.cx, c.startCX}},
			{"cz", [2]int{c.cx, c.startCX}},
			{"ecr", [2]int{c.cx, c.startCX}},
			{"rzz", [2]int{c.rzz, c.startRZZ}},
			{"cz rzz", [2]int{c.mixed, c.start}},
			{"iswap", c.iswap},
		} {
			for i, want := range x.want {
				out := transpile.Blocks(c.circuit, pairTarget(x.target), i == 1)
				if got := pairCount(t, out, x.target); got != want {
					t.Errorf("%s in %s, start %v: %d, want %d: %s", c.name, x.target, i == 1, got, want, listing(out))
				}
			}
		}
	}
}

// TestBlocksKeepState resynthesizes random circuits: the same matrix, or with start the
// same state, in no more gates on two qubits than before.
func TestBlocksKeepState(t *testing.T) {
	for name := range pairBases {
		target := pairTarget(name)
		t.Run(name, func(t *testing.T) {
			saved := 0
			rapid.Check(t, func(r *rapid.T) {
				c := drawCircuit(r, 3, 20, rapid.Bool().Draw(r, "symbols"), func(g circuits.Gate) bool { return g != circuits.GateCCZ })
				out := transpile.Blocks(c, target, false)
				checkSame(t, name, c, out, testWeights, testFeatures)
				start := transpile.Blocks(c, target, true)
				want, got := ground(t, c), ground(t, start)
				for i := range want {
					if !(cmplx.Abs(want[i]-got[i]) <= 1e-9) {
						r.Fatalf("amplitude %d is %v, want %v\nof  %s\ngot %s", i, got[i], want[i], listing(c), listing(start))
					}
				}
				before, after, least := pairCount(t, c, name), pairCount(t, out, name), pairCount(t, start, name)
				if after > before || least > after {
					r.Errorf("%d gates on two qubits become %d and %d", before, after, least)
				}
				saved += before - least
			})
			if saved < 10 && !testing.Short() { // which draws fewer circuits
				t.Errorf("saves %d gates, the test is too weak", saved)
			}
		})
	}
}

// ground is the state that c makes of |0…0⟩.
func ground(t testing.TB, c *circuits.Circuit) []complex128 {
	t.Helper()
	bound, err := c.Bind(testWeights, testFeatures)
	if err != nil {
		t.Fatal(err)
	}
	return amplitudes(t, bound, nil)
}

func BenchmarkBlocks(b *testing.B) {
	c := layers(20, 100_000, false)
	for q := range 19 {
		c.SWAP(q, q+1)
	}
	b.Run(fmt.Sprintf("gates=%d", len(c.Ops)), func(b *testing.B) {
		for b.Loop() {
			transpile.Blocks(c, pairTarget("cz"), true)
		}
	})
}
