package classical

import "context"

// leastRows is what every model fits on at least, whatever the number of columns.
const leastRows = 2000

// rowLimit returns the number of rows on which a fit takes seconds: as many as make
// the given number of cells, rows times columns, but at least leastRows and at most
// the given number.
func rowLimit(columns, cells, most int) int {
	return min(most, max(leastRows, cells/max(1, columns)))
}

// unlimited is the largest number of rows of models whose time is linear in it.
const unlimited = 1 << 40

// RowLimit bounds the cells that the L-BFGS iterations pass through: 2·10⁷.
func (*Logistic) RowLimit(columns int) int { return rowLimit(columns, 20_000_000, unlimited) }

// RowLimit bounds the singular value decomposition, rows times squared columns: 10⁹.
func (*Linear) RowLimit(columns int) int {
	return rowLimit(columns, 1_000_000_000/max(1, columns), unlimited)
}

// RowLimit is 5000 rows of up to 20 columns, since the dual takes the square of the
// rows; then 10⁵ cells, at least 2000 rows.
func (*SVM) RowLimit(columns int) int { return rowLimit(columns, 100_000, 5000) }

// RowLimit is 8000 rows of up to 12 columns; then 10⁵ cells, at least 2000 rows.
func (*MLP) RowLimit(columns int) int { return rowLimit(columns, 100_000, 8000) }

// RowLimit is 10000 rows of up to 10 columns, since predicting passes through all of
// them for each row; then 10⁵ cells, at least 2000 rows.
func (*KNN) RowLimit(columns int) int { return rowLimit(columns, 100_000, 10_000) }

// RowLimit is 10000 rows for classes. Trees of values try every column for every
// split: 5000 rows of up to 4 columns, then 2·10⁴ cells, at least 2000 rows.
func (f *Forest) RowLimit(columns int) int {
	if f.Regression {
		return rowLimit(columns, 20_000, 5000)
	}
	return rowLimit(columns, unlimited, 10_000)
}

// interruptible runs a calculation that cannot be stopped and returns when it is
// done, or the context's error as soon as the context ends. The calculation then
// goes on unheeded, so it must write nothing that others read.
func interruptible(ctx context.Context, calculate func()) error {
	done := make(chan struct{})
	go func() {
		defer close(done)
		calculate()
	}()
	select {
	case <-done:
		return ctx.Err()
	case <-ctx.Done():
		return ctx.Err()
	}
}
