package transpile_test

import (
	"context"
	"errors"
	"math/rand/v2"
	"reflect"
	"runtime"
	"strings"
	"testing"

	"github.com/qnn-go/qnn/circuits"
	"github.com/qnn-go/qnn/circuits/ansatz"
	"github.com/qnn-go/qnn/circuits/transpile"
)

// pieces is a target of two lines of three and two qubits.
func pieces(t *testing.T) *transpile.Target {
	t.Helper()
	target, err := transpile.Read(strings.NewReader(`{"name": "pieces", "qubits": 5, "dialect": "ibm", "edges": [[0, 1], [2, 3], [3, 4]],
		"gates": [{"gate": "rz"}, {"gate": "sx"}, {"gate": "cz"}, {"gate": "measure"}]}`))
	if err != nil {
		t.Fatal(err)
	}
	return target
}

func TestRunErrors(t *testing.T) {
	line, apart := load(t, "line-3"), pieces(t)
	three, four := circuits.New(3).CX(0, 2).CX(1, 0).CX(2, 1), circuits.New(4).CX(0, 1).CX(1, 2).CX(2, 3)
	noEntangler, err := transpile.Read(strings.NewReader(`{"name": "x", "qubits": 3, "dialect": "ibm", "edges": [[0, 1], [1, 2]], "gates": [{"gate": "u"}]}`))
	if err != nil {
		t.Fatal(err)
	}
	for name, tt := range map[string]struct {
		c      *circuits.Circuit
		target *transpile.Target
		o      transpile.Options
		want   error
	}{
		"level":                       {three, line, transpile.Options{Level: 4}, transpile.ErrLevel},
		"negative level":              {three, line, transpile.Options{Level: -1}, transpile.ErrLevel},
		"too many qubits":             {four, line, transpile.Options{}, transpile.ErrQubits},
		"not connected":               {four, apart, transpile.Options{Level: 3}, transpile.ErrQubits},
		"not connected, as it is":     {four, apart, transpile.Options{}, transpile.ErrQubits},
		"short layout":                {three, line, transpile.Options{Layout: []int{0, 1}}, transpile.ErrLayout},
		"layout with a qubit twice":   {three, line, transpile.Options{Layout: []int{0, 1, 1}}, transpile.ErrLayout},
		"layout beyond the target":    {three, line, transpile.Options{Layout: []int{0, 1, 3}}, transpile.ErrLayout},
		"layout on both parts":        {three, apart, transpile.Options{Layout: []int{0, 1, 2}}, transpile.ErrQubits},
		"target without entangler":    {three, noEntangler, transpile.Options{}, circuits.ErrBasis},
		"invalid circuit":             {circuits.New(1).X(1), line, transpile.Options{}, circuits.ErrRange},
		"gates after a measurement":   {circuits.New(1).Measure(0, 0).X(0), apart, transpile.Options{}, transpile.ErrMidCircuit},
		"reset that is not a gate":    {circuits.New(1).X(0).Reset(0), apart, transpile.Options{}, transpile.ErrGate},
		"no error":                    {three, line, transpile.Options{Level: 3}, nil},
		"part that is large enough":   {three, apart, transpile.Options{Level: 3}, nil},
		"nothing":                     {circuits.New(0), line, transpile.Options{Level: 3}, nil},
		"qubits without interactions": {circuits.New(5).X(4).CX(0, 1), apart, transpile.Options{Level: 3}, nil},
	} {
		if _, err := transpile.Run(t.Context(), tt.c, tt.target, tt.o); !errors.Is(err, tt.want) || err != nil && tt.want == nil {
			t.Errorf("%s: error %v, want %v", name, err, tt.want)
		}
	}
	done, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := transpile.Run(done, three, line, transpile.Options{Level: 3}); !errors.Is(err, context.Canceled) {
		t.Errorf("after the end of the context: error %v", err)
	}
}

// TestRunRepeats: one seed gives the same circuit with any number of threads.
func TestRunRepeats(t *testing.T) {
	rng := rand.New(rand.NewPCG(5, 0))
	for _, name := range []string{"ibm-heron-r2", "grid-3x3"} {
		target, c := load(t, name), bound(t, rng, "strongly-entangling", "", 7)
		var first *transpile.Result
		for _, threads := range []int{1, 2, 5} {
			before := runtime.GOMAXPROCS(threads)
			r, err := transpile.Run(t.Context(), c, target, transpile.Options{Level: 3, Seed: 9})
			runtime.GOMAXPROCS(before)
			if err != nil {
				t.Fatal(err)
			}
			if first == nil {
				first = r
			} else if !reflect.DeepEqual(r, first) {
				t.Errorf("%s: another circuit with %d threads", name, threads)
			}
		}
	}
}

// TestRunKeepsSymbols: circuits with weights are equal to the original for all values,
// and a given layout is kept.
func TestRunKeepsSymbols(t *testing.T) {
	rng := rand.New(rand.NewPCG(6, 0))
	for _, name := range append(transpile.Targets(), "line-6") {
		target := load(t, name)
		c := circuits.New(4)
		if err := ansatz.RealAmplitudes(c, 1, ansatz.Circular); err != nil {
			t.Fatal(err)
		}
		c.CP(circuits.Weight(0), 0, 2).RZZ(circuits.Weight(1), 1, 3).CRY(circuits.Weight(2).Scale(0.5), 3, 0)
		before := c.Clone()
		for level := range 4 {
			layout := []int{3, 1, 0, 2}
			r, err := transpile.Run(t.Context(), c, target, transpile.Options{Level: level, Layout: layout})
			if err != nil {
				t.Fatal(err)
			}
			if !reflect.DeepEqual(r.Initial, layout) || !reflect.DeepEqual(c, before) {
				t.Errorf("%s level %d: layout %v, want %v; circuit changed: %v", name, level, r.Initial, layout, !reflect.DeepEqual(c, before))
			}
			for range 3 {
				w := make([]float64, c.Weights())
				for i := range w {
					w[i] = 3 * rng.NormFloat64()
				}
				checkEqual(t, c, r, w)
			}
		}
	}
}

// TestRunMeasurements keeps bits, resets and what stands between.
func TestRunMeasurements(t *testing.T) {
	c := circuits.New(3).H(0).CX(0, 2).Measure(0, 1).Reset(0).X(0).CX(0, 1).Barrier().Measure(2, 0).Measure(0, 2)
	for level := range 4 {
		r, err := transpile.Run(t.Context(), c, load(t, "ibm-eagle"), transpile.Options{Level: level})
		if err != nil {
			t.Fatal(err)
		}
		var bits []int
		counts := r.Circuit.Count()
		for _, op := range r.Circuit.Ops {
			if op.Gate == circuits.GateMeasure {
				bits = append(bits, op.Clbit)
			}
		}
		if r.Circuit.Clbits != 3 || counts[circuits.GateReset] != 1 || len(bits) != 3 || bits[0] != 1 {
			t.Errorf("level %d: %d resets, measures into %v", level, counts[circuits.GateReset], bits)
		}
	}
}

// TestRunRoutesWhatIsSeen checks that gates which no measurement can tell are left out before
// anything is moved for them.
func TestRunRoutesWhatIsSeen(t *testing.T) {
	c := circuits.New(6).H(0)
	for i := range 6 {
		for j := i + 1; j < 6; j++ {
			c.CX(i, j).RY(circuits.Const(0.3*float64(i+j)), j)
		}
	}
	c.Measure(0, 0)
	for _, level := range []int{2, 3} {
		r, err := transpile.Run(context.Background(), c, load(t, "line-6"), transpile.Options{Level: level})
		if err != nil {
			t.Fatal(err)
		}
		if r.TwoQubitGates() > 0 || r.Swaps > 0 {
			t.Errorf("level %d: %d gates on two qubits, %d swaps; the other qubits are not measured", level, r.TwoQubitGates(), r.Swaps)
		}
	}
}
