package qasm

import (
	"math"

	"github.com/qnn-go/qnn/circuits"
)

// include knows the standard files, whose gates are built in, and otherwise reads a file
// of DecodeOptions.Include.
func (p *parser) include() {
	p.next()
	t := p.tok
	if t.kind != tokenString {
		p.fail(t.pos, circuits.ErrSyntax, "expected the name of a file in quotes, found %s", p.found())
		return
	}
	name := string(p.src[t.pos+1 : t.end-1])
	p.next()
	p.expect(';')
	p.included = true
	switch {
	case p.err != nil:
	case name == "qelib1.inc":
		p.defineGates(qelib1())
	case name == "stdgates.inc" && p.version == 2:
		p.fail(t.pos, ErrUnsupported, "stdgates.inc in OpenQASM 2")
	case name == "stdgates.inc":
		p.defineGates(stdgates(p.options.SpecificationPhase))
	case name == "hqslib1.inc" && p.version == 2 && p.options.Strict:
		p.fail(t.pos, ErrUnsupported, "include hqslib1.inc, a file of Quantinuum's, where only the language itself is read")
	case name == "hqslib1.inc" && p.version == 2:
		p.remark(t.pos, "the file hqslib1.inc is Quantinuum's, no part of the language")
		p.defineGates(hqslib1())
	case p.options.Include == nil:
		p.fail(t.pos, ErrInclude, "include %.80q, only qelib1.inc, stdgates.inc and hqslib1.inc are known", name)
	default:
		p.includeFile(t.pos, name)
	}
}

// oldRegister reads qreg q[3]; or creg c[3];.
func (p *parser) oldRegister() {
	kind := entryQubits
	if p.isName("creg") {
		kind = entryBits
	}
	p.next()
	name, pos := p.name()
	size, scalar := 1, true
	if p.version == 2 || p.is('[') {
		size, scalar = p.designator("size"), false
	}
	p.expect(';')
	p.declare(kind, name, pos, size, scalar)
}

// designator reads a positive whole number in brackets.
func (p *parser) designator(what string) int {
	p.expect('[')
	n := p.whole(what, 1, maxWires)
	p.expect(']')
	return n
}

// declare adds a register.
func (p *parser) declare(kind entryKind, name string, pos, size int, scalar bool) {
	switch {
	case p.err != nil:
		return
	case p.out.Qubits+p.out.Clbits+p.hidden+size > maxWires:
		p.fail(pos, ErrLimit, "more than %d qubits and bits", maxWires)
		return
	case kind == entryQubits && p.physical:
		p.fail(pos, ErrUnsupported, "declared qubits beside physical ones")
		return
	}
	list, total := &p.result.Qubits, &p.out.Qubits
	if kind == entryBits {
		list, total = &p.result.Clbits, &p.out.Clbits
	}
	p.define(pos, &entry{name: name, kind: kind, wires: operand{first: *total, n: size, scalar: scalar}})
	*list = append(*list, Register{Name: name, First: *total, Size: size})
	*total += size
}

// qubits reads qubit[3] q;.
func (p *parser) qubits() {
	p.next()
	size, scalar := p.optionalSize()
	name, pos := p.name()
	p.expect(';')
	p.declare(entryQubits, name, pos, size, scalar)
}

func (p *parser) optionalSize() (size int, scalar bool) {
	if p.is('[') {
		return p.designator("size"), false
	}
	return 1, true
}

// output says which bits are results; all of them are.
func (p *parser) output() {
	p.next()
	if !p.isName("bit") {
		p.fail(p.tok.pos, ErrUnsupported, "output other than bits")
		return
	}
	p.bits()
}

// scalar is a type of values.
type scalar uint8

const (
	typeNone scalar = iota
	typeInt
	typeUint
	typeFloat
	typeAngle
	typeBool
	typeComplex
	typeDuration
)

func scalarNamed(word string) scalar {
	switch word {
	case "int":
		return typeInt
	case "uint":
		return typeUint
	case "float":
		return typeFloat
	case "angle":
		return typeAngle
	case "bool":
		return typeBool
	case "complex":
		return typeComplex
	}
	return typeNone
}

func (t scalar) String() string {
	return [...]string{"none", "int", "uint", "float", "angle", "bool", "complex", "duration"}[t]
}

// scalarType reads a type such as int[32].
func (p *parser) scalarType() scalar {
	t := p.tok
	typ := typeNone
	if t.kind == tokenName {
		typ = scalarNamed(p.text(t))
	}
	if typ == typeNone {
		if t.kind == tokenName {
			p.fail(t.pos, ErrUnsupported, "type %.40s", p.text(t))
		}
		p.fail(t.pos, circuits.ErrSyntax, "expected a type, found %s", p.found())
		return typ
	}
	p.next()
	p.width = 0
	switch {
	case !p.is('['):
	case typ == typeComplex:
		p.next()
		if at := p.tok.pos; p.scalarType() != typeFloat {
			p.fail(at, circuits.ErrSyntax, "complex of other than float")
		}
		p.expect(']')
	default:
		p.width = p.designator("width")
	}
	return typ
}

// convert is v as a value of typ, as C converts.
func (p *parser) convert(pos int, typ scalar, v value) value {
	if v.kind == kindUnknown || p.err != nil {
		return v
	}
	if v.dynamic() {
		return p.convertBits(pos, typ, v)
	}
	if typ != typeFloat && typ != typeAngle {
		v = p.folded(pos, v)
	}
	switch typ {
	case typeComplex:
		return complexValue(p.complexNumber(pos, v))
	case typeFloat, typeAngle:
		switch v.kind {
		case kindAngle:
			return v
		case kindInteger, kindFloat, kindBool:
			return float(v.number())
		default:
		}
	case typeBool:
		switch v.kind {
		case kindBig:
			return boolean(true)
		case kindInteger, kindFloat, kindBool:
			return boolean(v.number() != 0)
		default:
		}
	default:
		if i, ok := v.truncated(); ok {
			if typ == typeUint && i < 0 {
				p.fail(pos, circuits.ErrRange, "%d as an unsigned integer", i)
			}
			return integer(i)
		}
	}
	p.fail(pos, circuits.ErrRange, "%v does not fit the type", v)
	return value{}
}

// truncated is the whole number that v has without its fraction, if that is one of 62 bits
// or was whole before.
func (v value) truncated() (int64, bool) {
	switch v.kind {
	case kindInteger, kindBool:
		return v.i, true
	case kindFloat:
		x := math.Trunc(v.number())
		return int64(x), math.Abs(x) < 1<<62
	default:
		return 0, false
	}
}

// convertBits is a value that depends on measured bits as one of typ.
func (p *parser) convertBits(pos int, typ scalar, v value) value {
	switch typ {
	case typeBool:
		return given(p.truth(pos, v))
	case typeInt, typeUint:
		if !v.isReal() {
			return v
		}
		return computed(&circuits.Expr{Op: circuits.Truncate, Args: []*circuits.Expr{p.argumentOf(pos, v)}}, false)
	case typeFloat, typeAngle:
		if v.isReal() {
			return v
		}
		return computed(&circuits.Expr{Op: circuits.ToReal, Args: []*circuits.Expr{p.argumentOf(pos, v)}}, true)
	default:
		p.fail(pos, ErrUnsupported, "%v number that depends on measured bits", typ)
		return value{}
	}
}

// cast reads a conversion such as float[64](i) or bit[2](n).
func (p *parser) cast() value {
	pos := p.tok.pos
	if p.acceptName("bit") {
		size, scalar := p.optionalSize()
		p.expect('(')
		v := p.expression(0)
		p.expect(')')
		if v.kind == kindExpr && p.err == nil {
			if scalar {
				return given(p.truth(pos, v))
			}
			return value{kind: kindDigits, late: &late{digits: p.digitsOf(pos, v, size)}}
		}
		d, ok := p.digits(v)
		if p.err == nil && (!ok || len(d) > size || v.dynamic() && len(d) != size) {
			p.fail(pos, circuits.ErrRange, "%v as %d bits", v, size)
		}
		if v.dynamic() || scalar || p.err != nil || !p.spend(pos, size/8) {
			return v
		}
		for len(d) < size {
			d = append(d, circuits.Always(false))
		}
		return value{kind: kindDigits, late: &late{digits: d}}
	}
	typ := p.scalarType()
	p.expect('(')
	v := p.expression(0)
	p.expect(')')
	return p.convert(pos, typ, v)
}

// variable reads const float x = 1.5; or int i = 0; or float y;, which is 0.
func (p *parser) variable() {
	constant := p.acceptName("const")
	if p.isName("array") {
		p.arrayDeclaration(constant)
		return
	}
	typ := typeDuration
	if !p.acceptName("duration") {
		typ = p.scalarType()
	}
	name, pos := p.name()
	e := &entry{name: name, kind: entryValue, constant: constant, typ: typ, level: len(p.conds)}
	switch {
	case typ == typeDuration:
		e.value.kind = kindDuration
		for !p.is(';') && p.tok.kind != tokenEOF {
			p.next()
		}
	case p.accept('='):
		start := p.tok.pos
		p.set(start, e, p.convert(start, typ, p.expression(0)))
		if constant && e.value.dynamic() {
			p.fail(start, circuits.ErrSyntax, "constant that depends on measured bits")
		}
	case constant:
		p.expect('=')
	default:
		e.value = p.convert(pos, typ, e.value)
	}
	p.expect(';')
	p.define(pos, e)
}

// assign reads i = expression; and i += expression;.
func (p *parser) assign(e *entry) {
	t := p.tok
	p.next()
	if e.constant || e.typ == typeDuration {
		p.fail(t.pos, circuits.ErrSyntax, "%s cannot change", e.name)
		return
	}
	if p.is('[') {
		p.assignDigits(t.pos, e)
		return
	}
	p.assignTo(e)
}

// assignTo reads what follows the name of a variable: = expression; or += expression;.
func (p *parser) assignTo(e *entry) {
	op := p.tok
	operator, ok := p.assignment()
	switch {
	case !ok:
		p.fail(op.pos, circuits.ErrSyntax, "expected an assignment, found %s", p.found())
		return
	}
	p.next()
	start := p.tok.pos
	v := p.expression(0)
	if operator != 0 && p.err == nil {
		v = p.operate(op.pos, operator, e.value, v)
	}
	p.expect(';')
	p.set(start, e, p.convert(start, e.typ, v))
}

// assignDigits reads n[0] = true; and n[0:1] = "01";, where bit 0 of an integer is the
// least significant.
func (p *parser) assignDigits(pos int, e *entry) {
	at := p.index(operand{n: integerBits})
	p.expect('=')
	start := p.tok.pos
	v := p.folded(start, p.expression(0))
	p.expect(';')
	if p.err == nil && e.typ != typeInt && e.typ != typeUint {
		p.fail(pos, circuits.ErrSyntax, "bits of %s, which is no integer", e.name)
	}
	if v.kind == kindInteger && (v.i < 0 || at.n < 63 && v.i>>at.n != 0) {
		p.fail(start, circuits.ErrRange, "%v does not fit into %d bits", v, at.n)
	}
	out := e.value
	for i := 0; i < at.n && p.err == nil; i++ {
		one := p.operate(start, symBitAnd, p.operate(start, symShiftRight, asInteger(v), integer(int64(i))), integer(1))
		out = p.operate(start, symBitAnd, out, integer(^(1 << at.at(i))))
		out = p.operate(start, symBitOr, out, p.operate(start, symShiftLeft, one, integer(int64(at.at(i)))))
	}
	p.set(start, e, p.convert(start, e.typ, out))
}

// integerBits is how many bits of an integer can be named: those of a number of 0 or more.
const integerBits = 63

func asInteger(v value) value {
	if v.kind == kindBool {
		return integer(v.i)
	}
	return v
}

// assignment is the operation before = in the current token, 0 if it is = alone.
func (p *parser) assignment() (operator symbol, ok bool) {
	s := p.tok.symbol
	switch {
	case p.tok.kind != tokenSymbol:
		return 0, false
	case s == '=':
		return 0, true
	case s>>16 == '=':
		operator = s & 0xFFFF
	case s>>8 == '=':
		operator = s & 0xFF
	}
	b := p.binding(operator)
	return operator, b > 2 && b != 6 && b != 7 // neither logic nor a comparison
}

// alias reads let a = q[0:1] ++ r;.
func (p *parser) alias() {
	p.next()
	name, pos := p.name()
	p.expect('=')
	kind := entryQubits
	if e := p.lookup(p.tok); p.tok.kind == tokenName && e != nil && e.kind == entryBits {
		kind = entryBits
	}
	o := p.concatenation(kind)
	p.expect(';')
	p.define(pos, &entry{name: name, kind: kind, wires: o})
}
