package qasm_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"testing/iotest"

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
		switch op.Gate {
		case circuits.GateMeasure:
			fmt.Fprintf(&b, "->%d", op.Clbit)
		case circuits.GateStore:
			fmt.Fprintf(&b, " %d=%v", op.Clbit, op.Value)
		case circuits.GateSet:
			fmt.Fprintf(&b, " v%d=%v", op.Clbit, op.Value)
		}
		if op.If != nil {
			fmt.Fprintf(&b, " if %v", op.If)
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
		{
			"def f(qubit[2] a, qubit b, float t, int n) { for int i in [1:n] rx(t) a[0]; if (n > 1) return; cx a[1], b; } qubit[3] q; f(q[1:2], q[0], 0.5, 2); f(q[0:1], q[2], 1, 0);",
			"rx[0.5] 1; rx[0.5] 1; cx 1,2",
		},
		{"qubit q; end; x q;", ""},
		{"qubit q; delay[100ns] q; box[1us] { x q; } #pragma braket verbatim\nbox { h q; }\npragma braket result probability\n@note a b c\nz q;", "x 0; h 0; z 0"},
		{"qubit q; gphase(pi); U(1, 2, 3) q; rx(0x10 + 0b11 + 1_000) q; rz(1_0.5) q;", "gphase[3.141592653589793]; u[1 2 3] 0; rx[1019] 0; rz[10.5] 0"},
		{"qubit[2] q; gate g(θ) a { for int i in [1:2] rx(θ) a; if (θ > 1) h a; } g(1.5) q[0]; g(0.5) q[1];", "rx[1.5] 0; rx[1.5] 0; h 0; rx[0.5] 1; rx[0.5] 1"},
		{
			"input float[64] a; input angle b; qubit q; gate g(t) x { rx(2 * t + 1) x; } g(a * b - a / 2) q; rz(-b) q; rz(b ** 2) q;",
			"rx[2*w0*w1-w0+1] 0; rz[-w1] 0; rz[w1*w1] 0",
		},
		{"qubit q; { int i = 1; rx(i) q; { int i = 2; rx(i) q; } rx(i) q; }", "rx[1] 0; rx[2] 0; rx[1] 0"},
		{"const float k = 5.0; gate g a { rx(k) a; } gate h2(k) a { g a; rx(k) a; } qubit q; h2(1) q;", "rx[5] 0; rx[1] 0"},
		{"qreg q[2]; creg c[1]; cnot q[0], q[1]; si q[0]; phaseshift(1) q[0];", "cx 0,1; sdg 0; p[1] 0"},
		{"qubit q; prx(0.1, 0.2) q; gpi(0.3) q; gpi2(0.4) q;", "r[0.1 0.2] 0; gpi[0.3] 0; gpi2[0.4] 0"},
		{"qubit q; float x = float[64](int(2.75)) + arcsin(0) + log(1) + mod(5, 3) + pow(2, 3); rx(x) q;", "rx[12] 0"},
		{"qubit[2] q; barrier; barrier q; barrier q[1];", "barrier 0,1; barrier 0,1; barrier 1"},
	} {
		if got := listing(decode(t, header3+c.source, qasm.DecodeOptions{}).Circuit); got != c.want {
			t.Errorf("%s\n got %s\nwant %s", c.source, got, c.want)
		}
	}
}

func TestDecodedNames(t *testing.T) {
	d := decode(t, header3+"input float b; input angle[8] a; qubit[2] q; bit c; qubit r; bit[3] e; rx(a) r;", qasm.DecodeOptions{})
	want := "{3 [b a] [{q 0 2} {r 2 1}] [{c 0 1} {e 1 3}]}"
	if got := fmt.Sprint(struct {
		Version        int
		Inputs         []string
		Qubits, Clbits []qasm.Register
	}{d.Version, d.Inputs, d.Qubits, d.Clbits}); got != want || listing(d.Circuit) != "rx[w1] 2" {
		t.Errorf("got %s %s, want %s", got, listing(d.Circuit), want)
	}
	for source, version := range map[string]int{"OPENQASM 2.0;": 2, "OPENQASM 2;": 2, "OPENQASM 3;": 3, "OPENQASM 3.1;": 3, "": 3, "\ufeffOPENQASM 2.0;": 2} {
		if got := decode(t, source, qasm.DecodeOptions{}).Version; got != version {
			t.Errorf("%q: version %d, want %d", source, got, version)
		}
	}
}

// TestDecodeErrors names the place of each error by a ¦ in the text.
func TestDecodeErrors(t *testing.T) {
	for _, c := range []struct {
		source string
		cause  error
		text   string // part of the message
	}{
		{"OPENQASM ¦4.0;", qasm.ErrUnsupported, "4.0"},
		{"OPENQASM ¦x;", circuits.ErrSyntax, "version"},
		{"OPENQASM 2.0;\nqreg ¦5[2];", circuits.ErrSyntax, "a name"},
		{"OPENQASM 2.0;\nqreg q[¦0];", circuits.ErrRange, "size is 0"},
		{"OPENQASM 2.0;\nqreg q[¦9999999999];", circuits.ErrRange, "9999999999"},
		{"OPENQASM 2.0;\nqreg q[¦99999999999999999999];", circuits.ErrRange, "64 bits"},
		{"OPENQASM 2.0; qreg a[1000000]; qreg ¦b[1];", qasm.ErrLimit, "qubits and bits"},
		{"OPENQASM 2.0; qreg q[2]; qreg ¦q[2];", qasm.ErrRedefined, "q"},
		{"OPENQASM 2.0; qreg q[2]; creg ¦q[2];", qasm.ErrRedefined, "q"},
		{"OPENQASM 2.0; qreg q[2]; ¦h q;", circuits.ErrUnknown, "h"},
		{header2 + "qreg q[2]; h q[¦2];", circuits.ErrRange, "index 2 of a register of 2"},
		{header2 + "qreg q[2]; h ¦r[0];", circuits.ErrUnknown, "r"},
		{header2 + "qreg q[2]; creg c[2]; h ¦c;", circuits.ErrSyntax, "classical"},
		{header2 + "qreg q[2]; ¦cx q[0],q[0];", circuits.ErrDuplicate, "qubit 0"},
		{header2 + "qreg q[2]; ¦cx q,q[0];", circuits.ErrDuplicate, "qubit 0"},
		{header2 + "qreg q[2]; qreg r[3]; ¦cx q,r;", circuits.ErrArity, "2 and 3"},
		{header2 + "qreg q[2]; ¦cx q[0];", circuits.ErrArity, "on 1 qubits, needs 2"},
		{header2 + "qreg q[2]; ¦rx q[0];", circuits.ErrArity, "0 angles"},
		{header2 + "qreg q[2]; ¦h(1) q[0];", circuits.ErrArity, "1 angles"},
		{header2 + "qreg q[1]; rx(1¦/0) q[0];", circuits.ErrNotFinite, "zero"},
		{header2 + "qreg q[1]; rx(¦1e99999999) q[0];", circuits.ErrRange, "floating"},
		{header2 + "qreg q[1]; rx(1e308¦*10) q[0];", circuits.ErrNotFinite, "Inf"},
		{header2 + "qreg q[1]; rx(¦ln(0)) q[0];", circuits.ErrNotFinite, "Inf"},
		{header2 + "qreg q[1]; rx(¦sqrt(-1)) q[0];", circuits.ErrNotFinite, "NaN"},
		{header2 + "qreg q[1]; rx(¦1x2) q[0];", circuits.ErrSyntax, "1x2"},
		{header2 + "qreg q[1]; rx(¦nope) q[0];", circuits.ErrUnknown, "nope"},
		{header2 + "qreg q[1]; rx(1¦;", circuits.ErrSyntax, `expected ")"`},
		{header2 + "qreg q[1];\n\tx q[0]¦", circuits.ErrSyntax, "end of the text"},
		{header2 + "qreg q[2]; creg c[1]; ¦measure q -> c;", circuits.ErrArity, "2 qubits into 1"},
		{header2 + "opaque m a; qreg q[1]; ¦m q[0];", qasm.ErrUnsupported, "opaque"},
		{header2 + "gate g a { ¦g a; } ", circuits.ErrUnknown, "g"},
		{header2 + "gate g a { ¦later a; } gate later a { g a; }", circuits.ErrUnknown, "later"},
		{header2 + "gate g a { ¦qreg q[1]; }", circuits.ErrSyntax, "definition of a gate"},
		{header2 + "qreg q[1]; gate g a { x ¦q; }", circuits.ErrSyntax, "not a qubit of the gate"},
		{header2 + "gate g a { x a¦[0]; }", circuits.ErrSyntax, "index"},
		{header2 + "gate g a { rx(¦b) a; }", circuits.ErrUnknown, "b"},
		{header2 + "gate ¦g a,a { }", qasm.ErrRedefined, "a"},
		{header2 + "gate g a { x a; ¦", circuits.ErrSyntax, "end of the text"},
		{"OPENQASM 2.0; include ¦\"../secret.inc\";", qasm.ErrInclude, "are known"},
		{"OPENQASM 2.0; include ¦\"/etc/passwd\";", qasm.ErrInclude, "are known"},
		{"OPENQASM 2.0; include ¦\"qelib1.inc;\nqreg q[1];", circuits.ErrSyntax, "string"},
		{"OPENQASM 2.0; include ¦qelib1;", circuits.ErrSyntax, "quotes"},
		{"OPENQASM 2.0; ¦/* no end", circuits.ErrSyntax, "comment"},
		{"OPENQASM 2.0; ¦\xff", circuits.ErrSyntax, "UTF-8"},
		{"OPENQASM 2.0; ¦√", circuits.ErrSyntax, "√"},
		{"OPENQASM 2.0; /* ααα */ ¦?", circuits.ErrSyntax, "'?'"},
		{"OPENQASM 2.0; ¦}", circuits.ErrSyntax, "statement"},

		{header3 + "¦cal { }", qasm.ErrUnsupported, "cal"},
		{header3 + "¦defcal x $0 { }", qasm.ErrUnsupported, "defcal"},
		{header3 + "¦extern f(int) -> int;", qasm.ErrUnsupported, "extern"},
		{header3 + "¦stretch s;", qasm.ErrUnsupported, "stretch"},
		{header3 + "input int ¦n;", qasm.ErrInput, "input"},
		{header3 + "input ¦array[float, 2] n;", qasm.ErrUnsupported, "array"},
		{header3 + "def f(qubit[2] a) { } qubit[3] q; f(¦q);", circuits.ErrArity, "3 qubits"},
		{header3 + "qubit q; x ¦$0;", qasm.ErrUnsupported, "declared"},
		{header3 + "x $0; qubit ¦q;", qasm.ErrUnsupported, "physical"},
		{header3 + "x ¦$1000000;", circuits.ErrRange, "physical"},
		{header3 + "x ¦$;", circuits.ErrSyntax, "physical"},
		{header3 + "qubit[2] q; x q[¦-3];", circuits.ErrRange, "-3"},
		{header3 + "qubit[2] q; x q¦[0:0:1];", circuits.ErrRange, "step 0"},
		{header3 + "qubit q; x q¦[0];", circuits.ErrSyntax, "single"},
		{header3 + "qubit ¦if;", circuits.ErrSyntax, "word"},
		{header3 + "const int n = 1; ¦n = 2;", circuits.ErrSyntax, "cannot change"},
		{header3 + "const int n¦;", circuits.ErrSyntax, `"="`},
		{header3 + "int n = 9223372036854775807 ¦+ 1;", circuits.ErrRange, "64 bits"},
		{header3 + "int n = 2 ¦** 64;", circuits.ErrRange, "64 bits"},
		{header3 + "uint n = ¦-1;", circuits.ErrRange, "unsigned"},
		{header3 + "int n = ¦1e300;", circuits.ErrRange, "fit"},
		{header3 + "input float t; qubit q; rx(¦sin(t)) q;", qasm.ErrUnsupported, "sin of inputs"},
		{header3 + "input float t; qubit q; rx(1 ¦/ t) q;", qasm.ErrUnsupported, "division"},
		{header3 + "input float t; qubit q; if (¦t) x q;", qasm.ErrUnsupported, "condition"},
		{header3 + "¦break;", circuits.ErrSyntax, "loop"},
		{header3 + "¦return;", circuits.ErrSyntax, "def"},
		{header3 + "{ ¦qubit q; }", circuits.ErrSyntax, "block"},
		{header3 + "qubit q; if (true) { ¦gate g a { } }", circuits.ErrSyntax, "block"},
		{header3 + "for int i in ¦3 { }", qasm.ErrUnsupported, "for"},
		{header3 + "for int i in [0:1] { int i = 0; int ¦i = 1; }", qasm.ErrRedefined, "i"},
		{header3 + "qubit q; pow(0.5) @ ¦g q;", circuits.ErrUnknown, "g"},
		{header3 + "gate g a { x a; h a; } qubit q; ¦pow(0.5) @ g q;", qasm.ErrUnsupported, "2 operations"},
		{header3 + "qubit[2] q; ¦pow(0.5) @ swap q[0], q[1];", qasm.ErrUnsupported, "swap"},
		{header3 + "qubit[2] q; ctrl(¦0) @ x q[0], q[1];", circuits.ErrRange, "controls"},
		{header3 + "#pragma braket verbatim\n¦#pragma braket noise bit_flip(0.1) q[0]", qasm.ErrUnsupported, "noise"},
		{header3 + "¦#define x", circuits.ErrSyntax, "#pragma"},
		{header3 + "qubit q; bit c; int n; while (!c) { c = measure q; n = n + 1; ¦q; }", circuits.ErrSyntax, "a qubit"},
		{header3 + "qubit[2] q; x q[¦5], q[;", circuits.ErrRange, "index 5"},
		{header3 + "¦nothing q[;", circuits.ErrUnknown, "nothing"},
		{header3 + "¦frobnicate;", circuits.ErrUnknown, "frobnicate"},
	} {
		before, after, _ := strings.Cut(c.source, "¦")
		_, err := qasm.Decode(strings.NewReader(before+after), qasm.DecodeOptions{})
		var parse *qasm.ParseError
		if !errors.As(err, &parse) {
			t.Errorf("%q: error %v, want a *ParseError", c.source, err)
			continue
		}
		line := strings.Count(before, "\n") + 1
		column := len([]rune(before[strings.LastIndexByte(before, '\n')+1:])) + 1
		if parse.Line != line || parse.Column != column || !errors.Is(err, c.cause) || !strings.Contains(parse.Err.Error(), c.text) {
			t.Errorf("%q: %v, want %v with %q at %d:%d", c.source, err, c.cause, c.text, line, column)
		}
	}
}

func TestParseErrorText(t *testing.T) {
	long := strings.Repeat("x q[0]; ", 1000)
	for _, c := range []struct{ source, want string }{
		{"OPENQASM 2.0;\n\tqreg é[2]; ?\r\n", "line 2:13: character '?': syntax error\n\t\tqreg é[2]; ?\n\t\t           ^"},
		{header3 + "qubit[1] q;\n" + long + "y q[1]; " + long, "line 4:8005: index 1 of a register of 1: index out of range\n\t" +
			(long + "y q[")[len(long)+4-60:] + "1]; " + long[:56] + "\n\t" + strings.Repeat(" ", 60) + "^"},
	} {
		if _, err := qasm.Decode(strings.NewReader(c.source), qasm.DecodeOptions{}); err == nil || err.Error() != c.want {
			t.Errorf("got\n%v\nwant\n%s", err, c.want)
		}
	}
}

func TestDecodeReturnsReadErrors(t *testing.T) {
	broken := errors.New("cable broken")
	if _, err := qasm.Decode(iotest.ErrReader(broken), qasm.DecodeOptions{}); !errors.Is(err, broken) {
		t.Errorf("error %v, want %v", err, broken)
	}
}
