package circuits

import (
	"math"
	"math/cmplx"
	"slices"
)

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
	GateI:    fixed("id", 1, 0, GateI, 0, 1, 0, 0, 1).drawn("I").written(Names{OpenQASM3: "id", OpenQASM2: "id", IBM: "id"}),
	GateX:    fixed("x", 1, 0, GateX, GateCX, paulis['X']...).written(Names{OpenQASM3: "x", OpenQASM2: "x", Braket: "x", IBM: "x"}),
	GateY:    fixed("y", 1, 0, GateY, GateCY, paulis['Y']...).written(Names{OpenQASM3: "y", OpenQASM2: "y", Braket: "y"}),
	GateZ:    fixed("z", 1, 0, GateZ, GateCZ, paulis['Z']...).written(Names{OpenQASM3: "z", OpenQASM2: "z", Braket: "z"}),
	GateH:    fixed("h", 1, 0, GateH, GateCH, r2, r2, r2, -r2).written(Names{OpenQASM3: "h", OpenQASM2: "h", Braket: "h"}),
	GateS:    fixed("s", 1, 0, GateSdg, 0, 1, 0, 0, 1i).written(Names{OpenQASM3: "s", OpenQASM2: "s", Braket: "s"}),
	GateSdg:  fixed("sdg", 1, 0, GateS, 0, 1, 0, 0, -1i).drawn("S†").written(Names{OpenQASM3: "sdg", OpenQASM2: "sdg", Braket: "si"}),
	GateT:    fixed("t", 1, 0, GateTdg, 0, 1, 0, 0, r2+r2*1i).written(Names{OpenQASM3: "t", OpenQASM2: "t", Braket: "t"}),
	GateTdg:  fixed("tdg", 1, 0, GateT, 0, 1, 0, 0, r2-r2*1i).drawn("T†").written(Names{OpenQASM3: "tdg", OpenQASM2: "tdg", Braket: "ti"}),
	GateSX:   fixed("sx", 1, 0, GateSXdg, 0, 0.5+0.5i, 0.5-0.5i, 0.5-0.5i, 0.5+0.5i).written(Names{OpenQASM3: "sx", IBM: "sx"}),
	GateSXdg: fixed("sxdg", 1, 0, GateSX, 0, 0.5-0.5i, 0.5+0.5i, 0.5+0.5i, 0.5-0.5i).drawn("SX†"),
	GateRX:   rotation("rx", GateRX, GateCRX, 0, twoTerm, "X").written(Names{OpenQASM3: "rx", OpenQASM2: "rx", Braket: "rx", IBM: "rx", Verbatim: "rx"}),
	GateRY:   rotation("ry", GateRY, GateCRY, 0, twoTerm, "Y").written(Names{OpenQASM3: "ry", OpenQASM2: "ry", Braket: "ry"}),
	GateRZ:   rotation("rz", GateRZ, GateCRZ, 0, twoTerm, "Z").written(Names{OpenQASM3: "rz", OpenQASM2: "rz", Braket: "rz", IBM: "rz", Verbatim: "rz"}),
	GateP:    phase("p", GateP, 0, GateCP).written(Names{OpenQASM3: "p", OpenQASM2: "u1"}),
	GateU: {
		Name: "u", Qubits: 1, Params: []string{"theta", "phi", "lambda"},
		Names:  Names{OpenQASM3: "U", OpenQASM2: "u3"},
		matrix: uMatrix, generator: uGenerator, shifts: [][]ShiftTerm{twoTerm, twoTerm, twoTerm},
		inverse: GateU, inverseAngles: exchanged, controlled: GateCU,
	},
	GateR: {
		Name: "r", Qubits: 1, Params: []string{"theta", "phi"},
		Names:  Names{Verbatim: "prx"},
		matrix: rMatrix, generator: rGenerator, shifts: [][]ShiftTerm{twoTerm, doubled(fourTerm)},
		inverse: GateR, inverseAngles: func(a []Angle) []Angle { return []Angle{a[0].Scale(-1), a[1]} },
	},
	GateGPi: {
		Name: "gpi", Qubits: 1, Params: []string{"phi"},
		Names: Names{Verbatim: "gpi"}, symbol: "GPi",
		matrix: gpiMatrix,
		// The gate is RZ(2φ)·X.
		generator: func(dst []complex128, _ []float64, _ int) { copy(dst, paulis['Z']) },
		shifts:    [][]ShiftTerm{doubled(twoTerm)},
		inverse:   GateGPi, inverseAngles: slices.Clone[[]Angle],
	},
	GateGPi2: {
		Name: "gpi2", Qubits: 1, Params: []string{"phi"},
		Names: Names{Verbatim: "gpi2"}, symbol: "GPi2",
		matrix:    func(dst []complex128, p []float64) { rMatrix(dst, []float64{math.Pi / 2, p[0]}) },
		generator: func(dst []complex128, p []float64, _ int) { rGenerator(dst, []float64{math.Pi / 2, p[0]}, 1) },
		shifts:    [][]ShiftTerm{doubled(fourTerm)},
		inverse:   GateGPi2, inverseAngles: func(a []Angle) []Angle { return []Angle{a[0].Plus(Const(math.Pi))} },
	},
	GateCX:  fixed("cx", 2, 1, GateCX, GateCCX, paulis['X']...).written(Names{OpenQASM3: "cx", OpenQASM2: "cx", Braket: "cnot"}),
	GateCY:  fixed("cy", 2, 1, GateCY, 0, paulis['Y']...).written(Names{OpenQASM3: "cy", OpenQASM2: "cy"}),
	GateCZ:  fixed("cz", 2, 1, GateCZ, GateCCZ, paulis['Z']...).written(Names{OpenQASM3: "cz", OpenQASM2: "cz", IBM: "cz", Verbatim: "cz"}),
	GateCH:  fixed("ch", 2, 1, GateCH, 0, r2, r2, r2, -r2).written(Names{OpenQASM3: "ch", OpenQASM2: "ch"}),
	GateCP:  phase("cp", GateCP, 1, 0).written(Names{OpenQASM3: "cp", OpenQASM2: "cu1"}),
	GateCRX: rotation("crx", GateCRX, 0, 1, fourTerm, "X").written(Names{OpenQASM3: "crx"}),
	GateCRY: rotation("cry", GateCRY, 0, 1, fourTerm, "Y").written(Names{OpenQASM3: "cry"}),
	GateCRZ: rotation("crz", GateCRZ, 0, 1, fourTerm, "Z").written(Names{OpenQASM3: "crz", OpenQASM2: "crz"}),
	GateCU: {
		Name: "cu", Qubits: 2, Controls: 1, Params: []string{"theta", "phi", "lambda", "gamma"},
		Names:  Names{OpenQASM3: "cu"},
		matrix: cuMatrix, generator: uGenerator, shifts: [][]ShiftTerm{fourTerm, twoTerm, twoTerm, twoTerm},
		inverse: GateCU, inverseAngles: exchanged,
	},
	GateSWAP:    fixed("swap", 2, 0, GateSWAP, GateCSWAP, 1, 0, 0, 0, 0, 0, 1, 0, 0, 1, 0, 0, 0, 0, 0, 1).written(Names{OpenQASM3: "swap", Braket: "swap"}),
	GateISWAP:   fixed("iswap", 2, 0, GateUnitary, 0, 1, 0, 0, 0, 0, 0, 1i, 0, 0, 1i, 0, 0, 0, 0, 0, 1).drawn("iSWAP").written(Names{Verbatim: "iswap"}),
	GateECR:     fixed("ecr", 2, 0, GateECR, 0, 0, r2, 0, r2*1i, r2, 0, -r2*1i, 0, 0, r2*1i, 0, r2, -r2*1i, 0, r2, 0).written(Names{IBM: "ecr"}),
	GateRXX:     rotation("rxx", GateRXX, 0, 0, twoTerm, "XX"),
	GateRYY:     rotation("ryy", GateRYY, 0, 0, twoTerm, "YY"),
	GateRZZ:     rotation("rzz", GateRZZ, 0, 0, twoTerm, "ZZ").written(Names{IBM: "rzz", Verbatim: "zz"}),
	GateRZX:     rotation("rzx", GateRZX, 0, 0, twoTerm, "XZ"),
	GateCCX:     fixed("ccx", 3, 2, GateCCX, 0, paulis['X']...).written(Names{OpenQASM3: "ccx", OpenQASM2: "ccx"}),
	GateCCZ:     fixed("ccz", 3, 2, GateCCZ, 0, paulis['Z']...),
	GateCSWAP:   fixed("cswap", 3, 1, GateCSWAP, 0, 1, 0, 0, 0, 0, 0, 1, 0, 0, 1, 0, 0, 0, 0, 0, 1).written(Names{OpenQASM3: "cswap"}),
	GateUnitary: {Name: "unitary", Qubits: -1, symbol: "Unitary", inverse: GateUnitary},
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

// written is s with its names in the dialects of OpenQASM.
func (s Spec) written(n Names) Spec {
	s.Names = n
	return s
}

// drawn is s with a sign of its own in drawings.
func (s Spec) drawn(symbol string) Spec {
	s.symbol = symbol
	return s
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
