// Package fault says of an error what is at fault, so that a command can end with the
// exit code of its kind. Packages give their errors a class where they declare them.
package fault

import (
	"errors"
	"io/fs"
	"os"
	"syscall"
)

// Class is what is at fault.
type Class int

const (
	None  Class = iota // nobody has said
	Usage              // what was asked for: another call would do
	Data               // what a file or a table holds
	IO                 // the system: a file that cannot be opened, a full disk
)

// sentinel is an error that is told apart by its address.
type sentinel struct {
	text  string
	class Class
}

func (s *sentinel) Error() string { return s.text }

// FaultClass is the class that [Of] finds.
func (s *sentinel) FaultClass() Class { return s.class }

// New is [errors.New] for an error of a class.
func New(c Class, text string) error { return &sentinel{text, c} }

// settled is an error whose class is known better than by what it wraps.
type settled struct {
	class Class
	err   error
}

func (s *settled) Error() string { return s.err.Error() }
func (s *settled) Unwrap() error { return s.err }

// As gives an error a class that goes before those of the errors that it wraps. Of nil
// it is nil.
func As(c Class, err error) error {
	if err == nil {
		return nil
	}
	return &settled{c, err}
}

// Of is the class of an error: the outermost that [As] gave, else, of all errors that it
// wraps, IO if any has it, then Data, then Usage. Errors of the system are IO; others have
// the class that their method FaultClass returns, those of [New] among them.
func Of(err error) Class {
	if s, ok := errors.AsType[*settled](err); ok {
		return s.class
	}
	highest := None
	Walk(err, func(err error) { highest = max(highest, own(err)) })
	return highest
}

// own is the class of an error itself, without what it wraps.
func own(err error) Class {
	switch e := err.(type) { //nolint:errorlint // Walk visits what is wrapped
	case interface{ FaultClass() Class }:
		return e.FaultClass()
	case *fs.PathError, *os.LinkError, *os.SyscallError, syscall.Errno:
		return IO
	}
	return None
}

// Walk visits an error and all that it wraps.
func Walk(err error, visit func(error)) {
	if err == nil {
		return
	}
	visit(err)
	switch e := err.(type) { //nolint:errorlint // this is how errors are unwrapped
	case interface{ Unwrap() error }:
		Walk(e.Unwrap(), visit)
	case interface{ Unwrap() []error }:
		for _, inner := range e.Unwrap() {
			Walk(inner, visit)
		}
	}
}
