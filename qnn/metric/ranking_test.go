package metric_test

import (
	"errors"
	"fmt"
	"math"
	"testing"

	"github.com/qnn-go/qnn/qnn/metric"
)

func TestRankingAsScikitLearn(t *testing.T) {
	for i, test := range load(t).Ranking {
		r, err := metric.NewRanking(test.Want, test.Scores, test.Classes)
		if err != nil {
			t.Fatal(err)
		}
		near(t, fmt.Sprintf("AUC %d", i), r.AUC, test.AUC)
		near(t, fmt.Sprintf("average precision %d", i), r.AveragePrecision, test.AveragePrecision)
		for c, s := range r.Classes {
			near(t, fmt.Sprintf("AUC %d of class %d", i, c), s.AUC, test.AUCs[c])
			near(t, fmt.Sprintf("average precision %d of class %d", i, c), s.AveragePrecision, test.AveragePrecisions[c])
		}
		if (r.Positive < 0) != (test.Classes > 2) {
			t.Errorf("%d classes, the positive one is %d", test.Classes, r.Positive)
		}
	}
}

// The positive class is the rarer one in the truth, and class 1 where both are as frequent.
func TestRankingPositiveClass(t *testing.T) {
	scores := [][]float64{{0.9, 0.1}, {0.2, 0.8}, {0.6, 0.4}, {0.7, 0.3}}
	for _, tt := range []struct {
		want     []float64
		positive int
	}{{[]float64{0, 1, 1, 1}, 0}, {[]float64{0, 1, 0, 1}, 1}, {[]float64{0, 1, 0, 0}, 1}} {
		r, err := metric.NewRanking(tt.want, scores, 2)
		if err != nil {
			t.Fatal(err)
		}
		if r.Positive != tt.positive || r.AveragePrecision != r.Classes[tt.positive].AveragePrecision || r.AUC != r.Classes[1].AUC {
			t.Errorf("truth %v: positive class %d of %+v, want %d", tt.want, r.Positive, r, tt.positive)
		}
	}
}

func TestBalancedAccuracyAsScikitLearn(t *testing.T) {
	for _, test := range load(t).Classification {
		c, err := metric.NewConfusion(test.Want, test.Got, names(test.Classes))
		if err != nil {
			t.Fatal(err)
		}
		near(t, test.Name, c.BalancedAccuracy(), test.BalancedAccuracy)
	}
}

func TestPairedErrorsAsSciPy(t *testing.T) {
	for i, test := range load(t).Paired {
		got, err := metric.PairedErrors(test.Want, test.A, test.B)
		if err != nil {
			t.Fatal(err)
		}
		near(t, fmt.Sprintf("difference %d", i), got.Difference, test.Difference)
		near(t, fmt.Sprintf("p %d", i), got.P, test.P)
	}
	one, err := metric.PairedErrors([]float64{1}, []float64{2}, []float64{1})
	if err != nil || one.P != 1 || one.Difference != 1 {
		t.Errorf("one sample: %+v, %v", one, err)
	}
	if _, err := metric.PairedErrors([]float64{1, 2}, []float64{1, 2}, []float64{1, math.NaN()}); !errors.Is(err, metric.ErrValue) {
		t.Errorf("NaN: %v", err)
	}
}

func TestRankingErrors(t *testing.T) {
	for name, tt := range map[string]struct {
		want   []float64
		scores [][]float64
		cause  error
	}{
		"empty":     {nil, nil, metric.ErrEmpty},
		"lengths":   {[]float64{0, 1}, [][]float64{{0, 1}}, metric.ErrLength},
		"width":     {[]float64{0, 1}, [][]float64{{0, 1}, {0}}, metric.ErrLength},
		"class":     {[]float64{0, 2}, [][]float64{{0, 1}, {1, 0}}, metric.ErrClass},
		"one class": {[]float64{1, 1}, [][]float64{{0, 1}, {1, 0}}, metric.ErrOneClass},
		"infinite":  {[]float64{0, 1}, [][]float64{{0, math.Inf(1)}, {1, 0}}, metric.ErrValue},
	} {
		if _, err := metric.NewRanking(tt.want, tt.scores, 2); !errors.Is(err, tt.cause) {
			t.Errorf("%s: %v, want %v", name, err, tt.cause)
		}
	}
}
