package qasm_test

import (
	"errors"
	"fmt"
	"math"
	"math/cmplx"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/qnn-go/qnn/circuits"
	"github.com/qnn-go/qnn/circuits/qasm"
)

func decode(t testing.TB, source string, o qasm.DecodeOptions) *qasm.Decoded {
	t.Helper()
	d, err := qasm.Decode(strings.NewReader(source), o)
	if err != nil {
		t.Fatalf("%v in\n%s", err, source)
	}
	if err := d.Circuit.Validate(); err != nil {
		t.Fatalf("%v in\n%s", err, source)
	}
	return d
}

// listing writes the operations of c, one word each: name(angles)qubits, measured
// bits after an arrow.
func listing(c *circuits.Circuit) string {
	var out []string
	for _, op := range c.Ops {
		var b strings.Builder
		b.WriteString(op.Gate.String())
		if len(op.Angles) > 0 {
			fmt.Fprint(&b, op.Angles)
		}
		for i, q := range op.Qubits {
			fmt.Fprintf(&b, "%s%d", map[bool]string{true: " ", false: ","}[i == 0], q)
		}
		if op.Gate == circuits.GateMeasure {
			fmt.Fprintf(&b, "->%d", op.Clbit)
		}
		out = append(out, b.String())
	}
	return strings.Join(out, "; ")
}

const (
	header2 = "OPENQASM 2.0;\ninclude \"qelib1.inc\";\n"
	header3 = "OPENQASM 3.0;\ninclude \"stdgates.inc\";\n"
)

func TestDecodeVersion2(t *testing.T) {
	for _, c := range []struct{ source, want string }{
		{"qreg q[2]; CX q[0],q[1]; U(0,0,1) q[1];", "cx 0,1; u[0 0 1] 1"},
		{"qreg q[2]; qreg r[1]; creg c[1]; x r[0]; measure r[0]->c[0];", "x 2; measure 2->0"},
		{"qreg q[3]; h q;", "h 0; h 1; h 2"},
		{"qreg a[2]; qreg b[2]; cx a,b; cx a[1],b; cx a,b[0];", "cx 0,2; cx 1,3; cx 1,2; cx 1,3; cx 0,2; cx 1,2"},
		{"qreg q[2]; creg c[2]; measure q->c; reset q; barrier q[1],q[0];", "measure 0->0; measure 1->1; reset 0; reset 1; barrier 1,0"},
		{"qreg q[1]; rx(-2^2+3*2/4-(1-1e0)) q[0];", "rx[-2.5] 0"},
		{"qreg q[1]; rx(2^3^0) q[0]; rx(3/2) q[0]; rx(+.5) q[0]; rx(2.) q[0];", "rx[2] 0; rx[1.5] 0; rx[0.5] 0; rx[2] 0"},
		{"qreg q[1]; u3(sin(0),cos(0),tan(0)) q[0]; u2(exp(0),ln(1)) q[0]; u1(sqrt(4)) q[0];", "u[0 1 0] 0; u[1.5707963267948966 1 0] 0; p[2] 0"},
		{"qreg q[1]; u0(3) q[0]; id q[0]; sxdg q[0];", "id 0; id 0; sxdg 0"},
		{"gate g(a,b) x,y { rx(a*b) x; barrier x,y; cx x,y; } qreg q[3]; g(2,3) q[2],q[0];", "rx[6] 2; barrier 2,0; cx 2,0"},
		{"gate n a { } qreg q[2]; n q; x q[0];", "x 0"},
		{"gate f(t) a { rz(t/2) a; } gate g(t) a { f(t+1) a; f(2*t) a; } qreg q[1]; g(1) q[0];", "rz[1] 0; rz[1] 0"},
		{"gate x a { h a; } qreg q[1]; x q[0];", "h 0"},
		{"gate g q { x q; } qreg q[2]; g q[1];", "x 1"},
		{"opaque magic(a) x,y; qreg q[1]; // never called\n /* nor\nthis */ x q[0];", "x 0"},
		{"qreg q[5]; rccx q[0],q[1],q[2]; csx q[0],q[1];", "h 2; t 2; cx 1,2; tdg 2; cx 0,2; t 2; cx 1,2; tdg 2; h 2; " +
			"cu[1.5707963267948966 -1.5707963267948966 1.5707963267948966 0.7853981633974483] 0,1"},
	} {
		if got := listing(decode(t, header2+c.source, qasm.DecodeOptions{}).Circuit); got != c.want {
			t.Errorf("%s\n got %s\nwant %s", c.source, got, c.want)
		}
	}
}

func TestDecodeVersion3(t *testing.T) {
	for _, c := range []struct{ source, want string }{
		{"qubit q; x q; qubit[2] r; x r[-1]; x r[0:1]; x r[{1,0}];", "x 0; x 2; x 1; x 2; x 2; x 1"},
		{"qubit[5] q; x q[0:2:4]; x q[3:]; x q[:1]; x q[1:2:];", "x 0; x 2; x 4; x 3; x 4; x 0; x 1; x 1; x 3"},
		{"qubit[4] q; let a = q[1:2] ++ q[0]; x a; let b = a[1:]; h b;", "x 1; x 2; x 0; h 2; h 0"},
		{"qubit[2] q; bit[2] c; c = measure q; c[1] = measure q[0]; measure q[1] -> c[0];", "measure 0->0; measure 1->1; measure 0->1; measure 1->0"},
		{"qubit q; bit b = measure q; reset q; output bit[1] d; d[0] = measure q;", "measure 0->0; reset 0; measure 0->1"},
		{"cx $3, $1; bit c; c = measure $1;", "cx 3,1; measure 1->0"},
		{"qubit[2] q; const float a = 2 * pi; const int n = 7 / 2; rx(a / 4) q[0]; rz(n) q[n - 2];", "rx[1.5707963267948966] 0; rz[3] 1"},
		{"qubit[2] q; for int i in [0:1] { for int j in {2, 3} rx(i * 10 + j) q[i]; }", "rx[2] 0; rx[3] 0; rx[12] 1; rx[13] 1"},
		{"qubit[3] q; for uint i in [2:-1:0] x q[i]; for int i in [1:0] h q[i];", "x 2; x 1; x 0"},
		{"qubit[9] q; for int i in [0:8] { if (i == 1) continue; if (i > 2) break; else x q[i]; } h q[8];", "x 0; x 2; h 8"},
		{"qubit q; int i = 3; while (i > 0) { rx(i) q; i -= 1; } rz(i) q;", "rx[3] 0; rx[2] 0; rx[1] 0; rz[0] 0"},
		{"qubit q; int i; i = 2 ** 3 % 5; i <<= 2; rx(i) q; i ^= 5; rx(i | 1) q; rx(~i & 7) q;", "rx[12] 0; rx[9] 0; rx[6] 0"},
		{"qubit q; if (2 > 1 && !(1 >= 2) || false) x q; else h q; if (1 != 1) { x q; } else if (true) y q; else z q;", "x 0; y 0"},
		{"qubit q; switch (2) { case 0, 1 { x q; } case 2 { y q; } default { z q; } } switch (5) { case 1 { x q; } default { h q; } }", "y 0; h 0"},
		{"def f(qubit[2] a, qubit b, float t, int n) { for int i in [1:n] rx(t) a[0]; if (n > 1) return; cx a[1], b; } qubit[3] q; f(q[1:2], q[0], 0.5, 2); f(q[0:1], q[2], 1, 0);",
			"rx[0.5] 1; rx[0.5] 1; cx 1,2"},
		{"qubit q; end; x q;", ""},
		{"qubit q; delay[100ns] q; box[1us] { x q; } #pragma braket verbatim\nbox { h q; }\npragma braket result probability\n@note a b c\nz q;", "x 0; h 0; z 0"},
		{"qubit q; gphase(pi); U(1, 2, 3) q; rx(0x10 + 0b11 + 1_000) q; rz(1_0.5) q;", "gphase[3.141592653589793]; u[1 2 3] 0; rx[1019] 0; rz[10.5] 0"},
		{"qubit[2] q; gate g(θ) a { for int i in [1:2] rx(θ) a; if (θ > 1) h a; } g(1.5) q[0]; g(0.5) q[1];", "rx[1.5] 0; rx[1.5] 0; h 0; rx[0.5] 1; rx[0.5] 1"},
		{"input float[64] a; input angle b; qubit q; gate g(t) x { rx(2 * t + 1) x; } g(a * b - a / 2) q; rz(-b) q; rz(b ** 2) q;",
			"rx[2*w0*w1-w0+1] 0; rz[-w1] 0; rz[w1*w1] 0"},
		{"qubit q; { int i = 1; rx(i) q; { int i = 2; rx(i) q; } rx(i) q; }", "rx[1] 0; rx[2] 0; rx[1] 0"},
		{"const float k = 5.0; gate g a { rx(k) a; } gate h2(k) a { g a; rx(k) a; } qubit q; h2(1) q;", "rx[5] 0; rx[1] 0"},
		{"qreg q[2]; creg c[1]; cnot q[0], q[1]; si q[0]; phaseshift(1) q[0];", "cx 0,1; sdg 0; p[1] 0"},
		{"qubit q; float x = float[64](int(2.75)) + arcsin(0) + log(1) + mod(5, 3) + pow(2, 3); rx(x) q;", "rx[12] 0"},
		{"qubit[2] q; barrier; barrier q; barrier q[1];", "barrier 0,1; barrier 0,1; barrier 1"},
	} {
		if got := listing(decode(t, header3+c.source, qasm.DecodeOptions{}).Circuit); got != c.want {
			t.Errorf("%s\n got %s\nwant %s", c.source, got, c.want)
		}
	}
}
var _ = errors.Is
var _ = math.Pi
var _ = cmplx.Abs
var _ = rand.Int
