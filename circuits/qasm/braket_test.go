package qasm_test

import (
	"maps"
	"math/rand/v2"
	"testing"

	"github.com/qnn-go/qnn/circuits"
	"github.com/qnn-go/qnn/circuits/qasm"
)

// TestBraketReads gives Amazon Braket's local simulator every gate, random circuits
// and symbolic circuits and compares its states with ours up to a global phase.
func TestBraketReads(t *testing.T) {
	cases := append(gateCases(t, qasm.Braket), randomCases(t, qasm.Braket)...)
	rng := rand.New(rand.NewPCG(1, 8))
	for range 10 {
		w, x := make([]float64, 4), make([]float64, 2)
		for _, v := range [][]float64{w, x} {
			for i := range v {
				v[i] = rng.NormFloat64()
			}
		}
		cases = append(cases, newCase(t, "symbolic", symbolic(), qasm.Braket, w, x, false))
	}
	for i, got := range loadAll(t, "testdata/run_on_braket.py", cases) {
		checkLoaded(t, cases[i], got)
	}
}

// symbolic is a circuit with weights and features, and a qubit without gates.
func symbolic() *circuits.Circuit {
	w, x := circuits.Weight, circuits.Feature
	return circuits.New(4).RX(x(0), 0).RY(x(1).Times(w(0)).Plus(w(1)), 1).CRZ(w(2).Scale(-0.5), 0, 1).
		U(w(3), x(0).Minus(w(0)), circuits.Const(0.3), 2).CP(w(1), 1, 2)
}

// Bit k is the k-th character of Braket's results, whatever qubit it holds.
func TestBraketBits(t *testing.T) {
	c := circuits.New(3).X(0)
	c.Measure(0, 1)
	c.Measure(1, 0)
	c.Measure(2, 2)
	one := newCase(t, "bits", c, qasm.Braket, nil, nil, true)
	one.Shots = 7
	if got := loadAll(t, "testdata/run_on_braket.py", []loadCase{one})[0]; got.Error != "" || !maps.Equal(got.Counts, map[string]int{"010": 7}) {
		t.Errorf("%s: counts %v of\n%s", got.Error, got.Counts, one.Source)
	}
}
