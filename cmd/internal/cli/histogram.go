package cli

import (
	"fmt"
	"io"
	"path/filepath"

	"github.com/qnn-go/qnn/circuits/qasm"
	"github.com/qnn-go/qnn/internal/plural"
	"github.com/qnn-go/qnn/qnn/report"
	"github.com/qnn-go/qnn/qsim"
)

// drawCounts draws the outcomes that the table shows.
func (o *simulateOptions) drawCounts(d *qasm.Decoded, counts qsim.Counts) error {
	var bars []report.Bar
	for _, r := range mostFrequent(counts) {
		bars = append(bars, report.Bar{Name: registers(d.Clbits, r.key), Value: float64(r.n)})
	}
	return o.draw(bars, plural.Count(o.Shots, "shot"), counts.Len(), "outcomes, the others are rarer")
}

// drawProbabilities draws the basis states that the table shows.
func (o *simulateOptions) drawProbabilities(s *qsim.State) error {
	rows, found := mostProbable(s.Amplitudes())
	b := basisOf(s)
	bars := make([]report.Bar, len(rows))
	for i, r := range rows {
		bars[i] = report.Bar{Name: b.name(r.x), Value: r.p}
	}
	return o.draw(bars, "probabilities", found, "basis states, the others are less probable")
}

// draw writes the histogram; found is how many bars there would be.
func (o *simulateOptions) draw(bars []report.Bar, what string, found int, others string) error {
	name := filepath.Base(o.File)
	if o.File == "-" {
		name = "standard input"
	}
	options := report.HistogramOptions{Title: name + ", " + what}
	if found > len(bars) {
		options.Note = fmt.Sprintf("%d of %d %s", len(bars), found, others)
	}
	return output(o.Histogram, nil, func(w io.Writer) error { return report.Histogram(w, bars, options) })
}
