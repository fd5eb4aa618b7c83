package cli

import (
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/qnn-go/qnn/circuits"
	"github.com/qnn-go/qnn/circuits/qasm"
	"github.com/qnn-go/qnn/internal/suggest"
)

// sourceError is a fault at one place of an OpenQASM file: its message goes on
// with the line of the file.
type sourceError struct {
	path string
	err  *qasm.ParseError
}

func (e *sourceError) Error() string {
	return fmt.Sprintf("%s:%d:%d: %v", e.path, e.err.Line, e.err.Column, e.err.Err)
}
func (e *sourceError) Unwrap() error { return e.err }

// lines are the line of the file and the mark below it.
func (e *sourceError) lines() string {
	_, lines, _ := strings.Cut(e.err.Error(), "\n")
	return strings.ReplaceAll(lines, "\t", "    ")
}

// readProgram reads an OpenQASM file, or standard input for "-".
func readProgram(path string, in io.Reader) (*qasm.Decoded, error) {
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
	d, err := qasm.Decode(in, qasm.DecodeOptions{})
	if parse, ok := errors.AsType[*qasm.ParseError](err); ok {
		return nil, &coded{exitData, &sourceError{name, parse}}
	}
	if errors.Is(err, qasm.ErrLimit) {
		return nil, badData("%s: %w", name, err)
	}
	return d, err
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
		switch {
		case i < 0 && len(d.Inputs) == 0:
			return nil, usage("--set %s: the program has no inputs", name)
		case i < 0:
			return nil, usage("--set %s", suggest.Unknown("input", name, d.Inputs))
		case given[name]:
			return nil, usage("--set %s: given twice", name)
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
