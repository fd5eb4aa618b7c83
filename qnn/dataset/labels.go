package dataset

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strconv"

	"github.com/qnn-go/qnn/internal/wording"
)

// maxNumericClasses is the most different whole numbers that TaskAuto takes for
// classes.
const maxNumericClasses = 20

// labelCensus counts labels.
type labelCensus struct {
	texts                  map[string]int
	values                 map[float64]int // of those that are numbers
	words, numbers, signed int             // labels; signed have a percent sign
	whole                  bool            // all numbers are
	numeric                bool            // all labels are numbers
}

func (l *layout) labelCensus(ctx context.Context, rows []int) (labelCensus, error) {
	c := labelCensus{texts: make(map[string]int), values: make(map[float64]int), whole: true, numeric: true}
	for i, r := range rows {
		if err := checkpoint(ctx, i); err != nil {
			return c, err
		}
		cell := l.t.rows[r][l.label]
		if isMissing(cell) {
			continue // which is a fault already
		}
		c.texts[cell]++
		n, err := readNumber(cell, l.o.Comma)
		if err != nil {
			c.numeric = false
			if isWord(cell) {
				c.words++
			}
			continue
		}
		c.numbers++
		if n.percent {
			c.signed++
		}
		c.values[n.value]++
		c.whole = c.whole && isWhole(n.value)
	}
	return c, nil
}

// learnLabels decides whether labels are classes, and which.
func (l *layout) learnLabels(ctx context.Context, rows []int) error {
	c, err := l.labelCensus(ctx, rows)
	if err != nil {
		return err
	}
	l.rule.Notation = Notation{Comma: l.o.Comma, Percent: c.signed > 0 && 2*c.signed >= c.numbers}
	if l.o.Task == TaskAuto {
		l.regression = 2*c.words < len(rows) && (!c.numeric || !c.whole || len(c.values) > maxNumericClasses)
	} else {
		l.regression = l.o.Task == TaskRegression
	}
	if l.regression {
		if l.o.Task == TaskAuto && c.numeric && c.whole {
			l.read.Remarks = append(l.read.Remarks, Remark{
				Column: l.target, Text: fmt.Sprintf("%d different whole numbers are taken for values to predict, not for classes", len(c.values)),
				Setting: "task", Value: string(TaskClassification), Effect: "makes them classes",
			})
		}
		return nil
	}
	switch {
	case len(l.o.Classes) > 0:
		l.classes = l.o.Classes
	case c.numeric:
		l.classes = numberNames(c.values)
	default:
		l.classes = slices.Sorted(maps.Keys(c.texts))
	}
	if len(l.classes) == 1 && len(l.faults) == 0 { // else the other faults may be why
		l.faults = append(l.faults, &Error{
			File: l.t.file, Column: l.target, Err: fmt.Errorf("%w: all %d labels are %q", ErrOneClass, len(rows), l.classes[0]),
			Remedy: wording.New("Name another column with {label}"),
		})
	}
	l.refuseRare(c)
	return nil
}

// refuseRare reports classes with fewer samples than are needed.
func (l *layout) refuseRare(c labelCensus) {
	var rare []string
	for _, name := range l.classes {
		n := c.texts[name]
		if v, err := parseNumber(name); err == nil && c.numeric {
			n = c.values[v]
		}
		if n < l.o.LeastOfClass {
			rare = append(rare, name)
		}
	}
	if len(rare) == 0 || len(l.classes) < 2 {
		return
	}
	err := fmt.Errorf("%w: fewer than %d of %s", ErrTooFew, l.o.LeastOfClass, quoted(rare))
	remedy := wording.New("Use {merge-rare %d} to make one class of them, or {classes} to leave them out", l.o.LeastOfClass)
	switch {
	case len(rare) == 1:
		remedy = wording.New("Use {classes} to leave it out")
	case len(rare) == len(l.classes):
		remedy = wording.New("Name another column with {label}, or use {task regression} if they are numbers")
	}
	l.faults = append(l.faults, &Error{File: l.t.file, Column: l.target, Err: err, Remedy: remedy})
}

// numberNames returns the numbers in increasing order, as text.
func numberNames(values map[float64]int) []string {
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

// labels returns the labels of the rows; those that cannot be read are one fault.
func (l *layout) labels(ctx context.Context, rows []int) ([]float64, error) {
	y := make([]float64, len(rows))
	find := l.classFinder()
	var bad wrong
	var unknown []string
	for i, r := range rows {
		if err := checkpoint(ctx, i); err != nil {
			return nil, err
		}
		text := l.t.rows[r][l.label]
		if isMissing(text) {
			continue // which is a fault already
		}
		v, err := l.rule.Notation.parse(text)
		if l.regression {
			if y[i] = v; err != nil {
				bad.add(func() *Error { return l.cellError(r, l.label, l.target, err, l.valueRemedy(text)) })
			}
			continue
		}
		class, known := find(text, v, err == nil)
		if y[i] = class; known {
			continue
		}
		bad.add(func() *Error {
			return &Error{
				File: l.t.file, Line: l.t.lines[r], Column: l.target, Err: &UnknownError{Kind: "class", Name: text, Known: l.classes},
				Remedy: wording.New("Name it among the classes, or leave the row out"),
			}
		})
		if len(unknown) < listedNames && !slices.Contains(unknown, text) {
			unknown = append(unknown, text)
		}
	}
	if len(unknown) > 1 {
		bad.first.Err = fmt.Errorf("%w; also %s", bad.first.Err, quoted(unknown[1:]))
	}
	bad.report(l, len(rows))
	return y, nil
}

// valueRemedy says what to do about a label that is no number.
func (l *layout) valueRemedy(text string) error {
	if hasOtherMark(text, l.o.Comma) && l.o.Schema == nil && !l.o.Comma {
		return wording.New("Use {decimal ,}")
	}
	return wording.New("Clean the file, or use {task classification}")
}

// classFinder returns what finds the class of a label: by its text, by its value where
// it is a number (1, 1.0 and 1e0 are one class), or among those that were merged.
func (l *layout) classFinder() func(text string, v float64, isNumber bool) (float64, bool) {
	index, merged := indexOf(l.classes), indexOf(l.rule.Merged)
	byValue := make(map[float64]int)
	mergedValues := make(map[float64]bool)
	for i, name := range l.classes {
		if v, err := l.rule.Notation.parse(name); err == nil {
			byValue[v] = i
		} else if v, err := parseNumber(name); err == nil {
			byValue[v] = i
		}
	}
	for _, name := range l.rule.Merged {
		if v, err := parseNumber(name); err == nil {
			mergedValues[v] = true
		}
	}
	return func(text string, v float64, isNumber bool) (float64, bool) {
		class, known := index[text]
		if !known && isNumber {
			class, known = byValue[v]
		}
		if known {
			return float64(class), true
		}
		_, isMerged := merged[text]
		if !isMerged && !(isNumber && mergedValues[v]) {
			return 0, false
		}
		return float64(len(l.classes) - 1), true // the class of all merged ones is the last
	}
}

// otherName is what all levels or classes are called that are none of their own.
const otherName = "other"

// freeName returns name, or name with as many asterisks as make it none of the taken.
func freeName(name string, taken []string) string {
	for slices.Contains(taken, name) {
		name += "*"
	}
	return name
}

// MergeRare makes one class, "other", of all classes with fewer than least samples, the
// last of the classes, and notes in Label.Merged which they are. Rows are shared with
// d; where no class is so rare, or only one, the result is d. It returns ErrNoClasses
// for regression, ErrUnlabelled without labels, and ErrOneClass when no two remain.
func (d *Dataset) MergeRare(least int) (*Dataset, error) {
	if d.Regression() {
		return nil, fmt.Errorf("target %q: %w", d.Target, ErrNoClasses)
	}
	if d.Y == nil {
		return nil, fmt.Errorf("target %q: %w", d.Target, ErrUnlabelled)
	}
	index := make([]float64, len(d.Classes))
	var kept, merged []string
	for c, n := range d.ClassCounts() {
		if n < least {
			index[c] = -1
			merged = append(merged, d.Classes[c])
			continue
		}
		index[c] = float64(len(kept))
		kept = append(kept, d.Classes[c])
	}
	if len(merged) < 2 {
		return d, nil
	}
	if len(kept) == 0 {
		return nil, fmt.Errorf("all %d classes have fewer than %d samples: %w is left", len(merged), least, ErrOneClass)
	}
	s := *d
	s.Label.Merged = slices.Concat(d.Label.Merged, merged)
	other := freeName(otherName, slices.Concat(kept, s.Label.Merged))
	s.Classes = append(kept, other)
	s.Y = make([]float64, len(d.Y))
	for i, y := range d.Y {
		if s.Y[i] = index[int(y)]; s.Y[i] < 0 {
			s.Y[i] = float64(len(kept))
		}
	}
	return &s, nil
}
