package report

import (
	"bytes"
	"image/color"
	"image/png"
	"io"
	"math"
	"strconv"
	"strings"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/font"
	"gonum.org/v1/plot/plotter"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
	"gonum.org/v1/plot/vg/vgimg"
)

const (
	dpi      = 96 // pixels an inch
	textSize = vg.Length(11)
	margin   = vg.Length(12)
)

// writePNG draws on a white canvas of the given size in pixels and writes it.
func writePNG(w io.Writer, width, height int, paint func(draw.Canvas)) error {
	pixels := func(n int) vg.Length { return vg.Length(n) * vg.Inch / dpi }
	canvas := vgimg.NewWith(vgimg.UseWH(pixels(width), pixels(height)), vgimg.UseDPI(dpi))
	paint(draw.Crop(draw.New(canvas), margin, -margin, margin, -margin))
	var b bytes.Buffer
	if err := png.Encode(&b, canvas.Image()); err != nil {
		return err
	}
	_, err := w.Write(b.Bytes())
	return err
}

// newPlot is an empty plot in the style of this package.
func newPlot(x, y string) *plot.Plot {
	p := plot.New()
	p.X.Label.Text, p.Y.Label.Text = Printable(x), Printable(y)
	for _, axis := range []*plot.Axis{&p.X, &p.Y} {
		axis.Label.TextStyle.Font, axis.Label.Padding = sans(textSize), 4
		axis.Tick.Label.Font = sans(textSize - 1)
		axis.Tick.Length = 4
		axis.Tick.Marker = ticks{}
		axis.Padding = 0
	}
	return p
}

// newGrid is a plotter of faint lines at the ticks.
func newGrid() *plotter.Grid {
	line := draw.LineStyle{Color: grey(0xdc), Width: 0.6}
	return &plotter.Grid{Vertical: line, Horizontal: line}
}

// finite reports whether v can be drawn: it is a number, and small enough for
// differences and squares of such numbers to be finite too.
func finite(v float64) bool { return math.Abs(v) <= 1e150 }

// widen extends a range by a share of it on either side, and so far that it has
// some width at its distance from zero.
func widen(low, high, share float64) (from, to float64) {
	pad := max(share*(high-low), 1e-6*max(math.Abs(low), math.Abs(high)))
	if pad == 0 {
		pad = 1
	}
	return low - pad, high + pad
}

// drawTitle draws a title at the top of c, if there is one, and returns the canvas
// below it.
func drawTitle(c draw.Canvas, title string) draw.Canvas {
	if title == "" {
		return c
	}
	const height = vg.Length(24)
	style := textStyle(textSize+3, color.Black)
	c.FillText(style, vg.Point{X: c.Center().X, Y: c.Max.Y - height/2 + 4}, fit(style, title, c.Max.X-c.Min.X))
	return draw.Crop(c, 0, 0, 0, -height)
}

func sans(size vg.Length) font.Font {
	return font.From(font.Font{Typeface: "Liberation", Variant: "Sans"}, size)
}

// textStyle is centred text.
func textStyle(size vg.Length, c color.Color) draw.TextStyle {
	return draw.TextStyle{
		Color: c, Font: sans(size), Handler: plot.DefaultTextHandler,
		XAlign: draw.XCenter, YAlign: draw.YCenter,
	}
}

// fit shortens text in the middle, where names of a family differ least, until it
// is no wider than width; of a word that never fits one letter stays.
func fit(style draw.TextStyle, text string, width vg.Length) string {
	letters := []rune(Printable(text))
	text = string(letters)
	const most = 1024 // letters that any picture could hold
	if len(letters) > most {
		letters = append(letters[:most/2:most/2], letters[len(letters)-most/2:]...)
	}
	for keep := len(letters) - 1; keep > 0 && style.Width(text) > width; keep-- {
		head := (keep + 1) / 2
		text = string(letters[:head]) + "…" + string(letters[len(letters)-keep+head:])
	}
	return text
}

// lines is text in one line, or cut at a blank into two where it is wider than width and
// two are narrower: at the blank that leaves them most alike.
func lines(style draw.TextStyle, text string, width vg.Length) []string {
	text = Printable(text)
	best, widest := []string{text}, style.Width(text)
	if widest <= width {
		return best
	}
	for i, r := range text {
		if r != ' ' {
			continue
		}
		if w := max(style.Width(text[:i]), style.Width(text[i+1:])); w < widest {
			best, widest = []string{text[:i], text[i+1:]}, w
		}
	}
	return best
}

// wrap is text in one or two lines, each shortened like those of fit.
func wrap(style draw.TextStyle, text string, width vg.Length) string {
	parts := lines(style, text, width)
	for i := range parts {
		parts[i] = fit(style, parts[i], width)
	}
	return strings.Join(parts, "\n")
}

// The colours of Okabe and Ito, "Color Universal Design" (2008), without black,
// from the darkest: distinct with any of the usual colour deficiencies.
func series(i int) color.RGBA {
	colors := [...]color.RGBA{
		{0x00, 0x72, 0xb2, 0xff}, // blue
		{0xd5, 0x5e, 0x00, 0xff}, // vermilion
		{0x00, 0x9e, 0x73, 0xff}, // bluish green
		{0xcc, 0x79, 0xa7, 0xff}, // reddish purple
		{0xe6, 0x9f, 0x00, 0xff}, // orange
		{0x56, 0xb4, 0xe9, 0xff}, // sky blue
		{0xf0, 0xe4, 0x42, 0xff}, // yellow
	}
	return colors[i%len(colors)]
}

// grey is a neutral tone, 0 for black and 255 for white.
func grey(level uint8) color.RGBA { return color.RGBA{level, level, level, 0xff} }

// mix is (1−t)·a + t·b for opaque colours and t in [0, 1].
func mix(a, b color.RGBA, t float64) color.RGBA {
	part := func(x, y uint8) uint8 { return uint8(math.Round((1-t)*float64(x) + t*float64(y))) }
	return color.RGBA{part(a.R, b.R), part(a.G, b.G), part(a.B, b.B), 0xff}
}

// marker draws the i-th of several shapes that are told apart without colour,
// filled and with a white rim.
type marker int

// DrawGlyph implements draw.GlyphDrawer.
func (m marker) DrawGlyph(c *draw.Canvas, style draw.GlyphStyle, at vg.Point) {
	shapes := [...]struct {
		corners int
		turn    float64 // of the first corner, in quarter turns from the right
		size    float64
	}{
		{24, 0, 1}, {3, 1, 1.35}, {4, 0.5, 1.2}, {4, 0, 1.35}, {3, -1, 1.35}, {6, 0, 1.15},
	}
	s := shapes[int(m)%len(shapes)]
	var path vg.Path
	for k := range s.corners {
		angle := (s.turn + 4*float64(k)/float64(s.corners)) * math.Pi / 2
		r := float64(style.Radius) * s.size
		corner := vg.Point{X: at.X + vg.Length(r*math.Cos(angle)), Y: at.Y + vg.Length(r*math.Sin(angle))}
		if k == 0 {
			path.Move(corner)
		} else {
			path.Line(corner)
		}
	}
	path.Close()
	c.SetLineStyle(draw.LineStyle{Color: color.White, Width: 1.5})
	c.Stroke(path)
	c.SetColor(style.Color)
	c.Fill(path)
}

// key is an entry of a legend: a line, a glyph, or both.
type key struct {
	name  string
	line  draw.LineStyle
	glyph draw.GlyphStyle
}

// drawKeys draws a legend in rows at the top of c, from the left, and returns the
// canvas below it.
func drawKeys(c draw.Canvas, keys []key) draw.Canvas {
	const row = vg.Length(18)
	style := textStyle(textSize-1, color.Black)
	style.XAlign = draw.XLeft
	at := vg.Point{X: c.Min.X, Y: c.Max.Y - row/2}
	for _, k := range keys {
		name := fit(style, k.name, (c.Max.X-c.Min.X)/2)
		sample := vg.Length(10) // width of the glyph or line
		if k.line.Width > 0 {
			sample = 28
		}
		width := sample + 5 + style.Width(name)
		if at.X > c.Min.X && at.X+width > c.Max.X {
			at = vg.Point{X: c.Min.X, Y: at.Y - row}
		}
		if k.line.Width > 0 {
			c.StrokeLine2(k.line, at.X, at.Y, at.X+sample, at.Y)
		}
		c.DrawGlyph(k.glyph, vg.Point{X: at.X + sample/2, Y: at.Y})
		c.FillText(style, vg.Point{X: at.X + sample + 5, Y: at.Y}, name)
		at.X += width + 16
	}
	return draw.Crop(c, 0, 0, 0, at.Y-row/2-4-c.Max.Y)
}

// ticks marks multiples of 1, 2 or 5 times a power of ten, about six of them, or
// ten whole numbers.
type ticks struct {
	whole bool
	blank bool // without numbers
}

// Ticks implements plot.Ticker.
func (t ticks) Ticks(low, high float64) []plot.Tick {
	step, decimals := t.step(high - low)
	var out []plot.Tick
	for i := math.Ceil(low/step - 1e-9); i*step <= high+1e-9*step; i++ {
		label := strconv.FormatFloat(i*step, 'f', decimals, 64)
		switch {
		case t.blank:
			label = " " // without any it would be a minor tick
		case i == 0:
			label = "0" // not −0
		case math.Abs(i*step) >= 1e6 || decimals > 5:
			// One digit in the place of the step is enough to tell neighbours apart.
			digits := 2 + int(math.Log10(math.Abs(i)))
			label = strconv.FormatFloat(i*step, 'g', digits, 64)
		}
		out = append(out, plot.Tick{Value: i * step, Label: label})
	}
	return out
}

// step returns the distance of ticks for a range and the decimals to print.
func (t ticks) step(width float64) (step float64, decimals int) {
	most := 7.0
	exponent := math.Floor(math.Log10(width / most))
	if t.whole {
		most = 12
		exponent = max(0, math.Floor(math.Log10(width/most)))
	}
	for _, factor := range []float64{1, 2, 5, 10} {
		step = factor * math.Pow(10, exponent)
		if width/step <= most {
			if factor == 10 {
				exponent++
			}
			break
		}
	}
	return step, int(max(0, -exponent))
}
