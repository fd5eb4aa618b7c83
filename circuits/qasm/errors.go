package qasm

import (
	"bytes"
	"errors"
	"fmt"
	"strings"
	"unicode/utf8"
)

// Causes of text that [Decode] refuses, beside those of package circuits; test
// for them with [errors.Is].
var (
	// ErrUnsupported marks a construct of OpenQASM that has no place in a
	// [circuits.Circuit], or that this package does not read.
	ErrUnsupported = errors.New("not supported")
	// ErrLimit marks text that asks for more than [Decode] allows.
	ErrLimit = errors.New("too large")
	// ErrRedefined marks a name that its block or program defines twice.
	ErrRedefined = errors.New("name is defined twice")
)

// ParseError is an error of one place of a text.
type ParseError struct {
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
	return fmt.Sprintf("line %d:%d: %v\n\t%s\n\t%s^", e.Line, e.Column, e.Err, e.Text, string(pad))
}

// Unwrap returns the cause.
func (e *ParseError) Unwrap() error { return e.Err }

// shownBefore and shownAfter bound, in bytes, what a ParseError shows of a line.
const shownBefore, shownAfter = 60, 60

func newParseError(src []byte, pos int, err error) *ParseError {
	pos = min(pos, len(src))
	start := bytes.LastIndexByte(src[:pos], '\n') + 1
	e := &ParseError{Line: 1 + bytes.Count(src[:start], []byte{'\n'}), Column: 1 + utf8.RuneCount(src[start:pos]), Err: err}
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
