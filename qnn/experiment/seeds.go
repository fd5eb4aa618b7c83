package experiment

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"

	"github.com/qnn-go/qnn/qnn/compare"
	"github.com/qnn-go/qnn/qnn/metric"
	"github.com/qnn-go/qnn/qnn/search"
)

// Spread is a row of compare --seeds: the score of one model over the seeds,
// accuracy or, for regression, R².
type Spread struct {
	Name     string           `json:"name"`
	Features compare.Features `json:"features,omitempty"` // which it was given; "": its own
	Mean     float64          `json:"mean"`
	Low      float64          `json:"low"`
	High     float64          `json:"high"`
	Scores   []float64        `json:"scores"`

	selection []float64 // by seed, of baselines on all columns
	chosen    compare.Choice
}

// Lead is the score of the model less that of the best baseline over the seeds.
type Lead struct {
	Baseline string           `json:"baseline"`
	Features compare.Features `json:"features"`
	Chosen   compare.Choice   `json:"chosen_by"`
	Mean     float64          `json:"mean"`
	Low      float64          `json:"low"`
	High     float64          `json:"high"`
	Scores   []float64        `json:"scores"`
}

// SeedComparison is what CompareSeeds finds.
type SeedComparison struct {
	Run        string   `json:"run"`
	Data       string   `json:"data"`
	Score      string   `json:"score"` // "accuracy" or "r2"
	Seeds      []uint64 `json:"seeds"`
	Models     []Spread `json:"models"`
	Difference *Lead    `json:"difference,omitempty"` // from the best baseline on all columns

	train, test int // samples of a split
}

// CompareSeeds trains the model of the run in dir anew with seeds 0 to n−1 for split,
// initial parameters and order of samples, beside classical models on the same splits.
// Observer.Remark is told of models that are left out; done, which may be nil, of each
// seed that is measured.
func CompareSeeds(ctx context.Context, dir string, n int, which Baselines, o Observer, done func(c *SeedComparison)) (*SeedComparison, error) {
	s, err := ReadSettings(dir)
	if err != nil {
		return nil, err
	}
	out := &SeedComparison{Run: dir, Score: "accuracy"}
	for seed := range uint64(n) {
		results, e, err := trainSeed(ctx, *s, dir, seed, which, o)
		if err != nil {
			return nil, err
		}
		out.Data, out.train, out.test = e.Data.Name, e.Train.Len(), e.Test.Len()
		out.Seeds = append(out.Seeds, seed)
		out.add(results, e.Data.Regression())
		if done != nil {
			done(out)
		}
	}
	return out, out.summarise(o)
}

// trainSeed trains the model of a run and the baselines with one seed.
func trainSeed(ctx context.Context, s Settings, dir string, seed uint64, which Baselines, o Observer) ([]compare.Result, *Experiment, error) {
	s.Seed = seed
	if err := searchAgain(&s, dir); err != nil {
		return nil, nil, err
	}
	e, err := New(ctx, s, o)
	if err != nil {
		return nil, nil, err
	}
	m, err := e.NewModel()
	if err != nil {
		return nil, nil, err
	}
	t, err := s.NewTrainer()
	if err != nil {
		return nil, nil, err
	}
	if _, err := t.Fit(ctx, m, e.Train, e.Validation); err != nil {
		return nil, nil, err
	}
	own, err := compare.Measure(ctx, &trained{name: quantumName, model: m}, e.Test)
	if err != nil {
		return nil, nil, err
	}
	baselines, err := e.Baselines(ctx, which, o)
	return append([]compare.Result{own}, baselines...), e, err
}

// add takes in the results of one seed.
func (c *SeedComparison) add(results []compare.Result, regression bool) {
	if regression {
		c.Score = "r2"
	}
	for _, r := range results {
		i := slices.IndexFunc(c.Models, func(m Spread) bool { return m.Name == r.Name && m.Features == r.Features })
		if i < 0 {
			i = len(c.Models)
			c.Models = append(c.Models, Spread{Name: r.Name, Features: r.Features, chosen: r.SelectedBy})
		}
		c.Models[i].Scores = append(c.Models[i].Scores, r.Score())
		if r.Selection != nil {
			c.Models[i].selection = append(c.Models[i].selection, *r.Selection)
		}
	}
}

// summarise computes means and intervals and leaves out models without a score for
// every seed.
func (c *SeedComparison) summarise(o Observer) error {
	whole := c.Models[:0]
	for _, m := range c.Models {
		if len(m.Scores) < len(c.Seeds) {
			o.remark(m.Name + " failed for some seeds and is left out")
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
func (c *SeedComparison) judge() error {
	var best *Spread
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
	d := &Lead{Baseline: best.Name, Features: best.Features, Chosen: best.chosen}
	for i, v := range c.Models[0].Scores {
		d.Scores = append(d.Scores, v-best.Scores[i])
	}
	var err error
	d.Mean, d.Low, d.High, err = metric.SplitInterval(d.Scores, c.train, c.test)
	c.Difference = d
	return err
}

// String is the sentence below the table.
func (d *Lead) String() string {
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

// searchAgain opens what a search had chosen for a run, so that another split of the data
// chooses for itself.
func searchAgain(s *Settings, dir string) error {
	found, err := readSearch(dir)
	if found == nil || err != nil {
		return err
	}
	f := found.Fixed
	s.Reduce, s.Features, s.Qubits, s.Ansatz, s.Layers = search.Auto, f.Features, f.Qubits, f.Ansatz, f.Layers
	return nil
}

// readSearch reads how a run was chosen, nil for one without a search.
func readSearch(dir string) (*search.Result, error) {
	f, err := os.Open(filepath.Join(dir, SearchFile))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	defer func() { _ = f.Close() }() // opened for reading
	r := new(search.Result)
	if err := json.NewDecoder(io.LimitReader(f, maxSearchBytes)).Decode(r); err != nil {
		return nil, &FileError{Path: f.Name(), Err: err, Remedy: "Remove the file to go on without it"}
	}
	if err := r.Validate(); err != nil {
		return nil, &FileError{Path: f.Name(), Err: err, Remedy: "Remove the file to go on without it"}
	}
	return r, nil
}
