package circuits_test

import (
	"errors"
	"fmt"
	"math/cmplx"
	"math/rand/v2"
	"testing"

	"pgregory.net/rapid"

	"github.com/qnn-go/qnn/circuits"
)

// denseSum is the matrix of s on n qubits, row-major, from Kronecker products of Pauli matrices.
func denseSum(s circuits.PauliSum, n int) []complex128 {
	paulis := map[byte][4]complex128{'X': {0, 1, 1, 0}, 'Y': {0, -1i, 1i, 0}, 'Z': {1, 0, 0, -1}}
	dim := 1 << n
	out := make([]complex128, dim*dim)
	for _, t := range s {
		for r := range dim {
			for c := range dim {
				v := complex(t.Coef, 0)
				acts := 0
				for _, f := range t.String {
					v *= paulis[f.Pauli][(r>>f.Qubit&1)*2+c>>f.Qubit&1]
					acts |= 1 << f.Qubit
				}
				if (r^c)&^acts == 0 {
					out[r*dim+c] += v
				}
			}
		}
	}
	return out
}

func denseProduct(a, b []complex128, dim int) []complex128 {
	out := make([]complex128, dim*dim)
	for r := range dim {
		for k := range dim {
			for c := range dim {
				out[r*dim+c] += a[r*dim+k] * b[k*dim+c]
			}
		}
	}
	return out
}

func entriesOff(a, b []complex128) float64 {
	d := 0.0
	for i := range a {
		d = max(d, cmplx.Abs(a[i]-b[i]))
	}
	return d
}

func drawSum(t *rapid.T, name string, n int) circuits.PauliSum {
	var s circuits.PauliSum
	for range rapid.IntRange(0, 4).Draw(t, name) {
		term := circuits.PauliTerm{Coef: float64(rapid.IntRange(-3, 3).Draw(t, "coef"))}
		for q := range n {
			if p := rapid.SampledFrom([]byte("IXYZ")).Draw(t, "pauli"); p != 'I' {
				term.String = append(term.String, circuits.PauliFactor{Qubit: q, Pauli: p})
			}
		}
		s = append(s, term)
	}
	return s
}

// TestPauliAlgebra holds sums and products to those of dense matrices; the coefficients
// are whole numbers, so that a product has an imaginary part or has none.
func TestPauliAlgebra(t *testing.T) {
	const n, dim = 3, 8
	rapid.Check(t, func(t *rapid.T) {
		a, b := drawSum(t, "a", n), drawSum(t, "b", n)
		da, db := denseSum(a, n), denseSum(b, n)
		want := make([]complex128, dim*dim)
		for i := range want {
			want[i] = da[i] - 2*db[i]
		}
		sum := a.Plus(b.Scale(-2))
		if d := entriesOff(denseSum(sum, n), want); d != 0 {
			t.Errorf("%v − 2(%v) = %v: %v off", a, b, sum, d)
		}
		seen := make(map[string]bool)
		for _, term := range sum {
			text := circuits.PauliSum{{Coef: 1, String: term.String}}.String()
			if seen[text] || term.Coef == 0 {
				t.Errorf("%v: the term %v", sum, text)
			}
			seen[text] = true
		}
		ab, ba := denseProduct(da, db, dim), denseProduct(db, da, dim)
		got, err := a.Times(b)
		if commute := entriesOff(ab, ba) == 0; commute != (err == nil) || err != nil && !errors.Is(err, circuits.ErrNotHermitian) {
			t.Fatalf("(%v)·(%v): commute %v, error %v", a, b, commute, err)
		}
		if err == nil {
			if d := entriesOff(denseSum(got, n), ab); d != 0 {
				t.Errorf("(%v)·(%v) = %v: %v off", a, b, got, d)
			}
		}
	})
}

// TestPauliPowers: powers of a sum commute with it, also where rounding does not cancel.
func TestPauliPowers(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 40))
	h := circuits.PauliSum{}
	for q := range 3 {
		for _, p := range []circuits.PauliSum{circuits.PauliX(q), circuits.PauliY(q), circuits.PauliZ(q)} {
			h = h.Plus(p.Scale(rng.NormFloat64()))
		}
	}
	power := h
	for k := 2; k <= 6; k++ {
		next, err := power.Times(h)
		if err != nil {
			t.Fatalf("power %d: %v", k, err)
		}
		want := denseProduct(denseSum(power, 3), denseSum(h, 3), 8)
		if d := entriesOff(denseSum(next, 3), want); !(d < 1e-9) {
			t.Errorf("power %d: %v off", k, d)
		}
		power = next
	}
}

func TestPauliTimesRefuses(t *testing.T) {
	twice := circuits.PauliSum{{Coef: 1, String: circuits.PauliString{{Qubit: 1, Pauli: 'X'}, {Qubit: 1, Pauli: 'Y'}}}}
	for _, pair := range [][2]circuits.PauliSum{{twice, circuits.PauliX(0)}, {circuits.PauliX(0), twice}} {
		if _, err := pair[0].Times(pair[1]); !errors.Is(err, circuits.ErrDuplicate) {
			t.Errorf("(%v)·(%v): error %v", pair[0], pair[1], err)
		}
	}
}

// The variance of an observable needs its square.
func ExamplePauliSum_Times() {
	h := circuits.PauliZ(0).Plus(circuits.PauliX(1).Scale(2))
	square, err := h.Times(h)
	fmt.Println(h, "squared is", square, err)
	_, err = circuits.PauliX(0).Times(circuits.PauliY(0))
	fmt.Println(err)
	// Output:
	// Z0+2*X1 squared is 5+4*Z0*X1 <nil>
	// (X0)·(Y0) has the term 1i·Z0: product of observables that do not commute
}
