package cli

import (
	"context"
	"fmt"
	"io"
	"slices"
	"strings"
	"text/tabwriter"

	"github.com/qnn-go/qnn/qnn/compare"
	"github.com/qnn-go/qnn/qnn/metric"
)

// spread is a row of compare --seeds: the score of one model over the seeds,
// accuracy or, for regression, R².
type spread struct {
	Name     string           `json:"name"`
	Features compare.Features `json:"features,omitempty"` // which it was given; "": its own
	Mean     float64          `json:"mean"`
	Low      float64          `json:"low"`
	High     float64          `json:"high"`
	Scores   []float64        `json:"scores"`

	selection []float64 // by seed, of baselines on all columns
	chosen    compare.Choice
}

// difference is the score of the model less that of the best baseline over the seeds.
type difference struct {
	Baseline string           `json:"baseline"`
	Features compare.Features `json:"features"`
	Chosen   compare.Choice   `json:"chosen_by"`
	Mean     float64          `json:"mean"`
	Low      float64          `json:"low"`
	High     float64          `json:"high"`
	Scores   []float64        `json:"scores"`
}

// seedComparison is the object of compare --seeds --json.
type seedComparison struct {
	Run        string      `json:"run"`
	Data       string      `json:"data"`
	Score      string      `json:"score"` // "accuracy" or "r2"
	Seeds      []uint64    `json:"seeds"`
	Models     []spread    `json:"models"`
	Difference *difference `json:"difference,omitempty"` // from the best baseline on all columns

	train, test int // samples of a split
}

func runSeeds(ctx context.Context, o *compareOptions) error {
	if o.Seeds < 2 || len(o.Runs) != 1 {
		return usage("--seeds needs one run and at least 2 seeds: an interval takes several")
	}
	s, err := openRun(o.Runs[0])
	if err != nil {
		return err
	}
	out := seedComparison{Run: o.Runs[0], Score: "accuracy"}
	for seed := range uint64(o.Seeds) {
		results, e, err := o.trainSeed(ctx, *s, seed)
		if err != nil {
			return err
		}
		out.Data, out.train, out.test = e.data.Name, e.train.Len(), e.test.Len()
		out.Seeds = append(out.Seeds, seed)
		out.add(results, e.data.Regression())
		if !o.Mute {
			_, _ = fmt.Fprintf(o.Err, "seed %d  %s %.3f\n", seed, out.Score, out.Models[0].Scores[seed])
		}
	}
	if err := out.summarise(o.warn); err != nil {
		return err
	}
	if o.JSON {
		return writeJSON(o.Out, out)
	}
	return out.print(o.Out)
}

// trainSeed trains the model and the baselines with one seed.
func (o *compareOptions) trainSeed(ctx context.Context, s settings, seed uint64) ([]compare.Result, *experiment, error) {
	s.Seed = seed
	if err := searchAgain(&s, o.Runs[0]); err != nil {
		return nil, nil, err
	}
	e, err := newExperiment(ctx, &s, loud(o.Err, o.Mute))
	if err != nil {
		return nil, nil, err
	}
	m, err := e.newModel()
	if err != nil {
		return nil, nil, err
	}
	t, err := s.trainer()
	if err != nil {
		return nil, nil, err
	}
	if _, err := t.Fit(ctx, m, e.train, e.validation); err != nil {
		return nil, nil, err
	}
	own, err := compare.Measure(ctx, &trained{name: quantumName, model: m}, e.test)
	if err != nil {
		return nil, nil, err
	}
	baselines, err := e.baselines(ctx, o.Baselines, o.Err, o.Mute)
	return append([]compare.Result{own}, baselines...), e, err
}

// add takes in the results of one seed.
func (c *seedComparison) add(results []compare.Result, regression bool) {
	if regression {
		c.Score = "r2"
	}
	for _, r := range results {
		i := slices.IndexFunc(c.Models, func(m spread) bool { return m.Name == r.Name && m.Features == r.Features })
		if i < 0 {
			i = len(c.Models)
			c.Models = append(c.Models, spread{Name: r.Name, Features: r.Features, chosen: r.SelectedBy})
		}
		c.Models[i].Scores = append(c.Models[i].Scores, r.Score())
		if r.Selection != nil {
			c.Models[i].selection = append(c.Models[i].selection, *r.Selection)
		}
	}
}

// summarise computes means and intervals and leaves out models without a score for
// every seed.
func (c *seedComparison) summarise(warn func(string, ...any)) error {
	whole := c.Models[:0]
	for _, m := range c.Models {
		if len(m.Scores) < len(c.Seeds) {
			warn("%s failed for some seeds and is left out", m.Name)
			continue
		}
		var err error
		if m.Mean, m.Low, m.High, err = metric.MeanInterval(m.Scores); err != nil {
			return err
		}
		if c.Score == "accuracy" { // Student's interval knows no bounds
			m.Low, m.High = max(m.Low, 0), min(m.High, 1)
		}
		whole = append(whole, m)
	}
	c.Models = whole
	return c.judge()
}

// judge sets the difference of the model, the first row, from the best baseline on
// all columns: that of the highest mean score of selection, of equals the first.
func (c *seedComparison) judge() error {
	var best *spread
	var highest float64
	for i := range c.Models {
		m := &c.Models[i]
		if m.Features != compare.AllColumns || len(m.selection) < len(c.Seeds) {
			continue
		}
		sum := 0.0
		for _, v := range m.selection {
			sum += v
		}
		if best == nil || sum > highest {
			best, highest = m, sum
		}
	}
	if best == nil || c.Models[0].Features != "" {
		return nil
	}
	d := &difference{Baseline: best.Name, Features: best.Features, Chosen: best.chosen}
	for i, v := range c.Models[0].Scores {
		d.Scores = append(d.Scores, v-best.Scores[i])
	}
	var err error
	d.Mean, d.Low, d.High, err = metric.SplitInterval(d.Scores, c.train, c.test)
	c.Difference = d
	return err
}

// String is the sentence below the table.
func (d *difference) String() string {
	by := "validation data"
	if d.Chosen != compare.ByValidation {
		by = "cross-validation in the training parts"
	}
	what := "Better than"
	switch {
	case d.Low <= 0 && d.High >= 0:
		what = "No difference is shown from"
	case d.Mean < 0:
		what = "Worse than"
	}
	return fmt.Sprintf("%s %s, the best baseline on all columns by %s: %+.3f [%+.3f, %+.3f].", what, d.Baseline, by, d.Mean, d.Low, d.High)
}

func (c *seedComparison) print(w io.Writer) error {
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	_, _ = fmt.Fprintf(t, "compare\tmodel\tfeatures\tmean %s\t95%%\tby seed\n", c.Score)
	for _, m := range c.Models {
		by := make([]string, len(m.Scores))
		for i, v := range m.Scores {
			by[i] = fmt.Sprintf("%.3f", v)
		}
		features := map[compare.Features]string{compare.AllColumns: "all", compare.ModelFeatures: "model's"}[m.Features]
		if features == "" {
			features = "own"
		}
		_, _ = fmt.Fprintf(t, "\t%s\t%s\t%.3f\t[%.3f, %.3f]\t%s\n", m.Name, features, m.Mean, m.Low, m.High, strings.Join(by, " "))
	}
	if err := t.Flush(); err != nil || c.Difference == nil {
		return err
	}
	_, err := fmt.Fprintln(w, c.Difference)
	return err
}
