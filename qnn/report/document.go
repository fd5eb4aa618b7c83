package report

import "strings"

// document is Markdown being written, of blocks with a blank line between them.
type document struct{ strings.Builder }

func (d *document) block(text string) {
	if d.Len() > 0 {
		d.WriteByte('\n')
	}
	d.WriteString(text)
	d.WriteByte('\n')
}

func (d *document) heading(level int, text string) {
	d.block(strings.Repeat("#", level) + " " + text)
}

func (d *document) paragraph(text string) { d.block(text) }

func (d *document) picture(alt, file string) {
	d.block("![" + escape(alt) + "](" + link(file) + ")")
}

// code writes lines as a code block, in a fence longer than any in them.
func (d *document) code(lines []string) {
	text := make([]string, len(lines))
	fence := "```"
	for i, line := range lines {
		text[i] = Printable(line)
		for strings.Contains(text[i], fence) {
			fence += "`"
		}
	}
	d.block(fence + "sh\n" + strings.Join(text, "\n") + "\n" + fence)
}

// table writes escaped cells; align has an l or r for each column.
func (d *document) table(align string, header []string, rows [][]string) {
	var b strings.Builder
	line := func(cells []string) { b.WriteString("| " + strings.Join(cells, " | ") + " |") }
	line(header)
	rules := make([]string, len(align))
	for i, a := range align {
		rules[i] = "---"
		if a == 'r' {
			rules[i] = "--:"
		}
	}
	b.WriteByte('\n')
	line(rules)
	for _, row := range rows {
		b.WriteByte('\n')
		line(row)
	}
	d.block(b.String())
}

// escape makes text within a line stand for itself in Markdown, on one line. Bare
// web addresses, such as that of a data set's source, are links all the same.
func escape(text string) string {
	var b strings.Builder
	for _, r := range Printable(text) {
		if strings.ContainsRune("\\`*_[]<>#|~&$", r) {
			b.WriteByte('\\')
		}
		b.WriteRune(r)
	}
	return b.String()
}
