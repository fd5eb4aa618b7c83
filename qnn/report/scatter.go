package report

import (
	"fmt"
	"image/color"
	"io"
	"math"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/plotter"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// ScatterOptions are settings of [Scatter] and [Residuals], and may all be empty.
type ScatterOptions struct {
	Title  string
	Target string // name of the target, for the axes
}

// Scatter writes a PNG of 700 × 700 pixels with a regression's predictions got
// against the actual values want; a perfect model's points lie on the diagonal.
// Above 500 samples points are transparent, above 3000 they are counted in squares,
// the darker the more. No values, lengths that differ and values that are not finite or
// beyond ±1e150 are errors that wrap [ErrInput].
func Scatter(w io.Writer, want, got []float64, o ScatterOptions) error {
	if err := checkValues(want, got); err != nil {
		return err
	}
	low, high := math.Inf(1), math.Inf(-1)
	points := make(plotter.XYs, len(want))
	for i := range want {
		points[i] = plotter.XY{X: want[i], Y: got[i]}
		low, high = min(low, want[i], got[i]), max(high, want[i], got[i])
	}
	low, high = widen(low, high, 0.04)
	p := newPlot("actual "+o.Target, "predicted "+o.Target)
	p.X.Min, p.X.Max, p.Y.Min, p.Y.Max = low, high, low, high
	perfect := plotter.XYs{{X: low, Y: low}, {X: high, Y: high}}
	return drawCloud(w, p, points, perfect, "predicted = actual", o.Title)
}

// Residuals writes a PNG of 700 × 700 pixels with the errors of a regression, actual
// minus predicted, against its predictions got. Those of a good model scatter evenly
// about zero; a curve or a funnel shows what it misses. Many samples are drawn, and
// errors returned, as by [Scatter].
func Residuals(w io.Writer, want, got []float64, o ScatterOptions) error {
	if err := checkValues(want, got); err != nil {
		return err
	}
	points := make(plotter.XYs, len(want))
	low, high, most := math.Inf(1), math.Inf(-1), 0.0
	for i := range want {
		points[i] = plotter.XY{X: got[i], Y: want[i] - got[i]}
		low, high, most = min(low, got[i]), max(high, got[i]), max(most, math.Abs(points[i].Y))
	}
	p := newPlot("predicted "+o.Target, "actual − predicted "+o.Target)
	p.X.Min, p.X.Max = widen(low, high, 0.04)
	p.Y.Min, p.Y.Max = widen(-most, most, 0.04)
	none := plotter.XYs{{X: p.X.Min, Y: 0}, {X: p.X.Max, Y: 0}}
	return drawCloud(w, p, points, none, "predicted = actual", o.Title)
}

// checkValues refuses values that cannot be drawn.
func checkValues(want, got []float64) error {
	if len(want) == 0 || len(want) != len(got) {
		return fmt.Errorf("report: %d actual and %d predicted values: %w", len(want), len(got), ErrInput)
	}
	for i := range want {
		if !finite(want[i]) || !finite(got[i]) {
			return fmt.Errorf("report: actual %v, predicted %v of sample %d: %w", want[i], got[i], i, ErrInput)
		}
	}
	return nil
}

// drawCloud draws points in p, and the line on which those of a perfect model lie.
func drawCloud(w io.Writer, p *plot.Plot, points, perfect plotter.XYs, name, title string) error {
	dashed := draw.LineStyle{Color: grey(0x40), Width: 1.2, Dashes: []vg.Length{6, 3}}
	cloud, sample := newCloud(points)
	p.Add(newGrid(), cloud, &plotter.Line{XYs: perfect, LineStyle: dashed})
	keys := []key{sample, {name: name, line: dashed}}
	return writePNG(w, 700, 700, func(c draw.Canvas) { p.Draw(drawKeys(drawTitle(c, title), keys)) })
}

// Numbers of points: up to fewPoints each has a rim, up to manyPoints each is drawn.
const (
	fewPoints  = 500
	manyPoints = 3000
)

// newCloud plots points so that they can be told apart, however many there are.
func newCloud(points plotter.XYs) (plot.Plotter, key) {
	sample := key{name: fmt.Sprintf("sample (%d)", len(points)), glyph: draw.GlyphStyle{Color: series(0), Radius: 3.5, Shape: marker(0)}}
	switch n := len(points); {
	case n > manyPoints:
		b := newBins(points)
		sample.name = fmt.Sprintf("samples in a square, 1 to %d (%d)", b.most, n)
		sample.glyph.Shape = draw.BoxGlyph{}
		return b, sample
	case n > fewPoints:
		blue := series(0)
		sample.glyph = draw.GlyphStyle{Color: color.NRGBA{blue.R, blue.G, blue.B, 0x80}, Radius: 2.5, Shape: draw.CircleGlyph{}}
	}
	return &plotter.Scatter{XYs: points, GlyphStyle: sample.glyph}, sample
}

// binsAcross is the number of squares along each axis.
const binsAcross = 110

// bins are counts of points in the squares of a grid over a plot.
type bins struct {
	points plotter.XYs
	most   int
}

// newBins counts in the range of the points; the plot's own is little larger.
func newBins(points plotter.XYs) *bins {
	b := &bins{points: points}
	x0, x1, y0, y1 := plotter.XYRange(points)
	for _, n := range b.count(x0, x1, y0, y1) {
		b.most = max(b.most, n)
	}
	return b
}

// count counts the points in each square, row by row.
func (b *bins) count(x0, x1, y0, y1 float64) []int {
	place := func(v, low, high float64) int {
		if !(high > low) {
			return 0
		}
		return max(0, min(binsAcross-1, int(binsAcross*((v-low)/(high-low)))))
	}
	counts := make([]int, binsAcross*binsAcross)
	for _, p := range b.points {
		counts[place(p.Y, y0, y1)*binsAcross+place(p.X, x0, x1)]++
	}
	return counts
}

// Plot implements plot.Plotter.
func (b *bins) Plot(c draw.Canvas, p *plot.Plot) {
	x0, x1, y0, y1 := plotter.XYRange(b.points)
	x, y := p.Transforms(&c)
	width, height := (x(x1)-x(x0))/binsAcross, (y(y1)-y(y0))/binsAcross
	for i, n := range b.count(x0, x1, y0, y1) {
		if n == 0 {
			continue
		}
		// A single sample must be seen too: shades begin at a quarter.
		share := 0.25 + 0.75*math.Log1p(float64(n-1))/math.Log1p(float64(max(1, b.most-1)))
		low := vg.Point{X: x(x0) + vg.Length(i%binsAcross)*width, Y: y(y0) + vg.Length(i/binsAcross)*height}
		c.SetColor(shade(share))
		c.Fill(vg.Rectangle{Min: low, Max: vg.Point{X: low.X + max(width, 1), Y: low.Y + max(height, 1)}}.Path())
	}
}
