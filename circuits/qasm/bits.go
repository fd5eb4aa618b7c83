package qasm

import (
	"slices"

	"github.com/qnn-go/qnn/circuits"
)

// bits reads bit[3] c; and bit[3] c = measure q; and bit[3] c = "011";.
func (p *parser) bits() {
	start := p.tok.pos
	p.next()
	size, scalar := p.optionalSize()
	name, pos := p.name()
	if p.frame == 0 && p.nested == 0 {
		p.declare(entryBits, name, pos, size, scalar)
	} else if p.err == nil && p.afford(pos, size) { // the block's own are no result
		o := p.hideAll(pos, size)
		o.scalar = scalar
		p.define(pos, &entry{name: name, kind: entryBits, wires: o})
	}
	if p.err != nil {
		return
	}
	if p.accept('=') {
		p.assigned(start, p.names[name].wires, 0)
	}
	p.expect(';')
}

// hideAll returns n new hidden bits.
func (p *parser) hideAll(pos, n int) operand {
	if n == 0 {
		return operand{}
	}
	o := operand{first: p.hide(pos), n: n}
	for range n - 1 {
		p.hide(pos)
	}
	return o
}

// assignBits reads c = measure q;, c[0] = d[1]; and the like.
func (p *parser) assignBits() {
	pos := p.tok.pos
	c := p.operand(entryBits)
	operator, ok := p.assignment()
	if !ok {
		p.fail(p.tok.pos, circuits.ErrSyntax, "expected an assignment, found %s", p.found())
		return
	}
	p.next()
	p.assigned(pos, c, operator)
	p.expect(';')
}

// assigned reads what follows c = or c op=.
func (p *parser) assigned(pos int, c operand, operator symbol) {
	if operator == 0 && p.acceptName("measure") {
		p.measure(pos, p.operand(entryQubits), c)
		return
	}
	start := p.tok.pos
	v := p.expression(0)
	if operator != 0 && p.err == nil {
		old := given(circuits.BitIs(c.first, true))
		if !c.scalar {
			old = numberOf(c.bits())
		}
		v = p.operate(start, operator, old, v)
	}
	p.setBits(start, c, v)
}

// bitString reads a string of binary digits.
func (p *parser) bitString() value {
	t := p.tok
	digits, ok := binaryDigits(string(p.src[t.pos+1 : t.end-1]))
	if !ok {
		p.fail(t.pos, circuits.ErrSyntax, "%.40s is not binary digits", p.text(t))
		return value{}
	}
	p.next()
	return value{kind: kindDigits, late: &late{digits: digits}}
}

// setBits writes v into the bits of c, as far as it has digits.
func (p *parser) setBits(pos int, c operand, v value) {
	if p.err != nil {
		return
	}
	if v.kind == kindUnknown {
		v = integer(0)
	}
	var d []circuits.Condition
	ok := true
	if v.kind == kindExpr {
		d = p.digitsOf(pos, v, c.n)
	} else {
		d, ok = p.digits(v)
	}
	switch {
	case p.err != nil:
		return
	case !ok:
		p.fail(pos, ErrUnsupported, "%v as classical bits", v)
		return
	case v.kind == kindBits && len(d) != c.n || v.kind == kindDigits && len(d) != c.n:
		p.fail(pos, circuits.ErrArity, "%d bits for %d", len(d), c.n)
		return
	case v.kind == kindCondition && c.n != 1:
		p.fail(pos, circuits.ErrArity, "one bit for %d", c.n)
		return
	case len(d) > c.n:
		p.fail(pos, circuits.ErrRange, "%v does not fit into %d bits", v, c.n)
		return
	case !p.afford(pos, c.n):
		return
	}
	if v.kind == kindBits && c.n > 1 && slices.ContainsFunc(v.late.bits, c.contains) { // read all before the first changes
		d, _ = p.digits(p.saved(pos, d))
	}
	for i := range c.n {
		p.store(pos, c.at(i), digit(d, i))
	}
}

// bits lists what o stands for.
func (o operand) bits() []int {
	out := make([]int, o.n)
	for i := range out {
		out[i] = o.at(i)
	}
	return out
}

func (o operand) contains(bit int) bool {
	if o.list != nil {
		return slices.Contains(o.list, bit)
	}
	return o.first <= bit && bit < o.first+o.n
}

// unaryBits is a unary operation on bits that are measured.
func (p *parser) unaryBits(pos int, op symbol, v value) value {
	switch {
	case op == '!':
		return given(p.truth(pos, v).Not())
	case op == '-', op == '~' && v.kind == kindExpr && !v.isReal():
		kind := map[symbol]circuits.Operator{'-': circuits.Minus, '~': circuits.Invert}[op]
		return computed(&circuits.Expr{Op: kind, Args: []*circuits.Expr{p.argumentOf(pos, v)}}, v.isReal())
	case op == '~' && v.kind == kindExpr:
		p.fail(pos, circuits.ErrSyntax, "~ of a real number")
		return value{}
	case op == '~' && v.kind == kindCondition:
		return given(v.late.condition.Not())
	case op == '~':
		d, _ := p.digits(v)
		if !p.spend(pos, len(d)) {
			return value{}
		}
		for i := range d {
			d[i] = d[i].Not()
		}
		return p.saved(pos, d)
	}
	return v
}

// maxDigits bounds the digits of a variable that holds a value of measured bits.
const maxDigits = 4096

// set gives a variable a value. One that depends on measured bits, or that only some
// runs reach, goes into bits of the variable's own.
func (p *parser) set(pos int, e *entry, v value) {
	if p.err != nil {
		return
	}
	if v.kind == kindBool && e.typ != typeBool {
		v.kind = kindInteger
	}
	for d := e.whiles; d < p.whiles; d++ {
		p.changed[d][e] = true
	}
	if !v.dynamic() && len(p.conds) <= e.level && e.whiles == p.whiles {
		p.settings++
		e.value, e.stored = v, nil
		return
	}
	switch e.typ {
	case typeInt, typeUint, typeFloat, typeAngle:
		p.setNumber(pos, e, v)
		return
	case typeBool, typeNone:
	default:
		p.fail(pos, ErrUnsupported, "value of %s, a %v, that depends on measured bits", e.name, e.typ)
		return
	}
	want, okWant := p.digits(v)
	old, okOld := p.digits(e.value)
	if !okWant || !okOld || max(len(want), len(old)) > maxDigits {
		p.fail(pos, ErrUnsupported, "value of %s that depends on measured bits, other than a number of 0 or more and %d digits", e.name, maxDigits)
		return
	}
	n := max(len(want), len(old), 1)
	if !p.spend(pos, n) {
		return
	}
	if v.kind == kindBits { // which may be the variable's own
		want, _ = p.digits(p.saved(pos, want))
	}
	for i := len(e.stored); i < n; i++ {
		bit := p.hide(pos)
		e.stored = append(e.stored, bit)
		if !e.value.dynamic() || i < len(old) {
			p.emit(pos, circuits.Op{Gate: circuits.GateStore, Clbit: bit, Value: new(digit(old, i))})
		}
	}
	for i, bit := range e.stored {
		p.store(pos, bit, digit(want, i))
	}
	if e.typ == typeBool {
		e.value = given(circuits.BitIs(e.stored[0], true))
		return
	}
	e.value = numberOf(slices.Clone(e.stored))
}
