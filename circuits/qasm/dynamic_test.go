package qasm_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/qnn-go/qnn/circuits"
	"github.com/qnn-go/qnn/circuits/qasm"
)

func TestDecodeConditionsVersion2(t *testing.T) {
	const declare = "qreg q[2]; creg c[2]; creg d[1]; "
	for _, c := range []struct{ source, want string }{
		{"if(c==3) x q[0];", "x 0 if c[0:1]==3"},
		{"if(d==1) cx q[0],q[1];", "cx 0,1 if c2"},
		{"if(d==0) reset q;", "reset 0 if !c2; reset 1 if !c2"},
		{"if (c == 123456789012345678901234567890) x q[0];", ""},
		{"if (c != 123456789012345678901234567890) x q[0];", "x 0"},
		// Qiskit looks anew for each qubit.
		{"if(c==0) measure q->c;", "measure 0->0 if c[0:1]==0; measure 1->1 if c[0:1]==0"},
		{"gate g a,b { x a; barrier a,b; h b; } if(c==1) g q[0],q[1]; x q[0];", "x 0 if c[0:1]==1; barrier 0,1; h 1 if c[0:1]==1; x 0"},
	} {
		if got := listing(decode(t, header2+declare+c.source, qasm.DecodeOptions{}).Circuit); got != c.want {
			t.Errorf("%s\n got %s\nwant %s", c.source, got, c.want)
		}
	}
}

func TestDecodeConditionsVersion3(t *testing.T) {
	const declare = "qubit[2] q; bit[2] c; bit d; "
	for _, c := range []struct{ source, want string }{
		{"if (c == 3) x q[0];", "x 0 if c[0:1]==3"},
		{"if (3 != c) { x q[0]; h q[1]; }", "x 0 if c[0:1]!=3; h 1 if c[0:1]!=3"},
		{"if (d) x q[0]; else y q[0];", "x 0 if c2; y 0 if !c2"},
		{"if (!c[1]) x q[0];", "x 0 if !c1"},
		{"if (c[0] == true) x q[0]; if (c[0] == 0) y q[0]; if (d != 1) z q[0];", "x 0 if c0; y 0 if !c0; z 0 if !c2"},
		{"if (d == 2) x q[0]; else y q[0]; if (d > -1) z q[0];", "y 0; z 0"},
		{"if (c < 2) x q[0]; if (2 < c) y q[0]; if (c >= -1) z q[0];", "x 0 if c[0:1]<2; y 0 if c[0:1]>2; z 0"},
		{"if (c[0] && !d) x q[0]; if (c[0] || d) y q[0];", "x 0 if c0&&!c2; y 0 if c0||c2"},
		{"if (!(c[0] && d)) x q[0]; if (c) y q[0]; if (!c) z q[0];", "x 0 if !c0||!c2; y 0 if c[0:1]!=0; z 0 if c[0:1]==0"},
		{"if (true && d) x q[0]; if (false && d) y q[0];", "x 0 if c2"},
		{"if (c[0] ^ d) x q[0];", "x 0 if (c0&&!c2)||(!c0&&c2)"},
		{"if (c[{1, 0}] == 1) x q[0]; if (c[0:1] == 2) y q[0];", "x 0 if c[1,0]==1; y 0 if c[0:1]==2"},
		{"if (c[0]) { if (d) x q[0]; else y q[0]; } else if (d) z q[0];", "x 0 if c0&&c2; y 0 if c0&&!c2; z 0 if !c0&&c2"},
		{"if (c[0]) ctrl @ inv @ s q[0], q[1];", "cp[-1.5707963267948966] 0,1 if c0"},
		{"if (c[0]) { gphase(0.5); barrier q; reset q[0]; d = measure q[1]; }", "gphase[0.5] if c0; barrier 0,1; reset 0 if c0; measure 1->2 if c0"},
		// What a condition said is kept when its bits change inside.
		{"if (d) { d = measure q[0]; x q[0]; }", "store 3=c2; measure 0->2 if c3; x 0 if c3"},
		{"if (d) { d = measure q[0]; } else x q[1];", "store 3=c2; measure 0->2 if c3; x 1 if !c3"},
		{"if (c[0]) { if (d) { c[0] = 0; d = 1; x q[0]; } y q[0]; }", "store 3=c0; store 0=false if c3&&c2; store 4=c2; store 2=true if c3&&c4; x 0 if c3&&c4; y 0 if c3"},
		{"c = 2; c[0] = d; d = c[0] && c[1]; c = \"10\";", "store 0=false; store 1=true; store 0=c2; store 2=c0&&c1; store 0=false; store 1=true"},
		{"c[0] ^= d; d = !d;", "store 0=(c0&&!c2)||(!c0&&c2); store 2=!c2"},
		{"c = c >> 1;", "store 3=c1; store 4=false; store 0=c3; store 1=c4"},
		{"bool v = c[0]; c[0] = 0; if (v) x q[0];", "store 3=false; store 3=c0; store 0=false; x 0 if c3"},
		{"int n = 1; if (d) n = 2; if (n == 2) x q[0];", "set v0=1; set v0=2 if c2; x 0 if v0==2"},
		{"measure q[0];", "measure 0->3"},
		{"for int i in [0:2] { if (c[i % 2]) rx(i) q[0]; }", "rx[0] 0 if c0; rx[1] 0 if c1; rx[2] 0 if c0"},
		{"for int i in [0:1] { x q[0]; if (d) break; y q[0]; } z q[0];", "x 0; store 3=true if c2; y 0 if !c3; x 0 if !c3; store 3=true if !c3&&c2; y 0 if !c3; z 0"},
		{"for int i in [0:1] { if (d) continue; y q[i]; } z q[0];", "store 3=true if c2; y 0 if !c3; store 4=true if c2; y 1 if !c4; z 0"},
		{"if (d) end; x q[0];", "store 3=true if c2; x 0 if !c3"},
		{"def f(qubit a, bit b) -> bit { if (b) return 0; x a; return measure a; } d = f(q[1], c[0]); z q[0];", ""},
		{"def g(bit[2] b) -> bool { return b == 1; } if (g(c)) x q[0];", "store 3=c0; store 4=c1; store 5=false; store 5=c[3:4]==1; x 0 if c5"},
		{"def n(int a) -> int { return a + 1; } rx(n(2)) q[0]; x q[n(0)];", "rx[3] 0; x 1"},
		{"rx(sizeof(q) + sizeof(c)) q[0];", "rx[4] 0"},
		{"duration t = 100ns + 2 * dt; delay[t] q[0]; x q[0];", "x 0"},
	} {
		if c.want == "" { // its distribution is compared elsewhere
			continue
		}
		if got := listing(decode(t, header3+declare+c.source, qasm.DecodeOptions{}).Circuit); got != c.want {
			t.Errorf("%s\n got %s\nwant %s", c.source, got, c.want)
		}
	}
}

// A loop that ends by a measured bit is a loop of the circuit; one whose rounds are known
// is laid out.
func TestDecodeWhile(t *testing.T) {
	for _, c := range []struct{ source, want string }{
		{"while (d) { d = measure q; x q; }", "loop if c0; measure 0->0; x 0; end"},
		{"while (d) { while (!d) { x q; } d = measure q; }", "loop if c0; loop if !c0; x 0; end; measure 0->0; end"},
		{"while (true) { d = measure q; if (d) break; y q; }", "store 1=true; loop if c1; store 2=false; measure 0->0; store 2=true if c0; y 0 if !c2; store 1=!c2; end"},
		{"while (true) { d = measure q; if (d) end; }", "store 1=true; loop if c1; measure 0->0; store 4=true if c0; store 1=!c4; end"},
		{"while (d) { d = measure q; break; }", "store 1=c0; loop if c1; measure 0->0; store 1=false; end"},
		{"while (d) { d = measure q; if (d) continue; x q; } y q;", "loop if c0; store 3=false; measure 0->0; store 3=true if c0; x 0 if !c3; end; y 0"},
		{"if (d) { while (d) d = measure q; x q; }", "store 1=c0; store 2=c1&&c0; loop if c2; measure 0->0 if c1; store 2=c1&&c0; end; x 0 if c1"},
		{"int i = 2; while (i > 0) { i -= 1; x q; } y q;", "x 0; x 0; y 0"},
		{"int i = 0; while (i < 2) { rx(i) q; if (d) break; i += 1; }", "set v0=0; store 1=v0<2; loop if c1; store 2=false; set v1=v0; rx[v1] 0; store 2=true if c0; set v0=v0+1 if !c2; store 1=!c2&&(v0<2); end"},
		{"int i = 0; while (d && i < 3) { i += 1; rx(i) q; d = measure q; }", "set v0=0; loop if c0&&(v0<3); set v0=v0+1; set v1=v0; rx[v1] 0; measure 0->0; end"},
	} {
		d := decode(t, header3+"qubit q; bit d; "+c.source, qasm.DecodeOptions{})
		if got := listing(d.Circuit); got != c.want {
			t.Errorf("%s\n got %s\nwant %s", c.source, got, c.want)
		}
	}
}

// Hidden bits are the last and part of no register.
func TestDecodeHiddenBits(t *testing.T) {
	d := decode(t, header3+"qubit q; bit a; if (a) { a = measure q; x q; } bit[2] b; measure q;", qasm.DecodeOptions{})
	if c := d.Circuit; c.Clbits != 5 || c.Hidden != 2 || len(d.Clbits) != 2 || listing(c) != "store 3=c0; measure 0->0 if c3; x 0 if c3; measure 0->4" {
		t.Errorf("%d bits, %d hidden, registers %v: %s", c.Clbits, c.Hidden, d.Clbits, listing(c))
	}
}

// TestJumpThatAllTake: behind one that some runs took, a jump that all others take ends the
// loop for good.
func TestJumpThatAllTake(t *testing.T) {
	for _, loop := range []string{"for int i in [0:3]", "while (true)"} {
		d := decode(t, header3+"qubit q; bit c; c = measure q; "+loop+" { if (c) break; x q; break; }", qasm.DecodeOptions{})
		if got, want := listing(d.Circuit), "measure 0->0; store 1=true if c0; x 0 if !c1"; got != want {
			t.Errorf("%s: %s, want %s", loop, got, want)
		}
	}
}

// TestComparisonsAreExact: whole numbers compare as they are where float64 has no room for
// them.
func TestComparisonsAreExact(t *testing.T) {
	const big, bigger = "9007199254740992", "9007199254740993" // 2⁵³ and one more
	for condition, holds := range map[string]bool{
		bigger + " > " + big: true, bigger + " == " + big: false, big + " < " + bigger: true, big + " >= " + bigger: false,
		"-" + bigger + " < -" + big: true, bigger + " != " + big: true, big + " <= " + big: true,
	} {
		want := ""
		if holds {
			want = "x 0"
		}
		d := decode(t, header3+"qubit q; if ("+condition+") x q;", qasm.DecodeOptions{})
		if got := listing(d.Circuit); got != want {
			t.Errorf("%s: %q, want %q", condition, got, want)
		}
	}
}

func TestDecodeConditionErrors(t *testing.T) {
	const declare = "qubit[2] q; bit[2] c; bit d; "
	for _, c := range []struct {
		source string
		cause  error
		text   string
	}{
		{"x q[¦int(c)];", qasm.ErrUnsupported, "index that depends"},
		{"for int i in [0:¦c] x q[0];", qasm.ErrUnsupported, "bound of a range"},
		{"c = ¦4;", circuits.ErrRange, "2 bits"},
		{"¦pow(c) @ x q[0];", qasm.ErrUnsupported, "exponent"},
		{"complex z = 1im; if (c[0]) z = ¦2;", qasm.ErrUnsupported, "value of z"},
		{"int n = c; rx(n¦[0:1]) q[0];", qasm.ErrUnsupported, "bits of a number"},
		{"float f = c; f = f ¦^ 2;", circuits.ErrSyntax, "real numbers"},
		{"float f = c; c = ¦f;", circuits.ErrSyntax, "real number as"},
		{"input float a; if (a < c) x q[0]; while (a ¦== 1) ;", qasm.ErrUnsupported, "inputs"},
		{"c = ¦\"011\";", circuits.ErrArity, "3 bits"},
		{"c = ¦\"2\";", circuits.ErrSyntax, "binary digits"},
		{"const int n = ¦c;", circuits.ErrSyntax, "constant"},
		{"x q[0]; c = ¦999999999999999999999;", circuits.ErrRange, "64 bits"},
		{"if (¦q) x q[0];", circuits.ErrSyntax, "q is a qubit"},
		{"def f(qubit a) { x a; } int n = ¦f(q[0]);", circuits.ErrSyntax, "no result"},
		{"def f(qubit a) -> bit { ¦return; } d = f(q[0]);", circuits.ErrSyntax, "without a value"},
		{"gate g a { if (¦c == 1) x a; }", circuits.ErrSyntax, "gate"},
		{"¦if (c == 1) { qubit r; }", circuits.ErrSyntax, "block"},
	} {
		before, after, _ := strings.Cut(c.source, "¦")
		_, err := qasm.Decode(strings.NewReader(header3+declare+before+after), qasm.DecodeOptions{})
		var parse *qasm.ParseError
		if !errors.As(err, &parse) || !errors.Is(err, c.cause) || !strings.Contains(err.Error(), c.text) {
			t.Errorf("%s: error %v, want %v with %q", c.source, err, c.cause, c.text)
			continue
		}
		if column := len([]rune(declare+before)) + 1; parse.Column != column && c.text != "block" && c.text != "comparison" {
			t.Errorf("%s: %v, want column %d", c.source, err, column)
		}
	}
}
