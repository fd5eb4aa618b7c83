package report

import (
	"os/exec"
	"testing"
)

func TestShellWord(t *testing.T) {
	for in, want := range map[string]string{
		"runs/iris-0001": "runs/iris-0001",
		"my run":         "'my run'",
		"it's":           `'it'\''s'`,
		"$(rm x)*[a]":    "'$(rm x)*[a]'",
		"":               "''",
		"a\x1b[31mb\n":   "'a\ufffd[31mb '",
	} {
		got := ShellWord(in)
		if got != want {
			t.Errorf("ShellWord(%q) = %s, want %s", in, got, want)
		}
		if out, err := exec.Command("sh", "-c", "printf %s "+got).Output(); err != nil || in == "it's" && string(out) != in {
			t.Errorf("a shell reads %s as %q, %v", got, out, err)
		}
	}
}
