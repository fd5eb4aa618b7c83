package synth_test

import (
	"errors"
	"fmt"
	"math"
	"math/cmplx"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/qnn-go/qnn/circuits"
	"github.com/qnn-go/qnn/circuits/internal/matrix"
	"github.com/qnn-go/qnn/circuits/synth"
	"github.com/qnn-go/qnn/qsim/simtest"
)

func newRand(stream uint64) *rand.Rand { return rand.New(rand.NewPCG(1, stream)) }

func randomAngles(rng *rand.Rand, n int) []float64 {
	out := make([]float64, n)
	for i := range out {
		out[i] = 14*rng.Float64() - 7
	}
	return out
}

// matrixOf is the matrix of a circuit of unitary gates with numbers for angles.
func matrixOf(t testing.TB, c *circuits.Circuit) []complex128 {
	t.Helper()
	if err := c.Validate(); err != nil {
		t.Fatal(err)
	}
	d := 1 << c.Qubits
	out := matrix.Identity(d)
	for _, op := range c.Ops {
		var angles []float64
		for _, a := range op.Angles {
			angles = append(angles, a.Eval(nil, nil))
		}
		m := op.FullMatrix(angles)
		size, wide := matrix.Order(m), make([]complex128, d*d)
		for r := range d {
			row, rest := 0, r
			for k, q := range op.Qubits {
				row |= r >> q & 1 << k
				rest &^= 1 << q
			}
			for col := range size {
				c := rest
				for k, q := range op.Qubits {
					c |= col >> k & 1 << q
				}
				wide[r*d+c] = m[row*size+col]
			}
		}
		out = matrix.Product(wide, out)
	}
	return out
}

// distance is the largest difference of the entries of two matrices.
func distance(a, b []complex128) float64 {
	worst := 0.0
	for i := range a {
		if d := cmplx.Abs(a[i] - b[i]); !(d <= worst) { // keeps NaN
			worst = d
		}
	}
	return worst
}

// checkBasis fails if c holds a gate outside the basis or a global phase before its end.
func checkBasis(t testing.TB, c *circuits.Circuit, basis []circuits.Gate) {
	t.Helper()
	for i, op := range c.Ops {
		if last := op.Gate == circuits.GateGPhase && i == len(c.Ops)-1; !last && !slices.Contains(basis, op.Gate) {
			t.Errorf("%v at %d is not in the basis", op.Gate, i)
		}
	}
}

// hardUnitaries are matrices on which a careless synthesis loses digits or
// divides by zero: degenerate, block diagonal, almost so, and permutations.
func hardUnitaries(n int) map[string][]complex128 {
	rng := newRand(11)
	d := 1 << n
	out := map[string][]complex128{}
	add := func(name string, f func(r, c int) complex128) {
		m := make([]complex128, d*d)
		for i := range m {
			m[i] = f(i/d, i%d)
		}
		out[name] = m
	}
	add("identity", func(r, c int) complex128 { return when(r == c, 1) })
	add("minus i", func(r, c int) complex128 { return when(r == c, -1i) })
	add("reversal", func(r, c int) complex128 { return when(r == d-1-c, 1) })
	add("cycle", func(r, c int) complex128 { return when(r == (c+1)%d, 1) })
	add("Fourier", func(r, c int) complex128 {
		return cmplx.Rect(1/math.Sqrt(float64(d)), 2*math.Pi*float64(r*c)/float64(d))
	})
	add("signs", func(r, c int) complex128 { return when(r == c, complex(float64(1-2*(r%2)), 0)) })
	for _, eps := range []float64{1e-4, 1e-7, 1e-8, 1e-10, 1e-15, 1e-160} {
		// exp(−iεH) to the accuracy of rounding: 1 − iεH orthogonalized.
		h := simtest.RandomUnitary(rng, d)
		add(fmt.Sprintf("near identity %g", eps), func(r, c int) complex128 {
			return when(r == c, 1) + complex(eps, 0)*(h[r*d+c]-cmplx.Conj(h[c*d+r]))
		})
		simtest.Orthonormalize(out[fmt.Sprintf("near identity %g", eps)], d)
		near := simtest.RandomUnitary(rng, d)
		for i := range near { // almost block diagonal
			if (i/d)/(d/2) != (i%d)/(d/2) {
				near[i] *= complex(eps, 0)
			}
		}
		simtest.Orthonormalize(near, d)
		out[fmt.Sprintf("near block %g", eps)] = near
		swapped := slices.Concat(near[len(near)/2:], near[:len(near)/2])
		out[fmt.Sprintf("near antiblock %g", eps)] = swapped
	}
	return out
}

func when(ok bool, v complex128) complex128 {
	if ok {
		return v
	}
	return 0
}

// TestUnitaries writes hard, random and known matrices in gates.
func TestUnitaries(t *testing.T) {
	rng := newRand(12)
	maxCX := []int{0, 0, 3, 24} // n = 1, 2, 3: 4·3 + 3·4
	for n := 1; n <= 3; n++ {
		cases := hardUnitaries(n)
		for i := range 200 {
			cases[fmt.Sprintf("random %d", i)] = simtest.RandomUnitary(rng, 1<<n)
		}
		for _, g := range circuits.Gates() {
			if g.Unitary() && g.Spec().Qubits == n {
				cases[g.String()] = circuits.Op{Gate: g}.FullMatrix(randomAngles(rng, len(g.Spec().Params)))
			}
		}
		qubits := []int{1, 2, 0}[:n]
		for name, m := range cases {
			c := circuits.New(3).Unitary(m, qubits...)
			out, err := synth.Decompose(c, []circuits.Gate{circuits.GateU, circuits.GateCX})
			if err != nil {
				t.Errorf("%d qubits, %s: %v", n, name, err)
				continue
			}
			if d := distance(matrixOf(t, out), matrixOf(t, c)); !(d <= 1e-13) {
				t.Errorf("%d qubits, %s: differs by %g", n, name, d)
			}
			if got := out.Count()[circuits.GateCX]; got > maxCX[n] {
				t.Errorf("%d qubits, %s: %d CX, at most %d", n, name, got, maxCX[n])
			}
		}
	}
}

// TestUnitariesKeep checks what is not a matrix, and that conditions pass to the gates.
func TestUnitariesKeep(t *testing.T) {
	m := simtest.RandomUnitary(newRand(13), 4)
	c := circuits.New(2).H(0).Unitary(m, 1, 0).Measure(0, 0)
	condition := circuits.BitIs(0, true)
	c.Ops[1].If = &condition
	out, err := synth.Unitaries(c)
	if err != nil {
		t.Fatal(err)
	}
	last := len(out.Ops) - 1
	if out.Clbits != 1 || out.Ops[0].Gate != circuits.GateH || out.Ops[last].Gate != circuits.GateMeasure || last < 3 {
		t.Errorf("written as %v", out.Ops)
	}
	for _, op := range out.Ops[1:last] {
		if op.If != c.Ops[1].If || op.Gate == circuits.GateUnitary {
			t.Errorf("%v under %v", op.Gate, op.If)
		}
	}
	if kept, err := synth.Decompose(c, []circuits.Gate{circuits.GateUnitary, circuits.GateH}); err != nil || kept.Count()[circuits.GateUnitary] != 1 {
		t.Errorf("a basis with matrices: %v, %v", kept, err)
	}
	plain := circuits.New(1).H(0)
	if same, err := synth.Unitaries(plain); err != nil || same != plain {
		t.Errorf("a circuit without matrices: %v, %v", same, err)
	}
	m[0] = 2
	if _, err := synth.Unitaries(c); !errors.Is(err, circuits.ErrUnitary) {
		t.Errorf("error %v, want ErrUnitary", err)
	}
}

// TestCXCost has the cost of every gate on two qubits of the table: a new one needs a line.
func TestCXCost(t *testing.T) {
	want := map[circuits.Gate]int{
		circuits.GateCX: 1, circuits.GateCY: 1, circuits.GateCZ: 1, circuits.GateCH: 1, circuits.GateECR: 1, circuits.GateCP: 2,
		circuits.GateCRX: 2, circuits.GateCRY: 2, circuits.GateCRZ: 2, circuits.GateCU: 2, circuits.GateISWAP: 2, circuits.GateRXX: 2,
		circuits.GateRYY: 2, circuits.GateRZZ: 2, circuits.GateRZX: 2, circuits.GateSWAP: 3,
	}
	for _, g := range circuits.Gates() {
		if got, ok := want[g]; synth.CXCost(g) != got || ok != (g.Unitary() && g.Spec().Qubits == 2) {
			t.Errorf("%v costs %d CX, want %d", g, synth.CXCost(g), got)
		}
	}
}
