package cli

import (
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"github.com/qnn-go/qnn/qnn/dataset"
)

type dataOptions struct {
	Streams

	Out   string
	Make  dataset.Synthetic
	JSON  bool
	Quiet bool
}

func newData(s Streams) *cobra.Command {
	o := &dataOptions{Streams: s}
	c := &cobra.Command{
		Use:   "data [NAME]",
		Short: "List the data sets, or describe or write one",
		Long: `Without a name, list the data sets that come with qnn. With a name, describe it;
with --out, write it as CSV (- for standard output), which qnn train --data reads.`,
		Example: "  qnn data\n  qnn data moons --samples 500 --noise 0.1 --out moons.csv",
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) > 1 {
				return usage("unexpected argument %q: qnn data takes one name", args[1])
			}
			return nil
		},
		RunE: func(c *cobra.Command, args []string) error {
			of := []string{"samples", "features", "noise", "seed"}
			if err := refuseIdle(c.Flags(), idle{len(args) == 0, "it is for one data set. Give its name: qnn data NAME", of}); err != nil {
				return err
			}
			if len(args) == 0 {
				return listData(o)
			}
			made := slices.ContainsFunc(dataset.Catalogue(), func(d dataset.Info) bool { return d.Name == args[0] && d.Synthetic })
			if err := refuseIdle(c.Flags(), idle{!made, args[0] + " is a fixed table. Leave it out", []string{"seed"}}); err != nil {
				return err
			}
			return showData(o, args[0])
		},
	}
	f := c.Flags()
	f.StringVar(&o.Out, "out", "", "write the samples as CSV to this file, - for standard output")
	f.IntVar(&o.Make.Samples, "samples", 0, "samples of a synthetic set (0: its default)")
	f.IntVar(&o.Make.Features, "features", 0, "features of a synthetic set that has a choice")
	f.Float64Var(&o.Make.Noise, "noise", 0, "noise of a synthetic set")
	f.Uint64Var(&o.Make.Seed, "seed", 0, "seed of a synthetic set")
	addOutputFlags(f, &o.JSON, &o.Quiet)
	return c
}

// dataList is the object of data --json, dataInfo that of data NAME --json.
type dataList struct {
	DataSets []dataInfo `json:"data_sets"`
}

type dataInfo struct {
	Name      string   `json:"name"`
	About     string   `json:"about"`
	Source    string   `json:"source"`
	License   string   `json:"license"`
	Samples   int      `json:"samples"`
	Features  int      `json:"features"`
	Classes   []string `json:"classes"`
	Synthetic bool     `json:"synthetic"`
}

func listData(o *dataOptions) error {
	if o.Out != "" {
		return usage("--out needs the name of a data set: qnn data NAME --out %s", o.Out)
	}
	catalogue := dataset.Catalogue()
	if o.JSON {
		list := make([]dataInfo, len(catalogue))
		for i, d := range catalogue {
			list[i] = dataInfo(d)
		}
		return writeJSON(o.Streams.Out, dataList{list})
	}
	t := tabwriter.NewWriter(o.Streams.Out, 0, 0, 2, ' ', 0)
	_, _ = fmt.Fprintln(t, "name\tsamples\tfeatures\tclasses\tabout")
	for _, d := range catalogue {
		classes := strconv.Itoa(len(d.Classes))
		if d.Classes == nil {
			classes = "-"
		}
		_, _ = fmt.Fprintf(t, "%s\t%d\t%d\t%s\t%s\n", d.Name, d.Samples, d.Features, classes, d.About)
	}
	return t.Flush()
}

func showData(o *dataOptions, name string) error {
	d, err := dataset.Load(name, o.Make)
	if err != nil {
		return err
	}
	if o.Out != "" {
		return output(o.Out, o.Streams.Out, func(w io.Writer) error { return dataset.WriteCSV(w, d) })
	}
	var about dataset.Info
	for _, info := range dataset.Catalogue() {
		if info.Name == name {
			about = info
		}
	}
	about.Samples, about.Features, about.Classes = d.Len(), len(d.Columns), d.Classes
	if o.JSON {
		return writeJSON(o.Streams.Out, dataInfo(about))
	}
	return describeData(o.Streams.Out, d, about)
}

func describeData(w io.Writer, d *dataset.Dataset, about dataset.Info) error {
	var b strings.Builder
	fmt.Fprintf(&b, "%s: %s\n\n", about.Name, about.About)
	fmt.Fprintf(&b, "samples   %d\n", d.Len())
	if d.Classes != nil {
		counts := d.ClassCounts()
		for i, name := range d.Classes {
			label := ""
			if i == 0 {
				label = "classes"
			}
			fmt.Fprintf(&b, "%-9s %s: %d\n", label, name, counts[i])
		}
	} else {
		fmt.Fprintf(&b, "target    %s, a number\n", d.Target)
	}
	names := make([]string, len(d.Columns))
	for i, c := range d.Columns {
		names[i] = c.Name
	}
	fmt.Fprintf(&b, "features  %d: %s\n", len(names), strings.Join(names, ", "))
	fmt.Fprintf(&b, "source    %s\nlicence   %s\n", about.Source, about.License)
	_, err := io.WriteString(w, b.String())
	return err
}
