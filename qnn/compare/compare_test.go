package compare_test

import (
	"context"
	"encoding/json"
	"errors"
	"math"
	"testing"

	"github.com/qnn-go/qnn/qnn/compare"
	"github.com/qnn-go/qnn/qnn/dataset"
	"github.com/qnn-go/qnn/qnn/metric"
)

// oracle predicts the first feature of each row, changed by flip.
type oracle struct {
	name   string
	flip   func(i int, v float64) float64
	fitted [][]float64
	err    error
}

func (o *oracle) Name() string { return o.name }

func (o *oracle) Fit(_ context.Context, x [][]float64, _ []float64) error {
	o.fitted = x
	return o.err
}

func (o *oracle) Predict(_ context.Context, x [][]float64) ([]float64, error) {
	got := make([]float64, len(x))
	for i, row := range x {
		got[i] = row[0]
		if o.flip != nil {
			got[i] = o.flip(i, row[0])
		}
	}
	return got, nil
}

func (o *oracle) Parameters() int { return len(o.name) }

// wrong returns an oracle that misses the samples below n.
func wrong(name string, n int) *oracle {
	return &oracle{name: name, flip: func(i int, v float64) float64 {
		if i < n {
			return 1 - v
		}
		return v
	}}
}

// part returns n samples of two classes whose first feature is the class.
func part(n int) *dataset.Dataset {
	d := &dataset.Dataset{Classes: []string{"no", "yes"}}
	for i := range n {
		y := float64(i % 2)
		d.X = append(d.X, []float64{y, 7})
		d.Y = append(d.Y, y)
	}
	return d
}

func TestRunClassification(t *testing.T) {
	train, test := part(8), part(20)
	exact, half := &oracle{name: "exact"}, wrong("half", 10)
	results, err := compare.Run(t.Context(), train, test, []compare.Estimator{exact, half})
	if err != nil {
		t.Fatal(err)
	}
	if len(exact.fitted) != 8 {
		t.Errorf("fitted on %d samples, want the 8 of training", len(exact.fitted))
	}
	for i, want := range []struct {
		name         string
		accuracy, f1 float64
	}{{"exact", 1, 1}, {"half", 0.5, 0.5}} {
		r := results[i]
		if r.Name != want.name || r.Accuracy != want.accuracy || math.Abs(r.MacroF1-want.f1) > 1e-15 || r.BalancedAccuracy != want.accuracy {
			t.Errorf("result %d: %s accuracy %v, balanced %v, F1 %v, want %+v", i, r.Name, r.Accuracy, r.BalancedAccuracy, r.MacroF1, want)
		}
		low, high, _ := metric.Wilson(int(20*want.accuracy), 20)
		if r.Low != low || r.High != high {
			t.Errorf("%s: [%v, %v], want [%v, %v]", r.Name, r.Low, r.High, low, high)
		}
		if r.Parameters != len(r.Name) || len(r.Predictions) != 20 || r.TrainTime < 0 {
			t.Errorf("%s: %d parameters, %d predictions, %v", r.Name, r.Parameters, len(r.Predictions), r.TrainTime)
		}
	}
	if _, err := json.Marshal(results); err != nil {
		t.Error(err)
	}
}

func TestRunRegression(t *testing.T) {
	d := &dataset.Dataset{X: [][]float64{{1}, {2}, {3}}, Y: []float64{1, 2, 3}}
	off := &oracle{name: "off", flip: func(_ int, v float64) float64 { return v + 1 }}
	results, err := compare.Run(t.Context(), d, d, []compare.Estimator{off})
	if err != nil {
		t.Fatal(err)
	}
	// Σ(y−ŷ)² = 3 and Σ(y−2)² = 2, so R² = 1 − 3/2.
	if r := results[0]; r.RMSE != 1 || r.MAE != 1 || r.R2 != -0.5 || r.High != 0 {
		t.Errorf("RMSE %v, MAE %v, R² %v, high %v; want 1, 1, −0.5, 0", r.RMSE, r.MAE, r.R2, r.High)
	}
	if _, err := compare.Against(d.Y, results, "off"); !errors.Is(err, compare.ErrNoTest) {
		t.Errorf("alone: %v, want ErrNoTest", err)
	}
}

// The p-values are 2·ΣC(n,i)/2ⁿ by hand: 1 for no or even disagreement,
// 2·(1+10)/2¹⁰ = 0.0215 for 1 against 9, 2/2²⁰ for 0 against 20.
func TestAgainst(t *testing.T) {
	test := part(40)
	hard := &oracle{name: "q", flip: func(i int, v float64) float64 {
		if i >= 1 && i <= 9 {
			return 1 - v
		}
		return v
	}}
	for _, c := range []struct {
		name            string
		model, baseline *oracle
		p               float64
		want            string
	}{
		{"equal", wrong("q", 3), wrong("b", 3), 1, "No difference from b, the best baseline by these same test samples, is shown at this sample size (McNemar p = 1.00)."},
		{"better", wrong("q", 0), wrong("b", 20), 2.0 / (1 << 20), "Better than b, the best baseline by these same test samples, on this test set (McNemar p < 0.001)."},
		{"worse", hard, wrong("b", 1), 22.0 / 1024, "Worse than b, the best baseline by these same test samples, on this test set (McNemar p = 0.021)."},
		{"five against none", wrong("q", 0), wrong("b", 5), 2.0 / 32, "No difference from b, the best baseline by these same test samples, is shown at this sample size (McNemar p = 0.062)."},
	} {
		t.Run(c.name, func(t *testing.T) {
			v := judge(t, test, wrong("poor", 30), c.model, c.baseline)
			if v.Model != "q" || v.Baseline != "b" {
				t.Errorf("%s against %s, want q against b", v.Model, v.Baseline)
			}
			if math.Abs(v.P-c.p) > 1e-12 || v.Shown() != (c.p < 0.05) {
				t.Errorf("p = %v, shown %v; want %v", v.P, v.Shown(), c.p)
			}
			if v.String() != c.want {
				t.Errorf("sentence %q, want %q", v, c.want)
			}
		})
	}
}

// judge runs the models and tests q against the best of the others.
func judge(t *testing.T, test *dataset.Dataset, models ...compare.Estimator) compare.Verdict {
	t.Helper()
	results, err := compare.Run(t.Context(), part(2), test, models)
	if err != nil {
		t.Fatal(err)
	}
	v, err := compare.Against(test.Y, results, "q")
	if err != nil {
		t.Fatal(err)
	}
	return v
}

func TestFirstOfEqualBaselines(t *testing.T) {
	v := judge(t, part(10), &oracle{name: "q"}, wrong("a", 2), wrong("b", 2))
	if v.Baseline != "a" || v.OnlyModel != 2 || v.OnlyBaseline != 0 {
		t.Errorf("verdict %+v, want 2 and 0 against a", v)
	}
}

func TestErrors(t *testing.T) {
	failure := errors.New("out of luck")
	narrow, renamed, values, unlabelled := part(4), part(4), part(4), part(4)
	narrow.X = [][]float64{{0}, {1}, {0}, {1}}
	renamed.Classes = []string{"no", "maybe"}
	values.Classes = nil
	unlabelled.Y = nil
	cancelled, cancel := context.WithCancel(t.Context())
	cancel()
	exact := &oracle{name: "exact"}
	for _, c := range []struct {
		name        string
		ctx         context.Context
		train, test *dataset.Dataset
		models      []compare.Estimator
		want        error
		results     int
	}{
		{"empty training", nil, &dataset.Dataset{}, part(4), nil, compare.ErrData, 0},
		{"empty test", nil, part(4), &dataset.Dataset{}, nil, compare.ErrData, 0},
		{"unlabelled", nil, part(4), unlabelled, nil, compare.ErrData, 0},
		{"features", nil, part(4), narrow, nil, compare.ErrData, 0},
		{"class names", nil, part(4), renamed, nil, compare.ErrData, 0},
		{"task", nil, part(4), values, nil, compare.ErrData, 0},
		{"one name twice", nil, part(4), part(4), []compare.Estimator{exact, exact}, compare.ErrName, 0},
		{"second fails", nil, part(4), part(4), []compare.Estimator{exact, &oracle{name: "x", err: failure}}, failure, 1},
		{"class out of range", nil, part(4), part(4), []compare.Estimator{&oracle{
			name: "x", flip: func(int, float64) float64 { return 2 },
		}}, compare.ErrPrediction, 0},
		{"NaN predicted", nil, values, values, []compare.Estimator{&oracle{
			name: "x", flip: func(int, float64) float64 { return math.NaN() },
		}}, metric.ErrValue, 0},
		{"cancelled", cancelled, part(4), part(4), []compare.Estimator{exact}, context.Canceled, 0},
	} {
		ctx := c.ctx
		if ctx == nil {
			ctx = t.Context()
		}
		results, err := compare.Run(ctx, c.train, c.test, c.models)
		if !errors.Is(err, c.want) || len(results) != c.results {
			t.Errorf("%s: %d results, %v; want %d, %v", c.name, len(results), err, c.results, c.want)
		}
	}

	alone, err := compare.Run(t.Context(), part(4), part(4), []compare.Estimator{exact})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := compare.Against(part(4).Y, alone, "exact"); !errors.Is(err, compare.ErrNoTest) {
		t.Errorf("alone: %v, want ErrNoTest", err)
	}
	if _, err := compare.Against(part(4).Y, alone, "other"); !errors.Is(err, compare.ErrName) {
		t.Errorf("unknown: %v, want ErrName", err)
	}
	two, err := compare.Run(t.Context(), part(4), part(4), []compare.Estimator{exact, wrong("b", 1)})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := compare.Against(part(6).Y, two, "exact"); !errors.Is(err, metric.ErrLength) {
		t.Errorf("other samples: %v, want ErrLength", err)
	}
}

// The sentence says which model did better, of classification and of regression.
func TestVerdictSaysWhichIsBetter(t *testing.T) {
	for _, tt := range []struct {
		v    compare.Verdict
		want string
	}{
		{compare.Verdict{Test: compare.McNemar, OnlyModel: 9, OnlyBaseline: 1, P: 0.02}, "Better than b on this test set (McNemar p = 0.020)."},
		{compare.Verdict{Test: compare.McNemar, OnlyModel: 1, OnlyBaseline: 9, P: 0.02}, "Worse than b on this test set (McNemar p = 0.020)."},
		{compare.Verdict{Test: compare.PairedT, Difference: -0.5, P: 0.0001}, "Better than b on this test set (paired t p < 0.001)."},
		{compare.Verdict{Test: compare.PairedT, Difference: 0.5, P: 0.0001}, "Worse than b on this test set (paired t p < 0.001)."},
		{compare.Verdict{Test: compare.PairedT, Difference: 0.5, P: 0.05}, "No difference from b is shown at this sample size (paired t p = 0.050)."},
	} {
		tt.v.Baseline = "b"
		if got := tt.v.String(); got != tt.want {
			t.Errorf("%+v: %q, want %q", tt.v, got, tt.want)
		}
	}
}
