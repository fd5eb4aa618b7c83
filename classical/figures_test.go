package classical

import (
	"encoding/json"
	"fmt"
	"math"
	"os"
	"testing"
)

// figures is testdata/figures.json, written by testdata/figures.py with
// scikit-learn 1.9.1.
type figures struct {
	Classification []struct {
		problem
		Logistic struct {
			Coef                   [][]float64
			Intercept, Predictions []float64
		}
		SVM map[string]struct {
			Default, Tight svmFigures
			Objectives     []float64
		}
	}
	Regression []struct {
		problem
		Linear, Ridge struct {
			Coef, Predictions []float64
			Intercept         float64
		}
	}
}

// problem is a split and the figures that both tasks have. MLP and Forest are
// mean scores over 20 seeds, MLPDev and ForestDev their deviations.
type problem struct {
	Name      string
	X         [][]float64
	Y         []float64
	TestX     [][]float64 `json:"test_x"`
	TestY     []float64   `json:"test_y"`
	KNN       []float64
	MLP       float64
	MLPDev    float64 `json:"mlp_dev"`
	Forest    float64
	ForestDev float64 `json:"forest_dev"`
}

type svmFigures struct {
	Decisions   [][]float64
	Predictions []float64
}

func load(t *testing.T) figures {
	t.Helper()
	data, err := os.ReadFile("testdata/figures.json")
	if err != nil {
		t.Fatal(err)
	}
	var f figures
	if err := json.Unmarshal(data, &f); err != nil {
		t.Fatal(err)
	}
	if len(f.Classification) != 3 || len(f.Regression) != 1 {
		t.Fatalf("%d and %d problems, want 3 and 1", len(f.Classification), len(f.Regression))
	}
	return f
}

// predict fits the model on the problem and returns its test predictions.
func predict(t *testing.T, e Estimator, p problem) []float64 {
	t.Helper()
	if err := e.Fit(t.Context(), p.X, p.Y); err != nil {
		t.Fatal(err)
	}
	got, err := e.Predict(t.Context(), p.TestX)
	if err != nil {
		t.Fatal(err)
	}
	return got
}

func within(t *testing.T, what string, got, want []float64, tolerance float64) {
	t.Helper()
	if len(got) != len(want) {
		t.Fatalf("%s: %d values, want %d", what, len(got), len(want))
	}
	for i := range got {
		if !(math.Abs(got[i]-want[i]) <= tolerance) {
			t.Errorf("%s: value %d is %v, want %v ± %g", what, i, got[i], want[i], tolerance)
			return
		}
	}
}

func TestLogisticAsScikitLearn(t *testing.T) {
	for _, p := range load(t).Classification {
		t.Run(p.Name, func(t *testing.T) {
			var l Logistic
			within(t, "predictions", predict(t, &l, p.problem), p.Logistic.Predictions, 0)
			for j, row := range p.Logistic.Coef {
				within(t, "weights", l.fit.weights.RawRowView(j), row, 1e-4)
			}
			within(t, "intercepts", l.fit.intercept, p.Logistic.Intercept, 1e-4)
			if want := len(p.Logistic.Coef) * (len(p.X[0]) + 1); l.Parameters() != want {
				t.Errorf("%d parameters, want %d", l.Parameters(), want)
			}
		})
	}
}

func TestSVMAsScikitLearn(t *testing.T) {
	for _, p := range load(t).Classification {
		for _, kernel := range []Kernel{LinearKernel, RBFKernel} {
			s := &SVM{Kernel: kernel}
			want := p.SVM[s.Name()[len("svm-"):]]
			t.Run(p.Name+"/"+s.Name(), func(t *testing.T) {
				checkSVM(t, s, p.problem, want.Default, 1e-2)
			})
			t.Run(p.Name+"/"+s.Name()+"/tight", func(t *testing.T) {
				s := &SVM{Kernel: kernel, Tolerance: 1e-8}
				checkSVM(t, s, p.problem, want.Tight, 1e-5)
				for k, m := range s.fit.machines {
					within(t, "objective", []float64{m.objective}, want.Objectives[k:k+1], 1e-6)
				}
			})
		}
	}
}

func checkSVM(t *testing.T, s *SVM, p problem, want svmFigures, tolerance float64) {
	t.Helper()
	within(t, "predictions", predict(t, s, p), want.Predictions, 0)
	values := make([]float64, len(s.fit.support))
	got := make([]float64, len(s.fit.machines))
	for i, row := range p.TestX {
		s.fit.decide(got, values, row)
		within(t, fmt.Sprintf("decisions of row %d", i), got, want.Decisions[i], tolerance)
	}
}

func TestKNNAsScikitLearn(t *testing.T) {
	f := load(t)
	for _, p := range f.Classification {
		within(t, p.Name, predict(t, &KNN{}, p.problem), p.KNN, 0)
	}
	for _, p := range f.Regression {
		within(t, p.Name, predict(t, &KNN{Regression: true}, p.problem), p.KNN, 1e-12)
	}
}

func TestLinearAsScikitLearn(t *testing.T) {
	for _, p := range load(t).Regression {
		var l Linear
		within(t, "linear predictions", predict(t, &l, p.problem), p.Linear.Predictions, 1e-8)
		within(t, "linear weights", l.fit.weights, p.Linear.Coef, 1e-8)
		within(t, "linear intercept", []float64{l.fit.intercept}, []float64{p.Linear.Intercept}, 1e-8)
		r := Linear{Alpha: 1}
		within(t, "ridge predictions", predict(t, &r, p.problem), p.Ridge.Predictions, 1e-8)
		within(t, "ridge weights", r.fit.weights, p.Ridge.Coef, 1e-8)
		within(t, "ridge intercept", []float64{r.fit.intercept}, []float64{p.Ridge.Intercept}, 1e-8)
	}
}

// seeds is the number of our runs; scikit-learn's are 20.
const seeds = 8

// meanScore fits a model for each seed and returns the mean accuracy or R².
func meanScore(t *testing.T, p problem, regression bool, model func(seed uint64) Estimator) float64 {
	t.Helper()
	total := 0.0
	for seed := range uint64(seeds) {
		total += scoreOf(p.TestY, predict(t, model(seed), p), regression)
	}
	return total / seeds
}

// scoreOf is the accuracy, or R².
func scoreOf(want, got []float64, regression bool) float64 {
	if regression {
		return r2(want, got)
	}
	hits := 0
	for i, y := range want {
		if got[i] == y {
			hits++
		}
	}
	return float64(hits) / float64(len(want))
}

func r2(want, got []float64) float64 {
	mean, residual, spread := 0.0, 0.0, 0.0
	for _, y := range want {
		mean += y / float64(len(want))
	}
	for i, y := range want {
		residual += (y - got[i]) * (y - got[i])
		spread += (y - mean) * (y - mean)
	}
	return 1 - residual/spread
}

// closeMeans fails unless our mean lies within four standard errors of the
// difference of the two means, plus 0.002.
func closeMeans(t *testing.T, name string, got, want, dev float64) {
	t.Helper()
	tolerance := 4*dev*math.Sqrt(1.0/20+1.0/seeds) + 0.002
	if !(math.Abs(got-want) <= tolerance) {
		t.Errorf("%s: mean score %.4f, scikit-learn %.4f, tolerance %.4f", name, got, want, tolerance)
	}
	t.Logf("%s: mean score %.4f, scikit-learn %.4f, tolerance %.4f", name, got, want, tolerance)
}

func TestMLPAsScikitLearn(t *testing.T) {
	if testing.Short() {
		t.Skip("slow; the whole form of the tests runs it")
	}
	f := load(t)
	for _, p := range f.Classification {
		got := meanScore(t, p.problem, false, func(s uint64) Estimator { return &MLP{Seed: s} })
		closeMeans(t, p.Name, got, p.MLP, p.MLPDev)
	}
	for _, p := range f.Regression {
		got := meanScore(t, p.problem, true, func(s uint64) Estimator { return &MLP{Seed: s, Regression: true} })
		closeMeans(t, p.Name, got, p.MLP, p.MLPDev)
	}
}

func TestForestAsScikitLearn(t *testing.T) {
	if testing.Short() {
		t.Skip("slow; the whole form of the tests runs it")
	}
	f := load(t)
	for _, p := range f.Classification {
		got := meanScore(t, p.problem, false, func(s uint64) Estimator { return &Forest{Seed: s} })
		closeMeans(t, p.Name, got, p.Forest, p.ForestDev)
	}
	for _, p := range f.Regression {
		got := meanScore(t, p.problem, true, func(s uint64) Estimator { return &Forest{Seed: s, Regression: true} })
		closeMeans(t, p.Name, got, p.Forest, p.ForestDev)
	}
}
