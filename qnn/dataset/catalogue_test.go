package dataset

import (
	"encoding/json"
	"errors"
	"math"
	"os"
	"slices"
	"strings"
	"testing"
)

// sklearnReference holds what testdata/sklearn_reference.py wrote.
type sklearnReference struct {
	Version string `json:"sklearn"`
	Tables  map[string]struct {
		Hash     string
		Shape    [2]int
		Features []string
		Classes  []string
		Counts   []int
		Sums     []float64
		Moments  []float64
		Labels   []float64
	}
	Preprocessing map[string]struct {
		K                int
		Mean, Scale      []float64
		Standard         [][]float64
		Min, Max         []float64
		MinMaxClipped    [][]float64 `json:"minmax_clipped"`
		MinMax           [][]float64
		PCARatio         []float64   `json:"pca_ratio"`
		PCAComponents    [][]float64 `json:"pca_components"`
		PCA              [][]float64
		StandardPCARatio []float64   `json:"standard_pca_ratio"`
		StandardPCA      [][]float64 `json:"standard_pca"`
		L2               [][]float64
	}
	Reducers map[string]struct {
		K                 int
		PLS               [][]float64
		LDA               [][]float64
		LDAShrunk         [][]float64 `json:"lda_shrunk"`
		LDALedoitWolf     [][]float64 `json:"lda_ledoit_wolf"`
		LedoitWolf        float64     `json:"ledoit_wolf"`
		Discrete          []bool
		MutualInformation []float64 `json:"mutual_information"`
	}
}

func loadReference(t *testing.T) sklearnReference {
	t.Helper()
	body, err := os.ReadFile("testdata/sklearn.json")
	if err != nil {
		t.Fatal(err)
	}
	var ref sklearnReference
	if err := json.Unmarshal(body, &ref); err != nil {
		t.Fatal(err)
	}
	if ref.Version != "1.9.1" || len(ref.Tables) != 4 || len(ref.Preprocessing) != 4 {
		t.Fatalf("scikit-learn %s, %d tables, %d preprocessings", ref.Version, len(ref.Tables), len(ref.Preprocessing))
	}
	return ref
}

// near reports whether a and b agree to rel of the larger of |b| and 1.
func near(a, b, rel float64) bool { return math.Abs(a-b) <= rel*max(1, math.Abs(b)) }

func nearRow(t *testing.T, what string, got, want []float64, rel float64) {
	t.Helper()
	if len(got) != len(want) {
		t.Fatalf("%s: %d numbers, want %d", what, len(got), len(want))
	}
	for i := range got {
		if !near(got[i], want[i], rel) {
			t.Errorf("%s[%d] = %v, want %v", what, i, got[i], want[i])
		}
	}
}

func TestEmbeddedTablesEqualScikitLearn(t *testing.T) {
	for name, want := range loadReference(t).Tables {
		d, err := Load(name, Synthetic{Seed: 7})
		if err != nil {
			t.Fatal(err)
		}
		if d.Len() != want.Shape[0] || len(d.Columns) != want.Shape[1] {
			t.Errorf("%s: %d × %d, want %v", name, d.Len(), len(d.Columns), want.Shape)
		}
		if !slices.Equal(d.Classes, want.Classes) || !slices.Equal(d.ClassCounts(), want.Counts) {
			t.Errorf("%s: classes %v %v, want %v %v", name, d.Classes, d.ClassCounts(), want.Classes, want.Counts)
		}
		if !slices.Equal(d.Y, want.Labels) {
			t.Errorf("%s: labels differ", name)
		}
		if d.Hash() != want.Hash {
			t.Errorf("%s: hash %s, want %s", name, d.Hash(), want.Hash)
		}
		sums, moments := make([]float64, len(d.Columns)), make([]float64, len(d.Columns))
		for i, row := range d.X {
			for j, v := range row {
				sums[j] += v
				moments[j] += float64(i+1) * v
			}
		}
		nearRow(t, name+" sums", sums, want.Sums, 1e-12)
		nearRow(t, name+" moments", moments, want.Moments, 1e-12)
		for j, c := range d.Columns {
			if c.Name != want.Features[j] || c.Categorical() {
				t.Errorf("%s: column %d is %v, want numeric %q", name, j, c, want.Features[j])
			}
		}
		if d.Name != name || d.Source == "" || !strings.Contains(d.License, "CC BY 4.0") {
			t.Errorf("%s: name %q, source %q, licence %q", name, d.Name, d.Source, d.License)
		}
		if err := d.Validate(); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestCatalogueTellsTheTruth(t *testing.T) {
	for _, info := range Catalogue() {
		d, err := Load(info.Name, Synthetic{})
		if err != nil {
			t.Errorf("%s: %v", info.Name, err)
			continue
		}
		if d.Name != info.Name || d.Source != info.Source || d.License != info.License {
			t.Errorf("%s: loaded as %q from %q under %q", info.Name, d.Name, d.Source, d.License)
		}
		if d.Len() != info.Samples || len(d.Columns) != info.Features || !slices.Equal(d.Classes, info.Classes) {
			t.Errorf("%s: %d × %d %v, catalogue says %d × %d %v", info.Name, d.Len(), len(d.Columns), d.Classes, info.Samples, info.Features, info.Classes)
		}
		if info.About == "" {
			t.Errorf("%s: no description", info.Name)
		}
		if !info.Synthetic && !strings.Contains(Licenses(), "`"+info.Name+".csv") {
			t.Errorf("%s: no attribution", info.Name)
		}
	}
	if !strings.Contains(Licenses(), "Copyright (c) 2007-2026 The scikit-learn developers") {
		t.Error("the notice of the BSD licence is missing")
	}
}

func TestLoadErrors(t *testing.T) {
	for _, c := range []struct{ name, suggestion string }{
		{"irsi", "iris"}, {"brest-cancer", "breast-cancer"}, {"Moons", "moons"}, {"titanic", ""}, {"", ""},
	} {
		_, err := Load(c.name, Synthetic{})
		var unknown *UnknownError
		if !errors.As(err, &unknown) {
			t.Fatalf("Load(%q): %v", c.name, err)
		}
		if unknown.Suggestion() != c.suggestion || len(unknown.Known) != len(Catalogue()) || slices.Contains(unknown.Known, "") {
			t.Errorf("Load(%q): suggestion %q of %q, want %q", c.name, unknown.Suggestion(), unknown.Known, c.suggestion)
		}
	}
	_, err := Load("irsi", Synthetic{})
	const want = `data set "irsi": unknown; did you mean "iris"? (iris, wine, breast-cancer, digits, moons, circles, blobs, xor, parity, spirals, sine)`
	if err.Error() != want {
		t.Errorf("got  %v\nwant %v", err, want)
	}
	if _, err := Load("iris", Synthetic{Samples: 20}); !errors.Is(err, ErrOptions) {
		t.Errorf("a size for an embedded table: %v", err)
	}
}
