package circuits_test

import (
	"errors"
	"math"
	"slices"
	"testing"

	"github.com/qnn-go/qnn/qsim/simtest"

	"github.com/qnn-go/qnn/circuits"
)

// bases are gate sets that express every gate of the table.
var bases = map[string][]circuits.Gate{
	"u cx":       {circuits.GateU, circuits.GateCX},
	"u cz":       {circuits.GateU, circuits.GateCZ},
	"rz ry cz":   {circuits.GateRZ, circuits.GateRY, circuits.GateCZ},
	"rz ry cx":   {circuits.GateRZ, circuits.GateRY, circuits.GateCX},
	"rz sx x cz": {circuits.GateI, circuits.GateRZ, circuits.GateSX, circuits.GateX, circuits.GateCZ},
	"rx rz cz":   {circuits.GateRX, circuits.GateRZ, circuits.GateCZ},
	"p sx cx":    {circuits.GateP, circuits.GateSX, circuits.GateCX},
	"rz sx ecr":  {circuits.GateRZ, circuits.GateSX, circuits.GateX, circuits.GateECR},
	"r cz":       {circuits.GateR, circuits.GateCZ},
	"gpi rzz":    {circuits.GateGPi, circuits.GateGPi2, circuits.GateRZZ},
	"rz rx isw":  {circuits.GateRZ, circuits.GateRX, circuits.GateISWAP},
	"braket": {
		circuits.GateX, circuits.GateY, circuits.GateZ, circuits.GateH, circuits.GateS, circuits.GateSdg, circuits.GateT,
		circuits.GateTdg, circuits.GateRX, circuits.GateRY, circuits.GateRZ, circuits.GateCX, circuits.GateSWAP,
	},
}

// TestDecomposeGates checks every gate with symbolic angles in every basis: the
// same matrix, global phase included, from gates of the basis alone.
func TestDecomposeGates(t *testing.T) {
	rng := newRand(10)
	for name, basis := range bases {
		for _, g := range tableGates() {
			c := single(g)
			if g == circuits.GateGPhase {
				c.Qubits = 1
			}
			out, err := c.Decompose(basis)
			if err != nil {
				t.Errorf("%s: %v: %v", name, g, err)
				continue
			}
			checkBasis(t, out, basis)
			p := randomAngles(rng, len(g.Spec().Params))
			if d := distance(t, matrix(t, out, p, nil), matrix(t, c, p, nil)); !(d <= 1e-13) {
				t.Errorf("%s: %v differs by %g: %v", name, g, d, out.Ops)
			}
		}
	}
}

// checkBasis fails if c holds a gate outside the basis or a global phase before
// its end.
func checkBasis(t testing.TB, c *circuits.Circuit, basis []circuits.Gate) {
	t.Helper()
	for i, op := range c.Ops {
		last := op.Gate == circuits.GateGPhase && i == len(c.Ops)-1
		if op.Gate.Unitary() && !last && !slices.Contains(basis, op.Gate) {
			t.Errorf("%v at %d is not in the basis", op.Gate, i)
		}
	}
}

// TestDecomposeIntoRZZ checks that gates of its class become one RZZ where there is no CX.
func TestDecomposeIntoRZZ(t *testing.T) {
	for _, g := range []circuits.Gate{
		circuits.GateCX, circuits.GateCY, circuits.GateCZ, circuits.GateCH, circuits.GateCP, circuits.GateCRX, circuits.GateCRY,
		circuits.GateCRZ, circuits.GateECR, circuits.GateRXX, circuits.GateRYY, circuits.GateRZZ, circuits.GateRZX,
	} {
		out, err := single(g).Decompose(bases["gpi rzz"])
		if err != nil {
			t.Fatal(err)
		}
		if n := out.Count()[circuits.GateRZZ]; n != 1 {
			t.Errorf("%v: %d rzz", g, n)
		}
	}
}

func TestDecomposeKeeps(t *testing.T) {
	m := simtest.RandomUnitary(newRand(13), 4)
	c := circuits.New(2).GPhase(circuits.Weight(0)).H(0).Barrier().Unitary(m, 1, 0).Reset(1).
		GPhase(circuits.Const(0.5)).Measure(0, 1)
	out, err := c.Decompose([]circuits.Gate{circuits.GateUnitary, circuits.GateH})
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, op := range out.Ops {
		got = append(got, op.Gate.String())
	}
	want := []string{"h", "barrier", "unitary", "reset", "measure", "gphase"}
	if !slices.Equal(got, want) || out.Clbits != 2 || out.Ops[5].Angles[0].String() != "w0+0.5" {
		t.Errorf("got %v with phase %v on %d bits, want %v with w0+0.5 on 2", got, out.Ops[5].Angles, out.Clbits, want)
	}
}

// TestDecomposeLargeAngles: what a rule adds to an angle is not lost in one of many turns.
func TestDecomposeLargeAngles(t *testing.T) {
	for name, basis := range bases {
		for _, g := range tableGates() {
			if g == circuits.GateGPhase || len(g.Spec().Params) == 0 || slices.Contains(basis, g) {
				continue // what is in the basis stays as it is written
			}
			c, small := single(g), single(g)
			for k := range g.Spec().Params {
				v := 1e16 * (1 + float64(k)/7)
				c.Ops[0].Angles[k], small.Ops[0].Angles[k] = circuits.Const(v), circuits.Const(circuits.ReduceAngle(v))
			}
			got, err := c.Decompose(basis)
			if err != nil {
				t.Errorf("%s: %v: %v", name, g, err)
				continue
			}
			if d := distance(t, matrix(t, got, nil, nil), matrix(t, small, nil, nil)); !(d <= 1e-13) {
				t.Errorf("%s: %v differs by %g: %v", name, g, d, got.Ops)
			}
		}
	}
}

func TestDecomposeErrors(t *testing.T) {
	var opErr *circuits.OpError
	_, err := circuits.New(2).H(0).CX(0, 1).Decompose([]circuits.Gate{circuits.GateH, circuits.GateT})
	if !errors.Is(err, circuits.ErrBasis) || !errors.As(err, &opErr) || opErr.Index != 1 || opErr.Gate != circuits.GateCX {
		t.Errorf("cx from h and t: error %v, want ErrBasis of operation 1", err)
	}
	_, err = circuits.New(1).Unitary([]complex128{0, 1, 1, 0}, 0).Decompose(bases["u cx"])
	if !errors.Is(err, circuits.ErrBasis) {
		t.Errorf("matrix: error %v, want ErrBasis", err)
	}
	_, err = circuits.New(1).H(1).Decompose(nil)
	if !errors.Is(err, circuits.ErrRange) {
		t.Errorf("invalid circuit: error %v, want ErrRange", err)
	}
	huge := circuits.Weight(0).Scale(math.MaxFloat64)
	_, err = circuits.New(2).CU(nil, huge, huge, huge, 0, 1).Decompose(bases["u cx"])
	if !errors.Is(err, circuits.ErrNotFinite) {
		t.Errorf("overflow: error %v, want ErrNotFinite", err)
	}
}
