package circuits_test

import (
	"encoding/json"
	"errors"
	"math"
	"math/cmplx"
	"os"
	"slices"
	"testing"

	"github.com/qnn-go/qnn/qsim/simtest"

	"github.com/qnn-go/qnn/circuits"
)

// readCases reads a file that a script of testdata wrote with Qiskit.
func readCases[T any](t *testing.T, path string) []T {
	t.Helper()
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	var file struct {
		Python, Qiskit string
		Cases          []T
	}
	if err := json.Unmarshal(data, &file); err != nil {
		t.Fatal(err)
	}
	if file.Qiskit == "" || len(file.Cases) == 0 {
		t.Fatalf("%s: no version or no cases", path)
	}
	return file.Cases
}

// TestMatricesEqualQiskit compares every gate, controls included, with the
// matrices that testdata/gates.py recorded.
func TestMatricesEqualQiskit(t *testing.T) {
	type gateCase struct {
		Gate   circuits.Gate
		Angles []float64
		Matrix [][2]float64
	}
	seen := map[circuits.Gate]bool{}
	for _, c := range readCases[gateCase](t, "testdata/gates.json") {
		seen[c.Gate] = true
		want := make([]complex128, len(c.Matrix))
		for i, v := range c.Matrix {
			want[i] = complex(v[0], v[1])
		}
		if d := distance(t, matrix(t, single(c.Gate), c.Angles, nil), want); !(d <= 1e-14) {
			t.Errorf("%v%v differs from Qiskit's by %g", c.Gate, c.Angles, d)
		}
	}
	for _, g := range tableGates() {
		if !seen[g] {
			t.Errorf("%v: not recorded", g)
		}
	}
}

// TestMatrixOfPermutedQubits checks a controlled gate whose qubits are neither
// adjacent nor ascending: CRY from qubit 2 to qubit 0.
func TestMatrixOfPermutedQubits(t *testing.T) {
	theta := 0.7
	m := matrix(t, circuits.New(3).CRY(circuits.Const(theta), 2, 0), nil, nil)
	s, c := math.Sincos(theta / 2)
	want := make([]complex128, 64)
	for i := range 8 {
		if i>>2&1 == 0 {
			want[i*8+i] = 1
			continue
		}
		want[i*8+i] = complex(c, 0)
		if i&1 == 0 {
			want[i*8+i+1], want[(i+1)*8+i] = complex(-s, 0), complex(s, 0)
		}
	}
	if d := distance(t, m, want); d > 1e-15 {
		t.Errorf("differs by %g", d)
	}
}

func TestGeneratorIsDerivative(t *testing.T) {
	rng := newRand(1)
	for _, g := range tableGates() {
		spec := g.Spec()
		d := 1 << spec.Targets()
		plus, minus, u, gen := make([]complex128, d*d), make([]complex128, d*d), make([]complex128, d*d), make([]complex128, d*d)
		for k := range spec.Params {
			for range 5 {
				p := randomAngles(rng, len(spec.Params))
				spec.Matrix(u, p)
				spec.Generator(gen, p, k)
				const h = 1e-5 // error h²/6 ≈ 2e-11, rounding ε/h ≈ 2e-11
				p[k] += h
				spec.Matrix(plus, p)
				p[k] -= 2 * h
				spec.Matrix(minus, p)
				for r := range d {
					for c := range d {
						if cmplx.Abs(gen[r*d+c]-cmplx.Conj(gen[c*d+r])) > 1e-15 {
							t.Errorf("%v: generator of angle %d is not Hermitian", g, k)
						}
						var want complex128
						for j := range d {
							want += -1i * gen[r*d+j] * u[j*d+c]
						}
						got := (plus[r*d+c] - minus[r*d+c]) / (2 * h)
						if !(cmplx.Abs(got-want) <= 1e-8) {
							t.Errorf("%v: ∂U[%d,%d]/∂%s = %v, −iGU = %v", g, r, c, spec.Params[k], got, want)
						}
					}
				}
			}
		}
	}
}

// TestShiftRules compares each shift rule with the derivative −i⟨ψ|[U†OU]|ψ⟩ by
// the generator, for a random state and a random Hermitian observable.
func TestShiftRules(t *testing.T) {
	rng := newRand(2)
	for _, g := range tableGates() {
		spec := g.Spec()
		d := 1 << spec.Qubits
		op := single(g).Ops[0]
		for k := range spec.Params {
			psi, a := randomState(rng, d), simtest.RandomUnitary(rng, d)
			p := randomAngles(rng, len(spec.Params))
			// expect is ⟨ψ|U†(A+A†)U|ψ⟩ = 2 Re ⟨Uψ|A|Uψ⟩.
			inner := func(x, y []complex128) (sum complex128) {
				for r := range d {
					for c := range d {
						sum += cmplx.Conj(x[r]) * (a[r*d+c] + cmplx.Conj(a[c*d+r])) * y[c]
					}
				}
				return sum
			}
			evolve := func(at []float64) []complex128 {
				out := slices.Clone(psi)
				apply(out, op, at)
				return out
			}
			got := 0.0
			for _, term := range spec.ShiftRule(k) {
				at := slices.Clone(p)
				at[k] += term.Shift
				phi := evolve(at)
				got += term.Coef * real(inner(phi, phi))
			}
			want := 2 * real(inner(evolve(p), generated(spec, evolve(p), p, k)))
			if !(math.Abs(got-want) <= 1e-12) {
				t.Errorf("%v: shift rule of %s gives %.15g, derivative %.15g", g, spec.Params[k], got, want)
			}
		}
	}
}

// generated is −i·G|ψ⟩, G acting where all controls are 1.
func generated(spec *circuits.Spec, psi []complex128, p []float64, k int) []complex128 {
	d := 1 << spec.Targets()
	gen := make([]complex128, d*d)
	spec.Generator(gen, p, k)
	out := make([]complex128, len(psi))
	mask := 1<<spec.Controls - 1
	for i := range psi {
		if i&mask != mask {
			continue
		}
		for c := range d {
			out[i] += -1i * gen[(i>>spec.Controls)*d+c] * psi[c<<spec.Controls|mask]
		}
	}
	return out
}

func TestInverse(t *testing.T) {
	rng := newRand(3)
	for _, g := range tableGates() {
		c := single(g)
		inv, err := c.Ops[0].Inverse()
		if err != nil {
			t.Errorf("%v: %v", g, err)
			continue
		}
		both := c.Clone()
		both.Ops = append(both.Ops, inv)
		checkIdentity(t, g.String(), both, randomAngles(rng, len(g.Spec().Params)))
	}
	for n := 1; n <= 3; n++ {
		c := circuits.New(n).Unitary(simtest.RandomUnitary(rng, 1<<n), []int{2, 0, 1}[3-n:]...)
		c.Qubits = 3
		inv, err := c.Inverse()
		if err != nil {
			t.Fatal(err)
		}
		checkIdentity(t, "unitary", c.Concat(inv), nil)
	}
	for _, g := range []circuits.Gate{circuits.GateMeasure, circuits.GateReset} {
		if _, err := (circuits.Op{Gate: g, Qubits: []int{0}}).Inverse(); !errors.Is(err, circuits.ErrNoInverse) {
			t.Errorf("%v: error %v, want ErrNoInverse", g, err)
		}
	}
}

func checkIdentity(t *testing.T, name string, c *circuits.Circuit, weights []float64) {
	t.Helper()
	d := 1 << c.Qubits
	one := make([]complex128, d*d)
	for i := range d {
		one[i*d+i] = 1
	}
	if dist := distance(t, matrix(t, c, weights, nil), one); !(dist <= 1e-14) {
		t.Errorf("%s: gate and inverse differ from 1 by %g", name, dist)
	}
}

// TestControlled checks that the controlled form, control first and therefore
// least significant, applies the gate on odd indices and nothing on even ones.
func TestControlled(t *testing.T) {
	rng := newRand(4)
	want := []circuits.Gate{
		circuits.GateX, circuits.GateY, circuits.GateZ, circuits.GateH, circuits.GateRX, circuits.GateRY, circuits.GateRZ,
		circuits.GateP, circuits.GateU, circuits.GateCX, circuits.GateCZ, circuits.GateSWAP, circuits.GateGPhase,
	}
	for _, g := range tableGates() {
		shifted := single(g).Ops[0]
		for i := range shifted.Qubits {
			shifted.Qubits[i]++
		}
		op, err := shifted.Controlled(0)
		if !slices.Contains(want, g) {
			if !errors.Is(err, circuits.ErrNoControl) {
				t.Errorf("%v: error %v, want ErrNoControl", g, err)
			}
			continue
		}
		if err != nil {
			t.Errorf("%v: %v", g, err)
			continue
		}
		p := randomAngles(rng, len(g.Spec().Params))
		checkControlled(t, g.String(), matrix(t, single(g), p, nil), op, p)
	}
	for n := 1; n <= 2; n++ {
		u := simtest.RandomUnitary(rng, 1<<n)
		op, err := (circuits.Op{Gate: circuits.GateUnitary, Qubits: []int{1, 2}[:n], Matrix: u}).Controlled(0)
		if err != nil {
			t.Fatal(err)
		}
		checkControlled(t, "unitary", u, op, nil)
	}
	three := circuits.Op{Gate: circuits.GateUnitary, Qubits: []int{1, 2, 3}, Matrix: simtest.RandomUnitary(rng, 8)}
	if _, err := three.Controlled(0); !errors.Is(err, circuits.ErrNoControl) {
		t.Errorf("unitary on three qubits: error %v, want ErrNoControl", err)
	}
}

func checkControlled(t *testing.T, name string, u []complex128, op circuits.Op, weights []float64) {
	t.Helper()
	d := int(math.Sqrt(float64(len(u))))
	want := make([]complex128, 4*d*d)
	for r := range d {
		want[2*r*2*d+2*r] = 1
		for c := range d {
			want[(2*r+1)*2*d+2*c+1] = u[r*d+c]
		}
	}
	c := circuits.New(len(op.Qubits))
	c.Ops = append(c.Ops, op)
	if dist := distance(t, matrix(t, c, weights, nil), want); !(dist <= 1e-14) {
		t.Errorf("controlled %s differs by %g", name, dist)
	}
}

func TestGateNames(t *testing.T) {
	for _, g := range circuits.Gates() {
		text, err := g.MarshalText()
		if err != nil {
			t.Fatal(err)
		}
		var back circuits.Gate
		if err := back.UnmarshalText(text); err != nil || back != g {
			t.Errorf("%s reads back as %v, %v", text, back, err)
		}
	}
	for _, name := range []string{"", "CX", "cnot", "nope"} {
		if _, err := circuits.ParseGate(name); !errors.Is(err, circuits.ErrUnknown) {
			t.Errorf("%q: error %v, want ErrUnknown", name, err)
		}
	}
	bad := circuits.Gate(200)
	if _, err := bad.MarshalText(); !errors.Is(err, circuits.ErrUnknown) || bad.Valid() || bad.String() != "gate(200)" {
		t.Errorf("gate 200: %v, error %v", bad, err)
	}
}
