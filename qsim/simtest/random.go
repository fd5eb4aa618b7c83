package simtest

import (
	"math"
	"math/cmplx"
	"math/rand/v2"

	"github.com/qnn-go/qnn/circuits"
)

// Random is a circuit of ops random unitary gates on n ≥ 1 qubits, drawn evenly
// from those of the gate table that fit, on random qubits. Its angles are
// constants, scaled weights and features, and products of a weight and a
// feature, over the given numbers of each.
func Random(rng *rand.Rand, n, ops, weights, features int) *circuits.Circuit {
	c := circuits.New(n)
	table := circuits.Gates()
	for len(c.Ops) < ops {
		if g := table[rng.IntN(len(table))]; g.Unitary() && g.Spec().Qubits <= n {
			c.Ops = append(c.Ops, RandomOp(rng, g, n, func() circuits.Angle { return randomAngle(rng, weights, features) }))
		}
	}
	return c
}

// RandomOp is gate g, which must be unitary and fit, on random ones of n qubits,
// with the angles that angle returns one after the other.
func RandomOp(rng *rand.Rand, g circuits.Gate, n int, angle func() circuits.Angle) circuits.Op {
	k := g.Spec().Qubits
	if g == circuits.GateUnitary {
		k = 1 + rng.IntN(min(n, 3))
	}
	op := circuits.Op{Gate: g, Qubits: rng.Perm(n)[:k]}
	for range g.Spec().Params {
		op.Angles = append(op.Angles, angle())
	}
	if g == circuits.GateUnitary {
		op.Matrix = RandomUnitary(rng, 1<<k)
	}
	return op
}

func randomAngle(rng *rand.Rand, weights, features int) circuits.Angle {
	a := circuits.Const(rng.Float64()*4*math.Pi - 2*math.Pi)
	if weights > 0 && rng.IntN(2) == 0 {
		a = circuits.Weight(rng.IntN(weights)).Scale(rng.NormFloat64()).Plus(a)
	}
	if features > 0 && rng.IntN(2) == 0 {
		x := circuits.Feature(rng.IntN(features))
		if weights > 0 && rng.IntN(2) == 0 {
			x = x.Times(circuits.Weight(rng.IntN(weights)))
		}
		a = a.Plus(x)
	}
	return a
}

// RandomUnitary is a d×d unitary matrix, row-major: Gram–Schmidt on rows of
// complex normal variates.
func RandomUnitary(rng *rand.Rand, d int) []complex128 {
	m := make([]complex128, d*d)
	for i := range m {
		m[i] = complex(rng.NormFloat64(), rng.NormFloat64())
	}
	Orthonormalize(m, d)
	return m
}

// Orthonormalize makes the rows of a d×d matrix, row-major, orthonormal by Gram–Schmidt.
func Orthonormalize(m []complex128, d int) {
	for r := range d {
		row := m[r*d : r*d+d]
		// Twice: once leaves errors of the condition number times ε.
		for range 2 {
			for p := range r {
				other, dot := m[p*d:p*d+d], complex128(0)
				for i, v := range row {
					dot += cmplx.Conj(other[i]) * v
				}
				for i := range row {
					row[i] -= dot * other[i]
				}
			}
			norm := complex(1/math.Sqrt(norm2(row)), 0)
			for i := range row {
				row[i] *= norm
			}
		}
	}
}

// RandomObservable is a sum of terms random Pauli strings on n qubits with
// normal coefficients; each qubit carries I, X, Y or Z with equal chance.
func RandomObservable(rng *rand.Rand, n, terms int) circuits.PauliSum {
	var sum circuits.PauliSum
	for range terms {
		t := circuits.PauliTerm{Coef: rng.NormFloat64()}
		for q := range n {
			if letter := "IXYZ"[rng.IntN(4)]; letter != 'I' {
				t.String = append(t.String, circuits.PauliFactor{Qubit: q, Pauli: letter})
			}
		}
		sum = append(sum, t)
	}
	return sum
}

// RandomVector is n numbers drawn evenly from [−π, π).
func RandomVector(rng *rand.Rand, n int) []float64 {
	v := make([]float64, n)
	for i := range v {
		v[i] = (2*rng.Float64() - 1) * math.Pi
	}
	return v
}
