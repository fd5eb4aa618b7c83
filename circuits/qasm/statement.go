package qasm

import (
	"bytes"
	"slices"

	"github.com/qnn-go/qnn/circuits"
	"github.com/qnn-go/qnn/circuits/qasm/internal/syntax"
)

// lowering carries out the statements of a program one by one: circuits are straight lines,
// so that a loop is its body carried out again, and a call is the body of the definition
// carried out again. The first error ends the program.
//
// It stands on layers, each of which knows only those below: variables, which change;
// evaluator, which works out expressions by what names mean; calculator, which knows
// operations on values; output, to which operations are appended; and budget.
type lowering struct {
	*variables
	paths    *paths
	options  DecodeOptions
	included bool // some include was read
	dry      int  // > 0 while a definition is checked: nothing is appended
	count    int  // operations of the definition that is checked, at most maxCount
	loops    int  // open loops of the running gate or def
	nested   int  // open blocks

	returned *entry  // holds the result of the running def
	args     []value // of the calls that are being carried out
	wires    []operand
}

// newLowering is a lowering of a text that was read up to its first statement.
func newLowering(text *syntax.Reader, o DecodeOptions, most int, ops []circuits.Op) *lowering {
	out := &output{
		budget: &budget{text: text, most: most, left: most}, version: text.Version,
		circuit: &circuits.Circuit{Ops: ops},
	}
	l := &lowering{
		variables: &variables{evaluator: &evaluator{
			calculator: &calculator{out}, scope: &scope{names: map[string]*entry{}},
			result: &Decoded{Circuit: out.circuit, Version: text.Version},
		}},
		paths: &paths{output: out}, options: o,
	}
	l.evaluator.invoke = l.invoke
	text.Callable = func(t syntax.Token) bool {
		e := l.lookup(text.Bytes(t))
		return e != nil && e.kind == entryGate
	}
	return l
}

// program carries out all statements.
func (l *lowering) program() {
	if l.readable() {
		l.defineGates(coreGates(l.version, l.options.SpecificationPhase))
	}
	l.paths.open(syntax.End)
	l.statements()
	l.paths.close()
}

// statements carries out those up to the end of a text.
func (l *lowering) statements() {
	for !l.text.AtEnd() && l.paths.jump == syntax.NoJump {
		l.statement()
	}
	l.readable()
}

// statement reads one statement and carries it out.
func (l *lowering) statement() {
	if !l.enter(l.text.Here().Pos) {
		return
	}
	held := l.text.Hold()
	switch s := l.text.Statement().(type) {
	case *syntax.GateCall:
		l.call(s)
	case *syntax.Assign:
		l.assignment(s)
	default:
		if l.belongs(s) {
			l.wordStatement(s)
		}
	}
	l.text.Release(held)
	l.leave()
}

// assignment lowers what may be an assignment. To a gate there is none.
func (l *lowering) assignment(s *syntax.Assign) {
	e := l.lookup(l.text.Bytes(s.At))
	gate := e
	if e == nil {
		gate = l.extension(s.At)
	}
	if gate == nil || gate.kind != entryGate {
		l.assign(s, e)
		return
	}
	if n := gate.gate.angles; n != 0 {
		l.fail(s.At.Pos, circuits.ErrArity, "gate %.80s with 0 angles, needs %d", gate.gate.name, n)
	}
	l.expectedAt(aQubit, int32(s.At.End))
}

// belongs refuses a statement where it may not be.
func (l *lowering) belongs(s syntax.Statement) bool {
	inGates, global := l.placeOf(s)
	word := s.First()
	switch {
	case l.place == inGate && !inGates:
		l.fail(word.Pos, circuits.ErrSyntax, "%s in the definition of a gate", l.text.Text(word))
	case global && (l.frame != 0 || l.nested != 0):
		l.fail(word.Pos, circuits.ErrSyntax, "%s inside a block or definition", l.text.Text(word))
	}
	return l.err == nil
}

// placeOf says whether a statement may be in the definition of a gate, and whether it may be
// in no block.
func (l *lowering) placeOf(s syntax.Statement) (inGates, global bool) {
	switch s := s.(type) {
	case *syntax.Empty, *syntax.Block, *syntax.Barrier, *syntax.For, *syntax.While, *syntax.Refused:
		return true, false
	case *syntax.If:
		return l.version == 3, false
	case *syntax.Pragma:
		return s.At.Kind == syntax.AnnotationToken, false
	case *syntax.Declaration:
		old := l.text.Bytes(s.At)
		return false, s.Output || s.Type.Scalar == syntax.Qubit || string(old) == "creg"
	case *syntax.Include, *syntax.Input, *syntax.Gate, *syntax.Subroutine:
		return false, true
	}
	return false, false
}

// wordStatement carries out a statement that begins with a word of the language, or with
// punctuation.
func (l *lowering) wordStatement(s syntax.Statement) {
	switch s := s.(type) {
	case *syntax.Empty:
		l.readable()
	case *syntax.Pragma:
		l.pragma(s)
	case *syntax.MeasureInto:
		l.measureInto(s)
	case *syntax.Reset:
		l.reset(s)
	case *syntax.Barrier:
		l.barrier(s)
	case *syntax.Delay: // it has no effect on an ideal circuit
		l.operands(s.Qubits)
		l.readable()
	case *syntax.Refused:
		l.fail(s.At.Pos, ErrUnsupported, "%.40s", l.text.Text(s.At))
	case *syntax.Block, *syntax.Box, *syntax.If, *syntax.While, *syntax.For, *syntax.Switch, *syntax.Jump:
		l.flow(s)
	default:
		l.declaration(s)
	}
}

// pragma passes over a line beginning with #pragma, unless it changes what the
// program does.
func (l *lowering) pragma(s *syntax.Pragma) {
	fields := bytes.Fields(s.Text)
	for _, f := range fields[min(1, len(fields)):min(3, len(fields))] {
		if word, _, _ := bytes.Cut(f, []byte{'('}); string(word) == "noise" || string(word) == "unitary" {
			l.fail(s.At.Pos, ErrUnsupported, "pragma %s", word)
		}
	}
	l.readable()
}

// measureInto lowers measure q -> c; and measure q;, whose outcome nobody reads.
func (l *lowering) measureInto(s *syntax.MeasureInto) {
	q := l.operand(s.Qubits, entryQubits)
	pos := s.At.Pos
	if s.Bits == nil {
		if l.readable() && l.afford(pos, q.n) {
			l.measure(pos, q, l.hideAll(pos, q.n))
		}
		return
	}
	if l.err != nil {
		return
	}
	c := l.operand(s.Bits, entryBits)
	if l.readable() {
		l.measure(pos, q, c)
	}
}

func (l *lowering) reset(s *syntax.Reset) {
	q := l.operand(s.Qubits, entryQubits)
	if !l.readable() {
		return
	}
	for i := 0; i < q.n && l.err == nil; i++ {
		l.emitOn(s.At.Pos, circuits.GateReset, q.at(i), 0)
	}
}

// barrier is on all qubits where it names none.
func (l *lowering) barrier(s *syntax.Barrier) {
	pos := s.At.Pos
	wires := []operand{{n: l.circuit.Qubits}}
	switch {
	case s.Qubits != nil:
		wires = l.operands(s.Qubits)
	case l.place == inGate:
		l.fail(pos, circuits.ErrSyntax, "barrier without qubits in the definition of a gate")
	}
	n := 0
	for _, o := range wires {
		n += o.n
	}
	if !l.readable() || n == 0 || !l.spend(pos, n/8) {
		return
	}
	if l.dry > 0 {
		l.count = min(maxCount, l.count+1)
		return
	}
	qubits := slab(&l.ints, n)[:0]
	for _, o := range wires {
		for i := range o.n {
			qubits = append(qubits, o.at(i))
		}
	}
	l.emit(pos, circuits.Op{Gate: circuits.GateBarrier, Qubits: distinct(qubits)})
}

// distinct leaves out, in place, what occurs before in the list: a barrier may name a
// qubit twice.
func distinct(list []int) []int {
	if repeated(list) < 0 {
		return list
	}
	seen := make(map[int]bool, len(list))
	return slices.DeleteFunc(list, func(v int) bool {
		again := seen[v]
		seen[v] = true
		return again
	})
}
