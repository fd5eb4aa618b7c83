package cli

import (
	"context"
	"fmt"
	"strings"

	"github.com/qnn-go/qnn/circuits/transpile"
	"github.com/qnn-go/qnn/internal/plural"
	"github.com/qnn-go/qnn/qnn/experiment"
	"github.com/qnn-go/qnn/qnn/report"
)

// braketTarget leaves the choice of qubits and gates to Amazon Braket.
const braketTarget = "braket"

// findTarget finds a device by its name or file; it is nil for braket.
func findTarget(name string) (*transpile.Target, error) {
	if name == braketTarget {
		return nil, nil
	}
	return readTarget(name)
}

// exportJob makes a directory for a run on a device.
func (o *exportOptions) exportJob(ctx context.Context) error {
	t, err := findTarget(o.Target)
	if err != nil {
		return err
	}
	e, err := experiment.NewExport(ctx, experiment.ExportOptions{
		Run: o.Run, Dir: o.Out, Target: t, Search: o.Search, Shots: o.Shots, Symbolic: o.Symbolic, Data: o.samples(true), Samples: o.Samples,
		Gradient: o.Gradient, Batch: o.Batch, Prices: o.Prices, Observer: observer(o.Err, o.Mute),
	})
	if err != nil {
		return searchError(err, o.Search)
	}
	o.describe(e)
	if err := e.Save(ctx); err != nil {
		return err
	}
	if o.JSON {
		return writeJSON(o.Streams.Out, e)
	}
	next := ""
	if !o.Mute {
		next = "next      " + strings.Join(e.NextLines(), "\n          ") + "\n"
	}
	_, err = fmt.Fprintf(o.Streams.Out, "saved     %s\n%s", report.Printable(e.Directory), next)
	return err
}

// samples is the table that --data names, with labels or without; nil without one.
func (o *exportOptions) samples(label bool) *experiment.Samples {
	if o.Data == "" {
		return nil
	}
	return &experiment.Samples{Path: o.Data, Stdin: o.In, Label: label}
}

// describe prints what will be run and what it costs, before anything is written.
func (o *exportOptions) describe(r *experiment.Export) {
	m := r.Manifest
	w := o.Streams.Out
	if o.JSON {
		w = o.Err
	}
	if o.Mute {
		return
	}
	of := "samples"
	if m.Gradient != nil {
		of = fmt.Sprintf("samples, %d shifts of each", len(m.Gradient.Shifts))
	}
	_, _ = fmt.Fprintf(w, "export    %s: %d %s; %s of %s\n", report.Printable(o.Run), len(m.Samples), of, plural.Count(r.Circuits, "circuit"), plural.Count(r.Shots, "shot"))
	_, _ = fmt.Fprintf(w, "device    %s: %s, on %v; at most %s, depth %d\n", m.Target, plural.Count(m.Qubits, "qubit"), m.Circuits[0].Physical, plural.Count(r.TwoQubit, "two-qubit gate"), r.Depth)
	_, _ = fmt.Fprintf(w, "cost      %s\n", strings.Join(r.CostLines(), "\n          "))
}
