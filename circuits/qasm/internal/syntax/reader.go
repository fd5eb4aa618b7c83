package syntax

import "fmt"

// The bounds of what is read.
const (
	MaxDepth    = 256    // nested expressions, statements and calls
	MaxNameSize = 1024   // bytes
	MaxNames    = 10_000 // angles, or qubits, of a gate

	maxParts = 1 << 22 // of the statements that are open at a time, in expressions
	maxKept  = 1 << 17 // of the statements that are kept, in expressions
)

// Cause is a kind of error.
type Cause uint8

// The causes of errors.
const (
	Malformed  Cause = iota // what is no OpenQASM
	TooLarge                // more than a Reader takes
	OutOfRange              // a number that nothing can hold
	Unsupported
)

// Error is an error of one position of a text.
type Error struct {
	Pos   int
	Cause Cause
	Text  string
}

// Reader reads a program statement by statement. The first error ends the text: what
// follows reads as its end.
type Reader struct {
	// Version is that of the language, 2 or 3.
	Version int
	// Callable reports whether a word of the language is the name of a gate, which
	// OpenQASM 2 allows. It is asked for words at the beginning of statements.
	Callable func(Token) bool

	lexer
	depth int // of nested statements, expressions and calls

	open    nodes // of the statements that are being carried out
	kept    nodes // of those in statements
	repeats int   // texts that may be read again and are being read
	again   map[int]kept
}

// kept is a statement that may be read again, and the token behind it.
type kept struct {
	statement Statement
	next      Token
}

// NewReader returns a Reader at the first statement of a program, behind its version.
func NewReader(text []byte) *Reader {
	r := &Reader{lexer: lexer{all: text, src: text}, Version: 3, again: map[int]kept{}}
	if len(text) >= 3 && string(text[:3]) == "\uFEFF" {
		r.tok.End = 3
	}
	r.next()
	if r.acceptName("OPENQASM") {
		r.readVersion()
	}
	return r
}

func (r *Reader) readVersion() {
	t := r.tok
	switch {
	case t.Kind != IntegerToken && t.Kind != FloatToken:
		r.fail(t.Pos, Malformed, "expected a version, found %s", r.found())
	case r.src[t.Pos] == '2' && (t.End-t.Pos == 1 || r.src[t.Pos+1] == '.'):
		r.Version = 2
	case r.src[t.Pos] != '3' || t.End-t.Pos > 1 && r.src[t.Pos+1] != '.':
		r.fail(t.Pos, Unsupported, "OpenQASM %.20s, versions 2 and 3 are", r.Text(t))
	}
	r.next()
	r.expect(';')
}

// Err is the error that ended the reading, or nil.
func (x *lexer) Err() *Error { return x.err }

// fail records the first error. The rest of the text reads as its end.
func (x *lexer) fail(pos int, cause Cause, format string, args ...any) {
	if !x.done {
		x.err = &Error{Pos: pos, Cause: cause, Text: fmt.Sprintf(format, args...)}
		x.Stop()
	}
}

// Stop ends the reading: the rest of the text reads as its end.
func (x *lexer) Stop() {
	x.done = true
	x.toEnd()
}

// Enter counts a level of nesting, which Leave undoes, of the text or of what a caller
// does with it.
func (r *Reader) Enter() bool {
	r.depth++
	return r.depth <= MaxDepth
}

// Leave undoes Enter.
func (r *Reader) Leave() { r.depth-- }

// enter is Enter for an expression or statement that is read.
func (r *Reader) enter(pos int) bool {
	if !r.Enter() {
		r.fail(pos, TooLarge, "nested more than %d deep", MaxDepth)
	}
	return !r.done
}

// Text is the text of a token, the beginning of a long one.
func (x *lexer) Text(t Token) string {
	if t.End-t.Pos > MaxNameSize {
		return string(x.all[t.Pos:t.Pos+MaxNameSize]) + "…"
	}
	return string(x.all[t.Pos:t.End])
}

// Bytes is the whole text of a token, which the caller must not change.
func (x *lexer) Bytes(t Token) []byte { return x.all[t.Pos:t.End] }

// Behind is the text from pos on, which the caller must not change.
func (x *lexer) Behind(pos int) []byte { return x.src[pos:] }

// Here is the current token, the first that has not been read.
func (x *lexer) Here() Token { return x.tok }

// TokenFrom is the first token from pos on.
func (x *lexer) TokenFrom(pos int) Token {
	look := lexer{all: x.all, src: x.src, tok: Token{End: pos}}
	look.next()
	return look.tok
}

// Found names a token for an error.
func (x *lexer) Found(t Token) string {
	if t.Kind == EndToken {
		return "the end of the text"
	}
	return fmt.Sprintf("%.40q", x.Text(t))
}

func (x *lexer) found() string { return x.Found(x.tok) }

// AtEnd reports whether nothing is left to read.
func (x *lexer) AtEnd() bool { return x.tok.Kind == EndToken }

// At reports whether the current token is s.
func (x *lexer) At(s Symbol) bool { return x.tok.Kind == SymbolToken && x.tok.Symbol == s }

// Accept passes over the symbol s if it comes next.
func (x *lexer) Accept(s Symbol) bool {
	if x.At(s) {
		x.next()
		return true
	}
	return false
}

// AcceptElse passes over the word else if it comes next.
func (r *Reader) AcceptElse() bool { return r.acceptName("else") }

// Expect passes over the symbol s, without which the text is wrong.
func (x *lexer) Expect(s Symbol) { x.expect(s) }

func (x *lexer) expect(s Symbol) {
	if !x.Accept(s) {
		x.fail(x.tok.Pos, Malformed, "expected %q, found %s", s.String(), x.found())
	}
}

func (x *lexer) atName(word string) bool {
	return x.tok.Kind == NameToken && string(x.src[x.tok.Pos:x.tok.End]) == word
}

func (x *lexer) acceptName(word string) bool {
	if x.atName(word) {
		x.next()
		return true
	}
	return false
}

// Name is a name that the program chooses.
type Name struct {
	Text string
	Pos  int
}

// name reads a name that the program chooses.
func (r *Reader) name() Name {
	t := r.tok
	switch {
	case t.Kind != NameToken:
		r.fail(t.Pos, Malformed, "expected a name, found %s", r.found())
		return Name{Pos: t.Pos}
	case t.End-t.Pos > MaxNameSize:
		r.fail(t.Pos, TooLarge, "name of %d bytes, at most %d", t.End-t.Pos, MaxNameSize)
		return Name{Pos: t.Pos}
	}
	text := string(r.src[t.Pos:t.End])
	if r.Version == 3 && keywords[text] {
		r.fail(t.Pos, Malformed, "%s is a word of the language, not a name", text)
	}
	r.next()
	return Name{Text: text, Pos: t.Pos}
}

func (r *Reader) names() []Name {
	var out []Name
	for !r.done {
		name := r.name()
		if len(out) == MaxNames {
			r.fail(name.Pos, TooLarge, "more than %d names in one list", MaxNames)
		}
		out = append(out, name)
		if !r.Accept(',') {
			break
		}
	}
	return out
}

// seek goes to the token at pos.
func (x *lexer) seek(pos int) {
	x.tok.End = pos
	x.next()
}

// Mark is a token to go back to, and the text that it is in.
type Mark struct {
	tok Token
	src []byte
}

// Pos is the position of the token.
func (m Mark) Pos() int { return m.tok.Pos }

// Mark is the current token.
func (x *lexer) Mark() Mark { return Mark{x.tok, x.src} }

// Back goes to a token that was marked, unless the reading has ended.
func (x *lexer) Back(m Mark) {
	if !x.done {
		x.tok, x.src = m.tok, m.src
	}
}

// Within goes to the token at the beginning of the text from byte pos to before byte end
// and reads that text alone.
func (x *lexer) Within(pos, end int) {
	x.src = x.all[:end]
	x.seek(pos)
}

// BeginRepeat says that what is read until EndRepeat may be read again, so that its trees
// are kept.
func (r *Reader) BeginRepeat() { r.repeats++ }

// EndRepeat ends what BeginRepeat began.
func (r *Reader) EndRepeat() { r.repeats-- }
