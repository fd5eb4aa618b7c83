package dataset

import (
	"context"
	"errors"
	"fmt"
	"math"

	"github.com/qnn-go/qnn/internal/wording"
)

// cellError is an *Error about a cell of the file.
func (l *layout) cellError(row, fileColumn int, name string, err error, remedy error) *Error {
	return &Error{File: l.t.file, Line: l.t.lines[row], Column: name, Cell: l.t.rows[row][fileColumn], HasCell: true, Err: err, Remedy: remedy}
}

// wrong collects cells of a column that cannot be read, as one fault.
type wrong struct {
	first *Error
	cells int
}

// add counts a cell; fault makes the fault of the first.
func (w *wrong) add(fault func() *Error) {
	if w.cells++; w.first == nil {
		w.first = fault()
	}
}

// report adds the fault, if there is one, to those of the table.
func (w *wrong) report(l *layout, rows int) {
	if w.first == nil {
		return
	}
	if w.cells > 1 {
		w.first.Err = fmt.Errorf("%w, as in %d of %d rows", w.first.Err, w.cells, rows)
	}
	l.faults = append(l.faults, w.first)
}

// fill writes column j of the rows to x.
func (l *layout) fill(ctx context.Context, x [][]float64, rows []int, j int) error {
	from, read := l.from[j], l.columns[j].parse
	var levels *levelFinder
	if l.isWords[j] {
		levels = &levelFinder{index: indexOf(l.columns[j].Levels), unseen: make(map[string]int)}
		read = levels.find
	}
	var bad wrong
	for i, r := range rows {
		if err := checkpoint(ctx, i); err != nil {
			return err
		}
		text := l.t.rows[r][from]
		if isMissing(text) {
			x[i][j] = math.NaN()
			continue
		}
		v, err := read(text)
		if err != nil {
			bad.add(func() *Error { return l.cellError(r, from, l.t.names[from], err, l.cellRemedy(from, text, err)) })
			continue
		}
		x[i][j] = v
	}
	if j == 0 || l.from[j-1] != from { // else it was said of another part of the date
		bad.report(l, len(rows))
	}
	if levels != nil {
		l.noteUnseen(l.columns[j], levels.order, levels.unseen)
	}
	return nil
}

// levelFinder finds levels and counts those that are not known.
type levelFinder struct {
	index, unseen map[string]int
	order         []string // of the unseen
}

func (f *levelFinder) find(text string) (float64, error) {
	if k, known := f.index[text]; known {
		return float64(k), nil
	}
	if f.unseen[text] == 0 {
		f.order = append(f.order, text)
	}
	f.unseen[text]++
	return Unseen, nil
}

// noteUnseen counts the levels that the schema lacks, or makes them a fault.
func (l *layout) noteUnseen(c Column, order []string, rows map[string]int) {
	if len(order) == 0 {
		return
	}
	if l.o.Strict {
		err := fmt.Errorf("%w: %s (known are %s)", ErrUnseen, quoted(order), quoted(c.Levels))
		l.faults = append(l.faults, &Error{File: l.t.file, Column: c.Name, Err: err, Remedy: wording.New("Leave such rows out, or drop {strict}")})
		return
	}
	for _, level := range order {
		l.read.Unseen = append(l.read.Unseen, UnseenLevel{Column: c.Name, Level: level, Rows: rows[level]})
	}
}

// parse reads a cell of a numeric column.
func (c Column) parse(text string) (float64, error) {
	if c.Date != nil {
		return c.Date.parse(text)
	}
	return c.Notation.parse(text)
}

// cellRemedy says what to do about a cell that is no number of its column.
func (l *layout) cellRemedy(from int, text string, err error) error {
	name := l.t.names[from]
	switch {
	case errors.Is(err, ErrPercent):
		return wording.New("Write all numbers of the column in one way")
	case errors.Is(err, ErrDate):
		return wording.New("Clean the file, or use {ignore %s}", name)
	case l.o.Schema != nil && hasOtherMark(text, l.o.Comma):
		return wording.New("The model was trained on numbers with the other decimal mark: write them so")
	case l.o.Schema != nil:
		return wording.New("The model was trained on numbers: clean the file")
	case hasOtherMark(text, l.o.Comma) && l.o.Comma:
		return wording.New("Write decimals with a comma, or drop {decimal}")
	case hasOtherMark(text, l.o.Comma):
		return wording.New("Use {decimal ,} or write decimals with a point")
	}
	return wording.New("Clean the file, or use {categorical %s} or {ignore %s}", name, name)
}
