package qsim

import (
	"math"
	"math/cmplx"
	"math/rand/v2"
	"testing"

	"github.com/qnn-go/qnn/circuits"
	"github.com/qnn-go/qnn/qsim/internal/kernel"
	"github.com/qnn-go/qnn/qsim/internal/plan"
)

// inRows is a copy of a in rows, with NaN between them.
func inRows(t *testing.T, a vector) vector {
	t.Helper()
	n := 0
	for 1<<n < a.len() {
		n++
	}
	pl, err := plan.New(circuits.New(n), kernel.NewMachine(a.precision() == Single), plan.Sizes{})
	if err != nil || !pl.Rows() {
		t.Fatalf("%d qubits are not stored in rows: %v", n, err)
	}
	out := newVector(a.precision(), n).laid(pl)
	for i := range out.double {
		out.double[i] = cmplx.NaN()
	}
	for i := range out.single {
		out.single[i] = complex64(cmplx.NaN())
	}
	for x := range a.len() {
		if a.single != nil {
			row(out.single, x&^511)[x&511] = a.single[x]
		} else {
			row(out.double, x&^255)[x&255] = a.double[x]
		}
	}
	return out
}

// Expectation values, products with strings and the order of the amplitudes are
// those of the same state without gaps.
func TestRows(t *testing.T) {
	for _, p := range []Precision{Double, Single} {
		for _, n := range []int{14, 15, 17} {
			rng := rand.New(rand.NewPCG(uint64(n), uint64(p)))
			flat := newVector(p, n)
			for x := range flat.len() {
				flat.set(x, complex(rng.NormFloat64(), rng.NormFloat64())/complex(math.Sqrt(float64(flat.len())), 0))
			}
			rows := inRows(t, flat)
			if rows.len() != flat.len() {
				t.Fatalf("%v, %d qubits: %d amplitudes in rows", p, n, rows.len())
			}
			for range 12 {
				s := kernel.Pauli{X: rng.IntN(flat.len()), Z: rng.IntN(flat.len()), Phase: [...]complex128{1, 1i, -1, -1i}[rng.IntN(4)]}
				switch rng.IntN(3) {
				case 0:
					s.X = 0
				case 1:
					s.X &= 255
				}
				compareRows(t, p, flat, rows, s)
			}
			compact := rows.compact()
			for x := range flat.len() {
				if compact.at(x) != flat.at(x) {
					t.Fatalf("%v, %d qubits: amplitude %d is %v after closing the gaps, was %v", p, n, x, compact.at(x), flat.at(x))
				}
			}
		}
	}
}

func compareRows(t *testing.T, p Precision, flat, rows vector, s kernel.Pauli) {
	t.Helper()
	tolerance := 1e-13
	if p == Single {
		tolerance = 1e-6
	}
	o := plan.Observable{{Coef: 1, Pauli: s}}
	if got, want := expectation(rows, o), expectation(flat, o); !(math.Abs(got-want) < tolerance) {
		t.Errorf("%v: expectation value of %+v is %v in rows, %v without gaps", p, s, got, want)
	}
	n := flat.len()
	flatSum, rowsSum := inRows(t, flat).compact(), inRows(t, flat)
	flatSum.addPauli(flat, s, -0.5, 0, n)
	rowsSum.addPauli(rows, s, -0.5, 0, n)
	rowsSum = rowsSum.compact()
	for x := range n {
		if d := cmplx.Abs(rowsSum.at(x) - flatSum.at(x)); !(d < tolerance) {
			t.Fatalf("%v: amplitude %d of a+%+v·a is off by %g in rows", p, x, s, d)
		}
	}
}

func expectation(v vector, o plan.Observable) float64 {
	var e [1]float64
	v.expectations(e[:], []plan.Observable{o}, true)
	return e[0]
}
