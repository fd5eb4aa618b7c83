package dataset

import (
	"encoding/csv"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/qnn-go/qnn/internal/fault"

	"github.com/qnn-go/qnn/internal/suggest"
)

// Causes, to be tested with errors.Is.
var (
	// ErrEmpty: no samples, or no columns.
	ErrEmpty = fault.New(fault.Data, "no data")
	// ErrShape: lengths that do not agree.
	ErrShape = fault.New(fault.Data, "sizes do not agree")
	// ErrCell: a value that its column cannot hold.
	ErrCell = fault.New(fault.Data, "not a possible value")
	// ErrUnlabelled: labels are needed and there are none.
	ErrUnlabelled = fault.New(fault.Data, "no labels")
	// ErrNoClasses: classes are needed and the labels are values.
	ErrNoClasses = fault.New(fault.Data, "values, not classes")
	// ErrOneClass: all samples have the same class.
	ErrOneClass = fault.New(fault.Data, "one class only")
	// ErrDuplicate: a name that must be unique is there twice.
	ErrDuplicate = fault.New(fault.Data, "named twice")
	// ErrTooFew: a class or a set has not enough samples to be split.
	ErrTooFew = fault.New(fault.Data, "too few samples")
	// ErrOptions: an option is out of its range.
	ErrOptions = fault.New(fault.Usage, "option out of range")
	// ErrTooLarge: more data than the limit allows.
	ErrTooLarge = fault.New(fault.Data, "too large")
	// ErrNotNumber: a cell of a numeric column, be it a word or missing.
	ErrNotNumber = fault.New(fault.Data, "not a number")
	// ErrNotFinite: an infinity, or a number beyond the range of float64.
	ErrNotFinite = fault.New(fault.Data, "not finite")
	// ErrPercent: a number with a percent sign in a column without, or the reverse.
	ErrPercent = fault.New(fault.Data, "some numbers of the column have a percent sign and others none")
	// ErrAmbiguous: dates whose day and month cannot be told apart.
	ErrAmbiguous = fault.New(fault.Data, "can be read in two ways")
	// ErrDate: a cell of a column of dates that is none.
	ErrDate = fault.New(fault.Data, "not a date as the others")
	// ErrMissing: a label or a categorical cell without a value.
	ErrMissing = fault.New(fault.Data, "missing value")
	// ErrUnseen: a level that the schema lacks.
	ErrUnseen = fault.New(fault.Data, "levels that the model has not seen")
	// ErrIdentifier: columns that tell rows apart and nothing else.
	ErrIdentifier = fault.New(fault.Data, "nothing but names and numbers of the rows")
	// ErrEncoding: text that is not UTF-8.
	ErrEncoding = fault.New(fault.Data, "not UTF-8 text")
	// ErrWidth: a headerless file whose rows have another length than the model's.
	ErrWidth = fault.New(fault.Data, "wrong number of columns")
	// ErrPipeline: a preprocessing step that does not fit its input, or whose fitted
	// numbers are damaged.
	ErrPipeline = fault.New(fault.Data, "invalid pipeline")
	// ErrNotFitted: Transform before Fit.
	ErrNotFitted = fault.New(fault.Data, "pipeline is not fitted")
)

// Error is a fault in the content of a data file, in one line that names the place,
// the cause and the remedy:
//
//	patients.csv:17: column "age" is "n/a": not a number. Use missing: drop|mean, or clean the file.
//
// Failures to read are never an *Error.
type Error struct {
	File   string // name of the file; may be empty
	Line   int    // counted from 1; 0 when the fault is in no single line
	Column string // name of the column; empty when the fault is in no single column
	Cell   string // text of the cell when HasCell
	// HasCell tells an empty cell from no cell.
	HasCell bool
	Err     error // the cause: a sentinel of this package, *UnknownError or *csv.ParseError
	Remedy  error // what to do, a sentence without its full stop; may be nil
}

// Error returns the line.
func (e *Error) Error() string {
	var b strings.Builder
	if e.File != "" {
		b.WriteString(e.File + ":")
	}
	if e.Line > 0 {
		b.WriteString(strconv.Itoa(e.Line) + ":")
	}
	if b.Len() > 0 {
		b.WriteByte(' ')
	}
	switch {
	case e.Column != "" && e.HasCell:
		fmt.Fprintf(&b, "column %q is %q: ", e.Column, shorten(e.Cell))
	case e.Column != "":
		fmt.Fprintf(&b, "column %q: ", e.Column)
	}
	cause := e.Err
	if parse, ok := errors.AsType[*csv.ParseError](cause); ok {
		cause = parse.Err // the position is already there
	}
	b.WriteString(cause.Error())
	if e.Remedy != nil {
		b.WriteString(". " + e.Remedy.Error() + ".")
	}
	return b.String()
}

// Unwrap returns the cause, and the remedy where there is one.
func (e *Error) Unwrap() []error {
	if e.Remedy == nil {
		return []error{e.Err}
	}
	return []error{e.Err, e.Remedy}
}

// FaultClass says that what a file holds is at fault.
func (*Error) FaultClass() fault.Class { return fault.Data }

// Faults are several faults of one file, in one line. errors.Is and errors.As find the
// causes of each.
type Faults []*Error

// Error lists the first of the faults.
func (f Faults) Error() string {
	const listed = 10
	if len(f) == 1 {
		return f[0].Error()
	}
	var b strings.Builder
	if f[0].File != "" {
		b.WriteString(f[0].File + ": ")
	}
	fmt.Fprintf(&b, "%d faults.", len(f))
	for i, e := range f[:min(listed, len(f))] {
		at := *e
		at.File = ""
		text := strings.TrimLeft(at.Error(), " ")
		if e.Line > 0 {
			text = "line " + text
		}
		fmt.Fprintf(&b, " (%d) %s", i+1, strings.TrimSuffix(text, "."))
		b.WriteByte('.')
	}
	if len(f) > listed {
		b.WriteString(" …")
	}
	return b.String()
}

// Unwrap returns the faults.
func (f Faults) Unwrap() []error {
	out := make([]error, len(f))
	for i, e := range f {
		out[i] = e
	}
	return out
}

// orNil is the faults as an error: nil for none, the one, or all.
func (f Faults) orNil() error {
	switch len(f) {
	case 0:
		return nil
	case 1:
		return f[0]
	}
	return f
}

// shorten keeps messages on one line.
func shorten(s string) string {
	const limit = 40
	if utf8.RuneCountInString(s) <= limit {
		return s
	}
	return string([]rune(s)[:limit]) + "…"
}

// plain is a name as it is, or quoted where it would not stay on its line.
func plain(name string) string {
	quoted := strconv.Quote(name)
	if len(quoted) == len(name)+2 {
		return name
	}
	return quoted
}

// UnknownError is a name that is none of the known ones.
type UnknownError struct {
	Kind  string   // what is named: "data set", "class", "label column", …
	Name  string   // the unknown name
	Known []string // the names there are
}

// Error names the nearest known name and lists the first of them.
func (e *UnknownError) Error() string {
	const listed = 20
	var b strings.Builder
	fmt.Fprintf(&b, "%s %q: unknown", e.Kind, shorten(e.Name))
	if s := e.Suggestion(); s != "" {
		fmt.Fprintf(&b, "; did you mean %q?", s)
	}
	if len(e.Known) > 0 {
		names := make([]string, min(listed, len(e.Known)))
		for i := range names {
			names[i] = plain(e.Known[i])
		}
		list := strings.Join(names, ", ")
		if len(e.Known) > listed {
			list += ", …"
		}
		b.WriteString(" (" + list + ")")
	}
	return b.String()
}

// FaultClass says that what was asked for is at fault.
func (*UnknownError) FaultClass() fault.Class { return fault.Usage }

// Suggestion returns the known name that was probably meant, or "".
func (e *UnknownError) Suggestion() string { return suggest.Nearest(e.Name, e.Known) }
