package draw

import (
	"bytes"
	"encoding/xml"
	"fmt"
	"io"
	"math"
	"slices"
	"unicode/utf8"

	"github.com/qnn-go/qnn/circuits"
)

// Lengths in pixels. Text is monospaced, so that its width is known without a font;
// the gap between two lines holds the condition of an operation on the lower.
const (
	rowHeight  = 46
	boxHeight  = 28
	half       = boxHeight / 2
	letter     = 7.3 // width of a letter of fontSize
	fontSize   = 12
	small      = 10 // size of the letters of conditions
	boxPadding = 14
	symbol     = 22 // width of what has no text
	columnGap  = 12
	edge       = 12
	pixels     = 8 // of a character of Options.Width
)

// The colours are told from a white and from a black ground.
const svgHead = `<svg xmlns="http://www.w3.org/2000/svg" width="%[1]d" height="%[2]d" viewBox="0 0 %[1]d %[2]d" role="img">
<style>
text{font:12px ui-monospace,Menlo,Consolas,"DejaVu Sans Mono","Liberation Mono",monospace;text-anchor:middle;fill:#14233c}
.n{fill:#6e7781;text-anchor:end}
.p{fill:#6e7781;text-anchor:start}
.i{fill:#b07d2b;font-size:10px}
.w{stroke:#8b949e;stroke-width:1}
.g{fill:#dbe7f7;stroke:#4f7fc4}
.m{fill:#f6e7cc;stroke:#b07d2b}
.l{stroke:#4f7fc4;stroke-width:1.5;fill:none}
.d{fill:#4f7fc4}
.a{stroke:#7a5518;stroke-width:1.2;fill:none}
.b{stroke:#8b949e;stroke-width:2;stroke-dasharray:4 3}
</style>
`

// SVG draws c to w as a picture, in the manner of [Text]: qubit 0 on top, time from
// left to right. Controls are dots, joined with what they control; measurements name
// their bit; conditions stand above what depends on them, and what is stored in bits on
// a line of its own. The ground is transparent, and the colours are seen on white and
// on black. Nil options are the zero value; the result depends on the arguments only.
//
// The error is that of [circuits.Circuit.Validate], or of w.
func SVG(w io.Writer, c *circuits.Circuit, o *Options) error {
	if o == nil {
		o = &Options{}
	}
	if err := c.Validate(); err != nil {
		return fmt.Errorf("draw: %w", err)
	}
	p := picture{style: newStyle(o), names: lineNames(c, o)}
	if len(p.names) == 0 {
		p.names = []string{"no qubits"}
	}
	widest := 0
	for _, name := range p.names {
		widest = max(widest, utf8.RuneCountInString(name))
	}
	p.left = edge + letter*float64(widest) + 8
	top := float64(edge)
	if phase := globalPhase(c); len(phase) > 0 {
		p.text("p", edge, top+fontSize, "global phase: "+p.style.angle(phase))
		top += 2 * fontSize
	}
	arranged := arrange(c)
	widths := make([]float64, len(arranged))
	for i, ops := range arranged {
		widths[i] = p.columnWidth(ops)
	}
	room := math.Inf(1)
	if o.Width > 0 {
		room = float64(pixels*o.Width) - p.left - edge
	}
	right := p.left
	for start := 0; ; {
		end, used := start, 0.0
		for end < len(widths) && (end == start || used+widths[end] <= room) {
			used += widths[end]
			end++
		}
		right = max(right, p.block(arranged[start:end], widths[start:end], top))
		top += rowHeight * float64(len(p.names))
		if start = end; start == len(widths) {
			break
		}
		top += rowHeight / 2
	}
	var out bytes.Buffer
	fmt.Fprintf(&out, svgHead, int(math.Ceil(max(right+edge, p.wide))), int(math.Ceil(top+edge)))
	out.Write(p.body.Bytes())
	out.WriteString("</svg>\n")
	return write(w, &out)
}

// picture collects what is drawn.
type picture struct {
	style *style
	names []string
	left  float64 // where the wires begin
	wide  float64 // the right end of texts
	body  bytes.Buffer
}

func (p *picture) printf(format string, args ...any) { fmt.Fprintf(&p.body, format, args...) }

// text writes at the baseline y.
func (p *picture) text(class string, x, y float64, text string) {
	p.printf(`<text class="%s" x="%.1f" y="%.1f">`, class, x, y)
	_ = xml.EscapeText(&p.body, []byte(text)) // to memory
	p.printf("</text>\n")
	if class == "p" {
		p.wide = max(p.wide, x+letter*float64(utf8.RuneCountInString(text))+edge)
	}
}

// columnWidth is the width of a column with the gap.
func (p *picture) columnWidth(ops []circuits.Op) float64 {
	width := float64(symbol)
	for _, op := range ops {
		for k := range op.Qubits {
			width = max(width, p.width(op, k))
		}
		if op.If != nil {
			width = max(width, small/float64(fontSize)*letter*float64(utf8.RuneCountInString("if "+op.If.String())))
		}
	}
	return width + columnGap
}

// width is that of the k-th qubit's part of op.
func (p *picture) width(op circuits.Op, k int) float64 {
	switch part(op, k) {
	case partBox:
		return boxPadding + letter*float64(utf8.RuneCountInString(p.style.box(op, k)))
	case partMeasure:
		return boxPadding + symbol + letter*float64(len(fmt.Sprint("c", op.Clbit)))
	default:
		return symbol
	}
}

// block draws columns below top and returns where their wires end.
func (p *picture) block(columns [][]circuits.Op, widths []float64, top float64) float64 {
	end := p.left + columnGap
	for _, w := range widths {
		end += w
	}
	y := func(q int) float64 { return top + rowHeight*(float64(q)+0.5) }
	for q, name := range p.names {
		p.text("n", p.left-6, y(q)+4, name)
		p.line("w", p.left, y(q), end, y(q))
	}
	x := p.left + columnGap/2
	for i, ops := range columns {
		x += widths[i] / 2
		for _, op := range ops {
			p.operation(op, x, y)
		}
		x += widths[i] / 2
	}
	return end
}

// operation draws op around x.
func (p *picture) operation(op circuits.Op, x float64, y func(int) float64) {
	low, high := slices.Min(op.Qubits), slices.Max(op.Qubits)
	if low != high && op.Gate != circuits.GateBarrier {
		p.line("l", x, y(low), x, y(high))
	}
	for k, q := range op.Qubits {
		p.part(op, k, x, y(q))
	}
	if op.If != nil {
		p.text("i", x, y(low)-half-3, "if "+op.If.String())
	}
}

// part draws the k-th qubit's part of op at x, y.
func (p *picture) part(op circuits.Op, k int, x, y float64) {
	switch part(op, k) {
	case partControl:
		p.printf(`<circle class="d" cx="%.1f" cy="%.1f" r="5"/>`+"\n", x, y)
	case partTarget:
		p.printf(`<circle class="g" cx="%.1f" cy="%.1f" r="10"/><path class="l" d="M%.1f %.1fh20m-10 -10v20"/>`+"\n", x, y, x-10, y)
	case partSwap:
		p.printf(`<path class="l" d="M%.1f %.1fl12 12m0 -12l-12 12"/>`+"\n", x-6, y-6)
	case partBarrier:
		p.line("b", x, y-rowHeight/2+2, x, y+rowHeight/2-2)
	case partMeasure:
		w := p.width(op, k)
		p.box("m", x, y, w)
		dial := x - w/2 + boxPadding/2 + 8
		p.printf(`<path class="a" d="M%.1f %.1fa8 8 0 0 1 16 0m-8 0l6 -9"/>`+"\n", dial-8, y+5)
		p.text("t", x+(symbol-2)/2, y+4, fmt.Sprint("c", op.Clbit))
	default:
		class := "g"
		if !op.Gate.Unitary() {
			class = "m"
		}
		p.box(class, x, y, p.width(op, k))
		p.text("t", x, y+4, p.style.box(op, k))
	}
}

func (p *picture) line(class string, x1, y1, x2, y2 float64) {
	p.printf(`<line class="%s" x1="%.1f" y1="%.1f" x2="%.1f" y2="%.1f"/>`+"\n", class, x1, y1, x2, y2)
}

func (p *picture) box(class string, x, y, width float64) {
	p.printf(`<rect class="%s" x="%.1f" y="%.1f" width="%.1f" height="%d" rx="3"/>`+"\n", class, x-width/2, y-half, width, boxHeight)
}
