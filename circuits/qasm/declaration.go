package qasm

import (
	"fmt"

	"github.com/qnn-go/qnn/circuits"
	"github.com/qnn-go/qnn/circuits/qasm/internal/syntax"
)

// scalar is a type of values.
type scalar = syntax.Scalar

// declaration carries out a statement that gives a name a meaning.
func (l *lowering) declaration(s syntax.Statement) {
	switch s := s.(type) {
	case *syntax.Include:
		l.include(s)
	case *syntax.Declaration:
		l.register(s)
	case *syntax.Input:
		l.input(s)
	case *syntax.Variables:
		l.variable(s)
	case *syntax.Alias:
		l.alias(s)
	case *syntax.Gate:
		l.gateDefinition(s)
	case *syntax.Subroutine:
		l.subroutineDefinition(s)
	default:
		panic(fmt.Sprintf("statement %T is not carried out", s))
	}
}

// register lowers qreg q[3];, creg c[3];, qubit[3] q;, bit[3] c; and bit[3] c = measure q;.
func (l *lowering) register(d *syntax.Declaration) {
	size, scalar := l.size(d.Type.Size)
	kind := entryQubits
	if d.Type.Scalar == syntax.Bit {
		kind = entryBits
	}
	if (d.Name.Text == "" || string(l.text.Bytes(d.At)) != "bit") && !l.readable() {
		return
	}
	switch {
	case l.err != nil:
		return
	case kind == entryQubits || l.frame == 0 && l.nested == 0:
		l.declare(kind, d.Name, size, scalar)
	case l.afford(d.Name.Pos, size): // the block's own are no result
		bits := l.hideAll(d.Name.Pos, size)
		bits.scalar = scalar
		l.define(d.Name.Pos, &entry{name: d.Name.Text, kind: entryBits, wires: bits})
	}
	if d.Init != nil && l.err == nil {
		l.assigned(d.Type.At.Pos, l.names[d.Name.Text].wires, 0, d.Init)
	}
	l.readable()
}

// declare adds a register.
func (l *lowering) declare(kind entryKind, name syntax.Name, size int, scalar bool) {
	switch {
	case l.err != nil:
		return
	case l.circuit.Qubits+l.circuit.Clbits+l.hidden+size > maxWires:
		l.fail(name.Pos, ErrLimit, "more than %d qubits and bits", maxWires)
		return
	case kind == entryQubits && l.physical:
		l.fail(name.Pos, ErrUnsupported, "declared qubits beside physical ones")
		return
	}
	list, total := &l.result.Qubits, &l.circuit.Qubits
	if kind == entryBits {
		list, total = &l.result.Clbits, &l.circuit.Clbits
	}
	l.define(name.Pos, &entry{name: name.Text, kind: kind, wires: operand{first: *total, n: size, scalar: scalar}})
	*list = append(*list, Register{Name: name.Text, First: *total, Size: size})
	*total += size
}

// width works out the number in brackets of a type, which values do not keep to.
func (e *evaluator) width(t *syntax.Type) int {
	if t.Size == nil {
		return 0
	}
	return e.whole("width", t.Size, 1, maxWires)
}

// variable lowers const float x = 1.5; or int i = 0; or float y;, which is 0.
func (l *lowering) variable(d *syntax.Variables) {
	if d.Array {
		l.declareArray(d)
		return
	}
	l.width(&d.Type)
	e := &entry{name: d.Name.Text, kind: entryValue, constant: d.Const, typ: d.Type.Scalar, level: len(l.conds)}
	switch {
	case l.err != nil:
		return
	case e.typ == syntax.Duration:
		e.value.kind = kindDuration
	case d.Assigned:
		start := d.Init.At()
		l.set(start, e, l.convert(start, e.typ, l.value(d.Init)))
		if d.Const && e.value.dynamic() {
			l.fail(start, circuits.ErrSyntax, "constant that depends on measured bits")
		}
	default:
		e.value = l.convert(d.Name.Pos, e.typ, e.value)
	}
	if l.readable() {
		l.define(d.Name.Pos, e)
	}
}

// alias lowers let a = q[0:1] ++ r;.
func (l *lowering) alias(a *syntax.Alias) {
	kind := entryQubits
	if x := a.Operands; x.Kind == syntax.Variable {
		if e := l.named(x); e != nil && e.kind == entryBits {
			kind = entryBits
		}
	}
	o := l.concatenation(a.Operands, kind)
	if l.readable() {
		l.define(a.Name.Pos, &entry{name: a.Name.Text, kind: kind, wires: o})
	}
}
