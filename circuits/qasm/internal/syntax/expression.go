package syntax

import (
	"bytes"
	"errors"
	"math/big"
	"strconv"
	"strings"
)

// exprs is a list of expressions while it is read.
type exprs struct{ first, last *Expr }

func (l *exprs) add(e *Expr) {
	if l.first == nil {
		l.first = e
	} else {
		l.last.Next = e
	}
	l.last = e
}

// list is a list of expressions up to the bracket that closes it.
type list struct {
	first           *Expr
	trailing, close int32 // positions of a comma behind the last, or 0, and of the bracket
}

// list reads expressions with commas between them and behind the last, and what closes
// the list.
func (r *Reader) list(closing Symbol) list {
	var l exprs
	comma := int32(0)
	for !r.At(closing) && !r.done {
		e := r.expression(0)
		e.Comma = comma
		l.add(e)
		comma = int32(r.tok.Pos)
		if !r.Accept(',') {
			comma = 0
			break
		}
	}
	end := int32(r.tok.Pos)
	r.expect(closing)
	if r.done {
		l.add(r.bad())
	}
	return list{l.first, comma, end}
}

// expression reads an expression of operators that bind more tightly than least.
func (r *Reader) expression(least int) *Expr {
	if !r.enter(r.tok.Pos) {
		return r.bad()
	}
	first := r.prefix()
	last := first
	for r.tok.Kind == SymbolToken {
		op, pos := r.tok.Symbol, r.tok.Pos
		if op == ')' || op == ',' || op == ']' || op == ';' {
			break
		}
		b := binding(op, r.Version)
		if b <= least {
			break
		}
		r.next()
		if b == powerBinding { // powers group from the right
			b--
		}
		e := r.add(Binary, pos)
		e.Op = op
		e.Sub = r.expression(b)
		last.Then = e
		last = e
	}
	if r.done && last.Kind != Bad {
		last.Then = r.bad()
	}
	r.Leave()
	return first
}

// prefix reads what an expression begins with, up to its first binary operator.
func (r *Reader) prefix() *Expr {
	t := r.tok
	switch t.Kind {
	case IntegerToken, FloatToken:
		r.next()
		return r.literal(t)
	case StringToken:
		if r.Version == 3 {
			r.next()
			return r.leaf(String, t)
		}
	case PhysicalToken:
		r.next()
		return r.leaf(Physical, t)
	case NameToken:
		return r.named(t)
	case SymbolToken:
		switch t.Symbol {
		case '(':
			r.next()
			e := r.add(Paren, t.Pos)
			e.Sub = r.expression(0)
			r.expect(')')
			return e
		case Minus, Plus, Not, Invert:
			r.next()
			e := r.add(Unary, t.Pos)
			e.Op = t.Symbol
			e.Sub = r.expression(unaryBinding)
			return e
		default:
		}
	default:
	}
	r.fail(t.Pos, Malformed, "expected an expression, found %s", r.found())
	return r.add(NoOperand, t.Pos)
}

// leaf is an expression of one token, which has been read.
func (r *Reader) leaf(kind ExprKind, t Token) *Expr {
	if r.done {
		return r.bad()
	}
	e := r.add(kind, t.Pos)
	e.End = int32(t.End)
	return e
}

// named reads a name with its indices or arguments, or a conversion.
func (r *Reader) named(t Token) *Expr {
	if r.Version == 3 && castType(r.src[t.Pos:t.End]) {
		e := r.add(Cast, t.Pos)
		e.Type = r.typeWord()
		r.expect('(')
		e.Sub = r.expression(0)
		r.expect(')')
		return e
	}
	r.next()
	e := r.leaf(Variable, t)
	switch {
	case r.At('('):
		e.Kind = Call
		r.next()
		args := r.list(')')
		e.Sub, e.Comma, e.Close = args.first, args.trailing, args.close
	case r.At('['):
		e.Sub = r.indices()
	}
	return e
}

// indices reads pairs of brackets.
func (r *Reader) indices() *Expr {
	var l exprs
	for r.At('[') && !r.done {
		l.add(r.index())
	}
	if r.done {
		l.add(r.bad())
	}
	return l.first
}

// index reads [1], [1, 2], [from:to], [from:step:to] or [{1, 2}].
func (r *Reader) index() *Expr {
	e := r.add(Index, r.tok.Pos)
	r.next()
	switch {
	case r.At('{'):
		e.Comma = int32(r.tok.Pos)
		e.Sub = r.add(List, r.tok.Pos)
		r.next()
		e.Sub.Sub = r.list('}').first
	case r.At(':'):
		e.Sub = r.rangeFrom(e, r.add(Omitted, r.tok.Pos))
	default:
		first := r.expression(0)
		switch {
		case r.At(':'):
			e.Sub = r.rangeFrom(e, first)
		case r.At(','):
			e.Comma = int32(r.tok.Pos)
			e.Sub = first
			for last := first; r.Accept(',') && !r.done; last = last.Next {
				last.Next = r.expression(0)
			}
		default:
			e.Sub = first
			if !r.At(']') {
				e.Comma = int32(r.tok.Pos)
				r.expect(':')
			}
		}
	}
	e.Close = int32(r.tok.Pos)
	r.expect(']')
	return e
}

// rangeFrom reads the rest of a range in brackets, from its first colon.
func (r *Reader) rangeFrom(index, first *Expr) *Expr {
	index.Comma = int32(r.tok.Pos)
	e := r.add(Range, r.tok.Pos)
	e.Sub = first
	for last := first; r.At(':') && (last == first || last == first.Next); last = last.Next {
		r.next()
		if r.At(':') && last == first || r.At(']') {
			last.Next = r.add(Omitted, r.tok.Pos)
		} else {
			last.Next = r.expression(0)
		}
	}
	return e
}

// operand reads qubits or bits: a name with its indices, or a physical qubit. What they
// are in a message is what.
func (r *Reader) operand(what string) *Expr {
	t := r.tok
	switch {
	case r.done:
		return r.bad()
	case t.Kind == PhysicalToken:
		r.next()
		e := r.add(Physical, t.Pos)
		e.End = int32(t.End)
		return e
	case t.Kind != NameToken:
		r.fail(t.Pos, Malformed, "expected %s, found %s", what, r.found())
		e := r.add(NoOperand, t.Pos)
		e.End = int32(t.End)
		return e
	}
	r.next()
	e := r.add(Variable, t.Pos)
	e.End = int32(t.End)
	if r.At('[') {
		e.Sub = r.indices()
	}
	return e
}

const (
	aQubit = "a qubit"
	aBit   = "a classical bit"
)

// operands reads qubits with a symbol between them.
func (r *Reader) operands(between Symbol) *Expr {
	var l exprs
	for {
		l.add(r.operand(aQubit))
		if r.done || !r.Accept(between) {
			break
		}
	}
	if r.done {
		l.add(r.bad())
	}
	return l.first
}

// literal reads the number t, and im behind it.
func (r *Reader) literal(t Token) *Expr {
	if r.done {
		return r.bad()
	}
	e := r.add(Integer, t.Pos)
	e.End = int32(t.End)
	text := r.src[t.Pos:t.End]
	imaginary := false
	if r.Version == 3 && text[len(text)-1] == 'm' && bytes.HasSuffix(text, []byte("im")) {
		text, imaginary = text[:len(text)-2], true
	}
	if t.Kind == IntegerToken {
		r.integer(e, t, text)
	} else {
		e.Kind = Float
		e.setReal(r.float(t, text))
	}
	if r.Version == 3 && r.atName("im") {
		r.next()
		imaginary = true
	}
	if imaginary {
		if e.Kind == Integer {
			e.setReal(float64(e.Number))
		}
		e.Kind = Imaginary
	}
	if r.done {
		e.Kind = Bad
	}
	return e
}

// integer sets e to a whole number.
func (r *Reader) integer(e *Expr, t Token, b []byte) {
	if t.End-t.Pos > MaxNameSize {
		r.fail(t.Pos, OutOfRange, "integer of %d digits does not fit into 64 bits", t.End-t.Pos)
		return
	}
	if n, ok := decimal(b); ok { // the common case
		e.Number = n
		return
	}
	text := string(b)
	base := 10
	if len(text) > 2 && text[0] == '0' && strings.ContainsRune("xXbBoO", rune(text[1])) {
		base = 0
	} else if strings.Contains(text, "_") {
		text = strings.ReplaceAll(text, "_", "")
	}
	n, err := strconv.ParseInt(text, base, 64)
	e.Number = n
	switch {
	case errors.Is(err, strconv.ErrRange):
		if n, ok := new(big.Int).SetString(text, base); ok {
			e.Kind = Huge
			x, _ := new(big.Float).SetInt(n).Float64()
			e.setReal(x)
			return
		}
		fallthrough
	case err != nil:
		r.fail(t.Pos, Malformed, "%.40q is not a number", text)
	}
}

// decimal is the number of at most 17 digits.
func decimal(b []byte) (int64, bool) {
	n := int64(0)
	for _, c := range b {
		if classes[c] != classDigit {
			return 0, false
		}
		n = n*10 + int64(c-'0')
	}
	return n, len(b) < 18
}

// Huge is the number that an expression of the kind Huge stands for.
func (r *Reader) Huge(e *Expr) *big.Int {
	text := strings.TrimSuffix(string(r.all[e.Pos:e.End]), "im")
	base := 10
	if len(text) > 2 && text[0] == '0' && strings.ContainsRune("xXbBoO", rune(text[1])) {
		base = 0
	} else {
		text = strings.ReplaceAll(text, "_", "")
	}
	n, _ := new(big.Int).SetString(text, base)
	return n
}

func (r *Reader) float(t Token, b []byte) float64 {
	if t.End-t.Pos > MaxNameSize {
		r.fail(t.Pos, OutOfRange, "number of %d characters, at most %d", t.End-t.Pos, MaxNameSize)
		return 0
	}
	f, err := strconv.ParseFloat(string(b), 64)
	if err == nil {
		return f
	}
	text := string(b)
	if strings.Contains(text, "_") {
		f, err = strconv.ParseFloat(strings.ReplaceAll(text, "_", ""), 64)
	}
	switch {
	case errors.Is(err, strconv.ErrRange):
		r.fail(t.Pos, OutOfRange, "%.40s does not fit into a floating-point number", text)
	case err != nil:
		r.fail(t.Pos, Malformed, "%.40q is not a number", text)
	}
	return f
}
