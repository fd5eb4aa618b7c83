package syntax

import "strings"

// TokenKind is a kind of token.
type TokenKind uint8

// The kinds of tokens.
const (
	EndToken        TokenKind = iota // the end of the text
	NameToken                        // a name or a word of the language
	IntegerToken                     // 12, 0x1F
	FloatToken                       // 0.5, 1e3
	StringToken                      // "text", with its quotes
	PhysicalToken                    // $3
	AnnotationToken                  // #pragma, to the end of the line
	SymbolToken                      // punctuation: which one is in Token.Symbol
)

// Token is a piece of the text, from byte Pos to before byte End.
type Token struct {
	Kind     TokenKind
	Symbol   Symbol
	Pos, End int
}

// Symbol is the text of punctuation, at most three bytes, the first byte lowest.
type Symbol uint32

// The punctuation of more than one meaning, by its bytes. That of one byte is its byte.
const (
	Plus         Symbol = '+'
	Minus        Symbol = '-'
	Times        Symbol = '*'
	Divide       Symbol = '/'
	Modulo       Symbol = '%'
	Caret        Symbol = '^'
	BitAnd       Symbol = '&'
	BitOr        Symbol = '|'
	Not          Symbol = '!'
	Invert       Symbol = '~'
	Less         Symbol = '<'
	Greater      Symbol = '>'
	Power        Symbol = '*' | '*'<<8
	Equal        Symbol = '=' | '='<<8
	Unequal      Symbol = '!' | '='<<8
	LessEqual    Symbol = '<' | '='<<8
	GreaterEqual Symbol = '>' | '='<<8
	And          Symbol = '&' | '&'<<8
	Or           Symbol = '|' | '|'<<8
	ShiftLeft    Symbol = '<' | '<'<<8
	ShiftRight   Symbol = '>' | '>'<<8
	Concat       Symbol = '+' | '+'<<8
	Arrow        Symbol = '-' | '>'<<8
)

func symbolOf(text string) Symbol {
	var s Symbol
	for i := range len(text) {
		s |= Symbol(text[i]) << (8 * i)
	}
	return s
}

// String is the text of the punctuation.
func (s Symbol) String() string {
	var b strings.Builder
	for ; s != 0; s >>= 8 {
		b.WriteByte(byte(s))
	}
	return b.String()
}

// binding is how tightly a binary operator binds; 0 for other punctuation.
func binding(s Symbol, version int) int {
	switch s {
	case Or:
		return 1
	case And:
		return 2
	case BitOr:
		return 3
	case Caret:
		if version == 2 {
			return powerBinding
		}
		return 4
	case BitAnd:
		return 5
	case Equal, Unequal:
		return 6
	case Less, Greater, LessEqual, GreaterEqual:
		return 7
	case ShiftLeft, ShiftRight:
		return 8
	case Plus, Minus:
		return 9
	case Times, Divide, Modulo:
		return 10
	case Power:
		return powerBinding
	default:
		return 0
	}
}

// unaryBinding is between those of products and powers: −x² is −(x²).
const unaryBinding, powerBinding = 11, 12

// assignment is the operator before the = of an assignment, 0 for = alone.
func assignment(t Token, version int) (operator Symbol, ok bool) {
	s := t.Symbol
	switch {
	case t.Kind != SymbolToken:
		return 0, false
	case s == '=':
		return 0, true
	case s>>16 == '=':
		operator = s & 0xFFFF
	case s>>8 == '=':
		operator = s & 0xFF
	}
	b := binding(operator, version)
	return operator, b > 2 && b != 6 && b != 7 // neither logic nor a comparison
}
