package circuits

import (
	"fmt"
	"math"
	"math/cmplx"
	"slices"
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

// ShiftTerm is one evaluation of a parameter-shift rule.
type ShiftTerm struct {
	Coef  float64 // factor of the evaluation
	Shift float64 // added to the angle, in radians
}

// Spec is an entry of the gate table.
type Spec struct {
	Name     string   // lower case, as in OpenQASM and Qiskit
	Qubits   int      // controls + targets; −1 if an operation may name any number
	Controls int      // the first Controls qubits are controls; Matrix acts where all are 1
	Params   []string // names of the angles, in order

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

// twoTerm is the parameter-shift rule of a generator with eigenvalue gap 1:
// f′(θ) = ½f(θ+π/2) − ½f(θ−π/2). Mitarai et al. 2018, arXiv:1803.00745; Schuld et
// al. 2019, arXiv:1811.11184, eq. 9.
var twoTerm = []ShiftTerm{{0.5, math.Pi / 2}, {-0.5, -math.Pi / 2}}

// fourTerm is the rule for gaps ½ and 1, of controlled rotations: f′(θ) =
// c₊[f(θ+π/2) − f(θ−π/2)] − c₋[f(θ+3π/2) − f(θ−3π/2)], c± = (√2±1)/(4√2).
// Anselmetti et al. 2021, arXiv:2104.05695, eq. 8 with α = π/2, β = 3π/2.
var fourTerm = []ShiftTerm{
	{(math.Sqrt2 + 1) / (4 * math.Sqrt2), math.Pi / 2},
	{-(math.Sqrt2 + 1) / (4 * math.Sqrt2), -math.Pi / 2},
	{-(math.Sqrt2 - 1) / (4 * math.Sqrt2), 3 * math.Pi / 2},
	{(math.Sqrt2 - 1) / (4 * math.Sqrt2), -3 * math.Pi / 2},
}

// doubled is the rule of an angle whose double takes the rule.
func doubled(rule []ShiftTerm) []ShiftTerm {
	out := make([]ShiftTerm, len(rule))
	for i, t := range rule {
		out[i] = ShiftTerm{2 * t.Coef, t.Shift / 2}
	}
	return out
}

var (
	r2 = complex(1/math.Sqrt2, 0)

	theta = []string{"theta"}

	paulis = map[byte][]complex128{
		'I': {1, 0, 0, 1}, 'X': {0, 1, 1, 0}, 'Y': {0, -1i, 1i, 0}, 'Z': {1, 0, 0, -1},
	}
)

// specs is the gate table.
var specs = [gateCount]Spec{
	GateI:    fixed("id", 1, 0, GateI, 0, 1, 0, 0, 1),
	GateX:    fixed("x", 1, 0, GateX, GateCX, paulis['X']...),
	GateY:    fixed("y", 1, 0, GateY, GateCY, paulis['Y']...),
	GateZ:    fixed("z", 1, 0, GateZ, GateCZ, paulis['Z']...),
	GateH:    fixed("h", 1, 0, GateH, GateCH, r2, r2, r2, -r2),
	GateS:    fixed("s", 1, 0, GateSdg, 0, 1, 0, 0, 1i),
	GateSdg:  fixed("sdg", 1, 0, GateS, 0, 1, 0, 0, -1i),
	GateT:    fixed("t", 1, 0, GateTdg, 0, 1, 0, 0, r2+r2*1i),
	GateTdg:  fixed("tdg", 1, 0, GateT, 0, 1, 0, 0, r2-r2*1i),
	GateSX:   fixed("sx", 1, 0, GateSXdg, 0, 0.5+0.5i, 0.5-0.5i, 0.5-0.5i, 0.5+0.5i),
	GateSXdg: fixed("sxdg", 1, 0, GateSX, 0, 0.5-0.5i, 0.5+0.5i, 0.5+0.5i, 0.5-0.5i),
	GateRX:   rotation("rx", GateRX, GateCRX, 0, twoTerm, "X"),
	GateRY:   rotation("ry", GateRY, GateCRY, 0, twoTerm, "Y"),
	GateRZ:   rotation("rz", GateRZ, GateCRZ, 0, twoTerm, "Z"),
	GateP:    phase("p", GateP, 0, GateCP),
	GateU: {
		Name: "u", Qubits: 1, Params: []string{"theta", "phi", "lambda"},
		matrix: uMatrix, generator: uGenerator, shifts: [][]ShiftTerm{twoTerm, twoTerm, twoTerm},
		inverse: GateU, inverseAngles: exchanged, controlled: GateCU,
	},
	GateR: {
		Name: "r", Qubits: 1, Params: []string{"theta", "phi"},
		matrix: rMatrix, generator: rGenerator, shifts: [][]ShiftTerm{twoTerm, doubled(fourTerm)},
		inverse: GateR, inverseAngles: func(a []Angle) []Angle { return []Angle{a[0].Scale(-1), a[1]} },
	},
	GateGPi: {
		Name: "gpi", Qubits: 1, Params: []string{"phi"},
		matrix: gpiMatrix,
		// The gate is RZ(2φ)·X.
		generator: func(dst []complex128, _ []float64, _ int) { copy(dst, paulis['Z']) },
		shifts:    [][]ShiftTerm{doubled(twoTerm)},
		inverse:   GateGPi, inverseAngles: slices.Clone[[]Angle],
	},
	GateGPi2: {
		Name: "gpi2", Qubits: 1, Params: []string{"phi"},
		matrix:    func(dst []complex128, p []float64) { rMatrix(dst, []float64{math.Pi / 2, p[0]}) },
		generator: func(dst []complex128, p []float64, _ int) { rGenerator(dst, []float64{math.Pi / 2, p[0]}, 1) },
		shifts:    [][]ShiftTerm{doubled(fourTerm)},
		inverse:   GateGPi2, inverseAngles: func(a []Angle) []Angle { return []Angle{a[0].Plus(Const(math.Pi))} },
	},
	GateCX:  fixed("cx", 2, 1, GateCX, GateCCX, paulis['X']...),
	GateCY:  fixed("cy", 2, 1, GateCY, 0, paulis['Y']...),
	GateCZ:  fixed("cz", 2, 1, GateCZ, GateCCZ, paulis['Z']...),
	GateCH:  fixed("ch", 2, 1, GateCH, 0, r2, r2, r2, -r2),
	GateCP:  phase("cp", GateCP, 1, 0),
	GateCRX: rotation("crx", GateCRX, 0, 1, fourTerm, "X"),
	GateCRY: rotation("cry", GateCRY, 0, 1, fourTerm, "Y"),
	GateCRZ: rotation("crz", GateCRZ, 0, 1, fourTerm, "Z"),
	GateCU: {
		Name: "cu", Qubits: 2, Controls: 1, Params: []string{"theta", "phi", "lambda", "gamma"},
		matrix: cuMatrix, generator: uGenerator, shifts: [][]ShiftTerm{fourTerm, twoTerm, twoTerm, twoTerm},
		inverse: GateCU, inverseAngles: exchanged,
	},
	GateSWAP:    fixed("swap", 2, 0, GateSWAP, GateCSWAP, 1, 0, 0, 0, 0, 0, 1, 0, 0, 1, 0, 0, 0, 0, 0, 1),
	GateISWAP:   fixed("iswap", 2, 0, GateUnitary, 0, 1, 0, 0, 0, 0, 0, 1i, 0, 0, 1i, 0, 0, 0, 0, 0, 1),
	GateECR:     fixed("ecr", 2, 0, GateECR, 0, 0, r2, 0, r2*1i, r2, 0, -r2*1i, 0, 0, r2*1i, 0, r2, -r2*1i, 0, r2, 0),
	GateRXX:     rotation("rxx", GateRXX, 0, 0, twoTerm, "XX"),
	GateRYY:     rotation("ryy", GateRYY, 0, 0, twoTerm, "YY"),
	GateRZZ:     rotation("rzz", GateRZZ, 0, 0, twoTerm, "ZZ"),
	GateRZX:     rotation("rzx", GateRZX, 0, 0, twoTerm, "XZ"),
	GateCCX:     fixed("ccx", 3, 2, GateCCX, 0, paulis['X']...),
	GateCCZ:     fixed("ccz", 3, 2, GateCCZ, 0, paulis['Z']...),
	GateCSWAP:   fixed("cswap", 3, 1, GateCSWAP, 0, 1, 0, 0, 0, 0, 0, 1, 0, 0, 1, 0, 0, 0, 0, 0, 1),
	GateUnitary: {Name: "unitary", Qubits: -1, inverse: GateUnitary},
	GateGPhase: {
		Name: "gphase", Params: []string{"gamma"}, inverse: GateGPhase, controlled: GateP,
		matrix:    func(dst []complex128, p []float64) { dst[0] = cmplx.Exp(complex(0, p[0])) },
		generator: func(dst []complex128, _ []float64, _ int) { dst[0] = -1 },
		shifts:    [][]ShiftTerm{nil},
	},
	GateBarrier: {Name: "barrier", Qubits: -1, inverse: GateBarrier},
	GateMeasure: {Name: "measure", Qubits: 1},
	GateReset:   {Name: "reset", Qubits: 1},
	GateStore:   {Name: "store"},
	GateSet:     {Name: "set"},
	GateLoop:    {Name: "loop"},
	GateEnd:     {Name: "end"},
}

// fixed makes the entry of a gate without angles.
func fixed(name string, qubits, controls int, inverse, controlled Gate, m ...complex128) Spec {
	return Spec{
		Name: name, Qubits: qubits, Controls: controls, inverse: inverse, controlled: controlled,
		matrix: func(dst []complex128, _ []float64) { copy(dst, m) },
	}
}

// rotation makes the entry of exp(−iθP/2), P the Pauli string whose last letter
// is the first target.
func rotation(name string, self, controlled Gate, controls int, shifts []ShiftTerm, label string) Spec {
	p := kron(label)
	d := 1 << len(label)
	return Spec{
		Name: name, Qubits: controls + len(label), Controls: controls, Params: theta,
		shifts: [][]ShiftTerm{shifts}, inverse: self, controlled: controlled,
		matrix: func(dst []complex128, a []float64) {
			s, c := math.Sincos(a[0] / 2)
			for i, v := range p {
				// −i·s·v written out, so that exact zeros stay exact.
				dst[i] = complex(s*imag(v), -s*real(v))
			}
			for i := range d {
				dst[i*d+i] += complex(c, 0)
			}
		},
		generator: func(dst []complex128, _ []float64, _ int) {
			for i, v := range p {
				dst[i] = v / 2
			}
		},
	}
}

// kron is the tensor product of the Pauli matrices of label, its last letter the
// least significant.
func kron(label string) []complex128 {
	out := []complex128{1}
	for i := len(label) - 1; i >= 0; i-- {
		p, d := paulis[label[i]], 1<<(len(label)-1-i)
		next := make([]complex128, 4*d*d)
		for r := range 2 * d {
			for c := range 2 * d {
				next[r*2*d+c] = p[(r/d)*2+c/d] * out[(r%d)*d+c%d]
			}
		}
		out = next
	}
	return out
}

// phase makes the entry of diag(1, e^{iλ}).
func phase(name string, self Gate, controls int, controlled Gate) Spec {
	return Spec{
		Name: name, Qubits: controls + 1, Controls: controls, Params: []string{"lambda"},
		shifts: [][]ShiftTerm{twoTerm}, inverse: self, controlled: controlled,
		matrix: func(dst []complex128, p []float64) {
			dst[0], dst[1], dst[2], dst[3] = 1, 0, 0, cmplx.Exp(complex(0, p[0]))
		},
		generator: func(dst []complex128, _ []float64, _ int) {
			dst[0], dst[1], dst[2], dst[3] = 0, 0, 0, -1
		},
	}
}

// uMatrix is U(θ,φ,λ) = P(φ)·RY(θ)·P(λ), Qiskit's phase convention.
func uMatrix(dst []complex128, p []float64) {
	s, c := math.Sincos(p[0] / 2)
	phi, lambda := cmplx.Exp(complex(0, p[1])), cmplx.Exp(complex(0, p[2]))
	dst[0], dst[1] = complex(c, 0), -lambda*complex(s, 0)
	dst[2], dst[3] = phi*complex(s, 0), phi*lambda*complex(c, 0)
}

// cuMatrix is e^{iγ}·U(θ,φ,λ), the target's part of CU.
func cuMatrix(dst []complex128, p []float64) {
	uMatrix(dst, p)
	g := cmplx.Exp(complex(0, p[3]))
	for i := range dst[:4] {
		dst[i] *= g
	}
}

// uGenerator holds for U and CU: from U = P(φ)·RY(θ)·P(λ), each derivative is
// moved to the left of U.
func uGenerator(dst []complex128, p []float64, k int) {
	phi := cmplx.Exp(complex(0, p[1]))
	switch k {
	case 0: // P(φ)·(Y/2)·P(−φ)
		dst[0], dst[1], dst[2], dst[3] = 0, -0.5i*cmplx.Conj(phi), 0.5i*phi, 0
	case 1: // −|1⟩⟨1|
		dst[0], dst[1], dst[2], dst[3] = 0, 0, 0, -1
	case 2: // −V|1⟩⟨1|V†, V = P(φ)·RY(θ)
		s, c := math.Sincos(p[0] / 2)
		a, b := complex(-s, 0), phi*complex(c, 0)
		dst[0], dst[1] = -a*cmplx.Conj(a), -a*cmplx.Conj(b)
		dst[2], dst[3] = -b*cmplx.Conj(a), -b*cmplx.Conj(b)
	case 3: // the phase γ of CU
		dst[0], dst[1], dst[2], dst[3] = -1, 0, 0, -1
	}
}

// exchanged are the angles of the inverse of U(θ,φ,λ), which is U(−θ,−λ,−φ), and of
// CU.
func exchanged(a []Angle) []Angle {
	out := []Angle{a[0].Scale(-1), a[2].Scale(-1), a[1].Scale(-1)}
	for _, gamma := range a[3:] {
		out = append(out, gamma.Scale(-1))
	}
	return out
}

// rMatrix is R(θ,φ) = exp(−iθ(cos φ·X + sin φ·Y)/2), Qiskit's RGate.
func rMatrix(dst []complex128, p []float64) {
	s, c := math.Sincos(p[0] / 2)
	phi := cmplx.Exp(complex(0, p[1]))
	dst[0], dst[1] = complex(c, 0), complex(0, -s)*cmplx.Conj(phi)
	dst[2], dst[3] = complex(0, -s)*phi, complex(c, 0)
}

// rGenerator holds for R = RZ(φ)·RX(θ)·RZ(−φ): by θ it is half the axis, by φ
// (Z − R·Z·R†)/2.
func rGenerator(dst []complex128, p []float64, k int) {
	phi := cmplx.Exp(complex(0, p[1]))
	if k == 0 {
		dst[0], dst[1], dst[2], dst[3] = 0, cmplx.Conj(phi)/2, phi/2, 0
		return
	}
	s, c := math.Sincos(p[0] / 2)
	dst[0], dst[1] = complex(s*s, 0), complex(0, -s*c)*cmplx.Conj(phi)
	dst[2], dst[3] = complex(0, s*c)*phi, complex(-s*s, 0)
}

// gpiMatrix is cos φ·X + sin φ·Y.
func gpiMatrix(dst []complex128, p []float64) {
	phi := cmplx.Exp(complex(0, p[0]))
	dst[0], dst[1], dst[2], dst[3] = 0, cmplx.Conj(phi), phi, 0
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

// Targets is the number of qubits that the matrix of s acts on.
func (s *Spec) Targets() int { return s.Qubits - s.Controls }

// Matrix writes the row-major 2ᵗ×2ᵗ matrix on the t targets, first target least
// significant, for the angles p. dst holds at least 4ᵗ entries.
func (s *Spec) Matrix(dst []complex128, p []float64) { s.matrix(dst, p) }

// Generator writes the Hermitian matrix G on the targets for which
// ∂U/∂p[k] = −i·G·U, restricted to the subspace where all controls are 1.
func (s *Spec) Generator(dst []complex128, p []float64, k int) { s.generator(dst, p, k) }

// ShiftRule returns the parameter-shift rule of angle k:
// ∂f/∂p[k] = Σ Coef·f(p[k]+Shift) for every expectation value f. It is empty for
// a global phase.
func (s *Spec) ShiftRule(k int) []ShiftTerm { return s.shifts[k] }
