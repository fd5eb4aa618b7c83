package cli

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"math"
	"os"
	"slices"
	"strings"

	"github.com/qnn-go/qnn/qsim/equivalence"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/qnn-go/qnn/circuits"
	"github.com/qnn-go/qnn/circuits/qasm"
	"github.com/qnn-go/qnn/circuits/qpu"
	"github.com/qnn-go/qnn/circuits/transpile"
	"github.com/qnn-go/qnn/internal/suggest"
)

type transpileOptions struct {
	Streams
	programOptions

	File, Target string
	List, Verify bool
	Options      transpile.Options
	Out          string
	JSON, Mute   bool
}

func newTranspile(s Streams) *cobra.Command {
	o := &transpileOptions{Streams: s}
	c := &cobra.Command{
		Use:   "transpile FILE.qasm --target NAME",
		Short: "Rewrite an OpenQASM program for a quantum computer",
		Long: `Rewrite a program in OpenQASM 2 or 3 in the gates and connections of a device, and print
it as the device takes it: physical qubits $n for IBM, a verbatim box of native gates for
Amazon Braket. The target is a name that --targets lists, line-N, grid-RxC or all-to-all-N, or
a JSON file that describes a device, of the form of those in circuits/transpile/targets.

Inputs of the program stay inputs, named theta_000, theta_001, … in their order, unless --set
gives them values; bound circuits become shorter. Up to 12 qubits the result is run beside
the program and compared, up to 20 with --verify.`,
		Example: `  qnn transpile bell.qasm --target ibm-heron-r2
  qnn transpile bell.qasm --target iqm-garnet --out bell-garnet.qasm
  qnn transpile --targets`,
		Args: func(c *cobra.Command, args []string) error {
			if o.List && len(args) == 0 {
				return nil
			}
			return exactArgs("FILE.qasm")(c, args)
		},
		RunE: func(c *cobra.Command, args []string) error {
			chosen := []string{"trials", "seed"}
			err := refuseIdle(
				c.Flags(),
				idle{o.List, "--targets only lists. Leave it out", append(chosen, "target", "level", "objective", "effort", "layout", "set", "include", "strict", "verify", "out")},
				idle{o.Options.Layout != nil, "--layout is the only layout. Leave it out", chosen},
			)
			if err != nil {
				return err
			}
			if o.List {
				return o.list()
			}
			o.File = args[0]
			return runTranspile(c.Context(), o)
		},
	}
	f := c.Flags()
	f.StringVar(&o.Target, "target", "", "the device: a name or a JSON file")
	f.BoolVar(&o.List, "targets", false, "list the targets that come along")
	f.Uint64Var(&o.Options.Seed, "seed", 0, "seed of the layouts that are tried")
	f.IntVar(&o.Options.Trials, "trials", 20, "layouts that are tried where none fits without swaps")
	addSearchFlags(f, &o.Options)
	f.IntSliceVar(&o.Options.Layout, "layout", nil, "the device's qubit for each of the program's, in order (default the best that is found)")
	o.programOptions.addFlags(f)
	f.BoolVar(&o.Verify, "verify", false, "compare the states of program and result up to 20 qubits")
	f.StringVar(&o.Out, "out", "", "file to write (default standard output)")
	addOutputFlags(f, &o.JSON, &o.Mute)
	return c
}

// addSearchFlags adds what the search for a short circuit is after, and how much it does.
func addSearchFlags(f *pflag.FlagSet, o *transpile.Options) {
	o.Objective = transpile.Gates
	f.SetNormalizeFunc(func(_ *pflag.FlagSet, name string) pflag.NormalizedName {
		if name == "optimise" { // as it was called once
			name = "level"
		}
		return pflag.NormalizedName(name)
	})
	f.IntVar(&o.Level, "level", 3, "how hard to shorten; 0: only what is needed, 1: gates on one qubit and layout, 2: gates that commute, 3: gates on two qubits")
	f.StringVar((*string)(&o.Objective), "objective", string(transpile.Gates), "least of what: gates (on two qubits), depth, or error (by the device's rates)")
	f.Float64Var(&o.Effort, "effort", 1, "how long to search, in proportion; counted in work, not by the clock, so that results repeat")
}

// checkSearch refuses settings of the flags of addSearchFlags.
func checkSearch(o transpile.Options) error {
	switch {
	case !slices.Contains(transpile.Objectives(), o.Objective):
		return usage("--objective %s", suggest.Unknown("objective", string(o.Objective), []string{string(transpile.Gates), string(transpile.Depth), string(transpile.Error)}))
	case !(o.Effort > 0) || math.IsInf(o.Effort, 0):
		return usage("--effort %v: must be a number above 0; 1 is the default", o.Effort)
	}
	return nil
}

// transpiled is the object of transpile --json.
type transpiled struct {
	Target    string              `json:"target"`
	Level     int                 `json:"level"`
	Objective transpile.Objective `json:"objective"`
	Effort    float64             `json:"effort"`
	Seed      uint64              `json:"seed"`
	// Infidelity is the probability of any error by the device's rates, if it has some.
	Infidelity *float64 `json:"infidelity,omitempty"`

	Before size `json:"before"`
	After  size `json:"after"`
	Swaps  int  `json:"swaps"`
	// Initial and Final are the device's qubits, by its own numbers, of the program's.
	Initial  []int  `json:"initial"`
	Final    []int  `json:"final"`
	Verified bool   `json:"verified"`
	Source   string `json:"source"`
}

// size is how large a circuit is.
type size struct {
	Operations    int            `json:"operations"`
	TwoQubitGates int            `json:"two_qubit_gates"`
	Depth         int            `json:"depth"`
	Gates         map[string]int `json:"gates"`
}

func sizeOf(c *circuits.Circuit) size {
	i := inspect(&qasm.Decoded{Circuit: c})
	delete(i.Gates, circuits.GateGPhase.String())
	return size{i.Operations - c.Count()[circuits.GateGPhase], i.TwoQubitGates + i.LargerGates, i.Depth, i.Gates}
}

func runTranspile(ctx context.Context, o *transpileOptions) error {
	if o.Options.Trials < 1 {
		return usage("--trials %d: must be at least 1", o.Options.Trials)
	}
	if err := checkSearch(o.Options); err != nil {
		return err
	}
	t, err := readTarget(o.Target)
	if err != nil {
		return err
	}
	d, err := o.readProgram(o.File, o.In, o.remarks(o.Mute))
	if err != nil {
		return err
	}
	c := d.Circuit
	if o.angles(d) {
		values, err := bindInputs(d, o.Set)
		if err != nil {
			return err
		}
		if c, err = c.Bind(values, nil); err != nil {
			return err
		}
	}
	o.number(-t.First)
	r, err := transpile.Run(ctx, c, t, o.Options)
	if err != nil {
		return transpileError(err, o, t)
	}
	verified, err := o.compare(ctx, c, r)
	if err != nil {
		return err
	}
	var source strings.Builder
	if err := qasm.Encode(&source, r.Circuit, qpu.ProgramOptions(t)); err != nil {
		return err
	}
	result := transpiled{
		Target: t.Name, Level: o.Options.Level, Objective: o.Options.Objective, Effort: o.Options.Effort, Seed: o.Options.Seed,
		Before: sizeOf(c), After: sizeOf(r.Circuit), Swaps: r.Swaps, Initial: shifted(r.Initial, t.First), Final: shifted(r.Final, t.First),
		Verified: verified, Source: source.String(),
	}
	if t.HasErrors() {
		infidelity := t.Infidelity(r.Circuit)
		result.Infidelity = &infidelity
	}
	if !o.Mute && !o.JSON {
		_, _ = fmt.Fprint(o.Err, result.remark())
	}
	return output(o.Out, o.Streams.Out, func(w io.Writer) error {
		if o.JSON {
			return writeJSON(w, result)
		}
		_, err := io.WriteString(w, result.Source)
		return err
	})
}

// number adds by to the qubits of a given layout.
func (o *transpileOptions) number(by int) {
	if o.Options.Layout != nil {
		o.Options.Layout = shifted(o.Options.Layout, by)
	}
}

func shifted(qubits []int, by int) []int {
	out := slices.Clone(qubits)
	for k := range out {
		out[k] += by
	}
	return out
}

// compare runs program and result where that is quick or asked for.
func (o *transpileOptions) compare(ctx context.Context, c *circuits.Circuit, r *transpile.Result) (bool, error) {
	const quick, most = 12, 20
	limit := quick
	if o.Verify {
		limit = most
	}
	verified, err := equivalence.Check(ctx, c, r.Circuit, r.Final, limit)
	if errors.Is(err, equivalence.ErrDiffers) {
		return false, fmt.Errorf("the transpiled program does not do what the original does; please report this with both: %w", err)
	}
	if err == nil && o.Verify && !verified {
		return false, usage("--verify: the program measures or resets before its end, or the result uses more than %d qubits; leave it out", most)
	}
	return verified, err
}

// transpileError says what to do about an error of transpile.Run.
func transpileError(err error, o *transpileOptions, t *transpile.Target) error {
	switch {
	case errors.Is(err, transpile.ErrLevel):
		return usage("--level %d: must be 0 to 3", o.Options.Level)
	case errors.Is(err, transpile.ErrObjective):
		return usage("--objective %s: %w; choose gates or depth, or give \"errors\" in a target's file", o.Options.Objective, err)
	case errors.Is(err, transpile.ErrLayout):
		return usage("--layout: %w", err)
	case errors.Is(err, transpile.ErrQubits):
		return usage("--target %s: %w; choose a larger one (qnn transpile --targets)", t.Name, err)
	case errors.Is(err, transpile.ErrConditional), errors.Is(err, transpile.ErrMidCircuit), errors.Is(err, transpile.ErrGate),
		errors.Is(err, transpile.ErrPair), errors.Is(err, transpile.ErrDirection), errors.Is(err, transpile.ErrAngle), errors.Is(err, circuits.ErrBasis):
		return badData("%s: %w", o.File, err)
	}
	return searchError(err, o.Options)
}

// searchError says what to do about an objective that a target has no figures for.
func searchError(err error, o transpile.Options) error {
	if errors.Is(err, transpile.ErrObjective) {
		return usage("--objective %s: %w; choose gates or depth, or give \"errors\" in a target's file", o.Objective, err)
	}
	return err
}

// ibmTarget is the device that the name ibm stands for.
const ibmTarget = "ibm-heron-r2"

// readTarget finds a target by its name or in a file.
func readTarget(name string) (*transpile.Target, error) {
	if name == "" {
		return nil, usage("--target is missing; qnn transpile --targets lists them")
	}
	if name == "ibm" {
		name = ibmTarget
	}
	if !strings.HasSuffix(name, ".json") {
		t, err := transpile.Load(name)
		if unknown, ok := errors.AsType[*transpile.UnknownError](err); ok {
			return nil, usage("--target %w, or a JSON file", unknown)
		}
		if err != nil {
			return nil, usage("--target %w", err)
		}
		return t, nil
	}
	f, err := os.Open(name)
	if err != nil {
		return nil, err
	}
	defer func() { _ = f.Close() }()
	t, err := transpile.Read(bufio.NewReader(f))
	if errors.Is(err, transpile.ErrTarget) {
		return nil, badData("%s: %w", name, err)
	}
	return t, err
}

// list prints the targets.
func (o *transpileOptions) list() error {
	type entry struct {
		Name        string `json:"name"`
		Qubits      int    `json:"qubits"`
		Gates       string `json:"gates"`
		Description string `json:"description"`
		Source      string `json:"source"`
	}
	var entries []entry
	for _, name := range transpile.Targets() {
		t, err := transpile.Load(name)
		if err != nil {
			return err
		}
		var gates []string
		for _, n := range t.Gates {
			if n.Gate.Unitary() {
				gates = append(gates, n.Gate.String())
			}
		}
		entries = append(entries, entry{name, t.Qubits, strings.Join(gates, " "), t.Description, t.Source})
	}
	return output(o.Out, o.Streams.Out, func(w io.Writer) error {
		if o.JSON {
			return writeJSON(w, entries)
		}
		var b strings.Builder
		for _, e := range entries {
			fmt.Fprintf(&b, "%-24s %4d qubits  %-20s %s\n", e.Name, e.Qubits, e.Gates, e.Description)
		}
		b.WriteString("line-N, grid-RxC, all-to-all-N: rz sx x cz\n")
		_, err := io.WriteString(w, b.String())
		return err
	})
}

// remark says what became of the program.
func (r *transpiled) remark() string {
	var b strings.Builder
	fmt.Fprintf(&b, "target    %s\n", r.Target)
	fmt.Fprintf(&b, "size      %d gates on two qubits, was %d; depth %d, was %d; %d swaps\n",
		r.After.TwoQubitGates, r.Before.TwoQubitGates, r.After.Depth, r.Before.Depth, r.Swaps)
	if r.Infidelity != nil {
		fmt.Fprintf(&b, "error     %.3g, the probability that any operation fails by the rates of the device\n", *r.Infidelity)
	}
	fmt.Fprintf(&b, "layout    %s\n", numbers(r.Initial))
	if !slices.Equal(r.Initial, r.Final) {
		fmt.Fprintf(&b, "          at the end %s\n", numbers(r.Final))
	}
	if r.Verified {
		b.WriteString("checked   the same state, or the same probabilities of the measured bits\n")
	}
	return b.String()
}

// numbers lists whole numbers with commas, as --layout takes them.
func numbers(list []int) string {
	return strings.Trim(strings.ReplaceAll(fmt.Sprint(list), " ", ","), "[]")
}
