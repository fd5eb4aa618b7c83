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

// lexer cuts texts into tokens. The first error ends the text: what follows reads as its end.
type lexer struct {
	all   []byte // the program, and behind it the files that it includes
	files []file // where they are
	src   []byte // the beginning of all, up to the end of the text that is read now
	tok   Token  // the current token
	err   *Error
	done  bool // there is an error, or Stop was called
}

// next reads the next token. After an error it is the end of the text for ever.
func (x *lexer) next() {
	if x.err != nil {
		x.toEnd()
		return
	}
	i := x.tok.End
	if i < len(x.src) && (classes[x.src[i]] == classSpace || x.src[i] == '/') {
		i = x.skipBlank(i)
	}
	if i >= len(x.src) {
		x.toEnd()
		return
	}
	c := x.src[i]
	switch classes[c] {
	case classLetter:
		x.tok = Token{Kind: NameToken, Pos: i, End: x.nameEnd(i + 1)}
	case classDigit:
		x.number(i)
	case classBracket:
		x.tok = Token{Kind: SymbolToken, Symbol: Symbol(c), Pos: i, End: i + 1}
	case classSymbol:
		if c == '.' && i+1 < len(x.src) && classes[x.src[i+1]] == classDigit {
			x.number(i)
			return
		}
		x.punctuation(i)
	default:
		x.rare(i)
	}
}

func (x *lexer) toEnd() { x.tok = Token{Kind: EndToken, Pos: len(x.src), End: len(x.src)} }

// skipBlank returns the position of the first byte from i on that is neither
// space nor comment.
func (x *lexer) skipBlank(i int) int {
	src := x.src
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
				x.fail(i, Malformed, "comment without its end */")
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
func (x *lexer) nameEnd(i int) int {
	for i < len(x.src) {
		switch c := classes[x.src[i]]; {
		case c == classLetter || c == classDigit:
			i++
		case x.src[i] >= utf8.RuneSelf:
			letter, n := utf8.DecodeRune(x.src[i:])
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
func (x *lexer) digitsEnd(i int) int {
	for i < len(x.src) && (classes[x.src[i]] == classDigit || x.src[i] == '_') {
		i++
	}
	return i
}

// number reads an integer or a decimal fraction with exponent. Letters that
// follow, as in 0x1F or 100ns, belong to it and are judged where it is used.
func (x *lexer) number(i int) {
	kind, end := IntegerToken, x.digitsEnd(i)
	if end < len(x.src) && x.src[end] == '.' {
		kind = FloatToken
		end = x.digitsEnd(end + 1)
	}
	if end < len(x.src) && x.src[end]|0x20 == 'e' {
		e := end + 1
		if e < len(x.src) && (x.src[e] == '+' || x.src[e] == '-') {
			e++
		}
		if e < len(x.src) && classes[x.src[e]] == classDigit {
			kind, end = FloatToken, x.digitsEnd(e)
		}
	}
	x.tok = Token{Kind: kind, Pos: i, End: x.nameEnd(end)}
}

// longSymbols lists the punctuation of more than one byte, the longest first.
var longSymbols = []string{
	"**=", "<<=", ">>=", "->", "==", "!=", "<=", ">=", "&&", "||", "++", "**", "<<", ">>",
	"+=", "-=", "*=", "/=", "%=", "&=", "|=", "^=", "~=",
}

func (x *lexer) punctuation(i int) {
	x.tok = Token{Kind: SymbolToken, Symbol: Symbol(x.src[i]), Pos: i, End: i + 1}
	if i+1 >= len(x.src) || classes[x.src[i+1]] != classSymbol {
		return
	}
	for _, s := range longSymbols {
		if bytes.HasPrefix(x.src[i:], []byte(s)) {
			x.tok.Symbol, x.tok.End = symbolOf(s), i+len(s)
			return
		}
	}
}

// rare reads strings, physical qubits, pragmas and names that begin with a letter
// outside ASCII.
func (x *lexer) rare(i int) {
	switch c := x.src[i]; c {
	case '"', '\'':
		n := bytes.IndexAny(x.src[i+1:min(len(x.src), i+1+maxString)], string(c)+"\n")
		if n < 0 || x.src[i+1+n] == '\n' {
			x.fail(i, Malformed, "string without its end on the same line")
			return
		}
		x.tok = Token{Kind: StringToken, Pos: i, End: i + n + 2}
	case '$':
		x.tok = Token{Kind: PhysicalToken, Pos: i, End: x.nameEnd(i + 1)}
	case '#':
		end := x.lineEnd(i)
		if !bytes.HasPrefix(x.src[i:end], []byte("#pragma")) {
			x.fail(i, Malformed, "# begins nothing but #pragma")
			return
		}
		x.tok = Token{Kind: AnnotationToken, Pos: i, End: end}
	default:
		letter, n := utf8.DecodeRune(x.src[i:])
		switch {
		case letter == utf8.RuneError && n <= 1:
			x.fail(i, Malformed, "byte %#02x is not UTF-8", c)
		case unicode.IsLetter(letter):
			x.tok = Token{Kind: NameToken, Pos: i, End: x.nameEnd(i + n)}
		default:
			x.fail(i, Malformed, "character %q", letter)
		}
	}
}

// maxString bounds the length of a string in bytes.
const maxString = 4096

// lineEnd is the end of the line that i is in.
func (x *lexer) lineEnd(i int) int {
	if n := bytes.IndexByte(x.src[i:], '\n'); n >= 0 {
		return i + n
	}
	return len(x.src)
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
