package compare_test

import (
	"context"
	"errors"
	"math"
	"slices"
	"strings"
	"testing"

	"github.com/qnn-go/qnn/classical"
	"github.com/qnn-go/qnn/qnn/compare"
	"github.com/qnn-go/qnn/qnn/dataset"
)

var _ compare.Limited = classical.Estimator(nil)

// hidden returns samples whose class is the sign of the last column, which has the
// least variance: the first principal component does not see it.
func hidden(n int) *dataset.Dataset {
	d := &dataset.Dataset{Classes: []string{"a", "b"}, Target: "l", Columns: []dataset.Column{{Name: "wide"}, {Name: "also"}, {Name: "word", Levels: []string{"x", "y", "z"}}, {Name: "small"}}}
	for i := range n {
		angle := float64(i) * 2.399963 // the golden angle: an even spread
		side := float64(2*(i%2) - 1)
		shared := math.Cos(angle)
		d.X = append(d.X, []float64{shared, shared + 0.01*math.Sin(angle), float64(i % 3), side * (1 + math.Abs(math.Sin(3*angle)))})
		d.Y = append(d.Y, float64(i%2))
	}
	return d
}

func plain() []dataset.Step {
	return []dataset.Step{&dataset.Impute{}, &dataset.OneHot{}, &dataset.Standard{}}
}

// setup splits the samples and gives the model one principal component.
func setup(t *testing.T, validation float64) *compare.Baselines {
	t.Helper()
	d := hidden(200)
	parts, err := dataset.Split(d, dataset.SplitOptions{Test: 0.25, Validation: validation, Seed: 3})
	if err != nil {
		t.Fatal(err)
	}
	b := &compare.Baselines{
		Train: d.Subset(parts.Train), Test: d.Subset(parts.Test), All: plain,
		Model: &dataset.Pipeline{Steps: append(plain(), &dataset.PCA{K: 1}, &dataset.Standard{})},
		Models: func() []compare.Estimator {
			return []compare.Estimator{&classical.Logistic{}, &classical.KNN{}}
		},
	}
	if validation > 0 {
		b.Validation = d.Subset(parts.Validation)
	}
	if err := b.Model.Fit(t.Context(), b.Train); err != nil {
		t.Fatal(err)
	}
	return b
}

// The label is in a column that the model's features do not hold: on all columns
// the baselines find it, on the model's they cannot.
func TestBaselinesGetAllColumns(t *testing.T) {
	for _, validation := range []float64{0.2, 0} {
		b := setup(t, validation)
		var stages []compare.Stage
		b.Observe = func(s compare.Stage) { stages = append(stages, s) }
		out, err := b.Run(t.Context())
		if err != nil || len(out.Failed) > 0 || len(out.Results) != 4 || len(stages) != 4 {
			t.Fatalf("%d results, %d stages, %v, failed %v", len(out.Results), len(stages), err, out.Failed)
		}
		by := map[bool]compare.Choice{true: compare.ByValidation, false: compare.ByFolds}[validation > 0]
		for i, r := range out.Results {
			all := i < 2
			want := map[bool]compare.Features{true: compare.AllColumns, false: compare.ModelFeatures}[all]
			inputs := map[bool]int{true: 6, false: 1}[all] // three numbers and three levels, or one component
			if r.Features != want || r.Inputs != inputs || r.TrainRows != b.Train.Len() || r.Sampled {
				t.Errorf("%s: features %q, %d inputs, %d rows; want %q, %d", r.Name, r.Features, r.Inputs, r.TrainRows, want, inputs)
			}
			if all && r.Accuracy < 0.95 || !all && r.Accuracy > 0.75 {
				t.Errorf("%s on %s: accuracy %.3f", r.Name, r.Features, r.Accuracy)
			}
			if (r.Selection != nil) != all || all && r.SelectedBy != by {
				t.Errorf("%s on %s: selection %v by %q, want one by %q on all columns alone", r.Name, r.Features, r.Selection, r.SelectedBy, by)
			}
			if s := stages[i]; s.Index != i+1 || s.Total != 4 || s.Name != r.Name || s.Features != r.Features || s.Rows != b.Train.Len() {
				t.Errorf("stage %+v", s)
			}
		}
	}
}

// A model that has all columns is compared once.
func TestBaselinesWithoutReduction(t *testing.T) {
	b := setup(t, 0.2)
	b.Model = &dataset.Pipeline{Steps: plain()}
	if err := b.Model.Fit(t.Context(), b.Train); err != nil {
		t.Fatal(err)
	}
	out, err := b.Run(t.Context())
	if err != nil || len(out.Results) != 2 || out.Results[1].Features != compare.AllColumns {
		t.Errorf("%v, %+v", err, out.Results)
	}
}

// The verdict is against the best by validation data, though another baseline does
// better on the test part, and never against one on the model's features.
func TestAgainstChoosesOutsideTheTest(t *testing.T) {
	test := part(40)
	measured := func(m compare.Estimator, f compare.Features, selection float64) compare.Result {
		r, err := compare.Measure(t.Context(), m, test)
		if err != nil {
			t.Fatal(err)
		}
		r.Features = f
		if f == compare.AllColumns {
			r.Selection, r.SelectedBy = &selection, compare.ByValidation
		}
		return r
	}
	results := []compare.Result{
		measured(wrong("q", 20), "", 0),
		measured(wrong("lucky", 0), compare.AllColumns, 0.8),
		measured(wrong("chosen", 3), compare.AllColumns, 0.9),
		measured(wrong("equal", 1), compare.AllColumns, 0.9),
		measured(wrong("reduced", 0), compare.ModelFeatures, 0),
	}
	v, err := compare.Against(test.Y, results, "q")
	if err != nil {
		t.Fatal(err)
	}
	if v.Baseline != "chosen" || v.Chosen != compare.ByValidation || v.Features != compare.AllColumns || v.OnlyBaseline != 17 {
		t.Errorf("verdict %+v", v)
	}
	if want := "Worse than chosen, the best baseline on all columns by validation data, on this test set (McNemar p < 0.001)."; v.String() != want {
		t.Errorf("%q, want %q", v, want)
	}
	for _, r := range results {
		r.Selection = nil
	}
	if _, err := compare.Against(test.Y, results[3:], "equal"); !errors.Is(err, compare.ErrNoTest) {
		t.Errorf("against the model's features alone: %v, want ErrNoTest", err)
	}
}

// The p-value is that of scipy.stats.ttest_rel for the squared errors 1, 1, 1, 4 and
// 0, 0, 1, 1: t = 1.9868, p = 0.1411.
func TestRegressionVerdict(t *testing.T) {
	want := []float64{1, 2, 3, 4}
	q := compare.Result{Name: "q", Predictions: []float64{0, 3, 2, 6}}
	b := compare.Result{Name: "b", Predictions: []float64{1, 2, 4, 5}, R2: 0.5}
	v, err := compare.Against(want, []compare.Result{q, b}, "q")
	if err != nil || v.Test != compare.PairedT || v.Difference != 1.25 || math.Abs(v.P-0.14112193971403447) > 1e-12 {
		t.Errorf("%v, %+v", err, v)
	}
	if got := v.String(); !strings.HasPrefix(got, "No difference from b") || !strings.Contains(got, "paired t p = 0.14)") {
		t.Errorf("sentence %q", got)
	}
	if _, err := compare.Pair(want, q, compare.Result{Name: "c", High: 1, Predictions: want}); !errors.Is(err, compare.ErrNoTest) {
		t.Errorf("both tasks: %v, want ErrNoTest", err)
	}
}

// broken fails to fit.
type broken struct{ oracle }

func (*broken) Fit(context.Context, [][]float64, []float64) error { return errors.New("no luck") }

// One that fails is listed, and the others go on.
func TestBaselinesGoOn(t *testing.T) {
	b := setup(t, 0.2)
	b.Models = func() []compare.Estimator {
		return []compare.Estimator{&broken{oracle{name: "broken"}}, &classical.Logistic{}}
	}
	out, err := b.Run(t.Context())
	if err != nil || len(out.Results) != 2 || len(out.Failed) != 2 || out.Failed[0].Name != "broken" || out.Failed[1].Features != compare.ModelFeatures {
		t.Errorf("%v: %d results, failed %+v", err, len(out.Results), out.Failed)
	}
	ctx, cancel := context.WithCancel(t.Context())
	b.Observe = func(compare.Stage) { cancel() }
	if _, err := b.Run(ctx); !errors.Is(err, context.Canceled) {
		t.Errorf("cancelled: %v", err)
	}
}

// With one sample of a class there are no folds: the first baseline is taken.
func TestBaselinesByOrder(t *testing.T) {
	b := setup(t, 0)
	rows := []int{}
	for i, y := range b.Train.Y {
		if y == 0 || !slices.ContainsFunc(rows, func(j int) bool { return b.Train.Y[j] == 1 }) {
			rows = append(rows, i)
		}
	}
	b.Train = b.Train.Subset(rows)
	out, err := b.Run(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	best, by, ok := compare.Best(out.Results)
	if !ok || by != compare.ByOrder || best.Name != "logistic" || out.Results[1].Selection != nil {
		t.Errorf("%s by %q", best.Name, by)
	}
}

// few takes no more than 30 rows.
type few struct {
	oracle
	rows    [][]float64
	classes [2]int
}

func (*few) RowLimit(columns int) int { return 120 / columns }

func (f *few) Fit(_ context.Context, x [][]float64, y []float64) error {
	f.rows = x
	for _, v := range y {
		f.classes[int(v)]++
	}
	return nil
}

// A training part of more rows than a model takes is sampled by class, the same for
// equal seeds.
func TestBaselinesSample(t *testing.T) {
	run := func(seed uint64) (compare.Result, *few) {
		train := part(1000)
		for i := range train.X {
			train.X[i] = []float64{train.Y[i], float64(i), 0, 1}
			if i >= 10 { // ten of the second class at most
				train.Y[i] = 0
			}
		}
		test := part(20)
		for i := range test.X {
			test.X[i] = append(test.X[i], 0, 1)
		}
		columns := []dataset.Column{{Name: "a"}, {Name: "b"}, {Name: "c"}, {Name: "d"}}
		train.Columns, test.Columns = columns, columns
		var fitted *few
		b := compare.Baselines{
			Train: train, Validation: test, Test: test, Seed: seed,
			All: func() []dataset.Step { return []dataset.Step{&dataset.Impute{}} },
			Models: func() []compare.Estimator {
				fitted = &few{oracle: oracle{name: "few"}}
				return []compare.Estimator{fitted}
			},
		}
		out, err := b.Run(t.Context())
		if err != nil || len(out.Results) != 1 {
			t.Fatal(err, out.Failed)
		}
		return out.Results[0], fitted
	}
	r, f := run(1)
	if !r.Sampled || r.TrainRows != 30 || len(f.rows) != 30 || f.classes[1] != 1 {
		t.Errorf("%d rows, sampled %v, classes %v; want 30 with one of the second class", r.TrainRows, r.Sampled, f.classes)
	}
	numbers := func(f *few) (out []float64) {
		for _, row := range f.rows {
			out = append(out, row[1])
		}
		return out
	}
	_, again := run(1)
	_, other := run(2)
	if !slices.Equal(numbers(f), numbers(again)) || slices.Equal(numbers(f), numbers(other)) {
		t.Error("equal seeds must give equal samples, others others")
	}
	if !slices.IsSorted(numbers(f)) {
		t.Error("rows do not keep their order")
	}
}
