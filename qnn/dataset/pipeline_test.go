package dataset

import (
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"
)

// table1 returns an unlabelled numeric set.
func table1(x ...[]float64) *Dataset {
	return &Dataset{Columns: numberedColumns(len(x[0])), Target: "y", X: x}
}

func fit(t *testing.T, d *Dataset, steps ...Step) *Pipeline {
	t.Helper()
	p := &Pipeline{Steps: steps}
	if err := p.Fit(t.Context(), d); err != nil {
		t.Fatal(err)
	}
	return p
}

func transform(t *testing.T, p *Pipeline, x [][]float64) [][]float64 {
	t.Helper()
	out, err := p.Transform(x)
	if err != nil {
		t.Fatal(err)
	}
	return out
}

func nearRows(t *testing.T, what string, got, want [][]float64, rel float64) {
	t.Helper()
	if len(got) != len(want) {
		t.Fatalf("%s: %d rows, want %d", what, len(got), len(want))
	}
	for i := range got {
		nearRow(t, fmt.Sprintf("%s row %d", what, i), got[i], want[i], rel)
	}
}

// alternate returns every second index below n.
func alternate(n, first int) []int {
	var indices []int
	for i := first; i < n; i += 2 {
		indices = append(indices, i)
	}
	return indices
}

func TestStepsEqualScikitLearn(t *testing.T) {
	for name, want := range loadReference(t).Preprocessing {
		d, err := Load(name, Synthetic{})
		if err != nil {
			t.Fatal(err)
		}
		train, test := d.Subset(alternate(d.Len(), 0)), d.Subset(alternate(d.Len(), 1)[:6])

		standard := &Standard{}
		nearRows(t, name+" standard", transform(t, fit(t, train, standard), test.X), want.Standard, 1e-12)
		nearRow(t, name+" mean", standard.Mean, want.Mean, 1e-13)
		nearRow(t, name+" scale", standard.Scale, want.Scale, 1e-13)

		scaler := &MinMax{Hi: math.Pi}
		nearRows(t, name+" min-max", transform(t, fit(t, train, scaler), test.X), want.MinMax, 1e-12)
		if !slices.Equal(scaler.Min, want.Min) || !slices.Equal(scaler.Max, want.Max) {
			t.Errorf("%s: extremes %v %v", name, scaler.Min, scaler.Max)
		}
		clipped := transform(t, fit(t, train, &MinMax{Hi: math.Pi, Clip: true}), test.X)
		nearRows(t, name+" clipped", clipped, want.MinMaxClipped, 1e-12)

		pca := &PCA{K: want.K}
		scores := transform(t, fit(t, train, pca), test.X)
		nearRow(t, name+" ratio", pca.Explained, want.PCARatio, 1e-10)
		// Both make the largest loading positive, so that the signs agree too.
		nearRows(t, name+" components", pca.Components, want.PCAComponents, 1e-8)
		nearRows(t, name+" PCA", scores, want.PCA, 1e-8)

		after := &PCA{K: want.K}
		scores = transform(t, fit(t, train, &Standard{}, after), test.X)
		nearRow(t, name+" standard ratio", after.Explained, want.StandardPCARatio, 1e-10)
		nearRows(t, name+" standard PCA", scores, want.StandardPCA, 1e-8)

		nearRows(t, name+" L2", transform(t, fit(t, train, &L2{}), test.X), want.L2, 1e-14)
	}
}

func TestPCAProperties(t *testing.T) {
	d, err := Load("wine", Synthetic{})
	if err != nil {
		t.Fatal(err)
	}
	pca := &PCA{}
	p := fit(t, d, &Standard{}, pca)
	if pca.K != 13 || p.Outputs() != 13 || p.OutputColumns()[12].Name != "PC13" {
		t.Fatalf("K %d, outputs %v", pca.K, p.OutputColumns())
	}
	total := 0.0
	for k, a := range pca.Components {
		total += pca.Explained[k]
		if k > 0 && pca.Explained[k] > pca.Explained[k-1] {
			t.Errorf("component %d explains more than the one before", k)
		}
		if slices.Max(a) < -slices.Min(a) {
			t.Errorf("component %d: the largest loading is negative", k)
		}
		for l, b := range pca.Components {
			dot, want := 0.0, 0.0
			for j := range a {
				dot += a[j] * b[j]
			}
			if k == l {
				want = 1
			}
			if math.Abs(dot-want) > 1e-12 {
				t.Errorf("components %d and %d: product %v", k, l, dot)
			}
		}
	}
	if math.Abs(total-1) > 1e-12 {
		t.Errorf("all components explain %v", total)
	}
	// More columns than samples.
	wide := fit(t, table1([]float64{1, 0, 0, 2}, []float64{0, 1, 0, 1}, []float64{0, 0, 3, 0}), &PCA{})
	if wide.Outputs() != 3 {
		t.Errorf("three samples of four columns give %d components", wide.Outputs())
	}
}

func TestStepsByHand(t *testing.T) {
	nan := math.NaN()
	mixed := &Dataset{
		Columns: []Column{{Name: "a"}, {Name: "c", Levels: []string{"p", "q", "r"}}}, Target: "y",
		X: [][]float64{{1, 2}, {3, nan}, {nan, 0}, {8, 2}, {0, 0}},
	}
	for name, c := range map[string]struct {
		d     *Dataset
		steps []Step
		x     [][]float64
		want  [][]float64
	}{
		"no steps":          {table1([]float64{1, 2}), nil, [][]float64{{5, 6}}, [][]float64{{5, 6}}},
		"impute, one-hot":   {mixed, []Step{&Impute{}, &OneHot{}}, [][]float64{{nan, nan}, {7, 1}}, [][]float64{{3, 1, 0, 0}, {7, 0, 1, 0}}},
		"constant standard": {table1([]float64{5, 0}, []float64{5, 2}), []Step{&Standard{}}, [][]float64{{5, 1}, {7, 3}}, [][]float64{{0, 0}, {2, 2}}},
		"rounding is constant": {
			table1([]float64{0.1}, []float64{0.1}, []float64{0.1}, []float64{math.Nextafter(0.1, 1)}),
			[]Step{&Standard{}},
			[][]float64{{1.1}},
			[][]float64{{1}},
		},
		"constant min-max": {table1([]float64{5, 0}, []float64{5, 2}), []Step{&MinMax{Lo: -1, Hi: 1}}, [][]float64{{5, 1}, {5, 3}}, [][]float64{{-1, 0}, {-1, 2}}},
		"min-max unit":     {table1([]float64{2}, []float64{6}), []Step{&MinMax{}}, [][]float64{{3}, {7}}, [][]float64{{0.25}, {1.25}}},
		"min-max clip":     {table1([]float64{2}, []float64{6}), []Step{&MinMax{Clip: true}}, [][]float64{{-100}, {7}}, [][]float64{{0}, {1}}},
		"l2":               {table1([]float64{1, 1}), []Step{&L2{}}, [][]float64{{3, -4}, {3e300, 4e300}, {3 * math.SmallestNonzeroFloat64, -4 * math.SmallestNonzeroFloat64}}, [][]float64{{0.6, -0.8}, {0.6, 0.8}, {0.6, -0.8}}},
	} {
		t.Run(name, func(t *testing.T) {
			p := fit(t, c.d, c.steps...)
			nearRows(t, name, transform(t, p, c.x), c.want, 1e-15)
			if p.Outputs() != len(c.want[0]) {
				t.Errorf("%d outputs", p.Outputs())
			}
		})
	}
	p := fit(t, mixed, &Impute{}, &OneHot{})
	var names []string
	for _, c := range p.OutputColumns() {
		names = append(names, c.Name)
	}
	if got := fmt.Sprint(names); got != "[a c=p c=q c=r]" {
		t.Errorf("columns %s", got)
	}
	if !math.IsNaN(mixed.X[1][1]) {
		t.Error("Fit has changed its data")
	}
}

func TestPipelineErrors(t *testing.T) {
	category := &Dataset{Columns: []Column{{Name: "c", Levels: []string{"p", "q"}}}, Target: "y", X: [][]float64{{0}, {1}}}
	numbers := table1([]float64{1, 2}, []float64{3, 5}, []float64{4, 4})
	for name, c := range map[string]struct {
		d     *Dataset
		steps []Step
		want  error
	}{
		"category to PCA":      {category, []Step{&PCA{}}, ErrPipeline},
		"category to standard": {category, []Step{&Standard{}}, ErrPipeline},
		"category to min-max":  {category, []Step{&MinMax{}}, ErrPipeline},
		"category to l2":       {category, []Step{&L2{}}, ErrPipeline},
		"category left over":   {category, []Step{&Impute{}}, ErrPipeline},
		"too many components":  {numbers, []Step{&PCA{K: 3}}, ErrPipeline},
		"negative components":  {numbers, []Step{&PCA{K: -1}}, ErrPipeline},
		"no variance":          {table1([]float64{1, 2}, []float64{1, 2}), []Step{&PCA{K: 1}}, ErrPipeline},
		"range upside down":    {numbers, []Step{&MinMax{Lo: 1, Hi: -1}}, ErrPipeline},
		"infinite range":       {numbers, []Step{&MinMax{Lo: 0, Hi: math.Inf(1)}}, ErrPipeline},
		"late impute":          {numbers, []Step{&Standard{}, &Impute{}}, ErrPipeline},
		"nil step":             {numbers, []Step{nil}, ErrPipeline},
		"missing cell":         {table1([]float64{1, math.NaN()}), []Step{&Standard{}}, ErrMissing},
		"missing, no steps":    {table1([]float64{1, math.NaN()}), nil, ErrMissing},
		"missing column":       {table1([]float64{1, math.NaN()}), []Step{&Impute{}}, ErrPipeline},
		"zero row":             {table1([]float64{0, 0}), []Step{&L2{}}, ErrCell},
		"huge":                 {table1([]float64{math.MaxFloat64}, []float64{math.MaxFloat64}), []Step{&Standard{}}, ErrPipeline},
		"huge span":            {table1([]float64{math.MaxFloat64}, []float64{-math.MaxFloat64}), []Step{&MinMax{}}, ErrPipeline},
		"no rows":              {&Dataset{Columns: numberedColumns(1)}, nil, ErrEmpty},
		"infinite cell":        {table1([]float64{math.Inf(1)}), nil, ErrCell},
	} {
		p := &Pipeline{Steps: c.steps}
		if err := p.Fit(t.Context(), c.d); !errors.Is(err, c.want) {
			t.Errorf("%s: %v, want %v", name, err, c.want)
		}
	}
	var unfitted Pipeline
	if _, err := unfitted.Transform([][]float64{{1}}); !errors.Is(err, ErrNotFitted) || unfitted.Outputs() != 0 {
		t.Errorf("zero value: %v", err)
	}
	if _, err := json.Marshal(unfitted); !errors.Is(err, ErrNotFitted) {
		t.Errorf("zero value to JSON: %v", err)
	}
	p := fit(t, numbers, &Standard{}, &L2{})
	for name, c := range map[string]struct {
		row  []float64
		want error
	}{
		"narrow":   {[]float64{1}, ErrShape},
		"wide":     {[]float64{1, 2, 3}, ErrShape},
		"infinite": {[]float64{1, math.Inf(1)}, ErrCell},
		"missing":  {[]float64{1, math.NaN()}, ErrMissing},
	} {
		if _, err := p.Transform([][]float64{{1, 2}, c.row}); !errors.Is(err, c.want) || !strings.Contains(fmt.Sprint(err), "sample 1") {
			t.Errorf("%s: %v, want %v", name, err, c.want)
		}
	}
	if _, err := fit(t, category, &OneHot{}).Transform([][]float64{{2}}); !errors.Is(err, ErrCell) {
		t.Errorf("unknown level: %v", err)
	}
	tiny := fit(t, table1([]float64{0}, []float64{1e-300}), &Standard{})
	if _, err := tiny.Transform([][]float64{{1e300}}); !errors.Is(err, ErrCell) {
		t.Errorf("overflow: %v", err)
	}
}

func TestPipelineJSON(t *testing.T) {
	d := &Dataset{
		Columns: []Column{{Name: "a"}, {Name: "c", Levels: []string{"p", "q"}}, {Name: "b"}}, Target: "y",
		X: [][]float64{{1, 0, 0.1}, {3, 1, 1.0 / 3}, {math.NaN(), 0, 7}, {2, 1, -1}},
	}
	p := fit(t, d, &Impute{}, &OneHot{}, &Standard{}, &PCA{K: 3}, &MinMax{Lo: -1, Hi: 1, Clip: true}, &L2{})
	text, err := json.Marshal(p)
	if err != nil {
		t.Fatal(err)
	}
	var back Pipeline
	if err := json.Unmarshal(text, &back); err != nil {
		t.Fatal(err)
	}
	if got, want := fmt.Sprint(transform(t, &back, d.X)), fmt.Sprint(transform(t, p, d.X)); got != want {
		t.Errorf("got %s, want %s", got, want)
	}
	again, err := json.Marshal(back)
	if err != nil || string(again) != string(text) {
		t.Errorf("%s (%v), want %s", again, err, text)
	}
}

func TestPipelineJSONFromStrangers(t *testing.T) {
	const two = `{"columns":[{"name":"a"},{"name":"b"}],"steps":[`
	for name, c := range map[string]struct {
		text string
		want error // nil when any error will do
	}{
		"unknown kind":      {two + `{"kind":"pcaa","fitted":{}}]}`, nil},
		"no kind":           {two + `{"fitted":{}}]}`, nil},
		"unknown field":     {two + `{"kind":"l2","fitted":{"x":1}}]}`, nil},
		"nothing fitted":    {two + `{"kind":"standard"}]}`, nil},
		"null":              {two + `{"kind":"standard","fitted":null}]}`, ErrPipeline},
		"short mean":        {two + `{"kind":"standard","fitted":{"mean":[1],"scale":[1,1]}}]}`, ErrPipeline},
		"zero scale":        {two + `{"kind":"standard","fitted":{"mean":[1,1],"scale":[1,0]}}]}`, ErrPipeline},
		"short extremes":    {two + `{"kind":"min-max","fitted":{"lo":0,"hi":1,"min":[0,0],"max":[1]}}]}`, ErrPipeline},
		"extremes swapped":  {two + `{"kind":"min-max","fitted":{"lo":0,"hi":1,"min":[0,2],"max":[1,1]}}]}`, ErrPipeline},
		"no range":          {two + `{"kind":"min-max","fitted":{"lo":1,"hi":1,"min":[0,0],"max":[1,1]}}]}`, ErrPipeline},
		"K too large":       {two + `{"kind":"pca","fitted":{"k":1000000000,"mean":[0,0],"components":[[1,0]],"explained":[1]}}]}`, ErrPipeline},
		"ragged components": {two + `{"kind":"pca","fitted":{"k":2,"mean":[0,0],"components":[[1,0],[1]],"explained":[1,0]}}]}`, ErrPipeline},
		"K and components":  {two + `{"kind":"pca","fitted":{"k":1,"mean":[0,0],"components":[[1,0],[0,1]],"explained":[1]}}]}`, ErrPipeline},
		"late impute":       {two + `{"kind":"l2","fitted":{}},{"kind":"impute","fitted":{"values":[0,0]}}]}`, ErrPipeline},
		"short filling":     {two + `{"kind":"impute","fitted":{"values":[0]}}]}`, ErrPipeline},
		"filling no level":  {`{"columns":[{"name":"c","levels":["p"]}],"steps":[{"kind":"impute","fitted":{"values":[1]}},{"kind":"one-hot","fitted":{}}]}`, ErrPipeline},
		"same column":       {`{"columns":[{"name":"a"},{"name":"a"}],"steps":[]}`, ErrPipeline},
		"no columns":        {`{"columns":[],"steps":[]}`, ErrNotFitted},
		"category":          {`{"columns":[{"name":"c","levels":["p"]}],"steps":[]}`, ErrPipeline},
		"too large number":  {two + `{"kind":"standard","fitted":{"mean":[1e999,1],"scale":[1,1]}}]}`, nil},
		"no object":         {`[]`, nil},
	} {
		p := Pipeline{Columns: numberedColumns(1)}
		err := json.Unmarshal([]byte(c.text), &p)
		if err == nil || c.want != nil && !errors.Is(err, c.want) {
			t.Errorf("%s: %v, want %v", name, err, c.want)
		}
		if p.Outputs() != 1 {
			t.Errorf("%s: the pipeline was changed in spite of the error", name)
		}
	}
	var unknown *UnknownError
	err := json.Unmarshal([]byte(two+`{"kind":"pcaa","fitted":{}}]}`), &Pipeline{})
	if !errors.As(err, &unknown) || unknown.Suggestion() != "pca" {
		t.Errorf("unknown kind: %v", err)
	}
}

func FuzzPipelineJSON(f *testing.F) {
	f.Add([]byte(`{"columns":[{"name":"a"},{"name":"c","levels":["p","q"]}],"steps":[{"kind":"impute","fitted":{"values":[0,1]}},{"kind":"one-hot","fitted":{}},` +
		`{"kind":"standard","fitted":{"mean":[0,0,0],"scale":[1,1,1]}},{"kind":"pca","fitted":{"k":1,"mean":[0,0,0],"components":[[1,0,0]],"explained":[1]}},` +
		`{"kind":"min-max","fitted":{"lo":0,"hi":1,"clip":true,"min":[0],"max":[1]}},{"kind":"l2","fitted":{}}]}`))
	f.Add([]byte(`{"columns":[{"name":"a"}],"steps":[]}`))
	f.Add([]byte(`{"columns":[{"name":"a"},{"name":"b"},{"name":"c"}],"steps":[{"kind":"select","fitted":{"k":2,"by":"forest","scores":[3,1,2],"kept":[0,2]}},` +
		`{"kind":"pls","fitted":{"k":2,"mean":[0,1],"components":[[1,2],[3,4]]}},` +
		`{"kind":"lda","fitted":{"k":1,"shrinkage":0.5,"ledoit_wolf":true,"mean":[0,1],"components":[[1,-2]]}}]}`))
	f.Fuzz(func(t *testing.T, text []byte) {
		var p Pipeline
		if json.Unmarshal(text, &p) != nil {
			return
		}
		row := make([]float64, len(p.Columns))
		out, err := p.Transform([][]float64{row})
		if err != nil {
			return // overflow, or a row of zeros
		}
		if len(out[0]) != p.Outputs() || checkFinite(out[0]) != nil {
			t.Fatalf("%d outputs: %v", p.Outputs(), out)
		}
	})
}
