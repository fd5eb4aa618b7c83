package qasm

import "github.com/qnn-go/qnn/circuits"

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
	leave := p.open(pos, inGate)
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
	p.define(pos, &entry{name: g.name, kind: entryGate, constant: true, gate: g})
}

// opaque reads a declaration without definition; the gate cannot be called.
func (p *parser) opaque() {
	g, pos := p.signature()
	p.expect(';')
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

// parameter is one of a def.
type parameter struct {
	name string
	typ  scalar // typeNone: qubits
	size int
	one  bool // a qubit rather than a register
}

// subroutineDefinition reads def f(qubit[2] q, float x) { … }. The body is read
// when it is called.
func (p *parser) subroutineDefinition() {
	p.next()
	name, pos := p.name()
	g := &gate{name: name}
	p.expect('(')
	for !p.is(')') && p.err == nil {
		var a parameter
		switch {
		case p.acceptName("qubit"):
			a.size, a.one = p.optionalSize()
		default:
			p.acceptName("const")
			a.typ = p.scalarType()
		}
		a.name, _ = p.name()
		g.formal = append(g.formal, a)
		if !p.accept(',') {
			break
		}
	}
	p.expect(')')
	if p.is(symArrow) {
		p.fail(p.tok.pos, ErrUnsupported, "def with a result")
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

// subroutine reads f(q, 0.5); and carries out the body.
func (p *parser) subroutine(g *gate) {
	pos := p.tok.pos
	p.next()
	p.expect('(')
	bound := make([]*entry, 0, len(g.formal))
	for i, a := range g.formal {
		if i > 0 {
			p.expect(',')
		}
		at := p.tok.pos
		e := &entry{name: a.name, kind: entryValue, typ: a.typ}
		if a.typ == typeNone {
			e.kind = entryQubits
			if e.wires = p.operand(entryQubits); p.err == nil && e.wires.n != a.size {
				p.fail(at, circuits.ErrArity, "%d qubits for %s, needs %d", e.wires.n, a.name, a.size)
			}
			e.wires.scalar = a.one
		} else {
			e.value = p.convert(at, a.typ, p.expression(0))
		}
		bound = append(bound, e)
	}
	p.expect(')')
	p.expect(';')
	if p.err != nil || !p.spend(pos, 1+g.bodySize/readAgain) {
		return
	}
	leave := p.open(pos, inDef)
	for _, e := range bound {
		p.define(pos, e)
	}
	p.seek(g.body)
	p.blockOf()
	if p.jump == jumpReturn {
		p.jump = jumpNone
	}
	leave()
}
