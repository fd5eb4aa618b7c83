package dataset

import (
	"bytes"
	"compress/gzip"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"runtime/debug"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

func TestReadNumber(t *testing.T) {
	for _, c := range []struct {
		cell    string
		comma   bool
		want    float64
		percent bool
	}{
		{"1.5", false, 1.5, false},
		{"$729.53", false, 729.53, false},
		{"-$1,073.55", false, -1073.55, false},
		{"$-5", false, -5, false},
		{"($5.00)", false, -5, false},
		{"€ 5", false, 5, false},
		{"5 €", false, 5, false},
		{"−3", false, -3, false},
		{"44,362", false, 44362, false},
		{"1,234,567.25", false, 1234567.25, false},
		{"1 234 567", false, 1234567, false},
		{"1\u00a0234,5", true, 1234.5, false},
		{"12'345.5", false, 12345.5, false},
		{"7%", false, 7, true},
		{"15.1 %", false, 15.1, true},
		{"-0.5%", false, -0.5, true},
		{"1.234,56", true, 1234.56, false},
		{"11,69", true, 11.69, false},
		{"69", true, 69, false},
		{"1,5e3", true, 1500, false},
		{"1e3", true, 1000, false},
		{",5", true, 0.5, false},
	} {
		got, err := readNumber(c.cell, c.comma)
		if err != nil || got.value != c.want || got.percent != c.percent {
			t.Errorf("%q (comma %v): %+v, %v; want %v", c.cell, c.comma, got, err, c.want)
		}
	}
	for _, cell := range []string{
		"", "x", "1,2", "1,23", "1,2345", "12,34,567", "1.2.3", "$", "%", "(", "()", "(-)", "5%%", "$5$ x", "1 2", "1,234 567", "--5", "-(5)", "5-", "1..2", "2025-01-02", "12:30", "1.234.56",
	} {
		if got, err := readNumber(cell, false); !errors.Is(err, ErrNotNumber) {
			t.Errorf("%q is read as %+v, %v", cell, got, err)
		}
	}
}

// TestNotationRoundTrip writes and reads random numbers in every notation.
func TestNotationRoundTrip(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n := Notation{Comma: rapid.Bool().Draw(t, "comma"), Percent: rapid.Bool().Draw(t, "percent")}
		want := rapid.Float64().Filter(func(v float64) bool { return !math.IsInf(v, 0) && !math.IsNaN(v) }).Draw(t, "v")
		got, err := n.parse(n.format(want))
		if err != nil || math.Float64bits(got) != math.Float64bits(want) {
			t.Fatalf("%+v: %v as %q is read as %v, %v", n, want, n.format(want), got, err)
		}
	})
}

func TestRecognisedColumns(t *testing.T) {
	ids := "id,name,note,a,y\n"
	for i := range 30 {
		ids += fmt.Sprintf("%d,n%d,remark %d of a patient,%d,%d\n", 7*i+3, i, i%25, i%4, i%2)
	}
	dates := "a,d,y\n1,13/02/2024,u\n2,05/03/2025,v\n1,,u\n"
	for name, c := range map[string]struct {
		text, columns, rows, remark string
		o                           CSVOptions
	}{
		"amounts":      {"m,y\n$729.53,u\n\"$1,073.55\",v\n", "m", "[729.53]=0 [1073.55]=1", `"$729.53" are read as 729.53`, CSVOptions{}},
		"percent":      {"p,y\n7%,u\n0.5%,v\n0,v\n", "p", "[7]=0 [0.5]=1 [0]=1", `"7%" are read as 7`, CSVOptions{}},
		"decimals":     {"p;y\n11,69;u\n1.234,56;v\n", "p", "[11.69]=0 [1234.56]=1", `"11,69" are read as 11.69`, CSVOptions{Comma: true}},
		"labels":       {"a,y\n1,\"44,362\"\n2,$5.5\n", "a", "[1]=44362 [2]=5.5", "", CSVOptions{}},
		"bars":         {"a|y\n1|u\n2|v\n", "a", "[1]=0 [2]=1", "", CSVOptions{}},
		"blanks":       {"  1   2 u\n3\t4  v \n5 6 u", "x1 x2", "[1 2]=0 [3 4]=1 [5 6]=0", "", CSVOptions{}},
		"blanks given": {"a b\n1 u\n2 v\n", "a", "[1]=0 [2]=1", "", CSVOptions{Separator: ' '}},
		"not blanks":   {"first name,y\nx y,u\nx y,v\n", "first name[x y]", "[0]=0 [0]=1", "", CSVOptions{}},
		"identifiers":  {ids, "a", "", `"name": left out: every row has a word of its own, as names and numbers of records have. keep: name uses it`, CSVOptions{}},
		"numbers":      {ids, "a", "", `"id": left out: it numbers the rows. keep: id uses it`, CSVOptions{}},
		"text":         {ids, "a", "", `"note": left out: free text, 25 different ones in 30 rows. keep: note uses it`, CSVOptions{}},
		"kept":         {ids, "id a", "", "", CSVOptions{Keep: []string{"id"}}},
		"dates":        {dates, "a d:year d:month d:weekday d:day", "[1 2024 2 2 19766]=0 [2 2025 3 3 20152]=1 [1 NaN NaN NaN NaN]=0", `"d": dates such as "13/02/2024"`, CSVOptions{Missing: MissingMean}},
		"month first":  {"d,y\n02/03/2025,u\n05/03/2025,v\n", "d:month d:weekday d:day", "[2 1 20122]=0 [5 6 20211]=1", "", CSVOptions{Dates: DatesMonthFirst}},
		"day first":    {"d,y\n02/03/2025,u\n05/03/2025,v\n", "d:weekday d:day", "[7 20149]=0 [3 20152]=1", "", CSVOptions{Dates: DatesDayFirst}},
		"constant":     {"d,y\n2025-03-02,u\n2025-03-02,v\n", "d:day", "[20149]=0 [20149]=1", "", CSVOptions{}},
		"moments":      {"d,y\n2025-03-02 06:00:00,u\n2025-03-02 18:30:00,v\n", "d:day d:hour", "[20149.25 6]=0 [20149.770833333332 18.5]=1", "", CSVOptions{}},
		"values":       {"a,y\n" + strings.Join(numbered(21), "\n"), "a", "", `"y": 21 different whole numbers are taken for values to predict, not for classes. task: classification makes them classes`, CSVOptions{}},
	} {
		t.Run(name, func(t *testing.T) {
			d := read(t, c.text, c.o)
			if got := columnNames(d); got != c.columns && !strings.HasPrefix(got, c.columns+" name[") {
				t.Errorf("columns %q, want %q", got, c.columns)
			}
			if got := rows(d); c.rows != "" && got != c.rows {
				t.Errorf("rows %s, want %s", got, c.rows)
			}
			if got := fmt.Sprint(d.Read.Remarks); !strings.Contains(got, c.remark) {
				t.Errorf("remarks %s, want %s", got, c.remark)
			}
			roundTrip(t, d)
			var packed bytes.Buffer
			z := gzip.NewWriter(&packed)
			if _, err := z.Write([]byte(c.text)); err != nil || z.Close() != nil {
				t.Fatal("cannot compress")
			}
			if got := read(t, packed.String(), c.o); got.Hash() != d.Hash() {
				t.Error("compressed, it is another table")
			}
		})
	}
}

// numbered returns rows "i,i".
func numbered(n int) []string {
	out := make([]string, n)
	for i := range out {
		out[i] = fmt.Sprintf("%d,%d", i%5, i)
	}
	return out
}

func TestDropped(t *testing.T) {
	const text = "a,b,y\n1,2,u\n,3,v\n,,u\n4,5,\n6,7,v\n"
	for missing, want := range map[Missing]string{
		MissingDrop: `3 of 5 rows left out: "a" is missing in 2, "b" is missing in 1, "y" is missing in 1`,
		MissingMean: `1 of 5 rows left out: "y" is missing in 1`,
	} {
		d := read(t, text, CSVOptions{Missing: missing})
		if got := d.Read.Dropped.String(); got != want || d.Len() != 5-d.Read.Dropped.Rows {
			t.Errorf("%s: %d rows, %s; want %s", missing, d.Len(), got, want)
		}
	}
	if got := read(t, "a,y\n1,u\n2,v\n", CSVOptions{}).Read.Dropped.String(); got != "" {
		t.Errorf("nothing was dropped: %s", got)
	}
}

// TestSchemaKeepsTheRules reads new rows by the rules that the first table had, by name
// and by position, also after a way through a file.
func TestSchemaKeepsTheRules(t *testing.T) {
	text := "id,price,joined,rate,plan,y\n"
	for i := range 40 {
		text += fmt.Sprintf("%d,\"$1,0%02d.50\",%02d.02.2024,%d%%,%s,%s\n", i, i, i%28+1, i, []string{"basic", "plus"}[i%2], []string{"no", "yes"}[i%2])
	}
	d := read(t, text, CSVOptions{})
	p := fit(t, d, &Impute{}, &Levels{}, &OneHot{}, &Standard{})
	file, err := json.Marshal(p)
	if err != nil {
		t.Fatal(err)
	}
	var back Pipeline
	if err := json.Unmarshal(file, &back); err != nil {
		t.Fatal(err)
	}
	schema := &Schema{Columns: back.Columns, Target: "y", Classes: d.Classes, Label: back.Label}
	for name, text := range map[string]string{
		"by name":           "plan,joined,rate,price\nplus,05.02.2024,3%,\"$1,003.50\"\n",
		"by position":       "\"$1,003.50\",05.02.2024,3%,plus\n",
		"without the signs": "rate,plan,price,joined\n3%,plus,1003.5,05.02.2024\n",
	} {
		got := read(t, text, CSVOptions{Schema: schema})
		if fmt.Sprint(got.X) != "[[1003.5 1 19758 3 1]]" {
			t.Errorf("%s: %s %v", name, columnNames(got), got.X)
		}
	}
	_, err = ReadCSV(t.Context(), strings.NewReader("plan,joined,rate,price\nplus,2024-02-05,0.03,5\n"), CSVOptions{Schema: schema})
	if !errors.Is(err, ErrDate) || !errors.Is(err, ErrPercent) {
		t.Errorf("other notations: %v", err)
	}
}

func TestLevels(t *testing.T) {
	names := []string{"a", "b", "c", "d", "e"}
	d := &Dataset{Columns: []Column{{Name: "v"}, {Name: "w", Levels: names}, {Name: "few", Levels: []string{"p", "q", "r"}}}, Target: "y"}
	for i, n := range []int{1, 4, 2, 3} { // of a to d; e is not there
		for range n {
			d.X = append(d.X, []float64{float64(len(d.X)), float64(i), float64(i % 2)})
		}
	}
	p := fit(t, d, &Levels{Max: 3}, &OneHot{})
	var got []string
	for _, c := range p.OutputColumns() {
		got = append(got, c.Name)
	}
	if want := []string{"v", "w=b", "w=d", "w=other", "few=p", "few=q"}; !slices.Equal(got, want) {
		t.Fatalf("columns %v, want %v", got, want)
	}
	x := transform(t, p, [][]float64{{1, 1, 0}, {2, 3, 1}, {3, 0, 2}, {4, 4, Unseen}, {5, Unseen, 0}})
	want := "[[1 1 0 0 1 0] [2 0 1 0 0 1] [3 0 0 1 0 0] [4 0 0 1 0 0] [5 0 0 1 1 0]]"
	if fmt.Sprint(x) != want {
		t.Errorf("got %v, want %v", x, want)
	}
	if p.UnseenRule("w") != "other" || p.UnseenRule("few") != "" {
		t.Errorf("rules %q and %q", p.UnseenRule("w"), p.UnseenRule("few"))
	}
	if r := fmt.Sprint(p.Remarks()); !strings.Contains(r, `"w": 5 levels: the 2 most frequent`) {
		t.Errorf("remarks %s", r)
	}
	for name, text := range map[string]string{
		"too high":   `{"max":3,"kept":[null,[5],[0]],"other":[false,false,false]}`,
		"not rising": `{"max":3,"kept":[null,[1,1],[0]],"other":[false,false,false]}`,
		"numeric":    `{"max":3,"kept":[[0],[1],[0]],"other":[false,false,false]}`,
		"short":      `{"max":3,"kept":[null,[1]],"other":[false,false]}`,
		"one":        `{"max":1,"kept":[null,[1],[0]],"other":[false,false,false]}`,
		"none":       `{"max":3,"kept":[null,[],[0]],"other":[false,false,false]}`,
	} {
		columns, _ := json.Marshal(d.Columns)
		file := fmt.Sprintf(`{"columns":%s,"steps":[{"kind":"levels","fitted":%s},{"kind":"one-hot","fitted":{}}]}`, columns, text)
		if err := json.Unmarshal([]byte(file), &Pipeline{}); !errors.Is(err, ErrPipeline) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestUnseenLevels(t *testing.T) {
	schema := &Schema{Columns: []Column{{Name: "c", Levels: []string{"p", "q"}}, {Name: "d", Levels: []string{"r"}}}, Target: "y"}
	d := read(t, "c,d\np,s\nx,r\ny,r\nx,s\n", CSVOptions{Schema: schema})
	if got := fmt.Sprint(d.Read.Unseen); got != "[{c x 2} {c y 1} {d s 2}]" {
		t.Errorf("unseen %s", got)
	}
	p := fit(t, &Dataset{Columns: schema.Columns, Target: "y", X: [][]float64{{0, 0}, {1, 0}}}, &Impute{}, &OneHot{})
	if x := transform(t, p, d.X); fmt.Sprint(x) != "[[1 0 0] [0 0 1] [0 0 1] [0 0 0]]" {
		t.Errorf("zeros: %v", x)
	}
}

func TestMergeRare(t *testing.T) {
	text := "a,y\n" + strings.Repeat("1,u\n2,v\n", 5) + "3,w\n4,7\n5,7\n6,x\n"
	d := read(t, text, CSVOptions{})
	merged, err := d.MergeRare(3)
	if err != nil {
		t.Fatal(err)
	}
	if fmt.Sprint(merged.Classes, merged.Label.Merged, merged.ClassCounts()) != "[u v other] [7 w x] [5 5 4]" {
		t.Errorf("classes %v, merged %v, %v samples", merged.Classes, merged.Label.Merged, merged.ClassCounts())
	}
	if len(d.Classes) != 5 || d.Y[10] == merged.Y[10] {
		t.Error("the first set was changed")
	}
	schema := merged.Schema()
	again := read(t, "a,y\n1,w\n2,7.0\n3,u\n4,other\n", CSVOptions{Schema: &schema})
	if fmt.Sprint(again.Y) != "[2 2 0 2]" {
		t.Errorf("labels %v", again.Y)
	}
	if same, err := d.MergeRare(2); err != nil || len(same.Classes) != 4 {
		t.Errorf("two classes of one sample: %v, %v", same.Classes, err)
	}
	if same, err := d.MergeRare(1); err != nil || same != d {
		t.Errorf("no class is so rare: %v", err)
	}
	if _, err := d.MergeRare(100); !errors.Is(err, ErrOneClass) {
		t.Errorf("all are rare: %v", err)
	}
	if _, err := table1([]float64{1}).MergeRare(2); !errors.Is(err, ErrNoClasses) {
		t.Errorf("regression: %v", err)
	}
}

// TestReadCSVLooksAtMemory: a table that does not fit is refused while it is read.
func TestReadCSVLooksAtMemory(t *testing.T) {
	old := debug.SetMemoryLimit(8 << 20)
	defer debug.SetMemoryLimit(old)
	text := strings.Repeat("1,2,3,4,u\n2,3,4,5,v\n", 10_000)
	_, err := ReadCSV(t.Context(), strings.NewReader(text), CSVOptions{File: "p.csv"})
	if !errors.Is(err, ErrTooLarge) || !strings.Contains(err.Error(), "p.csv:8192: too large: 8192 rows take") {
		t.Errorf("got %v", err)
	}
}

// TestReadCSVEnds cancels reading wherever it looks at its context.
func TestReadCSVEnds(t *testing.T) {
	text := "a,w,y\n" + strings.Repeat("1,red,u\n2,blue,v\n", 5000)
	looks := 0
	for ; ; looks++ {
		_, err := ReadCSV(&endsAfter{t.Context(), looks}, strings.NewReader(text), CSVOptions{})
		if err == nil {
			break
		}
		if !errors.Is(err, context.Canceled) {
			t.Fatalf("after %d looks: %v", looks, err)
		}
	}
	if looks < 30 {
		t.Errorf("reading looks at its context %d times", looks)
	}
}

// TestLevelsTies: of equally frequent levels the first are kept.
func TestLevelsTies(t *testing.T) {
	d := &Dataset{Columns: []Column{{Name: "c", Levels: []string{"rare", "b", "often", "c", "d"}}}, Target: "y"}
	for i, v := range []float64{4, 2, 3, 1, 2, 0, 1, 4, 3, 2} {
		d.X, d.Y = append(d.X, []float64{v}), append(d.Y, float64(i))
	}
	step := &Levels{Max: 3}
	fit(t, d, step, &OneHot{})
	if want := []int{1, 2}; !slices.Equal(step.Kept[0], want) || !step.Other[0] {
		t.Errorf("kept %v, others %v, want %v and others", step.Kept, step.Other, want)
	}
}

// TestIsWhole: beyond 2⁵³ a float64 stands for several integers.
func TestIsWhole(t *testing.T) {
	for v, want := range map[float64]bool{
		0: true, -3: true, 0.5: false, 1 << 53: true, -1 << 53: true, 1<<53 + 2: false, 1e300: false,
		math.Inf(1): false, math.Inf(-1): false,
	} {
		if got := isWhole(v); got != want {
			t.Errorf("%v: %v, want %v", v, got, want)
		}
	}
	if isWhole(math.NaN()) {
		t.Error("NaN counts as whole")
	}
}
