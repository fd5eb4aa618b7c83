package dataset

import (
	"context"
	"fmt"
	"math"
	"slices"
	"strings"

	"github.com/qnn-go/qnn/internal/wording"
)

// layout says what the columns of a table mean.
type layout struct {
	t          *table
	o          *CSVOptions
	columns    []Column
	from       []int  // from[j] is the place in the file of columns[j]
	isWords    []bool // of columns: categorical, though their levels may not be known yet
	label      int    // place in the file, −1 for none
	target     string
	rule       Label
	classes    []string
	regression bool
	faults     Faults
	read       Reading
}

func (t *table) layout(ctx context.Context, o *CSVOptions) (*layout, error) {
	if o.Schema != nil {
		return t.schemaLayout(o)
	}
	l := &layout{t: t, o: o, label: len(t.names) - 1}
	var err error
	if o.Label != "" {
		if l.label, err = t.find("label column", o.Label); err != nil {
			return nil, err
		}
	}
	l.target = t.names[l.label]
	ignored, err := t.findAll("column to ignore", o.Ignore)
	if err != nil {
		return nil, err
	}
	if ignored[l.label] {
		return nil, &Error{File: t.file, Column: l.target, Err: fmt.Errorf("%w, as the label and as a column to ignore", ErrDuplicate), Remedy: wording.New("Name another label, or do not ignore it")}
	}
	declared, err := t.findAll("categorical column", o.Categorical)
	if err != nil {
		return nil, err
	}
	kept, err := t.findAll("column to keep", o.Keep)
	if err != nil {
		return nil, err
	}
	for j := range t.names {
		switch {
		case j == l.label || ignored[j]:
		case declared[j]:
			l.add(j, Column{Name: t.names[j]}, true)
		default:
			if err := l.recognise(ctx, j, kept[j]); err != nil {
				return nil, err
			}
		}
	}
	if len(l.columns) == 0 && len(l.faults) == 0 {
		return nil, l.noColumns()
	}
	return l, nil
}

// add takes column j of the file for the next of the table.
func (l *layout) add(j int, c Column, isWords bool) {
	l.from, l.columns, l.isWords = append(l.from, j), append(l.columns, c), append(l.isWords, isWords)
}

// recognise adds what column j of the file turns out to be.
func (l *layout) recognise(ctx context.Context, j int, kept bool) error {
	found, err := l.t.recognise(ctx, j, l.o, kept)
	if err != nil {
		return err
	}
	if found.remark != nil {
		l.read.Remarks = append(l.read.Remarks, *found.remark)
	}
	name := l.t.names[j]
	switch {
	case found.fault != nil:
		l.faults = append(l.faults, found.fault)
	case found.kind == dates:
		for _, part := range dateParts() {
			if part != "hour" || strings.Contains(found.layout, ":04") {
				l.add(j, Column{Name: name + ":" + part, Date: &DatePart{From: name, Layout: found.layout, Part: part}}, false)
			}
		}
	case found.kind == leftOut:
	default:
		l.add(j, Column{Name: name, Notation: found.notation}, found.kind == categorical)
	}
	return nil
}

// noColumns is the fault of a table without a column to learn from.
func (l *layout) noColumns() error {
	line := 1
	if len(l.t.lines) > 0 {
		line = l.t.lines[0]
	}
	if len(l.read.Remarks) == 0 {
		return l.t.fault(line, fmt.Errorf("%w: no column besides the label", ErrEmpty), wording.New("Name the separator with {separator}"))
	}
	names := make([]string, len(l.read.Remarks))
	for i, r := range l.read.Remarks {
		names[i] = r.Column
	}
	return l.t.fault(0, fmt.Errorf("%w besides the label: %s", ErrIdentifier, quoted(names)), wording.New("Use {keep} to learn from one"))
}

// listedNames is the most names that a message lists.
const listedNames = 8

// quoted lists names.
func quoted(names []string) string {
	var b strings.Builder
	for i, name := range names[:min(listedNames, len(names))] {
		if i > 0 {
			b.WriteString(", ")
		}
		fmt.Fprintf(&b, "%q", shorten(name))
	}
	if len(names) > listedNames {
		fmt.Fprintf(&b, " and %d more", len(names)-listedNames)
	}
	return b.String()
}

func (t *table) findAll(kind string, names []string) (map[int]bool, error) {
	found := make(map[int]bool, len(names))
	for _, name := range names {
		j, err := t.find(kind, name)
		if err != nil {
			return nil, err
		}
		found[j] = true
	}
	return found, nil
}

// build makes the data set.
func (l *layout) build(ctx context.Context) (*Dataset, error) {
	rows, err := l.keep(ctx)
	if err != nil {
		return nil, err
	}
	if l.o.Schema == nil {
		if err := l.learnColumns(ctx, rows); err != nil {
			return nil, err
		}
		if err := l.learnLabels(ctx, rows); err != nil {
			return nil, err
		}
	}
	if err := checkRoom(len(rows), len(l.columns)); err != nil {
		return nil, l.t.fault(0, err, wording.New("Take fewer rows or columns"))
	}
	d := &Dataset{Name: l.t.file, Columns: l.columns, Target: l.target, Classes: l.classes, Label: l.rule}
	d.X, d.Lines = newRows(len(rows), len(l.columns)), make([]int, len(rows))
	for i, r := range rows {
		d.Lines[i] = l.t.lines[r]
	}
	for j := range l.columns {
		if err := l.fill(ctx, d.X, rows, j); err != nil {
			return nil, err
		}
	}
	if l.label >= 0 {
		if d.Y, err = l.labels(ctx, rows); err != nil {
			return nil, err
		}
	}
	if err := l.faults.orNil(); err != nil {
		return nil, err
	}
	if l.o.Schema == nil {
		dropConstantParts(d)
		if err := d.Validate(); err != nil {
			return nil, l.t.fault(0, err, nil)
		}
	}
	d.Read = l.read
	return d, nil
}

// learnColumns finds the levels of categorical columns and reports columns without
// information.
func (l *layout) learnColumns(ctx context.Context, rows []int) error {
	for j, from := range l.from {
		seen, present := make(map[string]bool), 0
		for i, r := range rows {
			if err := checkpoint(ctx, i); err != nil {
				return err
			}
			if cell := l.t.rows[r][from]; !isMissing(cell) {
				present++
				if l.isWords[j] {
					seen[cell] = true
				}
			}
		}
		name := l.t.names[from]
		switch {
		case present == 0 && (j == 0 || l.from[j-1] != from):
			l.faults = append(l.faults, &Error{File: l.t.file, Column: name, Err: fmt.Errorf("%w: every cell is missing", ErrEmpty), Remedy: wording.New("Use {ignore %s}", name)})
		case l.isWords[j]:
			l.columns[j].Levels = sortedKeys(seen)
		}
	}
	return nil
}

func sortedKeys(set map[string]bool) []string {
	keys := make([]string, 0, len(set))
	for k := range set {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	return keys
}

func indexOf(names []string) map[string]int {
	index := make(map[string]int, len(names))
	for i, n := range names {
		index[n] = i
	}
	return index
}

// dropConstantParts leaves out the parts of dates that are the same in all rows; the
// day stays.
func dropConstantParts(d *Dataset) {
	var keep []int
	for j, c := range d.Columns {
		same := c.Date != nil && c.Date.Part != "day"
		value := math.NaN()
		for _, row := range d.X {
			if math.IsNaN(value) {
				value = row[j]
			}
			if !same || !math.IsNaN(row[j]) && row[j] != value {
				same = false
				break
			}
		}
		if !same {
			keep = append(keep, j)
		}
	}
	if len(keep) == len(d.Columns) {
		return
	}
	columns := make([]Column, len(keep))
	for k, j := range keep {
		columns[k] = d.Columns[j]
	}
	for i, row := range d.X {
		for k, j := range keep {
			row[k] = row[j]
		}
		d.X[i] = row[:len(keep):len(keep)]
	}
	d.Columns = columns
}
