package circuits_test

import (
	"fmt"
	"math/cmplx"
	"strings"
	"testing"

	"github.com/qnn-go/qnn/circuits"
)

// facts is what the table must know of each gate: the axis of each qubit; for each the first
// that it may be exchanged with; its form; the rotation that it is; its Pauli string; c where it is a Clifford operator and i where it undoes itself; its symbol.
const facts = `
	id      Z    0    phase    -                -  ci I
	x       X    0    flip     rx(3.1416)+1.57  -  ci X
	y       Y    0    dense    ry(3.1416)+1.57  -  ci Y
	z       Z    0    phase    rz(3.1416)+1.57  -  ci Z
	h       -    0    dense    -                -  ci H
	s       Z    0    phase    rz(1.5708)+0.79  -  c  S
	sdg     Z    0    phase    rz(-1.5708)-0.79 -  c  S†
	t       Z    0    phase    rz(0.7854)+0.39  -  -  T
	tdg     Z    0    phase    rz(-0.7854)-0.39 -  -  T†
	sx      X    0    dense    rx(1.5708)+0.79  -  c  SX
	sxdg    X    0    dense    rx(-1.5708)-0.79 -  c  SX†
	rx      X    0    dense    rx(θ)            X  -  RX
	ry      Y    0    dense    ry(θ)            Y  -  RY
	rz      Z    0    diagonal rz(θ)            Z  -  RZ
	p       Z    0    phase    rz(θ)+θ/2        -  -  P
	u       -    0    dense    -                -  -  U
	r       -    0    dense    -                -  -  R
	gpi     -    0    dense    -                -  -  GPi
	gpi2    -    0    dense    -                -  -  GPi2
	cx      ZX   01   flip     -                -  ci X
	cy      ZY   01   dense    -                -  ci Y
	cz      ZZ   00   phase    cp(3.1416)+0.00  -  ci Z
	ch      Z-   01   dense    -                -  i  H
	cp      ZZ   00   phase    cp(θ)            -  -  P
	crx     ZX   01   dense    crx(θ)           X  -  RX
	cry     ZY   01   dense    cry(θ)           Y  -  RY
	crz     ZZ   01   diagonal crz(θ)           Z  -  RZ
	cu      Z-   01   dense    -                -  -  U
	swap    --   00   swap     -                -  ci SWAP
	iswap   --   00   dense    -                -  c  iSWAP
	ecr     -X   01   dense    -                -  ci ECR
	rxx     XX   00   dense    rxx(θ)           XX -  RXX
	ryy     YY   00   dense    ryy(θ)           YY -  RYY
	rzz     ZZ   00   diagonal rzz(θ)           ZZ -  RZZ
	rzx     ZX   01   dense    rzx(θ)           ZX -  RZX
	ccx     ZZX  002  flip     -                -  i  X
	ccz     ZZZ  000  phase    -                -  i  Z
	cswap   Z--  011  swap     -                -  i  SWAP
	gphase  -    -    phase    -                -  -  GPHASE
`

// TestFacts walks the gate table and finds every gate in facts: a new gate needs a line there,
// which says what else is made of it.
func TestFacts(t *testing.T) {
	want := map[string]string{}
	for line := range strings.Lines(facts) {
		if fields := strings.Fields(line); len(fields) > 0 {
			want[fields[0]] = strings.Join(fields, " ")
		}
	}
	gates := tableGates()
	for _, g := range gates {
		got := strings.Join([]string{
			g.String(), axes(g), alike(g), forms[g.Form()], rotation(g), or(g.Pauli()),
			or(when2(g.Clifford() != nil, "c") + when2(g.SelfInverse(), "i")), g.Spec().Symbol(),
		}, " ")
		if got != want[g.String()] {
			t.Errorf("have %s\nwant %s", got, want[g.String()])
		}
	}
	if len(want) != len(gates) {
		t.Errorf("facts of %d gates, the table has %d", len(want), len(gates))
	}
}

var forms = map[circuits.Form]string{
	circuits.FormDense: "dense", circuits.FormDiagonal: "diagonal", circuits.FormPhase: "phase", circuits.FormFlip: "flip", circuits.FormSwap: "swap",
}

func or(s string) string {
	if s == "" {
		return "-"
	}
	return s
}

func when2(ok bool, s string) string {
	if ok {
		return s
	}
	return ""
}

func axes(g circuits.Gate) string {
	out := ""
	for k := range g.Spec().Qubits {
		if a := g.Axis(k); a != 0 {
			out += string(a)
		} else {
			out += "-"
		}
	}
	return or(out)
}

func alike(g circuits.Gate) string {
	out := ""
	for k := range g.Spec().Qubits {
		j := 0
		for !g.Exchangeable(j, k) {
			j++
		}
		out += fmt.Sprint(j)
	}
	return or(out)
}

func rotation(g circuits.Gate) string {
	r, ok := single(g).Ops[0].Rotation()
	switch {
	case !ok:
		return "-"
	case len(g.Spec().Params) > 0 && len(r.Phase) == 0:
		return r.Gate.String() + "(θ)"
	case len(g.Spec().Params) > 0:
		return r.Gate.String() + "(θ)+θ/2"
	}
	return fmt.Sprintf("%v(%.4f)%+.2f", r.Gate, r.Angle.Eval(nil, nil), r.Phase.Eval(nil, nil))
}

// TestFactsFollowFromTheMatrix compares the facts of every gate, for random angles, with the
// matrix of the gate as the simulator of these tests makes it from the table.
func TestFactsFollowFromTheMatrix(t *testing.T) {
	rng := newRand(21)
	for _, g := range tableGates() {
		spec := g.Spec()
		for range 3 {
			p := randomAngles(rng, len(spec.Params))
			c := single(g)
			u := matrix(t, c, p, nil)
			if d := distance(t, c.Ops[0].FullMatrix(p), u); !(d <= 1e-15) {
				t.Errorf("%v: FullMatrix differs by %g", g, d)
			}
			for k := range spec.Qubits {
				for _, pauli := range "XYZ" {
					commutes := distance(t, multiplied(u, on(spec.Qubits, k, pauli)), multiplied(on(spec.Qubits, k, pauli), u)) <= 1e-12
					if along := g.Axis(k) == byte(pauli); along != commutes && g != circuits.GateI {
						t.Errorf("%v%v commutes with %c on qubit %d: %v", g, p, pauli, k, commutes)
					}
				}
				for j := range k {
					swapped := c.Clone()
					swapped.Ops[0].Qubits[j], swapped.Ops[0].Qubits[k] = k, j
					if same := distance(t, matrix(t, swapped, p, nil), u) <= 1e-12; same != g.Exchangeable(j, k) {
						t.Errorf("%v%v is the same with qubits %d and %d exchanged: %v", g, p, j, k, same)
					}
				}
			}
			if r, ok := c.Ops[0].Rotation(); ok {
				as := circuits.New(spec.Qubits).Append(r.Gate, []circuits.Angle{r.Angle}, c.Ops[0].Qubits...).GPhase(r.Phase)
				if d := distance(t, matrix(t, as, p, nil), u); !(d <= 1e-14) {
					t.Errorf("%v%v as a rotation differs by %g", g, p, d)
				}
				if !r.Gate.Additive() {
					t.Errorf("%v becomes %v, whose angles do not add up", g, r.Gate)
				}
			}
		}
		checkSums(t, g)
		checkClifford(t, g)
	}
}

// checkSums checks that angles add up where the table says so, and nowhere else.
func checkSums(t *testing.T, g circuits.Gate) {
	t.Helper()
	if len(g.Spec().Params) != 1 {
		if g.Additive() {
			t.Errorf("%v: additive with %d angles", g, len(g.Spec().Params))
		}
		return
	}
	sum := single(g).Concat(single(g))
	sum.Ops[1].Angles = []circuits.Angle{circuits.Weight(1)}
	sum.Qubits = max(sum.Qubits, 1)
	one := single(g)
	one.Qubits = sum.Qubits
	if add := distance(t, matrix(t, sum, []float64{0.3, -1.1}, nil), matrix(t, one, []float64{-0.8}, nil)) <= 1e-13; add != g.Additive() {
		t.Errorf("%v: angles add up: %v", g, add)
	}
}

// checkClifford checks what g makes of every product of Pauli matrices on its qubits, and that
// the inverse undoes it.
func checkClifford(t *testing.T, g circuits.Gate) {
	t.Helper()
	action, n := g.Clifford(), g.Spec().Qubits
	if action == nil {
		return
	}
	u := matrix(t, single(g), nil, nil)
	for i, image := range action {
		x, z := i%(1<<n), i>>n
		if d := distance(t, multiplied(u, product(n, x, z, false)), multiplied(product(n, int(image.X), int(image.Z), image.Negative), u)); !(d <= 1e-14) {
			t.Errorf("%v: what becomes of x=%b z=%b is off by %g", g, x, z, d)
		}
		if back := action.Inverse()[int(image.X)|int(image.Z)<<n]; int(back.X) != x || int(back.Z) != z || back.Negative != image.Negative {
			t.Errorf("%v: the inverse of %+v is %+v, want x=%b z=%b", g, image, back, x, z)
		}
	}
}

// on is a Pauli matrix on qubit k of n.
func on(n, k int, pauli rune) []complex128 {
	x, z := 0, 0
	if pauli != 'Z' {
		x = 1 << k
	}
	if pauli != 'X' {
		z = 1 << k
	}
	return product(n, x, z, false)
}

// product is a product of Pauli matrices on n qubits, X where x has a bit, Z where z has one,
// Y where both have.
func product(n, x, z int, negative bool) []complex128 {
	out := []complex128{1}
	if negative {
		out[0] = -1
	}
	for k := range n {
		factor := [][]complex128{{1, 0, 0, 1}, {0, 1, 1, 0}, {1, 0, 0, -1}, {0, -1i, 1i, 0}}[x>>k&1|z>>k&1<<1]
		d := 1 << k
		next := make([]complex128, 4*d*d)
		for i := range next { // qubit k is the most significant so far
			r, c := i/(2*d), i%(2*d)
			next[i] = factor[r/d*2+c/d] * out[r%d*d+c%d]
		}
		out = next
	}
	return out
}

func multiplied(a, b []complex128) []complex128 {
	d := 1
	for d*d < len(a) {
		d *= 2
	}
	out := make([]complex128, len(a))
	for i := range out {
		for k := range d {
			out[i] += a[i/d*d+k] * b[k*d+i%d]
		}
	}
	return out
}

// TestUnknownFacts asks for the facts of operations without a matrix in the table.
func TestUnknownFacts(t *testing.T) {
	for _, g := range []circuits.Gate{circuits.GateUnitary, circuits.GateBarrier, circuits.GateMeasure, circuits.GateLoop} {
		_, ok := circuits.Op{Gate: g}.Rotation()
		if ok || g.Form() != circuits.FormDense || g.Axis(0) != 0 || g.Axis(7) != 0 || g.Exchangeable(0, 1) || !g.Exchangeable(1, 1) ||
			g.Additive() || g.SelfInverse() || g.Pauli() != "" || g.Clifford() != nil {
			t.Errorf("%v: something is known of it", g)
		}
	}
	m := circuits.Op{Gate: circuits.GateUnitary, Matrix: []complex128{0, 1i, 1i, 0}}
	if got := m.FullMatrix(nil); cmplx.Abs(got[1]-1i) != 0 {
		t.Errorf("full matrix %v", got)
	}
}
