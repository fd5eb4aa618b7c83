package qsim

import (
	"math"
	"math/cmplx"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/qnn-go/qnn/circuits"
)

// endless is a random circuit that ends in gates that only move amplitudes.
func endless(rng *rand.Rand, n int) *circuits.Circuit {
	c := circuits.New(n)
	for range 4 * n {
		a, b := rng.IntN(n), rng.IntN(n-1)
		if b >= a {
			b++
		}
		v := circuits.Const(7 * rng.NormFloat64())
		switch rng.IntN(7) {
		case 0:
			c.RY(v, a)
		case 1:
			c.RX(v, a)
		case 2:
			c.RZ(v, a).RZZ(v, a, b)
		case 3:
			c.X(a)
		case 4:
			c.SWAP(a, b)
		default:
			c.CX(a, b)
		}
	}
	for q := range n {
		c.CX(q, (q+1)%n)
		if rng.IntN(4) == 0 {
			c.SWAP(q, (q+3)%n).X(q)
		}
	}
	return c
}

// What the state is good for, while its plan has left gates undone and after, is what
// it is good for when gates run one by one.
func TestLeftUndone(t *testing.T) {
	for seed, n := range []int{10, 11, 13, 14, 15, 17} {
		rng := rand.New(rand.NewPCG(uint64(seed), 5))
		for _, precision := range []Precision{Double, Single} {
			tolerance := map[Precision]float64{Double: 1e-12, Single: 2e-5}[precision]
			p, err := Compile(endless(rng, n), Options{Precision: precision})
			if err != nil {
				t.Fatal(err)
			}
			want := newVector(precision, n)
			want.reset(false)
			if err := p.apply(t.Context(), want, p.work.bound(p), true); err != nil {
				t.Fatal(err)
			}
			s, err := precision.NewState(n)
			if err != nil {
				t.Fatal(err)
			}
			for x := range s.amplitudes.len() { // what a run finds in memory does not matter
				s.amplitudes.set(x, cmplx.NaN())
			}
			if err := p.Run(t.Context(), s, nil, nil); err != nil {
				t.Fatal(err)
			}
			if s.left.Rest() == nil {
				t.Fatalf("%d qubits: nothing is left undone", n)
			}
			o := circuits.PauliSum{}
			for range 6 {
				var factors circuits.PauliString
				for _, q := range rng.Perm(n)[:1+rng.IntN(4)] {
					factors = append(factors, circuits.PauliFactor{Qubit: q, Pauli: "XYZ"[rng.IntN(3)]})
				}
				slices.SortFunc(factors, func(a, b circuits.PauliFactor) int { return a.Qubit - b.Qubit })
				o = append(o, circuits.PauliTerm{Coef: rng.NormFloat64(), String: factors})
			}
			all := newRegister(n, nil)
			compiled, err := all.observable(o)
			if err != nil {
				t.Fatal(err)
			}
			mean := expectation(want, compiled)
			for _, when := range []string{"before", "after"} {
				if got, err := s.Expect(o); err != nil || !(math.Abs(got-mean) < 10*tolerance) {
					t.Errorf("%d qubits, %v: expectation value %s the amplitudes are read %v (%v), want %v", n, precision, when, got, err, mean)
				}
				for x, a := range s.Amplitudes() {
					if d := cmplx.Abs(a - want.at(x)); !(d < tolerance) {
						t.Fatalf("%d qubits, %v: amplitude %d is off by %g", n, precision, x, d)
					}
				}
			}
		}
	}
}
