package report

import (
	"fmt"
	"io"
	"strconv"
	"strings"
	"unicode"

	"github.com/qnn-go/qnn/internal/plural"

	"github.com/mattn/go-runewidth"
)

// labelWidth is the width of the first column of the terminal report.
const labelWidth = 10

// Text writes the terminal's blocks "test" and "compare", each if there is
// something to say. Columns are aligned by the width of characters on a
// terminal; what cannot be printed, such as an escape sequence in a class name, is
// replaced by U+FFFD.
func Text(w io.Writer, s Summary) error {
	var blocks []string
	if lines := testLines(s.Test); len(lines) > 0 {
		blocks = append(blocks, block("test", lines))
	}
	if lines := compareLines(&s); len(lines) > 0 {
		blocks = append(blocks, block("compare", lines))
	}
	_, err := io.WriteString(w, strings.Join(blocks, "\n"))
	return err
}

// block puts the label before the first of the lines and indents the others.
func block(label string, lines []string) string {
	var b strings.Builder
	for _, line := range lines {
		fmt.Fprintf(&b, "%-*s%s\n", labelWidth, label, line)
		label = ""
	}
	return b.String()
}

func testLines(t Test) []string {
	switch {
	case t.Classification != nil:
		table := table{
			header: []string{"class", "precision", "recall", "f1", "samples"},
			left:   map[int]bool{0: true},
			gaps:   []int{4, 2, 2, 2},
		}
		for _, c := range t.Classes {
			table.add(Printable(c.Class), score(c.Precision), score(c.Recall), score(c.F1), strconv.Itoa(c.Support))
		}
		lines := append(table.lines(), fmt.Sprintf("accuracy %s  %s 95%%   macro F1 %s",
			score(t.Accuracy), t.interval(), score(t.MacroF1)))
		if t.Ranking != nil {
			lines = append(lines, Printable(t.ranked()))
		}
		return append(lines, t.warningLines()...)
	case t.Regression != nil:
		line := fmt.Sprintf("RMSE %s  MAE %s  R² %s  %s", value(t.RMSE), value(t.MAE), score(t.R2), plural.Count(t.Samples, "sample"))
		return append([]string{line}, t.warningLines()...)
	}
	return nil
}

// warningLines are the warnings for a terminal.
func (t Test) warningLines() []string {
	var out []string
	for _, w := range t.Warnings {
		out = append(out, "warning: "+Printable(w))
	}
	return out
}

func compareLines(s *Summary) []string {
	rows := s.compared()
	if len(rows) == 0 {
		return nil
	}
	header, cells := comparisonTable(rows, false)
	table := table{header: append(header, "parameters", "train"), left: map[int]bool{0: true}, gaps: []int{5}}
	for i, name := range table.header[1:] {
		table.left[i+1] = name == "features" || name == "accuracy" || name == "train"
		table.gaps = append(table.gaps, 2)
	}
	if table.header[1] == "features" {
		table.gaps[0], table.gaps[1] = 3, 3
	}
	table.gaps[len(header)] = 3
	for _, line := range cells {
		line[0] = Printable(line[0]) // the name; the rest is our own
		table.add(line...)
	}
	out := table.lines()
	for _, note := range append(s.notes(), s.verdicts()...) {
		out = append(out, Printable(note))
	}
	return out
}

// interval is the 95 % interval in brackets.
func (c *Classification) interval() string {
	return fmt.Sprintf("[%s, %s]", score(c.AccuracyLow), score(c.AccuracyHigh))
}

// shown is the accuracy with its interval, or a dash.
func (s Scores) shown() string {
	if s.Classification == nil {
		return "-"
	}
	return score(s.Accuracy) + " " + s.interval()
}

// values are RMSE, MAE and R², or dashes.
func (s Scores) values() []string {
	if s.Regression == nil {
		return []string{"-", "-", "-"}
	}
	return []string{value(s.RMSE), value(s.MAE), score(s.R2)}
}

// score prints a number of about 0 to 1.
func score(v float64) string { return strconv.FormatFloat(v, 'f', 3, 64) }

// value prints a number of any magnitude to four digits.
func value(v float64) string { return strconv.FormatFloat(v, 'g', 4, 64) }

// seconds prints a duration; 0 is one that was not measured.
func seconds(s float64) string {
	switch {
	case s == 0:
		return "-"
	case s < 0.01:
		return "<0.01 s"
	case s < 1:
		return fmt.Sprintf("%.2f s", s)
	case s < 100:
		return fmt.Sprintf("%.1f s", s)
	}
	return fmt.Sprintf("%.0f s", s)
}

// table lays out cells in columns.
type table struct {
	header []string
	left   map[int]bool // columns aligned to the left; the others to the right
	gaps   []int        // spaces after each column but the last
	rows   [][]string
}

func (t *table) add(cells ...string) { t.rows = append(t.rows, cells) }

// lines returns header and rows without trailing blanks.
func (t *table) lines() []string {
	// Ambiguous characters are narrow, whatever the locale: equal input, equal bytes.
	metrics := runewidth.Condition{StrictEmojiNeutral: true}
	all := append([][]string{t.header}, t.rows...)
	widths := make([]int, len(t.header))
	for _, row := range all {
		for i, cell := range row {
			widths[i] = max(widths[i], metrics.StringWidth(cell))
		}
	}
	out := make([]string, len(all))
	for r, row := range all {
		var b strings.Builder
		for i, cell := range row {
			pad := strings.Repeat(" ", widths[i]-metrics.StringWidth(cell))
			if i > 0 {
				b.WriteString(strings.Repeat(" ", t.gaps[i-1]))
			}
			if t.left[i] {
				b.WriteString(cell + pad)
			} else {
				b.WriteString(pad + cell)
			}
		}
		out[r] = strings.TrimRight(b.String(), " ")
	}
	return out
}

// Printable replaces white space by blanks and other characters that cannot be
// printed, such as the start of an escape sequence, by U+FFFD.
func Printable(s string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case unicode.IsSpace(r):
			return ' '
		case !unicode.IsPrint(r):
			return unicode.ReplacementChar
		}
		return r
	}, s)
}
