package search_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"reflect"
	"runtime"
	"slices"
	"testing"

	"github.com/qnn-go/qnn/circuits/ansatz"
	"github.com/qnn-go/qnn/classical"
	"github.com/qnn-go/qnn/qnn/dataset"
	"github.com/qnn-go/qnn/qnn/search"
)

// hidden is a table whose label depends on two columns of small variance among many
// that are large and say nothing. Without classes it is a regression.
func hidden(n, columns, classes int) *dataset.Dataset {
	rng := rand.New(rand.NewPCG(7, 7))
	d := &dataset.Dataset{Name: "hidden", Target: "y"}
	for j := range columns {
		d.Columns = append(d.Columns, dataset.Column{Name: fmt.Sprintf("x%d", j)})
	}
	for c := range classes {
		d.Classes = append(d.Classes, fmt.Sprintf("c%d", c))
	}
	shared := make([]float64, 3)
	for range n {
		row := make([]float64, columns)
		for k := range shared {
			shared[k] = rng.NormFloat64()
		}
		for j := range row { // strongly correlated: PCA's first directions are these
			row[j] = shared[j%len(shared)] + 0.1*rng.NormFloat64()
		}
		a, b := rng.NormFloat64(), rng.NormFloat64()
		row[0] = a
		if columns > 1 {
			row[1] = b
		}
		y := a + b
		if classes > 0 {
			y = float64(min(classes-1, max(0, int(math.Floor(float64(classes)*(0.5+y/4))))))
		}
		d.X, d.Y = append(d.X, row), append(d.Y, y)
	}
	return d
}

func importance(ctx context.Context, x [][]float64, y []float64, classes int) ([]float64, error) {
	f := &classical.Forest{Trees: 20, Regression: classes == 0}
	if err := f.Fit(ctx, x, y); err != nil {
		return nil, err
	}
	return f.Importances(), nil
}

func choose(t *testing.T, d *dataset.Dataset, c search.Config) search.Result {
	t.Helper()
	r, err := search.Choose(t.Context(), d, c)
	if err != nil {
		t.Fatal(err)
	}
	if err := r.Validate(); err != nil {
		t.Error(err)
	}
	return r
}

// reducers returns the mean scores of the first stage.
func reducers(r search.Result) map[string]float64 {
	scores := map[string]float64{}
	for _, trial := range r.Trials {
		if _, seen := scores[trial.Reduce]; !seen {
			scores[trial.Reduce] = trial.Mean
		}
	}
	return scores
}

func TestChooseFindsWhatTheLabelNeeds(t *testing.T) {
	for _, classes := range []int{0, 2, 3} {
		r := choose(t, hidden(120, 16, classes), search.Config{Importance: importance})
		scores := reducers(r)
		if r.Best.Reduce == search.PCA || r.Score() < scores[search.PCA]+0.1 || r.Score() < 0.3 {
			t.Errorf("%d classes: %v of %v", classes, r.Best, scores)
		}
		want := []string{search.Forest, search.MutualInformation, search.PCA, search.PLS}
		if classes > 2 {
			want = append(want, search.LDA)
		}
		var got []string
		for name := range scores {
			got = append(got, name)
		}
		slices.Sort(got)
		slices.Sort(want)
		if !slices.Equal(got, want) {
			t.Errorf("%d classes: tried %v, want %v", classes, got, want)
		}
		best := math.Inf(-1)
		for _, trial := range r.Trials {
			best = max(best, trial.Mean)
			if len(trial.Scores) != 3 || trial.Qubits != trial.Features {
				t.Errorf("%d classes: trial %+v", classes, trial)
			}
		}
		if r.Score() != best || r.Folds != 3 || r.Samples != 120 {
			t.Errorf("%d classes: score %v of %v, %d folds, %d samples", classes, r.Score(), best, r.Folds, r.Samples)
		}
	}
}

func TestChooseDoesNotDependOnThreads(t *testing.T) {
	d := hidden(45, 10, 2)
	var want search.Result
	var seen []search.Trial
	for _, threads := range []int{1, 2, 5} {
		old := runtime.GOMAXPROCS(threads)
		var observed []search.Trial
		r := choose(t, d, search.Config{Importance: importance, Observe: func(trial search.Trial) { observed = append(observed, trial) }})
		runtime.GOMAXPROCS(old)
		if threads == 1 {
			want, seen = r, observed
		}
		if !reflect.DeepEqual(r, want) || !reflect.DeepEqual(observed, seen) {
			t.Errorf("%d threads: %+v, with one %+v", threads, r, want)
		}
		if !reflect.DeepEqual(observed, r.Trials) {
			t.Errorf("%d threads: observed %+v of %+v", threads, observed, r.Trials)
		}
	}
	text, err := json.Marshal(want)
	if err != nil {
		t.Fatal(err)
	}
	var back search.Result
	if err := json.Unmarshal(text, &back); err != nil || !reflect.DeepEqual(back, want) {
		t.Errorf("%+v (%v), want %+v", back, err, want)
	}
}

func TestChooseKeepsWhatIsFixed(t *testing.T) {
	d := hidden(45, 10, 3)
	for name, fixed := range map[string]search.Choice{
		"features": {Features: 3},
		"qubits":   {Qubits: 5},
		"both":     {Features: 2, Qubits: 4},
		"ansatz":   {Ansatz: "real-amplitudes"},
		"layers":   {Layers: 1},
		"reducer":  {Reduce: search.PCA},
		"all":      {Reduce: search.LDA, Features: 2, Qubits: 3, Ansatz: "strongly-entangling", Layers: 2},
	} {
		r := choose(t, d, search.Config{Fixed: fixed})
		for _, trial := range r.Trials {
			if fixed.Reduce != "" && trial.Reduce != fixed.Reduce || fixed.Features > 0 && trial.Features != fixed.Features ||
				fixed.Qubits > 0 && trial.Qubits != fixed.Qubits || fixed.Ansatz != "" && trial.Ansatz != fixed.Ansatz ||
				fixed.Layers > 0 && trial.Layers != fixed.Layers {
				t.Errorf("%s: tried %v", name, trial.Choice)
			}
			if trial.Features > trial.Qubits {
				t.Errorf("%s: %v does not fit", name, trial.Choice)
			}
		}
		if r.Fixed != fixed || len(r.Trials) == 0 {
			t.Errorf("%s: fixed %v, %d trials", name, r.Fixed, len(r.Trials))
		}
	}
}

// TestChooseOnOddTables: what has little to choose from, or to choose by, still gets a
// choice that can be built.
func TestChooseOnOddTables(t *testing.T) {
	constant := hidden(40, 10, 2)
	for _, row := range constant.X {
		for j := 1; j < len(row); j++ {
			row[j] = 4
		}
	}
	rare := hidden(40, 10, 3)
	for i := range rare.Y {
		rare.Y[i] = float64(min(i, 2))
	}
	words := hidden(60, 2, 2)
	words.Columns[1].Levels = []string{"p", "q", "r", "s", "t", "u", "v", "w", "x", "y"}
	for i, row := range words.X {
		row[1] = float64(i % 10)
	}
	words.X[3][0] = math.NaN()
	two := hidden(40, 10, 0)
	two.X, two.Y = two.X[:4], two.Y[:4]
	for name, c := range map[string]struct {
		d      *dataset.Dataset
		config search.Config
		trials bool
	}{
		"one column":             {hidden(60, 1, 2), search.Config{}, true},
		"one column, regression": {hidden(60, 1, 0), search.Config{}, true},
		"two columns":            {hidden(60, 2, 2), search.Config{}, true},
		"six columns":            {hidden(60, 6, 2), search.Config{}, true},
		"ten classes":            {hidden(120, 10, 10), search.Config{}, true},
		"constant columns":       {constant, search.Config{}, true},
		"more columns than rows": {hidden(24, 60, 2), search.Config{Importance: importance}, true},
		"a class of one":         {rare, search.Config{}, false},
		"four rows":              {two, search.Config{}, true},
		"words":                  {words, search.Config{}, true},
		"amplitude":              {hidden(40, 30, 2), search.Config{Encoding: "amplitude"}, true},
		"phases alone":           {hidden(40, 6, 2), search.Config{Encoding: "angle-rz"}, true},
		"pairs":                  {hidden(40, 5, 2), search.Config{Encoding: "zz"}, true},
		"many qubits":            {hidden(40, 30, 2), search.Config{Fixed: search.Choice{Qubits: 12}}, false},
		"many features":          {hidden(40, 30, 2), search.Config{Fixed: search.Choice{Features: 12}}, false},
		"entanglement":           {hidden(40, 5, 2), search.Config{Entanglement: ansatz.Full}, true},
		"a sample":               {hidden(300, 6, 2), search.Config{Samples: 50}, true},
	} {
		r := choose(t, c.d, c.config)
		if (len(r.Trials) > 0) != c.trials || c.trials == (r.Why != "") {
			t.Errorf("%s: %d trials, %q", name, len(r.Trials), r.Why)
		}
		if c.config.Samples > 0 && r.Samples != c.config.Samples {
			t.Errorf("%s: %d samples", name, r.Samples)
		}
		b := r.Best
		circuit, err := ansatz.Build(ansatz.Config{Features: b.Features, Qubits: b.Qubits, Encoding: c.config.Encoding, Ansatz: b.Ansatz, Layers: b.Layers})
		if err != nil || circuit.Qubits != b.Qubits {
			t.Errorf("%s: %v: %v", name, b, err)
		}
		for _, trial := range r.Trials {
			for _, score := range trial.Scores {
				if math.IsNaN(score) || score > 1 {
					t.Errorf("%s: %+v", name, trial)
				}
			}
		}
	}
}

func TestChooseEndsWithItsContext(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	trials := 0
	_, err := search.Choose(ctx, hidden(60, 12, 2), search.Config{Observe: func(search.Trial) {
		trials++
		cancel()
	}})
	if !errors.Is(err, context.Canceled) || trials == 0 {
		t.Errorf("%v after %d trials", err, trials)
	}
}

func TestErrors(t *testing.T) {
	d := hidden(30, 6, 2)
	for name, c := range map[string]struct {
		d      *dataset.Dataset
		config search.Config
		want   error
	}{
		"reducer":           {d, search.Config{Fixed: search.Choice{Reduce: "pcaa"}}, search.ErrConfig},
		"encoding":          {d, search.Config{Encoding: "angel"}, ansatz.ErrUnknown},
		"ansatz":            {d, search.Config{Fixed: search.Choice{Ansatz: "x"}}, ansatz.ErrUnknown},
		"too many features": {d, search.Config{Fixed: search.Choice{Features: 7}}, search.ErrConfig},
		"LDA of values":     {hidden(30, 6, 0), search.Config{Fixed: search.Choice{Reduce: search.LDA}}, search.ErrConfig},
		"no forest":         {d, search.Config{Fixed: search.Choice{Reduce: search.Forest, Features: 2}}, search.ErrConfig},
		"no data":           {&dataset.Dataset{}, search.Config{}, dataset.ErrEmpty},
	} {
		if _, err := search.Choose(t.Context(), c.d, c.config); !errors.Is(err, c.want) {
			t.Errorf("%s: %v, want %v", name, err, c.want)
		}
	}
	good := search.Choice{Reduce: search.PLS, Features: 2, Qubits: 2, Ansatz: "reuploading", Layers: 1}
	for name, r := range map[string]search.Result{
		"nothing":        {},
		"features":       {Best: search.Choice{Reduce: search.PLS, Qubits: 1, Layers: 1}},
		"trial":          {Best: good, Trials: []search.Trial{{Choice: search.Choice{Reduce: "x"}}}},
		"score":          {Best: good, Trials: []search.Trial{{Choice: good, Mean: 2}}},
		"score NaN":      {Best: good, Trials: []search.Trial{{Choice: good, Mean: math.NaN()}}},
		"negative fixed": {Best: good, Fixed: search.Choice{Layers: -1}},
	} {
		if err := r.Validate(); !errors.Is(err, search.ErrConfig) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestReducer(t *testing.T) {
	for _, name := range search.Reducers() {
		step, err := search.Reducer(name, 3, 3, importance)
		if err != nil {
			t.Fatal(err)
		}
		if keeps := step == nil; keeps == (name == search.PLS || name == search.LDA) {
			t.Errorf("%s of all columns: %v", name, step)
		}
		if name == search.None {
			continue
		}
		p := &dataset.Pipeline{}
		if step, err = search.Reducer(name, 2, 6, importance); err != nil {
			t.Fatal(err)
		}
		p.Steps = []dataset.Step{&dataset.Standard{}, step}
		if err := p.Fit(t.Context(), hidden(60, 6, 3)); err != nil || p.Outputs() != 2 {
			t.Errorf("%s: %d features, %v", name, p.Outputs(), err)
		}
		if r, ok := p.Reduction(); !ok || r.Name != name {
			t.Errorf("%s: reduction %+v", name, r)
		}
	}
	for _, name := range []string{search.None, search.Forest, "pcaa"} {
		if _, err := search.Reducer(name, 2, 6, nil); !errors.Is(err, search.ErrConfig) {
			t.Errorf("%s: %v", name, err)
		}
	}
}
