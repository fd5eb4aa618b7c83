package cli

import (
	"context"
	"fmt"
	"io"
	"path/filepath"
	"slices"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"

	"github.com/qnn-go/qnn/qnn/compare"
	"github.com/qnn-go/qnn/qnn/metric"
	"github.com/qnn-go/qnn/qnn/report"
)

type compareOptions struct {
	Streams

	Runs        []string
	Seeds       int
	NoBaselines bool
	JSON, Mute  bool
}

func newCompare(s Streams) *cobra.Command {
	o := &compareOptions{Streams: s}
	c := &cobra.Command{
		Use:   "compare RUN…",
		Short: "Compare runs with each other and with classical models",
		Long: `Compare the first run with the others and with classical models, all measured on
the same test part, and test the difference from the best of them (McNemar).

One test part says little about small differences. With --seeds N the model of
one run is trained anew N times, with seeds 0 to N−1 for split, initial parameters
and order of samples, beside the classical models on the same splits; the table
then holds means with 95% intervals (Student's t over the seeds).`,
		Example: "  qnn compare runs/iris-0001 runs/iris-0002\n  qnn compare runs/breast-cancer-0001 --seeds 5",
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) == 0 {
				return usage("qnn compare takes one or more run directories. See qnn compare --help")
			}
			return nil
		},
		RunE: func(c *cobra.Command, args []string) error {
			o.Runs = args
			if o.Seeds != 0 {
				return runSeeds(c.Context(), o)
			}
			return runCompare(c.Context(), o)
		},
	}
	f := c.Flags()
	f.IntVar(&o.Seeds, "seeds", 0, "train anew with this many seeds, at least 2")
	f.BoolVar(&o.NoBaselines, "no-baselines", false, "leave the classical models out")
	addOutputFlags(f, &o.JSON, &o.Mute)
	return c
}

func (o *compareOptions) warn(format string, args ...any) {
	if !o.Mute {
		_, _ = fmt.Fprintf(o.Err, "qnn: "+format+"\n", args...)
	}
}

// comparison is the object of compare --json.
type comparison struct {
	Run     string            `json:"run"`
	Data    string            `json:"data"`
	Test    report.Test       `json:"test"`
	Models  []report.Baseline `json:"models"` // the others: runs, then classical models
	Verdict *compare.Verdict  `json:"verdict,omitempty"`
}

func runCompare(ctx context.Context, o *compareOptions) error {
	runs := make([]*stored, len(o.Runs))
	results := make([]compare.Result, len(o.Runs))
	for i, dir := range o.Runs {
		var err error
		if runs[i], err = openStored(ctx, dir, loud(o.Err, o.Mute)); err != nil {
			return err
		}
		if runs[i].test.Hash() != runs[0].test.Hash() {
			return badData("%s and %s were tested on different samples. Train both with the same data, --test and --seed", o.Runs[0], dir)
		}
		if results[i], err = runs[i].measure(ctx); err != nil {
			return err
		}
	}
	first := runs[0]
	others := results[1:]
	if !o.NoBaselines {
		baselines, err := first.baselines(ctx, o.warn)
		if err != nil {
			return err
		}
		others = append(others, baselines...)
	}
	test, err := report.NewTest(first.test.Y, results[0].Predictions, first.data.Classes)
	if err != nil {
		return err
	}
	s := report.Summary{Test: test, Model: report.Model{Name: results[0].Name, Parameters: results[0].Parameters}, TrainSeconds: results[0].TrainTime.Seconds()}
	if err := addBaselines(&s, first.test, results[0], others); err != nil {
		return err
	}
	if o.JSON {
		return writeJSON(o.Out, comparison{Run: o.Runs[0], Data: first.data.Name, Test: test, Models: s.Baselines, Verdict: s.Verdict})
	}
	return report.Text(o.Out, s)
}

// measure is the run's own result on its test part.
func (r *stored) measure(ctx context.Context) (compare.Result, error) {
	got, err := compare.Measure(ctx, &trained{name: filepath.Clean(r.dir), model: r.model}, r.test)
	if err != nil {
		return got, err
	}
	rows, err := readTiming(r.dir)
	if err != nil {
		return got, err
	}
	seconds, err := totalSeconds(r.dir, rows)
	got.TrainTime = time.Duration(seconds * float64(time.Second))
	return got, err
}

// spread is a row of compare --seeds: the score of one model over the seeds,
// accuracy or, for regression, R².
type spread struct {
	Name   string    `json:"name"`
	Mean   float64   `json:"mean"`
	Low    float64   `json:"low"`
	High   float64   `json:"high"`
	Scores []float64 `json:"scores"`
}

// seedComparison is the object of compare --seeds --json.
type seedComparison struct {
	Run    string   `json:"run"`
	Data   string   `json:"data"`
	Score  string   `json:"score"` // "accuracy" or "r2"
	Seeds  []uint64 `json:"seeds"`
	Models []spread `json:"models"`
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
		out.Data = e.data.Name
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

// add takes in the results of one seed.
func (c *seedComparison) add(results []compare.Result, regression bool) {
	for _, r := range results {
		score := r.Accuracy
		if regression {
			c.Score, score = "r2", r.R2
		}
		i := slices.IndexFunc(c.Models, func(m spread) bool { return m.Name == r.Name })
		if i < 0 {
			i = len(c.Models)
			c.Models = append(c.Models, spread{Name: r.Name})
		}
		c.Models[i].Scores = append(c.Models[i].Scores, score)
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
	return nil
}

// trainSeed trains the model and the baselines with one seed.
func (o *compareOptions) trainSeed(ctx context.Context, s settings, seed uint64) ([]compare.Result, *experiment, error) {
	s.Seed = seed
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
	if err != nil || o.NoBaselines {
		return []compare.Result{own}, e, err
	}
	baselines, err := e.baselines(ctx, o.warn)
	return append([]compare.Result{own}, baselines...), e, err
}

func (c *seedComparison) print(w io.Writer) error {
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	_, _ = fmt.Fprintf(t, "compare\tmodel\tmean %s\t95%%\tby seed\n", c.Score)
	for _, m := range c.Models {
		by := make([]string, len(m.Scores))
		for i, v := range m.Scores {
			by[i] = fmt.Sprintf("%.3f", v)
		}
		_, _ = fmt.Fprintf(t, "\t%s\t%.3f\t[%.3f, %.3f]\t%s\n", m.Name, m.Mean, m.Low, m.High, strings.Join(by, " "))
	}
	return t.Flush()
}
