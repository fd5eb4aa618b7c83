package report

import (
	"regexp"
	"strings"
)

// plainWord matches what a shell takes as it is.
var plainWord = regexp.MustCompile(`^[A-Za-z0-9_@%+=:,./-]+$`) //nolint:gochecknoglobals // compiled once

// ShellWord writes s as one word of a command to copy into a shell, quoted where it must
// be. What cannot be printed is replaced, so that it does nothing to the terminal; such a
// command does not find its file, and names it readably.
func ShellWord(s string) string {
	s = Printable(s)
	if plainWord.MatchString(s) {
		return s
	}
	return "'" + strings.ReplaceAll(s, "'", `'\''`) + "'"
}
