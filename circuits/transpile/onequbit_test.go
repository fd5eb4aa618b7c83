package transpile_test

import (
	"fmt"
	"math"
	"math/cmplx"
	"math/rand/v2"
	"testing"

	"pgregory.net/rapid"

	"github.com/qnn-go/qnn/circuits"
	"github.com/qnn-go/qnn/circuits/transpile"
	"github.com/qnn-go/qnn/qsim"
)

// oneQubitBases are targets for each way to turn a qubit, and the most gates that a run
// without symbols takes on each.
var oneQubitBases = []struct {
	name  string
	gates []transpile.Native
	most  int
}{
	{"u", natives(circuits.GateU, circuits.GateCX), 1},
	{"u rz", natives(circuits.GateU, circuits.GateRZ, circuits.GateCX), 1},
	{"rz ry", natives(circuits.GateRZ, circuits.GateRY, circuits.GateCX), 3},
	{"rz rx", natives(circuits.GateRZ, circuits.GateRX, circuits.GateCZ), 3},
	{"rz sx", natives(circuits.GateRZ, circuits.GateSX, circuits.GateCZ), 5},
	{"rz sx x", natives(circuits.GateI, circuits.GateRZ, circuits.GateSX, circuits.GateX, circuits.GateCZ), 5},
	{"rz sx x rx", natives(circuits.GateRZ, circuits.GateSX, circuits.GateX, circuits.GateRX, circuits.GateCZ), 3},
	{"rz rx quarters", append(natives(circuits.GateRZ, circuits.GateCZ), transpile.Native{
		Gate: circuits.GateRX, Angle: &transpile.Limit{Values: []float64{math.Pi / 2, -math.Pi / 2, math.Pi, -math.Pi}},
	}), 5},
	{"r", natives(circuits.GateR, circuits.GateCZ), 2},
	{"gpi", natives(circuits.GateGPi, circuits.GateGPi2, circuits.GateRZZ), 4},
	{"portable", natives(circuits.GateX, circuits.GateY, circuits.GateZ, circuits.GateH, circuits.GateS, circuits.GateSdg, circuits.GateT,
		circuits.GateTdg, circuits.GateRX, circuits.GateRY, circuits.GateRZ, circuits.GateCX), 3},
}

func natives(gates ...circuits.Gate) []transpile.Native {
	var out []transpile.Native
	for _, g := range gates {
		out = append(out, transpile.Native{Gate: g})
	}
	return out
}

// scrambled runs c on a random state of its qubits.
func scrambled(t testing.TB, c *circuits.Circuit, weights, features []float64) []complex128 {
	t.Helper()
	rng := rand.New(rand.NewPCG(5, 5))
	all := circuits.New(c.Qubits)
	for range 3 {
		for q := range c.Qubits {
			all.U(circuits.Const(3*rng.Float64()), circuits.Const(6*rng.Float64()), circuits.Const(6*rng.Float64()), q)
		}
		for q := range c.Qubits - 1 {
			all.RXX(circuits.Const(rng.Float64()), q, q+1)
		}
	}
	all.Concat(c)
	weights, features = weights[:min(len(weights), all.Weights())], features[:min(len(features), all.Features())]
	p, err := qsim.Compile(all, qsim.Options{})
	if err != nil {
		t.Fatal(err)
	}
	s, err := qsim.NewState(c.Qubits)
	if err != nil {
		t.Fatal(err)
	}
	if err := p.Run(t.Context(), s, weights, features); err != nil {
		t.Fatal(err)
	}
	return s.Amplitudes()
}

// checkSame fails unless a and b act alike, phase included.
func checkSame(t testing.TB, name string, a, b *circuits.Circuit, weights, features []float64) {
	t.Helper()
	x, y := scrambled(t, a, weights, features), scrambled(t, b, weights, features)
	for i := range x {
		if !(cmplx.Abs(x[i]-y[i]) <= 1e-9) {
			t.Fatalf("%s: amplitude %d is %v, want %v\nof  %v\ngot %v", name, i, y[i], x[i], listing(a), listing(b))
		}
	}
}

func listing(c *circuits.Circuit) string {
	s := ""
	for _, op := range c.Ops {
		s += fmt.Sprintf("%v%v%v; ", op.Gate, op.Angles, op.Qubits)
	}
	return s
}

// drawAngle is a special or any number, or has symbols.
func drawAngle(t *rapid.T, symbols bool) circuits.Angle {
	kinds := 2
	if symbols {
		kinds = 5
	}
	special := circuits.Const(float64(rapid.IntRange(-8, 8).Draw(t, "quarters")) * math.Pi / 4)
	w := circuits.Weight(rapid.IntRange(0, 2).Draw(t, "weight"))
	switch rapid.IntRange(0, kinds-1).Draw(t, "kind") {
	case 0:
		return special
	case 1:
		return circuits.Const(rapid.Float64Range(-7, 7).Draw(t, "angle"))
	case 2:
		return w
	case 3:
		return w.Scale(-1).Plus(special)
	default:
		return w.Times(circuits.Feature(0)).Plus(special)
	}
}

// drawCircuit is a circuit on n qubits of the gates for which ok.
func drawCircuit(t *rapid.T, n, most int, symbols bool, ok func(circuits.Gate) bool) *circuits.Circuit {
	var table []circuits.Gate
	for _, g := range circuits.Gates() {
		if q := g.Spec().Qubits; g.Unitary() && q >= 0 && q <= n && ok(g) {
			table = append(table, g)
		}
	}
	c := circuits.New(n)
	for range rapid.IntRange(0, most).Draw(t, "ops") {
		g := rapid.SampledFrom(table).Draw(t, "gate")
		var angles []circuits.Angle
		for range g.Spec().Params {
			angles = append(angles, drawAngle(t, symbols))
		}
		qubits := rapid.Permutation([]int{0, 1, 2, 3}[:n]).Draw(t, "qubits")
		c.Append(g, angles, qubits[:g.Spec().Qubits]...)
	}
	return c
}

var (
	testWeights  = []float64{0.3, -1.7, 2.9}
	testFeatures = []float64{0.8}
)

// TestOneQubitKeepsState fuses random circuits in every basis, with and without symbols.
func TestOneQubitKeepsState(t *testing.T) {
	for _, b := range oneQubitBases {
		target := &transpile.Target{Name: b.name, Qubits: 3, AllToAll: true, Gates: b.gates}
		t.Run(b.name, func(t *testing.T) {
			rapid.Check(t, func(r *rapid.T) {
				c := drawCircuit(r, 3, 14, rapid.Bool().Draw(r, "symbols"), func(circuits.Gate) bool { return true })
				out := transpile.OneQubit(c, target, false)
				for _, op := range out.Ops {
					if op.Gate.Unitary() && len(op.Qubits) == 1 {
						checkAllowed(t, target, op)
					}
				}
				checkSame(t, b.name, c, out, testWeights, testFeatures)
			})
		})
	}
}

func checkAllowed(t testing.TB, target *transpile.Target, op circuits.Op) {
	t.Helper()
	for _, n := range target.Gates {
		if n.Gate != op.Gate {
			continue
		}
		if n.Angle != nil {
			if v, ok := op.Angles[0].Const(); !ok || !n.Angle.Allows(v) {
				t.Errorf("%s: angle %v of %v", target.Name, op.Angles[0], op.Gate)
			}
		}
		return
	}
	t.Errorf("%s: has no %v", target.Name, op.Gate)
}

// TestOneQubitLength bounds what runs become: any gates without symbols, and the figures
// of one gate that are known, in gates that are not RZ.
func TestOneQubitLength(t *testing.T) {
	for _, b := range oneQubitBases {
		target := &transpile.Target{Name: b.name, Qubits: 1, Gates: b.gates}
		rapid.Check(t, func(r *rapid.T) {
			c := drawCircuit(r, 1, 12, false, func(g circuits.Gate) bool { return g.Spec().Qubits == 1 })
			n := 0
			for _, op := range transpile.OneQubit(c, target, false).Ops {
				if op.Gate != circuits.GateGPhase {
					n++
				}
			}
			if n > b.most {
				r.Errorf("%s: %d gates, at most %d", b.name, n, b.most)
			}
		})
	}
	w, x := circuits.Weight(0), circuits.Feature(0)
	heron := &transpile.Target{Name: "heron", Qubits: 1, Gates: oneQubitBases[5].gates}
	for _, c := range []struct {
		name    string
		circuit *circuits.Circuit
		want    string
	}{
		{"h", circuits.New(1).H(0), "rz sx rz"},
		{"h z h", circuits.New(1).H(0).Z(0).H(0), "x"},
		{"identity", circuits.New(1).H(0).H(0), ""},
		{"s s", circuits.New(1).S(0).S(0), "rz"},
		{"rx(π/2)", circuits.New(1).RX(circuits.Const(math.Pi/2), 0), "sx"},
		{"ry", circuits.New(1).RY(w, 0), "sx rz sx rz"},
		{"rz rz", circuits.New(1).RZ(w, 0).RZ(x, 0), "rz"},
		{"rz −rz", circuits.New(1).RZ(w, 0).RZ(w.Scale(-1), 0), ""},
		{"ry ry", circuits.New(1).RY(w, 0).RY(x, 0), "sx rz sx rz"},
		{"rx rx", circuits.New(1).RX(w, 0).RX(x, 0), "rz sx rz sx rz"},
		{"h rz h", circuits.New(1).H(0).RZ(w, 0).H(0), "rz sx rz sx rz"},
		{"h rx", circuits.New(1).H(0).RX(w, 0), "rz sx rz"},
		{"h ry", circuits.New(1).H(0).RY(w, 0), "sx rz sx"},
		{"x ry", circuits.New(1).X(0).RY(w, 0), "sx rz sx"},
		{"u", circuits.New(1).U(w, x, w, 0), "rz sx rz sx rz"},
	} {
		got := ""
		for _, op := range transpile.OneQubit(c.circuit, heron, false).Ops {
			if op.Gate != circuits.GateGPhase {
				got += " " + op.Gate.String()
			}
		}
		if got != "" {
			got = got[1:]
		}
		if got != c.want {
			t.Errorf("%s becomes %q, want %q", c.name, got, c.want)
		}
	}
}

// TestOneQubitDrops checks that an RZ goes before measurements only where asked.
func TestOneQubitDrops(t *testing.T) {
	c := circuits.New(2).CZ(0, 1).RZ(circuits.Weight(0), 0).CZ(0, 1)
	c.Measure(0, 0).Measure(1, 1)
	for _, b := range oneQubitBases {
		target := &transpile.Target{Name: b.name, Qubits: 2, AllToAll: true, Gates: b.gates}
		if out := transpile.OneQubit(c, target, true); len(out.Ops) != 4 {
			t.Errorf("%s: %s, want the RZ dropped", b.name, listing(out))
		}
		if out := transpile.OneQubit(c, target, false); len(out.Ops) < 5 {
			t.Errorf("%s: %s, want the RZ kept", b.name, listing(out))
		}
	}
}

func BenchmarkOneQubit(b *testing.B) {
	target := &transpile.Target{Name: "heron", Qubits: 20, Gates: oneQubitBases[5].gates}
	for _, symbols := range []bool{false, true} {
		c := layers(20, 100_000, symbols)
		b.Run(fmt.Sprintf("gates=%d/symbols=%v", len(c.Ops), symbols), func(b *testing.B) {
			for b.Loop() {
				transpile.OneQubit(c, target, false)
			}
		})
	}
}

// layers is a hardware-efficient circuit of at least as many gates.
func layers(n, gates int, symbols bool) *circuits.Circuit {
	rng := rand.New(rand.NewPCG(6, 6))
	angle := func() circuits.Angle {
		if symbols {
			return circuits.Weight(rng.IntN(1000))
		}
		return circuits.Const(6 * rng.Float64())
	}
	c := circuits.New(n)
	for len(c.Ops) < gates {
		for q := range n {
			c.RY(angle(), q).RZ(angle(), q)
		}
		for q := range n - 1 {
			c.CX(q, q+1)
		}
	}
	return c
}
