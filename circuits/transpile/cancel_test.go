package transpile_test

import (
	"fmt"
	"math"
	"testing"

	"pgregory.net/rapid"

	"github.com/qnn-go/qnn/circuits"
	"github.com/qnn-go/qnn/circuits/transpile"
)

func TestCancel(t *testing.T) {
	w, x := circuits.Weight(0), circuits.Feature(0)
	n := func(q int) *circuits.Circuit { return circuits.New(q) }
	for _, c := range []struct {
		circuit *circuits.Circuit
		want    string
	}{
		{n(1).H(0).H(0), ""},
		{n(1).I(0).T(0).Tdg(0), ""},
		{n(1).RZ(w, 0).RZ(x, 0).RZ(w, 0), "rz[2*w0+x0][0]; "},
		{n(1).RX(w, 0).RX(w.Scale(-1), 0), ""},
		{n(1).RX(circuits.Const(2*math.Pi), 0), "gphase[3.141592653589793][]; "},
		{n(2).CX(0, 1).RZ(w, 0).X(1).CX(0, 1), "rz[w0][0]; x[][1]; "},
		{n(2).CX(0, 1).RZ(w, 1).CX(0, 1), "cx[][0 1]; rz[w0][1]; cx[][0 1]; "},
		{n(2).CX(0, 1).CX(1, 0).CX(1, 0).CX(0, 1), ""},
		{n(3).CX(0, 1).CX(0, 2).CX(0, 1), "cx[][0 2]; "},
		{n(3).CX(0, 1).CX(2, 1).CX(0, 1), "cx[][2 1]; "},
		{n(3).CX(0, 1).CX(1, 2).CX(0, 1), "cx[][0 1]; cx[][1 2]; cx[][0 1]; "},
		{n(2).CZ(0, 1).RZZ(w, 0, 1).CZ(1, 0), "rzz[w0][0 1]; "},
		{n(2).H(0).CZ(0, 1).RZ(w, 1).CZ(1, 0).H(0), "rz[w0][1]; "},
		{n(2).CP(circuits.Const(1), 0, 1).CP(circuits.Const(math.Pi-1), 1, 0), "cz[][1 0]; "},
		{n(3).RZZ(w, 0, 1).RZZ(x, 1, 2).RZZ(w, 1, 0), "rzz[x0][1 2]; rzz[2*w0][1 0]; "},
		{n(2).CRX(circuits.Const(2*math.Pi), 0, 1), "crx[6.283185307179586][0 1]; "},
		{n(2).CRX(circuits.Const(2*math.Pi), 0, 1).CRX(circuits.Const(-2*math.Pi), 0, 1), ""},
		{n(2).CRY(circuits.Const(math.Pi), 0, 1).CRY(circuits.Const(math.Pi), 0, 1), "cry[6.283185307179586][0 1]; "},
		{n(2).CRZ(circuits.Const(math.Pi), 0, 1).CRZ(circuits.Const(math.Pi), 0, 1), "crz[6.283185307179586][0 1]; "},
		{n(2).RXX(circuits.Const(math.Pi), 0, 1), "x[][0]; x[][1]; gphase[-1.5707963267948966][]; "},
		{n(2).SWAP(0, 1).SWAP(1, 0), ""},
		{n(2).H(0).Barrier(0).H(0), "h[][0]; barrier[][0]; h[][0]; "},
		{n(2).CZ(0, 1).Barrier(1).CZ(0, 1), "cz[][0 1]; barrier[][1]; cz[][0 1]; "},
		{n(1).X(0).Reset(0).X(0), "x[][0]; reset[][0]; x[][0]; "},
		{n(3).CCX(0, 1, 2).T(0).CCX(1, 0, 2), "t[][0]; "},
	} {
		out := transpile.Cancel(c.circuit, false)
		if got := listing(out); got != c.want {
			t.Errorf("%s\nbecomes %s\nwant    %s", listing(c.circuit), got, c.want)
		}
	}
}

// TestCancelKeepsState draws circuits of few kinds of gates, so that much cancels.
func TestCancelKeepsState(t *testing.T) {
	removed := 0
	rapid.Check(t, func(r *rapid.T) {
		var kinds [3]circuits.Gate
		for i := range kinds {
			kinds[i] = circuits.Gate(rapid.IntRange(0, int(circuits.GateCSWAP)).Draw(r, "kind"))
		}
		c := drawCircuit(r, 3, 24, rapid.Bool().Draw(r, "symbols"), func(g circuits.Gate) bool {
			return g == kinds[0] || g == kinds[1] || g == kinds[2] || g == circuits.GateCX || g == circuits.GateRZ
		})
		out := transpile.Cancel(c, false)
		removed += len(c.Ops) - len(out.Ops)
		checkSame(t, "cancel", c, out, testWeights, testFeatures)
	})
	if removed < 10 && !testing.Short() { // which draws fewer circuits
		t.Errorf("%d gates removed, the test is too weak", removed)
	}
}

// TestCancelDrops checks what goes when results alone count.
func TestCancelDrops(t *testing.T) {
	w := circuits.Weight(0)
	for _, c := range []struct {
		circuit *circuits.Circuit
		want    string
	}{
		{circuits.New(2).H(0).CZ(0, 1).RZ(w, 0).Measure(0, 0).Measure(1, 1), "h[][0]; measure[][0]; measure[][1]; "},
		{circuits.New(2).H(0).CX(0, 1).Measure(0, 0), "h[][0]; measure[][0]; "},
		{circuits.New(2).H(0).CX(0, 1).Measure(1, 0), "h[][0]; cx[][0 1]; measure[][1]; "},
		{circuits.New(3).RY(w, 0).CX(0, 1).RY(w, 2).CX(1, 2).Measure(0, 0), "ry[w0][0]; measure[][0]; "},
		{circuits.New(2).H(0).CZ(0, 1).Barrier(0).Measure(0, 0).Measure(1, 1), "h[][0]; cz[][0 1]; barrier[][0]; measure[][0]; measure[][1]; "},
		{circuits.New(1).H(0).Measure(0, 0).H(0).Reset(0).H(0), "h[][0]; measure[][0]; reset[][0]; "},
		{circuits.New(2).H(0).CZ(0, 1), "h[][0]; cz[][0 1]; "},
	} {
		if got := listing(transpile.Cancel(c.circuit, true)); got != c.want {
			t.Errorf("%s\nbecomes %s\nwant    %s", listing(c.circuit), got, c.want)
		}
	}
}

// TestCancelDropKeepsResults compares the probabilities of what is measured at the end.
func TestCancelDropKeepsResults(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		c := drawCircuit(r, 3, 14, false, func(circuits.Gate) bool { return true })
		bits := rapid.IntRange(1, 3).Draw(r, "bits")
		full := c.Clone()
		for q := range bits {
			full.Measure(q, q)
		}
		out := transpile.Cancel(full, true)
		for len(out.Ops) > 0 && !out.Ops[len(out.Ops)-1].Gate.Unitary() {
			out.Ops = out.Ops[:len(out.Ops)-1]
		}
		for i := 0; i < len(out.Ops); i++ {
			if out.Ops[i].Gate == circuits.GateMeasure {
				out.Ops = append(out.Ops[:i], out.Ops[i+1:]...)
				i--
			}
		}
		want, got := scrambled(t, c, nil, nil), scrambled(t, out, nil, nil)
		for k := range 1 << bits {
			p := 0.0
			for i := k; i < len(want); i += 1 << bits {
				p += real(want[i])*real(want[i]) + imag(want[i])*imag(want[i])
				p -= real(got[i])*real(got[i]) + imag(got[i])*imag(got[i])
			}
			if !(math.Abs(p) <= 1e-9) {
				r.Fatalf("probability of %b differs by %g: %s and %s", k, p, listing(full), listing(out))
			}
		}
	})
}

// TestConditionsAreFences checks that nothing moves past an operation with a condition, and
// that it stays; oneQubit writes it in pulses, which TestDynamic runs.
func TestConditionsAreFences(t *testing.T) {
	one := circuits.BitIs(0, true)
	for _, g := range []circuits.Gate{circuits.GateH, circuits.GateX, circuits.GateZ, circuits.GateSX} {
		c := circuits.New(1)
		c.Measure(0, 0)
		for i := range 3 {
			c.Append(g, nil, 0)
			if i == 1 {
				c.Ops[len(c.Ops)-1].If = &one
			}
		}
		c.Measure(0, 0)
		target := &transpile.Target{Name: "all", Qubits: 1, Gates: natives(circuits.GateRZ, circuits.GateSX, circuits.GateX, circuits.GateCX)}
		for name, out := range map[string]*circuits.Circuit{
			"cancel": transpile.Cancel(c, true), "blocks": transpile.Blocks(c, target, true),
			"absorb": transpile.Absorb(c),
		} {
			at := 0
			for i, op := range out.Ops {
				if op.If != nil {
					at = i
				}
			}
			if out.Ops[at].Gate != g || at < 2 || out.Ops[at-1].Gate == circuits.GateMeasure {
				t.Errorf("%s of %v: %s", name, g, listing(out))
			}
		}
	}
}

func BenchmarkCancel(b *testing.B) {
	c := layers(20, 100_000, false)
	b.Run(fmt.Sprintf("gates=%d", len(c.Ops)), func(b *testing.B) {
		for b.Loop() {
			transpile.Cancel(c, true)
		}
	})
}
