package dataset

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

// reducerCase returns the rows that testdata/sklearn_reference.py fits and transforms.
func reducerCase(t *testing.T, name string) (train, test *Dataset) {
	t.Helper()
	table, _, _ := strings.Cut(name, ",")
	d, err := Load(table, Synthetic{})
	if err != nil {
		t.Fatal(err)
	}
	switch {
	case strings.HasSuffix(name, "80 rows"):
		first := make([]int, 80)
		for i := range first {
			first[i] = i
		}
		d = d.Subset(first)
	case strings.HasSuffix(name, "target"):
		d.Classes, d.Columns = nil, d.Columns[1:]
		for i, row := range d.X {
			d.X[i], d.Y[i] = row[1:], row[0]
		}
	}
	return d.Subset(alternate(d.Len(), 0)), d.Subset(alternate(d.Len(), 1)[:6])
}

// nearUpToSigns compares columns, of which got may have the other sign.
func nearUpToSigns(t *testing.T, what string, got, want [][]float64, rel float64) {
	t.Helper()
	flipped := make([][]float64, len(got))
	for i, row := range got {
		flipped[i] = slices.Clone(row)
	}
	for k := range want[0] {
		dot := 0.0
		for i := range want {
			dot += got[i][k] * want[i][k]
		}
		for i := range flipped {
			flipped[i][k] *= math.Copysign(1, dot)
		}
	}
	nearRows(t, what, flipped, want, rel)
}

func TestReducersEqualScikitLearn(t *testing.T) {
	cases := loadReference(t).Reducers
	if len(cases) != 6 {
		t.Fatalf("%d cases", len(cases))
	}
	for name, want := range cases {
		train, test := reducerCase(t, name)
		nearUpToSigns(t, name+" PLS", transform(t, fit(t, train, &Standard{}, &PLS{K: want.K}), test.X), want.PLS, 1e-9)
		for _, c := range []struct {
			name string
			step *LDA
			want [][]float64
		}{
			{"LDA", &LDA{}, want.LDA},
			{"shrunk LDA", &LDA{Shrinkage: 0.1}, want.LDAShrunk},
			{"LDA by Ledoit and Wolf", &LDA{LedoitWolf: true}, want.LDALedoitWolf},
		} {
			if c.want == nil {
				continue
			}
			c.step.K = len(c.want[0])
			nearUpToSigns(t, name+" "+c.name, transform(t, fit(t, train, &Standard{}, c.step), test.X), c.want, 1e-9)
			if c.step.LedoitWolf && !near(c.step.Shrinkage, want.LedoitWolf, 1e-12) {
				t.Errorf("%s: shrinkage %v, want %v", name, c.step.Shrinkage, want.LedoitWolf)
			}
		}
		if want.MutualInformation == nil {
			continue // scikit-learn's own estimate loses its digits there
		}
		mutualEqualsScikitLearn(t, name, train, want.MutualInformation, want.Discrete)
	}
}

// mutualEqualsScikitLearn compares estimates: discrete columns agree to rounding,
// continuous ones up to what noise does to equal values, and the order of columns that are
// further apart than that is the same.
func mutualEqualsScikitLearn(t *testing.T, name string, train *Dataset, want []float64, discrete []bool) {
	t.Helper()
	const noise = 0.1 // of equal values: iris has tenths of centimetres
	step := &Select{}
	fit(t, train, &Standard{}, step)
	column := make([]float64, train.Len())
	for j, score := range step.Scores {
		tolerance := noise
		if discrete[j] {
			tolerance = 1e-12
		}
		if math.Abs(score-want[j]) > tolerance {
			t.Errorf("%s: mutual information of column %d is %v, want %v", name, j, score, want[j])
		}
		for i, row := range train.X {
			column[i] = row[j]
		}
		if different := slices.Compact(slices.Sorted(slices.Values(column))); len(different) == len(column) && train.Regression() && !near(score, want[j], 1e-6) {
			t.Errorf("%s: mutual information of column %d, no two values equal, is %v, want %v", name, j, score, want[j])
		}
	}
	for i, a := range step.Kept {
		for _, b := range step.Kept[i+1:] {
			if want[b] > want[a]+2*noise {
				t.Errorf("%s: column %d before %d, of %v and %v", name, a, b, want[a], want[b])
			}
		}
	}
}

// separated is a table whose third column alone tells the classes, with a constant
// column and one that repeats another.
func separated(n int) *Dataset {
	d := &Dataset{Columns: numberedColumns(5), Target: "y", Classes: []string{"a", "b", "c"}}
	for i := range n {
		class := i % 3
		v := math.Sin(float64(7*i + 1))
		d.X = append(d.X, []float64{v, 5, float64(10*class) + math.Cos(float64(3*i)), v, math.Sin(float64(i * i))})
		d.Y = append(d.Y, float64(class))
	}
	return d
}

func TestReducersFindWhatTellsTheClasses(t *testing.T) {
	d := separated(60)
	for _, step := range []Step{&PLS{K: 1}, &LDA{K: 1, LedoitWolf: true}, &Select{K: 1}} {
		p := fit(t, d, &Standard{}, step)
		lowest, highest := math.Inf(1), math.Inf(-1)
		ends := map[float64][2]float64{0: {lowest, highest}, 1: {lowest, highest}, 2: {lowest, highest}}
		for i, row := range transform(t, p, d.X) {
			e := ends[d.Y[i]]
			ends[d.Y[i]] = [2]float64{min(e[0], row[0]), max(e[1], row[0])}
		}
		between := func(a, b [2]float64) bool { return a[1] < b[0] || b[1] < a[0] }
		if !between(ends[0], ends[1]) || !between(ends[1], ends[2]) || !between(ends[0], ends[2]) {
			t.Errorf("%s: the classes overlap: %v", step.Kind(), ends)
		}
		r, ok := p.Reduction()
		if !ok || len(r.Features) != 1 || len(r.Columns) != 5 {
			t.Errorf("%s: reduction %+v, %v", step.Kind(), r, ok)
		}
		weights := r.Scores
		if r.Loadings != nil {
			weights = r.Loadings[0]
		}
		for j, w := range weights {
			if math.Abs(w) > math.Abs(weights[2]) {
				t.Errorf("%s: column %d counts more than the one that tells the classes: %v", step.Kind(), j, weights)
			}
		}
	}
}

// TestReducersOnFewRows: more columns than rows.
func TestReducersOnFewRows(t *testing.T) {
	d := &Dataset{Columns: numberedColumns(40), Target: "y", Classes: []string{"a", "b", "c"}}
	for i := range 12 {
		row := make([]float64, 40)
		for j := range row {
			row[j] = math.Sin(float64(i*j*j + 3*i + j))
		}
		d.X, d.Y = append(d.X, row), append(d.Y, float64(i%3))
	}
	pls, lda := &PLS{}, &LDA{LedoitWolf: true}
	if p := fit(t, d, pls); p.Outputs() != pls.K || pls.K < 2 || pls.K > 11 {
		t.Errorf("PLS finds %d directions", pls.K)
	}
	if p := fit(t, d, lda); p.Outputs() != 2 || !(lda.Shrinkage > 0 && lda.Shrinkage <= 1) {
		t.Errorf("LDA finds %d directions with shrinkage %v", lda.K, lda.Shrinkage)
	}
	// The basis of the rows changes nothing: the same in coordinates of 40 columns.
	full := &LDA{Shrinkage: lda.Shrinkage}
	wide := *d
	wide.X, wide.Y = nil, nil
	for range 4 { // equal rows four times have the same covariances
		wide.X, wide.Y = append(wide.X, d.X...), append(wide.Y, d.Y...)
	}
	nearRows(t, "LDA in coordinates of the rows", transform(t, fit(t, d, lda), d.X), transform(t, fit(t, &wide, full), d.X), 1e-9)
}

func TestPLSScoresAreUncorrelated(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		n, columns := rapid.IntRange(6, 30).Draw(rt, "rows"), rapid.IntRange(2, 8).Draw(rt, "columns")
		d := &Dataset{Columns: numberedColumns(columns), Target: "y"}
		for range n {
			d.X = append(d.X, rapid.SliceOfN(rapid.Float64Range(-3, 3), columns, columns).Draw(rt, "row"))
			d.Y = append(d.Y, rapid.Float64Range(-3, 3).Draw(rt, "label"))
		}
		step := &PLS{}
		p := &Pipeline{Steps: []Step{step}}
		if err := p.Fit(t.Context(), d); err != nil {
			if _, none := errors.AsType[*ComponentsError](err); none {
				rt.Skip() // constant labels or columns
			}
			rt.Fatal(err)
		}
		scores, err := p.Transform(d.X)
		if err != nil {
			rt.Fatal(err)
		}
		for a := range step.K {
			for b := range a {
				dot, left, right := 0.0, 0.0, 0.0
				for _, row := range scores {
					dot += row[a] * row[b]
					left += row[a] * row[a]
					right += row[b] * row[b]
				}
				if math.Abs(dot) > 1e-6*math.Sqrt(left*right) {
					rt.Fatalf("scores %d and %d: cosine %v", a, b, dot/math.Sqrt(left*right))
				}
			}
		}
	})
}

func TestReducerErrors(t *testing.T) {
	d := separated(30)
	values, one, unlabelled := *d, *d, *d
	values.Classes = nil
	unlabelled.Y = nil
	one.Y = make([]float64, d.Len())
	constant := *d
	constant.X = make([][]float64, d.Len())
	for i := range constant.X {
		constant.X[i] = []float64{1, 2, 3, 4, 5}
	}
	category := *d
	category.Columns = append([]Column{{Name: "c", Levels: []string{"p", "q"}}}, numberedColumns(4)...)
	category.X = [][]float64{{0, 1, 2, 3, 4}, {1, 1, 2, 3, 4}}
	category.Y = []float64{0, 1}
	broken := errors.New("broken")
	bad := func(answer []float64, err error) *Select {
		return &Select{By: "oracle", Score: func(context.Context, [][]float64, []float64, int) ([]float64, error) { return answer, err }}
	}
	for name, c := range map[string]struct {
		d    *Dataset
		step Step
		want error
		most int // of a ComponentsError; −1: none
	}{
		"PLS without labels":        {&unlabelled, &PLS{}, ErrUnlabelled, -1},
		"LDA without labels":        {&unlabelled, &LDA{}, ErrUnlabelled, -1},
		"selection without labels":  {&unlabelled, &Select{}, ErrUnlabelled, -1},
		"one class":                 {&one, &PLS{}, ErrOneClass, -1},
		"LDA of values":             {&values, &LDA{}, ErrNoClasses, -1},
		"PLS with too many":         {d, &PLS{K: 6}, ErrPipeline, 5},
		"PLS of directions":         {d, &PLS{K: 5}, ErrPipeline, 3},
		"PLS of constants":          {&constant, &PLS{}, ErrPipeline, 0},
		"negative PLS":              {d, &PLS{K: -1}, ErrPipeline, 5},
		"LDA with too many":         {d, &LDA{K: 3, LedoitWolf: true}, ErrPipeline, 2},
		"LDA of a constant column":  {d, &LDA{}, ErrPipeline, -1},
		"LDA of constants":          {&constant, &LDA{LedoitWolf: true}, ErrPipeline, -1},
		"shrinkage":                 {d, &LDA{Shrinkage: 1.5}, ErrPipeline, -1},
		"shrinkage NaN":             {d, &LDA{Shrinkage: math.NaN()}, ErrPipeline, -1},
		"too many columns":          {d, &Select{K: 6}, ErrPipeline, 5},
		"category to PLS":           {&category, &PLS{}, ErrPipeline, -1},
		"category to LDA":           {&category, &LDA{}, ErrPipeline, -1},
		"category to selection":     {&category, &Select{}, ErrPipeline, -1},
		"scores of another width":   {d, bad([]float64{1}, nil), ErrPipeline, -1},
		"scores that are no number": {d, bad([]float64{1, 2, math.NaN(), 4, 5}, nil), ErrPipeline, -1},
		"a scorer that fails":       {d, bad(nil, broken), broken, -1},
	} {
		err := (&Pipeline{Steps: []Step{c.step}}).Fit(t.Context(), c.d)
		if !errors.Is(err, c.want) {
			t.Errorf("%s: %v, want %v", name, err, c.want)
			continue
		}
		var components *ComponentsError
		if most := errors.As(err, &components); most != (c.most >= 0) || most && components.Most != c.most {
			t.Errorf("%s: %v, want %d possible components", name, err, c.most)
		}
		if strings.Contains(err.Error(), "\n") {
			t.Errorf("%s: %q is no line", name, err)
		}
	}
}

func TestReducersJSON(t *testing.T) {
	d := separated(30)
	for _, step := range []Step{&PLS{K: 2}, &LDA{LedoitWolf: true}, &Select{K: 3}} {
		p := fit(t, d, &Impute{}, &Standard{}, step, &MinMax{Hi: math.Pi})
		text, err := json.Marshal(p)
		if err != nil {
			t.Fatal(err)
		}
		var back Pipeline
		if err := json.Unmarshal(text, &back); err != nil {
			t.Fatalf("%s: %v", step.Kind(), err)
		}
		if got, want := fmt.Sprint(transform(t, &back, d.X)), fmt.Sprint(transform(t, p, d.X)); got != want {
			t.Errorf("%s: got %s, want %s", step.Kind(), got, want)
		}
		was, _ := p.Reduction()
		if now, ok := back.Reduction(); !ok || fmt.Sprint(now) != fmt.Sprint(was) {
			t.Errorf("%s: reduction %v, want %v", step.Kind(), now, was)
		}
	}
	const two = `{"columns":[{"name":"a"},{"name":"b"}],"steps":[`
	for name, text := range map[string]string{
		"short mean":        `{"kind":"pls","fitted":{"k":1,"mean":[0],"components":[[1,0]]}}`,
		"too many":          `{"kind":"pls","fitted":{"k":3,"mean":[0,0],"components":[[1,0],[1,0],[1,0]]}}`,
		"ragged":            `{"kind":"lda","fitted":{"k":1,"shrinkage":0,"ledoit_wolf":false,"mean":[0,0],"components":[[1]]}}`,
		"shrinkage":         `{"kind":"lda","fitted":{"k":1,"shrinkage":-1,"ledoit_wolf":false,"mean":[0,0],"components":[[1,0]]}}`,
		"column that is no": `{"kind":"select","fitted":{"k":1,"by":"forest","scores":[1,2],"kept":[2]}}`,
		"negative column":   `{"kind":"select","fitted":{"k":1,"by":"forest","scores":[1,2],"kept":[-1]}}`,
		"column twice":      `{"kind":"select","fitted":{"k":2,"by":"forest","scores":[1,2],"kept":[1,1]}}`,
		"short scores":      `{"kind":"select","fitted":{"k":1,"by":"forest","scores":[1],"kept":[0]}}`,
		"too few kept":      `{"kind":"select","fitted":{"k":2,"by":"forest","scores":[1,2],"kept":[0]}}`,
	} {
		if err := json.Unmarshal([]byte(two+text+`]}`), &Pipeline{}); !errors.Is(err, ErrPipeline) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// TestValueIndices: a column is discrete where each of at most 20 values occurs ten times on
// average, or where there are but two.
func TestValueIndices(t *testing.T) {
	for _, tt := range []struct {
		rows, values int
		discrete     bool
	}{{30, 3, true}, {29, 3, false}, {200, 20, true}, {2100, 21, false}, {4, 2, true}, {1, 1, true}} {
		column := make([]float64, tt.rows)
		for i := range column {
			column[i] = 0.5 * float64(i%tt.values)
		}
		got, ok := valueIndices(column)
		if ok != tt.discrete || ok && got[tt.rows-1] != float64((tt.rows-1)%tt.values) {
			t.Errorf("%d values in %d rows: %v, discrete %v", tt.values, tt.rows, got, ok)
		}
	}
}

// TestMixedInformationOfOneRow: a group of one row, which has no neighbour, counts as not
// there.
func TestMixedInformationOfOneRow(t *testing.T) {
	column, groups := []float64{0.1, 0.7, 0.2, 0.9, 0.4, 0.35}, []float64{0, 1, 0, 1, 0, 1}
	want := mixedInformation(column, groups)
	if got := mixedInformation(append([]float64{0.3}, column...), append([]float64{2}, groups...)); got != want || math.IsNaN(got) {
		t.Errorf("%v, without the row %v", got, want)
	}
	if got := mixedInformation([]float64{1, 2}, []float64{0, 1}); got != 0 {
		t.Errorf("of single rows alone: %v, want 0", got)
	}
}

func TestMutualInformationByHand(t *testing.T) {
	// A fair coin that is the label has ln 2, one that is not has 0.
	var x [][]float64
	var y []float64
	for i := range 80 {
		x = append(x, []float64{float64(i % 2), float64(i / 2 % 2), 3})
		y = append(y, float64(i%2))
	}
	got, err := MutualInformation(t.Context(), x, y, 2)
	if err != nil {
		t.Fatal(err)
	}
	nearRow(t, "coins", got, []float64{math.Ln2, 0, 0}, 1e-12)
	// Two normal numbers of correlation ρ have −½·ln(1 − ρ²).
	const rho = 0.8
	x, y = nil, nil
	rng := rand.New(rand.NewPCG(1, 1))
	for range 6000 { // more than the estimate uses
		a, b := rng.NormFloat64(), rng.NormFloat64()
		x, y = append(x, []float64{a, b}), append(y, rho*a+math.Sqrt(1-rho*rho)*b)
	}
	if got, err = MutualInformation(t.Context(), x, y, 0); err != nil {
		t.Fatal(err)
	}
	want := []float64{-0.5 * math.Log(1-rho*rho), -0.5 * math.Log(rho*rho)}
	for j := range want {
		if math.Abs(got[j]-want[j]) > 0.05 {
			t.Errorf("column %d: %v, want %v", j, got[j], want[j])
		}
	}
	if again, _ := MutualInformation(t.Context(), x, y, 0); cmp.Or(slices.Compare(again, got)) != 0 {
		t.Errorf("%v, then %v", got, again)
	}
}

// TestSelectTies: of columns with equal scores the first are kept, and in their order.
func TestSelectTies(t *testing.T) {
	scores := []float64{1, 3, 2, 3, 2}
	step := &Select{K: 3, By: "given", Score: func(context.Context, [][]float64, []float64, int) ([]float64, error) { return scores, nil }}
	fit(t, separated(12), step)
	if want := []int{1, 3, 2}; !slices.Equal(step.Kept, want) {
		t.Errorf("scores %v keep %v, want %v", scores, step.Kept, want)
	}
}
