package syntax

import (
	"bytes"
	"unicode"
	"unicode/utf8"
)

// class is what a byte of ASCII may begin.
type class uint8

const (
	classOther class = iota
	classSpace
	classLetter
	classDigit
	classBracket // punctuation of one byte that begins nothing longer
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
		case bytes.IndexByte([]byte("()[]{};,:@"), b) >= 0:
			table[c] = classBracket
		case bytes.IndexByte([]byte(".+-*/%^=<>!&|~"), b) >= 0:
			table[c] = classSymbol
		}
	}
	return table
}()

// next reads the next token. After an error it is the end of the text for ever.
func (r *Reader) next() {
	if r.err != nil {
		r.toEnd()
		return
	}
	i := r.tok.End
	if i < len(r.src) && (classes[r.src[i]] == classSpace || r.src[i] == '/') {
		i = r.skipBlank(i)
	}
	if i >= len(r.src) {
		r.toEnd()
		return
	}
	c := r.src[i]
	switch classes[c] {
	case classLetter:
		r.tok = Token{Kind: NameToken, Pos: i, End: r.nameEnd(i + 1)}
	case classDigit:
		r.number(i)
	case classBracket:
		r.tok = Token{Kind: SymbolToken, Symbol: Symbol(c), Pos: i, End: i + 1}
	case classSymbol:
		if c == '.' && i+1 < len(r.src) && classes[r.src[i+1]] == classDigit {
			r.number(i)
			return
		}
		r.punctuation(i)
	default:
		r.rare(i)
	}
}

func (r *Reader) toEnd() { r.tok = Token{Kind: EndToken, Pos: len(r.src), End: len(r.src)} }

// skipBlank returns the position of the first byte from i on that is neither
// space nor comment.
func (r *Reader) skipBlank(i int) int {
	src := r.src
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
				r.fail(i, Malformed, "comment without its end */")
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
func (r *Reader) nameEnd(i int) int {
	for i < len(r.src) {
		switch c := classes[r.src[i]]; {
		case c == classLetter || c == classDigit:
			i++
		case r.src[i] >= utf8.RuneSelf:
			letter, n := utf8.DecodeRune(r.src[i:])
			if !unicode.IsLetter(letter) && !unicode.IsDigit(letter) {
				return i
			}
			i += n
		default:
			return i
		}
	}
	return i
}

// digitsEnd returns the end of the digits that go on at i.
func (r *Reader) digitsEnd(i int) int {
	for i < len(r.src) && (classes[r.src[i]] == classDigit || r.src[i] == '_') {
		i++
	}
	return i
}

// number reads an integer or a decimal fraction with exponent. Letters that
// follow, as in 0x1F or 100ns, belong to it and are judged where it is used.
func (r *Reader) number(i int) {
	kind, end := IntegerToken, r.digitsEnd(i)
	if end < len(r.src) && r.src[end] == '.' {
		kind = FloatToken
		end = r.digitsEnd(end + 1)
	}
	if end < len(r.src) && r.src[end]|0x20 == 'e' {
		e := end + 1
		if e < len(r.src) && (r.src[e] == '+' || r.src[e] == '-') {
			e++
		}
		if e < len(r.src) && classes[r.src[e]] == classDigit {
			kind, end = FloatToken, r.digitsEnd(e)
		}
	}
	r.tok = Token{Kind: kind, Pos: i, End: r.nameEnd(end)}
}

// longSymbols lists the punctuation of more than one byte, the longest first.
var longSymbols = []string{
	"**=", "<<=", ">>=", "->", "==", "!=", "<=", ">=", "&&", "||", "++", "**", "<<", ">>",
	"+=", "-=", "*=", "/=", "%=", "&=", "|=", "^=", "~=",
}

func (r *Reader) punctuation(i int) {
	r.tok = Token{Kind: SymbolToken, Symbol: Symbol(r.src[i]), Pos: i, End: i + 1}
	if i+1 >= len(r.src) || classes[r.src[i+1]] != classSymbol {
		return
	}
	for _, s := range longSymbols {
		if bytes.HasPrefix(r.src[i:], []byte(s)) {
			r.tok.Symbol, r.tok.End = symbolOf(s), i+len(s)
			return
		}
	}
}

// rare reads strings, physical qubits, pragmas and names that begin with a letter
// outside ASCII.
func (r *Reader) rare(i int) {
	switch c := r.src[i]; c {
	case '"', '\'':
		n := bytes.IndexAny(r.src[i+1:min(len(r.src), i+1+maxString)], string(c)+"\n")
		if n < 0 || r.src[i+1+n] == '\n' {
			r.fail(i, Malformed, "string without its end on the same line")
			return
		}
		r.tok = Token{Kind: StringToken, Pos: i, End: i + n + 2}
	case '$':
		r.tok = Token{Kind: PhysicalToken, Pos: i, End: r.nameEnd(i + 1)}
	case '#':
		end := r.lineEnd(i)
		if !bytes.HasPrefix(r.src[i:end], []byte("#pragma")) {
			r.fail(i, Malformed, "# begins nothing but #pragma")
			return
		}
		r.tok = Token{Kind: AnnotationToken, Pos: i, End: end}
	default:
		letter, n := utf8.DecodeRune(r.src[i:])
		switch {
		case letter == utf8.RuneError && n <= 1:
			r.fail(i, Malformed, "byte %#02x is not UTF-8", c)
		case unicode.IsLetter(letter):
			r.tok = Token{Kind: NameToken, Pos: i, End: r.nameEnd(i + n)}
		default:
			r.fail(i, Malformed, "character %q", letter)
		}
	}
}

// maxString bounds the length of a string in bytes.
const maxString = 4096

// lineEnd is the end of the line that i is in.
func (r *Reader) lineEnd(i int) int {
	if n := bytes.IndexByte(r.src[i:], '\n'); n >= 0 {
		return i + n
	}
	return len(r.src)
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
