package cli

import (
	"bytes"
	"context"
	"errors"
	"io"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/qnn-go/qnn/qnn/experiment"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

// call is a command line beside which flags are tried.
type call struct {
	args   string            // blanks separate arguments; DIR is the folder of the fixtures
	values map[string]string // of flags, where they are others than those of the command
	// quiet names flags that change nothing here though they act, with the reason.
	quiet map[string]string
}

// TestEveryFlagActs calls each command with each of its flags set to something else than
// the default: what the command writes changes, or it says why not.
func TestEveryFlagActs(t *testing.T) {
	if testing.Short() {
		t.Skip("slow; the whole form of the tests runs it")
	}
	dir := fixtures(t)
	csv := map[string]string{"label": "a", "classes": "u,v", "categorical": "b", "ignore": "b", "keep": "z", "task": "regression"}
	train := map[string]string{
		"data": "wine", "label": "x", "classes": "0,1", "categorical": "x", "ignore": "x", "missing": "drop", "task": "regression",
		"samples": "60", "noise": "0.2", "test": "0.3", "validation": "0.4",
		"features": "2", "qubits": "5", "encoding": "angle-rx", "ansatz": "two-local", "entanglement": "full", "layers": "2",
		"epochs": "2", "batch": "7", "lr": "0.01", "momentum": "0.5", "nesterov": "true", "optimizer": "sgd", "loss": "mse",
		"keep": "x", "separator": "x", "header": "no", "decimal": ",", "dates": "day-first", "max-levels": "5", "merge-rare": "60", "test-data": "DIR/moons.csv",
		"patience": "1", "seed": "3", "gradient": "parameter-shift", "backend": "q", "precision": "single",
	}
	device := map[string]string{
		"format": "openqasm2", "sample": "1", "data": "DIR/moons.csv", "target": "line-3", "samples": "0,2", "shots": "77", "level": "0",
		"objective": "error", "effort": "0.5", "symbolic": "true", "gradient": "true", "batch": "2", "prices": "DIR/prices.json", "out": "other",
	}
	programs := map[string]string{
		"shots": "9", "seed": "4", "probabilities": "true", "state": "true", "expect": "ZZ", "set": "x=1", "precision": "single", "histogram": "h.png",
		"include": "DIR", "strict": "true",
	}
	draws := map[string]string{"features": "3", "qubits": "6", "encoding": "angle-rx", "ansatz": "two-local", "layers": "1", "entanglement": "full", "ascii": "true", "width": "30", "format": "svg", "set": "x=1", "include": "DIR", "strict": "true"}
	routes := map[string]string{"target": "line-6", "targets": "true", "level": "0", "seed": "5", "trials": "1", "layout": "1,2", "set": "x=1", "include": "DIR", "strict": "true", "verify": "true", "objective": "error", "effort": "0.5"}
	shortest := map[string]string{"level": "two layers on two qubits have nothing to shorten", "effort": "a short circuit needs no search"}
	form := map[string]string{"missing": "drop", "separator": "x", "header": "no", "strict": "true"}
	numbers := map[string]string{"missing": "no cell is missing", "strict": "there are no categories"}
	short := "two epochs have no room for it"
	moons := map[string]string{
		"patience": short, "classes": "there are two classes", "features": "there are two columns", "entanglement": "two qubits are one pair",
	}
	// The program includes no file of a folder and has nothing that --strict refuses.
	plain := map[string]string{"include": "it includes nothing", "strict": "it is strict"}
	compared := map[string]string{"verify": "small programs are compared anyway"}
	calls := []call{
		{args: "train --data iris --reduce pca --epochs 5 --lr 2", values: train},
		{args: "train --data iris --reduce pca --optimizer lbfgs --epochs 3", values: train, quiet: map[string]string{"patience": short}},
		{args: "train --data iris --reduce pca --optimizer sgd --momentum 0.9 --epochs 5 --lr 3", values: train},
		{args: "train --data moons --reduce pca --samples 80 --epochs 2 --validation 0 --ansatz strongly-entangling", values: train, quiet: moons},
		{args: "train --data sine --reduce pca --samples 40 --epochs 3", values: train, quiet: map[string]string{"patience": short, "loss": "it is the default for numbers"}},
		{args: "train --data moons --reduce pca --samples 40 --epochs 1 --backend q", values: train, quiet: with(moons, map[string]string{"gradient": "it is the default of this backend"})},
		{args: "train --data moons --reduce pca --samples 60 --epochs 1 --encoding amplitude", values: train, quiet: moons},
		{args: "train --data DIR/small.csv --reduce pca --epochs 1", values: with(train, csv), quiet: with(moons, map[string]string{"missing": "no cell is missing", "dates": "there are none", "max-levels": "there are no categories"})},
		{args: "export DIR/run", values: device},
		{args: "export DIR/run --target line-2 --samples 0-3", values: device, quiet: shortest},
		{args: "export DIR/run --target braket", values: device},
		{args: "export DIR/run --target ibm --sample 0", values: device, quiet: shortest},
		{args: "export DIR/run --target ionq-forte --gradient", values: device, quiet: map[string]string{"effort": "a short circuit needs no search"}},
		{args: "simulate DIR/bell.qasm", values: programs, quiet: with(plain, map[string]string{"precision": "counts do not depend on it"})},
		{args: "simulate DIR/bell.qasm --probabilities", values: programs, quiet: plain},
		{args: "simulate DIR/bell.qasm --state", values: programs, quiet: plain},
		{args: "simulate DIR/bell.qasm --expect XX+0.3*ZI", values: programs, quiet: plain},
		{args: "draw", values: draws},
		{args: "draw DIR/run", values: draws},
		{args: "draw DIR/bell.qasm", values: with(draws, map[string]string{"width": "10"}), quiet: plain},
		{args: "draw --format svg", values: with(draws, map[string]string{"format": "text"})},
		{args: "transpile DIR/bell.qasm --target line-4", values: routes, quiet: with(with(plain, compared), map[string]string{"seed": "every layout fits", "trials": "every layout fits", "effort": "every layout fits"})},
		{args: "transpile DIR/bell.qasm --target line-4 --layout 0,1", values: routes, quiet: with(with(plain, compared), map[string]string{"effort": "the layout is given and fits"})},
		{args: "transpile --targets", values: routes},
		{args: "data", values: map[string]string{"samples": "20", "features": "3", "noise": "0.1", "seed": "2"}},
		{args: "data iris --out -", values: map[string]string{"samples": "20", "features": "3", "noise": "0.1", "seed": "2"}},
		{args: "data parity --out -", values: map[string]string{"samples": "20", "features": "3", "noise": "0.1", "seed": "2"}, quiet: map[string]string{"seed": "all bit strings are there"}},
		{args: "data blobs --out -", values: map[string]string{"samples": "20", "features": "3", "noise": "0.3", "seed": "2"}},
		{args: "evaluate DIR/run", values: with(form, map[string]string{"data": "DIR/moons.csv"})},
		{args: "evaluate DIR/run --data DIR/moons.csv", values: form, quiet: numbers},
		{args: "predict DIR/run --data DIR/moons.csv", values: form, quiet: numbers},
		{args: "compare DIR/run", values: map[string]string{"seeds": "2", "no-baselines": "true", "baselines": "knn"}},
		{args: "version", values: map[string]string{"licenses": "true"}},
		{args: "version --licenses", values: map[string]string{"json": "true"}},
	}
	for _, c := range calls {
		t.Run(c.args, func(t *testing.T) { c.try(t, dir) })
	}
	// Commands whose flags have tests of their own, or that have none.
	elsewhere := []string{"accept", "bench", "completion", "help", "inspect", "man", "results"}
	for _, name := range commandNames(newRoot(Streams{Out: io.Discard, Err: io.Discard})) {
		if !slices.Contains(elsewhere, name) && !slices.ContainsFunc(calls, func(c call) bool { return strings.Fields(c.args)[0] == name }) {
			t.Errorf("no call of %s", name)
		}
	}
}

// with is a with the entries of b in place of its own.
func with(a, b map[string]string) map[string]string {
	out := maps.Clone(a)
	maps.Copy(out, b)
	return out
}

// fixtures makes a folder with what the calls read.
func fixtures(t *testing.T) string {
	dir := t.TempDir()
	command(t, 0, "train", "--data", "moons", "--samples", "60", "--epochs", "1", "--reduce", "pca", "--layers", "2", "--out", filepath.Join(dir, "run"), "--no-baselines", "--quiet")
	command(t, 0, "data", "moons", "--samples", "30", "--out", filepath.Join(dir, "moons.csv"))
	var table strings.Builder
	table.WriteString("a,b,y\n")
	for i := range 40 {
		table.WriteString([]string{"1,2,u\n", "2,1,v\n", "1.5,3,u\n", "4,1,v\n"}[i%4])
	}
	for name, text := range map[string]string{
		"small.csv":   table.String(),
		"bell.qasm":   "OPENQASM 3.0;\ninclude \"stdgates.inc\";\nqubit[2] q;\nh q[0];\ncx q[0],q[1];\nrz(0.2) q[0];\ncx q[0],q[1];\nry(0.1) q[0];\n",
		"prices.json": strings.ReplaceAll(read(t, "../../../circuits/qpu/prices.json"), "0.30", "0.40"),
	} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

// neverIdle are flags about the output and the baselines, tested elsewhere.
var neverIdle = []string{"json", "quiet", "help", "out", "config", "resume", "no-baselines", "baselines"}

// The calls of train give --reduce, which TestReduce tries, so that none of them searches.

// try calls c with each flag of its command.
func (c call) try(t *testing.T, dir string) {
	args := strings.Fields(strings.ReplaceAll(c.args, "DIR", dir))
	found, _, err := newRoot(Streams{}).Find(args)
	if err != nil {
		t.Fatal(err)
	}
	base, failed := effect(t, found, args)
	if failed != "" {
		t.Fatalf("%s: %s", c.args, failed)
	}
	found.Flags().VisitAll(func(f *pflag.Flag) {
		value, known := c.values[f.Name]
		switch {
		case slices.Contains(args, "--"+f.Name) || c.quiet[f.Name] != "" || slices.Contains(neverIdle, f.Name) && !known:
			return
		case !known:
			t.Errorf("no value to try --%s with: give it one", f.Name)
			return
		}
		got, failed := effect(t, found, append(slices.Clone(args), "--"+f.Name+"="+strings.ReplaceAll(value, "DIR", dir)))
		if failed == "" && got == base {
			t.Errorf("--%s %s changes nothing and nothing says so", f.Name, value)
		}
		if failed != "" && !strings.Contains(failed, f.Name) && !strings.Contains(failed, value) {
			t.Errorf("--%s %s is refused by words that do not name it: %s", f.Name, value, failed)
		}
	})
}

// clock matches times and names that differ from call to call.
var clock = regexp.MustCompile(`<?\d+\.\d+ s|runs/\S+|\d{4}-\d\d-\d\d\S*`)

// effect is what a command writes, to its streams and to files; failed is its error.
func effect(t *testing.T, c *cobra.Command, args []string) (written, failed string) {
	dir := t.TempDir()
	t.Chdir(dir)
	if c.Name() == "train" {
		return trainingEffect(t, args[1:])
	}
	var out, errs bytes.Buffer
	if code := run(context.Background(), args, Streams{In: strings.NewReader(""), Out: &out, Err: &errs}); code != 0 {
		return "", errs.String()
	}
	var b strings.Builder
	b.WriteString(out.String() + errs.String())
	err := filepath.WalkDir(".", func(path string, d os.DirEntry, err error) error {
		if err == nil && !d.IsDir() {
			b.WriteString(path + read(t, path))
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return clock.ReplaceAllString(b.String(), ""), ""
}

// trainingEffect is what train makes of its settings, without the pictures of a report.
func trainingEffect(t *testing.T, args []string) (written, failed string) {
	o := &trainOptions{Streams: Streams{Out: io.Discard, Err: io.Discard}, Mute: true}
	o.Baselines.Names = []string{"none"}
	flags := settingFlags(&o.Settings)
	if err := flags.Parse(args); err != nil {
		t.Fatal(err)
	}
	var r *experiment.Run
	err := o.configure(flags)
	if err == nil {
		r, _, err = o.open(context.Background())
	}
	if err == nil {
		err = errors.Join(r.Begin(), r.Fit(context.Background()))
	}
	if err != nil {
		return "", message(err)
	}
	defer r.Close()
	if err := r.Model.Save(experiment.ModelFile); err != nil {
		t.Fatal(err)
	}
	return read(t, experiment.ModelFile) + read(t, r.Dir, experiment.MetricsFile), ""
}
