package cli

import (
	"errors"
	"io"
	"os"

	"github.com/qnn-go/qnn/internal/atomicfile"
	"github.com/qnn-go/qnn/qnn/report"
)

func writeJSON(w io.Writer, v any) error { return report.WriteJSON(w, v) }

// output is standard output, or a file that is written as a whole; devices and pipes
// are written to as they are.
func output(path string, stdout io.Writer, body func(io.Writer) error) error {
	if path == "" || path == "-" {
		return body(stdout)
	}
	if info, err := os.Stat(path); err != nil || info.Mode().IsRegular() {
		return atomicfile.Write(path, body)
	}
	f, err := os.OpenFile(path, os.O_WRONLY, 0)
	if err != nil {
		return err
	}
	return errors.Join(body(f), f.Close())
}
