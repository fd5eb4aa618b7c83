package qasm

import (
	"bytes"
	"fmt"
	"strings"

	"github.com/qnn-go/qnn/circuits"
	"github.com/qnn-go/qnn/circuits/qasm/internal/syntax"
)

// body is where the text in braces of a definition is, and its bytes.
type body struct{ pos, size int }

// frame is what the lowering goes back to at the end of a call.
type frame struct {
	block blockMark
	place place
	loops int
}

// begin opens a frame, in which only its own names and those of the program are known.
func (l *lowering) begin(pos int, at place) frame {
	l.enter(pos)
	f := frame{l.openFrame(), l.place, l.loops}
	l.place, l.loops = at, 0
	return f
}

// end closes a frame.
func (l *lowering) end(f frame) {
	l.leave()
	l.closeBlock(f.block)
	l.place, l.loops = f.place, f.loops
}

// carryOut carries out the body of a definition, within its frame, and goes back to what
// follows the call.
func (l *lowering) carryOut(b *body) {
	here := l.text.Mark()
	l.text.BeginRepeat()
	l.text.Within(b.pos, b.pos+b.size)
	l.block()
	l.text.EndRepeat()
	l.text.Back(here)
}

// gateDefinition lowers gate g(a) q { … }. The body is checked with unknown angles
// and its operations are counted, so that a call that is too large is refused
// before it is expanded. A body knows only the gates before it, so that none can
// call itself.
func (l *lowering) gateDefinition(d *syntax.Gate) {
	if !l.readable() {
		return
	}
	g := &gate{name: d.Name.Text, size: len(d.Qubits), angles: len(d.Params)}
	if d.Opaque {
		l.opaque(d, g)
		return
	}
	for _, name := range d.Params {
		g.params = append(g.params, &entry{name: name.Text, kind: entryValue, constant: true, value: value{kind: kindUnknown}})
	}
	for i, name := range d.Qubits {
		g.qubits = append(g.qubits, &entry{name: name.Text, kind: entryQubits, wires: operand{first: i, n: 1, scalar: true}})
	}
	pos, start := d.Name.Pos, l.text.Here().Pos
	l.dry, l.count = 1, 1
	f := l.begin(pos, inGate)
	l.bind(pos, g)
	l.block()
	l.end(f)
	l.dry = 0
	if l.err != nil {
		return
	}
	g.body, g.ops = &body{start, l.text.Here().Pos - start}, l.count
	if known, ok := l.deviceGate(pos); ok {
		g = native(g.name, known)
	}
	l.define(pos, &entry{name: g.name, kind: entryGate, constant: true, gate: g})
}

// deviceGate finds the gate of the table that the definition whose name is at pos is
// of: those that [Encode] writes, word by word, from gates of the include.
func (l *lowering) deviceGate(pos int) (circuits.Gate, bool) {
	for g, text := range dialects[IBM].definitions {
		text = strings.TrimSpace(strings.TrimPrefix(text, "gate "))
		if !bytes.HasPrefix(l.text.Behind(pos), []byte(text)) {
			continue
		}
		for _, name := range []string{"s", "sx", "cx", "x", "rz"} {
			if e := l.names[name]; e == nil || !e.builtin {
				return 0, false
			}
		}
		return g, true
	}
	return 0, false
}

// opaque is a declaration without definition. The gate cannot be called, but for
// delay, as which Qiskit writes its waiting times: it does nothing.
func (l *lowering) opaque(d *syntax.Gate, g *gate) {
	if g.name == "delay" {
		size := g.size
		g = derived(g.name, size, g.angles, func() *circuits.Circuit { return circuits.New(size) })
	}
	l.define(d.Name.Pos, &entry{name: g.name, kind: entryGate, constant: true, gate: g})
}

// bind makes the angles and qubits of a gate known.
func (l *lowering) bind(pos int, g *gate) {
	for _, e := range g.params {
		l.define(pos, e)
	}
	for _, e := range g.qubits {
		l.define(pos, e)
	}
}

// subroutine is a def of the program.
type subroutine struct {
	name   string
	formal []parameter
	result *parameter // nil: it has none
	body   body
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

// parameter lowers the type of a parameter or result.
func (l *lowering) parameter(p syntax.Parameter) parameter {
	a := parameter{name: p.Name.Text, kind: entryValue}
	switch p.Type.Scalar {
	case syntax.Qubit:
		a.kind = entryQubits
		a.size, a.one = l.size(p.Type.Size)
	case syntax.Bit:
		a.kind = entryBits
		a.size, a.one = l.size(p.Type.Size)
	default:
		a.typ = p.Type.Scalar
		a.width = l.width(&p.Type)
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

// subroutineDefinition lowers def f(qubit[2] q, float x) -> bit { … }. The body is read
// when it is called.
func (l *lowering) subroutineDefinition(d *syntax.Subroutine) {
	s := &subroutine{name: d.Name.Text, body: body{d.Body, d.End - d.Body}}
	for _, p := range d.Params {
		s.formal = append(s.formal, l.parameter(p))
	}
	if d.Result != nil {
		result := l.parameter(*d.Result)
		if result.kind == entryQubits {
			l.fail(d.Arrow, circuits.ErrSyntax, "def that returns qubits")
		}
		s.result = &result
	}
	if l.readable() {
		l.define(d.Name.Pos, &entry{name: s.name, kind: entryDef, constant: true, def: s})
	}
}
