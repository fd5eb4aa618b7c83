package report

import (
	"fmt"
	"image/color"
	"io"
	"math"
	"slices"
	"strconv"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"

	"github.com/qnn-go/qnn/qnn/metric"
)

// Confusion writes a PNG of 800 × 700 pixels with a row for each actual class, from
// the top, and a column for each predicted one. Cells hold counts; the darker a
// cell, the larger its share of the actual class. Of more than 40 classes the 39 with
// most samples are drawn, and all others as one. Names that are too wide for a column
// are wrapped or turned, and shortened in the middle where that is not enough; the
// fonts cover Latin, Greek and Cyrillic letters. A matrix that is empty or not square
// is an error that wraps [ErrInput].
func Confusion(w io.Writer, c *metric.Confusion, title string) error {
	k := len(c.Classes)
	if k == 0 || len(c.Counts) != k {
		return fmt.Errorf("report: confusion matrix of %d classes and %d rows: %w", k, len(c.Counts), ErrInput)
	}
	for t, row := range c.Counts {
		if len(row) != k {
			return fmt.Errorf("report: confusion matrix: row %d has %d counts, needs %d: %w", t, len(row), k, ErrInput)
		}
	}
	c = largest(c, mostClasses)
	k = len(c.Classes)
	p := newPlot("predicted", "actual")
	p.X.Min, p.X.Max, p.Y.Min, p.Y.Max = 0, float64(k), 0, float64(k)
	p.X.Tick.Width, p.Y.Tick.Width = 0, 0
	p.X.LineStyle.Width, p.Y.LineStyle.Width = 0, 0
	p.X.Padding, p.Y.Padding = 5, 3
	size := p.X.Tick.Label
	size.Font = sans(min(textSize, max(6, 160/vg.Length(k))))
	p.X.Tick.Label, p.Y.Tick.Label.Font = size, size.Font
	labelClasses(p, c.Classes)
	p.Add(cells{c.Counts})
	return writePNG(w, 800, 700, func(canvas draw.Canvas) {
		p.Draw(drawShades(drawTitle(canvas, title)))
	})
}

// mostClasses are as many classes as a picture tells apart.
const mostClasses = 40

// largest is c with at most the given number of classes: those with most samples, actual
// or predicted, in their order, and the sum of all others as the last.
func largest(c *metric.Confusion, most int) *metric.Confusion {
	k := len(c.Classes)
	if k <= most {
		return c
	}
	weight := make([]int, k)
	for t, row := range c.Counts {
		for q, n := range row {
			weight[t] += n
			weight[q] += n
		}
	}
	order := make([]int, k)
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(a, b int) int { return weight[b] - weight[a] })
	kept := slices.Sorted(slices.Values(order[:most-1]))
	place := slices.Repeat([]int{most - 1}, k)
	out := &metric.Confusion{Counts: make([][]int, most)}
	for i, class := range kept {
		place[class] = i
		out.Classes = append(out.Classes, c.Classes[class])
	}
	out.Classes = append(out.Classes, fmt.Sprintf("%d others", k-most+1))
	for i := range out.Counts {
		out.Counts[i] = make([]int, most)
	}
	for t, row := range c.Counts {
		for q, n := range row {
			out.Counts[place[t]][place[q]] += n
		}
	}
	return out
}

// Room for the names of classes, in points: beside the rows, below the columns, and for
// all columns together.
const (
	roomBeside = vg.Length(95)
	roomBelow  = vg.Length(90)
	roomAcross = vg.Length(380)
)

// labelClasses writes the names of the classes beside the rows and below the columns,
// in two lines where that helps, and turned where a name is too wide for its column.
func labelClasses(p *plot.Plot, classes []string) {
	k := len(classes)
	style := p.X.Tick.Label
	column := roomAcross/vg.Length(k) - 4
	narrow := slices.ContainsFunc(classes, func(name string) bool {
		return slices.ContainsFunc(lines(style, name, column), func(line string) bool { return style.Width(line) > column })
	})
	if narrow {
		p.X.Tick.Label.Rotation = math.Pi / 4
		p.X.Tick.Label.XAlign, p.X.Tick.Label.YAlign = draw.XRight, draw.YCenter
	}
	var across, down []plot.Tick
	for i, name := range classes {
		label := fit(style, name, roomBelow*math.Sqrt2)
		if !narrow {
			label = wrap(style, name, column)
		}
		across = append(across, plot.Tick{Value: float64(i) + 0.5, Label: label})
		down = append(down, plot.Tick{Value: float64(k-i) - 0.5, Label: wrap(style, name, roomBeside)})
	}
	p.X.Tick.Marker, p.Y.Tick.Marker = plot.ConstantTicks(across), plot.ConstantTicks(down)
}

// shade is the colour of a share in [0, 1], from white to dark blue.
func shade(share float64) color.RGBA {
	return mix(grey(0xff), color.RGBA{0x08, 0x30, 0x6b, 0xff}, share)
}

// ink is black or white, whichever stands out more from the background by the
// contrast ratio of WCAG 2.1: (L₁+0.05)/(L₂+0.05).
func ink(background color.RGBA) color.Color {
	linear := func(v uint8) float64 {
		s := float64(v) / 255
		if s <= 0.04045 {
			return s / 12.92
		}
		return math.Pow((s+0.055)/1.055, 2.4)
	}
	luminance := 0.2126*linear(background.R) + 0.7152*linear(background.G) + 0.0722*linear(background.B)
	if 1.05/(luminance+0.05) > (luminance+0.05)/0.05 {
		return color.White
	}
	return color.Black
}

// smallestText is the size below which numbers cannot be read, and the shades alone tell.
const smallestText = vg.Length(4)

// cells plots the counts.
type cells struct{ counts [][]int }

// most is the largest count.
func (m cells) most() int {
	most := 0
	for _, row := range m.counts {
		most = max(most, slices.Max(row))
	}
	return most
}

// Plot implements plot.Plotter.
func (m cells) Plot(c draw.Canvas, p *plot.Plot) {
	x, y := p.Transforms(&c)
	k := len(m.counts)
	width, height := x(1)-x(0), y(1)-y(0)
	size := min(18, 0.45*height, 0.75*width/textStyle(1, color.Black).Width(strconv.Itoa(m.most())))
	for t, row := range m.counts {
		total := 0
		for _, n := range row {
			total += n
		}
		for q, n := range row {
			fill := shade(float64(n) / float64(max(1, total)))
			low := vg.Point{X: x(float64(q)), Y: y(float64(k - t - 1))}
			c.SetColor(fill)
			c.Fill(vg.Rectangle{Min: low, Max: vg.Point{X: low.X + width, Y: low.Y + height}}.Path())
			if size < smallestText {
				continue
			}
			c.FillText(textStyle(size, ink(fill)), vg.Point{X: low.X + width/2, Y: low.Y + height/2}, strconv.Itoa(n))
		}
	}
	line := draw.LineStyle{Color: grey(0xa0), Width: 0.6}
	for i := range k + 1 {
		at := float64(i)
		c.StrokeLine2(line, x(at), c.Min.Y, x(at), c.Max.Y)
		c.StrokeLine2(line, c.Min.X, y(at), c.Max.X, y(at))
	}
}

// drawShades draws the scale of the shades along the right edge of c and returns
// the canvas beside it.
func drawShades(c draw.Canvas) draw.Canvas {
	const width, steps = vg.Length(14), 100
	bar := draw.Crop(c, c.Max.X-c.Min.X-width-34, -34, 60, -10)
	step := (bar.Max.Y - bar.Min.Y) / steps
	for i := range steps {
		// To the top, over the shades before: edges that only meet would show.
		low := bar.Min.Y + vg.Length(i)*step
		c.SetColor(shade((float64(i) + 0.5) / steps))
		c.Fill(vg.Rectangle{Min: vg.Point{X: bar.Min.X, Y: low}, Max: bar.Max}.Path())
	}
	line := draw.LineStyle{Color: grey(0xa0), Width: 0.6}
	c.StrokeLines(line, []vg.Point{bar.Min, {X: bar.Max.X, Y: bar.Min.Y}, bar.Max, {X: bar.Min.X, Y: bar.Max.Y}, bar.Min})
	style := textStyle(textSize-1, color.Black)
	style.XAlign = draw.XLeft
	for _, percent := range []int{0, 50, 100} {
		c.FillText(style, vg.Point{X: bar.Max.X + 4, Y: bar.Min.Y + vg.Length(percent)*step}, fmt.Sprintf("%d%%", percent))
	}
	style.XAlign = draw.XRight
	c.FillText(style, vg.Point{X: c.Max.X, Y: bar.Min.Y - 16}, "of actual")
	return draw.Crop(c, 0, -width-34-20, 0, 0)
}
