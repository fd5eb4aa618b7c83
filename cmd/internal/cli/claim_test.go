package cli

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/spf13/pflag"
)

// TestTakeDirectory: a directory is taken with what had to be made for it, which goes with it
// when it is abandoned; one that is not free is refused, whatever the names in it.
func TestTakeDirectory(t *testing.T) {
	parent := t.TempDir()
	put(t, filepath.Join(parent, "kept"), "mine")
	out := filepath.Join(parent, "a", "b", "c")
	for range 2 {
		d, err := takeDirectory(out, "", "", openingFiles())
		if err != nil {
			t.Fatal(err)
		}
		put(t, filepath.Join(out, configFile), "x")
		d.abandon(configFile)
		if _, err := os.Lstat(filepath.Join(parent, "a")); !errors.Is(err, fs.ErrNotExist) {
			t.Errorf("after it was abandoned: %v, want nothing", err)
		}
	}
	if read(t, parent, "kept") != "mine" {
		t.Error("another file was changed")
	}

	// A directory with files of somebody's own, of the names that a run begins with.
	other := t.TempDir()
	put(t, filepath.Join(other, configFile), "mine")
	if _, err := takeDirectory(other, "", "", openingFiles()); err == nil || !strings.Contains(err.Error(), "is not empty") {
		t.Errorf("error %v, want that it is not empty", err)
	}
	if read(t, other, configFile) != "mine" {
		t.Error("a file of somebody's own was changed")
	}
	if _, err := os.Lstat(filepath.Join(other, lockFile)); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("the lock stays: %v", err)
	}
}

// TestRefuseIdle: a flag without effect is refused where it is set to something else than
// its default, and a rule that does not apply refuses nothing.
func TestRefuseIdle(t *testing.T) {
	for _, tt := range []struct {
		args string
		when bool
		want string // "": no error
	}{
		{"--rate 0.5", true, "--rate 0.5 has no effect: it rests. Leave it out"},
		{"--rate 0.5", false, ""},
		{"--rate 0.1", true, ""}, // the default, written out
		{"--fast", true, "--fast has no effect: it rests. Leave it out"},
		{"--fast=false", true, ""},
		{"--other 3", true, ""},
		{"", true, ""},
	} {
		f := pflag.NewFlagSet("test", pflag.ContinueOnError)
		f.Float64("rate", 0.1, "")
		f.Bool("fast", false, "")
		f.Int("other", 1, "")
		if err := f.Parse(strings.Fields(tt.args)); err != nil {
			t.Fatal(err)
		}
		err := refuseIdle(f, idle{tt.when, "it rests. Leave it out", []string{"absent", "rate", "fast"}})
		if tt.want == "" && err != nil || tt.want != "" && (err == nil || err.Error() != tt.want) {
			t.Errorf("%q, rule applies %v: error %v, want %q", tt.args, tt.when, err, tt.want)
		}
	}
}
