package qasm

import (
	"bytes"
	"unicode"
	"unicode/utf8"

	"github.com/qnn-go/qnn/circuits"
)

type tokenKind uint8

const (
	tokenEOF tokenKind = iota
	tokenName
	tokenInteger
	tokenFloat
	tokenString
	tokenPhysical   // $3
	tokenAnnotation // @name to the end of the line, or pragma
	tokenSymbol     // punctuation: the kind is in token.symbol
)

// token is a piece of the source, src[pos:end].
type token struct {
	kind     tokenKind
	symbol   symbol
	pos, end int
}

// symbol is the text of a punctuation token, at most three bytes, first byte
// lowest.
type symbol uint32

func sym(text string) symbol {
	var s symbol
	for i := range len(text) {
		s |= symbol(text[i]) << (8 * i)
	}
	return s
}

func (s symbol) String() string {
	var b []byte
	for ; s != 0; s >>= 8 {
		b = append(b, byte(s))
	}
	return string(b)
}

// class of an ASCII byte.
type class uint8

const (
	classOther class = iota
	classSpace
	classLetter
	classDigit
	classSymbol
)

// classes is indexed by byte; bytes from 0x80 are classOther.
var classes = func() (table [256]class) {
	for c := range 256 {
		switch b := byte(c); {
		case b == ' ' || b == '\t' || b == '\n' || b == '\r':
			table[c] = classSpace
		case b == '_' || 'a' <= b && b <= 'z' || 'A' <= b && b <= 'Z':
			table[c] = classLetter
		case '0' <= b && b <= '9':
			table[c] = classDigit
		case bytes.IndexByte([]byte("()[]{};,:.+-*/%^=<>!&|~@"), b) >= 0:
			table[c] = classSymbol
		}
	}
	return table
}()

// next reads the next token into p.tok. After an error it is tokenEOF for ever.
func (p *parser) next() {
	p.last = p.tok.end
	if p.err != nil {
		p.tok = token{kind: tokenEOF, pos: len(p.src), end: len(p.src)}
		return
	}
	i := p.skipBlank(p.tok.end)
	if i >= len(p.src) {
		p.tok = token{kind: tokenEOF, pos: len(p.src), end: len(p.src)}
		return
	}
	c := p.src[i]
	switch classes[c] {
	case classLetter:
		p.tok = token{kind: tokenName, pos: i, end: p.nameEnd(i + 1)}
	case classDigit:
		p.number(i)
	case classSymbol:
		if c == '.' && i+1 < len(p.src) && classes[p.src[i+1]] == classDigit {
			p.number(i)
			return
		}
		p.punctuation(i)
	default:
		p.rare(i)
	}
}

// skipBlank returns the position of the first byte from i on that is neither
// space nor comment.
func (p *parser) skipBlank(i int) int {
	src := p.src
	for i < len(src) {
		switch c := src[i]; {
		case classes[c] == classSpace:
			i++
		case c == '/' && i+1 < len(src) && src[i+1] == '/':
			n := bytes.IndexByte(src[i:], '\n')
			if n < 0 {
				return len(src)
			}
			i += n
		case c == '/' && i+1 < len(src) && src[i+1] == '*':
			n := bytes.Index(src[i+2:], []byte("*/"))
			if n < 0 {
				p.fail(i, circuits.ErrSyntax, "comment without its end */")
				return len(src)
			}
			i += n + 4
		default:
			return i
		}
	}
	return i
}

// nameEnd returns the end of the name that goes on at i.
func (p *parser) nameEnd(i int) int {
	for i < len(p.src) {
		switch c := classes[p.src[i]]; {
		case c == classLetter || c == classDigit:
			i++
		case p.src[i] >= utf8.RuneSelf:
			r, n := utf8.DecodeRune(p.src[i:])
			if !unicode.IsLetter(r) && !unicode.IsDigit(r) {
				return i
			}
			i += n
		default:
			return i
		}
	}
	return i
}

// number reads an integer or a decimal fraction with exponent. Letters that
// follow, as in 0x1F or 100ns, belong to it and are judged where it is used.
func (p *parser) number(i int) {
	kind, end := tokenInteger, i
	digits := func() {
		for end < len(p.src) && (classes[p.src[end]] == classDigit || p.src[end] == '_') {
			end++
		}
	}
	digits()
	if end < len(p.src) && p.src[end] == '.' {
		kind = tokenFloat
		end++
		digits()
	}
	if end < len(p.src) && p.src[end]|0x20 == 'e' {
		e := end + 1
		if e < len(p.src) && (p.src[e] == '+' || p.src[e] == '-') {
			e++
		}
		if e < len(p.src) && classes[p.src[e]] == classDigit {
			kind, end = tokenFloat, e
			digits()
		}
	}
	p.tok = token{kind: kind, pos: i, end: p.nameEnd(end)}
}

// longSymbols lists the punctuation of more than one byte, the longest first.
var longSymbols = []string{
	"**=", "<<=", ">>=", "->", "==", "!=", "<=", ">=", "&&", "||", "++", "**", "<<", ">>",
	"+=", "-=", "*=", "/=", "%=", "&=", "|=", "^=", "~=",
}

func (p *parser) punctuation(i int) {
	p.tok = token{kind: tokenSymbol, symbol: symbol(p.src[i]), pos: i, end: i + 1}
	if i+1 >= len(p.src) || classes[p.src[i+1]] != classSymbol {
		return
	}
	switch p.src[i] {
	case '(', ')', '[', ']', '{', '}', ';', ',', ':', '.':
		return
	case '@':
		return
	}
	for _, s := range longSymbols {
		if bytes.HasPrefix(p.src[i:], []byte(s)) {
			p.tok.symbol, p.tok.end = sym(s), i+len(s)
			return
		}
	}
}

// rare reads strings, physical qubits, pragmas and names that begin with a letter
// outside ASCII.
func (p *parser) rare(i int) {
	switch c := p.src[i]; c {
	case '"', '\'':
		n := bytes.IndexAny(p.src[i+1:min(len(p.src), i+1+maxString)], string(c)+"\n")
		if n < 0 || p.src[i+1+n] == '\n' {
			p.fail(i, circuits.ErrSyntax, "string without its end on the same line")
			return
		}
		p.tok = token{kind: tokenString, pos: i, end: i + n + 2}
	case '$':
		p.tok = token{kind: tokenPhysical, pos: i, end: p.nameEnd(i + 1)}
	case '#':
		end := p.lineEnd(i)
		if !bytes.HasPrefix(p.src[i:end], []byte("#pragma")) {
			p.fail(i, circuits.ErrSyntax, "# begins nothing but #pragma")
			return
		}
		p.tok = token{kind: tokenAnnotation, pos: i, end: end}
	default:
		r, n := utf8.DecodeRune(p.src[i:])
		switch {
		case r == utf8.RuneError && n <= 1:
			p.fail(i, circuits.ErrSyntax, "byte %#02x is not UTF-8", c)
		case unicode.IsLetter(r):
			p.tok = token{kind: tokenName, pos: i, end: p.nameEnd(i + n)}
		default:
			p.fail(i, circuits.ErrSyntax, "character %q", r)
		}
	}
}

// maxString bounds the length of a string in bytes.
const maxString = 4096

func (p *parser) lineEnd(i int) int {
	if n := bytes.IndexByte(p.src[i:], '\n'); n >= 0 {
		return i + n
	}
	return len(p.src)
}

// keywords are the reserved words of OpenQASM 3 that begin a statement or a type.
var keywords = map[string]bool{
	"qubit": true, "bit": true, "qreg": true, "creg": true, "int": true, "uint": true, "float": true, "angle": true,
	"bool": true, "const": true, "input": true, "output": true, "let": true, "gate": true, "def": true, "if": true,
	"else": true, "for": true, "in": true, "while": true, "switch": true, "measure": true, "reset": true, "barrier": true,
	"ctrl": true, "negctrl": true, "inv": true, "pow": true, "gphase": true, "include": true, "return": true,
	"complex": true, "array": true, "duration": true, "stretch": true, "extern": true, "cal": true, "defcal": true,
	"box": true, "delay": true, "break": true, "continue": true, "end": true, "pragma": true, "U": true,
}
