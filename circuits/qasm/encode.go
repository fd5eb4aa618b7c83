package qasm

import (
	"bufio"
	"fmt"
	"io"
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/qnn-go/qnn/internal/fault"

	"github.com/qnn-go/qnn/circuits"
	"github.com/qnn-go/qnn/circuits/synth"
)

// ErrNoQubits marks a circuit without qubits, which has no OpenQASM form.
var ErrNoQubits = fault.New(fault.Data, "circuit has no qubits")

// Options says how [Encode] writes. The zero value writes OpenQASM 3 with weights
// and features as inputs.
type Options struct {
	Dialect Dialect
	// Weights and Features are the values to write in place of the symbols, at
	// least as many as the circuit uses. Nil keeps weight i as the input theta_00i
	// or feature i as x_00i, with as many digits as the highest index and at least
	// three, so that the order of the names is that of the indices.
	Weights, Features []float64
	// First is the number of qubit 0 on a device, in dialects with physical qubits.
	First int
	// Native, of IBM only, lists gates of the device beside those of IBM's own devices;
	// they are written as they are. The error of one without a name in stdgates.inc wraps
	// ErrOption.
	Native []circuits.Gate
	// Verbatim, of Braket only, puts native gates on physical qubits into a box that
	// Braket's compilers leave alone. The circuit must hold no gates but native ones
	// of a device, no resets, and nothing after a measurement of a qubit on it;
	// package transpile makes such circuits. Barriers are left out.
	Verbatim bool
	// Results, of Braket only, are observables to ask for in place of measurements:
	// a result pragma expectation for each of their strings of Pauli matrices but the
	// identity, in order, each once. Measurements and bits are left out.
	Results []circuits.PauliSum
}

// Errors of options and circuits that do not fit together.
var (
	// ErrOption marks an option that the dialect does not have.
	ErrOption = fault.New(fault.Usage, "not an option of the dialect")
	// ErrVerbatim marks a circuit that cannot stand in a verbatim box.
	ErrVerbatim = fault.New(fault.Data, "not possible in a verbatim box")
)

// Encode writes c as a program whose gates are all gates of the dialect; others are written as several gates, as
// [synth.Decompose] does. The register of classical bits is left out
// when there are none. Numbers are the shortest that read back to the same bits.
//
// The errors of c are those of [circuits.Circuit.Validate]. Others wrap
// [ErrNoQubits], [ErrDialect], [ErrOption], [ErrVerbatim], [circuits.ErrRange]
// (fewer Weights or Features than the circuit uses, an observable on other qubits), [circuits.ErrNotFinite], [circuits.ErrUnbound] (a weight or
// feature in OpenQASM2) or the error of w.
func Encode(w io.Writer, c *circuits.Circuit, o Options) error {
	d, err := o.spec()
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
	plain, err := synth.Decompose(bound, slices.Collect(maps.Keys(d.gates)))
	if err != nil {
		return err
	}
	e := encoder{out: bufio.NewWriter(w), dialect: d, first: o.First}
	if e.results, err = o.results(c.Qubits); err != nil {
		return err
	}
	if d.box {
		if err := checkBox(c, d); err != nil {
			return err
		}
	}
	if err := e.program(plain); err != nil {
		return err
	}
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
		if values == nil || v.Local {
			return nil, false
		}
		return circuits.Const(values[v.Index]), true
	}
	out := c.Substitute(value)
	for i, op := range out.Ops {
		for _, a := range op.Angles {
			if _, ok := a.Const(); !ok && !inputs && len(op.Locals()) == 0 {
				return nil, &circuits.OpError{Index: i, Gate: op.Gate, Err: fmt.Errorf(
					"%v holds numbers only, bind %v by circuits.Circuit.Bind or qasm.Options: %w", o.Dialect, a, circuits.ErrUnbound)}
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
	bits                        bitRegisters
	first                       int // number of qubit 0
	results                     []circuits.PauliString
}

// printf keeps no error: it stays in the bufio.Writer until Flush.
func (e *encoder) printf(format string, args ...any) { _, _ = fmt.Fprintf(e.out, format, args...) }

func (e *encoder) program(c *circuits.Circuit) error {
	e.weightDigits, e.featureDigits = digits(c.Weights()), digits(c.Features())
	e.printf("%s", e.dialect.header)
	for _, v := range symbols(c) {
		e.printf("input float[64] %s;\n", e.input(v))
	}
	counts := c.Count()
	for _, g := range circuits.Gates() {
		if counts[g] > 0 {
			e.printf("%s", e.dialect.definitions[g])
		}
	}
	if e.dialect.qubits != "" {
		e.printf(e.dialect.qubits, c.Qubits)
	}
	e.bits = newBitRegisters(c, e.dialect.bits, e.dialect.can)
	for _, r := range e.bits {
		if e.results == nil {
			e.printf(e.dialect.clbits, r.Size, r.Name)
		}
	}
	if e.dialect.can == anyProgram {
		for i, t := range c.Vars {
			e.printf("%s[64] %s;\n", t, variable(i))
		}
	}
	e.touch(c)
	if e.dialect.box {
		return e.boxed(c)
	}
	for i := 0; i < len(c.Ops); {
		n, err := e.conditional(c.Ops[i:])
		if err != nil {
			return &circuits.OpError{Index: i, Gate: c.Ops[i].Gate, Err: err}
		}
		i += n
	}
	for _, s := range e.results {
		e.result(s)
	}
	return nil
}

// conditional writes the first of the operations, and in a block those after it that
// are under the same condition, which they do not change. It returns their number.
func (e *encoder) conditional(ops []circuits.Op) (int, error) {
	op := ops[0]
	switch can := e.dialect.can; {
	case op.Gate == circuits.GateStore && can < anyCondition, op.If != nil && can == noConditions,
		(op.Gate == circuits.GateLoop || op.Gate == circuits.GateEnd || len(op.Locals()) > 0) && can < anyProgram:
		return 0, fmt.Errorf("%s has no such statement on classical bits: %w", e.dialect.name, circuits.ErrBasis)
	case op.If == nil, op.Gate == circuits.GateLoop:
		return 1, e.statement(op)
	case can == registerEquality:
		return 1, e.forValues(op)
	}
	n := 1
	for n < len(ops) && ops[n].If == op.If && ops[n].Gate != circuits.GateLoop && ops[n-1].Gate != circuits.GateMeasure && !ops[n-1].Classical() {
		n++
	}
	return n, e.block(op.If, ops[:n])
}

// forValues writes op once for every value of the register under which it is to be
// carried out.
func (e *encoder) forValues(op circuits.Op) error {
	r, values, err := e.bits.values(op.If)
	if err != nil {
		return err
	}
	if len(values) > 1 && op.Gate == circuits.GateMeasure {
		return fmt.Errorf("measurement under the condition %v, which is several: %w", op.If, circuits.ErrBasis)
	}
	for _, v := range values {
		e.printf("if(%s==%v) ", r.Name, v)
		if err := e.statement(op); err != nil {
			return err
		}
	}
	return nil
}

// block writes ops under a condition of OpenQASM 3: blocks in blocks where several must
// hold, as not every reader knows &&.
func (e *encoder) block(c *circuits.Condition, ops []circuits.Op) error {
	list := c.All
	if len(list) == 0 {
		list = []circuits.Condition{*c}
	}
	for i := range list {
		text, err := e.condition(&list[i])
		if err != nil {
			return err
		}
		e.printf("if (%s) {\n", text)
	}
	for _, op := range ops {
		if err := e.statement(op); err != nil {
			return err
		}
	}
	e.printf("%s", strings.Repeat("}\n", len(list)))
	return nil
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
			e.printf(e.dialect.touch, e.qubit(q))
		}
	}
}

// qubit is the name of qubit q.
func (e *encoder) qubit(q int) string { return fmt.Sprintf(e.dialect.qubit, e.first+q) }

func (e *encoder) statement(op circuits.Op) error {
	name := op.Gate.String()
	switch op.Gate {
	case circuits.GateGPhase:
		e.printf(e.dialect.phase, e.expression(op.Angles[0]))
		return nil
	case circuits.GateMeasure:
		if e.results == nil {
			e.printf(e.dialect.measure, e.qubit(op.Qubits[0]), e.bits.name(op.Clbit))
		}
		return nil
	case circuits.GateStore:
		text, err := e.condition(op.Value)
		e.printf("%s = %s;\n", e.bits.name(op.Clbit), text)
		return err
	case circuits.GateSet:
		text, err := e.number(op.Value.Test)
		e.printf("%s = %s;\n", variable(op.Clbit), text)
		return err
	case circuits.GateLoop:
		text, err := e.condition(op.If)
		e.printf("while (%s) {\n", text)
		return err
	case circuits.GateEnd:
		e.printf("}\n")
		return nil
	case circuits.GateBarrier:
		if len(op.Qubits) == 0 || !e.dialect.barrier { // a bare barrier would be on all qubits
			return nil
		}
	case circuits.GateReset:
	default:
		var ok bool
		if name, ok = e.dialect.gates[op.Gate]; !ok {
			return fmt.Errorf("%v, for which %s has no name: %w", op.Gate, e.dialect.name, circuits.ErrBasis)
		}
	}
	e.printf("%s", name)
	for i, a := range op.Angles {
		e.printf("%s%s", separator(i, "(", ", "), e.expression(a))
	}
	if len(op.Angles) > 0 {
		e.printf(")")
	}
	for i, q := range op.Qubits {
		e.printf("%s%s", separator(i, " ", ", "), e.qubit(q))
	}
	e.printf(";\n")
	return nil
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
	if v.Local {
		return variable(v.Index)
	}
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
	c.Substitute(func(v circuits.Var) (circuits.Angle, bool) {
		if !v.Local {
			seen[v] = true
		}
		return nil, false
	})
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
