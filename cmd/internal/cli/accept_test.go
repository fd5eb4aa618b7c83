package cli

import (
	"crypto/sha256"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"runtime"
	"strings"
	"testing"

	"github.com/qnn-go/qnn/qnn/experiment"
)

// edit replaces the first match of a pattern in a file.
func edit(t *testing.T, path, pattern, by string) {
	t.Helper()
	text := read(t, path)
	at := regexp.MustCompile(pattern).FindStringIndex(text)
	if at == nil {
		t.Fatalf("%s holds no %s", path, pattern)
	}
	put(t, path, text[:at[0]]+by+text[at[1]:])
}

// TestEditedFiles: a file that carries a checksum is refused after any edit, until that
// is accepted; and without one, as older programs wrote it, it is read.
func TestEditedFiles(t *testing.T) {
	t.Chdir(t.TempDir())
	command(t, 0, "train", "--data", "moons", "--samples", "60", "--layers", "1", "--epochs", "2", "--no-baselines", "-q", "--out", "first")
	export := func(run, to string) {
		command(t, 0, "export", run, "--target", "braket", "--gradient", "--batch", "2", "--out", to, "-q")
		runExactly(t, to, anyCircuit)
	}
	export("first", "export0")
	command(t, 0, "results", "export0", "--step", "-q", "--out", "run")
	export("run", "export")
	for _, tt := range []struct {
		file, accept   string
		pattern, by    string
		args           string
		unsealed, seal string
	}{
		{"run/model.json", "run", `\d,\n  `, "7,\n  ", "evaluate run", `,\s*"sha256": "[0-9a-f]+"`, ""},
		{"run/model.json", "run/model.json", `\d,\n  `, "3,\n  ", "predict run --data moons.csv", `,\s*"sha256": "[0-9a-f]+"`, ""},
		{"run/config.yaml", "run", `patience: 10`, "patience: 11", "evaluate run", `^# sha256[^\n]*\n`, ""},
		{"run/step.json", "run", `"shots": 0`, `"shots": 7`, "export run --target braket --gradient --batch 2 -q --out again", `,\s*"sha256": "[0-9a-f]+"`, ""},
		{"export/manifest.json", "export", `"features": \[\s*[-0-9.]+`, `"features": [0.25`, "results export --counts absent*", `,\s*"sha256": "[0-9a-f]+"`, ""},
		{"export/run/model.json", "export", `\d,\n  `, "7,\n  ", "results export --counts absent*", "", ""},
	} {
		command(t, 0, "data", "moons", "--out", "moons.csv")
		code := 0
		if strings.Contains(tt.args, "absent*") { // the manifest is read, and there are no results
			code = exitIO
		}
		command(t, code, strings.Fields(tt.args)...)
		if err := os.RemoveAll("again"); err != nil {
			t.Fatal(err)
		}
		before := read(t, tt.file)
		edit(t, tt.file, tt.pattern, tt.by)
		remedy := "qnn accept"
		if tt.unsealed == "" { // the hash of the manifest finds it
			remedy = "not the model that was exported"
		}
		refuse(t, exitData, remedy, strings.Fields(tt.args)...)
		command(t, 0, "accept", tt.accept)
		command(t, code, strings.Fields(tt.args)...)
		if err := os.RemoveAll("again"); err != nil {
			t.Fatal(err)
		}
		if after := read(t, tt.file); after == before {
			t.Errorf("%s: the edit is lost", tt.file)
		}
		if tt.unsealed != "" {
			edit(t, tt.file, tt.unsealed, "")
			command(t, code, strings.Fields(tt.args)...)
			if err := os.RemoveAll("again"); err != nil {
				t.Fatal(err)
			}
		}
		put(t, tt.file, before)
	}
}

func TestAcceptRefusals(t *testing.T) {
	dir := quick(t, "--data", "iris", "--layers", "1")
	model := filepath.Join(dir, experiment.ModelFile)
	before := read(t, model)
	edit(t, model, `"outputs": 3`, `"outputs": 4`)
	refuse(t, exitData, "needs 4", "accept", dir) // accepts what the numbers are, not nonsense
	put(t, model, before)
	config := filepath.Join(dir, experiment.ConfigFile)
	edit(t, config, "epochs: 2", "epochs: 0")
	refuse(t, exitData, "must be at least 1", "accept", dir)
	put(t, config, sealed("data: iris\ntest: 0\n"))
	refuse(t, exitData, "--test 0", "evaluate", dir)
	put(t, config, "")
	refuse(t, exitData, "it is empty", "evaluate", dir)
	put(t, config, strings.Replace("# sha256 "+strings.Repeat("0", 64)+" of what follows\nlayers: 1\n", "# sha256", "# sah256", 1))
	refuse(t, exitData, "the line with the checksum is damaged", "predict", dir, "--data", "x.csv")
	refuse(t, exitIO, "no such file", "accept", filepath.Join(dir, "absent"))
}

// sealed is the text of settings with a checksum before it.
func sealed(settings string) string {
	return fmt.Sprintf("# sha256 %x of what follows\n%s", sha256.Sum256([]byte(settings)), settings)
}

// TestAcceptNested: a file of lists in lists is refused before it is indented, which would
// take a thousand times its size.
func TestAcceptNested(t *testing.T) {
	dir := quick(t, "--data", "iris", "--layers", "1")
	deep := strings.Repeat("[", 2000) + strings.Repeat("]", 2000)
	edit(t, filepath.Join(dir, experiment.ModelFile), `\{`, `{"x": [`+strings.Repeat(deep+",", 100)+`1], `)
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	refuse(t, exitData, experiment.ModelFile, "accept", dir)
	runtime.ReadMemStats(&after)
	if used := after.TotalAlloc - before.TotalAlloc; used > 64<<20 {
		t.Errorf("takes %d MiB for %d kB", used>>20, len(deep)/10)
	}
}

// TestSettingsFiles: a settings file is read whole, or not at all.
func TestSettingsFiles(t *testing.T) {
	long := "layers: 1\n#" + strings.Repeat("x", maxConfigBytes-20) + "\nepochs: 12345678\n"
	for _, tt := range []struct{ want, text string }{
		{"over 1048576 bytes", long},
		{"a second YAML document", "layers: 1\n---\nlayers: 2\n"},
		{"Write a setting a line", "layers: 1\n---\n{\n"},
	} {
		refuse(t, exitData, tt.want, "train", "--config", writeFile(t, "c.yaml", tt.text))
	}
}
