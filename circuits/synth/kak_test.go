package synth_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"math/cmplx"
	"os"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"github.com/qnn-go/qnn/circuits"
	"github.com/qnn-go/qnn/circuits/synth"
	"github.com/qnn-go/qnn/qsim/simtest"
)

// entanglers are the gates on two qubits that a KAK is written in.
var entanglers = []circuits.Gate{circuits.GateCX, circuits.GateCZ, circuits.GateECR, circuits.GateRZZ, circuits.GateISWAP}

// composed is the matrix that k says it is.
func composed(t testing.TB, k *synth.KAK) []complex128 {
	c := circuits.New(2).Unitary(k.Right[0], 0).Unitary(k.Right[1], 1)
	x := k.Coordinates
	c.RXX(circuits.Const(-2*x[0]), 0, 1).RYY(circuits.Const(-2*x[1]), 0, 1).RZZ(circuits.Const(-2*x[2]), 0, 1)
	c.Unitary(k.Left[0], 0).Unitary(k.Left[1], 1).GPhase(circuits.Const(k.Phase))
	return matrixOf(t, c)
}

// checkKAK decomposes u and checks form, chamber, and the circuits in every gate.
func checkKAK(t testing.TB, name string, u []complex128) *synth.KAK {
	t.Helper()
	k, err := synth.NewKAK(u)
	if err != nil {
		t.Fatalf("%s: %v", name, err)
	}
	if d := distance(composed(t, k), u); !(d <= 1e-13) {
		t.Errorf("%s: differs by %g", name, d)
	}
	x := k.Coordinates
	const slack = synth.KAKTolerance
	if !(x[0] <= math.Pi/4+slack && x[0] >= x[1] && x[1] >= math.Abs(x[2])) || x[0] > math.Pi/4-slack && x[2] < 0 {
		t.Errorf("%s: coordinates %v are not in the chamber", name, x)
	}
	for _, g := range entanglers {
		c, err := k.Circuit(g)
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		checkBasis(t, c, []circuits.Gate{circuits.GateU, g})
		if got, want := c.Count()[g], k.Count(g); got != want || want > 3 || c.Count()[circuits.GateU] > 2*want+2 {
			t.Errorf("%s: %d %v and %d u, counted %d", name, got, g, c.Count()[circuits.GateU], want)
		}
		if d := distance(matrixOf(t, c), u); !(d <= 3*slack) {
			t.Errorf("%s in %v differs by %g", name, g, d)
		}
		for _, op := range c.Ops {
			if op.Gate == circuits.GateRZZ {
				if v, ok := op.Angles[0].Const(); !ok || v < 0 || v > math.Pi/2+slack {
					t.Errorf("%s: angle %v of rzz", name, op.Angles[0])
				}
			}
		}
	}
	return k
}

// TestKAKEqualsQiskit compares coordinates and numbers of CX with those that
// testdata/kak.py recorded.
func TestKAKEqualsQiskit(t *testing.T) {
	type kakCase struct {
		Name        string
		Matrix      [][2]float64
		Coordinates [3]float64
		CX          int
	}
	data, err := os.ReadFile("testdata/kak.json")
	if err != nil {
		t.Fatal(err)
	}
	var file struct {
		Python, Qiskit string
		Cases          []kakCase
	}
	if err := json.Unmarshal(data, &file); err != nil || file.Qiskit == "" || len(file.Cases) == 0 {
		t.Fatalf("version %q, %d cases: %v", file.Qiskit, len(file.Cases), err)
	}
	for _, c := range file.Cases {
		u := make([]complex128, len(c.Matrix))
		for i, v := range c.Matrix {
			u[i] = complex(v[0], v[1])
		}
		k := checkKAK(t, c.Name, u)
		if c.Coordinates[0] > math.Pi/4-1e-9 { // where c and −c are the same gate
			c.Coordinates[2] = math.Abs(c.Coordinates[2])
		}
		for i, want := range c.Coordinates {
			if !(math.Abs(k.Coordinates[i]-want) <= 1e-9) {
				t.Errorf("%s: coordinates %v, Qiskit has %v", c.Name, k.Coordinates, c.Coordinates)
				break
			}
		}
		for _, g := range entanglers[:3] {
			if k.Count(g) != c.CX {
				t.Errorf("%s: %d %v, Qiskit needs %d", c.Name, k.Count(g), g, c.CX)
			}
		}
	}
}

// TestKAKDegenerate decomposes what is degenerate or nearly so: the hard matrices of the
// synthesis, and gates on one qubit times almost nothing.
func TestKAKDegenerate(t *testing.T) {
	for name, u := range hardUnitaries(2) {
		checkKAK(t, name, u)
	}
	rng := newRand(21)
	for _, eps := range []float64{1e-3, 1e-6, 1e-8, 1e-9, 1e-10, 1e-11, 1e-12, 1e-13, 1e-15} {
		for i := range 20 {
			c := circuits.New(2).Unitary(simtest.RandomUnitary(rng, 2), 0).Unitary(simtest.RandomUnitary(rng, 2), 1)
			angle := circuits.Const(eps)
			c.RXX(angle, 0, 1).RYY(angle.Scale(float64(i%3)), 0, 1).RZZ(angle.Scale(float64(i%2)), 0, 1)
			switch i % 4 {
			case 1:
				c.CX(0, 1)
			case 2:
				c.SWAP(0, 1)
			case 3:
				c.ISWAP(0, 1)
			}
			c.Unitary(simtest.RandomUnitary(rng, 2), 0).Unitary(simtest.RandomUnitary(rng, 2), 1)
			checkKAK(t, fmt.Sprintf("%g away from a corner, %d", eps, i), matrixOf(t, c))
		}
	}
}

// TestKAKCounts checks the numbers of gates that the theory gives for classes of gates.
func TestKAKCounts(t *testing.T) {
	type counts struct{ cx, rzz, iswap int }
	angle := circuits.Const(0.7)
	for name, c := range map[string]struct {
		circuit *circuits.Circuit
		want    counts
	}{
		"identity":  {circuits.New(2), counts{0, 0, 0}},
		"local":     {circuits.New(2).H(0).RY(angle, 1), counts{0, 0, 0}},
		"cx":        {circuits.New(2).CX(0, 1), counts{1, 1, 2}},
		"ecr":       {circuits.New(2).ECR(0, 1), counts{1, 1, 2}},
		"rzz":       {circuits.New(2).RZZ(angle, 0, 1), counts{2, 1, 2}},
		"cry":       {circuits.New(2).CRY(angle, 0, 1), counts{2, 1, 2}},
		"two cx":    {circuits.New(2).CX(0, 1).RY(angle, 0).RY(angle, 1).CX(0, 1), counts{2, 2, 2}},
		"iswap":     {circuits.New(2).ISWAP(0, 1), counts{2, 2, 1}},
		"swap":      {circuits.New(2).SWAP(0, 1), counts{3, 3, 3}},
		"swap cx":   {circuits.New(2).SWAP(0, 1).CX(0, 1), counts{2, 2, 1}},
		"swap rzz":  {circuits.New(2).SWAP(0, 1).RZZ(angle, 0, 1), counts{3, 3, 3}},
		"four rzz":  {circuits.New(2).RZZ(angle, 0, 1).RXX(angle, 0, 1).RZZ(angle, 0, 1).RXX(angle, 0, 1), counts{2, 2, 2}},
		"turn":      {circuits.New(2).RZZ(circuits.Const(2*math.Pi), 0, 1), counts{0, 0, 0}},
		"half turn": {circuits.New(2).RZZ(circuits.Const(math.Pi), 0, 1), counts{0, 0, 0}},
	} {
		k := checkKAK(t, name, matrixOf(t, c.circuit))
		if got := (counts{k.Count(circuits.GateCX), k.Count(circuits.GateRZZ), k.Count(circuits.GateISWAP)}); got != c.want {
			t.Errorf("%s: %+v, want %+v", name, got, c.want)
		}
	}
}

// TestKAKInvariant checks that gates on one qubit leave the coordinates as they are.
func TestKAKInvariant(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		rng := newRand(rapid.Uint64().Draw(r, "seed"))
		u := simtest.RandomUnitary(rng, 4)
		k := checkKAK(t, "random", u)
		c := circuits.New(2).Unitary(simtest.RandomUnitary(rng, 2), 0).Unitary(simtest.RandomUnitary(rng, 2), 1).Unitary(u, 1, 0).
			Unitary(simtest.RandomUnitary(rng, 2), 0).Unitary(simtest.RandomUnitary(rng, 2), 1)
		other := checkKAK(t, "with local gates", matrixOf(t, c))
		for i, x := range k.Coordinates {
			if math.Abs(x-other.Coordinates[i]) > 1e-12 {
				r.Fatalf("coordinates %v become %v", k.Coordinates, other.Coordinates)
			}
		}
	})
}

func TestKAKErrors(t *testing.T) {
	if _, err := synth.NewKAK(make([]complex128, 4)); !errors.Is(err, circuits.ErrArity) {
		t.Errorf("four entries: error %v, want ErrArity", err)
	}
	u := simtest.RandomUnitary(newRand(22), 4)
	k, err := synth.NewKAK(u)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := k.Circuit(circuits.GateSWAP); !errors.Is(err, circuits.ErrBasis) || k.Count(circuits.GateSWAP) != -1 {
		t.Errorf("swap: error %v, want ErrBasis", err)
	}
	for _, v := range []complex128{2, cmplx.NaN()} {
		bad := slices.Clone(u)
		bad[3] = v
		if _, err := synth.NewKAK(bad); !errors.Is(err, circuits.ErrUnitary) {
			t.Errorf("entry %v: error %v, want ErrUnitary", v, err)
		}
	}
}

func BenchmarkKAK(b *testing.B) {
	u := simtest.RandomUnitary(newRand(23), 4)
	b.ReportAllocs()
	for b.Loop() {
		k, err := synth.NewKAK(u)
		if err != nil {
			b.Fatal(err)
		}
		if _, err := k.Circuit(circuits.GateCX); err != nil {
			b.Fatal(err)
		}
	}
}

// Coordinates within the tolerance count as those that need fewer gates, and others do not.
func TestKAKCount(t *testing.T) {
	const q, near, far = math.Pi / 4, synth.KAKTolerance / 2, 3 * synth.KAKTolerance
	for _, tt := range []struct {
		at             [3]float64
		cx, iswap, rzz int
	}{
		{[3]float64{}, 0, 0, 0},
		{[3]float64{near, near, -near}, 0, 0, 0},
		{[3]float64{far, 0, 0}, 2, 2, 1},
		{[3]float64{q, 0, 0}, 1, 2, 1},
		{[3]float64{q - near, near, 0}, 1, 2, 1},
		{[3]float64{q - far, 0, 0}, 2, 2, 1},
		{[3]float64{q, q, 0}, 2, 1, 2},
		{[3]float64{q, q - near, near}, 2, 1, 2},
		{[3]float64{q, q - far, 0}, 2, 2, 2},
		{[3]float64{q, q, far}, 3, 3, 3},
		{[3]float64{q, q, q}, 3, 3, 3},
	} {
		k := &synth.KAK{Coordinates: tt.at}
		for g, want := range map[circuits.Gate]int{
			circuits.GateCX: tt.cx, circuits.GateCZ: tt.cx, circuits.GateECR: tt.cx, circuits.GateISWAP: tt.iswap, circuits.GateRZZ: tt.rzz, circuits.GateSWAP: -1,
		} {
			if got := k.Count(g); got != want {
				t.Errorf("%v at %v: %d, want %d", g, tt.at, got, want)
			}
		}
	}
}
