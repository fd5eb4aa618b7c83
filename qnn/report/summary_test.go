package report_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"math"
	"reflect"
	"regexp"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/qnn-go/qnn/qnn"
	"github.com/qnn-go/qnn/qnn/compare"
	"github.com/qnn-go/qnn/qnn/metric"
	"github.com/qnn-go/qnn/qnn/report"
)

// labels returns true and predicted classes with the given counts.
func labels(counts [][]int) (want, got []float64) {
	for t, row := range counts {
		for p, n := range row {
			for range n {
				want, got = append(want, float64(t)), append(got, float64(p))
			}
		}
	}
	return want, got
}

// cancer is a classification with everything filled in. The confusion matrix gives
// the figures of scikit-learn's classification_report for 71+1 and 3+39 samples.
func cancer(t *testing.T) report.Summary {
	t.Helper()
	classes := []string{"benign", "malignant"}
	want, got := labels([][]int{{71, 1}, {3, 39}})
	test, err := report.NewTest(want, got, classes)
	if err != nil {
		t.Fatal(err)
	}
	state := &qnn.State{Epoch: 52, Stopped: qnn.EarlyStopping, Best: qnn.Best{Epoch: 39}, History: history(52, true)}
	s := report.Summary{
		Model: report.Model{
			Qubits: 4, Parameters: 38, Weights: 36, Depth: 23, Encoding: "RY", Ansatz: "StronglyEntangling", Layers: 3,
			Observables: []string{"Z0"}, Backend: "native complex128", Gradient: "adjoint",
		},
		Data: report.Data{
			Name: "breast-cancer", Source: "UCI Machine Learning Repository, doi:10.24432/C5DW2B", License: "CC BY 4.0",
			Samples: 569, Features: 30, Target: "diagnosis", ClassNames: classes, Train: 364, Validation: 91, Test: 114,
			Stratified: true, Preprocessing: []string{"standardise", "PCA", "scale to [0, π]"}, Inputs: 4, Variance: 0.79,
		},
		Training: report.Training{Optimizer: "adam", LearningRate: 0.05, BatchSize: 32, Loss: "cross-entropy", Seed: 7, MaxEpochs: 60},
		Test:     test,
		Baselines: report.NewBaselines([]compare.Result{
			{Name: "svm-rbf", Features: compare.AllColumns, Inputs: 30, Parameters: 112, TrainRows: 364, TrainTime: 20 * time.Millisecond, Selection: new(0.967), SelectedBy: compare.ByValidation, Accuracy: 110. / 114, Low: 0.913, High: 0.986, MacroF1: 0.962, BalancedAccuracy: 0.958},
			{Name: "logistic", Features: compare.ModelFeatures, Inputs: 4, Parameters: 5, TrainRows: 200, Sampled: true, TrainTime: 4 * time.Millisecond, Accuracy: 108. / 114, Low: 0.890, High: 0.976, MacroF1: 0.943, BalancedAccuracy: 0.941},
		}),
		Verdict: &compare.Verdict{
			Model: "quantum", Baseline: "svm-rbf", Features: compare.AllColumns, Chosen: compare.ByValidation,
			Test: compare.McNemar, OnlyModel: 1, OnlyBaseline: 1, P: 1,
		},
		Against:      []compare.Verdict{{Model: "quantum", Baseline: "runs/other", Test: compare.McNemar, OnlyModel: 9, P: 0.004}},
		TrainSeconds: 1.9,
		Run:          "runs/breast-cancer-0001",
		Pictures:     report.Pictures{LearningCurve: "learning-curve.png", Test: "confusion.png"},
		Reproduce:    []string{"qnn train --data breast-cancer --seed 7"},
		Environment:  []report.Fact{{"qnn", "v0.1.0"}, {"go", "go1.26.0 linux/amd64"}},
	}
	s.Training.Follow(state)
	return s
}

// sine is a regression without validation data.
func sine(t *testing.T) report.Summary {
	t.Helper()
	test, err := report.NewTest([]float64{-1, 0, 0.5, 1}, []float64{-0.9, 0.1, 0.4, 1}, nil)
	if err != nil {
		t.Fatal(err)
	}
	s := report.Summary{
		Title:    "A sine on one qubit",
		Model:    report.Model{Name: "re-uploading", Qubits: 1, Parameters: 20, Weights: 18, Depth: 27, Shots: 1000, Backend: "native", Gradient: "parameter-shift"},
		Data:     report.Data{Name: "sine", Samples: 20, Features: 1, Train: 16, Test: 4, Inputs: 1},
		Training: report.Training{Optimizer: "lbfgs", Loss: "mse", MaxEpochs: 40},
		Test:     test,
		Baselines: report.NewBaselines([]compare.Result{
			{Name: "ridge", Parameters: 2, TrainTime: 123 * time.Second, RMSE: 12345.678, MAE: 0.25, R2: -0.5},
			{Name: "a baseline of a long name", Parameters: 12000, TrainTime: 400 * time.Millisecond, RMSE: 0.3, MAE: 0.25, R2: 0.85},
		}),
		Pictures: report.Pictures{Test: "scatter.png", Residuals: "residuals.png"},
	}
	s.Training.Follow(&qnn.State{Epoch: 12, Stopped: qnn.ConvergedPoint, History: history(12, false)})
	return s
}

// hostile has names that try to be markup, or escape sequences, and wide ones.
func hostile(t *testing.T) report.Summary {
	t.Helper()
	classes := []string{"a|b *bold* `code` <b>", "猫と犬", "\x1b[31mred\nline", "é [x](http://y)"}
	want, got := labels([][]int{{3, 1, 0, 0}, {0, 12, 0, 0}, {0, 2, 1, 1}, {0, 0, 0, 40}})
	test, err := report.NewTest(want, got, classes)
	if err != nil {
		t.Fatal(err)
	}
	return report.Summary{
		Title:     "# not_a_heading\n## at all",
		Model:     report.Model{Name: "nöthing | else", Qubits: 1, Parameters: 1, Weights: 1, Noise: "depolarizing 0.01"},
		Data:      report.Data{Name: "$x$ & ![y](z)", Samples: 60, Features: 2, ClassNames: classes, Target: "\u202eevil"},
		Test:      test,
		Baselines: []report.Baseline{{Name: "猫 k-nn", Parameters: 7, Scores: report.Scores{Classification: test.Classification}}},
		Pictures:  report.Pictures{Test: "my (own) <picture>.png"},
		Reproduce: []string{"qnn train --target '```'", "rm\n-x"},
	}
}

func TestGolden(t *testing.T) {
	writers := map[string]func(io.Writer, report.Summary) error{".md": report.Markdown, ".txt": report.Text, ".json": report.JSON}
	summaries := map[string]report.Summary{
		"cancer": cancer(t), "sine": sine(t), "hostile": hostile(t),
		"untested": {Data: report.Data{Name: "xor", Samples: 8, Features: 2, Train: 8}, Model: report.Model{Qubits: 2, Parameters: 3, Weights: 1}},
	}
	for name, s := range summaries {
		for ext, write := range writers {
			t.Run(name+ext, func(t *testing.T) {
				var b bytes.Buffer
				if err := write(&b, s); err != nil {
					t.Fatal(err)
				}
				golden(t, name+ext, b.Bytes(), bytes.Equal)
			})
		}
	}
}

// The figures are those of scikit-learn 1.9.1's classification_report for this
// matrix; the interval is that of Wilson for 110 of 114.
func TestTestBlock(t *testing.T) {
	var b bytes.Buffer
	if err := report.Text(&b, cancer(t)); err != nil {
		t.Fatal(err)
	}
	for _, line := range []string{
		"test      class        precision  recall     f1  samples\n",
		"          benign           0.959   0.986  0.973       72\n",
		"          malignant        0.975   0.929  0.951       42\n",
		"          accuracy 0.965  [0.913, 0.986] 95%",
		"          quantum (this run)    4           0.965 [0.913, 0.986]          38   1.9 s\n",
		"          svm-rbf               all 30      0.965 [0.913, 0.986]         112   0.02 s\n",
		"          logistic (200 rows)   model's 4   0.947 [0.890, 0.976]           5   <0.01 s\n",
		"          Baselines are fitted on all columns, and again on the quantum model's features.\n",
		"          Where rows are given, the model was fitted on a random sample of so many of the 364 training samples.\n",
		"          No difference from svm-rbf, the best baseline on all columns by validation data, is shown at this sample size (McNemar p = 1.00).\n",
		"          Better than runs/other on this test set (McNemar p = 0.004).\n",
	} {
		if !strings.Contains(b.String(), line) {
			t.Errorf("no line %q in\n%s", line, b.String())
		}
	}
}

func TestJSONRoundTrip(t *testing.T) {
	for name, s := range map[string]report.Summary{"cancer": cancer(t), "sine": sine(t)} {
		var b bytes.Buffer
		if err := report.JSON(&b, s); err != nil {
			t.Fatal(err)
		}
		var back report.Summary
		if err := json.Unmarshal(b.Bytes(), &back); err != nil {
			t.Fatal(err)
		}
		if !reflect.DeepEqual(s, back) {
			t.Errorf("%s: decoded\n%+v, want\n%+v", name, back, s)
		}
	}
}

// The keys programs rely on.
func TestJSONKeys(t *testing.T) {
	paths := func(s report.Summary) map[string]any {
		var b bytes.Buffer
		if err := report.JSON(&b, s); err != nil {
			t.Fatal(err)
		}
		var top map[string]any
		if err := json.Unmarshal(b.Bytes(), &top); err != nil {
			t.Fatal(err)
		}
		flat := make(map[string]any)
		for k, v := range top {
			flat[k] = v
			inner, ok := v.(map[string]any)
			if list, isList := v.([]any); isList && len(list) > 0 {
				inner, ok = list[0].(map[string]any)
			}
			for k2, v2 := range inner {
				if ok {
					flat[k+"."+k2] = v2
				}
			}
		}
		return flat
	}
	for key, want := range map[string]any{
		"model.qubits": 4., "model.parameters": 38., "model.depth": 23., "model.weights": 36.,
		"data.name": "breast-cancer", "data.train": 364., "data.validation": 91., "data.test": 114., "data.features": 30., "data.classes": 2.,
		"test.accuracy": 110. / 114, "test.samples": 114., "baselines.name": "svm-rbf", "baselines.accuracy": 110. / 114, "baselines.accuracy_low": 0.913,
		"baselines.features": "all", "baselines.inputs": 30., "baselines.selection": 0.967, "baselines.selected_by": "validation", "baselines.train_samples": 364.,
		"verdict.features": "all", "verdict.chosen_by": "validation", "verdict.test": "McNemar", "against.baseline": "runs/other",
		"train_seconds": 1.9, "run": "runs/breast-cancer-0001",
		"training.epochs": 52., "training.best_epoch": 39., "training.stopped": string(qnn.EarlyStopping),
	} {
		if got := paths(cancer(t))[key]; got != want {
			t.Errorf("%s = %v, want %v", key, got, want)
		}
	}
	regression := paths(sine(t))
	for _, key := range []string{"test.rmse", "test.mae", "test.r2", "baselines.rmse"} {
		if _, ok := regression[key].(float64); !ok {
			t.Errorf("%s = %v, want a number", key, regression[key])
		}
	}
	if _, ok := regression["test.accuracy"]; ok {
		t.Error("a regression has test.accuracy")
	}
	if list, ok := paths(report.Summary{})["baselines"].([]any); !ok || len(list) != 0 {
		t.Errorf("baselines of none = %v, want []", list)
	}
}

func TestNewTest(t *testing.T) {
	test, err := report.NewTest([]float64{1, 2, 3}, []float64{1, 2, 5}, nil)
	if err != nil {
		t.Fatal(err)
	}
	// By hand: errors 0, 0, 2; variance of the truth 2/3.
	want := report.Regression{RMSE: math.Sqrt(4. / 3), MAE: 2. / 3, R2: 1 - 4./2}
	if got := *test.Regression; math.Abs(got.RMSE-want.RMSE)+math.Abs(got.MAE-want.MAE)+math.Abs(got.R2-want.R2) > 1e-12 || test.Classification != nil {
		t.Errorf("regression %+v, want %+v", got, want)
	}
	for name, call := range map[string]func() (report.Test, error){
		"lengths": func() (report.Test, error) { return report.NewTest([]float64{1, 2}, []float64{1}, nil) },
		"empty":   func() (report.Test, error) { return report.NewTest(nil, nil, []string{"a", "b"}) },
		"class":   func() (report.Test, error) { return report.NewTest([]float64{0}, []float64{2}, []string{"a", "b"}) },
	} {
		if _, err := call(); !errors.Is(err, metric.ErrLength) && !errors.Is(err, metric.ErrEmpty) && !errors.Is(err, metric.ErrClass) {
			t.Errorf("%s: error %v, want one of package metric", name, err)
		}
	}
}

func TestMajority(t *testing.T) {
	want, got := labels([][]int{{10, 0}, {5, 0}}) // all are answered alike
	test, err := report.NewTest(want, got, []string{"often", "seldom"})
	if err != nil {
		t.Fatal(err)
	}
	var b bytes.Buffer
	if err := report.Markdown(&b, report.Summary{Test: test}); err != nil {
		t.Fatal(err)
	}
	const sentence = "Always answering often, the most frequent class, would score 0.667: the interval does not show that the model does better."
	if !strings.Contains(b.String(), sentence) {
		t.Errorf("report lacks %q", sentence)
	}
}

type failing struct{}

var errDisk = errors.New("disk full")

func (failing) Write([]byte) (int, error) { return 0, errDisk }

// Every writer of this package gives the same bytes twice, and the error of a
// writer that fails.
func TestWriters(t *testing.T) {
	if testing.Short() {
		t.Skip("slow; the whole form of the tests runs it")
	}
	s := cancer(t)
	flat := boundaries(t)["boundary-flat.png"]
	for name, write := range map[string]func(io.Writer) error{
		"markdown":  func(w io.Writer) error { return report.Markdown(w, s) },
		"text":      func(w io.Writer) error { return report.Text(w, s) },
		"json":      func(w io.Writer) error { return report.JSON(w, s) },
		"curve":     func(w io.Writer) error { return report.LearningCurve(w, history(5, true), report.CurveOptions{}) },
		"confusion": func(w io.Writer) error { return report.Confusion(w, s.Test.Confusion, "") },
		"scatter": func(w io.Writer) error {
			return report.Scatter(w, []float64{1, 2}, []float64{1, 3}, report.ScatterOptions{})
		},
		"boundary": func(w io.Writer) error { return report.DecisionBoundary(t.Context(), w, flat) },
	} {
		var first, second bytes.Buffer
		if err := errors.Join(write(&first), write(&second)); err != nil {
			t.Fatal(err)
		}
		if !bytes.Equal(first.Bytes(), second.Bytes()) {
			t.Errorf("%s: two calls give different bytes", name)
		}
		if err := write(failing{}); !errors.Is(err, errDisk) {
			t.Errorf("%s: error %v, want the writer's", name, err)
		}
	}
}

// Whatever a class is called, it changes no other line of the report: the table
// keeps its rows and cells, and no control character gets through.
func TestNamesStayNames(t *testing.T) {
	bar := regexp.MustCompile(`(?:^|[^\\])(?:\\\\)*\|`) // a bar that is not escaped
	control := regexp.MustCompile(`[\p{Cc}\p{Cf}]`)
	rapid.Check(t, func(r *rapid.T) {
		name := rapid.OneOf(rapid.String(), rapid.StringOf(rapid.SampledFrom([]rune("|\\`*_[]<>#!\n\r\t\x1b ~&$-")))).Draw(r, "name")
		test, err := report.NewTest([]float64{0, 1, 1}, []float64{0, 1, 0}, []string{name, "other"})
		if err != nil {
			r.Fatal(err)
		}
		s := report.Summary{Test: test, Data: report.Data{Name: name, ClassNames: test.Confusion.Classes}}
		plain := s
		if plain.Test, err = report.NewTest([]float64{0, 1, 1}, []float64{0, 1, 0}, []string{"x", "other"}); err != nil {
			r.Fatal(err)
		}
		plain.Data = report.Data{Name: "x", ClassNames: plain.Test.Confusion.Classes}
		for what, write := range map[string]func(io.Writer, report.Summary) error{"markdown": report.Markdown, "text": report.Text} {
			var got, want bytes.Buffer
			if err := errors.Join(write(&got, s), write(&want, plain)); err != nil {
				r.Fatal(err)
			}
			a, b := strings.Split(got.String(), "\n"), strings.Split(want.String(), "\n")
			if name == "" {
				continue // an empty name of the data leaves its place out
			}
			if len(a) != len(b) {
				r.Fatalf("%s: %d lines, with a plain name %d", what, len(a), len(b))
			}
			for i := range a {
				if x, y := len(bar.FindAllString(a[i], -1)), len(bar.FindAllString(b[i], -1)); what == "markdown" && x != y {
					r.Fatalf("line %q has %d bars, with a plain name %d", a[i], x, y)
				}
				if control.MatchString(a[i]) {
					r.Fatalf("%s: control character in %q", what, a[i])
				}
			}
		}
	})
}

// A model that answers one class, or does no better than that, is named as such.
func TestWarnings(t *testing.T) {
	classes := []string{"no", "yes"}
	for name, tt := range map[string]struct {
		counts [][]int
		want   []string
	}{
		"one answer":     {[][]int{{290, 0}, {7, 0}}, []string{"answers no for all 297 test samples", "always answering no, the most frequent class (0.976)"}},
		"no better":      {[][]int{{288, 2}, {5, 2}}, []string{"always answering no"}},
		"better":         {[][]int{{290, 0}, {3, 4}}, nil},
		"a wrong answer": {[][]int{{0, 5}, {0, 3}}, []string{"answers yes for all 8", "always answering no"}},
	} {
		test, err := report.NewTest(first(labels(tt.counts)), second(labels(tt.counts)), classes)
		if err != nil {
			t.Fatal(err)
		}
		var text, document bytes.Buffer
		if err := errors.Join(report.Text(&text, report.Summary{Test: test}), report.Markdown(&document, report.Summary{Test: test})); err != nil {
			t.Fatal(err)
		}
		if got := strings.Count(text.String(), "warning: "); got != len(tt.want) || len(test.Warnings) != got {
			t.Errorf("%s: %d warnings, want %d:\n%s", name, got, len(tt.want), text.String())
		}
		for _, w := range tt.want {
			if !strings.Contains(text.String(), w) || !strings.Contains(document.String(), w) {
				t.Errorf("%s: no %q in\n%s", name, w, text.String())
			}
		}
	}
	mean, err := report.NewTest([]float64{1, 2, 3}, []float64{2, 2, 2}, nil)
	if err != nil || len(mean.Warnings) != 1 || !strings.Contains(mean.Warnings[0], "answering the mean") {
		t.Errorf("%v, %q", err, mean.Warnings)
	}
}

func first(a, _ []float64) []float64  { return a }
func second(_, b []float64) []float64 { return b }

// Ranking is part of text, report and JSON; recalls 1 and ½ have the mean ¾, and of
// the six pairs of a no and a yes five are in order.
func TestRank(t *testing.T) {
	want := []float64{0, 0, 1, 1, 0}
	test, err := report.NewTest(want, []float64{0, 0, 0, 1, 0}, []string{"no", "yes"})
	if err != nil {
		t.Fatal(err)
	}
	if err := test.Rank(want, [][]float64{{0.9, 0.1}, {0.6, 0.4}, {0.7, 0.3}, {0.2, 0.8}, {0.8, 0.2}}); err != nil {
		t.Fatal(err)
	}
	if test.Ranking == nil || math.Abs(test.ROCAUC-5./6) > 1e-15 || test.BalancedAccuracy != 0.75 || test.Positive != "yes" {
		t.Fatalf("%+v", test.Classification)
	}
	// Precision 1 at the first yes and 2/3 at the second.
	if math.Abs(test.AveragePrecision-(1+2./3)/2) > 1e-15 {
		t.Errorf("average precision %v", test.AveragePrecision)
	}
	var text, document, object bytes.Buffer
	s := report.Summary{Test: test}
	if err := errors.Join(report.Text(&text, s), report.Markdown(&document, s), report.JSON(&object, s)); err != nil {
		t.Fatal(err)
	}
	const line = "balanced accuracy 0.750   ROC-AUC 0.833   average precision 0.833 (yes)"
	if !strings.Contains(text.String(), line) || !strings.Contains(document.String(), line) {
		t.Errorf("no %q in\n%s\n%s", line, text.String(), document.String())
	}
	for _, key := range []string{`"balanced_accuracy": 0.75`, `"roc_auc": 0.83`, `"average_precision"`, `"positive_class": "yes"`} {
		if !strings.Contains(object.String(), key) {
			t.Errorf("no %s in\n%s", key, object.String())
		}
	}
	var back report.Summary
	if err := json.Unmarshal(object.Bytes(), &back); err != nil || !reflect.DeepEqual(back.Test, test) {
		t.Errorf("%v: decoded %+v", err, back.Test)
	}
	absent, err := report.NewTest([]float64{0, 0}, []float64{0, 1}, []string{"no", "yes"})
	if err != nil || absent.Rank([]float64{0, 0}, [][]float64{{1, 0}, {0, 1}}) != nil || absent.Ranking != nil {
		t.Errorf("a class without samples: %v, %+v", err, absent.Ranking)
	}
}
