package qasm

import (
	"bytes"
	"slices"

	"github.com/qnn-go/qnn/circuits"
)

// statement reads one statement and carries it out.
func (p *parser) statement() {
	if !p.enter(p.tok.pos) {
		return
	}
	t := p.tok
	switch {
	case t.kind == tokenAnnotation:
		p.pragma(t)
	case t.kind == tokenSymbol && t.symbol == '@':
		p.seek(p.lineEnd(t.pos))
	case t.kind == tokenSymbol && t.symbol == '{' && p.version == 3:
		p.blockOf()
	case t.kind == tokenSymbol && t.symbol == ';':
		p.next()
	case t.kind != tokenName:
		p.fail(t.pos, circuits.ErrSyntax, "expected a statement, found %s", p.found())
	case p.gateFirst(t):
		p.gateCall()
	default:
		p.wordStatement(t)
	}
	p.depth--
}

// gateFirst reports whether a gate of the name t is known, the most frequent case.
func (p *parser) gateFirst(t token) bool {
	e := p.lookup(t)
	return e != nil && e.kind == entryGate
}

// wordStatement reads a statement that begins with a word of the language or with
// a variable.
func (p *parser) wordStatement(t token) {
	word := p.text(t)
	do := p.rule(word)
	switch {
	case do.read == nil:
		p.nameStatement(t)
	case p.place == inGate && !do.inGate:
		p.fail(t.pos, circuits.ErrSyntax, "%s in the definition of a gate", word)
	case do.global && (p.frame != 0 || p.nested != 0):
		p.fail(t.pos, circuits.ErrSyntax, "%s inside a block or definition", word)
	default:
		do.read(p)
	}
}

// statementRule says how to read statements that begin with a word.
type statementRule struct {
	read   func(*parser)
	inGate bool // may be in the body of a gate
	global bool // may be in no block
}

// rule finds how to read statements that begin with word.
func (p *parser) rule(word string) statementRule {
	if p.version == 2 {
		return rule2(word)
	}
	return rule3(word)
}

func rule2(word string) statementRule {
	switch word {
	case "include":
		return statementRule{read: (*parser).include, global: true}
	case "qreg", "creg":
		return statementRule{read: (*parser).oldRegister, global: true}
	case "gate":
		return statementRule{read: (*parser).gateDefinition, global: true}
	case "opaque":
		return statementRule{read: (*parser).opaque, global: true}
	case "barrier":
		return statementRule{read: (*parser).barrier, inGate: true}
	case "measure":
		return statementRule{read: (*parser).measureArrow}
	case "reset":
		return statementRule{read: (*parser).reset}
	case "if":
		return statementRule{read: (*parser).conditional}
	}
	return statementRule{}
}

func rule3(word string) statementRule {
	switch word {
	case "include", "qreg", "creg", "gate", "barrier", "measure", "reset":
		return rule2(word)
	case "qubit":
		return statementRule{read: (*parser).qubits, global: true}
	case "bit":
		return statementRule{read: (*parser).bits}
	case "input":
		return statementRule{read: (*parser).input, global: true}
	case "output":
		return statementRule{read: (*parser).output, global: true}
	case "def":
		return statementRule{read: (*parser).subroutineDefinition, global: true}
	case "let":
		return statementRule{read: (*parser).alias}
	case "const", "int", "uint", "float", "angle", "bool", "complex", "array", "duration":
		return statementRule{read: (*parser).variable}
	case "gphase", "ctrl", "negctrl", "inv", "pow":
		return statementRule{read: (*parser).gateCall, inGate: true}
	case "if":
		return statementRule{read: (*parser).conditional, inGate: true}
	case "for":
		return statementRule{read: (*parser).forLoop, inGate: true}
	case "while":
		return statementRule{read: (*parser).whileLoop, inGate: true}
	case "switch":
		return statementRule{read: (*parser).switchCase}
	case "break", "continue", "end", "return":
		return statementRule{read: (*parser).jumpStatement}
	case "delay":
		return statementRule{read: (*parser).delay}
	case "box":
		return statementRule{read: (*parser).box}
	case "pragma":
		return statementRule{read: (*parser).pragmaWord}
	case "opaque", "extern", "cal", "defcal", "defcalgrammar", "stretch", "nop":
		return statementRule{read: (*parser).refuse, inGate: true}
	}
	return statementRule{}
}

// nameStatement reads an assignment or the call of a subroutine.
func (p *parser) nameStatement(t token) {
	e := p.lookup(t)
	switch {
	case e == nil && p.extension(t) != nil:
		p.gateCall()
	case e == nil || p.version == 2 || p.place == inGate:
		p.fail(t.pos, circuits.ErrUnknown, "gate %.80q is not defined", p.text(t))
	case e.kind == entryBits:
		p.assignBits()
	case e.kind == entryValue:
		p.assign(e)
	case e.kind == entryArray:
		p.assignArray(e)
	case e.kind == entryDef:
		p.next()
		p.invoke(t.pos, e.gate)
		p.expect(';')
	default:
		p.fail(t.pos, circuits.ErrSyntax, "expected a statement, found %s %s", e.kind, p.found())
	}
}

// pragma passes over a line beginning with #pragma, unless it changes what the
// program does.
func (p *parser) pragma(t token) {
	fields := bytes.Fields(p.src[t.pos:t.end])
	for _, f := range fields[min(1, len(fields)):min(3, len(fields))] {
		if word, _, _ := bytes.Cut(f, []byte{'('}); string(word) == "noise" || string(word) == "unitary" {
			p.fail(t.pos, ErrUnsupported, "pragma %s", word)
		}
	}
	p.seek(p.lineEnd(t.pos))
}

// pragmaWord is a pragma without #.
func (p *parser) pragmaWord() {
	p.pragma(token{pos: p.tok.pos, end: p.lineEnd(p.tok.pos)})
}

// blockOf reads a block in braces.
func (p *parser) blockOf() {
	block, mark := p.block, len(p.scope)
	p.block = mark
	p.nested++
	p.expect('{')
	for !p.is('}') && p.tok.kind != tokenEOF && p.jump == jumpNone {
		p.statement()
	}
	if p.jump == jumpNone {
		p.expect('}')
	}
	p.nested--
	p.leave(mark)
	p.block = block
}

// measureArrow reads measure q -> c; and refuses a measurement without target.
func (p *parser) measureArrow() {
	pos := p.tok.pos
	p.next()
	q := p.operand(entryQubits)
	if p.version == 3 && p.accept(';') {
		if p.afford(pos, q.n) {
			p.measure(pos, q, p.hideAll(pos, q.n))
		}
		return
	}
	p.expect(symArrow)
	c := p.operand(entryBits)
	p.expect(';')
	p.measure(pos, q, c)
}

const symArrow symbol = '-' | '>'<<8

func (p *parser) measure(pos int, q, c operand) {
	if p.err == nil && q.n != c.n {
		p.fail(pos, circuits.ErrArity, "measure of %d qubits into %d bits", q.n, c.n)
	}
	for i := range q.n {
		if p.err != nil {
			return
		}
		qubits := slab(&p.ints, 1)
		qubits[0] = q.at(i)
		p.keep(pos, c.at(i))
		p.emit(pos, circuits.Op{Gate: circuits.GateMeasure, Qubits: qubits, Clbit: c.at(i), If: p.when})
	}
}

func (p *parser) reset() {
	pos := p.tok.pos
	p.next()
	q := p.operand(entryQubits)
	p.expect(';')
	for i := range q.n {
		if p.err != nil {
			return
		}
		qubits := slab(&p.ints, 1)
		qubits[0] = q.at(i)
		p.emit(pos, circuits.Op{Gate: circuits.GateReset, Qubits: qubits, If: p.when})
	}
}

// barrier is on all qubits where it names none.
func (p *parser) barrier() {
	pos := p.tok.pos
	p.next()
	wires := []operand{{n: p.out.Qubits}}
	if p.place == inGate && p.is(';') {
		p.fail(pos, circuits.ErrSyntax, "barrier without qubits in the definition of a gate")
	}
	if !p.is(';') {
		wires = p.operandList()
	}
	p.expect(';')
	n := 0
	for _, o := range wires {
		n += o.n
	}
	if p.err != nil || n == 0 || !p.spend(pos, n/8) {
		return
	}
	if p.dry > 0 {
		p.count = min(maxCount, p.count+1)
		return
	}
	qubits := slab(&p.ints, n)[:0]
	for _, o := range wires {
		for i := range o.n {
			qubits = append(qubits, o.at(i))
		}
	}
	p.emit(pos, circuits.Op{Gate: circuits.GateBarrier, Qubits: distinct(qubits)})
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

func (p *parser) operandList() []operand {
	var out []operand
	for p.err == nil {
		out = append(out, p.operand(entryQubits))
		if !p.accept(',') {
			break
		}
	}
	return out
}

// delay has no effect on an ideal circuit.
func (p *parser) delay() {
	p.next()
	p.duration()
	if !p.is(';') {
		p.operandList()
	}
	p.expect(';')
}

// duration passes over a designator in brackets, if there is one.
func (p *parser) duration() {
	if !p.accept('[') {
		return
	}
	for !p.is(']') && !p.is(';') && p.tok.kind != tokenEOF {
		p.next()
	}
	p.expect(']')
}

// box is its block: what it says of timing has no place in a circuit.
func (p *parser) box() {
	p.next()
	p.duration()
	p.blockOf()
}

// refuse names a statement that is not read.
func (p *parser) refuse() {
	p.fail(p.tok.pos, ErrUnsupported, "%.40s", p.text(p.tok))
}
