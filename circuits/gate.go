package circuits

import (
	"fmt"
	"strings"
)

// Gate names an entry of the gate table.
type Gate uint8

// The gate table. Matrices and conventions are those of Qiskit's gates of the
// same name, of GPi and GPi2 those of Amazon Braket's (checked against both in the
// tests).
const (
	GateI Gate = iota
	GateX
	GateY
	GateZ
	GateH
	GateS
	GateSdg
	GateT
	GateTdg
	GateSX
	GateSXdg
	GateRX
	GateRY
	GateRZ
	GateP
	GateU
	GateR    // rotation about cos φ·X + sin φ·Y
	GateGPi  // the pulse by π about that axis, cos φ·X + sin φ·Y itself
	GateGPi2 // the pulse by π/2
	GateCX
	GateCY
	GateCZ
	GateCH
	GateCP
	GateCRX
	GateCRY
	GateCRZ
	GateCU
	GateSWAP
	GateISWAP
	GateECR
	GateRXX
	GateRYY
	GateRZZ
	GateRZX
	GateCCX
	GateCCZ
	GateCSWAP
	GateUnitary // arbitrary matrix on 1–3 qubits, Op.Matrix
	GateGPhase  // global phase e^{iγ}, no qubits
	GateBarrier // no effect; keeps drawings and transpilers from moving gates across
	GateMeasure // one qubit into one classical bit, in the Z basis
	GateReset   // one qubit to |0⟩
	GateStore   // Op.Value, true or false, into one classical bit; no qubits
	GateSet     // Op.Value, a number, into variable Op.Clbit; no qubits
	GateLoop    // what follows up to its GateEnd goes round as long as Op.If holds; no qubits
	GateEnd     // the end of a GateLoop
	gateCount
)

// Names are what a gate is called in the dialects of OpenQASM that package qasm writes; empty
// in one that has no such gate, where it is written as others.
type Names struct {
	OpenQASM3 string // stdgates.inc of OpenQASM 3, and its built-in U
	OpenQASM2 string // qelib1.inc as published
	Braket    string // Amazon Braket, of gates that the devices of all makers have
	IBM       string // gates of IBM's devices
	Verbatim  string // native gates in a verbatim box of Amazon Braket
}

// Spec is an entry of the gate table.
type Spec struct {
	Name     string   // lower case, as in OpenQASM and Qiskit
	Qubits   int      // controls + targets; −1 if an operation may name any number
	Controls int      // the first Controls qubits are controls; Matrix acts where all are 1
	Params   []string // names of the angles, in order
	Names    Names    // in dialects of OpenQASM

	symbol string // in drawings, where it does not follow from the name

	// matrix writes the row-major matrix on the targets.
	matrix func(dst []complex128, p []float64)
	// generator writes the Hermitian G on the targets with ∂U/∂p[k] = −i·G·U.
	generator func(dst []complex128, p []float64, k int)
	// shifts holds for each angle the terms of its parameter-shift rule.
	shifts [][]ShiftTerm

	inverse       Gate                    // gate of the inverse; GateUnitary: by conjugate transpose
	inverseAngles func(a []Angle) []Angle // angles of the inverse; nil: each times −1
	controlled    Gate                    // controlled form with the new control first; 0 (GateI): none
}

// Gates lists the whole table in order.
func Gates() []Gate {
	out := make([]Gate, gateCount)
	for i := range out {
		out[i] = Gate(i)
	}
	return out
}

// Valid reports whether g is an entry of the gate table.
func (g Gate) Valid() bool { return g < gateCount }

// Spec returns the entry of g. It is shared: do not modify its slices.
func (g Gate) Spec() *Spec { return &specs[g] }

// String is the gate's name.
func (g Gate) String() string {
	if !g.Valid() {
		return fmt.Sprintf("gate(%d)", uint8(g))
	}
	return specs[g].Name
}

// ParseGate finds a gate by its name in the table; the error wraps [ErrUnknown].
func ParseGate(name string) (Gate, error) {
	for g := range specs {
		if specs[g].Name == name {
			return Gate(g), nil
		}
	}
	return 0, fmt.Errorf("gate %q: %w", name, ErrUnknown)
}

// MarshalText writes the gate's name.
func (g Gate) MarshalText() ([]byte, error) {
	if !g.Valid() {
		return nil, fmt.Errorf("%v: %w", g, ErrUnknown)
	}
	return []byte(specs[g].Name), nil
}

// UnmarshalText reads a gate's name.
func (g *Gate) UnmarshalText(text []byte) error {
	parsed, err := ParseGate(string(text))
	if err != nil {
		return err
	}
	*g = parsed
	return nil
}

// Unitary reports whether g is a unitary gate: all before barrier in the table.
func (g Gate) Unitary() bool { return g < GateBarrier }

// Symbol is what stands for the gate on its targets in drawings: its name in capitals, without
// the c for each of its controls, if the table has no other.
func (s *Spec) Symbol() string {
	if s.symbol != "" {
		return s.symbol
	}
	return strings.ToUpper(s.Name[s.Controls:])
}

// Targets is the number of qubits that the matrix of s acts on.
func (s *Spec) Targets() int { return s.Qubits - s.Controls }

// Matrix writes the row-major 2ᵗ×2ᵗ matrix on the t targets, first target least
// significant, for the angles p. dst holds at least 4ᵗ entries.
func (s *Spec) Matrix(dst []complex128, p []float64) { s.matrix(dst, p) }

// Generator writes the Hermitian matrix G on the targets for which
// ∂U/∂p[k] = −i·G·U, restricted to the subspace where all controls are 1.
func (s *Spec) Generator(dst []complex128, p []float64, k int) { s.generator(dst, p, k) }
