package qasm

import (
	"errors"
	"math"
	"math/big"
	"strconv"
	"strings"

	"github.com/qnn-go/qnn/circuits"
)

// The punctuation of expressions, by its bytes.
const (
	symPlus         symbol = '+'
	symMinus        symbol = '-'
	symTimes        symbol = '*'
	symDivide       symbol = '/'
	symModulo       symbol = '%'
	symCaret        symbol = '^'
	symBitAnd       symbol = '&'
	symBitOr        symbol = '|'
	symLess         symbol = '<'
	symGreater      symbol = '>'
	symPower        symbol = '*' | '*'<<8
	symEqual        symbol = '=' | '='<<8
	symUnequal      symbol = '!' | '='<<8
	symLessEqual    symbol = '<' | '='<<8
	symGreaterEqual symbol = '>' | '='<<8
	symAnd          symbol = '&' | '&'<<8
	symOr           symbol = '|' | '|'<<8
	symShiftLeft    symbol = '<' | '<'<<8
	symShiftRight   symbol = '>' | '>'<<8
)

// binding is how tightly a binary operator binds; 0 for other punctuation.
func (p *parser) binding(s symbol) int {
	switch s {
	case symOr:
		return 1
	case symAnd:
		return 2
	case symBitOr:
		return 3
	case symCaret:
		if p.version == 2 {
			return 12
		}
		return 4
	case symBitAnd:
		return 5
	case symEqual, symUnequal:
		return 6
	case symLess, symGreater, symLessEqual, symGreaterEqual:
		return 7
	case symShiftLeft, symShiftRight:
		return 8
	case symPlus, symMinus:
		return 9
	case symTimes, symDivide, symModulo:
		return 10
	case symPower:
		return 12
	default:
		return 0
	}
}

// unaryBinding is between product and power: −x² is −(x²).
const unaryBinding = 11

// expression reads an expression of operators that bind more tightly than least.
func (p *parser) expression(least int) value {
	if !p.enter(p.tok.pos) {
		return value{}
	}
	left := p.prefix()
	for p.tok.kind == tokenSymbol {
		op, pos := p.tok.symbol, p.tok.pos
		b := p.binding(op)
		if b <= least {
			break
		}
		p.next()
		if b == 12 { // powers group from the right
			b--
		}
		right := p.expression(b)
		if p.err != nil {
			break
		}
		left = p.operate(pos, op, left, right)
	}
	p.depth--
	if least == 0 {
		p.bound64(left)
	}
	return left
}

// bound64 refuses an integer of more than 64 bits.
func (p *parser) bound64(v value) {
	if v.kind == kindBig {
		p.fail(int(v.i), circuits.ErrRange, "integer %.40v does not fit into 64 bits", v.late.big)
	}
}

func (p *parser) prefix() value {
	t := p.tok
	switch t.kind {
	case tokenInteger:
		p.next()
		return p.imaginary(p.integerLiteral(t))
	case tokenFloat:
		p.next()
		return p.imaginary(p.floatLiteral(t))
	case tokenString:
		if p.version == 3 {
			return p.bitString()
		}
	case tokenName:
		return p.named()
	case tokenSymbol:
		switch t.symbol {
		case '(':
			p.next()
			v := p.expression(0)
			p.expect(')')
			return v
		case '-', '+', '!', '~':
			p.next()
			return p.unary(t.pos, t.symbol, p.expression(unaryBinding))
		default:
		}
	default:
	}
	p.fail(t.pos, circuits.ErrSyntax, "expected an expression, found %s", p.found())
	return value{}
}

func (p *parser) unary(pos int, op symbol, v value) value {
	p.bound64(v)
	if v.kind == kindDigits && op != '~' {
		v = p.folded(pos, v)
	}
	if v.kind == kindUnknown || op == '+' || p.err != nil {
		return v
	}
	switch {
	case v.dynamic() || v.kind == kindDigits:
		return p.unaryBits(pos, op, v)
	case v.kind == kindComplex && op == '-':
		return complexValue(-v.late.complex)
	case v.kind == kindComplex:
	case op == '-' && v.kind == kindAngle:
		return fromAngle(v.angle.Scale(-1))
	case op == '-' && v.kind == kindFloat:
		return float(-v.f)
	case op == '-' && v.i != math.MinInt64:
		return integer(-v.i)
	case op == '!' && v.kind != kindAngle:
		return boolean(v.number() == 0)
	case op == '~' && v.kind == kindInteger:
		return integer(^v.i)
	}
	p.fail(pos, circuits.ErrSyntax, "%v of %v", op, v)
	return value{}
}

func (p *parser) integerLiteral(t token) value {
	if t.end-t.pos > maxName {
		p.fail(t.pos, circuits.ErrRange, "integer of %d digits does not fit into 64 bits", t.end-t.pos)
		return value{}
	}
	b := p.src[t.pos:t.end]
	if short, ok := cutImaginary(b); ok && p.version == 3 {
		t.end = t.pos + len(short)
		return complexValue(complex(0, p.integerLiteral(t).number()))
	}
	if len(b) < 18 { // the common case
		n := int64(0)
		for _, c := range b {
			if classes[c] != classDigit {
				n = -1
				break
			}
			n = n*10 + int64(c-'0')
		}
		if n >= 0 {
			return integer(n)
		}
	}
	text := string(b)
	base := 10
	if len(text) > 2 && text[0] == '0' && strings.ContainsRune("xXbBoO", rune(text[1])) {
		base = 0
	} else if strings.Contains(text, "_") {
		text = strings.ReplaceAll(text, "_", "")
	}
	n, err := strconv.ParseInt(text, base, 64)
	switch {
	case errors.Is(err, strconv.ErrRange):
		if n, ok := new(big.Int).SetString(text, base); ok {
			return value{kind: kindBig, i: int64(t.pos), late: &late{big: n}}
		}
		fallthrough
	case err != nil:
		p.fail(t.pos, circuits.ErrSyntax, "%.40q is not a number", text)
	}
	return integer(n)
}

func (p *parser) floatLiteral(t token) value {
	if t.end-t.pos > maxName {
		p.fail(t.pos, circuits.ErrRange, "number of %d characters, at most %d", t.end-t.pos, maxName)
		return value{}
	}
	f, err := strconv.ParseFloat(string(p.src[t.pos:t.end]), 64)
	if err == nil {
		return float(f)
	}
	text := string(p.src[t.pos:t.end])
	if short, ok := strings.CutSuffix(text, "im"); ok && p.version == 3 {
		t.end = t.pos + len(short)
		return complexValue(complex(0, p.floatLiteral(t).number()))
	}
	if strings.Contains(text, "_") {
		f, err = strconv.ParseFloat(strings.ReplaceAll(text, "_", ""), 64)
	}
	switch {
	case errors.Is(err, strconv.ErrRange):
		p.fail(t.pos, circuits.ErrRange, "%.40s does not fit into a floating-point number", text)
	case err != nil:
		p.fail(t.pos, circuits.ErrSyntax, "%.40q is not a number", text)
	}
	return float(f)
}

// named reads a constant, a variable, an input, a parameter, a function or a cast.
func (p *parser) named() value {
	t := p.tok
	if e := p.lookup(t); e != nil && e.kind != entryGate {
		return p.declared(t, e)
	}
	if p.acceptName("pi") { // without the allocation of a word
		return float(math.Pi)
	}
	switch word := string(p.src[t.pos:t.end]); word {
	case "π":
		p.next()
		return float(math.Pi)
	case "tau", "τ":
		p.next()
		return float(2 * math.Pi)
	case "euler", "ℇ":
		p.next()
		return float(math.E)
	case "true", "false":
		p.next()
		return boolean(word == "true")
	case "sizeof":
		return p.sizeOf()
	case "popcount", "rotl", "rotr", "durationof", "measure":
		p.fail(t.pos, ErrUnsupported, "%s in an expression", word)
		return value{}
	}
	word := p.text(t)
	if p.version == 3 && (scalarNamed(word) != typeNone || word == "bit") {
		return p.cast()
	}
	p.next()
	if !isFunction(word) || !p.is('(') {
		p.fail(t.pos, circuits.ErrUnknown, "%.80q is not defined", word)
		return value{}
	}
	p.next()
	var args []value
	for !p.is(')') && p.err == nil {
		args = append(args, p.expression(0))
		if !p.accept(',') {
			break
		}
	}
	p.expect(')')
	if p.err != nil {
		return value{}
	}
	return p.call(t.pos, word, args)
}

// declared reads what e stands for as a value.
func (p *parser) declared(t token, e *entry) value {
	switch e.kind {
	case entryValue:
		p.next()
		if e.value.kind == kindDuration {
			p.fail(t.pos, ErrUnsupported, "duration in an expression")
		}
		if p.is('[') {
			return p.bitOf(e.value)
		}
		return e.value
	case entryBits:
		return p.bitValue()
	case entryArray:
		return p.element(e)
	case entryDef:
		p.next()
		v := p.invoke(t.pos, e.gate)
		if v.kind == kindNothing {
			p.fail(t.pos, circuits.ErrSyntax, "%s has no result", e.name)
		}
		return v
	default:
		p.fail(t.pos, circuits.ErrSyntax, "%s is %s, expected a value", e.name, e.kind)
		return value{}
	}
}

// whole reads an expression that must be a whole number in [lo, hi].
func (p *parser) whole(what string, lo, hi int64) int {
	pos := p.tok.pos
	v := p.expression(0)
	switch {
	case p.err != nil:
		return 0
	case v.kind == kindUnknown:
		return int(lo)
	case v.dynamic():
		p.fail(pos, ErrUnsupported, "%s that depends on measured bits", what)
		return 0
	case v.kind != kindInteger:
		p.fail(pos, circuits.ErrSyntax, "%s is %v, must be a whole number", what, v)
		return 0
	case v.i < lo || v.i > hi:
		p.fail(pos, circuits.ErrRange, "%s is %d, must be from %d to %d", what, v.i, lo, hi)
		return 0
	}
	return int(v.i)
}
