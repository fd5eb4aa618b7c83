package reference

import (
	"context"
	"math"
	"math/cmplx"
	"math/rand/v2"

	"github.com/itsubaki/q/quantum/qubit"

	"github.com/qnn-go/qnn/circuits"
	"github.com/qnn-go/qnn/qsim"
)

// register is the qubits of itsubaki/q with the values of a circuit's angles. It
// belongs to one goroutine.
type register struct {
	qubits *qubit.Qubit
	angles [][]float64 // by operation
}

func newRegister(c *circuits.Circuit) *register {
	r := &register{qubits: qubit.Zeros(c.Qubits), angles: make([][]float64, len(c.Ops))}
	r.seed(0, 0) // its own default is a generator without a seed
	for i, op := range c.Ops {
		r.angles[i] = make([]float64, len(op.Angles))
	}
	return r
}

// seed sets the generator that measurements draw from.
func (r *register) seed(seed, stream uint64) {
	r.qubits.Rand = rand.New(rand.NewPCG(seed, stream)).Float64
}

// bind evaluates all angles.
func (r *register) bind(c *circuits.Circuit, weights, features []float64) error {
	for i, op := range c.Ops {
		for k, a := range op.Angles {
			if len(op.Locals()) > 0 {
				break // known when the run comes there
			}
			v := a.Eval(weights, features)
			if math.IsNaN(v) || math.IsInf(v, 0) {
				return &circuits.OpError{Index: i, Gate: op.Gate, Err: qsim.ErrNotFinite}
			}
			r.angles[i][k] = v
		}
	}
	return nil
}

// zero puts the register into |0…0⟩.
func (r *register) zero() {
	a := r.qubits.Amplitude()
	clear(a)
	a[0] = 1
}

// run applies the gates of c to |0…0⟩ and skips measurements and resets.
func (r *register) run(ctx context.Context, c *circuits.Circuit) error {
	r.zero()
	for i, op := range c.Ops {
		if err := ctx.Err(); err != nil {
			return err
		}
		if op.Gate.Unitary() {
			r.apply(op, r.angles[i])
		}
	}
	return nil
}

// at is the number that itsubaki/q gives to qubit k.
func (r *register) at(k int) int { return r.qubits.NumQubits() - 1 - k }

// measure draws the outcome of qubit k and collapses the state.
func (r *register) measure(k int) bool { return r.qubits.Measure(r.at(k)).IsOne() }

// reset puts qubit k into |0⟩.
func (r *register) reset(k int) {
	if r.measure(k) {
		r.qubits.X(r.at(k))
	}
}

// expect writes the expectation value of every observable.
func (r *register) expect(dst []float64, observables []circuits.PauliSum) {
	for k, sum := range observables {
		dst[k] = 0
		for _, t := range sum {
			dst[k] += t.Coef * pauliExpectation(r.qubits.Amplitude(), t.String)
		}
	}
}

// pauliExpectation is ⟨a|P|a⟩ = Σₓ conj(a[y])·f·a[x] where P|x⟩ = f|y⟩, found one
// letter after the other.
func pauliExpectation(a []complex128, p circuits.PauliString) float64 {
	sum := 0.0
	for x, v := range a {
		y, f := x, complex128(1)
		for _, letter := range p {
			one := x>>letter.Qubit&1 == 1
			switch letter.Pauli {
			case 'X':
				y ^= 1 << letter.Qubit
			case 'Y': // Y|0⟩ = i|1⟩, Y|1⟩ = −i|0⟩
				y ^= 1 << letter.Qubit
				f *= 1i
			}
			if one && letter.Pauli != 'X' {
				f = -f
			}
		}
		sum += real(cmplx.Conj(a[y]) * f * v)
	}
	return sum
}
