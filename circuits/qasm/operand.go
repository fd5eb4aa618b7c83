package qasm

import "github.com/qnn-go/qnn/circuits"

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

// operand reads qubits or bits: a register, a part of it or a physical qubit.
func (p *parser) operand(kind entryKind) operand {
	t := p.tok
	if t.kind == tokenPhysical && kind == entryQubits {
		return p.physicalQubit()
	}
	if t.kind != tokenName {
		p.fail(t.pos, circuits.ErrSyntax, "expected %s, found %s", kind, p.found())
		return operand{}
	}
	e := p.lookup(t)
	switch {
	case e == nil:
		p.fail(t.pos, circuits.ErrUnknown, "%s %.80q is not declared", kind, p.text(t))
		return operand{}
	case e.kind != kind:
		p.fail(t.pos, circuits.ErrSyntax, "%s is %s, expected %s", e.name, e.kind, kind)
		return operand{}
	case p.place == inGate && e.frame != p.frame:
		p.fail(t.pos, circuits.ErrSyntax, "%s is not a qubit of the gate", e.name)
		return operand{}
	}
	p.next()
	o := e.wires
	for p.is('[') && p.err == nil {
		if p.place == inGate {
			p.fail(p.tok.pos, circuits.ErrSyntax, "index of a qubit of a gate")
		}
		o = p.index(o)
	}
	return o
}

func (k entryKind) String() string {
	return [...]string{"a qubit", "a classical bit", "a value", "a gate", "a subroutine", "an array"}[k]
}

func (p *parser) physicalQubit() operand {
	t := p.tok
	k := 0
	for _, c := range p.src[t.pos+1 : t.end] {
		if k = k*10 + int(c-'0'); classes[c] != classDigit || k >= maxWires {
			p.fail(t.pos, circuits.ErrRange, "physical qubit %.20s, must be from $0 to $%d", p.text(t), maxWires-1)
			return operand{}
		}
	}
	switch {
	case t.end == t.pos+1:
		p.fail(t.pos, circuits.ErrSyntax, "$ without the number of a physical qubit")
	case p.place == inGate:
		p.fail(t.pos, circuits.ErrSyntax, "%s is not a qubit of the gate", p.text(t))
	case len(p.result.Qubits) > 0:
		p.fail(t.pos, ErrUnsupported, "%s beside declared qubits", p.text(t))
	}
	p.physical = true
	p.out.Qubits = max(p.out.Qubits, k+1)
	p.next()
	return operand{first: k, n: 1, scalar: true}
}

// index reads one [index], [from:to], [from:step:to] or [{set}] of o.
func (p *parser) index(o operand) operand {
	start := p.tok.pos
	p.expect('[')
	if o.scalar {
		p.fail(start, circuits.ErrSyntax, "index of a single qubit or bit")
		return o
	}
	if p.accept('{') {
		return p.indexSet(o)
	}
	from, to, step := 0, o.n-1, 1
	ok := true
	if !p.is(':') {
		from, ok = p.indexValue(o)
		if ok && p.accept(']') {
			return operand{first: o.at(from), n: 1, scalar: true}
		}
	}
	p.expect(':')
	if !p.is(']') && !p.is(':') {
		to, ok = p.indexValue(o)
	}
	if p.accept(':') {
		if step = to; !p.is(']') {
			to, ok = p.indexValue(o)
		} else {
			to = o.n - 1
		}
	}
	p.expect(']')
	if !ok || p.err != nil {
		return operand{}
	}
	return p.slice(start, o, from, to, step)
}

// indexSet reads i, j, …}] of o.
func (p *parser) indexSet(o operand) operand {
	out := operand{list: []int{}}
	for !p.is('}') && p.err == nil {
		if i, ok := p.indexValue(o); ok {
			out.list = append(out.list, o.at(i))
		}
		if !p.accept(',') {
			break
		}
	}
	p.expect('}')
	p.expect(']')
	out.n = len(out.list)
	return out
}

// indexValue reads an index of o; negative ones count from its end.
func (p *parser) indexValue(o operand) (int, bool) {
	pos := p.tok.pos
	v := p.expression(0)
	switch {
	case p.err != nil:
		return 0, false
	case v.kind == kindUnknown:
		return 0, o.n > 0
	case v.dynamic():
		p.fail(pos, ErrUnsupported, "index that depends on measured bits")
		return 0, false
	case v.kind != kindInteger:
		p.fail(pos, circuits.ErrSyntax, "index %v, must be a whole number", v)
		return 0, false
	case v.i < 0 && p.version == 3 && v.i >= -int64(o.n):
		v.i += int64(o.n)
	case v.i < 0 || v.i >= int64(o.n):
		p.fail(pos, circuits.ErrRange, "index %d of a register of %d", v.i, o.n)
		return 0, false
	}
	return int(v.i), true
}

// bitValue reads classical bits as a value.
func (p *parser) bitValue() value {
	pos, e := p.tok.pos, p.lookup(p.tok)
	if p.place == inGate {
		p.fail(pos, circuits.ErrSyntax, "classical bits in the definition of a gate")
		return value{}
	}
	o := p.operand(entryBits)
	switch {
	case p.err != nil:
		return value{}
	case o.scalar:
		return given(circuits.BitIs(o.first, true))
	case e.bits != nil && o.n == e.wires.n && o.list == nil && o.first == e.wires.first:
		return numberOf(e.bits)
	case !p.spend(pos, o.n/8):
		return value{}
	}
	bits := o.bits()
	if o.n == e.wires.n && o.list == nil {
		e.bits = bits
	}
	return numberOf(bits)
}

// bitOf reads the index of binary digits of a number.
func (p *parser) bitOf(v value) value {
	pos := p.tok.pos
	switch v.kind {
	case kindInteger:
		digits := p.index(operand{n: 64})
		out := value{kind: kindInteger}
		for i := range digits.n {
			out.i |= v.i >> digits.at(i) & 1 << i
		}
		return out
	case kindExpr:
		d := p.index(operand{n: integerBits})
		if p.err != nil || !d.scalar || v.isReal() {
			p.fail(pos, ErrUnsupported, "bits of a number that depends on measured bits, other than one bit of an integer")
			return value{}
		}
		return given(digitOf(v.late.expr, d.first))
	case kindDigits:
		d := p.index(operand{n: len(v.late.digits)})
		if d.scalar && p.err == nil {
			return given(v.late.digits[d.first])
		}
		out := make([]circuits.Condition, d.n)
		for i := range out {
			out[i] = v.late.digits[d.at(i)]
		}
		return value{kind: kindDigits, late: &late{digits: out}}
	case kindBits:
		digits := p.index(operand{list: v.late.bits, n: len(v.late.bits)})
		if digits.scalar {
			return given(circuits.BitIs(digits.first, true))
		}
		return numberOf(digits.bits())
	default:
		p.fail(pos, circuits.ErrSyntax, "index of %v", v)
		return value{}
	}
}

// sizeOf reads sizeof(q), the number of qubits or bits of a register.
func (p *parser) sizeOf() value {
	p.next()
	p.expect('(')
	kind := entryQubits
	if e := p.lookup(p.tok); p.tok.kind == tokenName && e != nil && e.kind == entryArray {
		return p.sizeOfArray(e)
	} else if e != nil && e.kind == entryValue && e.value.kind == kindDigits {
		p.next()
		p.expect(')')
		return integer(int64(len(e.value.late.digits)))
	}
	if e := p.lookup(p.tok); p.tok.kind == tokenName && e != nil && e.kind == entryBits {
		kind = entryBits
	}
	o := p.operand(kind)
	p.expect(')')
	return integer(int64(o.n))
}

// sizeOfArray reads a) or a, k): the size of dimension k, or of the first.
func (p *parser) sizeOfArray(e *entry) value {
	p.next()
	k := 0
	if p.accept(',') {
		k = p.whole("dimension", 0, int64(len(e.array.sizes)-1))
	}
	p.expect(')')
	return integer(int64(e.array.sizes[k]))
}

func (p *parser) slice(pos int, o operand, from, to, step int) operand {
	if step <= 0 {
		p.fail(pos, circuits.ErrRange, "slice with step %d, must be positive", step)
		return operand{}
	}
	n := max(0, (to-from)/step+1)
	if to < from {
		n = 0
	}
	if o.list == nil && step == 1 {
		return operand{first: o.first + from, n: n}
	}
	if !p.spend(pos, n) {
		return operand{}
	}
	out := operand{list: make([]int, n), n: n}
	for i := range out.list {
		out.list[i] = o.at(from + i*step)
	}
	return out
}

// concatenation reads operands joined by ++.
func (p *parser) concatenation(kind entryKind) operand {
	pos := p.tok.pos
	out := p.operand(kind)
	for p.is(symConcat) && p.err == nil {
		p.next()
		more := p.operand(kind)
		if !p.spend(pos, out.n+more.n) {
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

// symConcat is ++.
const symConcat symbol = '+' | '+'<<8
