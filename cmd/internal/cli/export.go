package cli

import (
	"fmt"
	"io"
	"strings"

	"github.com/spf13/cobra"

	"github.com/qnn-go/qnn/circuits"
	"github.com/qnn-go/qnn/circuits/qasm"
	"github.com/qnn-go/qnn/internal/suggest"
	"github.com/qnn-go/qnn/qnn"
)

type exportOptions struct {
	Streams

	Run, Format, Data, Out string
	Sample                 int
	JSON, Mute             bool
}

func newExport(s Streams) *cobra.Command {
	o := &exportOptions{Streams: s}
	c := &cobra.Command{
		Use:   "export RUN --format DIALECT --sample N",
		Short: "Write the circuit of one sample as OpenQASM",
		Long: `Write the trained circuit with the features of one sample bound, and a measurement
of every qubit at its end (qubit k into bit k), as OpenQASM for Qiskit, Amazon Braket and others.
Samples are counted from 0 in the run's test part, or in a CSV file given by --data.`,
		Example: "  qnn export runs/iris-0001 --format openqasm3 --sample 0 --out sample0.qasm",
		Args:    exactArgs("RUN"),
		RunE: func(_ *cobra.Command, args []string) error {
			o.Run = args[0]
			return runExport(o)
		},
	}
	f := c.Flags()
	f.StringVar(&o.Format, "format", "openqasm3", "openqasm2, openqasm3, braket, ibm")
	f.IntVar(&o.Sample, "sample", 0, "number of the sample, from 0")
	f.StringVar(&o.Data, "data", "", "CSV file of samples, - for standard input (default the run's test part)")
	f.StringVar(&o.Out, "out", "", "file to write (default standard output)")
	addOutputFlags(f, &o.JSON, &o.Mute)
	return c
}

// exported is the object of export --json.
type exported struct {
	Run    string `json:"run"`
	Format string `json:"format"`
	Sample int    `json:"sample"`
	Qubits int    `json:"qubits"`
	Depth  int    `json:"depth"`
	Gates  int    `json:"gates"`
	Source string `json:"source"`
}

func runExport(o *exportOptions) error {
	var dialect qasm.Dialect
	if err := dialect.UnmarshalText([]byte(o.Format)); err != nil {
		return usage("--format %s", suggest.Unknown("dialect", o.Format, dialects()))
	}
	m, rows, err := o.load()
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
	return output(o.Out, o.Streams.Out, func(w io.Writer) error {
		if !o.JSON {
			return qasm.Encode(w, c, qasm.Options{Dialect: dialect})
		}
		var source strings.Builder
		if err := qasm.Encode(&source, c, qasm.Options{Dialect: dialect}); err != nil {
			return err
		}
		return writeJSON(w, exported{o.Run, o.Format, o.Sample, c.Qubits, c.Depth(), len(c.Ops), source.String()})
	})
}

func dialects() []string {
	var names []string
	for _, d := range qasm.Dialects() {
		names = append(names, d.String())
	}
	return names
}

// load reads the model and the rows to choose a sample from.
func (o *exportOptions) load() (*qnn.Model, [][]float64, error) {
	if o.Data == "" {
		r, err := openStored(o.Run, o.In)
		if err != nil {
			return nil, nil, err
		}
		return r.model, r.test.X, nil
	}
	m, err := loadRunModel(o.Run)
	if err != nil {
		return nil, nil, err
	}
	d, err := readSamples(m, "", o.Data, o.In, "refuse")
	if err != nil {
		return nil, nil, err
	}
	return m, d.X, nil
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

// writeTrained writes the trained circuit as OpenQASM 3, its weights bound, its
// features inputs, and every qubit measured.
func writeTrained(w io.Writer, m *qnn.Model) error {
	c := m.Circuit.Clone().MeasureAll()
	return qasm.Encode(w, c, qasm.Options{Dialect: qasm.OpenQASM3, Weights: m.Parameters[:m.Weights()]})
}
