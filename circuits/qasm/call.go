package qasm

import (
	"slices"

	"github.com/qnn-go/qnn/circuits"
)

// gateCall reads a call of a gate with its modifiers, over registers of one size
// if it names any.
func (p *parser) gateCall() {
	mods, controls := p.modifiers()
	t := p.tok
	g := p.callee(t)
	if g == nil {
		return
	}
	p.next()
	base := len(p.argStack)
	p.arguments(t, g)
	args := p.argStack[base:]
	start := len(p.wireStack)
	p.operands(t, g.size+controls)
	wires := p.wireStack[start:]
	p.expect(';')
	if p.err == nil {
		p.broadcast(t.pos, g, args, wires, mods, controls)
	}
	p.argStack, p.wireStack = p.argStack[:base], p.wireStack[:start]
}

// callee is the gate that the token names.
func (p *parser) callee(t token) *gate {
	if p.version == 3 && p.isName("gphase") {
		return phaseGate
	}
	if t.kind != tokenName {
		p.fail(t.pos, circuits.ErrSyntax, "expected a statement, found %s", p.found())
		return nil
	}
	e := p.lookup(t)
	if e == nil {
		e = p.extension(t)
	}
	if e == nil || e.kind != entryGate {
		p.fail(t.pos, circuits.ErrUnknown, "gate %.80q is not defined", p.text(t))
		return nil
	}
	return e.gate
}

// arguments reads the angles of a call onto argStack.
func (p *parser) arguments(t token, g *gate) {
	n := 0
	if p.accept('(') {
		for !p.is(')') && p.err == nil {
			pos := p.tok.pos
			v := p.expression(0)
			switch {
			case v.kind == kindBool:
				p.fail(pos, circuits.ErrSyntax, "%v is not an angle", v)
			case v.dynamic():
				v = p.asAngle(pos, v)
			case v.kind != kindInteger && v.kind != kindFloat && v.kind != kindAngle && v.kind != kindUnknown:
				p.fail(pos, circuits.ErrSyntax, "%v is not an angle", v)
			}
			p.argStack = append(p.argStack, v)
			n++
			if !p.accept(',') {
				break
			}
		}
		p.expect(')')
	}
	if n != g.angles {
		p.fail(t.pos, circuits.ErrArity, "gate %.80s with %d angles, needs %d", g.name, n, g.angles)
	}
}

// operands reads the qubits of a call, n of them, onto wireStack.
func (p *parser) operands(t token, n int) {
	k := 0
	if !p.is(';') {
		for {
			p.wireStack = append(p.wireStack, p.operand(entryQubits))
			k++
			if !p.accept(',') {
				break
			}
		}
	}
	if k != n {
		p.fail(t.pos, circuits.ErrArity, "gate %.80s on %d qubits, needs %d", p.text(t), k, n)
	}
}

// broadcast calls g once, or once for each element of the registers among wires.
func (p *parser) broadcast(pos int, g *gate, args []value, wires []operand, mods []modifier, controls int) {
	n := 1
	if i := slices.IndexFunc(wires, func(o operand) bool { return !o.scalar }); i >= 0 {
		n = wires[i].n
	}
	for _, o := range wires {
		if !o.scalar && o.n != n {
			p.fail(pos, circuits.ErrArity, "registers of %d and %d qubits in one call", n, o.n)
			return
		}
	}
	if p.dry == 0 && !p.afford(pos, saturate(g.ops, n)) {
		return
	}
	for i := range n {
		qubits := slab(&p.ints, len(wires))
		for k, o := range wires {
			qubits[k] = o.at(i)
		}
		if k := repeated(qubits); k >= 0 {
			p.fail(pos, circuits.ErrDuplicate, "%.80s on qubit %d", g.name, qubits[k])
			return
		}
		start := len(p.out.Ops)
		p.apply(pos, g, args, qubits[controls:])
		if len(mods) > 0 && p.dry == 0 {
			p.modify(mods, qubits[:controls], start)
		}
		if p.when != nil && p.place != inGate {
			p.guard(pos, start)
		}
		if p.err != nil {
			return
		}
	}
}

// repeated is the position of an entry that occurs before, or −1.
func repeated(list []int) int {
	if len(list) > 32 {
		seen := make(map[int]bool, len(list))
		for i, v := range list {
			if seen[v] {
				return i
			}
			seen[v] = true
		}
		return -1
	}
	for i, v := range list {
		if slices.Contains(list[:i], v) {
			return i
		}
	}
	return -1
}

// apply appends what g does to the qubits, which it keeps.
func (p *parser) apply(pos int, g *gate, args []value, qubits []int) {
	switch {
	case p.dry > 0:
		p.count = min(maxCount, p.count+g.ops)
	case g.body > 0:
		p.run(pos, g, args, qubits)
	case g.expand != nil:
		p.expand(pos, g, args, qubits)
	case g.ops == 0:
		p.fail(pos, ErrUnsupported, "gate %.80s is opaque: it has no definition; a call", g.name)
	default:
		angles := slab(&p.angles, len(args))
		for i, v := range args {
			angles[i] = p.angle(v)
		}
		p.emit(pos, circuits.Op{Gate: g.table, Qubits: qubits, Angles: angles})
	}
}

// guard puts the operations of a call from start on under the open conditions.
func (p *parser) guard(pos, start int) {
	if !p.spend(pos, saturate(p.whenCost, len(p.out.Ops)-start)) {
		return
	}
	for i := start; i < len(p.out.Ops); i++ {
		if p.out.Ops[i].Gate != circuits.GateBarrier {
			p.out.Ops[i].If = p.when
		}
	}
}

func (p *parser) emit(pos int, op circuits.Op) {
	cost := 1
	if op.If != nil {
		cost += p.whenCost
	}
	if p.spend(pos, cost) {
		p.out.Ops = append(p.out.Ops, op)
	}
}

// angle is v as an angle in the circuit's slabs.
func (p *parser) angle(v value) circuits.Angle {
	if v.kind == kindAngle {
		return v.angle
	}
	x := v.number()
	if x == 0 {
		return nil
	}
	a := slab(&p.terms, 1)
	a[0].Coef = x
	return a
}

// expand appends the circuit of a built-in gate.
func (p *parser) expand(pos int, g *gate, args []value, qubits []int) {
	if g.as == nil {
		g.as = g.expand()
	}
	if len(g.as.Ops) == 0 {
		p.spend(pos, 1)
	}
	for _, step := range g.as.Ops {
		op := circuits.Op{Gate: step.Gate, Qubits: slab(&p.ints, len(step.Qubits)), Angles: slab(&p.angles, len(step.Angles))}
		for i, q := range step.Qubits {
			op.Qubits[i] = qubits[q]
		}
		for i, a := range step.Angles {
			op.Angles[i] = a.Substitute(func(v circuits.Var) (circuits.Angle, bool) { return p.angle(args[v.Index]), true })
		}
		p.emit(pos, op)
	}
}

// readAgain is the bytes of text that cost as much as an operation.
const readAgain = 16

// run reads the body of g with its angles and qubits bound.
func (p *parser) run(pos int, g *gate, args []value, qubits []int) {
	if !p.spend(pos, 1+g.bodySize/readAgain) {
		return
	}
	leave := p.begin(pos, inGate)
	p.bind(pos, g, args, qubits)
	p.goTo(g)
	p.blockOf()
	leave()
}

// goTo goes to the body of g, which may be in another file.
func (p *parser) goTo(g *gate) {
	p.src = p.all[:g.body+g.bodySize]
	p.seek(g.body)
}

// begin opens a frame, in which only its own names and those of the program are
// known. The function it returns goes back to the text that follows the call.
func (p *parser) begin(pos int, at place) func() {
	p.enter(pos)
	src, tok, last, frame, block, old, mark, loops := p.src, p.tok, p.last, p.frame, p.block, p.place, len(p.scope), p.loops
	p.loops = 0
	p.frames++
	p.frame, p.block, p.place = p.frames, mark, at
	return func() {
		p.depth--
		p.leave(mark)
		p.frame, p.block, p.place, p.loops = frame, block, old, loops
		if p.err == nil {
			p.src, p.tok, p.last = src, tok, last
		}
	}
}
