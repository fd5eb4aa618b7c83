package dataset

import (
	"context"
	"fmt"
	"math"
	"slices"
)

// minIdentifiers is the least number of rows, no two with the same word, that make a
// column one of names.
const minIdentifiers = 20

// layout says what the columns of a table mean.
type layout struct {
	t           *table
	o           *CSVOptions
	columns     []Column
	from        []int  // from[j] is the place in the file of columns[j]
	categorical []bool // of columns
	label       int    // place in the file, −1 for none
	target      string
	classes     []string
	regression  bool
}

func (t *table) layout(o *CSVOptions) (*layout, error) {
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
	declared, err := t.findAll("categorical column", o.Categorical)
	if err != nil {
		return nil, err
	}
	for j, name := range t.names {
		if j == l.label || ignored[j] {
			continue
		}
		l.from = append(l.from, j)
		l.columns = append(l.columns, Column{Name: name})
		l.categorical = append(l.categorical, declared[j] || t.mostlyWords(j))
	}
	if len(l.columns) == 0 {
		return nil, t.fault(t.lines[0], fmt.Errorf("%w: no column besides the label", ErrEmpty), "Check the separator")
	}
	return l, nil
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

// mostlyWords is the rule for categorical columns: at least half of the cells that
// are not missing are words.
func (t *table) mostlyWords(j int) bool {
	words, present := 0, 0
	for _, row := range t.rows {
		if isMissing(row[j]) {
			continue
		}
		present++
		if isWord(row[j]) {
			words++
		}
	}
	return words > 0 && 2*words >= present
}

// schemaLayout matches a model's columns, by name or, without a header, by position.
func (t *table) schemaLayout(o *CSVOptions) (*layout, error) {
	s := o.Schema
	l := &layout{t: t, o: o, columns: s.Columns, target: s.Target, classes: s.Classes, regression: s.Classes == nil, label: -1}
	for _, c := range s.Columns {
		l.categorical = append(l.categorical, c.Categorical())
	}
	if !t.named {
		if err := l.matchPositions(); err != nil {
			return nil, err
		}
		l.dropEmptyLabel()
		return l, nil
	}
	switch {
	case o.Label != "":
		var err error
		if l.label, err = t.find("label column", o.Label); err != nil {
			return nil, err
		}
	default:
		l.label = slices.Index(t.names, s.Target)
	}
	for _, c := range s.Columns {
		j := slices.Index(t.names, c.Name)
		if j < 0 {
			return nil, &Error{
				File: t.file, Line: t.headerLine, Err: &UnknownError{Kind: "column", Name: c.Name, Known: t.names},
				Remedy: "The model was trained with this column: add it, or rename yours",
			}
		}
		l.from = append(l.from, j)
	}
	l.dropEmptyLabel()
	return l, nil
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

// matchPositions takes the columns in order, around the label if there is one more.
func (l *layout) matchPositions() error {
	width := len(l.t.names)
	switch width - len(l.columns) {
	case 0:
		if l.o.Label != "" {
			return l.t.fault(l.t.lines[0], fmt.Errorf("%w: %d, all of them inputs of the model, leave none for the label", ErrWidth, width), "")
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
		return l.t.fault(l.t.lines[0], fmt.Errorf("%w: %d where the model needs %d, and one more for labels", ErrWidth, width, len(l.columns)),
			"Give a header row to choose columns by name")
	}
	for j := range width {
		if j != l.label {
			l.from = append(l.from, j)
		}
	}
	return nil
}

// build makes the data set.
func (l *layout) build(ctx context.Context) (*Dataset, error) {
	rows, err := l.keep()
	if err != nil {
		return nil, err
	}
	if l.o.Schema == nil {
		if err := l.learnColumns(rows); err != nil {
			return nil, err
		}
		if err := l.learnLabels(rows); err != nil {
			return nil, err
		}
	}
	if err := checkRoom(len(rows), len(l.columns)); err != nil {
		return nil, l.t.fault(0, err, "Take fewer rows or columns")
	}
	d := &Dataset{Name: l.t.file, Columns: l.columns, Target: l.target, Classes: l.classes, X: newRows(len(rows), len(l.columns))}
	d.Lines = make([]int, len(rows))
	for i, r := range rows {
		d.Lines[i] = l.t.lines[r]
	}
	if err := l.fill(ctx, d.X, rows); err != nil {
		return nil, err
	}
	if l.label < 0 {
		return d, nil
	}
	if d.Y, err = l.labels(rows); err != nil {
		return nil, err
	}
	if l.o.Schema == nil {
		if err := d.Validate(); err != nil {
			return nil, l.t.fault(0, err, "")
		}
	}
	return d, nil
}

// fill writes the cells of the rows to x.
func (l *layout) fill(ctx context.Context, x [][]float64, rows []int) error {
	levels := make([]map[string]int, len(l.columns))
	for j, c := range l.columns {
		levels[j] = indexOf(c.Levels)
	}
	for i, r := range rows {
		if err := checkpoint(ctx, i); err != nil {
			return err
		}
		for j := range l.columns {
			var err error
			if x[i][j], err = l.cell(r, j, levels[j]); err != nil {
				return err
			}
		}
	}
	return nil
}

// cellError is an *Error about a cell of the file.
func (l *layout) cellError(row, fileColumn int, name string, err error, remedy string) error {
	return &Error{File: l.t.file, Line: l.t.lines[row], Column: name, Cell: l.t.rows[row][fileColumn], HasCell: true, Err: err, Remedy: remedy}
}

// keep returns the rows to use, by the policy for missing cells.
func (l *layout) keep() ([]int, error) {
	var rows []int
	for r, row := range l.t.rows {
		missing := l.label >= 0 && isMissing(row[l.label])
		if missing && l.o.Missing != MissingDrop {
			return nil, l.cellError(r, l.label, l.target, fmt.Errorf("label: %w", ErrMissing), "Use --missing drop, or clean the file")
		}
		gap := slices.IndexFunc(l.from, func(from int) bool { return isMissing(row[from]) })
		if gap >= 0 && l.o.Missing == MissingRefuse {
			cause := ErrNotNumber
			if l.categorical[gap] {
				cause = ErrMissing
			}
			return nil, l.cellError(r, l.from[gap], l.columns[gap].Name, cause, "Use --missing drop|mean, or clean the file")
		}
		if !missing && (gap < 0 || l.o.Missing == MissingMean) {
			rows = append(rows, r)
		}
	}
	if len(rows) == 0 {
		return nil, l.t.fault(0, fmt.Errorf("%w: every row has a missing cell", ErrEmpty), "Use --missing mean, or clean the file")
	}
	return rows, nil
}

// learnColumns finds the levels of categorical columns and refuses columns without
// information.
func (l *layout) learnColumns(rows []int) error {
	for j, from := range l.from {
		seen, present := make(map[string]bool), 0
		for _, r := range rows {
			if cell := l.t.rows[r][from]; !isMissing(cell) {
				present++
				if l.categorical[j] {
					seen[cell] = true
				}
			}
		}
		name := l.columns[j].Name
		if present == 0 {
			return &Error{File: l.t.file, Column: name, Err: fmt.Errorf("%w: every cell is missing", ErrEmpty), Remedy: "Ignore the column"}
		}
		if !l.categorical[j] {
			continue
		}
		if len(seen) == present && present >= minIdentifiers {
			return &Error{File: l.t.file, Column: name, Err: ErrIdentifier, Remedy: "Ignore the column"}
		}
		l.columns[j].Levels = sortedKeys(seen)
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

// cell returns the value of a cell of columns[j].
func (l *layout) cell(row, j int, levels map[string]int) (float64, error) {
	from, column := l.from[j], l.columns[j]
	text := l.t.rows[row][from]
	if isMissing(text) {
		return math.NaN(), nil
	}
	if !l.categorical[j] {
		v, err := parseNumber(text)
		if err != nil {
			return 0, l.cellError(row, from, column.Name, err, numberRemedy(text))
		}
		return v, nil
	}
	k, known := levels[text]
	if !known {
		err := &UnknownError{Kind: "level", Name: text, Known: column.Levels}
		return 0, &Error{File: l.t.file, Line: l.t.lines[row], Column: column.Name, Err: err, Remedy: "The model has not seen it"}
	}
	return float64(k), nil
}

// numberRemedy tells decimal commas from stray words.
func numberRemedy(text string) string {
	if hasDecimalComma(text) {
		return "Write decimals with a point"
	}
	return "Clean the file, or declare the column categorical or ignored"
}
