// Package cli is the command line of qnn: one file a command, each a function of
// its options and of the streams it may use.
//
// Results go to standard output; progress and remarks to standard error. Exit
// codes: 0 success, 1 failure, 2 usage (unknown or impossible flag values, a state
// that does not fit in memory), 65 data (the content of a file), 74 I/O (a file
// absent, unreadable or unwritable), 75 interrupted and resumable.
package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"strings"
	"syscall"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/qnn-go/qnn/internal/suggest"
)

// Streams are a process's standard streams.
type Streams struct {
	In       io.Reader
	Out, Err io.Writer
}

// Main runs the command line and returns the process's exit code. An interrupt or
// SIGTERM ends the running command in order; a second one ends the process.
func Main(args []string, s Streams) int {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	context.AfterFunc(ctx, stop)
	return run(ctx, args, s)
}

func run(ctx context.Context, args []string, s Streams) int {
	root := newRoot(s)
	root.SetArgs(args)
	err := root.ExecuteContext(ctx)
	if err == nil {
		return 0
	}
	code := exitCode(err)
	if !errors.As(err, new(*resumable)) { // which has said how to go on
		_, _ = fmt.Fprintf(s.Err, "qnn: %s\n", oneLine(err))
	}
	return code
}

// oneLine writes an error, which may join several, as one line.
func oneLine(err error) string {
	return strings.Join(strings.Fields(err.Error()), " ")
}

func newRoot(s Streams) *cobra.Command {
	root := &cobra.Command{
		Use:   "qnn",
		Short: "Train, apply and export quantum neural networks",
		Long: `qnn trains quantum neural networks by exact simulation, compares them with
classical models on the same data, and exports them as OpenQASM.

Start with:  qnn train`,
		Args:              cobra.ArbitraryArgs,
		SilenceErrors:     true,
		SilenceUsage:      true,
		DisableAutoGenTag: true,
		RunE: func(c *cobra.Command, args []string) error {
			if len(args) > 0 {
				return usage("%s. See qnn --help", suggest.Unknown("command", args[0], commandNames(c)))
			}
			return c.Help()
		},
	}
	root.SetIn(s.In)
	root.SetOut(s.Out)
	root.SetErr(s.Err)
	root.SetFlagErrorFunc(func(c *cobra.Command, err error) error { return flagError(c, err) })
	root.CompletionOptions.HiddenDefaultCmd = false
	root.AddCommand(newTrain(s), newPredict(s), newEvaluate(s), newCompare(s), newExport(s), newDraw(s), newData(s), newVersion(s), newMan(s))
	return root
}

func commandNames(c *cobra.Command) []string {
	var names []string
	for _, sub := range c.Commands() {
		if !sub.Hidden {
			names = append(names, sub.Name())
		}
	}
	return names
}

// flagError adds to pflag's error the flag that was probably meant.
func flagError(c *cobra.Command, err error) error {
	var unknown *pflag.NotExistError
	if errors.As(err, &unknown) {
		var names []string
		c.Flags().VisitAll(func(f *pflag.Flag) { names = append(names, "--"+f.Name) })
		if near := suggest.Nearest("--"+unknown.GetSpecifiedName(), names); near != "" {
			return usage("%v; did you mean %s?", err, near)
		}
	}
	return usage("%v. See qnn %s --help", err, c.Name())
}

// exactArgs refuses any other number of arguments, naming what is expected.
func exactArgs(what ...string) cobra.PositionalArgs {
	return func(c *cobra.Command, args []string) error {
		if len(args) == len(what) {
			return nil
		}
		return usage("qnn %s takes %s, got %d arguments. See qnn %s --help", c.Name(), expected(what), len(args), c.Name())
	}
}

func expected(what []string) string {
	if len(what) == 0 {
		return "no arguments"
	}
	return strings.Join(what, " ")
}
