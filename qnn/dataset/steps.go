package dataset

import (
	"context"
	"fmt"
	"math"

	"gonum.org/v1/gonum/floats"
)

const kindImpute = "impute"

// Impute fills missing cells: with the mean of the column's other cells when it is
// numeric, with the most frequent level (the lower one for a tie) when categorical.
// The zero value is ready for Fit.
type Impute struct {
	// Values holds the filling of each column; Fit sets it.
	Values []float64 `json:"values"`
}

// Kind returns "impute".
func (*Impute) Kind() string { return kindImpute }

func (s *Impute) fit(_ context.Context, in []Column, x [][]float64, _ labels) error {
	s.Values = make([]float64, len(in))
	for j, c := range in {
		var present []float64
		for _, row := range x {
			if !math.IsNaN(row[j]) {
				present = append(present, row[j])
			}
		}
		if len(present) == 0 {
			return fmt.Errorf("%w: column %q has no value to learn from", ErrPipeline, c.Name)
		}
		if c.Categorical() {
			s.Values[j] = mostFrequent(present, len(c.Levels))
		} else {
			s.Values[j] = mean(present)
		}
	}
	return nil
}

func mostFrequent(indices []float64, levels int) float64 {
	counts := make([]int, levels)
	best := 0
	for _, v := range indices {
		if v != Unseen {
			counts[int(v)]++
		}
	}
	for k, n := range counts {
		if n > counts[best] {
			best = k
		}
	}
	return float64(best)
}

func (s *Impute) output(in []Column) ([]Column, error) {
	if err := checkNumbers("values", s.Values, len(in)); err != nil {
		return nil, err
	}
	if err := checkRow(in, s.Values); err != nil {
		return nil, fmt.Errorf("%w: %w", ErrPipeline, err)
	}
	return in, nil
}

func (s *Impute) apply(dst, src []float64, _ []Column) error {
	for j, v := range src {
		if math.IsNaN(v) {
			v = s.Values[j]
		}
		dst[j] = v
	}
	return nil
}

// OneHot replaces each categorical column by one column a level, 1 where the cell has
// that level and 0 elsewhere (everywhere for Unseen), and passes numeric columns through. The output column
// of level "red" of "colour" is "colour=red". The zero value is ready for use.
type OneHot struct{}

// Kind returns "one-hot".
func (*OneHot) Kind() string { return "one-hot" }

func (*OneHot) fit(context.Context, []Column, [][]float64, labels) error { return nil }

// maxNames bounds the bytes of the output columns' names: a long name times many
// levels is more than a file holds.
const maxNames = 1 << 24

func (*OneHot) output(in []Column) ([]Column, error) {
	var out []Column
	names := 0
	for _, c := range in {
		if !c.Categorical() {
			out = append(out, c)
			continue
		}
		for _, level := range c.Levels {
			if names += len(c.Name) + 1 + len(level); names > maxNames {
				return nil, fmt.Errorf("%w: column names of over %d bytes: %w", ErrPipeline, maxNames, ErrTooLarge)
			}
			out = append(out, Column{Name: c.Name + "=" + level})
		}
	}
	return out, nil
}

func (*OneHot) apply(dst, src []float64, in []Column) error {
	at := 0
	for j, v := range src {
		width := len(in[j].Levels)
		if width == 0 {
			dst[at] = v
			at++
			continue
		}
		clear(dst[at : at+width])
		if v != Unseen {
			dst[at+int(v)] = 1
		}
		at += width
	}
	return nil
}

// Standard shifts each column to mean 0 and scales it to standard deviation 1:
// (x − Mean)/Scale, with the population deviation (divisor n). A constant column has
// Scale 1. The zero value is ready for Fit.
type Standard struct {
	Mean  []float64 `json:"mean"`
	Scale []float64 `json:"scale"`
}

// Kind returns "standard".
func (*Standard) Kind() string { return "standard" }

func (s *Standard) fit(ctx context.Context, in []Column, x [][]float64, _ labels) error {
	s.Mean, s.Scale = make([]float64, len(in)), make([]float64, len(in))
	column := make([]float64, len(x))
	for j := range in {
		if err := ctx.Err(); err != nil {
			return err
		}
		for r, row := range x {
			column[r] = row[j]
		}
		s.Mean[j] = mean(column)
		s.Scale[j] = deviation(column, s.Mean[j])
	}
	return nil
}

// mean returns the average; the second pass takes up the rounding of the first.
func mean(values []float64) float64 {
	n := float64(len(values))
	m := floats.Sum(values) / n
	rest := 0.0
	for _, v := range values {
		rest += v - m
	}
	return m + rest/n
}

// deviation returns the population standard deviation about m, or 1 for a constant
// column.
func deviation(values []float64, m float64) float64 {
	d, constant := spread(values, m)
	if constant {
		return 1
	}
	return d
}

// spread returns the population standard deviation about m, and whether it is but
// rounding: at most n·ε·|m|, ε = 2⁻⁵².
func spread(values []float64, m float64) (d float64, constant bool) {
	n := float64(len(values))
	centred := make([]float64, len(values))
	for i, v := range values {
		centred[i] = v - m
	}
	d = floats.Norm(centred, 2) / math.Sqrt(n)
	return d, d <= n*0x1p-52*math.Abs(m)
}

func (s *Standard) output(in []Column) ([]Column, error) {
	if err := needNumeric(in); err != nil {
		return nil, err
	}
	if err := checkNumbers("mean", s.Mean, len(in)); err != nil {
		return nil, err
	}
	if err := checkNumbers("scale", s.Scale, len(in)); err != nil {
		return nil, err
	}
	for j, v := range s.Scale {
		if v <= 0 {
			return nil, fmt.Errorf("%w: scale of column %q is %v", ErrPipeline, in[j].Name, v)
		}
	}
	return in, nil
}

func (s *Standard) apply(dst, src []float64, _ []Column) error {
	for j, v := range src {
		dst[j] = (v - s.Mean[j]) / s.Scale[j]
	}
	return nil
}

// MinMax maps each column linearly so that the training part spans [Lo, Hi]:
// Lo + (Hi−Lo)·(x−Min)/(Max−Min). A constant column becomes Lo, and unseen values of
// it Lo + (Hi−Lo)·(x−Min). Lo = Hi = 0 means [0, 1].
type MinMax struct {
	// Lo and Hi are the range, Lo < Hi.
	Lo float64 `json:"lo"`
	Hi float64 `json:"hi"`
	// Clip holds unseen values within [Lo, Hi], as an angle encoding needs that would
	// wrap round.
	Clip bool `json:"clip"`
	// Min and Max are the extremes of each column; Fit sets them.
	Min []float64 `json:"min"`
	Max []float64 `json:"max"`
}

// Kind returns "min-max".
func (*MinMax) Kind() string { return "min-max" }

func (s *MinMax) fit(_ context.Context, in []Column, x [][]float64, _ labels) error {
	if s.Lo == 0 && s.Hi == 0 {
		s.Hi = 1
	}
	s.Min, s.Max = make([]float64, len(in)), make([]float64, len(in))
	copy(s.Min, x[0])
	copy(s.Max, x[0])
	for _, row := range x {
		for j, v := range row {
			s.Min[j] = min(s.Min[j], v)
			s.Max[j] = max(s.Max[j], v)
		}
	}
	return nil
}

func (s *MinMax) output(in []Column) ([]Column, error) {
	if err := needNumeric(in); err != nil {
		return nil, err
	}
	if err := checkNumbers("range", []float64{s.Lo, s.Hi, s.Hi - s.Lo}, 3); err != nil {
		return nil, err
	}
	if s.Lo >= s.Hi {
		return nil, fmt.Errorf("%w: range [%v, %v] is empty", ErrPipeline, s.Lo, s.Hi)
	}
	if err := checkNumbers("min", s.Min, len(in)); err != nil {
		return nil, err
	}
	if err := checkNumbers("max", s.Max, len(in)); err != nil {
		return nil, err
	}
	for j, c := range in {
		if span := s.Max[j] - s.Min[j]; !(span >= 0) || math.IsInf(span, 0) {
			return nil, fmt.Errorf("%w: column %q spans %v to %v", ErrPipeline, c.Name, s.Min[j], s.Max[j])
		}
	}
	return in, nil
}

func (s *MinMax) apply(dst, src []float64, _ []Column) error {
	for j, v := range src {
		span := s.Max[j] - s.Min[j]
		if span == 0 {
			span = 1
		}
		y := s.Lo + (s.Hi-s.Lo)*((v-s.Min[j])/span)
		if s.Clip {
			y = min(max(y, s.Lo), s.Hi)
		}
		dst[j] = y
	}
	return nil
}

// L2 scales each row to Euclidean length 1, as amplitude encoding needs: x/‖x‖₂. It
// refuses a row of zeros. The zero value is ready for use.
type L2 struct{}

// Kind returns "l2".
func (*L2) Kind() string { return "l2" }

func (*L2) fit(context.Context, []Column, [][]float64, labels) error { return nil }

func (*L2) output(in []Column) ([]Column, error) { return in, needNumeric(in) }

func (*L2) apply(dst, src []float64, _ []Column) error {
	largest := floats.Norm(src, math.Inf(1))
	if largest == 0 {
		return fmt.Errorf("a row of zeros has no direction: %w", ErrCell)
	}
	for j, v := range src {
		dst[j] = v / largest // neither overflows nor vanishes when squared
	}
	floats.Scale(1/floats.Norm(dst, 2), dst)
	return nil
}

// checkNumbers reports fitted numbers of a wrong count or that are not finite.
func checkNumbers(name string, values []float64, want int) error {
	if len(values) != want {
		return fmt.Errorf("%w: %d numbers in %q where %d are needed", ErrPipeline, len(values), name, want)
	}
	if err := checkFinite(values); err != nil {
		return fmt.Errorf("%w: %q: %w", ErrPipeline, name, err)
	}
	return nil
}
