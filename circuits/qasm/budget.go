package qasm

import (
	"fmt"

	"github.com/qnn-go/qnn/circuits"
	"github.com/qnn-go/qnn/circuits/qasm/internal/syntax"
)

// The bounds of what a text may ask for; package syntax has those of the text itself.
const (
	maxSource = 256 << 20 // bytes
	maxWires  = 1_000_000 // qubits and classical bits together

	maxOperations = 10_000_000 // unless DecodeOptions says otherwise
	maxRounds     = 1000       // of a loop that is laid out though runs may leave it early

	// maxCount is where counts of operations stop.
	maxCount = syntax.MaxWork
	// readAgain is the bytes of text that cost as much as an operation where they are
	// carried out again.
	readAgain = 16
)

// budget is the text of a program, its first error, and the work that may still be done to
// carry it out.
type budget struct {
	text *syntax.Reader
	err  error
	most int // DecodeOptions.MaxOperations or its default
	left int // operations that may still be made
}

// fail records the first error and ends the text.
func (b *budget) fail(pos int, cause error, format string, args ...any) {
	b.reject(pos, fmt.Errorf(format+": %w", append(args, cause)...))
}

// reject ends the reading with an error at a position, unless there is one already.
func (b *budget) reject(pos int, err error) {
	if b.err == nil {
		b.err = newParseError(b.text.Place(pos), err)
		b.text.Stop()
	}
}

// readable reports whether the statement that is carried out was read to its end, and
// nothing else is wrong. Otherwise the error of the text becomes that of the program.
func (b *budget) readable() bool {
	if b.text.Err() != nil {
		b.adopt()
	}
	return b.err == nil
}

// adopt makes the error of the text that of the program, unless it has one.
func (b *budget) adopt() {
	if e := b.text.Err(); b.err == nil {
		causes := [...]error{
			syntax.Malformed: circuits.ErrSyntax, syntax.TooLarge: ErrLimit,
			syntax.OutOfRange: circuits.ErrRange, syntax.Unsupported: ErrUnsupported,
		}
		b.fail(e.Pos, causes[e.Cause], "%s", e.Text)
	}
}

// expected is the error that something else stands at a token.
func (b *budget) expected(what string, t syntax.Token) {
	b.fail(t.Pos, circuits.ErrSyntax, "expected %s, found %s", what, b.text.Found(t))
}

// expectedAt is expected for the token at pos.
func (b *budget) expectedAt(what string, pos int32) { b.expected(what, b.text.TokenFrom(int(pos))) }

// enter counts a level of nesting; the caller undoes it by leave.
func (b *budget) enter(pos int) bool {
	if !b.text.Enter() {
		b.fail(pos, ErrLimit, "nested more than %d deep", syntax.MaxDepth)
	}
	return b.err == nil
}

func (b *budget) leave() { b.text.Leave() }

// afford checks n operations that are about to be made.
func (b *budget) afford(pos, n int) bool {
	if n > b.left {
		b.fail(pos, ErrLimit, "program expands to more than %d operations (DecodeOptions.MaxOperations)", b.most)
	}
	return b.err == nil
}

// spend counts n operations, or as much work, before they are made.
func (b *budget) spend(pos, n int) bool {
	if !b.afford(pos, n) {
		return false
	}
	b.left -= n
	return true
}

// saturate is a·b, at most maxCount.
func saturate(a, b int) int {
	if b != 0 && a > maxCount/b {
		return maxCount
	}
	return a * b
}
