package cli

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"github.com/qnn-go/qnn/circuits/qpu"
	"github.com/qnn-go/qnn/internal/plural"
	"github.com/qnn-go/qnn/qnn"
	"github.com/qnn-go/qnn/qnn/hardware"
	"github.com/qnn-go/qnn/qnn/metric"
	"github.com/qnn-go/qnn/qnn/report"
)

type resultsOptions struct {
	Streams

	Dir, Out   string
	Counts     []string
	Seed       uint64
	Step       bool
	JSON, Mute bool
}

func newResults(s Streams) *cobra.Command {
	o := &resultsOptions{Streams: s}
	c := &cobra.Command{
		Use:   "results DIR [--counts FILE…]",
		Short: "Report what a device measured of an export, or take a training step with it",
		Long: `Read what a device measured of the circuits in the directory DIR, which qnn export --target
made, and report as qnn evaluate does, with the intervals of shot noise and beside the exact
simulation of the same circuits. Results are read as IBM and Amazon Braket save them: answers of
IBM's REST interface, JSON by qiskit-ibm-runtime's RuntimeEncoder (of SamplerV2 and EstimatorV2),
results of older Qiskit, task results of Amazon Braket. Without --counts they are those in
DIR/results, where the script of the export puts them. Results may be of some circuits only;
samples that lack any are named.

The interval of shot noise says how the score varies when the same circuits are run again: the
measured outcomes are drawn again 1000 times. The other interval is over other samples.

With --step, results of an export with --gradient become a gradient, and the run's optimiser
makes a step with it. The new model goes into a new run directory.`,
		Example: `  qnn results qpu/iris-0001
  qnn results qpu/iris-0001 --counts job1.json job2.json
  qnn results qpu/moons-0001 --step`,
		Args: func(c *cobra.Command, args []string) error {
			if len(args) == 0 {
				return exactArgs("DIR")(c, args)
			}
			return nil
		},
		RunE: func(c *cobra.Command, args []string) error {
			o.Dir = args[0]
			if len(args) > 1 && len(o.Counts) == 0 {
				return usage("unexpected argument %q; did you mean --counts %s?", args[1], args[1])
			}
			o.Counts = append(o.Counts, args[1:]...)
			err := refuseIdle(
				c.Flags(),
				idle{o.Step, "a step draws nothing again. Leave it out", []string{"seed"}},
				idle{!o.Step, "only --step makes a run. Leave it out", []string{"out"}},
			)
			if err != nil {
				return err
			}
			return runResults(c.Context(), o)
		},
	}
	f := c.Flags()
	f.StringArrayVar(&o.Counts, "counts", nil, "result files, directories of them, or patterns (default DIR/results)")
	f.Uint64Var(&o.Seed, "seed", 0, "seed of the draws behind the intervals of shot noise")
	f.BoolVar(&o.Step, "step", false, "take an optimiser step with the results of export --gradient")
	f.StringVar(&o.Out, "out", "", "directory of the run that a step makes (default runs/NAME-0001, the next free number)")
	addOutputFlags(f, &o.JSON, &o.Mute)
	return c
}

func runResults(ctx context.Context, o *resultsOptions) error {
	m, err := qpu.Open(o.Dir)
	if errors.Is(err, fs.ErrNotExist) {
		return advise(fmt.Errorf("%s is not an export: %w", o.Dir, err), "Give a directory that qnn export --target made")
	}
	if errors.Is(err, qpu.ErrChecksum) {
		return advise(err, "Take a whole copy of the export, or accept an edit by: qnn accept %s", shellWord(o.Dir))
	}
	if err != nil {
		return err
	}
	model, err := o.model(m)
	if err != nil {
		return err
	}
	files, err := o.files()
	if err != nil {
		return err
	}
	measured, settings, err := measure(m, model, files)
	if err != nil {
		return err
	}
	if o.Step {
		return o.step(ctx, m, model, measured)
	}
	r, err := o.evaluate(ctx, m, model, measured)
	if err != nil {
		return err
	}
	r.Export, r.Files, r.Settings = o.Dir, len(files), settings
	if o.JSON {
		return writeJSON(o.Streams.Out, r)
	}
	return r.write(o.Streams.Out)
}

// model reads the export's copy of the model.
func (o *resultsOptions) model(m *qpu.Manifest) (*qnn.Model, error) {
	dir := filepath.Join(o.Dir, modelDir)
	text, err := modelText(dir)
	if err != nil {
		return nil, advise(err, "Take a whole copy of the export, or export again")
	}
	if sum := sha256.Sum256(text); hex.EncodeToString(sum[:]) != m.Model {
		return nil, badData("%s: not the model that was exported. Take a whole copy of the export, or export again", filepath.Join(dir, modelFile))
	}
	return loadRunModel(dir)
}

// files lists the result files that --counts names.
func (o *resultsOptions) files() ([]string, error) {
	names := o.Counts
	if len(names) == 0 {
		names = []string{filepath.Join(o.Dir, qpu.ResultsDir)}
		if _, err := os.Stat(names[0]); err != nil {
			return nil, advise(err, "Run the circuits first (%s says how), or name result files by --counts", filepath.Join(o.Dir, readmeFile))
		}
	}
	var out []string
	for _, name := range names {
		pattern := name
		if info, err := os.Stat(name); err == nil {
			if !info.IsDir() {
				out = append(out, name)
				continue
			}
			pattern = filepath.Join(escapeGlob(name), "*.json")
		}
		found, err := filepath.Glob(pattern)
		if err != nil {
			return nil, usage("--counts %s: %w", name, err)
		}
		if len(found) == 0 {
			return nil, advise(&fs.PathError{Op: "open", Path: name, Err: fs.ErrNotExist}, "There are no result files of that name")
		}
		out = append(out, found...)
	}
	return out, nil
}

// escapeGlob makes a path stand for itself in a pattern.
func escapeGlob(path string) string {
	return strings.NewReplacer(`\`, `\\`, `[`, `\[`, `*`, `\*`, `?`, `\?`).Replace(path)
}

// measure reads result files and joins them with the model. It also returns the different
// settings that the files say they were measured with.
func measure(m *qpu.Manifest, model *qnn.Model, files []string) (*hardware.Measured, []map[string]string, error) {
	var records []qpu.Record
	settings := []map[string]string{}
	for _, name := range files {
		f, err := os.Open(name)
		if err != nil {
			return nil, nil, err
		}
		read, err := qpu.Read(f, name)
		_ = f.Close() // opened for reading
		if err != nil {
			return nil, nil, err
		}
		records = append(records, read...)
		if len(read) > 0 && len(read[0].Settings) > 0 && !slices.ContainsFunc(settings, func(s map[string]string) bool { return maps.Equal(s, read[0].Settings) }) {
			settings = append(settings, read[0].Settings)
		}
	}
	results, err := m.Match(records)
	if err != nil {
		return nil, nil, err
	}
	measured, err := hardware.New(m, model, results)
	return measured, settings, err
}

// deviceResults is the object of results --json.
type deviceResults struct {
	Export    string `json:"export"`
	Run       string `json:"run"`
	Target    string `json:"target"`
	Shots     int    `json:"shots"`     // of each circuit; 0: exact, or estimated
	Estimated bool   `json:"estimated"` // expectation values of an estimator, not counts
	Files     int    `json:"files"`
	// Settings are the different ones that the files say they were measured with.
	Settings    []map[string]string `json:"settings"`
	Samples     []int               `json:"samples"` // rows that were measured
	Missing     []int               `json:"missing"` // rows that lack results
	Classes     []string            `json:"classes,omitempty"`
	Predictions []any               `json:"predictions"`
	// Test is the report of qnn evaluate on the measured samples; without labels there
	// is none.
	Test      *report.Test `json:"test,omitempty"`
	ShotNoise *shotNoise   `json:"shot_noise,omitempty"`
	Ideal     ideal        `json:"ideal"`
	// Values are the expectation values, samples × observables.
	Values [][]hardware.Interval `json:"values"`
}

// shotNoise is the interval of the accuracy, or of the RMSE of a regression.
type shotNoise struct {
	Score      string  `json:"score"`
	Value      float64 `json:"value"`
	Low        float64 `json:"low"`
	High       float64 `json:"high"`
	Replicates int     `json:"replicates"`
	Seed       uint64  `json:"seed"`
}

// ideal compares with the exact simulation.
type ideal struct {
	Test           *report.Test `json:"test,omitempty"`
	MeanDifference float64      `json:"mean_difference"` // of expectation values
	ShotNoise      float64      `json:"expected_difference"`
	Differ         []int        `json:"differ"` // rows with other predictions
}

func (o *resultsOptions) evaluate(ctx context.Context, m *qpu.Manifest, model *qnn.Model, h *hardware.Measured) (*deviceResults, error) {
	e, err := h.Evaluate(ctx, model)
	if err != nil {
		return nil, err
	}
	r := &deviceResults{
		Run: m.Run, Target: m.Target, Shots: h.Shots(), Estimated: h.Estimated(), Classes: model.Classes, Values: e.Values,
		Ideal: ideal{MeanDifference: e.MeanDifference, ShotNoise: e.ShotNoise, Differ: []int{}}, Missing: []int{},
	}
	var y []float64
	labelled := true
	for i, s := range h.Samples() {
		r.Samples = append(r.Samples, s.Row)
		r.Predictions = append(r.Predictions, named(model, e.Predictions[i]))
		if model.Classes != nil && e.Predictions[i] != e.Ideal[i] {
			r.Ideal.Differ = append(r.Ideal.Differ, s.Row)
		}
		if labelled = labelled && s.Label != nil; labelled {
			y = append(y, *s.Label)
		}
	}
	for _, s := range h.Missing() {
		r.Missing = append(r.Missing, s.Row)
	}
	if !labelled {
		return r, nil
	}
	return r, o.score(ctx, r, model, h, e, y)
}

// named is a prediction as the name of its class, or as a number.
func named(m *qnn.Model, v float64) any {
	if m.Classes == nil {
		return v
	}
	return m.Classes[int(v)]
}

// score compares with the labels.
func (o *resultsOptions) score(ctx context.Context, r *deviceResults, model *qnn.Model, h *hardware.Measured, e *hardware.Evaluation, y []float64) error {
	test, err := report.NewTest(y, e.Predictions, model.Classes)
	if err != nil {
		return err
	}
	exact, err := report.NewTest(y, e.Ideal, model.Classes)
	if err != nil {
		return err
	}
	if model.Classes != nil {
		if err := errors.Join(test.Rank(y, e.Probabilities), exact.Rank(y, e.IdealProbabilities)); err != nil {
			return err
		}
	}
	r.Test, r.Ideal.Test = &test, &exact
	n := shotNoise{Score: "accuracy", Replicates: hardware.Replicates, Seed: o.Seed}
	of := metric.Accuracy
	if model.Classes == nil {
		n.Score, of = "rmse", metric.RMSE
	}
	score := func(predictions []float64) (float64, error) { return of(y, predictions) }
	if n.Value, err = score(e.Predictions); err != nil {
		return err
	}
	if n.Low, n.High, err = h.ScoreInterval(ctx, model, o.Seed, score); err != nil {
		return err
	}
	r.ShotNoise = &n
	return nil
}

// write prints the report.
func (r *deviceResults) write(w io.Writer) error {
	var b strings.Builder
	shots := plural.Count(r.Shots, "shot") + " a circuit"
	switch {
	case r.Estimated:
		shots = "expectation values with standard errors"
	case r.Shots == 0:
		shots = "exact"
	}
	files := fmt.Sprintf("%d files", r.Files)
	if r.Files == 1 {
		files = "1 file"
	}
	fmt.Fprintf(&b, "results   %d of %d samples on %s, %s, from %s\n", len(r.Samples), len(r.Samples)+len(r.Missing), r.Target, shots, files)
	for _, s := range r.Settings {
		var words []string
		for _, name := range slices.Sorted(maps.Keys(s)) {
			words = append(words, name+" "+report.Printable(fmt.Sprintf("%.60s", s[name])))
		}
		fmt.Fprintf(&b, "run       %s\n", strings.Join(words, ", "))
	}
	if len(r.Missing) > 0 {
		fmt.Fprintf(&b, "missing   samples %s: their circuits have no results yet\n", ranges(r.Missing))
	}
	b.WriteByte('\n')
	if r.Test != nil {
		if err := report.Text(&b, report.Summary{Test: *r.Test}); err != nil {
			return err
		}
		n := r.ShotNoise
		fmt.Fprintf(&b, "          %s %.3f  [%.3f, %.3f] 95%% by shot noise alone, on the same samples\n\n", n.Score, n.Value, n.Low, n.High)
	}
	if r.Test == nil {
		b.WriteString("predict   ")
		for i, row := range r.Samples {
			fmt.Fprintf(&b, "sample %d: %v\n          ", row, r.Predictions[i])
		}
		b.WriteByte('\n')
	}
	row := func(name, measured, exact string) { fmt.Fprintf(&b, "%-10s%-24s%10s%10s\n", name, "", measured, exact) }
	line := func(what, measured, exact string) { fmt.Fprintf(&b, "%-10s%-24s%10s%10s\n", "", what, measured, exact) }
	row("compare", "measured", "ideal")
	if r.Test != nil {
		n := r.ShotNoise
		line(n.Score, fmt.Sprintf("%.3f", n.Value), fmt.Sprintf("%.3f", scoreOf(r.Ideal.Test)))
	}
	line("mean |difference| of ⟨O⟩", fmt.Sprintf("%.4f", r.Ideal.MeanDifference), "")
	line("  by shot noise about", fmt.Sprintf("%.4f", r.Ideal.ShotNoise), "")
	if r.Classes != nil {
		line("predictions that differ", strconv.Itoa(len(r.Ideal.Differ)), "")
	}
	if len(r.Ideal.Differ) > 0 {
		fmt.Fprintf(&b, "          samples %s\n", ranges(r.Ideal.Differ))
	}
	_, err := io.WriteString(w, b.String())
	return err
}

func scoreOf(t *report.Test) float64 {
	switch {
	case t == nil:
		return math.NaN()
	case t.Classification != nil:
		return t.Accuracy
	}
	return t.RMSE
}

// ranges writes ascending numbers with ranges, such as 0-3, 7.
func ranges(v []int) string {
	v = slices.Sorted(slices.Values(v))
	var parts []string
	for i := 0; i < len(v); {
		j := i
		for j+1 < len(v) && v[j+1] == v[j]+1 {
			j++
		}
		switch {
		case j > i:
			parts = append(parts, fmt.Sprintf("%d-%d", v[i], v[j]))
		default:
			parts = append(parts, strconv.Itoa(v[i]))
		}
		i = j + 1
	}
	return strings.Join(parts, ", ")
}
