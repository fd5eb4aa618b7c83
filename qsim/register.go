package qsim

import (
	"fmt"

	"github.com/qnn-go/qnn/circuits"
	"github.com/qnn-go/qnn/qsim/internal/kernel"
	"github.com/qnn-go/qnn/qsim/internal/plan"
)

// register is the qubits of a circuit and which of them are simulated. The others are idle:
// |0⟩, whatever happens.
type register struct {
	qubits  int
	active  []int // the qubits that are bits of an amplitude's index, ascending
	bits    []int // the bit of each qubit, −1 for those that are idle
	indices []int // of the gates that act on some qubit, in the circuit's Ops
}

// newRegister is a register of which some qubits are active, all with nil.
func newRegister(qubits int, active []int) register {
	r := register{qubits: qubits, active: active, bits: make([]int, qubits)}
	if active == nil {
		r.active = make([]int, qubits)
		for q := range r.active {
			r.active[q] = q
		}
	}
	for q := range r.bits {
		r.bits[q] = -1
	}
	for bit, q := range r.active {
		r.bits[q] = bit
	}
	return r
}

// gates returns the unitary operations of c on the bits of their qubits, and notes their
// indices. They share nothing with c but angles, which do not change.
func (r *register) gates(c *circuits.Circuit) *circuits.Circuit {
	out := &circuits.Circuit{Qubits: len(r.active), Tolerance: c.Tolerance}
	for i, o := range c.Ops {
		if o.Gate.Unitary() && o.Gate != circuits.GateI {
			out.Ops = append(out.Ops, circuits.Op{Gate: o.Gate, Qubits: o.Qubits, Angles: o.Angles, Matrix: o.Matrix})
			r.indices = append(r.indices, i)
		}
	}
	out = out.Clone()
	for i := range out.Ops {
		for k, q := range out.Ops[i].Qubits {
			out.Ops[i].Qubits[k] = r.bits[q]
		}
	}
	return out
}

// spread is the inverse of gates: c on the qubits of the register.
func (r *register) spread(c *circuits.Circuit) *circuits.Circuit {
	out := c.Clone()
	out.Qubits = r.qubits
	for i := range out.Ops {
		for k, bit := range out.Ops[i].Qubits {
			out.Ops[i].Qubits[k] = r.active[bit]
		}
	}
	return out
}

// observable compiles sum. Of an idle qubit ⟨Z⟩ is 1, and ⟨X⟩ and ⟨Y⟩ are 0.
func (r *register) observable(sum circuits.PauliSum) (plan.Observable, error) {
	if err := sum.Validate(); err != nil {
		return nil, err
	}
	if n := sum.Qubits(); n > r.qubits {
		return nil, fmt.Errorf("observable %v: qubit %d of %d: %w", sum, n-1, r.qubits, circuits.ErrRange)
	}
	var out plan.Observable
	for _, t := range sum {
		if s, seen := r.pauli(t.String); seen {
			out = append(out, plan.Term{Coef: t.Coef, Pauli: s})
		}
	}
	return out, nil
}

// pauli is a string on bits; false if it has an X or a Y on an idle qubit.
func (r *register) pauli(factors circuits.PauliString) (s kernel.Pauli, seen bool) {
	s.Phase = 1
	for _, f := range factors {
		bit := r.bits[f.Qubit]
		if bit < 0 {
			if f.Pauli != 'Z' {
				return s, false
			}
			continue
		}
		if f.Pauli != 'Z' {
			s.X |= 1 << bit
		}
		if f.Pauli != 'X' {
			s.Z |= 1 << bit
		}
		if f.Pauli == 'Y' {
			s.Phase *= 1i
		}
	}
	return s, true
}

// idle lists the qubits that are not active.
func (r *register) idle() []int {
	var out []int
	for q, bit := range r.bits {
		if bit < 0 {
			out = append(out, q)
		}
	}
	return out
}
