package cli

import (
	"context"
	"fmt"
	"io"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/qnn-go/qnn/circuits"
	"github.com/qnn-go/qnn/circuits/qasm"
	"github.com/qnn-go/qnn/circuits/qpu"
	"github.com/qnn-go/qnn/circuits/transpile"
	"github.com/qnn-go/qnn/internal/suggest"
	"github.com/qnn-go/qnn/qnn"
	"github.com/qnn-go/qnn/qnn/experiment"
)

type exportOptions struct {
	Streams

	Run, Format, Data, Out string
	Sample                 int
	JSON, Mute             bool

	Target, Samples, Prices    string
	Shots, Batch               int
	Search                     transpile.Options
	Symbolic, Gradient, single bool
}

func newExport(s Streams) *cobra.Command {
	o := &exportOptions{Streams: s}
	c := &cobra.Command{
		Use:   "export RUN [--target DEVICE]",
		Short: "Write circuits as OpenQASM, for one sample or for a run on a device",
		Long: `Without --target, write the trained circuit with the features of one sample bound, and
a measurement of every qubit at its end (qubit k into bit k), as OpenQASM for Qiskit, Amazon
Braket and others. Samples are counted from 0 in the run's test part, or in a CSV file given by
--data.

With --target, make a directory with everything for a run on a device: a program for each sample
of the test part in the device's own gates and connections, a script that runs them with your
account or on a simulator, a manifest, and an estimate of the cost. qnn results reads the counts
back. With --gradient it holds the circuits of the parameter-shift rules for one batch of the
training part, and qnn results --step takes an optimiser step with what was measured.`,
		Example: `  qnn export runs/iris-0001 --format openqasm3 --sample 0 --out sample0.qasm
  qnn export runs/iris-0001 --target ibm --shots 4000
  qnn export runs/iris-0001 --target ibm --sample 0
  qnn export runs/moons-0001 --target iqm-garnet --gradient --batch 4`,
		Args: exactArgs("RUN"),
		RunE: func(c *cobra.Command, args []string) error {
			o.Run = args[0]
			o.single = c.Flags().Changed("sample")
			if err := o.refuseIdle(c.Flags()); err != nil {
				return err
			}
			return runExport(c.Context(), o)
		},
	}
	f := c.Flags()
	f.SortFlags = false
	f.StringVar(&o.Format, "format", "openqasm3", strings.Join(dialects(), ", ")+"; with --target it is the device's")
	f.IntVar(&o.Sample, "sample", 0, "write this one sample, counted from 0")
	f.StringVar(&o.Data, "data", "", "CSV file of samples, - for standard input (default the run's test part)")
	f.StringVar(&o.Out, "out", "", "file to write (default standard output), or with --target the directory (default qpu/NAME-0001)")
	group(f, "Circuits")
	f.StringVar(&o.Target, "target", "", "device: ibm (Heron r2), braket (any of its devices), one of qnn transpile --targets, or a JSON file")
	f.StringVar(&o.Samples, "samples", "test", "samples for the device: test (all of them), or numbers such as 0-9,12")
	f.IntVar(&o.Shots, "shots", 1000, "shots of each circuit")
	addSearchFlags(f, &o.Search)
	f.BoolVar(&o.Symbolic, "symbolic", false, "one program with inputs and a table of their values, instead of a program a sample")
	f.BoolVar(&o.Gradient, "gradient", false, "circuits of the parameter-shift rules for one batch of the training part")
	f.IntVar(&o.Batch, "batch", 4, "samples of a gradient")
	f.StringVar(&o.Prices, "prices", "", "JSON file of prices (default the table that comes along)")
	group(f, "Device")
	addOutputFlags(f, &o.JSON, &o.Mute)
	group(f, "Output")
	return c
}

// exported is the object of export --json for one sample.
type exported struct {
	Run    string `json:"run"`
	Format string `json:"format"`
	Sample int    `json:"sample"`
	Qubits int    `json:"qubits"`
	Depth  int    `json:"depth"`
	Gates  int    `json:"gates"`
	Source string `json:"source"`
}

func runExport(ctx context.Context, o *exportOptions) error {
	if err := checkSearch(o.Search); err != nil {
		return err
	}
	if o.isOne() {
		return o.exportOne(ctx)
	}
	return o.exportJob(ctx)
}

// isOne reports whether the circuit of one sample is asked for, rather than a directory
// for a device.
func (o *exportOptions) isOne() bool { return o.Target == "" || o.single && !o.Gradient }

// refuseIdle refuses flags that have no effect beside the others.
func (o *exportOptions) refuseIdle(f *pflag.FlagSet) error {
	placed := o.Target != "" && o.Target != braketTarget || o.Format == qasm.IBM.String()
	return refuseIdle(
		f,
		idle{o.Target == "", "it needs --target, the device to run on, such as ibm or braket", []string{"samples", "shots", "symbolic", "gradient", "batch", "prices"}},
		idle{o.isOne(), "--sample writes the circuit of one sample. Leave one of them out", []string{"samples", "shots", "symbolic", "batch", "prices"}},
		idle{!placed, "only circuits for one device are shortened. Leave it out, or give --target", []string{"level", "objective", "effort"}},
		idle{o.Target != "", "--target has its own format. Leave it out", []string{"format"}},
		idle{o.Gradient, "a gradient is of samples of the training part, --batch of them. Leave it out", []string{"samples", "sample", "data"}},
		idle{!o.Gradient, "it is the number of samples of --gradient. Leave it out, or choose with --samples", []string{"batch"}},
	)
}

// exportOne writes the circuit of one sample.
func (o *exportOptions) exportOne(ctx context.Context) error {
	var dialect qasm.Dialect
	if err := dialect.UnmarshalText([]byte(o.Format)); err != nil {
		return usage("--format %s", suggest.Unknown("dialect", o.Format, dialects()))
	}
	m, rows, _, err := experiment.LoadSamples(ctx, o.Run, o.samples(false), observer(o.Err, o.Mute))
	if err != nil {
		return err
	}
	if o.Sample < 0 || o.Sample >= len(rows) {
		return usage("--sample %d: there are %d samples, counted from 0", o.Sample, len(rows))
	}
	c, err := boundCircuit(m, rows[o.Sample])
	if err != nil {
		return err
	}
	options := qasm.Options{Dialect: dialect}
	if target := o.targetOf(dialect); target != "" {
		t, err := findTarget(target)
		if err != nil {
			return err
		}
		if c, options, err = qpu.Place(ctx, c, t, o.Search); err != nil {
			return searchError(err, o.Search)
		}
	}
	return output(o.Out, o.Streams.Out, func(w io.Writer) error {
		if !o.JSON {
			return qasm.Encode(w, c, options)
		}
		var source strings.Builder
		if err := qasm.Encode(&source, c, options); err != nil {
			return err
		}
		return writeJSON(w, exported{o.Run, options.Dialect.String(), o.Sample, c.Qubits, c.Depth(), len(c.Ops), source.String()})
	})
}

// targetOf is the device that one program is for: --target, or for the dialect of IBM's
// devices, which is in terms of their qubits, its default.
func (o *exportOptions) targetOf(d qasm.Dialect) string {
	if o.Target == "" && d == qasm.IBM {
		return ibmTarget
	}
	return o.Target
}

func dialects() []string {
	var names []string
	for _, d := range qasm.Dialects() {
		names = append(names, d.String())
	}
	return names
}

// boundCircuit is the model's circuit for one row of data, with every qubit measured.
func boundCircuit(m *qnn.Model, row []float64) (*circuits.Circuit, error) {
	x, err := m.Features([][]float64{row})
	if err != nil {
		return nil, err
	}
	c, err := m.Circuit.Bind(m.Parameters[:m.Weights()], x[0])
	if err != nil {
		return nil, fmt.Errorf("bind: %w", err)
	}
	return c.MeasureAll(), nil
}
