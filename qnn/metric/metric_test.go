package metric_test

import (
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"os"
	"reflect"
	"testing"

	"pgregory.net/rapid"

	"github.com/qnn-go/qnn/qnn/metric"
)

// figures is testdata/figures.json, written by testdata/figures.py.
type figures struct {
	Classification []struct {
		Name                  string
		Classes               int
		Want, Got             []float64
		Confusion             [][]int
		Accuracy              float64
		BalancedAccuracy      float64 `json:"balanced_accuracy"`
		Precision, Recall, F1 []float64
		Support               []int
		MacroF1               float64 `json:"macro_f1"`
		WeightedF1            float64 `json:"weighted_f1"`
	}
	LogLoss []struct {
		Want []float64
		Prob [][]float64
		Loss float64
	} `json:"log_loss"`
	AUC []struct {
		Want, Score      []float64
		AUC              float64
		AveragePrecision float64 `json:"average_precision"`
	}
	Ranking []struct {
		Classes           int
		Want              []float64
		Scores            [][]float64
		AUC               float64
		AUCs              []float64
		AveragePrecision  float64   `json:"average_precision"`
		AveragePrecisions []float64 `json:"average_precisions"`
	}
	Paired []struct {
		Want, A, B    []float64
		Difference, P float64
	}
	Regression []struct {
		Want, Got     []float64
		RMSE, MAE, R2 float64
	}
	Wilson []struct {
		Hits, N   int
		Low, High float64
	}
	McNemar []struct {
		A, B int
		P    float64
	}
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
	return f
}

// near fails unless got is within 1e-12 of want, relative above 1.
func near(t *testing.T, name string, got, want float64) {
	t.Helper()
	if !(math.Abs(got-want) <= 1e-12*max(1, math.Abs(want))) {
		t.Errorf("%s = %.17g, want %.17g", name, got, want)
	}
}

func names(k int) []string {
	s := make([]string, k)
	for i := range s {
		s[i] = fmt.Sprintf("class %d", i)
	}
	return s
}

func TestConfusionAsScikitLearn(t *testing.T) {
	cases := load(t).Classification
	if len(cases) < 5 {
		t.Fatalf("%d cases recorded, want 5", len(cases))
	}
	for _, test := range cases {
		t.Run(test.Name, func(t *testing.T) {
			c, err := metric.NewConfusion(test.Want, test.Got, names(test.Classes))
			if err != nil {
				t.Fatal(err)
			}
			if !reflect.DeepEqual(c.Counts, test.Confusion) {
				t.Errorf("counts %v, want %v", c.Counts, test.Confusion)
			}
			near(t, "accuracy", c.Accuracy(), test.Accuracy)
			near(t, "macro F1", c.MacroF1(), test.MacroF1)
			near(t, "weighted F1", c.WeightedF1(), test.WeightedF1)
			for k, s := range c.Scores() {
				near(t, s.Class+" precision", s.Precision, test.Precision[k])
				near(t, s.Class+" recall", s.Recall, test.Recall[k])
				near(t, s.Class+" F1", s.F1, test.F1[k])
				if s.Support != test.Support[k] {
					t.Errorf("%s support = %d, want %d", s.Class, s.Support, test.Support[k])
				}
			}
			accuracy, err := metric.Accuracy(test.Want, test.Got)
			if err != nil {
				t.Fatal(err)
			}
			near(t, "Accuracy", accuracy, test.Accuracy)
		})
	}
}

func TestLogLossAsScikitLearn(t *testing.T) {
	for i, test := range load(t).LogLoss {
		got, err := metric.LogLoss(test.Want, test.Prob)
		if err != nil {
			t.Fatal(err)
		}
		near(t, fmt.Sprintf("log loss %d", i), got, test.Loss)
	}
}

func TestAUCAsScikitLearn(t *testing.T) {
	for i, test := range load(t).AUC {
		got, err := metric.AUC(test.Want, test.Score)
		if err != nil {
			t.Fatal(err)
		}
		near(t, fmt.Sprintf("AUC %d", i), got, test.AUC)
		if got, err = metric.AveragePrecision(test.Want, test.Score); err != nil {
			t.Fatal(err)
		}
		near(t, fmt.Sprintf("average precision %d", i), got, test.AveragePrecision)
	}
}

func TestRegressionAsScikitLearn(t *testing.T) {
	for i, test := range load(t).Regression {
		rmse, err1 := metric.RMSE(test.Want, test.Got)
		mae, err2 := metric.MAE(test.Want, test.Got)
		r2, err3 := metric.R2(test.Want, test.Got)
		if err := errors.Join(err1, err2, err3); err != nil {
			t.Fatal(err)
		}
		near(t, fmt.Sprintf("RMSE %d", i), rmse, test.RMSE)
		near(t, fmt.Sprintf("MAE %d", i), mae, test.MAE)
		near(t, fmt.Sprintf("R2 %d", i), r2, test.R2)
	}
}

// The mean of three times 0.1 is not 0.1 in binary; the truth is constant all
// the same.
func TestR2OfConstantTruth(t *testing.T) {
	got, err := metric.R2([]float64{0.1, 0.1, 0.1}, []float64{0.2, 0.2, 0.2})
	if err != nil {
		t.Fatal(err)
	}
	near(t, "R2", got, 0)
}

func TestWilsonAsScipy(t *testing.T) {
	for _, test := range load(t).Wilson {
		low, high, err := metric.Wilson(test.Hits, test.N)
		if err != nil {
			t.Fatal(err)
		}
		near(t, fmt.Sprintf("low of %d/%d", test.Hits, test.N), low, test.Low)
		near(t, fmt.Sprintf("high of %d/%d", test.Hits, test.N), high, test.High)
	}
}

// discordant returns a truth of zeros and two predictions of which a samples
// are right in the first only, b in the second only, and 4 in both.
func discordant(a, b int) (want, first, second []float64) {
	n := a + b + 4
	want, first, second = make([]float64, n), make([]float64, n), make([]float64, n)
	for i := range a {
		second[i] = 1
	}
	for i := range b {
		first[a+i] = 1
	}
	return want, first, second
}

func TestMcNemarAsScipy(t *testing.T) {
	for _, test := range load(t).McNemar {
		pair, err := metric.McNemar(discordant(test.A, test.B))
		if err != nil {
			t.Fatal(err)
		}
		if pair.OnlyA != test.A || pair.OnlyB != test.B {
			t.Errorf("pairs %d, %d, want %d, %d", pair.OnlyA, pair.OnlyB, test.A, test.B)
		}
		if !(math.Abs(pair.P-test.P) <= 1e-10*test.P) {
			t.Errorf("p of %d, %d = %.17g, want %.17g", test.A, test.B, pair.P, test.P)
		}
	}
}

func TestErrors(t *testing.T) {
	nan := math.NaN()
	two := names(2)
	confusion := func(want, got []float64) error {
		_, err := metric.NewConfusion(want, got, two)
		return err
	}
	logLoss := func(want []float64, prob ...[]float64) error {
		_, err := metric.LogLoss(want, prob)
		return err
	}
	auc := func(want, score []float64) error {
		_, err := metric.AUC(want, score)
		return err
	}
	rmse := func(want, got []float64) error {
		_, err := metric.RMSE(want, got)
		return err
	}
	wilson := func(hits, n int) error {
		_, _, err := metric.Wilson(hits, n)
		return err
	}
	_, mcnemar := metric.McNemar([]float64{0, 1}, []float64{0, 1}, []float64{0})
	_, accuracy := metric.Accuracy(nil, nil)
	_, mae := metric.MAE([]float64{1}, []float64{nan})
	_, r2 := metric.R2([]float64{1e160}, []float64{1})
	for _, test := range []struct {
		name string
		err  error
		want error
	}{
		{"confusion empty", confusion(nil, nil), metric.ErrEmpty},
		{"confusion lengths", confusion([]float64{0}, []float64{0, 1}), metric.ErrLength},
		{"confusion class too large", confusion([]float64{0}, []float64{2}), metric.ErrClass},
		{"confusion negative class", confusion([]float64{-1}, []float64{0}), metric.ErrClass},
		{"confusion fraction", confusion([]float64{0.5}, []float64{0}), metric.ErrClass},
		{"confusion NaN", confusion([]float64{0}, []float64{nan}), metric.ErrClass},
		{"log loss empty", logLoss(nil), metric.ErrEmpty},
		{"log loss class", logLoss([]float64{2}, []float64{0.5, 0.5}), metric.ErrClass},
		{"log loss negative", logLoss([]float64{0}, []float64{1.5, -0.5}), metric.ErrValue},
		{"log loss NaN", logLoss([]float64{0}, []float64{nan, 1}), metric.ErrValue},
		{"log loss sum", logLoss([]float64{0}, []float64{0.5, 0.4}), metric.ErrValue},
		{"AUC one class", auc([]float64{1, 1}, []float64{1, 2}), metric.ErrOneClass},
		{"AUC third class", auc([]float64{1, 2}, []float64{1, 2}), metric.ErrClass},
		{"AUC infinite", auc([]float64{0, 1}, []float64{math.Inf(1), 2}), metric.ErrValue},
		{"RMSE lengths", rmse([]float64{1}, nil), metric.ErrLength},
		{"RMSE infinite", rmse([]float64{math.Inf(-1)}, []float64{1}), metric.ErrValue},
		{"MAE NaN", mae, metric.ErrValue},
		{"R2 magnitude", r2, metric.ErrValue},
		{"Wilson no trials", wilson(0, 0), metric.ErrEmpty},
		{"Wilson too many hits", wilson(3, 2), metric.ErrValue},
		{"Wilson negative", wilson(-1, 2), metric.ErrValue},
		{"McNemar lengths", mcnemar, metric.ErrLength},
		{"accuracy empty", accuracy, metric.ErrEmpty},
	} {
		if !errors.Is(test.err, test.want) {
			t.Errorf("%s: %v, want %v", test.name, test.err, test.want)
		}
	}
}

// The interval contains the proportion, narrows with the trials and mirrors
// under exchange of hits and misses.
func TestWilsonProperties(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.IntRange(1, 5000).Draw(t, "n")
		hits := rapid.IntRange(0, n).Draw(t, "hits")
		low, high, err := metric.Wilson(hits, n)
		if err != nil {
			t.Fatal(err)
		}
		p := float64(hits) / float64(n)
		if !(0 <= low && low <= p && p <= high && high <= 1) {
			t.Fatalf("interval [%v, %v] of %v", low, high, p)
		}
		mirrorLow, mirrorHigh, _ := metric.Wilson(n-hits, n)
		if math.Abs(1-mirrorHigh-low) > 1e-12 || math.Abs(1-mirrorLow-high) > 1e-12 {
			t.Fatalf("mirror [%v, %v] of [%v, %v]", mirrorLow, mirrorHigh, low, high)
		}
		wideLow, wideHigh, _ := metric.Wilson(4*hits, 4*n)
		if wideHigh-wideLow >= high-low {
			t.Fatalf("width %v at 4n, %v at n", wideHigh-wideLow, high-low)
		}
	})
}

// AUC of pairs counted one by one.
func TestAUCProperty(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		rest := rapid.SliceOfN(rapid.IntRange(0, 1), 0, 30).Draw(t, "labels")
		want := []float64{0, 1}
		for _, v := range rest {
			want = append(want, float64(v))
		}
		score := make([]float64, len(want))
		for i := range score {
			score[i] = float64(rapid.IntRange(-3, 3).Draw(t, "score"))
		}
		wins, pairs := 0.0, 0.0
		for i := range want {
			for j := range want {
				if want[i] != 1 || want[j] != 0 {
					continue
				}
				pairs++
				// +1 for a win, 0 for a tie, −1 for a loss, moved to 1, ½, 0.
				wins += float64(1+cmp.Compare(score[i], score[j])) / 2
			}
		}
		got, err := metric.AUC(want, score)
		if err != nil {
			t.Fatal(err)
		}
		if math.Abs(got-wins/pairs) > 1e-12 {
			t.Fatalf("AUC %v, want %v", got, wins/pairs)
		}
	})
}

// TestScores: the figures together are those one by one.
func TestScores(t *testing.T) {
	want, got := []float64{0, 0, 1, 1, 1}, []float64{0, 1, 1, 1, 1}
	s, c, err := metric.ScoreClasses(want, got, []string{"a", "b"})
	if err != nil {
		t.Fatal(err)
	}
	low, high, err := metric.Wilson(4, 5)
	if err != nil {
		t.Fatal(err)
	}
	if s != (metric.ClassScores{0.8, low, high, c.MacroF1(), 0.75}) || c.Correct() != 4 {
		t.Errorf("%+v of %v", s, c)
	}
	v, err := metric.ScoreValues([]float64{1, 2, 3}, []float64{1, 2, 5})
	if err != nil || math.Abs(v.RMSE-2/math.Sqrt(3)) > 1e-15 || math.Abs(v.MAE-2.0/3) > 1e-15 || math.Abs(v.R2+1) > 1e-15 {
		t.Errorf("%+v, %v", v, err)
	}
	if _, _, err := metric.ScoreClasses(want, got[1:], []string{"a", "b"}); !errors.Is(err, metric.ErrLength) {
		t.Errorf("classes of another length: %v", err)
	}
	if _, err := metric.ScoreValues(want, got[1:]); !errors.Is(err, metric.ErrLength) {
		t.Errorf("values of another length: %v", err)
	}
}
