package cli

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"math"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/qnn-go/qnn/qnn/experiment"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/qnn-go/qnn/circuits"
	"github.com/qnn-go/qnn/circuits/qasm"
	"github.com/qnn-go/qnn/qsim"
)

type simulateOptions struct {
	Streams
	programOptions

	File                 string
	Shots                int
	Seed                 uint64
	State, Probabilities bool
	Expect               string
	Precision            string
	Histogram            string
	Out                  string
	JSON, Mute           bool
}

func newSimulate(s Streams) *cobra.Command {
	o := &simulateOptions{Streams: s}
	c := &cobra.Command{
		Use:   "simulate FILE.qasm",
		Short: "Run an OpenQASM program",
		Long: `Run a program in OpenQASM 2 or 3 and print what measuring gives in --shots runs: how
often each value of the classical bits occurred, the first register on the right, bit 0 of
each rightmost. A program without measurements is measured on all qubits.

--probabilities, --state and --expect print instead what an ideal computer would give
before the final measurements. Qubits are numbered in the order of their declaration and
printed from the right.`,
		Example: `  qnn simulate bell.qasm --shots 1000
  qnn simulate bell.qasm --probabilities --json
  qnn simulate ansatz.qasm --set theta=0.5*pi --expect "ZZI+0.5*XXI"`,
		Args: exactArgs("FILE.qasm"),
		RunE: func(c *cobra.Command, args []string) error {
			o.File = args[0]
			if err := oneOf(c.Flags(), "shots", "probabilities", "state", "expect"); err != nil {
				return err
			}
			exact := idle{o.State || o.Probabilities || o.Expect != "", "nothing is drawn for exact results. Leave it out", []string{"seed"}}
			if err := refuseIdle(c.Flags(), exact); err != nil {
				return err
			}
			return runSimulate(c.Context(), o)
		},
	}
	f := c.Flags()
	f.IntVar(&o.Shots, "shots", 1024, "how often to run and measure")
	f.Uint64Var(&o.Seed, "seed", 0, "seed of the measurements")
	f.BoolVar(&o.Probabilities, "probabilities", false, "print the probabilities of the basis states")
	f.BoolVar(&o.State, "state", false, "print the amplitudes of the basis states")
	f.StringVar(&o.Expect, "expect", "", `print the expectation value of an observable, "ZZI+0.5*XXI" (a letter a qubit, the last for qubit 0) or "Z2*Z1+0.5*X2*X1"`)
	o.programOptions.addFlags(f)
	addPrecision(f, &o.Precision)
	f.StringVar(&o.Histogram, "histogram", "", "file to draw counts or probabilities to, as PNG")
	f.StringVar(&o.Out, "out", "", "file to write (default standard output)")
	addOutputFlags(f, &o.JSON, &o.Mute)
	return c
}

// oneOf refuses more than one of the flags.
func oneOf(f *pflag.FlagSet, names ...string) error {
	var given []string
	for _, name := range names {
		if f.Changed(name) {
			given = append(given, "--"+name)
		}
	}
	if len(given) > 1 {
		return usage("%s exclude each other; give one of them", strings.Join(given, " and "))
	}
	return nil
}

func runSimulate(ctx context.Context, o *simulateOptions) error {
	if o.Shots < 1 {
		return usage("--shots %d: must be at least 1", o.Shots)
	}
	if o.Histogram != "" && (o.State || o.Expect != "") {
		return usage("--histogram draws counts or probabilities; leave out --state and --expect")
	}
	if o.Histogram == "-" {
		return usage("--histogram -: standard output is for the table; name a file")
	}
	precision, err := experiment.ParsePrecision(o.Precision)
	if err != nil {
		return err
	}
	d, err := o.readProgram(o.File, o.In, o.remarks(o.Mute))
	if err != nil {
		return err
	}
	weights, err := bindInputs(d, o.Set)
	if err != nil {
		return err
	}
	var observables []circuits.PauliSum
	if o.Expect != "" {
		sum, err := parseObservable(o.Expect, d.Circuit.Qubits)
		if err != nil {
			return err
		}
		observables = append(observables, sum)
	}
	p, err := qsim.Compile(d.Circuit, qsim.Options{Observables: observables, Precision: precision})
	if err != nil {
		return err
	}
	body, err := o.result(ctx, d, p, weights)
	if errors.Is(err, qsim.ErrNotUnitary) {
		return usage("%s measures or resets before its end, so that it has no one state; ask for --shots", o.File)
	}
	if err != nil {
		return err
	}
	return output(o.Out, o.Streams.Out, body)
}

// result computes what was asked for and returns what writes it.
func (o *simulateOptions) result(ctx context.Context, d *qasm.Decoded, p *qsim.Program, weights []float64) (func(io.Writer) error, error) {
	switch {
	case o.Expect != "":
		value := make([]float64, 1)
		if err := p.Expect(ctx, value, weights, [][]float64{nil}); err != nil {
			return nil, err
		}
		return func(w io.Writer) error { return o.writeExpectation(w, p.Qubits(), value[0]) }, nil
	case o.Probabilities, o.State:
		s, err := p.NewState()
		if err != nil {
			return nil, err
		}
		if err := p.Run(ctx, s, weights, nil); err != nil {
			return nil, err
		}
		if o.Histogram != "" {
			if err := o.drawProbabilities(s); err != nil {
				return nil, err
			}
		}
		return func(w io.Writer) error { return o.writeState(w, s) }, nil
	default:
		counts, err := p.Sample(ctx, weights, nil, o.Shots, o.Seed)
		if err != nil {
			return nil, err
		}
		if o.Histogram != "" {
			if err := o.drawCounts(d, counts); err != nil {
				return nil, err
			}
		}
		return func(w io.Writer) error { return o.writeCounts(w, d, counts) }, nil
	}
}

func (o *simulateOptions) writeExpectation(w io.Writer, qubits int, value float64) error {
	if o.JSON {
		return writeJSON(w, struct {
			Qubits     int     `json:"qubits"`
			Observable string  `json:"observable"`
			Value      float64 `json:"value"`
		}{qubits, o.Expect, value})
	}
	_, err := fmt.Fprintln(w, strconv.FormatFloat(value, 'g', -1, 64))
	return err
}

// Tables show at most tableRows outcomes, the most frequent, with bars of up to
// barWidth characters, and no probability below negligible.
const (
	tableRows  = 64
	barWidth   = 24
	negligible = 1e-12
)

// writeCounts prints a table or an object. Keys are those of Qiskit.
func (o *simulateOptions) writeCounts(w io.Writer, d *qasm.Decoded, counts qsim.Counts) error {
	if o.JSON {
		named := make(map[string]int, counts.Len())
		for key, n := range counts.All() {
			named[registers(d.Clbits, key)] = n
		}
		return writeJSON(w, struct {
			Qubits int            `json:"qubits"`
			Shots  int            `json:"shots"`
			Seed   uint64         `json:"seed"`
			Counts map[string]int `json:"counts"`
		}{d.Circuit.Qubits, o.Shots, o.Seed, named})
	}
	rows := mostFrequent(counts)
	most := 0
	for _, r := range rows {
		most = max(most, r.n)
	}
	out := bufio.NewWriter(w)
	width := len(strconv.Itoa(most))
	for _, r := range rows {
		_, _ = fmt.Fprintf(out, "%s  %s  %*d\n", registers(d.Clbits, r.key), bar(float64(r.n)/float64(most)), width, r.n)
	}
	if more := counts.Len() - len(rows); more > 0 {
		_, _ = fmt.Fprintf(out, "… and %d outcomes more, all rarer; --json has them\n", more)
	}
	return out.Flush()
}

// frequent is an outcome by its text, and how often it occurred.
type frequent struct {
	key string
	n   int
}

// mostFrequent lists in order the outcomes that a table shows.
func mostFrequent(counts qsim.Counts) []frequent {
	rows := make([]frequent, 0, counts.Len())
	for key, n := range counts.All() {
		rows = append(rows, frequent{key, n})
	}
	if len(rows) > tableRows {
		slices.SortStableFunc(rows, func(a, b frequent) int { return b.n - a.n })
		rows = rows[:tableRows]
		slices.SortFunc(rows, func(a, b frequent) int { return strings.Compare(a.key, b.key) })
	}
	return rows
}

// bar is a share of barWidth, padded with blanks.
func bar(share float64) string {
	n := int(math.Round(share * barWidth))
	return strings.Repeat("#", n) + strings.Repeat(" ", barWidth-n)
}

// registers puts blanks between the registers of a key, the first register on the
// right.
func registers(list []qasm.Register, key string) string {
	var parts []string
	for _, r := range list {
		if end := len(key) - r.First; r.Size > 0 && end-r.Size >= 0 {
			parts = append(parts, key[end-r.Size:end])
		}
	}
	if len(parts) < 2 {
		return key
	}
	slices.Reverse(parts)
	return strings.Join(parts, " ")
}

// labelTerm is a term such as -0.5*XXI.
var labelTerm = regexp.MustCompile(`^([+-]?)(?:(\d+\.?\d*(?:[eE][+-]?\d+)?|\.\d+(?:[eE][+-]?\d+)?)\*)?([IXYZ]+)`) //nolint:gochecknoglobals // a constant

// parseObservable reads an observable of n qubits as labels with a letter a qubit,
// as Qiskit writes them, or as circuits.ParsePauliSum reads it.
func parseObservable(text string, n int) (circuits.PauliSum, error) {
	var sum circuits.PauliSum
	rest := strings.ReplaceAll(text, " ", "")
	for rest != "" {
		m := labelTerm.FindStringSubmatch(rest)
		if m == nil || len(sum) > 0 && m[1] == "" || len(m[0]) < len(rest) && strings.IndexByte("+-", rest[len(m[0])]) < 0 {
			return sparseObservable(text, n)
		}
		term, err := readLabel(m[1], m[2], m[3], n)
		if err != nil {
			return nil, usage("--expect %s: %w", text, err)
		}
		sum = append(sum, term)
		rest = rest[len(m[0]):]
	}
	return sum, nil
}

// readLabel reads one term: its sign, coefficient and letters, which may be "" but the last.
func readLabel(sign, coef, letters string, n int) (circuits.PauliTerm, error) {
	term := circuits.PauliTerm{Coef: 1}
	if len(letters) != n {
		return term, fmt.Errorf("%s has %d letters, the program %d qubits; write a letter for each qubit, or Z0*Z1 to name qubits", letters, len(letters), n)
	}
	if coef != "" {
		var err error
		if term.Coef, err = strconv.ParseFloat(coef, 64); err != nil {
			return term, fmt.Errorf("coefficient %s is too large", coef)
		}
	}
	if sign == "-" {
		term.Coef = -term.Coef
	}
	for q := range n {
		if letter := letters[n-1-q]; letter != 'I' {
			term.String = append(term.String, circuits.PauliFactor{Qubit: q, Pauli: letter})
		}
	}
	return term, nil
}

func sparseObservable(text string, n int) (circuits.PauliSum, error) {
	sum, err := circuits.ParsePauliSum(text)
	if err != nil {
		return nil, usage("--expect %w; write ZZI+0.5*XXI, or Z2*Z1+0.5*X2*X1", err)
	}
	if k := sum.Qubits(); k > n {
		return nil, usage("--expect %s: names qubit %d, the program has %d", text, k-1, n)
	}
	return sum, nil
}
