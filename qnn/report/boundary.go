package report

import (
	"context"
	"fmt"
	"image"
	"image/color"
	"io"
	"math"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/plotter"
	"gonum.org/v1/plot/vg/draw"
)

// Boundary is what [DecisionBoundary] draws.
type Boundary struct {
	Title   string
	Axes    [2]string   // names of the two features
	Classes []string    // names of k ≥ 2 classes
	X       [][]float64 // samples × 2
	Y       []float64   // their class indices
	// Probabilities returns samples × k, each in [0, 1]; the method of qnn.Model is
	// of this form.
	Probabilities func(ctx context.Context, rows [][]float64) ([][]float64, error)
}

// boundarySide is the number of points of the grid along each axis.
const boundarySide = 120

// DecisionBoundary writes a PNG of 700 × 700 pixels with the samples of two
// features, a shape and colour for each class, over the classes' probabilities: the
// background is each class's colour by its probability, and lines divide the
// regions where different classes are the most probable. Probabilities are asked
// for on a grid of 120 × 120 points around the samples, a row of the grid at a time.
//
// No samples, samples without two finite features and a class each, and
// probabilities of another shape are errors that wrap [ErrInput]; those of
// Probabilities and of ctx are returned as they are.
func DecisionBoundary(ctx context.Context, w io.Writer, b Boundary) error {
	points, err := b.points()
	if err != nil {
		return err
	}
	g, err := b.grid(ctx)
	if err != nil {
		return err
	}
	p := newPlot(b.Axes[0], b.Axes[1])
	p.X.Min, p.X.Max, p.Y.Min, p.Y.Max = g.x[0], g.x[boundarySide-1], g.y[0], g.y[boundarySide-1]
	p.Add(regions{g})
	borders := len(b.Classes)
	if borders == 2 {
		borders = 1 // that of the other class is the same
	}
	for k := range borders {
		contour := plotter.NewContour(margins{g, k}, []float64{0}, nil)
		contour.LineStyles = []draw.LineStyle{{Color: grey(0x20), Width: 1.2}}
		contour.Min, contour.Max = -1, 1
		p.Add(contour)
	}
	var keys []key
	for k, name := range b.Classes {
		glyph := draw.GlyphStyle{Color: mix(series(k), grey(0), 0.15), Radius: 3.5, Shape: marker(k)}
		keys = append(keys, key{name: name, glyph: glyph})
		p.Add(&plotter.Scatter{XYs: points[k], GlyphStyle: glyph})
	}
	return writePNG(w, 700, 700, func(c draw.Canvas) { p.Draw(drawKeys(drawTitle(c, b.Title), keys)) })
}

// points returns the samples of each class.
func (b *Boundary) points() ([]plotter.XYs, error) {
	if len(b.X) == 0 || len(b.X) != len(b.Y) || len(b.Classes) < 2 {
		return nil, fmt.Errorf("report: decision boundary of %d samples with %d labels of %d classes: %w", len(b.X), len(b.Y), len(b.Classes), ErrInput)
	}
	out := make([]plotter.XYs, len(b.Classes))
	for i, row := range b.X {
		y := b.Y[i]
		if len(row) != 2 || !finite(row[0]) || !finite(row[1]) || !(y >= 0 && y < float64(len(b.Classes))) || y != math.Trunc(y) {
			return nil, fmt.Errorf("report: decision boundary: sample %d is %v of class %v: %w; it needs two features and one of %d classes", i, row, y, ErrInput, len(b.Classes))
		}
		out[int(y)] = append(out[int(y)], plotter.XY{X: row[0], Y: row[1]})
	}
	return out, nil
}

// probabilityGrid holds class probabilities p[row][column][class] at y[row] and
// x[column].
type probabilityGrid struct {
	x, y []float64
	p    [][][]float64
}

func (b *Boundary) grid(ctx context.Context) (*probabilityGrid, error) {
	g := &probabilityGrid{x: b.axis(0), y: b.axis(1)}
	for _, y := range g.y {
		rows := make([][]float64, len(g.x))
		for i, x := range g.x {
			rows[i] = []float64{x, y}
		}
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		p, err := b.Probabilities(ctx, rows)
		if err != nil {
			return nil, err
		}
		if err := checkProbabilities(p, len(rows), len(b.Classes)); err != nil {
			return nil, err
		}
		g.p = append(g.p, p)
	}
	return g, nil
}

func checkProbabilities(p [][]float64, rows, classes int) error {
	if len(p) != rows {
		return fmt.Errorf("report: decision boundary: %d rows of probabilities for %d samples: %w", len(p), rows, ErrInput)
	}
	for _, row := range p {
		if len(row) != classes {
			return fmt.Errorf("report: decision boundary: %d probabilities for %d classes: %w", len(row), classes, ErrInput)
		}
		for _, v := range row {
			if !(v >= 0 && v <= 1+1e-9) {
				return fmt.Errorf("report: decision boundary: probability %v: %w", v, ErrInput)
			}
		}
	}
	return nil
}

// axis returns the grid's coordinates along feature f, a little beyond the samples.
func (b *Boundary) axis(f int) []float64 {
	low, high := math.Inf(1), math.Inf(-1)
	for _, row := range b.X {
		low, high = min(low, row[f]), max(high, row[f])
	}
	low, high = widen(low, high, 0.08)
	out := make([]float64, boundarySide)
	for i := range out {
		t := float64(i) / (boundarySide - 1)
		out[i] = (1-t)*low + t*high
	}
	return out
}

// regions plots the background, a square for each four neighbours of the grid.
type regions struct{ *probabilityGrid }

// Plot implements plot.Plotter.
func (g regions) Plot(c draw.Canvas, _ *plot.Plot) {
	const n = boundarySide - 1
	pixels := image.NewRGBA(image.Rect(0, 0, n, n))
	for j := range n {
		for i := range n {
			corners := [][]float64{g.p[j][i], g.p[j][i+1], g.p[j+1][i], g.p[j+1][i+1]}
			pixels.SetRGBA(i, n-1-j, blend(corners))
		}
	}
	c.DrawImage(c.Rectangle, pixels)
}

// blend is the mean of the classes' colours by their probabilities, made light.
func blend(corners [][]float64) color.RGBA {
	var sum [3]float64
	total := 0.0
	for _, p := range corners {
		for k, v := range p {
			tint := mix(series(k), grey(0xff), 0.45)
			sum[0] += v * float64(tint.R)
			sum[1] += v * float64(tint.G)
			sum[2] += v * float64(tint.B)
			total += v
		}
	}
	if total == 0 {
		return grey(0xff)
	}
	part := func(v float64) uint8 { return uint8(math.Round(v / total)) }
	return color.RGBA{part(sum[0]), part(sum[1]), part(sum[2]), 0xff}
}

// margins is the probability of a class less that of the best other one, in
// [−1, 1], which is 0 on the class's border; it implements plotter.GridXYZ.
type margins struct {
	*probabilityGrid
	class int
}

func (m margins) Dims() (c, r int) { return len(m.x), len(m.y) }
func (m margins) X(c int) float64  { return m.x[c] }
func (m margins) Y(r int) float64  { return m.y[r] }
func (m margins) Z(c, r int) float64 {
	p := m.p[r][c]
	other := 0.0
	for k, v := range p {
		if k != m.class {
			other = max(other, v)
		}
	}
	return p[m.class] - other
}
