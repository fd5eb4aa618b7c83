package qasm

import (
	"bytes"
	"fmt"
	"strings"

	"github.com/qnn-go/qnn/circuits"
)

// signature reads the name, angles and qubits of a gate.
func (p *parser) signature() (*gate, int) {
	p.next()
	name, pos := p.name()
	g := &gate{name: name}
	if p.accept('(') {
		if !p.is(')') {
			g.params = p.nameList()
		}
		p.expect(')')
	}
	g.qubits = p.nameList()
	g.angles, g.size = len(g.params), len(g.qubits)
	return g, pos
}

func (p *parser) nameList() []string {
	var out []string
	for p.err == nil {
		name, pos := p.name()
		if len(out) == maxDefinition {
			p.fail(pos, ErrLimit, "more than %d names in one list", maxDefinition)
		}
		out = append(out, name)
		if !p.accept(',') {
			break
		}
	}
	return out
}

// maxDefinition bounds the angles and the qubits of one gate.
const maxDefinition = 10_000

// gateDefinition reads gate g(a) q { … }. The body is checked with unknown angles
// and its operations are counted, so that a call that is too large is refused
// before it is expanded. A body knows only the gates before it, so that none can
// call itself.
func (p *parser) gateDefinition() {
	g, pos := p.signature()
	start := p.tok
	if p.err != nil || !p.is('{') {
		p.expect('{')
		return
	}
	p.dry, p.count = 1, 1
	args := make([]value, g.angles)
	for i := range args {
		args[i].kind = kindUnknown
	}
	qubits := make([]int, g.size)
	for i := range qubits {
		qubits[i] = i
	}
	leave := p.begin(pos, inGate)
	p.bind(pos, g, args, qubits)
	p.tok = start
	p.blockOf()
	end := p.tok
	leave()
	p.dry = 0
	if p.err != nil {
		return
	}
	p.tok = end
	g.body, g.bodySize, g.ops = start.pos, end.pos-start.pos, p.count
	if known, ok := p.deviceGate(pos); ok {
		g = native(g.name, known)
	}
	p.define(pos, &entry{name: g.name, kind: entryGate, constant: true, gate: g})
}

// deviceGate finds the gate of the table that the definition whose name is at pos is
// of: those that [Encode] writes, word by word, from gates of the include.
func (p *parser) deviceGate(pos int) (circuits.Gate, bool) {
	for g, text := range dialects[IBM].definitions {
		text = strings.TrimSpace(strings.TrimPrefix(text, "gate "))
		if !bytes.HasPrefix(p.src[pos:], []byte(text)) {
			continue
		}
		for _, name := range []string{"s", "sx", "cx", "x", "rz"} {
			if e := p.names[name]; e == nil || !e.builtin {
				return 0, false
			}
		}
		return g, true
	}
	return 0, false
}

// opaque reads a declaration without definition. The gate cannot be called, but for
// delay, as which Qiskit writes its waiting times: it does nothing.
func (p *parser) opaque() {
	g, pos := p.signature()
	p.expect(';')
	if g.name == "delay" {
		size := g.size
		g = derived(g.name, size, g.angles, func() *circuits.Circuit { return circuits.New(size) })
	}
	p.define(pos, &entry{name: g.name, kind: entryGate, constant: true, gate: g})
}

// bind gives the angles and qubits of a gate their values.
func (p *parser) bind(pos int, g *gate, args []value, qubits []int) {
	for i, name := range g.params {
		p.define(pos, &entry{name: name, kind: entryValue, constant: true, value: args[i]})
	}
	for i, name := range g.qubits {
		p.define(pos, &entry{name: name, kind: entryQubits, wires: operand{first: qubits[i], n: 1, scalar: true}})
	}
}

// parameter is one of a def, or its result.
type parameter struct {
	name  string
	kind  entryKind // entryQubits, entryBits, entryValue
	typ   scalar    // entryValue
	size  int
	one   bool // a qubit or bit rather than a register
	width int  // in brackets after a type of values, or 0
}

// parameterType reads the type of a parameter or result.
func (p *parser) parameterType() parameter {
	a := parameter{kind: entryValue}
	switch {
	case p.acceptName("qubit"):
		a.kind = entryQubits
		a.size, a.one = p.optionalSize()
	case p.acceptName("bit"):
		a.kind = entryBits
		a.size, a.one = p.optionalSize()
	default:
		p.acceptName("const")
		a.typ = p.scalarType()
		a.width = p.width
	}
	return a
}

func (a parameter) String() string {
	switch {
	case a.kind != entryValue && a.one:
		return "bit"
	case a.kind != entryValue:
		return fmt.Sprintf("bit[%d]", a.size)
	case a.width > 0:
		return fmt.Sprintf("%v[%d]", a.typ, a.width)
	}
	return a.typ.String()
}

// subroutineDefinition reads def f(qubit[2] q, float x) -> bit { … }. The body is read
// when it is called.
func (p *parser) subroutineDefinition() {
	p.next()
	name, pos := p.name()
	g := &gate{name: name}
	p.expect('(')
	for !p.is(')') && p.err == nil {
		a := p.parameterType()
		a.name, _ = p.name()
		g.formal = append(g.formal, a)
		if !p.accept(',') {
			break
		}
	}
	p.expect(')')
	if at := p.tok.pos; p.accept(symArrow) {
		result := p.parameterType()
		if result.kind == entryQubits {
			p.fail(at, circuits.ErrSyntax, "def that returns qubits")
		}
		g.result = &result
	}
	start := p.tok.pos
	if !p.is('{') {
		p.expect('{')
		return
	}
	p.skip()
	g.body, g.bodySize = start, p.tok.pos-start
	p.define(pos, &entry{name: name, kind: entryDef, constant: true, gate: g})
}

// argument reads the value of a parameter.
func (p *parser) argument(a parameter) *entry {
	at := p.tok.pos
	e := &entry{name: a.name, kind: a.kind, typ: a.typ, level: len(p.conds)}
	switch a.kind {
	case entryQubits:
		if e.wires = p.operand(entryQubits); p.err == nil && e.wires.n != a.size {
			p.fail(at, circuits.ErrArity, "%d qubits for %s, needs %d", e.wires.n, a.name, a.size)
		}
	case entryBits:
		v := p.expression(0)
		if !p.afford(at, a.size) {
			return e
		}
		e.wires = p.hideAll(at, a.size)
		p.setBits(at, e.wires, v)
	default:
		p.set(at, e, p.convert(at, a.typ, p.expression(0)))
	}
	e.wires.scalar = a.one
	return e
}

// invoke reads the arguments of a def, carries out its body and returns its result.
func (p *parser) invoke(pos int, g *gate) value {
	p.expect('(')
	bound := make([]*entry, 0, len(g.formal))
	for i, a := range g.formal {
		if i > 0 {
			p.expect(',')
		}
		bound = append(bound, p.argument(a))
	}
	p.expect(')')
	if p.place == inGate {
		p.fail(pos, circuits.ErrSyntax, "call of %s in the definition of a gate", g.name)
	}
	if p.err != nil || !p.spend(pos, 1+g.bodySize/readAgain) {
		return value{}
	}
	outer := p.returned
	p.returned = nil
	if g.result != nil {
		p.returned = &entry{name: "the result of " + g.name, kind: entryValue, typ: g.result.typ, level: len(p.conds)}
		if g.result.kind == entryBits && g.result.one {
			p.returned.typ = typeBool
		}
	}
	leave := p.begin(pos, inDef)
	ended := p.target(jumpReturn)
	for _, e := range bound {
		level := e.level
		p.define(pos, e)
		e.level = level
	}
	p.goTo(g)
	p.blockOf()
	if p.jump == jumpReturn {
		p.jump = jumpNone
	}
	ended()
	leave()
	result := p.returned
	p.returned = outer
	if result == nil {
		return value{kind: kindNothing}
	}
	return result.value
}
