package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"runtime"
	"slices"
	"strconv"
	"strings"

	"github.com/qnn-go/qnn/qnn/experiment"

	"github.com/spf13/cobra"

	"github.com/qnn-go/qnn/cmd/internal/bench"
	"github.com/qnn-go/qnn/qsim"
)

type benchOptions struct {
	Streams

	Workloads   []string
	Qubits      []int
	Threads     []int
	Precision   string
	JSON, Quiet bool
}

// mostThreads bounds --threads.
const mostThreads = 1024

func newBench(s Streams) *cobra.Command {
	o := &benchOptions{Streams: s}
	c := &cobra.Command{
		Use:   "bench",
		Short: "Measure how fast circuits run on this machine",
		Long: `Measure the limits of this machine, then run standard workloads. A ratio compares a
workload with the time in which one thread reads and writes the whole state once for
every gate: above 1, gates share passes over the memory, or threads share the work.

Values that other simulators agree on are checked. Run nothing else meanwhile.`,
		Example: "  qnn bench\n  qnn bench --workload hea,grad --qubits 16,20 --threads 1 --json",
		Args:    exactArgs(),
		RunE:    func(c *cobra.Command, _ []string) error { return runBench(c.Context(), o) },
	}
	f := c.Flags()
	f.StringSliceVar(&o.Workloads, "workload", bench.Defaults(), "what to run: "+strings.Join(bench.Names(), ", "))
	f.IntSliceVar(&o.Qubits, "qubits", nil, "sizes (default some for each workload)")
	f.IntSliceVar(&o.Threads, "threads", nil, "numbers of threads (default 1 and all)")
	addPrecision(f, &o.Precision)
	addOutputFlags(f, &o.JSON, &o.Quiet)
	complete := cobra.FixedCompletions(bench.Names(), cobra.ShellCompDirectiveNoFileComp)
	if err := c.RegisterFlagCompletionFunc("workload", complete); err != nil {
		panic(err) // the flag is declared above
	}
	return c
}

// benchmark is the object of bench --json.
type benchmark struct {
	Machine bench.Machine  `json:"machine"`
	Results []bench.Result `json:"results"`
}

func runBench(ctx context.Context, o *benchOptions) error {
	tasks, err := o.tasks()
	if err != nil {
		return err
	}
	if err := o.checkThreads(); err != nil {
		return err
	}
	if !o.JSON && !o.Quiet {
		_, _ = fmt.Fprintln(o.Err, "measuring the limits of this machine")
	}
	b := benchmark{Results: []bench.Result{}}
	if b.Machine, err = bench.MeasureMachine(ctx); err != nil {
		return err
	}
	table := o.Out
	if o.JSON {
		table = io.Discard
	}
	if err := benchHeader(table, &b.Machine); err != nil {
		return err
	}
	var wrong []error
	for i := range tasks {
		for _, threads := range o.Threads {
			r, err := b.Machine.Measure(ctx, &tasks[i], threads)
			if err != nil {
				return err
			}
			b.Results = append(b.Results, r)
			if err := benchRow(table, &r); err != nil {
				return err
			}
			wrong = append(wrong, tasks[i].Check(r.Value))
		}
	}
	if o.JSON {
		if err := writeJSON(o.Out, b); err != nil {
			return err
		}
	}
	return errors.Join(wrong...)
}

// tasks are what the flags ask for.
func (o *benchOptions) tasks() ([]bench.Task, error) {
	if len(o.Workloads) == 0 {
		return nil, usage("--workload is empty; choose from %s", strings.Join(bench.Names(), ", "))
	}
	precision, err := experiment.ParsePrecision(o.Precision)
	if err != nil {
		return nil, err
	}
	var all []bench.Task
	for _, name := range o.Workloads {
		tasks, err := bench.Tasks(name, o.Qubits, precision)
		if _, ok := errors.AsType[*qsim.MemoryError](err); ok {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
		if err != nil {
			return nil, usage("%w", err)
		}
		all = append(all, tasks...)
	}
	return all, nil
}

// checkThreads fills in and checks the numbers of threads.
func (o *benchOptions) checkThreads() error {
	if len(o.Threads) == 0 {
		o.Threads = slices.Compact([]int{1, runtime.GOMAXPROCS(0)})
	}
	for _, n := range o.Threads {
		if n < 1 || n > mostThreads {
			return usage("--threads %d: must be between 1 and %d", n, mostThreads)
		}
	}
	return nil
}

func benchHeader(w io.Writer, m *bench.Machine) error {
	var b strings.Builder
	fmt.Fprintf(&b, "machine   %s, %d cores\n", m.CPU, m.Cores)
	label := "limits"
	for _, threads := range slices.Sorted(maps.Keys(m.Bandwidth)) { // 1 and one more at most
		fmt.Fprintf(&b, "%-9s %s: %.1f GB/s read and written in place, %.1f GFlop/s of multiply-adds\n", label, threadCount(threads), m.Bandwidth[threads], m.Arithmetic[threads])
		label = ""
	}
	fmt.Fprintf(&b, "\n%-14s %6s %6s %7s %7s %10s %10s %6s\n", "workload", "qubits", "layers", "gates", "threads", "fastest ms", "median ms", "ratio")
	_, err := io.WriteString(w, b.String())
	return err
}

func threadCount(n string) string {
	if n == "1" {
		return "1 thread"
	}
	return n + " threads"
}

func benchRow(w io.Writer, r *bench.Result) error {
	_, err := fmt.Fprintf(w, "%-14s %6d %6d %7d %7d %10s %10s %6.2f\n", r.Workload, r.Qubits, r.Layers, r.Gates, r.Threads, milliseconds(r.Seconds), milliseconds(r.Median), r.Ratio)
	return err
}

// milliseconds has three or four significant digits.
func milliseconds(seconds float64) string {
	ms := 1e3 * seconds
	switch {
	case ms < 1:
		return strconv.FormatFloat(ms, 'f', 4, 64)
	case ms < 100:
		return strconv.FormatFloat(ms, 'f', 2, 64)
	}
	return strconv.FormatFloat(ms, 'f', 0, 64)
}
