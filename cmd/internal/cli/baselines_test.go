package cli

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"path/filepath"
	"strings"
	"testing"

	"github.com/qnn-go/qnn/qnn/experiment"

	"github.com/qnn-go/qnn/qnn/report"
)

// buried writes a table whose label is in two of thirty columns, none of them in a main
// direction of the variance: groups of columns that vary together hide them.
func buried(t *testing.T, rows int) string {
	t.Helper()
	rng := rand.New(rand.NewPCG(7, 0))
	var b strings.Builder
	for j := range 30 {
		fmt.Fprintf(&b, "c%d,", j)
	}
	b.WriteString("l\n")
	for range rows {
		shared := [4]float64{rng.NormFloat64(), rng.NormFloat64(), rng.NormFloat64(), rng.NormFloat64()}
		sum := 0.0
		for j := range 30 {
			v := rng.NormFloat64()
			if j < 2 {
				sum += v
			} else {
				v += 3 * shared[j%4]
			}
			fmt.Fprintf(&b, "%.4f,", v)
		}
		b.WriteString(map[bool]string{true: "a\n", false: "b\n"}[sum > 0])
	}
	return writeFile(t, "buried.csv", b.String())
}

// The baselines get all columns, find the label there, and the verdict is against the
// one that does best on the validation part.
func TestVerdictOnAllColumns(t *testing.T) {
	if testing.Short() {
		t.Skip("slow; the whole form of the tests runs it")
	}
	dir := filepath.Join(t.TempDir(), "run")
	out, _ := command(t, 0, "train", "--data", buried(t, 400), "--features", "4", "--epochs", "2", "--baselines", "logistic,svm-linear", "--out", dir, "--json", "--quiet")
	var s report.Summary
	if err := json.Unmarshal([]byte(out), &s); err != nil || len(s.Baselines) != 4 {
		t.Fatalf("%v: %s", err, out)
	}
	if s.Baselines[0].Accuracy < 0.9 || s.Baselines[0].Inputs != 30 {
		t.Errorf("logistic regression on all columns: %+v", s.Baselines[0])
	}
	best := s.Baselines[0]
	if b := s.Baselines[1]; *b.Selection > *best.Selection {
		best = b
	}
	if v := s.Verdict; v == nil || v.Baseline != best.Name || v.Features != "all" || v.Chosen != "validation" {
		t.Errorf("verdict %+v, want against %s", v, best.Name)
	}
	text := read(t, dir, experiment.ReportFile)
	for _, want := range []string{"| all 30 |", "| model's 4 |", "the best baseline on all columns by validation data", "was chosen on 64 validation samples"} {
		if !strings.Contains(text, want) {
			t.Errorf("the report lacks %q:\n%s", want, text)
		}
	}
}

func TestBaselineNames(t *testing.T) {
	if testing.Short() {
		t.Skip("slow; the whole form of the tests runs it")
	}
	for _, tt := range []struct{ data, names, want string }{
		{"iris", "knn,logistic", "logistic knn"},
		{"iris", "none", ""},
		{"iris", "all", "logistic svm-linear svm-rbf mlp knn forest"},
		{"sine", "ridge", "ridge"},
	} {
		out, _ := command(t, 0, "train", "--data", tt.data, "--reduce", "pca", "--epochs", "1", "--baselines", tt.names, "--out", filepath.Join(t.TempDir(), "r"), "--json", "--quiet")
		var s report.Summary
		if err := json.Unmarshal([]byte(out), &s); err != nil {
			t.Fatal(err)
		}
		var names []string
		for _, b := range s.Baselines {
			names = append(names, b.Name)
		}
		if got := strings.Join(names, " "); got != tt.want || (s.Verdict == nil) != (got == "") {
			t.Errorf("--baselines %s: %q with verdict %v, want %q", tt.names, got, s.Verdict, tt.want)
		}
	}
	refuse(t, exitUsage, `did you mean "forest"`, "train", "--baselines", "forrest")
	refuse(t, exitUsage, "none stands alone", "train", "--baselines", "none,knn")
	refuse(t, exitUsage, "--baselines ridge is for numbers, and the labels are classes", "train", "--data", "iris", "--baselines", "ridge")
	refuse(t, exitUsage, "--baselines logistic is for classes, and the labels are numbers", "train", "--data", "sine", "--baselines", "logistic")
	refuse(t, exitUsage, "Give one of them", "train", "--baselines", "knn", "--no-baselines")
	refuse(t, exitUsage, "is empty", "train", "--baselines", "")
	refuse(t, exitUsage, `did you mean "mlp"`, "compare", "--baselines", "mpl", "nowhere")
}

// One class in forty: the terminal says that the accuracy shows nothing, and how well
// the probabilities order the samples.
func TestRareClass(t *testing.T) {
	rng := rand.New(rand.NewPCG(3, 0))
	var b strings.Builder
	b.WriteString("a,b,l\n")
	for i := range 400 {
		fmt.Fprintf(&b, "%.4f,%.4f,%s\n", rng.NormFloat64(), rng.NormFloat64(), map[bool]string{true: "yes", false: "no"}[i%40 == 0])
	}
	path := writeFile(t, "rare.csv", b.String())
	dir := quick(t, "--data", path)
	out, _ := command(t, 0, "evaluate", dir)
	for _, want := range []string{"warning: The model answers no for all 80 test samples", "balanced accuracy 0.500   ROC-AUC ", "(yes)", "recall"} {
		if !strings.Contains(out, want) {
			t.Errorf("no %q in\n%s", want, out)
		}
	}
	out, _ = command(t, 0, "evaluate", dir, "--json")
	var e evaluation
	if err := json.Unmarshal([]byte(out), &e); err != nil || e.Test.Ranking == nil || e.Test.Positive != "yes" || len(e.Test.Warnings) != 2 {
		t.Errorf("%v: %s", err, out)
	}
}
