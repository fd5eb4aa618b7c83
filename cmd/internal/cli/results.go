package cli

import (
	"context"
	"fmt"
	"io"
	"maps"
	"math"
	"slices"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"github.com/qnn-go/qnn/internal/plural"
	"github.com/qnn-go/qnn/qnn/experiment"
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
	m, err := experiment.OpenResults(o.Dir, o.Counts)
	if err != nil {
		return err
	}
	if o.Step {
		taken, err := m.TakeStep(ctx, experiment.StepOptions{Dir: o.Out, Seed: o.Seed, Hold: interruptionOf(ctx).hold})
		if err != nil {
			return err
		}
		if o.JSON {
			return writeJSON(o.Streams.Out, taken)
		}
		return printStep(o.Streams.Out, taken, o.Mute)
	}
	r, err := m.Evaluate(ctx, o.Seed)
	if err != nil {
		return err
	}
	if o.JSON {
		return writeJSON(o.Streams.Out, r)
	}
	return printEvaluation(o.Streams.Out, r)
}

// printEvaluation prints the report on what a device measured.
func printEvaluation(w io.Writer, r *experiment.Evaluation) error {
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
		fmt.Fprintf(&b, "missing   samples %s: their circuits have no results yet\n", experiment.Ranges(r.Missing))
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
		fmt.Fprintf(&b, "          samples %s\n", experiment.Ranges(r.Ideal.Differ))
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

// printStep prints what a step came to.
func printStep(w io.Writer, d *experiment.Step, mute bool) error {
	norm, noise := 0.0, 0.0
	for i, g := range d.Gradient {
		norm += g * g
		noise += d.GradientError[i] * d.GradientError[i]
	}
	_, err := fmt.Fprintf(w, "step      %d, on %d samples: loss %.4f ± %.4f\n          |gradient| %.4f, its shot noise %.4f (root of the sum of squared standard errors)\nsaved     %s\n",
		d.Step, len(d.Samples), d.Loss, d.LossError, math.Sqrt(norm), math.Sqrt(noise), report.Printable(d.Run))
	if err != nil || mute {
		return err
	}
	_, err = fmt.Fprintf(w, "next      qnn evaluate %s\n          qnn export %s --target %s --gradient --batch %d\n", report.ShellWord(d.Run), report.ShellWord(d.Run), report.ShellWord(d.Target), len(d.Samples))
	return err
}
