package cli

import (
	"cmp"
	"context"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/spf13/pflag"

	"github.com/qnn-go/qnn/internal/plural"
	"github.com/qnn-go/qnn/qnn/dataset"
)

// tableForm are the flags that say how a CSV file is written.
type tableForm struct {
	Separator string
	Header    string
}

func (t *tableForm) add(f *pflag.FlagSet) {
	f.StringVar(&t.Separator, "separator", "", "what stands between the cells of a CSV file: a character, or tab, blank, comma, semicolon, bar (default found out)")
	f.StringVar(&t.Header, "header", "auto", "whether the first row of a CSV file holds names: auto, yes, no")
}

// apply sets the options of the form.
func (t *tableForm) apply(o *dataset.CSVOptions) error {
	if !isOneOf(t.Header, headers()) {
		return unknownWord("header", t.Header, headers())
	}
	o.Header = dataset.Header(t.Header)
	var err error
	o.Separator, err = separator(t.Separator)
	return err
}

func headers() []string {
	return []string{string(dataset.HeaderAuto), string(dataset.HeaderYes), string(dataset.HeaderNo)}
}

// separator is the character that a word means; 0 for "".
func separator(word string) (rune, error) {
	switch word {
	case "":
		return 0, nil
	case "tab", "\\t":
		return '\t', nil
	case "blank", "space":
		return ' ', nil
	case "comma":
		return ',', nil
	case "semicolon":
		return ';', nil
	case "bar", "pipe":
		return '|', nil
	}
	r, size := utf8.DecodeRuneInString(word)
	if size != len(word) || r == utf8.RuneError || strings.ContainsRune("\"\r\n", r) {
		return 0, usage("--separator %q: must be one character other than a quote, or tab, blank, comma, semicolon, bar", word)
	}
	return r, nil
}

// readTable reads a CSV file, or standard input for "-".
func readTable(ctx context.Context, path string, stdin io.Reader, o dataset.CSVOptions) (*dataset.Dataset, error) {
	r := stdin
	o.File = "standard input"
	if path != "-" {
		f, err := os.Open(path)
		if err != nil {
			return nil, advise(err, "Check the path of the CSV file")
		}
		defer func() { _ = f.Close() }() // opened for reading
		r, o.File = f, path
	}
	d, err := dataset.ReadCSV(ctx, r, o)
	if err != nil {
		return nil, err
	}
	d.Name = tableName(o.File)
	return d, nil
}

// tableName is the name of a table by that of its file, without .csv or .csv.gz.
func tableName(path string) string {
	name := filepath.Base(path)
	if strings.EqualFold(filepath.Ext(name), ".gz") {
		name = strings.TrimSuffix(name, filepath.Ext(name))
	}
	return cmp.Or(strings.TrimSuffix(name, filepath.Ext(name)), "data")
}

// facts are what there is to tell about the reading of the data: rows left out, the
// widths of one-hot columns, and what was decided about columns.
func (e *experiment) facts() []string {
	var out []string
	for _, d := range []*dataset.Dataset{e.data, e.separateTest()} {
		if d == nil {
			continue
		}
		if text := d.Read.Dropped.String(); text != "" {
			out = append(out, text)
		}
	}
	if widths := e.pipeline.OneHotWidths(); len(widths) > 0 {
		names, total := make([]string, 0, len(widths)), e.columns
		const listed = 6
		for _, w := range widths[:min(listed, len(widths))] {
			names = append(names, fmt.Sprintf("%s %d", w.Column, w.Levels))
		}
		if len(widths) > listed {
			names = append(names, "…")
		}
		out = append(out, fmt.Sprintf("%d columns after one-hot: %s", total, strings.Join(names, ", ")))
	}
	for _, r := range e.remarks {
		out = append(out, r.String())
	}
	return out
}

// separateTest is the test part where it is a table of its own, else nil.
func (e *experiment) separateTest() *dataset.Dataset {
	if e.TestData == "" {
		return nil
	}
	return e.test
}

// unseenRemarks say which levels of a table a model does not know, and what becomes of
// them.
func unseenRemarks(p *dataset.Pipeline, d *dataset.Dataset) []string {
	out := make([]string, len(d.Read.Unseen))
	for i, u := range d.Read.Unseen {
		as := "as no level (zeros)"
		if rule := p.UnseenRule(u.Column); rule != "" {
			as = "as " + strconv.Quote(rule)
		}
		out[i] = fmt.Sprintf("column %q: level %q is new to the model and counts %s, in %s. --strict refuses it",
			u.Column, u.Level, as, plural.Count(u.Rows, "row"))
	}
	return out
}

// readTestData reads a separate test part with the columns of the training data.
func (e *experiment) readTestData(ctx context.Context) error {
	schema := e.data.Schema()
	o := dataset.CSVOptions{Schema: &schema, Missing: dataset.Missing(e.Missing)}
	if err := e.tableForm.apply(&o); err != nil {
		return err
	}
	d, err := readTable(ctx, e.TestData, nil, o)
	if err != nil {
		return fmt.Errorf("--test-data: %w", err)
	}
	if d.Y == nil {
		return badData("%s: no label column %q. Add it, or leave --test-data out", e.TestData, e.data.Target)
	}
	e.test = d
	return nil
}

// writeSplit writes the rows of each part, in the order that the part has: part, row of
// the data from 0, line of the file where there is one.
func (e *experiment) writeSplit(w io.Writer) error {
	c := csv.NewWriter(w)
	if err := c.Write([]string{"part", "row", "line"}); err != nil {
		return err
	}
	for _, part := range []struct {
		name string
		rows []int
		data *dataset.Dataset
	}{{"train", e.parts.Train, e.train}, {"validation", e.parts.Validation, e.validation}, {"test", e.parts.Test, e.test}} {
		for i, row := range part.rows {
			if err := c.Write([]string{part.name, strconv.Itoa(row), lineOf(part.data, i)}); err != nil {
				return err
			}
		}
	}
	c.Flush()
	return c.Error()
}

// lineOf is the line of the file that a sample comes from, "" without a file.
func lineOf(d *dataset.Dataset, i int) string {
	if d.Lines == nil {
		return ""
	}
	return strconv.Itoa(d.Lines[i])
}

// openTest reads the model of a run and its test part. Where the run's data file is
// gone, the test part is the one that the run has kept.
func openTest(ctx context.Context, dir string, progress io.Writer) (*stored, error) {
	r, err := openStored(ctx, dir, progress)
	if !errors.Is(err, os.ErrNotExist) {
		return r, err
	}
	s, open := openRun(dir)
	if open != nil || !s.isFile() {
		return nil, err
	}
	if _, stat := os.Stat(s.Data); stat == nil {
		return nil, err
	}
	f, kept := os.Open(filepath.Join(dir, testFile))
	if kept != nil {
		return nil, err
	}
	defer func() { _ = f.Close() }() // opened for reading
	m, err := loadRunModel(dir)
	if err != nil {
		return nil, err
	}
	if m.Pipeline == nil {
		return nil, badData("%s: the model has no preprocessing and so no column names. Take a whole copy of the run directory, or train again", dir)
	}
	schema := &dataset.Schema{Columns: m.Pipeline.Columns, Target: m.Target, Classes: m.Classes, Label: m.Pipeline.Label}
	d, err := dataset.ReadCSV(ctx, f, dataset.CSVOptions{File: f.Name(), Schema: schema, Header: dataset.HeaderYes, Separator: ',', Missing: dataset.MissingMean})
	if err != nil {
		return nil, err
	}
	was, err := readEnvironment(dir)
	if err != nil {
		return nil, err
	}
	if d.Y == nil || was.TestHash != d.Hash() {
		return nil, badData("%s: not the test part that the run was trained with. Take a whole copy of the run directory, or restore %s", f.Name(), s.Data)
	}
	d.Name, d.Lines = s.dataName(), nil
	return &stored{experiment: &experiment{settings: s, test: d}, dir: dir, model: m}, nil
}
