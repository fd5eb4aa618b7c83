package qasm

import (
	"math"
	"slices"

	"github.com/qnn-go/qnn/circuits"
	"github.com/qnn-go/qnn/circuits/qasm/internal/syntax"
)

// gate is a gate, built in or defined by the program.
type gate struct {
	name   string
	size   int // number of qubits
	angles int // number of angles

	table  circuits.Gate            // of a built-in gate that is one operation
	expand func() *circuits.Circuit // of one that is several; weight k is angle k
	as     *circuits.Circuit        // what expand returned

	body   *body    // of a gate that the program defines
	params []*entry // its angles
	qubits []*entry
	ops    int // operations of one call, at most maxCount
}

// native is the built-in gate of the table's gate g.
func native(name string, g circuits.Gate) *gate {
	spec := g.Spec()
	return &gate{name: name, size: spec.Qubits, angles: len(spec.Params), table: g, ops: 1}
}

// derived is a built-in gate that is the circuit as.
func derived(name string, size, angles int, as func() *circuits.Circuit) *gate {
	return &gate{name: name, size: size, angles: angles, expand: as, ops: 1}
}

func (l *lowering) defineGates(gates []*gate) {
	for _, g := range gates {
		if old := l.names[g.name]; old != nil && !old.builtin {
			continue // the program's own definition stays
		}
		l.scope.set(g.name, &entry{name: g.name, kind: entryGate, builtin: true, gate: g})
	}
}

// namedGates lists built-in gates by their names.
func namedGates(table map[string]circuits.Gate) []*gate {
	out := make([]*gate, 0, len(table)+16)
	for name, g := range table {
		out = append(out, native(name, g))
	}
	return out
}

var (
	half       = circuits.Const(math.Pi / 2)
	w0, w1, w2 = circuits.Weight(0), circuits.Weight(1), circuits.Weight(2)
)

// coreGates are known without an include.
func coreGates(version int, specification bool) []*gate {
	u := native("U", circuits.GateU)
	if version == 2 {
		return []*gate{u, native("CX", circuits.GateCX)}
	}
	if specification {
		u = derived("U", 1, 3, func() *circuits.Circuit { return circuits.New(1).U(w0, w1, w2, 0).GPhase(w0.Scale(0.5)) })
	}
	return append(namedGates(braketGates), u,
		derived("cv", 2, 0, controlledSX),
	)
}

// braketGates are those of Amazon Braket, which has no includes, as far as an
// include has no other gate of the name.
var braketGates = map[string]circuits.Gate{
	"i": circuits.GateI, "x": circuits.GateX, "y": circuits.GateY, "z": circuits.GateZ, "h": circuits.GateH,
	"s": circuits.GateS, "si": circuits.GateSdg, "t": circuits.GateT, "ti": circuits.GateTdg, "v": circuits.GateSX,
	"vi": circuits.GateSXdg, "rx": circuits.GateRX, "ry": circuits.GateRY, "rz": circuits.GateRZ,
	"phaseshift": circuits.GateP, "cnot": circuits.GateCX, "cy": circuits.GateCY, "cz": circuits.GateCZ,
	"cphaseshift": circuits.GateCP, "swap": circuits.GateSWAP, "iswap": circuits.GateISWAP, "xx": circuits.GateRXX,
	"yy": circuits.GateRYY, "zz": circuits.GateRZZ, "ccnot": circuits.GateCCX, "cswap": circuits.GateCSWAP,
	"prx": circuits.GateR, "gpi": circuits.GateGPi, "gpi2": circuits.GateGPi2,
}

// sharedGates are those of both includes.
var sharedGates = map[string]circuits.Gate{
	"p": circuits.GateP, "x": circuits.GateX, "y": circuits.GateY, "z": circuits.GateZ, "h": circuits.GateH, "s": circuits.GateS,
	"sdg": circuits.GateSdg, "t": circuits.GateT, "tdg": circuits.GateTdg, "sx": circuits.GateSX, "rx": circuits.GateRX,
	"ry": circuits.GateRY, "rz": circuits.GateRZ, "cx": circuits.GateCX, "cy": circuits.GateCY, "cz": circuits.GateCZ,
	"cp": circuits.GateCP, "crx": circuits.GateCRX, "cry": circuits.GateCRY, "crz": circuits.GateCRZ, "ch": circuits.GateCH,
	"swap": circuits.GateSWAP, "ccx": circuits.GateCCX, "cswap": circuits.GateCSWAP, "cu": circuits.GateCU,
	"id": circuits.GateI, "u1": circuits.GateP, "u3": circuits.GateU,
}

// stdgates are the gates of stdgates.inc.
func stdgates(specification bool) []*gate {
	u2 := derived("u2", 1, 2, func() *circuits.Circuit { return circuits.New(1).U(half, w0, w1, 0) })
	out := append(namedGates(sharedGates), native("CX", circuits.GateCX), native("phase", circuits.GateP),
		native("cphase", circuits.GateCP), u2)
	if specification {
		u2.expand = func() *circuits.Circuit {
			return circuits.New(1).U(half, w0, w1, 0).GPhase(w0.Plus(w1).Scale(-0.5))
		}
		out = append(out, derived("u3", 1, 3, func() *circuits.Circuit {
			return circuits.New(1).U(w0, w1, w2, 0).GPhase(w1.Plus(w2).Scale(-0.5))
		}))
	}
	return out
}

// qelib1 are the gates of Qiskit's qelib1.inc: the 23 of Cross et al. 2017,
// arXiv:1707.03429, figure 3, and 19 more, all with Qiskit's phases.
func qelib1() []*gate {
	return append(namedGates(sharedGates),
		native("u", circuits.GateU), native("sxdg", circuits.GateSXdg), native("cu1", circuits.GateCP),
		native("rxx", circuits.GateRXX), native("rzz", circuits.GateRZZ),
		derived("u0", 1, 1, func() *circuits.Circuit { return circuits.New(1).I(0) }),
		derived("u2", 1, 2, func() *circuits.Circuit { return circuits.New(1).U(half, w0, w1, 0) }),
		derived("cu3", 2, 3, func() *circuits.Circuit { return circuits.New(2).CU(w0, w1, w2, nil, 0, 1) }),
		derived("csx", 2, 0, controlledSX),
		derived("rccx", 3, 0, func() *circuits.Circuit {
			return circuits.New(3).H(2).T(2).CX(1, 2).Tdg(2).CX(0, 2).T(2).CX(1, 2).Tdg(2).H(2)
		}),
		derived("rc3x", 4, 0, relativeC3X),
		derived("c3x", 4, 0, func() *circuits.Circuit { return controlledBy(circuits.New(4).X(3), 0, 1, 2) }),
		derived("c3sqrtx", 4, 0, func() *circuits.Circuit { return controlledBy(circuits.New(4).SX(3), 0, 1, 2) }),
		derived("c4x", 5, 0, func() *circuits.Circuit { return controlledBy(circuits.New(5).X(4), 0, 1, 2, 3) }),
	)
}

// hqslib1 are the gates of Quantinuum's hqslib1.inc: its own besides those of qelib1.inc.
// ZZ is RZZ(π/2), as in pytket, where the file has a global phase more.
func hqslib1() []*gate {
	return append(qelib1(),
		native("U1q", circuits.GateR), native("Rz", circuits.GateRZ), native("RZZ", circuits.GateRZZ),
		derived("ZZ", 2, 0, func() *circuits.Circuit { return circuits.New(2).RZZ(half, 0, 1) }),
		derived("Rxxyyzz", 2, 3, func() *circuits.Circuit { return circuits.New(2).RXX(w0, 0, 1).RYY(w1, 0, 1).RZZ(w2, 0, 1) }),
	)
}

// extension finds a gate that no include defines but that programs call by the name
// which most tools use: a gate of the table or of qelib1.inc. Those of qelib1.inc need
// some include, as it is easily forgotten.
func (l *lowering) extension(t syntax.Token) *entry {
	if l.options.Strict || l.err != nil {
		return nil
	}
	name := l.text.Text(t)
	var found *gate
	library := qelib1()
	at := slices.IndexFunc(library, func(g *gate) bool { return g.name == name })
	if at >= 0 && !l.included {
		return nil
	}
	if i := slices.IndexFunc(circuits.Gates(), func(g circuits.Gate) bool { return g.String() == name && g.Unitary() }); i >= 0 {
		if g := circuits.Gates()[i]; g == circuits.GateGPhase || g.Spec().Qubits > 0 {
			found = native(name, g)
		}
	} else if at >= 0 {
		found = library[at]
	}
	if found == nil {
		return nil
	}
	l.remark(t.Pos, "the gate %s is not defined; it is read as the gate that is usually called so", name)
	e := &entry{name: name, kind: entryGate, builtin: true, gate: found}
	l.scope.set(name, e)
	return e
}

// controlledSX is exact: SX = e^{iπ/4}·U(π/2, −π/2, π/2).
func controlledSX() *circuits.Circuit {
	return circuits.New(2).CU(half, half.Scale(-1), half, half.Scale(0.5), 0, 1)
}

// relativeC3X is the Toffoli gate with three controls up to relative phases:
// Maslov 2016, arXiv:1508.03273, figure 4.
func relativeC3X() *circuits.Circuit {
	return circuits.New(4).H(3).T(3).CX(2, 3).Tdg(3).H(3).
		CX(0, 3).T(3).CX(1, 3).Tdg(3).CX(0, 3).T(3).CX(1, 3).Tdg(3).
		H(3).T(3).CX(2, 3).Tdg(3).H(3)
}

func controlledBy(c *circuits.Circuit, controls ...int) *circuits.Circuit {
	for _, q := range controls {
		out := circuits.New(c.Qubits)
		for _, op := range c.Ops {
			// Built-in gates are unitary, so that controlled cannot fail.
			ops, err := controlled(op, q)
			if err != nil {
				panic(err)
			}
			out.Ops = append(out.Ops, ops...)
		}
		c = out
	}
	return c
}

// phaseGate is what gphase calls.
var phaseGate = native("gphase", circuits.GateGPhase)

// controlBasis are gates of which each has a controlled form in the table.
var controlBasis = []circuits.Gate{circuits.GateH, circuits.GateP, circuits.GateRZ, circuits.GateRY, circuits.GateCX}
