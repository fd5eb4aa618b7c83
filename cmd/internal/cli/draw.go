package cli

import (
	"bytes"
	"fmt"
	"io"
	"strings"

	"github.com/spf13/cobra"

	"github.com/qnn-go/qnn/circuits"
	"github.com/qnn-go/qnn/circuits/ansatz"
	"github.com/qnn-go/qnn/circuits/draw"
	"github.com/qnn-go/qnn/circuits/qasm"
	"github.com/qnn-go/qnn/internal/suggest"
	"github.com/qnn-go/qnn/qnn/experiment"
)

type drawOptions struct {
	Streams
	programOptions

	Model        string
	Config       ansatz.Config
	Entanglement string
	ASCII        bool
	Width        int
	Format, Out  string
	JSON, Mute   bool
}

func newDraw(s Streams) *cobra.Command {
	o := &drawOptions{Streams: s}
	c := &cobra.Command{
		Use:   "draw [RUN | FILE.qasm]",
		Short: "Draw the circuit of a run, of an OpenQASM program, or of an encoding and an ansatz",
		Long: `Draw the circuit of a run directory or model file, or of an OpenQASM program (- for one
on standard input), or, without either, the circuit that the flags describe. Weights are
w0, w1, …, features x0, x1, …; qubits and inputs of a program have the names it gives
them. --format svg draws a picture; so does --out with a name that ends in .svg.`,
		Example: "  qnn draw runs/iris-0001\n  qnn draw bell.qasm\n  qnn draw --features 3 --encoding zz --ansatz real-amplitudes --layers 1",
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) > 1 {
				return usage("unexpected argument %q: qnn draw takes one run directory or OpenQASM file", args[1])
			}
			return nil
		},
		RunE: func(c *cobra.Command, args []string) error {
			if len(args) == 1 {
				o.Model = args[0]
			}
			svg, err := o.svg()
			if err != nil {
				return err
			}
			err = refuseIdle(
				c.Flags(),
				idle{o.Model != "", o.Model + " has its own circuit. Leave it out", []string{"features", "qubits", "encoding", "ansatz", "layers", "entanglement"}},
				idle{!o.isProgram(), "it is for OpenQASM programs. Leave it out", []string{"set", "include", "strict"}},
				idle{svg, "a picture has no characters of a terminal. Leave it out, or draw with --format text", []string{"ascii"}},
			)
			if err != nil {
				return err
			}
			return runDraw(o, svg)
		},
	}
	f := c.Flags()
	f.IntVar(&o.Config.Features, "features", 4, "features to encode")
	f.IntVar(&o.Config.Qubits, "qubits", 0, "qubits (0: as many as the features need)")
	f.StringVar(&o.Config.Encoding, "encoding", experiment.DefaultEncoding, "how features enter the circuit: "+strings.Join(ansatz.Encodings(), ", "))
	f.StringVar(&o.Config.Ansatz, "ansatz", experiment.DefaultAnsatz, "trainable layers: "+strings.Join(ansatz.Ansaetze(), ", "))
	f.IntVar(&o.Config.Layers, "layers", experiment.DefaultLayers, "repetitions of the ansatz")
	f.StringVar(&o.Entanglement, "entanglement", "", strings.Join(ansatz.Entanglements(), ", ")+"; for the ansaetze that have a choice")
	f.BoolVar(&o.ASCII, "ascii", false, "use ASCII characters only")
	f.IntVar(&o.Width, "width", 100, "wrap at this many columns, 0: never")
	f.StringVar(&o.Format, "format", "", "text or svg (default by the name of the file to write)")
	f.StringVar(&o.Out, "out", "", "file to write (default standard output)")
	o.programOptions.addFlags(f)
	addOutputFlags(f, &o.JSON, &o.Mute)
	return c
}

// drawing is the object of draw --json.
type drawing struct {
	Qubits   int            `json:"qubits"`
	Depth    int            `json:"depth"`
	Weights  int            `json:"weights"`
	Features int            `json:"features"`
	Gates    map[string]int `json:"gates"`
	Drawing  string         `json:"drawing"`
}

func runDraw(o *drawOptions, svg bool) error {
	paint := draw.Text
	if svg {
		paint = draw.SVG
	}
	style := &draw.Options{ASCII: o.ASCII, Width: o.Width}
	c, err := o.circuit(style)
	if err != nil {
		return err
	}
	return output(o.Out, o.Streams.Out, func(w io.Writer) error {
		if !o.JSON {
			return paint(w, c, style)
		}
		var text bytes.Buffer
		if err := paint(&text, c, style); err != nil {
			return err
		}
		d := drawing{c.Qubits, c.Depth(), c.Weights(), c.Features(), map[string]int{}, text.String()}
		for g, n := range c.Count() {
			d.Gates[g.String()] = n
		}
		return writeJSON(w, d)
	})
}

// svg reports whether to draw a picture rather than text.
func (o *drawOptions) svg() (bool, error) {
	switch o.Format {
	case "svg":
		return true, nil
	case "text":
		return false, nil
	case "":
		return strings.HasSuffix(o.Out, ".svg") && !o.JSON, nil
	}
	return false, usage("--format %s", suggest.Unknown("format", o.Format, []string{"text", "svg"}))
}

// isProgram reports whether an OpenQASM program is to be drawn.
func (o *drawOptions) isProgram() bool { return o.Model == "-" || strings.HasSuffix(o.Model, ".qasm") }

// circuit is what to draw; a program gives names to its qubits and inputs.
func (o *drawOptions) circuit(style *draw.Options) (*circuits.Circuit, error) {
	if o.isProgram() {
		d, err := o.readProgram(o.Model, o.In, o.remarks(o.Mute))
		if err != nil {
			return nil, err
		}
		if err := o.settledOnly(d); err != nil {
			return nil, err
		}
		style.Qubits, style.Weights = qubitNames(d), d.Inputs
		return d.Circuit, nil
	}
	if o.Model != "" {
		m, err := experiment.ReadModel(o.Model)
		if err != nil {
			return nil, err
		}
		return m.Circuit, nil
	}
	if o.Config.Layers < 1 {
		return nil, usage("--layers %d: must be at least 1", o.Config.Layers)
	}
	o.Config.Entanglement = ansatz.Entanglement(o.Entanglement)
	return experiment.BuildCircuit(o.Config)
}

// qubitNames are those of the registers with the index behind; nil for physical qubits.
func qubitNames(d *qasm.Decoded) []string {
	var names []string
	for _, r := range d.Qubits {
		for i := range r.Size {
			names = append(names, fmt.Sprintf("%s%d", r.Name, i))
		}
	}
	return names
}
