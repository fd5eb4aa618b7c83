package qsim_test

import (
	"math"
	"math/cmplx"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/qnn-go/qnn/circuits"
	"github.com/qnn-go/qnn/qsim"
	"github.com/qnn-go/qnn/qsim/simtest"
)

// byteReader gives the bytes of a fuzz input, and zeros after its end.
type byteReader []byte

func (r *byteReader) next() int {
	if len(*r) == 0 {
		return 0
	}
	b := (*r)[0]
	*r = (*r)[1:]
	return int(b)
}

// circuit reads any valid unitary circuit on 1 to 6 qubits with at most 24 gates,
// 3 weights and 2 features.
func (r *byteReader) circuit() *circuits.Circuit {
	c := circuits.New(1 + r.next()%6)
	table := circuits.Gates()
	for len(*r) > 0 && len(c.Ops) < 24 {
		g := table[r.next()%len(table)]
		k := g.Spec().Qubits
		if g == circuits.GateUnitary {
			k = 1 + r.next()%min(3, c.Qubits)
		}
		if !g.Unitary() || k > c.Qubits {
			continue
		}
		op := circuits.Op{Gate: g}
		free := make([]int, c.Qubits)
		for q := range free {
			free[q] = q
		}
		for range k {
			i := r.next() % len(free)
			op.Qubits = append(op.Qubits, free[i])
			free = append(free[:i], free[i+1:]...)
		}
		for range g.Spec().Params {
			op.Angles = append(op.Angles, r.angle())
		}
		if g == circuits.GateUnitary {
			op.Matrix = simtest.RandomUnitary(rand.New(rand.NewPCG(uint64(r.next()), 0)), 1<<k)
		}
		c.Ops = append(c.Ops, op)
	}
	return c
}

// angle is a multiple of π/32, to which a weight, a feature or their product may
// be added.
func (r *byteReader) angle() circuits.Angle {
	kind := r.next()
	a := circuits.Const(float64(int8(r.next())) * math.Pi / 32)
	w, x := circuits.Weight(kind/4%3), circuits.Feature(kind/16%2)
	switch kind % 4 {
	case 1:
		return a.Plus(w)
	case 2:
		return a.Plus(x)
	case 3:
		return a.Plus(w.Times(x))
	}
	return a
}

// FuzzCircuits holds amplitudes and expectation values, of several samples at once, to
// the dense oracle, and the adjoint gradient to the parameter-shift rule, in both
// precisions.
func FuzzCircuits(f *testing.F) {
	f.Add([]byte{1, 4, 0, 16, 0, 1})                                // H, CX
	f.Add([]byte{0, 11, 0, 1, 8, 11, 0, 1, 8})                      // RX(w0 + π/4) twice
	f.Add([]byte{2, 24, 2, 0, 1, 3, 2, 9, 3, 77, 1, 200, 34, 1, 0}) // CU, CSWAP
	f.Add([]byte{5, 35, 2, 5, 3, 1, 9, 28, 0, 5, 7, 130, 36, 2, 3}) // a matrix on three qubits, RXX, a phase
	f.Fuzz(func(t *testing.T, data []byte) {
		r := byteReader(data)
		checkCircuit(t, r.circuit())
	})
}

func checkCircuit(t *testing.T, c *circuits.Circuit) {
	checkPrecision(t, c, qsim.Double, 1e-12, 1e-9)
	checkPrecision(t, c, qsim.Single, singleTolerance, 10*singleTolerance)
}

// checkPrecision allows amplitudes, and expectation values by their coefficients, to be
// off by tolerance, derivatives by slope.
func checkPrecision(t *testing.T, c *circuits.Circuit, precision qsim.Precision, tolerance, slope float64) {
	t.Helper()
	rng := rand.New(rand.NewPCG(1, 0))
	o := simtest.RandomObservable(rng, c.Qubits, 3)
	scale := 1.0
	for _, term := range o {
		scale += math.Abs(term.Coef)
	}
	p, err := qsim.Compile(c, qsim.Options{Observables: []circuits.PauliSum{o}, Precision: precision})
	if err != nil {
		t.Fatal(err)
	}
	weights := simtest.RandomVector(rng, p.Weights())
	samples := vectors(rng, 11, p.Features()) // more than fit into one vector
	s, err := precision.NewState(c.Qubits)
	if err != nil {
		t.Fatal(err)
	}
	var got [2]results
	for i, m := range []qsim.Method{qsim.Adjoint, qsim.ParameterShift} {
		if got[i], err = evaluate(t.Context(), p, m, weights, samples); err != nil {
			t.Fatal(err)
		}
	}
	for k, x := range samples {
		if err := p.Run(t.Context(), s, weights, x); err != nil {
			t.Fatal(err)
		}
		want := simtest.Amplitudes(c, weights, x)
		for i, a := range s.Amplitudes() {
			if !(cmplx.Abs(a-want[i]) <= tolerance) {
				t.Fatalf("%v: amplitude %d: %v, oracle %v", precision, i, a, want[i])
			}
		}
		if e := simtest.Expectation(want, o); !(math.Abs(got[0].expect[k]-e) <= scale*tolerance) {
			t.Fatalf("%v: sample %d: expectation %v, oracle %v", precision, k, got[0].expect[k], e)
		}
	}
	shifted := slices.Concat(append(got[1].dx, got[1].dw)...)
	for j, d := range slices.Concat(append(got[0].dx, got[0].dw)...) {
		if !(math.Abs(d-shifted[j]) <= float64(len(samples))*scale*scale*slope) {
			t.Fatalf("%v: derivative %d: adjoint %v, parameter shift %v", precision, j, d, shifted[j])
		}
	}
}
