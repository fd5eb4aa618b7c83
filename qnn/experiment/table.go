package experiment

import (
	"cmp"
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/qnn-go/qnn/internal/fault"
	"github.com/qnn-go/qnn/internal/plural"
	"github.com/qnn-go/qnn/qnn"
	"github.com/qnn-go/qnn/qnn/dataset"
)

// TableForm says how a CSV file is written.
type TableForm struct {
	Separator string
	Header    string
}

// Fields lists the settings of a form.
func (t *TableForm) Fields() []Field {
	return []Field{
		{Name: "separator", Usage: "what stands between the cells of a CSV file: a character, or tab, blank, comma, semicolon, bar (default found out)", Value: &t.Separator},
		{Name: "header", Usage: "whether the first row of a CSV file holds names: auto, yes, no", Value: &t.Header},
	}
}

// apply sets the options of the form.
func (t *TableForm) apply(o *dataset.CSVOptions) error {
	known := []string{string(dataset.HeaderAuto), string(dataset.HeaderYes), string(dataset.HeaderNo)}
	if !isOneOf(t.Header, known) {
		return unknownWord("header", t.Header, known)
	}
	o.Header = dataset.Header(t.Header)
	var err error
	o.Separator, err = separator(t.Separator)
	return err
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
		return 0, refuse("{separator %q}: must be one character other than a quote, or tab, blank, comma, semicolon, bar", word)
	}
	return r, nil
}

// StandardInput is the path of a table that is read from standard input.
const StandardInput = "-"

// readTable reads a CSV file, or standard input.
func readTable(ctx context.Context, path string, stdin io.Reader, o dataset.CSVOptions) (*dataset.Dataset, error) {
	r := stdin
	o.File = "standard input"
	if path != StandardInput {
		f, err := os.Open(path)
		if err != nil {
			return nil, &TableError{err}
		}
		defer func() { _ = f.Close() }() // opened for reading
		r, o.File = f, path
	}
	d, err := dataset.ReadCSV(ctx, r, o)
	if err != nil {
		return nil, err
	}
	d.Name = TableName(o.File)
	return d, nil
}

// TableError is a table that cannot be opened.
type TableError struct{ Err error }

func (e *TableError) Error() string { return e.Err.Error() }

// Unwrap returns the cause.
func (e *TableError) Unwrap() error { return e.Err }

// TableName is the name of a table by that of its file, without .csv or .csv.gz.
func TableName(path string) string {
	name := filepath.Base(path)
	if strings.EqualFold(filepath.Ext(name), ".gz") {
		name = strings.TrimSuffix(name, filepath.Ext(name))
	}
	return cmp.Or(strings.TrimSuffix(name, filepath.Ext(name)), "data")
}

// Samples says which table to read for a model, and how.
type Samples struct {
	Path    string    // of a CSV file, or [StandardInput]
	Stdin   io.Reader // what that is
	Missing string    // what becomes of missing cells
	Label   bool      // read the column of the labels, where there is one
	Form    TableForm
	Strict  bool // refuse categories that the model has not seen
}

// Read reads a CSV file with the columns of the training data of m.
func (s *Samples) Read(ctx context.Context, m *qnn.Model) (*dataset.Dataset, error) {
	if m.Pipeline == nil {
		return nil, fault.As(fault.Data, fmt.Errorf("the model has no preprocessing and so no column names: it cannot read tables. Use the library, or train with qnn train"))
	}
	if !isOneOf(s.Missing, MissingNames()) {
		return nil, unknownWord("missing", s.Missing, MissingNames())
	}
	schema := schemaOf(m)
	if !s.Label {
		schema.Target = ""
	}
	o := dataset.CSVOptions{Schema: schema, Missing: dataset.Missing(s.Missing), Strict: s.Strict}
	if err := s.Form.apply(&o); err != nil {
		return nil, err
	}
	return readTable(ctx, s.Path, s.Stdin, o)
}

// schemaOf is the form of tables that a model with preprocessing reads.
func schemaOf(m *qnn.Model) *dataset.Schema {
	return &dataset.Schema{Columns: m.Pipeline.Columns, Target: m.Target, Classes: m.Classes, Label: m.Pipeline.Label}
}

// Remarks is what there is to tell about samples that were read for a model with the
// preprocessing p: rows that were left out, levels that the model does not know.
func Remarks(p *dataset.Pipeline, d *dataset.Dataset) []string {
	var out []string
	if text := d.Read.Dropped.String(); text != "" {
		out = append(out, text)
	}
	for _, u := range d.Read.Unseen {
		as := "as no level (zeros)"
		if rule := p.UnseenRule(u.Column); rule != "" {
			as = "as " + strconv.Quote(rule)
		}
		out = append(out, fmt.Sprintf("column %q: level %q is new to the model and counts %s, in %s",
			u.Column, u.Level, as, plural.Count(u.Rows, "row")))
	}
	return out
}

// lineOf is the line of the file that a sample comes from, "" without a file.
func lineOf(d *dataset.Dataset, i int) string {
	if d.Lines == nil {
		return ""
	}
	return strconv.Itoa(d.Lines[i])
}
