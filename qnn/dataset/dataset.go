// Package dataset holds labelled tables and all that happens to them before a
// circuit sees them: reading (embedded tables, seeded generators, CSV files),
// splitting, and preprocessing fitted on the training part alone.
//
// The way through is
//
//	d, err := dataset.Load("iris", dataset.Synthetic{})       // or ReadCSV
//	part, err := dataset.Split(d, dataset.SplitOptions{Test: 0.2})
//	pipe := dataset.Pipeline{Steps: []dataset.Step{&dataset.Standard{}, &dataset.PCA{K: 2}}}
//	err = pipe.Fit(ctx, d.Subset(part.Train))
//	x, err := pipe.Transform(d.Subset(part.Test).X)
//
// Randomness comes from math/rand/v2 PCG generators seeded by the caller; equal
// seeds give equal results on every machine.
package dataset

import (
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"hash"
	"math"
	"slices"
)

// Column describes one input column: numeric when Levels is empty, else
// categorical with those levels, whose indices 0…len(Levels)−1 are the cells, or
// Unseen.
type Column struct {
	Name   string   `json:"name"`
	Levels []string `json:"levels,omitempty"`
	// Notation says how a file writes the numbers of a numeric column.
	Notation Notation `json:"notation,omitzero"`
	// Date says that the column is part of a file's column of dates.
	Date *DatePart `json:"date,omitempty"`
}

// Unseen is the cell of a categorical column whose level is none of the column's, such
// as one that a model was not trained with. A Levels step takes it for its level of all
// others where it has one; else OneHot makes it zeros.
const Unseen = -1

// source is the name of the file's column.
func (c Column) source() string {
	if c.Date != nil {
		return c.Date.From
	}
	return c.Name
}

// Categorical reports whether the column holds level indices.
func (c Column) Categorical() bool { return len(c.Levels) > 0 }

// Dataset is a table of n samples by len(Columns) inputs with one label each.
// The methods do not change it; it may be read from several goroutines. The zero
// value is an empty set, which Validate refuses.
type Dataset struct {
	// Name, Source and License say where the data comes from; all may be empty.
	Name, Source, License string
	// Columns describes the columns of X.
	Columns []Column
	// Target is the name of the label column.
	Target string
	// Classes names the classes; it is nil for regression.
	Classes []string
	// X holds samples × columns: a number, a level index, Unseen, or NaN for a missing cell.
	X [][]float64
	// Y holds the class index 0…len(Classes)−1 of each sample, or its value for
	// regression. It is nil when the samples are not labelled.
	Y []float64
	// Lines holds the line of the file each sample came from, counted from 1; it is
	// nil when there was no file.
	Lines []int
	// Label says how a file writes the labels.
	Label Label
	// Read is what ReadCSV has to tell about the file.
	Read Reading
}

// Label says how a file writes labels.
type Label struct {
	// Notation is that of values to predict.
	Notation Notation `json:"notation,omitzero"`
	// Merged names the classes that MergeRare made one.
	Merged []string `json:"merged,omitempty"`
}

// Reading is what there is to tell about a file that was read.
type Reading struct {
	// Remarks says what was decided, in the order of the columns.
	Remarks []Remark
	// Dropped counts the rows that were left out for their missing cells.
	Dropped Dropped
	// Unseen lists the levels that the schema lacks.
	Unseen []UnseenLevel
}

// Dropped counts rows that were left out.
type Dropped struct {
	Rows int `json:"rows"` // left out
	Of   int `json:"of"`   // rows of the file
	// Columns counts for each column with missing cells in rows that were left out how
	// many of those rows they are; a row may have several.
	Columns []ColumnRows `json:"columns"`
}

// ColumnRows is a number of rows for a column.
type ColumnRows struct {
	Column string `json:"column"`
	Rows   int    `json:"rows"`
}

// UnseenLevel is a level that the schema's column lacks, with the number of rows that
// have it.
type UnseenLevel struct {
	Column string `json:"column"`
	Level  string `json:"level"`
	Rows   int    `json:"rows"`
}

// Schema is the part of a Dataset that a trained model keeps: what a row means.
type Schema struct {
	Columns []Column `json:"columns"`
	Target  string   `json:"target"`
	Classes []string `json:"classes,omitempty"`
	Label   Label    `json:"label,omitzero"`
}

// Schema returns the meaning of the rows of d. The slices are shared.
func (d *Dataset) Schema() Schema {
	return Schema{Columns: d.Columns, Target: d.Target, Classes: d.Classes, Label: d.Label}
}

// Validate reports the first fault of a schema read from a file: no columns, a
// name twice, a level or a class twice, a single class.
func (s Schema) Validate() error {
	if err := validateColumns(s.Columns); err != nil {
		return err
	}
	for _, c := range s.Columns {
		if c.Name == s.Target {
			return fmt.Errorf("column %q: %w, as an input and as the target", c.Name, ErrDuplicate)
		}
	}
	if s.Classes == nil {
		return nil
	}
	if name, twice := duplicate(s.Classes); twice {
		return fmt.Errorf("class %q: %w", name, ErrDuplicate)
	}
	if len(s.Classes) < 2 {
		return fmt.Errorf("column %q: %w", s.Target, ErrOneClass)
	}
	return nil
}

func validateColumns(columns []Column) error {
	if len(columns) == 0 {
		return fmt.Errorf("%w: no columns", ErrEmpty)
	}
	names := make([]string, len(columns))
	for i, c := range columns {
		names[i] = c.Name
		if level, twice := duplicate(c.Levels); twice {
			return fmt.Errorf("column %q: level %q: %w", c.Name, level, ErrDuplicate)
		}
		if c.Date == nil {
			continue
		}
		if err := c.Date.validate(); err != nil {
			return fmt.Errorf("column %q: %w", c.Name, err)
		}
	}
	if name, twice := duplicate(names); twice {
		return fmt.Errorf("column %q: %w", name, ErrDuplicate)
	}
	return nil
}

// duplicate returns a string that occurs more than once.
func duplicate(names []string) (string, bool) {
	seen := make(map[string]bool, len(names))
	for _, n := range names {
		if seen[n] {
			return n, true
		}
		seen[n] = true
	}
	return "", false
}

// Len returns the number of samples.
func (d *Dataset) Len() int { return len(d.X) }

// Regression reports whether the labels are values, not classes.
func (d *Dataset) Regression() bool { return d.Classes == nil }

// ClassCounts returns how many samples each class has; nil for regression and for
// unlabelled sets.
func (d *Dataset) ClassCounts() []int {
	if d.Regression() || d.Y == nil {
		return nil
	}
	counts := make([]int, len(d.Classes))
	for _, y := range d.Y {
		counts[int(y)]++
	}
	return counts
}

// Subset returns the samples at the given indices, in that order; an index may
// occur more than once. Rows and descriptions are shared with d. It panics when an
// index is out of range, as indexing a slice does.
func (d *Dataset) Subset(indices []int) *Dataset {
	s := *d
	s.X = make([][]float64, len(indices))
	for i, j := range indices {
		s.X[i] = d.X[j]
	}
	if d.Y != nil {
		s.Y = make([]float64, len(indices))
		for i, j := range indices {
			s.Y[i] = d.Y[j]
		}
	}
	if d.Lines != nil {
		s.Lines = make([]int, len(indices))
		for i, j := range indices {
			s.Lines[i] = d.Lines[j]
		}
	}
	return &s
}

// FilterClasses returns the samples of the named classes. The classes keep the
// order they have in d, whatever the order of names, and are numbered anew from 0.
// Rows are shared with d. It returns an *UnknownError that lists the known classes
// for a name that is none of them, ErrOneClass when fewer than two remain, and
// ErrNoClasses for regression.
func (d *Dataset) FilterClasses(names []string) (*Dataset, error) {
	if d.Regression() {
		return nil, fmt.Errorf("target %q: %w", d.Target, ErrNoClasses)
	}
	if d.Y == nil {
		return nil, fmt.Errorf("target %q: %w", d.Target, ErrUnlabelled)
	}
	for _, name := range names {
		if !slices.Contains(d.Classes, name) {
			return nil, &UnknownError{Kind: "class", Name: name, Known: d.Classes}
		}
	}
	index := make([]float64, len(d.Classes))
	var kept []string
	for c, name := range d.Classes {
		index[c] = -1
		if slices.Contains(names, name) {
			index[c] = float64(len(kept))
			kept = append(kept, name)
		}
	}
	if len(kept) < 2 {
		return nil, fmt.Errorf("%d of %d classes kept: %w. Keep at least two", len(kept), len(d.Classes), ErrOneClass)
	}
	var rows []int
	for i, y := range d.Y {
		if index[int(y)] >= 0 {
			rows = append(rows, i)
		}
	}
	s := d.Subset(rows)
	s.Classes = kept
	for i, y := range s.Y {
		s.Y[i] = index[int(y)]
	}
	return s, nil
}

// Validate reports the first reason why d cannot be learned from: no samples
// (ErrEmpty), no labels (ErrUnlabelled), rows of different lengths (ErrShape), an
// infinite cell or a level index out of range (ErrCell; NaN is a missing cell and
// passes, as Unseen does), a label that is not finite or no class index (ErrCell), or samples of
// one class alone (ErrOneClass).
func (d *Dataset) Validate() error {
	if err := d.validateRows(); err != nil {
		return err
	}
	if d.Y == nil {
		return fmt.Errorf("target %q: %w", d.Target, ErrUnlabelled)
	}
	if len(d.Y) != len(d.X) {
		return fmt.Errorf("%w: %d samples and %d labels", ErrShape, len(d.X), len(d.Y))
	}
	for i, y := range d.Y {
		if math.IsNaN(y) || math.IsInf(y, 0) {
			return fmt.Errorf("sample %d: label is %v: %w", i, y, ErrCell)
		}
		if !d.Regression() && !isIndex(y, len(d.Classes)) {
			return fmt.Errorf("sample %d: label %v is none of %d classes: %w", i, y, len(d.Classes), ErrCell)
		}
	}
	if d.Regression() {
		return nil
	}
	present := 0
	for _, n := range d.ClassCounts() {
		if n > 0 {
			present++
		}
	}
	if present < 2 {
		return fmt.Errorf("target %q: %w", d.Target, ErrOneClass)
	}
	return nil
}

func (d *Dataset) validateRows() error {
	if err := d.Schema().Validate(); err != nil {
		return err
	}
	if len(d.X) == 0 {
		return fmt.Errorf("%w: no samples", ErrEmpty)
	}
	if d.Lines != nil && len(d.Lines) != len(d.X) {
		return fmt.Errorf("%w: %d samples and %d line numbers", ErrShape, len(d.X), len(d.Lines))
	}
	for i, row := range d.X {
		if err := checkRow(d.Columns, row); err != nil {
			return fmt.Errorf("sample %d: %w", i, err)
		}
	}
	return nil
}

// checkRow reports a row that does not fit the columns. NaN passes.
func checkRow(columns []Column, row []float64) error {
	if len(row) != len(columns) {
		return fmt.Errorf("%w: %d cells for %d columns", ErrShape, len(row), len(columns))
	}
	for j, v := range row {
		switch {
		case math.IsNaN(v):
		case math.IsInf(v, 0):
			return fmt.Errorf("column %q is %v: %w", columns[j].Name, v, ErrCell)
		case columns[j].Categorical() && v != Unseen && !isIndex(v, len(columns[j].Levels)):
			return fmt.Errorf("column %q is %v, none of %d levels: %w", columns[j].Name, v, len(columns[j].Levels), ErrCell)
		}
	}
	return nil
}

// isIndex reports whether v is one of 0, 1, …, n−1.
func isIndex(v float64, n int) bool {
	return v >= 0 && v < float64(n) && v == math.Trunc(v)
}

// Hash returns 64 hexadecimal digits: SHA-256 over columns, target, classes and the
// bits of X and Y. It is the same on every machine and does not depend on Name,
// Source, License or Lines. All NaN are equal; −0 and 0 differ.
func (d *Dataset) Hash() string {
	h := sha256.New()
	writeCount(h, len(d.Columns))
	for _, c := range d.Columns {
		writeStrings(h, c.Name)
		writeCount(h, len(c.Levels))
		writeStrings(h, c.Levels...)
	}
	writeStrings(h, d.Target)
	writeCount(h, len(d.Classes))
	writeStrings(h, d.Classes...)
	writeCount(h, len(d.X))
	var buf []byte
	for _, row := range d.X {
		writeCount(h, len(row))
		buf = appendBits(buf[:0], row)
		h.Write(buf)
	}
	writeCount(h, len(d.Y))
	h.Write(appendBits(buf[:0], d.Y))
	return hex.EncodeToString(h.Sum(nil))
}

func writeCount(h hash.Hash, n int) {
	var b [8]byte
	binary.LittleEndian.PutUint64(b[:], uint64(n))
	h.Write(b[:])
}

func writeStrings(h hash.Hash, text ...string) {
	for _, s := range text {
		writeCount(h, len(s))
		h.Write([]byte(s))
	}
}

func appendBits(buf []byte, values []float64) []byte {
	for _, v := range values {
		if math.IsNaN(v) {
			v = math.NaN()
		}
		buf = binary.LittleEndian.AppendUint64(buf, math.Float64bits(v))
	}
	return buf
}
