package qasm_test

import (
	"maps"
	"math"
	"slices"
	"strings"
	"testing"

	"github.com/qnn-go/qnn/circuits"
	"github.com/qnn-go/qnn/circuits/qasm"
	"github.com/qnn-go/qnn/qsim"
)

// TestDecodePrograms reads whole programs in the style of the specification's examples,
// and wants the distributions that their comments promise.
func TestDecodePrograms(t *testing.T) {
	const square = 0.14644660940672624 // sin²(π/8)
	for _, c := range []struct {
		name, source string
		want         map[string]float64
	}{
		{"ripple-carry adder (Cuccaro et al. 2004, arXiv:quant-ph/0410184)", `
			gate majority a, b, c { cx c, b; cx c, a; ccx a, b, c; }
			gate unmaj a, b, c { ccx a, b, c; cx c, a; cx a, b; }
			qubit[1] cin; qubit[4] a; qubit[4] b; qubit[1] cout; bit[5] ans;
			uint[4] a_in = 1; uint[4] b_in = 15;
			reset cin; reset a; reset b; reset cout;
			for uint i in [0:3] { if (bool(a_in[i])) x a[i]; if (bool(b_in[i])) x b[i]; }
			majority cin[0], b[0], a[0];
			for uint i in [0:2] { majority a[i], b[i + 1], a[i + 1]; }
			cx a[3], cout[0];
			for uint i in [2:-1:0] { unmaj a[i], b[i + 1], a[i + 1]; }
			unmaj cin[0], b[0], a[0];
			ans[0:3] = measure b[0:3];
			ans[4] = measure cout[0];`, map[string]float64{"10000": 1}},
		{"syndrome of a repetition code", `
			qubit[3] q; qubit[2] a; bit[3] c; bit[2] syn;
			def syndrome(qubit[3] d, qubit[2] a) -> bit[2] {
				bit[2] b;
				cx d[0], a[0]; cx d[1], a[0]; cx d[1], a[1]; cx d[2], a[1];
				b = measure a;
				return b;
			}
			reset q; reset a;
			x q[0];
			barrier q;
			syn = syndrome(q, a);
			if (int[2](syn) == 1) x q[0];
			if (int[2](syn) == 2) x q[2];
			if (int[2](syn) == 3) x q[1];
			c = measure q;`, map[string]float64{"01000": 1}},
		{"repeat until success: cos θ = 3/5 (Nielsen and Chuang, exercise 4.41)", `
			def segment(qubit[2] anc, qubit psi) -> bit[2] {
				bit[2] b;
				reset anc; h anc;
				ccx anc[0], anc[1], psi; s psi; ccx anc[0], anc[1], psi; z psi;
				h anc;
				measure anc -> b;
				return b;
			}
			qubit inp; qubit[2] ancilla; bit[2] flags = "11"; bit outcome;
			reset inp; h inp;
			while (int[2](flags) != 0) { flags = segment(ancilla, inp); }
			rz(pi - arccos(3 / 5.0)) inp;
			h inp;
			outcome = measure inp;`, map[string]float64{"000": 1}},
		{"teleportation along a chain of pairs", `
			const int n_pairs = 3;
			def bellprep(qubit[2] q) { reset q; h q[0]; cx q[0], q[1]; }
			qubit inp; bit outcome; qubit[2 * n_pairs] q;
			reset inp; ry(pi / 4) inp;
			bellprep(q[0:1]); bellprep(q[2:3]); bellprep(q[4:5]);
			def hop(qubit from, qubit[2] pair) {
				bit[2] pf;
				cx from, pair[0]; h from;
				pf[0] = measure from; pf[1] = measure pair[0];
				if (pf[0] == 1) z pair[1];
				if (pf[1] == 1) x pair[1];
			}
			hop(inp, q[0:1]); hop(q[1], q[2:3]); hop(q[3], q[4:5]);
			outcome = measure q[5];`, map[string]float64{"0": 1 - square, "1": square}},
		{"inverse Fourier transform with measured bits as a number", `
			qubit[4] q; bit[4] c;
			for int k in [0:3] { h q[k]; p(2 * pi * 5 * 2 ** k / 16) q[k]; }
			h q[3]; c[0] = measure q[3];
			if (int[4](c) == 1) p(-pi / 2) q[2];
			h q[2]; c[1] = measure q[2];
			for int v in [1:3] { if (c == v) p(-pi * v / 4) q[1]; }
			h q[1]; c[2] = measure q[1];
			switch (c) { case 1 { p(-pi / 8) q[0]; } case 4, 5, 6, 7 { p(-pi / 2) q[0]; if (c[1:0] == 5) x q[0]; if (c[0]) p(-pi / 8) q[0]; if (c[1]) p(-pi / 4) q[0]; }
				case 2 { p(-pi / 4) q[0]; } case 3 { p(-3 * pi / 8) q[0]; } default { } }
			h q[0]; c[3] = measure q[0];`, map[string]float64{"0101": 1}},
		{"layers chosen by digits", `
			qubit[2] q; bit[2] c;
			for int row in [0:1] { for int column in [0:1] {
				bit[8] sum = bit[8](row + column);
				if (sum[0] == 1) x q[row];
			} }
			#pragma braket verbatim
			box { x q[0]; }
			c = measure q;`, map[string]float64{"10": 1}},
	} {
		d := decode(t, header3+c.source, qasm.DecodeOptions{})
		var got map[string]float64
		if strings.Contains(c.source, "while") { // too many histories to follow
			got = sample(t, d.Circuit)
		} else {
			got = distribution(t, d.Circuit)
		}
		if !slices.Equal(slices.Sorted(maps.Keys(got)), slices.Sorted(maps.Keys(c.want))) {
			t.Errorf("%s: %v, want %v", c.name, got, c.want)
			continue
		}
		for key, p := range c.want {
			if math.Abs(got[key]-p) > 1e-8 {
				t.Errorf("%s: probability of %s is %v, want %v", c.name, key, got[key], p)
			}
		}
	}
}

// sample is what 2000 runs of a circuit give.
func sample(t *testing.T, c *circuits.Circuit) map[string]float64 {
	t.Helper()
	p, err := qsim.Compile(c, qsim.Options{})
	if err != nil {
		t.Fatal(err)
	}
	counts, err := p.Sample(t.Context(), nil, nil, 2000, 1)
	if err != nil {
		t.Fatal(err)
	}
	out := map[string]float64{}
	for _, x := range counts.Sorted() {
		out[counts.Key(x)] = float64(counts.Outcomes[x]) / 2000
	}
	return out
}
