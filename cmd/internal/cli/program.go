package cli

import (
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strconv"
	"strings"

	"github.com/spf13/pflag"

	"github.com/qnn-go/qnn/circuits"
	"github.com/qnn-go/qnn/circuits/qasm"
	"github.com/qnn-go/qnn/internal/fault"
	"github.com/qnn-go/qnn/internal/suggest"
)

// sourceError is a fault at one place of an OpenQASM file: its message goes on
// with the line of the file.
type sourceError struct {
	path string
	err  *qasm.ParseError
}

func (e *sourceError) Error() string {
	return fmt.Sprintf("%s:%d:%d: %v", inFile(e.path, e.err.File), e.err.Line, e.err.Column, e.err.Err)
}
func (e *sourceError) Unwrap() error { return e.err }

// lines are the line of the file and the mark below it.
func (e *sourceError) lines() string {
	_, lines, _ := strings.Cut(e.err.Error(), "\n")
	return strings.Map(func(r rune) rune {
		if r != '\n' && !strconv.IsPrint(r) {
			return '?' // as wide as it was, for the mark
		}
		return r
	}, strings.ReplaceAll(lines, "\t", "    "))
}

// programOptions are those of commands that read an OpenQASM program.
type programOptions struct {
	Include string
	Strict  bool
	Set     []string
}

func (o *programOptions) addFlags(f *pflag.FlagSet) {
	f.StringArrayVar(&o.Set, "set", nil, "value of an input, NAME=VALUE; may be repeated")
	f.StringVar(&o.Include, "include", "", "folder of the files that the program includes (default none is read)")
	f.BoolVar(&o.Strict, "strict", false, "refuse gates that nothing defines and files of makers, which are else read with a remark")
}

// readProgram reads an OpenQASM file, or standard input for "-", and writes remarks on it
// to remarks, which may be nil.
func (o *programOptions) readProgram(path string, in io.Reader, remarks io.Writer) (*qasm.Decoded, error) {
	name := path
	if path == "-" {
		name = "standard input"
	} else {
		f, err := os.Open(path)
		if err != nil {
			return nil, err
		}
		defer func() { _ = f.Close() }()
		in = f
	}
	options := qasm.DecodeOptions{Strict: o.Strict, Values: map[string]string{}}
	for _, s := range o.Set {
		key, text, _ := strings.Cut(s, "=")
		options.Values[key] = text
	}
	if o.Include != "" {
		root, err := os.OpenRoot(o.Include)
		if err != nil {
			return nil, usage("--include %w", err)
		}
		defer func() { _ = root.Close() }()
		options.Include = root.FS()
	}
	d, err := qasm.Decode(in, options)
	if parse, ok := errors.AsType[*qasm.ParseError](err); ok {
		return nil, o.explain(&sourceError{name, parse})
	}
	if errors.Is(err, qasm.ErrLimit) {
		return nil, badData("%s: %w", name, err)
	}
	if err == nil && remarks != nil {
		for _, r := range d.Remarks {
			_, _ = fmt.Fprintf(remarks, "remark    %s:%d:%d: %s\n", inFile(name, r.File), r.Line, r.Column, r.Text)
		}
	}
	return d, err
}

// remarks is where remarks go: nowhere with --quiet.
func (s Streams) remarks(quiet bool) io.Writer {
	if quiet {
		return nil
	}
	return s.Err
}

// angles reports whether --set names others than inputs that the reading of the program
// has settled.
func (o *programOptions) angles(d *qasm.Decoded) bool {
	return slices.ContainsFunc(o.Set, func(s string) bool {
		name, _, _ := strings.Cut(s, "=")
		return !slices.Contains(d.Settled, name)
	})
}

// settledOnly refuses values of inputs that change nothing in what a command shows.
func (o *programOptions) settledOnly(d *qasm.Decoded) error {
	if !o.angles(d) {
		return nil
	}
	return usage("--set: gives values to inputs of type int, uint, bool and bit, which the program has to know to be read: %q", d.Settled)
}

// explain gives a fault of a program its exit code, and the flag that helps.
func (o *programOptions) explain(err *sourceError) error {
	switch {
	case errors.Is(err, qasm.ErrInput):
		return fault.As(fault.Usage, advise(err, "Give it one by --set NAME=VALUE"))
	case errors.Is(err, qasm.ErrInclude) && o.Include == "":
		return fault.As(fault.Data, advise(err, "Name the folder that it is in by --include DIR"))
	}
	return fault.As(fault.Data, err)
}

// inFile names a file that the program at path includes, or the program.
func inFile(path, included string) string {
	if included == "" {
		return path
	}
	return fmt.Sprintf("%s: %q", path, included)
}

// bindInputs gives the inputs of a program the values of NAME=VALUE settings.
func bindInputs(d *qasm.Decoded, settings []string) ([]float64, error) {
	values := make([]float64, len(d.Inputs))
	given := map[string]bool{}
	for _, s := range settings {
		name, text, ok := strings.Cut(s, "=")
		if !ok {
			return nil, usage("--set %q: write NAME=VALUE", s)
		}
		i := indexOf(d.Inputs, name)
		known := slices.Concat(d.Inputs, d.Settled)
		switch {
		case given[name]:
			return nil, usage("--set %s: given twice", name)
		case slices.Contains(d.Settled, name):
			given[name] = true
			continue
		case i < 0 && len(known) == 0:
			return nil, usage("--set %s: the program has no inputs", name)
		case i < 0:
			return nil, usage("--set %s", suggest.Unknown("input", name, known))
		}
		angle, err := circuits.ParseAngle(text)
		v, constant := angle.Const()
		if err != nil || !constant {
			return nil, usage("--set %s=%s: not a number; write one such as 0.3 or 0.5*pi", name, text)
		}
		values[i], given[name] = v, true
	}
	var missing []string
	for _, name := range d.Inputs {
		if !given[name] {
			missing = append(missing, "--set "+name+"=VALUE")
		}
	}
	if len(missing) > 0 {
		return nil, usage("the program has inputs without values; add %s", strings.Join(missing, " "))
	}
	return values, nil
}

func indexOf(names []string, name string) int {
	for i, n := range names {
		if n == name {
			return i
		}
	}
	return -1
}
