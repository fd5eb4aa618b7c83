package qasm

import (
	"fmt"
	"strconv"

	"github.com/qnn-go/qnn/circuits/qasm/internal/syntax"
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

func newParseError(at syntax.Place, err error) *ParseError {
	return &ParseError{File: at.File, Line: at.Line, Column: at.Column, Text: at.Text, Err: err, caret: at.Caret}
}
