package dataset

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"unicode"

	"github.com/qnn-go/qnn/internal/wording"
)

// minIdentifiers is the least number of rows in which a column that is different in
// every one of them is taken for an identifier.
const minIdentifiers = 20

// Remark is something that reading a table decided and that its owner should know.
type Remark struct {
	// Column is the name of the column, "" for the whole table.
	Column string `json:"column,omitempty"`
	// Text says what was done, without a full stop.
	Text string `json:"text"`
	// Setting, with Value where it needs one, is how to have it otherwise, and Effect what
	// that does; they may be empty.
	Setting string `json:"setting,omitempty"`
	Value   string `json:"value,omitempty"`
	Effect  string `json:"effect,omitempty"`
}

// String is the remark in one line, with its setting as a file of settings has it.
func (r Remark) String() string { return r.In(wording.InFile) }

// In is the remark in one line, with its setting in a style.
func (r Remark) In(style wording.Style) string {
	out := r.Text
	if r.Column != "" {
		out = fmt.Sprintf("column %q: %s", r.Column, r.Text)
	}
	if r.Setting != "" {
		out += ". " + style(r.Setting, r.Value) + " " + r.Effect
	}
	return out
}

// kind is what a column of a file is.
type kind int

const (
	numeric kind = iota
	categorical
	dates
	leftOut // an identifier, or free text
)

// recognised is what recognise finds out about a column.
type recognised struct {
	kind     kind
	notation Notation
	layout   string // of dates
	remark   *Remark
	fault    *Error
}

// census counts the cells of a column.
type census struct {
	present, plain int            // cells that are not missing, and plain numbers among them
	texts          map[string]int // the other cells
	order          []string       // their texts by first occurrence
}

func (t *table) census(ctx context.Context, j int, comma bool) (*census, error) {
	c := &census{texts: make(map[string]int)}
	for r, row := range t.rows {
		if err := checkpoint(ctx, r); err != nil {
			return nil, err
		}
		cell := row[j]
		if n, seen := c.texts[cell]; seen {
			c.present++
			c.texts[cell] = n + 1
			continue
		}
		if isMissing(cell) {
			continue
		}
		c.present++
		if n, err := readNumber(cell, comma); err == nil && n.plain {
			c.plain++
			continue
		}
		c.texts[cell] = 1
		c.order = append(c.order, cell)
	}
	return c, nil
}

// recognise finds out what column j is. It is a table's own rule: cells that are
// numbers in some notation, dates, or words, whichever at least half of them are.
func (t *table) recognise(ctx context.Context, j int, o *CSVOptions, kept bool) (recognised, error) {
	c, err := t.census(ctx, j, o.Comma)
	if err != nil {
		return recognised{}, err
	}
	name := t.names[j]
	layout, cells := c.layout(o.Dates)
	if err := ctx.Err(); err != nil {
		return recognised{}, err
	}
	if cells > 0 && 2*cells >= c.present {
		return t.dateColumn(name, c, layout, o.Dates), nil
	}
	words, numbers, percent, example, err := c.words(ctx, o.Comma)
	if err != nil {
		return recognised{}, err
	}
	if words > 0 && 2*words >= c.present {
		out := recognised{kind: categorical}
		if why := c.whyUseless(); why != "" && !kept {
			out.kind = leftOut
			out.remark = &Remark{Column: name, Text: "left out: " + why, Setting: "keep", Value: name, Effect: "uses it"}
		}
		return out, nil
	}
	out := recognised{notation: Notation{Comma: o.Comma, Percent: percent > 0 && 2*percent >= numbers}}
	if !kept && t.numbersRows(j) {
		out.kind = leftOut
		out.remark = &Remark{Column: name, Text: "left out: it numbers the rows", Setting: "keep", Value: name, Effect: "uses it"}
		return out, nil
	}
	if v, err := out.notation.parse(example); example != "" && err == nil {
		out.remark = &Remark{Column: name, Text: fmt.Sprintf("numbers such as %q are read as %s", shorten(example), numberName(v))}
	}
	return out, nil
}

// words counts the cells that are neither numbers nor missing, all numbers, those with
// a percent sign, and returns a number that is not written plainly.
func (c *census) words(ctx context.Context, comma bool) (words, numbers, percent int, example string, err error) {
	numbers = c.plain
	for i, text := range c.order {
		if err := checkpoint(ctx, i); err != nil {
			return 0, 0, 0, "", err
		}
		n, err := readNumber(text, comma)
		switch {
		case err == nil:
			numbers += c.texts[text]
			if example == "" {
				example = text
			}
			if n.percent {
				percent += c.texts[text]
			}
		case isWord(text):
			words += c.texts[text]
		}
	}
	return words, numbers, percent, example, nil
}

// whyUseless says why words cannot be categories: hardly any two cells are equal, or
// they are sentences.
func (c *census) whyUseless() string {
	if c.present < minIdentifiers {
		return ""
	}
	const sentence = 4 // words
	blanks := 0
	for _, text := range c.order {
		blanks += len(strings.Fields(text)) - 1
	}
	switch {
	case len(c.order) == c.present:
		return "every row has a word of its own, as names and numbers of records have"
	case 10*len(c.order) >= 9*c.present:
		return fmt.Sprintf("%d different words in %d rows, as names and numbers of records have", len(c.order), c.present)
	case 2*len(c.order) > c.present && blanks >= (sentence-1)*len(c.order):
		return fmt.Sprintf("free text, %d different ones in %d rows", len(c.order), c.present)
	}
	return ""
}

// layout returns the layout that the most cells are written in, and how many those are.
func (c *census) layout(order Dates) (best string, cells int) {
	const looked = 50 // texts that candidates are taken from
	var candidates []string
	for _, text := range c.order[:min(looked, len(c.order))] {
		for _, layout := range layoutsOf(text) {
			if !slices.Contains(candidates, layout) {
				candidates = append(candidates, layout)
			}
		}
	}
	for _, layout := range candidates {
		if n := c.written(layout); n > cells {
			best, cells = layout, n
		}
	}
	other := swapped(best)
	if other != "" && order != DatesAuto && (order == DatesDayFirst) != isDayFirst(best) && c.written(other) == cells {
		return other, cells
	}
	return best, cells
}

// written counts the cells in a layout.
func (c *census) written(layout string) int {
	cells := 0
	for _, text := range c.order {
		if _, err := (DatePart{Layout: layout}).parse(text); err == nil {
			cells += c.texts[text]
		}
	}
	return cells
}

// dateColumn is a column of dates, or a fault where day and month cannot be told apart.
func (t *table) dateColumn(name string, c *census, layout string, order Dates) recognised {
	out := recognised{kind: dates, layout: layout}
	example := c.order[slices.IndexFunc(c.order, func(text string) bool {
		_, err := DatePart{Layout: layout}.parse(text)
		return err == nil
	})]
	if other := swapped(layout); order == DatesAuto && other != "" && c.written(other) == c.written(layout) {
		out.fault = &Error{
			File: t.file, Column: name, Err: fmt.Errorf("dates such as %q %w, with the day or the month first", example, ErrAmbiguous),
			Remedy: wording.New("Use {dates day-first|month-first}, or {ignore %s}", name),
		}
		return out
	}
	out.remark = &Remark{
		Column: name, Text: fmt.Sprintf("dates such as %q are read as numbers: year, month, weekday, day, hour, as far as they differ", example),
		Setting: "ignore", Value: name, Effect: "leaves it out",
	}
	return out
}

// numbersRows reports whether a column numbers the rows: it is called so, and holds
// whole numbers of which no two are equal. For words that may mean something else, they
// must follow one another without a gap.
func (t *table) numbersRows(j int) bool {
	if len(t.rows) < minIdentifiers || !t.named {
		return false
	}
	sure, perhaps := identifierName(t.names[j])
	perhaps = perhaps || t.names[j] == numberedName(j) // no name
	if !sure && !perhaps {
		return false
	}
	seen := make(map[float64]bool, len(t.rows))
	low, high := 0.0, 0.0
	for i, row := range t.rows {
		v, err := parseNumber(row[j])
		if err != nil || !isWhole(v) || seen[v] {
			return false
		}
		seen[v] = true
		if i == 0 {
			low, high = v, v
		}
		low, high = min(low, v), max(high, v)
	}
	return sure || high-low == float64(len(t.rows)-1)
}

// identifierName reports whether a column's name says that it identifies the rows, or
// may say so.
func identifierName(name string) (sure, perhaps bool) {
	var spaced strings.Builder
	previous := ' '
	for _, r := range name {
		if unicode.IsUpper(r) && unicode.IsLower(previous) {
			spaced.WriteByte(' ')
		}
		spaced.WriteRune(unicode.ToLower(r))
		previous = r
	}
	notWord := func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) && r != '#' }
	for _, word := range strings.FieldsFunc(spaced.String(), notWord) {
		switch word {
		case "id", "ids", "identifier", "uuid", "guid", "userid", "customerid", "patientid", "recordid", "rowid", "orderid":
			sure = true
		case "index", "idx", "nr", "no", "num", "number", "row", "rownames", "record", "key", "unnamed", "serial", "#":
			perhaps = true
		}
	}
	return sure, perhaps
}
