package qpu

import (
	"errors"
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"

	"github.com/qnn-go/qnn/circuits"
)

// pauli is the observable that a text names.
func pauli(t *testing.T, text string) circuits.PauliSum {
	t.Helper()
	o, err := circuits.ParsePauliSum(text)
	if err != nil {
		t.Fatal(err)
	}
	return o
}

// TestEstimates: values come to the terms that the circuit's basis measures, each once and
// in the order of the observables, and observables are made of them with their errors.
func TestEstimates(t *testing.T) {
	m := exportOf(2)
	m.Observables = []circuits.PauliSum{pauli(t, "0.5*Z0 + 2*X1 - 3"), pauli(t, "Z0*Z2 - 4*Z0")}
	m.Circuits[1].Basis = "ZXZ"
	terms := m.Terms()
	if got := fmt.Sprint(terms["ZZZ"], terms["ZXZ"]); got != "[Z0 Z0*Z2] [X1]" {
		t.Fatalf("terms %s", got)
	}
	results, err := m.Match([]Record{{Estimates: []Estimate{{0.5, 0.01}, {-0.25, 0.03}}}, {Estimates: []Estimate{{0.75, 0.02}}}})
	if err != nil {
		t.Fatal(err)
	}
	parts, _ := m.Parts(m.Bases())
	mean, variance := make([]float64, 2), make([]float64, 2)
	for i, r := range results {
		values, err := r.OutcomeValues(parts[i])
		if err != nil {
			t.Fatal(err)
		}
		values.Mean(mean)
		values.Variance(variance)
	}
	wantMean := []float64{0.5*0.5 + 2*0.75 - 3, -0.25 - 4*0.5}
	wantVariance := []float64{0.005*0.005 + 0.04*0.04, 0.03*0.03 + 0.04*0.04}
	for k := range mean {
		if math.Abs(mean[k]-wantMean[k]) > 1e-15 || math.Abs(variance[k]-wantVariance[k]) > 1e-15 {
			t.Errorf("observable %d: %v with variance %v, want %v and %v", k, mean[k], variance[k], wantMean[k], wantVariance[k])
		}
	}
	if _, err := m.Match([]Record{{Estimates: []Estimate{{0.5, 0.01}}}, {Estimates: []Estimate{{0.5, 0.01}}}}); !errors.Is(err, ErrMismatch) || !strings.Contains(err.Error(), "measures 2: Z0, Z0*Z2") {
		t.Errorf("too few values: %v", err)
	}
}

// TestReadEstimatesRefuses: each text ends in an error that says where it is.
func TestReadEstimatesRefuses(t *testing.T) {
	for _, data := range []string{
		`{"evs": "x", "stds": [0]}`,
		`{"evs": [], "stds": []}`,
		`{"evs": [0.5], "stds": [0.1, 0.1]}`,
		`{"evs": [[0.5], [0.5]], "stds": [0.1]}`,
		`{"evs": [0.5], "stds": [-0.1]}`,
		`{"evs": [1e9], "stds": [0.1]}`,
		`{"evs": [0.5], "stds": {"__type__": "ndarray", "__value__": "x"}}`,
		`{"evs": {"__type__": "ndarray", "__value__": ""}}`,
	} {
		_, err := Read(strings.NewReader(`{"results": [{"data": `+data+`}]}`), "f.json")
		if !errors.Is(err, ErrFormat) || !strings.Contains(err.Error(), "results[0].data") {
			t.Errorf("%s: error %v", data, err)
		}
	}
	records, err := Read(strings.NewReader(`{"results": [{"data": {"evs": 0.5}}]}`), "f.json")
	if err != nil || !slices.Equal(records[0].Estimates, []Estimate{{Value: 0.5}}) {
		t.Errorf("one value without an error: %+v, %v", records, err)
	}
}

// TestReadSettings: what our script has put into a file is kept, and nothing else.
func TestReadSettings(t *testing.T) {
	got := readFile(t, "estimator.json")[0].Settings
	if want := "map[backend:aer estimator:yes mode:job seed:7]"; fmt.Sprint(got) != want {
		t.Errorf("settings %v, want %v", got, want)
	}
	script, err := scripts.ReadFile("run_ibm.py")
	if err != nil {
		t.Fatal(err)
	}
	kept := strings.Split(string(script), "\n")
	line := kept[slices.IndexFunc(kept, func(s string) bool { return strings.HasPrefix(s, "KEPT = ") })]
	if want := `KEPT = ("` + strings.Join(settingNames(), `", "`) + `")`; line != want {
		t.Errorf("the script keeps %s, we read %s", line, want)
	}
}
