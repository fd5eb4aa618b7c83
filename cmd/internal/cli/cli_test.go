package cli

import (
	"bytes"
	"context"
	"strings"
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
