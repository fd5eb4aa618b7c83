package syntax

// The heads of statements that hold others. The reader stands at the body.
type (
	// Block is a block in braces.
	Block struct{ Head }
	// Box is box[…] before a block.
	Box struct{ Head }
	// If is if (Condition). An else may follow the body.
	If struct {
		Head
		Condition *Expr
	}
	// While is while (Condition).
	While struct {
		Head
		Condition *Expr
		Open      int // position of the opening parenthesis
	}
	// For is for Type Name in Values, which are a List, a Range or the name of an array.
	For struct {
		Head
		Type   Type // its Scalar is NoType where none is written
		Name   Name
		Values *Expr
	}
	// Switch is switch (Value) {. Cases follow it.
	Switch struct {
		Head
		Value *Expr
	}
	// Case is case Values or, without any, default.
	Case struct {
		Head
		Default bool
		Values  *Expr
	}
)

// JumpKind is a way to leave a block.
type JumpKind uint8

// The ways to leave a block.
const (
	NoJump JumpKind = iota
	Break
	Continue
	Return
	End
)

// Jump is break;, continue;, return Value; and end;.
type Jump struct {
	Head
	Kind  JumpKind
	Value *Expr // a Measure or a value
}

func (r *Reader) condition() *Expr {
	r.expect('(')
	e := r.expression(0)
	r.expect(')')
	return e
}

func (r *Reader) conditional(h Head) Statement {
	r.next()
	return &If{h, r.condition()}
}

func (r *Reader) whileLoop(h Head) Statement {
	r.next()
	w := &While{Head: h, Open: r.tok.Pos}
	w.Condition = r.condition()
	return w
}

func (r *Reader) box(h Head) Statement {
	r.next()
	r.duration()
	return &Box{h}
}

func (r *Reader) forLoop(h Head) Statement {
	r.next()
	f := &For{Head: h}
	if r.tok.Kind == NameToken && scalarNamed(r.src[r.tok.Pos:r.tok.End]) != NoType {
		r.scalarType(&f.Type)
	}
	f.Name = r.name()
	if !r.acceptName("in") {
		r.fail(r.tok.Pos, Malformed, "expected in, found %s", r.found())
	}
	f.Values = r.loopValues()
	return f
}

// loopValues reads what a loop goes through.
func (r *Reader) loopValues() *Expr {
	t := r.tok
	switch {
	case r.done:
		return r.bad()
	case r.Accept('{'):
		e := r.add(List, t.Pos)
		e.Sub = r.list('}').first
		return e
	case t.Kind == NameToken:
		r.next()
		e := r.add(Variable, t.Pos)
		e.End = int32(t.End)
		return e
	case !r.Accept('['):
		r.fail(t.Pos, Unsupported, "for over other than a range, a set or an array of one dimension")
		return r.add(NoOperand, t.Pos)
	}
	e := r.add(Range, t.Pos)
	e.Sub = r.expression(0)
	r.expect(':')
	to := r.expression(0)
	e.Sub.Next = to
	if r.Accept(':') {
		to.Next = r.expression(0)
	}
	r.expect(']')
	return e
}

func (r *Reader) switchCase(h Head) Statement {
	r.next()
	s := &Switch{h, r.condition()}
	r.expect('{')
	return s
}

// Case reads the head of a case of a switch, up to its block.
func (r *Reader) Case() *Case {
	if c, ok := r.again[r.tok.Pos].statement.(*Case); ok && !r.done {
		r.tok = r.again[r.tok.Pos].next
		return c
	}
	at := r.tok
	c := &Case{Head: Head{at}}
	switch {
	case r.acceptName("case"):
		var l exprs
		for !r.done {
			l.add(r.expression(0))
			if !r.Accept(',') {
				break
			}
		}
		c.Values = l.first
	case r.acceptName("default"):
		c.Default = true
	default:
		r.fail(at.Pos, Malformed, "expected case or default, found %s", r.found())
	}
	if !r.At('{') {
		r.expect('{')
	}
	if r.repeats > 0 && !r.done {
		r.again[at.Pos] = kept{c, r.tok}
	}
	return c
}

func (r *Reader) jump(h Head) Statement {
	j := &Jump{Head: h}
	switch string(r.src[h.At.Pos:h.At.End]) {
	case "break":
		j.Kind = Break
	case "continue":
		j.Kind = Continue
	case "return":
		j.Kind = Return
	default:
		j.Kind = End
	}
	r.next()
	if j.Kind == Return && !r.At(';') {
		j.Value = r.value()
	}
	r.expect(';')
	return j
}

// Skip passes over one statement and any else of it.
func (r *Reader) Skip() {
	r.SkipBranch()
	for r.acceptName("else") {
		r.SkipBranch()
	}
}

// SkipBranch passes over one statement, but not over an else after it.
func (r *Reader) SkipBranch() {
	depth := 0
	for depth >= 0 && !r.AtEnd() {
		open, closed, semicolon := r.At('{'), r.At('}'), r.At(';')
		r.next()
		switch {
		case open:
			depth++
		case closed:
			depth--
		}
		if depth == 0 && (closed || semicolon) {
			return
		}
	}
	r.fail(r.tok.Pos, Malformed, "block or statement without its end")
}
