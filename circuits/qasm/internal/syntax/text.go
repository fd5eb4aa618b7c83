package syntax

import (
	"bytes"
	"slices"
	"strings"
	"unicode/utf8"
)

// file is an included file: the bytes from first to before end of lexer.all.
type file struct {
	name       string
	first, end int
	open       bool
}

// Place is a position in a program, for people.
type Place struct {
	File         string // the included file; "": the program itself
	Line, Column int    // from 1, the column in characters
	Text         string // the line, or the part of a long one around the column
	Caret        int    // position of Column in Text, in characters from 0
}

// shownBefore and shownAfter bound, in bytes, what a Place shows of a line.
const shownBefore, shownAfter = 60, 60

// Place finds the file, line and column of a position.
func (x *lexer) Place(pos int) Place {
	f := x.fileOf(pos)
	src := x.all[f.first:f.end]
	pos = min(pos-f.first, len(src))
	start := bytes.LastIndexByte(src[:pos], '\n') + 1
	p := Place{
		File: f.name, Line: 1 + bytes.Count(src[:start], []byte{'\n'}),
		Column: 1 + utf8.RuneCount(src[start:pos]),
	}
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
	p.Caret = utf8.RuneCount(src[from:pos])
	p.Text = strings.ToValidUTF8(strings.TrimRight(string(src[from:end]), "\r"), "\uFFFD")
	return p
}

// fileOf finds the text that pos is in. A position at the end of a text is of the text
// that is read now.
func (x *lexer) fileOf(pos int) file {
	end := len(x.all)
	if len(x.files) > 0 {
		end = x.files[0].first
	}
	out := file{end: end}
	for _, f := range x.files {
		if f.first <= pos && (pos < f.end || pos == f.end && len(x.src) == f.end) {
			out = f
		}
	}
	return out
}

// Size is the number of bytes of the program and the files that it includes so far.
func (x *lexer) Size() int { return len(x.all) }

// Files is the number of files that were included so far, and how many of them are being
// read.
func (x *lexer) Files() (all, open int) {
	for _, f := range x.files {
		if f.open {
			open++
		}
	}
	return len(x.files), open
}

// Reading reports whether the included file of a name is being read.
func (x *lexer) Reading(name string) bool {
	return slices.ContainsFunc(x.files, func(f file) bool { return f.open && f.name == name })
}

// Include goes to the beginning of an included file. The function it returns goes back to
// what follows the include statement. The text is put behind the others, so that a
// position says which of them it is in.
func (x *lexer) Include(name string, text []byte) (back func()) {
	i, first, here := len(x.files), len(x.all), x.Mark()
	x.files = append(x.files, file{name: name, first: first, end: first + len(text), open: true})
	x.all = append(slices.Clip(x.all), text...)
	x.src = x.all
	x.seek(first)
	if x.acceptName("OPENQASM") { // a file may say its version again
		x.next()
		x.expect(';')
	}
	return func() {
		x.files[i].open = false
		x.Back(here)
	}
}
