package qnn

import (
	"errors"
	"math"
	"slices"
	"testing"

	"pgregory.net/rapid"
)

func TestHeadScores(t *testing.T) {
	h := newHead(Multiclass, 2)
	// A = (1 2 3; 4 5 6), b = (10, 20), e = (1, −1, 2).
	s := make([]float64, 2)
	h.scores(s, []float64{1, 2, 3, 4, 5, 6, 10, 20}, []float64{1, -1, 2})
	if want := []float64{15, 31}; !slices.Equal(s, want) {
		t.Errorf("scores %v, want %v", s, want)
	}
}

// The head is linear in its parameters and in e, so that differences are exact but
// for rounding.
func TestHeadBackward(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		h := Head{Task: Multiclass, Outputs: rapid.IntRange(1, 4).Draw(t, "outputs")}
		k := rapid.IntRange(1, 4).Draw(t, "observables")
		vector := func(n int, name string) []float64 {
			return rapid.SliceOfN(rapid.Float64Range(-2, 2), n, n).Draw(t, name)
		}
		a, e, ds := vector(h.parameters(k), "a"), vector(k, "e"), vector(h.Outputs, "ds")
		da, de := vector(len(a), "old da"), vector(k, "old de") // to be overwritten
		h.backward(da, de, a, e, ds)
		f := func() float64 {
			s := make([]float64, h.Outputs)
			h.scores(s, a, e)
			return dot(s, ds)
		}
		for _, part := range []struct {
			name  string
			at, d []float64
		}{{"parameter", a, da}, {"expectation", e, de}} {
			for j, v := range part.at {
				part.at[j] = v + 0.5
				up := f()
				part.at[j] = v - 0.5
				if slope := up - f(); !near(part.d[j], slope, 1e-13) {
					t.Fatalf("derivative by %s %d is %v, difference %v", part.name, j, part.d[j], slope)
				}
				part.at[j] = v
			}
		}
	})
}

func TestHeadPredict(t *testing.T) {
	regression := Head{Task: Regression, Outputs: 1, Offset: 3, Scale: 2}
	tests := []struct {
		head   Head
		scores []float64
		want   float64
	}{
		{newHead(Binary, 2), []float64{0.1}, 0},
		{newHead(Binary, 2), []float64{0}, 0},
		{newHead(Binary, 2), []float64{-0.1}, 1},
		{newHead(Multiclass, 3), []float64{-3, -1, -2}, 1},
		{newHead(Multiclass, 3), []float64{0, 1, 1}, 1},
		{regression, []float64{-1.5}, 0},
	}
	for _, tt := range tests {
		if got := tt.head.predict(tt.scores); got != tt.want {
			t.Errorf("%s %v: %v, want %v", tt.head.Task, tt.scores, got, tt.want)
		}
	}
}

func TestHeadProbabilities(t *testing.T) {
	tests := []struct {
		head         Head
		scores, want []float64
	}{
		{newHead(Binary, 2), []float64{math.Log(3)}, []float64{0.75, 0.25}},
		{newHead(Binary, 2), []float64{1e4}, []float64{1, 0}},
		{newHead(Binary, 2), []float64{-1e4}, []float64{0, 1}},
		{newHead(Multiclass, 3), []float64{0, math.Ln2, 0}, []float64{0.25, 0.5, 0.25}},
		{newHead(Multiclass, 3), []float64{1e4, -1e4, 1e4}, []float64{0.5, 0, 0.5}},
	}
	for _, tt := range tests {
		got := make([]float64, len(tt.want))
		tt.head.probabilities(got, tt.scores)
		if !allNear(got, tt.want, 1e-15) {
			t.Errorf("%s %v: %v, want %v", tt.head.Task, tt.scores, got, tt.want)
		}
	}
}

func TestHeadValidate(t *testing.T) {
	inf, nan := math.Inf(1), math.NaN()
	for _, h := range []Head{
		{},
		{Task: "ternary", Outputs: 1},
		{Task: Binary},
		{Task: Binary, Outputs: 2},
		{Task: Regression, Outputs: 2, Scale: 1},
		{Task: Multiclass, Outputs: 1},
		{Task: Multiclass, Outputs: -1},
		{Task: Regression, Outputs: 1},
		{Task: Regression, Outputs: 1, Scale: -1},
		{Task: Regression, Outputs: 1, Scale: inf},
		{Task: Regression, Outputs: 1, Scale: nan},
		{Task: Regression, Outputs: 1, Scale: 1, Offset: inf},
		{Task: Regression, Outputs: 1, Scale: 1, Offset: nan},
	} {
		if err := h.validate(); !errors.Is(err, ErrConfig) {
			t.Errorf("%+v: error %v, want ErrConfig", h, err)
		}
	}
	for _, h := range []Head{newHead("", 0), newHead("", 2), newHead("", 3), newHead(Multiclass, 2)} {
		if err := h.validate(); err != nil {
			t.Errorf("%+v: %v", h, err)
		}
	}
}
