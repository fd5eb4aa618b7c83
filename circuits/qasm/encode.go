package qasm

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/qnn-go/qnn/circuits"
)

// ErrNoQubits marks a circuit without qubits, which has no OpenQASM form.
var ErrNoQubits = errors.New("circuit has no qubits")

// Options says how [Encode] writes. The zero value writes OpenQASM 3 with weights
// and features as inputs.
type Options struct {
	Dialect Dialect
	// Weights and Features are the values to write in place of the symbols, at
	// least as many as the circuit uses. Nil keeps weight i as the input theta_00i
	// or feature i as x_00i, with as many digits as the highest index and at least
	// three, so that the order of the names is that of the indices.
	Weights, Features []float64
}

// Encode writes c as a program whose gates are all gates of the dialect; others are written as several gates, as
// [circuits.Circuit.Decompose] does. The register of classical bits is left out
// when there are none. Numbers are the shortest that read back to the same bits.
//
// The errors of c are those of [circuits.Circuit.Validate]. Others wrap
// [ErrNoQubits], [ErrDialect], [circuits.ErrRange] (fewer Weights or Features than
// the circuit uses), [circuits.ErrNotFinite], [circuits.ErrUnbound] (a weight or
// feature in OpenQASM2) or the error of w.
func Encode(w io.Writer, c *circuits.Circuit, o Options) error {
	d, err := o.Dialect.spec()
	if err != nil {
		return err
	}
	if c.Qubits == 0 {
		return ErrNoQubits
	}
	bound, err := o.bind(c, d.inputs)
	if err != nil {
		return err
	}
	plain, err := bound.Decompose(slices.Collect(maps.Keys(d.gates)))
	if err != nil {
		return err
	}
	e := encoder{out: bufio.NewWriter(w), dialect: d}
	e.program(plain)
	if err := e.out.Flush(); err != nil {
		return fmt.Errorf("write %s: %w", d.name, err)
	}
	return nil
}

// bind returns c with its symbols replaced as far as o has values.
func (o Options) bind(c *circuits.Circuit, inputs bool) (*circuits.Circuit, error) {
	if err := c.Validate(); err != nil {
		return nil, err
	}
	if n := c.Weights(); o.Weights != nil && len(o.Weights) < n {
		return nil, fmt.Errorf("circuit needs %d weights, got %d: %w", n, len(o.Weights), circuits.ErrRange)
	}
	if n := c.Features(); o.Features != nil && len(o.Features) < n {
		return nil, fmt.Errorf("circuit needs %d features, got %d: %w", n, len(o.Features), circuits.ErrRange)
	}
	value := func(v circuits.Var) (circuits.Angle, bool) {
		values := o.Weights
		if v.Feature {
			values = o.Features
		}
		if values == nil {
			return nil, false
		}
		return circuits.Const(values[v.Index]), true
	}
	out := c.Clone()
	for i, op := range out.Ops {
		for k, a := range op.Angles {
			op.Angles[k] = a.Substitute(value)
			if _, ok := op.Angles[k].Const(); !ok && !inputs {
				return nil, &circuits.OpError{Index: i, Gate: op.Gate, Err: fmt.Errorf(
					"%v holds numbers only, bind %v by circuits.Circuit.Bind or qasm.Options: %w", o.Dialect, op.Angles[k], circuits.ErrUnbound)}
			}
		}
	}
	return out, nil
}

// encoder writes a circuit that holds only the gates of its dialect.
type encoder struct {
	out                         *bufio.Writer
	dialect                     *dialect
	weightDigits, featureDigits int // of the inputs' names
}

// printf keeps no error: it stays in the bufio.Writer until Flush.
func (e *encoder) printf(format string, args ...any) { _, _ = fmt.Fprintf(e.out, format, args...) }

func (e *encoder) program(c *circuits.Circuit) {
	e.weightDigits, e.featureDigits = digits(c.Weights()), digits(c.Features())
	e.printf("%s", e.dialect.header)
	for _, v := range symbols(c) {
		e.printf("input float[64] %s;\n", e.input(v))
	}
	e.printf(e.dialect.qubits, c.Qubits)
	if c.Clbits > 0 {
		e.printf(e.dialect.clbits, c.Clbits)
	}
	e.touch(c)
	for _, op := range c.Ops {
		e.statement(op)
	}
}

// touch puts a gate on the qubits that have none, where the dialect asks for one.
func (e *encoder) touch(c *circuits.Circuit) {
	if e.dialect.touch == "" {
		return
	}
	used := make([]bool, c.Qubits)
	for _, op := range c.Ops {
		for _, q := range op.Qubits {
			used[q] = used[q] || op.Gate.Unitary()
		}
	}
	for q, ok := range used {
		if !ok {
			e.printf(e.dialect.touch, q)
		}
	}
}

func (e *encoder) statement(op circuits.Op) {
	name := op.Gate.String()
	switch op.Gate {
	case circuits.GateGPhase:
		e.printf(e.dialect.phase, e.expression(op.Angles[0]))
		return
	case circuits.GateMeasure:
		e.printf(e.dialect.measure, op.Qubits[0], op.Clbit)
		return
	case circuits.GateBarrier:
		if len(op.Qubits) == 0 || !e.dialect.barrier { // a bare barrier would be on all qubits
			return
		}
	case circuits.GateReset:
	default:
		name = e.dialect.gates[op.Gate]
	}
	e.printf("%s", name)
	for i, a := range op.Angles {
		e.printf("%s%s", separator(i, "(", ", "), e.expression(a))
	}
	if len(op.Angles) > 0 {
		e.printf(")")
	}
	for i, q := range op.Qubits {
		e.printf("%sq[%d]", separator(i, " ", ", "), q)
	}
	e.printf(";\n")
}

func separator(i int, first, rest string) string {
	if i == 0 {
		return first
	}
	return rest
}

// expression writes an angle in normal form.
func (e *encoder) expression(a circuits.Angle) string {
	if len(a) == 0 {
		return "0.0"
	}
	var b strings.Builder
	for i, t := range a {
		coef := number(t.Coef)
		switch {
		case len(t.Vars) == 0:
		case t.Coef == 1:
			coef = ""
		case t.Coef == -1:
			coef = "-"
		default:
			coef += "*"
		}
		if i > 0 && !strings.HasPrefix(coef, "-") {
			b.WriteByte('+')
		}
		b.WriteString(coef)
		for k, v := range t.Vars {
			b.WriteString(separator(k, "", "*"))
			b.WriteString(e.input(v))
		}
	}
	return b.String()
}

// number writes v with a decimal point, which strict readers of OpenQASM 2 demand.
func number(v float64) string {
	mantissa, exponent, scientific := strings.Cut(strconv.FormatFloat(v, 'g', -1, 64), "e")
	if !strings.Contains(mantissa, ".") {
		mantissa += ".0"
	}
	if scientific {
		return mantissa + "e" + exponent
	}
	return mantissa
}

// input is the name of a symbol: a letter, then digits, unlike any gate's.
func (e *encoder) input(v circuits.Var) string {
	if v.Feature {
		return fmt.Sprintf("x_%0*d", e.featureDigits, v.Index)
	}
	return fmt.Sprintf("theta_%0*d", e.weightDigits, v.Index)
}

// digits is the width of the names of n inputs.
func digits(n int) int { return max(3, len(strconv.Itoa(n-1))) }

// symbols lists the weights and then the features of c in ascending order.
func symbols(c *circuits.Circuit) []circuits.Var {
	seen := map[circuits.Var]bool{}
	for _, op := range c.Ops {
		for _, a := range op.Angles {
			for _, t := range a {
				for _, v := range t.Vars {
					seen[v] = true
				}
			}
		}
	}
	return slices.SortedFunc(maps.Keys(seen), func(a, b circuits.Var) int {
		if a.Feature == b.Feature {
			return a.Index - b.Index
		}
		if a.Feature {
			return 1
		}
		return -1
	})
}
