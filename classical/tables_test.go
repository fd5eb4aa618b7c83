package classical

import (
	"encoding/json"
	"math"
	"os"
	"testing"

	"gonum.org/v1/gonum/stat"
)

// tables is testdata/tables.json, written by testdata/tables.py with scikit-learn
// 1.9.1: thirteen tables of several kinds and the scores of its models on them.
type tables struct {
	Classification, Regression []scoredTable
}

// scoredTable has its training rows first. Scores are accuracies or R², of models
// with a seed means and deviations over 20 seeds.
type scoredTable struct {
	Name   string
	Train  int
	X      [][]float64
	Y      []float64
	Scores map[string]struct{ Mean, Dev float64 }
}

// standard returns the table as a problem, features standardised by the training
// part and targets as they are.
func (s *scoredTable) standard() problem {
	x := make([][]float64, len(s.X))
	for i := range x {
		x[i] = make([]float64, len(s.X[i]))
	}
	for j := range s.X[0] {
		column := make([]float64, s.Train)
		for i := range column {
			column[i] = s.X[i][j]
		}
		mean, dev := stat.PopMeanStdDev(column, nil)
		for i := range x {
			x[i][j] = (s.X[i][j] - mean) / dev
		}
	}
	return problem{Name: s.Name, X: x[:s.Train], Y: s.Y[:s.Train], TestX: x[s.Train:], TestY: s.Y[s.Train:]}
}

// Every baseline scores as scikit-learn's on every table: those without a seed to one
// test sample in a hundred, or 1e-3 of R², those with one within the spread of seeds.
func TestBaselinesAsScikitLearn(t *testing.T) {
	data, err := os.ReadFile("testdata/tables.json")
	if err != nil {
		t.Fatal(err)
	}
	var f tables
	if err := json.Unmarshal(data, &f); err != nil {
		t.Fatal(err)
	}
	if len(f.Classification) < 6 || len(f.Regression) < 6 {
		t.Fatalf("%d and %d tables, want six of each", len(f.Classification), len(f.Regression))
	}
	for task, list := range [][]scoredTable{f.Classification, f.Regression} {
		for _, s := range list {
			t.Run(s.Name, func(t *testing.T) {
				t.Parallel()
				checkTable(t, &s, task == 1)
			})
		}
	}
}

// checkTable compares all baselines of a task on one table.
func checkTable(t *testing.T, s *scoredTable, regression bool) {
	t.Helper()
	p := s.standard()
	for i, name := range Names(regression) {
		want, ok := s.Scores[name]
		if !ok {
			t.Errorf("no figure for %s", name)
			continue
		}
		runs, tolerance := 1, 1e-3
		switch {
		case name == "mlp" || name == "forest":
			runs = 5
			tolerance = 4*want.Dev*math.Sqrt(1.0/20+1.0/5) + 0.005
		case !regression:
			tolerance = 0.0101
		}
		got := 0.0
		for seed := range uint64(runs) {
			predicted := predict(t, Baselines(regression, seed)[i], p)
			got += scoreOf(p.TestY, predicted, regression) / float64(runs)
		}
		if !(math.Abs(got-want.Mean) <= tolerance) {
			t.Errorf("%s: score %.4f, scikit-learn %.4f, tolerance %.4f", name, got, want.Mean, tolerance)
		}
	}
}
