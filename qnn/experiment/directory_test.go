package experiment

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func put(t *testing.T, dir, name, text string) {
	t.Helper()
	if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}

func read(t *testing.T, dir, name string) string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(dir, name))
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// TestTakeDirectory: a directory is taken with what had to be made for it, which goes with it
// when it is abandoned; one that is not free is refused, whatever the names in it.
func TestTakeDirectory(t *testing.T) {
	parent := t.TempDir()
	put(t, parent, "kept", "mine")
	out := filepath.Join(parent, "a", "b", "c")
	for range 2 {
		d, err := takeDirectory(out, "", "", firstFiles())
		if err != nil {
			t.Fatal(err)
		}
		put(t, out, ConfigFile, "x")
		d.abandon(ConfigFile)
		if _, err := os.Lstat(filepath.Join(parent, "a")); !errors.Is(err, fs.ErrNotExist) {
			t.Errorf("after it was abandoned: %v, want nothing", err)
		}
	}
	if read(t, parent, "kept") != "mine" {
		t.Error("another file was changed")
	}

	// A directory with files of somebody's own, of the names that a run begins with.
	other := t.TempDir()
	put(t, other, ConfigFile, "mine")
	if _, err := takeDirectory(other, "", "", firstFiles()); err == nil || !strings.Contains(err.Error(), "is not empty") {
		t.Errorf("error %v, want that it is not empty", err)
	}
	if read(t, other, ConfigFile) != "mine" {
		t.Error("a file of somebody's own was changed")
	}
	if _, err := os.Lstat(filepath.Join(other, lockFile)); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("the lock stays: %v", err)
	}
}
