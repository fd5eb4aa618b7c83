package report_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"image/png"
	"io"
	"math"
	"math/rand/v2"
	"strconv"
	"strings"
	"testing"

	"github.com/qnn-go/qnn/qnn"
	"github.com/qnn-go/qnn/qnn/dataset"
	"github.com/qnn-go/qnn/qnn/metric"
	"github.com/qnn-go/qnn/qnn/report"
)

// history is a smooth made-up course of n epochs with the lowest validation loss at
// three quarters.
func history(n int, validation bool) []qnn.Epoch {
	rows := make([]qnn.Epoch, n)
	for i := range rows {
		t := float64(i+1) / float64(n)
		rows[i] = qnn.Epoch{
			Epoch: i + 1, TrainLoss: 0.12 + 0.55*math.Exp(-4*t) + 0.01*math.Sin(50*t),
			TrainAccuracy: 0.97 - 0.4*math.Exp(-5*t), GradientNorm: 0.3 * math.Exp(-3*t),
		}
		if validation {
			rows[i].ValLoss = 0.19 + 0.5*math.Exp(-4*t) + 0.4*(t-0.75)*(t-0.75) + 0.1*t
			rows[i].ValAccuracy = 0.95 - 0.4*math.Exp(-5*t) + 0.01*math.Sin(30*t)
		}
	}
	return rows
}

func TestLearningCurve(t *testing.T) {
	if testing.Short() {
		t.Skip("slow; the whole form of the tests runs it")
	}
	diverged := history(20, true)
	diverged[7].TrainLoss, diverged[8].ValLoss, diverged[12].ValLoss = math.Inf(1), math.NaN(), math.NaN()
	for _, test := range []struct {
		name    string
		history []qnn.Epoch
		options report.CurveOptions
	}{
		{"curve.png", history(52, true), report.CurveOptions{Title: "breast-cancer, 4 qubits"}},
		{"curve-few.png", history(12, false), report.CurveOptions{}},
		{"curve-one.png", history(1, true), report.CurveOptions{Title: "a single epoch"}},
		{"curve-regression.png", history(1500, true), report.CurveOptions{Title: "sine", Regression: true}},
		{"curve-majority.png", history(40, true), report.CurveOptions{Majority: 0.63}},
		{"curve-gaps.png", diverged, report.CurveOptions{Title: "values that are not finite"}},
	} {
		t.Run(test.name, func(t *testing.T) {
			picture(t, test.name, 800, 600, func(w io.Writer) error {
				return report.LearningCurve(w, test.history, test.options)
			})
		})
	}
	if err := report.LearningCurve(io.Discard, nil, report.CurveOptions{}); !errors.Is(err, report.ErrInput) {
		t.Errorf("no epochs: error %v, want ErrInput", err)
	}
}

// confused is a matrix of k classes with most samples on the diagonal.
func confused(names []string, scale int) *metric.Confusion {
	c := &metric.Confusion{Classes: names, Counts: make([][]int, len(names))}
	for t := range names {
		for p := range names {
			n := (7*t + 3*p) % 5
			if t == p {
				n = scale + 11*t
			}
			c.Counts[t] = append(c.Counts[t], n)
		}
	}
	return c
}

func TestConfusion(t *testing.T) {
	if testing.Short() {
		t.Skip("slow; the whole form of the tests runs it")
	}
	var digits []string
	for d := range 10 {
		digits = append(digits, fmt.Sprintf("handwritten digit %d", d))
	}
	plants := []string{
		"Helianthus annuus, cultivated", "Papaver somniferum subsp. setigerum", "Digitalis purpurea", "Aconitum napellus",
		"Convallaria majalis", "Chrysanthemum morifolium", "oak", "Rhododendron ponticum", "Taxus baccata", "Ginkgo",
	}
	var numbers []string
	for i := range 120 {
		numbers = append(numbers, strconv.Itoa(i))
	}
	cancer := &metric.Confusion{Classes: []string{"malignant", "benign"}, Counts: [][]int{{39, 3}, {1, 71}}}
	for _, test := range []struct {
		name, title string
		matrix      *metric.Confusion
	}{
		{"confusion-2.png", "breast-cancer: 114 test samples", cancer},
		{"confusion-3.png", "", confused([]string{"setosa", "the variegated Ἶρις with a long name", "виргинская"}, 20)},
		{"confusion-10.png", "digits", confused(digits, 1000)},
		{"confusion-long-names.png", "", confused(plants, 100)},
		{"confusion-many.png", "120 classes", confused(numbers, 0)},
		{"confusion-empty-row.png", "a class without samples", &metric.Confusion{Classes: []string{"a", "b"}, Counts: [][]int{{0, 0}, {2, 2}}}},
	} {
		t.Run(test.name, func(t *testing.T) {
			picture(t, test.name, 800, 700, func(w io.Writer) error { return report.Confusion(w, test.matrix, test.title) })
		})
	}
	for name, c := range map[string]*metric.Confusion{
		"none":       {},
		"row short":  {Classes: []string{"a", "b"}, Counts: [][]int{{1, 2}, {3}}},
		"rows short": {Classes: []string{"a", "b"}, Counts: [][]int{{1, 2}}},
	} {
		if err := report.Confusion(io.Discard, c, ""); !errors.Is(err, report.ErrInput) {
			t.Errorf("%s: error %v, want ErrInput", name, err)
		}
	}
}

func TestScatter(t *testing.T) {
	if testing.Short() {
		t.Skip("slow; the whole form of the tests runs it")
	}
	var want, got []float64
	for i := range 60 {
		x := float64(i)/10 - 3
		want = append(want, math.Sin(x))
		got = append(got, 0.9*math.Sin(x)+0.15*math.Cos(7*x))
	}
	picture(t, "scatter.png", 700, 700, func(w io.Writer) error {
		return report.Scatter(w, want, got, report.ScatterOptions{Title: "sine: 60 test samples", Target: "y"})
	})
	picture(t, "residuals.png", 700, 700, func(w io.Writer) error {
		return report.Residuals(w, want, got, report.ScatterOptions{Title: "sine: 60 test samples", Target: "y"})
	})
	rng := rand.New(rand.NewPCG(1, 2))
	for _, n := range []int{1000, 12000} {
		want, got := make([]float64, n), make([]float64, n)
		for i := range n {
			want[i] = 30 * rng.NormFloat64()
			got[i] = 0.8*want[i] + 12*rng.NormFloat64()
		}
		picture(t, fmt.Sprintf("scatter-%d.png", n), 700, 700, func(w io.Writer) error {
			return report.Scatter(w, want, got, report.ScatterOptions{})
		})
	}
	picture(t, "scatter-one.png", 700, 700, func(w io.Writer) error {
		return report.Scatter(w, []float64{2e6}, []float64{2e6}, report.ScatterOptions{})
	})
	for name, pair := range map[string][2][]float64{
		"none": {}, "lengths": {{1, 2}, {1}}, "NaN": {{math.NaN()}, {1}}, "infinite": {{1}, {math.Inf(-1)}},
	} {
		for _, draw := range []func(io.Writer, []float64, []float64, report.ScatterOptions) error{report.Scatter, report.Residuals} {
			if err := draw(io.Discard, pair[0], pair[1], report.ScatterOptions{}); !errors.Is(err, report.ErrInput) {
				t.Errorf("%s: error %v, want ErrInput", name, err)
			}
		}
	}
}

// nearest gives each class a probability that falls with the squared distance to
// its centre.
func nearest(centres [][2]float64) func(context.Context, [][]float64) ([][]float64, error) {
	return func(_ context.Context, rows [][]float64) ([][]float64, error) {
		out := make([][]float64, len(rows))
		for i, x := range rows {
			sum := 0.0
			for _, c := range centres {
				v := math.Exp(-((x[0]-c[0])*(x[0]-c[0]) + (x[1]-c[1])*(x[1]-c[1])) / 2)
				out[i] = append(out[i], v)
				sum += v
			}
			for k := range out[i] {
				out[i][k] /= sum
			}
		}
		return out, nil
	}
}

func boundaries(t *testing.T) map[string]report.Boundary {
	t.Helper()
	moons, err := dataset.Load("moons", dataset.Synthetic{Seed: 1})
	if err != nil {
		t.Fatal(err)
	}
	centres := [][2]float64{{0, 0}, {3, 1}, {0, 4}, {4, 5}, {7, 2}}
	var x [][]float64
	var y []float64
	for i := range 150 {
		k := i % len(centres)
		a := 2.4 * float64(i) // spread by the golden angle, about 2.4
		r := 0.12 * math.Sqrt(float64(i))
		x = append(x, []float64{centres[k][0] + r*math.Cos(a), centres[k][1] + r*math.Sin(a)})
		y = append(y, float64(k))
	}
	return map[string]report.Boundary{
		"boundary-2.png": {
			Title: "moons", Axes: [2]string{"x0", "x1"}, Classes: []string{"upper", "lower"}, X: moons.X, Y: moons.Y,
			Probabilities: func(_ context.Context, rows [][]float64) ([][]float64, error) {
				out := make([][]float64, len(rows))
				for i, r := range rows {
					p := 1 / (1 + math.Exp(-4*(r[1]-0.25-0.6*math.Sin(3*r[0]+1.5))))
					out[i] = []float64{p, 1 - p}
				}
				return out, nil
			},
		},
		"boundary-5.png": {
			Title: "five clusters", Axes: [2]string{"length in cm", "width in cm"},
			Classes: []string{"first", "second", "third", "fourth", "fifth"}, X: x, Y: y, Probabilities: nearest(centres),
		},
		"boundary-flat.png": {
			Classes: []string{"a", "b"}, X: [][]float64{{1, 1}}, Y: []float64{1}, Probabilities: nearest(make([][2]float64, 2)),
		},
	}
}

func TestDecisionBoundary(t *testing.T) {
	if testing.Short() {
		t.Skip("slow; the whole form of the tests runs it")
	}
	for name, b := range boundaries(t) {
		t.Run(name, func(t *testing.T) {
			picture(t, name, 700, 700, func(w io.Writer) error { return report.DecisionBoundary(t.Context(), w, b) })
		})
	}
}

func TestDecisionBoundaryErrors(t *testing.T) {
	errModel := errors.New("model fails")
	returning := func(p [][]float64, err error) func(context.Context, [][]float64) ([][]float64, error) {
		return func(_ context.Context, rows [][]float64) ([][]float64, error) {
			if p == nil {
				return nil, err
			}
			out := make([][]float64, len(rows))
			for i := range out {
				out[i] = p[0]
			}
			return out, err
		}
	}
	for name, test := range map[string]struct {
		change func(*report.Boundary)
		want   error
	}{
		"no samples":      {func(b *report.Boundary) { b.X, b.Y = nil, nil }, report.ErrInput},
		"labels":          {func(b *report.Boundary) { b.Y = b.Y[1:] }, report.ErrInput},
		"one class":       {func(b *report.Boundary) { b.Classes = b.Classes[:1] }, report.ErrInput},
		"three features":  {func(b *report.Boundary) { b.X = [][]float64{{1, 2, 3}}; b.Y = b.Y[:1] }, report.ErrInput},
		"not a number":    {func(b *report.Boundary) { b.X = [][]float64{{1, math.NaN()}}; b.Y = b.Y[:1] }, report.ErrInput},
		"class":           {func(b *report.Boundary) { b.X = [][]float64{{1, 2}}; b.Y = []float64{2} }, report.ErrInput},
		"half a class":    {func(b *report.Boundary) { b.X = [][]float64{{1, 2}}; b.Y = []float64{0.5} }, report.ErrInput},
		"rows":            {func(b *report.Boundary) { b.Probabilities = returning(nil, nil) }, report.ErrInput},
		"columns":         {func(b *report.Boundary) { b.Probabilities = returning([][]float64{{1}}, nil) }, report.ErrInput},
		"not probability": {func(b *report.Boundary) { b.Probabilities = returning([][]float64{{2, math.NaN()}}, nil) }, report.ErrInput},
		"model":           {func(b *report.Boundary) { b.Probabilities = returning(nil, errModel) }, errModel},
	} {
		b := boundaries(t)["boundary-2.png"]
		test.change(&b)
		if err := report.DecisionBoundary(t.Context(), io.Discard, b); !errors.Is(err, test.want) {
			t.Errorf("%s: error %v, want %v", name, err, test.want)
		}
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := report.DecisionBoundary(ctx, io.Discard, boundaries(t)["boundary-2.png"]); !errors.Is(err, context.Canceled) {
		t.Errorf("cancelled: error %v, want context.Canceled", err)
	}
}

// Values of any size and distance are drawn, and in no time.
func TestExtremes(t *testing.T) {
	if testing.Short() {
		t.Skip("slow; the whole form of the tests runs it")
	}
	constant := []qnn.Epoch{{Epoch: 1, TrainLoss: math.Ln2}, {Epoch: 2, TrainLoss: math.Nextafter(math.Ln2, 1)}}
	none := []qnn.Epoch{{Epoch: 1, TrainLoss: math.NaN(), TrainAccuracy: math.NaN(), ValLoss: math.Inf(1), ValAccuracy: math.NaN()}}
	huge := []qnn.Epoch{{Epoch: 1 << 52, TrainLoss: 1e150}, {Epoch: 1<<52 + 1, TrainLoss: -1e150}}
	scatter := func(v ...float64) func(io.Writer) error {
		return func(w io.Writer) error { return report.Scatter(w, v, v, report.ScatterOptions{}) }
	}
	curve := func(h []qnn.Epoch) func(io.Writer) error {
		return func(w io.Writer) error { return report.LearningCurve(w, h, report.CurveOptions{}) }
	}
	for name, paint := range map[string]func(io.Writer) error{
		"neighbours": scatter(1e16, 1e16+2), "tiny": scatter(1e-300), "smallest": scatter(5e-324), "zero": scatter(0), "wide": scatter(-1e150, 1e150),
		"constant": curve(constant), "none": curve(none), "huge": curve(huge),
	} {
		var b bytes.Buffer
		if err := paint(&b); err != nil {
			t.Errorf("%s: %v", name, err)
		} else if _, err := png.Decode(&b); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
	if err := scatter(1e151)(io.Discard); !errors.Is(err, report.ErrInput) {
		t.Errorf("1e151: error %v, want ErrInput", err)
	}
}

func TestHistogram(t *testing.T) {
	if testing.Short() {
		t.Skip("slow; the whole form of the tests runs it")
	}
	var many []report.Bar
	for i := range 64 {
		many = append(many, report.Bar{Name: fmt.Sprintf("%06b", i), Value: math.Exp(-float64(i) / 20)})
	}
	for _, test := range []struct {
		name    string
		height  int
		bars    []report.Bar
		options report.HistogramOptions
	}{
		{"histogram.png", 24 + 2*22 + 64, []report.Bar{{"00", 494}, {"11", 506}}, report.HistogramOptions{Title: "bell.qasm, 1000 shots", Note: "2 of 4 outcomes"}},
		{"histogram-many.png", 24 + 64*22, many, report.HistogramOptions{}},
		{"histogram-long-names.png", 24 + 2*22 + 32, []report.Bar{{"0101 " + strings.Repeat("01", 60), 0.25}, {"x", 0}}, report.HistogramOptions{Title: strings.Repeat("long ", 40)}},
	} {
		t.Run(test.name, func(t *testing.T) {
			picture(t, test.name, 700, test.height, func(w io.Writer) error { return report.Histogram(w, test.bars, test.options) })
		})
	}
	for _, bars := range [][]report.Bar{nil, {{"a", -1}}, {{"a", math.NaN()}}, {{"a", 1e300}}, make([]report.Bar, 257)} {
		if err := report.Histogram(io.Discard, bars, report.HistogramOptions{}); !errors.Is(err, report.ErrInput) {
			t.Errorf("%d bars: error %v, want ErrInput", len(bars), err)
		}
	}
}
