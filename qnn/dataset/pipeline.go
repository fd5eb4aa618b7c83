package dataset

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"math"
	"slices"

	"github.com/qnn-go/qnn/internal/sysmem"
)

// Step is one stage of a Pipeline: *Impute, *Levels, *OneHot, *Standard, *MinMax, *L2, or a
// reducer: *PCA, *PLS, *LDA or *Select. The set is closed, so that pipelines can be read
// from files.
type Step interface {
	// Kind returns the name of the step in files: "impute", "levels", "one-hot", "standard",
	// "min-max", "l2", "pca", "pls", "lda" or "select".
	Kind() string

	// fit learns from the rows x, whose cells are described by in, and their labels. One
	// that may take seconds looks at the context.
	fit(ctx context.Context, in []Column, x [][]float64, l labels) error
	// output checks the fitted numbers against the input columns and returns the output
	// columns. It trusts nothing: the step may come from a file.
	output(in []Column) ([]Column, error)
	// apply writes the output for one row with the columns in. src and dst do not
	// overlap; both have the width that output was given and returned.
	apply(dst, src []float64, in []Column) error
}

// Pipeline turns the rows of a Dataset into the numbers a circuit encodes, step by
// step. Fit learns each step's numbers from the training part alone; Transform
// applies them to any rows with the same columns.
//
// An Impute step must come first; OneHot must come before the numeric steps when
// there are categorical columns. After Fit, or when read from JSON, a Pipeline is
// not changed by its methods and may be used from several goroutines.
//
// The zero value, fitted, passes numeric columns through.
type Pipeline struct {
	// Columns describes the input; Fit sets it.
	Columns []Column
	// Label says how files write the labels; Fit sets it. It plays no part in Transform.
	Label Label
	// Steps in order of application.
	Steps []Step
}

// Fit sets Columns to those of d and fits the steps in order, each to the output of
// the steps before. It does not change d. Labels are read by PLS, LDA and Select alone;
// other pipelines may be fitted without. It returns the errors of Dataset.Validate for
// the rows and for labels that are read, ErrMissing for a missing cell without Impute,
// and ErrPipeline naming the step that does not fit its input: a categorical column
// without OneHot, more components than columns (a *ComponentsError); ErrTooLarge when the
// rows after a step do not fit in memory; and the error of ctx, whose end is seen within a
// fraction of a second. After an error the pipeline must not be used.
func (p *Pipeline) Fit(ctx context.Context, d *Dataset) error {
	if err := d.validateRows(); err != nil {
		return err
	}
	if err := p.checkOrder(); err != nil {
		return err
	}
	p.Columns, p.Label = slices.Clone(d.Columns), d.Label
	for r, row := range d.X {
		if err := p.checkMissing(row); err != nil {
			return fmt.Errorf("sample %d: %w", r, err)
		}
	}
	columns, x := p.Columns, d.X
	for i, s := range p.Steps {
		var err error
		if columns, x, err = fitStep(ctx, s, columns, x, labels{d}); err != nil {
			return stepError(i, s, err)
		}
	}
	return p.Validate()
}

// checkEvery is the number of rows between two looks at a context.
const checkEvery = 1024

// checkpoint returns the error of ctx at every row that is a multiple of checkEvery.
func checkpoint(ctx context.Context, row int) error {
	if row%checkEvery != 0 {
		return nil
	}
	return ctx.Err()
}

// checkRoom reports a table of numbers that does not fit in the memory that is free.
func checkRoom(rows, columns int) error {
	const header = 24 // bytes of a slice
	need := uint64(rows) * (8*uint64(columns) + header)
	if free, ok := sysmem.Room(need); !ok {
		return fmt.Errorf("%w: %d samples of %d columns need %s, %s are free", ErrTooLarge, rows, columns, sysmem.Bytes(need), sysmem.Bytes(free))
	}
	return nil
}

// fitStep fits a step to rows and returns its output for them.
func fitStep(ctx context.Context, s Step, in []Column, x [][]float64, l labels) ([]Column, [][]float64, error) {
	if err := ctx.Err(); err != nil {
		return nil, nil, err
	}
	if err := s.fit(ctx, in, x, l); err != nil {
		return nil, nil, err
	}
	out, err := s.output(in)
	if err != nil {
		return nil, nil, err
	}
	if err := checkRoom(len(x), len(out)); err != nil {
		return nil, nil, err
	}
	rows := newRows(len(x), len(out))
	for r := range x {
		if err := checkpoint(ctx, r); err != nil {
			return nil, nil, err
		}
		if err := s.apply(rows[r], x[r], in); err != nil {
			return nil, nil, fmt.Errorf("sample %d: %w", r, err)
		}
		if err := checkFinite(rows[r]); err != nil {
			return nil, nil, fmt.Errorf("sample %d: %w", r, err)
		}
	}
	return out, rows, nil
}

func stepError(i int, s Step, err error) error {
	return fmt.Errorf("preprocessing step %d (%s): %w", i+1, s.Kind(), err)
}

// checkMissing reports the first missing cell of an input row, if no step fills it.
func (p *Pipeline) checkMissing(row []float64) error {
	if len(p.Steps) > 0 && p.Steps[0].Kind() == kindImpute {
		return nil
	}
	if j := slices.IndexFunc(row, math.IsNaN); j >= 0 {
		return fmt.Errorf("column %q: %w. Add an impute step, or drop such rows", p.Columns[j].Name, ErrMissing)
	}
	return nil
}

// checkOrder reports a step that is nil, or an Impute that is not first.
func (p *Pipeline) checkOrder() error {
	for i, s := range p.Steps {
		if s == nil {
			return fmt.Errorf("preprocessing step %d: %w: nil", i+1, ErrPipeline)
		}
		if i > 0 && s.Kind() == kindImpute {
			return stepError(i, s, fmt.Errorf("%w: it must be the first step", ErrPipeline))
		}
	}
	return nil
}

// Validate checks a pipeline as if it came from a stranger: columns and steps that fit
// each other, all numbers finite, numeric output. It returns ErrNotFitted before Fit,
// ErrPipeline naming the step otherwise.
func (p *Pipeline) Validate() error {
	_, err := p.stages()
	return err
}

// maxStages bounds the columns after all steps together, so that a file of many
// columns and many steps cannot make a program allocate without end.
const maxStages = 1 << 20

// stages returns the columns before each step and after the last.
func (p *Pipeline) stages() ([][]Column, error) {
	if len(p.Columns) == 0 {
		return nil, ErrNotFitted
	}
	if err := validateColumns(p.Columns); err != nil {
		return nil, fmt.Errorf("%w: %w", ErrPipeline, err)
	}
	if err := p.checkOrder(); err != nil {
		return nil, err
	}
	stages, total := [][]Column{p.Columns}, 0
	for i, s := range p.Steps {
		next, err := s.output(stages[i])
		if err != nil {
			return nil, stepError(i, s, err)
		}
		if total += len(next); total > maxStages {
			return nil, stepError(i, s, fmt.Errorf("%w: over %d columns in all steps: %w", ErrPipeline, maxStages, ErrTooLarge))
		}
		stages = append(stages, next)
	}
	if err := needNumeric(stages[len(p.Steps)]); err != nil {
		return nil, fmt.Errorf("preprocessing: %w", err)
	}
	return stages, nil
}

// OutputColumns describes the columns of Transform's result; nil before Fit.
func (p *Pipeline) OutputColumns() []Column {
	stages, err := p.stages()
	if err != nil {
		return nil
	}
	return stages[len(p.Steps)]
}

// Outputs returns the number of columns of Transform's result; 0 before Fit.
func (p *Pipeline) Outputs() int { return len(p.OutputColumns()) }

// Transform applies the fitted steps to rows with the columns of Fit and returns new
// rows, samples × Outputs(); x is not changed. All results are finite. It returns
// ErrNotFitted before Fit, and an error naming the row for a row of another width
// (ErrShape), an infinite cell or an unknown level (ErrCell), a missing cell without
// Impute (ErrMissing), or a zero row that L2 cannot scale (ErrCell).
func (p *Pipeline) Transform(x [][]float64) ([][]float64, error) {
	stages, err := p.stages()
	if err != nil {
		return nil, err
	}
	work := make([][]float64, len(stages))
	for i, columns := range stages {
		work[i] = make([]float64, len(columns))
	}
	last := len(stages) - 1
	out := newRows(len(x), len(stages[last]))
	for r, row := range x {
		if err := checkRow(p.Columns, row); err != nil {
			return nil, fmt.Errorf("sample %d: %w", r, err)
		}
		if err := p.checkMissing(row); err != nil {
			return nil, fmt.Errorf("sample %d: %w", r, err)
		}
		copy(work[0], row)
		for i, s := range p.Steps {
			if err := s.apply(work[i+1], work[i], stages[i]); err != nil {
				return nil, stepError(i, s, fmt.Errorf("sample %d: %w", r, err))
			}
		}
		copy(out[r], work[last])
		if err := checkFinite(out[r]); err != nil {
			return nil, fmt.Errorf("sample %d: preprocessing overflows: %w", r, err)
		}
	}
	return out, nil
}

// needNumeric reports a categorical column.
func needNumeric(columns []Column) error {
	for _, c := range columns {
		if c.Categorical() {
			return fmt.Errorf("%w: column %q is categorical and needs a one-hot step before", ErrPipeline, c.Name)
		}
	}
	return nil
}

// checkFinite reports a NaN or an infinity.
func checkFinite(values []float64) error {
	for _, v := range values {
		if math.IsNaN(v) || math.IsInf(v, 0) {
			return fmt.Errorf("%v: %w", v, ErrCell)
		}
	}
	return nil
}

// pipelineJSON is a Pipeline in a file.
type pipelineJSON struct {
	Columns []Column   `json:"columns"`
	Label   Label      `json:"label,omitzero"`
	Steps   []stepJSON `json:"steps"`
}

// stepJSON is a Step in a file: its kind and its struct.
type stepJSON struct {
	Kind   string          `json:"kind"`
	Fitted json.RawMessage `json:"fitted"`
}

// MarshalJSON writes a fitted pipeline; numbers read back to the same bits. It returns
// the errors of Validate.
func (p Pipeline) MarshalJSON() ([]byte, error) {
	if err := p.Validate(); err != nil {
		return nil, err
	}
	out := pipelineJSON{Columns: p.Columns, Label: p.Label, Steps: make([]stepJSON, len(p.Steps))}
	for i, s := range p.Steps {
		fitted, err := json.Marshal(s)
		if err != nil {
			return nil, stepError(i, s, err)
		}
		out.Steps[i] = stepJSON{Kind: s.Kind(), Fitted: fitted}
	}
	return json.Marshal(out)
}

// UnmarshalJSON reads a fitted pipeline and validates it, so that a file from a stranger
// is safe to use. It returns an *UnknownError for an unknown kind of step, the errors
// of Validate, and those of encoding/json.
func (p *Pipeline) UnmarshalJSON(data []byte) error {
	var in pipelineJSON
	if err := decodeStrict(data, &in); err != nil {
		return err
	}
	q := Pipeline{Columns: in.Columns, Label: in.Label, Steps: make([]Step, len(in.Steps))}
	for i, s := range in.Steps {
		step, err := newStep(s.Kind)
		if err != nil {
			return fmt.Errorf("preprocessing step %d: %w", i+1, err)
		}
		if err := decodeStrict(s.Fitted, step); err != nil {
			return stepError(i, step, err)
		}
		q.Steps[i] = step
	}
	if err := q.Validate(); err != nil {
		return err
	}
	*p = q
	return nil
}

// newStep returns the zero step of a kind.
func newStep(kind string) (Step, error) {
	steps := []Step{&Impute{}, &Levels{}, &OneHot{}, &Standard{}, &MinMax{}, &PCA{}, &PLS{}, &LDA{}, &Select{}, &L2{}}
	known := make([]string, len(steps))
	for i, s := range steps {
		if s.Kind() == kind {
			return s, nil
		}
		known[i] = s.Kind()
	}
	return nil, &UnknownError{Kind: "kind of preprocessing step", Name: kind, Known: known}
}

func decodeStrict(data []byte, v any) error {
	d := json.NewDecoder(bytes.NewReader(data))
	d.DisallowUnknownFields()
	return d.Decode(v)
}
