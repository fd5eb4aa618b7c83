package dataset

import (
	"compress/gzip"
	"encoding/csv"
	"errors"
	"fmt"
	"io/fs"
	"math"
	"slices"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/qnn-go/qnn/internal/wording"
)

func read(t *testing.T, text string, o CSVOptions) *Dataset {
	t.Helper()
	d, err := ReadCSV(t.Context(), strings.NewReader(text), o)
	if err != nil {
		t.Fatalf("%q: %v", text, err)
	}
	return d
}

// columnNames returns the names, with the levels of categorical columns.
func columnNames(d *Dataset) string {
	var names []string
	for _, c := range d.Columns {
		name := c.Name
		if c.Categorical() {
			name += fmt.Sprint(c.Levels)
		}
		names = append(names, name)
	}
	return strings.Join(names, " ")
}

// rows prints cells and labels, a line a sample.
func rows(d *Dataset) string {
	var b strings.Builder
	for i, x := range d.X {
		fmt.Fprint(&b, x)
		if d.Y != nil {
			fmt.Fprint(&b, "=", d.Y[i])
		}
		b.WriteByte(' ')
	}
	return strings.TrimSpace(b.String())
}

func TestReadCSV(t *testing.T) {
	for name, c := range map[string]struct {
		text    string
		o       CSVOptions
		columns string
		target  string
		classes string
		rows    string
	}{
		"plain":               {"a,b,y\n1,2,u\n3,4,v\n", CSVOptions{}, "a b", "y", "[u v]", "[1 2]=0 [3 4]=1"},
		"no final newline":    {"a,y\n1,u\n3,v", CSVOptions{}, "a", "y", "[u v]", "[1]=0 [3]=1"},
		"BOM and CRLF":        {"\uFEFFa,y\r\n1,u\r\n3,v\r\n", CSVOptions{}, "a", "y", "[u v]", "[1]=0 [3]=1"},
		"semicolon":           {"a;b,c;y\n1;2;u\n3;4;v\n", CSVOptions{}, "a b,c", "y", "[u v]", "[1 2]=0 [3 4]=1"},
		"tab with empty cell": {"a\tb\ty\n1\t\tu\n3\t4\tv\n", CSVOptions{Missing: MissingMean}, "a b", "y", "[u v]", "[1 NaN]=0 [3 4]=1"},
		"separator given":     {"a|y\n1|u\n3|v\n", CSVOptions{Separator: '|'}, "a", "y", "[u v]", "[1]=0 [3]=1"},
		"separator in quotes": {"\"a;;b\",y\n1,u\n3,v\n", CSVOptions{}, "a;;b", "y", "[u v]", "[1]=0 [3]=1"},
		"blanks":              {"\n a , y\n\n 1 , \" u\"\n3, v \n\n", CSVOptions{}, "a", "y", "[u v]", "[1]=0 [3]=1"},
		"quotes":              {"\"a \"\"b\"\"\",y\n1,\"u,\nw\"\n3,v\n", CSVOptions{}, `a "b"`, "y", "[u,\nw v]", "[1]=0 [3]=1"},
		"all numbers":         {"1,2,0\n3,4,1\n", CSVOptions{}, "x1 x2", "x3", "[0 1]", "[1 2]=0 [3 4]=1"},
		"no header, classes":  {"5.1,setosa\n6,other\n4.9,setosa\n", CSVOptions{}, "x1", "x2", "[other setosa]", "[5.1]=1 [6]=0 [4.9]=1"},
		"numeric names":       {"0,1,label\n3,4,u\n5,6,v\n", CSVOptions{}, "0 1", "label", "[u v]", "[3 4]=0 [5 6]=1"},
		"header forced":       {"1,2\n3,0\n4,1\n", CSVOptions{Header: HeaderYes}, "1", "2", "[0 1]", "[3]=0 [4]=1"},
		"header denied":       {"3,u\n4,v\n", CSVOptions{Header: HeaderNo}, "x1", "x2", "[u v]", "[3]=0 [4]=1"},
		"empty name":          {",a,y\n0,1,u\n1,3,v\n", CSVOptions{}, "x1 a", "y", "[u v]", "[0 1]=0 [1 3]=1"},
		"label by name":       {"y,a\nu,1\nv,3\n", CSVOptions{Label: "y"}, "a", "y", "[u v]", "[1]=0 [3]=1"},
		"label by number":     {"y,a\nu,1\nv,3\n", CSVOptions{Label: "1"}, "a", "y", "[u v]", "[1]=0 [3]=1"},
		"label from right":    {"y,a\nu,1\nv,3\n", CSVOptions{Label: "-2"}, "a", "y", "[u v]", "[1]=0 [3]=1"},
		"name before number":  {"2,1\nu,1\nv,3\n", CSVOptions{Label: "2", Header: HeaderYes}, "1", "2", "[u v]", "[1]=0 [3]=1"},
		"ignored":             {"id,a,y\np1,1,u\np2,3,v\n", CSVOptions{Ignore: []string{"id"}}, "a", "y", "[u v]", "[1]=0 [3]=1"},
		"ignored is missing":  {"id,a,y\n,1,u\np2,3,v\n", CSVOptions{Ignore: []string{"1"}}, "a", "y", "[u v]", "[1]=0 [3]=1"},
		"categories":          {"c,y\nred,u\nblue,v\nred,v\n", CSVOptions{}, "c[blue red]", "y", "[u v]", "[1]=0 [0]=1 [1]=1"},
		"half words":          {"c,y\nred,u\n7,v\n", CSVOptions{}, "c[7 red]", "y", "[u v]", "[1]=0 [0]=1"},
		"declared category":   {"zip,y\n01,u\n1,v\n", CSVOptions{Categorical: []string{"zip"}}, "zip[01 1]", "y", "[u v]", "[0]=0 [1]=1"},
		"drop":                {"a,c,y\n1,p,u\nNA,q,v\n3,?,u\n4,p,null\n5,q,v\n", CSVOptions{Missing: MissingDrop}, "a c[p q]", "y", "[u v]", "[1 0]=0 [5 1]=1"},
		"drop forgets level":  {"a,c,y\n1,p,u\nNA,q,v\n5,p,v\n", CSVOptions{Missing: MissingDrop}, "a c[p]", "y", "[u v]", "[1 0]=0 [5 0]=1"},
		"mean":                {"a,c,y\n1,p,u\nn/a,q,v\n3,NaN,u\n", CSVOptions{Missing: MissingMean}, "a c[p q]", "y", "[u v]", "[1 0]=0 [NaN 1]=1 [3 NaN]=0"},
		"order of classes":    {"a,y\n1,u\n3,v\n", CSVOptions{Classes: []string{"v", "u"}}, "a", "y", "[v u]", "[1]=1 [3]=0"},
		"classes by value":    {"a,y\n1,10\n3,9.0\n5,9\n", CSVOptions{}, "a", "y", "[9 10]", "[1]=1 [3]=0 [5]=0"},
		"no classes given":    {"a,y\n1,u\n3,v\n", CSVOptions{Classes: []string{}}, "a", "y", "[u v]", "[1]=0 [3]=1"},
		"regression":          {"a,y\n1,0.5\n3,-1e3\n", CSVOptions{}, "a", "y", "[]", "[1]=0.5 [3]=-1000"},
		"forced regression":   {"a,y\n1,0\n3,1\n", CSVOptions{Task: TaskRegression}, "a", "y", "[]", "[1]=0 [3]=1"},
		"forced classes":      {"a,y\n1,0.5\n3,1.25\n", CSVOptions{Task: TaskClassification}, "a", "y", "[0.5 1.25]", "[1]=0 [3]=1"},
		"mixed labels":        {"a,y\n1,0\n3,many\n", CSVOptions{}, "a", "y", "[0 many]", "[1]=0 [3]=1"},
		"tiny and negative":   {"a,y\n1e-400,u\n-0.0,v\n", CSVOptions{}, "a", "y", "[u v]", "[0]=0 [-0]=1"},
	} {
		t.Run(name, func(t *testing.T) {
			d := read(t, c.text, c.o)
			if got := columnNames(d); got != c.columns {
				t.Errorf("columns %q, want %q", got, c.columns)
			}
			if d.Target != c.target || fmt.Sprint(d.Classes) != c.classes {
				t.Errorf("target %q, classes %v; want %q, %v", d.Target, d.Classes, c.target, c.classes)
			}
			if got := rows(d); got != c.rows {
				t.Errorf("rows %s, want %s", got, c.rows)
			}
		})
	}
}

func TestReadCSVTaskRule(t *testing.T) {
	var whole strings.Builder
	whole.WriteString("a,y\n")
	for i := range maxNumericClasses {
		fmt.Fprintf(&whole, "%d,%d\n", i, i)
	}
	if d := read(t, whole.String(), CSVOptions{}); len(d.Classes) != maxNumericClasses {
		t.Errorf("%d whole labels: classes %v", maxNumericClasses, d.Classes)
	}
	if d := read(t, whole.String()+"0,99\n", CSVOptions{}); !d.Regression() {
		t.Errorf("%d whole labels: classes %v", maxNumericClasses+1, d.Classes)
	}
}

func TestReadCSVLines(t *testing.T) {
	d := read(t, "a,y\n1,u\n\n?,v\n2,\"v\nw\"\n3,u\n", CSVOptions{Missing: MissingDrop})
	if !slices.Equal(d.Lines, []int{2, 5, 7}) {
		t.Errorf("lines %v", d.Lines)
	}
}

// withFlags is the text of an error as the command line writes it.
func withFlags(err error) string {
	return wording.Text(err, func(setting, value string) string { return strings.TrimSuffix("--"+setting+" "+value, " ") })
}

func TestReadCSVFaults(t *testing.T) {
	names := "name,y\n"
	for i := range minIdentifiers {
		names += fmt.Sprintf("n%d,%d\n", i, i%2)
	}
	for name, c := range map[string]struct {
		text string
		o    CSVOptions
		is   error // nil when there is none to test
		want string
	}{
		"missing number":    {"age,y\n1,u\nn/a,v\n", CSVOptions{}, ErrNotNumber, `p.csv:3: column "age" is "n/a": not a number. Use --missing drop|mean, or clean the file.`},
		"missing category":  {"c,y\nr,u\n,v\n", CSVOptions{}, ErrMissing, `p.csv:3: column "c" is "": missing value. Use --missing drop|mean, or clean the file.`},
		"missing label":     {"a,y\n1,u\n2,NULL\n", CSVOptions{}, ErrMissing, `p.csv:3: column "y" is "NULL": label: missing value. Use --missing drop|mean to leave such rows out, or clean the file.`},
		"stray word":        {"a,y\n1,u\n2,v\nabc,u\n", CSVOptions{Missing: MissingMean}, ErrNotNumber, `p.csv:4: column "a" is "abc": not a number. Clean the file, or use --categorical a or --ignore a.`},
		"long cell":         {"a,y\n1,u\n2,v\n" + strings.Repeat("ü", 60) + ",u\n", CSVOptions{}, ErrNotNumber, `p.csv:4: column "a" is "` + strings.Repeat("ü", 40) + `…": not a number.`},
		"decimal comma":     {"a;y\n1;u\n2;v\n3,5;u\n", CSVOptions{}, ErrNotNumber, `p.csv:4: column "a" is "3,5": not a number. Use --decimal , or write decimals with a point.`},
		"decimal commas":    {"a;b;y\n1,5;1;u\n3,5;2;v\n", CSVOptions{}, ErrNotNumber, `p.csv:2: column "a" is "1,5": not a number, as in 2 of 2 rows. Use --decimal , or write decimals with a point.`},
		"infinity":          {"a,y\n1,u\n-Inf,v\n", CSVOptions{}, ErrNotFinite, `p.csv:3: column "a" is "-Inf": not finite. Clean the file, or use --categorical a or --ignore a.`},
		"several":           {"a,b,c,y\n1,x,1,u\n2,2,2,v\n1;5,3,,u\n4,5,q,v\n", CSVOptions{}, ErrNotNumber, `p.csv: 4 faults. (1) line 4: column "c" is "": not a number. Use --missing drop|mean, or clean the file. (2) line 4: column "a" is "1;5": not a number. Clean the file, or use --categorical a or --ignore a. (3) line 2: column "b" is "x"`},
		"signs":             {"a,y\n7%,u\n0.07,v\n8%,u\n0,v\n", CSVOptions{}, ErrPercent, `p.csv:3: column "a" is "0.07": some numbers of the column have a percent sign and others none. Write all numbers of the column in one way.`},
		"two orders":        {"d,y\n03/04/2025,u\n05/06/2025,v\n", CSVOptions{}, ErrAmbiguous, `p.csv: column "d": dates such as "03/04/2025" can be read in two ways, with the day or the month first. Use --dates day-first|month-first, or --ignore d.`},
		"stray date":        {"d,y\n2025-04-03,u\nsoon,v\n2025-04-05,v\n", CSVOptions{}, ErrDate, `p.csv:3: column "d" is "soon": not a date as the others. Clean the file, or use --ignore d.`},
		"ignored label":     {"a,y\n1,u\n2,v\n", CSVOptions{Ignore: []string{"y"}}, ErrDuplicate, `p.csv: column "y": named twice, as the label and as a column to ignore.`},
		"damaged gzip":      {"\x1f\x8bxxxxxxxxxxxxx", CSVOptions{}, gzip.ErrHeader, `p.csv: gzip: invalid header. The file is damaged: take a whole copy.`},
		"overflow":          {"a,y\n1,u\n1e999,v\n", CSVOptions{}, ErrNotFinite, `p.csv:3: column "a" is "1e999": not finite. Clean the file, or use --categorical a or --ignore a.`},
		"infinite label":    {"a,y\n1,0.5\n2,inf\n3,2.5\n", CSVOptions{}, ErrNotFinite, `p.csv:3: column "y" is "inf": not finite. Clean the file, or use --task classification.`},
		"stray label":       {"a,y\n1,0.5\n2,abc\n3,2.5\n", CSVOptions{}, ErrNotNumber, `p.csv:3: column "y" is "abc": not a number. Clean the file, or use --task classification.`},
		"same name":         {"a,b,a,y\n1,2,3,u\n", CSVOptions{}, ErrDuplicate, `p.csv:1: column "a": named twice in the header, as columns 1 and 3. Rename one, or use --header no if the first row is data.`},
		"ragged":            {"a,b,y\n1,2,u\n1,v\n", CSVOptions{}, csv.ErrFieldCount, `p.csv:3: 2 cells where the first row has 3: wrong number of fields. Check this line, or name the separator with --separator.`},
		"quote":             {"a,y\n1,u\n2\"x,v\n", CSVOptions{}, csv.ErrBareQuote, `p.csv:3: bare " in non-quoted-field. Check the quotes of this line.`},
		"open quote":        {"a,y\n1,u\n\"2,v\n", CSVOptions{}, csv.ErrQuote, `p.csv:3: extraneous or missing " in quoted-field. Check the quotes of this line.`},
		"empty":             {"", CSVOptions{}, ErrEmpty, `p.csv: no data. The file is empty.`},
		"blank":             {"\n\r\n", CSVOptions{}, ErrEmpty, `p.csv: no data. The file is empty.`},
		"header only":       {"a,y\n", CSVOptions{}, ErrEmpty, `p.csv:1: no data. The file has a header and no rows; use --header no if its row is data.`},
		"no such label":     {"age,diagnosis\n1,u\n", CSVOptions{Label: "diagnoses"}, nil, `p.csv: label column "diagnoses": unknown; did you mean "diagnosis"? (age, diagnosis)`},
		"label too far":     {"age,diagnosis\n1,u\n", CSVOptions{Label: "0"}, nil, `p.csv: label column "0": unknown (age, diagnosis). Columns are numbered 1 to 2, or -1 to -2 from the right.`},
		"no such ignored":   {"age,diagnosis\n1,u\n", CSVOptions{Ignore: []string{"agee"}}, nil, `p.csv: column to ignore "agee": unknown; did you mean "age"? (age, diagnosis)`},
		"no such category":  {"age,diagnosis\n1,u\n", CSVOptions{Categorical: []string{"zip"}}, nil, `p.csv: categorical column "zip": unknown (age, diagnosis)`},
		"label alone":       {"y\nu\nv\n", CSVOptions{}, ErrEmpty, `p.csv:2: no data: no column besides the label. Name the separator with --separator.`},
		"one class":         {"a,y\n1,u\n2,u\n", CSVOptions{}, ErrOneClass, `p.csv: column "y": one class only: all 2 labels are "u". Name another column with --label.`},
		"one class of two":  {"a,y\n1,u\n2,u\n", CSVOptions{Classes: []string{"u", "v"}}, ErrOneClass, `p.csv: target "y": one class only`},
		"unknown class":     {"a,y\n1,u\n2,w\n", CSVOptions{Classes: []string{"u", "v"}}, nil, `p.csv:3: column "y": class "w": unknown (u, v). Name it among the classes, or leave the row out.`},
		"all rows dropped":  {"a,b,y\n1,,u\n,2,v\n", CSVOptions{Missing: MissingDrop}, ErrEmpty, `p.csv: no data: every row has a missing cell ("a" is missing in 1, "b" is missing in 1). Use --missing mean, or --ignore such columns.`},
		"column is missing": {"a,b,y\n1,,u\n2,?,v\n", CSVOptions{Missing: MissingMean}, ErrEmpty, `p.csv: column "b": no data: every cell is missing. Use --ignore b.`},
		"identifiers":       {names, CSVOptions{}, ErrIdentifier, `p.csv: nothing but names and numbers of the rows besides the label: "name". Use --keep to learn from one.`},
		"too many cells":    {"a,y\n1,u\n2,v\n3,u\n", CSVOptions{MaxCells: 6}, ErrTooLarge, `p.csv:4: too large: more than 6 cells. Take fewer rows or columns.`},
		"too much text":     {"a,y\n1," + strings.Repeat("u", 1000) + "\n", CSVOptions{MaxCells: 8}, ErrTooLarge, `p.csv: too large: more than 8 cells. Take fewer rows or columns.`},
		"latin 1":           {"a,y\n1,gr\xfcn\n", CSVOptions{}, ErrEncoding, `p.csv:2: cell 2: not UTF-8 text. Save the file as UTF-8.`},
		"UTF-16":            {"\xff\xfea\x00,\x00", CSVOptions{}, ErrEncoding, `p.csv:1: not UTF-8 text. Save the file as UTF-8.`},
	} {
		t.Run(name, func(t *testing.T) {
			c.o.File = "p.csv"
			_, err := ReadCSV(t.Context(), strings.NewReader(c.text), c.o)
			if _, ok := errors.AsType[*Error](err); !ok {
				t.Fatalf("got %v, want an *Error", err)
			}
			if got := withFlags(err); !strings.HasPrefix(got, c.want) || strings.Contains(got, "\n") {
				t.Errorf("got  %s\nwant %s", got, c.want)
			}
			var unknown *UnknownError
			if c.is != nil && !errors.Is(err, c.is) || c.is == nil && !errors.As(err, &unknown) {
				t.Errorf("%v has another cause", err)
			}
		})
	}
}

func TestReadCSVOptionErrors(t *testing.T) {
	for name, o := range map[string]CSVOptions{
		"header":  {Header: "maybe"},
		"task":    {Task: "classify"},
		"missing": {Missing: "mode"},
		"cells":   {MaxCells: -1},
		"classes": {Classes: []string{"u", "u"}},
		"class":   {Classes: []string{"u"}},
		"schema":  {Schema: &Schema{}},
		"comma":   {Separator: '"'},
	} {
		_, err := ReadCSV(t.Context(), strings.NewReader("a,y\n1,u\n2,v\n"), o)
		var fault *Error
		if err == nil || errors.As(err, &fault) {
			t.Errorf("%s: %v", name, err)
		}
	}
	_, err := ReadCSV(t.Context(), strings.NewReader(""), CSVOptions{Missing: "means"})
	if want := `policy for missing cells "means": unknown; did you mean "mean"? (refuse, drop, mean)`; err == nil || err.Error() != want {
		t.Errorf("got %v, want %s", err, want)
	}
}

func TestReadCSVKeepsReadErrors(t *testing.T) {
	text := "a,y\n" + strings.Repeat("1,u\n2,v\n", 20_000) // beyond the first buffer
	for _, size := range []int{0, 10, len(text)} {
		r := iotest.TimeoutReader(strings.NewReader(text))
		if size == 0 {
			r = iotest.ErrReader(fs.ErrPermission)
		}
		_, err := ReadCSV(t.Context(), r, CSVOptions{File: "p.csv"})
		var fault *Error
		if err == nil || errors.As(err, &fault) || !errors.Is(err, iotest.ErrTimeout) && !errors.Is(err, fs.ErrPermission) {
			t.Errorf("got %v", err)
		}
	}
	var parse *csv.ParseError
	if _, err := ReadCSV(t.Context(), strings.NewReader("a,y\n1\n"), CSVOptions{}); !errors.As(err, &parse) || parse.Line != 2 {
		t.Errorf("got %v", err)
	}
}

func TestReadCSVSchema(t *testing.T) {
	schema := &Schema{
		Columns: []Column{{Name: "age"}, {Name: "colour", Levels: []string{"blue", "red"}}},
		Target:  "kind", Classes: []string{"u", "v"},
	}
	for name, c := range map[string]struct {
		text string
		o    CSVOptions
		want string // rows, or the error
	}{
		"any order, more columns": {"kind,id,colour,age\nv,?,red,3\nv,,blue,4\n", CSVOptions{}, "[3 1]=1 [4 0]=1"},
		"no label":                {"age,colour\n3,red\n", CSVOptions{}, "[3 1]"},
		"empty label":             {"age,colour,kind\n3,red,\n4,red,?\n", CSVOptions{}, "[3 1] [4 1]"},
		"some labels":             {"age,colour,kind\n3,red,\n4,red,u\n", CSVOptions{}, `:2: column "kind" is "": label: missing value. Use --missing drop|mean to leave such rows out, or clean the file.`},
		"other label":             {"age,colour,k\n3,red,u\n4,red,v\n", CSVOptions{Label: "k"}, "[3 1]=0 [4 1]=1"},
		"label asked for":         {"age,colour\n3,red\n", CSVOptions{Label: "kind"}, `label column "kind": unknown (age, colour)`},
		"by position":             {"3,red\n4,blue\n5,red\n", CSVOptions{}, "[3 1] [4 0] [5 1]"},
		"position and label":      {"3,red,u\n4,blue,v\n5,red,v\n", CSVOptions{}, "[3 1]=0 [4 0]=1 [5 1]=1"},
		"label in front":          {"u,3,red\nv,4,blue\nv,5,red\n", CSVOptions{Label: "1"}, "[3 1]=0 [4 0]=1 [5 1]=1"},
		"no room for the label":   {"3,red\n5,red\n", CSVOptions{Label: "1"}, `:1: wrong number of columns: 2, all of them inputs of the model, leave none for the label`},
		"wrong width":             {"3,red,u,1\n5,red,v,1\n", CSVOptions{}, `:1: wrong number of columns: 4 where the model needs 2 ("age", "colour"), and one more for labels. Give a header row to choose columns by name.`},
		"missing column":          {"Age,colour\n3,red\n", CSVOptions{}, `:1: column "age": unknown; did you mean "Age"? (Age, colour). The model was trained with this column: add it, or rename yours.`},
		"unknown level":           {"age,colour\n3,red\n4,grey\n", CSVOptions{}, `[3 1] [4 -1]`},
		"strict":                  {"age,colour\n3,red\n4,grey\n5,pink\n", CSVOptions{Strict: true}, `column "colour": levels that the model has not seen: "grey", "pink" (known are "blue", "red"). Leave such rows out, or drop --strict.`},
		"one row, no header":      {"3,red\n", CSVOptions{}, "[3 1]"},
		"one row, with label":     {"3,red,v\n", CSVOptions{}, "[3 1]=1"},
		"one row, a gap":          {",red\n", CSVOptions{Missing: MissingMean}, "[NaN 1]"},
		"labels lost":             {"age,colour,kind\n3,red,\n4,red,u\n", CSVOptions{Missing: MissingMean}, "[4 1]=0"},
		"unknown class":           {"age,colour,kind\n3,red,maybe\n", CSVOptions{}, `:2: column "kind": class "maybe": unknown (u, v). Name it among the classes, or leave the row out.`},
		"word for a number":       {"age,colour\nold,red\nold,blue\n", CSVOptions{}, `:2: column "age" is "old": not a number, as in 2 of 2 rows. The model was trained on numbers: clean the file.`},
		"missing cell":            {"age,colour\n3,red\n,red\n", CSVOptions{}, `:3: column "age" is "": not a number. Use --missing drop|mean, or clean the file.`},
		"missing kept":            {"age,colour\n3,\n,red\n", CSVOptions{Missing: MissingMean}, "[3 NaN] [NaN 1]"},
	} {
		t.Run(name, func(t *testing.T) {
			c.o.Schema = schema
			d, err := ReadCSV(t.Context(), strings.NewReader(c.text), c.o)
			got := ""
			if err != nil {
				got = withFlags(err)
			} else {
				got = rows(d)
				if d.Regression() || d.Target != "kind" || columnNames(d) != "age colour[blue red]" {
					t.Errorf("got %+v", d)
				}
			}
			if strings.TrimPrefix(got, ": ") != strings.TrimPrefix(c.want, ":") {
				t.Errorf("got  %s\nwant %s", got, c.want)
			}
		})
	}
	values := &Schema{Columns: []Column{{Name: "a"}}, Target: "y"}
	if d := read(t, "a,y\n1,0\n2,1\n", CSVOptions{Schema: values}); !d.Regression() || rows(d) != "[1]=0 [2]=1" {
		t.Errorf("regression: %+v", d)
	}
}

func TestWriteCSVRoundTrip(t *testing.T) {
	for _, info := range Catalogue() {
		d, err := Load(info.Name, Synthetic{Noise: noiseOf(info), Seed: 4})
		if err != nil {
			t.Fatal(err)
		}
		d.X[0][0] = math.NaN()
		d.X[1][0] = -math.SmallestNonzeroFloat64
		roundTrip(t, d)
	}
	d := small()
	d.Columns[0].Name = "age, \"years\""
	d.Columns[1].Levels[0] = "pale\nblue"
	roundTrip(t, d)
	d.Y = nil
	roundTrip(t, d)
}

func noiseOf(info Info) float64 {
	if info.Synthetic {
		return 0.1
	}
	return 0
}

func roundTrip(t *testing.T, d *Dataset) {
	t.Helper()
	var text strings.Builder
	if err := WriteCSV(&text, d); err != nil {
		t.Fatal(err)
	}
	schema := d.Schema()
	back, err := ReadCSV(t.Context(), strings.NewReader(text.String()), CSVOptions{Header: HeaderYes, Separator: ',', Missing: MissingMean, Schema: &schema})
	if err != nil {
		t.Fatalf("%s: %v\n%s", d.Name, err, text.String())
	}
	if back.Hash() != d.Hash() {
		t.Errorf("%s: another data set comes back", d.Name)
	}
}

func TestWriteCSVErrors(t *testing.T) {
	d := small()
	d.X[0] = d.X[0][:1]
	if err := WriteCSV(&strings.Builder{}, d); !errors.Is(err, ErrShape) {
		t.Errorf("ragged: %v", err)
	}
	if err := WriteCSV(failingWriter{}, small()); !errors.Is(err, fs.ErrClosed) {
		t.Errorf("closed: %v", err)
	}
}

type failingWriter struct{}

func (failingWriter) Write([]byte) (int, error) { return 0, fs.ErrClosed }

func FuzzReadCSV(f *testing.F) {
	for _, s := range []string{
		"a,b,y\n1,2,u\n3,4,v\n", "\uFEFFa;y\r\n1,5;u\r\n", "1\t2\t0\n3\t\t1\n", "\"a\"\"\",y\nNaN,u\n?,v\n",
		"c,y\nred,1\nblue,2\n", "a,y\n1e999,u\n", "\"", "", ",,\n,,\n", "0x1p-2,y\n1_0,u\n",
	} {
		f.Add(s, "", false)
		f.Add(s, "-1", true)
	}
	f.Fuzz(func(t *testing.T, text, label string, drop bool) {
		o := CSVOptions{Label: label, Missing: MissingMean, MaxCells: 2000}
		if drop {
			o.Missing = MissingDrop
		}
		d, err := ReadCSV(t.Context(), strings.NewReader(text), o)
		if err != nil {
			var fault *Error
			if !errors.As(err, &fault) || strings.Contains(err.Error(), "\n") {
				t.Fatalf("%q", err)
			}
			return
		}
		if err := d.Validate(); err != nil {
			t.Fatal(err)
		}
		roundTrip(t, d)
	})
}

func TestHeaderDetection(t *testing.T) {
	for _, c := range []struct {
		name, text string
		first      string // name of the first column
		rows       int
	}{
		{"names", "a,b,y\n1,2,u\n3,4,v\n", "a", 2},
		{"a class called as its column", "a,b,y\n1,2,x\n3,4,y\n", "a", 2},
		{"no names, a class that occurs again", "1,2,u\n3,4,v\n5,6,u\n", "x1", 3},
		{"no names, numbers alone", "1,2,0\n3,4,1\n", "x1", 2},
		{"numbers for names", "0,1,label\n1,2,u\n3,4,v\n", "0", 2},
		{"no names, words alone", "red,big,u\nblue,big,v\nred,small,u\n", "x1", 3},
	} {
		d, err := ReadCSV(t.Context(), strings.NewReader(c.text), CSVOptions{})
		if err != nil {
			t.Errorf("%s: %v", c.name, err)
			continue
		}
		if d.Columns[0].Name != c.first || d.Len() != c.rows {
			t.Errorf("%s: first column %q with %d rows, want %q with %d", c.name, d.Columns[0].Name, d.Len(), c.first, c.rows)
		}
	}
}
