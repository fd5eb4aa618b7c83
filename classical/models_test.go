package classical_test

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"

	"github.com/qnn-go/qnn/classical"
)

// Of rows at one distance the earlier counts, of classes with one number of
// votes the lowest.
func TestKNNTies(t *testing.T) {
	x := [][]float64{{1}, {-1}, {1}, {-1}, {5}}
	for _, test := range []struct {
		k    int
		y    []float64
		want float64
	}{
		{1, []float64{2, 1, 0, 0, 0}, 2},
		{2, []float64{2, 1, 0, 0, 0}, 1},
		{3, []float64{1, 2, 2, 0, 0}, 2},
		{4, []float64{1, 0, 1, 0, 2}, 0},
	} {
		m := &classical.KNN{K: test.k}
		if err := m.Fit(t.Context(), x, test.y); err != nil {
			t.Fatal(err)
		}
		got, err := m.Predict(t.Context(), [][]float64{{0}})
		if err != nil || got[0] != test.want {
			t.Errorf("K = %d, y = %v: %v (%v), want %v", test.k, test.y, got, err, test.want)
		}
	}
}

// A nearer row that comes late drives out the latest of equally distant ones.
func TestKNNKeepsEarlierRows(t *testing.T) {
	m := &classical.KNN{K: 2}
	if err := m.Fit(t.Context(), [][]float64{{1}, {-1}, {0}}, []float64{2, 1, 2}); err != nil {
		t.Fatal(err)
	}
	if got, err := m.Predict(t.Context(), [][]float64{{0}}); err != nil || got[0] != 2 {
		t.Errorf("class %v (%v), want 2 of rows 2 and 0", got, err)
	}
}

// Four points of exclusive or: the forest and the RBF machine solve it, linear
// models cannot.
func TestExclusiveOr(t *testing.T) {
	var x [][]float64
	var y []float64
	rng := rand.New(rand.NewPCG(1, 1))
	for i := range 80 {
		a, b := float64(i%2), float64(i/2%2)
		x = append(x, []float64{2*a - 1 + 0.2*rng.NormFloat64(), 2*b - 1 + 0.2*rng.NormFloat64()})
		y = append(y, float64((i%2)^(i/2%2)))
	}
	for _, m := range classical.Baselines(false, 0) {
		if err := m.Fit(t.Context(), x, y); err != nil {
			t.Fatal(err)
		}
		got, _ := m.Predict(t.Context(), x)
		hits := 0
		for i := range y {
			if got[i] == y[i] {
				hits++
			}
		}
		linear := m.Name() == "logistic" || m.Name() == "svm-linear"
		if linear && hits > 64 || !linear && hits != 80 {
			t.Errorf("%s: %d hits of 80", m.Name(), hits)
		}
	}
}

func TestLinearSharesWeight(t *testing.T) {
	// y = 3x + 1 with the feature twice: least norm halves the weight.
	x := [][]float64{{1, 1}, {2, 2}, {4, 4}}
	m := &classical.Linear{}
	if err := m.Fit(t.Context(), x, []float64{4, 7, 13}); err != nil {
		t.Fatal(err)
	}
	got, err := m.Predict(t.Context(), [][]float64{{1, 0}, {0, 1}, {10, 10}})
	if err != nil {
		t.Fatal(err)
	}
	for i, want := range []float64{2.5, 2.5, 31} {
		if math.Abs(got[i]-want) > 1e-12 {
			t.Errorf("prediction %d is %v, want %v", i, got[i], want)
		}
	}
}

// 0.1 thrice has a mean above 0.1 in binary; a constant feature has no weight
// all the same.
func TestLinearIgnoresConstants(t *testing.T) {
	m := &classical.Linear{}
	if err := m.Fit(t.Context(), [][]float64{{0.1}, {0.1}, {0.1}}, []float64{0.1, 0.2, 0.7}); err != nil {
		t.Fatal(err)
	}
	if got, err := m.Predict(t.Context(), [][]float64{{50}}); err != nil || math.Abs(got[0]-1.0/3) > 1e-12 {
		t.Errorf("prediction %v (%v), want the mean 1/3", got, err)
	}
}

// With steps too small to improve, training ends after the first epoch and the
// eleven that scikit-learn's rule needs (n_iter_ = 12 for learning_rate_init =
// 1e-12): one look at the context an epoch of one batch.
func TestMLPStopsOnPlateau(t *testing.T) {
	x, y := blobs(10, 2, 2, 1)
	for _, test := range []struct {
		rate float64
		want int64
	}{{1e-12, 12}, {1e-2, 30}} {
		looks := &countdown{Context: t.Context()}
		looks.left.Store(1000)
		m := &classical.MLP{Rate: test.rate, Epochs: 30}
		if err := m.Fit(looks, x, y); err != nil {
			t.Fatal(err)
		}
		if got := 1000 - looks.left.Load(); got != test.want {
			t.Errorf("rate %v: %d epochs, want %d", test.rate, got, test.want)
		}
	}
}

func TestErrorText(t *testing.T) {
	err := (&classical.Logistic{}).Fit(t.Context(), [][]float64{{1}, {math.NaN()}}, []float64{0, 1})
	want := "classical: logistic: feature 0 of row 1 is NaN: value out of range; drop or repair the row"
	if fmt.Sprint(err) != want {
		t.Errorf("error %q, want %q", err, want)
	}
}
