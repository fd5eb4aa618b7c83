package classical_test

import (
	"context"
	"errors"
	"math"
	"math/rand/v2"
	"reflect"
	"runtime"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/qnn-go/qnn/classical"
	"github.com/qnn-go/qnn/qnn/compare"
)

// Every model can be compared.
var (
	_ compare.Estimator = (*classical.Logistic)(nil)
	_ compare.Estimator = (*classical.SVM)(nil)
	_ compare.Estimator = (*classical.MLP)(nil)
	_ compare.Estimator = (*classical.KNN)(nil)
	_ compare.Estimator = (*classical.Forest)(nil)
	_ compare.Estimator = (*classical.Linear)(nil)
	_ compare.Estimator = classical.Estimator(nil)
)

// blobs returns n samples in d dimensions around k centres a unit apart.
func blobs(n, d, k int, seed uint64) (x [][]float64, y []float64) {
	rng := rand.New(rand.NewPCG(seed, 1))
	for i := range n {
		row := make([]float64, d)
		for j := range row {
			row[j] = rng.NormFloat64()
		}
		row[i%k%d] += 2 + float64(i%k)
		x, y = append(x, row), append(y, float64(i%k))
	}
	return x, y
}

func names(models []classical.Estimator) string {
	var s []string
	for _, m := range models {
		s = append(s, m.Name())
	}
	return strings.Join(s, " ")
}

func TestBaselines(t *testing.T) {
	if got, want := names(classical.Baselines(false, 1)), "logistic svm-linear svm-rbf mlp knn forest"; got != want {
		t.Errorf("classification: %s, want %s", got, want)
	}
	if got, want := names(classical.Baselines(true, 1)), "linear ridge mlp knn forest"; got != want {
		t.Errorf("regression: %s, want %s", got, want)
	}
	x, y := blobs(60, 3, 3, 1)
	for _, regression := range []bool{false, true} {
		for _, m := range classical.Baselines(regression, 1) {
			if m.Parameters() != 0 {
				t.Errorf("%s: %d parameters before Fit, want 0", m.Name(), m.Parameters())
			}
			if err := m.Fit(t.Context(), x, y); err != nil {
				t.Errorf("%s: %v", m.Name(), err)
			}
			if got := m.Parameters(); (got == 0) != (m.Name() == "knn") {
				t.Errorf("%s: %d parameters", m.Name(), got)
			}
		}
	}
}

func TestParameters(t *testing.T) {
	x, y := blobs(60, 4, 3, 1)
	for _, test := range []struct {
		model classical.Estimator
		want  int
	}{
		{&classical.Logistic{}, 3 * 5},
		{&classical.SVM{Kernel: classical.LinearKernel}, 3 * 5},
		{&classical.MLP{Hidden: []int{7, 2}}, 5*7 + 8*2 + 3*3},
		{&classical.Linear{}, 5},
		{&classical.KNN{}, 0},
	} {
		if err := test.model.Fit(t.Context(), x, y); err != nil {
			t.Fatal(err)
		}
		if got := test.model.Parameters(); got != test.want {
			t.Errorf("%s: %d parameters, want %d", test.model.Name(), got, test.want)
		}
	}
}

func TestDataErrors(t *testing.T) {
	nan, inf := math.NaN(), math.Inf(1)
	good := [][]float64{{0, 1}, {1, 0}, {2, 2}, {3, 1}, {4, 4}, {5, 0}}
	classes := []float64{0, 1, 0, 1, 0, 1}
	change := func(v float64) []float64 { return append([]float64{v}, classes[1:]...) }
	for _, test := range []struct {
		name       string
		x          [][]float64
		y          []float64
		want       error
		regression error // nil if regression allows it
	}{
		{"no rows", nil, nil, classical.ErrEmpty, classical.ErrEmpty},
		{"no features", [][]float64{{}, {}}, []float64{0, 1}, classical.ErrEmpty, classical.ErrEmpty},
		{"ragged", [][]float64{{1, 2}, {1}}, []float64{0, 1}, classical.ErrRagged, classical.ErrRagged},
		{"lengths", good, classes[:5], classical.ErrLength, classical.ErrLength},
		{"NaN", [][]float64{{nan}, {1}}, []float64{0, 1}, classical.ErrValue, classical.ErrValue},
		{"infinity", [][]float64{{1}, {inf}}, []float64{0, 1}, classical.ErrValue, classical.ErrValue},
		{"huge", [][]float64{{1}, {1e101}}, []float64{0, 1}, classical.ErrValue, classical.ErrValue},
		{"NaN target", good, change(nan), classical.ErrClass, classical.ErrValue},
		{"infinite target", good, change(inf), classical.ErrClass, classical.ErrValue},
		{"fraction", good, change(0.5), classical.ErrClass, nil},
		{"negative class", good, change(-1), classical.ErrClass, nil},
		{"one class", good, make([]float64, 6), classical.ErrOneClass, nil},
	} {
		for _, m := range classical.Baselines(false, 0) {
			if err := m.Fit(t.Context(), test.x, test.y); !errors.Is(err, test.want) {
				t.Errorf("%s, %s: %v, want %v", test.name, m.Name(), err, test.want)
			}
		}
		for _, m := range classical.Baselines(true, 0) {
			if err := m.Fit(t.Context(), test.x, test.y); !errors.Is(err, test.regression) {
				t.Errorf("%s, regression by %s: %v, want %v", test.name, m.Name(), err, test.regression)
			}
		}
	}
}

func TestPredictErrors(t *testing.T) {
	x, y := blobs(30, 3, 2, 1)
	for _, m := range append(classical.Baselines(false, 0), classical.Baselines(true, 0)...) {
		if _, err := m.Predict(t.Context(), x); !errors.Is(err, classical.ErrNotFitted) {
			t.Errorf("%s: %v, want ErrNotFitted", m.Name(), err)
		}
		if err := m.Fit(t.Context(), x, y); err != nil {
			t.Fatal(err)
		}
		if _, err := m.Predict(t.Context(), [][]float64{{1, 2}}); !errors.Is(err, classical.ErrDimension) {
			t.Errorf("%s: %v, want ErrDimension", m.Name(), err)
		}
		if _, err := m.Predict(t.Context(), [][]float64{{1, 2, math.NaN()}}); !errors.Is(err, classical.ErrValue) {
			t.Errorf("%s: %v, want ErrValue", m.Name(), err)
		}
		if got, err := m.Predict(t.Context(), nil); err != nil || len(got) != 0 {
			t.Errorf("%s: no rows give %v, %v", m.Name(), got, err)
		}
		want, err := m.Predict(t.Context(), x)
		if err != nil {
			t.Fatal(err)
		}
		if err := m.Fit(t.Context(), nil, nil); err == nil {
			t.Errorf("%s: fitted on nothing", m.Name())
		}
		if got, err := m.Predict(t.Context(), x); err != nil || !slices.Equal(got, want) {
			t.Errorf("%s: a failed Fit changed the model (%v)", m.Name(), err)
		}
	}
}

func TestConfigErrors(t *testing.T) {
	x, y := blobs(12, 2, 2, 1)
	for _, m := range []classical.Estimator{
		&classical.Logistic{C: -1},
		&classical.Logistic{C: math.NaN()},
		&classical.SVM{C: math.Inf(1)},
		&classical.SVM{Gamma: -1},
		&classical.SVM{Tolerance: -1},
		&classical.SVM{Kernel: 7},
		&classical.MLP{Hidden: []int{3, 0}},
		&classical.MLP{Alpha: -1},
		&classical.MLP{Rate: math.NaN()},
		&classical.MLP{Batch: -1},
		&classical.MLP{Epochs: -1},
		&classical.KNN{K: -1},
		&classical.KNN{K: 13},
		&classical.Forest{Trees: -1},
		&classical.Forest{Features: 3},
		&classical.Forest{Features: -1},
		&classical.Linear{Alpha: -1},
		&classical.Linear{Alpha: math.NaN()},
	} {
		if err := m.Fit(t.Context(), x, y); !errors.Is(err, classical.ErrConfig) {
			t.Errorf("%s %+v: %v, want ErrConfig", m.Name(), m, err)
		}
	}
}

// Data on which formulas divide by zero or diverge if they are not careful.
func TestDegenerateData(t *testing.T) {
	separable := [][]float64{{-9}, {-8}, {-7}, {7}, {8}, {9}}
	halves := []float64{0, 0, 0, 1, 1, 1}
	same := [][]float64{{0.1, 3}, {0.1, 3}, {0.1, 3}, {0.1, 3}, {0.1, 3}, {0.1, 3}}
	constant := [][]float64{{0, 0.1}, {1, 0.1}, {2, 0.1}, {10, 0.1}, {11, 0.1}, {12, 0.1}}
	collinear := [][]float64{{1, 2}, {2, 4}, {3, 6}, {7, 14}, {8, 16}, {9, 18}}
	scales := [][]float64{{1e-9, 4e8}, {2e-9, 5e8}, {3e-9, 6e8}, {7e-9, 1e8}, {8e-9, 2e8}, {9e-9, 3e8}}
	for _, test := range []struct {
		name  string
		x     [][]float64
		y     []float64
		exact bool // a classifier makes no error on it
	}{
		{"separable", separable, halves, true},
		{"separable, duplicates", append(slices.Clone(separable), separable...), append(slices.Clone(halves), halves...), true},
		{"contradictory duplicates", append(slices.Clone(separable), separable...), []float64{0, 0, 0, 1, 1, 1, 1, 1, 1, 0, 0, 0}, false},
		{"all rows equal", same, halves, false},
		{"constant feature", constant, halves, true},
		{"collinear features", collinear, halves, true},
		{"unlike scales", scales, halves, false},
		{"absent classes", separable, []float64{3, 3, 3, 9, 9, 9}, true},
		{"three classes, one single", separable, []float64{0, 0, 0, 2, 2, 5}, false},
	} {
		t.Run(test.name, func(t *testing.T) {
			checkClassifiers(t, test.x, test.y, test.exact)
			for _, m := range classical.Baselines(true, 0) {
				for _, v := range fitted(t, m, test.x, test.y) {
					if math.IsNaN(v) || math.IsInf(v, 0) {
						t.Errorf("%s predicts %v", m.Name(), v)
					}
				}
			}
		})
	}
}

// checkClassifiers fails if a classifier predicts a class that no row has, or if
// one that can is not exact where it must be.
func checkClassifiers(t *testing.T, x [][]float64, y []float64, exact bool) {
	t.Helper()
	for _, m := range classical.Baselines(false, 0) {
		approximate := m.Name() == "knn" || m.Name() == "mlp"
		for row, v := range fitted(t, m, x, y) {
			if !slices.Contains(y, v) {
				t.Errorf("%s predicts class %v, which no sample has", m.Name(), v)
			}
			if exact && !approximate && v != y[row] {
				t.Errorf("%s predicts %v for row %d, want %v", m.Name(), v, row, y[row])
			}
		}
	}
}

// fitted returns the model's predictions for the rows that it was fitted on.
func fitted(t *testing.T, m classical.Estimator, x [][]float64, y []float64) []float64 {
	t.Helper()
	if err := m.Fit(t.Context(), x, y); err != nil {
		t.Error(err)
		return nil
	}
	got, err := m.Predict(t.Context(), x)
	if err != nil || len(got) != len(x) {
		t.Errorf("%s: %d predictions, %v", m.Name(), len(got), err)
	}
	return got
}

// countdown is a context that is cancelled after so many looks at it.
type countdown struct {
	context.Context
	left atomic.Int64
}

func (c *countdown) Err() error {
	if c.left.Add(-1) < 0 {
		return context.Canceled
	}
	return nil
}

func TestCancellation(t *testing.T) {
	x, y := blobs(400, 3, 2, 1)
	cancelled, cancel := context.WithCancel(t.Context())
	cancel()
	for _, m := range append(classical.Baselines(false, 0), classical.Baselines(true, 0)...) {
		if err := m.Fit(cancelled, x, y); !errors.Is(err, context.Canceled) {
			t.Errorf("%s: Fit: %v, want context.Canceled", m.Name(), err)
		}
		if _, err := m.Predict(t.Context(), x); !errors.Is(err, classical.ErrNotFitted) {
			t.Errorf("%s: Predict after a cancelled Fit: %v, want ErrNotFitted", m.Name(), err)
		}
		if slices.Contains([]string{"logistic", "svm-rbf", "mlp", "forest"}, m.Name()) {
			// These iterate and look at the context more than twice.
			late := &countdown{Context: t.Context()}
			late.left.Store(2)
			if m.Name() == "svm-rbf" {
				m = &classical.SVM{C: 1e3, Tolerance: 1e-9}
			}
			if err := m.Fit(late, x, y); !errors.Is(err, context.Canceled) {
				t.Errorf("%s: Fit cancelled midway: %v, want context.Canceled", m.Name(), err)
			}
		}
		if err := m.Fit(t.Context(), x, y); err != nil {
			t.Fatal(err)
		}
		if _, err := m.Predict(cancelled, x); !errors.Is(err, context.Canceled) {
			t.Errorf("%s: Predict: %v, want context.Canceled", m.Name(), err)
		}
	}
}

// A second fit on one thread gives the same predictions to the last bit, and
// Predict may be called from many goroutines.
func TestReproducible(t *testing.T) {
	x, y := blobs(150, 5, 3, 2)
	other, _ := blobs(150, 5, 3, 3)
	for _, regression := range []bool{false, true} {
		second := classical.Baselines(regression, 7)
		for i, m := range classical.Baselines(regression, 7) {
			if err := m.Fit(t.Context(), x, y); err != nil {
				t.Fatal(err)
			}
			want, err := m.Predict(t.Context(), other)
			if err != nil {
				t.Fatal(err)
			}
			fitOnOneThread(t, second[i], x, y)
			predictAtOnce(t, second[i], other, want)
			if a, b := m.Parameters(), second[i].Parameters(); a != b {
				t.Errorf("%s: %d parameters, on one thread %d", m.Name(), a, b)
			}
		}
	}
}

func fitOnOneThread(t *testing.T, m classical.Estimator, x [][]float64, y []float64) {
	t.Helper()
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(1))
	if err := m.Fit(t.Context(), x, y); err != nil {
		t.Fatal(err)
	}
}

// predictAtOnce fails unless four goroutines all get the wanted predictions.
func predictAtOnce(t *testing.T, m classical.Estimator, x [][]float64, want []float64) {
	t.Helper()
	var wait sync.WaitGroup
	for range 4 {
		wait.Go(func() {
			got, err := m.Predict(t.Context(), x)
			if err != nil || !slices.Equal(got, want) {
				t.Errorf("%s: other predictions on one thread (%v)", m.Name(), err)
			}
		})
	}
	wait.Wait()
}

func TestSeedMatters(t *testing.T) {
	x, y := blobs(80, 3, 2, 2)
	for _, make := range []func(seed uint64) classical.Estimator{
		func(s uint64) classical.Estimator { return &classical.MLP{Regression: true, Epochs: 3, Seed: s} },
		func(s uint64) classical.Estimator { return &classical.Forest{Regression: true, Trees: 3, Seed: s} },
	} {
		var got [2][]float64
		for s := range got {
			m := make(uint64(s))
			if err := m.Fit(t.Context(), x, y); err != nil {
				t.Fatal(err)
			}
			got[s], _ = m.Predict(t.Context(), x)
		}
		if slices.Equal(got[0], got[1]) {
			t.Errorf("%s: seeds 0 and 1 predict the same", make(0).Name())
		}
	}
}

// Models neither change their input nor keep it.
func TestInputs(t *testing.T) {
	x, y := blobs(60, 3, 3, 4)
	sameX, sameY := blobs(60, 3, 3, 4)
	other, _ := blobs(20, 3, 3, 5)
	for _, m := range append(classical.Baselines(false, 0), classical.Baselines(true, 0)...) {
		if err := m.Fit(t.Context(), x, y); err != nil {
			t.Fatal(err)
		}
		if !reflect.DeepEqual(x, sameX) || !slices.Equal(y, sameY) {
			t.Fatalf("%s: Fit changed its input", m.Name())
		}
		want, _ := m.Predict(t.Context(), other)
		for i := range x {
			clear(x[i])
			y[i] = 0
		}
		got, err := m.Predict(t.Context(), other)
		if err != nil || !slices.Equal(got, want) {
			t.Errorf("%s: predictions follow the input after Fit (%v)", m.Name(), err)
		}
		x, y = blobs(60, 3, 3, 4)
	}
}
