package dataset

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/qnn-go/qnn/internal/wording"
)

// keep returns the rows to use, by the policy for missing cells. Where that is to refuse
// them, they are a fault and all rows are returned, so that other faults are found too.
func (l *layout) keep(ctx context.Context) ([]int, error) {
	places := slices.Compact(slices.Clone(l.from)) // dates are several columns
	dropped := make([]int, len(l.t.names))         // rows, by column
	var rows []int
	var first *Error
	for r, row := range l.t.rows {
		if err := checkpoint(ctx, r); err != nil {
			return nil, err
		}
		noLabel := l.label >= 0 && isMissing(row[l.label])
		gap := slices.IndexFunc(places, func(from int) bool { return isMissing(row[from]) })
		if !noLabel && (gap < 0 || l.o.Missing == MissingMean) {
			rows = append(rows, r)
			continue
		}
		if first == nil {
			first = l.missing(r, noLabel, gap, places)
		}
		l.countGaps(dropped, row, places)
	}
	d := l.dropped(len(l.t.rows)-len(rows), dropped)
	if l.o.Missing == MissingRefuse && first != nil {
		if d.Rows > 1 {
			first.Err = fmt.Errorf("%w, and %d of %d rows have missing cells (%s)", first.Err, d.Rows, d.Of, d.cause())
		}
		l.faults = append(l.faults, first)
		rows = rows[:0]
		for r := range l.t.rows {
			rows = append(rows, r)
		}
		return rows, nil
	}
	if len(rows) == 0 {
		return nil, l.t.fault(0, fmt.Errorf("%w: every row has a missing cell (%s)", ErrEmpty, d.cause()), wording.New("Use {missing mean}, or {ignore} such columns"))
	}
	l.read.Dropped = d
	return rows, nil
}

// countGaps counts the missing cells of a row that is left out, by column: that of the
// label alone where the others are filled.
func (l *layout) countGaps(rows []int, row []string, places []int) {
	if l.label >= 0 && isMissing(row[l.label]) {
		rows[l.label]++
	}
	if l.o.Missing == MissingMean {
		return
	}
	for _, from := range places {
		if isMissing(row[from]) {
			rows[from]++
		}
	}
}

// missing is the fault of a missing cell.
func (l *layout) missing(r int, noLabel bool, gap int, places []int) *Error {
	if noLabel {
		return l.cellError(r, l.label, l.target, fmt.Errorf("label: %w", ErrMissing), wording.New("Use {missing drop|mean} to leave such rows out, or clean the file"))
	}
	j := slices.Index(l.from, places[gap])
	cause := ErrNotNumber
	if l.isWords[j] || l.columns[j].Date != nil {
		cause = ErrMissing
	}
	return l.cellError(r, places[gap], l.t.names[places[gap]], cause, wording.New("Use {missing drop|mean}, or clean the file"))
}

// dropped says how many rows are left out and for which columns.
func (l *layout) dropped(rows int, gaps []int) Dropped {
	if rows == 0 {
		return Dropped{}
	}
	d := Dropped{Rows: rows, Of: len(l.t.rows)}
	for j, n := range gaps {
		if n > 0 {
			d.Columns = append(d.Columns, ColumnRows{Column: l.t.names[j], Rows: n})
		}
	}
	slices.SortStableFunc(d.Columns, func(a, b ColumnRows) int { return b.Rows - a.Rows })
	return d
}

// cause says for which columns rows were left out.
func (d Dropped) cause() string {
	const listed = 5
	var parts []string
	for _, c := range d.Columns[:min(listed, len(d.Columns))] {
		parts = append(parts, fmt.Sprintf("%q is missing in %d", shorten(c.Column), c.Rows))
	}
	if len(d.Columns) > listed {
		parts = append(parts, "…")
	}
	return strings.Join(parts, ", ")
}

// String says how many rows were left out and why, "" for none.
func (d Dropped) String() string {
	if d.Rows == 0 {
		return ""
	}
	return fmt.Sprintf("%d of %d rows left out: %s", d.Rows, d.Of, d.cause())
}
