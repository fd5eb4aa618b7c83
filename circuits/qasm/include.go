package qasm

import (
	"errors"
	"fmt"
	"io"
	"io/fs"

	"github.com/qnn-go/qnn/circuits/qasm/internal/syntax"
)

// maxIncludes bounds the files that include one another, and maxFiles all of them.
const (
	maxIncludes = 16
	maxFiles    = 1000
)

// include knows the standard files, whose gates are built in, and otherwise carries out a
// file of DecodeOptions.Include.
func (l *lowering) include(i *syntax.Include) {
	if !l.readable() {
		return
	}
	l.included = true
	switch {
	case i.Name == "qelib1.inc":
		l.defineGates(qelib1())
	case i.Name == "stdgates.inc" && l.version == 2:
		l.fail(i.Pos, ErrUnsupported, "stdgates.inc in OpenQASM 2")
	case i.Name == "stdgates.inc":
		l.defineGates(stdgates(l.options.SpecificationPhase))
	case i.Name == "hqslib1.inc" && l.version == 2 && l.options.Strict:
		l.fail(i.Pos, ErrUnsupported, "include hqslib1.inc, a file of Quantinuum's, where only the language itself is read")
	case i.Name == "hqslib1.inc" && l.version == 2:
		l.remark(i.Pos, "the file hqslib1.inc is Quantinuum's, no part of the language")
		l.defineGates(hqslib1())
	case l.options.Include == nil:
		l.fail(i.Pos, ErrInclude, "include %.80q, only qelib1.inc, stdgates.inc and hqslib1.inc are known", i.Name)
	default:
		l.includeFile(i.Pos, i.Name)
	}
}

// includeFile carries out the statements of a file.
func (l *lowering) includeFile(pos int, name string) {
	text, err := l.readInclude(name)
	if err != nil {
		l.fail(pos, err, "include %.80q", name)
		return
	}
	back := l.text.Include(name, text)
	l.statements()
	back()
}

// readInclude reads a file of DecodeOptions.Include as a whole.
func (l *lowering) readInclude(name string) ([]byte, error) {
	all, open := l.text.Files()
	switch {
	case !fs.ValidPath(name) || name == ".":
		return nil, fmt.Errorf("no name of a file within the folder to include from: %w", ErrInclude)
	case open == maxIncludes || all == maxFiles:
		return nil, fmt.Errorf("more than %d files that include one another, or %d: %w", maxIncludes, maxFiles, ErrLimit)
	case l.text.Reading(name):
		return nil, fmt.Errorf("the file includes itself: %w", ErrLimit)
	}
	f, err := l.options.Include.Open(name)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil, fmt.Errorf("there is no such file in the folder to include from: %w", ErrInclude)
	case err != nil:
		return nil, fmt.Errorf("%w: %w", err, ErrInclude)
	}
	defer func() { _ = f.Close() }()
	if info, err := f.Stat(); err != nil || !info.Mode().IsRegular() {
		return nil, fmt.Errorf("not a regular file: %w", ErrInclude)
	}
	left := maxSource - l.text.Size()
	text, err := io.ReadAll(io.LimitReader(f, int64(left+1)))
	switch {
	case err != nil:
		return nil, fmt.Errorf("%w: %w", err, ErrInclude)
	case len(text) > left:
		return nil, fmt.Errorf("text of more than %d bytes: %w", maxSource, ErrLimit)
	}
	return text, nil
}

// remark notes something about the text at pos.
func (l *lowering) remark(pos int, format string, args ...any) {
	at := l.text.Place(pos)
	l.result.Remarks = append(l.result.Remarks, Remark{File: at.File, Line: at.Line, Column: at.Column, Text: fmt.Sprintf(format, args...)})
}
