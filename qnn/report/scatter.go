package report

import (
	"fmt"
	"io"
	"math"

	"gonum.org/v1/plot/plotter"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// ScatterOptions are settings of [Scatter], and may all be empty.
type ScatterOptions struct {
	Title  string
	Target string // name of the target, for the axes
}

// Scatter writes a PNG of 700 × 700 pixels with a regression's predictions got
// against the actual values want; a perfect model's points lie on the diagonal.
// No values, lengths that differ and values that are not finite or beyond ±1e150
// are errors that wrap [ErrInput].
func Scatter(w io.Writer, want, got []float64, o ScatterOptions) error {
	if len(want) == 0 || len(want) != len(got) {
		return fmt.Errorf("report: scatter of %d actual and %d predicted values: %w", len(want), len(got), ErrInput)
	}
	points := make(plotter.XYs, len(want))
	low, high := math.Inf(1), math.Inf(-1)
	for i := range want {
		if !finite(want[i]) || !finite(got[i]) {
			return fmt.Errorf("report: scatter: actual %v, predicted %v of sample %d: %w", want[i], got[i], i, ErrInput)
		}
		points[i] = plotter.XY{X: want[i], Y: got[i]}
		low, high = min(low, want[i], got[i]), max(high, want[i], got[i])
	}
	low, high = widen(low, high, 0.04)
	p := newPlot("actual "+o.Target, "predicted "+o.Target)
	p.X.Min, p.X.Max, p.Y.Min, p.Y.Max = low, high, low, high
	diagonal := draw.LineStyle{Color: grey(0x40), Width: 1.2, Dashes: []vg.Length{6, 3}}
	glyph := draw.GlyphStyle{Color: series(0), Radius: 3.5, Shape: marker(0)}
	p.Add(newGrid(),
		&plotter.Line{XYs: plotter.XYs{{X: low, Y: low}, {X: high, Y: high}}, LineStyle: diagonal},
		&plotter.Scatter{XYs: points, GlyphStyle: glyph})
	keys := []key{{name: fmt.Sprintf("sample (%d)", len(want)), glyph: glyph}, {name: "predicted = actual", line: diagonal}}
	return writePNG(w, 700, 700, func(c draw.Canvas) { p.Draw(drawKeys(drawTitle(c, o.Title), keys)) })
}
