package dataset

import (
	"fmt"
	"slices"

	"github.com/qnn-go/qnn/internal/wording"
)

// schemaLayout matches a model's columns, by name or, without a header, by position.
func (t *table) schemaLayout(o *CSVOptions) (*layout, error) {
	s := o.Schema
	l := &layout{t: t, o: o, columns: slices.Clone(s.Columns), target: s.Target, rule: s.Label, classes: s.Classes, regression: s.Classes == nil, label: -1}
	for _, c := range s.Columns {
		l.isWords = append(l.isWords, c.Categorical())
	}
	match := l.matchNames
	if !t.named {
		match = l.matchPositions
	}
	if err := match(); err != nil {
		return nil, err
	}
	l.dropEmptyLabel()
	return l, nil
}

// matchNames finds the columns by the names of the header. Of a date the file may hold
// the parts instead, as WriteCSV writes them.
func (l *layout) matchNames() error {
	switch {
	case l.o.Label != "":
		var err error
		if l.label, err = l.t.find("label column", l.o.Label); err != nil {
			return err
		}
	default:
		l.label = slices.Index(l.t.names, l.o.Schema.Target)
	}
	for i, c := range l.columns {
		j := slices.Index(l.t.names, c.source())
		if part := slices.Index(l.t.names, c.Name); part >= 0 && c.Date != nil {
			j, l.columns[i] = part, Column{Name: c.Name}
		}
		if j >= 0 {
			l.from = append(l.from, j)
			continue
		}
		l.from = append(l.from, 0)
		l.faults = append(l.faults, &Error{
			File: l.t.file, Line: l.t.headerLine, Err: &UnknownError{Kind: "column", Name: c.source(), Known: l.t.names},
			Remedy: wording.New("The model was trained with this column: add it, or rename yours"),
		})
	}
	return l.faults.orNil()
}

// dropEmptyLabel takes a label column without any label for none.
func (l *layout) dropEmptyLabel() {
	if l.label < 0 {
		return
	}
	for _, row := range l.t.rows {
		if !isMissing(row[l.label]) {
			return
		}
	}
	l.label = -1
}

// sources names the columns of a file for a schema, in order.
func (s *Schema) sources() []string {
	var names []string
	for _, c := range s.Columns {
		if !slices.Contains(names, c.source()) {
			names = append(names, c.source())
		}
	}
	return names
}

// matchPositions takes the columns in order, around the label if there is one more.
func (l *layout) matchPositions() error {
	width, sources := len(l.t.names), l.o.Schema.sources()
	switch width - len(sources) {
	case 0:
		if l.o.Label != "" {
			return l.t.fault(l.t.lines[0], fmt.Errorf("%w: %d, all of them inputs of the model, leave none for the label", ErrWidth, width), nil)
		}
	case 1:
		l.label = width - 1
		if l.o.Label != "" {
			var err error
			if l.label, err = l.t.find("label column", l.o.Label); err != nil {
				return err
			}
		}
	default:
		return l.t.fault(l.t.lines[0], fmt.Errorf("%w: %d where the model needs %d (%s), and one more for labels", ErrWidth, width, len(sources), quoted(sources)),
			wording.New("Give a header row to choose columns by name"))
	}
	var places []int // in the file, of the sources
	for j := range width {
		if j != l.label {
			places = append(places, j)
		}
	}
	for _, c := range l.columns {
		l.from = append(l.from, places[slices.Index(sources, c.source())])
	}
	return nil
}

// isRow reports whether cells without a header's names can be a row of data: each fits
// its column, taken in order, and one more may be the label.
func (s *Schema) isRow(cells []string) bool {
	sources := s.sources()
	if extra := len(cells) - len(sources); extra != 0 && extra != 1 {
		return false
	}
	known := false // some cell is more than any word
	for _, c := range s.Columns {
		cell := cells[slices.Index(sources, c.source())]
		switch {
		case isMissing(cell):
		case c.Categorical():
			known = known || slices.Contains(c.Levels, cell)
		default:
			if _, err := c.parse(cell); err != nil {
				return false
			}
			known = true
		}
	}
	return known
}
