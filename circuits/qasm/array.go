package qasm

import (
	"slices"

	"github.com/qnn-go/qnn/circuits"
)

// maxDimensions bounds the dimensions of an array, as OpenQASM 3 does.
const maxDimensions = 7

// array is the elements of an array, the last index the fastest.
type array struct {
	sizes    []int
	elements []*entry
}

// arrayDeclaration reads array[float[64], 2, 3] a = {{…}, …};. Without values its elements
// are 0.
func (p *parser) arrayDeclaration(constant bool) {
	p.next()
	p.expect('[')
	typ := p.scalarType()
	a := &array{}
	n := 1
	for p.accept(',') && p.err == nil {
		pos := p.tok.pos
		size := p.whole("size of an array", 0, maxWires)
		a.sizes = append(a.sizes, size)
		if n = saturate(n, size); n > maxWires || len(a.sizes) > maxDimensions {
			p.fail(pos, ErrLimit, "array of more than %d elements or %d dimensions", maxWires, maxDimensions)
		}
	}
	if len(a.sizes) == 0 {
		p.fail(p.tok.pos, circuits.ErrSyntax, "array without a size")
	}
	p.expect(']')
	name, pos := p.name()
	if !p.spend(pos, n) {
		return
	}
	a.elements = make([]*entry, n)
	for i := range a.elements {
		e := &entry{name: name, kind: entryValue, constant: constant, typ: typ, level: len(p.conds)}
		e.value = p.convert(pos, typ, e.value)
		a.elements[i] = e
	}
	if p.accept('=') {
		p.arrayValues(a.sizes, a.elements)
	} else if constant {
		p.expect('=')
	}
	p.expect(';')
	p.define(pos, &entry{name: name, kind: entryArray, constant: constant, array: a})
}

// arrayValues reads {…} of the given sizes, or the name of an array of those sizes, into
// elements.
func (p *parser) arrayValues(sizes []int, elements []*entry) {
	pos := p.tok.pos
	if e := p.lookup(p.tok); p.tok.kind == tokenName && e != nil && e.kind == entryArray {
		p.next()
		p.copyArray(pos, e, sizes, elements)
		return
	}
	p.expect('{')
	stride := len(elements) / max(sizes[0], 1)
	n := 0
	for ; !p.is('}') && p.err == nil; n++ {
		if n == sizes[0] {
			break
		}
		part := elements[n*stride : (n+1)*stride]
		if len(sizes) > 1 {
			p.arrayValues(sizes[1:], part)
		} else {
			start := p.tok.pos
			p.set(start, part[0], p.convert(start, part[0].typ, p.expression(0)))
		}
		if !p.accept(',') {
			n++
			break
		}
	}
	if p.err == nil && (n != sizes[0] || !p.is('}')) {
		p.fail(p.tok.pos, circuits.ErrArity, "array with other than its %d values", sizes[0])
	}
	p.expect('}')
}

// copyArray reads the indices of e and gives elements, of the given sizes, its values.
func (p *parser) copyArray(pos int, e *entry, sizes []int, elements []*entry) {
	from, source := p.part(e)
	if p.err == nil && !slices.Equal(from, sizes) {
		p.fail(pos, circuits.ErrArity, "array of sizes %v for %v", from, sizes)
	}
	if p.err != nil {
		return
	}
	values := make([]value, len(source))
	for i, e := range source {
		values[i] = e.value // all, before the first changes
	}
	for i, v := range values {
		p.set(pos, elements[i], p.convert(pos, elements[i].typ, v))
	}
}

// part reads the indices that follow an array, in one pair of brackets or several, as far
// as there are some and it has dimensions, and returns what they leave.
func (p *parser) part(e *entry) (sizes []int, elements []*entry) {
	sizes, elements = e.array.sizes, e.array.elements
	for p.err == nil && len(sizes) > 0 && p.accept('[') {
		for {
			i, ok := p.indexValue(operand{n: sizes[0]})
			if !ok {
				if p.err == nil {
					p.fail(p.tok.pos, circuits.ErrRange, "index of an array without elements")
				}
				return nil, nil
			}
			stride := len(elements) / sizes[0]
			elements, sizes = elements[i*stride:(i+1)*stride], sizes[1:]
			if len(sizes) == 0 || !p.accept(',') {
				break
			}
		}
		p.expect(']')
	}
	return sizes, elements
}

// element reads an element of an array as a value.
func (p *parser) element(e *entry) value {
	pos := p.tok.pos
	p.next()
	sizes, elements := p.part(e)
	switch {
	case p.err != nil:
		return value{}
	case len(sizes) > 0:
		p.fail(pos, ErrUnsupported, "array %s in an expression, other than one of its elements", e.name)
		return value{}
	case p.is('['):
		return p.bitOf(elements[0].value)
	}
	return elements[0].value
}

// assignArray reads a[1] = expression; and a = b;.
func (p *parser) assignArray(e *entry) {
	t := p.tok
	p.next()
	sizes, elements := p.part(e)
	switch {
	case p.err != nil:
	case e.constant:
		p.fail(t.pos, circuits.ErrSyntax, "%s cannot change", e.name)
	case len(sizes) == 0:
		p.assignTo(elements[0])
	case len(elements) == 0 || !p.spend(t.pos, len(elements)):
	default:
		p.expect('=')
		p.arrayValues(sizes, elements)
		p.expect(';')
	}
}
