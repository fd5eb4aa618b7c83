package cli

import (
	"bytes"
	"cmp"
	"compress/gzip"
	"encoding/csv"
	"encoding/json"
	"fmt"
	"math"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/qnn-go/qnn/qnn/experiment"
)

// people is a table as real ones are: identifiers, names, dates, percentages, amounts,
// words, gaps, and labels that are missing.
func people(rows int) string {
	var b strings.Builder
	b.WriteString("id,name,joined,discount,income,age,plan,stays\n")
	for i := range rows {
		age := fmt.Sprint(20 + i*7%50)
		if i%9 == 0 {
			age = ""
		}
		stays := []string{"yes", "no"}[i%2]
		if i%11 == 5 {
			stays = ""
		}
		fmt.Fprintf(&b, "%d,Person %d,20%02d-%02d-%02d,%d%%,\"$%d,%03d.50\",%s,%s,%s\n",
			1000+i, i, 10+i%15, 1+i%12, 1+i%28, i%40, 10+i%80, i*37%1000, age, []string{"basic", "plus", "pro"}[i%3], stays)
	}
	return b.String()
}

func TestRealTable(t *testing.T) {
	if testing.Short() {
		t.Skip("slow; the whole form of the tests runs it")
	}
	dir := filepath.Join(t.TempDir(), "run")
	data := writeFile(t, "people.csv", people(120))
	refuse(t, exitData, `column "age" is "": not a number, and 24 of 120 rows have missing cells ("age" is missing in 14, "stays" is missing in 11). Use --missing drop|mean`, "train", "--data", data, "--out", filepath.Join(t.TempDir(), "r"))
	out, _ := command(t, 0, "train", "--data", data, "--missing", "mean", "--epochs", "2", "--out", dir, "--no-baselines")
	for _, want := range []string{
		"data      people: 109 samples, 8 features, 2 classes\n",
		`11 of 120 rows left out: "stays" is missing in 11`,
		"10 columns after one-hot: plan 3",
		`column "id": left out: it numbers the rows. --keep id uses it`,
		`column "name": left out: every row has a word of its own`,
		`column "joined": dates such as "2010-01-01"`,
		`column "discount": numbers such as "0%" are read as 0`,
		`column "income": numbers such as "$10,000.50" are read as 10000.5`,
	} {
		if !strings.Contains(out, want) {
			t.Errorf("no %q in\n%s", want, out)
		}
	}
	if text := read(t, dir, experiment.ReportFile); !strings.Contains(text, "11 of 120 rows left out") || !strings.Contains(text, "it numbers the rows") {
		t.Errorf("report:\n%s", text)
	}
	out, _ = command(t, 0, "train", "--data", data, "--missing", "drop", "--epochs", "2", "--out", dir+"2", "--no-baselines", "--json", "--keep", "id")
	var got struct {
		Data struct {
			Dropped struct {
				Rows, Of int
				Columns  []struct {
					Column string
					Rows   int
				}
			}
			OneHot []struct {
				Column string
				Levels int
			} `json:"one_hot"`
			Remarks []struct{ Column, Text, Flag string }
		}
	}
	if err := json.Unmarshal([]byte(out), &got); err != nil {
		t.Fatal(err)
	}
	d := got.Data
	if fmt.Sprint(d.Dropped) != "{24 120 [{age 14} {stays 11}]}" || fmt.Sprint(d.OneHot) != "[{plan 3}]" || len(d.Remarks) != 4 || d.Remarks[0].Column != "name" {
		t.Errorf("data %+v", d)
	}
	// The model file has the rules: new rows are written as the table was.
	row := "pro,\"$12,500.00\",2015-03-04,15%,33\n"
	byName, errs := commandWithInput(t, "plan,income,joined,discount,age\n"+row, 0, "predict", filepath.Join(dir, experiment.ModelFile), "--data", "-")
	if errs != "" {
		t.Errorf("remarks %s", errs)
	}
	byPlace, _ := commandWithInput(t, "2015-03-04,15%,\"$12,500.00\",33,pro\n", 0, "predict", dir, "--data", "-")
	if byName != byPlace || strings.Count(byName, "\n") != 2 {
		t.Errorf("by name %sby position %s", byName, byPlace)
	}
	_, errs = commandWithInput(t, "plan,income,joined,discount,age\n"+strings.ReplaceAll(row, "%", "")+row, 65, "predict", dir, "--data", "-")
	if !strings.Contains(errs, `column "discount" is "15": some numbers of the column have a percent sign`) {
		t.Errorf("without a percent sign: %s", errs)
	}
}

// TestPassengers: single rows without a header, and levels that are new.
func TestPassengers(t *testing.T) {
	var b strings.Builder
	b.WriteString("age,gender,class,embarked,fare,sibsp,parch,survived\n")
	for i := range 60 {
		fmt.Fprintf(&b, "%d,%s,%s,%s,%d.5,%d,%d,%s\n", 20+i%40, []string{"male", "female"}[i%2], []string{"1st", "2nd", "3rd"}[i%3],
			[]string{"Southampton", "Cherbourg"}[i%5/3], 7+i%30, i%3, i%2, []string{"no", "yes"}[i/2%2])
	}
	dir := quick(t, "--data", writeFile(t, "passengers.csv", b.String()))
	one := "30,male,3rd,Southampton,7.5,0,0\n"
	out, errs := commandWithInput(t, one, 0, "predict", dir, "--data", "-")
	if strings.Count(out, "\n") != 2 || errs != "" {
		t.Errorf("one row: %s%s", out, errs)
	}
	out, errs = commandWithInput(t, "age,gender,class,embarked,fare,sibsp,parch\n"+strings.Replace(one, "3rd", "4th", 1), 0, "predict", dir, "--data", "-")
	if strings.Count(out, "\n") != 2 || !strings.Contains(errs, `column "class": level "4th" is new to the model and counts as no level (zeros), in 1 row.`) {
		t.Errorf("a new level: %s%s", out, errs)
	}
}

// TestFaultsAtOnce: all that is wrong with a table is said at once, and what is said to
// do works.
func TestFaultsAtOnce(t *testing.T) {
	var b strings.Builder
	b.WriteString("weight;height;born;kind\n")
	for i := range 40 {
		fmt.Fprintf(&b, "%d,5;1.%d00,25;0%d/0%d/2001;%s\n", 50+i, i%10, 1+i%9, 1+i%8, []string{"a", "b"}[i%2])
	}
	b.WriteString("70,5;1.300,25;01/02/2001;c\n80,5;1.400,25;01/02/2001;d\n81,5;1.400,25;;b\n")
	data := writeFile(t, "t.csv", b.String())
	_, errs := command(t, exitData, "train", "--data", data)
	for _, want := range []string{
		`column "weight" is "50,5": not a number, as in 43 of 43 rows. Use --decimal ,`,
		`column "born": dates such as "01/01/2001" can be read in two ways, with the day or the month first. Use --dates day-first|month-first`,
		`column "kind": too few samples: fewer than 3 of "c", "d". Use --merge-rare 3`,
	} {
		if !strings.Contains(errs, want) {
			t.Errorf("no %s in\n%s", want, errs)
		}
	}
	refuse(t, exitData, "Use --missing drop|mean", "train", "--data", data, "--decimal", ",", "--dates", "day-first", "--merge-rare", "3")
	refuse(t, exitData, `class "other": too few samples`, "train", "--data", data, "--decimal", ",", "--dates", "day-first", "--merge-rare", "3", "--missing", "mean")
	if err := os.WriteFile(data, []byte(b.String()+"80,5;1.400,25;01/02/2001;d\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	dir := quick(t, "--data", data, "--decimal", ",", "--dates", "day-first", "--merge-rare", "3", "--missing", "mean")
	out, _ := commandWithInput(t, "weight;height;born;kind\n55,5;1.500,25;03/04/2001;d\n66,5;1.500,25;03/04/2001;a\n", 0, "evaluate", dir, "--data", "-", "--json")
	if !strings.Contains(out, `"other"`) || !strings.Contains(out, `"samples": 2`) {
		t.Errorf("evaluation of a merged class: %s", out)
	}
}

func TestForms(t *testing.T) {
	if testing.Short() {
		t.Skip("slow; the whole form of the tests runs it")
	}
	rows := strings.Repeat("1|2|u\n2|1|v\n3|2|u\n4|1|v\n", 5)
	want := losses(t, quick(t, "--data", writeFile(t, "t.csv", "a|b|y\n"+rows)))
	same := func(name, file string, args ...string) {
		t.Helper()
		if got := losses(t, quick(t, append([]string{"--data", file}, args...)...)); fmt.Sprint(got) != fmt.Sprint(want) {
			t.Errorf("%s: losses %v, want %v", name, got, want)
		}
	}
	same("separator", writeFile(t, "t.csv", "a:b:y\n"+strings.ReplaceAll(rows, "|", ":")), "--separator", ":")
	same("tab", writeFile(t, "t.tsv", "a\tb\ty\n"+strings.ReplaceAll(rows, "|", "\t")), "--separator", "tab")
	same("blanks", writeFile(t, "t.txt", strings.ReplaceAll(rows, "|", "   ")), "--header", "no")
	same("header", writeFile(t, "t.csv", "1|2|3\n"+rows), "--header", "yes")
	var packed bytes.Buffer
	z := gzip.NewWriter(&packed)
	if _, err := z.Write([]byte("a|b|y\n" + rows)); err != nil || z.Close() != nil {
		t.Fatal("cannot compress")
	}
	t.Chdir(t.TempDir())
	put(t, "t.csv.gz", packed.String())
	same("gzip", "t.csv.gz")
	out, _ := command(t, 0, "train", "--data", "t.csv.gz", "--epochs", "1", "--no-baselines")
	if !strings.Contains(out, "data      t: 20 samples") || !strings.Contains(out, "runs/t-0001") {
		t.Errorf("name of a compressed table:\n%s", out)
	}
	put(t, "half.csv.gz", packed.String()[:packed.Len()/2])
	refuse(t, exitData, "The file is damaged", "train", "--data", "half.csv.gz")
	refuse(t, exitUsage, "must be one character", "train", "--data", "t.csv.gz", "--separator", "ab")
	refuse(t, exitUsage, "must be one character", "predict", "runs/t-0001", "--data", "t.csv.gz", "--separator", "\"")
	refuse(t, exitUsage, `did you mean "yes"`, "evaluate", "runs/t-0001", "--data", "t.csv.gz", "--header", "yess")
}

// TestRunFiles: the run directory has what it takes to check a run elsewhere.
func TestRunFiles(t *testing.T) {
	data := writeFile(t, "people.csv", people(120))
	dir := quick(t, "--data", data, "--missing", "mean")
	table := func(name string) [][]string {
		t.Helper()
		rows, err := csv.NewReader(strings.NewReader(read(t, dir, name))).ReadAll()
		if err != nil {
			t.Fatal(err)
		}
		return rows[1:]
	}
	parts, lines := map[string]int{}, map[string]bool{}
	for _, row := range table(experiment.SplitFile) {
		parts[row[0]]++
		lines[row[2]] = true
	}
	if parts["train"] != 70 || parts["validation"] != 17 || parts["test"] != 22 || len(lines) != 109 {
		t.Errorf("parts %v of %d lines", parts, len(lines))
	}
	original := strings.Split(people(120), "\n")
	right := 0
	for _, row := range table(experiment.PredictionsFile) {
		var line int
		if _, err := fmt.Sscan(row[1], &line); err != nil || !strings.HasSuffix(original[line-1], ","+row[2]) {
			t.Errorf("line %s is %q, labelled %s", row[1], original[line-1], row[2])
		}
		if row[2] == row[3] {
			right++
		}
	}
	out, _ := command(t, 0, "evaluate", dir, "--json")
	var e evaluation
	if err := json.Unmarshal([]byte(out), &e); err != nil || e.Test.Samples != 22 || e.Test.Confusion.Correct() != right {
		t.Errorf("%v: %d right of %s", err, right, out)
	}
	var begin struct {
		Weights    int
		Parameters []float64
	}
	if err := json.Unmarshal([]byte(read(t, dir, experiment.InitialFile)), &begin); err != nil || begin.Weights != 48 || len(begin.Parameters) != 50 {
		t.Errorf("%v: initial parameters %+v", err, begin)
	}
	// The test part outlives the table.
	if err := os.Remove(data); err != nil {
		t.Fatal(err)
	}
	moved := filepath.Join(t.TempDir(), "moved")
	if err := os.Rename(dir, moved); err != nil {
		t.Fatal(err)
	}
	again, _ := command(t, 0, "evaluate", moved, "--json")
	if strings.ReplaceAll(again, moved, dir) != out {
		t.Errorf("after the move %s, before %s", again, out)
	}
	command(t, 0, "export", moved, "--sample", "21")
	text := read(t, moved, experiment.TestFile)
	put(t, filepath.Join(moved, experiment.TestFile), strings.Replace(text, "%", "1%", 1))
	refuse(t, exitData, "not the test part that the run was trained with", "evaluate", moved)
	if err := os.Remove(filepath.Join(moved, experiment.TestFile)); err != nil {
		t.Fatal(err)
	}
	refuse(t, exitIO, "people.csv", "evaluate", moved)
}

func TestSeparateTestData(t *testing.T) {
	if testing.Short() {
		t.Skip("slow; the whole form of the tests runs it")
	}
	all := strings.SplitAfter(people(150), "\n")
	train := writeFile(t, "train.csv", strings.Join(all[:100], ""))
	test := writeFile(t, "test.csv", all[0]+strings.Join(all[100:], ""))
	dir := quick(t, "--data", train, "--test-data", test, "--missing", "mean")
	out, _ := command(t, 0, "evaluate", dir, "--json")
	other, _ := command(t, 0, "evaluate", dir, "--data", test, "--missing", "mean", "--json")
	var a, b evaluation
	if json.Unmarshal([]byte(out), &a) != nil || json.Unmarshal([]byte(other), &b) != nil || a.Test.Samples != 46 || a.Test.Accuracy != b.Test.Accuracy {
		t.Errorf("own test part %s, as other data %s", out, other)
	}
	first := strings.Split(read(t, dir, experiment.PredictionsFile), "\n")[1]
	if !strings.HasPrefix(first, "0,2,") {
		t.Errorf("the first prediction is %s", first)
	}
	config := read(t, dir, experiment.ConfigFile)
	if !strings.Contains(config, "test: 0\n") || !strings.Contains(config, "test-data: "+test) {
		t.Errorf("settings:\n%s", config)
	}
	repeated := quick(t, "--config", filepath.Join(dir, experiment.ConfigFile))
	if read(t, dir, experiment.ModelFile) != read(t, repeated, experiment.ModelFile) {
		t.Error("another model from the same settings")
	}
	refuse(t, exitUsage, "Drop one of them", "train", "--data", train, "--test-data", test, "--test", "0.3")
	refuse(t, exitUsage, "reads its data again", "train", "--data", train, "--test-data", "-")
	refuse(t, exitIO, "absent.csv", "train", "--data", train, "--missing", "mean", "--test-data", "absent.csv")
	refuse(t, exitData, "no label column", "train", "--data", train, "--missing", "mean", "--test-data", writeFile(t, "u.csv", strings.ReplaceAll(all[0], ",stays", ",was")+all[2]))
	put(t, test, all[0]+all[101])
	refuse(t, exitData, "test.csv has changed", "evaluate", dir)
}

func TestOneFeatureAmplitude(t *testing.T) {
	data := writeFile(t, "one.csv", "a,y\n"+strings.Repeat("0.1,0\n0.9,1\n", 20))
	refuse(t, exitUsage, "of one feature has nothing to encode", "train", "--data", data, "--encoding", "amplitude")
	refuse(t, exitUsage, "of one feature has nothing to encode", "train", "--data", "iris", "--features", "1", "--encoding", "amplitude")
}

// TestManyLevels: words with thousands of levels are bounded, and new ones count as the
// others.
func TestManyLevels(t *testing.T) {
	if testing.Short() {
		t.Skip("slow; the whole form of the tests runs it")
	}
	var b strings.Builder
	b.WriteString("w,v,y\n")
	for i := range 600 {
		fmt.Fprintf(&b, "w%d,%d,%s\n", i/3, i*i%101, []string{"a", "b"}[i%2])
	}
	dir := filepath.Join(t.TempDir(), "run")
	out, _ := command(t, 0, "train", "--data", writeFile(t, "t.csv", b.String()), "--max-levels", "5", "--epochs", "1", "--no-baselines", "--out", dir)
	for _, want := range []string{"6 columns after one-hot: w 5", `column "w": 200 levels: the 4 most frequent of the training part are kept, all others are one, "other". --max-levels`} {
		if !strings.Contains(out, want) {
			t.Errorf("no %q in\n%s", want, out)
		}
	}
	_, errs := commandWithInput(t, "w,v\nnever seen,3\n", 0, "predict", dir, "--data", "-")
	if !strings.Contains(errs, `level "never seen" is new to the model and counts as "other"`) {
		t.Errorf("remarks: %s", errs)
	}
}

// TestDocumentedOrder: the Python function in docs/cli.md gives the order of samples.
func TestDocumentedOrder(t *testing.T) {
	python, err := exec.LookPath(cmp.Or(os.Getenv("QNN_PYTHON"), "python3"))
	if err != nil {
		t.Skip(err)
	}
	_, rest, _ := strings.Cut(read(t, "../../../docs/cli.md"), "```python\n")
	code, _, ok := strings.Cut(rest, "```")
	if !ok {
		t.Fatal("docs/cli.md has no Python")
	}
	want := ""
	for _, c := range [][3]uint64{{0, 1, 364}, {3, 2, 64}, {math.MaxUint64, 60, 1000}} {
		code += fmt.Sprintf("print(*order(%d, %d, %d))\n", c[0], c[1], c[2])
		want += strings.Trim(fmt.Sprint(rand.New(rand.NewPCG(c[0], c[1])).Perm(int(c[2]))), "[]") + "\n"
	}
	got, err := exec.CommandContext(t.Context(), python, "-c", code).CombinedOutput()
	if err != nil || strings.ReplaceAll(string(got), "\r", "") != want {
		t.Errorf("%v: %s, want %s", err, got, want)
	}
}
