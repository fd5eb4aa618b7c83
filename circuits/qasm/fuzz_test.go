package qasm_test

import (
	"errors"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/qnn-go/qnn/circuits"
	"github.com/qnn-go/qnn/circuits/qasm"
)

// fuzzOptions keep one input fast.
var fuzzOptions = qasm.DecodeOptions{MaxOperations: 2000}

func seeds(f *testing.F) {
	f.Helper()
	for _, pattern := range []string{"testdata/*.qasm", "testdata/*/*.qasm"} {
		paths, err := filepath.Glob(pattern)
		if err != nil {
			f.Fatal(err)
		}
		for _, path := range paths {
			source, err := os.ReadFile(path)
			if err != nil {
				f.Fatal(err)
			}
			f.Add(string(source))
		}
	}
	for _, c := range equal {
		f.Add(header3 + "qubit[4] q; " + c.a)
	}
	f.Add(header2 + "gate g(a,b) x,y { rx(a*b^2) x; barrier x,y; cx x,y; } qreg q[3]; creg c[3]; g(2,sin(3)) q[2],q[0]; h q; measure q->c; if(c==3) x q;")
	f.Add(header3 + "input float a; qubit[5] q; let b = q[0:2:4] ++ q[{1, -2}]; for int i in [0:2] { if (i == 1) continue; rx(a * i) b[i]; } while (false) ;")
	f.Add(header3 + "def f(qubit[2] r, int n) { switch (n) { case 0, 1 { return; } default { x r; } } } qubit[2] q; f(q, 2); int j = 5; j <<= 2; box[1ns] { delay[1ns] q; }")
	f.Add(header3 + "qubit[2] q; bit[2] c; int n = c; if (c == 2 && !c[0]) { c = measure q; x q; } else if (n < 3) end; switch (n) { case 1, 2 { c ^= 1; } default { n = c | 1; } } while (c[1]) { measure q[0]; if (c[0]) break; }")
	f.Add(header3 + "qubit q; bit d; def f(qubit a, bit b) -> bit { if (b) return 0; bit[2] r = \"01\"; return measure a; } d = f(q, !d); for int i in [0:3] { if (f(q, d)) continue; rx(i) q; } bool v = d; v = c == d;")
	f.Add(header3 + "qubit[2] q; bit[2] c; h q; c = measure q; uint n = 0; angle a = 0; for int i in [0:1] { if (c[i]) { n += 1; a = a + pi / (n + 1); } } if (n == 2) x q[0]; rz(a) q[1]; c[0] = measure q[0];")
	f.Add(header3 + "bit[2] c; qubit[2] q; while (c == 0) { while (!c[0]) { h q[0]; cx q[0], q[1]; c[0] = measure q[0]; c[1] = measure q[1]; } }")
	f.Add(header3 + "qubit q; bit c; int k = 3; bool b; while (k > 0) { h q; c = measure q; if (c) { k -= 1; b = !b; continue; } if (b) break; rx(k * 0.5) q; } c = b;")
	f.Add(header3 + "qubit q; bit[3] c; array[int, 2] a = {1, 2}; complex z = 1im; float f = c; f = sin(f) / 2 + a[1]; a[0] = int(f) % 2; c = a[0]; if (c == \"001\") x q; int[8] m = c; m[2] = 1; switch (m) { case 4, 5 { x q; } default { rx(f) q; } }")
	f.Add("bit c = measure $2; #pragma braket x\n@a\nend;")
}

// FuzzDecode wants of any text a valid circuit or a *ParseError within the text.
func FuzzDecode(f *testing.F) {
	seeds(f)
	f.Fuzz(func(t *testing.T, source string) {
		d, err := qasm.Decode(strings.NewReader(source), fuzzOptions)
		if err == nil {
			if err := d.Circuit.Validate(); err != nil {
				t.Fatal(err)
			}
			if n := len(d.Circuit.Ops); n > fuzzOptions.MaxOperations || d.Circuit.Weights() > len(d.Inputs) {
				t.Fatalf("%d operations, %d weights, %d inputs", n, d.Circuit.Weights(), len(d.Inputs))
			}
			return
		}
		var parse *qasm.ParseError
		if !errors.As(err, &parse) || parse.Line < 1 || parse.Line > 1+strings.Count(source, "\n") ||
			parse.Column < 1 || parse.Column > len(source)+1 || errors.Unwrap(parse.Err) == nil {
			t.Fatalf("error %v", err)
		}
	})
}

// FuzzDecodeEncode wants what Encode writes of a text to read back as the same
// circuit, or, where operations depend on bits, as one of the same distribution.
func FuzzDecodeEncode(f *testing.F) {
	seeds(f)
	f.Fuzz(func(t *testing.T, source string) {
		d, err := qasm.Decode(strings.NewReader(source), fuzzOptions)
		if err != nil || d.Circuit.Qubits == 0 || d.Circuit.Qubits > 1000 {
			return
		}
		var first, second strings.Builder
		if err := qasm.Encode(&first, d.Circuit, qasm.Options{}); err != nil {
			// Sums of huge phases, and loops that do not end.
			if errors.Is(err, circuits.ErrNotFinite) || errors.Is(err, circuits.ErrBasis) {
				return
			}
			t.Fatal(err)
		}
		again, err := qasm.Decode(strings.NewReader(first.String()), qasm.DecodeOptions{})
		if err != nil {
			t.Fatalf("%v in\n%s", err, first.String())
		}
		if d.Circuit.Conditional() {
			sameDistribution(t, d.Circuit, again.Circuit)
			return
		}
		again.Circuit.Hidden = d.Circuit.Hidden // which are bits like others when they are read back
		// Inputs that no gate uses are not written: number the rest as before.
		for _, op := range again.Circuit.Ops {
			for k, a := range op.Angles {
				op.Angles[k] = a.Substitute(func(v circuits.Var) (circuits.Angle, bool) {
					i := 0
					for _, c := range strings.TrimPrefix(again.Inputs[v.Index], "theta_") {
						i = 10*i + int(c-'0')
					}
					return circuits.Weight(i), true
				})
			}
		}
		if err := qasm.Encode(&second, again.Circuit, qasm.Options{}); err != nil || first.String() != second.String() {
			t.Fatalf("error %v, written first as\n%s\nthen as\n%s", err, first.String(), second.String())
		}
	})
}

// sameDistribution compares circuits that are small enough and have no inputs; want has
// as hidden bits what are bits like others in got.
func sameDistribution(t *testing.T, want, got *circuits.Circuit) {
	t.Helper()
	n := want.Count()
	if want.Qubits > 3 || want.Weights() > 0 || n[circuits.GateMeasure]+n[circuits.GateReset] > 6 || len(want.Ops) > 200 {
		return
	}
	got.Hidden = got.Clbits - (want.Clbits - want.Hidden)
	a, err := outcomes(want, 2000)
	if err != nil { // a loop that goes on, or a number that does not fit
		return
	}
	b := distribution(t, got)
	for key, p := range a {
		if math.Abs(b[key]-p) > 1e-8 {
			t.Fatalf("%s\nof %v, then %s\nof %v", listing(want), a, listing(got), b)
		}
	}
}
