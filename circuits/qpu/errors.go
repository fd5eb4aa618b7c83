package qpu

import (
	"fmt"
	"strings"

	"github.com/qnn-go/qnn/internal/fault"

	"github.com/qnn-go/qnn/internal/seal"
)

var (
	// ErrFormat marks a manifest, table of prices or result file that is damaged, of
	// an unknown kind, or inconsistent.
	ErrFormat = fault.New(fault.Data, "not what a file of this kind holds")
	// ErrChecksum marks a manifest whose content is not what its checksum says.
	ErrChecksum = seal.ErrBroken
	// ErrLimit marks a file, or what unfolds from it, that is larger than is read.
	ErrLimit = fault.New(fault.Data, "too large")
	// ErrMismatch marks results that do not belong to the export.
	ErrMismatch = fault.New(fault.Data, "results of something else")
	// ErrJob marks what cannot be exported as it was asked for.
	ErrJob = fault.New(fault.Usage, "cannot be exported")
)

// FileError says where in a file a fault is.
type FileError struct {
	File         string
	Path         string // of the JSON value, such as results[3].data.c; "": the whole
	Line, Column int    // from 1, of a fault of syntax; else 0
	Err          error
}

func (e *FileError) Error() string {
	var b strings.Builder
	b.WriteString(e.File)
	if e.Line > 0 {
		fmt.Fprintf(&b, ":%d:%d", e.Line, e.Column)
	}
	if b.Len() > 0 {
		b.WriteString(": ")
	}
	if e.Path != "" {
		b.WriteString(e.Path + ": ")
	}
	b.WriteString(e.Err.Error())
	return b.String()
}

func (e *FileError) Unwrap() error { return e.Err }

// FaultClass says that what a file holds is at fault.
func (*FileError) FaultClass() fault.Class { return fault.Data }
