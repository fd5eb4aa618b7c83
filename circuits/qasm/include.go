package qasm

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"slices"
	"unicode/utf8"
)

// maxIncludes bounds the files that include one another, and maxFiles all of them.
const (
	maxIncludes = 16
	maxFiles    = 1000
)

// included is a file that an include statement names: all[first:end] of the parser.
type included struct {
	name       string
	first, end int
	reading    bool
}

// includeFile reads the statements of a file. Its text is put behind the others, so that
// a position says which of them it is in.
func (p *parser) includeFile(pos int, name string) {
	text, err := p.readInclude(name)
	if err != nil {
		p.fail(pos, err, "include %.80q", name)
		return
	}
	p.files = append(p.files, included{name: name, first: len(p.all), end: len(p.all) + len(text), reading: true})
	file := &p.files[len(p.files)-1]
	at := len(p.files) - 1
	src, tok, last := p.src, p.tok, p.last
	p.all = append(slices.Clip(p.all), text...)
	p.src = p.all
	p.open++
	p.seek(file.first)
	if p.acceptName("OPENQASM") { // a file may say its version again
		p.next()
		p.expect(';')
	}
	for p.tok.kind != tokenEOF && p.jump == jumpNone {
		p.statement()
	}
	p.open--
	p.files[at].reading = false
	if p.err == nil {
		p.src, p.tok, p.last = src, tok, last
	}
}

// readInclude reads a file of DecodeOptions.Include as a whole.
func (p *parser) readInclude(name string) ([]byte, error) {
	switch {
	case !fs.ValidPath(name) || name == ".":
		return nil, fmt.Errorf("no name of a file within the folder to include from: %w", ErrInclude)
	case p.open == maxIncludes || len(p.files) == maxFiles:
		return nil, fmt.Errorf("more than %d files that include one another, or %d: %w", maxIncludes, maxFiles, ErrLimit)
	}
	for _, f := range p.files {
		if f.reading && f.name == name {
			return nil, fmt.Errorf("the file includes itself: %w", ErrLimit)
		}
	}
	f, err := p.options.Include.Open(name)
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
	text, err := io.ReadAll(io.LimitReader(f, int64(maxSource-len(p.all)+1)))
	switch {
	case err != nil:
		return nil, fmt.Errorf("%w: %w", err, ErrInclude)
	case len(p.all)+len(text) > maxSource:
		return nil, fmt.Errorf("text of more than %d bytes: %w", maxSource, ErrLimit)
	}
	return text, nil
}

// errorAt is an error of the file that pos is in.
func (p *parser) errorAt(pos int, err error) *ParseError {
	file := p.fileOf(pos)
	e := newParseError(p.all[file.first:file.end], pos-file.first, err)
	e.File = file.name
	return e
}

// fileOf finds the text that pos is in. A position at the end of a text is of the text
// that is read now.
func (p *parser) fileOf(pos int) included {
	end := len(p.all)
	if len(p.files) > 0 {
		end = p.files[0].first
	}
	out := included{end: end}
	for _, f := range p.files {
		if f.first <= pos && (pos < f.end || pos == f.end && len(p.src) == f.end) {
			out = f
		}
	}
	return out
}

// remark notes something about the text at pos.
func (p *parser) remark(pos int, format string, args ...any) {
	file := p.fileOf(pos)
	src := p.all[file.first:file.end]
	line, start := lineAt(src, pos-file.first)
	p.result.Remarks = append(p.result.Remarks, Remark{
		File: file.name, Line: line, Column: 1 + utf8.RuneCount(src[start:pos-file.first]), Text: fmt.Sprintf(format, args...),
	})
}
