package qasm

import (
	"bytes"
	"fmt"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/qnn-go/qnn/internal/fault"
)

// Causes of text that [Decode] refuses, beside those of package circuits; test
// for them with [errors.Is].
var (
	// ErrUnsupported marks a construct of OpenQASM that has no place in a
	// [circuits.Circuit], or that this package does not read.
	ErrUnsupported = fault.New(fault.Data, "not supported")
	// ErrLimit marks text that asks for more than [Decode] allows.
	ErrLimit = fault.New(fault.Data, "too large")
	// ErrInput marks an input that has to be known when the program is read.
	ErrInput = fault.New(fault.Usage, "input without a value")
	// ErrInclude marks an include of a file that is not read.
	ErrInclude = fault.New(fault.Data, "file is not included")
	// ErrRedefined marks a name that its block or program defines twice.
	ErrRedefined = fault.New(fault.Data, "name is defined twice")
)

// ParseError is an error of one place of a text.
type ParseError struct {
	File   string // the included file; "": the text itself
	Line   int    // from 1
	Column int    // from 1, in characters
	Text   string // the line, or the part of a long one around the column
	Err    error  // the cause, which wraps a sentinel

	caret int // position of Column in Text, in characters from 0
}

// Error is the position and the cause, followed by the line with a caret below
// the column.
func (e *ParseError) Error() string {
	pad := []rune(e.Text)
	pad = pad[:min(e.caret, len(pad))]
	for i, r := range pad {
		if r != '\t' {
			pad[i] = ' '
		}
	}
	file := ""
	if e.File != "" {
		file = strconv.Quote(e.File) + " "
	}
	return fmt.Sprintf("%sline %d:%d: %v\n\t%s\n\t%s^", file, e.Line, e.Column, e.Err, e.Text, string(pad))
}

// Unwrap returns the cause.
func (e *ParseError) Unwrap() error { return e.Err }

// FaultClass says that what a file holds is at fault.
func (*ParseError) FaultClass() fault.Class { return fault.Data }

// shownBefore and shownAfter bound, in bytes, what a ParseError shows of a line.
const shownBefore, shownAfter = 60, 60

// lineAt is the line that pos is in, from 1, and where it begins.
func lineAt(src []byte, pos int) (line, start int) {
	start = bytes.LastIndexByte(src[:pos], '\n') + 1
	return 1 + bytes.Count(src[:start], []byte{'\n'}), start
}

func newParseError(src []byte, pos int, err error) *ParseError {
	pos = min(pos, len(src))
	line, start := lineAt(src, pos)
	e := &ParseError{Line: line, Column: 1 + utf8.RuneCount(src[start:pos]), Err: err}
	end := min(len(src), pos+shownAfter)
	if i := bytes.IndexByte(src[pos:end], '\n'); i >= 0 {
		end = pos + i
	}
	from := max(start, pos-shownBefore)
	for from < pos && !utf8.RuneStart(src[from]) {
		from++
	}
	for end < len(src) && end > pos && !utf8.RuneStart(src[end]) {
		end--
	}
	e.caret = utf8.RuneCount(src[from:pos])
	e.Text = strings.ToValidUTF8(strings.TrimRight(string(src[from:end]), "\r"), "\uFFFD")
	return e
}
