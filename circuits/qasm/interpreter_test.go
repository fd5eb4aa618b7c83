package qasm_test

import (
	"math"
	"testing"

	"github.com/qnn-go/qnn/circuits/qasm"
)

// TestDecodeMeasuredPrograms wants the exact distributions of programs whose loops, angles
// and variables depend on measured bits; the figures follow by hand.
func TestDecodeMeasuredPrograms(t *testing.T) {
	half := math.Pow(math.Sin(0.5), 2) // of RY(1)
	for _, c := range []struct {
		source string
		want   map[string]float64
	}{
		// How many of three fair bits are 1.
		{
			"qubit[3] q; bit[3] m; h q; m = measure q; uint n = 0; for int i in [0:2] { if (m[i]) { n += 1; } } m = n;",
			map[string]float64{"000": .125, "001": .375, "010": .375, "011": .125},
		},
		// A condition that is kept, as what it reads changes, is not computed where the run does
		// not come: the division by 0 is no error.
		{
			"qubit[2] q; bit[2] m; bit r; h q[0]; m[0] = measure q[0]; if (m != 0) { if (6 / uint[2](m) == 6) { x q[1]; m[1] = measure q[1]; r = 1; } }",
			map[string]float64{"000": .5, "111": .5},
		},
		// An angle of 0 or 1, each half of the time.
		{
			"qubit[2] q; bit c; angle a = 0; h q[0]; c = measure q[0]; if (c) a = a + 1; ry(a) q[1]; c = measure q[1];",
			map[string]float64{"0": 1 - half/2, "1": half / 2},
		},
		// Nested loops that end when both bits are 1.
		{
			"bit[2] c; qubit[2] q; while (c == 0) { while (!c[0]) { h q[0]; cx q[0], q[1]; c[0] = measure q[0]; c[1] = measure q[1]; } }",
			map[string]float64{"11": 1},
		},
		// The rounds until a fair bit is 1, modulo 2: 1/2 + 1/8 + … are odd.
		{
			"qubit q; bit c; bit r; int n = 0; while (!c) { reset q; h q; c = measure q; n += 1; } r = n % 2 == 1;",
			map[string]float64{"11": 2. / 3, "01": 1. / 3},
		},
		// A variable that the loop changes is known before it and behind it.
		{
			"qubit q; bit c; bit[3] r; int n = 2; r = n; while (!c) { h q; c = measure q; n = n + 0; } n = n * 3; r = n - 1;",
			map[string]float64{"1011": 1},
		},
		// What a condition said is kept when its variable changes inside.
		{
			"qubit q; bit c; bit r; h q; c = measure q; int n = 0; if (c) n = 1; if (n == 1) { n = 5; r = 1; }",
			map[string]float64{"00": .5, "11": .5},
		},
		// A jump out of both loops, in the second round of the inner one.
		{
			"qubit q; bit[2] c; def f(qubit a) -> bit { int k = 0; while (true) { while (true) { k += 1; x a; if (k == 2) return 1; bit m = measure a; if (!m) return 0; } } } c[0] = f(q); c[1] = f(q);",
			map[string]float64{"11": 1},
		},
		// No division where the run does not come.
		{
			"qubit q; bit c; bit r; h q; c = measure q; int n = 0; if (c) n = 2; if (n != 0) { if (6 / n == 3) { c = 0; r = 1; } }",
			map[string]float64{"00": .5, "10": .5},
		},
	} {
		got := distribution(t, decode(t, header3+c.source, qasm.DecodeOptions{}).Circuit)
		for key, p := range c.want {
			if math.Abs(got[key]-p) > 1e-8 || len(got) != len(c.want) {
				t.Errorf("%s\ngives %v, want %v", c.source, got, c.want)
				break
			}
		}
	}
}
