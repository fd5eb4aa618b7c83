package dataset

import (
	"bufio"
	"bytes"
	"compress/flate"
	"compress/gzip"
	"context"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"math"
	"slices"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/qnn-go/qnn/internal/wording"

	"github.com/qnn-go/qnn/internal/sysmem"
)

// table is a file as text: rows of equal width and the line each begins at.
type table struct {
	file  string
	names []string // of the columns
	rows  [][]string
	lines []int
	bytes uint64 // that the rows take
	// named says that the names are from a header, and headerLine from where.
	named      bool
	headerLine int
}

// fault returns an *Error about a whole line, or the whole file when line is 0.
func (t *table) fault(line int, err, remedy error) error {
	return &Error{File: t.file, Line: line, Err: err, Remedy: remedy}
}

// readTable reads all rows, the header among them.
func readTable(ctx context.Context, r io.Reader, o *CSVOptions) (*table, error) {
	t := &table{file: o.File}
	in, head, err := t.open(ctx, r, o)
	if err != nil {
		return nil, err
	}
	comma := o.Separator
	if comma == 0 {
		comma = detectSeparator(head)
	}
	c := csv.NewReader(in)
	if comma == ' ' {
		c = csv.NewReader(&blankReader{in: in})
	}
	c.Comma = comma
	c.TrimLeadingSpace = comma != '\t'
	for n := 0; ; n++ {
		if err := checkpoint(ctx, n); err != nil {
			return nil, err
		}
		record, err := c.Read()
		if errors.Is(err, io.EOF) {
			break
		}
		var parse *csv.ParseError
		if errors.As(err, &parse) && errors.Is(err, csv.ErrFieldCount) {
			parse.Err = fmt.Errorf("%d cells where the first row has %d: %w", len(record), c.FieldsPerRecord, csv.ErrFieldCount)
		}
		if err != nil {
			return nil, t.readError(err, o)
		}
		line, _ := c.FieldPos(0)
		if err := t.append(record, line, o.MaxCells); err != nil {
			return nil, err
		}
	}
	if len(t.rows) == 0 {
		return nil, t.fault(0, ErrEmpty, wording.New("The file is empty"))
	}
	return t, nil
}

// open returns the text of a file, decompressed and without its byte order mark, and
// its beginning.
func (t *table) open(ctx context.Context, r io.Reader, o *CSVOptions) (in *bufio.Reader, head []byte, err error) {
	limit := int64(min(o.MaxCells, math.MaxInt/bytesPerCell)) * bytesPerCell
	in = bufio.NewReaderSize(&limitedReader{ctx: ctx, r: r, left: limit}, 1<<16)
	if head, _ = in.Peek(2); bytes.Equal(head, []byte{0x1f, 0x8b}) {
		unpacked, err := gzip.NewReader(in)
		if err != nil {
			return nil, nil, t.readError(&packedError{err}, o)
		}
		in = bufio.NewReaderSize(&limitedReader{ctx: ctx, r: &packedReader{unpacked}, left: limit}, 1<<16)
	}
	if head, err = in.Peek(1 << 16); err != nil && !errors.Is(err, io.EOF) {
		return nil, nil, t.readError(err, o)
	}
	if bytes.HasPrefix(head, []byte("\xff\xfe")) || bytes.HasPrefix(head, []byte("\xfe\xff")) {
		return nil, nil, t.fault(1, ErrEncoding, wording.New("Save the file as UTF-8"))
	}
	if bytes.HasPrefix(head, []byte(byteOrderMark)) {
		if _, err := in.Discard(len(byteOrderMark)); err != nil {
			return nil, nil, t.readError(err, o)
		}
		head = head[len(byteOrderMark):]
	}
	return in, head, nil
}

// packedReader marks what is wrong with compressed data, as against what is wrong with
// reading it.
type packedReader struct{ r io.Reader }

func (p *packedReader) Read(b []byte) (int, error) {
	n, err := p.r.Read(b)
	corrupt := errors.Is(err, gzip.ErrChecksum) || errors.Is(err, gzip.ErrHeader) || errors.Is(err, io.ErrUnexpectedEOF)
	if _, broken := errors.AsType[flate.CorruptInputError](err); broken || corrupt {
		err = &packedError{err}
	}
	return n, err
}

// packedError is compressed data that cannot be unpacked.
type packedError struct{ err error }

func (e *packedError) Error() string { return e.err.Error() }
func (e *packedError) Unwrap() error { return e.err }

// blankReader makes of lines whose cells are set apart by runs of blanks and tabs such
// with single blanks, and none at the ends.
type blankReader struct {
	in   *bufio.Reader
	line []byte // not yet read
}

func (b *blankReader) Read(p []byte) (int, error) {
	for len(b.line) == 0 {
		line, err := b.in.ReadBytes('\n')
		if len(line) == 0 {
			return 0, err
		}
		b.line = append(bytes.ReplaceAll(bytes.TrimSpace(line), []byte("\t"), []byte(" ")), '\n')
	}
	n := copy(p, b.line)
	b.line = b.line[n:]
	return n, nil
}

// append takes a row, cleaned.
func (t *table) append(record []string, line, maxCells int) error {
	if (len(t.rows)+1)*len(record) > maxCells {
		return t.tooLarge(line, maxCells)
	}
	for j, cell := range record {
		if !utf8.ValidString(cell) {
			return t.fault(line, fmt.Errorf("cell %d: %w", j+1, ErrEncoding), wording.New("Save the file as UTF-8"))
		}
		record[j] = clean(cell)
	}
	t.rows = append(t.rows, record)
	t.lines = append(t.lines, line)
	return t.checkRoom(record, line)
}

// checkRoom counts a row and asks now and then whether as much again as all rows take is
// free, for what is made of them.
func (t *table) checkRoom(record []string, line int) error {
	const (
		perRow, perCell = 24 + 8, 16 // bytes of slice and line, and of a string
		every           = 8 * checkEvery
		least           = 16 << 20
	)
	t.bytes += perRow + perCell*uint64(len(record))
	for _, cell := range record {
		t.bytes += uint64(len(cell))
	}
	if len(t.rows)%every != 0 {
		return nil
	}
	if free, ok := sysmem.Room(max(least, t.bytes)); !ok {
		return t.fault(line, fmt.Errorf("%w: %d rows take %s, %s are free for more", ErrTooLarge, len(t.rows), sysmem.Bytes(t.bytes), sysmem.Bytes(free)), wording.New("Take fewer rows or columns"))
	}
	return nil
}

func (t *table) tooLarge(line, maxCells int) error {
	return t.fault(line, fmt.Errorf("%w: more than %d cells", ErrTooLarge, maxCells), wording.New("Take fewer rows or columns"))
}

// readError tells faults of the content, which become an *Error, from those of the
// reader.
func (t *table) readError(err error, o *CSVOptions) error {
	var parse *csv.ParseError
	switch {
	case errors.Is(err, ErrTooLarge):
		return t.tooLarge(0, o.MaxCells)
	case isPacked(err):
		return t.fault(0, err, wording.New("The file is damaged: take a whole copy"))
	case errors.As(err, &parse):
		remedy := wording.New("Check the quotes of this line")
		if errors.Is(err, csv.ErrFieldCount) {
			remedy = wording.New("Check this line, or name the separator with {separator}")
		}
		return t.fault(parse.Line, err, remedy)
	case t.file != "":
		return fmt.Errorf("%s: %w", t.file, err)
	default:
		return err
	}
}

func isPacked(err error) bool {
	_, packed := errors.AsType[*packedError](err)
	return packed
}

// limitedReader fails with ErrTooLarge when more than left bytes come, and with the
// error of ctx when that ends.
type limitedReader struct {
	ctx  context.Context //nolint:containedctx // it lives for one call of ReadCSV
	r    io.Reader
	left int64
}

func (l *limitedReader) Read(p []byte) (int, error) {
	if err := l.ctx.Err(); err != nil {
		return 0, err
	}
	n, err := l.r.Read(p)
	l.left -= int64(n)
	if l.left < 0 {
		return 0, ErrTooLarge
	}
	return n, err
}

const byteOrderMark = "\uFEFF"

// clean drops white space and byte order marks at the ends of a cell.
func clean(cell string) string {
	return strings.TrimFunc(cell, func(r rune) bool { return unicode.IsSpace(r) || r == '\uFEFF' })
}

// detectSeparator returns the most frequent of tab, semicolon, vertical bar and comma in
// the first line outside quotes, the earlier of these for a tie, and comma when there is
// none; a blank if that line has none and all lines have the same number of words, more
// than one.
func detectSeparator(head []byte) rune {
	first, _, _ := bytes.Cut(bytes.TrimLeft(head, " \r\n"), []byte("\n"))
	if !bytes.ContainsAny(first, "\t;|,") && inWords(head) {
		return ' '
	}
	candidates := []byte("\t;|,")
	counts := countUnquoted(head, candidates)
	best := len(candidates) - 1 // the comma, where there is none of them
	for i, n := range counts {
		if n > counts[best] || n == counts[best] && n > 0 && i < best {
			best = i
		}
	}
	return rune(candidates[best])
}

// countUnquoted counts each of the candidates outside of quotes, up to the end of the first
// line that has any.
func countUnquoted(head, candidates []byte) []int {
	counts := make([]int, len(candidates))
	found, quoted := false, false
	for _, b := range head {
		switch at := bytes.IndexByte(candidates, b); {
		case b == '"':
			quoted = !quoted
		case quoted:
		case b == '\n' && found:
			return counts
		case at >= 0:
			counts[at]++
			found = true
		}
	}
	return counts
}

// inWords reports whether all lines, but the last that may be cut, have the same number
// of words, more than one, and none has quotes.
func inWords(head []byte) bool {
	lines := bytes.Split(bytes.TrimRight(head, "\r\n"), []byte("\n"))
	if len(lines) > 2 {
		lines = lines[:len(lines)-1]
	}
	words := 0
	for _, line := range lines {
		n := len(bytes.Fields(line))
		if n == 0 {
			continue
		}
		if words > 0 && n != words || bytes.ContainsRune(line, '"') {
			return false
		}
		words = n
	}
	return words > 1
}

// readHeader takes the names from the first row, or makes them up: x1, x2, ….
func (t *table) readHeader(o *CSVOptions) error {
	first := t.rows[0]
	t.named = o.Header == HeaderYes || o.Header == HeaderAuto && t.firstIsHeader(o.Schema)
	t.names = make([]string, len(first))
	for j := range first {
		t.names[j] = numberedName(j)
		if t.named && first[j] != "" {
			t.names[j] = first[j]
		}
	}
	if !t.named {
		return nil
	}
	line := t.lines[0]
	t.headerLine = line
	t.rows, t.lines = t.rows[1:], t.lines[1:]
	seen := make(map[string]int, len(t.names))
	for j, name := range t.names {
		if k, twice := seen[name]; twice {
			return &Error{
				File: t.file, Line: line, Column: name,
				Err: fmt.Errorf("%w in the header, as columns %d and %d", ErrDuplicate, k+1, j+1), Remedy: wording.New("Rename one, or use {header no} if the first row is data"),
			}
		}
		seen[name] = j
	}
	if len(t.rows) == 0 {
		return t.fault(line, ErrEmpty, wording.New("The file has a header and no rows; use {header no} if its row is data"))
	}
	return nil
}

// firstIsHeader is the rule of HeaderAuto. A schema adds to it: a row with one of its
// names is a header, and a row that fits its columns is none.
func (t *table) firstIsHeader(schema *Schema) bool {
	first := t.rows[0]
	if schema != nil {
		known := map[string]bool{schema.Target: true}
		for _, c := range schema.Columns {
			known[c.Name], known[c.source()] = true, true
		}
		for _, cell := range first {
			if known[cell] && isWord(cell) {
				return true
			}
		}
	}
	if schema != nil && schema.isRow(first) {
		return false
	}
	words, again := 0, 0
	for j, cell := range first {
		if !isWord(cell) {
			continue
		}
		words++
		if slices.ContainsFunc(t.rows[1:], func(row []string) bool { return row[j] == cell }) {
			again++
		}
	}
	if words == len(first) {
		return again < words
	}
	return words > 0 && again == 0
}

// find returns the column that a name or a number means.
func (t *table) find(kind, name string) (int, error) {
	for j, n := range t.names {
		if n == name {
			return j, nil
		}
	}
	if k, err := strconv.Atoi(name); err == nil {
		switch {
		case k >= 1 && k <= len(t.names):
			return k - 1, nil
		case k <= -1 && k >= -len(t.names):
			return len(t.names) + k, nil
		}
	}
	var remedy error
	if _, err := strconv.Atoi(name); err == nil {
		remedy = wording.New("Columns are numbered 1 to %d, or -1 to -%d from the right", len(t.names), len(t.names))
	}
	return 0, &Error{File: t.file, Err: &UnknownError{Kind: kind, Name: name, Known: t.names}, Remedy: remedy}
}
