package transpile_test

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/qnn-go/qnn/circuits"
	"github.com/qnn-go/qnn/circuits/transpile"
)

// read is a target on a line of four qubits with the given gates.
func read(t *testing.T, gates string) *transpile.Target {
	t.Helper()
	target, err := transpile.Read(strings.NewReader(fmt.Sprintf(`{"name": "line", "dialect": "ibm", "qubits": 4, "mid_circuit": true, "feed_forward": true,
		"edges": [[0, 1], [2, 1], [2, 3]], "gates": [%s, {"gate": "measure"}, {"gate": "reset"}]}`, gates)))
	if err != nil {
		t.Fatal(err)
	}
	return target
}

// TestDirections transpiles for targets whose gates on two qubits join them in one
// direction only, on all edges or on those listed, or differ from edge to edge.
func TestDirections(t *testing.T) {
	if testing.Short() {
		t.Skip("slow; the whole form of the tests runs it")
	}
	rng := rand.New(rand.NewPCG(9, 0))
	one := `{"gate": "rz"}, {"gate": "sx"}, `
	for _, gates := range []string{
		`{"gate": "cx", "directed": true}`, `{"gate": "cz", "directed": true}`, `{"gate": "ecr", "directed": true}`,
		`{"gate": "rzz", "directed": true}`, `{"gate": "iswap", "directed": true}`,
		`{"gate": "cx", "directed": true}, {"gate": "crx", "directed": true}, {"gate": "cry", "directed": true}, {"gate": "rzx", "directed": true}, {"gate": "ch", "directed": true}`,
		`{"gate": "ecr", "qubits": [[1, 0], [1, 2], [2, 3]]}`, `{"gate": "cx", "qubits": [[1, 0], [1, 2], [2, 1], [3, 2]]}`,
		`{"gate": "cz", "qubits": [[0, 1]]}, {"gate": "ecr", "qubits": [[2, 1]]}, {"gate": "cx", "qubits": [[3, 2]]}`,
		`{"gate": "rzz", "qubits": [[0, 1], [1, 2]], "angle": {"min": 0, "max": 1.5707963267948966}}, {"gate": "iswap", "qubits": [[3, 2]]}`,
	} {
		target := read(t, one+gates)
		for level := range 4 {
			for range 3 {
				c := random(rng, 4, 24)
				r, err := transpile.Run(t.Context(), c, target, transpile.Options{Level: level, Trials: 2, Effort: 0.01})
				if err != nil {
					t.Errorf("%s level %d: %v", gates, level, err)
					continue
				}
				checkEqual(t, c, r, nil)
				d := dynamic(rng, 12)
				if r, err = transpile.Run(t.Context(), d, target, transpile.Options{Level: level, Trials: 2, Effort: 0.01}); err != nil {
					t.Errorf("%s level %d: %v", gates, level, err)
					continue
				}
				checkOutcomes(t, gates, d, r)
			}
		}
	}
}

// TestMissingGates: qubits and edges without the gates that all need are not used, and those
// with other gates than their neighbours have them in what is written there.
func TestMissingGates(t *testing.T) {
	bell := circuits.New(2).H(0).CX(0, 1).Measure(0, 0).Measure(1, 1)
	pair := func(gates string) *transpile.Target { return read(t, gates) }
	for name, tt := range map[string]struct {
		target *transpile.Target
		c      *circuits.Circuit
		used   []int // allowed places; nil: it does not fit
	}{
		"sx not on 0":        {pair(`{"gate": "rz"}, {"gate": "sx", "qubits": [[1], [2], [3]]}, {"gate": "cz"}`), bell, []int{1, 2, 3}},
		"sx not on 1":        {pair(`{"gate": "rz"}, {"gate": "sx", "qubits": [[0], [2], [3]]}, {"gate": "cz"}`), bell, []int{2, 3}},
		"sx on 0 and 2":      {pair(`{"gate": "rz"}, {"gate": "sx", "qubits": [[0], [2]]}, {"gate": "cz"}`), bell, nil},
		"one qubit":          {pair(`{"gate": "rz"}, {"gate": "sx", "qubits": [[2]]}, {"gate": "cz"}`), circuits.New(1).H(0), []int{2}},
		"other pulses":       {pair(`{"gate": "rz"}, {"gate": "sx", "qubits": [[0], [2]]}, {"gate": "u", "qubits": [[1], [3]]}, {"gate": "cz"}`), bell, []int{0, 1, 2, 3}},
		"cz on one edge":     {pair(`{"gate": "u"}, {"gate": "cz", "qubits": [[2, 1]]}`), bell, []int{1, 2}},
		"no way to measure":  {strip(t, `{"gate": "u"}, {"gate": "cz"}, {"gate": "measure", "qubits": [[2], [3]]}`), bell, []int{2, 3}},
		"three of four left": {pair(`{"gate": "rz"}, {"gate": "sx", "qubits": [[0], [1], [3]]}, {"gate": "cz"}`), circuits.New(3).CX(0, 1).CX(1, 2), nil},
	} {
		for level := range 4 {
			r, err := transpile.Run(t.Context(), tt.c, tt.target, transpile.Options{Level: level})
			if tt.used == nil {
				if !errors.Is(err, transpile.ErrQubits) {
					t.Errorf("%s level %d: error %v, want ErrQubits", name, level, err)
				}
				continue
			}
			if err != nil {
				t.Errorf("%s level %d: %v", name, level, err)
				continue
			}
			allowed := map[int]bool{}
			for _, p := range tt.used {
				allowed[p] = true
			}
			for _, op := range r.Circuit.Ops {
				for _, p := range op.Qubits {
					if !allowed[p] {
						t.Errorf("%s level %d: %v on %d", name, level, op.Gate, p)
					}
				}
			}
		}
	}
}

// strip is a line of four qubits that has the given gates and no others.
func strip(t *testing.T, gates string) *transpile.Target {
	t.Helper()
	target, err := transpile.Read(strings.NewReader(`{"name": "strip", "dialect": "ibm", "qubits": 4, "edges": [[0, 1], [1, 2], [2, 3]], "gates": [` + gates + `]}`))
	if err != nil {
		t.Fatal(err)
	}
	return target
}
