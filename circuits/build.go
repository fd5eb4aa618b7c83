package circuits

import "slices"

// The methods below append the gate of their name and return the circuit, so
// that calls can be chained. Qubits are given in the order of [Op.Qubits]:
// controls first, then targets.

// I appends the identity, which does nothing.
func (c *Circuit) I(q int) *Circuit { return c.Append(GateI, nil, q) }

// X appends the Pauli matrix X = [[0, 1], [1, 0]].
func (c *Circuit) X(q int) *Circuit { return c.Append(GateX, nil, q) }

// Y appends the Pauli matrix Y = [[0, −i], [i, 0]].
func (c *Circuit) Y(q int) *Circuit { return c.Append(GateY, nil, q) }

// Z appends the Pauli matrix Z = diag(1, −1).
func (c *Circuit) Z(q int) *Circuit { return c.Append(GateZ, nil, q) }

// H appends Hadamard's gate (X + Z)/√2.
func (c *Circuit) H(q int) *Circuit { return c.Append(GateH, nil, q) }

// S appends diag(1, i) = √Z.
func (c *Circuit) S(q int) *Circuit { return c.Append(GateS, nil, q) }

// Sdg appends diag(1, −i), the inverse of S.
func (c *Circuit) Sdg(q int) *Circuit { return c.Append(GateSdg, nil, q) }

// T appends diag(1, e^{iπ/4}) = √S.
func (c *Circuit) T(q int) *Circuit { return c.Append(GateT, nil, q) }

// Tdg appends diag(1, e^{−iπ/4}), the inverse of T.
func (c *Circuit) Tdg(q int) *Circuit { return c.Append(GateTdg, nil, q) }

// SX appends √X = ½[[1+i, 1−i], [1−i, 1+i]].
func (c *Circuit) SX(q int) *Circuit { return c.Append(GateSX, nil, q) }

// SXdg appends ½[[1−i, 1+i], [1+i, 1−i]], the inverse of SX.
func (c *Circuit) SXdg(q int) *Circuit { return c.Append(GateSXdg, nil, q) }

// RX appends exp(−iθX/2), θ in radians as all angles.
func (c *Circuit) RX(theta Angle, q int) *Circuit { return c.Append(GateRX, []Angle{theta}, q) }

// RY appends exp(−iθY/2).
func (c *Circuit) RY(theta Angle, q int) *Circuit { return c.Append(GateRY, []Angle{theta}, q) }

// RZ appends exp(−iθZ/2) = diag(e^{−iθ/2}, e^{iθ/2}).
func (c *Circuit) RZ(theta Angle, q int) *Circuit { return c.Append(GateRZ, []Angle{theta}, q) }

// P appends the phase diag(1, e^{iλ}).
func (c *Circuit) P(lambda Angle, q int) *Circuit { return c.Append(GateP, []Angle{lambda}, q) }

// U appends [[cos θ/2, −e^{iλ} sin θ/2], [e^{iφ} sin θ/2, e^{i(φ+λ)} cos θ/2]].
func (c *Circuit) U(theta, phi, lambda Angle, q int) *Circuit {
	return c.Append(GateU, []Angle{theta, phi, lambda}, q)
}

// R appends Qiskit's RGate, exp(−iθ(cos φ·X + sin φ·Y)/2), which IQM calls PRX.
func (c *Circuit) R(theta, phi Angle, q int) *Circuit {
	return c.Append(GateR, []Angle{theta, phi}, q)
}

// GPi appends IonQ's gate cos φ·X + sin φ·Y, φ in radians.
func (c *Circuit) GPi(phi Angle, q int) *Circuit { return c.Append(GateGPi, []Angle{phi}, q) }

// GPi2 appends IonQ's gate R(π/2, φ), φ in radians.
func (c *Circuit) GPi2(phi Angle, q int) *Circuit { return c.Append(GateGPi2, []Angle{phi}, q) }

// CX appends X on the target where the control is 1.
func (c *Circuit) CX(control, target int) *Circuit { return c.Append(GateCX, nil, control, target) }

// CY appends Y on the target where the control is 1.
func (c *Circuit) CY(control, target int) *Circuit { return c.Append(GateCY, nil, control, target) }

// CZ appends Z on the target where the control is 1: −1 where both are.
func (c *Circuit) CZ(control, target int) *Circuit { return c.Append(GateCZ, nil, control, target) }

// CH appends H on the target where the control is 1.
func (c *Circuit) CH(control, target int) *Circuit { return c.Append(GateCH, nil, control, target) }

// CP appends the phase e^{iλ} where both qubits are 1.
func (c *Circuit) CP(lambda Angle, control, target int) *Circuit {
	return c.Append(GateCP, []Angle{lambda}, control, target)
}

// CRX appends RX(θ) on the target where the control is 1.
func (c *Circuit) CRX(theta Angle, control, target int) *Circuit {
	return c.Append(GateCRX, []Angle{theta}, control, target)
}

// CRY appends RY(θ) on the target where the control is 1.
func (c *Circuit) CRY(theta Angle, control, target int) *Circuit {
	return c.Append(GateCRY, []Angle{theta}, control, target)
}

// CRZ appends RZ(θ) on the target where the control is 1.
func (c *Circuit) CRZ(theta Angle, control, target int) *Circuit {
	return c.Append(GateCRZ, []Angle{theta}, control, target)
}

// CU appends e^{iγ}·U(θ, φ, λ) on the target where the control is 1.
func (c *Circuit) CU(theta, phi, lambda, gamma Angle, control, target int) *Circuit {
	return c.Append(GateCU, []Angle{theta, phi, lambda, gamma}, control, target)
}

// SWAP exchanges two qubits.
func (c *Circuit) SWAP(a, b int) *Circuit { return c.Append(GateSWAP, nil, a, b) }

// ISWAP appends exp(iπ(X_aX_b + Y_aY_b)/4): an exchange, with i where the qubits differ.
func (c *Circuit) ISWAP(a, b int) *Circuit { return c.Append(GateISWAP, nil, a, b) }

// ECR appends the echoed cross resonance (X_a − Y_aX_b)/√2.
func (c *Circuit) ECR(a, b int) *Circuit { return c.Append(GateECR, nil, a, b) }

// RXX appends exp(−iθX_aX_b/2).
func (c *Circuit) RXX(theta Angle, a, b int) *Circuit { return c.Append(GateRXX, []Angle{theta}, a, b) }

// RYY appends exp(−iθY_aY_b/2).
func (c *Circuit) RYY(theta Angle, a, b int) *Circuit { return c.Append(GateRYY, []Angle{theta}, a, b) }

// RZZ appends exp(−iθZ_aZ_b/2).
func (c *Circuit) RZZ(theta Angle, a, b int) *Circuit { return c.Append(GateRZZ, []Angle{theta}, a, b) }

// RZX appends exp(−iθZ_aX_b/2).
func (c *Circuit) RZX(theta Angle, a, b int) *Circuit { return c.Append(GateRZX, []Angle{theta}, a, b) }

// CCX appends X on the target where both controls are 1 (Toffoli).
func (c *Circuit) CCX(c0, c1, target int) *Circuit { return c.Append(GateCCX, nil, c0, c1, target) }

// CCZ appends −1 where all three qubits are 1.
func (c *Circuit) CCZ(c0, c1, target int) *Circuit { return c.Append(GateCCZ, nil, c0, c1, target) }

// CSWAP exchanges a and b where the control is 1 (Fredkin).
func (c *Circuit) CSWAP(control, a, b int) *Circuit {
	return c.Append(GateCSWAP, nil, control, a, b)
}

// Unitary appends an arbitrary unitary matrix on one to three qubits: row-major,
// 4ᵏ entries, the first qubit the least significant bit of row and column. It
// keeps matrix and copies qubits.
func (c *Circuit) Unitary(matrix []complex128, qubits ...int) *Circuit {
	c.Ops = append(c.Ops, Op{Gate: GateUnitary, Qubits: slices.Clone(qubits), Matrix: matrix})
	return c
}

// GPhase multiplies the state by e^{iγ}.
func (c *Circuit) GPhase(gamma Angle) *Circuit { return c.Append(GateGPhase, []Angle{gamma}) }

// Barrier separates what stands before it on the named qubits, or on all qubits
// when none is named, from what follows.
func (c *Circuit) Barrier(qubits ...int) *Circuit {
	if len(qubits) == 0 {
		for q := range c.Qubits {
			qubits = append(qubits, q)
		}
	}
	return c.Append(GateBarrier, nil, qubits...)
}

// Measure measures qubit q in the Z basis into classical bit clbit, and makes
// room for the bit.
func (c *Circuit) Measure(q, clbit int) *Circuit {
	c.Clbits = max(c.Clbits, clbit+1)
	c.Ops = append(c.Ops, Op{Gate: GateMeasure, Qubits: []int{q}, Clbit: clbit})
	return c
}

// MeasureAll measures qubit k into classical bit k, for every qubit.
func (c *Circuit) MeasureAll() *Circuit {
	for q := range c.Qubits {
		c.Measure(q, q)
	}
	return c
}

// Reset puts qubit q into |0⟩.
func (c *Circuit) Reset(q int) *Circuit { return c.Append(GateReset, nil, q) }

// Store writes into classical bit clbit whether value holds, and makes room for
// the bit.
func (c *Circuit) Store(clbit int, value Condition) *Circuit {
	c.Clbits = max(c.Clbits, clbit+1)
	c.Ops = append(c.Ops, Op{Gate: GateStore, Clbit: clbit, Value: &value})
	return c
}

// Set writes the number e, which may depend on what was measured and on variables, into
// variable v, as its type holds it. Circuit.Vars lists the types of the variables.
func (c *Circuit) Set(v int, e *Expr) *Circuit {
	c.Ops = append(c.Ops, Op{Gate: GateSet, Clbit: v, Value: &Condition{Test: e}})
	return c
}

// Loop begins a loop: what follows, up to its [Circuit.End], is repeated as long as the
// condition holds at its beginning.
func (c *Circuit) Loop(condition Condition) *Circuit {
	return c.Append(GateLoop, nil).If(condition)
}

// End ends the innermost loop that is open.
func (c *Circuit) End() *Circuit { return c.Append(GateEnd, nil) }

// If makes the last operation, of which there must be one, depend on a condition:
// it is carried out in the runs in which the condition holds when they reach it.
func (c *Circuit) If(condition Condition) *Circuit {
	c.Ops[len(c.Ops)-1].If = &condition
	return c
}
