package filename

import (
	"errors"
	"path/filepath"
	"strings"
	"testing"
	"unicode/utf8"

	"pgregory.net/rapid"
)

func TestCheck(t *testing.T) {
	for _, name := range []string{"a", "iris-0001", "ibm-heron-r2", "A_b.c", ".hidden", "...", strings.Repeat("x", MaxLength)} {
		if err := Check(name); err != nil {
			t.Errorf("%q: %v", name, err)
		}
		if got := Make(name); got != name {
			t.Errorf("Make(%q) = %q, want it as it is", name, got)
		}
	}
	for _, name := range []string{
		"", ".", "..", "a/b", `a\b`, "/", "x/../../../../escaped", "a b", "a\nb", "a\x00", "-rf", "*", "a[0]", "$(id)", "é", "a\xff", "a:b", "~",
		strings.Repeat("x", MaxLength+1),
	} {
		err := Check(name)
		if !errors.Is(err, ErrName) || strings.ContainsAny(err.Error(), "\n\x00") || !utf8.ValidString(err.Error()) {
			t.Errorf("%q: error %q, want one line that wraps ErrName", name, err)
		}
	}
}

// TestMake: whatever the text, the name stays in its directory and is allowed.
func TestMake(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		text := string(rapid.SliceOfN(rapid.Byte(), 0, 2*MaxLength).Draw(t, "text"))
		name := Make(text)
		if err := Check(name); err != nil {
			t.Fatalf("Make(%q): %v", text, err)
		}
		if dir := filepath.Dir(filepath.Join("dir", name)); dir != "dir" {
			t.Fatalf("Make(%q) = %q leads to %s", text, name, dir)
		}
	})
	for text, want := range map[string]string{"my data (1)": "my-data--1-", "../../x": "..-..-x", "..": "unnamed", "": "unnamed", "--": "unnamed", "[a]*": "a--"} {
		if got := Make(text); got != want {
			t.Errorf("Make(%q) = %q, want %q", text, got, want)
		}
	}
}
