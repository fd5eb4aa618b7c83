package dataset

import (
	"context"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"math"
	"strconv"
	"strings"
)

// DefaultMaxCells is the size limit of ReadCSV when CSVOptions.MaxCells is zero. A
// cell takes about 24 bytes and its text while a file is read.
const DefaultMaxCells = 20_000_000

// bytesPerCell bounds the text that a file of MaxCells cells may hold.
const bytesPerCell = 64

// Header says whether the first row of a file holds names.
type Header string

// A first row is a header for HeaderAuto, also written "", unless every cell of it is
// a number, or it has a number and a word that occurs again in its own column (as
// class names do and column names do not), or every cell is such a word.
const (
	HeaderAuto Header = "auto"
	HeaderYes  Header = "yes"
	HeaderNo   Header = "no"
)

// Task says what the labels are.
type Task string

// For TaskAuto, also written "", labels are classes when at least half of them are
// words, or when all are whole numbers of at most 20 different values; otherwise they
// are values.
const (
	TaskAuto           Task = "auto"
	TaskClassification Task = "classification"
	TaskRegression     Task = "regression"
)

// Missing says what becomes of a row with a missing cell.
type Missing string

// MissingRefuse, also written "", makes a missing cell an error; MissingDrop leaves
// the row out; MissingMean keeps it with NaN in X, for Impute to fill from the
// training part. A missing label is an error unless rows are dropped.
const (
	MissingRefuse Missing = "refuse"
	MissingDrop   Missing = "drop"
	MissingMean   Missing = "mean"
)

// CSVOptions says how to read a file. The zero value detects separator, header and
// task, takes the last column for the label and refuses missing cells.
type CSVOptions struct {
	// File is the name of the file for error messages.
	File string
	// Separator stands between cells; a blank stands for any run of blanks and tabs. Zero
	// takes the one of tab, semicolon, vertical bar and comma that is most frequent in the
	// first line outside quotes, and blanks when there is none of them.
	Separator rune
	// Comma says that numbers have a decimal comma instead of a point.
	Comma bool
	// Dates says what comes first in dates such as 03/04/2025, of columns that can be read
	// both ways.
	Dates Dates
	// Header says whether the first row holds names.
	Header Header
	// Label is the label column: a name of the header, or else its number, counted from
	// 1 on the left, or from −1 on the right. Empty means the schema's target, and the
	// last column without a schema.
	Label string
	// Ignore names columns to leave out, as Label does.
	Ignore []string
	// Keep names columns, as Label does, to use though they look like identifiers or free
	// text.
	Keep []string
	// Categorical names columns, as Label does, whose cells are categories even where
	// they look like numbers.
	Categorical []string
	// Classes names the classes in order; empty takes those of the file, sorted (by value
	// when all are numbers).
	Classes []string
	// LeastOfClass makes classes with fewer samples a fault, as those are that cannot be in
	// all parts of a split.
	LeastOfClass int
	// Task says whether labels are classes or values. Classes imply classification.
	Task Task
	// Missing says what becomes of missing cells: empty ones, NA, N/A, NaN, null and ?,
	// in any letter case.
	Missing Missing
	// Schema is what a trained model expects; the file then need not be labelled.
	// Columns are matched by name in any order and others are ignored; without a header
	// they are matched by position. Ignore, Keep, Categorical, Classes, Task, Comma and
	// Dates have no effect.
	Schema *Schema
	// Strict makes levels that the schema lacks a fault; else they are Unseen.
	Strict bool
	// MaxCells limits rows × columns; zero means DefaultMaxCells.
	MaxCells int
}

// ReadCSV reads a table of numbers, dates, categories and labels, also one that is
// compressed by gzip.
//
// Cells may be quoted (RFC 4180); white space around a cell, a byte order mark and
// blank lines are dropped, and lines may end in CRLF. What a column is, at least half
// of its cells that are not missing decide:
//
//   - Numbers may be amounts and percentages and have groups of digits; see Notation.
//     A cell that is no number is then a fault.
//   - Dates become several columns, year, month, weekday, day and hour, as far as they
//     differ; see DatePart.
//   - Words make the column categorical, as being listed in Categorical does; its levels
//     are sorted.
//   - Words that are different in nine rows of ten (of 20 at least), sentences most of
//     which are different, and whole numbers that number the rows under a name such as
//     "id" are left out, unless listed in Keep.
//
// What was decided, other than plain numbers and categories, is told in Read.Remarks.
//
// With a schema the label column may be absent, or empty throughout: Y is then nil. One class alone is an
// error only without a schema.
//
// A fault in the content is an *Error with file, line and column, several are Faults, in
// one line that tells all of them; a failure of r is
// returned as it is, wrapped, as is the end of ctx; an option that is no known word is an *UnknownError.
func ReadCSV(ctx context.Context, r io.Reader, o CSVOptions) (*Dataset, error) {
	if err := o.normalise(); err != nil {
		return nil, err
	}
	t, err := readTable(ctx, r, &o)
	if err != nil {
		return nil, err
	}
	if err := t.readHeader(&o); err != nil {
		return nil, err
	}
	l, err := t.layout(ctx, &o)
	if err != nil {
		return nil, err
	}
	return l.build(ctx)
}

// normalise fills in defaults and reports words that are none of the known ones.
func (o *CSVOptions) normalise() error {
	if err := choose(&o.Header, "header", HeaderAuto, HeaderYes, HeaderNo); err != nil {
		return err
	}
	if err := choose(&o.Task, "task", TaskAuto, TaskClassification, TaskRegression); err != nil {
		return err
	}
	if err := choose(&o.Missing, "policy for missing cells", MissingRefuse, MissingDrop, MissingMean); err != nil {
		return err
	}
	if err := choose(&o.Dates, "order of dates", DatesAuto, DatesDayFirst, DatesMonthFirst); err != nil {
		return err
	}
	if o.MaxCells < 0 {
		return fmt.Errorf("%w: at most %d cells", ErrOptions, o.MaxCells)
	}
	if o.MaxCells == 0 {
		o.MaxCells = DefaultMaxCells
	}
	if o.Schema != nil {
		if err := o.Schema.Validate(); err != nil {
			return err
		}
		o.Ignore, o.Keep, o.Categorical, o.Classes, o.Comma = nil, nil, nil, o.Schema.Classes, false
		o.Task = TaskRegression
	}
	if len(o.Classes) > 0 {
		if len(o.Classes) == 1 {
			return fmt.Errorf("classes %q: %w", o.Classes, ErrOneClass)
		}
		if name, twice := duplicate(o.Classes); twice {
			return fmt.Errorf("class %q: %w", name, ErrDuplicate)
		}
		o.Task = TaskClassification
	}
	return nil
}

// choose replaces an empty word by the first of the known ones.
func choose[T ~string](word *T, kind string, known ...T) error {
	if *word == "" {
		*word = known[0]
	}
	names := make([]string, len(known))
	for i, k := range known {
		if *word == k {
			return nil
		}
		names[i] = string(k)
	}
	return &UnknownError{Kind: kind, Name: string(*word), Known: names}
}

// isMissing reports whether a cell has no value.
func isMissing(cell string) bool {
	switch len(cell) {
	case 0:
		return true
	case 1:
		return cell == "?"
	case 2, 3, 4:
		for _, word := range [...]string{"na", "n/a", "nan", "null"} {
			if strings.EqualFold(cell, word) {
				return true
			}
		}
	}
	return false
}

// parseNumber reads a decimal number; infinities and NaN are ErrNotFinite.
func parseNumber(cell string) (float64, error) {
	v, err := strconv.ParseFloat(cell, 64)
	if errors.Is(err, strconv.ErrRange) && !math.IsInf(v, 0) {
		err = nil // too small: zero or denormal
	}
	if math.IsInf(v, 0) || math.IsNaN(v) {
		return 0, ErrNotFinite
	}
	if err != nil {
		return 0, ErrNotNumber
	}
	return v, nil
}

// isWord reports whether a cell is neither missing nor a date nor a number, be it
// infinite or in another notation.
func isWord(cell string) bool {
	if isMissing(cell) {
		return false
	}
	if _, err := readNumber(cell, false); !errors.Is(err, ErrNotNumber) {
		return false
	}
	if _, err := readNumber(cell, true); err == nil {
		return false
	}
	return !isDate(cell)
}

// hasOtherMark reports whether a cell is a number with the other decimal mark alone.
func hasOtherMark(cell string, comma bool) bool {
	_, here := readNumber(cell, comma)
	_, there := readNumber(cell, !comma)
	return here != nil && there == nil
}

// WriteCSV writes d with a header row, comma-separated, the label last, numbers in the
// shortest form, in the notation of their column, that reads back to the same bits, and
// missing cells empty. Reading
// with HeaderYes, MissingMean and the schema of d gives the same columns, X and Y
// back. Names and levels must be as ReadCSV would return them: without white space
// at the ends and no words for a missing cell. Parts of dates are written as numbers,
// and Unseen cells as "other". It returns the errors of Validate
// for rows that do not fit, and those of w.
func WriteCSV(w io.Writer, d *Dataset) error {
	if err := d.validateRows(); err != nil {
		return err
	}
	out := csv.NewWriter(w)
	record := make([]string, 0, len(d.Columns)+1)
	for _, c := range d.Columns {
		record = append(record, c.Name)
	}
	if d.Y != nil {
		record = append(record, d.Target)
	}
	if err := out.Write(record); err != nil {
		return err
	}
	for i, row := range d.X {
		record = record[:0]
		for j, v := range row {
			record = append(record, formatCell(v, d.Columns[j].Levels, d.Columns[j].Notation))
		}
		if d.Y != nil {
			record = append(record, formatCell(d.Y[i], d.Classes, d.Label.Notation))
		}
		if err := out.Write(record); err != nil {
			return err
		}
	}
	out.Flush()
	return out.Error()
}

func formatCell(v float64, names []string, n Notation) string {
	switch {
	case math.IsNaN(v):
		return ""
	case len(names) > 0 && v == Unseen:
		return freeName(otherName, names)
	case len(names) > 0:
		return names[int(v)]
	default:
		return n.format(v)
	}
}
