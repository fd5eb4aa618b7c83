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
	"strconv"
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

// run runs the command line within ctx and returns its exit code.
func run(ctx context.Context, args []string, s Streams) int {
	out := &checkedWriter{Writer: s.Out}
	s.Out = out
	i := interruptionOf(ctx)
	if i == nil {
		i = &interruption{streams: s}
		ctx = context.WithValue(ctx, interruptionKey{}, i)
	}
	root := newRoot(s)
	root.SetArgs(args)
	err := root.ExecuteContext(ctx)
	if err == nil {
		err = out.err // of help texts, say, whose writer does not look
	}
	if err == nil {
		return 0
	}
	code := exitCode(err)
	if code == exitInterrupted {
		i.say("qnn: " + message(err))
		return code
	}
	if errors.Is(err, syscall.EPIPE) { // whoever read the output wants no more
		return code
	}
	_, _ = fmt.Fprintf(s.Err, "qnn: %s\n", message(err))
	if source, ok := errors.AsType[*sourceError](err); ok {
		_, _ = fmt.Fprintln(s.Err, source.lines())
	}
	return code
}

// checkedWriter remembers the first error of writing.
type checkedWriter struct {
	io.Writer
	err error
}

func (c *checkedWriter) Write(p []byte) (int, error) {
	n, err := c.Writer.Write(p)
	if c.err == nil {
		c.err = err
	}
	return n, err
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
				return unknownCommand(c, args[0])
			}
			return c.Help()
		},
	}
	root.SetIn(s.In)
	root.SetOut(s.Out)
	root.SetErr(s.Err)
	root.SetFlagErrorFunc(func(c *cobra.Command, err error) error { return flagError(c, err) })
	root.SetUsageFunc(printUsage)
	root.SetHelpCommand(newHelp())
	addGroup(root, "models", "Models:", newTrain(s), newEvaluate(s), newCompare(s), newPredict(s), newExport(s), newResults(s))
	addGroup(root, "programs", "OpenQASM programs:", newSimulate(s), newInspect(s), newTranspile(s))
	addGroup(root, "look", "Data and circuits:", newData(s), newDraw(s))
	root.AddCommand(newBench(s), newAccept(s), newVersion(s), newMan(s))
	root.Version = version()
	root.SetVersionTemplate(versionLine())
	addCompletions(root)
	return root
}

// addGroup adds commands that the help text lists together.
func addGroup(root *cobra.Command, id, title string, commands ...*cobra.Command) {
	root.AddGroup(&cobra.Group{ID: id, Title: title})
	for _, c := range commands {
		c.GroupID = id
		root.AddCommand(c)
	}
}

// flagError says what is wrong with a flag in our words, and for an unknown one
// which was probably meant.
func flagError(c *cobra.Command, err error) error {
	if unknown, ok := errors.AsType[*pflag.NotExistError](err); ok && unknown.GetSpecifiedShortnames() == "" {
		var names []string
		c.Flags().VisitAll(func(f *pflag.Flag) { names = append(names, f.Name) })
		if near := suggest.Nearest(unknown.GetSpecifiedName(), names); near != "" {
			return usage("%v; did you mean --%s?", err, near)
		}
	}
	if invalid, ok := errors.AsType[*pflag.InvalidValueError](err); ok {
		return usage("--%s %w. See %s --help", invalid.GetFlag().Name, invalidValue(invalid), c.CommandPath())
	}
	return usage("%w. See %s --help", err, c.CommandPath())
}

// invalidValue says what a flag's value should be.
func invalidValue(e *pflag.InvalidValueError) error {
	want := "list of values separated by commas"
	switch e.GetFlag().Value.Type() {
	case "int":
		want = "whole number"
	case "uint64":
		want = "whole number from 0"
	case "float64":
		want = "number"
	case "bool":
		want = "truth value, true or false"
	}
	cause := ""
	if errors.Is(e, strconv.ErrRange) {
		cause = ": too large"
	}
	return fmt.Errorf("%q: not a %s%s", e.GetValue(), want, cause)
}

// exactArgs refuses any other number of arguments, naming what is expected.
func exactArgs(what ...string) cobra.PositionalArgs {
	return func(c *cobra.Command, args []string) error {
		if len(args) == len(what) {
			return nil
		}
		if len(args) < len(what) {
			return usage("%s is missing: %s. See %s --help", what[len(args)], c.UseLine(), c.CommandPath())
		}
		extra := args[len(what)]
		if c.Flags().Lookup("data") != nil {
			return usage("unexpected argument %q; did you mean --data %s? See %s --help", extra, extra, c.CommandPath())
		}
		return usage("unexpected argument %q. See %s --help", extra, c.CommandPath())
	}
}
