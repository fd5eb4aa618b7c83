package qasm_test

import (
	"bytes"
	"errors"
	"fmt"
	"runtime"
	"strconv"
	"strings"
	"testing"

	"github.com/qnn-go/qnn/circuits"
	"github.com/qnn-go/qnn/circuits/qasm"
)

// doubling defines gates of which each calls the one before twice.
func doubling(levels int, leaf string) string {
	var b strings.Builder
	fmt.Fprintf(&b, "gate g0 a { %s }\n", leaf)
	for i := range levels {
		fmt.Fprintf(&b, "gate g%d a { g%d a; g%d a; }\n", i+1, i, i)
	}
	return b.String()
}

func many(n int, text string) string { return strings.Repeat(text, n) }

// numbered writes format n times, with the numbers from 0 on for {}, and from 1 on for {next}.
func numbered(n int, format string) string {
	var b strings.Builder
	for i := range n {
		b.WriteString(strings.ReplaceAll(strings.ReplaceAll(format, "{next}", strconv.Itoa(i+1)), "{}", strconv.Itoa(i)))
	}
	return b.String()
}

// TestHostile gives texts that are small for what they ask. Each must end in the
// named error without much memory.
func TestHostile(t *testing.T) {
	if testing.Short() {
		t.Skip("slow; the whole form of the tests runs it")
	}
	nested := "qubit q; rx(" + many(1_000_000, "(") + "1" + many(1_000_000, ")") + ") q;"
	chain := "gate g0 a { x a; } " + numbered(1000, "gate g{next} a { g{} a; } ")
	squares := "input float a; qubit q; const float b0 = a + 1; " + numbered(30, "const float b{next} = b{} * b{}; ")
	for _, c := range []struct {
		name, source string
		cause        error
	}{
		{"parentheses", header3 + nested, qasm.ErrLimit},
		{"signs", header3 + "qubit q; rx(" + many(1_000_000, "-") + "1) q;", qasm.ErrLimit},
		{"powers", header3 + "qubit q; rx(" + many(1_000_000, "1**") + "1) q;", qasm.ErrLimit},
		{"casts", header3 + "int i = " + many(1_000_000, "int("), qasm.ErrLimit},
		{"functions", header3 + "float x = " + many(1_000_000, "sin("), qasm.ErrLimit},
		{"indices", header3 + "qubit[2] q; x q" + many(1_000_000, "[0:1]") + ";", nil},
		{"blocks", header3 + many(1_000_000, "{"), qasm.ErrLimit},
		{"ifs", header3 + many(1_000_000, "if (true) "), qasm.ErrLimit},
		{"else ifs", header3 + "if (false) ; " + many(100_000, "else if (false) ; "), qasm.ErrLimit},
		{"loops", header3 + many(1_000_000, "for int i in [0:1] "), qasm.ErrLimit},
		{"boxes", header3 + many(1_000_000, "box {"), qasm.ErrLimit},
		{"skipped blocks", header3 + "if (false) " + many(1_000_000, "{"), circuits.ErrSyntax},
		{"modifiers", header3 + "qubit q; " + many(1_000_000, "inv @ ") + "x q;", qasm.ErrLimit},
		{"controls", header3 + "qubit[20] q; " + many(17, "ctrl @ ") + "x q;", qasm.ErrLimit},
		{"many controls", header3 + "qubit[20] q; ctrl(16) @ x q[0]" + numbered(16, ", q[{next}]") + ";", qasm.ErrLimit},
		{"gate doubling", header2 + doubling(30, "x a;") + "qreg q[1]; g30 q[0];", qasm.ErrLimit},
		{"more doubling than 64 bits hold", header2 + doubling(200, "x a;") + "qreg q[1]; g200 q[0];", qasm.ErrLimit},
		{"doubling of nothing", header2 + doubling(40, "") + "qreg q[1]; g40 q[0];", qasm.ErrLimit},
		{"doubling that is not called", header2 + doubling(200, "x a;"), nil},
		{"doubling on registers", header2 + doubling(20, "x a;") + "qreg q[1000]; g20 q;", qasm.ErrLimit},
		{"chain of gates", header2 + chain + "qreg q[1]; g1000 q[0];", qasm.ErrLimit},
		{"power", header3 + "qubit q; pow(100000000000) @ x q;", qasm.ErrLimit},
		{"power of power", header3 + "qubit q; pow(1000000) @ pow(1000000) @ x q;", qasm.ErrLimit},
		{"endless loop", header3 + "while (true) ;", qasm.ErrLimit},
		{"long loop", header3 + "for int i in [0:1099511627775] ;", qasm.ErrLimit},
		{"nested loops", header3 + many(50, "for int i in [0:1000] ") + ";", qasm.ErrLimit},
		{"loop in a gate", header3 + "gate g a { for int i in [0:1000000000] x a; }", qasm.ErrLimit},
		{"long body", header3 + "while (true) {" + many(1_000_000, ";") + "}", qasm.ErrLimit},
		{"long condition", header3 + "while (" + many(100_000, "1+") + "1) ;", qasm.ErrLimit},
		{"recursive def", header3 + "def f(int n) { f(n); f(n); } f(1);", qasm.ErrLimit},
		{"doubling defs", header3 + "def f(int n) { if (n > 0) { f(n - 1); f(n - 1); } } f(60);", qasm.ErrLimit},
		{"loops by measured bits", header3 + "qubit q; bit c; " + many(5, "while (c) { c = measure q; ") + many(5, "}"), nil},
		{"conditions in conditions", header3 + "qubit q; bit c; " + many(100_000, "if (c) ") + "x q;", qasm.ErrLimit},
		{"else ifs by measured bits", header3 + "qubit q; bit[9] c; " + many(100_000, "if (c == 3) x q; else "), qasm.ErrLimit},
		{"conditions on a huge register", header3 + "qubit q; bit[900000] c; " + many(10_000, "if (c == 3) x q; "), qasm.ErrLimit},
		{"operations under a huge condition", header3 + "qubit q; bit[900000] c; if (c == 3) { " + many(10_000, "x q; ") + "}", qasm.ErrLimit},
		{"broadcast under a huge condition", header3 + "qubit[90000] q; bit[900000] c; if (c == 3) x q;", qasm.ErrLimit},
		{"changes of a tested register", header3 + "qubit q; bit[900000] c; if (c == 3) c = c << 1;", qasm.ErrLimit},
		{"hidden bits", header3 + "bit[900000] c; c = c ^ c; c = c & c;", qasm.ErrLimit},
		{"comparison of huge registers", header3 + "qubit q; bit[400000] c; bit[400000] d; if (c == d) x q;", qasm.ErrLimit},
		{"conditions that grow", header3 + "qubit q; bit[2] c; bool b = c[0]; " + many(2000, "if (c[0] ^ c[1]) ") + "x q;", qasm.ErrLimit},
		{"exclusive or of itself", header3 + "qubit q; bit[2] c; if (c[0]" + many(100, " ^ c[1]") + ") x q;", nil},
		{"jumps", header3 + "qubit q; bit c; while (true) { " + many(100, "if (c) continue; ") + "x q; if (c) break; }", nil},
		{"recursion by measured bits", header3 + "qubit q; bit c; def f(int n) { if (c) { f(n); f(n); } } f(1);", qasm.ErrLimit},
		{"cases", header3 + "qubit q; bit[8] c; switch (c) { " + numbered(100_000, "case {} { x q; } ") + "default { x q; } }", qasm.ErrLimit},
		{"huge number to compare with", header3 + "qubit q; bit c; if (c == " + many(1_000_000, "9") + ") x q;", circuits.ErrRange},
		{"string of bits", header3 + "bit[9] c = \"" + many(1_000_000, "1") + "\";", circuits.ErrSyntax},
		{"huge register", "OPENQASM 2.0; qreg q[1000001];", circuits.ErrRange},
		{"huge integer", "OPENQASM 2.0; qreg q[" + many(1_000_000, "9") + "];", circuits.ErrRange},
		{"huge exponent", header3 + "float x = 1e99999999;", circuits.ErrRange},
		{"broadcast often", header2 + "qreg q[1000000]; " + many(100, "h q; "), qasm.ErrLimit},
		{"barriers often", header2 + "qreg q[1000000]; " + many(1000, "barrier q; "), qasm.ErrLimit},
		{"measure often", header2 + "qreg q[400000]; creg c[400000];" + many(100, "measure q->c; "), qasm.ErrLimit},
		{"aliases often", header3 + "qubit[100000] q; let a0 = q ++ q; " + numbered(40, "let a{next} = a{} ++ a{}; "), qasm.ErrLimit},
		{"polynomials", header3 + squares, qasm.ErrLimit},
		{"power of inputs", header3 + "input float a; qubit q; rx((a + 1) ** 1000) q;", qasm.ErrUnsupported},
		{"strings", "OPENQASM 2.0; include \"" + many(10_000_000, "a"), circuits.ErrSyntax},
		{"comment", "OPENQASM 2.0; /*" + many(10_000_000, "a"), circuits.ErrSyntax},
		{"NUL bytes", many(1_000_000, "\x00"), circuits.ErrSyntax},
		{"invalid UTF-8 in a name", "OPENQASM 2.0; qreg a\xff[1];", circuits.ErrSyntax},
		{"name of gate parameters", header2 + "gate g " + many(100_000, "a,") + "a { }", qasm.ErrLimit},
		{"self include", "OPENQASM 2.0; include \"hostile.qasm\";", qasm.ErrInclude},
	} {
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		_, err := qasm.Decode(strings.NewReader(c.source), qasm.DecodeOptions{MaxOperations: 1_000_000})
		runtime.ReadMemStats(&after)
		if !errors.Is(err, c.cause) && (c.cause != nil || err != nil) || err != nil && len(err.Error()) > 1000 {
			t.Errorf("%s: error %.1000v, want %v", c.name, err, c.cause)
		}
		// An operation that a modifier makes costs up to 1.2 kB on the way.
		if used := after.TotalAlloc - before.TotalAlloc; used > 1200<<20 {
			t.Errorf("%s: allocates %d MiB", c.name, used>>20)
		}
	}
}

// TestLoopsRefusedBeforeExpanding: what a loop with plain bounds takes at least is found
// from its text, so that one that is too long costs no memory.
func TestLoopsRefusedBeforeExpanding(t *testing.T) {
	for _, c := range []struct {
		source string
		cause  error
	}{
		{"for int i in [0:1000000000] { h q[0]; }", qasm.ErrLimit},
		{"for int i in [1:5000] { for uint j in [0:5000] { h q[0]; } }", qasm.ErrLimit},
		{"for int i in [0:299] for int j in [0:299] { x q[0]; for int k in [0:299] { h q[0]; } if (i == 3) { x q[0]; } else { y q[0]; } }", qasm.ErrLimit},
		{"int n = 10000000; for int i in [0:n] { h q[0]; if (i == 2) continue; x q[0]; }", qasm.ErrLimit},
		{"for int i in [0:4000000] { h q[0]; x q[0]; y q[0]; }", qasm.ErrLimit},
		{"for int i in [0:1000000000] { h q[0]; break; }", nil},
		{"for int i in [0:1000000000] { for int j in [0:1000000000] { if (j == 2) end; h q[0]; } }", nil},
		{"for int i in [5:4] { for int j in [0:1000000000] { h q[0]; } }", nil},
		{"if (false) { for int j in [0:1000000000] { h q[0]; } } for int i in {1, 2} { x q[0]; }", nil},
		{"for int i in [0:2] { for int j in [0:i] { for int k in [0:2:4] x q[0]; } }", nil},
	} {
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		_, err := qasm.Decode(strings.NewReader(header3+"qubit[2] q; "+c.source), qasm.DecodeOptions{})
		runtime.ReadMemStats(&after)
		if !errors.Is(err, c.cause) {
			t.Errorf("%s: error %v, want %v", c.source, err, c.cause)
		}
		if used := after.TotalAlloc - before.TotalAlloc; used > 4<<20 {
			t.Errorf("%s: allocates %d MiB", c.source, used>>20)
		}
	}
}

// TestHugeToken reads 100 MB of one name, one number and one string.
func TestHugeToken(t *testing.T) {
	if testing.Short() {
		t.Skip("slow; the whole form of the tests runs it")
	}
	for _, c := range []struct {
		text, fill string
		cause      error
	}{
		{"OPENQASM 2.0;\nqreg ", "a", qasm.ErrLimit},
		{"OPENQASM 2.0;\n", "a", circuits.ErrUnknown},
		{"OPENQASM 2.0;\nqreg q[", "7", circuits.ErrRange},
		{"OPENQASM 2.0;\ninclude \"", "a", circuits.ErrSyntax},
		{"qubit[2] $", "3", circuits.ErrSyntax},
		{"x $", "3", circuits.ErrRange},
	} {
		source := append([]byte(c.text), bytes.Repeat([]byte(c.fill), 100_000_000)...)
		_, err := qasm.Decode(bytes.NewReader(source), qasm.DecodeOptions{})
		if !errors.Is(err, c.cause) || len(err.Error()) > 1000 {
			t.Errorf("%s%s…: error %.200v, want %v", c.text, c.fill, err, c.cause)
		}
	}
}

// endless is a reader without end.
type endless struct{}

func (endless) Read(p []byte) (int, error) {
	for i := range p {
		p[i] = ' '
	}
	return len(p), nil
}

func TestDecodeEndlessReader(t *testing.T) {
	if testing.Short() {
		t.Skip("reads 256 MiB")
	}
	if _, err := qasm.Decode(endless{}, qasm.DecodeOptions{}); !errors.Is(err, qasm.ErrLimit) {
		t.Errorf("error %v, want ErrLimit", err)
	}
}
