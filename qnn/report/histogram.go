package report

import (
	"fmt"
	"image/color"
	"io"
	"strconv"

	"gonum.org/v1/plot/font"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// Bar is one bar of a histogram.
type Bar struct {
	Name  string  // such as an outcome, 0101
	Value float64 // 0 or more
}

// HistogramOptions are settings of [Histogram], and may all be empty.
type HistogramOptions struct {
	Title string
	Note  string // a remark below the bars
}

// maxBars bounds the bars of a histogram, and so the height of its picture.
const maxBars = 256

// Histogram writes a PNG of 700 pixels width with a horizontal bar for each value, its
// name before it and its number, to 4 significant digits where it is not whole, behind
// it. The height is 22 pixels a bar and 24 for the margins and for each of title and
// note. No bars, more than 256, and values that are negative, not finite or beyond
// 1e150 are errors that wrap [ErrInput].
func Histogram(w io.Writer, bars []Bar, o HistogramOptions) error {
	if len(bars) == 0 || len(bars) > maxBars {
		return fmt.Errorf("report: histogram of %d bars, must be 1 to %d: %w", len(bars), maxBars, ErrInput)
	}
	most := 0.0
	for _, b := range bars {
		if !finite(b.Value) || b.Value < 0 {
			return fmt.Errorf("report: histogram: value %v of %q: %w", b.Value, b.Name, ErrInput)
		}
		most = max(most, b.Value)
	}
	height := 24 + 22*len(bars)
	for _, text := range []string{o.Title, o.Note} {
		if text != "" {
			height += 32
		}
	}
	return writePNG(w, 700, height, func(c draw.Canvas) {
		c = drawTitle(c, o.Title)
		if o.Note != "" {
			style := textStyle(textSize-1, grey(0x50))
			c.FillText(style, vg.Point{X: c.Center().X, Y: c.Min.Y + 6}, fit(style, o.Note, c.Max.X-c.Min.X))
			c = draw.Crop(c, 0, 0, 24, 0)
		}
		drawBars(c, bars, most)
	})
}

// drawBars draws the bars from the top; the longest stands for most.
func drawBars(c draw.Canvas, bars []Bar, most float64) {
	name, value := textStyle(textSize, color.Black), textStyle(textSize-1, grey(0x30))
	name.Font = font.From(font.Font{Typeface: "Liberation", Variant: "Mono"}, textSize)
	name.XAlign, value.XAlign = draw.XRight, draw.XLeft
	before, behind := vg.Length(0), vg.Length(0)
	limit := 0.45 * (c.Max.X - c.Min.X)
	for _, b := range bars {
		before = max(before, min(name.Width(fit(name, b.Name, limit)), limit))
		behind = max(behind, value.Width(short(b.Value)))
	}
	left, right := c.Min.X+before+6, c.Max.X-behind-5
	row := (c.Max.Y - c.Min.Y) / vg.Length(len(bars))
	c.SetColor(series(0))
	for i, b := range bars {
		y := c.Max.Y - row*(vg.Length(i)+0.5)
		c.FillText(name, vg.Point{X: left - 6, Y: y}, fit(name, b.Name, limit))
		length := vg.Length(0)
		if most > 0 {
			length = (right - left) * vg.Length(b.Value/most)
		}
		c.SetColor(series(0))
		var bar vg.Path
		bar.Move(vg.Point{X: left, Y: y - 0.36*row})
		bar.Line(vg.Point{X: left + length, Y: y - 0.36*row})
		bar.Line(vg.Point{X: left + length, Y: y + 0.36*row})
		bar.Line(vg.Point{X: left, Y: y + 0.36*row})
		bar.Close()
		c.Fill(bar)
		c.FillText(value, vg.Point{X: left + length + 5, Y: y}, short(b.Value))
	}
	c.StrokeLine2(draw.LineStyle{Color: grey(0x40), Width: 1}, left, c.Min.Y, left, c.Max.Y)
}

// short writes whole numbers in full and others to 4 significant digits.
func short(v float64) string {
	if v == float64(int64(v)) {
		return strconv.FormatInt(int64(v), 10)
	}
	return strconv.FormatFloat(v, 'g', 4, 64)
}
