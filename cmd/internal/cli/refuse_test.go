package cli

import (
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/qnn-go/qnn/qnn/experiment"

	"github.com/qnn-go/qnn/internal/seal"
)

// refuse runs a command line that must fail with the given exit code and one line on
// standard error that starts with qnn: and holds want; nothing may be left behind.
func refuse(t *testing.T, code int, want string, args ...string) {
	t.Helper()
	_, errs := command(t, code, args...)
	if !strings.HasPrefix(errs, "qnn: ") || strings.Count(errs, "\n") != 1 || !strings.Contains(errs, want) {
		t.Errorf("qnn %s: want one line with %q, got\n%s", strings.Join(args, " "), want, errs)
	}
}

func TestRefusals(t *testing.T) {
	t.Chdir(t.TempDir())
	file := func(text string) string { return writeFile(t, "t.csv", text) }
	good := file("a,b,y\n1,2,u\n2,1,v\n1,3,u\n4,1,v\n1,2,u\n2,1,v\n1,3,u\n4,1,v\n1,2,u\n2,1,v\n")
	blocked := writeFile(t, "blocked", "a file where a directory is asked for")
	for _, tt := range []struct {
		code int
		want string
		args string
	}{
		{2, `did you mean "train"`, "trian"},
		{2, "unexpected argument", "train data.csv"},
		{2, "did you mean --encoding", "train --encodign ry"},
		{2, "not a whole number", "train --layers many"},
		{2, "must be at least 1", "train --epochs 0"},
		{2, "must be at least 1", "train --batch -3"},
		{2, "must be at least 0", "train --layers -1"},
		{2, "must be between", "train --lr -0.1"},
		{2, "must be between", "train --lr NaN"},
		{2, "must be between", "train --test 1.5"},
		{2, `did you mean "adam"`, "train --optimizer adm"},
		{2, "momentum", "train --optimizer adam --momentum 0.9"},
		{2, "choose one of", "train --encoding foo"},
		{2, `did you mean "two-local"`, "train --ansatz two-lcal"},
		{2, `did you mean "hinge"`, "train --loss hing"},
		{2, "numbers to predict", "train --data sine --loss hinge"},
		{2, "backend", "train --backend qq"},
		{2, "gradient method", "train --gradient shift"},
		{2, "needs --backend native", "train --backend q --gradient adjoint"},
		{2, `did you mean "iris"`, "train --data iriss"},
		{2, "turns only phases", "train --encoding rz --ansatz two-local"},
		{2, "at least 2 layers", "train --encoding rz --layers 1"},
		{2, "did you mean --data iris", "train iris"},
		{2, `did you mean "train"`, "help trian"},
		{2, "unknown shorthand flag", "-x"},
		{2, "needs an argument", "train --epochs"},
		{2, "too large", "train --epochs 99999999999999999999"},
		{2, "not a whole number from 0", "train --seed -1"},
		{2, "not a truth value", "train --nesterov=2"},
		{2, "must be at least 1", "train --epochs -1"},
		{2, "must be between", "train --lr 1e300"},
		{2, "must be between", "train --lr inf"},
		{2, "must be between", "train --validation 1"},
		{2, "nothing to report", "train --test 0"},
		{2, "reads its data again", "train --data -"},
		{2, `did you mean "drop"`, "train --missing drp"},
		{2, `did you mean "regression"`, "train --task regresion"},
		{2, `did you mean "linear"`, "train --entanglement liner --ansatz two-local"},
		{2, "at least 2", "train --data iris --encoding zz --features 1"},
		{2, "--lr 0.1 has no effect", "train --optimizer lbfgs --lr 0.1"},
		{2, "free", "train --qubits 40 --backend q"},
		{2, "free", "train --qubits 1000000 --ansatz two-local --entanglement full"},
		{2, "unexpected argument", "data iris wine"},
		{2, "unexpected argument", "draw a b"},
		{2, `did you mean "hea"`, "bench --workload hae"},
		{2, "choose from", "bench --workload="},
		{2, "at least 3", "bench --qubits 2"},
		{2, "free. Use fewer qubits", "bench --workload grad --qubits 50"},
		{2, "must be between 1 and", "bench --qubits 4 --threads 0"},
		{2, "must be between 1 and", "bench --qubits 4 --threads 1000000"},
		{2, "not a list", "bench --qubits many"},
		{2, "unexpected argument", "bench hea"},
		{2, "unexpected argument", "predict a b"},
		{2, "must be between", "train --data moons --noise NaN"},
		{65, "too few samples", "train --data moons --samples 3"},
		{2, "cells are possible", "train --data moons --samples 1000000000"},
		{74, "run directory", "predict absent --data absent.csv"},
		{74, "A part of that path is a file", "train --data iris --out " + blocked},
		{65, "not finite", "train --data " + file("a,b,y\n1,2,u\n2,1e400,v\n1,3,u\n")},
		{65, "no column besides the label", "train --data " + file("y\nu\nv\nu\nv\n")},
		{65, "Columns are numbered", "train --data " + good + " --label 9"},
		{65, "use --task classification", "train --data " + good + " --task regression"},
		{65, `did you mean "a"`, "train --data " + good + " --ignore aa"},
		{2, "6 features do not fit on 4 qubits", "train --features 6 --qubits 4"},
		{2, "the data has 4", "train --data iris --features 5"},
		{2, `did you mean "pls"`, "train --reduce psl"},
		{2, "lda gives at most 2", "train --data iris --reduce lda --features 3"},
		{2, "--reduce none keeps all 30", "train --reduce none --features 4"},
		{2, "has numbers to predict", "train --data sine --reduce lda"},
		{2, "entanglement", "train --ansatz strongly-entangling --entanglement full"},
		{2, "TiB; this machine has", "train --qubits 40"},
		{2, "GiB free", "train --qubits 60"},
		{2, "free", "train --qubits 1000"},
		{2, "qubits", "train --qubits 100000000"},
		{2, "qubits", "train --encoding amplitude --qubits 60"},
		{2, "setosa", "train --data iris --classes setosa,lily"},
		{2, "did you mean", "train --data iris --classes setosa,versicolour"},
		{2, "CSV", "train --data iris --label species"},
		{2, "fixed", "train --data iris --samples 10"},
		{2, "--resume continues", "train --resume r --out s"},
		{74, "no such file", "train --data absent.csv"},
		{74, "no such file", "train --config absent.yaml"},
		{74, "not a run directory", "train --resume absent"},
		{74, "directory", "train --out " + blocked + "/run"},
		{74, "directory", "train --data " + t.TempDir() + "/"},
		{65, "label column", "train --data " + good + " --label z"},
		{65, "not a number", "train --data " + file("a,b,y\n1,2,u\n2,q,v\n1,3,u\n")},
		{65, "Use --missing drop|mean", "train --data " + file("a,b,y\n1,2,u\n2,,v\n1,3,u\n")},
		{65, "Use --missing drop|mean", "train --data " + file("a,b,y\n1,2,u\n2,NaN,v\n1,3,u\n")},
		{65, "not finite", "train --data " + file("a,b,y\n1,2,u\n2,Inf,v\n1,3,u\n")},
		{65, "one class only", "train --data " + file("a,b,y\n1,2,u\n2,3,u\n")},
		{65, "wrong number of fields", "train --data " + file("a,b,y\n1,2,u\n2,3\n")},
		{65, "quote", "train --data " + file("a,b,y\n1,\"2,u\n")},
		{65, "no data", "train --data " + file("")},
		{65, "no data", "train --data " + file("a,b,y\n")},
		{65, "UTF-8", "train --data " + file("a,b,y\n\xff\xfe,2,u\n")},
		{65, "too few samples", "train --data " + file("a,b,y\n1,2,u\n2,1,v\n")},
		{2, "--data is needed", "predict absent"},
		{2, "RUN", "predict"},
		{74, "no such file", "predict absent --data " + good},
		{74, "not a run directory", "evaluate absent"},
		{2, "one or more run directories", "compare"},
		{2, `did you mean "openqasm3"`, "export absent --format openqasm"},
		{2, "did you mean", "data mons"},
		{2, "--out needs the name", "data --out x.csv"},
		{2, "must be at least 1", "draw --layers 0"},
		{2, "fewer", "draw --qubits 100000000"},
		{2, "fewer layers", "train --layers 1000000000"},
	} {
		refuse(t, tt.code, tt.want, strings.Fields(tt.args)...)
	}
	if entries, err := os.ReadDir("."); err != nil || len(entries) != 0 {
		t.Errorf("left behind: %v, %v", entries, err)
	}
}

func TestRefusedConfigurations(t *testing.T) {
	for _, tt := range []struct {
		code       int
		want, text string
	}{
		{2, `:2: "layrs": unknown setting; did you mean "layers"?`, "data: iris\nlayrs: 3\n"},
		{2, ":1: layers", "layers: [1, {a: 2}]\n"},
		{2, "set twice", "layers: 1\nlayers: 2\n"},
		{2, "not a whole number", "layers: three\n"},
		{65, "not a mapping", "- layers\n"},
		{65, "yaml", "a: [\n"},
	} {
		refuse(t, tt.code, tt.want, "train", "--config", writeFile(t, "c.yaml", tt.text))
	}
	t.Setenv("QNN_LAYERS", "many")
	refuse(t, exitUsage, "QNN_LAYERS", "train", "--data", "iris")
}

// TestRefusedRuns damages a finished run in many ways.
func TestRefusedRuns(t *testing.T) {
	table := "a,b,y\n" + strings.Repeat("1,2,u\n2,1,v\n1.5,3,u\n4,1,v\n", 6)
	data := writeFile(t, "t.csv", table)
	dir := quick(t, "--data", data)
	model, checkpoint := read(t, dir, experiment.ModelFile), read(t, dir, experiment.CheckpointFile)
	damage := func(name, text string) func() {
		old := read(t, dir, name)
		put(t, filepath.Join(dir, name), text)
		return func() { put(t, filepath.Join(dir, name), old) }
	}
	samples := writeFile(t, "s.csv", "a,b\n1,2\n")
	for _, tt := range []struct {
		file, text string
		code       int
		want       string
		args       []string
	}{
		{experiment.ModelFile, model[:len(model)/2], 65, experiment.ModelFile, []string{"predict", dir, "--data", samples}},
		{experiment.ModelFile, "{}", 65, experiment.ModelFile, []string{"evaluate", dir}},
		{experiment.ModelFile, resealed(t, strings.Replace(model, `"version": 1`, `"version": 9`, 1)), 65, "newer", []string{"export", dir}},
		{experiment.CheckpointFile, checkpoint[:len(checkpoint)-9], 65, experiment.CheckpointFile, []string{"train", "--resume", dir}},
		{experiment.CheckpointFile, strings.Replace(checkpoint, `"epoch":2`, `"epoch":3`, 1), 65, "checksum", []string{"train", "--resume", dir}},
		{experiment.ConfigFile, "layers: 1\nunknown: 2\n", 65, "unknown", []string{"train", "--resume", dir}},
		{experiment.EnvironmentFile, "{", 65, experiment.EnvironmentFile, []string{"evaluate", dir}},
		{experiment.ModelFile, "", 65, "whole copy", []string{"draw", dir}},
		{experiment.ModelFile, "{\"format\": \"other\"}", 65, "other", []string{"predict", dir, "--data", samples}},
		{experiment.CheckpointFile, "", 65, "Start a new run", []string{"train", "--resume", dir}},
		{experiment.CheckpointFile, checkpoint + "x", 65, experiment.CheckpointFile, []string{"train", "--resume", dir}},
		{experiment.CheckpointFile, "QNNCKPT\x09" + checkpoint[8:], 65, "version 9", []string{"train", "--resume", dir}},
		{experiment.TimingFile, "a,b,c\n", 65, "Remove the file", []string{"train", "--resume", dir}},
		{experiment.TimingFile, "epoch,seconds\n1,x\n", 65, "Remove the file", []string{"compare", dir}},
		{experiment.ConfigFile, ": :{", 65, experiment.ConfigFile, []string{"evaluate", dir}},
	} {
		mend := damage(tt.file, tt.text)
		refuse(t, tt.code, tt.want, tt.args...)
		mend()
	}
	refuse(t, exitData, "layers 4, asked for 3", "train", "--resume", dir, "--layers", "3")
	refuse(t, exitData, "seed 0, asked for 2", "train", "--resume", dir, "--seed", "2")
	refuse(t, exitUsage, "has 2 epochs already", "train", "--resume", dir, "--epochs", "1")
	refuse(t, exitUsage, "directory is not empty", "train", "--data", data, "--out", dir)
	refuse(t, exitUsage, "there are 5 samples", "export", dir, "--sample", "5")
	refuse(t, exitUsage, "there are 5 samples", "export", dir, "--sample", "-1")
	refuse(t, exitIO, "no such file", "export", dir, "--out", filepath.Join(dir, "absent", "x.qasm"))
	refuse(t, exitData, "b", "predict", dir, "--data", writeFile(t, "w.csv", "a,c\n1,2\n"))
	refuse(t, exitData, "no label column", "evaluate", dir, "--data", samples)
	refuse(t, exitUsage, "at least 2 seeds", "compare", dir, "--seeds", "1")
	refuse(t, exitData, "no data", "predict", dir, "--data", writeFile(t, "e.csv", ""))
	refuse(t, exitData, "Use --missing drop|mean", "predict", dir, "--data", writeFile(t, "m.csv", "a,b\n1,\n"))
	refuse(t, exitUsage, `did you mean "mean"`, "predict", dir, "--data", samples, "--missing", "men")
	refuse(t, exitData, "wrong number of columns", "predict", dir, "--data", writeFile(t, "p.csv", "1,2,3,4\n"))
	refuse(t, exitData, `class "w": unknown`, "evaluate", dir, "--data", writeFile(t, "c.csv", "a,b,y\n1,2,w\n"))
	command(t, 0, "predict", dir, "--data", writeFile(t, "c.csv", "a,b,y\n1,2,w\n")) // which needs no labels
	put(t, data, strings.Replace(table, "1.5", "1.6", 1))
	refuse(t, exitData, "has changed", "evaluate", dir)
	refuse(t, exitData, "has changed", "train", "--resume", dir)
	if err := os.Remove(filepath.Join(dir, experiment.ModelFile)); err != nil {
		t.Fatal(err)
	}
	refuse(t, exitIO, "--resume", "predict", dir, "--data", samples)
	put(t, data, table)
	if err := os.Remove(filepath.Join(dir, experiment.CheckpointFile)); err != nil {
		t.Fatal(err)
	}
	refuse(t, exitIO, "qnn train --config", "train", "--resume", dir)
}

func TestUnknownLevel(t *testing.T) {
	data := writeFile(t, "t.csv", "a,colour,y\n"+strings.Repeat("1,red,u\n2,blue,v\n", 10))
	dir := quick(t, "--data", data)
	samples := writeFile(t, "s.csv", "a,colour\n1,pink\n1,grey\n2,pink\n")
	refuse(t, exitData, `"pink", "grey" (known are "blue", "red")`, "predict", dir, "--data", samples, "--strict")
	out, errs := command(t, 0, "predict", dir, "--data", samples, "--json")
	for _, want := range []string{`level "pink" is new to the model and counts as no level (zeros), in 2 rows`, `level "grey"`, "--strict"} {
		if !strings.Contains(errs, want) {
			t.Errorf("no %q in %s", want, errs)
		}
	}
	var p experiment.Predictions
	if err := json.Unmarshal([]byte(out), &p); err != nil || len(p.Unseen) != 2 || p.Unseen[0].Rows != 2 || p.Unseen[0].As != "" || p.Samples != 3 {
		t.Errorf("%v: %s", err, out)
	}
	if _, errs := command(t, 0, "predict", dir, "--data", samples, "--quiet"); errs != "" {
		t.Errorf("quiet, and yet %s", errs)
	}
}

// TestUnusablePlaces: a run that cannot begin leaves nothing behind.
func TestUnusablePlaces(t *testing.T) {
	home := t.TempDir()
	t.Chdir(home)
	put(t, "runs", "a file where the directory of runs goes")
	refuse(t, exitIO, "A part of that path is a file", "train", "--data", "iris", "--quiet")
	refuse(t, exitIO, "runs", "train", "--data", "iris", "--quiet", "--out", "runs/a/b")
	if _, err := os.Stat("/proc/self"); err == nil {
		refuse(t, exitIO, "/proc/qnn", "train", "--data", "iris", "--quiet", "--out", "/proc/qnn")
	}
	left, err := os.ReadDir(home)
	if err != nil || len(left) != 1 {
		t.Errorf("left behind: %v, %v", left, err)
	}
}

// resealed is a JSON file with a right checksum.
func resealed(t *testing.T, text string) string {
	t.Helper()
	out, err := seal.Renew([]byte(text), " ")
	if err != nil {
		t.Fatal(err)
	}
	return string(out)
}

func put(t *testing.T, path, text string) {
	t.Helper()
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}

// TestPrintable: a message is one line of text, whatever names are in it.
func TestPrintable(t *testing.T) {
	for text, want := range map[string]string{
		"a name": "a name", "é ⟨Z⟩": "é ⟨Z⟩", "\x1b[31m": `\x1b[31m`, "a\xffb": `a\xffb`, "\u202e": `\u202e`, "\uFFFD": "\uFFFD", "\x00": `\x00`,
	} {
		if got := printable(text); got != want {
			t.Errorf("printable(%q) = %q, want %q", text, got, want)
		}
	}
	if got := message(errors.New("column \"a\nb\xdc\x1b\"")); got != `column "a b\xdc\x1b"` {
		t.Errorf("message %q", got)
	}
}

// TestDiverged: a training that grows beyond numbers ends as one on bad data does, be it by
// the settings or by what a checkpoint holds.
func TestDiverged(t *testing.T) {
	refuse(t, exitData, "lower the learning rate", "train", "--data", "sine", "--reduce", "pca", "--layers", "1", "--optimizer", "sgd", "--lr", "1e6", "--momentum", "0.99",
		"--epochs", "60", "--patience", "-1", "--no-baselines", "-q", "--out", filepath.Join(t.TempDir(), "run"))
}
