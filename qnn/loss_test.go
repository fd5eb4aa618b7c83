package qnn

import (
	"errors"
	"math"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

// near reports whether a and b agree to tol, relative to the larger of 1 and |b|.
func near(a, b, tol float64) bool { return math.Abs(a-b) <= tol*math.Max(1, math.Abs(b)) }

func allNear(a, b []float64, tol float64) bool {
	return slices.EqualFunc(a, b, func(x, y float64) bool { return near(x, y, tol) })
}

// losses are the losses that go with each task.
func losses(t Task) []NamedLoss {
	if t == Regression {
		return []NamedLoss{MSE}
	}
	return []NamedLoss{CrossEntropy, MSE, Hinge}
}

func TestLossValues(t *testing.T) {
	ln2, ln3 := math.Ln2, math.Log(3)
	tests := []struct {
		name   string
		loss   NamedLoss
		head   Head
		scores []float64
		y      float64
		want   float64
		ds     []float64
	}{
		// Binary, margin m = s for class 0 and −s for class 1.
		{"ln(1+e⁰) = ln 2", CrossEntropy, newHead(Binary, 2), []float64{0}, 0, ln2, []float64{-0.5}},
		{"ln(1+1/3)", CrossEntropy, newHead(Binary, 2), []float64{ln3}, 0, math.Log(4. / 3), []float64{-0.25}},
		{"ln(1+3)", CrossEntropy, newHead(Binary, 2), []float64{ln3}, 1, 2 * ln2, []float64{0.75}},
		{"(½−1)²", MSE, newHead(Binary, 2), []float64{0.5}, 0, 0.25, []float64{-1}},
		{"(½+1)²", MSE, newHead(Binary, 2), []float64{0.5}, 1, 2.25, []float64{3}},
		{"1−¼", Hinge, newHead(Binary, 2), []float64{0.25}, 0, 0.75, []float64{-1}},
		{"1+¼", Hinge, newHead(Binary, 2), []float64{0.25}, 1, 1.25, []float64{1}},
		{"margin kept", Hinge, newHead(Binary, 2), []float64{1.5}, 0, 0, []float64{0}},
		// Multiclass: the softmax of (0, ln 2, 0) is (¼, ½, ¼).
		{"−ln ½", CrossEntropy, newHead(Multiclass, 3), []float64{0, ln2, 0}, 1, ln2, []float64{0.25, -0.5, 0.25}},
		{"−ln ¼", CrossEntropy, newHead(Multiclass, 3), []float64{0, ln2, 0}, 2, 2 * ln2, []float64{0.25, 0.5, -0.75}},
		// d = (¼, −½, ¼), Σp·d = −⅛: 2·p·(d+⅛).
		{"1/16+1/4+1/16", MSE, newHead(Multiclass, 3), []float64{0, ln2, 0}, 1, 0.375, []float64{0.1875, -0.375, 0.1875}},
		{"1+1.5−1", Hinge, newHead(Multiclass, 3), []float64{1, 1.5, 0}, 0, 1.5, []float64{-1, 1, 0}},
		{"first of two rivals", Hinge, newHead(Multiclass, 3), []float64{2, 0, 2}, 1, 3, []float64{1, -1, 0}},
		{"margin of 2 kept", Hinge, newHead(Multiclass, 3), []float64{3, 1, 0}, 0, 0, []float64{0, 0, 0}},
		// (1 − (4−2)/4)².
		{"regression", MSE, Head{Task: Regression, Outputs: 1, Offset: 2, Scale: 4}, []float64{1}, 4, 0.25, []float64{1}},
	}
	for _, tt := range tests {
		t.Run(string(tt.head.Task)+"/"+string(tt.loss)+"/"+tt.name, func(t *testing.T) {
			ds := make([]float64, len(tt.scores))
			if got := tt.loss.Evaluate(tt.head, ds, tt.scores, tt.y); !near(got, tt.want, 1e-15) {
				t.Errorf("loss %v, want %v", got, tt.want)
			}
			if !allNear(ds, tt.ds, 1e-15) {
				t.Errorf("derivatives %v, want %v", ds, tt.ds)
			}
		})
	}
}

// kink reports whether a hinge bends within reach of s.
func kink(h Head, s []float64, y, reach float64) bool {
	if h.Task == Binary {
		return math.Abs((1-2*y)*s[0]-1) < reach
	}
	var rivals []float64
	for k, v := range s {
		if k != int(y) {
			rivals = append(rivals, v)
		}
	}
	slices.Sort(rivals)
	top := rivals[len(rivals)-1]
	return math.Abs(1+top-s[int(y)]) < reach || len(rivals) > 1 && top-rivals[len(rivals)-2] < reach
}

func TestLossDerivatives(t *testing.T) {
	for _, task := range []Task{Binary, Multiclass, Regression} {
		for _, loss := range losses(task) {
			t.Run(string(task)+"/"+string(loss), rapid.MakeCheck(func(t *rapid.T) {
				classes := map[Task]int{Binary: 2, Multiclass: rapid.IntRange(2, 5).Draw(t, "classes"), Regression: 0}[task]
				h := newHead(task, classes)
				y := float64(rapid.IntRange(0, max(0, classes-1)).Draw(t, "y"))
				if task == Regression {
					y, h.Offset, h.Scale = rapid.Float64Range(-5, 5).Draw(t, "y"), 0.7, 2.5
				}
				s := rapid.SliceOfN(rapid.Float64Range(-4, 4), h.Outputs, h.Outputs).Draw(t, "scores")
				const step = 1e-5
				if loss == Hinge && kink(h, s, y, 2*step) {
					t.Skip("no derivative at a kink")
				}
				ds, scratch := make([]float64, len(s)), make([]float64, len(s))
				value := loss.Evaluate(h, ds, s, y)
				if value < 0 {
					t.Fatalf("loss %v is negative", value)
				}
				for k := range s {
					at := slices.Clone(s)
					at[k] += step
					up := loss.Evaluate(h, scratch, at, y)
					at[k] -= 2 * step
					down := loss.Evaluate(h, scratch, at, y)
					// Truncation step²·f‴/6 and rounding ε·f/step are both near 1e-10.
					if slope := (up - down) / (2 * step); !near(ds[k], slope, 1e-8) {
						t.Fatalf("derivative by score %d is %v, central difference %v", k, ds[k], slope)
					}
				}
			}))
		}
	}
}

func TestLossOfHugeScores(t *testing.T) {
	const huge = 1e4 // e^huge overflows
	tests := []struct {
		loss NamedLoss
		s    []float64
		y    float64
		want float64
		ds   []float64
	}{
		{CrossEntropy, []float64{huge}, 0, 0, []float64{0}},
		{CrossEntropy, []float64{huge}, 1, huge, []float64{1}},
		{CrossEntropy, []float64{-huge}, 0, huge, []float64{-1}},
		{CrossEntropy, []float64{-huge}, 1, 0, []float64{0}},
		{CrossEntropy, []float64{huge, -huge, 0}, 0, 0, []float64{0, 0, 0}},
		{CrossEntropy, []float64{huge, -huge, 0}, 1, 2 * huge, []float64{1, -1, 0}},
		{CrossEntropy, []float64{-huge, -huge}, 1, math.Ln2, []float64{0.5, -0.5}},
		{MSE, []float64{huge, -huge, 0}, 0, 0, []float64{0, 0, 0}},
		{MSE, []float64{huge, -huge, 0}, 1, 2, []float64{0, 0, 0}},
		{Hinge, []float64{huge, -huge, 0}, 1, 2*huge + 1, []float64{1, -1, 0}},
	}
	for _, tt := range tests {
		h, ds := newHead("", max(2, len(tt.s))), make([]float64, len(tt.s))
		if len(tt.s) == 2 {
			h = newHead(Multiclass, 2)
		}
		if got := tt.loss.Evaluate(h, ds, tt.s, tt.y); !near(got, tt.want, 1e-12) || !allNear(ds, tt.ds, 1e-12) {
			t.Errorf("%s of %v for class %v: %v and %v, want %v and %v", tt.loss, tt.s, tt.y, got, ds, tt.want, tt.ds)
		}
	}
}

func TestLossCheck(t *testing.T) {
	for _, task := range []Task{Binary, Multiclass, Regression} {
		allowed := losses(task)
		for _, name := range Losses() {
			err := NamedLoss(name).Check(task)
			if slices.Contains(allowed, NamedLoss(name)) != (err == nil) {
				t.Errorf("%s for %s: %v", name, task, err)
			}
			if err != nil && !errors.Is(err, ErrConfig) {
				t.Errorf("%s for %s: %v does not wrap ErrConfig", name, task, err)
			}
		}
		if !slices.Contains(allowed, DefaultLoss(task)) {
			t.Errorf("default loss of %s is %s", task, DefaultLoss(task))
		}
	}
	err := NamedLoss("crossentropy").Check(Binary)
	if !errors.Is(err, ErrConfig) || !strings.Contains(err.Error(), `did you mean "cross-entropy"?`) {
		t.Errorf("misspelt loss: %v", err)
	}
}
