package classical_test

import (
	"encoding/json"
	"math"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/qnn-go/qnn/classical"
	"github.com/qnn-go/qnn/qnn/dataset"
)

// TestImportancesEqualScikitLearn compares means over seeds: each agrees within what
// seeds spread, and features that scikit-learn tells apart come in the same order.
func TestImportancesEqualScikitLearn(t *testing.T) {
	if testing.Short() {
		t.Skip("slow; the whole form of the tests runs it")
	}
	body, err := os.ReadFile("testdata/importance.json")
	if err != nil {
		t.Fatal(err)
	}
	var recorded struct {
		Forests map[string]struct{ Mean, Deviation []float64 }
	}
	if err := json.Unmarshal(body, &recorded); err != nil {
		t.Fatal(err)
	}
	if len(recorded.Forests) != 4 {
		t.Fatalf("%d forests", len(recorded.Forests))
	}
	const seeds, recordedSeeds = 5, 20
	for name, want := range recorded.Forests {
		table, _, regression := strings.Cut(name, ",")
		d, err := dataset.Load(table, dataset.Synthetic{})
		if err != nil {
			t.Fatal(err)
		}
		x, y := d.X, d.Y
		if regression {
			x, y = make([][]float64, d.Len()), make([]float64, d.Len())
			for i, row := range d.X {
				x[i], y[i] = row[1:], row[0]
			}
		}
		mean := make([]float64, len(x[0]))
		for seed := range uint64(seeds) {
			f := &classical.Forest{Regression: regression, Seed: seed}
			if err := f.Fit(t.Context(), x, y); err != nil {
				t.Fatal(err)
			}
			total := 0.0
			for j, v := range f.Importances() {
				mean[j] += v / seeds
				total += v
			}
			if math.Abs(total-1) > 1e-12 {
				t.Errorf("%s: importances of sum %v", name, total)
			}
		}
		// A mean has an error of deviation/√seeds.
		apart := func(i, j int) float64 {
			return 5 * math.Sqrt((want.Deviation[i]*want.Deviation[i]+want.Deviation[j]*want.Deviation[j])*(1.0/seeds+1.0/recordedSeeds)/2)
		}
		for i := range mean {
			if math.Abs(mean[i]-want.Mean[i]) > apart(i, i) {
				t.Errorf("%s: importance of feature %d is %.4f, want %.4f ± %.4f", name, i, mean[i], want.Mean[i], want.Deviation[i])
			}
			for j := range mean {
				if want.Mean[i] > want.Mean[j]+apart(i, j) && mean[i] <= mean[j] {
					t.Errorf("%s: feature %d (%.4f) is not above %d (%.4f)", name, i, mean[i], j, mean[j])
				}
			}
		}
	}
}

func TestImportancesOfNothing(t *testing.T) {
	var f classical.Forest
	if got := f.Importances(); got != nil {
		t.Errorf("before Fit: %v", got)
	}
	if err := f.Fit(t.Context(), [][]float64{{1, 2}, {1, 2}, {1, 2}}, []float64{0, 1, 0}); err != nil {
		t.Fatal(err)
	}
	if got := f.Importances(); !slices.Equal(got, []float64{0, 0}) {
		t.Errorf("constant features: %v", got)
	}
}
