package ansatz

import (
	"fmt"

	"github.com/qnn-go/qnn/circuits"
)

// RealAmplitudes appends layers times RY on each qubit and CX on each pair of
// the entanglement ([ReverseLinear] by default), and RY on each qubit at the
// end: n·(layers+1) weights. Qiskit's real_amplitudes.
func RealAmplitudes(c *circuits.Circuit, layers int, e Entanglement) error {
	return nLocal("real-amplitudes", c, layers, e, ReverseLinear, []circuits.Gate{circuits.GateRY}, circuits.GateCX)
}

// EfficientSU2 appends layers times RY on each qubit, RZ on each qubit and CX on
// each pair of the entanglement ([ReverseLinear] by default), and RY and RZ at
// the end: 2n·(layers+1) weights. Qiskit's efficient_su2.
func EfficientSU2(c *circuits.Circuit, layers int, e Entanglement) error {
	return nLocal("efficient-su2", c, layers, e, ReverseLinear, []circuits.Gate{circuits.GateRY, circuits.GateRZ}, circuits.GateCX)
}

// TwoLocal appends layers times each of the rotations on each qubit and the
// entangler on each pair of the entanglement ([Full] by default), and the
// rotations at the end. Every angle of every gate is a new weight; the lower
// qubit of a pair is the entangler's first, except in the pair (n−1,0) of
// [Circular]. Rotations are gates on one qubit and the entangler is one on two;
// both may be without angles. Qiskit's n_local with one entanglement block; on a
// single qubit, where n_local fails, the entangler is left out.
//
// The error wraps [ErrGate] for a gate of another size and [ErrLayers] for a
// negative number.
func TwoLocal(c *circuits.Circuit, layers int, e Entanglement, rotations []circuits.Gate, entangler circuits.Gate) error {
	return nLocal("two-local", c, layers, e, Full, rotations, entangler)
}

func nLocal(name string, c *circuits.Circuit, layers int, e, standard Entanglement, rotations []circuits.Gate, entangler circuits.Gate) error {
	if err := checkLayers(name, c, layers); err != nil {
		return err
	}
	for _, g := range rotations {
		if err := checkGate(name, "rotation", g, 1); err != nil {
			return err
		}
	}
	if err := checkGate(name, "entangler", entangler, 2); err != nil {
		return err
	}
	pairs, err := e.pairs(c.Qubits, standard)
	if err != nil {
		return err
	}
	w := newWeights(c)
	rotate := func() {
		for _, g := range rotations {
			for q := range c.Qubits {
				w.append(g, q)
			}
		}
	}
	for range layers {
		rotate()
		for _, p := range pairs {
			w.append(entangler, p[0], p[1])
		}
	}
	rotate()
	return nil
}

// BasicEntangler appends layers times RX on each qubit and a ring of CX (i,i+1
// mod n); two qubits have the single pair (0,1) and one has none. n·layers
// weights. PennyLane's BasicEntanglerLayers, weights of shape (layers, n).
func BasicEntangler(c *circuits.Circuit, layers int) error {
	if err := checkLayers("basic-entangler", c, layers); err != nil {
		return err
	}
	n, w := c.Qubits, newWeights(c)
	pairs := n
	if n <= 2 {
		pairs = n - 1
	}
	for range layers {
		for q := range n {
			w.append(circuits.GateRX, q)
		}
		for q := range pairs {
			c.CX(q, (q+1)%n)
		}
	}
	return nil
}

// StronglyEntangling appends for each layer l = 0, 1, …: Rot(φ,θ,ω) =
// RZ(ω)·RY(θ)·RZ(φ) on each qubit, RZ(φ) acting first, then CX(i, (i+r) mod n)
// for each qubit i with the range r = l mod (n−1) + 1; none on one qubit.
// 3n·layers weights. PennyLane's StronglyEntanglingLayers, weights of shape
// (layers, n, 3); Schuld et al. 2018, arXiv:1804.00633.
func StronglyEntangling(c *circuits.Circuit, layers int) error {
	if err := checkLayers("strongly-entangling", c, layers); err != nil {
		return err
	}
	n, w := c.Qubits, newWeights(c)
	for l := range layers {
		w.rot()
		if n == 1 {
			continue
		}
		r := l%(n-1) + 1
		for q := range n {
			c.CX(q, (q+r)%n)
		}
	}
	return nil
}

// Reuploading appends a data re-uploading circuit,
//
//	|ψ⟩ = W(θ_L)·S(x) · E·W(θ_{L−1})·S(x) ⋯ E·W(θ₁)·S(x)|0…0⟩,
//
// where S(x) is what encode appends to c, the same data in every layer, W is
// Rot(φ,θ,ω) = RZ(ω)·RY(θ)·RZ(φ) on each qubit, and E is CZ on each pair of the
// entanglement ([Circular] by default), which the last layer leaves out. 3n·L
// weights by (layer, qubit, φθω). The layer is L(i) = U(φᵢ)U(x) of Pérez-Salinas
// et al. 2020, arXiv:1907.02085, with S of free choice in the place of U(x).
//
// encode must append the same features each time and no weights. Its error is
// returned; if it fails after the first layer, c keeps what was appended.
func Reuploading(c *circuits.Circuit, layers int, e Entanglement, encode func() error) error {
	if err := checkLayers("reuploading", c, layers); err != nil {
		return err
	}
	pairs, err := e.pairs(c.Qubits, Circular)
	if err != nil {
		return err
	}
	w := newWeights(c)
	for l := range layers {
		if l > 0 {
			for _, p := range pairs {
				c.CZ(p[0], p[1])
			}
		}
		if err := encode(); err != nil {
			return err
		}
		w.rot()
	}
	return nil
}

// weights appends gates whose angles are the next weights of a circuit.
type weights struct {
	c    *circuits.Circuit
	next int
}

func newWeights(c *circuits.Circuit) *weights { return &weights{c, c.Weights()} }

func (w *weights) append(g circuits.Gate, qubits ...int) {
	var angles []circuits.Angle
	for range g.Spec().Params {
		angles = append(angles, circuits.Weight(w.next))
		w.next++
	}
	w.c.Append(g, angles, qubits...)
}

// rot appends RZ, RY and RZ on each qubit.
func (w *weights) rot() {
	for q := range w.c.Qubits {
		w.append(circuits.GateRZ, q)
		w.append(circuits.GateRY, q)
		w.append(circuits.GateRZ, q)
	}
}

func checkLayers(name string, c *circuits.Circuit, layers int) error {
	if c.Qubits < 1 {
		return fmt.Errorf("%s on %d qubits: needs at least 1: %w", name, c.Qubits, ErrQubits)
	}
	if layers < 0 {
		return fmt.Errorf("%s with %d layers: needs 0 or more: %w", name, layers, ErrLayers)
	}
	return nil
}

func checkGate(name, role string, g circuits.Gate, qubits int) error {
	if !g.Valid() || !g.Unitary() || g.Spec().Qubits != qubits {
		return fmt.Errorf("%s: %s %v: needs a unitary gate on %d qubits: %w", name, role, g, qubits, ErrGate)
	}
	return nil
}
