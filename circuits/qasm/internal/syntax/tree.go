package syntax

import "math"

// ExprKind is a kind of expression.
type ExprKind uint8

// The kinds of expressions.
const (
	// Bad is where the text stops to be OpenQASM; Reader.Err says why.
	Bad ExprKind = iota
	// NoOperand stands where an expression, qubit or bit should be and is none.
	NoOperand
	// Surplus is behind the values of a List where it should end and does not.
	Surplus
	Integer   // Number
	Float     // Real()
	Imaginary // Real() times the imaginary unit
	Huge      // an integer of more than 64 bits, by its text
	String    // text in quotes
	Variable  // a name and the indices in Sub
	Physical  // $3
	Call      // a name and the arguments in Sub
	Cast      // Type(Sub)
	Paren     // (Sub)
	Unary     // Op Sub
	Binary    // what stands in Then: Op Sub
	Measure   // measure Sub, on the right of an assignment
	List      // {Sub, …}
	Range     // Sub:Sub or Sub:Sub:Sub, of which an Omitted part is not written
	Omitted
	// Index is a pair of brackets behind a name. Sub is one index or several, or a Range,
	// or a List.
	Index
)

// Expr is a part of an expression. An expression a + b·c is its first operand, in whose
// Then what follows stands: + with b·c in its Sub. It is worked out from the left, in the
// order of the text, as far as operators do not bind more tightly.
type Expr struct {
	Kind     ExprKind
	Op       Symbol
	Pos, End int32 // the first byte, and the one behind the name or number
	// Comma is the position of the comma before an element of a list, or of the first
	// symbol in an Index that is not part of an expression.
	Comma int32
	Close int32 // position of the bracket that closes
	Sub   *Expr // the parts, the first of a list
	Then  *Expr // the next operator of the expression
	Next  *Expr // the next element of the list
	Type  *Type
	// Number is the value of an Integer, and the bits of that of a Float, Imaginary or
	// Huge.
	Number int64
}

// Real is the number of a Float or Imaginary, and about that of a Huge.
func (e *Expr) Real() float64 { return math.Float64frombits(uint64(e.Number)) }

func (e *Expr) setReal(x float64) { e.Number = int64(math.Float64bits(x)) }

// At is the position of e.
func (e *Expr) At() int { return int(e.Pos) }

// Token is the name or number that e begins with.
func (e *Expr) Token() Token { return Token{Kind: NameToken, Pos: int(e.Pos), End: int(e.End)} }

// Count is the length of the list that begins with e.
func (e *Expr) Count() int {
	n := 0
	for ; e != nil; e = e.Next {
		n++
	}
	return n
}

// Scalar is a type of values.
type Scalar uint8

// The types.
const (
	NoType Scalar = iota
	Int
	Uint
	Real // float
	Angle
	Bool
	Complex
	Duration
	Qubit
	Bit
)

// String is the word of the type.
func (s Scalar) String() string {
	return [...]string{"none", "int", "uint", "float", "angle", "bool", "complex", "duration", "qubit", "bit"}[s]
}

// Type is a type and the number in brackets behind it, such as int[32].
type Type struct {
	Scalar Scalar
	At     Token
	Size   *Expr // nil: no brackets
}

// nodes hands out expressions of which the last ones can be taken back.
type nodes struct {
	chunks [][]Expr
	chunk  int    // which of them is in use
	free   []Expr // that chunk
	used   int    // of free
	calls  []*GateCall
	call   int
}

const chunkSize = 256

// grow goes to the next chunk.
func (n *nodes) grow() {
	if n.free != nil {
		n.chunk++
	}
	if n.chunk == len(n.chunks) {
		n.chunks = append(n.chunks, make([]Expr, chunkSize))
	}
	n.free, n.used = n.chunks[n.chunk], 0
}

// addCall returns a GateCall whose fields the caller sets.
func (n *nodes) addCall() *GateCall {
	if n.call == len(n.calls) {
		n.calls = append(n.calls, new(GateCall))
	}
	n.call++
	return n.calls[n.call-1]
}

// Hold is a number of statements whose trees are in use.
type Hold struct{ chunk, used, call int }

// Hold says which trees are in use.
func (r *Reader) Hold() Hold { return Hold{r.open.chunk, r.open.used, r.open.call} }

// Release gives back the trees of all statements that were read since h.
func (r *Reader) Release(h Hold) {
	n := &r.open
	if n.chunk != h.chunk {
		n.chunk, n.free = h.chunk, n.chunks[h.chunk]
	}
	n.used, n.call = h.used, h.call
}

// add returns a new expression, one of those that are kept if the text may be read again.
func (r *Reader) add(kind ExprKind, pos int) *Expr {
	n := &r.open
	if r.repeats > 0 {
		n = &r.kept
	}
	if n.used == len(n.free) {
		if n.grow(); r.open.chunk+r.kept.chunk >= (maxParts+maxKept)/chunkSize {
			r.fail(pos, TooLarge, "statement of more than %d parts", maxParts)
		}
	}
	e := &n.free[n.used]
	n.used++
	*e = Expr{Kind: kind, Pos: int32(pos)}
	return e
}

// bad is the end of a tree where the text is wrong.
func (r *Reader) bad() *Expr { return r.add(Bad, r.tok.Pos) }
