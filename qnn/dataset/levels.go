package dataset

import (
	"context"
	"fmt"
	"slices"
)

// DefaultMaxLevels is the bound of Levels when Max is zero.
const DefaultMaxLevels = 32

// Levels bounds the levels of categorical columns. A column that has more than Max of
// them in the training part keeps the Max − 1 most frequent (the lower one for a tie);
// all others, and those that no training sample has, become one level, "other". In a
// column with no more, levels that no training sample has become Unseen. Numeric
// columns pass.
type Levels struct {
	// Max is the most levels of a column, at least 2; zero means DefaultMaxLevels, and Fit
	// sets it.
	Max int `json:"max"`
	// Kept holds for each column the indices of its levels that stay, increasing; nil for
	// numeric columns. Fit sets it.
	Kept [][]int `json:"kept"`
	// Other says for each column whether it has a level for all others. Fit sets it.
	Other []bool `json:"other"`
}

const kindLevels = "levels"

// Kind returns "levels".
func (*Levels) Kind() string { return kindLevels }

func (s *Levels) fit(_ context.Context, in []Column, x [][]float64, _ labels) error {
	if s.Max == 0 {
		s.Max = DefaultMaxLevels
	}
	s.Kept, s.Other = make([][]int, len(in)), make([]bool, len(in))
	for j, c := range in {
		if !c.Categorical() {
			continue
		}
		counts, seen := make([]int, len(c.Levels)), []int{}
		for _, row := range x {
			if k := int(row[j]); k >= 0 {
				counts[k]++
			}
		}
		for k, n := range counts {
			if n > 0 {
				seen = append(seen, k)
			}
		}
		if len(seen) > s.Max {
			slices.SortStableFunc(seen, func(a, b int) int { return counts[b] - counts[a] })
			seen, s.Other[j] = seen[:s.Max-1], true
			slices.Sort(seen)
		}
		s.Kept[j] = seen
	}
	return nil
}

func (s *Levels) output(in []Column) ([]Column, error) {
	if s.Max < 2 {
		return nil, fmt.Errorf("%w: at most %d levels; at least 2 are needed", ErrPipeline, s.Max)
	}
	if len(s.Kept) != len(in) || len(s.Other) != len(in) {
		return nil, fmt.Errorf("%w: levels of %d and %d columns where %d are needed", ErrPipeline, len(s.Kept), len(s.Other), len(in))
	}
	out := slices.Clone(in)
	for j, c := range in {
		if !c.Categorical() {
			if s.Kept[j] != nil || s.Other[j] {
				return nil, fmt.Errorf("%w: levels of the numeric column %q", ErrPipeline, c.Name)
			}
			continue
		}
		var err error
		if out[j].Levels, err = s.names(j, c); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// names returns the levels that column j has after the step.
func (s *Levels) names(j int, c Column) ([]string, error) {
	names := make([]string, 0, len(s.Kept[j])+1)
	for i, k := range s.Kept[j] {
		if k < 0 || k >= len(c.Levels) || i > 0 && k <= s.Kept[j][i-1] {
			return nil, fmt.Errorf("%w: level %d of column %q, which has %d, in order", ErrPipeline, k, c.Name, len(c.Levels))
		}
		names = append(names, c.Levels[k])
	}
	if s.Other[j] {
		names = append(names, freeName(otherName, names))
	}
	if len(names) == 0 {
		return nil, fmt.Errorf("%w: no level of column %q", ErrPipeline, c.Name)
	}
	return names, nil
}

func (s *Levels) apply(dst, src []float64, in []Column) error {
	for j, v := range src {
		dst[j] = v
		if !in[j].Categorical() {
			continue
		}
		at, kept := slices.BinarySearch(s.Kept[j], int(v))
		switch {
		case kept:
			dst[j] = float64(at)
		case s.Other[j]:
			dst[j] = float64(len(s.Kept[j]))
		default:
			dst[j] = Unseen
		}
	}
	return nil
}

// remark says what became of the levels of column j.
func (s *Levels) remark(j int, c Column) (Remark, bool) {
	if !s.Other[j] {
		return Remark{}, false
	}
	return Remark{
		Column: c.Name, Text: fmt.Sprintf("%d levels: the %d most frequent of the training part are kept, all others are one, %q",
			len(c.Levels), len(s.Kept[j]), otherName),
		Setting: "max-levels", Effect: "keeps more",
	}, true
}

// Remarks says what the steps decided when they were fitted: columns whose levels were
// bounded.
func (p *Pipeline) Remarks() []Remark {
	var out []Remark
	for _, step := range p.Steps {
		s, ok := step.(*Levels)
		if !ok || len(s.Other) != len(p.Columns) {
			continue
		}
		for j, c := range p.Columns {
			if r, has := s.remark(j, c); has {
				out = append(out, r)
			}
		}
	}
	return out
}

// ColumnLevels is the number of levels of a column.
type ColumnLevels struct {
	Column string `json:"column"`
	Levels int    `json:"levels"`
}

// OneHotWidths lists the categorical columns with the number of columns that OneHot
// makes of each.
func (p *Pipeline) OneHotWidths() []ColumnLevels {
	stages, err := p.stages()
	if err != nil {
		return nil
	}
	var out []ColumnLevels
	for i, step := range p.Steps {
		if _, ok := step.(*OneHot); !ok {
			continue
		}
		for _, c := range stages[i] {
			if c.Categorical() {
				out = append(out, ColumnLevels{Column: c.Name, Levels: len(c.Levels)})
			}
		}
	}
	return out
}

// UnseenRule says what the pipeline makes of a level of a column that it does not know:
// "other", or "" for zeros in all columns of OneHot.
func (p *Pipeline) UnseenRule(column string) string {
	j := slices.IndexFunc(p.Columns, func(c Column) bool { return c.Name == column })
	for _, step := range p.Steps {
		if s, ok := step.(*Levels); ok && j >= 0 && s.Other[j] {
			return otherName
		}
	}
	return ""
}
