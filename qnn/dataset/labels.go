package dataset

import (
	"fmt"
	"math"
	"slices"
	"strconv"
)

// maxNumericClasses is the most different whole numbers that TaskAuto takes for
// classes.
const maxNumericClasses = 20

// learnLabels settles whether labels are classes, and which.
func (l *layout) learnLabels(rows []int) error {
	seen := make(map[string]bool)
	numeric, whole, words := true, true, 0
	values := make(map[float64]bool)
	for _, r := range rows {
		cell := l.t.rows[r][l.label]
		seen[cell] = true
		if isWord(cell) {
			words++
		}
		v, err := parseNumber(cell)
		numeric = numeric && err == nil
		values[v] = true
		whole = whole && v == math.Trunc(v)
	}
	if l.o.Task == TaskAuto {
		l.regression = 2*words < len(rows) && (!numeric || !whole || len(values) > maxNumericClasses)
	} else {
		l.regression = l.o.Task == TaskRegression
	}
	if l.regression {
		return nil
	}
	switch {
	case len(l.o.Classes) > 0:
		l.classes = l.o.Classes
	case numeric:
		l.classes = numberNames(values)
	default:
		l.classes = sortedKeys(seen)
	}
	if len(l.classes) < 2 {
		return &Error{
			File: l.t.file, Column: l.target, Err: fmt.Errorf("%w: all %d labels are %q", ErrOneClass, len(rows), l.classes[0]),
			Remedy: "Check the label column",
		}
	}
	return nil
}

// numberNames returns the numbers in increasing order, as text.
func numberNames(values map[float64]bool) []string {
	sorted := make([]float64, 0, len(values))
	for v := range values {
		sorted = append(sorted, v)
	}
	slices.Sort(sorted)
	names := make([]string, len(sorted))
	for i, v := range sorted {
		names[i] = numberName(v)
	}
	return names
}

// numberName returns one text for a number, however the file spells it.
func numberName(v float64) string { return strconv.FormatFloat(v+0, 'f', -1, 64) }

// labels returns the labels of the rows.
func (l *layout) labels(rows []int) ([]float64, error) {
	y := make([]float64, len(rows))
	index := indexOf(l.classes)
	// Classes that are numbers match by value: 1, 1.0 and 1e0 are one class.
	byValue := make(map[float64]int)
	for i, name := range l.classes {
		if v, err := parseNumber(name); err == nil {
			byValue[v] = i
		}
	}
	for i, r := range rows {
		text := l.t.rows[r][l.label]
		v, err := parseNumber(text)
		if l.regression {
			if err != nil {
				return nil, l.cellError(r, l.label, l.target, err, "Clean the file, or use --task classification")
			}
			y[i] = v
			continue
		}
		class, known := index[text]
		if !known && err == nil {
			class, known = byValue[v]
		}
		if !known {
			return nil, &Error{
				File: l.t.file, Line: l.t.lines[r], Column: l.target, Err: &UnknownError{Kind: "class", Name: text, Known: l.classes},
				Remedy: "Name it among the classes, or leave the row out",
			}
		}
		y[i] = float64(class)
	}
	return y, nil
}
