package cli

import (
	"bytes"
	"cmp"
	"context"
	"flag"
	"fmt"
	"io"
	"io/fs"
	"math/rand/v2"
	"os"
	"path/filepath"
	"runtime/debug"
	"runtime/metrics"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/qnn-go/qnn/qnn/experiment"
)

// mutations is how many changes TestMutations makes; make mutate makes 200,000.
var mutations = flag.Int("mutations", 150, "changes of files that TestMutations tries") //nolint:gochecknoglobals // as flags of tests are

// mutationSeed seeds the changes; each has its own stream.
var mutationSeed = flag.Uint64("mutation-seed", 1, "seed of the changes") //nolint:gochecknoglobals // as flags of tests are

// Bounds of what a command may take for a file of these sizes.
const (
	mutationTime   = 5 * time.Second
	mutationMemory = 1 << 30
)

// victim is a file to change and the commands that read it, in a directory of their own.
type victim struct {
	file     string
	commands []string
}

// victims lists the kinds of files that may come from elsewhere.
func victims() []victim {
	small := " -q --no-baselines"
	return []victim{
		{"run/model.json", []string{"predict run --data data.csv", "evaluate run", "draw run", "export run", "export run --target line-4 --samples 0 --out new -q", "accept run"}},
		{"run/checkpoint", []string{"train --resume run --epochs 3" + small}},
		{"run/config.yaml", []string{"train --resume run --epochs 3" + small, "evaluate run", "accept run"}},
		{"run/environment.json", []string{"train --resume run --epochs 3" + small, "evaluate run"}},
		{"run/timing.csv", []string{"train --resume run --epochs 3" + small, "compare run --no-baselines"}},
		{"export/manifest.json", []string{"results export", "results export --step --out new -q", "accept export"}},
		{"export/results/0000.json", []string{"results export", "results export --step --out new -q"}},
		{"export/run/step.json", []string{"results export --step --out new -q", "export export/run --target braket --gradient --batch 1 --out new -q"}},
		{"export/step-unfinished.json", []string{"results export --step -q"}},
		{"counts/results/0000.json", []string{"results counts"}},
		{"counts/manifest.json", []string{"results counts", "accept counts"}},
		{"prices.json", []string{"export run --target braket --samples 0 --prices prices.json --out new"}},
		{"target.json", []string{"transpile bell.qasm --target target.json", "export run --target target.json --samples 0 --out new -q"}},
		{"settings.yaml", []string{"train --config settings.yaml --epochs 1 --out new" + small}},
		{"data.csv", []string{"train --data data.csv --epochs 1 --out new --missing mean" + small, "predict run --data data.csv --missing mean", "evaluate run --data data.csv"}},
		{"bell.qasm", []string{"simulate bell.qasm --shots 10", "inspect bell.qasm", "transpile bell.qasm --target line-5", "draw bell.qasm"}},
		{"loops.qasm", []string{"simulate loops.qasm --shots 10", "inspect loops.qasm", "transpile loops.qasm --target line-5"}},
	}
}

// TestMutations changes files of every kind at random, gives them right checksums where
// they carry some, and runs the commands that read them: none panics, hangs, takes too
// much memory, or ends with an exit code or a message that says nothing.
func TestMutations(t *testing.T) {
	if testing.Short() {
		t.Skip("slow; the whole form of the tests runs it")
	}
	home := mutationHome(t)
	all := victims()
	for i := range *mutations {
		rng := rand.New(rand.NewPCG(*mutationSeed, uint64(i)))
		v := all[rng.IntN(len(all))]
		args := v.commands[rng.IntN(len(v.commands))]
		restore(t, home)
		changed := mutate(rng, v.file, home[v.file])
		put(t, v.file, string(changed))
		// A crash of the process leaves the file that was its cause.
		kept := filepath.Join(os.TempDir(), fmt.Sprintf("qnn-mutation-%d-%d-%s", *mutationSeed, i, filepath.Base(v.file)))
		put(t, kept, string(changed))
		long := v.file == "settings.yaml" // a person's own: it may ask for a long training
		if fault := survive(t.Context(), strings.Fields(args), long); fault != "" {
			t.Errorf("mutation %d of %s, qnn %s: %s (kept as %s)", i, v.file, args, fault, kept)
			continue
		}
		if err := os.Remove(kept); err != nil {
			t.Fatal(err)
		}
		if i%10_000 == 9_999 {
			t.Logf("%d mutations", i+1)
		}
	}
}

// survive runs a command and says what is wrong with how it ended, or "". A long one need
// only end when it is interrupted after the time of others.
func survive(ctx context.Context, args []string, long bool) string {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	var errs bytes.Buffer
	ended := make(chan string, 1)
	start := processorTime()
	go func() {
		defer func() {
			if r := recover(); r != nil {
				ended <- fmt.Sprintf("panic: %v\n%s", r, debug.Stack())
			}
		}()
		code := run(ctx, args, Streams{In: strings.NewReader(""), Out: io.Discard, Err: &errs})
		ended <- wrong(code, errs.String())
	}()
	tick := time.NewTicker(5 * time.Millisecond)
	defer tick.Stop()
	fault := ""
	if memoryInUse() > mutationMemory/4 { // of the commands before
		debug.FreeOSMemory()
	}
	for {
		select {
		case said := <-ended:
			return cmp.Or(fault, said)
		case <-tick.C:
		}
		if got := memoryInUse(); got > mutationMemory && fault == "" {
			fault = fmt.Sprintf("%d MiB of memory", got>>20)
			cancel()
		}
		if took := processorTime() - start; took > mutationTime {
			cancel()
			if took > 4*mutationTime { // which is no longer a question of when it looks
				return fmt.Sprintf("%v of processor time, and no end", took)
			}
			if !long {
				fault = cmp.Or(fault, fmt.Sprintf("over %v of processor time", mutationTime))
			}
		}
	}
}

// wrong says what is wrong with an exit code and what was said on standard error.
func wrong(code int, errs string) string {
	if !slices.Contains([]int{0, exitUsage, exitData, exitIO, exitInterrupted}, code) {
		return fmt.Sprintf("exit code %d: %s", code, errs)
	}
	if i := strings.IndexFunc(errs, func(r rune) bool { return r != '\n' && !strconv.IsPrint(r) }); i >= 0 || !utf8.ValidString(errs) {
		return fmt.Sprintf("unprintable: %q", errs)
	}
	lines := strings.Split(strings.TrimSuffix(errs, "\n"), "\n")
	said := lines[len(lines)-1]
	if len(lines) >= 3 && strings.HasSuffix(strings.TrimSpace(said), "^") { // the line of a program and a mark below it
		said = lines[len(lines)-3]
	}
	if code != 0 && !strings.HasPrefix(said, "qnn: ") {
		return fmt.Sprintf("exit code %d with %q", code, errs)
	}
	return ""
}

func processorTime() time.Duration {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		return 0
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

func memoryInUse() uint64 {
	samples := []metrics.Sample{{Name: "/memory/classes/total:bytes"}, {Name: "/memory/classes/heap/released:bytes"}}
	metrics.Read(samples)
	return samples[0].Value.Uint64() - samples[1].Value.Uint64()
}

// mutationHome makes a directory with a file of every kind.
func mutationHome(t *testing.T) map[string][]byte {
	t.Helper()
	t.Chdir(t.TempDir())
	table := "a,colour,b,y\n" + strings.Repeat("1,red,2.5,u\n2,blue,-1,v\n1.5,red,3,u\n4,green,1e-3,v\n", 4)
	put(t, "data.csv", table)
	put(t, "settings.yaml", "data: iris\nlayers: 1\nbatch: 16\nfeatures: 2\nclasses: [setosa, virginica]\nlr: 0.1\nseed: 3\n")
	put(t, "bell.qasm", "OPENQASM 3.0;\ninclude \"stdgates.inc\";\ngate pair(a) p, q { h p; cx p, q; rz(a/2) q; }\nqubit[3] q;\nbit[3] c;\npair(pi) q[0], q[1];\nctrl @ ry(0.3) q[1], q[2];\nc = measure q;\n")
	put(t, "loops.qasm", "OPENQASM 3;\ninclude \"stdgates.inc\";\nconst int n = 4;\nqubit[4] q;\nbit[4] c;\nfor int i in [0:n-1] { h q[i]; }\nc[0] = measure q[0];\nif (c[0] == 1) { x q[1]; } else { z q[2]; }\nwhile (c[0] == 1) { h q[0]; c[0] = measure q[0]; }\nc = measure q;\n")
	put(t, "target.json", `{"name": "mine", "dialect": "ibm", "qubits": 5, "edges": [[0, 1], [1, 2], [2, 3], [3, 4]], "gates": [{"gate": "rz"}, {"gate": "sx"}, {"gate": "x"}, {"gate": "cz"}, {"gate": "rzz", "angle": {"max": 1.5}}, {"gate": "measure"}]}`)
	put(t, "prices.json", `{"note": "mine", "prices": [{"target": "braket", "vendor": "braket", "currency": "USD", "per_task": 0.3, "per_shot": 0.001, "source": "me", "date": "2026-01-01"}]}`)
	command(t, 0, "train", "--data", "data.csv", "--reduce", "none", "--layers", "1", "--epochs", "2", "--no-baselines", "-q", "--out", "first")
	command(t, 0, "export", "first", "--target", "braket", "--gradient", "--batch", "1", "--out", "export0", "-q")
	runExactly(t, "export0", anyCircuit)
	command(t, 0, "results", "export0", "--step", "-q", "--out", "run")
	command(t, 0, "export", "run", "--target", "braket", "--gradient", "--batch", "1", "--out", "export", "-q")
	runExactly(t, "export", anyCircuit)
	put(t, "export/step-unfinished.json", read(t, "export0", experiment.StepFile))
	command(t, 0, "export", "first", "--target", "ibm", "--samples", "0-1", "--shots", "100", "--out", "counts", "-q")
	if err := os.MkdirAll("counts/results", 0o755); err != nil {
		t.Fatal(err)
	}
	put(t, "counts/results/0000.json", `{"results": [{"data": {"counts": {"0x0": 60, "0x3": 30, "0x5": 10}}, "header": {"memory_slots": 4}}, {"data": {"memory": ["0x1", "0x2"]}, "header": {"creg_sizes": [["c", 4]]}}]}`)
	for _, name := range []string{experiment.CheckpointFile, experiment.TimingFile, experiment.MetricsFile} {
		put(t, filepath.Join("run", name), read(t, "first", name))
	}
	home := map[string][]byte{}
	each(t, func(path string, text []byte) { home[path] = text })
	return home
}

// each visits the files below the working directory.
func each(t *testing.T, visit func(path string, text []byte)) {
	t.Helper()
	err := filepath.WalkDir(".", func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		text, err := os.ReadFile(path)
		visit(path, text)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

// restore makes the files below the working directory what they were.
func restore(t *testing.T, home map[string][]byte) {
	t.Helper()
	if err := os.RemoveAll("new"); err != nil {
		t.Fatal(err)
	}
	there := map[string]bool{}
	each(t, func(path string, text []byte) {
		want, ok := home[path]
		switch {
		case !ok:
			if err := os.Remove(path); err != nil {
				t.Fatal(err)
			}
		case !bytes.Equal(text, want):
			put(t, path, string(want))
		}
		there[path] = true
	})
	for path, text := range home {
		if !there[path] {
			put(t, path, string(text))
		}
	}
}
