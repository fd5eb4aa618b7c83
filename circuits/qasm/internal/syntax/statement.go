package syntax

// Statement is a statement, or the head of one that holds others.
type Statement interface {
	// First is the token that it begins with.
	First() Token
}

// Head is the part that all statements have.
type Head struct{ At Token }

// First is the token that a statement begins with.
func (h Head) First() Token { return h.At }

// The statements that gates and registers are used in.
type (
	// Empty is a semicolon or an annotation.
	Empty struct{ Head }
	// Pragma is a line beginning with #pragma or pragma.
	Pragma struct {
		Head
		Text []byte
	}
	// GateCall is a call of a gate, or of a subroutine, which has no operands.
	GateCall struct {
		Head
		Modifiers []Modifier
		Name      Token // the zero Token where there is none
		Behind    int32 // position of what follows the name
		Args      *Expr
		Trailing  int32 // position of a comma behind the last argument
		Close     int32 // position of the closing parenthesis
		Operands  *Expr
	}
	// MeasureInto is measure Qubits -> Bits;, or measure Qubits;, where Bits are nil.
	MeasureInto struct {
		Head
		Qubits, Bits *Expr
	}
	// Reset is reset Qubits;.
	Reset struct {
		Head
		Qubits *Expr
	}
	// Barrier is barrier Qubits;. No qubits are all.
	Barrier struct {
		Head
		Qubits *Expr
	}
	// Delay is delay[…] Qubits;.
	Delay struct {
		Head
		Qubits *Expr
	}
	// Refused is a statement that is not read, known by its first word. Nothing behind
	// that word has been read.
	Refused struct{ Head }
)

// ModifierKind is a kind of gate modifier.
type ModifierKind uint8

// The gate modifiers.
const (
	Inverse         ModifierKind = iota // inv @
	PowerOf                             // pow(Value) @
	Control                             // ctrl @, ctrl(Value) @
	NegativeControl                     // negctrl @, negctrl(Value) @
)

// Modifier is a gate modifier.
type Modifier struct {
	Kind  ModifierKind
	Pos   int
	Value *Expr
}

// Statement reads the next statement. One that holds others is read up to its body.
func (r *Reader) Statement() Statement {
	if r.repeats == 0 {
		return r.statement()
	}
	pos := r.tok.Pos
	if k, ok := r.again[pos]; ok && !r.done {
		r.tok = k.next
		return k.statement
	}
	if r.kept.chunk > maxKept/chunkSize || len(r.again) > maxKept {
		clear(r.again)
		r.kept = nodes{}
	}
	s := r.statement()
	if !r.done {
		r.again[pos] = kept{s, r.tok}
	}
	return s
}

func (r *Reader) statement() Statement {
	t := r.tok
	switch {
	case t.Kind == NameToken:
		if read := r.rule(t); read != nil && (r.Callable == nil || !r.Callable(t)) {
			return read(r, Head{t})
		}
		return r.nameStatement(t)
	case t.Kind == AnnotationToken:
		return r.pragma(Head{t}, t.End)
	case r.At('@'):
		r.seek(r.lineEnd(t.Pos))
		return &Empty{Head{t}}
	case r.At('{') && r.Version == 3:
		return &Block{Head{t}}
	case r.At(';'):
		r.next()
		return &Empty{Head{t}}
	}
	r.fail(t.Pos, Malformed, "expected a statement, found %s", r.found())
	return &Empty{Head{t}}
}

// rule finds how to read statements that begin with a word of the language.
func (r *Reader) rule(t Token) func(*Reader, Head) Statement {
	if r.Version == 2 {
		return rule2(r.src[t.Pos:t.End])
	}
	return rule3(r.src[t.Pos:t.End])
}

func rule2(word []byte) func(*Reader, Head) Statement {
	switch string(word) {
	case "include":
		return (*Reader).include
	case "qreg", "creg":
		return (*Reader).oldRegister
	case "gate":
		return (*Reader).gateDefinition
	case "opaque":
		return (*Reader).opaque
	case "barrier":
		return (*Reader).barrier
	case "measure":
		return (*Reader).measure
	case "reset":
		return (*Reader).reset
	case "if":
		return (*Reader).conditional
	}
	return nil
}

func rule3(word []byte) func(*Reader, Head) Statement {
	switch string(word) {
	case "include", "qreg", "creg", "gate", "barrier", "measure", "reset", "if":
		return rule2(word)
	case "qubit":
		return (*Reader).qubits
	case "bit":
		return (*Reader).bits
	case "input":
		return (*Reader).input
	case "output":
		return (*Reader).output
	case "def":
		return (*Reader).subroutine
	case "let":
		return (*Reader).alias
	case "const", "int", "uint", "float", "angle", "bool", "complex", "array", "duration":
		return (*Reader).variable
	case "gphase", "ctrl", "negctrl", "inv", "pow":
		return (*Reader).modified
	case "for":
		return (*Reader).forLoop
	case "while":
		return (*Reader).whileLoop
	case "switch":
		return (*Reader).switchCase
	case "break", "continue", "end", "return":
		return (*Reader).jump
	case "delay":
		return (*Reader).delay
	case "box":
		return (*Reader).box
	case "pragma":
		return (*Reader).pragmaWord
	case "opaque", "extern", "cal", "defcal", "defcalgrammar", "stretch", "nop":
		return (*Reader).refuse
	}
	return nil
}

// nameStatement reads what begins with a name: an assignment or a call.
func (r *Reader) nameStatement(t Token) Statement {
	r.next()
	behind := r.tok
	if behind.Kind == SymbolToken && behind.Symbol != '(' {
		_, assigns := assignment(behind, r.Version)
		if assigns || behind.Symbol == '[' {
			return r.assign(Head{t})
		}
	}
	return r.gateCall(Head{t}, nil, t)
}

// modified reads the call of a gate with modifiers, or of gphase.
func (r *Reader) modified(h Head) Statement {
	mods := r.modifiers()
	t := r.tok
	if t.Kind != NameToken {
		r.fail(t.Pos, Malformed, "expected a statement, found %s", r.found())
		return &GateCall{Head: h, Modifiers: mods}
	}
	r.next()
	return r.gateCall(h, mods, t)
}

func (r *Reader) modifiers() (mods []Modifier) {
	for !r.done {
		m := Modifier{Pos: r.tok.Pos}
		switch {
		case r.acceptName("inv"):
			m.Kind = Inverse
		case r.acceptName("pow"):
			m.Kind = PowerOf
			r.expect('(')
			m.Value = r.expression(0)
			r.expect(')')
		case r.atName("ctrl") || r.atName("negctrl"):
			m.Kind = Control
			if r.atName("negctrl") {
				m.Kind = NegativeControl
			}
			r.next()
			if r.Accept('(') {
				m.Value = r.expression(0)
				r.expect(')')
			}
		default:
			return mods
		}
		r.expect('@')
		if mods = append(mods, m); len(mods) > MaxDepth {
			r.fail(m.Pos, TooLarge, "more than %d modifiers", MaxDepth)
		}
	}
	return mods
}

// gateCall reads what follows the name of a call.
func (r *Reader) gateCall(h Head, mods []Modifier, name Token) Statement {
	c := r.newCall()
	*c = GateCall{Head: h, Modifiers: mods, Name: name, Behind: int32(r.tok.Pos)}
	switch {
	case r.done:
		c.Args = r.bad()
	case r.Accept('('):
		args := r.list(')')
		c.Args, c.Trailing, c.Close = args.first, args.trailing, args.close
	}
	if !r.At(';') {
		c.Operands = r.operands(',')
	}
	r.expect(';')
	return c
}

func (r *Reader) newCall() *GateCall {
	if r.repeats > 0 {
		return new(GateCall)
	}
	return r.open.addCall()
}

// pragma passes over the line of a pragma.
func (r *Reader) pragma(h Head, end int) Statement {
	p := &Pragma{h, r.src[h.At.Pos:end]}
	r.seek(r.lineEnd(h.At.Pos))
	return p
}

// pragmaWord is a pragma without #.
func (r *Reader) pragmaWord(h Head) Statement { return r.pragma(h, r.lineEnd(h.At.Pos)) }

func (r *Reader) refuse(h Head) Statement { return &Refused{h} }

func (r *Reader) measure(h Head) Statement {
	r.next()
	m := &MeasureInto{Head: h, Qubits: r.operand(aQubit)}
	if r.Version == 3 && r.Accept(';') {
		return m
	}
	r.expect(Arrow)
	m.Bits = r.operand(aBit)
	r.expect(';')
	return m
}

func (r *Reader) reset(h Head) Statement {
	r.next()
	s := &Reset{h, r.operand(aQubit)}
	r.expect(';')
	return s
}

func (r *Reader) barrier(h Head) Statement {
	r.next()
	b := &Barrier{Head: h}
	if !r.At(';') {
		b.Qubits = r.operands(',')
	}
	r.expect(';')
	return b
}

func (r *Reader) delay(h Head) Statement {
	r.next()
	r.duration()
	d := &Delay{Head: h}
	if !r.At(';') {
		d.Qubits = r.operands(',')
	}
	r.expect(';')
	return d
}

// duration passes over a time in brackets, if there is one.
func (r *Reader) duration() {
	if !r.Accept('[') {
		return
	}
	for !r.At(']') && !r.At(';') && !r.AtEnd() {
		r.next()
	}
	r.expect(']')
}
