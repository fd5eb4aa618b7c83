// Package filename decides which names may become part of a path.
//
// A name that stands in a file, such as that of a device or of a data set, may come from
// anyone. Made part of a path as it is, it could point out of its directory, hide in it,
// or mean something to a shell.
package filename

import (
	"fmt"
	"strings"

	"github.com/qnn-go/qnn/internal/fault"
)

// MaxLength is the length of the longest name, in bytes: what file systems take leaves
// room for a number and an extension.
const MaxLength = 100

// ErrName marks a name that may not become part of a path.
var ErrName = fault.New(fault.Data, "not a name for a file")

// Check reports whether name may become part of a path: 1 to [MaxLength] letters and
// digits of ASCII, '.', '_' and '-', neither "." nor "..", and not beginning with '-',
// which commands would take for an option. The error wraps [ErrName].
func Check(name string) error {
	switch {
	case name == "":
		return fmt.Errorf("%q: %w: it is empty", name, ErrName)
	case len(name) > MaxLength:
		return fmt.Errorf("%.40q…: %w: %d bytes, at most %d", name, ErrName, len(name), MaxLength)
	case name == "." || name == "..":
		return fmt.Errorf("%q: %w: it is a directory's own or its parent's", name, ErrName)
	case name[0] == '-':
		return fmt.Errorf("%q: %w: it begins with -", name, ErrName)
	}
	if i := strings.IndexFunc(name, func(r rune) bool { return !allowed(r) }); i >= 0 {
		return fmt.Errorf("%q: %w: only letters, digits, '.', '_' and '-' may be in it", name, ErrName)
	}
	return nil
}

// Make turns any text into a name that [Check] allows: other characters become '-', and
// what is too long is cut. A name that is allowed stays as it is.
func Make(text string) string {
	name := strings.Map(func(r rune) rune {
		if allowed(r) {
			return r
		}
		return '-'
	}, text)
	name = strings.TrimLeft(name[:min(len(name), MaxLength)], "-")
	if Check(name) != nil { // nothing is left, or dots
		return "unnamed"
	}
	return name
}

func allowed(r rune) bool {
	return r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || r == '.' || r == '_' || r == '-'
}
