package syntax

// The statements that give names a meaning.
type (
	// Include is include "Name";.
	Include struct {
		Head
		Name string
		Pos  int
	}
	// Declaration is qreg q[3];, creg c;, qubit[3] q;, bit[3] c = …; and output bit c;.
	// Type is Qubit or Bit with its size.
	Declaration struct {
		Head
		Output bool
		Type   Type
		Name   Name
		Init   *Expr // of bits: a Measure or a value
	}
	// Input is input Type Name;.
	Input struct {
		Head
		Type Parameter
	}
	// Variables is const Type Name = Init;, or an array, of which Sizes are not nil.
	Variables struct {
		Head
		Const, Array bool
		Type         Type
		Sizes        *Expr
		SizesEnd     int // position of the bracket behind the sizes
		Name         Name
		Assigned     bool
		Behind       Token // what follows the name
		Init         *Expr // of an array: an Expr that may be a List
	}
	// Alias is let Name = Operands, between which ++ stands.
	Alias struct {
		Head
		Name     Name
		Operands *Expr
	}
	// Assign is Name Indices = Value; and Name Indices Op= Value;.
	Assign struct {
		Head
		Indices *Expr
		OpToken Token
		Op      Symbol // 0 for = alone
		Assigns bool   // OpToken is an assignment
		Value   *Expr  // may be a Measure or a List
	}
	// Gate is the head of a gate definition. The reader stands at its body.
	Gate struct {
		Head
		Name           Name
		Params, Qubits []Name
		Opaque         bool // there is no body
	}
	// Subroutine is the head of a def, and Body the position of the body, which has been
	// passed over.
	Subroutine struct {
		Head
		Name   Name
		Params []Parameter
		Arrow  int        // position of the arrow before Result
		Result *Parameter // nil: none
		Body   int
		End    int // position of the first token behind the body
	}
)

// Parameter is a parameter of a subroutine, or its result.
type Parameter struct {
	Type Type
	Name Name
}

// scalarNamed is the type that a word names.
func scalarNamed(word []byte) Scalar {
	switch string(word) {
	case "int":
		return Int
	case "uint":
		return Uint
	case "float":
		return Real
	case "angle":
		return Angle
	case "bool":
		return Bool
	case "complex":
		return Complex
	}
	return NoType
}

// castType reports whether a word names a type that values can be converted to.
func castType(word []byte) bool { return scalarNamed(word) != NoType || string(word) == "bit" }

// typeWord reads a type such as int[32], or bit[2].
func (r *Reader) typeWord() *Type {
	t := &Type{At: r.tok}
	switch {
	case r.acceptName("qubit"):
		t.Scalar = Qubit
		t.Size = r.optionalSize()
	case r.acceptName("bit"):
		t.Scalar = Bit
		t.Size = r.optionalSize()
	default:
		r.scalarType(t)
	}
	return t
}

// scalarType reads a type of values.
func (r *Reader) scalarType(t *Type) {
	t.At = r.tok
	if r.tok.Kind == NameToken {
		t.Scalar = scalarNamed(r.src[r.tok.Pos:r.tok.End])
	}
	if t.Scalar == NoType {
		if r.tok.Kind == NameToken {
			r.fail(t.At.Pos, Unsupported, "type %.40s", r.Text(r.tok))
		}
		r.fail(t.At.Pos, Malformed, "expected a type, found %s", r.found())
		return
	}
	r.next()
	switch {
	case !r.At('['):
	case t.Scalar == Complex:
		r.next()
		var part Type
		if r.scalarType(&part); part.Scalar != Real {
			r.fail(part.At.Pos, Malformed, "complex of other than float")
		}
		t.Size = part.Size
		r.expect(']')
	default:
		t.Size = r.size()
	}
}

func (r *Reader) optionalSize() *Expr {
	if r.At('[') {
		return r.size()
	}
	return nil
}

// size reads a number in brackets.
func (r *Reader) size() *Expr {
	r.expect('[')
	e := r.expression(0)
	r.expect(']')
	return e
}

// parameter reads the type of a parameter, an input or a result.
func (r *Reader) parameter() Parameter {
	if r.atName("qubit") || r.atName("bit") {
		return Parameter{Type: *r.typeWord()}
	}
	r.acceptName("const")
	var p Parameter
	r.scalarType(&p.Type)
	return p
}

func (r *Reader) include(h Head) Statement {
	r.next()
	t := r.tok
	i := &Include{Head: h, Pos: t.Pos}
	if t.Kind != StringToken {
		r.fail(t.Pos, Malformed, "expected the name of a file in quotes, found %s", r.found())
		return i
	}
	i.Name = string(r.src[t.Pos+1 : t.End-1])
	r.next()
	r.expect(';')
	return i
}

func (r *Reader) oldRegister(h Head) Statement {
	d := &Declaration{Head: h, Type: Type{Scalar: Qubit, At: h.At}}
	if r.atName("creg") {
		d.Type.Scalar = Bit
	}
	r.next()
	d.Name = r.name()
	if r.Version == 2 || r.At('[') {
		d.Type.Size = r.size()
	}
	r.expect(';')
	return d
}

func (r *Reader) qubits(h Head) Statement {
	d := &Declaration{Head: h, Type: *r.typeWord()}
	d.Name = r.name()
	r.expect(';')
	return d
}

func (r *Reader) bits(h Head) Statement {
	d := &Declaration{Head: h, Type: *r.typeWord()}
	d.Name = r.name()
	if r.Accept('=') {
		d.Init = r.value()
	}
	r.expect(';')
	return d
}

func (r *Reader) output(h Head) Statement {
	r.next()
	if !r.atName("bit") {
		r.fail(r.tok.Pos, Unsupported, "output other than bits")
		return &Empty{h}
	}
	d, _ := r.bits(Head{r.tok}).(*Declaration)
	d.Head, d.Output = h, true
	return d
}

func (r *Reader) input(h Head) Statement {
	r.next()
	i := &Input{Head: h, Type: r.parameter()}
	i.Type.Name = r.name()
	r.expect(';')
	return i
}

func (r *Reader) variable(h Head) Statement {
	v := &Variables{Head: h, Const: r.acceptName("const")}
	switch {
	case r.atName("array"):
		return r.array(v)
	case r.acceptName("duration"):
		v.Type.Scalar = Duration
	default:
		r.scalarType(&v.Type)
	}
	v.Name = r.name()
	v.Behind = r.tok
	switch {
	case v.Type.Scalar == Duration:
		for !r.At(';') && !r.AtEnd() {
			r.next()
		}
	case r.Accept('='):
		v.Assigned = true
		v.Init = r.expression(0)
	case v.Const:
		r.expect('=')
	}
	r.expect(';')
	return v
}

// array reads array[float[64], 2, 3] a = {{…}, …};.
func (r *Reader) array(v *Variables) Statement {
	v.Array = true
	r.next()
	r.expect('[')
	r.scalarType(&v.Type)
	var l exprs
	for r.Accept(',') && !r.done {
		l.add(r.expression(0))
	}
	if r.done {
		l.add(r.bad())
	}
	v.Sizes, v.SizesEnd = l.first, r.tok.Pos
	r.expect(']')
	v.Name = r.name()
	v.Behind = r.tok
	if r.Accept('=') {
		v.Assigned = true
		if r.tok.Kind != NameToken && !r.At('{') {
			r.expect('{')
		}
		v.Init = r.values()
	} else if v.Const {
		r.expect('=')
	}
	r.expect(';')
	return v
}

// values reads {…} with such in it, or an expression.
func (r *Reader) values() *Expr {
	if !r.At('{') {
		return r.expression(0)
	}
	e := r.add(List, r.tok.Pos)
	if !r.enter(r.tok.Pos) {
		e.Kind = Bad
		return e
	}
	r.next()
	var l exprs
	comma := int32(0)
	for !r.At('}') && !r.done {
		part := r.values()
		part.Comma = comma
		l.add(part)
		comma = int32(r.tok.Pos)
		if !r.Accept(',') {
			break
		}
	}
	e.Close = int32(r.tok.Pos)
	if !r.At('}') && !r.done {
		l.add(r.add(Surplus, r.tok.Pos))
	}
	r.expect('}')
	if r.done {
		l.add(r.bad())
	}
	e.Sub = l.first
	r.Leave()
	return e
}

// value reads the right side of an assignment with =.
func (r *Reader) value() *Expr {
	if !r.atName("measure") {
		return r.values()
	}
	e := r.add(Measure, r.tok.Pos)
	r.next()
	if e.Sub = r.operand(aQubit); r.done && e.Sub.Sub == nil {
		e.Sub.Sub = r.bad()
	}
	return e
}

func (r *Reader) alias(h Head) Statement {
	r.next()
	a := &Alias{Head: h, Name: r.name()}
	r.expect('=')
	a.Operands = r.operands(Concat)
	r.expect(';')
	return a
}

// assign reads an assignment behind its name.
func (r *Reader) assign(h Head) Statement {
	a := &Assign{Head: h}
	if r.At('[') {
		a.Indices = r.indices()
	}
	a.OpToken = r.tok
	a.Op, a.Assigns = assignment(r.tok, r.Version)
	if !a.Assigns {
		r.fail(r.tok.Pos, Malformed, "expected an assignment, found %s", r.found())
		return a
	}
	r.next()
	if a.Op == 0 {
		a.Value = r.value()
	} else {
		a.Value = r.expression(0)
	}
	r.expect(';')
	return a
}

// gateDefinition reads the head of gate g(a) q { … }, up to its body.
func (r *Reader) gateDefinition(h Head) Statement {
	g := r.signature(h)
	if !r.done && !r.At('{') {
		r.expect('{')
	}
	return g
}

func (r *Reader) opaque(h Head) Statement {
	g := r.signature(h)
	g.Opaque = true
	r.expect(';')
	return g
}

// signature reads the name, angles and qubits of a gate.
func (r *Reader) signature(h Head) *Gate {
	r.next()
	g := &Gate{Head: h, Name: r.name()}
	if r.Accept('(') {
		if !r.At(')') {
			g.Params = r.names()
		}
		r.expect(')')
	}
	g.Qubits = r.names()
	return g
}

// subroutine reads def f(qubit[2] q, float x) -> bit { … } and passes over its body.
func (r *Reader) subroutine(h Head) Statement {
	r.next()
	d := &Subroutine{Head: h, Name: r.name()}
	r.expect('(')
	for !r.At(')') && !r.done {
		p := r.parameter()
		p.Name = r.name()
		d.Params = append(d.Params, p)
		if !r.Accept(',') {
			break
		}
	}
	r.expect(')')
	if d.Arrow = r.tok.Pos; r.Accept(Arrow) {
		result := r.parameter()
		d.Result = &result
	}
	d.Body = r.tok.Pos
	if !r.At('{') {
		r.expect('{')
		return d
	}
	r.Skip()
	d.End = r.tok.Pos
	return d
}
