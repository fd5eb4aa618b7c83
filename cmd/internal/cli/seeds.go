package cli

import (
	"context"
	"fmt"
	"io"
	"strings"
	"text/tabwriter"

	"github.com/qnn-go/qnn/qnn/compare"
	"github.com/qnn-go/qnn/qnn/experiment"
)

func runSeeds(ctx context.Context, o *compareOptions) error {
	if o.Seeds < 2 || len(o.Runs) != 1 {
		return usage("--seeds needs one run and at least 2 seeds: an interval takes several")
	}
	done := func(c *experiment.SeedComparison) {
		if !o.Mute {
			n := len(c.Seeds) - 1
			_, _ = fmt.Fprintf(o.Err, "seed %d  %s %.3f\n", c.Seeds[n], c.Score, c.Models[0].Scores[n])
		}
	}
	out, err := experiment.CompareSeeds(ctx, o.Runs[0], o.Seeds, o.Baselines.choice(), observer(o.Err, o.Mute), done)
	if err != nil {
		return err
	}
	if o.JSON {
		return writeJSON(o.Out, out)
	}
	return printSeeds(o.Out, out)
}

// printSeeds prints the table of a comparison over seeds.
func printSeeds(w io.Writer, c *experiment.SeedComparison) error {
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
