package qasm

import (
	"slices"

	"github.com/qnn-go/qnn/circuits"
	"github.com/qnn-go/qnn/circuits/qasm/internal/syntax"
)

// call lowers what begins with a name and is no assignment: the call of a gate with its
// modifiers, over registers of one size if it names any, or of a subroutine.
func (l *lowering) call(s *syntax.GateCall) {
	var mods []modifier
	controls := 0
	if len(s.Modifiers) > 0 {
		mods, controls = l.modifiers(s.Modifiers)
	}
	if l.err != nil || s.Name.Kind != syntax.NameToken {
		l.readable()
		return
	}
	g := l.callee(s)
	if g == nil {
		return
	}
	args, wires := len(l.args), len(l.wires)
	l.gateAngles(s, g)
	l.gateQubits(s, g.size+controls)
	if l.readable() {
		l.broadcast(s.Name.Pos, g, l.args[args:], l.wires[wires:], mods, controls)
	}
	l.args, l.wires = l.args[:args], l.wires[:wires]
}

// callee is the gate that a call names; nil where it names none.
func (l *lowering) callee(s *syntax.GateCall) *gate {
	t := s.Name
	e := l.lookup(l.text.Bytes(t))
	if e == nil {
		if l.version == 3 && string(l.text.Bytes(t)) == "gphase" {
			return phaseGate
		}
		e = l.extension(t)
	}
	switch {
	case e != nil && e.kind == entryGate:
		return e.gate
	case e == nil || len(s.Modifiers) > 0 || l.version == 2 || l.place == inGate:
		l.fail(t.Pos, circuits.ErrUnknown, "gate %.80q is not defined", l.text.Text(t))
	case e.kind == entryDef:
		l.callSubroutine(s, e)
	case e.kind == entryQubits:
		l.fail(t.Pos, circuits.ErrSyntax, "expected a statement, found %s %s", e.kind, l.text.Found(t))
	case s.Args != nil && s.Args.Kind == syntax.Bad:
		l.readable()
	case e.constant:
		l.fail(t.Pos, circuits.ErrSyntax, "%s cannot change", e.name)
	case e.kind == entryArray && len(e.array.sizes) > 0:
		l.expectedAt(`"="`, s.Behind)
	default:
		l.expectedAt("an assignment", s.Behind)
	}
	return nil
}

// gateAngles works out the angles of a call.
func (l *lowering) gateAngles(s *syntax.GateCall, g *gate) {
	n := 0
	for x := s.Args; x != nil && l.err == nil; x = x.Next {
		v := l.value(x)
		switch v.kind {
		case kindFloat, kindInteger, kindAngle, kindUnknown:
		case kindCondition, kindBits, kindExpr:
			v = l.asAngle(x.At(), v)
		default:
			l.fail(x.At(), circuits.ErrSyntax, "%v is not an angle", v)
		}
		l.args = append(l.args, v)
		n++
	}
	if n != g.angles && l.err == nil {
		l.fail(s.Name.Pos, circuits.ErrArity, "gate %.80s with %d angles, needs %d", g.name, n, g.angles)
	}
}

// gateQubits finds the qubits of a call, n of them.
func (l *lowering) gateQubits(s *syntax.GateCall, n int) {
	k := 0
	for x := s.Operands; x != nil && l.err == nil; x = x.Next {
		l.wires = append(l.wires, l.operand(x, entryQubits))
		k++
	}
	if k != n && l.err == nil {
		l.fail(s.Name.Pos, circuits.ErrArity, "gate %.80s on %d qubits, needs %d", l.text.Text(s.Name), k, n)
	}
}

// broadcast calls g once, or once for each element of the registers among wires.
func (l *lowering) broadcast(pos int, g *gate, args []value, wires []operand, mods []modifier, controls int) {
	n := 1
	if i := slices.IndexFunc(wires, func(o operand) bool { return !o.scalar }); i >= 0 {
		n = wires[i].n
	}
	for _, o := range wires {
		if !o.scalar && o.n != n {
			l.fail(pos, circuits.ErrArity, "registers of %d and %d qubits in one call", n, o.n)
			return
		}
	}
	if l.dry == 0 && !l.afford(pos, saturate(g.ops, n)) {
		return
	}
	for i := range n {
		qubits := slab(&l.ints, len(wires))
		for k, o := range wires {
			qubits[k] = o.at(i)
		}
		if k := repeated(qubits); k >= 0 {
			l.fail(pos, circuits.ErrDuplicate, "%.80s on qubit %d", g.name, qubits[k])
			return
		}
		start := len(l.circuit.Ops)
		l.apply(pos, g, args, qubits[controls:])
		if len(mods) > 0 && l.dry == 0 {
			l.modify(mods, qubits[:controls], start)
		}
		if l.when != nil && l.place != inGate {
			l.guard(pos, start)
		}
		if l.err != nil {
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
func (l *lowering) apply(pos int, g *gate, args []value, qubits []int) {
	switch {
	case l.dry > 0:
		l.count = min(maxCount, l.count+g.ops)
	case g.body != nil:
		l.run(pos, g, args, qubits)
	case g.expand != nil:
		l.expand(pos, g, args, qubits)
	case g.ops == 0:
		l.fail(pos, ErrUnsupported, "gate %.80s is opaque: it has no definition; a call", g.name)
	default:
		angles := slab(&l.angles, len(args))
		for i, v := range args {
			angles[i] = l.angle(v)
		}
		l.emitGate(pos, g.table, qubits, angles)
	}
}

// run carries out the body of g with its angles and qubits bound.
func (l *lowering) run(pos int, g *gate, args []value, qubits []int) {
	if !l.spend(pos, 1+g.body.size/readAgain) {
		return
	}
	for i, e := range g.params {
		e.value = args[i]
	}
	for i, e := range g.qubits {
		e.wires.first = qubits[i]
	}
	f := l.begin(pos, inGate)
	l.bind(pos, g)
	l.carryOut(g.body)
	l.end(f)
}

// expand appends the circuit of a built-in gate.
func (o *output) expand(pos int, g *gate, args []value, qubits []int) {
	if g.as == nil {
		g.as = g.expand()
	}
	if len(g.as.Ops) == 0 {
		o.spend(pos, 1)
	}
	for _, step := range g.as.Ops {
		op := circuits.Op{Gate: step.Gate, Qubits: slab(&o.ints, len(step.Qubits)), Angles: slab(&o.angles, len(step.Angles))}
		for i, q := range step.Qubits {
			op.Qubits[i] = qubits[q]
		}
		for i, a := range step.Angles {
			op.Angles[i] = a.Substitute(func(v circuits.Var) (circuits.Angle, bool) { return o.angle(args[v.Index]), true })
		}
		o.emit(pos, op)
	}
}
