package cli

import (
	"strings"
	"testing"
)

// The shell is offered the values that a flag or an argument takes.
func TestCompletion(t *testing.T) {
	t.Chdir(t.TempDir())
	command(t, 0, "train", "--data", "moons", "--samples", "40", "--epochs", "1", "--no-baselines", "--quiet")
	for line, want := range map[string]string{
		"train --encoding ":           "amplitude",
		"train --ansatz ":             "reuploading",
		"train --data ":               "breast-cancer",
		"train --optimizer ":          "lbfgs",
		"train --gradient ":           "parameter-shift",
		"train --missing ":            "drop",
		"train --resume ":             "runs/moons-0001",
		"evaluate ":                   "runs/moons-0001",
		"draw ":                       "runs/moons-0001",
		"export runs/moons --target ": "iqm-garnet",
		"export runs/moons --format ": "openqasm2",
		"transpile x --target ":       "ibm-heron-r2",
		"bench --workload ":           "hea",
		"data ":                       "moons",
	} {
		out, _ := command(t, 0, append([]string{"__complete"}, append(strings.Fields(line), "")...)...)
		if !strings.Contains("\n"+out, "\n"+want+"\n") {
			t.Errorf("qnn %s: %q is not offered:\n%s", line, want, out)
		}
	}
}
