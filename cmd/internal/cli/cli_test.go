package cli

import (
	"bytes"
	"context"
	"strings"
	"syscall"
	"testing"
)

// command runs a command line in this process and returns what it wrote to standard
// output and standard error; another exit code than the given one fails the test.
func command(t *testing.T, code int, args ...string) (stdout, stderr string) {
	t.Helper()
	return commandWithInput(t, "", code, args...)
}

// commandWithInput is command with text on standard input.
func commandWithInput(t *testing.T, input string, code int, args ...string) (stdout, stderr string) {
	t.Helper()
	var out, errs bytes.Buffer
	got := run(context.Background(), args, Streams{In: strings.NewReader(input), Out: &out, Err: &errs})
	if got != code {
		t.Fatalf("qnn %s: exit code %d, want %d\n%s%s", strings.Join(args, " "), got, code, &out, &errs)
	}
	return out.String(), errs.String()
}

// broken is a writer that fails.
type broken struct{ err error }

func (b broken) Write([]byte) (int, error) { return 0, b.err }

// What cannot be written is an error, of help texts too; a reader who wants no more is
// told nothing.
func TestOutputThatCannotBeWritten(t *testing.T) {
	for _, args := range [][]string{{"--help"}, {"train", "--help"}, {"help", "train"}, {"--version"}, {"version"}, {"data"}, {"data", "iris", "--out", "-"}, {"draw"}} {
		for cause, want := range map[error]string{syscall.ENOSPC: "qnn: ", syscall.EPIPE: ""} {
			var errs bytes.Buffer
			code := run(context.Background(), args, Streams{In: strings.NewReader(""), Out: broken{cause}, Err: &errs})
			if code != exitIO || (want == "") != (errs.Len() == 0) || !strings.HasPrefix(errs.String(), want) {
				t.Errorf("qnn %s, %v: exit code %d, %q", strings.Join(args, " "), cause, code, &errs)
			}
		}
	}
}
