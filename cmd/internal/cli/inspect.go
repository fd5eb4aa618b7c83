package cli

import (
	"context"
	"fmt"
	"io"
	"math"
	"runtime/debug"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/qnn-go/qnn/circuits"
	"github.com/qnn-go/qnn/circuits/qasm"
	"github.com/qnn-go/qnn/qsim"
	"github.com/qnn-go/qnn/qsim/roofline"
)

type inspectOptions struct {
	Streams
	programOptions

	File       string
	JSON, Mute bool
}

func newInspect(s Streams) *cobra.Command {
	o := &inspectOptions{Streams: s}
	c := &cobra.Command{
		Use:   "inspect FILE.qasm",
		Short: "Tell what is in an OpenQASM program",
		Long: `Read a program in OpenQASM 2 or 3 and print its registers, inputs, gates and depth, and
the memory and time that simulating it once takes. Programs far too large to simulate can
be inspected. The time is that of reading and writing the state once for every gate, at the
speed measured on this machine now: a run takes less, as gates run together.`,
		Example: "  qnn inspect circuit.qasm",
		Args:    exactArgs("FILE.qasm"),
		RunE: func(c *cobra.Command, args []string) error {
			o.File = args[0]
			return runInspect(c.Context(), o)
		},
	}
	o.programOptions.addFlags(c.Flags())
	addOutputFlags(c.Flags(), &o.JSON, &o.Mute)
	return c
}

// inspection is the object of inspect --json.
type inspection struct {
	Version       int            `json:"version"`
	Qubits        int            `json:"qubits"`
	Clbits        int            `json:"clbits"`
	Inputs        []string       `json:"inputs"`
	Gates         map[string]int `json:"gates"`
	Operations    int            `json:"operations"` // gates, measurements and resets
	TwoQubitGates int            `json:"two_qubit_gates"`
	LargerGates   int            `json:"larger_gates"` // on more than two qubits
	Measurements  int            `json:"measurements"`
	Depth         int            `json:"depth"`
	Active        int            `json:"active_qubits"` // that a gate acts on; the others take no memory
	StateBytes    float64        `json:"state_bytes"`   // null beyond all floating-point numbers, from 1020 qubits on
	StateLog2     int            `json:"state_log2"`    // its logarithm to base 2
	Fits          bool           `json:"fits"`
	GateSeconds   float64        `json:"gate_seconds"` // at most, for one run; null as state_bytes

	unitaries int
}

func runInspect(ctx context.Context, o *inspectOptions) error {
	d, err := o.readProgram(o.File, o.In, o.remarks(o.Mute))
	if err != nil {
		return err
	}
	if err := o.settledOnly(d); err != nil {
		return err
	}
	i := inspect(d)
	d.Circuit = nil
	debug.FreeOSMemory() // the state that is measured with is large, too
	limits, err := roofline.Measure(ctx)
	if err != nil {
		return err
	}
	if i.unitaries > 0 { // else 0 times a size beyond all numbers
		i.GateSeconds = float64(i.unitaries) * 2 * i.StateBytes / limits.Bandwidth
	}
	return output("", o.Streams.Out, func(w io.Writer) error {
		if o.JSON {
			return writeJSON(w, i)
		}
		return i.write(w, d)
	})
}

// inspect counts all but the time.
func inspect(d *qasm.Decoded) *inspection {
	c := d.Circuit
	active := len(c.Active())
	i := &inspection{
		Version: d.Version, Qubits: c.Qubits, Clbits: c.Clbits, Inputs: append([]string{}, d.Inputs...), Gates: map[string]int{},
		Depth: c.Depth(), Active: active, StateBytes: math.Ldexp(16, active), StateLog2: active + 4, Fits: qsim.CheckMemory(active, 1) == nil,
	}
	for g, n := range c.Count() {
		i.Gates[g.String()] = n
	}
	for _, op := range c.Ops {
		switch {
		case op.Gate == circuits.GateBarrier:
			continue
		case op.Gate == circuits.GateMeasure:
			i.Measurements++
		case op.Gate.Unitary():
			i.unitaries++
			if len(op.Qubits) == 2 {
				i.TwoQubitGates++
			} else if len(op.Qubits) > 2 {
				i.LargerGates++
			}
		}
		i.Operations++
	}
	return i
}

func (i *inspection) write(w io.Writer, d *qasm.Decoded) error {
	var b strings.Builder
	fmt.Fprintf(&b, "program   OpenQASM %d: %s; %s\n", i.Version, sizes(i.Qubits, "qubit", d.Qubits), sizes(i.Clbits, "bit", d.Clbits))
	if len(i.Inputs) > 0 {
		fmt.Fprintf(&b, "inputs    %s\n", strings.Join(i.Inputs, ", "))
	}
	fmt.Fprintf(&b, "size      %d operations, depth %d; %d gates on two qubits, %d on more; %d measurements\n",
		i.Operations, i.Depth, i.TwoQubitGates, i.LargerGates, i.Measurements)
	names := make([]string, 0, len(i.Gates))
	for name := range i.Gates {
		names = append(names, name)
	}
	slices.SortFunc(names, func(a, b string) int {
		if i.Gates[a] != i.Gates[b] {
			return i.Gates[b] - i.Gates[a]
		}
		return strings.Compare(a, b)
	})
	for k, name := range names {
		title := ""
		if k == 0 {
			title = "gates"
		}
		fmt.Fprintf(&b, "%-9s %-10s %d\n", title, name, i.Gates[name])
	}
	fits := "fits into the memory that is free"
	if !i.Fits {
		fits = "does not fit into the memory that is free"
	}
	idle := ""
	if i.Active < i.Qubits {
		idle = fmt.Sprintf(" for the %d qubits that gates act on", i.Active)
	}
	fmt.Fprintf(&b, "state     %s%s, which %s\n", i.bytes(), idle, fits)
	fmt.Fprintf(&b, "time      %s for one run, gate by gate at this machine's bandwidth\n", i.seconds())
	_, err := io.WriteString(w, b.String())
	return err
}

// sizes is a number of bits and the registers that they are in, as far as they are few.
func sizes(n int, unit string, registers []qasm.Register) string {
	if n != 1 {
		unit += "s"
	}
	text := fmt.Sprintf("%d %s", n, unit)
	const few = 8
	if len(registers) == 0 || len(registers) > few {
		return text
	}
	names := make([]string, len(registers))
	for k, r := range registers {
		names[k] = fmt.Sprintf("%s[%d]", r.Name, r.Size)
	}
	return text + " (" + strings.Join(names, ", ") + ")"
}

// bytes is the size of the state, which may be beyond all integers and all
// floating-point numbers.
func (i *inspection) bytes() string {
	switch {
	case i.StateLog2 < 62:
		return qsim.Bytes(1 << i.StateLog2)
	case math.IsInf(i.StateBytes, 1):
		return fmt.Sprintf("2^%d bytes", i.StateLog2)
	}
	return fmt.Sprintf("%.3g bytes", i.StateBytes)
}

// seconds is the time of a run, which may be beyond the age of the universe.
func (i *inspection) seconds() string {
	const year = 365.25 * 24 * 3600
	switch s := i.GateSeconds; {
	case s < 1e-6:
		return "at most 1µs"
	case s < year:
		return "at most " + time.Duration(s*float64(time.Second)).Round(time.Microsecond).String()
	case math.IsInf(s, 1):
		return "more years than there are numbers for"
	default:
		return fmt.Sprintf("at most %.3g years", s/year)
	}
}
