package qasm

import (
	"encoding/json"
	"fmt"
	"io"
	"maps"

	"github.com/qnn-go/qnn/circuits"
)

// spec is the dialect that the options ask for.
func (o Options) spec() (*dialect, error) {
	d, err := o.Dialect.spec()
	switch {
	case err != nil:
		return nil, err
	case o.Dialect != Braket && (o.Verbatim || o.Results != nil):
		return nil, fmt.Errorf("verbatim boxes and result pragmas in %v, are %v's: %w", o.Dialect, Braket, ErrOption)
	case o.Verbatim:
		d = &verbatim
	}
	if o.Native != nil {
		if o.Dialect != IBM {
			return nil, fmt.Errorf("native gates in %v, are for %v: %w", o.Dialect, IBM, ErrOption)
		}
		if d, err = d.withNative(o.Native); err != nil {
			return nil, err
		}
	}
	if o.First < 0 || o.First > 0 && d.qubits != "" {
		return nil, fmt.Errorf("first qubit %d in %v, physical qubits have numbers from 0: %w", o.First, o.Dialect, ErrOption)
	}
	return d, nil
}

// withNative is d with the gates of a device, of which those that d lacks are gates of
// stdgates.inc.
func (d *dialect) withNative(native []circuits.Gate) (*dialect, error) {
	out := *d
	out.gates = maps.Clone(d.gates)
	for _, g := range native {
		if out.gates[g] != "" {
			continue
		}
		name, ok := dialects[OpenQASM3].gates[g]
		if !ok {
			return nil, fmt.Errorf("gate %v, for which %s has no name: %w", g, d.name, ErrOption)
		}
		out.gates[g] = name
	}
	return &out, nil
}

// results lists the Pauli strings of the observables, each once.
func (o Options) results(qubits int) ([]circuits.PauliString, error) {
	if o.Results == nil {
		return nil, nil
	}
	out := []circuits.PauliString{}
	seen := map[string]bool{}
	for _, sum := range o.Results {
		if err := sum.Validate(); err != nil {
			return nil, err
		}
		if n := sum.Qubits(); n > qubits {
			return nil, fmt.Errorf("observable %v on qubit %d of %d: %w", sum, n-1, qubits, circuits.ErrRange)
		}
		for _, term := range sum {
			if name := fmt.Sprint(term.String); len(term.String) > 0 && !seen[name] {
				seen[name] = true
				out = append(out, term.String)
			}
		}
	}
	return out, nil
}

// result writes the pragma for the expectation value of a Pauli string.
func (e *encoder) result(s circuits.PauliString) {
	e.printf("#pragma braket result expectation ")
	for i, f := range s {
		e.printf("%s%c(%s)", separator(i, "", " @ "), f.Pauli-'A'+'a', e.qubit(f.Qubit))
	}
	e.printf("\n")
}

// boxed writes the gates in a verbatim box and the measurements or results after it.
func (e *encoder) boxed(c *circuits.Circuit) error {
	e.printf("#pragma braket verbatim\nbox {\n")
	var after []circuits.Op
	for _, op := range c.Ops {
		if !op.Gate.Unitary() || op.Gate == circuits.GateGPhase {
			after = append(after, op)
			continue
		}
		e.printf("  ")
		if err := e.statement(op); err != nil {
			return err
		}
	}
	e.printf("}\n")
	for _, op := range after {
		if err := e.statement(op); err != nil {
			return err
		}
	}
	for _, s := range e.results {
		e.result(s)
	}
	return nil
}

// checkBox refuses what a verbatim box cannot hold.
func checkBox(c *circuits.Circuit, d *dialect) error {
	measured := make([]bool, c.Qubits)
	for i, op := range c.Ops {
		var err error
		switch {
		case op.Gate == circuits.GateBarrier || op.Gate == circuits.GateGPhase:
			continue
		case op.If != nil || op.Gate != circuits.GateMeasure && d.gates[op.Gate] == "":
			err = ErrVerbatim
		}
		for _, q := range op.Qubits {
			if measured[q] {
				err = fmt.Errorf("qubit %d is measured before: %w", q, ErrVerbatim)
			}
			measured[q] = measured[q] || op.Gate == circuits.GateMeasure
		}
		if err != nil {
			return &circuits.OpError{Index: i, Gate: op.Gate, Err: err}
		}
	}
	return nil
}

// WriteBraketProgram writes the JSON object that Amazon Braket takes as the action of
// a quantum task: a program in its dialect and the values of its inputs by name, which
// may be nil.
func WriteBraketProgram(w io.Writer, source string, inputs map[string]float64) error {
	if inputs == nil {
		inputs = map[string]float64{}
	}
	type header struct {
		Name    string `json:"name"`
		Version string `json:"version"`
	}
	return json.NewEncoder(w).Encode(struct {
		Header header             `json:"braketSchemaHeader"`
		Source string             `json:"source"`
		Inputs map[string]float64 `json:"inputs"`
	}{header{"braket.ir.openqasm.program", "1"}, source, inputs})
}
