package bench

import (
	"math"
	"math/cmplx"

	"github.com/qnn-go/qnn/circuits"
	"github.com/qnn-go/qnn/cmd/internal/numpyrand"
)

// circuitSeed seeds the angles and matrices of circuits and gradients, dataSeed the
// samples and first weights of training.
const (
	circuitSeed = 7
	dataSeed    = 11
)

// bound is a circuit with the values of its weights: every angle is a weight, so
// that a run includes computing the matrices from them.
type bound struct {
	*circuits.Circuit
	weights []float64
}

// angle appends a weight.
func (b *bound) angle(value float64) circuits.Angle {
	b.weights = append(b.weights, value)
	return circuits.Weight(len(b.weights) - 1)
}

// angles appends weights.
func (b *bound) angles(values []float64) []circuits.Angle {
	as := make([]circuits.Angle, len(values))
	for i, v := range values {
		as[i] = b.angle(v)
	}
	return as
}

func uniformAngles(g *numpyrand.Generator, n int) []float64 {
	return g.Uniform(-math.Pi, math.Pi, n)
}

// hea appends the hardware-efficient ansatz of Kandala et al. 2017,
// arXiv:1704.05018, with the values 2·layers·n of its angles: RY and RZ on every
// qubit, then a ring of CX, a layer.
func (b *bound) hea(layers int, values []float64) {
	n := b.Qubits
	for l := range layers {
		for q := range n {
			b.RY(b.angle(values[2*(l*n+q)]), q).RZ(b.angle(values[2*(l*n+q)+1]), q)
		}
		for q := range n {
			b.CX(q, (q+1)%n)
		}
	}
}

func hea(n, layers int) *bound {
	b := &bound{Circuit: circuits.New(n)}
	b.hea(layers, uniformAngles(numpyrand.New(circuitSeed), 2*layers*n))
	return b
}

// brick is layers of U on every qubit and CX on neighbours, pairs from qubit 0 and
// from qubit 1 in turn.
func brick(n, layers int) *bound {
	g, b := numpyrand.New(circuitSeed), &bound{Circuit: circuits.New(n)}
	for l := range layers {
		for q := range n {
			b.Append(circuits.GateU, b.angles(uniformAngles(g, 3)), q)
		}
		for q := l % 2; q < n-1; q += 2 {
			b.CX(q, q+1)
		}
	}
	return b
}

// qft is RY on every qubit and the quantum Fourier transform with its swaps:
// Nielsen and Chuang 2010, section 5.1.
func qft(n, _ int) *bound {
	b := &bound{Circuit: circuits.New(n)}
	for q, value := range uniformAngles(numpyrand.New(circuitSeed), n) {
		b.RY(b.angle(value), q)
	}
	for i := n - 1; i >= 0; i-- {
		b.H(i)
		for j := i - 1; j >= 0; j-- {
			b.CP(b.angle(math.Ldexp(math.Pi, j-i)), j, i)
		}
	}
	for q := range n / 2 {
		b.SWAP(q, n-1-q)
	}
	return b
}

// quantumVolume is layers of random matrices of U(4) on random pairs of qubits:
// Cross et al. 2019, arXiv:1811.12926. Of an odd number one qubit rests.
func quantumVolume(n, layers int) *bound {
	g, b := numpyrand.New(circuitSeed), &bound{Circuit: circuits.New(n)}
	for range layers {
		p := g.Permutation(n)
		for i := 0; i+1 < n; i += 2 {
			b.Unitary(haar(g, 4), p[i], p[i+1])
		}
	}
	return b
}

// haar is a d×d unitary, uniform by Haar's measure: Q of the matrix Z = QR of
// independent complex normal numbers, with the diagonal of R positive (Mezzadri
// 2007, arXiv:math-ph/0609050, section 5). The real parts are drawn first.
func haar(g *numpyrand.Generator, d int) []complex128 {
	re, im := g.Normal(d*d), g.Normal(d*d)
	q := make([]complex128, d*d)
	for i := range q {
		q[i] = complex(re[i], im[i])
	}
	orthonormalise(q, d)
	return q
}

// orthonormalise makes the columns of the row-major d×d matrix m orthonormal by
// the modified Gram–Schmidt process, twice, so that they are so to rounding.
func orthonormalise(m []complex128, d int) {
	for range 2 {
		for c := range d {
			for e := range c {
				dot := complex128(0)
				for r := range d {
					dot += cmplx.Conj(m[r*d+e]) * m[r*d+c]
				}
				for r := range d {
					m[r*d+c] -= dot * m[r*d+e]
				}
			}
			norm2 := 0.0
			for r := range d {
				norm2 += real(m[r*d+c])*real(m[r*d+c]) + imag(m[r*d+c])*imag(m[r*d+c])
			}
			for r := range d {
				m[r*d+c] /= complex(math.Sqrt(norm2), 0)
			}
		}
	}
}

// single is one gate of the table. Targets and controls are target and the qubits
// that follow it, round the end.
func single(gate circuits.Gate, n, target int) *bound {
	g, b := numpyrand.New(circuitSeed), &bound{Circuit: circuits.New(n)}
	spec := gate.Spec()
	size := spec.Qubits
	if gate == circuits.GateUnitary {
		size = 2
	}
	qubits := make([]int, size)
	for i := range qubits {
		qubits[len(qubits)-1-i] = (target + i) % n // controls are listed first
	}
	if gate == circuits.GateUnitary {
		b.Unitary(haar(g, 1<<size), qubits...)
	} else {
		b.Append(gate, b.angles(uniformAngles(g, len(spec.Params))), qubits...)
	}
	return b
}
