package qasm

import (
	"slices"

	"github.com/qnn-go/qnn/circuits"
	"github.com/qnn-go/qnn/circuits/qasm/internal/syntax"
)

// maxDimensions bounds the dimensions of an array, as OpenQASM 3 does.
const maxDimensions = 7

// array is the elements of an array, the last index the fastest.
type array struct {
	sizes    []int
	elements []*entry
}

// declareArray lowers array[float[64], 2, 3] a = {{…}, …};. Without values its elements
// are 0.
func (s *variables) declareArray(d *syntax.Variables) {
	s.width(&d.Type)
	a := &array{}
	n := 1
	for size := d.Sizes; size != nil && s.err == nil; size = size.Next {
		k := s.whole("size of an array", size, 0, maxWires)
		a.sizes = append(a.sizes, k)
		if n = saturate(n, k); n > maxWires || len(a.sizes) > maxDimensions {
			s.fail(size.At(), ErrLimit, "array of more than %d elements or %d dimensions", maxWires, maxDimensions)
		}
	}
	if len(a.sizes) == 0 {
		s.fail(d.SizesEnd, circuits.ErrSyntax, "array without a size")
	}
	if !s.spend(d.Name.Pos, n) {
		return
	}
	a.elements = make([]*entry, n)
	for i := range a.elements {
		e := &entry{name: d.Name.Text, kind: entryValue, constant: d.Const, typ: d.Type.Scalar, level: len(s.conds)}
		e.value = s.convert(d.Name.Pos, e.typ, e.value)
		a.elements[i] = e
	}
	if d.Assigned {
		s.arrayValues(d.Init, a.sizes, a.elements)
	}
	if s.readable() {
		s.define(d.Name.Pos, &entry{name: d.Name.Text, kind: entryArray, constant: d.Const, array: a})
	}
}

// arrayValues gives elements the values of {…} of the given sizes, or of an array of those
// sizes.
func (s *variables) arrayValues(x *syntax.Expr, sizes []int, elements []*entry) {
	if x.Kind == syntax.Variable {
		if e := s.named(x); e != nil && e.kind == entryArray {
			s.copyArray(x, e, sizes, elements)
			return
		}
	}
	switch x.Kind {
	case syntax.List:
	case syntax.Bad:
		s.readable()
		return
	default:
		s.expectedAt(`"{"`, x.Pos)
		return
	}
	stride := len(elements) / max(sizes[0], 1)
	n := 0
	part := x.Sub
	for ; part != nil && s.err == nil && n < sizes[0] && part.Kind != syntax.Surplus; part = part.Next {
		inner := elements[n*stride : (n+1)*stride]
		if len(sizes) > 1 {
			s.arrayValues(part, sizes[1:], inner)
		} else {
			s.set(part.At(), inner[0], s.convert(part.At(), inner[0].typ, s.value(part)))
		}
		n++
	}
	switch {
	case s.err != nil:
	case part != nil && part.Kind == syntax.Bad:
		s.readable()
	case part != nil:
		s.fail(part.At(), circuits.ErrArity, "array with other than its %d values", sizes[0])
	case n != sizes[0]:
		s.fail(int(x.Close), circuits.ErrArity, "array with other than its %d values", sizes[0])
	}
}

// copyArray gives elements, of the given sizes, the values of a part of an array.
func (s *variables) copyArray(x *syntax.Expr, e *entry, sizes []int, elements []*entry) {
	pos := x.At()
	from, source, _ := s.part(e, x.Sub)
	if s.err == nil && !slices.Equal(from, sizes) {
		s.fail(pos, circuits.ErrArity, "array of sizes %v for %v", from, sizes)
	}
	if s.err != nil {
		return
	}
	values := make([]value, len(source))
	for i, e := range source {
		values[i] = e.value // all, before the first changes
	}
	for i, v := range values {
		s.set(pos, elements[i], s.convert(pos, elements[i].typ, v))
	}
	if x.Then != nil && s.readable() {
		s.expectedAt(`";"`, x.Then.Pos)
	}
}

// part follows the indices of an array, in one pair of brackets or several, as far as there
// are some and it has dimensions, and returns what they leave of it and of them.
func (e *evaluator) part(n *entry, x *syntax.Expr) (sizes []int, elements []*entry, rest *syntax.Expr) {
	sizes, elements = n.array.sizes, n.array.elements
	for ; e.err == nil && len(sizes) > 0 && x != nil; x = x.Next {
		i := e.indicesIn(x)
		for ; i != nil && len(sizes) > 0 && e.err == nil; i = i.Next {
			k, ok := e.indexValue(operand{n: sizes[0]}, i)
			if !ok {
				if e.err == nil {
					e.fail(i.At(), circuits.ErrRange, "index of an array without elements")
				}
				return nil, nil, nil
			}
			stride := len(elements) / sizes[0]
			elements, sizes = elements[k*stride:(k+1)*stride], sizes[1:]
			if x.Sub.Kind == syntax.Range {
				e.expectedAt(`"]"`, x.Comma)
			}
		}
		if e.err == nil && (i != nil || x.Comma != 0 && x.Sub.Next == nil) {
			e.expectedAt(`"]"`, x.Comma)
		}
	}
	return sizes, elements, x
}

// indicesIn is the first of the indices in a pair of brackets.
func (e *evaluator) indicesIn(x *syntax.Expr) *syntax.Expr {
	switch {
	case x.Kind == syntax.Bad:
		e.readable()
		return nil
	case x.Sub.Kind == syntax.List || x.Sub.Kind == syntax.Range && x.Sub.Sub.Kind == syntax.Omitted:
		e.expectedAt("an expression", x.Comma)
		return nil
	case x.Sub.Kind == syntax.Range:
		return x.Sub.Sub
	}
	return x.Sub
}

// element is an element of an array as a value.
func (e *evaluator) element(x *syntax.Expr, n *entry) value {
	sizes, elements, rest := e.part(n, x.Sub)
	switch {
	case e.err != nil:
		return value{}
	case len(sizes) > 0:
		e.fail(x.At(), ErrUnsupported, "array %s in an expression, other than one of its elements", n.name)
		return value{}
	case rest != nil:
		return e.bitOf(elements[0].value, rest)
	}
	return elements[0].value
}

// assignArray lowers a[1] = expression; and a = b;.
func (s *variables) assignArray(a *syntax.Assign, e *entry) {
	sizes, elements, rest := s.part(e, a.Indices)
	switch {
	case s.err != nil:
	case e.constant:
		s.fail(a.At.Pos, circuits.ErrSyntax, "%s cannot change", e.name)
	case rest != nil && rest.Kind == syntax.Bad:
		s.readable()
	case len(sizes) == 0 && rest != nil:
		s.expectedAt("an assignment", rest.Pos)
	case len(sizes) == 0:
		s.assignTo(a, elements[0])
	case len(elements) == 0 || !s.spend(a.At.Pos, len(elements)):
	case a.OpToken.Symbol != '=':
		s.expected(`"="`, a.OpToken)
	default:
		s.arrayValues(a.Value, sizes, elements)
		s.readable()
	}
}
