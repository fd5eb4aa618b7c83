package report

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"

	"github.com/qnn-go/qnn/internal/plural"
)

// Reduction is how few features were made of many columns.
type Reduction struct {
	Name     string   `json:"name"`     // pca, pls, lda, or the score of a selection
	Columns  []string `json:"columns"`  // those it reads, d of them
	Features []string `json:"features"` // those it makes, k of them
	// Loadings holds k rows of d weights on the standardised columns; nil for a selection.
	Loadings [][]float64 `json:"loadings,omitempty"`
	// Scores holds the score of each of the d columns; nil but for a selection.
	Scores []float64 `json:"scores,omitempty"`
}

// Search is how reducer, features and circuit were chosen by folds of the training part.
type Search struct {
	Folds   int     `json:"folds"`
	Samples int     `json:"samples"`       // in all folds
	Why     string  `json:"why,omitempty"` // there are no trials
	Trials  []Trial `json:"trials,omitempty"`
}

// Trial is one candidate of a search.
type Trial struct {
	Reduce   string  `json:"reduce"`
	Features int     `json:"features"`
	Qubits   int     `json:"qubits"`
	Ansatz   string  `json:"ansatz"`
	Layers   int     `json:"layers"`
	Score    float64 `json:"score"` // mean share of the loss explained on the folds, at most 1
	Chosen   bool    `json:"chosen,omitempty"`
}

// maxLoadings bounds the rows of the table of loadings; the JSON object has all.
const maxLoadings = 30

// choice says how the model was chosen and what its features are made of.
func (d *document) choice(s *Summary) {
	if f := s.Search; f != nil {
		d.heading(2, "How it was chosen")
		if len(f.Trials) == 0 {
			d.paragraph("Reducer and circuit are those taken without trials: " + escape(f.Why) + ".")
		} else {
			d.paragraph(fmt.Sprintf("By %d folds of %s of the training part; neither validation nor test part had a say. "+
				"The score is the share of the loss that a short training explains on held-out folds, 1 at best, beside the frequencies of the classes or the mean.",
				f.Folds, plural.Count(f.Samples, "sample")))
			rows := make([][]string, len(f.Trials))
			for i, t := range f.Trials {
				shown := score(t.Score)
				if t.Chosen {
					shown = "**" + shown + "**"
				}
				rows[i] = []string{escape(t.Reduce), strconv.Itoa(t.Features), strconv.Itoa(t.Qubits), escape(t.Ansatz) + ", " + plural.Count(t.Layers, "layer"), shown}
			}
			d.table("lrrlr", []string{"reducer", "features", "qubits", "circuit", "score"}, rows)
		}
	}
	if r := s.Data.Reduction; r != nil {
		d.heading(2, "What the features are made of")
		d.loadings(r)
	}
}

// loadings tables the columns that count most, a row each.
func (d *document) loadings(r *Reduction) {
	weight := func(j int) float64 {
		if r.Loadings == nil {
			return r.Scores[j]
		}
		largest := 0.0
		for _, row := range r.Loadings {
			largest = max(largest, math.Abs(row[j]))
		}
		return largest
	}
	order := make([]int, len(r.Columns))
	for j := range order {
		order[j] = j
	}
	slices.SortStableFunc(order, func(a, b int) int { return cmp.Compare(weight(b), weight(a)) })
	shown := order[:min(len(order), maxLoadings)]
	header := []string{"column"}
	text := fmt.Sprintf("%s of %s by %s; the weights of the standardised columns", plural.Count(len(r.Features), "feature"), plural.Count(len(r.Columns), "column"), escape(r.Name))
	if r.Loadings == nil {
		text = fmt.Sprintf("The %s with the highest scores by %s are kept", plural.Count(len(r.Features), "column"), escape(r.Name))
		header = append(header, "score", "kept")
	} else {
		for _, f := range r.Features {
			header = append(header, escape(f))
		}
	}
	if len(shown) < len(order) {
		text += fmt.Sprintf(", the %d largest of %d", len(shown), len(order))
	}
	d.paragraph(text + ".")
	var rows [][]string
	for _, j := range shown {
		row := []string{escape(r.Columns[j])}
		if r.Loadings == nil {
			kept := ""
			if slices.Contains(r.Features, r.Columns[j]) {
				kept = "yes"
			}
			row = append(row, score(r.Scores[j]), kept)
		}
		for _, weights := range r.Loadings {
			row = append(row, score(weights[j]))
		}
		rows = append(rows, row)
	}
	d.table("l"+strings.Repeat("r", len(header)-1), header, rows)
}
