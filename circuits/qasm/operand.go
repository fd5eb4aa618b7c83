package qasm

import (
	"github.com/qnn-go/qnn/circuits"
	"github.com/qnn-go/qnn/circuits/qasm/internal/syntax"
)

// operand is one or several qubits or bits: list, or n from first on.
type operand struct {
	first, n int
	list     []int
	scalar   bool // one that is repeated where others are registers
}

func (o operand) at(i int) int {
	if o.scalar {
		i = 0
	}
	if o.list != nil {
		return o.list[i]
	}
	return o.first + i
}

// bits lists what o stands for.
func (o operand) bits() []int {
	out := make([]int, o.n)
	for i := range out {
		out[i] = o.at(i)
	}
	return out
}

// operand finds qubits or bits: a register, a part of it or a physical qubit.
func (e *evaluator) operand(x *syntax.Expr, kind entryKind) operand {
	switch {
	case x.Kind == syntax.Bad:
		e.readable()
		return operand{}
	case x.Kind == syntax.Physical && kind == entryQubits:
		return e.physicalQubit(x)
	case x.Kind != syntax.Variable && x.Kind != syntax.Call:
		e.expectedAt(kind.String(), x.Pos)
		return operand{}
	}
	n := e.named(x)
	switch {
	case n == nil:
		e.fail(x.At(), circuits.ErrUnknown, "%s %.80q is not declared", kind, e.text.Text(x.Token()))
		return operand{}
	case n.kind != kind:
		e.fail(x.At(), circuits.ErrSyntax, "%s is %s, expected %s", n.name, n.kind, kind)
		return operand{}
	case e.place == inGate && n.frame != e.frame:
		e.fail(x.At(), circuits.ErrSyntax, "%s is not a qubit of the gate", n.name)
		return operand{}
	}
	if x.Kind == syntax.Call {
		e.fail(x.At(), circuits.ErrSyntax, "%s is %s, no function", n.name, n.kind)
		return operand{}
	}
	o := n.wires
	for i := x.Sub; i != nil && e.err == nil; i = i.Next {
		if e.place == inGate {
			e.fail(i.At(), circuits.ErrSyntax, "index of a qubit of a gate")
		}
		o = e.index(o, i)
	}
	return o
}

// operands finds the qubits of a list.
func (e *evaluator) operands(x *syntax.Expr) []operand {
	var out []operand
	for ; x != nil && e.err == nil; x = x.Next {
		out = append(out, e.operand(x, entryQubits))
	}
	return out
}

func (e *evaluator) physicalQubit(x *syntax.Expr) operand {
	t := x.Token()
	k := 0
	for _, c := range e.text.Bytes(t)[1:] {
		if k = k*10 + int(c-'0'); c < '0' || c > '9' || k >= maxWires {
			e.fail(t.Pos, circuits.ErrRange, "physical qubit %.20s, must be from $0 to $%d", e.text.Text(t), maxWires-1)
			return operand{}
		}
	}
	switch {
	case t.End == t.Pos+1:
		e.fail(t.Pos, circuits.ErrSyntax, "$ without the number of a physical qubit")
	case e.place == inGate:
		e.fail(t.Pos, circuits.ErrSyntax, "%s is not a qubit of the gate", e.text.Text(t))
	case len(e.result.Qubits) > 0:
		e.fail(t.Pos, ErrUnsupported, "%s beside declared qubits", e.text.Text(t))
	}
	e.physical = true
	e.circuit.Qubits = max(e.circuit.Qubits, k+1)
	return operand{first: k, n: 1, scalar: true}
}

// index is the part of o that an [index], [from:to], [from:step:to] or [{set}] names.
func (e *evaluator) index(o operand, x *syntax.Expr) operand {
	switch {
	case x.Kind == syntax.Bad:
		e.readable()
		return o
	case o.scalar:
		e.fail(x.At(), circuits.ErrSyntax, "index of a single qubit or bit")
		return o
	case x.Sub.Kind == syntax.List:
		return e.indexSet(o, x.Sub.Sub)
	case x.Sub.Kind == syntax.Range:
		return e.indexRange(o, x)
	}
	i, ok := e.indexValue(o, x.Sub)
	if ok && x.Sub.Next != nil {
		e.expectedAt(`":"`, x.Comma)
	}
	if !ok || !e.closed(x) {
		return operand{}
	}
	return operand{first: o.at(i), n: 1, scalar: true}
}

// closed reports whether an index was read to its end.
func (e *evaluator) closed(x *syntax.Expr) bool {
	if x.Next != nil && x.Next.Kind == syntax.Bad {
		return e.readable()
	}
	return e.err == nil
}

// indexRange is [from:to] or [from:step:to] of o, of which each part may be left out.
func (e *evaluator) indexRange(o operand, x *syntax.Expr) operand {
	ends := [...]int{0, o.n - 1, o.n - 1}
	n, ok := 0, true
	for part := x.Sub.Sub; part != nil && ok && n < len(ends); part = part.Next {
		if part.Kind != syntax.Omitted {
			ends[n], ok = e.indexValue(o, part)
		}
		n++
	}
	if !ok || !e.closed(x) {
		return operand{}
	}
	if n == len(ends) {
		return e.slice(x.At(), o, ends[0], ends[2], ends[1])
	}
	return e.slice(x.At(), o, ends[0], ends[1], 1)
}

// indexSet is the elements of o with the indices of a list.
func (e *evaluator) indexSet(o operand, x *syntax.Expr) operand {
	out := operand{list: []int{}}
	for ; x != nil && e.err == nil; x = x.Next {
		if i, ok := e.indexValue(o, x); ok {
			out.list = append(out.list, o.at(i))
		}
	}
	out.n = len(out.list)
	return out
}

// indexValue is an index of o; negative ones count from its end.
func (e *evaluator) indexValue(o operand, x *syntax.Expr) (int, bool) {
	if x.Kind == syntax.Integer && x.Then == nil && x.Number < int64(o.n) { // the common case
		return int(x.Number), true
	}
	v := e.value(x)
	switch {
	case e.err != nil:
		return 0, false
	case v.kind == kindUnknown:
		return 0, o.n > 0
	case v.dynamic():
		e.fail(x.At(), ErrUnsupported, "index that depends on measured bits")
		return 0, false
	case v.kind != kindInteger:
		e.fail(x.At(), circuits.ErrSyntax, "index %v, must be a whole number", v)
		return 0, false
	case v.i < 0 && e.version == 3 && v.i >= -int64(o.n):
		v.i += int64(o.n)
	case v.i < 0 || v.i >= int64(o.n):
		e.fail(x.At(), circuits.ErrRange, "index %d of a register of %d", v.i, o.n)
		return 0, false
	}
	return int(v.i), true
}

func (e *evaluator) slice(pos int, o operand, from, to, step int) operand {
	if step <= 0 {
		e.fail(pos, circuits.ErrRange, "slice with step %d, must be positive", step)
		return operand{}
	}
	n := max(0, (to-from)/step+1)
	if to < from {
		n = 0
	}
	if o.list == nil && step == 1 {
		return operand{first: o.first + from, n: n}
	}
	if !e.spend(pos, n) {
		return operand{}
	}
	out := operand{list: make([]int, n), n: n}
	for i := range out.list {
		out.list[i] = o.at(from + i*step)
	}
	return out
}

// concatenation is operands one after the other.
func (e *evaluator) concatenation(x *syntax.Expr, kind entryKind) operand {
	pos := x.At()
	out := e.operand(x, kind)
	for x = x.Next; x != nil && e.err == nil; x = x.Next {
		more := e.operand(x, kind)
		if !e.spend(pos, out.n+more.n) {
			break
		}
		list := make([]int, 0, out.n+more.n)
		for i := range out.n {
			list = append(list, out.at(i))
		}
		for i := range more.n {
			list = append(list, more.at(i))
		}
		out = operand{list: list, n: len(list)}
	}
	return out
}

// bitValue is classical bits as a value.
func (e *evaluator) bitValue(x *syntax.Expr, n *entry) value {
	if e.place == inGate {
		e.fail(x.At(), circuits.ErrSyntax, "classical bits in the definition of a gate")
		return value{}
	}
	o := e.operand(x, entryBits)
	switch {
	case e.err != nil:
		return value{}
	case o.scalar:
		return given(circuits.BitIs(o.first, true))
	case n.bits != nil && o.n == n.wires.n && o.list == nil && o.first == n.wires.first:
		return numberOf(n.bits)
	case !e.spend(x.At(), o.n/8):
		return value{}
	}
	bits := o.bits()
	if o.n == n.wires.n && o.list == nil {
		n.bits = bits
	}
	return numberOf(bits)
}

// bitOf is what an index of binary digits names of a number.
func (e *evaluator) bitOf(v value, x *syntax.Expr) value {
	pos := x.At()
	if x.Kind == syntax.Bad {
		e.readable()
		return value{}
	}
	switch {
	case x.Next == nil:
	case x.Next.Kind == syntax.Bad:
		e.readable()
		return value{}
	default:
		e.fail(x.Next.At(), circuits.ErrSyntax, "index of an index of a number")
	}
	switch v.kind {
	case kindInteger:
		digits := e.index(operand{n: 64}, x)
		out := value{kind: kindInteger}
		for i := range digits.n {
			out.i |= v.i >> digits.at(i) & 1 << i
		}
		return out
	case kindExpr:
		d := e.index(operand{n: integerBits}, x)
		if e.err != nil || !d.scalar || v.isReal() {
			e.fail(pos, ErrUnsupported, "bits of a number that depends on measured bits, other than one bit of an integer")
			return value{}
		}
		return given(digitOf(v.late.expr, d.first))
	case kindDigits:
		d := e.index(operand{n: len(v.late.digits)}, x)
		if d.scalar && e.err == nil {
			return given(v.late.digits[d.first])
		}
		out := make([]circuits.Condition, d.n)
		for i := range out {
			out[i] = v.late.digits[d.at(i)]
		}
		return value{kind: kindDigits, late: &late{digits: out}}
	case kindBits:
		digits := e.index(operand{list: v.late.bits, n: len(v.late.bits)}, x)
		if digits.scalar {
			return given(circuits.BitIs(digits.first, true))
		}
		return numberOf(digits.bits())
	default:
		e.fail(pos, circuits.ErrSyntax, "index of %v", v)
		return value{}
	}
}

// sizeOf is sizeof(q), the number of qubits or bits of a register, or of the elements of an
// array in a dimension.
func (e *evaluator) sizeOf(x *syntax.Expr) value {
	arg := x.Sub
	if arg == nil {
		e.expectedAt(aQubit, x.Close)
		return value{}
	}
	kind := entryQubits
	if n := e.named(arg); arg.Kind == syntax.Variable && n != nil {
		switch {
		case n.kind == entryArray:
			return e.sizeOfArray(x, n)
		case n.kind == entryValue && n.value.kind == kindDigits:
			e.behind(arg, x)
			return integer(int64(len(n.value.late.digits)))
		case n.kind == entryBits:
			kind = entryBits
		}
	}
	o := e.operand(arg, kind)
	e.behind(arg, x)
	return integer(int64(o.n))
}

// aQubit is what an operand is in messages.
const aQubit = "a qubit"

// behind refuses what follows the last argument in a call.
func (e *evaluator) behind(arg, call *syntax.Expr) {
	switch {
	case arg.Then != nil && arg.Then.Kind == syntax.Bad || arg.Next != nil && arg.Next.Kind == syntax.Bad:
		e.readable()
	case arg.Then != nil:
		e.expectedAt(`")"`, arg.Then.Pos)
	case arg.Next != nil:
		e.expectedAt(`")"`, arg.Next.Comma)
	case call.Comma != 0:
		e.expectedAt(`")"`, call.Comma)
	}
}

// sizeOfArray is the size of dimension k for sizeof(a, k), or of the first for sizeof(a).
func (e *evaluator) sizeOfArray(x *syntax.Expr, n *entry) value {
	k := 0
	last := x.Sub
	if dimension := last.Next; dimension != nil && last.Then == nil && last.Sub == nil {
		if dimension.Kind == syntax.Bad {
			e.readable()
			return value{}
		}
		k = e.whole("dimension", dimension, 0, int64(len(n.array.sizes)-1))
		last = dimension
	}
	switch {
	case x.Sub.Sub != nil:
		e.expectedAt(`")"`, x.Sub.Sub.Pos)
	case last != x.Sub && last.Next != nil || last == x.Sub:
		e.behind(last, x)
	}
	if e.err != nil {
		return value{}
	}
	return integer(int64(n.array.sizes[k]))
}
