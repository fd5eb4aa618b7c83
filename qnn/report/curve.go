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

	"github.com/qnn-go/qnn/qnn"
)

// CurveOptions are settings of [LearningCurve]. The zero value is a classifier's
// curve without a title.
type CurveOptions struct {
	Title      string
	Regression bool // no accuracy
	// Majority is the accuracy of always giving the most frequent class, drawn as a line;
	// 0: none.
	Majority float64
}

// LearningCurve writes a PNG of 800 × 600 pixels with loss and, unless for
// regression, accuracy over the epochs: training as a solid line, validation,
// where the history has it, as a dashed one, and the epoch of the lowest
// validation loss marked. Values that are not finite, or beyond
// ±1e150, leave gaps. A history
// without epochs is an error that wraps [ErrInput].
func LearningCurve(w io.Writer, history []qnn.Epoch, o CurveOptions) error {
	if len(history) == 0 {
		return fmt.Errorf("report: learning curve of no epochs: %w; train for at least one", ErrInput)
	}
	c := newCurve(history)
	panels := [][]*plot.Plot{{c.panel("loss",
		func(e qnn.Epoch) float64 { return e.TrainLoss }, func(e qnn.Epoch) float64 { return e.ValLoss })}}
	if !o.Regression {
		accuracy := c.panel("accuracy",
			func(e qnn.Epoch) float64 { return e.TrainAccuracy }, func(e qnn.Epoch) float64 { return e.ValAccuracy })
		accuracy.Y.Max = 1 // though none may reach it
		if o.Majority > 0 {
			accuracy.Y.Min = min(accuracy.Y.Min, o.Majority)
			accuracy.Add(horizontal{at: o.Majority, style: majorityStyle()})
		}
		panels = append(panels, []*plot.Plot{accuracy})
	}
	last := panels[len(panels)-1][0]
	last.X.Label.Text = "epoch"
	last.X.Tick.Marker = ticks{whole: true}
	return writePNG(w, 800, 600, func(canvas draw.Canvas) {
		keys := c.keys()
		if o.Majority > 0 && !o.Regression {
			keys = append(keys, key{name: fmt.Sprintf("always the most frequent class, %.2f", o.Majority), line: majorityStyle()})
		}
		canvas = drawKeys(drawTitle(canvas, o.Title), keys)
		tiles := draw.Tiles{Rows: len(panels), Cols: 1, PadY: 10}
		for i, row := range plot.Align(panels, tiles, canvas) {
			panels[i][0].Draw(row[0])
		}
	})
}

// curve is a history on its way to the picture.
type curve struct {
	history    []qnn.Epoch
	validation bool
	best       int // epoch of the lowest validation loss; 0: none
}

func newCurve(history []qnn.Epoch) *curve {
	c := &curve{history: history}
	low := math.Inf(1)
	for _, e := range history {
		c.validation = c.validation || e.ValLoss != 0 || e.ValAccuracy != 0
	}
	for _, e := range history {
		if c.validation && finite(e.ValLoss) && e.ValLoss < low {
			low, c.best = e.ValLoss, e.Epoch
		}
	}
	return c
}

func (c *curve) style(validation bool) (draw.LineStyle, draw.GlyphStyle) {
	i, dashes := 0, []vg.Length(nil)
	if validation {
		i, dashes = 1, []vg.Length{6, 3}
	}
	glyph := draw.GlyphStyle{Color: series(i), Radius: 3, Shape: marker(i)}
	return draw.LineStyle{Color: series(i), Width: 1.8, Dashes: dashes}, glyph
}

func (c *curve) bestStyle() draw.LineStyle {
	return draw.LineStyle{Color: grey(0x40), Width: 1.2, Dashes: []vg.Length{1.5, 2.5}}
}

// fewEpochs is the number of epochs up to which each is a marker too.
const fewEpochs = 30

func (c *curve) keys() []key {
	entry := func(name string, validation bool) key {
		line, glyph := c.style(validation)
		if len(c.history) > fewEpochs {
			glyph.Shape = nil
		}
		return key{name: name, line: line, glyph: glyph}
	}
	keys := []key{entry("training", false)}
	if c.validation {
		keys = append(keys, entry("validation", true))
	}
	if c.best > 0 {
		keys = append(keys, key{name: fmt.Sprintf("lowest validation loss, epoch %d", c.best), line: c.bestStyle(), glyph: bestGlyph()})
	}
	return keys
}

// panel plots one quantity; the epoch axis has no numbers yet.
func (c *curve) panel(label string, train, validation func(qnn.Epoch) float64) *plot.Plot {
	p := newPlot("", label)
	p.Add(newGrid())
	first, last := c.history[0].Epoch, c.history[len(c.history)-1].Epoch
	p.X.Min, p.X.Max = float64(first), float64(last)
	if first == last {
		p.X.Min, p.X.Max = p.X.Min-0.5, p.X.Max+0.5
	}
	p.X.Tick.Marker = ticks{whole: true, blank: true}
	p.X.Padding, p.Y.Padding = 6, 6
	if c.best > 0 {
		p.Add(vertical{at: float64(c.best), style: c.bestStyle()})
	}
	c.add(p, false, train)
	if c.validation {
		c.add(p, true, validation)
	}
	if p.Y.Min <= p.Y.Max { // there is a finite value
		p.Y.Min, p.Y.Max = widen(p.Y.Min, p.Y.Max, 0)
	}
	return p
}

// add draws one series, in pieces between values that are not finite.
func (c *curve) add(p *plot.Plot, validation bool, value func(qnn.Epoch) float64) {
	line, glyph := c.style(validation)
	var piece plotter.XYs
	finish := func() {
		if len(piece) == 0 {
			return
		}
		p.Add(&plotter.Line{XYs: piece, LineStyle: line})
		if len(c.history) <= fewEpochs || len(piece) == 1 {
			p.Add(&plotter.Scatter{XYs: piece, GlyphStyle: glyph})
		}
		piece = nil
	}
	for _, e := range c.history {
		v := value(e)
		if !finite(v) {
			finish()
			continue
		}
		at := plotter.XY{X: float64(e.Epoch), Y: v}
		piece = append(piece, at)
		if validation && e.Epoch == c.best {
			defer p.Add(&plotter.Scatter{XYs: plotter.XYs{at}, GlyphStyle: bestGlyph()})
		}
	}
	finish()
}

func bestGlyph() draw.GlyphStyle {
	return draw.GlyphStyle{Color: color.Black, Radius: 4, Shape: marker(3)}
}

// vertical is a line from the bottom of a plot to its top.
type vertical struct {
	at    float64
	style draw.LineStyle
}

// Plot implements plot.Plotter.
func (v vertical) Plot(c draw.Canvas, p *plot.Plot) {
	x, _ := p.Transforms(&c)
	c.StrokeLine2(v.style, x(v.at), c.Min.Y, x(v.at), c.Max.Y)
}

func majorityStyle() draw.LineStyle {
	return draw.LineStyle{Color: series(2), Width: 1.2, Dashes: []vg.Length{8, 3, 2, 3}}
}

// horizontal is a line from the left of a plot to its right.
type horizontal struct {
	at    float64
	style draw.LineStyle
}

// Plot implements plot.Plotter.
func (h horizontal) Plot(c draw.Canvas, p *plot.Plot) {
	_, y := p.Transforms(&c)
	c.StrokeLine2(h.style, c.Min.X, y(h.at), c.Max.X, y(h.at))
}
