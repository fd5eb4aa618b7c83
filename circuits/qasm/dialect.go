package qasm

import (
	"fmt"

	"github.com/qnn-go/qnn/internal/fault"

	"github.com/qnn-go/qnn/circuits"
)

// ErrDialect marks a dialect that is not in the table.
var ErrDialect = fault.New(fault.Usage, "unknown dialect")

// Dialect is a kind of OpenQASM that a family of tools reads. The zero value is
// OpenQASM3.
type Dialect uint8

const (
	// OpenQASM3 is text for a reader of OpenQASM 3 with stdgates.inc, such as
	// qiskit.qasm3.loads. It keeps weights and features as inputs and the global
	// phase. Cross et al. 2022, arXiv:2104.14722.
	OpenQASM3 Dialect = iota
	// OpenQASM2 is text for a reader of OpenQASM 2, such as qiskit.qasm2.loads: no
	// gates but those of qelib1.inc as published (Cross et al. 2017,
	// arXiv:1707.03429), numbers only, each with a decimal point. The state is the
	// same up to a global phase.
	OpenQASM2
	// Braket is OpenQASM 3 as Amazon Braket takes it: its own names of gates without
	// an include, only gates that the devices of all its makers have, no barriers, and
	// at least one gate on every qubit. It keeps weights and features as inputs. The
	// state is the same up to a global phase. A result's first character is bit 0.
	Braket
	// IBM is OpenQASM 3 as IBM's devices take it: physical qubits $n, which nothing
	// declares, and the gates of such devices alone, of which it rewrites others as rz,
	// sx, x and cz. It keeps weights and features as inputs. The state is the same up
	// to a global phase. Package transpile makes a circuit that a device can run.
	IBM
)

// dialect is the data of a Dialect.
type dialect struct {
	name    string
	header  string // version and includes
	qubits  string // declaration of %d qubits; empty: they are physical
	qubit   string // name of qubit %d
	clbits  string // declaration of %d classical bits of the name %s
	bits    string // name of the classical bits, or the beginning of the names of several registers
	measure string // qubit %[1]s into the classical bit %[2]s
	phase   string // line for a global phase of %s
	inputs  bool   // angles may hold weights and features, declared as inputs
	barrier bool   // there are barriers
	can     conditions
	touch   string // statement that does nothing to qubit %s, where each needs one
	box     bool   // gates stand in a verbatim box and measurements after it
	gates   map[circuits.Gate]string
	// definitions of gates that readers do not know, each on a line of its own.
	definitions map[circuits.Gate]string
}

// gatesNamed lists the gates of the table that have a name of a dialect, and the names.
func gatesNamed(name func(*circuits.Names) string) map[circuits.Gate]string {
	out := map[circuits.Gate]string{}
	for _, g := range circuits.Gates() {
		if n := name(&g.Spec().Names); n != "" {
			out[g] = n
		}
	}
	return out
}

// dialects is indexed by Dialect.
var dialects = [...]dialect{
	OpenQASM3: {
		name:    "openqasm3",
		header:  "OPENQASM 3.0;\ninclude \"stdgates.inc\";\n",
		qubits:  "qubit[%d] q;\n",
		qubit:   "q[%d]",
		clbits:  "bit[%d] %s;\n",
		bits:    "c",
		measure: "%[2]s = measure %[1]s;\n",
		phase:   "gphase(%s);\n",
		inputs:  true,
		barrier: true,
		can:     anyProgram,
		gates:   gatesNamed(func(n *circuits.Names) string { return n.OpenQASM3 }),
	},
	// Without cu3: as published it is the controlled RZ(φ)·RY(θ)·RZ(λ), in Qiskit
	// the controlled U(θ,φ,λ), which differ by more than a global phase.
	OpenQASM2: {
		name:    "openqasm2",
		header:  "OPENQASM 2.0;\ninclude \"qelib1.inc\";\n",
		qubits:  "qreg q[%d];\n",
		qubit:   "q[%d]",
		clbits:  "creg %[2]s[%[1]d];\n",
		bits:    "c",
		measure: "measure %[1]s -> %[2]s;\n",
		phase:   "// a global phase of %s is left out: OpenQASM 2 has no statement for it\n",
		barrier: true,
		can:     registerEquality,
		gates:   gatesNamed(func(n *circuits.Names) string { return n.OpenQASM2 }),
	},
	Braket: {
		name:    "braket",
		header:  "OPENQASM 3.0;\n",
		qubits:  "qubit[%d] q;\n",
		qubit:   "q[%d]",
		clbits:  "bit[%d] %s;\n",
		bits:    "b",
		measure: "%[2]s = measure %[1]s;\n",
		phase:   "// a global phase of %s is left out: devices have no statement for it\n",
		inputs:  true,
		touch:   "rz(0.0) %s;\n",
		gates:   gatesNamed(func(n *circuits.Names) string { return n.Braket }),
	},
	// stdgates.inc has no ecr and no rzz. A reader that knows them from the device goes
	// by the name.
	IBM: {
		name:    "ibm",
		header:  "OPENQASM 3.0;\ninclude \"stdgates.inc\";\n",
		qubit:   "$%d",
		clbits:  "bit[%d] %s;\n",
		bits:    "c",
		measure: "%[2]s = measure %[1]s;\n",
		phase:   "// a global phase of %s is left out: devices have no statement for it\n",
		inputs:  true,
		barrier: true,
		can:     anyCondition,
		gates:   gatesNamed(func(n *circuits.Names) string { return n.IBM }),
		definitions: map[circuits.Gate]string{
			circuits.GateECR: "gate ecr q0, q1 { s q0; sx q1; cx q0, q1; x q0; gphase(-pi/4); }\n",
			circuits.GateRZZ: "gate rzz(p0) q0, q1 { cx q0, q1; rz(p0) q1; cx q0, q1; }\n",
		},
	},
}

// verbatim is Braket's dialect for native gates that no compiler touches.
var verbatim = dialect{
	name:    "braket",
	header:  "OPENQASM 3.0;\n",
	qubit:   "$%d",
	clbits:  "bit[%d] %s;\n",
	bits:    "b",
	measure: "%[2]s = measure %[1]s;\n",
	phase:   "// a global phase of %s is left out: devices have no statement for it\n",
	inputs:  true,
	box:     true,
	gates:   gatesNamed(func(n *circuits.Names) string { return n.Verbatim }),
}

// Dialects lists all dialects.
func Dialects() []Dialect {
	out := make([]Dialect, len(dialects))
	for i := range out {
		out[i] = Dialect(i)
	}
	return out
}

func (d Dialect) spec() (*dialect, error) {
	if int(d) >= len(dialects) {
		return nil, fmt.Errorf("%v: %w", d, ErrDialect)
	}
	return &dialects[d], nil
}

// String is the name, such as openqasm3.
func (d Dialect) String() string {
	if int(d) >= len(dialects) {
		return fmt.Sprintf("dialect(%d)", uint8(d))
	}
	return dialects[d].name
}

// MarshalText writes the name; the error wraps [ErrDialect].
func (d Dialect) MarshalText() ([]byte, error) {
	spec, err := d.spec()
	if err != nil {
		return nil, err
	}
	return []byte(spec.name), nil
}

// UnmarshalText reads a name; the error wraps [ErrDialect].
func (d *Dialect) UnmarshalText(text []byte) error {
	for i, spec := range dialects {
		if spec.name == string(text) {
			*d = Dialect(i)
			return nil
		}
	}
	return fmt.Errorf("dialect %q, must be one of %v: %w", text, Dialects(), ErrDialect)
}
