package cli

import (
	"bytes"
	"encoding/json"
	"errors"
	"flag"
	"io"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/qnn-go/qnn/qnn/experiment"
)

var update = flag.Bool("update", false, "write golden files anew")

// golden compares text with a file of testdata.
func golden(t *testing.T, name, got string) {
	t.Helper()
	path := filepath.Join("testdata", name)
	if *update {
		put(t, path, got)
	}
	if want := read(t, path); got != want {
		t.Errorf("%s differs; run with -update if that is meant. Got:\n%s", path, got)
	}
}

func TestGolden(t *testing.T) {
	for name, args := range map[string]string{
		"help.txt":       "",
		"help-train.txt": "help train",
		"data.txt":       "data",
		"data-iris.txt":  "data iris",
		"draw.txt":       "draw --features 3 --encoding zz --ansatz real-amplitudes --layers 1 --width 80",
		"draw-ascii.txt": "draw --features 2 --ascii",
		"draw.json":      "draw --features 2 --layers 1 --json",
		"xor.csv":        "data xor --samples 8 --seed 3 --out -",
	} {
		out, errs := command(t, 0, strings.Fields(args)...)
		if errs != "" {
			t.Errorf("qnn %s: standard error: %s", args, errs)
		}
		golden(t, name, out)
	}
}

// TestHelpIsNarrow: a help text fits into a window of 100 columns.
func TestHelpIsNarrow(t *testing.T) {
	for _, c := range newRoot(Streams{}).Commands() {
		out, _ := command(t, 0, c.Name(), "--help")
		for line := range strings.Lines(out) {
			if n := len([]rune(line)); n > helpWidth+1 && c.Name() != "completion" {
				t.Errorf("qnn %s --help: a line of %d columns: %s", c.Name(), n-1, line)
			}
		}
	}
}

// TestJSON: with --json every command prints one object with the documented keys,
// and nothing else.
func TestJSON(t *testing.T) {
	dir := quick(t, "--data", "iris", "--layers", "1")
	table := filepath.Join(t.TempDir(), "iris.csv")
	command(t, 0, "data", "iris", "--out", table)
	for _, tt := range []struct{ args, keys string }{
		{"train --data iris --epochs 1 --no-baselines --quiet --json --out " + filepath.Join(t.TempDir(), "r"), "model data training test train_seconds run baselines"},
		{"predict " + dir + " --data " + table, "model samples classes predictions probabilities"},
		{"evaluate " + dir, "run data test"},
		{"evaluate " + dir + " --data " + table, "run data test"},
		{"compare " + dir, "run data test models verdict"},
		{"compare " + dir + " --seeds 2 --no-baselines --quiet", "run data score seeds models"},
		{"export " + dir, "run format sample qubits depth gates source"},
		{"draw " + dir, "qubits depth weights features gates drawing"},
		{"data", "data_sets"},
		{"data iris", "name about source license samples features classes synthetic"},
		{"bench --workload qft --qubits 3 --threads 1", "machine results"},
		{"version", "qnn go os arch"},
	} {
		out, errs := command(t, 0, append(strings.Fields(tt.args), "--json")...)
		if errs != "" {
			t.Errorf("qnn %s: standard error: %s", tt.args, errs)
		}
		var got map[string]any
		d := json.NewDecoder(strings.NewReader(out))
		if err := d.Decode(&got); err != nil {
			t.Fatalf("qnn %s: %v\n%s", tt.args, err, out)
		}
		if _, err := d.Token(); !errors.Is(err, io.EOF) {
			t.Errorf("qnn %s: more than one object", tt.args)
		}
		for key := range strings.FieldsSeq(tt.keys) {
			if _, ok := got[key]; !ok {
				t.Errorf("qnn %s: no key %q in\n%s", tt.args, key, out)
			}
		}
	}
}

func TestQuiet(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "run")
	out, errs := command(t, 0, "train", "--data", "iris", "--epochs", "2", "--out", dir, "-q")
	if errs != "" || strings.Contains(out, "data      iris") || strings.Contains(out, "next") || !strings.Contains(out, "accuracy") {
		t.Errorf("standard output:\n%s\nstandard error:\n%s", out, errs)
	}
}

// TestNoEscapes: what is not written to a terminal is plain text.
func TestNoEscapes(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "run")
	out, errs := command(t, 0, "train", "--data", "iris", "--epochs", "2", "--out", dir)
	if strings.ContainsAny(out+errs, "\x1b\r") {
		t.Errorf("an escape sequence in\n%q\n%q", out, errs)
	}
	if rows := strings.Count(errs, "epoch "); rows != 2 {
		t.Errorf("%d lines of progress, want 2:\n%s", rows, errs)
	}
}

// TestOutputFollowsLinks: --out replaces the file that a link points to, not the link.
func TestOutputFollowsLinks(t *testing.T) {
	dir := t.TempDir()
	file, link := filepath.Join(dir, "file"), filepath.Join(dir, "link")
	put(t, file, "old")
	if err := os.Symlink(file, link); err != nil {
		t.Skip(err)
	}
	command(t, 0, "data", "xor", "--out", link)
	if got := read(t, file); !strings.HasPrefix(got, "x1,x2,class\n") {
		t.Errorf("the file holds %q", got)
	}
	if info, err := os.Lstat(link); err != nil || info.Mode()&os.ModeSymlink == 0 {
		t.Errorf("the link is gone: %v, %v", info, err)
	}
}

func TestOutputRefusesADirectory(t *testing.T) {
	dir := t.TempDir()
	refuse(t, exitIO, "is a directory. Give the path of a file", "data", "xor", "--out", dir)
	refuse(t, exitIO, "no such file or directory", "data", "xor", "--out", filepath.Join(dir, "a", "b"))
	if left, err := os.ReadDir(dir); err != nil || len(left) > 0 {
		t.Errorf("left behind: %v, %v", left, err)
	}
}

// brokenPipe is a stream whose reader has ended.
type brokenPipe struct{}

func (brokenPipe) Write([]byte) (int, error) {
	return 0, &os.PathError{Op: "write", Path: "/dev/stdout", Err: syscall.EPIPE}
}

// TestBrokenPipe: the run is whole though nobody reads its report, and nobody is told.
func TestBrokenPipe(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "run")
	for _, args := range [][]string{
		{"train", "--data", "iris", "--epochs", "2", "--quiet", "--no-baselines", "--out", dir},
		{"data"},
		{"data", "iris", "--out", "-"},
		{"evaluate", dir},
		{"evaluate", dir, "--json"},
		{"draw"},
		{"version", "--licenses"},
	} {
		var errs bytes.Buffer
		code := run(t.Context(), args, Streams{In: strings.NewReader(""), Out: brokenPipe{}, Err: &errs})
		if code != exitIO || errs.Len() > 0 {
			t.Errorf("qnn %v: exit code %d, standard error %q", args, code, errs.String())
		}
	}
	for _, name := range []string{experiment.ModelFile, experiment.ReportFile, experiment.MetricsFile, experiment.ConfusionFile} {
		if len(read(t, dir, name)) == 0 {
			t.Errorf("%s is empty", name)
		}
	}
}
