package cli

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/qnn-go/qnn/qnn/experiment"

	"github.com/qnn-go/qnn/qnn/search"
)

// TestReduce: every reducer makes another model, which the settings name, and whose
// features the report explains.
func TestReduce(t *testing.T) {
	if testing.Short() {
		t.Skip("slow; the whole form of the tests runs it")
	}
	models := map[string]string{}
	for _, name := range search.Reducers() {
		dir := filepath.Join(t.TempDir(), "run")
		out, _ := command(t, 0, "train", "--data", "wine", "--classes", "class_0,class_1,class_2", "--reduce", name, "--epochs", "1", "--layers", "1", "--out", dir, "--no-baselines")
		report, model := read(t, dir, experiment.ReportFile), read(t, dir, experiment.ModelFile)
		if other := models[model]; other != "" {
			t.Errorf("%s and %s are one model", name, other)
		}
		models[model] = name
		if !strings.Contains(read(t, dir, experiment.ConfigFile), "reduce: "+name+"\n") {
			t.Errorf("the settings do not name %s", name)
		}
		explained := strings.Contains(report, "What the features are made of") && strings.Contains(report, "proline") && strings.Contains(out, "of 13 columns by "+name)
		if explained == (name == search.None) {
			t.Errorf("%s: report\n%s\n%s", name, report, out)
		}
		if _, err := os.Stat(filepath.Join(dir, experiment.SearchFile)); err == nil {
			t.Errorf("%s: a search was made", name)
		}
		command(t, 0, "evaluate", dir)
	}
}

// TestChosenRunRepeats: the settings of a run that searched make the same run without a
// search, resuming keeps the trials, and other seeds search again.
func TestChosenRunRepeats(t *testing.T) {
	first, second := filepath.Join(t.TempDir(), "run"), filepath.Join(t.TempDir(), "run")
	_, progress := command(t, 0, "train", "--data", "wine", "--samples", "0", "--features", "3", "--epochs", "2", "--out", first, "--no-baselines")
	if strings.Count(progress, "search  ") < 5 {
		t.Errorf("progress without trials:\n%s", progress)
	}
	_, progress = command(t, 0, "train", "--config", filepath.Join(first, experiment.ConfigFile), "--out", second, "--no-baselines")
	if strings.Contains(progress, "search") {
		t.Errorf("the settings of a run search:\n%s", progress)
	}
	for _, name := range []string{experiment.ModelFile, experiment.MetricsFile, experiment.ConfigFile} {
		if read(t, first, name) != read(t, second, name) {
			t.Errorf("%s differs", name)
		}
	}
	var found search.Result
	if err := json.Unmarshal([]byte(read(t, first, experiment.SearchFile)), &found); err != nil {
		t.Fatal(err)
	}
	if found.Fixed.Features != 3 || found.Best.Features != 3 || len(found.Trials) < 5 {
		t.Errorf("search %+v", found)
	}
	command(t, 0, "train", "--resume", first, "--epochs", "3", "--no-baselines", "-q")
	if report := read(t, first, experiment.ReportFile); !strings.Contains(report, "How it was chosen") || !strings.Contains(report, "**") {
		t.Errorf("the report of a resumed run does not say how it was chosen:\n%s", report)
	}
	for text, want := range map[string]string{"{": "Remove the file", `{"best":{"reduce":"x"}}`: "unknown reducer"} {
		if err := os.WriteFile(filepath.Join(first, experiment.SearchFile), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		refuse(t, exitData, want, "compare", first, "--seeds", "2", "--no-baselines", "-q")
	}
}

// TestOlderSettings: those of a run from before there was a choice mean principal
// components.
func TestOlderSettings(t *testing.T) {
	file := writeFile(t, "config.yaml", "data: wine\nfeatures: 4\nqubits: 4\nansatz: reuploading\nlayers: 1\nepochs: 1\n")
	dir := filepath.Join(t.TempDir(), "run")
	_, progress := command(t, 0, "train", "--config", file, "--out", dir, "--no-baselines")
	if strings.Contains(progress, "search") || !strings.Contains(read(t, dir, experiment.ConfigFile), "reduce: pca") {
		t.Errorf("progress\n%s\nsettings\n%s", progress, read(t, dir, experiment.ConfigFile))
	}
}
