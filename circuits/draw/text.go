package draw

import (
	"bytes"
	"fmt"
	"io"
	"math"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/qnn-go/qnn/circuits"
)

// Options are the settings of [Text] and [SVG]. The zero value draws Unicode on lines
// of any length, numbers to 3 decimals.
type Options struct {
	// Width is the longest line in characters, of 8 pixels each in a picture; a longer
	// drawing continues below, after an empty line. A single gate that does not fit
	// still makes its line longer. 0 or less: lines are not wrapped.
	Width int
	// Qubits and Weights are names in place of q0, q1, … and w0, w1, …, as many as there
	// are.
	Qubits, Weights []string
	// Decimals is the number of decimals of a number, trailing zeros left out.
	// 0 stands for 3; less than 0 writes every digit.
	Decimals int
	// ASCII, in text, draws * for ●, X for ⊕, x for ×, : for ░, / | \ for brackets, - for
	// wires and M->c0 for M→c0.
	ASCII bool
}

// Text draws c to w; nil options are the zero value. Gates stand as far left as
// the order of their qubits' gates, their brackets and the classical bits allow;
// global phases are added up in a first line. The result depends on the
// arguments only.
//
// The error is that of [circuits.Circuit.Validate], or of w.
func Text(w io.Writer, c *circuits.Circuit, o *Options) error {
	if o == nil {
		o = &Options{}
	}
	if err := c.Validate(); err != nil {
		return fmt.Errorf("draw: %w", err)
	}
	var out bytes.Buffer
	s := newStyle(o)
	if phase := globalPhase(c); len(phase) > 0 {
		fmt.Fprintf(&out, "global phase: %s\n", s.angle(phase))
	}
	if c.Qubits == 0 {
		out.WriteString("(no qubits)\n")
		return write(w, &out)
	}
	prefixes := lineNames(c, o)
	widest := 0
	for _, name := range prefixes {
		widest = max(widest, utf8.RuneCountInString(name)+2)
	}
	for q, name := range prefixes {
		prefixes[q] = fmt.Sprintf("%-*s", widest, name+":")
	}
	room := math.MaxInt
	if o.Width > 0 {
		room = o.Width - widest - 1 // for columns, between the prefix and the last wire
	}
	for i, block := range wrap(layout(c, s), room) {
		if i > 0 {
			out.WriteByte('\n')
		}
		for q, prefix := range prefixes {
			out.WriteString(prefix + s.line(block, q) + "\n")
		}
	}
	return write(w, &out)
}

// lines is the number of qubits, and one more where there is something to draw that
// is on classical bits alone.
func lines(c *circuits.Circuit) int {
	if slices.ContainsFunc(c.Ops, classical) {
		return c.Qubits + 1
	}
	return c.Qubits
}

// lineNames are the names of the lines.
func lineNames(c *circuits.Circuit, o *Options) []string {
	names := make([]string, lines(c))
	for q := range names {
		switch {
		case q == c.Qubits:
			names[q] = "c"
		case q < len(o.Qubits):
			names[q] = o.Qubits[q]
		default:
			names[q] = fmt.Sprintf("q%d", q)
		}
	}
	return names
}

func classical(op circuits.Op) bool { return op.Classical() }

func write(w io.Writer, drawing *bytes.Buffer) error {
	if _, err := drawing.WriteTo(w); err != nil {
		return fmt.Errorf("draw: %w", err)
	}
	return nil
}

// globalPhase is the sum of the global phases of c.
func globalPhase(c *circuits.Circuit) circuits.Angle {
	var sum circuits.Angle
	for _, op := range c.Ops {
		if op.Gate == circuits.GateGPhase {
			sum = sum.Plus(op.Angles[0])
		}
	}
	return sum
}

// link says how a cell belongs to a gate on several qubits.
type link uint8

const (
	alone link = iota
	first
	middle
	last
	passed // by a gate on qubits above and below
)

type cell struct {
	link link
	text string
}

// column holds operations that stand above one another, a cell for each qubit.
type column struct {
	cells   []cell
	linked  bool // a cell has a link: all leave a place for one
	written int  // width of the widest cell without its link
}

func (col *column) width() int {
	if col.linked {
		return col.written + 1
	}
	return col.written
}

// layout writes the operations into cells.
func layout(c *circuits.Circuit, s *style) []column {
	arranged := arrange(c)
	columns := make([]column, len(arranged))
	for i, ops := range arranged {
		columns[i].cells = make([]cell, lines(c))
		for _, op := range ops {
			columns[i].put(op, slices.Min(op.Qubits), slices.Max(op.Qubits), s)
		}
	}
	return columns
}

// arrange places each operation in the first column that is free for all lines it
// touches and behind all earlier operations on them. What is on classical bits alone
// is put on the line behind the qubits; global phases are left out.
func arrange(c *circuits.Circuit) [][]circuits.Op {
	var columns [][]circuits.Op
	next := make([]int, lines(c)+c.Clbits+len(c.Vars)) // first free column of each line, bit and variable
	floor := 0                                         // first column behind the last beginning or end of a loop
	for _, op := range c.Ops {
		if classical(op) {
			op.Qubits = []int{c.Qubits}
		}
		if len(op.Qubits) == 0 { // a global phase, or a barrier on nothing
			continue
		}
		wall := op.Gate == circuits.GateLoop || op.Gate == circuits.GateEnd // nothing goes past it
		if wall {
			floor = len(columns)
		}
		touched := crossed(c, op)
		at := floor
		for _, q := range touched {
			at = max(at, next[q])
		}
		for _, q := range touched {
			next[q] = at + 1
		}
		if at == len(columns) {
			columns = append(columns, nil)
		}
		columns[at] = append(columns[at], op)
		if wall {
			floor = len(columns)
		}
	}
	return columns
}

// crossed returns the lines that the drawing of op crosses, and behind the numbers of all
// lines the classical bits and variables that it reads or writes.
func crossed(c *circuits.Circuit, op circuits.Op) []int {
	var touched []int
	if op.Gate == circuits.GateBarrier {
		touched = slices.Clone(op.Qubits)
	} else {
		for q := slices.Min(op.Qubits); q <= slices.Max(op.Qubits); q++ {
			touched = append(touched, q)
		}
	}
	n := lines(c)
	for _, b := range op.Clbits() {
		touched = append(touched, n+b)
	}
	for _, v := range op.Locals() {
		touched = append(touched, n+c.Clbits+v)
	}
	return touched
}

// put writes the cells of op, whose qubits lie between low and high.
func (col *column) put(op circuits.Op, low, high int, s *style) {
	bracket := low != high && op.Gate != circuits.GateBarrier
	if bracket {
		col.linked = true
		for q := low; q <= high; q++ {
			col.cells[q].link = passed
		}
	}
	for k, q := range op.Qubits {
		text := s.label(op, k)
		l := alone
		switch {
		case !bracket:
		case q == low:
			l = first
		case q == high:
			l = last
		default:
			l = middle
		}
		col.cells[q] = cell{l, text}
		col.written = max(col.written, utf8.RuneCountInString(text))
	}
}

// wrap cuts the columns into runs that are at most width wide, each column with
// the wire before it, and at least one column long. There is always one run.
func wrap(columns []column, width int) [][]column {
	var blocks [][]column
	start, used := 0, 0
	for i := range columns {
		w := 1 + columns[i].width()
		if i > start && used+w > width {
			blocks = append(blocks, columns[start:i])
			start, used = i, 0
		}
		used += w
	}
	return append(blocks, columns[start:])
}

// line draws qubit q through the columns of a block.
func (s *style) line(block []column, q int) string {
	var b strings.Builder
	for i := range block {
		col := &block[i]
		at := col.cells[q]
		b.WriteString(s.wire)
		if col.linked {
			b.WriteString(s.links[at.link])
		}
		b.WriteString(at.text)
		b.WriteString(strings.Repeat(s.wire, col.written-utf8.RuneCountInString(at.text)))
	}
	b.WriteString(s.wire)
	return b.String()
}
