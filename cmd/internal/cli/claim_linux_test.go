package cli

import (
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/qnn-go/qnn/internal/filelock"

	"github.com/qnn-go/qnn/qnn/experiment"
)

// Files that are in a directory while it is being written.
const (
	lockFile           = ".lock"
	unfinishedStepFile = "step-unfinished.json"
)

// TestOneRunADirectory starts several trainings into one directory at once: one makes the
// run, and the others are refused and leave it alone.
func TestOneRunADirectory(t *testing.T) {
	for range 3 {
		dir := filepath.Join(t.TempDir(), "run")
		var processes []*exec.Cmd
		for seed := range 3 {
			c, _ := process(t, 1, "train", "--data", "moons", "--samples", "60", "--qubits", "2", "--layers", "2", "--epochs", "3",
				"--no-baselines", "--quiet", "--seed", string(rune('0'+seed)), "--out", dir)
			if err := c.Start(); err != nil {
				t.Fatal(err)
			}
			processes = append(processes, c)
		}
		var codes []int
		for _, c := range processes {
			_ = c.Wait() // its code is looked at
			codes = append(codes, c.ProcessState.ExitCode())
		}
		if slices.Sort(codes); !slices.Equal(codes, []int{0, exitUsage, exitUsage}) {
			t.Errorf("exit codes %v, want one 0 and else %d", codes, exitUsage)
		}
		command(t, 0, "evaluate", dir) // model, settings and data belong together
		if _, err := os.Lstat(filepath.Join(dir, lockFile)); !errors.Is(err, os.ErrNotExist) {
			t.Errorf("the lock is left: %v", err)
		}
	}
}

// TestClaimedDirectories: what writes a directory refuses one that is being written.
func TestClaimedDirectories(t *testing.T) {
	run := quick(t, "--data", "moons", "--samples", "60", "--layers", "1")
	export := filepath.Join(t.TempDir(), "export")
	command(t, 0, "export", run, "--target", "braket", "--gradient", "--batch", "1", "--out", export, "-q")
	runExactly(t, export, anyCircuit)
	empty := t.TempDir()
	for _, dir := range []string{run, export, empty} {
		lock, err := filelock.Acquire(filepath.Join(dir, lockFile))
		if err != nil {
			t.Fatal(err)
		}
		defer func() {
			if err := lock.Release(); err != nil {
				t.Error(err)
			}
		}()
	}
	for _, args := range [][]string{
		{"train", "--resume", run},
		{"train", "--data", "iris", "--epochs", "1", "--quiet", "--out", empty},
		{"export", run, "--target", "braket", "--samples", "0", "--quiet", "--out", empty},
		{"results", export, "--step"},
		{"accept", run},
	} {
		refuse(t, exitUsage, "another process is writing there", args...)
	}
	command(t, 0, "evaluate", run) // reading goes on
}

// TestOutAfterAKill: --out takes a directory whose run was killed before its first
// checkpoint, whatever it had written by then, and no other that holds something.
func TestOutAfterAKill(t *testing.T) {
	whole := quick(t, "--data", "moons", "--samples", "60", "--layers", "1")
	files := []string{
		lockFile, ".unfinished-X", experiment.ConfigFile, experiment.SearchFile, experiment.CircuitFile, experiment.EnvironmentFile, experiment.SplitFile,
		experiment.TestFile, experiment.InitialFile, experiment.TimingFile,
	}
	train := []string{"train", "--data", "moons", "--samples", "60", "--layers", "1", "--reduce", "pca", "--epochs", "2", "--no-baselines", "--quiet", "--out"}
	for n := range len(files) + 1 {
		dir := t.TempDir()
		for _, name := range files[:n] {
			text, err := os.ReadFile(filepath.Join(whole, name))
			if err != nil && !errors.Is(err, os.ErrNotExist) {
				t.Fatal(err)
			}
			put(t, filepath.Join(dir, name), string(text))
		}
		if n > 0 {
			refuse(t, exitIO, "start it again with --out "+dir, "train", "--resume", dir)
		}
		command(t, 0, append(train, dir)...)
		if read(t, dir, experiment.ModelFile) != read(t, whole, experiment.ModelFile) {
			t.Errorf("after %v: another model", files[:n])
		}
	}
	for _, name := range []string{experiment.ConfigFile, "notes.txt", experiment.CheckpointFile} {
		dir := t.TempDir()
		put(t, filepath.Join(dir, name), "mine")
		refuse(t, exitUsage, "is not empty", append(train, dir)...)
		if name != experiment.ConfigFile { // beside a lock too
			put(t, filepath.Join(dir, lockFile), "")
			refuse(t, exitUsage, "is not empty", append(train, dir)...)
		}
		if read(t, dir, name) != "mine" {
			t.Errorf("%s was changed", name)
		}
	}
}

// TestStepCutShort: wherever writing a step was cut short, it is finished as it was taken,
// once, and no second run comes of it.
func TestStepCutShort(t *testing.T) {
	t.Chdir(t.TempDir())
	command(t, 0, "train", "--data", "moons", "--samples", "60", "--layers", "1", "--epochs", "2", "--no-baselines", "-q")
	command(t, 0, "export", "runs/moons-0001", "--target", "braket", "--gradient", "--batch", "2", "--out", "export", "-q")
	runExactly(t, "export", anyCircuit)
	command(t, 0, "results", "export", "--step", "-q")
	run := "runs/moons-0002"
	order := []string{experiment.ConfigFile, experiment.EnvironmentFile, experiment.ModelFile, experiment.StepFile} // as they are written
	want := map[string]string{}
	for _, name := range order {
		want[name] = read(t, run, name)
	}
	step := read(t, "export", experiment.StepFile)
	for written := range len(order) + 1 {
		if err := errors.Join(os.RemoveAll(run), os.Remove(filepath.Join("export", experiment.StepFile)), os.Mkdir(run, 0o755)); err != nil {
			t.Fatal(err)
		}
		put(t, filepath.Join("export", unfinishedStepFile), step)
		put(t, filepath.Join("export", lockFile), "")
		put(t, filepath.Join(run, lockFile), "")
		for _, name := range order[:written] {
			put(t, filepath.Join(run, name), want[name])
		}
		refuse(t, exitUsage, "was cut short", "results", "export", "--step", "--out", "elsewhere")
		out, _ := command(t, 0, "results", "export", "--step", "-q")
		if !strings.Contains(out, "saved     "+run) {
			t.Errorf("after %v: %s", order[:written], out)
		}
		for name, text := range want {
			if read(t, run, name) != text {
				t.Errorf("after %v: %s differs", order[:written], name)
			}
		}
		refuse(t, exitUsage, "is taken already: "+run, "results", "export", "--step")
		if left, err := filepath.Glob("runs/*"); err != nil || len(left) != 2 {
			t.Errorf("runs %v, %v", left, err)
		}
	}
	// A run that is there with something else in it is not written over.
	if err := errors.Join(os.Remove(filepath.Join("export", experiment.StepFile))); err != nil {
		t.Fatal(err)
	}
	put(t, filepath.Join("export", unfinishedStepFile), step)
	put(t, filepath.Join(run, "notes.txt"), "mine")
	refuse(t, exitUsage, "is not empty", "results", "export", "--step")
}
