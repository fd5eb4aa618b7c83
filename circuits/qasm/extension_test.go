package qasm_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/qnn-go/qnn/circuits"
	"github.com/qnn-go/qnn/circuits/qasm"
)

// TestDecodeAsOthers reads what Qiskit or Braket read. Bit 0 of an integer is the least
// significant, as the specification says and Braket's simulator does not.
func TestDecodeAsOthers(t *testing.T) {
	const declare = header3 + "qubit[2] q; bit[2] c; "
	for _, c := range []struct{ source, want string }{
		{declare + `if (c == "10") x q[0]; if ("1_1" != c) y q[0];`, "x 0 if c[0:1]==2; y 0 if c[0:1]!=3"},
		{declare + `if (c[0] == "1") x q[0]; if ("01" == "01") y q[0];`, "x 0 if c0; y 0"},
		{declare + `bit[70] w; if (w == "` + strings.Repeat("0", 69) + `1") x q[0];`, "x 0 if c[2:71]==1"},
		{declare + `c = "01" | c;`, "store 2=true||c0; store 3=false||c1; store 0=c2; store 1=c3"},
		{header2 + "opaque delay(t) a; qreg q[2]; h q[0]; delay(100) q[0]; delay(2) q; h q[1];", "h 0; h 1"},
		{"OPENQASM 3.0; include 'stdgates.inc'; qubit q; cx q, $1;", ""},
		{header2 + "qreg q[2]; barrier q,q[0]; barrier q[1],q[0],q[1];", "barrier 0,1; barrier 1,0"},
		{declare + "uint[4] x = 2; x[0] = 1; rx(x) q[0]; x[3] = true; x[0:1] = \"00\"; ry(x) q[0];", "rx[3] 0; ry[8] 0"},
		{declare + "array[float[64], 2] a = {0.1, 0.2}; rx(a[1]) q[0]; a[-1] = 3; ry(a[1] + a[0]) q[0]; rz(sizeof(a)) q[0];", "rx[0.2] 0; ry[3.1] 0; rz[2] 0"},
		{declare + "const array[int[8], 2, 3] a = {{1, 2, 3}, {4, 5, 6}}; rx(a[1][2]) q[0]; rx(a[0, 1]) q[0]; ry(sizeof(a, 1)) q[0];", "rx[6] 0; rx[2] 0; ry[3] 0"},
		{declare + "array[int, 2, 2] a; a[1] = {7, 8}; a[0] = a[1]; a[0][0] += 1; array[int, 2] b = a[0]; for int v in b rx(v) q[0];", "rx[8] 0; rx[8] 0"},
		{declare + "array[bool, 2] a = {false, true}; if (a[1]) x q[0]; a[0] = c[0]; if (a[0]) y q[0];", "x 0; store 2=false; store 2=c0; y 0 if c2"},
		{declare + "complex[float[64]] z = 1.0 + 2.0im; z = z * z - 1im; rx(real(z)) q[0]; ry(imag(z)) q[0]; if (z == -3.0 + 3 im) x q[0];", "rx[-3] 0; ry[3] 0; x 0"},
		{declare + "complex z = 2; z = exp(z * 0im) / 2; rx(real(-z)) q[0];", "rx[-0.5] 0"},
	} {
		d, err := qasm.Decode(strings.NewReader(c.source), qasm.DecodeOptions{Strict: true})
		if c.want == "" {
			if !errors.Is(err, qasm.ErrUnsupported) {
				t.Errorf("%s: error %v", c.source, err)
			}
			continue
		}
		if err != nil {
			t.Errorf("%s: %v", c.source, err)
			continue
		}
		if got := listing(d.Circuit); got != c.want || len(d.Remarks) > 0 {
			t.Errorf("%s\n got %s\nwant %s\nremarks %v", c.source, got, c.want, d.Remarks)
		}
	}
}

// TestDecodeOthersErrors: the new constructs are refused where they make no sense.
func TestDecodeOthersErrors(t *testing.T) {
	for _, c := range []struct {
		source string
		cause  error
	}{
		{`bit[3] c; if (¦c == "01") x q;`, circuits.ErrArity},
		{`rx(¦"01") q;`, circuits.ErrSyntax},
		{`float f = ¦"01";`, circuits.ErrRange},
		{`array[int, 2] a = {1, 2, ¦3};`, circuits.ErrArity},
		{`array[int, 2] a = {1¦};`, circuits.ErrArity},
		{`array[int, 2] a; a[¦2] = 1;`, circuits.ErrRange},
		{`array[int, 2] a; rx(¦a) q;`, qasm.ErrUnsupported},
		{`const array[int, 2] a = {1, 2}; ¦a[0] = 3;`, circuits.ErrSyntax},
		{`array[int, 100, ¦1000000] a;`, qasm.ErrLimit},
		{`array[int, 2] a; array[int, 3] b = ¦a;`, circuits.ErrArity},
		{`complex z = 1im; float f = ¦z;`, circuits.ErrRange},
		{`complex z = 1im; rx(¦z) q;`, circuits.ErrSyntax},
		{`complex z = 1im; if (¦z < 2) x q;`, circuits.ErrSyntax},
		{`complex z = 1im; z = z ¦/ 0;`, circuits.ErrNotFinite},
		{`uint n = 2; n[¦64] = 1;`, circuits.ErrRange},
		{`uint n = 2; n[0] = ¦2;`, circuits.ErrRange},
		{`float f; ¦f[0] = 1;`, circuits.ErrSyntax},
		{`¦extern f(int) -> int;`, qasm.ErrUnsupported},
		{`¦stretch s;`, qasm.ErrUnsupported},
		{`¦cal { }`, qasm.ErrUnsupported},
	} {
		before, after, _ := strings.Cut(c.source, "¦")
		_, err := qasm.Decode(strings.NewReader(header3+"qubit q; "+before+after), qasm.DecodeOptions{})
		var parse *qasm.ParseError
		if !errors.As(err, &parse) || !errors.Is(err, c.cause) {
			t.Errorf("%s: error %v, want %v", c.source, err, c.cause)
		}
	}
}

// TestDecodeValues: inputs that a program has to know to be read.
func TestDecodeValues(t *testing.T) {
	const source = header3 + `input float a; input uint[4] n; input bit[3] s; input bool b; input int k; input bit one;
qubit[4] q; for uint i in [0:3] { if (bool(n[i])) x q[i]; } if (s == "011") y q[0]; if (s[2]) z q[0]; if (b && one) h q[k + 2]; rx(a * n) q[sizeof(s)];`
	values := func(n, s, b, k, one string) map[string]string {
		return map[string]string{"n": n, "s": s, "b": b, "k": k, "one": one}
	}
	d, err := qasm.Decode(strings.NewReader(source), qasm.DecodeOptions{Values: values("0b1001", "011", "true", "-1", "1")})
	if err != nil {
		t.Fatal(err)
	}
	if got, want := listing(d.Circuit), "x 0; x 3; y 0; h 1; rx[9*w0] 3"; got != want || fmt.Sprint(d.Inputs, d.Settled) != "[a] [n s b k one]" {
		t.Errorf("%s, inputs %v and %v, want %s", got, d.Inputs, d.Settled, want)
	}
	for _, v := range []map[string]string{
		values("16", "011", "true", "0", "1"), values("-1", "011", "true", "0", "1"), values("1", "01", "true", "0", "1"),
		values("1", "012", "true", "0", "1"), values("1", "011", "2", "0", "1"), values("1", "011", "1", "99999999999999999999", "1"),
		values("1.5", "011", "1", "0", "1"), values("1", "011", "1", "", "1"), values("1", "011", "1", "0", "11"),
	} {
		if _, err := qasm.Decode(strings.NewReader(source), qasm.DecodeOptions{Values: v}); !errors.Is(err, circuits.ErrRange) {
			t.Errorf("%v: error %v, want ErrRange", v, err)
		}
	}
	if _, err := qasm.Decode(strings.NewReader(source), qasm.DecodeOptions{}); !errors.Is(err, qasm.ErrInput) {
		t.Errorf("error %v, want ErrInput", err)
	}
}

// TestDecodeExtensions: what tools write and no specification has is read with a remark,
// once for each name, and refused where only the language is read.
func TestDecodeExtensions(t *testing.T) {
	for _, c := range []struct{ source, want, remarks string }{
		{header2 + "qreg q[3];\nccz q[0],q[1],q[2];\n ecr q[0],q[1]; ecr q[1],q[2]; gphase(0.5);", "ccz 0,1,2; ecr 0,1; ecr 1,2; gphase[0.5]", "4:1 5:2 5:32"},
		{header3 + "qubit[2] q; ctrl @ ecr q[0], q[1], $2;", "", ""},
		{header3 + "qubit[3] q; inv @ rzz(1) q[0], q[1]; c3x q[0], q[1], q[2], q[0];", "", ""},
		{header3 + "qubit[3] q; rzz(1) q[0], q[1]; gate ecr a, b { x a; } ecr q[0], q[1];", "rzz[1] 0,1; x 0", "3:13"},
		{
			"OPENQASM 2.0; include \"hqslib1.inc\"; qreg q[2]; U1q(1,2) q[0]; Rz(3) q[1]; ZZ q[0],q[1]; RZZ(2) q[0],q[1]; h q[0]; Rxxyyzz(1,2,3) q[0],q[1];",
			"r[1 2] 0; rz[3] 1; rzz[1.5707963267948966] 0,1; rzz[2] 0,1; h 0; rxx[1] 0,1; ryy[2] 0,1; rzz[3] 0,1", "1:23",
		},
		{"OPENQASM 2.0; qreg q[2]; h q[0];", "", ""}, // a forgotten include
		{header2 + "qreg q[1]; barriers q;", "", ""},
	} {
		d, err := qasm.Decode(strings.NewReader(c.source), qasm.DecodeOptions{})
		if c.want == "" {
			if err == nil {
				t.Errorf("%s: read as %s", c.source, listing(d.Circuit))
			}
			continue
		}
		if err != nil {
			t.Errorf("%s: %v", c.source, err)
			continue
		}
		var at []string
		for _, r := range d.Remarks {
			at = append(at, fmt.Sprintf("%d:%d", r.Line, r.Column))
		}
		if got := listing(d.Circuit); got != c.want || strings.Join(at, " ") != c.remarks {
			t.Errorf("%s\n got %s\nwant %s\nremarks %v", c.source, got, c.want, d.Remarks)
		}
		if _, err := qasm.Decode(strings.NewReader(c.source), qasm.DecodeOptions{Strict: true}); !errors.Is(err, circuits.ErrUnknown) && !errors.Is(err, qasm.ErrUnsupported) {
			t.Errorf("%s, strictly: error %v", c.source, err)
		}
	}
}

// TestDecodeInclude reads files of a folder and of nowhere else.
func TestDecodeInclude(t *testing.T) {
	folder := fstest.MapFS{
		"a.inc":       {Data: []byte("OPENQASM 3.0;\ngate both a, b { h a; one b; }\n")},
		"sub/one.inc": {Data: []byte("// first\ngate one a { x a; }")},
		"bad.inc":     {Data: []byte("\n\n gate g a { nowhere a; }")},
		"self.inc":    {Data: []byte("include \"self.inc\";")},
		"open.inc":    {Data: []byte("gate g a { x a;")},
		"two.inc":     {Data: []byte("include \"one2.inc\";")},
		"one2.inc":    {Data: []byte("include \"two.inc\";")},
	}
	for i := range 40 {
		folder[fmt.Sprintf("deep%d.inc", i)] = &fstest.MapFile{Data: fmt.Appendf(nil, "include \"deep%d.inc\";", i+1)}
	}
	read := func(text string) (*qasm.Decoded, error) {
		return qasm.Decode(strings.NewReader(header3+text), qasm.DecodeOptions{Include: folder})
	}
	d, err := read("include \"sub/one.inc\"; include \"a.inc\"; qubit[2] q; both q[0], q[1]; one q[0];")
	if err != nil {
		t.Fatal(err)
	}
	if got := listing(d.Circuit); got != "h 0; x 1; x 0" {
		t.Error(got)
	}
	for _, c := range []struct {
		name         string
		cause        error
		file         string
		line, column int
	}{
		{"bad.inc", circuits.ErrUnknown, "bad.inc", 3, 13},
		{"open.inc", circuits.ErrSyntax, "open.inc", 1, 16},
		{"self.inc", qasm.ErrLimit, "self.inc", 1, 9},
		{"two.inc", qasm.ErrLimit, "one2.inc", 1, 9},
		{"deep0.inc", qasm.ErrLimit, "deep15.inc", 1, 9},
		{"none.inc", qasm.ErrInclude, "", 2, 9},
		{"../a.inc", qasm.ErrInclude, "", 2, 9},
		{"/a.inc", qasm.ErrInclude, "", 2, 9},
		{"sub", qasm.ErrInclude, "", 2, 9},
		{".", qasm.ErrInclude, "", 2, 9},
		{"sub/../a.inc", qasm.ErrInclude, "", 2, 9},
		{"", qasm.ErrInclude, "", 2, 9},
	} {
		_, err := qasm.Decode(strings.NewReader("OPENQASM 3.0; include \"stdgates.inc\";\ninclude '"+c.name+"'; qubit q;"), qasm.DecodeOptions{Include: folder})
		var parse *qasm.ParseError
		if !errors.As(err, &parse) || !errors.Is(err, c.cause) || parse.File != c.file || parse.Line != c.line || parse.Column != c.column {
			t.Errorf("%s: error %v, want %v in %q at %d:%d", c.name, err, c.cause, c.file, c.line, c.column)
		}
	}
}
