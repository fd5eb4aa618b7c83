package fault_test

import (
	"errors"
	"fmt"
	"io/fs"
	"syscall"
	"testing"

	"github.com/qnn-go/qnn/internal/fault"
)

type own struct{}

func (own) Error() string                 { return "own" }
func (own) FaultClass() fault.Class       { return fault.Usage }
func wrap(text string, errs ...any) error { return fmt.Errorf(text, errs...) }

func TestOf(t *testing.T) {
	usage, data := fault.New(fault.Usage, "bad flag"), fault.New(fault.Data, "bad cell")
	path := &fs.PathError{Op: "open", Path: "x", Err: syscall.ENOENT}
	for _, tt := range []struct {
		err  error
		want fault.Class
	}{
		{nil, fault.None},
		{errors.New("x"), fault.None},
		{wrap("a: %w", wrap("b: %w", usage)), fault.Usage},
		{wrap("%w: %w", usage, data), fault.Data},
		{wrap("%w: %w", data, path), fault.IO},
		{errors.Join(errors.New("x"), syscall.ENOSPC), fault.IO},
		{wrap("a: %w", own{}), fault.Usage},
		{wrap("a: %w", fault.As(fault.Usage, wrap("b: %w", path))), fault.Usage},
		{fault.As(fault.Data, fault.As(fault.Usage, path)), fault.Data},
		{fault.As(fault.Data, nil), fault.None},
	} {
		if got := fault.Of(tt.err); got != tt.want {
			t.Errorf("%v: class %d, want %d", tt.err, got, tt.want)
		}
	}
	if fault.As(fault.Data, nil) != nil {
		t.Error("nil is an error")
	}
	if err := wrap("a: %w", fault.As(fault.Usage, data)); !errors.Is(err, data) || errors.Is(err, usage) || err.Error() != "a: bad cell" {
		t.Errorf("%v is not told apart", err)
	}
}
