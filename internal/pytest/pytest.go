// Package pytest runs real Python packages in tests. The interpreter is that of the
// environment variable QNN_PYTHON, or python3. Tests are skipped in the short form, and
// where packages lack; with QNN_REQUIRE_QISKIT=1 they fail there instead.
package pytest

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"os"
	"os/exec"
	"testing"
)

// lacking is the exit code of scripts whose packages are not installed.
const lacking = 3

// lack skips a test, or fails it where packages are required.
func lack(t testing.TB, packages, why string) {
	t.Helper()
	if os.Getenv("QNN_REQUIRE_QISKIT") == "1" {
		t.Fatalf("needs Python with %s: %s", packages, why)
	}
	t.Skipf("needs Python with %s; set QNN_PYTHON to its interpreter: %s", packages, why)
}

// command is a call of the interpreter.
func command(t testing.TB, args ...string) *exec.Cmd {
	t.Helper()
	if testing.Short() {
		t.Skip("slow, and Python runs it; the whole form of the tests does so once")
	}
	return exec.CommandContext(context.WithoutCancel(t.Context()), cmp.Or(os.Getenv("QNN_PYTHON"), "python3"), args...)
}

// Run calls the interpreter and returns its exit code and all that it printed. modules
// are those that it needs, separated by blanks.
func Run(t testing.TB, modules string, args ...string) (code int, out string) {
	t.Helper()
	run := func(args ...string) (int, string) {
		c := command(t, args...)
		out, err := c.CombinedOutput()
		if c.ProcessState == nil {
			return -1, err.Error()
		}
		return c.ProcessState.ExitCode(), string(out)
	}
	if code, out := run("-c", "import importlib.util as u\nfor m in '"+modules+"'.split(): assert u.find_spec(m), m"); code != 0 {
		lack(t, modules, out)
	}
	return run(args...)
}

// Exchange gives a script in as JSON on its standard input, and reads its JSON output into
// out. The script ends with exit code 3 where a package of .ci/requirements.txt lacks.
func Exchange(t testing.TB, script string, in, out any) {
	t.Helper()
	text, err := json.Marshal(in)
	if err != nil {
		t.Fatal(err)
	}
	c := command(t, script)
	var written, said bytes.Buffer
	c.Stdin, c.Stdout, c.Stderr = bytes.NewReader(text), &written, &said
	if err := c.Run(); err != nil {
		if c.ProcessState != nil && c.ProcessState.ExitCode() != lacking {
			t.Fatalf("%s: %v\n%s", script, err, &said)
		}
		lack(t, "the packages of .ci/requirements.txt", err.Error()+" "+said.String())
	}
	if err := json.Unmarshal(written.Bytes(), out); err != nil {
		t.Fatalf("%s: %v", script, err)
	}
}
